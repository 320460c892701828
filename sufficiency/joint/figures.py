"""What is kept of a block of futures: shortfall and travel of each, by planning area and year, never the children themselves.

Figures of single futures are kept, not their means, so that blocks that were drawn apart and are put side by side are the whole,
bit for bit: nothing is added up over futures until all are there.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.balance import need
from sufficiency.intervals.fitting import OF_PHASE, STATUTORY
from sufficiency.joint.between import Knots, between
from sufficiency.joint.fixed_plan import FixedPlan, served
from sufficiency.joint.world import WorldError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.intervals.draws import Draws
    from sufficiency.joint.world import World

    Floats = NDArray[np.float64]

STEP = 32       # futures that are held to a plan at a time: few enough that their arrays stay near the processor


@dataclass(frozen=True)
class Figures:
    """A block of futures; every array is [future, year, area], those of a plan have no areas where there is none."""

    levers: Floats      # [future, lever] values
    pupils: Floats      # children of the phase's statutory year groups
    lacking: Floats     # children without a place, year group by year group, without a plan
    entry: Floats       # of these, in the year of entry
    short: Floats       # children without a place with the plan
    away: Floats        # children whom the plan places next door
    home: Floats        # children whom it places at home
    km: Floats          # kilometres one way of both
    transport: Floats   # thousands of pounds

    @property
    def count(self) -> int:
        """How many futures."""
        return len(self.levers)

    @property
    def with_plan(self) -> bool:
        """Whether they were held to a plan."""
        return bool(self.short.shape[2] > 0)


def evaluate(world: World, levers: Sequence[Knots], values: Floats, draws: Draws, plan: FixedPlan | None = None) -> Figures:
    """Draw a block of futures and hold them to places, and to a plan if there is one; values: [draw, lever]."""
    shape = (draws.count, len(world.years), len(world.central.codes))
    pupils, lacking, entry = (np.zeros(shape) for _ in range(3))
    kept = _Whole(world, draws.count) if plan is not None else None
    for one in between(world, levers, values, draws):
        phase = world.central.phases[one.area]
        count, first = STATUTORY[phase], OF_PHASE[phase].start
        children, held = one.pupils[..., :count], one.places[..., :count]
        lack = need(children, held)
        pupils[:, :, one.area], lacking[:, :, one.area] = _added(children), _added(lack)
        entry[:, :, one.area] = lack[..., ENTRY_YEAR[phase] - first]
        if kept is not None:
            kept.take(one.area, slice(first, first + count), children, held)
    with_plan = kept.served(plan) if kept is not None and plan is not None else [np.zeros((*shape[:2], 0))] * 5
    return Figures(values, pupils, lacking, entry, *with_plan)


def _added(groups: Floats) -> Floats:
    """Add up year groups, one after the other, so that no bit hangs on the size of the block: [..., nc_year] -> [...]."""
    total: Floats = groups[..., 0].copy()
    for g in range(1, groups.shape[-1]):
        total += groups[..., g]
    return total


class _Whole:
    """All areas of a block at once, phase by phase, as a plan needs them: a child may go next door."""

    def __init__(self, world: World, count: int) -> None:
        self.shape = (count, len(world.years), len(world.central.codes))
        self.of = {phase: [a for a, p in enumerate(world.central.phases) if p == phase] for phase in OF_PHASE}
        self.groups = {phase: slice(of.start, of.start + STATUTORY[phase]) for phase, of in OF_PHASE.items()}
        self.place = {a: (phase, i) for phase, areas in self.of.items() for i, a in enumerate(areas)}
        self.pupils = {p: np.zeros((count, len(world.years), len(a), STATUTORY[p])) for p, a in self.of.items()}
        self.places = {p: np.zeros((1, len(world.years), len(a), STATUTORY[p])) for p, a in self.of.items()}

    def take(self, area: int, groups: slice, pupils: Floats, places: Floats) -> None:
        """Keep an area's children and places; groups: of all year groups, those that they have."""
        phase, i = self.place[area]
        assert groups == self.groups[phase]
        self.pupils[phase][:, :, i] = pupils
        if places.ndim == 3 and len(self.places[phase]) == 1:
            self.places[phase] = np.repeat(self.places[phase], self.shape[0], axis=0)
        self.places[phase][:, :, i] = places

    def served(self, plan: FixedPlan) -> list[Floats]:
        """What the plan leaves short, places next door and at home, and the travel: each [draw, year, area]."""
        found = [np.zeros(self.shape) for _ in range(5)]
        for phase, areas in self.of.items():
            if not areas:
                continue
            mine = plan.of(areas, self.groups[phase])
            for begin in range(0, self.shape[0], STEP):
                rows = slice(begin, begin + STEP)
                places = self.places[phase] if len(self.places[phase]) == 1 else self.places[phase][rows]
                done = served(mine, self.pupils[phase][rows], places)
                for whole, part in zip(found, (done.short, done.away, done.home, done.km, done.transport), strict=True):
                    whole[rows, :, areas] = _added(part)
        return found


def joined(blocks: Sequence[Figures]) -> Figures:
    """Blocks of futures side by side: the whole, as if it had been drawn at once."""
    return Figures(*(np.concatenate([getattr(block, field.name) for block in blocks]) for field in fields(Figures)))


def as_bytes(figures: Figures) -> bytes:
    """A block as one file of arrays."""
    memory = io.BytesIO()
    np.savez(memory, **{field.name: getattr(figures, field.name) for field in fields(Figures)})
    return memory.getvalue()


def from_bytes(data: bytes) -> Figures:
    """Read a block back; raises WorldError where the bytes are not whole."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            return Figures(**{field.name: stored[field.name] for field in fields(Figures)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as fault:
        raise WorldError(f"this is no whole block of futures ({fault})") from None
