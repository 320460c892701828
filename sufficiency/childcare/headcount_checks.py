"""Whether a headcount can be true: hours of a child against the entitlement, and stretched hours against what is wanted.

Method (domain brief G1, G4). Under a heading no child has more hours a week than the heading adds at that age by the rules of the
term; stretched over the weeks of the setting it has fewer: 1,140 hours over 51 weeks are 22.35 a week, 570 are 11.18. Lines above
that are named and count as they are, for it is not known whether hours or children are wrong. What is on offer in a week of term
is held against what children want in a week of term: where the count has hours stretched and the run takes nobody to stretch
theirs, more is wanted by the week than these children use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planning_areas.wording import some
from sufficiency.childcare.entitlements import WEEKS_A_YEAR, added, stretched
from sufficiency.childcare.setting_list import TABLE
from sufficiency.childcare.terms import BAND_NAMES, begins
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from sufficiency.assumptions import Assumptions

FUNDED = ("universal", "early_learning", "working_parent")
SLACK = 1.01            # hours are written in whole numbers
MOST_NAMED = 6
WEEKS = (WEEKS_A_YEAR, 52)


def above_entitlement(headcount: pd.DataFrame, weeks: Mapping[str, float]) -> tuple[Note, ...]:
    """Name lines whose children have more hours a week than their entitlement gives; weeks: those a year by setting.

    Of a setting of which no weeks are known, stretched hours are held against the week in term.
    """
    rows = headcount[headcount["entitlement"].isin(FUNDED) & headcount["children"].gt(0)]
    found = []
    for row in rows.itertuples():
        most = added(str(row.age_band), begins(int(row.ay), str(row.term)))[str(row.entitlement)]
        if row.pattern == "stretched":
            most = stretched(most, min(max(weeks.get(str(row.setting_ref), WEEKS[0]), WEEKS[0]), WEEKS[1]))
        each = float(row.hours_week) / float(row.children)
        if each > most * SLACK:
            heading = str(row.entitlement).replace("_", " ")
            found.append(f"{row.setting_ref}, {BAND_NAMES[str(row.age_band)]}, {heading}, {row.term}: {each:.1f} of {most:.1f}")
    if not found:
        return ()
    return (Note(TABLE, f"{len(found)} lines of the headcount have more hours a week for each child than the entitlement gives: "
                        f"{some(found, MOST_NAMED)}", "their hours count as they are; ask whether hours or children are wrong"),)


def nobody_stretches(headcount: pd.DataFrame, assumptions: Assumptions) -> tuple[Note, ...]:
    """Say that settings stretch hours which the run takes nobody to want stretched."""
    rows = headcount[headcount["entitlement"].isin(FUNDED)]
    whole = rows["hours_week"].sum()
    if assumptions.stretched_share > 0 or not whole > 0:
        return ()
    share = float(rows.loc[rows["pattern"].eq("stretched"), "hours_week"].sum() / whole)
    if share == 0:
        return ()
    return (Note(TABLE, f"{share:.0%} of the funded hours of the headcount are stretched over the year, and stretched_share "
                        "is 0: what is wanted is reckoned as if all came in term time only",
                 "hours wanted in a week of term may be too many; set stretched_share"),)
