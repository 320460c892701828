"""The child process that knows the solvers: HiGHS with a tightened root and a search for good plans, CBC as a second opinion.

Method. The relaxed problem is tightened (`solver_root`), plans are looked for from what it tells (`search`, with `solver_parts`
to say what each is worth), and the problem goes to branch and bound with the rows found and the best plan known. Each better plan
and bound is written at once, whole or not at all. One thread, as the parent asked.

Started as `python -m sufficiency.capital.solver_child`; the job comes as one line of JSON on standard input.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sufficiency.capital.arrays import Arrays, load
from sufficiency.capital.halves import halves
from sufficiency.capital.openings import Openings, openings
from sufficiency.capital.search import Bounds, Found, search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.capital.solver_root import Root

    Floats = NDArray[np.float64]

FOR_ROOT = 0.3  # share of the time that tightening may take
FOR_SEARCH = 0.4  # share of the time in which plans are looked for before branch and bound
AS_ROOT = 5.0  # how many times as long as tightening took, at most
LONG, FOR_LONG = 60.0, 0.9  # a large problem with less than so many times tightening is looked at until this share of the time
FOR_FILLING = 2.0  # seconds in which one plan is filled up at most
FEASIBLE = 2  # as HiGHS numbers it
KEEPS = 1e-6  # by how much a rule may be broken by rounding
FOR_LAST = 0.02  # share of the time kept for the last cleaning


@dataclass
class Desk:
    """What the child has found so far, and where it writes it down."""

    problem: Arrays
    folder: Path
    seconds: float
    begun: float = field(default_factory=time.monotonic)
    x: Floats | None = None
    value: float = float("inf")
    bound: float = float("-inf")
    solver: str = ""
    status: str = ""

    def left(self) -> float:
        """Seconds left."""
        return self.seconds - (time.monotonic() - self.begun)

    def plan(self, x: Floats) -> None:
        """Keep a plan if it is better than the last."""
        value = float(self.problem.cost @ x)
        if value < self.value:
            self.value, self.x = value, x
            self._write("plan.npz", lambda path: np.savez(path, x=x))

    def proven(self, bound: float) -> None:
        """Keep a bound if it is better than the last."""
        if np.isfinite(bound) and bound > self.bound:
            self.bound = bound
            self.tell()

    def withdraw(self, bound: float) -> None:
        """Go back to an earlier bound: what was said since is not believed, for a wrong value prunes what is better."""
        self.bound = bound
        self.tell()

    def tell(self) -> None:
        """Write down what is proven."""
        told = {
            "bound": repr(self.bound),
            "solver": self.solver,
            "status": self.status,
            "seconds": round(time.monotonic() - self.begun, 3),
        }
        self._write("told.json", lambda path: path.write_text(json.dumps(told), encoding="utf-8"))

    def _write(self, name: str, write: Any) -> None:
        aside = self.folder / f"aside-{name}"
        write(aside)
        os.replace(aside, self.folder / name)


def main() -> None:
    """Take a job from standard input and do it."""
    do(json.loads(sys.stdin.readline()))


def do(job: dict[str, Any]) -> None:
    """Do a job: read the problem from its folder, leave plan and proof there."""
    begun = time.monotonic()
    folder = Path(job["folder"])
    desk = Desk(load(folder / "problem.npz"), folder, float(job["seconds"]), begun)
    start = None
    if (folder / "start.npz").exists():
        with np.load(folder / "start.npz") as stored:
            start = stored["x"]
        desk.value = float(desk.problem.cost @ start)
    if job["solver"] == "cbc":
        _with_cbc(desk, job)
    elif not _installed("highspy"):
        sys.exit("HiGHS is not installed here: install the package highspy, which this project asks for")
    else:
        _with_highs(desk, job, start)
    desk.tell()


def _installed(package: str) -> bool:
    """Whether a package can be imported."""
    try:
        importlib.import_module(package)
    except ImportError:
        return False
    return True


def _with_highs(desk: Desk, job: dict[str, Any], start: Floats | None) -> None:
    from sufficiency.capital.solver_highs import INFEASIBLE, OPTIMAL, linear, quiet
    from sufficiency.capital.solver_root import root

    desk.solver = f"HiGHS {quiet().version()}"
    desk.tell()
    problem = desk.problem
    found = root(problem, desk.left() * (1 - FOR_LAST), lambda: desk.left() - desk.seconds * (1 - FOR_ROOT), desk.proven)
    if not found.feasible:
        desk.status = "infeasible"
        return
    if problem.whole.any() and found.solved:
        _look(desk, job, found)
    best, proven = desk.x if desk.x is not None else start, desk.bound
    model = _branch_and_bound(desk, job, found, best)
    if best is not None and not _believed(model, problem):
        desk.withdraw(proven)
        model = _branch_and_bound(desk, job, found, None)
    if model.getModelStatus() == INFEASIBLE and desk.x is None and start is None:
        desk.status = "infeasible"
    elif desk.x is not None:
        x, whole = desk.x, problem.whole
        lower, upper = problem.lower.copy(), problem.upper.copy()
        lower[whole] = upper[whole] = np.round(x[whole])
        last = quiet()  # what is built is fixed and the rest worked out anew, so that rounding leaves no trace
        last.passModel(linear(problem.cost, lower, upper, problem.matrix(), problem.row_lower, problem.row_upper))
        last.setOptionValue("time_limit", max(1.0, desk.left()))
        last.run()
        if last.getModelStatus() == OPTIMAL:
            x = np.array(last.getSolution().col_value)
            x[whole] = np.round(x[whole])
            desk.value = float("inf")
            desk.plan(np.clip(x, problem.lower, problem.upper))


def _branch_and_bound(desk: Desk, job: dict[str, Any], found: Root, best: Floats | None) -> Any:
    """Branch and bound over the whole problem with the rows found, beginning with the best plan known where there is one."""
    import highspy

    from sufficiency.capital.solver_highs import quiet, with_rows

    model = quiet(job["seed"])
    model.passModel(with_rows(desk.problem, found.rows, whole=True))
    for name, value in (
        ("mip_rel_gap", job["gap"]),
        ("mip_abs_gap", job["gap_absolute"]),
        ("time_limit", max(0.0, desk.left() - FOR_LAST * desk.seconds)),
    ):
        model.setOptionValue(name, float(value))
    if best is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(best)
        model.setSolution(solution)
    kind = highspy.cb.HighsCallbackType

    def hear(event: Any, _message: str, out: Any, _in: Any, _data: Any) -> None:
        desk.proven(out.mip_dual_bound)
        if event == kind.kCallbackMipImprovingSolution:
            desk.plan(np.array(out.mip_solution))

    model.setCallback(hear, None)
    model.startCallback(kind.kCallbackMipImprovingSolution)
    model.startCallback(kind.kCallbackMipLogging)
    model.run()
    desk.proven(model.getInfo().mip_dual_bound)
    if model.getInfo().primal_solution_status == FEASIBLE:  # a problem that presolve settles tells no listener
        desk.plan(np.array(model.getSolution().col_value))
    return model


def _believed(model: Any, problem: Arrays) -> bool:
    """Whether a value is its plan's own: begun with a plan, HiGHS 1.16 has called plans optimal at values they do not have."""
    info = model.getInfo()
    if info.primal_solution_status != FEASIBLE:
        return True
    worth = float(problem.cost @ np.array(model.getSolution().col_value))
    return bool(abs(info.objective_function_value - worth) <= KEEPS * max(1.0, abs(worth)))


def _look(desk: Desk, job: dict[str, Any], found: Root) -> None:
    """Look for plans before branch and bound does, from what the relaxed problem tells."""
    from sufficiency.capital.completion import completed
    from sufficiency.capital.solver_parts import Settled
    from sufficiency.capital.solver_root import LARGE

    problem = desk.problem
    apart = halves(problem)
    settled = Settled(apart)
    most = min(desk.left(), _for_search(len(problem.cost) >= LARGE, desk.seconds, desk.seconds - desk.left()))
    ends = desk.left() - most

    def evaluate(x: Floats) -> Found | None:
        worth = settled.place(x)
        if worth is not None and worth.value < desk.value and problem.broken(x) <= KEEPS:
            desk.plan(x.copy())
        return worth

    def enough(value: float) -> bool:
        return bool(value - desk.bound <= max(job["gap_absolute"], job["gap"] * abs(value)))

    def complete(tried: Openings, bounds: Bounds, kept: list[int], at_hand: list[int], seed: int) -> list[int] | None:
        return completed(tried, bounds, kept, at_hand, seed, min(FOR_FILLING, desk.left() - ends))

    def share() -> float:
        return (desk.left() - ends) / most if most > 0.0 else 0.0

    tried = openings(apart, found.relaxed, found.price, found.charge)
    search(apart, tried, settled.pay, evaluate, complete, share, enough, job["seed"])


def _for_search(large: bool, seconds: float, tightening: float) -> float:
    """Seconds in which plans are looked for before branch and bound.

    Branch and bound asks for about as much time at each branch as one round of tightening does. Where that leaves it a few dozen
    branches of a large problem, it moves neither plan nor bound, and the time goes to looking for plans.
    """
    if large and seconds < LONG * tightening:
        return max(0.0, FOR_LONG * seconds - tightening)
    return min(seconds * FOR_SEARCH, tightening * AS_ROOT)


def _with_cbc(desk: Desk, job: dict[str, Any]) -> None:
    """A second opinion: the same arrays to CBC, through PuLP, which knows where its binary is."""
    import pulp

    problem = desk.problem
    desk.solver = "CBC"
    model = pulp.LpProblem("capital_plan", pulp.LpMinimize)
    columns = [
        model.add_variable(f"x{i}", low, None if up == np.inf else up, pulp.LpInteger if w else pulp.LpContinuous)
        for i, (low, up, w) in enumerate(zip(problem.lower, problem.upper, problem.whole, strict=True))
    ]
    model.setObjective(pulp.LpAffineExpression([(v, c) for v, c in zip(columns, problem.cost, strict=True) if c]))
    for r, (low, up) in enumerate(zip(problem.row_lower, problem.row_upper, strict=True)):
        cut = slice(problem.starts[r], problem.starts[r + 1])
        row = pulp.LpAffineExpression([(columns[i], v) for i, v in zip(problem.index[cut], problem.value[cut], strict=True)])
        if np.isfinite(low):
            model.addConstraint(row >= low if low < up else row == low, f"r{r}")
        else:
            model.addConstraint(row <= up, f"r{r}")
    model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=max(1.0, desk.left()), gapRel=job["gap"], threads=1))
    if model.sol_status == pulp.LpSolutionOptimal:
        desk.bound = float(pulp.value(model.objective)) - job["gap"] * abs(float(pulp.value(model.objective)))
    if model.status == pulp.LpStatusInfeasible:
        desk.status = "infeasible"
    if model.sol_status in {pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible}:
        x = np.array([0.0 if v.value() is None else v.value() for v in columns])
        x[problem.whole] = np.round(x[problem.whole])
        desk.plan(np.clip(x, problem.lower, problem.upper))


if __name__ == "__main__":
    main()
