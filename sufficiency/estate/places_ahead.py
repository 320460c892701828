"""Places ahead: what intakes are held to in the years to come, which schools open or close, and where their pupils then go.

Method (domain brief B3, C4). Places come from the table of places open. A school's places at its year of entry hold its
intake; where they are but a part of a capacity, no school is held below what it took in of late. A school opens in the year of
its opening date, or else in the first that has places; an all-through school that is filling up reaches Year 7 with its oldest
pupils. It closes in the year from which it has no place in any year group: it takes nobody in then, and those who are there go on
in the other schools of the area that have their year group, in proportion to the pupils in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import NC_YEARS, PHASE_YEARS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sufficiency.forecast.strands import Strands

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

GROUPS = len(NC_YEARS)
YEAR_12 = PHASE_YEARS["sixth_form"][0]


@dataclass(frozen=True)
class PlacesAhead:
    """Places that intakes are held to, and which schools are not open, in every year ahead."""

    places: Floats      # [year, strand, nc_year], infinite where not known
    shut: Flags         # [year, strand] closed, or not open yet
    closed: Flags       # [year, strand] closed: those who are there go on elsewhere

    def at(self, nc_year: int) -> Floats:
        """Places for a year of entry: [year, strand]."""
        return self.places[..., nc_year]


def places_ahead(strands: Strands, places: pd.DataFrame | None, years: range, weights: Sequence[float],
                 opens: Mapping[str, int] | None = None) -> PlacesAhead:
    """Places of each strand in each year ahead (`years`), from the table of places open (urn, ay, nc_year, yg_places, basis).

    opens: the academic year from which a school is open, where that is known. The last year of the table holds for those after.
    """
    shape = (len(years) + 1, len(strands.urns), GROUPS)
    grid = np.full(shape, np.inf)       # the base year first
    if places is not None and len(places):
        _fill(grid, places, strands, years.start - 1, weights)
    early = np.asarray(years)[:, None] < _first_open(strands, opens or {})
    groups = np.arange(GROUPS)
    serves = (groups >= strands.low[:, None]) & (groups <= np.minimum(strands.high, YEAR_12 - 1)[:, None])
    none: Flags = np.asarray(np.where(serves, grid == 0, True).all(axis=-1) & serves.any(axis=-1))
    had: Flags = np.logical_or.accumulate(~none, axis=0)
    closed = none[1:] & had[:-1] & ~early
    ahead = grid[1:]
    ahead[np.broadcast_to(strands.joined, ahead.shape)] = np.inf       # these places are for a school's own children too
    return PlacesAhead(ahead, closed | early | (none[1:] & ~had[1:]), closed)


def _first_open(strands: Strands, opens: Mapping[str, int]) -> NDArray[np.int64]:
    """The academic year in which each strand opens, or any before the years ahead where it is open today: [strand]."""
    today = strands.roll[0] > 0
    oldest = np.where(today.any(axis=-1), GROUPS - 1 - today[:, ::-1].argmax(axis=-1), -1)
    of_school: dict[str, int] = {}
    for urn, top in zip(strands.urns, oldest, strict=True):
        of_school[urn] = max(int(top), of_school.get(urn, -1))
    ever = (strands.roll.sum(axis=-1) > 0).any(axis=0)
    reached = [strands.base + int(low) - of_school[urn] if of_school[urn] >= 0 else opens.get(urn, strands.base)
               for urn, low in zip(strands.urns, strands.low, strict=True)]
    return np.where(ever, strands.base, reached)


def _fill(grid: Floats, places: pd.DataFrame, strands: Strands, base: int, weights: Sequence[float]) -> None:
    """Write places into the grid [year from base, strand, nc_year]; the last year known holds for those after it."""
    number = {urn: i for i, urn in enumerate(dict.fromkeys(strands.urns))}
    row, listed = pd.factorize(places["urn"])
    whose = np.array([number.get(urn, -1) for urn in listed], dtype="int64")[row]
    year, group = places["ay"].to_numpy(dtype="int64") - base, places["nc_year"].to_numpy(dtype="int64")
    held = places["yg_places"].to_numpy(dtype="float64")
    known = (whose >= 0) & ~np.isnan(held) & (year >= 0) & (year < len(grid))
    whose, year, group = whose[known], year[known], group[known]
    by_school = np.full((len(grid), len(number), GROUPS), np.nan)
    by_school[year, whose, group] = held[known]
    for k in range(1, len(grid)):
        by_school[k] = np.where(np.isnan(by_school[k]), by_school[k - 1], by_school[k])
    part = np.zeros(by_school.shape[1:], dtype="bool")
    part[whose, group] = (places["basis"] == "capacity").to_numpy()[known]
    of = np.array([number[urn] for urn in strands.urns], dtype="int64")
    grid[:] = np.where(np.isnan(by_school), np.inf, by_school)[:, of]
    for g in range(YEAR_12):
        mine = np.flatnonzero((strands.low == g) & part[of, g])
        if len(mine):
            seen = np.flatnonzero(strands.seen)[: len(weights)]
            took = np.max([strands.entrants(int(k), g)[mine] for k in seen], axis=0, initial=0.0)
            today = grid[0, mine, g]
            more = np.where(np.isfinite(today), np.maximum(took - today, 0.0), 0.0)
            grid[:, mine, g] += np.where(grid[:, mine, g] > 0, more, 0.0)


def move_on(pupils: Floats, closed: Flags, strands: Strands) -> Floats:
    """Let pupils of closed schools go on in the other schools of their area that have their year group: [draw, strand, nc_year].

    They go in proportion to the pupils that those have, equally where these have none; where there is no such school they stay.
    """
    groups = np.arange(GROUPS)
    serves = (groups >= strands.low[:, None]) & (groups <= strands.high[:, None]) & ~closed[:, None]
    there = np.where(serves, pupils, 0.0)
    leaving = np.where(closed[:, None], pupils, 0.0)
    total, able = _over_areas(there, strands), _over_areas(serves.astype("float64"), strands)
    share = np.where(total > 0, there / np.where(total > 0, total, 1.0), serves / np.maximum(able, 1.0))
    stays = (able == 0) & closed[:, None]
    moved: Floats = np.where(closed[:, None] & ~stays, 0.0, pupils) + _over_areas(np.where(stays, 0.0, leaving), strands) * share
    return moved


def _over_areas(counts: Floats, strands: Strands) -> Floats:
    """Sum over the strands of each area, given back to each of them: [..., strand, nc_year]."""
    return strands.by_area(counts)[..., strands.area, :]
