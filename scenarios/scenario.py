"""A scenario is a short TOML file: a name, a reason, what it extends, and only what differs.

`[world]` holds what may happen to us, `[choices]` what the council decides, `[run]` how it is computed. A scenario is found by
the name of its file, in the workspace's own folder of scenarios before the library, or by its path. What it extends lies under
it; several stand side by side. Every key must be a lever that is known (or a setting), and its value fit the lever's form; all
problems of all files are told at once, each with its file, row, key, what was found, and the nearest that is known.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from planning_areas.tables import EvidenceError, Problem
from scenarios.changes import LEVERS, SETTINGS, forms_of, lever_of, neutral_of, plain
from scenarios.layers import Layer, Said, changes, join, lay, line_of, lines_of
from scenarios.levers import Form, Interval, Lever
from sufficiency.assumptions import Assumptions
from sufficiency.workspace.workspace_settings import WORDS, nearest

BASE, SUFFIX, OWN_FOLDER, EXTENDS = "base", ".toml", "scenarios", "extends"
HEAD = ("name", "why", "extends", "world", "choices", "run")
SECTIONS = ("world", "choices", "run")
RUN = ("draws", "seed", "spread", "pooling", "primary_years", "secondary_years", "childcare_years")


@dataclass(frozen=True)
class Scenario:
    """A scenario with everything that it extends laid together: what a run is made from, and what its manifest keeps."""

    name: str
    why: str
    keys: Mapping[str, Any] = field(default_factory=dict)       # key -> value, as it is written; only what differs from the base
    where: Mapping[str, tuple[str, int]] = field(default_factory=dict, compare=False)    # key -> file and row
    chain: tuple[str, ...] = ()                                 # files that it rests on, the base first

    @property
    def is_base(self) -> bool:
        """Say whether nothing differs from the base."""
        return not self.keys and self.name == BASE

    @property
    def changes(self) -> tuple[str, ...]:
        """What differs from the base, "key: old -> new"."""
        return changes({}, self.keys, {key: neutral_of(key) for key in self.keys})

    @property
    def line(self) -> str:
        """The scenario in one line of plain English, for an appendix to a committee paper."""
        return f"{self.name}: {self.why}" if self.keys else self.why

    @property
    def facts(self) -> dict[str, Any]:
        """What a run is named by and its manifest keeps; nothing for the base."""
        return {} if self.is_base else {"name": self.name, "why": self.why, "keys": dict(self.keys)}

    def told(self, assumptions: Assumptions, would_be: Assumptions, baseline: str) -> dict[str, Any]:
        """What a run's manifest keeps: the facts, every change, settings that differ by it, and the run it is held against."""
        if self.is_base:
            return {"name": self.name, "changes": []}
        settings = {name: value for name, value in asdict(would_be).items() if value != asdict(assumptions)[name]}
        return {**self.facts, "changes": list(self.changes), "settings": settings, "baseline": baseline, "line": self.line}

    @property
    def intervals(self) -> dict[str, tuple[Interval, ...]]:
        """The keys whose value is an interval, or holds several."""
        found = {key: tuple(_intervals(forms_of(key, value))) for key, value in self.keys.items()}
        return {key: some for key, some in found.items() if some}


@dataclass(frozen=True)
class Listed:
    """One scenario of a folder, as a list tells it."""

    key: str
    name: str
    why: str
    extends: tuple[str, ...]
    keys: tuple[str, ...]
    file: Path
    own: bool           # of the workspace, not of the library


def base() -> Scenario:
    """The scenario in which nothing differs."""
    return resolve([BASE])


def from_facts(facts: Mapping[str, Any]) -> Scenario:
    """The scenario that a run's manifest keeps, to run it again."""
    keys = dict(facts.get("keys", {}))
    name = str(facts.get("name", BASE))
    return Scenario(name, str(facts.get("why", "")), keys, {key: ("manifest.json", 0) for key in keys}, (name,))


def library() -> Path:
    """The folder of the scenarios that come with the program."""
    return Path(str(files("scenarios") / "library"))


def folders(workspace: Path | None) -> tuple[Path, ...]:
    """Where scenarios are looked for: the workspace's own folder first."""
    return (*((workspace / OWN_FOLDER,) if workspace is not None else ()), library())


def listed(workspace: Path | None) -> tuple[Listed, ...]:
    """List the scenarios of a workspace and of the library; raises EvidenceError with every problem of their files."""
    found: dict[str, Listed] = {}
    problems: list[Problem] = []
    for folder in folders(workspace):
        for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else ():
            reader = _Reader(folders(workspace))
            head, layer = reader.file(path)
            problems += reader.problems
            if path.stem not in found and head is not None:
                found[path.stem] = Listed(path.stem, head.name, head.why, head.extends, tuple(layer), path, folder != library())
    if problems:
        raise EvidenceError(set(problems))
    return tuple(found.values())


def resolve(references: Sequence[str], workspace: Path | None = None) -> Scenario:
    """Find scenarios by name or path, lay each over what it extends, and join them; raises EvidenceError with every problem."""
    reader = _Reader(folders(workspace))
    told = [reader.whole(reference) for reference in references]
    joined, clashes = join([layer for _, layer in told])
    heads = [head for head, _ in told if head is not None]
    if problems := [*reader.problems, *clashes]:
        raise EvidenceError(set(problems))
    meant = [head for head in heads if head.key != BASE] or heads
    return Scenario(
        " + ".join(head.name for head in meant), " ".join(head.why for head in meant),
        {key: joined[key].value for key in sorted(joined)},
        {key: (joined[key].file, joined[key].line) for key in sorted(joined)}, tuple(dict.fromkeys(reader.chain)))


def resolve_file(path: Path, workspace: Path | None = None, beside: Sequence[str] = ()) -> Scenario:
    """Read one file as a scenario, laid over what it extends; beside: sections that it may hold of another reader's."""
    reader = _Reader(folders(workspace), path, beside)
    head, layer = reader.whole(str(path))
    if reader.problems or head is None:
        raise EvidenceError(set(reader.problems))
    return Scenario(head.name, head.why, {key: layer[key].value for key in sorted(layer)},
                    {key: (layer[key].file, layer[key].line) for key in sorted(layer)}, tuple(dict.fromkeys(reader.chain)))


class HeadForm(BaseModel):
    """The head of a scenario's file."""

    model_config = Form.model_config

    name: str
    why: str
    extends: str | tuple[str, ...] = BASE


@dataclass(frozen=True)
class Head:
    """The head of a scenario's file, read."""

    key: str
    name: str
    why: str
    extends: tuple[str, ...]


class _Reader:
    """Reads scenarios and what they extend, keeping every problem until the end."""

    def __init__(self, places: Sequence[Path], other: Path | None = None, beside: Sequence[str] = ()) -> None:
        self.places, self.problems, self.chain = places, list[Problem](), list[str]()
        self.beside = {other: tuple(beside)}        # sections of another reader's that a file may hold
        self.reading: list[Path] = []

    def whole(self, reference: str, asked_by: tuple[str, int, str] = ("--scenario", 0, "")) -> tuple[Head | None, Layer]:
        """One scenario with all that it extends."""
        path = self._find(reference, asked_by)
        if path is None:
            return None, {}
        if path in self.reading:
            circle = " -> ".join(p.stem for p in [*self.reading, path])
            self.problems.append(Problem(*asked_by, reference, f"this goes round in a circle: {circle}",
                                         "take one of them out of the other's extends"))
            return None, {}
        self.reading.append(path)
        head, own = self.file(path)
        parents = head.extends if head is not None else ()
        at = (path.name, next((line for line, text in enumerate(_text(path), 1) if text.startswith(EXTENDS)), 1), EXTENDS)
        under, clashes = join([self.whole(parent, at)[1] for parent in parents])
        self.problems += [c for c in clashes if c.column not in own]        # a child that says it itself says which is meant
        self.reading.pop()
        self.chain.append(path.name)
        above = frozenset({path.stem, *(name for said in under.values() for name in (said.by, *said.above)), *parents})
        return head, lay(under, {key: Said(s.value, s.by, s.file, s.line, above - {path.stem}) for key, s in own.items()})

    def file(self, path: Path) -> tuple[Head | None, dict[str, Said]]:
        """What one file says by itself: its head, and its keys with their values."""
        text = "\n".join(_text(path))
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as fault:
            self.problems.append(Problem(path.name, 0, expected=f"this cannot be read: {fault}",
                                         advice="a line reads births.level = 0.9, text stands in quotation marks"))
            return None, {}
        lines = lines_of(text)
        for key in raw:
            if key not in (known := (*HEAD, *self.beside.get(path, ()))):
                self._wrong(path, lines, (key,), "this key is not known", nearest(key, known))
        head = self._head(path, raw, lines)
        own = {}
        for key, trail, value in self._keys(path, raw, lines):
            if (kept := self._checked(path, lines, key, trail, value)) is not None:
                own[key] = Said(kept, path.stem, path.name, line_of(lines, trail))
        return head, own

    def _find(self, reference: str, asked_by: tuple[str, int, str]) -> Path | None:
        """The file of a scenario: by its name, and on the command line by its path too; a file says only the names of others."""
        if asked_by[2] != EXTENDS and reference.endswith(SUFFIX) and Path(reference).is_file():
            return Path(reference)
        stem = reference.removesuffix(SUFFIX)
        is_path = re.split(r"[/\\]", stem)[-1] != stem
        for folder in self.places:
            if not is_path and (folder / f"{stem}{SUFFIX}").is_file():
                return folder / f"{stem}{SUFFIX}"
        own = f"{OWN_FOLDER}/ of the workspace"
        have = sorted({path.stem for folder in self.places if folder.is_dir() for path in folder.glob(f"*{SUFFIX}")})
        if is_path and asked_by[2] == EXTENDS:
            last = re.split(r"[/\\]", stem)[-1]
            expected = "the name of a scenario expected, not the path to its file"
            advice = f'write {EXTENDS} = "{last}"' + ("" if last in have else f", and put {last}{SUFFIX} into {own}")
        elif is_path:
            expected, advice = "there is no such file", f"give the path of a {SUFFIX} file, or the name of a scenario"
        else:
            expected = f"there is no scenario of this name, neither in {own} nor in the library"
            advice = nearest(stem, have) + (f" - or put {stem}{SUFFIX} there" if asked_by[2] == EXTENDS else "")
        self.problems.append(Problem(*asked_by, found=reference, expected=expected, advice=advice))
        return None

    def _head(self, path: Path, raw: Mapping[str, Any], lines: Mapping[tuple[str, ...], int]) -> Head | None:
        try:
            head = HeadForm.model_validate({key: raw[key] for key in ("name", "why", "extends") if key in raw})
        except ValidationError as failure:
            for fault in failure.errors():
                missing = fault["type"] == "missing"
                self._wrong(path, lines, (str(fault["loc"][0]),), "this key is needed" if missing else "text expected",
                            "name the scenario, and say why it is asked" if missing else "")
            return None
        for key in ("name", "why"):
            if not getattr(head, key):
                self._wrong(path, lines, (key,), "some text expected", "members and auditors will ask")
        parents = (head.extends,) if isinstance(head.extends, str) else head.extends
        return Head(path.stem, head.name, head.why, tuple(p for p in parents if p != path.stem or p != BASE))

    def _keys(self, path: Path, raw: Mapping[str, Any],
              lines: Mapping[tuple[str, ...], int]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
        """Every key of the three sections, flattened to the lever that it is: (key, path in the file, value)."""
        for section in SECTIONS:
            part = raw.get(section, {})
            if not isinstance(part, Mapping):
                self._wrong(path, lines, (section,), "a section such as [world] expected")
                continue
            if section == "run":
                for name, value in part.items():
                    if name in RUN:
                        yield f"{SETTINGS}.{name}", (section, name), value
                    else:
                        self._wrong(path, lines, (section, name), "this key is not known", nearest(name, RUN))
            else:
                yield from self._of_section(path, lines, section, (), part)

    def _of_section(self, path: Path, lines: Mapping[tuple[str, ...], int], section: str, trail: tuple[str, ...],
                    part: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
        for name, value in part.items():
            here = (*trail, str(name))
            found = lever_of(here)
            is_setting = here[0] == SETTINGS and len(here) == 2 and here[1] in _setting_names()
            if is_setting or (found is not None and found.section == section):
                yield ".".join(here), (section, *here), value
            elif isinstance(value, Mapping) and _leads_somewhere(here):
                yield from self._of_section(path, lines, section, here, value)
            else:
                while isinstance(value, Mapping) and len(value) == 1 and here[0] != SETTINGS:      # birth.level = 1, to its end
                    here, value = (*here, str(next(iter(value)))), next(iter(value.values()))
                self._wrong(path, lines, (section, *here), *_unknown(here, section))

    def _checked(self, path: Path, lines: Mapping[tuple[str, ...], int], key: str, trail: tuple[str, ...], value: Any) -> Any:
        """A value as it is kept, once it fits the form of its lever; None where it does not."""
        if key.startswith(f"{SETTINGS}."):
            return value            # held against its limits together with the workspace's settings
        try:
            forms = forms_of(key, value)
        except ValidationError as failure:
            found = lever_of(trail[1:])
            for fault in _worth_telling(failure):
                self.problems.append(_told(fault, path.name, line_of(lines, trail), key, found))
            return None
        kept = [plain(form) for form in forms]
        return kept[0] if len(kept) == 1 else kept

    def _wrong(self, path: Path, lines: Mapping[tuple[str, ...], int], trail: tuple[str, ...], expected: str,
               advice: str = "") -> None:
        self.problems.append(Problem(path.name, line_of(lines, trail), ".".join(trail), expected=expected, advice=advice))


def _text(path: Path) -> list[str]:
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        raise EvidenceError([Problem(path.name, expected="this is not UTF-8 text", advice="save it as UTF-8")]) from None
    except OSError as failure:
        raise EvidenceError([Problem(path.name, expected=f"the file cannot be opened: {failure.strerror or failure}")]) from None


def _setting_names() -> set[str]:
    return {f.name for f in fields(Assumptions)}


def _leads_somewhere(here: tuple[str, ...]) -> bool:
    """Say whether keys that begin like this are known, in whatever section."""
    patterns = [name.split(".") for name in (f"{SETTINGS}.*", *(one.name for one in LEVERS))]
    return any(len(pattern) > len(here) and all(a in ("*", b) for a, b in zip(pattern, here, strict=False))
               for pattern in patterns)


def _unknown(here: tuple[str, ...], section: str) -> tuple[str, str]:
    """Say of a key that is not known where it belongs, or which known key is nearest."""
    if here[0] == SETTINGS and len(here) == 2:
        return "there is no such setting", nearest(here[1], _setting_names())
    elsewhere = lever_of(here)
    if elsewhere is not None:
        return f"this key belongs to [{elsewhere.section}]", f"move it below [{elsewhere.section}]"
    names = [one.name for one in LEVERS if one.section == section]
    return "this key is not known", nearest(".".join(here), [*names, f"{SETTINGS}.NAME"])


def _intervals(forms: Sequence[Form]) -> Iterator[Interval]:
    for form in forms:
        for name in type(form).model_fields:
            if isinstance(found := getattr(form, name), Interval):
                yield found


def _worth_telling(failure: ValidationError) -> list[Any]:
    """The faults of a form; where a number or an interval will do, those of the interval only if one was begun."""
    faults = failure.errors()
    if len(faults) < 2:
        return list(faults)
    interval = [f for f in faults if any(_of_interval(part) for part in f["loc"])]
    numbers = [f for f in faults if f["loc"][-1] == "float"]
    begun = any(isinstance(f["input"], Mapping) for f in numbers)
    drop = numbers if begun else interval
    return [f for f in faults if f not in drop] or list(faults)


def _of_interval(part: int | str) -> bool:
    """Say whether a part of a fault's place is pydantic's own name for an interval."""
    return "Interval" in str(part)


def _told(fault: Any, file: str, line: int, key: str, found: Lever | None) -> Problem:
    """Turn one of pydantic's findings into a problem, with the nearest known word for one that is unknown."""
    parts = [str(part) for part in fault["loc"] if part not in ("value", "float") and not _of_interval(part)]
    column, given = ".".join([key, *parts]), fault["input"]
    if fault["type"] == "extra_forbidden":
        picks = found.picks if found is not None else ()
        names = tuple(Interval.model_fields) if any(map(_of_interval, fault["loc"])) else ("value", *picks)
        return Problem(file, line, column, expected="this word is not known here", advice=nearest(parts[-1], names))
    if fault["type"] == "missing":
        return Problem(file, line, column, expected="this word is needed", advice=found.sentence if found is not None else "")
    if isinstance(given, (list, tuple, Mapping)):
        given = "a table" if isinstance(given, Mapping) else "a list"
    expected = WORDS.get(fault["type"], str(fault["msg"]).removeprefix("Value error, "))
    if fault["type"] == "literal_error":
        expected = "one of {expected} expected"
    try:
        expected = expected.format(**fault.get("ctx", {}))
    except (KeyError, IndexError, ValueError):
        expected = str(fault["msg"])
    return Problem(file, line, column, str(given), expected, found.sentence if found is not None else "")
