"""Drawing futures: the kernel that every interval stands on, against the floor of the machine in the same run.

Independent chance for each area: at most 1.7 times the time of drawing as many normals with NumPy's default generator and taking
their exponentials. Chance common to all areas: at most 5 times one read and one write of the result. Results are as large as the
issue asks: 10,000 draws of 100 areas, 14 year groups and 10 years, in blocks of the same size for both.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from sufficiency.intervals.departures import depart
from sufficiency.intervals.draws import Draws

DRAWS, YEARS, AREAS, GROUPS, BLOCK, TIMES = 10_000, 10, 100, 14, 256, 3
INDEPENDENT, SHARED = 1.7, 5.0


def seconds(work: Callable[[], None]) -> float:
    """The median time of a few goes."""
    took = []
    for _ in range(TIMES):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def main() -> int:
    """Measure both ratios and say whether they keep to their limits."""
    central = np.random.default_rng(1).uniform(10, 80, (YEARS, AREAS, GROUPS))
    result = np.empty((BLOCK, YEARS, AREAS, GROUPS))
    blocks = list(Draws(1, 0, DRAWS).blocks(BLOCK))

    def floor() -> None:
        rng = np.random.default_rng(1)
        for block in blocks:
            part = result[: block.count]
            rng.standard_normal(out=part)
            np.exp(part, out=part)

    def independent() -> None:
        for block in blocks:
            happened = block.normals("survival", YEARS, AREAS, GROUPS)
            happened *= 0.02
            result[: block.count] = depart(central, happened)

    def shared() -> None:
        for block in blocks:
            happened = block.normals("migration", YEARS, 1, GROUPS)
            happened *= 0.02
            result[: block.count] = depart(central, happened)

    other = np.ones_like(result)

    def copied() -> None:
        for block in blocks:
            np.multiply(other[: block.count], 1.0, out=result[: block.count])

    late = 0
    for name, work, ground, most in (("independent", independent, floor, INDEPENDENT), ("shared", shared, copied, SHARED)):
        ours, theirs = seconds(work), seconds(ground)
        late += ours > most * theirs
        print(f"{name} chance, {DRAWS:,} draws: {ours:.2f} s against {theirs:.2f} s: {ours / theirs:.2f} times, limit {most:g}")
    return int(late > 0)


if __name__ == "__main__":
    sys.exit(main())
