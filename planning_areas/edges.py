"""Edges: what lies beyond the border, so that an area near it is not told it has too little, or too much.

Those who live near the border use settings beyond it, and settings near it serve children from beyond. For the index of an area
inside to be right, the settings within its reach must be known wherever they are, and so must all who can reach these settings:
people up to twice the reach away. What is not known beyond the border is not guessed; each area is told how much of the ground in
its reach, and in the reach of its settings, is known at all.

Ground counts as people on it would: near ones for more, as the decay has it. The known people in reach of a setting, divided by
the known share of its reach, are then all who would be in reach if they lived as thickly beyond the border. By ground alone a
setting beyond the border, whose nearest families are the unknown ones, would be shared among too few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from planning_areas.reach import Decay, Zones

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

ROUND = 16      # segments to a quarter of a circle
RINGS = 12      # into which the reach is cut where what counts falls smoothly


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


def share_known(points: Floats, known: Any, limit: float, decay: Decay | None = None) -> Floats:
    """The share of the ground within the limit of each point on which people and settings are known, as much as it counts.

    known: a shape, or shapes, in the same coordinates; what lies in none of them is not known. decay: how ground counts less with
    its distance, its own limit standing for that of the reach, in whatever unit; without it all ground counts alike. An area with
    less than 1 has part of its reach beyond what is known: an index that may be too low, for settings that are missing.
    """
    ground = shapely.union_all(np.atleast_1d(np.asarray(known, dtype=object)))
    middles = shapely.points(np.asarray(points, dtype="float64").reshape(-1, 2))
    shapely.prepare(ground)
    share = np.ones(len(middles))
    cut = ~shapely.covers(ground, shapely.buffer(middles, limit, quad_segs=ROUND))
    if cut.any():
        there, whole = np.zeros(int(cut.sum())), np.zeros(int(cut.sum()))
        left = np.full(len(there), ground, dtype=object)
        for radius, counts in _discs(decay, limit):     # each disc lies in the one before: what is left of that is cut further
            circles = shapely.buffer(middles[cut], radius, quad_segs=ROUND)
            left = shapely.intersection(circles, left)
            there += counts * shapely.area(left)
            whole += counts * shapely.area(circles)
        share[cut] = there / whole
    return share


def _discs(decay: Decay | None, limit: float) -> list[tuple[float, float]]:
    """A decay as discs laid on one another, the widest first: radius, and by how much more what lies within it counts."""
    if decay is None:
        return [(limit, 1.0)]
    scale = limit / decay.limit
    if isinstance(decay, Zones):
        edges, weights = np.array(decay.limits), np.array(decay.weights)
    else:
        edges = np.linspace(0, decay.limit, RINGS + 1)[1:]
        weights = decay(edges - decay.limit / RINGS / 2)
    falls = weights - np.append(weights[1:], 0.0)
    return [(float(radius), float(fall)) for radius, fall in zip(edges[::-1] * scale, falls[::-1], strict=True) if fall > 0]
