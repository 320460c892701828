"""Rows that say how much good the money received by a year can do at most, found from the prices of a relaxed plan.

Method. A row of money says: what schemes cost by a year <= what has been received by then. A relaxed plan spends it to the last
pound on thirds of schemes; whole schemes leave a rest. With a weight for each scheme, the children that the relaxed plan's prices
say it would serve, the best that whole schemes can do within the row is a knapsack with one choice for each exclusive group,

    sum over k, t of w[k,t] open[k,t] <= max { w : whole schemes within the row },

solved exactly by dynamic programming over pounds (costs rounded down to the step, which only loosens the row). The row holds for
every plan, and with these weights it is the one that lifts the bound most. It is what makes plans provable whose schemes cost a
third of a year's money each.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.strong_rows import Strong

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

STEPS = 60_000  # of which the largest row of money is made at most
LEAST = 1e-6  # relative, by which a row must be broken to be added
FEWEST = 3  # binaries in a row that is worth it


@dataclass(frozen=True)
class Purse:
    """One row of money: its binaries scheme by scheme, what a start costs in it, and which starts exclude one another."""

    opens: Ints
    last: NDArray[np.bool_]  # whether a binary is the last of its scheme in this row
    costs: Floats  # of a start, in steps rounded down
    group: Ints  # exclusive group, in which at most one start is chosen; ordered
    money: int  # steps


def purses(problem: Arrays) -> list[Purse]:
    """Find the rows of money, and in each who excludes whom."""
    groups = _exclusive(problem)
    found = []
    for row in range(len(problem.row_upper)):
        cut = slice(problem.starts[row], problem.starts[row + 1])
        index, value, most = problem.index[cut], problem.value[cut], problem.row_upper[row]
        if len(index) < FEWEST or not problem.whole[index].all() or not np.isfinite(most) or np.isfinite(problem.row_lower[row]):
            continue
        if np.ptp(value) == 0.0 or most <= 0.0:
            continue
        order = np.lexsort((index, problem.scheme[index], groups[problem.scheme[index]]))
        index, value = index[order], value[order]
        scheme = problem.scheme[index]
        last = np.append(scheme[1:] != scheme[:-1], True)
        costs = value.copy()
        for i in range(len(costs) - 2, -1, -1):
            costs[i] += 0.0 if last[i] else costs[i + 1]
        if (costs < 0.0).any():
            continue
        step = max(most / STEPS, 1e-9)
        found.append(Purse(index, last, np.floor(costs / step + 1e-9), groups[scheme], int(np.floor(most / step + 1e-6))))
    return found


def _exclusive(problem: Arrays) -> Ints:
    """For each scheme the number of a group of which at most one is built: the first such row that names it, or itself alone."""
    groups = np.arange(problem.scheme.max() + 1)
    alone = np.ones(len(groups), dtype=bool)
    for row in range(len(problem.row_upper)):
        cut = slice(problem.starts[row], problem.starts[row + 1])
        index = problem.index[cut]
        if problem.row_upper[row] == 1.0 and len(index) > 1 and problem.whole[index].all() and (problem.value[cut] == 1.0).all():
            schemes = np.unique(problem.scheme[index])
            if len(schemes) == len(index) and alone[schemes].all():
                groups[schemes] = schemes.min()
                alone[schemes] = False
    return groups


def violated(purse: Purse, x: Floats, price: Floats) -> Strong | None:
    """The row of money at these prices, if a relaxed plan breaks it; price: what one binary saves, by column."""
    weight = np.maximum(0.0, price[purse.opens])
    most = weight.max(initial=0.0)
    if most <= 0.0:
        return None
    weight = weight / most
    done = float(weight @ x[purse.opens])
    if done <= weight.max():
        return None
    limit = best(purse, weight)
    if done <= limit * (1.0 + LEAST) + 1e-9:
        return None
    used = weight > 0.0
    return Strong(purse.opens[used], weight[used], limit, done - limit)


def best(purse: Purse, weight: Floats) -> float:
    """The largest weight of whole schemes that the money of a row can buy."""
    gain = weight.copy()
    for i in range(len(gain) - 2, -1, -1):
        gain[i] += 0.0 if purse.last[i] else gain[i + 1]
    worth = np.zeros(purse.money + 1)
    edges = [*np.flatnonzero(np.append(True, purse.group[1:] != purse.group[:-1])), len(gain)]
    for begin, end in itertools.pairwise(edges):
        after = worth
        for i in range(begin, end):
            cost = int(purse.costs[i])
            if gain[i] > 0.0 and cost <= purse.money:
                after = worth.copy() if after is worth else after
                np.maximum(after[cost:], worth[: purse.money + 1 - cost] + gain[i], out=after[cost:])
        worth = after
    return float(worth[-1])
