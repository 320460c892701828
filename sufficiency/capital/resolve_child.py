"""The child process that answers many questions about one problem; see `resolve` for what is asked and how it is judged.

Method. The relaxed problem of each aim is tightened once. Rows of sites hold whatever money there is, rows of money only while
no question loosens them. Then question by question and aim by aim branch and bound, up to so many nodes; what is built is fixed
and children and money are worked out anew, so that rounding leaves no trace, last for the aims that only settle who goes where.

Started as `python -m sufficiency.capital.resolve_child`; the job comes as one line of JSON on standard input.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sufficiency.capital.arrays import Arrays, load
from sufficiency.capital.resolve import Question, Row
from sufficiency.capital.strong_rows import Strong

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FOR_ROOT = 0.2  # share of the time that tightening may take
FEASIBLE = 2  # as HiGHS numbers it
SLACK = 1e-7  # relative, by which an aim that is held may be missed through rounding


@dataclass(frozen=True)
class Found:
    """The plan of one question and the bound of each aim."""

    x: Floats | None
    bounds: tuple[float, ...]
    status: str


def main() -> None:
    """Take a job from standard input and do it."""
    do(json.loads(sys.stdin.readline()))


def do(job: dict[str, Any]) -> None:
    """Do a job: read problem and questions from its folder, leave each answer there when it is found."""
    begun = time.monotonic()
    folder = Path(job["folder"])

    def left() -> float:
        return float(job["seconds"]) - (time.monotonic() - begun)

    problem, aims, tidy = load(folder / "problem.npz"), _aims(folder, job["aims"]), _aims(folder, job["tidy"])
    start = _array(folder / "start.npz") if (folder / "start.npz").exists() else None
    places, money = _tightened(problem, [cost for cost, _ in aims], left)
    for asked in job["questions"]:
        if left() <= 0.0:
            break
        since = time.monotonic()
        number = asked["number"]
        at = load(folder / f"problem-{number}.npz") if asked["own"] else problem
        question = Question(
            "",
            tuple((c, low, up) for c, low, up in asked["bounds"]),
            tuple((r, most) for r, most in asked["limits"]),
            tuple(Row(tuple(i), tuple(v), low, up) for i, v, low, up in asked["rows"]),
        )
        mine = aims if asked["aims"] is None else _aims(folder, asked["aims"])
        rows = [*places, *([] if asked["looser"] else money)]
        found = answer(question.posed(at), mine, [] if asked["own"] else tidy, rows, start, job, left)
        if found.x is not None:
            _write(folder / f"x-{number}.npz", lambda path, x=found.x: np.savez(path, x=x))
        told = {
            "bounds": [repr(bound) for bound in found.bounds],
            "status": found.status,
            "seconds": round(time.monotonic() - since, 3),
        }
        _write(folder / f"told-{number}.json", lambda path, told=told: path.write_text(json.dumps(told), encoding="utf-8"))


def answer(
    problem: Arrays,
    aims: list[tuple[Floats, float]],
    tidy: list[tuple[Floats, float]],
    rows: list[Strong],
    start: Floats | None,
    job: dict[str, Any],
    left: Any,
) -> Found:
    """Make aim after aim small, each held while the next is, and settle at last who goes where."""
    bounds: list[float] = []
    x = start if start is not None and len(start) == len(problem.cost) and problem.broken(start) <= 1e-6 else None
    for cost, near in aims:
        at = problem.aimed(cost, 0.0)
        new, bound, status = _solved(at, rows, x, near, job, left)
        if new is None:
            return Found(None, (), status)
        x = new
        bounds.append(bound)
        problem = problem.held(cost, _held(float(cost @ x)))
    for cost, _ in tidy:
        tidied = _settled(problem.aimed(cost, 0.0), x) if x is not None else None
        if tidied is None:
            break
        x = tidied
        problem = problem.held(cost, _held(float(cost @ x)))
    return Found(x, tuple(bounds), "found")


def _held(value: float) -> float:
    return value + SLACK * max(1.0, abs(value))


def _solved(
    problem: Arrays, rows: list[Strong], start: Floats | None, near: float, job: dict[str, Any], left: Any
) -> tuple[Floats | None, float, str]:
    """Branch and bound for one aim: plan, bound, and a word where there is no plan.

    The plan at hand is not handed to the solver: HiGHS 1.16 may then report a value and a bound that are not those of its own
    plan. What it reports is believed only where its plan is worth that; else it is asked again without presolving.
    """
    from sufficiency.capital.solver_highs import INFEASIBLE, quiet, with_rows

    plans, bound = [start], -np.inf
    for presolve in ("choose", "off"):
        model = quiet(job["seed"])
        model.passModel(with_rows(problem, rows, whole=True))
        for name, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", near / 2), ("time_limit", max(0.01, left()))):
            model.setOptionValue(name, float(value))
        model.setOptionValue("mip_max_nodes", int(job["nodes"]))
        model.setOptionValue("presolve", presolve)
        model.run()
        if model.getModelStatus() == INFEASIBLE and start is None:
            return None, -np.inf, "infeasible"
        if model.getInfo().primal_solution_status != FEASIBLE:
            bound = max(bound, float(model.getInfo().mip_dual_bound)) if model.getModelStatus() != INFEASIBLE else bound
            break
        raw = np.array(model.getSolution().col_value)
        plans.append(_settled(problem, raw))
        reported = float(model.getInfo().objective_function_value)
        if abs(reported - problem.worth(raw)) <= near + SLACK * abs(reported):
            bound = max(bound, float(model.getInfo().mip_dual_bound))
            break
    good = [plan for plan in plans if plan is not None and problem.broken(plan) <= 1e-6]
    if not good:
        return None, -np.inf, "none"
    return min(good, key=problem.worth), bound, "found"


def _settled(problem: Arrays, x: Floats) -> Floats | None:
    """What is built stays, everything else is worked out anew for the aim at hand."""
    from sufficiency.capital.solver_highs import OPTIMAL, linear, quiet

    lower, upper, whole = problem.lower.copy(), problem.upper.copy(), problem.whole
    lower[whole] = upper[whole] = np.round(x[whole])
    model = quiet()
    model.passModel(linear(problem.cost, lower, upper, problem.matrix(), problem.row_lower, problem.row_upper))
    model.run()
    if model.getModelStatus() != OPTIMAL:
        return None
    new = np.array(model.getSolution().col_value)
    new[whole] = np.round(new[whole])
    return np.asarray(np.clip(new, problem.lower, problem.upper))


def _tightened(problem: Arrays, costs: list[Floats], left: Any) -> tuple[list[Strong], list[Strong]]:
    """Rows of sites and rows of money that a relaxed plan of some aim breaks."""
    from sufficiency.capital.solver_root import root

    places: list[Strong] = []
    money: list[Strong] = []
    ends = left() * (1 - FOR_ROOT)
    for cost in costs:
        found = root(problem.aimed(cost, 0.0), max(0.01, left() - ends), lambda: left() - ends, lambda _: None)
        for row in found.rows:
            (money if problem.whole[row.index].all() else places).append(row)
    return places, money


def _aims(folder: Path, written: list[list[Any]]) -> list[tuple[Floats, float]]:
    return [(_array(folder / name), float(near)) for name, _, near in written]


def _array(path: Path) -> Floats:
    with np.load(path) as stored:
        return np.asarray(stored["x"], dtype=float)


def _write(path: Path, write: Any) -> None:
    """Write a file whole or not at all."""
    aside = path.with_name(f"aside-{path.name}")
    write(aside)
    os.replace(aside, path)


if __name__ == "__main__":
    main()
