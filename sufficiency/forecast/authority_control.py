"""The authority as a whole: its own ratios, and its pupils carried forward; planning areas are made to add up to it.

Method (domain brief C1, C3, C5, C8). Reception is births five years before times the births-to-Reception ratio; every other year
group is the one below a year earlier times the survival ratio. Year 7 (net of children from and to other authorities), Year 12
and the years after are ratios of the same kind here; only planning areas need to know who goes where. Ratios are those of the
authority's own roll by year group where that is known, else of its schools' rolls added up. The projection starts from the pupils
of the schools that are planned for.

Where no two censuses can be compared there is no ratio to measure: pupils then move up a year unchanged, and as many enter Year 7
and stay on into the sixth form as today's census has there for the year group below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import NC_YEARS, PHASE_YEARS, RECEPTION, ay_label, nc_year_label
from planning_areas.wording import some
from sufficiency.evidence import Note
from sufficiency.forecast.births_change import births_factors
from sufficiency.forecast.levels import levels
from sufficiency.forecast.ratios import AuthorityRatios, divide, excluded_notes, weighted_ratio
from sufficiency.rules import pooled_births, pooled_ratios

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence
    from sufficiency.forecast.newborns import Newborns
    from sufficiency.forecast.strands import Strands

    Floats = NDArray[np.float64]

GROUPS = len(NC_YEARS)
YEAR_7, YEAR_12 = PHASE_YEARS["secondary"][0], PHASE_YEARS["sixth_form"][0]
STATUTORY = slice(RECEPTION, YEAR_12)
NOTICEABLE = 0.002          # by how much two counts of the same children may differ without a word


def published_roll(evidence: Evidence) -> tuple[tuple[int, ...], Floats]:
    """The authority's own roll by year group: years, base year first, and counts [year, nc_year], missing where not known."""
    table, base = evidence.authority_roll, evidence.authority.base_year
    if table.empty:
        return (base,), np.full((1, GROUPS), np.nan)
    mine = table[(table["la_code"] == evidence.authority.code) & (table["ay"] <= base) & table["nc_year"].between(0, GROUPS - 1)]
    ay, nc_year = mine["ay"].to_numpy(dtype="int64"), mine["nc_year"].to_numpy(dtype="int64")
    years = tuple(range(base, int(min(ay, default=base)) - 1, -1))
    roll = np.full((len(years), GROUPS), np.nan)
    roll[base - ay, nc_year] = mine["pupils"].to_numpy(dtype="float64")
    return years, roll


def authority_roll(evidence: Evidence, strands: Strands) -> tuple[tuple[int, ...], Floats, tuple[Note, ...]]:
    """The roll that the authority's ratios are measured on: its own where it has one, else its schools' added up.

    A year group that its own roll does not count is its schools', like for like; where no schools are known it stays missing.
    """
    years, roll = published_roll(evidence)
    schools = np.where(strands.seen[:, None], strands.roll.sum(axis=1), np.nan)
    if np.isnan(roll).all():
        return strands.years, schools, ()
    if not any(strands.urns):
        return years, roll, ()
    ends = bool(np.isnan(roll[0, STATUTORY]).all())
    roll, stood_in = _with_schools(years, roll, schools)
    notes: tuple[Note, ...] = ()
    if ends and strands.seen[0]:
        text = f"the authority's roll does not reach {ay_label(strands.base)}; its schools' rolls are added up"
        notes = (Note("authority_roll", text),)
    elif strands.seen[0]:
        own, theirs = np.nansum(roll[0, STATUTORY]), schools[0, STATUTORY].sum()
        if abs(theirs / own - 1) > NOTICEABLE:
            text = (f"in {ay_label(strands.base)} the schools that are planned for have {theirs:,.0f} pupils in Reception to "
                    f"Year 11, the authority's own roll has {own:,.0f}")
            notes = (Note("authority_roll", text, "the projection follows the schools; a published total may be of others"),)
    if stood_in and not ends:
        text = f"where the authority's roll counts nobody its schools' rolls are added up: {some(stood_in)}"
        notes += (Note("authority_roll", text),)
    return years, roll, notes


def _with_schools(years: tuple[int, ...], roll: Floats, schools: Floats) -> tuple[Floats, list[str]]:
    """Put the schools' counts, like for like, where the authority's roll lacks a year group of a year, and name these.

    A year before the base year of which it counts nothing at all stays missing.
    """
    scale = _like_for_like(roll, schools)
    n = min(len(roll), len(schools))
    theirs = np.full_like(roll, np.nan)
    theirs[:n] = schools[:n] * scale
    counted = ~np.isnan(roll).all(axis=1) | (np.arange(len(roll)) == 0)
    gaps = np.isnan(roll) & (theirs > 0) & counted[:, None]
    named = [f"{nc_year_label(int(g))} of {ay_label(years[k])}" for k, g in zip(*np.nonzero(gaps), strict=True)]
    return np.where(gaps, theirs, roll), named


def _like_for_like(roll: Floats, schools: Floats) -> float:
    """By how much the authority's own count differs from its schools' in the latest year that has both; 1 where none has."""
    for own, theirs in zip(roll[:, STATUTORY], schools[:, STATUTORY], strict=False):
        both = ~np.isnan(own) & ~np.isnan(theirs)
        if own[both].sum() > 0 and theirs[both].sum() > 0:
            return float(own[both].sum() / theirs[both].sum())
    return 1.0


def authority_ratios(years: tuple[int, ...], roll: Floats, babies: Newborns, assumptions: Assumptions,
                     ahead: int = 0) -> tuple[AuthorityRatios, tuple[Note, ...]]:
    """Births-to-Reception and survival ratios of the whole authority, from its years that are not left out.

    roll: [year, nc_year], latest first, missing where not known. ahead: how many years are projected.
    """
    past, left_out = ratios_over_years(years, roll, babies, assumptions)
    steps, used = _to_go_on_with(past, years, assumptions)
    notes = list(excluded_notes("authority_roll", left_out, assumptions))
    if not used:
        notes.append(Note("authority_roll", f"{_why_none(roll, left_out)}: pupils are moved up a year unchanged, and as many "
                          "enter Year 7 and stay on after Year 11 as are there today",
                          "gains and losses from year to year are missing"))
    births = steps[RECEPTION]
    if np.isnan(births):
        notes.append(Note("births", "no Reception has births to compare it with: one child in Reception is taken for each birth",
                          "Reception may be far out"))
    filled = _without_gaps(np.r_[np.nan, steps[1:]], roll[0])
    factors = np.ones(ahead)
    if assumptions.method == "measured":
        measured_on = [ay for k, ay in enumerate(years) if not np.isnan(past[k, RECEPTION])]
        factors = births_factors(measured_on, range(years[0] + 1, years[0] + 1 + ahead), babies, pooled_births())
    return AuthorityRatios(float(np.nan_to_num(births, nan=1.0)), filled, factors), tuple(notes)


def ratios_over_years(years: tuple[int, ...], roll: Floats, babies: Newborns | None,
                      assumptions: Assumptions) -> tuple[Floats, list[int]]:
    """Every ratio that can be measured, [year, nc_year], latest first, the first column from births; and the years left out."""
    past = np.full((len(years), GROUPS), np.nan)
    past[:-1, 1:] = divide(roll[:-1, 1:], roll[1:, :-1])
    if babies is not None:
        born = np.array([babies.total_of_reception(ay) if babies.is_known(ay) else np.nan for ay in years])
        past[:, RECEPTION] = divide(roll[:, RECEPTION], born)
    excluded = {year.ay for year in assumptions.excluded_years}
    out = [k for k, ay in enumerate(years) if ay in excluded and not np.isnan(past[k]).all()]
    past[out] = np.nan
    return past, [years[k] for k in out]


def _to_go_on_with(past: Floats, years: tuple[int, ...], assumptions: Assumptions) -> tuple[Floats, list[int]]:
    """The ratios of the years ahead by the method chosen, and the latest years that they rest on."""
    measured = np.any(~np.isnan(past[:, 1:]), axis=1)
    used = [years[k] for k in np.flatnonzero(measured)][: len(assumptions.weights)]
    if assumptions.method == "measured":
        return levels(past, pooled_ratios(years)), used
    weights = (1.0,) if assumptions.method == "last_year" else assumptions.weights
    steps = np.full(GROUPS, np.nan)
    steps[RECEPTION] = _weighted(past[:, RECEPTION : RECEPTION + 1], weights)[0]
    steps[1:] = _weighted(past[measured, 1:], weights)
    return steps, used


def _weighted(past: Floats, weights: tuple[float, ...]) -> Floats:
    """The plain mean of the latest years that are known at all, the latest counting most (C1, C3)."""
    rows = past[~np.isnan(past).all(axis=1)][: len(weights)]
    return weighted_ratio(rows, np.ones_like(rows), weights)


def measured_steps(years: tuple[int, ...], roll: Floats, assumptions: Assumptions) -> tuple[Floats, list[int], list[int]]:
    """Ratios into each year group from the one below a year earlier, missing where not measured; the years used, and left out."""
    past, left_out = ratios_over_years(years, roll, None, assumptions)
    steps, used = _to_go_on_with(past, years, assumptions)
    return steps, used, left_out


def _why_none(roll: Floats, left_out: list[int]) -> str:
    """Say why no change from one January to the next can be measured."""
    if left_out:
        return "every change from one January to the next is left out"
    several = (~np.isnan(roll[:, STATUTORY])).any(axis=1).sum() > 1
    return "no two censuses follow one another" if several else "there is one census only"


def _without_gaps(steps: Floats, today: Floats) -> Floats:
    """Fill ratios that cannot be measured: into Year 7 and after Year 11 as in today's census, else unchanged.

    Children cross the authority's border at Year 7, so that today's Year 7 for today's Year 6 comes nearer than no change.
    """
    same_census = divide(today, np.r_[np.nan, today[:-1]])
    groups = np.arange(GROUPS)
    unchanged = np.where(groups < YEAR_12, 1.0, 0.0)
    as_today = ((groups == YEAR_7) | (groups >= YEAR_12)) & ~np.isnan(same_census)
    stands_in = np.where(as_today, same_census, unchanged)
    return np.where(np.isnan(steps), stands_in, steps)


def coverage(roll: Floats, strands: Strands) -> float:
    """Primary pupils of the planned schools for each of the authority's own roll: 1 where both count the same schools."""
    counted = [g for g in PHASE_YEARS["primary"] if not np.isnan(roll[0, g])]
    own, theirs = roll[0, counted].sum(), strands.roll[0].sum(axis=0)[counted].sum()
    return float(theirs / own) if own > 0 and theirs > 0 else 1.0


def roll_up(start: Floats, reception: Floats, steps: Floats, least: Floats | None = None) -> Floats:
    """Carry the authority's pupils forward: start [draw, nc_year], reception [draw, year ahead] -> [draw, year, nc_year].

    least: so many there are at least, [year ahead, nc_year], where children come out of schools that are not planned for.
    """
    years = [start]
    for y in range(reception.shape[-1]):
        moved = years[-1][:, :-1] * steps[1:]
        if least is not None:
            moved = np.maximum(moved, least[y, 1:])
        years.append(np.concatenate([reception[:, y : y + 1], moved], axis=1))
    return np.stack(years, axis=1)
