"""Reach: how much supply each area can get to, when those who live near it share it (floating catchments, 2SFCA and E2SFCA).

Method. Each setting's supply S is divided among all who can reach it, those nearer counting for more: R = S / sum of P W(d)
over the areas in reach. What an area can get to is the sum of R W(d) over the settings in its reach. With W = 1 within a
distance and 0 beyond it is the two-step floating catchment (Luo and Wang 2003); with zones or a Gaussian decay it is the
enhanced one (Luo and Qi 2009; the Gaussian that ends at 0 is that of Dai 2010). Nothing is lost on the way: the index of every
area times its demand adds up to the supply of all settings that anybody reaches, which is asserted each time.

It is an index for planning, places for each child, and no statement that a family will find a place.

What is slow is kept apart from what is quick. Pairs of area and setting depend on where they are; the shares of demand on who
lives there; and only the last step on the supply, so that a changed supply costs one sparse product.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.integer]
    Flags = NDArray[np.bool_]

TOLERANCE = 1e-9
BLOCK = 512         # areas whose pairs are looked for at a time: bounds the memory
STRAIGHT_LINE = "straight line"


@dataclass(frozen=True)
class Pairs:
    """Which settings lie within reach of which areas, and how far away."""

    distance: scipy.sparse.csr_array = field(repr=False)    # [origin, setting]; a pair 0 away is stored as well
    limit: float            # no pair is further; in the unit of the distance
    basis: str              # how the distance was measured: "straight line", "walking", "driving"


@dataclass(frozen=True)
class Zones:
    """A weight that falls in steps: `weights[k]` up to and with `limits[k]`, 0 beyond the last."""

    limits: tuple[float, ...]
    weights: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse zones that overlap or weights that grow with the distance."""
        edges, steps = np.array(self.limits, dtype="float64"), np.array(self.weights, dtype="float64")
        if len(edges) != len(steps) or not len(edges):
            raise ValueError("each zone has one limit and one weight")
        if not (np.isfinite(edges).all() and edges[0] >= 0 and (np.diff(edges) > 0).all()):
            raise ValueError("the limits of the zones grow from one to the next")
        if not (np.isfinite(steps).all() and steps[-1] >= 0 and (np.diff(steps) <= 0).all()):
            raise ValueError("the weights of the zones are not below 0 and do not grow with the distance")

    @property
    def limit(self) -> float:
        """The distance beyond which nothing counts."""
        return self.limits[-1]

    def __call__(self, distance: Floats) -> Floats:
        """Weigh distances."""
        steps = np.array([*self.weights, 0.0])
        weighed: Floats = steps[np.searchsorted(np.array(self.limits), distance, side="left")]
        return weighed


@dataclass(frozen=True)
class Gaussian:
    """A weight that falls from 1 at the door to 0 at the limit, along a normal curve."""

    limit: float

    def __post_init__(self) -> None:
        """Refuse a limit that is none."""
        if not (np.isfinite(self.limit) and self.limit > 0):
            raise ValueError("the limit of the decay is above 0")

    def __call__(self, distance: Floats) -> Floats:
        """Weigh distances."""
        curve = distance / self.limit
        curve *= curve
        curve *= -0.5
        np.exp(curve, out=curve)
        curve -= np.exp(-0.5)
        curve /= 1 - np.exp(-0.5)
        return np.maximum(curve, 0.0, out=curve)


Decay = Zones | Gaussian


def within(limit: float) -> Zones:
    """The plain catchment: all within the limit count alike."""
    return Zones((limit,), (1.0,))


def pairs_within(origins: Floats, settings: Floats, limit: float, factor: float = 1.0) -> Pairs:
    """Find all pairs within a straight-line distance, or within it after a factor that stands for the bends of the road.

    origins, settings: [place, 2] metres. A factor other than 1 is told in the basis: it is a surrogate for a route. Blocks of
    areas that lie together are looked up at a time, so that what is needed beside the pairs themselves stays small.
    """
    homes, places = _points(origins, "origins"), _points(settings, "settings")
    if not (np.isfinite(limit) and limit >= 0 and np.isfinite(factor) and factor >= 1):
        raise ValueError("the limit is not below 0, and the factor not below 1")
    basis = STRAIGHT_LINE if factor == 1 else f"{STRAIGHT_LINE} x {factor:g}"
    if not len(homes) or not len(places):
        return Pairs(scipy.sparse.csr_array((len(homes), len(places))), limit, basis)
    there, order = cKDTree(places), np.asarray(cKDTree(homes).indices)
    blocks = []
    for first in range(0, len(order), BLOCK):
        here = cKDTree(homes[order[first:first + BLOCK]])
        found = here.sparse_distance_matrix(there, limit / factor, output_type="coo_matrix").tocsr()
        blocks.append(scipy.sparse.csr_array(found))
    stacked = blocks[0] if len(blocks) == 1 else scipy.sparse.vstack(blocks, format="csr")
    del blocks
    back = np.empty(len(order), dtype="int64")
    back[order] = np.arange(len(order))
    distance = scipy.sparse.csr_array(stacked[back])
    if factor != 1:
        distance.data *= factor
    return Pairs(distance, limit, basis)


def pairs_given(
    origin: Integers, setting: Integers, distance: Floats, shape: tuple[int, int], *, limit: float, basis: str,
) -> Pairs:
    """Take pairs that somebody measured: positions of area and setting, and the distance between them, in any unit.

    Pairs beyond the limit, or without any way (an infinite distance), are left out. Raises ValueError where a pair stands twice,
    a position is outside `shape`, or a distance is missing or below 0.
    """
    away = np.asarray(distance, dtype="float64")
    rows, columns = np.asarray(origin), np.asarray(setting)
    if not len(rows) == len(columns) == len(away):
        raise ValueError("each pair has one origin, one setting and one distance")
    for name, positions, size in (("an origin", rows, shape[0]), ("a setting", columns, shape[1])):
        if len(positions) and not (positions.min() >= 0 and positions.max() < size):
            raise ValueError(f"{name} of a pair is not in the list")
    if len(away) and not away.min() >= 0:       # also where a distance is missing
        raise ValueError("a distance is missing or below 0")
    if len(away) and away.max() > limit:
        near = away <= limit
        rows, columns, away = rows[near], columns[near], away[near]
    given = scipy.sparse.csr_array(scipy.sparse.coo_array((away, (rows, columns)), shape=shape))
    if given.nnz < len(away):       # pairs that stand twice were added up
        raise ValueError("a pair of origin and setting stands twice")
    return Pairs(given, limit, basis)


@dataclass(frozen=True)
class Reach:
    """Who can get to each setting; made once, and kept while only the supply changes."""

    weights: scipy.sparse.csr_array = field(repr=False)     # [origin, setting]
    demand: Floats = field(repr=False)                      # [..., origin]
    competing: Floats = field(repr=False)                   # [..., setting]: weighted demand in reach of each
    basis: str


@dataclass(frozen=True)
class Access:
    """What each area can get to, and which figures mean less than they seem to."""

    index: Floats               # [..., origin]: supply for each unit of demand; 0 where there is none in reach
    ratio: Floats               # [..., setting]: supply for each unit of weighted demand in its reach
    without_supply: Flags       # [..., origin]: no supply is in reach
    without_demand: Flags       # [..., origin]: supply is in reach, and nobody whom it could be shared among; the index is 0
    unreached: Flags            # [..., setting]: has supply and nobody reaches it
    basis: str


def weigh(pairs: Pairs, decay: Decay) -> scipy.sparse.csr_array:
    """Weigh the distances of pairs; the decay may not reach further than the pairs do."""
    if decay.limit > pairs.limit:
        raise ValueError(f"the decay reaches to {decay.limit:g}, and pairs are known only to {pairs.limit:g}")
    away = pairs.distance
    return scipy.sparse.csr_array((decay(away.data), away.indices, away.indptr), shape=away.shape)


def reach(pairs: Pairs, decay: Decay, demand: Floats) -> Reach:
    """Add up who can get to each setting. demand: [..., origin], never missing; a blank is to be settled before."""
    return reach_of(weigh(pairs, decay), demand, pairs.basis)


def reach_of(weights: scipy.sparse.csr_array, demand: Floats, basis: str) -> Reach:
    """Add up who can get to each setting, from weights that are at hand: several age bands share them."""
    wanted = _figures(demand, weights.shape[0], "demand")
    return Reach(weights, wanted, _product(weights.T, wanted), basis)


def access(reached: Reach, supply: Floats) -> Access:
    """Share each setting's supply among those who can get to it. supply: [..., setting], in any unit.

    Raises AssertionError where the shares do not add up to the supply again.
    """
    offered = _figures(supply, reached.weights.shape[1], "supply")
    competing = reached.competing
    anybody = competing > 0
    ratio = np.divide(offered, competing, out=np.zeros(np.broadcast_shapes(offered.shape, competing.shape)), where=anybody)
    index = _product(reached.weights, ratio)
    _nothing_lost(reached, np.where(anybody, offered, 0.0), index)
    nothing = index == 0
    unreached = (offered > 0) & ~anybody
    lonely = _near(reached.weights, unreached, nothing)
    return Access(index, ratio, nothing & ~lonely, lonely, np.broadcast_to(unreached, ratio.shape), reached.basis)


def _near(weights: scipy.sparse.csr_array, settings: Flags, origins: Flags) -> Flags:
    """Say which of these areas have one of these settings in their reach; only these areas are looked at."""
    near = np.zeros_like(origins)
    if settings.any():
        rows = np.flatnonzero(origins.reshape(math.prod(origins.shape[:-1]), origins.shape[-1]).any(axis=0))
        near[..., rows] = origins[..., rows] & (_product(weights[rows], settings.astype("float64")) > 0)
    return near


def _nothing_lost(reached: Reach, shared: Floats, index: Floats) -> None:
    """The index times the demand is the supply of all settings that anybody reaches."""
    if not np.allclose((reached.demand * index).sum(axis=-1), shared.sum(axis=-1), rtol=TOLERANCE, atol=TOLERANCE):
        raise AssertionError("supply was lost or invented on the way to the areas")


def _product(matrix: scipy.sparse.sparray, figures: Floats) -> Floats:
    """A sparse product along the last axis, without BLAS: a draw gives the same figures alone as among others."""
    flat = figures.reshape(math.prod(figures.shape[:-1]), figures.shape[-1])
    product: Floats = np.asarray((matrix @ flat.T).T).reshape(*figures.shape[:-1], matrix.shape[0])
    return product


def _figures(given: Floats, size: int, name: str) -> Floats:
    """Demand or supply as an array of the right length, none missing, endless or below 0."""
    figures = np.asarray(given, dtype="float64")
    if figures.shape[-1:] != (size,):
        raise ValueError(f"{name} has shape {figures.shape}, expected {size} figures at the end")
    if not (np.isfinite(figures).all() and (figures >= 0).all()):
        raise ValueError(f"{name} is known and never below 0; a blank is not nought")
    return figures


def _points(given: Floats, name: str) -> Floats:
    """Coordinates as [place, 2], none missing or endless."""
    points = np.asarray(given, dtype="float64").reshape(-1, 2)
    if not np.isfinite(points).all():
        raise ValueError(f"{name} without a place on the ground cannot be looked for; they are placed by their area")
    return points
