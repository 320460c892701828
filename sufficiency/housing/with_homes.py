"""Adding the children of new homes to a projection, so that schools, areas and the authority still agree.

An area's further children go first to those of its schools that have room in their year group, in proportion to that room, and
those for whom no room is left to all by their pupils; where there are fewer children, every school loses in proportion. `raw` and
`adjusted` stay as they are: without homes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import NC_YEARS, PHASE_YEARS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sufficiency.areas.areas import AreaFrame
    from sufficiency.children import Projection
    from sufficiency.housing.homes import Homes

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PHASE_OF = {g: "primary" if g in PHASE_YEARS["primary"] else "secondary" for g in NC_YEARS}


def with_homes(projection: Projection, homes: Homes, frame: AreaFrame, places: pd.DataFrame) -> Projection:
    """The projection with the children of new homes: pupils, residents, schools and authority; `homes` says how many.

    places: urn, ay, nc_year, yg_places.
    """
    notes = (*projection.notes, *homes.notes)
    if not homes.central.any():
        return replace(projection, notes=notes)
    added = homes.central[None]
    pupils = projection.pupils + added
    at_home = _residents(projection.residents.to_numpy(), added, projection.pupils["phase"].to_numpy())
    schools = projection.schools.to_numpy().copy()
    room = _room(projection, places)
    area_of = _areas_of_schools(projection, frame)
    for g in NC_YEARS:
        _share_out(schools[..., g], added[..., g], room[..., g], area_of[PHASE_OF[g]])
    return replace(
        projection, pupils=pupils, residents=projection.residents.copy(data=at_home), homes=projection.homes.copy(data=added),
        schools=projection.schools.copy(data=schools), authority=projection.authority + added.sum(axis=2), notes=notes)


def _areas_of_schools(projection: Projection, frame: AreaFrame) -> dict[str, Ints]:
    """Place of the planning area of each school in each phase, -1 where it is in none: [school]."""
    place = {str(code): i for i, code in enumerate(projection.pupils["planning_area_code"].to_numpy())}
    found = {}
    for phase in ("primary", "secondary"):
        mine = frame.members[frame.members["phase"] == phase] if len(frame.members) else frame.members
        of = dict(zip(mine["urn"], mine["planning_area_code"], strict=True))
        urns = projection.schools["urn"].to_numpy()
        found[phase] = np.array([place.get(of.get(str(urn), ""), -1) for urn in urns], dtype="int64")
    return found


def _room(projection: Projection, places: pd.DataFrame) -> Floats:
    """Places left at each school, year and year group in the projection without homes: [year, school, nc_year]."""
    urns = {str(urn): i for i, urn in enumerate(projection.schools["urn"].to_numpy())}
    first = int(projection.schools["ay"][0])
    room = np.zeros(projection.schools.shape[1:])
    known = places[places["urn"].isin(list(urns)) & places["ay"].between(first, first + len(room) - 1)]
    at = (known["ay"].to_numpy("int64") - first, known["urn"].map(urns).to_numpy("int64"), known["nc_year"].to_numpy("int64"))
    np.add.at(room, at, known["yg_places"].fillna(0.0).to_numpy("float64"))
    left: Floats = np.maximum(room - projection.schools.isel(draw=0).to_numpy(), 0.0)
    return left


def _share_out(schools: Floats, added: Floats, room: Floats, area: Ints) -> None:
    """Give the children added to each area to its schools, in place: schools [draw, year, school], added [draw, year, area]."""
    for a in np.unique(area[area >= 0]):
        mine = np.flatnonzero(area == a)
        roll, left = schools[..., mine], np.broadcast_to(room[None][..., mine], schools[..., mine].shape)
        new = added[..., a, None]
        seats, there = left.sum(axis=-1, keepdims=True), roll.sum(axis=-1, keepdims=True)
        placed = np.clip(new, 0.0, seats)
        by_room = np.divide(left, seats, out=np.zeros_like(roll), where=seats > 0)
        by_roll = np.divide(roll, there, out=by_room.copy(), where=there > 0)
        schools[..., mine] = np.maximum(roll + placed * by_room + (new - placed) * by_roll, 0.0)


def _residents(living: Floats, added: Floats, phases: NDArray[np.object_]) -> Floats:
    """Children by where they live with those of new homes, never below nought, and in total as many as go to school."""
    found = living.copy()
    for phase in ("primary", "secondary"):
        mine = phases == phase
        whole = (living[:, :, mine] + added[:, :, mine]).sum(axis=2, keepdims=True)
        there = np.maximum(living[:, :, mine] + added[:, :, mine], 0.0)
        total = there.sum(axis=2, keepdims=True)
        found[:, :, mine] = np.divide(there * whole, total, out=there, where=total > 0)
    return found
