"""An ensemble in a short TOML file: a scenario with intervals, how many futures are drawn of it, and what is swept.

It is written as a scenario is - name, why, extends, `[world]`, `[choices]`, `[run]` - and may have two sections more.
`[futures]` says how many futures are drawn (`count`), the shape of an interval (`shapes`), how many of them are worked out whole
to say how good the rest is (`checked`), or whether all are (`whole`). `[sweep]` names levers with a list of values each: every
combination is a point, and at every point the same futures are drawn, with the same luck. All problems of the file are told at
once.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from planning_areas.tables import EvidenceError, Problem
from scenarios.changes import LEVERS, SETTINGS, forms_of, lever_of, plain
from scenarios.layers import in_short, line_of, lines_of
from scenarios.lever_chance import SHAPES, Uncertain, intervals_in, uncertain, with_values
from scenarios.scenario import OWN_FOLDER, SUFFIX, Scenario, library, resolve_file
from sufficiency.workspace.workspace_settings import nearest

FUTURES, SWEEP = "futures", "sweep"
FOLDER = "ensembles"        # below the workspace's folder of scenarios, and below the library
MOST_FUTURES, MOST_POINTS = 1_000_000, 1_000


class FuturesForm(BaseModel):
    """The section [futures]."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    count: int = Field(1000, ge=1, le=MOST_FUTURES)
    checked: int = Field(4, ge=0, le=200)
    whole: bool = False
    shapes: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """One combination of the values that are swept."""

    number: int
    keys: Mapping[str, Any]         # lever -> its value

    @property
    def words(self) -> str:
        """What it is, in a line; blank where nothing is swept."""
        return "; ".join(f"{key} {in_short(value)}" for key, value in self.keys.items())


@dataclass(frozen=True)
class Ensemble:
    """What an ensemble asks for."""

    scenario: Scenario
    futures: FuturesForm
    sweep: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def points(self) -> tuple[Point, ...]:
        """Every combination of the values that are swept; one point without a key where nothing is."""
        combined = itertools.product(*self.sweep.values())
        return tuple(Point(n, dict(zip(self.sweep, values, strict=True))) for n, values in enumerate(combined))

    @property
    def levers(self) -> tuple[Uncertain, ...]:
        """The levers that are drawn."""
        return uncertain(self.scenario, self.futures.shapes)

    def keys_at(self, point: Point, given: Mapping[tuple[str, int], float] | None = None) -> dict[str, Any]:
        """The keys of a scenario at a point, with given values of the levers that are drawn and the centre of the others."""
        return with_values({**self.scenario.keys, **point.keys}, given or {})

    @property
    def facts(self) -> dict[str, Any]:
        """What names it: everything that its figures follow from."""
        return {**self.scenario.facts, "keys": dict(self.scenario.keys), "futures": self.futures.model_dump(),
                "sweep": {key: list(values) for key, values in self.sweep.items()}}


def find_ensemble(reference: str, workspace: Path | None) -> Path:
    """The file of an ensemble by its path, or by its name in the workspace's own folder or the library."""
    for path in (Path(reference), *([workspace / reference] if workspace is not None else [])):
        if path.is_file():
            return path
    places = [*([workspace / OWN_FOLDER / FOLDER] if workspace is not None else []), library() / FOLDER]
    stem = reference.removesuffix(SUFFIX)
    for place in places:
        if Path(stem).name == stem and (place / f"{stem}{SUFFIX}").is_file():
            return place / f"{stem}{SUFFIX}"
    have = sorted({path.stem for place in places if place.is_dir() for path in place.glob(f"*{SUFFIX}")})
    raise EvidenceError([Problem("ensemble", found=reference, expected="there is no such ensemble", advice=nearest(stem, have))])


def read_ensemble(path: Path, workspace: Path | None = None, count: int | None = None) -> Ensemble:
    """Read an ensemble; count: so many futures whatever the file says. Raises EvidenceError with every problem."""
    problems: list[Problem] = []
    scenario = None
    try:
        scenario = resolve_file(path, workspace, (FUTURES, SWEEP))
    except EvidenceError as fault:
        problems += fault.problems
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise EvidenceError(problems or [Problem(path.name, expected="this cannot be read as TOML")]) from None
    lines = lines_of(text)
    asked = _futures(raw.get(FUTURES, {}), path.name, lines, problems)
    if count is not None:
        asked = asked.model_copy(update={"count": count})
    sweep = dict(_swept(raw.get(SWEEP, {}), (), path.name, lines, problems)) if isinstance(raw.get(SWEEP, {}), Mapping) else {}
    found = Ensemble(scenario, asked, sweep) if scenario is not None else None
    if found is not None:
        problems += _clashes(found, path.name, lines)
    if problems or found is None:
        raise EvidenceError(problems)
    return found


def _futures(raw: Any, file: str, lines: Mapping[tuple[str, ...], int], problems: list[Problem]) -> FuturesForm:
    """The section [futures], checked."""
    try:
        return FuturesForm.model_validate(raw)
    except ValidationError as failure:
        for fault in failure.errors():
            at = (FUTURES, *(str(part) for part in fault["loc"]))
            known = fault["type"] != "extra_forbidden"
            problems.append(Problem(file, line_of(lines, at), ".".join(at), str(fault["input"]) if known else "",
                                    fault["msg"] if known else "this key is not known",
                                    "" if known else nearest(at[-1], FuturesForm.model_fields)))
        shapes = raw.get("shapes", {}) if isinstance(raw, Mapping) else {}
        told = {str(key): str(shape) for key, shape in shapes.items()} if isinstance(shapes, Mapping) else {}
        return FuturesForm.model_validate({"shapes": told})      # what it says of shapes is looked into all the same


def _swept(part: Mapping[str, Any], trail: tuple[str, ...], file: str, lines: Mapping[tuple[str, ...], int],
           problems: list[Problem]) -> Iterator[tuple[str, list[Any]]]:
    """The levers of [sweep], each with its values checked by the lever's own form."""
    for name, value in part.items():
        here = (*trail, str(name))
        key, at = ".".join(here), line_of(lines, (SWEEP, *here))
        setting = here[0] == SETTINGS and len(here) == 2
        if isinstance(value, Mapping):
            yield from _swept(value, here, file, lines, problems)
        elif lever_of(here) is None and not setting:
            names = [one.name for one in LEVERS]
            problems.append(Problem(file, at, f"{SWEEP}.{key}", expected="this key is not known", advice=nearest(key, names)))
        elif not isinstance(value, list) or not value:
            problems.append(Problem(file, at, f"{SWEEP}.{key}", in_short(value), "a list of values expected, such as [0, 1, 2]"))
        else:
            kept = []
            for one in value:
                try:
                    if any(True for _ in intervals_in(one)):
                        raise ValueError("a value without an interval expected")
                    kept.append(plain(forms_of(key, one)[0]) if not setting else one)
                except ValueError as failure:
                    said = failure.errors()[0]["msg"] if isinstance(failure, ValidationError) else str(failure)
                    problems.append(Problem(file, at, f"{SWEEP}.{key}", in_short(one), said.removeprefix("Value error, ")))
            yield key, kept


def _clashes(found: Ensemble, file: str, lines: Mapping[tuple[str, ...], int]) -> Iterator[Problem]:
    """What the sections say against one another."""
    for key in found.sweep:
        if key in found.scenario.keys:
            yield Problem(file, line_of(lines, (SWEEP, *key.split("."))), f"{SWEEP}.{key}", advice="leave one of the two out",
                          expected="this lever is set already, here or by what the file extends")
    count = 1
    for values in found.sweep.values():
        count *= len(values)
    if count > MOST_POINTS:
        yield Problem(file, line_of(lines, (SWEEP,)), SWEEP, f"{count:,} combinations", f"at most {MOST_POINTS:,} expected")
    drawn = {one.key for one in found.levers}
    for key, shape in found.futures.shapes.items():
        at = line_of(lines, (FUTURES, "shapes", key))
        if key not in drawn:
            yield Problem(file, at, f"{FUTURES}.shapes", key, "a lever with an interval expected", nearest(key, sorted(drawn)))
        if shape not in SHAPES:
            among = f"one of {', '.join(SHAPES)} expected"
            yield Problem(file, at, f"{FUTURES}.shapes.{key}", shape, among, nearest(shape, SHAPES))
