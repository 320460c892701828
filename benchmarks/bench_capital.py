"""The OR-Library's capacitated warehouses through our own tables and model: every published optimum, to a millionth.

A customer is a group of children, a warehouse a new school on an empty site, its fixed cost a scheme's cost, the cost of serving
that of a journey; everyone must have a place. Nothing else is formulated.

usage: python benchmarks/bench_capital.py [FOLDER WITH cap*.txt AND optimal_values.csv] [seconds for each]
The folder is by default `or-library` in the folder that SUFFICIENCY_DATA names. Ends with 1 where an optimum is missed.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pandas as pd
from capital_cases import warehouses

from sufficiency.capital.decide import decide
from sufficiency.capital.solver import Ask

ALIKE = 1e-6


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(os.environ["SUFFICIENCY_DATA"]) / "or-library"
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    listed = pd.read_csv(folder / "optimal_values.csv", dtype={"instance": str})
    here = listed["instance"].map(lambda name: (folder / f"{name}.txt").exists())
    listed = listed[(listed["problem"] == "capacitated_multi_source") & here]
    missed = 0
    for instance, optimum in zip(listed["instance"], listed["optimal_value"], strict=True):
        begun = time.perf_counter()
        case, choices = warehouses(folder / f"{instance}.txt")
        plan = decide(case, choices, Ask(seconds=seconds))
        value = plan.terms["cost"] + plan.terms["km"]
        off = abs(value - optimum) / optimum
        missed += off > ALIKE or plan.status != "proven"
        proof = plan.proofs[0]
        print(f"{instance}: {value:,.3f} published {optimum:,.3f} off {off:.1e} {proof.status} gap {proof.gap:.1e}, "
              f"solver {proof.seconds:.2f} s, all {time.perf_counter() - begun:.2f} s", flush=True)
    print(f"{len(listed) - missed} of {len(listed)} published optima reached and proven")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
