"""School travel: how far each small area lies from its nearest schools, and at which ages travel to them must be free.

Method (domain brief F). For each point at which people live and each year group, the nearest schools of the authority that serve
the year group are ranked along safe ways on foot, and the law's limits are held against the way. Where the workspace has no roads
the straight line times the rulebook's factor stands in, and every row says so: that sifts areas, and decides on no family. A year
group is judged at both ages that its children have in it, at its beginning and its end: in Year 3 the limit of two miles holds
until the eighth birthday. Whether a school has a place for the child, and is right for it, is not known here; nor are schools
beyond the border.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.reach import Pairs, pairs_within
from planning_areas.travel import far_off, shortest, snap
from planning_areas.walking import METRES_IN_A_MILE, free_travel, nearest_suitable
from sufficiency.childcare.living_points import living_points
from sufficiency.evidence import Note
from sufficiency.rules import rulebook
from sufficiency.travel.travel_rules import by_road, on_foot, walking_limits

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from sufficiency.evidence import Evidence

    Floats = NDArray[np.float64]

TABLE = "school_travel"
NEAREST = 3
SEARCHED = 15 * METRES_IN_A_MILE        # the furthest of the law's limits
COLUMNS = ["lsoa_code", "point", "part", "nc_year", "age", "low_income", "rank", "urn", "walk_metres", "road_metres", "basis",
           "free", "why"]
AGE_IN_RECEPTION = 4        # on 1 September; a year more in each further year group


@dataclass(frozen=True)
class SchoolTravel:
    """The nearest schools of each point at which people live, and whether travel to them is free."""

    journeys: pd.DataFrame = field(repr=False)      # COLUMNS; distances are infinite where no way was found
    notes: tuple[Note, ...] = ()


def school_travel(
    evidence: Evidence, schools: pd.DataFrame, codes: Sequence[str], on: dt.date, nc_years: Sequence[int] = tuple(range(12)),
) -> SchoolTravel:
    """Judge the ways to school. schools: urn, easting, northing, nc_year_low, nc_year_high; one without a place is left out."""
    points, told = living_points(evidence, codes)
    placed = schools[schools["easting"].notna()].sort_values("urn", ignore_index=True)
    notes = list(told)
    if lost := len(schools) - len(placed):
        notes.append(Note(TABLE, f"{lost} schools have no place on the ground", "the nearest school of some may be one of them"))
    if points.empty or placed.empty:
        return SchoolTravel(pd.DataFrame(columns=COLUMNS), tuple(notes))
    homes, gates = (table[["easting", "northing"]].to_numpy(dtype="float64") for table in (points, placed))
    walk, road, more = _ways(evidence, homes, gates)
    parts = []
    for nc_year in nc_years:
        serves = ((placed["nc_year_low"] <= nc_year) & (placed["nc_year_high"] >= nc_year)).to_numpy(dtype=bool)
        near = nearest_suitable(walk, road, suitable=np.broadcast_to(serves, walk.distance.shape), most=NEAREST)
        for age in (nc_year + AGE_IN_RECEPTION, nc_year + AGE_IN_RECEPTION + 1):
            parts += [near.assign(nc_year=nc_year, age=age, low_income=poor, religion=False) for poor in (False, True)]
    every = free_travel(pd.concat(parts, ignore_index=True), walking_limits(on))
    every = every.assign(point=every["origin"], urn=placed["urn"].to_numpy()[every["school"]],
                         lsoa_code=points["lsoa_code"].to_numpy()[every["origin"]],
                         part=points["part"].to_numpy()[every["origin"]])
    return SchoolTravel(every[COLUMNS], (*notes, *more, *_nobody_near(every, len(points), nc_years)))


def _ways(evidence: Evidence, homes: Floats, gates: Floats) -> tuple[Pairs, Pairs, list[Note]]:
    """The ways on foot and by road; without roads one stands in for both, and is told."""
    book = rulebook("walking")
    if not evidence.has("road_links"):
        factor = float(book["surrogate"]["factor"])
        line = pairs_within(homes, gates, SEARCHED, factor)
        loses = "whether a way is safe to walk, and how long it really is; it sifts areas and decides on no family"
        return line, line, [Note(TABLE, f"there are no roads: ways to school are straight lines times {factor:g}", loses)]
    net = on_foot(evidence.road_links, evidence.barred_links)
    notes = []
    if not evidence.has("barred_links"):
        notes.append(Note(TABLE, "no road is called unsafe: the council has no list of them (barred_links)",
                          "children whose only way is not safe are taken to be able to walk"))
    for who, places in (("homes", homes), ("schools", gates)):
        if text := far_off(snap(net, places), float(book["off_road"]["told_beyond_metres"])):
            notes.append(Note(TABLE, f"{who}: {text}"))
    return shortest(net, homes, gates, SEARCHED), shortest(by_road(evidence.road_links), homes, gates, SEARCHED), notes


def _nobody_near(journeys: pd.DataFrame, points: int, nc_years: Sequence[int]) -> list[Note]:
    """Say for how many points there is a year group without any school within the distance that was searched."""
    found = journeys.groupby("nc_year")["point"].nunique().reindex(list(nc_years)).fillna(0)
    if found.empty or (most := points - int(found.min())) == 0:
        return []
    return [Note(TABLE, f"{most:,} of {points:,} points have no school within 15 miles in some year group",
                 "their children are in no figure of school travel")]
