"""What a plan that was made before gives to the search for another: its schemes, itself where it still is one, and its bounds.

A plan of the earlier decision is one of the new decision where it keeps every rule of it. What was proven of an aim - no plan can
be worth less - still is where each plan of the new decision was one of the earlier, and is worth no less now: the same rules on
as many unknowns with limits that are as tight or tighter (less money, a deadline that has moved up), and no rate that has fallen.
Rules are held against one another row by row, as they go to the solver; where a coefficient is another, nothing is carried over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sufficiency.capital.asking import Laid, lay_out
from sufficiency.capital.hand_over import objective
from sufficiency.capital.solver import FEASIBLE, NOTHING, usable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.capital.arrays import Arrays
    from sufficiency.capital.choices import Choices
    from sufficiency.capital.plan import Plan
    from sufficiency.capital.tables import Case

    Floats = NDArray[np.float64]

ROUNDED = 1e-6  # by which a bound may have been rounded up where it was told


@dataclass(frozen=True)
class Earlier:
    """A decision that was made before: its case, its choices, its plan, and what was told of each aim (value, bound)."""

    case: Case
    choices: Choices
    plan: Plan
    told: Sequence[Mapping[str, Any]]

    @property
    def schemes(self) -> tuple[str, ...]:
        """The schemes of the plan, in the order in which they open."""
        order = self.plan.starts.sort_values(["opens", "scheme_id"])
        return tuple(str(k) for k in order["scheme_id"])

    @cached_property
    def laid(self) -> Laid:
        """The decision as its solver had it."""
        return lay_out(self.case, self.choices, self.plan)

    def start(self, problem: Arrays) -> Floats | None:
        """The plan as a solution of a new problem; none where it is not one."""
        return usable(problem, self.laid.start)

    def least(self, level: int, problem: Arrays) -> float:
        """The least that an aim of a new problem can be, by what was proven before; minus infinity where that proves nothing."""
        if level >= len(self.solved):
            return NOTHING
        earlier, bound = self.solved[level]
        return bound if still_holds(earlier, problem) else NOTHING

    @cached_property
    def solved(self) -> tuple[tuple[Arrays, float], ...]:
        """Each aim as it was solved, and the least that it can be."""
        return tuple(self._solved())

    def _solved(self) -> Iterator[tuple[Arrays, float]]:
        problem = self.laid.problem
        for level, told in zip(self.choices.levels, self.told, strict=False):
            problem = problem.aimed(*objective(self.laid.built, level.rates))
            yield problem, NOTHING if told["bound"] is None else float(told["bound"]) - ROUNDED
            problem = problem.held(problem.cost, float(told["value"]) - float(problem.constant[0]) + level.give)


def still_holds(earlier: Arrays, problem: Arrays) -> bool:
    """Say whether a bound of an earlier problem is one of this: each plan of it was one there, and is worth no less now."""
    rows = ((earlier.starts, problem.starts), (earlier.index, problem.index), (earlier.value, problem.value))
    if len(earlier.cost) != len(problem.cost) or not all(np.array_equal(one, other) for one, other in rows):
        return False
    tighter = (
        (problem.lower >= earlier.lower).all()
        and (problem.upper <= earlier.upper).all()
        and (problem.row_lower >= earlier.row_lower - FEASIBLE).all()
        and (problem.row_upper <= earlier.row_upper + FEASIBLE).all()
        and (problem.whole | ~earlier.whole).all()
    )
    dearer = (problem.cost == earlier.cost) | ((problem.cost > earlier.cost) & (problem.lower >= 0.0))
    return bool(tighter and dearer.all() and problem.constant[0] >= earlier.constant[0])
