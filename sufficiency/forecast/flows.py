"""Flows: how many children come, go and stay between one January and the next, so that every change is told to the last child.

Method (domain brief C1, C3-C5, C8; the balancing equation of demography). The projection is walked through once more, year by
year, and each step of `roll_forward` is told apart instead of added up. For a planning area and a phase

    pupils of a year = pupils of the year before - leaving + births + before Reception + coming up + survival
                       + transfers in - transfers out + in over the border - out over the border - without a school
                       + reconciliation + known intakes

and the two sides are the same to the last bit of rounding. What each part is:

- *leaving*: the top year group of the phase, and in the sixth form whoever does not go on;
- *births*: Reception if as many came for each birth as in the base year; where the base year has no Reception or no births to
  compare, all of Reception;
- *before Reception*: what the forecast's own ratio adds to that or takes away: families who moved, or chose other schools,
  between birth and Reception;
- *coming up*: into Year 7 the children of the primary schools, each by where those of its area go who stay with the authority;
  into Year 12 those who stay on;
- *survival*: what the ratios from one year group to the next add or take away: moves in and out, between schools and from or to
  schools of other kinds, all net;
- *transfers*: inside a phase, as from infant to junior schools or into schools from 14, between planning areas. Those who leave
  for a school from 14 are part of their old area's survival;
- *over the border*: children who enter from schools outside, and the share of those who change school that goes outside: to
  other authorities, independent and special schools. Gross where the council's flows are known, else net. Where no planned school
  has the year group below, all who enter come from outside;
- *without a school*: expected in an area in which no school begins;
- *reconciliation*: by how much scaling to the authority's figure moved the year; what it moved before is carried on by the
  other parts;
- *known intakes*: by how much the October census or the offers moved the roll, and what of that is carried on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from planning_areas.school_year import NC_YEARS, PHASE_YEARS, RECEPTION
from sufficiency.forecast.intake import entered, leavers
from sufficiency.forecast.roll_forward import moved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.forecast.intake import Entry
    from sufficiency.forecast.newborns import Newborns
    from sufficiency.forecast.roll_forward import Move, Rules

    Floats = NDArray[np.float64]

PARTS = ("births", "coming_up", "leaving", "before_reception", "survival", "transfers_in", "transfers_out", "border_in",
         "border_out", "without_school", "reconciliation", "known_intakes")
"""The parts of a change, in their order; those that children leave by are below 0."""
GROUPS = len(NC_YEARS)
YEAR_7, YEAR_12 = PHASE_YEARS["secondary"][0], PHASE_YEARS["sixth_form"][0]
FIRST_OF_PHASE = {years[0] for years in PHASE_YEARS.values()}
TOLERANCE = 1e-6        # children, over all areas


def flows(adjusted: Floats, final: Floats, rules: Rules, babies: Newborns, common: Floats) -> xr.DataArray:
    """Every change of the central run by part, year ahead, planning area and phase: [part, ay, planning_area_code, phase].

    adjusted: the run reconciled, before anything better than the model; final: the same with it; both [draw, year, strand,
    nc_year], the base year first. common: factors on the births-to-Reception ratio that all areas meet by the authority's total,
    [year ahead].
    """
    by_area = rules.strands.by_area
    told = _by_year_group(adjusted[0], rules, babies, rules.reception[0] * common[:, None])
    told["known_intakes"] = np.diff(by_area(final[0]) - by_area(adjusted[0]), axis=0)
    of_phase = {phase: slice(years[0], years[-1] + 1) for phase, years in PHASE_YEARS.items()}
    parts = np.stack([_over_phases(told[part], of_phase) for part in PARTS])
    change = np.diff(_over_phases(by_area(final[0]), of_phase), axis=0)
    if np.abs(parts.sum(axis=0) - change).sum() > TOLERANCE:
        raise AssertionError("the flows of children do not add up to the change of the roll")
    ay = list(range(rules.first, rules.first + parts.shape[1]))
    coordinates = {"part": list(PARTS), "ay": ay, "planning_area_code": list(rules.strands.areas), "phase": list(of_phase)}
    return xr.DataArray(parts, coords=coordinates, dims=list(coordinates), name="pupils")


def _over_phases(counts: Floats, of_phase: dict[str, slice]) -> Floats:
    """Add year groups up to phases: [year, area, nc_year] -> [year, area, phase]."""
    return np.stack([counts[..., groups].sum(axis=-1) for groups in of_phase.values()], axis=-1)


def _by_year_group(run: Floats, rules: Rules, babies: Newborns, reception: Floats) -> dict[str, Floats]:
    """The parts of a reconciled run [year, strand, nc_year], each [year ahead, area, nc_year].

    Who leaves stands in the year group that is left, all others in the one that is entered. Everything is reckoned over whole
    areas: sharing an intake out and moving on from a closed school change no area's total.
    """
    strands, before = rules.strands, run[:-1]
    told = {part: np.zeros((len(before), len(strands.areas), GROUPS)) for part in PARTS}
    _reception(told, strands.by_area(run[0])[:, RECEPTION], reception, rules.first, babies)
    survival = rules.survival[0]
    stayed, grown = np.zeros_like(told["births"]), np.zeros_like(told["births"])
    stayed[..., 1:] = strands.by_area(np.where(survival[:, 1:] > 0, before[..., :-1], 0.0))
    grown[..., 1:] = strands.by_area(before[..., :-1] * survival[:, 1:])
    not_on = np.zeros_like(grown)       # in the sixth form nobody is lost on the way: who does not go on has left
    not_on[..., YEAR_12 + 1:] = np.maximum(stayed - grown, 0.0)[..., YEAR_12 + 1:]
    told["survival"] += grown - stayed + not_on
    told["leaving"][..., YEAR_12:-1] -= not_on[..., YEAR_12 + 1:]
    gone = strands.by_area(before)
    gone[..., :-1] -= stayed[..., 1:]
    into = {RECEPTION: reception}
    for entry in rules.entries:
        pool, everybody = leavers(strands, before, entry.nc_year), before[..., entry.nc_year - 1].sum(axis=1)
        into[entry.nc_year] = entered(pool, entry, everybody)
        _entry(told, entry, pool, into[entry.nc_year], everybody)
        if entry.nc_year not in FIRST_OF_PHASE:
            gone[..., entry.nc_year - 1] -= pool
    for move in rules.moves:
        if move.nc_year in into:
            into[move.nc_year] = _chosen_otherwise(told, into[move.nc_year], move)
    told["leaving"] -= gone
    for g, children in into.items():
        told["without_school"][..., g] -= np.where(strands.takes(g), 0.0, children)
        grown[..., g] += np.where(strands.takes(g), children, 0.0)
    _reconciliation(told, strands.by_area(run[1:]) - grown, before.sum(axis=1))
    return told


def _chosen_otherwise(told: dict[str, Floats], entering: Floats, move: Move) -> Floats:
    """Tell who enters another area's schools by choice: transfers in where they come, out where they are lost."""
    after = np.stack([moved(year[None], move, step)[0] for step, year in enumerate(entering)])
    told["transfers_in"][..., move.nc_year] += np.maximum(after - entering, 0.0)
    told["transfers_out"][..., move.nc_year] += np.minimum(after - entering, 0.0)
    return after


def _reception(told: dict[str, Floats], today: Floats, entering: Floats, first: int, babies: Newborns) -> None:
    """Tell Reception [year ahead, area] apart: births at the base year's own ratio, and what came between birth and Reception."""
    births = np.stack([babies.of_reception(first + k) for k in range(len(entering))])
    then = babies.of_reception(first - 1)
    comparable = (then > 0) & (today > 0)
    ratio = np.divide(today, then, out=np.zeros_like(today), where=comparable)
    as_today = np.where(comparable, births * ratio, entering)
    told["births"][..., RECEPTION] = as_today
    told["before_reception"][..., RECEPTION] = entering - as_today


def _entry(told: dict[str, Floats], entry: Entry, pool: Floats, into: Floats, everybody: Floats) -> None:
    """Tell a point of entry apart: who comes up, who changes area, who crosses the border."""
    g, kept = entry.nc_year, entry.shares.sum(axis=1)
    from_14 = everybody[:, None] * entry.of_everybody
    carried = np.einsum("no,od->nd", pool, entry.shares, optimize=False)
    told["border_in"][..., g] += into - carried - from_14
    if g not in FIRST_OF_PHASE:
        stays = pool * np.diag(entry.shares)
        told["transfers_in"][..., g] += carried - stays + from_14
        told["transfers_out"][..., g - 1] -= pool * kept - stays
        told["border_out"][..., g - 1] -= pool * (1 - kept)
        return
    gross = carried
    if g == YEAR_7:
        where_they_go = np.divide(entry.shares, kept[:, None], out=np.zeros_like(entry.shares), where=kept[:, None] > 0)
        gross = np.einsum("no,od->nd", pool, where_they_go, optimize=False)
    told["coming_up"][..., g] += gross + from_14
    told["border_out"][..., g] += carried - gross


def _reconciliation(told: dict[str, Floats], moved: Floats, below: Floats) -> None:
    """Tell by how much scaling moved each year; where nobody is in the year group below, all who enter come from outside."""
    from_outside = np.zeros(below.shape, dtype="bool")
    from_outside[:, 1:] = below[:, :-1] == 0
    told["border_in"] += np.where(from_outside[:, None, :], moved, 0.0)
    told["reconciliation"] += np.where(from_outside[:, None, :], 0.0, moved)
