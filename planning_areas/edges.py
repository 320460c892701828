"""Edges: what lies beyond the border, so that an area near it is not told it has too little, or too much.

Those who live near the border use settings beyond it, and settings near it serve children from beyond. For the index of an area
inside to be right, the settings within its reach must be known wherever they are, and so must all who can reach these settings:
people up to twice the reach away. What is not known beyond the border is not guessed; each area is told how much of the ground in
its reach, and in the reach of its settings, is known at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

ROUND = 16      # segments to a quarter of a circle


def near_enough(inside: Floats, points: Floats, metres: float) -> Flags:
    """Say which points are within so many metres of any of those inside; one without coordinates is not.

    inside, points: [place, 2].
    """
    homes, places = np.asarray(inside, dtype="float64").reshape(-1, 2), np.asarray(points, dtype="float64").reshape(-1, 2)
    placed = np.isfinite(places).all(axis=1)
    near = np.zeros(len(places), dtype=bool)
    if len(homes) and placed.any():
        away, _ = cKDTree(homes).query(places[placed], distance_upper_bound=np.nextafter(metres, np.inf))
        near[placed] = away <= metres
    return near


def share_known(points: Floats, known: Any, limit: float) -> Floats:
    """The share of the ground within the limit of each point on which people and settings are known.

    known: a shape, or shapes, in the same coordinates; what lies in none of them is not known. An area with less than 1 has part
    of its reach beyond what is known: an index that may be too low, for settings that are missing, or too high, for children.
    """
    ground = shapely.union_all(np.atleast_1d(np.asarray(known, dtype=object)))
    circles = shapely.buffer(shapely.points(np.asarray(points, dtype="float64").reshape(-1, 2)), limit, quad_segs=ROUND)
    shapely.prepare(ground)
    share = np.ones(len(circles))
    cut = ~shapely.covers(ground, circles)
    if cut.any():
        share[cut] = shapely.area(shapely.intersection(circles[cut], ground)) / shapely.area(circles[cut])
    return share
