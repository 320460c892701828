"""Children: how many pupils each planning area and school will have, by year group, for seven academic years ahead.

The method, in the order in which it is told below (domain brief C):

1. *The authority* is projected first and by itself: Reception from births five years before, every other year group from the one
   below a year earlier, each by a ratio that is the mean of three years, the latest counting most (`authority_control`). What its
   roll does not count is estimated (`missing_counts`), and who comes from schools that are not planned for is counted among those
   who enter (`outside_feeders`).
2. *Planning areas* are projected school strand by school strand: births of the area's homes times its own births-to-Reception
   ratio; survival ratios of its own schools, drawn towards the authority's where the area is small (`ratios`); transfers where
   children change school, in Year 3, 5, 7, 9, 10 and 12 (`intake`), some of them into schools that begin below (`later_entries`);
   an area's intake shared out among its schools (`school_split`), which may open or close on the way (`places_ahead`). That is
   `raw`.
3. Each year every year group is scaled to the authority's figure before the next year is begun (C8): `adjusted`.
4. What is known of next September, from the October census or the offers, takes the model's place, openly (`overrides`), and the
   years after roll on from there: `pupils`, the final figures.
5. The same children are counted once more by where they live (`residents`).

Fractions are kept throughout; figures are rounded where they are shown. Arrays carry a `draw` axis, of length 1 here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from planning_areas.school_year import NC_YEARS, PHASE_YEARS, RECEPTION, ay_label, nc_year_label
from planning_areas.tables import EvidenceError, Problem
from sufficiency.areas.area_codes import SECOND
from sufficiency.areas.small_areas import residents
from sufficiency.estate.places_ahead import places_ahead
from sufficiency.estate.school_scope import opening_ay
from sufficiency.evidence import Note
from sufficiency.forecast.authority_control import authority_ratios, authority_roll, coverage, published_roll, roll_up
from sufficiency.forecast.flows import flows
from sufficiency.forecast.intake import entries
from sufficiency.forecast.later_entries import with_later_entries
from sufficiency.forecast.missing_counts import estimated
from sufficiency.forecast.newborns import newborns
from sufficiency.forecast.outside_feeders import least_entering
from sufficiency.forecast.overrides import override
from sufficiency.forecast.ratios import AuthorityRatios, area_ratios
from sufficiency.forecast.registrations import registered
from sufficiency.forecast.residents import by_residence
from sufficiency.forecast.roll_forward import Move, Rules, roll_forward
from sufficiency.forecast.school_split import entry_shares
from sufficiency.forecast.strands import strands_of, whole_areas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sufficiency.areas.areas import AreaFrame
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence
    from sufficiency.forecast.intake import Entry
    from sufficiency.forecast.newborns import Newborns
    from sufficiency.forecast.ratios import AreaRatios
    from sufficiency.forecast.strands import Strands

    Floats = NDArray[np.float64]

YEAR_12 = PHASE_YEARS["sixth_form"][0]
SECONDARY = (*PHASE_YEARS["secondary"], *PHASE_YEARS["sixth_form"])
NOTICEABLE = 0.5            # children that the authority expects and no school takes, before it is said


@dataclass(frozen=True)
class Projection:
    """Pupils by year, planning area, school and year group, with what each figure was before it was reconciled or overridden."""

    pupils: xr.DataArray        # [draw, ay, planning_area_code, nc_year], base year first; final
    raw: xr.DataArray           # the same, before reconciliation
    adjusted: xr.DataArray      # the same, reconciled to the authority, before overrides
    residents: xr.DataArray     # the same, by where children live; adds up to the authority's pupils
    schools: xr.DataArray       # [draw, ay, urn, nc_year]; adds up to the areas
    authority: xr.DataArray     # [draw, ay, nc_year]; what areas add up to
    homes: xr.DataArray         # as `pupils`: of these, how many homes above the usual rate of building bring
    overridden: xr.DataArray    # as `pupils`: by how much the planner's own figures moved them
    flows: xr.DataArray         # [part, ay, planning_area_code, phase]; every change from January to January, before these two
    ratios: pd.DataFrame        # kind, phase, planning_area_code, nc_year, children, ratio_{area,authority,used}, clipped
    overrides: pd.DataFrame     # planning_area_code, ay, nc_year, model, final, reason
    known: pd.DataFrame         # urn, nc_year, source; intakes of next September that are counted or offered already
    transfers: pd.DataFrame     # nc_year, origin, destination, share, children, basis
    registrations: pd.DataFrame  # planning_area_code ("" the authority), ay, how Reception was blended from registers and births
    notes: tuple[Note, ...]


def project(evidence: Evidence, schools: pd.DataFrame, history: pd.DataFrame, frame: AreaFrame, assumptions: Assumptions,
            places: pd.DataFrame | None = None) -> Projection:
    """Pupils of every planning area and school, year group by year group: the central projection.

    history: urn, ay, nc_year, pupils (predecessors' rolls given to their successors). places: the table of places open, to which
    a school's intake is held while its area has room, and which says when a school closes; None holds it to nothing.
    """
    base = evidence.authority.base_year
    years = range(base, base + max(assumptions.primary_years, assumptions.secondary_years) + 1)
    strands, strand_notes = _strands(evidence, schools, history, frame, base, assumptions)
    strands, entry_notes = with_later_entries(strands, evidence, assumptions)
    published, roll, roll_notes = authority_roll(evidence, strands)
    living = cache(partial(residents, evidence))
    oldest = min(strands.years[-1], published[-1])
    babies, birth_notes = newborns(evidence, strands, frame, oldest, years[-1], living, assumptions)
    measured, authority_notes = authority_ratios(published, roll, babies, assumptions, len(years) - 1)
    authority, unserved_notes = _of_years_served(measured, coverage(roll, strands), strands)
    least, feeder_notes = least_entering(strands, roll, measured, babies, years[1:])
    areas, ratio_notes = area_ratios(strands, babies, authority, assumptions)
    blend, gp_notes = registered(evidence, strands, published, roll, babies, measured, areas, assumptions)
    authority = replace(authority, ahead=authority.ahead * blend.authority)
    points, intake_log, transfers, intake_notes = entries(strands, evidence, areas, authority, assumptions)

    start = strands.roll[:1]
    rules = _rules(strands, babies, areas, points, places, schools, years, blend.authority[:, None] * blend.areas, assumptions)
    born = np.array([[babies.total_of_reception(ay) for ay in years[1:]]]) * authority.births * authority.ahead
    control = roll_up(start.sum(axis=1), born, authority.steps, least)
    raw = roll_forward(start, base, rules)
    adjusted = roll_forward(start, base, rules, control)
    known, override_notes = override(adjusted[:, 1], base + 1, evidence, strands)
    moved = roll_up(control[:, 1] + known.moved, born[:, 1:], authority.steps, least[1:])
    final = np.concatenate([start[:, None], roll_forward(known.rows, base + 1, rules, moved)], axis=1)
    control = np.concatenate([control[:, :1], moved], axis=1)
    pupils = strands.by_area(final)
    at_home, resident_notes = by_residence(pupils, base, living, strands, frame, babies)
    notes = (strand_notes, entry_notes, roll_notes, birth_notes, authority_notes, unserved_notes, feeder_notes, ratio_notes,
             gp_notes, intake_notes, override_notes, _lost(control, pupils, years), resident_notes)
    labels = _labels(len(start), years, strands)
    return Projection(
        pupils=_labelled(pupils, labels["areas"]), raw=_labelled(strands.by_area(raw), labels["areas"]),
        adjusted=_labelled(strands.by_area(adjusted), labels["areas"]), residents=_labelled(at_home, labels["areas"]),
        schools=_labelled(_by_school(final, strands), labels["schools"]),
        authority=_labelled(pupils.sum(axis=2), labels["authority"]),
        homes=_labelled(np.zeros_like(pupils), labels["areas"]), overridden=_labelled(np.zeros_like(pupils), labels["areas"]),
        ratios=pd.concat([areas.log, intake_log], ignore_index=True) if len(intake_log) else areas.log,
        flows=flows(adjusted, final, rules, babies, measured.ahead), overrides=known.table, known=known.known,
        transfers=transfers, registrations=blend.table,
        notes=tuple(dict.fromkeys(note for some in notes for note in some)),
    )


def _strands(evidence: Evidence, schools: pd.DataFrame, history: pd.DataFrame, frame: AreaFrame, base: int,
             assumptions: Assumptions) -> tuple[Strands, tuple[Note, ...]]:
    """Schools' strands; where no school's roll is known, one strand for each area with the authority's own roll."""
    strands, notes = strands_of(schools, history, frame, base)
    years, roll = published_roll(evidence)
    if strands.roll[0].sum() > 0 or (len(strands.urns) and np.isnan(roll[0]).all()):
        return strands, notes
    roll, estimates = estimated(years, roll, evidence, assumptions)
    told = Note("school_roll", f"no roll of any school is known for {ay_label(base)}: the authority is projected as a whole",
                "nothing can be told of schools, nor of one planning area apart from another")
    return whole_areas(strands, roll, years), (*notes, told, *estimates)


def _of_years_served(measured: AuthorityRatios, covered: float, strands: Strands) -> tuple[AuthorityRatios, tuple[Note, ...]]:
    """Keep the authority's ratios to the year groups that some school has, and its births to the schools that are planned for."""
    served = np.array([strands.serves(g).any() for g in NC_YEARS], dtype="bool")
    goes_on = np.r_[True, served[:-1] & (strands.roll[0].sum(axis=0)[:-1] > 0)]
    lost = [nc_year_label(g) for g in NC_YEARS if not served[g] and goes_on[g] and measured.steps[g] > 0]
    told = Note("schools", f"no school that is planned for has {', '.join(lost)}", "who would go there is not projected")
    births = measured.births * covered * float(served[RECEPTION])
    kept = AuthorityRatios(births, np.where(served, measured.steps, 0.0), measured.ahead)
    return kept, (told,) if lost else ()


def _lost(control: Floats, pupils: Floats, years: range) -> tuple[Note, ...]:
    """Say which children the authority expects and no school takes, so that nobody is lost in silence."""
    missing = (control - pupils.sum(axis=2))[0]
    worst = np.flatnonzero(missing.max(axis=0) > NOTICEABLE)
    return tuple(
        Note("schools", f"no school takes {missing[:, g].max():.0f} children who are expected in {nc_year_label(int(g))} in "
             f"{ay_label(years[int(missing[:, g].argmax())])}", "they are in no planning area's figures") for g in worst)


def _rules(strands: Strands, babies: Newborns, areas: AreaRatios, points: tuple[Entry, ...], places: pd.DataFrame | None,
           schools: pd.DataFrame, years: range, factors: Floats, assumptions: Assumptions) -> Rules:
    """Gather what carries one January to the next."""
    groups = np.arange(len(NC_YEARS))
    inside = (groups > strands.low[:, None]) & (groups <= strands.high[:, None]) & (groups != YEAR_12)
    dated = opening_ay(schools).set_axis(schools["urn"]).dropna()
    opens = {str(urn): int(ay) for urn, ay in dated.items()}
    ahead = places_ahead(strands, places, years[1:], assumptions.weights, opens)
    reception = np.stack([babies.of_reception(ay) for ay in years[1:]]) * areas.births * factors
    shares = {g: entry_shares(strands, g, assumptions.weights, ahead) for g in (RECEPTION, *(p.nc_year for p in points))}
    survival = np.where(inside, areas.steps[strands.area], 0.0)
    return Rules(strands, years[1], reception[None], survival[None], points, shares, ahead, _moves(strands, years, assumptions))


def _moves(strands: Strands, years: range, assumptions: Assumptions) -> tuple[Move, ...]:
    """The shares of intakes that the settings let go to another area's schools; none where the areas are not told apart."""
    found = []
    for move in assumptions.area_moves:
        takes = dict(zip(strands.areas, strands.takes(move.nc_year), strict=True))
        second = move.nc_year in SECONDARY
        ends = [name + SECOND if second and name + SECOND in takes else name for name in (move.origin, move.destination)]
        if not all(end in takes for end in ends):
            continue
        if not all(takes[end] for end in ends):
            raise EvidenceError([Problem("area_moves", 0, f"{move.origin} to {move.destination}", nc_year_label(move.nc_year),
                                         "a school in both areas that begins in this year group expected")])
        share = np.array([move.share * (move.first <= ay <= move.last) for ay in years[1:]])
        found.append(Move(move.nc_year, strands.areas.index(ends[0]), strands.areas.index(ends[1]), share))
    return tuple(found)


def _labels(draws: int, years: range, strands: Strands) -> dict[str, xr.Coordinates]:
    """Names of the axes of figures of planning areas (with the phase of each), of schools and of the authority."""
    urns = np.array(sorted(set(strands.urns) - {""}), dtype="str")      # text also where there are none
    outer = {"draw": range(draws), "ay": list(years)}
    areas = {"planning_area_code": list(strands.areas), "phase": ("planning_area_code", list(strands.phases))}
    inner: dict[str, Mapping[str, object]] = {"areas": areas, "schools": {"urn": urns}, "authority": {}}
    return {name: xr.Coordinates({**outer, **between, "nc_year": list(NC_YEARS)}) for name, between in inner.items()}


def _labelled(values: Floats, labels: xr.Coordinates) -> xr.DataArray:
    """Put names on the axes: draw, ay, whatever lies between, nc_year."""
    return xr.DataArray(values, coords=labels, dims=[str(name) for name in labels if name != "phase"], name="pupils")


def _by_school(final: Floats, strands: Strands) -> Floats:
    """Figures of schools, [draw, year, urn, nc_year]: a school with a primary and a secondary strand is both."""
    number = {urn: i for i, urn in enumerate(sorted(set(strands.urns) - {""}))}
    whole = np.zeros((*final.shape[:2], len(number), len(NC_YEARS)))
    for s, urn in enumerate(strands.urns):
        if urn:
            whole[:, :, number[urn]] += final[:, :, s]
    return whole
