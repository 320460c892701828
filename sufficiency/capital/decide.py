"""From tables and choices to a plan: aim after aim, each proven by itself; no plan leaves that does not keep every rule."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.choices import Choices, Level
from sufficiency.capital.earlier import Earlier
from sufficiency.capital.facts import Facts, facts
from sufficiency.capital.hand_over import hand_over, objective
from sufficiency.capital.heuristic import construct
from sufficiency.capital.model import Build, build
from sufficiency.capital.paying import paid_in_order
from sufficiency.capital.plan import Plan, Proof, read_plan
from sufficiency.capital.solver import NOTHING, Answer, Ask, SolverError, solve, usable, with_bound
from sufficiency.capital.tables import Case, notes
from sufficiency.capital.verify import broken_rules
from sufficiency.capital.why_none import CODES, why_none

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


LEAST = 0.001  # seconds that an aim is given in any case
CARRIED = "earlier plan"  # in the place of a solver's name, where nothing had to be solved

Solve = Callable[[Arrays, Ask, "Floats | None"], Answer]


def decide(case: Case, choices: Choices | None = None, ask: Ask | None = None, solve: Solve = solve,
           earlier: Earlier | None = None, called: Mapping[str, str] = CODES) -> Plan:
    """The best plan that can be found in the time given, and how good it is.

    Each aim is solved in turn, what is left of the time after building shared evenly, with the aims before it held at what they
    reached. earlier: a decision made before, whose plan the search starts from, and whose bounds where they still hold. called:
    code -> name, for the words of SolverError, which is raised where no plan keeps the rules, with those that stand in the way.
    """
    begun = time.monotonic()
    choices, ask = choices or Choices(), ask or Ask()
    f = facts(case, choices)
    built = build(f)
    problem = hand_over(built)
    x = construct(f, built, problem, earlier.schemes if earlier is not None else ())
    proofs: list[Proof] = []
    for i, level in enumerate(choices.levels):
        problem = problem.aimed(*objective(built, level.rates))
        known = earlier.least(i, problem) if earlier is not None else NOTHING
        if i == 0 and earlier is not None:
            x = _better(problem, x, earlier.start(problem), level)
        left = max(LEAST, ask.seconds - (time.monotonic() - begun))
        answer = _solved(solve, problem, _ask(ask, level, left / (len(choices.levels) - i)), x, known)
        if answer.x is None:
            raise SolverError(_no_plan(f, built, problem, answer, ask, called))
        x = answer.x
        proofs.append(Proof(level.name, answer.value, answer.bound, answer.status, answer.solver, answer.seconds, answer.trouble))
        problem = problem.held(problem.cost, answer.value - float(problem.constant[0]) + level.give)
    if x is None:
        raise SolverError("there is no aim to choose a plan by")
    plan = read_plan(built, f, x, tuple(proofs), tuple(notes(case)))
    spending = paid_in_order(f, plan.starts)
    if spending is not None:
        plan = replace(plan, spending=spending)
    wrong = broken_rules(case, choices, plan)
    if wrong:
        raise SolverError("the plan does not keep the rules and is withheld: " + "; ".join(wrong))
    return plan


def _better(problem: Arrays, drawn_up: Floats | None, before: Floats | None, level: Level) -> Floats | None:
    """The plan before where it is one still, unless one that is drawn up anew is clearly better in the first aim."""
    if before is None or usable(problem, drawn_up) is None or drawn_up is None:
        return drawn_up if before is None else before
    mine, theirs = problem.worth(before), problem.worth(drawn_up)
    return drawn_up if theirs < mine - max(level.gap_absolute, level.gap * abs(mine)) else before


def _solved(solve: Solve, problem: Arrays, ask: Ask, x: Floats | None, known: float) -> Answer:
    """Solve for an aim of which something is known already: not at all where the plan at hand is proven by that."""
    start = usable(problem, x) if known > NOTHING else None
    if start is not None:
        at_hand = with_bound(Answer(start, problem.worth(start), NOTHING, "best_found", CARRIED, 0.0), known, ask)
        if at_hand.status == "proven":
            return at_hand
    return with_bound(solve(problem, ask, x), known, ask)


def _ask(ask: Ask, level: Level, seconds: float) -> Ask:
    return replace(ask, seconds=seconds, gap=level.gap, gap_absolute=level.gap_absolute)


def _no_plan(f: Facts, built: Build, problem: Arrays, answer: Answer, ask: Ask, called: Mapping[str, str]) -> str:
    """Why there is no plan, by name where that can be told."""
    if answer.status == "infeasible":
        reasons = why_none(f, built, problem, ask.seconds, called) or ["which rules stand in the way could not be found in time"]
        return "\n  ".join(["no plan keeps every rule:", *reasons])
    return f"no plan was found in {answer.seconds:g} s: {answer.trouble or 'give the solver more time'}"
