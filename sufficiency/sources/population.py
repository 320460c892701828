"""Small area population estimates: usual residents by small area and single year of age, at 30 June.

The file has a column for each year of age: one of persons (0 ... 90 or 90+), or in newer editions one of each sex (F0 ... F90, M0
... M90), which are added up. Columns of totals are passed over. A workbook may have a sheet for each year. The year is that of a
`year` column, of the title ("Mid-2022"), or the one that the workspace gives as `ay` (here the calendar year of the 30 June).
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import Population, Reading
from sufficiency.sources.cells import cell_problems, counts, number, numbers
from sufficiency.sources.frames import Layout, Table, held, plain, read_tables
from sufficiency.sources.reading import Ask, Reader, noted, source

OLDEST = 90                     # the last age: of 90 and over
AGE = r"(?:age(?:d)? ?)?(?P<sex>[fm]|females? |males? |persons? )?(?:age(?:d)? ?)?(?P<age>\d{1,3})(?: ?\+| and over| plus)?"
LAYOUT = Layout(
    ("lsoa_code",), ("year", "sex", "total"),
    {"total": "total( population)?|all ages|all persons",
     "lsoa_code": r"(lsoa|lower layer super output areas?|area|small area)? ?(20)?(\d\d)? ?(codes?|cd)", "sex": "gender",
     "year": "mid ?year"},
    families=AGE,
)
EVERYBODY = ("persons", "person", "total", "all", "both", "")
CODE = r"[EWNS]\d{8}"


def read_population(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read residents by small area and age, of one mid-year or of several sheets of them."""
    parts: list[pd.DataFrame] = []
    notes: list[str] = []
    problems: list[Problem] = []
    tables = list(read_tables(path, LAYOUT, ask))
    for table in tables:
        part, told, faults = _residents(table, path.name, ask, sheets=len(tables))
        parts.append(part)
        notes += [*table.notes, *told]
        problems += faults
    residents = held(pd.concat(parts), Population, path.name, problems, tables[0].written({}))
    return (Reading(residents, source(READER, path, ask), noted(READER.table, path, tuple(dict.fromkeys(notes)))),)


def _residents(table: Table, file: str, ask: Ask, sheets: int) -> tuple[pd.DataFrame, list[str], list[Problem]]:
    """One sheet: persons by small area and age, one below the other."""
    frame, notes = table.frame, []
    if "sex" in frame.columns and not (persons := frame["sex"].map(plain).isin(EVERYBODY)).all():
        notes.append(f"{(~persons).sum():,} rows that are not of all persons left out")
        frame = frame[persons]
    named = frame["lsoa_code"].str.fullmatch(CODE)
    columns, problems = _ages(frame, file)
    if problems:
        raise EvidenceError(problems)
    empty = ~named & frame[list(columns)].eq("").all(axis=1)
    if empty.any():
        notes.append(f"{empty.sum()} rows that hold no small area and no residents left out")
        frame = frame[~empty]
    year, problems = _mid_year(frame, table, file, ask, sheets)
    flat = pd.Series(frame[list(columns)].to_numpy(dtype=object).ravel(), index=np.repeat(frame.index, len(columns)), dtype="str")
    values, _, bad = counts(flat)
    bad |= values.lt(0) | values.isna()
    headings = pd.Series(np.tile([table.headings[c] for c in columns], len(frame)), index=flat.index)
    problems += [p for name, cells in flat[bad].groupby(headings[bad], sort=False)
                 for p in cell_problems(cells, file, str(name), "a number of residents expected")]
    ages = np.array(list(columns.values()))
    known = np.unique(ages)
    grid = values.to_numpy().reshape(len(frame), len(columns))
    persons = np.stack([grid[:, ages == age].sum(axis=1) for age in known], axis=1)
    if "total" in frame.columns:
        total, _, _ = counts(frame["total"])
        if (apart := (total - persons.sum(axis=1)).abs() > 0.5).any():
            notes.append(f"the ages of {apart.sum()} small areas do not add up to the file's own total: the ages are used")
    area = frame["lsoa_code"].to_numpy(dtype=object)
    return pd.DataFrame({
        "lsoa_code": np.repeat(area, len(known)), "year": np.repeat(year.to_numpy(), len(known)),
        "age": np.tile(known, len(frame)), "persons": persons.ravel(),
    }, index=np.repeat(frame.index, len(known))), notes, problems


def _ages(frame: pd.DataFrame, file: str) -> tuple[dict[str, int], list[Problem]]:
    """Which columns hold which age: of persons where the file has them, else of both sexes; an age left out is a problem."""
    found: dict[str, dict[str, int]] = {"": {}, "f": {}, "m": {}}
    for column in frame.columns:
        if column not in (*LAYOUT.needs, *LAYOUT.may) and (match := re.fullmatch(AGE, column)):
            sex = (match["sex"] or "")[:1].replace("p", "")
            found[sex][column] = min(int(match["age"]), OLDEST)
    by_sex = {**found["f"], **found["m"]}
    columns = found[""] or by_sex
    problems = []
    for ages in (found[""],) if found[""] else (found["f"], found["m"]):
        have = set(ages.values())
        missing = [age for age in range(max(have, default=0) + 1) if age not in have]
        if missing or len(have) < 2:
            problems.append(Problem(file, 0, ", ".join(str(age) for age in missing[:6]) or "0",
                                    expected="columns of single years of age from 0 on are needed",
                                    advice="they are headed 0, 1, 2 ... 90+, or F0 ... F90 and M0 ... M90"))
    return columns, problems


def _mid_year(frame: pd.DataFrame, table: Table, file: str, ask: Ask, sheets: int) -> tuple[pd.Series, list[Problem]]:
    """The year of each row: its own column's, the title's, or the workspace's; title and workspace may not contradict."""
    if "year" in frame.columns:
        cells = frame["year"].str.replace(r"^[Mm]id[- ]", "", regex=True)
        year, bad = numbers(cells, number, nullable=False)
        return year, cell_problems(cells[bad], file, "year", "a year such as 2022 expected")
    titled = sorted({int(y) for y in re.findall(r"\bmid[- _]?(?:year )?((?:19|20)\d\d)\b", plain(table.title))})
    given = titled[0] if len(titled) == 1 else ask.ay
    nothing = pd.Series(np.nan, index=frame.index)
    if given is None:
        return nothing, [Problem(file, 0, "year", expected="the file does not say of which mid-year it is",
                                 advice="give it in authority.toml, such as ay = 2022 for 30 June 2022")]
    if ask.ay is not None and sheets == 1 and titled and ask.ay not in titled:
        return nothing, [Problem(file, 0, "year", found=f"mid-{given}", advice="take ay out, or name the right file",
                                 expected=f"authority.toml says that the file is of {ask.ay}")]
    return pd.Series(float(given), index=frame.index), []


READER = Reader("population", "population", "Small area population estimates by single year of age",
                "Office for National Statistics", read_population)
