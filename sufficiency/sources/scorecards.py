"""Local authority school places scorecards: the rolls that really came, and how far the authority's own forecasts were out.

The file of each release is wide (`For_1_P` ... `For_3_S`, `PriNOR`, `SecNOR`, one row an authority and year); the table of the
statistics service has a row for each phase, and the year in its column names. Columns come and go between releases, and errors
are fractions in one and percent in another: told by the column's name, else by the forecast and roll beside them, else by size.
The roll is that of January in the year after the edition's. Kept are the authority and England (la_code 0).
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label, parse_ay
from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import Reading, Scorecards
from sufficiency.sources.cells import academic_years, cell_problems, counts
from sufficiency.sources.frames import Layout, Table, cells_of, held, plain, read_frame
from sufficiency.sources.reading import Ask, Reader, noted, source

ENGLAND = "0"
PHASES = {"primary": ("P", "Pri"), "secondary": ("S", "Sec")}       # how the columns of a release name them
ERRORS = {"error_one_year": "1", "error_three_year": "3"}
PERCENT_FROM = 0.15             # a median error of more than this, over all authorities, is one in percent
ACTUAL = r"actual pupil numbers (\d{6}) count"
AHEAD = {"error_one_year": r"one year ahead forecast accuracy.*", "error_three_year": r"three year ahead forecast accuracy.*"}
MISSING = ("na", "n/a", "nan", ".")     # how releases write that there is no figure

WIDE = tuple(f"For_{ahead}_{letter}" for letter, _ in PHASES.values() for ahead in ERRORS.values())
LAYOUT = Layout(
    ("LANumber",), ("time_period", "geographic_level", "education_phase", *WIDE, *(f"{word}NOR" for _, word in PHASES.values()),
                    *(f"{word}Forecast{ahead}" for _, word in PHASES.values() for ahead in ERRORS.values())),
    {"LANumber": "old la code|la code|la number", "time_period": "year|academic year"},
    families="|".join((ACTUAL, *AHEAD.values())),
)


def read_scorecards(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the scorecards of the authority and of England, from any release."""
    read = read_frame(path, LAYOUT, ask)
    frame = read.frame
    cards, notes, problems = (_long if "education_phase" in frame.columns else _wide)(read, path.name, ask)
    cards["la_code"] = _codes(frame).reindex(cards.index)
    mine = cards["la_code"].isin([ask.la_code, ENGLAND]) if ask.la_code else cards["la_code"].ne("")
    if ask.la_code and not cards["la_code"].eq(ask.la_code).any():
        found = ", ".join(sorted(cards["la_code"].unique())[:5])
        raise EvidenceError([Problem(path.name, 0, read.headings["LANumber"], found=found,
                                     expected=f"no row is of authority {ask.la_code}",
                                     advice="check the code in authority.toml")])
    if others := len(cards[~mine].index.unique()):
        notes.append(f"{others:,} rows of other authorities and of regions left out")
    cards["actual_ay"] = cards["edition"] + 1
    dated = cards["edition"].notna()        # a row without a year has been told
    written = read.written({"la_code": "LANumber", "edition": "time_period"})
    table = held(cards[mine & dated], Scorecards, path.name, problems, written)
    return (Reading(table, source(READER, path, ask), noted(READER.table, path, (*read.notes, *notes))),)


def _codes(frame: pd.DataFrame) -> pd.Series:
    """The authority's code of each row; England's is 0, and regions have none."""
    codes = frame["LANumber"]
    national = cells_of(frame, "geographic_level").str.casefold().eq("national")
    return codes.mask(~codes.str.fullmatch(r"\d{1,3}"), "").mask(national, ENGLAND)


def _wide(read: Table, file: str, ask: Ask) -> tuple[pd.DataFrame, list[str], list[Problem]]:
    """A release: one row for each authority and year, with columns for both phases."""
    frame = read.frame
    if not set(WIDE) & set(frame.columns):
        raise EvidenceError([Problem(file, 0, WIDE[0], expected="no column of forecast accuracy is in the file",
                                     advice="it must have " + ", ".join(WIDE))])
    edition, problems = academic_years(frame, file, ask.ay)
    problems = [Problem(p.file, p.row, "edition", p.found, p.expected, p.advice, p.others) for p in problems]
    figures: dict[str, pd.Series] = {}
    for column in (c for c in LAYOUT.may if c in frame.columns and c.startswith(("For_", *(w for _, w in PHASES.values())))):
        figures[column], faults = _figures(frame[column], file, read.headings[column])
        problems += faults
    percent, notes = _in_percent(figures, edition)
    nothing = pd.Series(np.nan, index=frame.index)
    parts = []
    for phase, (letter, word) in PHASES.items():
        part = pd.DataFrame({"edition": edition, "phase": phase, "actual": figures.get(f"{word}NOR", nothing)})
        for ours, ahead in ERRORS.items():
            error = figures.get(f"For_{ahead}_{letter}", nothing)
            part[ours] = error.where(~percent, error / 100)
        parts.append(part)
    if not any(f"{word}NOR" in figures for _, word in PHASES.values()):
        notes.append("this release does not give the rolls that came, only the errors")
    return pd.concat(parts), notes, problems


def _in_percent(figures: dict[str, pd.Series], edition: pd.Series) -> tuple[pd.Series, list[str]]:
    """Say for each row whether its errors are in percent, edition by edition, and how that was told."""
    percent = pd.Series(False, index=edition.index)
    told: dict[str, list[str]] = {}
    for year, rows in edition.groupby(edition):
        ratios = _against_forecasts(figures, rows.index)
        if len(ratios):
            is_percent, how = bool(ratios.median() > 10), "by the forecasts beside them"      # 1 for fractions, 100 for percent
        else:
            errors = pd.concat([figures[c].reindex(rows.index) for c in WIDE if c in figures])
            is_percent, how = bool(errors.abs().median() > PERCENT_FROM), "by their size"
        percent[rows.index] = is_percent
        told.setdefault(f"read as {'percent' if is_percent else 'fractions'}, {how}", []).append(ay_label(int(year)))
    return percent, [f"errors of {', '.join(years)} are {how}" for how, years in told.items()]


def _against_forecasts(figures: dict[str, pd.Series], rows: pd.Index) -> pd.Series:
    """How many times the error as given is (forecast - actual) / actual, where a release has the forecasts too."""
    ratios = []
    for letter, word in PHASES.values():
        for ahead in ERRORS.values():
            error, forecast, actual = (figures.get(c) for c in (f"For_{ahead}_{letter}", f"{word}Forecast{ahead}", f"{word}NOR"))
            if error is not None and forecast is not None and actual is not None:
                true = (forecast / actual - 1).reindex(rows)
                ratios.append((error.reindex(rows) / true)[true.abs() > 0.001])
    return pd.concat(ratios).dropna() if ratios else pd.Series(dtype="float64")


def _long(read: Table, file: str, ask: Ask) -> tuple[pd.DataFrame, list[str], list[Problem]]:
    """The table of the statistics service: a row for each authority and phase; the year of the roll is in its column's name."""
    frame = read.frame
    rolls = {parse_ay(m[1]): c for c in frame.columns if (m := re.fullmatch(ACTUAL, c))}
    errors = {ours: next((c for c in frame.columns if re.fullmatch(pattern, c)), "") for ours, pattern in AHEAD.items()}
    if not rolls or not any(errors.values()):
        raise EvidenceError([Problem(file, 0, "one_year_ahead_forecast_accuracy_percentage",
                                     expected="columns of forecast accuracy and of actual pupil numbers are needed",
                                     advice="take the data set on forecast accuracy")])
    actual_ay = max(rolls)
    notes = [] if len(rolls) == 1 else [f"the roll of {ay_label(actual_ay)} is taken, the latest of several in the file"]
    problems: list[Problem] = []
    phases = frame["education_phase"].map(plain)
    cards = pd.DataFrame({"edition": float(actual_ay - 1), "phase": phases}, index=frame.index)
    cards["actual"], faults = _figures(frame[rolls[actual_ay]], file, read.headings[rolls[actual_ay]])
    problems += faults
    for ours, column in errors.items():
        if not column:
            cards[ours] = np.nan
            continue
        values, faults = _figures(frame[column], file, read.headings[column])
        problems += faults
        cards[ours] = values / 100 if "percent" in column else values
    known = phases.isin(PHASES)
    if (~known).any():
        notes.append(f"rows of other phases left out: {', '.join(sorted(frame.loc[~known, 'education_phase'].unique()))}")
    return cards[known].copy(), notes, problems


def _figures(cells: pd.Series, file: str, column: str) -> tuple[pd.Series, list[Problem]]:
    """Read figures, missing where the release has none; rolls are not below nought, errors may be."""
    values, _, bad = counts(cells.mask(cells.str.casefold().isin(MISSING), "").str.removesuffix("%"))
    is_error = bool(re.search("accuracy|^for [13] [ps]$", plain(column)))
    wants = "a number" if is_error else "a number of pupils, none below nought,"
    bad |= values.lt(0) & (not is_error)
    return values.mask(bad), cell_problems(cells[bad], file, column, f"{wants} or one of c z x low : expected")


READER = Reader("scorecards", "scorecards", "Local authority school places scorecards", "Department for Education",
                read_scorecards)
