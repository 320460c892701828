"""The child process that knows the solvers: HiGHS with strong rows at the root, CBC as a second opinion.

Method. The relaxed problem is solved by interior point where it is large, by simplex otherwise; strong rows that it breaks are added
and it is solved again, until none is worth it; then the problem goes to branch and bound with those rows, from the best plan known.
Each better plan and bound is written at once, whole or not at all. One thread, as the parent asked.

Started as `python -m sufficiency.capital.solver_child`; the job comes as one line of JSON on standard input.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sufficiency.capital.arrays import Arrays, load
from sufficiency.capital.strong_rows import Strong, sites, violated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LARGE = 20_000          # columns from which on interior point is the faster at the root
MOST_ROUNDS = 40
FOR_ROOT = 0.3          # share of the time that finding strong rows may take
FOR_LAST = 0.02         # share of the time kept for the last cleaning


@dataclass
class Desk:
    """What the child has found so far, and where it writes it down."""

    problem: Arrays
    folder: Path
    seconds: float
    begun: float = field(default_factory=time.monotonic)
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
            self.value = value
            self._write("plan.npz", lambda path: np.savez(path, x=x))

    def proven(self, bound: float) -> None:
        """Keep a bound if it is better than the last."""
        if np.isfinite(bound) and bound > self.bound:
            self.bound = bound
            self.tell()

    def tell(self) -> None:
        """Write down what is proven."""
        told = {"bound": repr(self.bound), "solver": self.solver, "status": self.status, "seconds": round(time.monotonic() - self.begun, 3)}
        self._write("told.json", lambda path: path.write_text(json.dumps(told), encoding="utf-8"))

    def _write(self, name: str, write: Any) -> None:
        aside = self.folder / f"aside-{name}"
        write(aside)
        os.replace(aside, self.folder / name)


def main() -> None:
    """Take a job from standard input and do it."""
    begun = time.monotonic()
    job = json.loads(sys.stdin.readline())
    folder = Path(job["folder"])
    desk = Desk(load(folder / "problem.npz"), folder, float(job["seconds"]), begun)
    start = None
    if (folder / "start.npz").exists():
        with np.load(folder / "start.npz") as stored:
            start = stored["x"]
        desk.value = float(desk.problem.cost @ start)
    if job["solver"] == "cbc":
        _with_cbc(desk, job)
    else:
        _with_highs(desk, job, start)
    desk.tell()


def _with_highs(desk: Desk, job: dict[str, Any], start: Floats | None) -> None:
    import highspy  # noqa: PLC0415 - a missing solver is told by the parent

    desk.solver = f"HiGHS {highspy.Highs().version()}"
    desk.tell()
    rows, feasible = _root(desk, highspy)
    if not feasible:
        desk.status = "infeasible"
        return
    model = highspy.Highs()
    _quiet(model, job["seed"])
    model.passModel(_model(desk.problem, rows, highspy, whole=True))
    for name, value in (("mip_rel_gap", job["gap"]), ("mip_abs_gap", job["gap_absolute"]), ("time_limit", max(0.0, desk.left() * (1 - FOR_LAST)))):
        model.setOptionValue(name, float(value))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(start)
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
    info = model.getInfo()
    desk.proven(info.mip_dual_bound)
    if model.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        desk.status = "infeasible"
    elif info.primal_solution_status == 2:
        _clean(desk, np.array(model.getSolution().col_value), highspy)


def _quiet(model: Any, seed: int) -> None:
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", seed), ("mip_feasibility_tolerance", 1e-7)):
        model.setOptionValue(name, value)


def _model(problem: Arrays, rows: list[Strong], highspy: Any, whole: bool) -> Any:
    """The problem with its strong rows, handed over in one pass."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(problem.cost), len(problem.row_lower) + len(rows)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = problem.cost, problem.lower, problem.upper
    lp.row_lower_ = np.concatenate([problem.row_lower, np.full(len(rows), -np.inf)])
    lp.row_upper_ = np.concatenate([problem.row_upper, [row.most for row in rows]])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([problem.starts, problem.starts[-1] + np.cumsum([len(row.index) for row in rows], dtype=np.int64)])
    lp.a_matrix_.index_ = np.concatenate([problem.index, *(row.index for row in rows)])
    lp.a_matrix_.value_ = np.concatenate([problem.value, *(row.value for row in rows)])
    if whole:
        kind = highspy.HighsVarType
        lp.integrality_ = [kind.kInteger if w else kind.kContinuous for w in problem.whole]
    return lp


def _root(desk: Desk, highspy: Any) -> tuple[list[Strong], bool]:
    """Solve the relaxed problem and add strong rows until it breaks none that is worth it; says whether it can be solved at all."""
    problem = desk.problem
    candidates = sites(problem)
    model = highspy.Highs()
    _quiet(model, 0)
    model.passModel(_model(problem, [], highspy, whole=False))
    model.setOptionValue("solver", "ipm" if len(problem.cost) >= LARGE else "choose")
    added: list[Strong] = []
    for _ in range(MOST_ROUNDS):
        model.setOptionValue("time_limit", model.getRunTime() + max(0.0, desk.left() * (1 - FOR_LAST)))
        model.run()
        status = model.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            return added, status != highspy.HighsModelStatus.kInfeasible
        model.setOptionValue("solver", "simplex")
        desk.proven(model.getObjectiveValue())
        x = np.array(model.getSolution().col_value)
        new = [row for site in candidates if (row := violated(site, x)) is not None]
        if not new or desk.left() < desk.seconds * (1 - FOR_ROOT):
            break
        for row in new:
            model.addRow(-np.inf, row.most, len(row.index), row.index.astype(np.int32), row.value)
        added += new
    return added, True


def _clean(desk: Desk, x: Floats, highspy: Any) -> None:
    """Fix what is built and work the rest out anew, so that rounding leaves no trace."""
    problem = desk.problem
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[problem.whole] = upper[problem.whole] = np.round(x[problem.whole])
    model = highspy.Highs()
    _quiet(model, 0)
    lp = _model(problem, [], highspy, whole=False)
    lp.col_lower_, lp.col_upper_ = lower, upper
    model.passModel(lp)
    model.setOptionValue("time_limit", max(1.0, desk.left()))
    model.run()
    if model.getModelStatus() == highspy.HighsModelStatus.kOptimal:
        x = np.array(model.getSolution().col_value)
        x[problem.whole] = np.round(x[problem.whole])
        desk.value = float("inf")
    desk.plan(np.clip(x, problem.lower, problem.upper))


def _with_cbc(desk: Desk, job: dict[str, Any]) -> None:
    """A second opinion: the same arrays to CBC, through PuLP, which knows where its binary is."""
    import pulp  # noqa: PLC0415

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
