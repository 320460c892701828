"""Sharing an area's intake out among its schools: by recent share, held to their places, the excess to schools with room.

Method (domain brief C4). A school's share of its area's intake is the mean of the last three years, the latest counting three
times, or of those since a school last opened in the area. A new school takes, from the year in which it opens, the share that its
places are of the area's, and the others make room for it. A school that would be asked for by more children than it has places at
entry takes what it can, and the others are offered to schools of the same area with room, in proportion to their shares, until
all are placed or all are full. When the whole area is full the excess stays with the schools in proportion to their shares:
children expected are never lost, and the balance shows what is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import NC_YEARS, PHASE_YEARS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sufficiency.estate.places_ahead import PlacesAhead
    from sufficiency.forecast.strands import Strands

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

GROUPS = len(NC_YEARS)
YEAR_12 = PHASE_YEARS["sixth_form"][0]


def allocate(wanted: Floats, shares: Floats, places: Floats, group: NDArray[np.int64]) -> Floats:
    """Share children out among schools that have so many places each; more children never mean fewer at any school.

    wanted: [draw, group]; for each school its share, summing to 1 in each group, its places, infinite where not known, and its
    group, ascending.
    """
    asked = wanted[:, group] * shares
    for _ in range(len(group)):
        over = np.maximum(asked - places, 0.0)
        if not over.any():
            break
        asked = np.minimum(asked, places)
        room = np.where(asked < places, shares, 0.0)
        in_group = of_group(room, group)
        asked += of_group(over, group) * np.divide(room, in_group, out=np.zeros_like(room), where=in_group > 0)
    asked = np.minimum(asked, places)
    placed: Floats = asked + (wanted[:, group] - of_group(asked, group)) * shares
    return placed


def of_group(counts: Floats, group: NDArray[np.int64]) -> Floats:
    """Sum over each group, given back to each of its schools: [draw, school]; group: ascending."""
    if not len(group):
        return counts
    begins = np.ones(len(group), dtype="bool")
    np.not_equal(group[1:], group[:-1], out=begins[1:])
    added: Floats = np.add.reduceat(counts, np.flatnonzero(begins), axis=-1)
    return added[..., np.cumsum(begins) - 1]


def entry_shares(strands: Strands, nc_year: int, weights: Sequence[float], places: PlacesAhead) -> Floats:
    """Each strand's share of its area's intake into a year group: [year, strand]; they sum to 1 in an area that is entered."""
    enters = strands.enters(nc_year)
    n = min(len(weights), int(strands.seen.sum()))
    seen = np.flatnonzero(strands.seen)[:n]
    roll = np.array([strands.entrants(int(k), nc_year) for k in seen]).reshape(n, len(enters))
    there = strands.roll[seen].sum(axis=-1) > 0
    since = strands.open_since()[seen][:, strands.area]
    weight = np.asarray(weights, dtype="float64")[:n, None] * there * np.where(since.any(axis=0), since, True)
    area_total = of_group(roll, strands.area)
    share = np.divide(roll, area_total, out=np.zeros_like(roll), where=area_total > 0)
    share = (share * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)
    open_ = enters & ~places.shut
    old = np.where(open_, share, 0.0)
    never = ~(strands.roll[strands.seen].sum(axis=(0, -1)) > 0)
    new = open_ & never & (nc_year < YEAR_12)       # a sixth form without pupils has none to come
    at_new = np.where(new, _part_of_places(places.at(nc_year), open_, strands), 0.0)
    left = np.maximum(1.0 - of_group(at_new, strands.area), 0.0)
    some_open = of_group(open_.astype("float64"), strands.area) > 0
    return _to_one(_to_one(old, strands) * left + at_new, strands, fallback=np.where(some_open, open_, enters))


def _part_of_places(at_entry: Floats, open_: Flags, strands: Strands) -> Floats:
    """The part that each strand's places are of its area's; where any are not known, an equal part for each school."""
    known = np.where(open_ & np.isfinite(at_entry), at_entry, 0.0)
    all_known = of_group(np.where(open_ & ~np.isfinite(at_entry), 1.0, 0.0), strands.area) == 0
    counted = np.where(all_known, known, open_.astype("float64"))
    total = of_group(counted, strands.area)
    part: Floats = np.divide(counted, total, out=np.zeros_like(counted), where=total > 0)
    return part


def _to_one(shares: Floats, strands: Strands, fallback: Flags | None = None) -> Floats:
    """Scale shares to sum to 1 in each area; an area without any has equal shares among those of `fallback`, or none."""
    total = of_group(shares, strands.area)
    if fallback is not None:
        shares = np.where(total > 0, shares, fallback.astype("float64"))
        total = of_group(shares, strands.area)
    scaled: Floats = np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)
    return scaled
