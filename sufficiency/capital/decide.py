"""From tables and choices to a plan: aim after aim, each proven by itself, and the plan held against every rule before it leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sufficiency.capital.arrays import Arrays, hand_over, objective
from sufficiency.capital.choices import Choices, Level
from sufficiency.capital.facts import Facts, facts
from sufficiency.capital.heuristic import construct
from sufficiency.capital.model import Build, build
from sufficiency.capital.plan import Plan, Proof, read_plan
from sufficiency.capital.solver import Answer, Ask, SolverError, solve
from sufficiency.capital.tables import Case, notes
from sufficiency.capital.verify import broken_rules

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def decide(case: Case, choices: Choices | None = None, ask: Ask | None = None) -> Plan:
    """The best plan that can be found in the time given, and how good it is.

    Each aim is solved in turn, the time left shared evenly, with the aims before it held at what they reached. Raises SolverError
    where no plan keeps the rules, with the rules that stand in the way.
    """
    choices, ask = choices or Choices(), ask or Ask()
    f = facts(case, choices)
    built = build(f)
    problem = hand_over(built)
    x = construct(f, built, problem)
    proofs: list[Proof] = []
    left = ask.seconds
    for i, level in enumerate(choices.levels):
        problem = problem.aimed(*objective(built, level.rates))
        answer = solve(problem, _ask(ask, level, left / (len(choices.levels) - i)), x)
        if answer.x is None:
            raise SolverError(_no_plan(f, built, problem, answer))
        left = max(0.0, left - answer.seconds)
        x = answer.x
        proofs.append(Proof(level.name, answer.value, answer.bound, answer.status, answer.solver, answer.seconds, answer.trouble))
        problem = problem.held(problem.cost, answer.value - float(problem.constant[0]) + level.give)
    plan = read_plan(built, f, x, tuple(proofs), tuple(notes(case)))
    wrong = broken_rules(case, choices, plan)
    if wrong:
        raise SolverError("the plan does not keep the rules and is withheld: " + "; ".join(wrong))
    return plan


def _ask(ask: Ask, level: Level, seconds: float) -> Ask:
    return replace(ask, seconds=seconds, gap=level.gap, gap_absolute=level.gap_absolute)


def _no_plan(f: Facts, built: Build, problem: Arrays, answer: Answer) -> str:
    return f"no plan was found: {answer.trouble or answer.status}"
