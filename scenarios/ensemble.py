"""An ensemble worked through: its worlds, its futures block by block, and what they come to; broken off, it goes on there.

Every world and every block is a file, written aside and renamed when whole, in a folder beside the result that is thrown away
once the result is there. A start finds what is done and does the rest, whoever stopped the last one and however. A file of
single futures' figures knows nothing of the others, so that blocks cut in whatever way, done by whomever in whatever order, make
the same result bit for bit.

First the central world of each point of the sweep, then the worlds at the knots of each lever, then the futures; at last a few of
them whole by the model itself, to be held against what was read between worlds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from scenarios import durable
from scenarios.ensemble_work import BlockTask, Ground, Luck, Task, WholeTask, WorldTask, do
from scenarios.many import Map, one_by_one
from scenarios.runs import RunError
from sufficiency.intervals.draws import CHUNK
from sufficiency.joint import figures, fixed_plan, world
from sufficiency.joint.world import WorldError

if TYPE_CHECKING:
    from scenarios.ensemble_file import Ensemble, Point
    from scenarios.lever_chance import Uncertain
    from sufficiency.joint.figures import Figures
    from sufficiency.joint.world import World

Part = TypeVar("Part")
Told = Callable[[str], None]
PARTS, LOCK = ".parts", ".lock"
BLOCKS, LARGEST = 16, 512       # blocks that are aimed at, and futures in one at most
AT_A_TIME = 4                   # futures that are worked out whole in one task
HERE = 24                       # tasks that read the workspace, up to which nobody else is asked to read it too


@dataclass(frozen=True)
class Asked:
    """An ensemble, where its workspace lies, and what it is held to."""

    ensemble: Ensemble
    ground: Ground
    seed: int
    spread: float
    plan: Mapping[str, pd.DataFrame] | None = None      # the tables of a run with a plan that stays fixed


@dataclass(frozen=True)
class Done:
    """One point of the sweep: its central world, its futures, and those of them that were worked out whole."""

    point: Point
    centre: World
    figures: Figures
    checked: Mapping[int, Figures]      # future -> its figures by the model itself


def parts_of(place: Path, run_id: str) -> Path:
    """The folder in which the parts of an ensemble lie until it is finished."""
    return place / f"{run_id}{PARTS}"


def work_through(asked: Asked, folder: Path, mapped: Map = one_by_one, told: Told = lambda step: None,
                 begin: Callable[[int], None] = lambda steps: None) -> Iterator[Done]:
    """Do what is left of an ensemble and give its points one after the other.

    folder: of its parts, held meanwhile. told: is told each step as it begins; begin: how many there will be in the next part of
    the work, of those that are not done already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        work = _Work(asked, folder, mapped, told, begin)
        levers, points = asked.ensemble.levers, asked.ensemble.points
        whole, checked = asked.ensemble.futures.whole, checked_of(asked.ensemble)
        centres = {_world_file(folder, point): _central(asked, point) for point in points}
        work.through("World", centres, _is_world, reads=True)
        if not whole:
            work.through("World", {file: task for point in points for file, task in _at_knots(asked, folder, point).items()},
                         _is_world, reads=True)
        plans = {point.number: _plan_file(asked, folder, point) for point in points}
        for point in points:
            luck = Luck(levers, asked.seed, asked.spread, plans[point.number])
            tasks = _whole(asked, folder, point, luck) if whole else _between(asked, folder, point, luck)
            found = work.through(_futures_of(point, asked), tasks, figures.from_bytes, reads=whole)
            alone = work.through("Whole", _checks(asked, folder, point, luck), figures.from_bytes, reads=True)
            centre = world.from_bytes(_world_file(folder, point).read_bytes())
            yield Done(point, centre, figures.joined(found), dict(zip(checked, alone, strict=True)))


def checked_of(ensemble: Ensemble) -> tuple[int, ...]:
    """The futures that are worked out whole too, spread over all; none where all are, or where nothing lies between worlds."""
    count = min(ensemble.futures.checked, ensemble.futures.count - 1)
    if ensemble.futures.whole or not ensemble.levers or count <= 0:
        return ()
    return tuple(sorted({1 + (ensemble.futures.count - 1) * i // count for i in range(count)}))


def blocks_of(count: int, size: int | None = None) -> Iterator[tuple[int, int]]:
    """Cut futures into blocks: (first, how many)."""
    step = size or min(LARGEST, max(CHUNK, math.ceil(count / BLOCKS / CHUNK) * CHUNK))
    for first in range(0, count, step):
        yield first, min(step, count - first)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with durable.held(folder / LOCK) as ours:
        if not ours:
            raise RunError("another program is working at this ensemble", "wait for it, or stop it and start again to go on")
        yield


@dataclass(frozen=True)
class _Work:
    """What does tasks whose files are not there yet."""

    asked: Asked
    folder: Path
    mapped: Map
    told: Told
    begin: Callable[[int], None]

    def through(self, what: str, tasks: Mapping[Path, Task], read: Callable[[bytes], Part], *, reads: bool) -> list[Part]:
        """See to it that the file of every task is there, and give what they hold; reads: whether they need the workspace."""
        found = {file: _there(file, read) for file in tasks}
        missing = [file for file in tasks if found[file] is None]
        mapped = one_by_one if reads and len(missing) <= HERE else self.mapped
        done = len(tasks) - len(missing)
        if missing:
            self.begin(len(missing))
            self.told(f"{what} {done + 1} of {len(tasks)}")
        for number, data in mapped(do, [tasks[file] for file in missing]):
            durable.overwrite(missing[number], data)
            found[missing[number]] = read(data)
            done += 1
            if done < len(tasks):
                self.told(f"{what} {done + 1} of {len(tasks)}")
        return [part for part in found.values() if part is not None]


def _there(file: Path, read: Callable[[bytes], Part]) -> Part | None:
    """What a file holds; nothing where it is not there or not whole."""
    try:
        return read(file.read_bytes())
    except (FileNotFoundError, WorldError):
        return None


def _is_world(data: bytes) -> bool:
    """Read a world and let it go again: what a task of futures needs it reads itself."""
    return bool(world.from_bytes(data).years)


def _futures_of(point: Point, asked: Asked) -> str:
    several = len(asked.ensemble.points) > 1
    return f"Futures of {point.words}, block" if several else "Futures, block"


def _world_file(folder: Path, point: Point, lever: int | None = None, knot: int = 0) -> Path:
    return folder / (f"world-{point.number}.npz" if lever is None else f"world-{point.number}-{lever}-{knot}.npz")


def _central(asked: Asked, point: Point) -> WorldTask:
    return WorldTask(asked.ground, asked.ensemble.scenario.name, asked.ensemble.keys_at(point))


def _at_knots(asked: Asked, folder: Path, point: Point) -> dict[Path, WorldTask]:
    """The worlds at the knots of each lever, but for the centre."""
    centre = str(_world_file(folder, point))
    return {
        _world_file(folder, point, i, k): WorldTask(
            asked.ground, asked.ensemble.scenario.name, asked.ensemble.keys_at(point, {(lever.key, lever.number): value}), centre)
        for i, lever in enumerate(asked.ensemble.levers) for k, value in enumerate(lever.knots()) if value != lever.central
    }


def _knots(folder: Path, point: Point, levers: Sequence[Uncertain]) -> tuple[tuple[tuple[float, ...], tuple[str, ...]], ...]:
    """Each lever's knots and the files of their worlds."""
    return tuple(
        (lever.knots(), tuple(str(_world_file(folder, point) if value == lever.central else _world_file(folder, point, i, k))
                              for k, value in enumerate(lever.knots())))
        for i, lever in enumerate(levers))


def _between(asked: Asked, folder: Path, point: Point, luck: Luck) -> dict[Path, BlockTask]:
    """The blocks of a point's futures."""
    knots, centre = _knots(folder, point, luck.levers), str(_world_file(folder, point))
    return {
        folder / f"futures-{point.number}-{first}-{count}.npz": BlockTask(asked.ground.code, luck, centre, knots, first, count)
        for first, count in blocks_of(asked.ensemble.futures.count)
    }


def _whole(asked: Asked, folder: Path, point: Point, luck: Luck) -> dict[Path, WholeTask]:
    """A point's futures, a few at a time, each to be worked out by the model."""
    return {folder / f"whole-{point.number}-{first}-{count}.npz": _whole_task(asked, folder, point, luck, first, count)
            for first, count in blocks_of(asked.ensemble.futures.count, AT_A_TIME)}


def _checks(asked: Asked, folder: Path, point: Point, luck: Luck) -> dict[Path, WholeTask]:
    return {folder / f"checked-{point.number}-{number}.npz": _whole_task(asked, folder, point, luck, number, 1)
            for number in checked_of(asked.ensemble)}


def _whole_task(asked: Asked, folder: Path, point: Point, luck: Luck, first: int, count: int) -> WholeTask:
    keys = {**asked.ensemble.scenario.keys, **point.keys}
    return WholeTask(asked.ground, luck, asked.ensemble.scenario.name, keys, str(_world_file(folder, point)), first, count)


def _plan_file(asked: Asked, folder: Path, point: Point) -> str:
    """The fixed plan as arrays of a point's world; blank where there is none."""
    if asked.plan is None:
        return ""
    file, there = folder / f"plan-{point.number}.npz", world.from_bytes(_world_file(folder, point).read_bytes())
    plan = fixed_plan.fixed_plan(asked.plan, there.central.codes, there.central.phases, there.years)
    durable.overwrite(file, fixed_plan.as_bytes(plan))
    return str(file)
