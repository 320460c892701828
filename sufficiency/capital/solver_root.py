"""The relaxed problem, tightened: strong rows of sites and rows of money are added while it breaks any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.capital import money_rows, strong_rows
from sufficiency.capital.arrays import Arrays
from sufficiency.capital.solver_highs import INFEASIBLE, OPTIMAL, add, as_matrix, quiet, with_rows
from sufficiency.capital.strong_rows import Strong

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LARGE = 20_000  # columns from which on interior point is the faster at the root
MOST_ROUNDS = 60
WORTH = 1e-6  # relative rise of the bound, below which a round was the last but for one


@dataclass(frozen=True)
class Root:
    """What the relaxed problem tells."""

    feasible: bool
    solved: bool  # whether the relaxed problem was solved at least once
    rows: list[Strong]
    relaxed: Floats
    price: Floats  # of each column: what one more of it would save among the children
    charge: Floats  # of each column: what the rest of the problem asks for it


def root(problem: Arrays, at_first: float, left: Callable[[], float], proven: Callable[[float], None]) -> Root:
    """Solve the relaxed problem and add rows until it breaks none that is worth it.

    at_first: seconds for the first solution; left: seconds left for all others. proven: called with each bound.
    """
    places, money = strong_rows.sites(problem), money_rows.purses(problem)
    model = quiet()
    model.passModel(with_rows(problem, []))
    model.setOptionValue("solver", "ipm" if len(problem.cost) >= LARGE else "choose")
    serves = np.diff(problem.matrix()[:, np.flatnonzero(problem.serving)].tocsr().indptr) > 0
    added: list[Strong] = []
    of_places: list[bool] = []
    nothing = np.zeros(len(problem.cost))
    x, price, charge, bound = nothing, nothing, nothing, -np.inf
    for _ in range(MOST_ROUNDS):
        model.setOptionValue("time_limit", model.getRunTime() + max(0.01, left() if bound > -np.inf else at_first))
        model.run()
        if model.getModelStatus() != OPTIMAL:
            return Root(model.getModelStatus() != INFEASIBLE, bound > -np.inf, added, x, price, charge)
        model.setOptionValue("solver", "simplex")
        proven(model.getObjectiveValue())
        solution = model.getSolution()
        x, dual = np.array(solution.col_value), np.array(solution.row_dual)
        price = _price(problem, added, dual, np.concatenate([serves, np.array(of_places, dtype=bool)]))
        charge = np.array(solution.col_dual) - problem.cost + price
        new_places = [row for site in places if (row := strong_rows.violated(site, x)) is not None]
        new_money = [row for purse in money if (row := money_rows.violated(purse, x, price)) is not None]
        risen, bound = model.getObjectiveValue() - bound, model.getObjectiveValue()
        if not (new_places or new_money) or left() <= 0.0 or risen <= WORTH * abs(bound):
            break
        add(model, [*new_places, *new_money])
        added += [*new_places, *new_money]
        of_places += [True] * len(new_places) + [False] * len(new_money)
    return Root(True, True, added, x, price, charge)


def _price(problem: Arrays, added: list[Strong], dual: Floats, serving: NDArray[np.bool_]) -> Floats:
    """What one more of each column saves in the rows of children."""
    used = np.where(serving, dual, 0.0)
    first = len(problem.row_lower)
    price = problem.matrix().T @ used[:first]
    return np.asarray(price + as_matrix(added, len(problem.cost)).T @ used[first:] if added else price)
