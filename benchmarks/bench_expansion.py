"""Made counties of many schools against a plain PuLP and HiGHS formulation: same weights, one thread, same limit, same run.

The peer is `expansion_plain.py`, the instances are `expansion_instance.py`; both stand in a folder `bench` beside the one that
SUFFICIENCY_DATA names, or in the folder given. Printed for each seed and limit: both gaps and values, by how much the limit was
passed, and the times of model and hand-over; at the end the geometric mean of the ratio of gaps. Ends with 1 where that is above
a quarter, our value worse than the peer's by more than 0.1 %, the limit passed by more than 5 % and 5 s, or building and handing
over less than 1.5 times as fast.

usage: python benchmarks/bench_expansion.py county|large [--seeds 0,1] [--limits 60,120] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import importlib
import math
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pulp
from capital_cases import county

from sufficiency.capital.decide import decide
from sufficiency.capital.facts import facts
from sufficiency.capital.hand_over import hand_over, objective
from sufficiency.capital.model import build
from sufficiency.capital.solver import Ask

RATIO, WORSE, OVER, OVER_SECONDS, FASTER = 0.25, 0.001, 1.05, 5.0, 1.5


def peer(tables: dict[str, Any], plain: Any, seconds: float) -> tuple[float, float, float]:
    """The plain formulation: value, gap and the seconds it took to build and hand over."""
    begun = time.perf_counter()
    problem = plain.build(tables)
    built = time.perf_counter() - begun
    handing = pulp.HiGHS(msg=False, timeLimit=seconds, gapRel=1e-3, threads=1)
    begun = time.perf_counter()
    handing.createAndConfigureSolver(problem)
    handing.buildSolverModel(problem)
    built += time.perf_counter() - begun
    handing.callSolver(problem)
    info = problem.solverModel.getInfo()
    return info.objective_function_value, info.mip_gap, built


def ours(case: Any, choices: Any, seconds: float) -> tuple[float, float, float, float]:
    """Our own: value, gap, the seconds to build and hand over (once more, by themselves) and all seconds that `decide` took."""
    begun = time.perf_counter()
    built = build(facts(case, choices))
    hand_over(built).aimed(*objective(built, choices.levels[0].rates))
    made = time.perf_counter() - begun
    begun = time.perf_counter()
    plan = decide(case, choices, Ask(seconds=seconds))
    return plan.proofs[0].value, plan.proofs[0].gap, made, time.perf_counter() - begun


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("size", choices=("county", "large"))
    asked.add_argument("--seeds", default="0")
    asked.add_argument("--limits", default="60")
    asked.add_argument("--folder", type=Path, default=None)
    told = asked.parse_args()
    folder = told.folder or Path(os.environ["SUFFICIENCY_DATA"]).parent / "bench"
    sys.path.insert(0, str(folder))
    instance, plain = importlib.import_module("expansion_instance"), importlib.import_module("expansion_plain")
    warnings.filterwarnings("ignore")
    failed = False
    for limit in (float(s) for s in told.limits.split(",")):
        ratios = []
        for seed in (int(s) for s in told.seeds.split(",")):
            tables = instance.make(**getattr(instance, told.size.upper()), seed=seed)
            case, choices = county(tables, instance.RATES)
            value, gap, made, took = ours(case, choices, limit)
            peer_value, peer_gap, peer_made = peer(tables, plain, limit)
            ratios.append(max(gap, 1e-4) / max(peer_gap, 1e-4))
            wrong = [name for name, bad in (
                ("value", value > peer_value * (1 + WORSE)), ("limit", took > limit * OVER + OVER_SECONDS),
                ("build", peer_made < FASTER * made)) if bad]
            failed |= bool(wrong)
            print(f"{told.size} seed {seed} limit {limit:.0f} s: gap {gap:.3%} peer {peer_gap:.3%} ratio {ratios[-1]:.3f}; "
                  f"value {value:,.0f} peer {peer_value:,.0f}; took {took:.1f} s in all; "
                  f"build and hand-over {made:.2f} s peer {peer_made:.2f} s ({peer_made / made:.1f} x)"
                  f"{'; FAILS: ' + ', '.join(wrong) if wrong else ''}", flush=True)
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        failed |= mean > RATIO
        print(f"{told.size} {limit:.0f} s: geometric mean of the ratio of gaps {mean:.3f} (at most {RATIO})", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
