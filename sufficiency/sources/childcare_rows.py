"""What must be true of a whole row of the council's tables on childcare, beyond what their models say of each cell.

A headcount is of weekly hours of all children together, never of a child: hours that no child can have in a week are probably a
year's, and rows that each count one child look like a register of persons, who do not belong here (domain brief I1).
"""

from __future__ import annotations

import pandas as pd

from planning_areas.tables import Problem
from planning_areas.wording import some
from sufficiency.childcare.entitlements import KINDS, hours_of
from sufficiency.childcare.provider_tables import AGE_BANDS
from sufficiency.childcare.terms import TERMS, begins
from sufficiency.sources.own_rows import FEWEST_ROWS, ONES, PERSONAL, Told

MOST_A_WEEK = 70            # hours a week of one child, beyond which they are not a week's


def _told(rows: pd.Series, typed: pd.DataFrame, file: str, column: str, expected: str, advice: str) -> list[Problem]:
    """One problem for all rows in which the same is wrong, with the first of them."""
    if not rows.any():
        return []
    first = rows.idxmax()
    return [Problem(file, int(first), column, found=f"{typed.loc[first, column]}".removesuffix(".0"), expected=expected,
                    advice=advice, others=int(rows.sum()) - 1)]


def headcount_rows(typed: pd.DataFrame, raw: pd.DataFrame, file: str) -> Told:
    """Headcounts: hours that a week can have, of children who are there, added up by setting."""
    each = typed["hours_week"] / typed["children"].where(typed["children"] > 0)
    nobody = typed["children"].eq(0) & typed["hours_week"].gt(0)
    problems = _told(each.gt(MOST_A_WEEK), typed, file, "hours_week", f"no more than {MOST_A_WEEK} hours a week for each child "
                     "expected", "hours are a week's, of all children of the row together; these look like a year's")
    problems += _told(nobody, typed, file, "hours_week", "no hours expected where there are no children",
                      "leave the number of children blank where it is not known")
    problems += _told(typed["children"].mod(1).gt(0), typed, file, "children", "a whole number of children expected",
                      "count each child once, in the setting where most of its hours are")
    problems += _told(_nobody_entitled(typed), typed, file, "entitlement", "a heading under which children of this age have "
                      "hours in that term expected, by the rules of its first day", "mend the age, the term or the heading")
    notes = []
    if personal := [str(c) for c in raw.columns if c not in typed.columns and PERSONAL.search(str(c).replace("_", " "))]:
        notes.append(f"columns that look like persons' details are not read: {some(personal)}; keep only totals in this file")
    counts = typed["children"].dropna()
    if len(counts) >= FEWEST_ROWS and counts.eq(1).mean() > ONES:
        notes.append(f"{counts.eq(1).sum()} of {len(counts)} rows count one child: these look like persons; add them up")
    return problems, notes


def _nobody_entitled(typed: pd.DataFrame) -> pd.Series:
    """Rows under a heading that gives children of that age no hours in that term; cells that cannot be read are passed over."""
    def nobody(ay: object, term: str, band: str, heading: str) -> bool:
        known = pd.notna(ay) and term in TERMS and band in AGE_BANDS and heading in KINDS
        return known and not hours_of(band, begins(int(float(str(ay))), term))[heading]

    rows = zip(typed["ay"], typed["term"], typed["age_band"], typed["entitlement"], strict=True)
    return pd.Series([nobody(*row) for row in rows], index=typed.index, dtype="bool")


def survey_rows(typed: pd.DataFrame, raw: pd.DataFrame, file: str) -> Told:
    """Surveys: a setting opens before it closes, and term time has no more weeks than a school year."""
    order = typed["opens_on"].ge(typed["closes_on"]) & typed["opens_on"].ne("") & typed["closes_on"].ne("")
    term = typed["pattern"].eq("term_time") & typed["weeks_year"].gt(40)
    problems = _told(order, typed, file, "opens_on", "a date before that of closing expected", "mend one of the two dates")
    problems += _told(term, typed, file, "weeks_year", "no more than 40 weeks a year expected in term time only",
                      "write stretched as the pattern, or mend the weeks")
    return problems, []


def club_rows(typed: pd.DataFrame, raw: pd.DataFrame, file: str) -> Told:
    """Clubs: the youngest taken is no older than the oldest, and the day begins before it ends."""
    ages = typed["youngest"].gt(typed["oldest"])
    times = typed["opens"].ge(typed["closes"]) & typed["opens"].ne("") & typed["closes"].ne("")
    problems = _told(ages, typed, file, "youngest", "an age no higher than the oldest expected", "change the two round")
    return problems + _told(times, typed, file, "opens", "a time before that of closing expected", "write 18:00, not 06:00"), []


CHILDCARE_ROWS = {"termly_headcount": headcount_rows, "settings_hours": survey_rows, "clubs": club_rows}
"""Table -> what must be true of its rows; see `own_rows.ROW_CHECKS`."""
