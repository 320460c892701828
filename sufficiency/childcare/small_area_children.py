"""Children of every small area from the projection of a run: under fives for childcare, and school children by year group.

This is where the parts of a run - births, population, the small areas of the planning areas, the projected Reception by where
children live - are laid out as `under_fives` takes them. How many residents there are for each child in Reception is told by the
share at state schools, a setting, and, where the population of a mid-year is known, by what that leaves over: children who come
in from outside less those who go out (domain brief G2, C5).
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.lookup import Lookup, lookup_from
from planning_areas.school_year import NC_YEARS, RECEPTION, ay_label, cohort_in
from sufficiency.areas.small_areas import births_of, cohort_residents, residents
from sufficiency.childcare.terms import MONTHS, cohort_of_month, month_number, place_in_cohort
from sufficiency.childcare.under_fives import Anchor, UnderFives, placed, under_fives
from sufficiency.evidence import Evidence, Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.areas.areas import AreaFrame
    from sufficiency.assumptions import Assumptions
    from sufficiency.children import Projection

    Floats = NDArray[np.float64]


def small_areas_of(evidence: Evidence, frame: AreaFrame, projection: Projection, phase: str = "primary") -> tuple[Lookup, str]:
    """Small areas of a phase's planning areas, each wholly in one; the whole authority as one where no small areas are known.

    Also says which it is: "small areas" or "authority".
    """
    if phase in frame.homes:
        return frame.homes[phase].to_largest(), "small areas"
    areas = [str(code) for code in projection.residents["planning_area_code"].to_numpy()]
    mine = [code for code, of in zip(areas, projection.residents["phase"].to_numpy(), strict=True) if of == phase]
    whole = evidence.authority.gss_code or evidence.authority.code
    if len(mine) == 1:
        return lookup_from(pd.DataFrame({"origin": [whole], "destination": mine, "weight": [1.0]}), [whole], mine), "authority"
    one = pd.DataFrame({"origin": [whole], "destination": [f"{whole}-{phase}"], "weight": [1.0]})
    return lookup_from(one, [whole], [f"{whole}-{phase}"]), "authority"


def living_in(projection: Projection, areas: Lookup, nc_year: int, years: list[int]) -> Floats:
    """Pupils of a year group by where they live, in the order of the look-up's areas: [draw, ay, area]."""
    people = projection.residents.sel(nc_year=nc_year, ay=years)
    if set(areas.destinations) <= set(people["planning_area_code"].to_numpy().tolist()):
        inside: Floats = people.sel(planning_area_code=list(areas.destinations)).transpose("draw", "ay", ...).to_numpy()
        return inside
    whole: Floats = people.transpose("draw", "ay", "planning_area_code").to_numpy().sum(axis=2, keepdims=True)
    return whole


def children_under_five(evidence: Evidence, frame: AreaFrame, projection: Projection,
                        last: int, assumptions: Assumptions) -> tuple[UnderFives, tuple[Note, ...]]:
    """Children under five by small area, to the summer of academic year `last`; in as many draws as the projection has."""
    areas, what = small_areas_of(evidence, frame, projection)
    years = [int(ay) for ay in projection.residents["ay"].to_numpy()]
    reception = living_in(projection, areas, RECEPTION, years)
    codes = areas.origins
    notes: list[Note] = []
    if what == "authority":
        notes.append(Note("lsoas", "childcare is told for the authority as a whole: no small areas are known",
                          "an area with too little childcare beside one with too much is not seen"))
    known = cache(partial(residents, evidence))
    population = known(codes) if what == "small areas" else None
    inflow, told = net_inflow(evidence, projection, population, assumptions.state_takeup)
    notes += told
    anchor = Anchor(years[0], reception, areas, assumptions.state_takeup, inflow)
    published = births_of(evidence, codes if what == "small areas" else (), known)
    births: dict[int, Floats] = {}
    if published is not None and published.cohorts:
        rows = published.small if published.small is not None else published.total[:, None]
        births = dict(zip(published.cohorts, rows, strict=True))
    else:
        notes.append(Note("births", "no births are known: children under five are as many as Reception will have",
                          "a year of many or few births is not seen before it comes to school"))
        middle = placed(anchor.four_year_olds().mean(axis=0), areas, np.ones(len(codes)))
        births = {cohort_in(RECEPTION, ay): row for ay, row in zip(years, middle, strict=True)}
    shrinkage = float(rulebook("childcare_use")["moves"]["births"])
    young, more = under_fives(codes, births, anchor, last, shrinkage, population, month_shares(evidence))
    return young, (*notes, *more)


def net_inflow(evidence: Evidence, projection: Projection, population: tuple[int, Floats] | None,
               takeup: float) -> tuple[float, list[Note]]:
    """Children in Reception from outside less residents who go outside, as a share of Reception, where the population tells it.

    Residents of the cohort that came to Reception in the September after the mid-year, times their share at state schools, are
    held against the roll of that Reception.
    """
    widest = float(rulebook("childcare_use")["reception"]["widest_inflow"])
    taken = [Note("population", f"{takeup:.0%} of four-year-olds are taken to be in Reception of a state school, and as many to "
                  "come from outside as go out", "children under five are too many or too few by as much as that is out")]
    if population is None:
        return 0.0, taken
    year, people = population
    counted = cohort_residents(people, year, cohort_in(RECEPTION, year))
    roll = _reception_of(evidence, projection, year)
    if counted is None or not counted.sum() > 0 or not roll > 0:
        return 0.0, taken
    share = 1 - counted.sum() * takeup / roll
    if abs(share) > widest:
        return 0.0, [Note("population", f"Reception of {ay_label(year)} has {roll:,.0f} pupils and {counted.sum():,.0f} "
                          f"four-year-olds were counted: that is not believed, and {takeup:.0%} of them are taken to be in it",
                          "children under five may be too many or too few")]
    told = "come in from outside than go out" if share >= 0 else "go out than come in from outside"
    return float(share), [Note("population", f"{takeup:.0%} of four-year-olds are taken to be in Reception of a state school; by "
                               f"the population of mid-{year}, {abs(share) * roll:,.0f} more {told}")]


def _reception_of(evidence: Evidence, projection: Projection, ay: int) -> float:
    """Pupils in Reception of a year: the authority's published roll, else the projection's base year; 0 where neither has it."""
    roll = evidence.authority_roll
    mine = roll[(roll["ay"] == ay) & (roll["nc_year"] == RECEPTION)]["pupils"].dropna() if len(roll) else roll
    if len(mine):
        return float(mine.sum())
    if ay == int(projection.authority["ay"].to_numpy()[0]):
        return float(projection.authority.sel(ay=ay, nc_year=RECEPTION).isel(draw=0).sum())
    return 0.0


def month_shares(evidence: Evidence) -> dict[int, Floats]:
    """Part of a cohort's births in each month from September, where the table of births by month has all twelve."""
    table = evidence.tables.get("births_by_month")
    if table is None or table.empty:
        return {}
    by_month = {month_number(int(y), int(m)): float(n)
                for y, m, n in zip(table["year"], table["month"], table["births"], strict=True)}
    rows: dict[int, Floats] = {}
    for number, n in by_month.items():
        rows.setdefault(cohort_of_month(number), np.full(MONTHS, np.nan))[place_in_cohort(number)] = n
    return {cohort: row / row.sum() for cohort, row in rows.items() if not np.isnan(row).any() and row.sum() > 0}


def school_children(evidence: Evidence, frame: AreaFrame, projection: Projection, years: range) -> dict[int, dict[int, Floats]]:
    """Pupils of state schools by small area of home in the central run: year group -> academic year -> [small area].

    Small areas are those of primary planning areas for every year group, so that all ages stand in one order.
    """
    areas, what = small_areas_of(evidence, frame, projection)
    codes = areas.origins
    known = residents(evidence, codes) if what == "small areas" else None
    published = births_of(evidence, codes, cache(partial(residents, evidence))) if what == "small areas" else None
    found: dict[int, dict[int, Floats]] = {}
    for g in NC_YEARS:
        found[g] = {}
        for ay in years:
            weight = _weight(known, published.small if published is not None else None,
                             published.cohorts if published is not None else (), cohort_in(g, ay), len(codes))
            here = living_in(projection, areas, g, [ay])[0]
            if g > 6:       # secondary planning areas are other areas: the authority's children, by where their cohort lives
                total = float(projection.residents.sel(nc_year=g, ay=ay).isel(draw=0).sum())
                found[g][ay] = total * weight / weight.sum()
            else:
                found[g][ay] = placed(here, areas, weight)[0]
    return found


def _weight(known: tuple[int, Floats] | None, small: Floats | None, cohorts: tuple[int, ...], cohort: int, size: int) -> Floats:
    """Where the children of a cohort live: as counted, else as they were born, else alike."""
    counted = cohort_residents(known[1], known[0], cohort) if known is not None else None
    if counted is not None and counted.sum() > 0:
        return counted
    if small is not None and cohort in cohorts and small[cohorts.index(cohort)].sum() > 0:
        born: Floats = small[cohorts.index(cohort)]
        return born
    return np.ones(size)
