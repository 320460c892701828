"""A thousand joint futures of a county with a fixed plan, against the time that the draws of its projection take alone.

The invented council, seven years, four levers drawn together, and a plan of a scheme in every area with a way next door for each:
shortfall and travel of every future, in at most four times the time of drawing the same areas by themselves, without levers and
without schools; on two processes both. What the model needs for its worlds is told apart: it is done once, whatever the number of
futures. Prints medians of three and ends with 1 where the limit is passed.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from scenarios.ensemble_file import read_ensemble
from scenarios.ensemble_work import BlockTask, Ground, Luck, WorldTask, _world, block, do
from scenarios.identity import code_sha256
from scenarios.scenario import library
from sufficiency.example.publish import write_example
from sufficiency.intervals.chance import futures
from sufficiency.intervals.draws import Draws
from sufficiency.joint import fixed_plan, world
from sufficiency.joint.fixed_plan import FixedPlan
from sufficiency.workspace.workspace import load

FUTURES, SIZE, WORKERS, TIMES, LIMIT = 1000, 128, 2, 3, 4.0


def plan_for(there: world.World) -> FixedPlan:
    """Eight places more in every year group of every area, and a tenth of those who lack one sent to the next area."""
    base = there.base
    areas = [i for i, phase in enumerate(there.central.phases) if phase == "primary"]
    share = np.full((len(areas), base.shape[0], base.shape[2]), 0.1)
    origin, target = np.array(areas), np.array(areas[1:] + areas[:1])
    adds, home = np.full_like(base, 8.0), np.full_like(base, 0.9)
    return FixedPlan(adds, home, np.ones_like(base), origin, target, share, share * 40, share)


def alone(task: BlockTask) -> int:
    """Only the draws of the areas of a block."""
    there = _world(task.centre)
    draws = Draws(task.luck.seed, task.first, task.count, task.luck.spread)
    return sum(1 for _ in futures(there.central, there.calibration, draws, there.homes, with_schools=False))


def seconds(work: Callable[[], object]) -> float:
    """The median time of a few goes."""
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def main() -> int:
    """Measure both and say whether the limit is kept."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_example(folder / "example", 1)
        loaded = load(folder / "example", {})
        asked = read_ensemble(library() / "ensembles" / "open-future.toml")
        inputs = tuple(sorted(source.sha256 for source in loaded.evidence.sources))
        ground = Ground(str(folder / "example"), "", inputs, code_sha256())
        start, point = time.perf_counter(), asked.points[0]
        centre = str(folder / "centre.npz")
        Path(centre).write_bytes(do(WorldTask(ground, "centre", asked.keys_at(point))))
        knots = []
        for i, lever in enumerate(asked.levers):
            files = [centre if value == lever.central else str(folder / f"{i}-{k}.npz") for k, value in enumerate(lever.knots())]
            for value, file in zip(lever.knots(), files, strict=True):
                if file != centre:
                    keys = asked.keys_at(point, {(lever.key, lever.number): value})
                    Path(file).write_bytes(do(WorldTask(ground, "knot", keys, centre)))
            knots.append((lever.knots(), tuple(files)))
        worlds = time.perf_counter() - start
        plan = str(folder / "plan.npz")
        Path(plan).write_bytes(fixed_plan.as_bytes(plan_for(world.from_bytes(Path(centre).read_bytes()))))
        luck = Luck(asked.levers, 1, 1.0, plan)
        tasks = [BlockTask(ground.code, luck, centre, tuple(knots), first, min(SIZE, FUTURES - first))
                 for first in range(0, FUTURES, SIZE)]
        warm = [replace(task, count=1) for task in tasks]
        with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
            list(pool.map(block, warm * 2))          # imports, worlds and rulebooks are read before it counts
            draws, whole = (seconds(lambda work=work: list(pool.map(work, tasks))) for work in (alone, block))
    print(f"worlds of {len(asked.levers)} levers, once: {worlds:.1f} s with reading the workspace; "
          f"{FUTURES:,} futures, {WORKERS} processes: {whole:.2f} s against {draws:.2f} s for the draws alone: "
          f"{whole / draws:.2f} times, limit {LIMIT:g}")
    return int(whole > LIMIT * draws)


if __name__ == "__main__":
    sys.exit(main())
