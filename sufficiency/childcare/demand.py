"""Childcare wanted: hours a week by small area, term, age and heading, from children, eligibility, take-up and hours used.

Method (domain brief G1, G2, G4, G7). Hours wanted = children x eligible x take-up x hours used, in each term by the children whom
the term rule has let in and by the rules in force on its first day. Hours are told, not heads: a working parent's three-year-old
stands under two headings with 15 hours each at most, so that hours add up over the headings and heads do not. Hours that parents
pay for beyond the entitlement stand apart, to be held against all supply; funded hours are held against funded supply only.
Shares of eligible children are measured once, in the central run, against the authority's published total of a January, and then
hold for every term, year and draw: more children never mean fewer hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import RECEPTION, cohort_in
from sufficiency.childcare.eligibility import GROUPS, control, different, leaning, on_codes, shares, universal_outside_reception
from sufficiency.childcare.entitlements import PTE_HOURS, hours_of
from sufficiency.childcare.takeup import Use
from sufficiency.childcare.terms import (
    BAND_NAMES,
    MONTHS,
    SEPTEMBER,
    TERMS,
    YOUNG,
    begins,
    cohort_of_month,
    month_number,
    sized_on,
    starting_month,
)
from sufficiency.evidence import Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.childcare.under_fives import UnderFives
    from sufficiency.evidence import Evidence

    Floats = NDArray[np.float64]

HEADINGS: dict[str, tuple[str, ...]] = {
    "under_2": ("working_parent", "paid"), "age_2": ("early_learning", "working_parent", "paid"),
    "age_3_4": ("universal", "working_parent", "paid"),
}
"""What may be wanted at each age."""

COLUMNS = ("lsoa_code", "ay", "term", "age_band", "kind", "eligible", "children", "hours_week", "pte")
CHILDREN = ["lsoa_code", "ay", "term", "age", "children"]
FUNDED = ("universal", "early_learning", "working_parent")


@dataclass(frozen=True)
class Wanted:
    """What is wanted under one heading at one age in one term, [draw, small area] each."""

    eligible: Floats        # children who meet the test; for paid hours, all children
    children: Floats        # of them, those who take hours up: heads, which overlap between headings
    hours: Floats           # a week in term


@dataclass(frozen=True)
class Demand:
    """How children become hours: shares of eligible children by small area, and the take-up that goes with them."""

    eligible: Mapping[tuple[str, str], Floats] = field(repr=False)     # (band, heading) -> share of each small area's children
    use: Use = field(repr=False)
    also_working: float = 0.0       # early-learning children whose parents meet the working test as well

    def wanted(self, young: UnderFives, ay: int, term: str) -> dict[tuple[str, str], Wanted]:
        """Hours wanted in a term, (band, heading) -> Wanted; headings that are not in force are left out."""
        on, found, also = begins(ay, term), {}, self.also_working
        for band in YOUNG:
            children, in_force = young.in_band(band, ay, term), hours_of(band, on)
            for kind in HEADINGS[band]:
                if kind != "paid" and not in_force[kind]:
                    continue
                eligible = children * self.eligible.get((band, kind), 1.0)
                if (factor := self.use.factor("eligible", band, kind, ay)) != 1:
                    eligible = np.minimum(eligible * factor, children)
                taking = eligible * self.use.takeup(band, kind, ay, on)
                found[band, kind] = Wanted(eligible, taking, taking * self.use.hours(band, kind, ay, on))
            if also and (band, "early_learning") in found and (band, "working_parent") in found:
                further = max(0.0, in_force["working_parent"] - in_force["early_learning"])     # never more than 30 in all
                both, only = found[band, "early_learning"], found[band, "working_parent"]
                more = also * both.children * further * self.use.part_used(band, "working_parent") * self.use.in_term()
                found[band, "working_parent"] = Wanted(only.eligible + also * both.eligible, only.children + also * both.children,
                                                       only.hours + more)
        return found

    def table(self, young: UnderFives, years: range, draw: int = 0) -> pd.DataFrame:
        """The demand of one draw, by default the central one: a row for each small area, year, term, age band and heading."""
        parts, one = [], young.only(draw)
        for ay in years:
            for term in TERMS:
                for (band, kind), want in self.wanted(one, ay, term).items():
                    parts.append(pd.DataFrame({
                        "lsoa_code": list(young.codes), "ay": ay, "term": term, "age_band": band, "kind": kind,
                        "eligible": want.eligible[0], "children": want.children[0], "hours_week": want.hours[0],
                        "pte": want.hours[0] / PTE_HOURS}))
        table = pd.concat(parts, ignore_index=True)
        order = table["term"].map({term: k for k, term in enumerate(TERMS)})
        table = table.assign(order=order).sort_values(["ay", "order", "lsoa_code", "age_band", "kind"], ignore_index=True)
        return table[list(COLUMNS)]


def childcare_demand(young: UnderFives, evidence: Evidence, assumptions: Assumptions) -> tuple[Demand, tuple[Note, ...]]:
    """Measure eligibility and take-up against the authority's own figures: young is the central run, draw 0 of it counts."""
    base, young = evidence.authority.base_year, young.only(0)
    published, own = evidence.childcare_eligible, evidence.childcare_takeup
    told, assumed = list[Note](), list[str]()
    if late := sorted({int(y) for y in published["ay"]} - set(range(base + 1))):
        named = ", ".join(f"January {y + 1}" for y in late)
        told.append(Note("childcare_eligible", f"figures of {named} are later than the base year and are not used"))
        published = published[published["ay"] <= base]
    first = young.first + 4             # the first year whose three- and four-year-olds are all known
    known = range(young.first, young.first + young.born.shape[1])
    reception = {ay: assumptions.state_takeup * in_reception(young, ay)
                 for ay in (int(y) for y in published["ay"]) if cohort_in(RECEPTION, ay) in known}
    use = Use(own, published, young.codes, districts_of(evidence, young.codes), evidence.authority.gss_code,
              (assumptions.stretched_share, assumptions.stretched_weeks), reception,
              assumptions.childcare_factors)
    eligible: dict[tuple[str, str], Floats] = {("age_3_4", "universal"): np.ones(len(young.codes))}
    indicators = on_codes(evidence.area_indicators, young.codes, evidence.lsoa_lookup)
    lean, notes = leaning(indicators, young.codes, young.in_band("age_3_4", base, "spring")[0])
    told += notes
    for band in YOUNG:
        totals, year = _totals(young, published, band, base, first, told, assumed)
        found, more = shares({band: young.in_band(band, year, "spring")[0]}, totals, lean)
        eligible |= {key: value for key, value in found.items() if key[1] in HEADINGS[band]}
        told += more
    if assumed:
        told.append(Note("childcare_eligible", f"eligible children are not known and taken to be as many as in England: "
                         f"{'; '.join(assumed)}", "they are too many or too few where families differ from England's"))
    outside = universal_outside_reception(published, base, reception.get(base, np.nan))
    if outside is not None:
        told += different(outside[0], float(young.in_band("age_3_4", base, "spring")[0].sum()), base)
    told += use.notes(YOUNG, HEADINGS, base)
    demand = Demand(eligible, use, assumptions.also_working)
    told += peaks(demand, young, base)
    return demand, tuple(dict.fromkeys(told))


def _totals(young: UnderFives, published: pd.DataFrame, band: str, base: int, first: int, told: list[Note],
            assumed: list[str]) -> tuple[dict[tuple[str, str], float], int]:
    """Eligible children of each group in the January of a year, and that year: as published, else the rulebook's share of all."""
    found = {kind: control(published, band, kind, base) for kind in GROUPS if kind in HEADINGS[band]}
    years = [year for year, _ in (f for f in found.values() if f is not None)]
    at = min(max(max(years, default=base), first), base + 1)
    totals = {}
    for kind, given in found.items():
        now = float(young.in_band(band, at, "spring")[0].sum())
        if given is None:
            share = float(rulebook("childcare_use")["eligible"][band][kind])
            totals[band, kind] = now * share
            assumed.append(f"{kind.replace('_', ' ')} hours for {share:.0%} of {BAND_NAMES[band]}")
            continue
        year, total = given
        known = min(max(year, first), base + 1)
        if known != year:
            told.append(Note("childcare_eligible", f"eligible children of January {year + 1} are held against all children of "
                             f"January {known + 1}, the nearest that is counted",
                             "their share is out by as much as children have changed"))
        then = float(young.in_band(band, known, "spring")[0].sum())
        totals[band, kind] = total * now / then if then > 0 else 0.0
    return totals, at


def in_reception(young: UnderFives, ay: int) -> float:
    """Four-year-olds on 31 December who are of Reception's age (born January to August)."""
    first = month_number(cohort_in(RECEPTION, ay) + 1, 1)
    return float(young.living(range(first, first + SEPTEMBER - 1), starting_month(ay, "spring"))[0].sum())


def peaks(demand: Demand, young: UnderFives, ay: int) -> tuple[Note, ...]:
    """Warn, for each age, where provision sized on the autumn would be short in a later term of the year."""
    told: list[Note] = []
    by_term = {term: demand.wanted(young, ay, term) for term in TERMS}
    for band in YOUNG:
        hours = {term: sum(float(want[band, kind].hours[0].sum()) for kind in FUNDED if (band, kind) in want)
                 for term, want in by_term.items()}
        told += sized_on("autumn", hours, band, ay)
    return tuple(told)


def districts_of(evidence: Evidence, codes: tuple[str, ...]) -> tuple[str, ...]:
    """The district of each small area, blank where it is not known."""
    if not evidence.has("lsoas"):
        return ("",) * len(codes)
    known = dict(zip(evidence.lsoas["lsoa_code"], evidence.lsoas["district_code"], strict=True))
    return tuple(str(known.get(code, "")) for code in codes)


def table_of_children(young: UnderFives, years: range, draw: int = 0) -> pd.DataFrame:
    """Children under five by small area, term and single year of age on its first day, those in Reception included: CHILDREN.

    Blank where some of them are born in a cohort that is not reckoned: the babies of the last year, but for its autumn.
    """
    one, last = young.only(draw), young.first + young.born.shape[1] - 1
    parts = []
    for ay in years:
        for term in TERMS:
            for age in range(5):
                youngest = starting_month(ay, term) - MONTHS * age - 1
                known = young.first <= cohort_of_month(youngest - MONTHS + 1) and cohort_of_month(youngest) <= last
                there = one.aged(age, ay, term)[0] if known else np.full(len(young.codes), np.nan)
                parts.append(pd.DataFrame({"lsoa_code": list(young.codes), "ay": ay, "term": term, "age": age,
                                           "children": there}))
    return pd.concat(parts, ignore_index=True)[CHILDREN]
