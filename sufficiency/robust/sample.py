"""Futures as a choice of plan asks for them: in each cell who lacks a place, and what stands empty for children from next door.

A cell is an academic year and a year group. Who lacks a place is counted as in every ensemble: children beyond the places of
their area, cell by cell, never offset. What stands empty takes children from next door once the area's own children and the
operating margin have their places, as in a plan of a run. Areas whose places are not known are left out: nobody is short there,
and nobody is taken in. Years beyond a phase's horizon are left out too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.balance import need, spare
from sufficiency.intervals.draws import Draws
from sufficiency.intervals.fitting import OF_PHASE, STATUTORY
from sufficiency.joint.between import Knots, between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.joint.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

GROUPS = 12         # year groups from Reception to Year 11
BLOCK = 256         # futures that are drawn at a time


@dataclass(frozen=True)
class Ground:
    """What all futures have in common."""

    codes: tuple[str, ...]          # of the planning areas
    phases: tuple[str, ...]         # of each area
    names: tuple[str, ...]
    years: tuple[int, ...]
    counts: NDArray[np.bool_]       # [year, area, nc_year] cells that are counted
    pairs: tuple[tuple[int, int], ...]      # (area, area next door in which its children may be placed)

    @property
    def beside(self) -> dict[int, tuple[int, ...]]:
        """Of each area those in which its children may be placed, itself first."""
        found = {a: [a] for a in range(len(self.codes))}
        for origin, target in self.pairs:
            found[origin].append(target)
        return {a: tuple(dict.fromkeys(there)) for a, there in found.items()}

    @property
    def shape(self) -> tuple[int, int, int]:
        """Years, areas, year groups."""
        return len(self.years), len(self.codes), GROUPS


@dataclass(frozen=True)
class Sample:
    """Some futures, each with its weight; the weights add up to 1."""

    ground: Ground
    lacking: Floats     # [future, year, area, nc_year] children without a place before any plan
    room: Floats        # [future, year, area, nc_year] places that stand empty beyond the operating margin
    entry: Floats       # [future, year, area] children in the year of entry, as a January count will show them
    weight: Floats      # [future]
    numbers: Ints       # [future] as they were drawn

    def __len__(self) -> int:
        return len(self.weight)

    def only(self, which: Sequence[int] | Ints, weight: Floats | None = None) -> Sample:
        """Some of them, by place; weight: theirs, else the same for each."""
        at = np.asarray(which, dtype="int64")
        mine = np.full(len(at), 1.0 / len(at)) if weight is None else weight
        return Sample(self.ground, self.lacking[at], self.room[at], self.entry[at], mine, self.numbers[at])


def ground_of(world: World, pairs: Sequence[tuple[str, str]]) -> Ground:
    """What the futures of a world have in common; pairs: area codes, from which and to which."""
    at = {code: i for i, code in enumerate(world.central.codes)}
    kept = tuple(sorted({(at[a], at[b]) for a, b in pairs if a in at and b in at and a != b}))
    counts = np.zeros((len(world.years), len(at), GROUPS), dtype="bool")
    for a, phase in enumerate(world.central.phases):
        first = OF_PHASE[phase].start
        counts[:world.horizon[phase], a, first:first + STATUTORY[phase]] = True
    counts &= ~np.isnan(world.places[:, :, :GROUPS])
    kept = tuple((a, b) for a, b in kept if world.central.phases[a] == world.central.phases[b])
    return Ground(world.central.codes, world.central.phases, world.names, world.years, counts, kept)


def drawn(world: World, levers: Sequence[Knots], values: Floats, draws: Draws, ground: Ground, margin: float) -> Sample:
    """Draw futures; values: of each lever in each future, [future, lever]; margin: the share of places that is to stand empty."""
    shape = (draws.count, *ground.shape)
    lacking, room, entry = np.zeros(shape), np.zeros(shape), np.zeros(shape[:3])
    for begin in range(0, draws.count, BLOCK):
        part = slice(begin, min(begin + BLOCK, draws.count))
        block = Draws(draws.seed, draws.first + begin, part.stop - begin, draws.spread)
        for one in between(world, levers, values[part], block):
            phase = ground.phases[one.area]
            count, first = STATUTORY[phase], OF_PHASE[phase].start
            children, held = one.pupils[..., :count], one.places[..., :count]
            groups, there = slice(first, first + count), ground.counts[:, one.area, first:first + count]
            lacking[part, :, one.area, groups] = np.where(there, np.nan_to_num(need(children, held)), 0.0)
            room[part, :, one.area, groups] = np.where(there, np.nan_to_num(spare(children * (1.0 + margin), held)), 0.0)
            entry[part, :, one.area] = children[..., ENTRY_YEAR[phase] - first]
    weight = np.full(draws.count, 1.0 / draws.count)
    return Sample(ground, lacking, room, entry, weight, np.arange(draws.first, draws.first + draws.count))


def taken_away(sample: Sample, places: Floats) -> Sample:
    """The same futures with fewer places: places [year, area, nc_year] taken away, nought or less.

    What stands empty goes first; beyond it children lack a place.
    """
    gone = np.where(sample.ground.counts, np.maximum(-places, 0.0), 0.0)
    return replace(sample, lacking=sample.lacking + np.maximum(gone - sample.room, 0.0), room=np.maximum(sample.room - gone, 0.0))
