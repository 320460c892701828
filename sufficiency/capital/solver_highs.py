"""HiGHS as the other `solver_` files use it: a quiet solver with one thread, and problems handed over in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import scipy.sparse as sp

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.strong_rows import Strong

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

OPTIMAL = highspy.HighsModelStatus.kOptimal
INFEASIBLE = highspy.HighsModelStatus.kInfeasible
HAS_PLAN = 2  # as HiGHS numbers the standing of a feasible solution
INTEGER, CONTINUOUS = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous


def quiet(seed: int = 0) -> Any:
    """A solver that prints nothing and keeps to one thread."""
    model = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy tells no types of it
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", seed), ("mip_feasibility_tolerance", 1e-7)):
        model.setOptionValue(name, value)
    return model


def linear(cost: Floats, lower: Floats, upper: Floats, rows: Any, row_lower: Floats, row_upper: Floats) -> Any:
    """A linear problem; rows: a sparse matrix [row, column]."""
    lp, rows = highspy.HighsLp(), rows.tocsr()
    lp.num_col_, lp.num_row_ = len(cost), len(row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, lower, upper
    lp.row_lower_, lp.row_upper_ = row_lower, row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    return lp


def with_rows(problem: Arrays, added: list[Strong], whole: bool = False) -> Any:
    """A problem with the rows found for it."""
    rows = sp.vstack([problem.matrix(), as_matrix(added, len(problem.cost))]).tocsr() if added else problem.matrix()
    lp = linear(
        problem.cost,
        problem.lower,
        problem.upper,
        rows,
        np.concatenate([problem.row_lower, np.full(len(added), -np.inf)]),
        np.concatenate([problem.row_upper, [row.most for row in added]]),
    )
    if whole:
        lp.integrality_ = [INTEGER if w else CONTINUOUS for w in problem.whole]
    return lp


def as_matrix(added: list[Strong], columns: int) -> Any:
    """Rows found, as a sparse matrix."""
    starts = np.cumsum([0, *(len(row.index) for row in added)])
    index, value = np.concatenate([row.index for row in added]), np.concatenate([row.value for row in added])
    return sp.csr_matrix((value, index, starts), shape=(len(added), columns))


def add(model: Any, rows: list[Strong]) -> None:
    """Add rows to a problem at hand."""
    for row in rows:
        model.addRow(-np.inf, row.most, len(row.index), row.index.astype(np.int32), row.value)
