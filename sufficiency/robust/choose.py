"""The plan that bears a sample of futures best, and what is proven of it; no plan leaves that does not keep every rule.

Two aims, one after the other, as in a plan of a run: first the measure over the futures, within half a child-year; then, of the
plans that are as good, the cheapest. Or both at once, where the settings weigh everything by exchange rates. What the solver says
is held against our own count of what each future leaves short, and every rule is looked at again in plain tables.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sufficiency.capital.hand_over import objective
from sufficiency.capital.plan import Proof, read_plan
from sufficiency.capital.solver import Answer, Ask, SolverError, solve
from sufficiency.robust.measure import REGRET, Judged
from sufficiency.robust.problem import problem
from sufficiency.robust.serve import child_years

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.capital.arrays import Arrays
    from sufficiency.robust.building import Building, Opens
    from sufficiency.robust.sample import Sample

    Floats = NDArray[np.float64]
    Solve = Callable[[Arrays, Ask, Floats | None], Answer]

GAP, HALF_A_YEAR = 1e-3, 0.5        # within which the measure counts as proven: relative, or in child-years
AS_TOLD = 1e-4                      # of a measure, by which ours may differ from what the solver was promised
FOR_MEASURE = 0.7                   # share of the time that the first aim has


@dataclass(frozen=True)
class Chosen:
    """A plan for many futures."""

    opens: Opens
    spending: pd.DataFrame      # scheme_id, pot_id, fy, thousand_pounds
    proofs: tuple[Proof, ...]
    value: float                # its measure over the futures it was chosen by, by our own count
    best: Floats | None = None      # for regret: the least in each future by itself


def choose(building: Building, sample: Sample, judged: Judged, ask: Ask | None = None, begin: Opens | None = None,
           dearest: float = np.inf, rates: tuple[float, float] | None = None, solve: Solve = solve) -> Chosen:
    """The plan that bears the futures best.

    begin: a plan to begin with. dearest: thousands of pounds that all schemes together may cost. rates: thousands of pounds for a
    child-year of the measure, and for a thousand of capital; with them both aims are one. Raises SolverError where there is none.
    """
    ask, began = ask or Ask(), time.monotonic()
    best = None
    if judged.measure == REGRET:
        best = least(building, sample, replace(ask, seconds=ask.seconds / 2), dearest, solve)
        ask = replace(ask, seconds=max(1.0, ask.seconds - (time.monotonic() - began)))
    whole = problem(building, sample, judged, best)
    money = _money(building, whole)
    if np.isfinite(dearest):
        whole = whole.held(money, dearest + 1e-6)
    start = _begin(building, whole, begin, solve)
    began = time.monotonic()
    if rates is not None:
        answer = _answered(whole.aimed(rates[0] * whole.cost + rates[1] * money, 0.0), ask, start, solve)
        proofs = [_proof("measure and money", answer)]
    else:
        first = replace(ask, seconds=ask.seconds * FOR_MEASURE, gap=GAP, gap_absolute=HALF_A_YEAR)
        found = _answered(whole, first, start, solve)
        then = whole.held(whole.cost, found.value + HALF_A_YEAR).aimed(money, 0.0)
        rest = replace(ask, seconds=max(1.0, ask.seconds - (time.monotonic() - began)), gap=GAP)
        answer = _answered(then, rest, found.x, solve)
        proofs = [_proof(f"measure ({judged.measure}), child-years", found), _proof("cost, thousand pounds", answer)]
    assert answer.x is not None
    read = read_plan(building.built, building.facts, answer.x[:len(building.arrays.cost)])
    opens = {str(k): int(t) for k, t in read.starts[["scheme_id", "opens"]].itertuples(index=False)}
    value = judged.of(child_years(sample, building.adds(opens, building.free)), sample.weight, best)
    promised = proofs[0].value + HALF_A_YEAR if rates is None else np.inf
    wrong = building.broken(opens, read.spending)
    if value > promised + AS_TOLD * max(1.0, abs(promised)):
        wrong.append(f"by our own count the measure is {value:,.3f}, and {promised:,.3f} was promised")
    if wrong:
        raise SolverError("the plan for many futures does not keep the rules and is withheld: " + "; ".join(wrong))
    return Chosen(opens, read.spending, tuple(proofs), value, best)


def least(building: Building, sample: Sample, ask: Ask, dearest: float = np.inf, solve: Solve = solve) -> Floats:
    """The least that the plan made for it alone leaves short in each future: [future] child-years."""
    found = np.zeros(len(sample))
    seconds = ask.seconds / len(sample)
    for s in range(len(sample)):
        alone = choose(building, sample.only([s]), Judged(weight=0.0), replace(ask, seconds=max(1.0, seconds)), None, dearest,
                       None, solve)
        found[s] = alone.value
    return found


def payable(building: Building, opens: Opens, solve: Solve = solve) -> bool:
    """Say whether a plan keeps every rule on schemes and money."""
    fixed = _fixed(building, building.arrays, opens)
    return solve(fixed, Ask(seconds=10.0), None).x is not None


def _money(building: Building, whole: Arrays) -> Floats:
    """The cost of all schemes as costs of the columns."""
    cost = objective(building.built, {"cost": 1.0})[0]
    return np.concatenate([cost, np.zeros(len(whole.cost) - len(cost))])


def _fixed(building: Building, whole: Arrays, opens: Opens) -> Arrays:
    """The problem with what opens settled."""
    lower, upper = whole.lower.copy(), whole.upper.copy()
    for i, (k, t) in enumerate(building.built.variables.open_by):
        lower[i] = upper[i] = float(k in opens and t >= opens[k])
    return replace(whole, lower=lower, upper=upper)


def _begin(building: Building, whole: Arrays, begin: Opens | None, solve: Solve) -> Floats | None:
    """A plan to begin with as a whole solution; none where it does not keep the rules."""
    return None if begin is None else solve(_fixed(building, whole, begin), Ask(seconds=30.0), None).x


def _answered(whole: Arrays, ask: Ask, start: Floats | None, solve: Solve) -> Answer:
    answer = solve(whole, ask, start)
    if answer.x is None:
        raise SolverError("no plan for these futures keeps every rule on schemes and money" if answer.status == "infeasible"
                          else f"no plan was found in {answer.seconds:g} s: {answer.trouble or 'give the solver more time'}")
    return answer


def _proof(name: str, answer: Answer) -> Proof:
    return Proof(name, answer.value, answer.bound, answer.status, answer.solver, answer.seconds, answer.trouble)
