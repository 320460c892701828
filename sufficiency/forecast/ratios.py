"""Ratios from one January to the next: weighted over recent years, drawn towards the authority's where an area is small, clipped.

Method (domain brief C1, C3, C5). A *births-to-Reception ratio* is the children in Reception for each birth five years before; a
*survival ratio* is the children in a year group for each child in the year group below a year earlier; a *staying-on ratio* is
the same from Year 11 into Year 12 and onwards. Each is the mean of the ratios of the last three years, the latest counting three
times, the one before twice, the third once. A year in `excluded_years` is left out and the next older one takes its place.

A small area's own ratio is mostly chance. It is drawn towards the authority's: `r* = (n r_area + m r_authority) / (n + m)`, n the
children it was measured on and m the shrinkage; an area without history (n = 0) has the authority's. A survival ratio outside the
floor and ceiling is clipped, and each clip is logged. Survival is measured on stayers only: children of schools that have both
year groups in both years, so that neither a new school nor an infant school's leavers are taken for a gain or loss. Ratios into
Reception and Year 12 are those of a whole area; where a school has opened in it, of the years since. With one census only, an
area's sixth form is measured in that census: for its Year 11 as it was a year before, which is today's, made as many over all
areas as the authority's own ratio says there were. So a Year 11 that grows does not make staying on look rarer than it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import NC_YEARS, PHASE_YEARS, ay_label, nc_year_label
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.forecast.newborns import Newborns
    from sufficiency.forecast.strands import Strands

    Floats = NDArray[np.float64]

GROUPS = len(NC_YEARS)
YEAR_12 = PHASE_YEARS["sixth_form"][0]
COLUMNS = ["kind", "phase", "planning_area_code", "nc_year", "children", "ratio_area", "ratio_authority", "ratio_used", "clipped"]


@dataclass(frozen=True)
class AuthorityRatios:
    """The authority's own ratios: `births` into Reception, `steps[g]` from year group g - 1 into g (steps[0] is not used)."""

    births: float
    steps: Floats
    ahead: Floats           # [year ahead] factors on births times ratio: how a change in births is met before Reception


@dataclass(frozen=True)
class AreaRatios:
    """The ratios of every planning area, as used, and the log that says how each was come by."""

    births: Floats          # [area]; zero where no school takes Reception
    steps: Floats           # [area, nc_year]; survival, and staying on from Year 12
    log: pd.DataFrame       # COLUMNS


def divide(numerators: Floats, denominators: Floats) -> Floats:
    """Ratios, missing where there is nothing to divide by or a count is not known."""
    above, below = np.broadcast_arrays(np.asarray(numerators, dtype="float64"), np.asarray(denominators, dtype="float64"))
    ratios: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return ratios


def weighted_ratio(numerators: Floats, denominators: Floats, weights: Sequence[float]) -> Floats:
    """Mean of the ratios of several years, latest first along the first axis, each with its weight (C1, C3).

    A year without a ratio is left out and the other weights count for more; missing where no year has one.
    """
    ratios = divide(numerators, denominators)
    weight = np.asarray(weights, dtype="float64")[: len(ratios)].reshape(-1, *[1] * (ratios.ndim - 1))
    known = ~np.isnan(ratios)
    return divide((np.where(known, ratios, 0.0) * weight).sum(axis=0), (known * weight).sum(axis=0))


def shrink(ratio_area: Floats, children: Floats, ratio_authority: Floats | float, shrinkage: float) -> Floats:
    """Draw an area's ratio towards the authority's, the more so the fewer children it was measured on (C3 rule 2)."""
    n = np.where(np.isnan(ratio_area), 0.0, children)
    own = np.where(np.isnan(ratio_area), 0.0, ratio_area)
    with_nothing = n + shrinkage == 0
    drawn: Floats = (n * own + shrinkage * np.asarray(ratio_authority)) / np.where(with_nothing, 1.0, n + shrinkage)
    return np.where(with_nothing, ratio_authority, drawn)


def transitions(known: Callable[[int], bool], base: int, oldest: int, assumptions: Assumptions) -> tuple[list[int], list[int]]:
    """Choose the academic years whose ratios count, latest first, as many as there are weights; and those left out on purpose.

    known: whether the ratio into an academic year can be measured at all.
    """
    excluded = {year.ay for year in assumptions.excluded_years}
    used: list[int] = []
    left_out: list[int] = []
    for ay in range(base, oldest - 1, -1):
        if len(used) == len(assumptions.weights):
            break
        if known(ay):
            (left_out if ay in excluded else used).append(ay)
    return used, left_out


def excluded_notes(table: str, left_out: Sequence[int], assumptions: Assumptions) -> tuple[Note, ...]:
    """Say which years were left out of the ratios, and why."""
    reasons = {year.ay: year.reason for year in assumptions.excluded_years}
    return tuple(Note(table, f"the change into {ay_label(ay)} is left out of the ratios: {reasons[ay]}")
                 for ay in sorted(left_out))


def area_ratios(strands: Strands, babies: Newborns, authority: AuthorityRatios,
                assumptions: Assumptions) -> tuple[AreaRatios, tuple[Note, ...]]:
    """Ratios of every planning area: births to Reception, survival up the years, staying on after Year 11."""
    into = [strands.base - k for k in range(len(strands.years))]
    survived, from_whom = stayers(strands)
    have_both = {ay: bool(strands.seen[k] and strands.seen[k + 1]) for k, ay in enumerate(into[:-1])}
    used, left_out = transitions(lambda ay: have_both.get(ay, False), strands.base, into[-1], assumptions)
    k = [strands.base - ay for ay in used]
    numerators, denominators = strands.by_area(survived[k]), strands.by_area(from_whom[k])
    denominators[..., YEAR_12] = _since_opening(strands, k, denominators[..., YEAR_12])
    children = denominators.sum(axis=0)
    own = weighted_ratio(numerators, denominators, assumptions.weights)
    if not k:
        own, children = _sixth_form_of_one_census(strands, own, children, authority.steps)
    drawn = shrink(own, children, _towards(own, children, authority.steps), assumptions.shrinkage_survival)
    drawn = np.where(_sixth_form_is_there(strands), drawn, 0.0)
    steps = drawn.copy()
    steps[:, :YEAR_12] = np.clip(drawn[:, :YEAR_12], assumptions.ratio_floor, assumptions.ratio_ceiling)
    births, births_own, births_n = _births_ratios(strands, babies, authority, assumptions)
    log = _log(strands, authority, (births, births_own, births_n), (steps, own, children), drawn)
    notes = (*excluded_notes("school_roll", left_out, assumptions), *_clip_notes(log, assumptions))
    return AreaRatios(births, steps, log), notes


def stayers(strands: Strands) -> tuple[Floats, Floats]:
    """Children who could stay at their school, a year later and before: [transition, strand, nc_year], latest first.

    Counted where the school has both year groups now, had the lower one last year, and has the upper one this year. Year 12 is
    counted over whole areas, since children move between schools there.
    """
    now, before = strands.roll[:-1], strands.roll[1:]
    lowest, highest = strands.served(now)
    lowest_before, highest_before = strands.served(before)
    g = np.arange(GROUPS)
    both = (g > lowest[..., None]) & (g <= highest[..., None])
    both &= (g > lowest_before[..., None]) & (g <= highest_before[..., None] + 1)
    both &= (g > strands.low[:, None]) & (g <= strands.high[:, None]) & ~strands.joined
    both[..., YEAR_12] = True
    shifted = np.zeros_like(before)
    shifted[..., 1:] = before[..., :-1]
    return np.where(both, now, 0.0), np.where(both, shifted, 0.0)


def _since_opening(strands: Strands, k: Sequence[int], denominators: Floats) -> Floats:
    """Leave out the years before the latest school of an area opened, if that leaves any: [year, area], 0 where left out."""
    since = np.where(strands.open_since()[list(k)], denominators, 0.0)
    return np.where(since.sum(axis=0) > 0, since, denominators)


def _sixth_form_of_one_census(strands: Strands, own: Floats, children: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """Fill ratios of staying on from today's census: its sixth form for the year group below a year before, area by area."""
    today = strands.by_area(strands.roll[0])
    below = np.zeros_like(today)
    below[:, 1:] = today[:, :-1]
    below *= a_year_before(today.sum(axis=0), steps)
    after_11 = np.arange(GROUPS) >= YEAR_12
    return np.where(after_11, divide(today, below), own), np.where(after_11, below, children)


def a_year_before(today: Floats, steps: Floats) -> Floats:
    """How many there were in the year group below a year before for each there today, [nc_year], by the authority's ratios.

    today: children in each year group; 1 where there is no ratio or nobody to compare.
    """
    then = divide(divide(today, steps), np.r_[0.0, today[:-1]])
    return np.where(then > 0, then, 1.0)


def _towards(own: Floats, children: Floats, steps: Floats) -> Floats:
    """What each area's ratio is drawn towards: the authority's; for staying on, that of the areas that have a sixth form."""
    target = np.broadcast_to(steps, own.shape).copy()
    there = (np.nan_to_num(own[:, YEAR_12]) > 0) & (children[:, YEAR_12] > 0)
    if there.any():
        target[:, YEAR_12] = np.average(own[there, YEAR_12], weights=children[there, YEAR_12])
    return target


def _sixth_form_is_there(strands: Strands) -> NDArray[np.bool_]:
    """Which steps an area takes at all: those into and through a sixth form only where it has one today."""
    there = np.ones((len(strands.areas), GROUPS), dtype="bool")
    there[:, YEAR_12:] = (strands.by_area(strands.roll[0])[:, YEAR_12:].sum(axis=1) > 0)[:, None]
    return there


def _births_ratios(strands: Strands, babies: Newborns, authority: AuthorityRatios,
                   assumptions: Assumptions) -> tuple[Floats, Floats, Floats]:
    """Births-to-Reception ratio of each area: as used, its own, and the births it was measured on."""
    reception = strands.by_area(strands.roll)[..., 0]
    births = np.stack([babies.of_reception(ay) for ay in strands.years])
    known = [bool(s) and babies.is_known(ay) for s, ay in zip(strands.seen, strands.years, strict=True)]
    used, _ = transitions(lambda ay: known[strands.base - ay], strands.base, strands.years[-1], assumptions)
    k = [strands.base - ay for ay in used]
    born = _since_opening(strands, k, births[k])
    own = weighted_ratio(reception[k], born, assumptions.weights)
    n = born.sum(axis=0)
    ratio = shrink(own, n, authority.births, assumptions.shrinkage_births)
    return np.where(strands.takes(0), ratio, 0.0), own, n


def _log(strands: Strands, authority: AuthorityRatios, births: tuple[Floats, Floats, Floats],
         steps: tuple[Floats, Floats, Floats], drawn: Floats) -> pd.DataFrame:
    """Every ratio that an area uses beside the authority's: how it was measured, and whether it was clipped."""
    rows = []
    takes, uses = strands.takes(0), _steps_in_use(strands) & (steps[0] > 0)
    for a, (code, phase) in enumerate(zip(strands.areas, strands.phases, strict=True)):
        if takes[a]:
            rows.append(("births", phase, code, 0, births[2][a], births[1][a], authority.births, births[0][a], False))
        for g in np.flatnonzero(uses[a]):
            kind = "survival" if g < YEAR_12 else "staying_on"
            rows.append((kind, phase, code, int(g), steps[2][a, g], steps[1][a, g], authority.steps[g], steps[0][a, g],
                         bool(drawn[a, g] != steps[0][a, g])))
    return pd.DataFrame(rows, columns=COLUMNS)


def _steps_in_use(strands: Strands) -> NDArray[np.bool_]:
    """Which ratios carry somebody in some school of an area: [area, nc_year]."""
    g = np.arange(GROUPS)
    inside = (g <= strands.high[:, None]) & ((g > strands.low[:, None]) | (g == YEAR_12))
    used: NDArray[np.bool_] = strands.by_area(inside.astype("float64")) > 0
    return used


def _clip_notes(log: pd.DataFrame, assumptions: Assumptions) -> tuple[Note, ...]:
    """Say which survival ratios were clipped."""
    clipped = log[log["clipped"]]
    if clipped.empty:
        return ()
    named = [f"{row.planning_area_code} {nc_year_label(row.nc_year)}" for row in clipped.itertuples()]
    more = f" and {len(named) - 10} more" if len(named) > 10 else ""
    text = (f"{len(named)} survival ratios outside {assumptions.ratio_floor} to {assumptions.ratio_ceiling} were clipped: "
            + ", ".join(named[:10]) + more)
    return (Note("ratios", text, "a true local change of that size is flattened"),)
