"""The text of `authority.toml`: reading it, saying in plain words what cannot be read, and on which line a key stands.

The file is TOML, which planners need not know: the reader's faults are told as what to write instead, each with its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from planning_areas.tables import EvidenceError, Problem

FILE = "authority.toml"
UNREADABLE = {
    "Cannot overwrite a value": "this name stands a second time in its section: each may stand once",
    "Cannot declare": "this heading in square brackets stands twice: put its lines together, or write it [[so]] each time",
    "Unclosed array": "a list is not closed by a square bracket, or a comma is missing in it",
    "Unclosed inline table": "curly brackets are not closed",
    "Unescaped '\\'": "a backslash cannot stand here: paths are written with forward slashes",
    "Invalid hex": "a backslash cannot stand here: paths are written with forward slashes",
    "Expected '='": "a name, an equals sign and a value are expected",
    "Invalid statement": "a name, an equals sign and a value are expected",
    "Invalid value": "a value is expected: text stands in straight quotation marks",
    "Illegal character": "a quotation mark is missing in this line",
    'Expected "': "a quotation mark is missing",
    "Expected newline": "more than one value stands here: text, and a year such as \"2025/26\", stands in quotation marks",
    "Expected ']'": "a heading stands in square brackets, such as [tables.births]",
}
"""How the reader of TOML begins to say what is wrong, and what that means to a planner."""


def read_settings(folder: Path) -> tuple[str, dict[str, Any]]:
    """Read `authority.toml`: its text, and what it says; raises EvidenceError with the line that cannot be read."""
    text = _text(folder)
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        line = re.search(r"at line (\d+)", str(fault))
        expected = next((words for start, words in UNREADABLE.items() if str(fault).startswith(start)), "this cannot be read")
        raise EvidenceError([Problem(FILE, int(line[1]) if line else text.count("\n") + 1, expected=expected,
                                     advice='a line reads name = "Marlshire", a list files = ["a.csv", "b.csv"]')]) from None


def _text(folder: Path) -> str:
    """Read `authority.toml` as text, or say what is the matter with it."""
    if not folder.is_dir():
        raise EvidenceError([Problem(str(folder.name), expected="there is no such folder",
                                     advice="give the folder that holds authority.toml")])
    path = folder / FILE
    if not path.is_file():
        raise EvidenceError([Problem(FILE, expected="this file is not in the folder",
                                     advice="`sufficiency template DIR` writes an empty workspace")])
    try:
        data = path.read_bytes()
    except OSError as failure:
        raise EvidenceError([cannot_open(FILE, failure)]) from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        line = data[:fault.start].count(b"\n") + 1
        raise EvidenceError([Problem(FILE, line, expected="this is not UTF-8 text", advice="save it as UTF-8")]) from None


def cannot_open(file: str, failure: OSError) -> Problem:
    """Say of a file that is there that it cannot be opened, and what to do."""
    return Problem(file, expected=f"the file cannot be opened: {failure.strerror or failure}",
                   advice="close it in other programs, and check that you may read it")


def with_lines(problems: Iterable[Problem], text: str) -> list[Problem]:
    """Give each problem the line of the file on which its key stands."""
    return [Problem(p.file, _line_of(text, p.column.split(".")), p.column, p.found, p.expected, p.advice) for p in problems]


def _line_of(text: str, keys: list[str]) -> int:
    """Find the line of a key such as tables.schools.reader, or else of its section; 0 where neither is found."""
    best, longest = 0, 0
    section: list[str] = []
    counts: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if head := re.match(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]", line):
            if head[1] == "[[":
                counts[head[2]] = counts.get(head[2], 0) + 1
            path = section = _numbered(head[2].split("."), counts)
        elif key := re.match(r"\s*[\"']?([\w -]+?)[\"']?\s*[=.]", line):
            path = [*section, key[1]]
        else:
            continue
        shared = min(len(path), len(keys))
        if shared > longest and path[:shared] == keys[:shared]:
            best, longest = number, shared
    return best


def _numbered(parts: list[str], counts: Mapping[str, int]) -> list[str]:
    """Put the number of the current [[table]] behind its name, from the second on."""
    path: list[str] = []
    for end, part in enumerate(parts, 1):
        path.append(part)
        if (count := counts.get(".".join(parts[:end]), 1)) > 1:
            path.append(str(count))
    return path
