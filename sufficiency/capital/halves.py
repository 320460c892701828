"""A problem in two halves: what to build and how to pay, and, that once settled, who is placed where.

The second half falls into parts that have nothing to do with one another, often one for each year or cohort, each a small linear
problem that is solved again in milliseconds when another plan is tried. Its prices tell what each scheme would save.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from sufficiency.capital.arrays import Arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """One part of the second half: lower <= W y + T x <= upper for its children's columns y and the first half's x."""

    columns: Ints
    own: Any  # W [row, column of the part]
    first: Any  # T [row, column of the whole problem]
    touched: Ints  # rows in which the first half stands
    row_lower: Floats
    row_upper: Floats


@dataclass(frozen=True)
class Halves:
    """The problem taken apart."""

    problem: Arrays
    parts: list[Part]
    rows: Any  # rows of the first half only, over all columns
    row_lower: Floats
    row_upper: Floats


def halves(problem: Arrays) -> Halves:
    """Take a problem apart; columns of children that no row joins go together."""
    matrix = problem.matrix().tocsr()
    second = np.flatnonzero(problem.serving)
    holds = np.flatnonzero(np.diff(matrix[:, second].indptr) > 0)
    own = matrix[holds][:, second].tocsr()
    mask = sp.diags((~problem.serving).astype(float))
    first = (matrix[holds] @ mask).tocsr()
    first.eliminate_zeros()
    many, label = sp.csgraph.connected_components(sp.bmat([[None, own], [own.T, None]], format="csr"), directed=False)
    row_of, column_of = label[: len(holds)], label[len(holds) :]
    parts = []
    for part in range(many):
        rows, columns = np.flatnonzero(row_of == part), np.flatnonzero(column_of == part)
        if len(columns) and len(rows):
            t = first[rows]
            parts.append(
                Part(
                    second[columns],
                    own[rows][:, columns].tocsr(),
                    t,
                    np.flatnonzero(np.diff(t.indptr) > 0),
                    problem.row_lower[holds[rows]],
                    problem.row_upper[holds[rows]],
                )
            )
    rest = np.setdiff1d(np.arange(matrix.shape[0]), holds)
    return Halves(problem, parts, matrix[rest].tocsr(), problem.row_lower[rest], problem.row_upper[rest])
