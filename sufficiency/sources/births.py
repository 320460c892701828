"""Live births by district or small area, brought to school cohorts (1 September to 31 August) however the file cuts its years.

Three layouts are read: births in the twelve months that end on a date (`date`, `annual_births`, actual, interpolated or
predicted), one row for each area and year, and one row for each area with a column for each year. Twelve months that end on
31 August or 1 September are a cohort already. Mid-years and calendar years are re-cut as in domain brief C0, which is
approximate; a cohort whose two years are not both there is left out. Which of these a bare year is, the heading says, or the
title above the table or in the workspace; it is never guessed. Where a file allows several ways, each area and cohort takes
the best: published figures before predicted ones, then the exact twelve months, then mid-years, then calendar years.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label, cohort_from_calendar_years, cohort_from_mid_years
from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import Births, Reading
from sufficiency.sources.cells import cell_problems, counts, dates
from sufficiency.sources.frames import Layout, Table, as_written, held, other_names, plain, read_frame
from sufficiency.sources.reading import Ask, Reader, noted, source

COHORT, MID_YEAR, CALENDAR = "cohort", "mid-year", "calendar"
BASIS = {COHORT: "cohort", MID_YEAR: "mid-year re-cut", CALENDAR: "calendar re-cut"}     # best first
ENDS = {"08-31": (COHORT, 1), "09-01": (COHORT, 1), "06-30": (MID_YEAR, 0), "07-01": (MID_YEAR, 0),
        "12-31": (CALENDAR, 0), "01-01": (CALENDAR, 1)}
"""Last day of twelve months (or the day after) -> kind of year, and how many years before the date it is named after."""

KINDS = {MID_YEAR: r"\bmid\b|mid ?year|\bjune?\b", CALENDAR: r"\bcalendar|\bdec(ember)?\b",
         COHORT: r"school|academic|cohort|\baug(ust)?\b|\bsept?(ember)?\b"}
TYPES = {"actual": 0, "": 0, "interpolated": 1, "predicted": 2, "forecast": 2, "projected": 2}
PREDICTED, INTERPOLATED = 2, 1
EVERYBODY = ("persons", "person", "total", "all", "both", "")
CODE = r"^([A-Z]\d{8})\b.*"

PERIOD = r"(?P<kind>[a-z ]*?) ?(?P<year>(?:19|20)\d\d)(?:[ /](?P<end>(?:\d\d)?\d\d))?(?: births)?"
HEADING = r"(?:(?:live )?births|(?:calendar|mid|school|academic)(?: year)?|cohort|year(?: ending (?:june?|dec\w*|aug\w*))?)?"
LAYOUT = Layout(
    ("area_code",), ("date", "year", "births", "type", "sex"),
    {
        "area_code": r"(gss|lsoa|lad|la|ltla|utla|area|geography|district|local authority( district)?|small area)? ?"
                     r"(20)?(\d\d)? ?(codes?|cd)( 20\d\d)?",
        "births": r"annual births|((total )?(number of )?(live )?)births|obs value|value",
        "year": r"(calendar|mid|school|academic|birth)? ?year|cohort|period|year ending",
    },
    families=f"{HEADING} ?" + r"(?:19|20)\d\d(?:[ /](?:\d\d)?\d\d)?(?: births)?",
)


def read_births(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read births by area and bring them to school cohorts."""
    read = read_frame(path, LAYOUT, ask)
    periods, notes, problems = _periods(read, path.name, ask)
    if problems:
        raise EvidenceError(as_written(problems, read.headings))
    periods, told, problems = _each_once(periods, path.name)
    chosen, choice_notes = _best(periods)
    if chosen.empty and not problems:
        raise EvidenceError([Problem(path.name, expected="no school cohort can be made of these years",
                                     advice="two mid-years or calendar years in a row are needed, or the months to 31 August")])
    table = held(chosen, Births, path.name, problems, read.written({}))
    return (Reading(table, source(READER, path, ask), noted(READER.table, path, (*read.notes, *notes, *told, *choice_notes))),)


def _periods(read: Table, file: str, ask: Ask) -> tuple[pd.DataFrame, list[str], list[Problem]]:
    """Births of each area in each twelve months: area_code, kind, year, births, type (its rank); index = row."""
    long, heading, notes = _one_below_the_other(read, file)
    long, told = _without_footers(long)
    periods, problems = _dated(long, read, file, heading, ask)
    births, _, bad = counts(long["cell"])
    bad |= births.lt(0)
    headings = long["when"] if not heading else pd.Series("births", index=long.index)
    problems += [p for name, cells in long.loc[bad, "cell"].groupby(headings[bad], sort=False)
                 for p in cell_problems(cells, file, str(name), "a number of births, or one of c z x low : expected")]
    strange = ~long["type"].isin(TYPES)
    problems += cell_problems(long.loc[strange, "type"], file, "type", "actual, interpolated or predicted expected")
    periods["births"], periods["type"] = births.to_numpy(), long["type"].map(TYPES).to_numpy()
    unknown = (births.isna() & ~bad).to_numpy()
    if unknown.any():
        told.append(f"{unknown.sum():,} figures are hidden or blank: cohorts that need them are left out")
    return periods[~unknown], notes + told, problems


def _one_below_the_other(read: Table, file: str) -> tuple[pd.DataFrame, str, list[str]]:
    """Set out any layout as area, when, cell, type (index = row), with the heading of `when` where there is one."""
    frame, notes = read.frame, []
    if "sex" in frame.columns and not (persons := frame["sex"].map(plain).isin(EVERYBODY)).all():
        notes.append(f"{(~persons).sum():,} rows that are not of all persons left out")
        frame = frame[persons]
    years = [c for c in frame.columns if c not in (*LAYOUT.needs, *LAYOUT.may)]
    when = next((c for c in ("date", "year") if c in frame.columns), "")
    if "births" in frame.columns and when:
        kinds = frame["type"].map(plain) if "type" in frame.columns else ""
        long = pd.DataFrame({"area": frame["area_code"], "when": frame[when], "cell": frame["births"], "type": kinds})
        return long, read.headings[when], notes
    if years:
        long = frame.assign(row=frame.index).melt(["area_code", "row"], years, "when", "cell").set_index("row")
        return long.rename(columns={"area_code": "area"}).assign(type=""), "", notes
    raise EvidenceError([Problem(file, 0, "births", found=", ".join(read.headings.values()),
                                 expected="births by year are needed: a column for each year, or year and births, or date and "
                                          "annual_births", advice=other_names(["year", "births"]))])


def _without_footers(long: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Leave out rows that hold no area and no figure, such as the source line below a table."""
    code = long["area"].str.replace(CODE, r"\1", regex=True)
    empty = long["cell"].eq("") & ~code.str.fullmatch(r"[A-Z]\d{8}")
    notes = [f"{long.index[empty].nunique()} rows that hold no area and no births left out"] if empty.any() else []
    return long.assign(area=code)[~empty], notes


def _dated(long: pd.DataFrame, read: Table, file: str, heading: str, ask: Ask) -> tuple[pd.DataFrame, list[Problem]]:
    """Say for each figure of which twelve months it is; dates at other ends of the year have no kind."""
    cells = long["when"]
    problems: list[Problem] = []
    if "date" in read.headings and heading == read.headings["date"]:
        written, bad = dates(cells)
        problems = cell_problems(cells[bad], file, "date", "a date such as 2022-08-31 expected")
        ends = {text: ENDS.get(text[5:], ("", 0)) for text in written.unique()}
        kind = written.map({text: k for text, (k, _) in ends.items()})
        year = pd.to_numeric(written.str.slice(0, 4), errors="coerce") - written.map({text: n for text, (_, n) in ends.items()})
    else:
        known = {text: re.fullmatch(PERIOD, plain(text)) for text in cells.unique()}
        bad = cells.map({text: match is None for text, match in known.items()}).astype("bool")
        problems = cell_problems(cells[bad], file, "year", "a year such as 2022, mid-2022 or 2021/22 expected")
        otherwise = _kind_of(heading) or _kind_of(f"{read.title} {ask.title}")
        found = {t: _kind_of(m["kind"]) or (COHORT if m["end"] else otherwise) for t, m in known.items() if m is not None}
        kind, year = cells.map(found), cells.map({t: float(m["year"]) for t, m in known.items() if m is not None})
        if "" in found.values():
            problems.append(Problem(file, 0, "year", found=next(t for t, k in found.items() if k == ""),
                                    expected="the file does not say which twelve months a year is",
                                    advice="say so in the title of the table in authority.toml: calendar years, mid-years (to "
                                           "30 June) or school cohorts"))
    return pd.DataFrame({"area_code": long["area"], "kind": kind, "year": year}, index=long.index), problems


def _kind_of(text: str) -> str:
    """Tell the kind of year from words; blank where none or several are named."""
    kinds = [kind for kind, words in KINDS.items() if re.search(words, plain(text))]
    return kinds[0] if len(kinds) == 1 else ""


def _each_once(periods: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[str], list[Problem]]:
    """Keep one figure for each area and twelve months, actual before interpolated before predicted; two that differ are told."""
    useless = periods["kind"].eq("")
    notes = [f"{useless.sum():,} figures for other twelve months are not needed"] if useless.any() else []
    keys = ["area_code", "kind", "year"]
    ranked = periods[~useless].sort_values([*keys, "type"], kind="stable")
    again = ranked.duplicated(keys)
    clash = ranked.duplicated([*keys, "type"], keep=False) & ~ranked.duplicated([*keys, "type", "births"], keep=False)
    problems = []
    if clash.any():
        rows = ranked[clash]
        first = rows.iloc[0]
        what = f"{first['area_code']}, {first['kind']} {first['year']:.0f}"
        problems.append(Problem(file, int(rows.index[0]), "births", found=what,
                                expected=f"{len(rows)} figures differ for the same area and twelve months", advice="drop one"))
    notes += [f"{again.sum():,} figures that stand twice are read once"] if again.any() else []
    return ranked[~again], notes, problems


def _best(periods: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Make every cohort in every way that the years allow, and take the best for each area."""
    ways = [periods[periods["kind"].eq(COHORT)].rename(columns={"year": "cohort"}).assign(rank=0)]
    half: set[int] = set()
    for rank, kind, after, recut in ((1, MID_YEAR, 1, cohort_from_mid_years), (2, CALENDAR, 0, cohort_from_calendar_years)):
        years = periods[periods["kind"].eq(kind)]
        first = years.assign(cohort=years["year"] - after)
        second = years.assign(cohort=years["year"] - after - 1)[["area_code", "cohort", "births", "type"]]
        numbered = first.rename_axis("row").reset_index()
        both = numbered.merge(second, on=["area_code", "cohort"], suffixes=("", "_2")).set_index("row")
        ways.append(both.assign(births=recut(both["births"], both["births_2"]), rank=rank,
                                type=both[["type", "type_2"]].max(axis=1)))
        half |= {int(c) for c in (*first["cohort"], *second["cohort"])}
    every = pd.concat(ways)
    every["estimate"] = every["type"].eq(PREDICTED)
    best = every.sort_values(["area_code", "cohort", "estimate", "rank"], kind="stable").drop_duplicates(["area_code", "cohort"])
    best = best.assign(basis=best["kind"].map(BASIS).mask(best["estimate"], "estimate"))
    left = sorted(half - {int(c) for c in best["cohort"]})
    notes = [f"cohorts {_spans(rows['cohort'])} are {told}" for told, rows in (
        ("re-cut from mid-years, which is approximate", best[best["basis"].eq(BASIS[MID_YEAR])]),
        ("re-cut from calendar years, which is approximate", best[best["basis"].eq(BASIS[CALENDAR])]),
        ("the publisher's interpolation between its actual figures",
         best[best["basis"].eq("cohort") & best["type"].eq(INTERPOLATED)]),
        ("predictions by the publisher", best[best["estimate"]])) if len(rows)]
    notes += [f"cohorts {_spans(pd.Series(left))} are left out: only one of their two years is there"] if left else []
    return best[["area_code", "cohort", "births", "basis"]], notes


def _spans(cohorts: pd.Series) -> str:
    """Write cohorts as spans: "1992/93 to 2013/14, 2022/23"."""
    years = np.unique(cohorts.to_numpy(dtype="int64"))
    runs = np.split(years, np.flatnonzero(np.diff(years) > 1) + 1)
    return ", ".join(ay_label(int(run[0])) + (f" to {ay_label(int(run[-1]))}" if len(run) > 1 else "") for run in runs)


READER = Reader("births", "births", "Live births by area", "Office for National Statistics", read_births)
