"""What an earlier plan gives to a new search: a start, and a bound where every plan of the new decision was one of the old."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny_councils import RATES, council, solved_here

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.choices import LEXICOGRAPHIC, Choices, Level, exchange
from sufficiency.capital.decide import CARRIED, decide
from sufficiency.capital.earlier import Earlier, still_holds
from sufficiency.capital.facts import facts
from sufficiency.capital.hand_over import hand_over
from sufficiency.capital.model import build
from sufficiency.capital.solver import NOTHING, Answer, Ask, SolverError
from sufficiency.capital.tables import Case, check_case, frames

SEEDS = (1, 4)


def with_money(case: Case, share: float) -> Case:
    """The same decision with so many times the money."""
    tables = frames(case)
    receipts = tables["receipts"].assign(thousand_pounds=tables["receipts"]["thousand_pounds"] * share)
    return check_case(case.years, {**tables, "receipts": receipts})


def made(case: Case, choices: Choices) -> Earlier | None:
    """A decision with its plan, proven."""
    try:
        plan = decide(case, choices, Ask(seconds=5.0), solved_here)
    except SolverError:
        return None
    return Earlier(case, choices, plan, [{"value": proof.value, "bound": proof.bound} for proof in plan.proofs])


def unasked(problem: Arrays, ask: Ask, start: np.ndarray | None = None) -> Answer:
    """A solver that finds nothing beyond the plan it is given."""
    assert start is not None
    return Answer(start, problem.worth(start), NOTHING, "best_found", "none", 0.0)


@pytest.mark.parametrize("levels", [exchange(RATES), LEXICOGRAPHIC], ids=["exchange", "in_order"])
def test_of_the_same_decision_the_plan_and_its_proofs_are_taken_without_a_solver(levels: tuple[Level, ...]) -> None:
    for seed in SEEDS:
        case, own = council(seed)
        aims = replace(own, levels=levels)
        earlier = made(case, aims)
        if earlier is None:
            continue
        again = decide(case, aims, Ask(seconds=5.0), unasked, earlier)
        assert [proof.solver for proof in again.proofs] == [CARRIED] * len(again.proofs)
        for name, value in earlier.plan.terms.items():
            assert again.terms[name] == pytest.approx(value, abs=1e-5)


def test_with_less_money_a_bound_stays_true_and_with_more_it_is_dropped() -> None:
    kept = 0
    for seed in SEEDS:
        case, choices = council(seed)
        earlier, less, more = made(case, choices), with_money(case, 0.5), with_money(case, 2.0)
        best = made(less, choices)
        if earlier is None or best is None:
            continue
        problem = hand_over(build(facts(less, choices)))
        problem = problem.aimed(earlier.solved[0][0].cost, float(earlier.solved[0][0].constant[0]))
        least = earlier.least(0, problem) if len(problem.cost) == len(earlier.solved[0][0].cost) else NOTHING
        kept += least > NOTHING
        assert least <= best.told[0]["value"] + 1e-6, "no plan with less money is below what is carried over"
        if case.receipts["thousand_pounds"].sum() > 0 and len(more.receipts):
            richer = hand_over(build(facts(more, choices)))
            assert not still_holds(earlier.solved[0][0], richer.aimed(earlier.solved[0][0].cost, 0.0))
    assert kept == len(SEEDS), "in these the rules are the same but for the money"


def test_a_bound_is_dropped_where_a_limit_is_looser_a_rate_lower_or_a_number_another() -> None:
    case, choices = council(1)
    problem = hand_over(build(facts(case, choices))).aimed(np.ones(len(hand_over(build(facts(case, choices))).cost)), 0.0)
    assert still_holds(problem, problem)
    assert still_holds(problem, replace(problem, row_upper=problem.row_upper - 1.0, cost=problem.cost * 2.0))
    for other in (
        replace(problem, row_upper=problem.row_upper + 1.0),
        replace(problem, upper=problem.upper + 1.0),
        replace(problem, cost=problem.cost * 0.5),
        replace(problem, constant=problem.constant - 1.0),
        replace(problem, value=problem.value * 1.1),
        replace(problem, cost=problem.cost[:-1]),
    ):
        assert not still_holds(problem, other)
