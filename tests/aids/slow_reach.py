"""Childcare in reach, reckoned the slow and obvious way: every family and every setting looked at in turn, in straight lines.

Nothing here is shared with the program: distances by `math.dist`, who lives where from the table of demand, what the border hides
by counting points of a grid. Childminders, known by ward, are spread over its small areas as their children are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import shapely

LIMIT, GRID = 5000.0, 200.0


def counts(metres: float) -> float:
    """What a family so far away counts: 1 at the door, falling along a normal curve to 0 at the limit."""
    if metres > LIMIT:
        return 0.0
    return (math.exp(-0.5 * (metres / LIMIT) ** 2) - math.exp(-0.5)) / (1 - math.exp(-0.5))


def known_part(place: tuple[float, float], ground: shapely.Geometry) -> float:
    """The part of those who would reach a place, if people lived evenly everywhere, that lives on known ground."""
    known = whole = 0.0
    steps = np.arange(-LIMIT, LIMIT + GRID, GRID)
    for dx in steps:
        inside = shapely.contains_xy(ground, np.full(len(steps), place[0] + dx), place[1] + steps)
        for dy, there in zip(steps, inside, strict=True):
            weight = counts(math.hypot(dx, dy))
            whole += weight
            known += weight * there
    return known / whole


def reach_of_families(
    homes: Mapping[str, tuple[float, float]], wanted: Mapping[str, float], children: Mapping[str, float],
    ward_of: Mapping[str, str], supply: pd.DataFrame, ground: shapely.Geometry, mine: Iterable[str],
) -> dict[str, float]:
    """Hours in reach for each hour wanted of small areas that are `mine`. supply: easting, northing, ward_code, hours_week."""
    mine = list(mine)
    places = []
    for row in supply.itertuples():
        if not math.isnan(row.easting):
            places.append(((row.easting, row.northing), row.hours_week))
            continue
        ward = [code for code in homes if ward_of[code] == row.ward_code]
        whole = sum(children[code] for code in ward)
        places += [(homes[code], row.hours_week * children[code] / whole) for code in ward]
    index, shares = dict.fromkeys(mine, 0.0), dict[tuple[float, float], float]()
    for place, hours in places:
        if all(math.dist(homes[code], place) > LIMIT for code in mine):
            continue
        families = sum(wanted[code] * counts(math.dist(homes[code], place)) for code in homes)
        if place not in shares:
            shares[place] = known_part(place, ground)
        for code in mine:
            index[code] += counts(math.dist(homes[code], place)) * hours * shares[place] / families
    return index
