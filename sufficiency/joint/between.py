"""Worlds that lie between those that were worked out: each lever's effect on children and places, read off at any value.

Method. The model is run at a few values of each lever (its knots), all others at their centre. What a lever does to the pupils of
an area and year group, without new homes, is a factor, and the factors of several levers are multiplied; what it does to the
children of new homes, to places, and where there was nobody to be multiplied, is a difference, and differences are added. Between
two knots both are read off in proportion; beyond the last they go on as between the last two, never below nought. At its knots a
lever that moves alone is exact. What that leaves out is measured, future by future, by those that who asks has worked out whole.

The children of new homes are drawn at each knot with the same luck, so that a lever that only changes how late sites are is
seen too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse

from sufficiency.intervals.chance import futures
from sufficiency.intervals.fitting import OF_PHASE
from sufficiency.intervals.known_intakes import homes_taken_back

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.intervals.draws import Draws
    from sufficiency.joint.world import World

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Knots:
    """One lever at a few values, rising, and the world at each; the one that equals the centre is the centre itself."""

    values: tuple[float, ...]
    worlds: tuple[World, ...]


@dataclass(frozen=True)
class Drawn:
    """One planning area in all draws of a block."""

    area: int
    pupils: Floats      # [draw, year, nc_year of its phase]
    places: Floats      # the same, or without the draw where no lever moves places


def between(world: World, levers: Sequence[Knots], values: Floats, draws: Draws) -> Iterator[Drawn]:
    """Every planning area in a block of joint futures; values: of each lever in each draw, [draw, lever]."""
    weights = [_weights(knots.values, values[:, i]) for i, knots in enumerate(levers)]
    base = world.base
    factors, added = _Moved.of(world, levers, weights, "base"), _Moved.of(world, levers, weights, "homes")
    places = _Moved.of(world, levers, weights, "places")
    homes = _homes(world, levers, weights, draws)
    for one in futures(world.central, world.calibration, draws, None, with_schools=False):
        groups = OF_PHASE[world.central.phases[one.area]]
        still = world.central.homes[:, one.area, groups]
        pupils = one.pupils - still
        ratio, new = factors.factor(base, one.area, groups), factors.difference(one.area, groups, base[:, one.area, groups] <= 0)
        if ratio is not None:
            pupils *= ratio
        if new is not None:
            pupils += new
        certain = still if (more := added.difference(one.area, groups)) is None else still + more
        pupils += certain
        if homes is not None:
            luck = homes[:, -len(base):, one.area, groups] - certain
            pupils += luck if one.sure is None else homes_taken_back(luck, one.sure)
        np.maximum(pupils, 0.0, out=pupils)
        held = world.places[:, one.area, groups]
        moved = places.difference(one.area, groups)
        yield Drawn(one.area, pupils, held if moved is None else np.maximum(held + moved, 0.0))


def _weights(knots: Sequence[float], values: Floats) -> scipy.sparse.csr_array:
    """How much of each knot a value is made of, [draw, knot]: of the two beside it, in proportion."""
    at = np.asarray(knots)
    if len(at) == 1:
        return scipy.sparse.csr_array(np.ones((len(values), 1)))
    left = np.clip(np.searchsorted(at, values, side="right") - 1, 0, len(at) - 2)
    share = (values - at[left]) / (at[left + 1] - at[left])
    rows = np.repeat(np.arange(len(values)), 2)
    columns = np.stack([left, left + 1], axis=1).ravel()
    return scipy.sparse.csr_array((np.stack([1 - share, share], axis=1).ravel(), (rows, columns)), shape=(len(values), len(at)))


def _homes(world: World, levers: Sequence[Knots], weights: Sequence[scipy.sparse.csr_array], draws: Draws) -> Floats | None:
    """Net children of new homes in every draw, [draw, year, area, nc_year]; None where there are no homes in any world."""
    if world.homes.parts is None and all(one.homes.parts is None for knots in levers for one in knots.worlds):
        return None
    middle = world.homes.net(draws)
    found = middle.copy()
    for knots, weight in zip(levers, weights, strict=True):
        if all(_same_homes(world, one) for one in knots.worlds):
            continue
        for k, one in enumerate(knots.worlds):
            if not _same_homes(world, one):
                share = weight[:, [k]].toarray()[:, 0]
                found += (one.homes.net(draws) - middle) * share[:, None, None, None]
    return found


def _same_homes(one: World, other: World) -> bool:
    """Say whether the children of new homes are drawn alike in two worlds."""
    a, b = one.homes, other.homes
    if (a.parts is None) != (b.parts is None):
        return False
    same = all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("central", "yields", "general", "profiles"))
    if a.parts is None or b.parts is None:
        return same
    return (same and a.assumptions.slippage == b.assumptions.slippage and np.array_equal(a.parts.ready, b.parts.ready)
            and a.parts.table["site_ref"].equals(b.parts.table["site_ref"])
            and a.parts.table["probability"].equals(b.parts.table["probability"]))


@dataclass(frozen=True)
class _Moved:
    """What the levers do to one thing at their knots, and how much of each knot every draw is made of."""

    still: Floats                                           # [year, area, nc_year] in the world that they move
    moved: tuple[tuple[Floats, scipy.sparse.csr_array], ...]     # of levers that move it: [knot, year, area, nc_year], weights

    @staticmethod
    def of(world: World, levers: Sequence[Knots], weights: Sequence[scipy.sparse.csr_array], what: str) -> _Moved:
        """Gather the levers that move it at all."""
        still = _of(world, what)
        found = []
        for knots, weight in zip(levers, weights, strict=True):
            at_knots = np.stack([_of(one, what) for one in knots.worlds])
            if not np.array_equal(at_knots, np.broadcast_to(still, at_knots.shape), equal_nan=True):
                found.append((at_knots, weight))
        return _Moved(still, tuple(found))

    def factor(self, base: Floats, area: int, groups: slice) -> Floats | None:
        """By what the levers together multiply it: [draw, year, nc_year]; None where they move nothing here."""
        still, whole = base[:, area, groups], None
        for at_knots, weight in self.moved:
            mine = at_knots[:, :, area, groups]
            ratio = np.divide(mine, still, out=np.ones_like(mine), where=still > 0)
            if (ratio != 1.0).any():
                read = np.maximum(_read(ratio, weight), 0.0)
                whole = read if whole is None else whole * read
        return whole

    def difference(self, area: int, groups: slice, where: NDArray[np.bool_] | None = None) -> Floats | None:
        """What the levers together add to it: [draw, year, nc_year]; None where they add nothing here."""
        still, whole = self.still[:, area, groups], None
        for at_knots, weight in self.moved:
            more = at_knots[:, :, area, groups] - still
            if where is not None:
                more = np.where(where, more, 0.0)
            if np.nan_to_num(more).any():
                read = _read(more, weight)
                whole = read if whole is None else whole + read
        return whole


def _of(world: World, what: str) -> Floats:
    if what == "places":
        return world.places
    return world.base if what == "base" else world.central.homes


def _read(at_knots: Floats, weight: scipy.sparse.csr_array) -> Floats:
    """Read off between knots: [knot, year, nc_year] by [draw, knot]; a sparse product, the same for any block of draws."""
    read: Floats = np.asarray(weight @ at_knots.reshape(len(at_knots), -1)).reshape(-1, *at_knots.shape[1:])
    return read
