"""How sure a plan is: a child that is ended in mid-solve, no solver, no time, a second opinion, rows in another order."""

from __future__ import annotations

import itertools
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tiny_councils import YEARS, council, solved_here, tables

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.choices import Choices
from sufficiency.capital.completion import completed
from sufficiency.capital.decide import decide
from sufficiency.capital.facts import facts
from sufficiency.capital.hand_over import hand_over, objective
from sufficiency.capital.heuristic import construct
from sufficiency.capital.model import build
from sufficiency.capital.openings import Openings
from sufficiency.capital.search import Bounds, Found
from sufficiency.capital.solver import Ask, solve
from sufficiency.capital.tables import check_case

ASK = Ask(seconds=20, gap=0.0)
ENDED_AT_ITS_FIRST_PLAN = (
    sys.executable,
    "-c",
    """
import os, signal
from sufficiency.capital import solver_child
keep = solver_child.Desk.plan
def kept_and_ended(desk, x):
    had = desk.value
    keep(desk, x)
    if desk.value < had - 1.0:
        os.kill(os.getpid(), signal.SIGTERM)
solver_child.Desk.plan = kept_and_ended
solver_child.main()
""",
)
WITHOUT_HIGHS = (
    sys.executable,
    "-c",
    "import sys; sys.modules['highspy'] = None; from sufficiency.capital import solver_child; solver_child.main()",
)


def problem_of(seed: int) -> tuple[Arrays, np.ndarray | None]:
    """A tiny council's problem and its plan without a solver."""
    case, choices = council(seed)
    f = facts(case, choices)
    built = build(f)
    problem = hand_over(built).aimed(*objective(built, choices.levels[0].rates))
    return problem, construct(f, built, problem)


@pytest.mark.parametrize("seed", [0, 3, 20])
def test_a_child_ended_in_mid_solve_leaves_the_better_plan_it_had_found(seed: int) -> None:
    problem, first = problem_of(seed)
    assert first is not None
    answer = solve(problem, ASK, first, ENDED_AT_ITS_FIRST_PLAN)
    assert "the solver ended before its time" in answer.trouble
    assert answer.value < problem.worth(first) - 1.0
    assert answer.x is not None and problem.broken(answer.x) <= 1e-6
    assert answer.bound <= solved_here(problem, ASK, first).value + 1e-6


def test_without_a_solver_the_plan_drawn_up_by_hand_is_kept_and_it_is_said_what_to_install() -> None:
    case, choices = council(0)
    plan = decide(case, choices, ASK, solve=lambda problem, ask, start: solve(problem, ask, start, WITHOUT_HIGHS))
    assert "HiGHS is not installed" in plan.proofs[0].trouble and "highspy" in plan.proofs[0].trouble
    assert plan.status == "best_found"
    assert "nothing is proven" in str(plan.proofs[0])
    assert len(plan.placed)


@pytest.mark.parametrize("seed", [0, 3, 20])
def test_a_millisecond_for_all_aims_in_order_leaves_a_plan_that_keeps_the_rules(seed: int) -> None:
    case, _ = council(seed)
    plan = decide(case, Choices(), Ask(seconds=0.001))  # raises if a rule is broken
    assert [p.name for p in plan.proofs] == [level.name for level in Choices().levels]
    assert all(p.bound <= p.value + 1e-9 for p in plan.proofs)


@pytest.mark.parametrize("seed", range(40, 46))
def test_the_second_opinion_is_the_first(seed: int) -> None:
    problem, start = problem_of(seed)
    ours, other = solved_here(problem, ASK, start), solve(problem, replace(ASK, solver="cbc"))
    assert (ours.status, other.status, other.solver) == ("proven", "proven", "CBC")
    assert other.value == pytest.approx(ours.value, rel=1e-6, abs=1e-5)


def shuffled_plans(seed: int, choices: Choices) -> None:
    frames, luck = tables(seed), np.random.default_rng(seed)
    mixed = {name: frame.sample(frac=1.0, random_state=int(luck.integers(1000))) for name, frame in frames.items()}
    one, other = (decide(check_case(YEARS, f), choices, ASK, solve=solved_here) for f in (frames, mixed))
    for name in ("starts", "placed", "unmet", "spending"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert one.terms == other.terms


@pytest.mark.parametrize("seed", [11, 20])
def test_rows_in_another_order_give_the_same_plan_of_aims_in_order(seed: int) -> None:
    shuffled_plans(seed, Choices())


@pytest.mark.long
@pytest.mark.parametrize("block", range(4))
def test_the_same_for_many_councils(block: int) -> None:
    for seed in range(300 + block, 380, 4):
        shuffled_plans(seed, council(seed)[1])
        shuffled_plans(seed, Choices())


def invented(seed: int, many: int = 9, parts: int = 3) -> tuple[Openings, Bounds]:
    """Starts that use some rows, and bounds as four evaluated plans would leave them."""
    luck = np.random.default_rng(seed)
    uses = np.vstack([luck.integers(0, 9, (3, many)), np.repeat(np.eye(3), 3, axis=1)]).astype(float)
    blank = np.zeros(many)
    tried = Openings(
        uses, np.array([18.0, 16.0, 14.0, 1.0, 1.0, 1.0]), luck.integers(1, 9, many).astype(float), blank, np.eye(many),
        np.ones(many, dtype=np.int64), blank,
    )
    bounds = Bounds(tried, parts)
    for _ in range(4):
        slopes = -luck.integers(0, 30, (parts, many)).astype(float)
        starts = [int(luck.integers(3)) + 3 * i for i in range(3)]
        bounds.learn(Found(0.0, luck.integers(0, 50, parts).astype(float), slopes), starts)
    return tried, bounds


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_is_filled_up_again_in_the_best_way_there_is(seed: int) -> None:
    tried, bounds = invented(seed)
    kept, at_hand = [int(seed % 3)], [int(seed % 3), 4, 7]
    filled = completed(tried, bounds, kept, at_hand, seed, 10.0)
    assert filled is not None and set(kept) <= set(filled)
    assert (tried.uses[:, filled].sum(axis=1) <= tried.room + 1e-7).all()
    every = (
        [*kept, *more]
        for many in range(9)
        for more in itertools.combinations([s for s in range(9) if s not in kept], many)
        if (tried.uses[:, [*kept, *more]].sum(axis=1) <= tried.room).all()
    )
    least = min(bounds.least(starts) for starts in every)
    assert bounds.least(filled) <= least + 5e-5 * abs(least) + 1e-6
