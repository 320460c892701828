"""What must be true of a whole row of the council's own tables, beyond what its model says of each cell.

Planner's overrides: a planning area or a school, never both; no negative pupils; made before they expire. Registrations: an age
or a cohort; no small areas, and nothing that looks like single persons, since registers of patients are personal data below
LSOA (domain brief C2, I1). Every row that is wrong is told; a cell that could not be read has been told already and is passed
over.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from planning_areas.tables import Problem
from planning_areas.wording import some

PERSONAL = re.compile(r"nhs|patient|postcode|post code|surname|forename|first.?name|last.?name|date of birth|birth.?date|\bdob\b|"
                      r"address|uprn", re.IGNORECASE)
SMALL_AREA = r"^[EW]01\d{6}$"
ONES, FEWEST_ROWS = 0.5, 10         # share of counts that are 1 from which rows look like persons, and of how many rows at least
Told = tuple[list[Problem], list[str]]


def planner_rows(typed: pd.DataFrame, raw: pd.DataFrame, file: str) -> Told:
    """Planner's overrides: whose figure it is, whether it can be, and until when."""
    area, urn = typed["planning_area_code"].ne(""), typed["urn"].ne("")
    places = "planning_area_code, urn"
    wrong = [
        (area & urn, places, "planning_area_code", "a planning area or a school expected, not both",
         "write two rows, or leave one of the two blank"),
        (~area & ~urn, places, "", "a planning area or a school expected", "write the code of the one that is meant"),
        (typed["value"].lt(0) & typed["kind"].isin(["figure", "factor"]), "value", "value", "no fewer than 0 expected: pupils "
         "cannot be negative", "for so many fewer than the model's, write change as the kind"),
        (typed["made_on"].gt(typed["expires"]) & typed["expires"].ne(""), "made_on", "made_on",
         "a date not after that on which it expires expected", "mend one of the two dates"),
    ]
    problems = [Problem(file, int(row), column, found=_shown(typed.loc[row, of]) if of else "blank", expected=expected,
                        advice=advice)
                for rows, column, of, expected, advice in wrong for row in typed.index[rows]]
    return problems, []


def registered_rows(typed: pd.DataFrame, raw: pd.DataFrame, file: str) -> Told:
    """Registrations: an age or a cohort, said once, of areas large enough, and of no single person."""
    blank = raw["age"].eq("") & raw["cohort"].eq("")
    both = raw["age"].ne("") & raw["cohort"].ne("")
    small = typed["area_code"].str.match(SMALL_AREA)
    wrong = [
        (blank, "age, cohort", "", "an age or a school cohort expected", "write one of the two"),
        (both, "age, cohort", "age", "an age or a school cohort expected, not both", "leave one of the two blank"),
        (small, "area_code", "area_code", "a planning area, a district or the authority expected: registrations of small areas "
         "are personal data", "add them up, or ask the NHS for totals by planning area"),
    ]
    problems = []
    for rows, column, of, expected, advice in wrong:
        if rows.any():
            first = typed.index[rows][0]
            problems.append(Problem(file, int(first), column, found=_shown(typed.loc[first, of]) if of else "blank",
                                    expected=expected, advice=advice, others=int(rows.sum()) - 1))
    twice = typed[typed.duplicated(["area_code", "on", "age", "cohort"], keep=False) & ~blank & typed["on"].ne("")]
    for key, rows in twice.groupby(["area_code", "on"], sort=True):
        numbers = ", ".join(str(n) for n in rows.index[:5])
        problems.append(Problem(file, int(rows.index[0]), "area_code, on, age, cohort", found=", ".join(map(str, key)),
                                expected=f"rows {numbers} say the same thing twice: one row for each", advice="drop one"))
    return problems, _persons(typed, raw, small)


def _persons(typed: pd.DataFrame, raw: pd.DataFrame, small: pd.Series) -> list[str]:
    """Warn where headings or counts look as if each row were a child."""
    notes = []
    if personal := [str(c) for c in raw.columns if c not in typed.columns and PERSONAL.search(str(c).replace("_", " "))]:
        notes.append(f"columns that look like persons' details are not read: {some(personal)}; keep only totals in this file")
    counts = typed["children"].dropna()
    if len(counts) >= FEWEST_ROWS and counts.eq(1).mean() > ONES and not small.any():
        notes.append(f"{counts.eq(1).sum()} of {len(counts)} rows count one child: these look like persons; use totals by "
                     "planning area or district")
    return notes


def _shown(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


ROW_CHECKS: dict[str, Callable[[pd.DataFrame, pd.DataFrame, str], Told]] = {
    "planner_overrides": planner_rows, "gp_registrations": registered_rows,
}
"""Table -> what must be true of its rows: from the table as typed and as it stood in the file, problems and notes."""
