"""What a plan leaves short in each future, worked out without a solver: the most that places can serve, cell by cell.

Method. In a cell children who lack a place may take one in their own area or next door. However they are placed, of the children
of some areas no more find a place than these areas and those next door to them have to give. Of all sets of areas, the one that
this leaves most short says exactly how many stay without a place when all others are placed as well as can be (Gale 1957, the
supply-demand theorem). Areas that share no place with one another are looked at apart, so the sets stay few; where they do not,
the futures are halved until they do.

Nobody is held to a school from year to year here, and everyone next door is taken who fits: what is left short is the least that
the places allow. The same is asked of every plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.robust.sample import Ground

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.robust.sample import Sample

    Floats = NDArray[np.float64]

MOST = 10           # areas of one knot whose sets are gone through for all futures at once
NOBODY = 1e-9


def short(sample: Sample, adds: Floats, phases: tuple[str, ...] = ()) -> Floats:
    """Children without a place with a plan: [future, year, phase] in the order of `phases_of`.

    adds: places that the plan adds, [year, area, nc_year], nought or more. phases: those that are wanted, all if none is named.
    """
    ground = sample.ground
    told = phases_of(ground)
    found = np.zeros((len(sample), len(ground.years), len(told)))
    for p, phase in enumerate(told):
        if phases and phase not in phases:
            continue
        areas = [a for a, of in enumerate(ground.phases) if of == phase]
        for y in range(len(ground.years)):
            for g in np.flatnonzero(ground.counts[y, areas].any(axis=0)):
                lacking, room = sample.lacking[:, y, :, g], sample.room[:, y, :, g] + adds[y, :, g]
                found[:, y, p] += _cell(ground, lacking, room, areas)
    return found


def phases_of(ground: Ground) -> tuple[str, ...]:
    """The phases of the areas."""
    return tuple(dict.fromkeys(ground.phases))


def child_years(sample: Sample, adds: Floats, phases: tuple[str, ...] = ()) -> Floats:
    """Children without a place, added up over years and phases, of every future: [future]."""
    total: Floats = short(sample, adds, phases).sum(axis=(1, 2))
    return total


def _cell(ground: Ground, lacking: Floats, room: Floats, areas: list[int]) -> Floats:
    """Children without a place in one cell: lacking and room [future, area]."""
    asks = [a for a in areas if (lacking[:, a] > NOBODY).any()]
    left = np.zeros(len(lacking))
    beside = ground.beside
    for knot in _knots(asks, beside, np.flatnonzero((room > NOBODY).any(axis=0)).tolist()):
        if len(knot) > MOST and len(lacking) > 1:
            half = len(lacking) // 2
            parts = (slice(None, half), slice(half, None))
            return np.concatenate([_cell(ground, lacking[part], room[part], areas) for part in parts])
        left += _most_left(knot, beside, lacking, room)
    return left


def _knots(asks: list[int], beside: dict[int, tuple[int, ...]], gives: list[int]) -> Iterator[list[int]]:
    """The areas that lack places, put together where they can ask for the same ones."""
    at = {a: set(beside[a]) & set(gives) for a in asks}
    rest = list(asks)
    while rest:
        knot = [rest.pop(0)]
        reach = set(at[knot[0]])
        grown = True
        while grown:
            more = [a for a in rest if at[a] & reach]
            grown = bool(more)
            knot += more
            rest = [a for a in rest if a not in more]
            reach.update(*(at[a] for a in more))
        yield sorted(knot)


def _most_left(knot: list[int], beside: dict[int, tuple[int, ...]], lacking: Floats, room: Floats) -> Floats:
    """The most that any set of the knot's areas is left short."""
    worst = np.zeros(len(lacking))
    for number in range(1, 1 << len(knot)):
        chosen = [a for i, a in enumerate(knot) if number >> i & 1]
        gives = sorted({b for a in chosen for b in beside[a]})
        asked = lacking[:, chosen[0]].copy()
        for a in chosen[1:]:
            asked += lacking[:, a]
        for b in gives:
            asked -= room[:, b]
        np.maximum(worst, asked, out=worst)
    return worst
