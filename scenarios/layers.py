"""Laying one scenario's keys over another's: who said what, where it stands, and that two siblings never touch one key.

A scenario is flattened into keys such as `births.level`, each with the file and line that say it. A child's key lies over its
parent's. Scenarios that stand side by side (several parents, or several on the command line) are joined: where two of them touch
one key, and neither descends from the other, nobody can say which is meant, and that is an error that names both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planning_areas.school_year import ay_label
from planning_areas.tables import Problem

PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*(\.?)""")


@dataclass(frozen=True)
class Said:
    """One key's value, and who says it: the scenario, its file and line, and the scenarios from which that one descends."""

    value: Any
    by: str
    file: str
    line: int
    above: frozenset[str] = frozenset()


Layer = Mapping[str, Said]


def lay(under: Layer, over: Layer) -> dict[str, Said]:
    """Lay a child's keys over its parents'."""
    return {**under, **over}


def join(siblings: Sequence[Layer]) -> tuple[dict[str, Said], list[Problem]]:
    """Join scenarios that stand side by side; a key that two of them touch is told, unless one descends from the other."""
    joined: dict[str, Said] = {}
    problems = []
    for layer in siblings:
        for key, said in layer.items():
            there = joined.get(key)
            if there is None or there.by == said.by or there.by in said.above:
                joined[key] = said
            elif said.by not in there.above:
                too = f"{there.by} touches this key too ({in_short(there.value)}, {there.file} row {there.line})"
                problems.append(Problem(said.file, said.line, key, in_short(said.value), too,
                                        "write one scenario that extends both and says which is meant, or leave one out"))
    return joined, problems


def changes(under: Mapping[str, Any], over: Mapping[str, Any], neutral: Mapping[str, str]) -> tuple[str, ...]:
    """List what differs between two sets of keys, "key: old -> new"; neutral: what a key means where nobody touches it."""
    told = []
    for key in sorted(under.keys() | over.keys()):
        old, new = (in_short(side[key]) if key in side else neutral[key] for side in (under, over))
        if old != new:
            told.append(f"{key}: {old} -> {new}")
    return tuple(told)


def in_short(value: Any) -> str:
    """A value as it is written in one line: numbers bare, an interval with its probability, all else as in the file."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        if value.keys() == {"low", "central", "high", "probability"}:
            return f"{value['central']:g} ({value['low']:g} to {value['high']:g} with probability {value['probability']:g})"
        return ", ".join(in_short(part) if key == "value" else f"{key.replace('_', ' ')} {_named(key, part)}"
                         for key, part in sorted(value.items(), key=lambda item: (item[0] != "value", item[0])))
    if isinstance(value, Iterable):
        parts = list(value)
        return ("; " if any(isinstance(part, Mapping) for part in parts) else ", ").join(in_short(part) for part in parts)
    return json.dumps(value)


def _named(key: str, part: Any) -> str:
    """What a lever is picked for, in short; a year as people write it."""
    return ay_label(part) if key in ("from", "to") and isinstance(part, int) else in_short(part)


def lines_of(text: str) -> dict[tuple[str, ...], int]:
    """The line of every section and key of a TOML text, by its whole path: ("world", "births", "level") -> 7."""
    found: dict[tuple[str, ...], int] = {}
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if head := re.match(r"\s*\[\[?(.*?)\]\]?\s*(?:#.*)?$", line):
            section = tuple(_parts(head[1]))
            found.setdefault(section, number)
        elif path := tuple(_parts(line)):
            for end in range(1, len(path) + 1):
                found.setdefault((*section, *path[:end]), number)
    return found


def _parts(text: str) -> Iterator[str]:
    """The parts of a dotted key at the start of a line, quoted or bare."""
    at = 0
    while part := PART.match(text, at):
        yield next(group for group in part.groups()[:3] if group is not None)
        at = part.end()
        if not part[4]:
            return


def line_of(lines: Mapping[tuple[str, ...], int], path: Sequence[str]) -> int:
    """The line of a path, or of the nearest section above it; 0 where there is none."""
    for end in range(len(path), 0, -1):
        if tuple(path[:end]) in lines:
            return lines[tuple(path[:end])]
    return 0
