"""What a plan is worth once it is settled what opens: money and children worked out anew, from where the last ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from sufficiency.capital.halves import Halves
from sufficiency.capital.search import Found
from sufficiency.capital.solver_highs import OPTIMAL, linear, quiet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


UNPAID = 1e-7  # thousands of pounds


class Settled:
    """The parts of a problem, each with its own solver that starts from where it ended."""

    def __init__(self, halves: Halves) -> None:
        self.halves = halves
        problem = halves.problem
        self.whole = np.flatnonzero(problem.whole)
        self.parts = []
        for part in halves.parts:
            model, c = quiet(), part.columns
            model.passModel(linear(problem.cost[c], problem.lower[c], problem.upper[c], part.own, part.row_lower, part.row_upper))
            self.parts.append((part, model))
        self.money = np.flatnonzero(~problem.whole & ~problem.serving)
        pays = halves.rows[:, self.money].tocsr()
        self.paying = np.flatnonzero(np.diff(pays.indptr) > 0)
        self.built = halves.rows[self.paying][:, self.whole].tocsr()
        self.due = np.flatnonzero(np.diff(self.built.indptr) > 0)
        self.pots: Any = None
        if len(self.money):
            unpaid = sp.csr_matrix(
                (np.ones(len(self.due)), (self.due, np.arange(len(self.due)))), shape=(len(self.paying), len(self.due))
            )
            cost = np.concatenate([np.zeros(len(self.money)), np.ones(len(self.due))])
            upper = np.concatenate([problem.upper[self.money], np.full(len(self.due), np.inf)])
            self.pots = quiet()
            self.pots.passModel(
                linear(
                    cost,
                    np.zeros(len(cost)),
                    upper,
                    sp.hstack([pays[self.paying], unpaid]),
                    halves.row_lower[self.paying],
                    halves.row_upper[self.paying],
                )
            )

    def pay(self, x: Floats) -> tuple[Floats, float] | None:
        """Find pots that pay for what opens and write that into x; where there are none, a row that says why.

        The row (a, most) means a x <= most for the binaries x: it holds for every plan that can be paid, and this one breaks it.
        """
        if self.pots is None:
            return None
        due, rows = self.built @ x[self.whole], np.arange(len(self.paying), dtype=np.int32)
        self.pots.changeRowsBounds(
            len(rows), rows, self.halves.row_lower[self.paying] - due, self.halves.row_upper[self.paying] - due
        )
        self.pots.run()
        solution, unpaid = self.pots.getSolution(), self.pots.getObjectiveValue()
        if self.pots.getModelStatus() == OPTIMAL and unpaid <= UNPAID:
            x[self.money] = solution.col_value[: len(self.money)]
            return None
        slope = -(self.built.T @ np.array(solution.row_dual))
        return slope, float(slope @ x[self.whole]) - unpaid

    def place(self, x: Floats) -> Found | None:
        """Place the children for what opens, and write that into x; none where the rules on children cannot be kept."""
        values, slopes = [], []
        for part, model in self.parts:
            there = part.first @ x
            rows = part.touched
            model.changeRowsBounds(
                len(rows), rows.astype(np.int32), (part.row_lower - there)[rows], (part.row_upper - there)[rows]
            )
            model.run()
            if model.getModelStatus() != OPTIMAL:
                model.clearSolver()
                return None
            solution = model.getSolution()
            x[part.columns] = solution.col_value
            values.append(model.getObjectiveValue())
            slopes.append(-(part.first.T @ np.array(solution.row_dual))[self.whole])
        cost = self.halves.problem.cost
        rest = float(cost[self.whole] @ x[self.whole] + cost[self.money] @ x[self.money])
        return Found(sum(values) + rest, np.array(values), np.array(slopes).reshape(len(values), len(self.whole)))
