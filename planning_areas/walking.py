"""Walking: whether a school is so far away, by the shortest way that is safe to walk, that travel to it must be free.

Method. The distance is that of the shortest route along which a child can walk in reasonable safety, accompanied as necessary,
never the straight line (Education Act 1996, sections 444(5) and 508B and Schedule 35B). Each limit says for which ages it holds,
beyond which distance, up to which (by road, since a bus takes it), to how many of the nearest suitable schools, and whether only
for families on low incomes or who chose for religion or belief. A child is entitled where any one limit says so, or where there
is no safe way to the nearest suitable school at all. The limits come in as arguments: they are the law's, and dated.

A straight line times a factor may stand in for the route where there are no roads to measure along; that is a first sift, and
its basis says so in every row. Children who cannot be expected to walk because of a disability are entitled at any distance, and
are not judged here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.reach import Pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

METRES_IN_A_MILE = 1609.344
NO_WAY = "no safe way was found"
WITHIN = "within walking distance"
NEARER = "a nearer school is suitable"


@dataclass(frozen=True)
class Limit:
    """One of the law's limits: for whom travel is free, beyond which distance and up to which."""

    name: str
    age_from: float             # years, on the day
    age_below: float
    over: float                 # metres on foot: free beyond, not at, this distance
    up_to: float = np.inf       # metres by road: free up to and at this distance
    nearest: int = 1            # to one of so many nearest suitable schools
    low_income: bool = False    # only for families on low incomes
    religion: bool = False      # only where the school was chosen for religion or belief: the nearest of its kind

    def __post_init__(self) -> None:
        """Refuse a limit that nobody can meet."""
        if not (0 <= self.age_from < self.age_below and 0 <= self.over < self.up_to and self.nearest >= 1):
            raise ValueError(f"nobody can meet the limit {self.name!r}")


def nearest_suitable(
    on_foot: Pairs, by_road: Pairs | None = None, *, suitable: Flags | None = None, most: int = 3,
) -> pd.DataFrame:
    """The nearest suitable schools of each home: columns origin, school (positions), rank, walk_metres, road_metres, basis.

    on_foot: along safe ways; where there is none within its limit, walk_metres is infinite. by_road: along any road; without it
    the way on foot counts as the way by road. suitable: [origin, school] whether a school has room for the child and is right for
    it; without it every school is. Schools are ranked on foot, and behind these by road.
    """
    walk = _table(on_foot, "walk_metres")
    road = _table(by_road if by_road is not None else on_foot, "road_metres")
    if by_road is not None and by_road.distance.shape != on_foot.distance.shape:
        raise ValueError("ways on foot and by road are between different places")
    both = walk.merge(road, on=["origin", "school"], how="outer").fillna({"walk_metres": np.inf, "road_metres": np.inf})
    both["road_metres"] = both[["road_metres", "walk_metres"]].min(axis=1)      # whoever can walk can go as far by road
    if suitable is not None:
        both = both[suitable[both["origin"], both["school"]]]
    both = both.sort_values(["origin", "walk_metres", "road_metres", "school"], kind="stable")
    both["rank"] = both.groupby("origin").cumcount() + 1
    both["basis"] = on_foot.basis
    kept = both[both["rank"] <= most].reset_index(drop=True)
    return kept[["origin", "school", "rank", "walk_metres", "road_metres", "basis"]]


def _table(pairs: Pairs, column: str) -> pd.DataFrame:
    found = pairs.distance.tocoo()
    return pd.DataFrame({"origin": found.row.astype("int64"), "school": found.col.astype("int64"), column: found.data})


def free_travel(journeys: pd.DataFrame, limits: Sequence[Limit]) -> pd.DataFrame:
    """Judge each journey: the same rows with `free` and `why`, the name of the first limit that says so.

    journeys: age (years), rank (1 the nearest suitable school), walk_metres and road_metres (infinite where there is no way),
    low_income, religion (true or false). Where there is no safe way the road tells how far the school is. A distance or an age
    that is missing raises ValueError: not measured is not near.
    """
    if journeys[["age", "rank", "walk_metres", "road_metres"]].isna().to_numpy().any():
        raise ValueError("an age, a rank or a distance is missing: a blank is neither near nor far")
    age, walk, road, rank = (journeys[c].to_numpy(dtype="float64") for c in ("age", "walk_metres", "road_metres", "rank"))
    poor, chosen = journeys["low_income"].to_numpy(dtype=bool), journeys["religion"].to_numpy(dtype=bool)
    no_way = np.isinf(walk)
    far = np.where(no_way, road, walk)
    why = np.where(no_way & (rank <= 1), NO_WAY, "").astype(object)
    for limit in limits:
        met = (age >= limit.age_from) & (age < limit.age_below) & (far > limit.over)
        if np.isfinite(limit.up_to):
            met &= road <= limit.up_to
        met &= (chosen if limit.religion else rank <= limit.nearest) & (poor | (not limit.low_income))
        why[met & (why == "")] = limit.name
    told = np.where(why == "", np.where(rank <= 1, WITHIN, NEARER), why)
    return journeys.assign(free=why != "", why=told.astype("str"))
