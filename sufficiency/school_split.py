"""Sharing an area's intake out among its schools: by recent share, held to their places, the excess to schools with room.

Method (domain brief C4). A school's share of its area's intake is the mean of the last three years, the latest counting three
times; a school without any such history takes the share that its places are of the area's. A school that would be asked for by
more children than it has places at entry takes what it can, and the others are offered to schools of the same area with room, in
proportion to their shares, until all are placed or all are full. When the whole area is full the excess stays with the schools in
proportion to their shares: children expected are never lost, and the balance shows what is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import NC_YEARS, PHASE_YEARS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from sufficiency.strands import Strands

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
    begins = np.r_[True, np.diff(group) > 0]
    added: Floats = np.add.reduceat(counts, np.flatnonzero(begins), axis=-1)
    return added[..., np.cumsum(begins) - 1]


def entry_shares(strands: Strands, nc_year: int, weights: Sequence[float], places: Floats) -> Floats:
    """Each strand's share of its area's intake into a year group: [strand]; the shares of an area sum to 1 where it has any.

    places: [strand] at entry in the first year ahead; infinite where not known.
    """
    enters = strands.enters(nc_year)
    roll = np.where(enters, strands.roll[..., nc_year], 0.0)[strands.seen][: len(weights)]
    there = (strands.roll.sum(axis=-1) > 0)[strands.seen][: len(weights)]
    area_total = of_group(roll, strands.area)
    share = np.divide(roll, area_total, out=np.zeros_like(roll), where=area_total > 0)
    weight = np.asarray(weights, dtype="float64")[: len(roll), None] * there
    share = (share * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)
    known = np.where(enters & np.isfinite(places), places, 0.0)
    by_places = known / np.maximum(of_group(known, strands.area), 1e-12)
    if nc_year < YEAR_12:       # a sixth form without pupils has none to come; a new school has
        share = np.where((share == 0) & enters, by_places, share)
    total = of_group(share, strands.area)
    equal = np.where(enters, 1.0, 0.0)
    share = np.where(total > 0, share, equal)
    total = np.where(total > 0, total, of_group(equal, strands.area))
    return np.divide(share, total, out=np.zeros_like(share), where=total > 0)


def places_at_entry(strands: Strands, entry_places: pd.DataFrame | None, years: range) -> Floats:
    """Places at entry [year, strand, nc_year], infinite where none are known; the last year known holds for those after it."""
    places = np.full((len(years), len(strands.urns), GROUPS), np.inf)
    if entry_places is None or entry_places.empty:
        return places
    strand: dict[str, list[int]] = {urn: [] for urn in strands.urns}
    for i, urn in enumerate(strands.urns):
        strand[urn].append(i)
    ordered = entry_places.dropna(subset=["places"]).sort_values("ay", kind="stable")
    ordered = ordered[ordered["urn"].isin(strand) & (ordered["ay"] <= years[-1])]
    for urn, ay, g, n in ordered[["urn", "ay", "nc_year", "places"]].itertuples(index=False):
        places[max(0, ay - years[0]) :, strand[urn], g] = n
    return places
