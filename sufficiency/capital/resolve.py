"""Solving one problem again and again with small changes, all in one child process: what "why" and "why not" ask.

A question changes bounds of columns, limits of rows or adds rows, and asks for the aims in order, each held while the next
is made small. The child tightens the relaxed problem once and uses the rows found for every question of which they are true. Each
answer is written when it is found, so that a child that is ended leaves all answers before. A question is given up after so many
nodes of the search, not after so many seconds, so that the same question has the same answer on every machine; only when the
whole batch runs out of time are the questions left over told as unsolved. What comes back is judged here: feasibility and
value are worked out from the plan, and a bound is believed no further than that value.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.reasons import Interval
from sufficiency.capital.solver import FEASIBLE, read, run_child, told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHILD = "sufficiency.capital.resolve_child"


@dataclass(frozen=True)
class Aim:
    """One aim: cost of each column, a constant, and how near to the best counts as proven."""

    cost: Floats
    constant: float
    near: float  # absolute


@dataclass(frozen=True)
class Row:
    """A row that is added: lower <= value of its columns <= upper."""

    index: tuple[int, ...]
    value: tuple[float, ...]
    lower: float = -np.inf
    upper: float = np.inf


@dataclass(frozen=True)
class Question:
    """One re-solve: what differs from the problem."""

    name: str
    bounds: tuple[tuple[int, float, float], ...] = ()  # column, lower, upper
    limits: tuple[tuple[int, float], ...] = ()  # row, new upper limit
    rows: tuple[Row, ...] = ()
    looser: bool = False  # whether it allows what the problem forbids
    problem: Arrays | None = None  # another problem than that of the batch
    aims: tuple[Aim, ...] | None = None  # other aims than those of the batch

    def posed(self, problem: Arrays) -> Arrays:
        """The problem with this question's changes."""
        at = self.problem or problem
        lower, upper, row_upper = at.lower.copy(), at.upper.copy(), at.row_upper.copy()
        for column, low, up in self.bounds:
            lower[column], upper[column] = low, up
        for row, most in self.limits:
            row_upper[row] = most
        return with_rows(changed(at, lower, upper, row_upper), self.rows)


@dataclass(frozen=True)
class Reply:
    """What was found: the plan, for each aim the interval in which its best value lies, and how sure that is."""

    name: str
    x: Floats | None
    aims: tuple[Interval, ...]
    status: str  # proven, best_found, infeasible, none
    seconds: float = 0.0


@dataclass(frozen=True)
class Batch:
    """A problem, its aims in order, those that only settle who goes where once it is settled what is built, and questions."""

    problem: Arrays
    aims: tuple[Aim, ...]
    tidy: tuple[Aim, ...]
    questions: tuple[Question, ...]
    start: Floats | None
    seconds: float
    nodes: int = 3000
    seed: int = 0


SolveMany = Callable[[Batch], tuple[Reply, ...]]


def solve_many(batch: Batch) -> tuple[Reply, ...]:
    """Answer all questions in a child process, in their order; what was not reached in time has the status "none"."""
    return through_files(batch, lambda job: run_child((sys.executable, "-m", CHILD), job, batch.seconds))


def through_files(batch: Batch, run: Callable[[dict[str, object]], Any]) -> tuple[Reply, ...]:
    """Write a batch into a folder, let it be worked at and read the answers."""
    with tempfile.TemporaryDirectory(prefix="capital-why-") as folder:
        here = Path(folder)
        batch.problem.save(here / "problem.npz")
        if batch.start is not None:
            np.savez(here / "start.npz", x=batch.start)
        questions = [_written(here, i, question) for i, question in enumerate(batch.questions)]
        run({
            "folder": folder,
            "aims": _aims(here, "aims", batch.aims),
            "tidy": _aims(here, "tidy", batch.tidy),
            "questions": questions,
            "seconds": batch.seconds,
            "nodes": batch.nodes,
            "seed": batch.seed,
        })
        return tuple(
            _judged(batch, question, read(here / f"x-{i}.npz"), told(here / f"told-{i}.json"))
            for i, question in enumerate(batch.questions)
        )


def _written(here: Path, i: int, question: Question) -> dict[str, object]:
    """A question as a child reads it; what is large goes into files."""
    if question.problem is not None:
        question.problem.save(here / f"problem-{i}.npz")
    return {
        "number": i,
        "bounds": question.bounds,
        "limits": question.limits,
        "rows": [[row.index, row.value, row.lower, row.upper] for row in question.rows],
        "looser": question.looser,
        "own": question.problem is not None,
        "aims": None if question.aims is None else _aims(here, f"aims-{i}", question.aims),
    }


def _aims(here: Path, name: str, aims: Sequence[Aim]) -> list[list[object]]:
    for j, aim in enumerate(aims):
        np.savez(here / f"{name}-{j}.npz", x=aim.cost)
    return [[f"{name}-{j}.npz", aim.constant, aim.near] for j, aim in enumerate(aims)]


def _judged(batch: Batch, question: Question, x: Floats | None, proof: dict[str, Any]) -> Reply:
    """Work value and feasibility out again, and believe bounds no further."""
    seconds = float(proof.get("seconds", 0.0))
    if x is None:
        return Reply(question.name, None, (), "infeasible" if proof.get("status") == "infeasible" else "none", seconds)
    aims = batch.aims if question.aims is None else question.aims
    if not np.isfinite(x).all() or question.posed(batch.problem).broken(x) > 10 * FEASIBLE:
        return Reply(question.name, None, (), "none", seconds)
    values = [float(aim.cost @ x) + aim.constant for aim in aims]
    bounds = [float(bound) + aim.constant for bound, aim in zip(proof["bounds"], aims, strict=True)]
    found = tuple(Interval(min(bound, value), value) for bound, value in zip(bounds, values, strict=True))
    near = all(part.high - part.low <= aim.near + 1e-6 * abs(part.high) for part, aim in zip(found, aims, strict=True))
    return Reply(question.name, x, found, "proven" if near else "best_found", seconds)


def changed(problem: Arrays, lower: Floats, upper: Floats, row_upper: Floats) -> Arrays:
    """The same problem with other bounds and limits."""
    return replace(problem, lower=lower, upper=upper, row_upper=row_upper)


def with_rows(problem: Arrays, rows: Sequence[Row]) -> Arrays:
    """The same problem with rows more."""
    if not rows:
        return problem
    lengths = np.cumsum([len(row.index) for row in rows])
    return replace(
        problem,
        starts=np.concatenate([problem.starts, problem.starts[-1] + lengths]),
        index=np.concatenate([problem.index, *(np.array(row.index, dtype=np.int64) for row in rows)]),
        value=np.concatenate([problem.value, *(np.array(row.value, dtype=float) for row in rows)]),
        row_lower=np.append(problem.row_lower, [row.lower for row in rows]),
        row_upper=np.append(problem.row_upper, [row.upper for row in rows]),
    )


def with_columns(problem: Arrays, upper: Floats, entries: Any) -> Arrays:
    """The same problem with columns of money more, from 0 to `upper`; entries: sparse [row, new column] of the rows there are."""
    many = len(upper)
    whole = sp.hstack([problem.matrix(), entries]).tocsr()
    return replace(
        problem,
        cost=np.append(problem.cost, np.zeros(many)),
        lower=np.append(problem.lower, np.zeros(many)),
        upper=np.append(problem.upper, upper),
        whole=np.append(problem.whole, np.zeros(many, dtype=bool)),
        scheme=np.append(problem.scheme, np.full(many, -1)),
        serving=np.append(problem.serving, np.zeros(many, dtype=bool)),
        starts=whole.indptr.astype(np.int64),
        index=whole.indices.astype(np.int64),
        value=whole.data,
    )
