"""Cells of text to numbers, years, year groups, dates and places on the ground; what cannot be read is told, cell by cell.

Each function gives what it could read, with missing values elsewhere, and says which cells could not be read, so that all the
problems of a file come at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label, parse_ay
from planning_areas.tables import Problem
from sufficiency.evidence import SYMBOLS
from sufficiency.sources.reading import parse_counts

MOST_KINDS = 20             # different things found in one column that are told one by one
EASTINGS, NORTHINGS = (80_000, 656_000), (5_000, 658_000)       # England and Wales on the British National Grid
LONGITUDES, LATITUDES = (-9, 2.5), (49, 61)
NOT_FOLLOWED = -99.0

_YEAR_GROUP = re.compile(r"^(?:y|yr|year|year group|nc year)?\s*(\d{1,2})$")
_DATES = {
    r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00:00(?:\.0+)?)?$": r"\1-\2-\3",       # yyyy-mm-dd, with midnight or without
    r"^(\d{1,2})[-/](\d{1,2})[-/](\d{4})(?: 00:00(?::00)?)?$": r"\3-\2-\1",        # dd-mm-yyyy, dd/mm/yyyy
}


def cell_problems(bad: pd.Series, file: str, column: str, wants: str, described: str = "") -> list[Problem]:
    """One problem for each different thing found in a column, with the first row that has it; bad: the cells, index = row."""
    problems = []
    meaning = f" ({described})" if described else ""
    for found, rows in bad.groupby(bad, sort=False):
        numbers = [int(i) for i in rows.index]
        problems.append(Problem(file, numbers[0], column, found=str(found) or "blank", expected=f"{wants}{meaning}",
                                advice="" if found else "blank is not nought: write the figure or take the row out",
                                others=len(numbers) - 1))
    if len(problems) > MOST_KINDS:
        rest = len(problems) - MOST_KINDS
        problems[MOST_KINDS:] = [Problem(file, 0, column, expected=f"{rest} other things that are not as expected", advice=wants)]
    return problems


def numbers(cells: pd.Series, parse: Callable[[str], float], *, nullable: bool) -> tuple[pd.Series, pd.Series]:
    """Parse each different text once; say which cells could not be read (a blank only where a blank is refused)."""
    known: dict[str, float] = {}
    bad: set[str] = set() if nullable else {""}
    for text in cells.unique():
        try:
            known[text] = parse(text) if text else np.nan
        except ValueError:
            known[text] = np.nan
            bad.add(text)
    return cells.map(known).astype("float64"), cells.isin(bad)


def counts(cells: pd.Series, symbols: pd.Series | None = None) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Split a count that may be hidden into number and symbol; say which cells are neither.

    symbols: a column of its own for them, if the file has one.
    """
    values, found = parse_counts(cells)
    bad = ~found.isin(SYMBOLS) | np.isinf(values)
    joined = found.mask(bad, "")
    if symbols is not None:
        joined = joined.where(found.ne("") | values.notna(), symbols.str.strip().str.lower())
    return values.mask(bad), joined, bad


def number(text: str) -> float:
    """Read a number, with or without commas at the thousands; raises ValueError for anything else, infinities included."""
    value = float(re.sub(r"(?<=\d),(?=\d{3}\b)", "", text))
    if not np.isfinite(value) or "_" in text:
        raise ValueError(text)
    return value


def year(text: str) -> float:
    """Read "2026/27", "202627" or "2026" as 2026; raises ValueError for anything else."""
    return float(text) if re.fullmatch(r"[0-9]{4}", text) else float(parse_ay(text))


def year_group(text: str) -> float:
    """Read "R", "Reception", "Y1", "Year 1" or "1" as the number of the year group; "N" and "Nursery" are -1."""
    lowered = text.casefold()
    if lowered in ("r", "yr", "rec", "reception", "year r"):
        return 0.0
    if lowered in ("n", "nursery", "-1"):
        return -1.0
    match = _YEAR_GROUP.match(lowered)
    if match is None:
        raise ValueError(text)
    return float(match[1])


def census_years(labels: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read the census's names of year groups ("Nursery 2", "year_group_1", "Not followed"); say which are no year group.

    Early 1 and 2 and Nursery 1 and 2 are nursery (-1); pupils who follow no national curriculum year are NOT_FOLLOWED.
    """
    def read(text: str) -> float:
        label = re.sub(r"^(year group|nc year) ", "", re.sub(r"[\s_\-]+", " ", text).strip().casefold())
        if re.fullmatch(r"(early|e|nursery|n) ?[12]", label):
            return -1.0
        return NOT_FOLLOWED if label == "not followed" else year_group(label)

    return numbers(labels, read, nullable=False)


def academic_years(frame: pd.DataFrame, file: str, given: int | None) -> tuple[pd.Series, list[Problem]]:
    """The academic year of each row: the file's `time_period`, or else the year that the workspace gives.

    given: the workspace's year; where the file says its own, it must be among them.
    """
    if "time_period" in frame.columns:
        cells = frame["time_period"]
        ay, bad = numbers(cells, year, nullable=False)
        problems = cell_problems(cells[bad], file, "ay", "an academic year such as 202223 expected")
        if given is not None and not bad.any() and not ay.eq(given).any():
            problems = [Problem(file, 0, "ay", found=", ".join(ay_label(int(y)) for y in sorted(ay.unique())),
                                expected=f"authority.toml says that the file is of {ay_label(given)}",
                                advice="take ay out, or name the right file")]
        return ay, problems
    if given is not None:
        return pd.Series(float(given), index=frame.index), []
    return pd.Series(np.nan, index=frame.index), [
        Problem(file, 0, "ay", expected="the file does not say of which year it is",
                advice="give it in authority.toml, such as ay = \"2022/23\"")]


def dates(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Write dates as yyyy-mm-dd, blank where blank, from dd-mm-yyyy, dd/mm/yyyy or yyyy-mm-dd; say which cells are no dates."""
    known: dict[str, str] = {"": ""}
    for text in cells.unique():
        spelt = next((re.sub(form, order, text) for form, order in _DATES.items() if re.match(form, text)), "")
        try:
            known[text] = pd.Timestamp(spelt).strftime("%Y-%m-%d") if text else ""
        except ValueError:
            continue
    written = cells.map(known)
    return written.fillna("").astype("str"), written.isna()


def astray(typed: pd.DataFrame, file: str) -> list[Problem]:
    """Find coordinates that are degrees, or the wrong way round; the cells are then blank, since they have been told.

    typed: a table whose `easting` and `northing`, if it has them, are changed in place.
    """
    if "easting" not in typed.columns:
        return []
    east, north = typed["easting"], typed["northing"]
    outside = ~(east.between(*EASTINGS) & north.between(*NORTHINGS))
    guesses = {
        "degrees of longitude and latitude": east.between(*LONGITUDES) & north.between(*LATITUDES),
        "degrees, and latitude and longitude swapped": east.between(*LATITUDES) & north.between(*LONGITUDES),
        "easting and northing swapped": outside & north.between(*EASTINGS) & east.between(*NORTHINGS),
    }
    problems = []
    for what, rows in guesses.items():
        if rows.any():
            first = rows.idxmax()
            advice = "change them round" if "easting" in what else "convert them to easting and northing (EPSG:27700)"
            problems += [Problem(file, int(first), column, found=f"{typed.loc[first, column]:g}",
                                 expected=f"metres on the British National Grid expected; these look like {what}",
                                 advice=advice, others=int(rows.sum()) - 1)
                         for column in ("easting", "northing")]
            typed.loc[rows, ["easting", "northing"]] = np.nan
    return problems
