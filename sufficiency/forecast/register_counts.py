"""Children on the registers of GPs by school cohort, and how long before their Reception they were counted.

Method (domain brief C2, C0). A count by age is cut again to school cohorts by its month: at 31 August the children of an age are
one cohort; at 30 June ten twelfths of those aged `a` are of one and two twelfths of the one before (approximate). The lead of a
count is the number of Septembers from its day to the cohort's Reception. Counts of the same lead and month are compared over the
years, so that what registers have too many (families who moved away and are still on the list) is in their ratio to Reception
and does not reach the forecast. A count that is hidden is missing, never nought, and so is everything that it would be part of.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.school_year import YEARS_FROM_BIRTH_TO_RECEPTION
from sufficiency.areas.own_areas import own_districts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sufficiency.evidence import Evidence

SEPTEMBER, AUGUST, MONTHS = 9, 8, 12


@dataclass(frozen=True)
class Count:
    """Children of one cohort on the register of one area."""

    lead: int                   # Septembers from the day of the count to their Reception
    month: int                  # of the count
    children: float             # missing where hidden

    @property
    def kind(self) -> tuple[int, int]:
        """What makes counts of several years comparable."""
        return self.lead, self.month


Counts = dict[str, dict[int, list[Count]]]
"""Area -> cohort -> its counts, the latest first."""


def register_counts(table: pd.DataFrame) -> Counts:
    """Every count of the table by area and school cohort."""
    found: Counts = {}
    for (area, day), rows in table.groupby(["area_code", "on"], sort=True):
        year, month = int(day[:4]), int(day[5:7])
        by_cohort = rows.dropna(subset=["cohort"])
        children = dict(zip(by_cohort["cohort"].astype("int64"), by_cohort["children"].astype("float64"), strict=True))
        by_age = rows.dropna(subset=["age"])
        ages = dict(zip(by_age["age"].astype("int64"), by_age["children"].astype("float64"), strict=True))
        began = year if month >= SEPTEMBER else year - 1        # September of the academic year of the count
        for cohort, n in {**cut_to_cohorts(ages, year, month), **children}.items():
            count = Count(cohort + YEARS_FROM_BIRTH_TO_RECEPTION - began, month, n)
            found.setdefault(str(area), {}).setdefault(cohort, []).insert(0, count)
    return found


def cut_to_cohorts(ages: Mapping[int, float], year: int, month: int) -> dict[int, float]:
    """Children by school cohort, from those by age in years at the end of a month; only cohorts all of whose ages are there."""
    twelfths = (month - AUGUST) % MONTHS        # of those of an age who are of the younger of its two cohorts
    began = year if month >= AUGUST else year - 1
    children, whole = dict[int, float](), dict[int, int]()
    for age, n in sorted(ages.items()):
        for cohort, part in ((began - age, twelfths), (began - age - 1, MONTHS - twelfths)):
            if part:
                children[cohort] = children.get(cohort, 0.0) + n * part / MONTHS
                whole[cohort] = whole.get(cohort, 0) + part
    return {cohort: n for cohort, n in children.items() if whole[cohort] == MONTHS}


def of_the_authority(counts: Counts, evidence: Evidence, areas: Collection[str]) -> tuple[dict[int, list[Count]], str]:
    """Counts of the whole authority, and what they are: its own, its districts' or its planning areas' added up; "" for none.

    areas: the planning areas that take Reception. Every one of them, or every district, must have a count of the same day.
    """
    authority = evidence.authority
    if authority.gss_code in counts:
        return counts[authority.gss_code], "the authority"
    districts = [d for d in own_districts(evidence.tables, authority) if d != authority.gss_code]
    for parts, named in ((districts, "its districts"), (sorted(areas), "its planning areas")):
        if parts and all(part in counts for part in parts):
            return _added_up([counts[part] for part in parts]), named
    return {}, ""


def _added_up(parts: list[dict[int, list[Count]]]) -> dict[int, list[Count]]:
    """Counts of the same cohort and day of all the parts, added up; missing where one of them is."""
    whole: dict[int, list[Count]] = {}
    for cohort, counts in parts[0].items():
        for count in counts:
            same = [next((c for c in part.get(cohort, ()) if c.kind == count.kind), None) for part in parts]
            if all(c is not None for c in same):
                total = sum(c.children for c in same if c is not None)
                whole.setdefault(cohort, []).append(Count(*count.kind, total))
    return whole


def newest(counts: list[Count]) -> Count | None:
    """The latest count of a cohort that is not hidden, taken before its children started school."""
    return next((c for c in counts if c.lead >= 0 and not math.isnan(c.children)), None)


def of_kind(counts: list[Count], kind: tuple[int, int]) -> float:
    """The children counted with this lead and in this month; missing where there is no such count."""
    return next((c.children for c in counts if c.kind == kind), float("nan"))
