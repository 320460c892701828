"""England in one go: ranges of 6,000 areas, 1,000 draws, 14 year groups and 10 years, quantiles only, in less than 1 GiB.

A planning area has one phase, so that 6,000 primary and 6,000 secondary areas are as many figures. All are raked to one
authority, which is harder than as many authorities one after the other: the areas' own chance is made twice, since it is too
much to keep. The work is done in a process of its own, and the most memory that it ever held is asked of the system (where it
can tell).
"""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

from sufficiency.intervals.calibration import shipped
from sufficiency.intervals.chance import Central, futures
from sufficiency.intervals.draws import Draws
from sufficiency.intervals.fitting import OF_PHASE
from sufficiency.intervals.ranges import quantiles

AREAS, DRAWS, YEARS, GROUPS, SEED = 6_000, 1_000, 10, 14, 1
LIMIT_GIB = 1.0


def england(areas: int) -> Central:
    """So many areas of each phase."""
    rng = np.random.default_rng(SEED)
    pupils = np.zeros((YEARS, 2 * areas, 15))
    pupils[:, :areas, OF_PHASE["primary"]] = rng.uniform(50, 200, (1, areas, 1))
    pupils[:, areas:, 7:GROUPS] = rng.uniform(50, 200, (1, areas, 1))
    codes = tuple(f"{phase}{i}" for phase in OF_PHASE for i in range(areas))
    phases = tuple(phase for phase in OF_PHASE for _ in range(areas))
    return Central(pupils, np.zeros_like(pupils), codes, phases, np.zeros((YEARS, 0, 15)), (), {}, births_known=3)


def work(areas: int) -> None:
    """Ten, fifty and ninety in a hundred of every figure; prints seconds and the most memory ever held."""
    start = time.perf_counter()
    central = england(areas)
    kept = np.empty((3, YEARS, 2 * areas, 8))
    for future in futures(central, shipped("measured"), Draws(SEED, 0, DRAWS)):
        found = quantiles(future.pupils, (0.1, 0.5, 0.9))
        kept[:, :, future.area, : found.shape[-1]] = found
    print(f"{time.perf_counter() - start:.1f} {most_memory():.3f}")


def most_memory() -> float:
    """The most memory that this process ever held, in GiB; not a number where the system cannot tell."""
    try:
        import resource
    except ImportError:
        return float("nan")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**30 if sys.platform == "darwin" else 2**20)


def main() -> int:
    """Run the work in a child process and say whether it keeps to the limit."""
    areas = int(sys.argv[1]) if len(sys.argv) > 1 else AREAS
    made = subprocess.run([sys.executable, __file__, "child", str(areas)], check=True, capture_output=True, text=True)
    seconds, memory = (float(word) for word in made.stdout.split())
    print(f"{areas:,} areas of each phase, {DRAWS:,} draws, {GROUPS} year groups, {YEARS} years: {seconds:.0f} s, "
          f"{memory:.2f} GiB at most, limit {LIMIT_GIB:g} GiB")
    return int(memory > LIMIT_GIB)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        work(int(sys.argv[2]))
    else:
        sys.exit(main())
