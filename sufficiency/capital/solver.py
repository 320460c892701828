"""Solving in a process of its own, under a hard limit; and what the answer is worth, in our own words.

`solver_child.py` knows HiGHS and CBC; this is the parent, which knows neither. The problem travels as one file; the child
writes its best plan and bound beside it whenever they improve, whole or not at all, so that a child that is killed, crashes or
runs over leaves the last good plan. What a solver calls optimal is not believed: value and feasibility are worked out here from
the plan, the gap from that value and the solver's bound.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.capital.arrays import Arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEASIBLE = 1e-6
NOTHING = float("-inf")  # a bound that says nothing
OVER, OVER_SECONDS = 1.03, 3.0  # how long after its limit a child that does not stop is ended
SOLVERS = ("highs", "cbc")
CHILD = "sufficiency.capital.solver_child"


class SolverError(Exception):
    """The solver gave no plan that can be used; says why and what to do."""


@dataclass(frozen=True)
class Ask:
    """How hard to try."""

    seconds: float = 60.0
    gap: float = 1e-4
    gap_absolute: float = 1e-6
    solver: str = "highs"
    seed: int = 0


@dataclass(frozen=True)
class Answer:
    """The best plan found, with what is proven about it."""

    x: Floats | None
    value: float  # worked out from x; not a number where there is no plan
    bound: float  # no plan can be worth less; minus infinity where nothing is proven
    status: str  # proven, best_found, infeasible, none
    solver: str
    seconds: float
    trouble: str = ""  # what went wrong with the process, if anything

    @property
    def gap(self) -> float:
        """How far, relative to its value, the plan may be from the best."""
        return gap(self.value, self.bound)


def gap(value: float, bound: float) -> float:
    """The relative distance of a value from its bound."""
    if not np.isfinite(value) or not np.isfinite(bound):
        return float("inf")
    return max(0.0, value - bound) / max(abs(value), 1e-9)


def solve(problem: Arrays, ask: Ask, start: Floats | None = None, command: tuple[str, ...] | None = None) -> Answer:
    """Solve a problem in a child process and judge its answer.

    start: a plan to begin with, at least as good as which the answer will be, whatever happens to the child. command: what to
    start instead of this Python's own child.
    """
    start = usable(problem, start)
    with tempfile.TemporaryDirectory(prefix="capital-") as folder:
        here = Path(folder)
        problem.save(here / "problem.npz")
        if start is not None:
            np.savez(here / "start.npz", x=start)
        trouble = run_child(command or (sys.executable, "-m", CHILD), job(here, ask), ask.seconds)
        return judge(problem, ask, [start, read(here / "plan.npz")], told(here / "told.json"), trouble)


def usable(problem: Arrays, x: Floats | None) -> Floats | None:
    """A plan if it is one of this problem and keeps every rule, none otherwise."""
    good = x is not None and len(x) == len(problem.cost) and bool(np.isfinite(x).all()) and problem.broken(x) <= FEASIBLE
    return x if good else None


def job(folder: Path, ask: Ask) -> dict[str, object]:
    """What a child is told."""
    return {
        "folder": str(folder),
        "seconds": ask.seconds,
        "gap": ask.gap,
        "gap_absolute": ask.gap_absolute,
        "solver": ask.solver,
        "seed": ask.seed,
    }


def judge(problem: Arrays, ask: Ask, plans: list[Floats | None], proof: dict[str, object], trouble: str = "") -> Answer:
    """Choose the best plan that keeps every rule and say what is proven."""
    good = [x for plan in plans if (x := usable(problem, plan)) is not None]
    bound = float(str(proof.get("bound", "-inf"))) + float(problem.constant[0])
    seconds, solver = float(str(proof.get("seconds", ask.seconds))), str(proof.get("solver", ask.solver))
    if not good:
        status = "infeasible" if proof.get("status") == "infeasible" else "none"
        return Answer(None, float("nan"), bound, status, solver, seconds, trouble)
    best = min(good, key=problem.worth)
    value = problem.worth(best)
    return with_bound(Answer(best, value, NOTHING, "best_found", solver, seconds, trouble), bound, ask)


def with_bound(answer: Answer, bound: float, ask: Ask) -> Answer:
    """An answer with a bound that is known, where it is better than the answer's own; proven where that is near enough."""
    if answer.x is None or bound <= answer.bound:
        return answer
    proven = gap(answer.value, bound) <= ask.gap or answer.value - bound <= ask.gap_absolute
    return replace(answer, bound=min(bound, answer.value), status="proven" if proven else "best_found")


def run_child(command: tuple[str, ...], told_to_do: dict[str, object], seconds: float) -> str:
    """Run a child to its end or ours; what went wrong, in words."""
    try:
        done = subprocess.run(
            command,
            input=json.dumps(told_to_do),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds * OVER + OVER_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"the solver did not stop at its limit of {seconds:g} s and was ended; its last good plan is kept"
    except OSError as fault:
        return f"the solver could not be started: {fault.strerror or fault}"
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["without a word"])[-1]
        return f"the solver ended before its time ({done.returncode}): {last}"
    return ""


def read(path: Path) -> Floats | None:
    """The plan a child left, if it left one."""
    if not path.exists():
        return None
    with np.load(path) as stored:
        return np.asarray(stored["x"], dtype=float)


def told(path: Path) -> dict[str, object]:
    """What a child says it has proven; nothing if it said nothing."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
