"""A finished problem as plain arrays, in one file, for a solver in a process of its own.

Rows are lower <= A x <= upper with A row by row (`starts`, `index`, `value`); columns have cost, bounds and whether they are
whole numbers. Two hints let the solver's side find strong rows by itself: which rows are sums of children under a site's
places, and for each binary of which scheme it is (year by year, in order).

Nothing heavy is imported: a solver's process begins with this module, several times a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Arrays:
    """A mixed-integer problem to be made as small as possible."""

    cost: Floats
    constant: Floats  # of length 1
    lower: Floats
    upper: Floats
    whole: NDArray[np.bool_]
    scheme: Ints  # for each column the number of the scheme whose opening it is, -1: none
    serving: NDArray[np.bool_]  # columns of children, placed or unmet: worked out anew whatever is built
    starts: Ints
    index: Ints
    value: Floats
    row_lower: Floats
    row_upper: Floats
    strong: Ints  # rows under which strong rows are looked for

    def matrix(self) -> Any:
        """The rows as a sparse matrix [row, column]."""
        return sp.csr_matrix((self.value, self.index, self.starts), shape=(len(self.row_lower), len(self.cost)))

    def worth(self, x: Floats) -> float:
        """What a solution is worth in the aim at hand."""
        return float(self.cost @ x + self.constant[0])

    def broken(self, x: Floats) -> float:
        """By how much a solution breaks its worst row or bound, each on its own scale."""
        rows = self.matrix() @ x
        scale = np.maximum(
            1.0,
            np.maximum(
                np.abs(np.where(np.isfinite(self.row_lower), self.row_lower, 0.0)),
                np.abs(np.where(np.isfinite(self.row_upper), self.row_upper, 0.0)),
            ),
        )
        worst = [
            np.max((self.row_lower - rows) / scale, initial=0.0),
            np.max((rows - self.row_upper) / scale, initial=0.0),
            np.max(self.lower - x, initial=0.0),
            np.max(x - self.upper, initial=0.0),
            np.max(np.abs(x - np.round(x))[self.whole], initial=0.0),
        ]
        return float(max(worst))

    def save(self, path: Path) -> None:
        """Write the problem into one file."""
        np.savez(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    def aimed(self, cost: Floats, constant: float) -> Arrays:
        """The same problem with another aim."""
        return replace(self, cost=cost, constant=np.array([constant]))

    def held(self, cost: Floats, most: float) -> Arrays:
        """The same problem with an aim that is not to be given up again: cost x <= most."""
        used = np.flatnonzero(cost)
        return replace(
            self,
            starts=np.append(self.starts, self.starts[-1] + len(used)),
            index=np.concatenate([self.index, used]),
            value=np.concatenate([self.value, cost[used]]),
            row_lower=np.append(self.row_lower, -np.inf),
            row_upper=np.append(self.row_upper, most),
        )


def load(path: Path) -> Arrays:
    """Read a problem back."""
    with np.load(path) as stored:
        return Arrays(**{field.name: stored[field.name] for field in fields(Arrays)})
