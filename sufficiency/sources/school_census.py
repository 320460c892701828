"""Schools, pupils and their characteristics: January headcounts by school and year group, and what the census says of a school.

The yearly underlying data are wide: one row a school, with columns such as "Part time girls Nursery 2" and "Full time boys Year
group 7", four of them (full and part time, girls and boys) for each year group, which are added up. Headings differ in case and
spelling between years. The newer table is long: one row for each school, breakdown and count. Nursery (-1) is Early 1 and 2 and
Nursery 1 and 2 together. A count that is hidden in one part ("z" for independent schools) hides the sum, and its symbol is kept.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import CensusSchools, Reading, SchoolRoll
from sufficiency.sources.cells import NOT_FOLLOWED, academic_years, cell_problems, census_years, counts
from sufficiency.sources.frames import Layout, cells_of, held, plain, read_frame
from sufficiency.sources.gias import faith_of
from sufficiency.sources.reading import Ask, Reader, noted, source

GROUP = r"(?:early|e|nursery|n) ?[12]|(?:year group )?(?:reception|not followed)|(?:year group|year|nc year) ?\d{1,2}"
HEADCOUNT = rf"(full|part) ?time (girls|boys|females?|males?) ({GROUP})"
PARTS = 4                       # full and part time, girls and boys
NEEDED_GROUPS = range(0, 12)    # Reception to Year 11: a file without one of them is no school census

PUBLISHED = {
    "urn": "urn", "ay": "time_period", "laestab": "laestab", "la_code": "old_la_code", "school_name": "school_name",
    "phase_type_grouping": "phase_type_grouping", "establishment_type": "typeofestablishment_name",
    "district_code": "district_administrative_code", "district_name": "district_administrative_name",
    "postcode": "school_postcode", "urban_rural": "urban_rural",
    "religious_character": "denomination",
}
"""Our column -> its heading in the publication."""

LONG = ("breakdown_topic", "breakdown", "pupil_count")
NEEDS = ("urn", "old_la_code", "laestab", "school_name", "phase_type_grouping")
LAYOUT = Layout(
    NEEDS, (*(c for c in PUBLISHED.values() if c not in NEEDS), "geographic_level", "sex", "attendance_pattern", *LONG),
    {
        "urn": "school urn", "laestab": "school laestab|la ?estab", "old_la_code": "la code|la number|la",
        "school_name": "schoolname|school", "phase_type_grouping": "phase type|school phase type",
        "typeofestablishment_name": r"type ?of ?establishment( name)?", "school_postcode": "postcode",
        "time_period": "time period|academic year", "attendance_pattern": "school time|attendance",
        "urban_rural": r"urban rural.*", "district_administrative_code": "la district code|district code",
        "district_administrative_name": "la district name|district name",
    },
    families=HEADCOUNT, authority="old_la_code",
)
TOTALS = ("total", "all", "all pupils", "girls and boys", "full time and part time", "")
YEAR_GROUP_TOPIC = r"(by )?(nc|national curriculum)? ?year ?(groups?)?|ncyear"


def read_school_census(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the rolls of the authority's schools by year group, and what the census says of each school."""
    read = read_frame(path, LAYOUT, ask)
    frame, notes = read.frame, list(read.notes)
    if "geographic_level" in frame.columns and (sums := frame["geographic_level"].str.casefold().ne("school")).any():
        notes.append(f"{sums.sum():,} rows that are sums over schools left out")
        frame = frame[~sums]
    ay, problems = academic_years(frame, path.name, ask.ay)
    is_long = set(LONG) <= set(frame.columns)
    roll, told, faults = (_long_roll if is_long else _wide_roll)(frame, ay, path.name)
    about = pd.DataFrame({ours: cells_of(frame, theirs) for ours, theirs in PUBLISHED.items()}).assign(ay=ay)
    about["religious_character"] = faith_of(about["religious_character"])
    about = about.drop_duplicates() if is_long else about
    followed = roll["nc_year"].ne(NOT_FOLLOWED)
    nobody = roll.loc[~followed, "pupils"].sum()
    told += [f"{nobody:,.0f} pupils who follow no year group are left out"] if nobody else []
    known, schools = _both(roll[followed], about, path.name, [*problems, *faults],
                           read.written(PUBLISHED))
    return (Reading(known, source(READER, path, ask), noted(READER.table, path, tuple(notes + told))),
            Reading(schools, source(READER, path, ask, "census_schools")))


def _both(
    roll: pd.DataFrame, about: pd.DataFrame, file: str, problems: list[Problem], written: dict[str, str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold roll and schools against their models and tell the problems of both; a school that stands twice is told once."""
    every: list[Problem] = []
    try:
        schools = held(about, CensusSchools, file, problems, written)
    except EvidenceError as failure:
        every += failure.problems
        roll = roll.drop_duplicates(["urn", "ay", "nc_year"])
    try:
        known = held(roll, SchoolRoll, file, problems, written)
    except EvidenceError as failure:
        every += failure.problems
    if every:
        raise EvidenceError(dict.fromkeys(every))
    return known, schools


def added_up(parts: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add up pupils over the parts of each key; one that is missing makes the sum missing, with its symbol. `row`: the first."""
    groups = parts.groupby(keys, sort=False)
    whole = groups["pupils"].count() == groups.size()
    sums = groups.agg(pupils=("pupils", "sum"), symbol=("symbol", "max"), row=("row", "min"))
    return sums.assign(pupils=sums["pupils"].where(whole)).reset_index()


def _wide_roll(frame: pd.DataFrame, ay: pd.Series, file: str) -> tuple[pd.DataFrame, list[str], list[Problem]]:
    """Add up the four columns of each year group (nursery: of four groups); a part that is hidden hides the sum."""
    columns = [c for c in frame.columns if re.fullmatch(HEADCOUNT, c)]
    labels = pd.Series({c: re.fullmatch(HEADCOUNT, c)[3] for c in columns}, dtype="str")     # type: ignore[index]  # matched above
    years, _ = census_years(labels)
    if missing := _missing_parts(labels, years, file):
        raise EvidenceError(missing)
    parts = frame[columns]
    flat = pd.Series(parts.to_numpy(dtype=object).ravel(), index=np.repeat(frame.index, len(columns)), dtype="str")
    values, symbols, bad = counts(flat)
    bad |= values.lt(0) | values.mod(1).gt(0)
    names = pd.Series(np.tile(columns, len(frame)), index=flat.index)
    problems = [p for name, cells in flat[bad].groupby(names[bad], sort=False)
                for p in cell_problems(cells, file, str(name), "a whole number of pupils, or one of c z x low : expected")]
    grid = values.mask(bad).to_numpy().reshape(parts.shape)
    marks = symbols.to_numpy(dtype=object).reshape(parts.shape)
    of_year = [(nc_year, np.flatnonzero(years.to_numpy() == nc_year)) for nc_year in sorted(years.unique())]
    roll = pd.concat([pd.DataFrame({
        "urn": frame["urn"], "ay": ay, "nc_year": nc_year, "pupils": grid[:, at].sum(axis=1), "symbol": _first(marks[:, at]),
    }, index=frame.index) for nc_year, at in of_year])
    blank = (roll["pupils"].isna() & roll["symbol"].eq("")).sum() if not problems else 0
    notes = [f"{blank:,} headcounts are blank and not known"] if blank else []
    absent = [name for name, nc_year in (("nursery", -1), ("Year 12", 12), ("Year 13", 13), ("Year 14", 14))
              if nc_year not in set(years)]
    notes += [f"the file has no columns for {', '.join(absent)}"] if absent else []
    return roll.sort_index(kind="stable"), notes, problems


def _first(marks: np.ndarray) -> np.ndarray:
    """The first symbol of each row of parts, blank where none is hidden."""
    found = marks != ""
    return np.where(found.any(axis=1), marks[np.arange(len(marks)), found.argmax(axis=1)], "")


def _missing_parts(labels: pd.Series, years: pd.Series, file: str) -> list[Problem]:
    """Name the year groups without any column, and those without all four of their parts."""
    absent = sorted(set(NEEDED_GROUPS) - set(years.astype("int64")))
    advice = "the columns are those such as 'Full time girls Year group 1' and 'Part time boys Reception'"
    problems = [Problem(file, 0, "Reception" if g == 0 else f"Year group {g}", advice=advice,
                        expected="there are no headcounts of this year group") for g in absent]
    each = labels.value_counts()
    return problems + [
        Problem(file, 0, str(label), found=f"{n} columns", expected="full and part time, girls and boys: four columns expected",
                advice="add the column that is missing") for label, n in each[each != PARTS].sort_index().items()]


def _long_roll(frame: pd.DataFrame, ay: pd.Series, file: str) -> tuple[pd.DataFrame, list[str], list[Problem]]:
    """Take the rows that speak of year groups, both sexes and every attendance together."""
    topics = frame["breakdown_topic"].map({t: bool(re.fullmatch(YEAR_GROUP_TOPIC, plain(t))) and plain(t) != ""
                                           for t in frame["breakdown_topic"].unique()}).astype("bool")
    if not topics.any():
        shown = ", ".join(sorted(frame["breakdown_topic"].unique())[:6])
        raise EvidenceError([Problem(file, 0, "breakdown_topic", found=shown,
                                     expected="no breakdown by year group is in the file",
                                     advice="download it with the year groups among the breakdowns")])
    mine = frame[topics]
    problems = []
    for column in ("sex", "attendance_pattern"):
        if column in mine.columns:
            whole = mine[column].map(plain).isin(TOTALS)
            if not whole.any():
                shown = ", ".join(sorted(mine[column].unique())[:6])
                problems.append(Problem(file, int(mine.index[0]), column, found=shown, advice="download it with the totals",
                                        expected="a row for all together ('Total') expected"))
            mine = mine[whole] if whole.any() else mine
    labels = mine["breakdown"]
    totals = labels.map(plain).isin(TOTALS)
    mine, labels = mine[~totals], labels[~totals]
    years, bad = census_years(labels)
    problems += cell_problems(labels[bad], file, "breakdown", "a year group such as Reception or Year group 1 expected")
    cells = mine["pupil_count"]
    pupils, symbols, wrong = counts(cells)
    problems += cell_problems(cells[wrong], file, "pupil_count", "a number of pupils, or one of c z x low : expected")
    if problems:
        raise EvidenceError(problems)
    parts = pd.DataFrame({"urn": mine["urn"], "ay": ay[mine.index], "nc_year": years, "label": labels.map(plain),
                          "pupils": pupils, "symbol": symbols, "row": mine.index})
    if (twice := parts.duplicated(["urn", "ay", "label"])).any():
        problems.append(Problem(file, int(parts.loc[twice, "row"].iloc[0]), "breakdown", found=str(labels[twice].iloc[0]),
                                expected="one row for each school and year group expected", others=int(twice.sum()) - 1))
    return added_up(parts, ["urn", "ay", "nc_year"]).set_index("row"), [], problems


READER = Reader("school_census", "school_roll", "Schools, pupils and their characteristics: school-level underlying data",
                "Department for Education", read_school_census, also=("census_schools",))
