"""Making parts agree with a whole: raking, iterative proportional fitting, and rounding that adds up.

Method (domain brief C8). Planning areas forecast one by one never add up to the authority's own forecast, which is the steadier
of the two. *Raking* multiplies every area by the same `factor`, so that they do. *Iterative proportional fitting* does it for
rows and columns of a table in turn, until both agree; an empty cell stays empty. Fractions are kept throughout; only a table that
people read is rounded, by the *largest remainder*, so that its rows still add up to its total.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TOLERANCE = 0.01        # children (C8)
MOST_ROUNDS = 100


def factor(total: Floats, control: Floats) -> Floats:
    """By how much parts that sum to `total` are multiplied to sum to `control`; 1 where there is nothing to multiply."""
    return np.divide(control, total, out=np.ones(np.broadcast_shapes(total.shape, control.shape)), where=total > 0)


def fit(seed: Floats, rows: Floats, columns: Floats, tolerance: float = TOLERANCE,
        most: int = MOST_ROUNDS) -> tuple[Floats, float]:
    """Fit a table to totals of its rows and of its columns; give the table and what rows still miss by (children, at worst).

    seed: where there may be something, and in what proportion; a zero cell stays zero. Ends on the columns, so that these are met
    exactly. Where the two sets of totals differ, or the zeros forbid an answer, it stops after `most` rounds and the gap says so.
    """
    table = np.array(seed, dtype="float64")
    gap = np.inf
    for _ in range(most):
        table *= factor(table.sum(axis=1), rows)[:, None]
        table *= factor(table.sum(axis=0), columns)[None, :]
        gap = float(np.abs(table.sum(axis=1) - rows).max(initial=0.0))
        if gap <= tolerance:
            break
    return table, gap


def largest_remainder(parts: Floats) -> NDArray[np.int64]:
    """Round parts to whole numbers that add up to their rounded total: the largest fractions are rounded up.

    parts: not negative, along the last axis; of equal fractions the first is rounded up.
    """
    down = np.floor(parts)
    missing = np.floor(parts.sum(axis=-1, keepdims=True) + 0.5) - down.sum(axis=-1, keepdims=True)
    order = np.argsort(-(parts - down), axis=-1, kind="stable")
    rank = np.argsort(order, axis=-1, kind="stable")
    rounded: NDArray[np.int64] = (down + (rank < missing)).astype("int64")
    return rounded
