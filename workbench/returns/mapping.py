"""The mapping file of a return: which column goes under which heading, in which file, and how years and codes are written.

The department's template is not public, so that no heading stands in code: the mapping that is shipped (mapping.toml) is in plain
words, and a council that has the template writes a copy. Everything that is wrong with a copy is told at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from planning_areas.school_year import ay_label, nc_year_label
from planning_areas.tables import EvidenceError, Problem
from planning_areas.wording import either, some
from sufficiency.scap.layouts import MODELS
from workbench.answers import UserError

SHIPPED = Path(__file__).parent / "mapping.toml"
MEANINGS = {
    "school_name": "name of the school",
    "laestab": "LA code and establishment number",
    "planning_area_name": "name of the planning area",
}
ADDED = tuple(MEANINGS)  # what is known beside the columns of a table
YEARS: dict[str, Callable[[int], str]] = {
    "2026/27": ay_label,
    "2026": str,
    "202627": lambda ay: f"{ay}{(ay + 1) % 100:02d}",
}
GROUPS: dict[str, Callable[[int], str]] = {
    "Reception": nc_year_label,
    "R": lambda g: "R" if g == 0 else str(g),
    "Year 01": lambda g: nc_year_label(g) if g < 1 else f"Year {g:02d}",
}
SPELT = ("phase", "provision", "change", "funding", "standing", "rests_on", "basis")
FORBIDDEN = set('<>:"/\\|?*[]')  # in names of files and sheets
TAKEN = ("checks", "scorecard", "return", "methodology", "about", "columns", "charts")  # names of our own files and sheets
LONGEST = 31  # characters of the name of a sheet


@dataclass(frozen=True)
class Sheet:
    """One table of the return as it is written: the name of its file, and heading by column."""

    file: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Headings:
    """How a return is written."""

    sheets: Mapping[str, Sheet]
    words: Mapping[str, Mapping[str, str]]
    year: Callable[[int], str]
    group: Callable[[int], str]

    def written(self, name: str, table: pd.DataFrame, schools: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
        """A table of the return under its headings, years and codes in the words asked for; blank where nothing is known."""
        shown = _with_names(table, schools, names)
        columns = self.sheets[name].columns
        cells = {heading: self._cells(column, shown[column]) for column, heading in columns.items()}
        return pd.DataFrame(cells, index=shown.index)

    def _cells(self, column: str, values: pd.Series) -> pd.Series:
        if column in ("ay", "nc_year"):
            say = self.year if column == "ay" else self.group
            return pd.Series([say(int(value)) for value in values], index=values.index, dtype="object")
        if column in SPELT:
            words = self.words.get(column, {})
            return pd.Series([words.get(str(value), str(value)) for value in values], index=values.index, dtype="object")
        if pd.api.types.is_float_dtype(values) and values.dropna().mod(1).eq(0).all():
            return values.astype("Int64")
        return values


def _with_names(table: pd.DataFrame, schools: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """The table with the name and number of each school, and the name of each planning area."""
    shown = table.copy()
    for column, of, key in (
        ("school_name", schools, "urn"),
        ("laestab", schools, "urn"),
        ("planning_area_name", names, "planning_area_code"),
    ):
        if key in shown and column not in shown and column in of:
            known = dict(zip(of[key], of[column], strict=True))
            shown[column] = pd.Series([known.get(one, "") for one in shown[key]], index=shown.index, dtype="object")
    return shown


def read_mapping(path: Path | None = None) -> Headings:
    """Read the mapping that is shipped, or a council's own; EvidenceError with everything that is wrong with it."""
    file = path or SHIPPED
    try:
        given = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise UserError(
            f"there is no file {file}", "leave --mapping out, or give a copy of the mapping that is shipped"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise EvidenceError([
            Problem(file.name, 0, "", str(fault), "a TOML file expected", "begin with a copy of the mapping that is shipped")
        ]) from None
    problems = list(_wrong(given, file.name))
    if problems:
        raise EvidenceError(problems)
    words = given.get("words", {})
    sheets = {name: Sheet(given[name]["file"], dict(given[name]["columns"])) for name in MODELS if name in given}
    spelt = {name: dict(words.get(name, {})) for name in SPELT}
    return Headings(sheets, spelt, YEARS[words.get("academic_year", "2026/27")], GROUPS[words.get("year_group", "Reception")])


def _wrong(given: Mapping[str, Any], file: str) -> list[Problem]:
    """Everything in a mapping that no return could be written by."""
    found = []
    for name, part in given.items():
        if name == "words":
            found += _wrong_words(part, file)
        elif name not in MODELS:
            found.append(Problem(file, 0, name, name, f"{either(MODELS)} or words expected", "take it out, or mend its name"))
        else:
            found += _wrong_sheet(name, part, file)
    if not any(name in MODELS for name in given):
        found.append(
            Problem(
                file, 0, "", "", f"at least one of {either(MODELS)} expected", "begin with a copy of the mapping that is shipped"
            )
        )
    files = [str(part.get("file", "")).casefold() for name, part in given.items() if name in MODELS and isinstance(part, dict)]
    for twice in sorted({one for one in files if one and (files.count(one) > 1 or one in TAKEN)}):
        found.append(Problem(file, 0, "file", twice, "a name of its own for each table expected", "rename one of them"))
    return found


def _wrong_words(words: Any, file: str) -> list[Problem]:
    if not isinstance(words, dict):
        return [Problem(file, 0, "words", str(words), "a table expected", "see the mapping that is shipped")]
    found = []
    for name, known in (("academic_year", YEARS), ("year_group", GROUPS)):
        if words.get(name, next(iter(known))) not in known:
            found.append(Problem(file, 0, f"words.{name}", str(words[name]), f"{either(known)} expected", "write one of these"))
    for name, value in words.items():
        if name not in ("academic_year", "year_group", *SPELT):
            found.append(
                Problem(file, 0, f"words.{name}", str(name), f"{either(SPELT)} expected", "take it out, or mend its name")
            )
        elif name in SPELT and not (isinstance(value, dict) and all(isinstance(word, str) for word in value.values())):
            found.append(
                Problem(
                    file,
                    0,
                    f"words.{name}",
                    str(value),
                    "our word = the department's, in quotes, expected",
                    "see the mapping that is shipped",
                )
            )
    return found


def _wrong_sheet(name: str, part: Any, file: str) -> list[Problem]:
    """What is wrong with one table: the name of its file, its columns, its headings."""
    if not isinstance(part, dict):
        return [Problem(file, 0, name, str(part), "a table with file and columns expected", "see the mapping that is shipped")]
    found = []
    called, columns = part.get("file"), part.get("columns")
    if (
        not isinstance(called, str)
        or not called.strip()
        or set(called) & FORBIDDEN
        or len(called) > LONGEST
        or not called.isprintable()
    ):
        found.append(
            Problem(
                file,
                0,
                f"{name}.file",
                str(called),
                f"a name of at most {LONGEST} characters without any of {' '.join(sorted(FORBIDDEN))} expected",
                "mend it",
            )
        )
    if not isinstance(columns, dict) or not columns:
        return [
            *found,
            Problem(file, 0, f"{name}.columns", str(columns), "at least one column expected", "see the mapping that is shipped"),
        ]
    known = [*MODELS[name].to_schema().columns, *ADDED]
    for column, heading in columns.items():
        if column not in known:
            found.append(
                Problem(
                    file,
                    0,
                    f"{name}.columns",
                    column,
                    f"{either(dict.fromkeys(known))} expected",
                    "take it out, or mend its name",
                )
            )
        if not isinstance(heading, str) or not heading.strip():
            found.append(Problem(file, 0, f"{name}.columns.{column}", str(heading), "a heading expected", "write one"))
    headings = [heading for heading in columns.values() if isinstance(heading, str)]
    if twice := {one for one in headings if headings.count(one) > 1}:
        found.append(
            Problem(
                file,
                0,
                f"{name}.columns",
                some(sorted(twice)),
                "a heading of its own for each column expected",
                "rename one of them",
            )
        )
    return found
