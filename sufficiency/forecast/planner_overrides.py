"""The planner's own figures in the place of the model's: openly, with reason, author and an end.

Method (domain brief C8.4). An override gives the pupils of a planning area or a school in a year and year group, or of its whole
phase: as a figure, as a change, or as a factor. It is used while the January census that the run starts from is not after the day
on which it expires. The difference moves up with its cohort: each year it is carried by the area's own survival, the ratio of the
central figures one below the other, to the end of the phase. A named school takes its own difference; that of an area is shared
by its schools as their pupils are, and by those with an override of their own only if there are no others. No figure falls below
nought. The authority's total moves by as much, and so do the residents, who are taken to live where they go to school. An
override of a later year stands on top of what earlier ones have moved up to it.

What the model said, what was used and why stand side by side in the run's table of overrides; an override that is not used says
why there, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.school_year import NC_YEARS, PHASE_OF, PHASE_YEARS, ay_label, nc_year_label
from planning_areas.wording import some
from sufficiency.areas.area_codes import SECOND
from sufficiency.assumptions import years_ahead
from sufficiency.evidence import Note
from sufficiency.forecast.overrides import COLUMNS, laid_out
from sufficiency.forecast.planner_checks import BEYOND, census_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sufficiency.areas.areas import AreaFrame
    from sufficiency.assumptions import Assumptions
    from sufficiency.children import Projection
    from sufficiency.evidence import Evidence

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

YEAR_7, YEAR_12 = PHASE_YEARS["secondary"][0], PHASE_YEARS["sixth_form"][0]
EVERYWHERE = "everywhere"   # in the place of a planning area: all that have the year group, as their pupils are
NOTICEABLE = 0.05           # children that an override asks for and does not get, before it is said


@dataclass(frozen=True)
class Units:
    """Who takes the difference: schools within a planning area, or the area itself where no schools are known."""

    areas: tuple[str, ...]      # planning areas, as the projection has them
    secondary: Flags            # [area]
    urns: tuple[str, ...]       # school of each unit, "" for a whole area
    area: Ints                  # [unit] place of its planning area
    pupils: Floats              # [draw, year, unit, nc_year]; the central figures
    serves: Flags               # [unit, nc_year]

    def by_area(self, counts: Floats) -> Floats:
        """Add units up to planning areas: [draw, ..., unit, nc_year] -> [draw, ..., area, nc_year]."""
        added = np.zeros((*counts.shape[:-2], len(self.areas), counts.shape[-1]))
        for unit, a in enumerate(self.area):
            added[..., a, :] += counts[..., unit, :]
        return added


@dataclass(frozen=True)
class Aim:
    """What an override is about: its units and year groups, or why it cannot be used."""

    units: Ints
    groups: Ints
    why_not: str = ""


def with_overrides(projection: Projection, evidence: Evidence, frame: AreaFrame,
                   assumptions: Assumptions | None = None) -> Projection:
    """Put the planner's overrides that are in force into a projection; `overridden` holds their whole effect.

    assumptions: how many years ahead each phase is forecast; without them, as many as the projection has.
    """
    table = evidence.planner_overrides
    if table.empty:
        return projection
    census = census_of(evidence)
    units = _units(projection, frame)
    years = [int(ay) for ay in projection.pupils["ay"].to_numpy()]
    told = {row.Index: _not_used(row, years, census) for row in table.itertuples()}
    ahead = years_ahead(assumptions) if assumptions is not None else {}
    moved = np.zeros_like(units.pupils)
    for y in range(1, len(years)):
        moved[:, y] = carried_up(units, moved[:, y - 1], y)
        held = np.zeros(units.serves.shape, dtype="bool")
        mine = [row for row in table.itertuples() if row.ay == years[y] and not told[row.Index]["used"]]
        for row in sorted(mine, key=lambda row: (row.urn == "", row.row)):
            aim = _in_time(_aim(units, row), y, ahead)
            told[row.Index] |= _applied(units, moved[:, y], y, row, aim, held)
    found = pd.DataFrame([{**row._asdict(), **told[row.Index]} for row in table.itertuples()])
    rows = laid_out(found)
    overrides = pd.concat([projection.overrides, rows], ignore_index=True) if len(projection.overrides) else rows
    return _moved(projection, units, moved, overrides[COLUMNS], _notes(found, census))


def _not_used(row: Any, years: Sequence[int], census: str) -> dict[str, object]:
    """Start what is told of an override: that it has expired, or is of no year ahead; `used` is blank where it has its turn."""
    ay, expires = int(row.ay), str(row.expires)
    used = ""
    if expires < census:
        used = f"no: expired on {expires}, before the census of {census}"
    elif ay not in years[1:]:
        used = f"no: {ay_label(ay)} is not among the years ahead"
    return {"used": used, "model": np.nan, "final": np.nan, "short": 0.0, "whole": np.nan}


def _units(projection: Projection, frame: AreaFrame) -> Units:
    """The schools of each planning area with their figures; the areas themselves where no schools are known."""
    areas = tuple(str(code) for code in projection.pupils["planning_area_code"].to_numpy())
    secondary = np.array([phase == "secondary" for phase in projection.pupils["phase"].to_numpy()], dtype="bool")
    groups = np.arange(len(NC_YEARS))
    known = [str(urn) for urn in projection.schools["urn"].to_numpy()]
    if not known:
        pupils = projection.pupils.to_numpy()
        serves = np.where(secondary[:, None], groups >= YEAR_7, groups < YEAR_7)
        return Units(areas, secondary, ("",) * len(areas), np.arange(len(areas)), pupils, serves)
    place, number = {code: a for a, code in enumerate(areas)}, {urn: i for i, urn in enumerate(known)}
    members = frame.members[frame.members["urn"].isin(number) & frame.members["planning_area_code"].isin(place)]
    members = members.drop_duplicates(["urn", "planning_area_code"]).sort_values(["planning_area_code", "urn"], kind="stable")
    area = np.array([place[code] for code in members["planning_area_code"]], dtype="int64")
    of_phase = np.where(secondary[area][:, None], groups >= YEAR_7, groups < YEAR_7)
    pupils = projection.schools.to_numpy()[:, :, [number[urn] for urn in members["urn"]]] * of_phase
    serves = pupils.max(axis=(0, 1)) > 0
    serves = np.where(serves.any(axis=1, keepdims=True), serves, of_phase)
    return Units(areas, secondary, tuple(members["urn"]), area, pupils, serves)


def carried_up(units: Units, before: Floats, y: int) -> Floats:
    """Differences of the year before, moved up a year group: [draw, unit, nc_year], by the area's own survival.

    A school that ends below hands its part on to the area's other schools as their pupils are. Nothing crosses from one phase to
    the next.
    """
    then, now = units.by_area(units.pupils[:, y - 1]), units.by_area(units.pupils[:, y])
    survival = np.ones_like(now)        # where the model has nobody, those whom the planner sees move up unchanged
    np.divide(now[..., 1:], then[..., :-1], out=survival[..., 1:], where=then[..., :-1] > 0)
    moved = np.zeros_like(before)
    moved[..., 1:] = before[..., :-1] * survival[:, units.area, 1:]
    moved[..., [YEAR_7, YEAR_12]] = 0.0
    homeless = np.where(units.serves, 0.0, moved)
    moved = moved - homeless
    for a, g in zip(*np.nonzero(units.by_area(np.abs(homeless))[0] > 0), strict=True):
        mine = np.flatnonzero(units.area == a)
        parts = _parts(units.pupils[:, y, mine, g] * units.serves[mine, g], units.serves[mine, g])
        moved[:, mine, g] += homeless[:, mine, g].sum(axis=1, keepdims=True) * parts
    floored: Floats = np.maximum(moved, -units.pupils[:, y])
    return floored


def _parts(weights: Floats, serves: Flags) -> Floats:
    """Shares of something that add up to one: as the weights are, else equally among those who serve; none where nobody does."""
    total = weights.sum(axis=1, keepdims=True)
    equal = np.broadcast_to(serves / max(int(serves.sum()), 1), weights.shape)
    return np.where(total > 0, weights / np.where(total > 0, total, 1.0), equal)


def _aim(units: Units, row: Any) -> Aim:
    """Find the units and year groups that an override is about."""
    code, urn, given = row.planning_area_code, row.urn, row.nc_year
    g = None if pd.isna(given) else int(given)
    nobody = np.zeros(0, dtype="int64")

    def unused(why: str) -> Aim:
        return Aim(nobody, nobody, f"no: {why}")

    if urn:
        mine = np.flatnonzero(np.array(units.urns) == urn)
        if not len(mine):
            return unused("the school is not planned for")
        if g is None:
            return Aim(mine, np.flatnonzero(units.serves[mine, :YEAR_12].any(axis=0)))
        of_phase = mine[units.secondary[units.area[mine]] == (g >= YEAR_7)]
        return Aim(of_phase, np.array([g])) if len(of_phase) else unused("the school has no planning area of that phase")
    if code == EVERYWHERE and g is not None:
        mine = np.flatnonzero(units.secondary[units.area] == (g >= YEAR_7))
        return Aim(mine, np.array([g])) if len(mine) and units.serves[mine, g].any() else unused("no school has this year group")
    both = code + SECOND in units.areas
    if both and g is None:
        return unused(f"{code} is a primary and a secondary area; write the year group")
    named = code + SECOND if both and g is not None and g >= YEAR_7 else code
    if named not in units.areas:
        return unused("there is no such planning area in this run")
    a = units.areas.index(named)
    groups = np.array([g] if g is not None else PHASE_YEARS["secondary" if units.secondary[a] else "primary"])
    mine = np.flatnonzero(units.area == a)
    if not units.serves[np.ix_(mine, groups)].any():
        return unused("no school of the area has this year group")
    return Aim(mine, groups)


def _in_time(aim: Aim, year: int, ahead: Mapping[str, int]) -> Aim:
    """The aim, unless its phase is not forecast so many years ahead."""
    for phase in dict.fromkeys(PHASE_OF[int(g)] for g in aim.groups):
        if year > ahead.get(phase, year):
            return replace(aim, why_not=f"no: {phase.replace('_', ' ')} is forecast {ahead[phase]} years ahead only")
    return aim


def _applied(units: Units, moved: Floats, y: int, row: Any, aim: Aim, held: Flags) -> dict[str, object]:
    """Move the figures of one override, in place, and tell what they were and are; held: cells that a school's own has fixed."""
    if aim.why_not:
        return {"used": aim.why_not}
    cells = np.ix_(np.arange(len(moved)), aim.units, aim.groups)
    now = units.pupils[:, y][cells] + moved[cells]
    flat, serves = now.reshape(len(now), -1), units.serves[np.ix_(aim.units, aim.groups)].reshape(-1)
    total = flat.sum(axis=1)
    value, kind = float(row.value), row.kind
    asked = {"figure": np.full_like(total, value), "change": total + value, "factor": total * value}[kind]
    final = np.maximum(asked, 0.0)
    free = flat * ~held[np.ix_(aim.units, aim.groups)].reshape(-1)
    weights = np.where((free.sum(axis=1) > np.maximum(total - final, 0.0))[:, None], free, flat)
    parts = _parts(weights, serves if serves.any() else np.ones_like(serves))
    moved[cells] += ((final - total)[:, None] * parts).reshape(now.shape)
    if row.urn:
        held[np.ix_(aim.units, aim.groups)] = True
    of_aim = dict.fromkeys(units.areas[units.area[u]] for u in aim.units)
    where = EVERYWHERE if row.planning_area_code == EVERYWHERE else ", ".join(of_aim)
    return {"used": "yes", "planning_area_code": where, "model": float(total[0]), "final": float(final[0]),
            "short": float((final - asked)[0]), "whole": float(units.pupils[0, y][:, aim.groups].sum())}


def _moved(projection: Projection, units: Units, moved: Floats, overrides: pd.DataFrame, notes: tuple[Note, ...]) -> Projection:
    """The projection with these differences in its schools, areas, residents and authority."""
    by_area = units.by_area(moved)
    schools = projection.schools.to_numpy().copy()
    number = {str(urn): i for i, urn in enumerate(projection.schools["urn"].to_numpy())}
    for unit, urn in enumerate(units.urns):
        if urn:
            schools[:, :, number[urn]] += moved[:, :, unit]
    return replace(
        projection, pupils=projection.pupils + by_area, schools=projection.schools.copy(data=schools),
        authority=projection.authority + by_area.sum(axis=2), overridden=projection.overridden + by_area,
        residents=projection.residents.copy(data=_at_home(projection.residents.to_numpy(), by_area)), overrides=overrides,
        notes=(*projection.notes, *notes),
    )


def _at_home(residents: Floats, by_area: Floats) -> Floats:
    """Residents with the difference where it arises; what an area has not to give is taken from all that have."""
    new = residents + by_area
    kept = np.maximum(new, 0.0)
    total, have = new.sum(axis=2, keepdims=True), kept.sum(axis=2, keepdims=True)
    scaled = kept * np.where(have > 0, total / np.where(have > 0, have, 1.0), 0.0)
    return np.where((new < 0).any(axis=2, keepdims=True), scaled, new)


def _notes(found: pd.DataFrame, census: str) -> tuple[Note, ...]:
    """Say how many overrides are in force and by whom, which are not used and why, and where there was too little to take."""
    notes = []
    used = found[found["used"] == "yes"]
    if len(used):
        by = "; ".join(f"{author} ({n})" for author, n in used["author"].value_counts(sort=False).items())
        notes.append(Note("planner_overrides", f"{len(used)} of the planner's overrides {_be(used)} in force at the census of "
                          f"{census}, by {by}: {some(map(_named, used.itertuples()))}",
                          "these figures and what follows from them are the planner's, not the model's"))
    idle = found[found["used"] != "yes"]
    if len(idle):
        told = some(f"{_named(row)}: {str(row.used).removeprefix('no: ')}" for row in idle.itertuples())
        notes.append(Note("planner_overrides", f"{len(idle)} of the planner's overrides {_be(idle)} not used: {told}",
                          "the model's figures stand there"))
    short = found[found["short"] > NOTICEABLE]
    if len(short):
        told = some(f"{_named(row)} ({row.value:g} asked, {row.model:.1f} there)" for row in short.itertuples())
        notes.append(Note("planner_overrides", f"more pupils are taken away than there are, so that none are left: {told}"))
    many = found[found["final"] > BEYOND * found["whole"]]
    if len(many):
        told = some(f"{_named(row)} ({row.final:,.0f}, {row.model:,.0f} by the model)" for row in many.itertuples())
        notes.append(Note("planner_overrides", f"overrides give more than {BEYOND:g} times the pupils whom the whole authority "
                          f"would have there: {told}", "look whether they are a slip of the pen"))
    return tuple(notes)


def _be(rows: pd.DataFrame) -> str:
    return "is" if len(rows) == 1 else "are"


def _named(row: Any) -> str:
    """An override in a few words: whose figure, of which year group and year."""
    code, urn, ay, g = row.planning_area_code, row.urn, row.ay, row.nc_year
    return f"{urn or code} {'all years' if pd.isna(g) else nc_year_label(int(g))} {ay_label(int(ay))}"
