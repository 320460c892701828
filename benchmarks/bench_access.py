"""Who can reach how much, over the whole of England, against PySAL's `access` and the floors of the machine in the same run.

33,755 small areas and 60,000 settings within 10 km of each other, once spread evenly and once drawn together in towns of very
different size, which makes many more pairs. Three limits, each printed as a ratio:

- pairs given: at least 15 times as fast as `access.fca.two_stage_fca` on the same pairs and weights, all of them, to 1e-9 alike;
- from coordinates: at most 1.3 times `cKDTree.sparse_distance_matrix`, its change to CSR and two products, in less than 1.5 GiB
  for the whole process (a process of its own is measured, where the system tells its peak);
- a changed supply: at most 5 times one read of the arrays that hold the pairs.

The better of a few goes counts, on both sides alike. Ends with 1 where a limit is passed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import access.fca
import access.weights
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from planning_areas.reach import Gaussian, Pairs, Zones, pairs_given, pairs_within, reach
from planning_areas.reach import access as share

AREAS, SETTINGS, LIMIT, SIDE = 33_755, 60_000, 10_000.0, 130_279e6 ** 0.5      # metres; England's area as a square
TOWNS = 60
SEED = 33_755
STEPS = Zones((2000.0, 5000.0, LIMIT), (1.0, 0.68, 0.22))
FASTER, FROM_POINTS, CHANGED, MOST_MIB, ALIKE = 15.0, 1.3, 5.0, 1536.0, 1e-9

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def england(in_towns: bool) -> Arrays:
    """Draw areas and settings, and what is wanted and offered there."""
    luck = np.random.default_rng(SEED)
    centres, size = luck.uniform(0, SIDE, (TOWNS, 2)), luck.pareto(1.1, TOWNS) + 0.2
    size /= size.sum()

    def places(count: int) -> np.ndarray:
        even = luck.uniform(0, SIDE, (count, 2))
        town = luck.choice(TOWNS, count, p=size)
        near = centres[town] + luck.normal(size=(count, 2)) * (40_000 * np.sqrt(size[town]))[:, None]
        return np.where(luck.random((count, 1)) < 0.2, even, near) if in_towns else even

    homes, settings = places(AREAS), places(SETTINGS)
    return homes, settings, luck.integers(1, 200, AREAS).astype("float64"), luck.integers(1, 80, SETTINGS).astype("float64")


def best(work: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """The shortest time of a few goes, and what came of the last."""
    took, result = [], None
    for _ in range(times):
        result = None
        start = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - start)
    return min(took), result


def with_pairs_given(pairs: Pairs, demand: np.ndarray, supply: np.ndarray) -> tuple[str, bool]:
    """Ours and PySAL's from the same three columns of pairs."""
    table = pairs.distance.tocoo()
    origin, setting, away = table.row, table.col, table.data
    del table
    ours, index = best(lambda: share(reach(pairs_given(origin, setting, away, pairs.distance.shape, limit=LIMIT, basis="given"),
                                           STEPS, demand), supply).index)
    cost = pd.DataFrame({"origin": origin, "dest": setting, "cost": away})
    people = pd.DataFrame({"geoid": np.arange(AREAS), "demand": demand})
    offers = pd.DataFrame({"supply": supply}, index=np.arange(SETTINGS))
    steps = access.weights.step_fn(dict(zip(STEPS.limits, STEPS.weights, strict=True)))
    peers, series = best(lambda: access.fca.two_stage_fca(people, offers, cost, max_cost=LIMIT, weight_fn=steps), 1)
    apart = float(np.abs(series.reindex(np.arange(AREAS), fill_value=0.0).to_numpy() - index).max())
    ratio = peers / ours
    return (f"pairs given: {ours:.3f} s, PySAL {peers:.1f} s: {ratio:.0f} times as fast (limit {FASTER:.0f}); "
            f"at most {apart:.1e} apart (limit {ALIKE:.0e})"), ratio >= FASTER and apart <= ALIKE


def from_coordinates(homes: np.ndarray, settings: np.ndarray, demand: np.ndarray, supply: np.ndarray) -> tuple[str, bool]:
    """Everything from coordinates to the index, against the same pairs without any weight or check."""
    def floor() -> np.ndarray:
        here, there = cKDTree(homes), cKDTree(settings)
        away = here.sparse_distance_matrix(there, LIMIT, output_type="coo_matrix").tocsr()
        return away @ (supply / np.maximum(away.T @ demand, 1.0))

    floors, _ = best(floor, 3)
    ours, _ = best(lambda: share(reach(pairs_within(homes, settings, LIMIT), Gaussian(LIMIT), demand), supply), 3)
    ratio = ours / floors
    return f"from coordinates: {ours:.3f} s, floor {floors:.3f} s: ratio {ratio:.2f} (limit {FROM_POINTS})", ratio <= FROM_POINTS


def with_changed_supply(pairs: Pairs, demand: np.ndarray, supply: np.ndarray) -> tuple[str, bool]:
    """A changed supply against one read of the arrays."""
    reached = reach(pairs, Gaussian(LIMIT), demand)
    matrix = reached.weights
    floor, _ = best(lambda: (matrix.data.sum(), matrix.indices.max(), matrix.indptr.max()), 9)
    ours, _ = best(lambda: share(reached, supply * 1.1), 9)
    ratio = ours / floor
    told = f"changed supply: {ours * 1e3:.1f} ms, one read {floor * 1e3:.1f} ms: ratio {ratio:.2f} (limit {CHANGED})"
    return told, ratio <= CHANGED


def peak_mib() -> float | None:
    """The most memory that this process has had; not known on every system."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2 ** 20 if sys.platform == "darwin" else peak / 2 ** 10


def one_process(in_towns: bool) -> None:
    """Do it once, from coordinates to the index, and print the peak of memory."""
    homes, settings, demand, supply = england(in_towns)
    share(reach(pairs_within(homes, settings, LIMIT), Gaussian(LIMIT), demand), supply)
    print(peak_mib() or "")


def memory(in_towns: bool) -> tuple[str, bool]:
    """The peak of a process that does it once; only where the system tells."""
    call = [sys.executable, __file__, "--once", "towns" if in_towns else "even"]
    told = subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()
    if not told:
        return "memory: not measured, this system does not tell", True
    return f"memory of the whole process: {float(told):,.0f} MiB (limit {MOST_MIB:,.0f})", float(told) <= MOST_MIB


def main() -> int:
    """Measure every ratio in both layouts and say whether they keep to their limits."""
    kept = True
    peaks = {in_towns: memory(in_towns) for in_towns in (False, True)}     # first: a process inherits the peak of its parent
    for in_towns, peak in peaks.items():
        homes, settings, demand, supply = england(in_towns)
        told = [peak, from_coordinates(homes, settings, demand, supply)]
        pairs = pairs_within(homes, settings, LIMIT)
        print(f"{'in towns' if in_towns else 'spread evenly'}: {pairs.distance.nnz:,} pairs")
        told += [with_changed_supply(pairs, demand, supply), with_pairs_given(pairs, demand, supply)]
        for line, good in told:
            print(f"  {line}{'' if good else '  PASSED ITS LIMIT'}", flush=True)
            kept &= good
    return int(not kept)


if __name__ == "__main__":
    if "--once" in sys.argv:
        one_process(sys.argv[-1] == "towns")
    else:
        sys.exit(main())
