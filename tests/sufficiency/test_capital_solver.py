"""The solver in its own process: limits, killing, none at all, a second opinion; and plans that do not depend on luck."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from paper_council import PLAIN, paper_case, paper_tables
from tiny_councils import YEARS, council, solved_here, tables

from sufficiency.capital.arrays import Arrays, load
from sufficiency.capital.choices import Choices
from sufficiency.capital.decide import Solve, decide
from sufficiency.capital.facts import facts
from sufficiency.capital.hand_over import hand_over, objective
from sufficiency.capital.heuristic import construct
from sufficiency.capital.model import aim, build
from sufficiency.capital.plan import Plan
from sufficiency.capital.solver import Answer, Ask, SolverError, judge, solve
from sufficiency.capital.tables import check_case

ASK = Ask(seconds=20, gap=0.0)
ENDS_ITSELF = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
NEVER_ENDS = (sys.executable, "-c", "import time\nwhile True: time.perf_counter()")


def value(plan: Plan, choices: Choices) -> float:
    return sum(rate * plan.terms[term] for term, rate in choices.levels[0].rates.items())


def by(command: tuple[str, ...]) -> Solve:
    return lambda problem, ask, start: solve(problem, replace(ask, seconds=0.2), start, command)


def problem_on_paper() -> Arrays:
    built = build(facts(paper_case(), PLAIN))
    return hand_over(built).aimed(*objective(built, PLAIN.levels[0].rates))


def test_a_process_of_its_own_gives_the_same_plan() -> None:
    here, apart = decide(paper_case(), PLAIN, ASK, solve=solved_here), decide(paper_case(), PLAIN, ASK)
    pd.testing.assert_frame_equal(here.starts, apart.starts)
    pd.testing.assert_frame_equal(here.placed, apart.placed)
    assert apart.status == "proven"


def test_cbc_is_of_the_same_opinion() -> None:
    problem = problem_on_paper()
    first, second = solve(problem, ASK), solve(problem, replace(ASK, solver="cbc"))
    assert second.solver == "CBC"
    assert second.status == "proven"
    assert second.value == pytest.approx(first.value)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (ENDS_ITSELF, "the solver ended before its time"),
        (NEVER_ENDS, "the solver did not stop at its limit"),
        (("there-is-no-such-solver",), "the solver could not be started"),
    ],
)
def test_whatever_becomes_of_the_solver_the_last_good_plan_is_kept(command: tuple[str, ...], told: str) -> None:
    plan = decide(paper_case(), PLAIN, ASK, solve=by(command))
    assert told in plan.proofs[0].trouble
    assert plan.status == "best_found"
    assert "nothing is proven" in str(plan.proofs[0])
    assert "road" in set(plan.starts["scheme_id"])


def test_without_any_plan_the_message_says_why() -> None:
    frames = paper_tables()
    frames["schemes"].loc[frames["schemes"]["scheme_id"] == "form", "choice"] = "must"
    frames["receipts"]["thousand_pounds"] = 0.0
    with pytest.raises(SolverError, match="no plan was found"):
        decide(check_case((2027, 2028), frames), PLAIN, ASK, solve=by(("there-is-no-such-solver",)))


def test_a_limit_of_a_millisecond_leaves_a_plan() -> None:
    case, choices = council(3)
    plan = decide(case, choices, Ask(seconds=0.001))
    assert plan.status in {"best_found", "proven"}


def test_a_plan_that_breaks_a_rule_is_not_believed() -> None:
    problem = problem_on_paper()
    wrong = np.zeros(len(problem.cost))
    answer = judge(problem, ASK, [wrong, None], {"bound": "0.0", "status": ""})
    assert isinstance(answer, Answer)
    assert answer.x is None
    assert answer.status == "none"


def test_optimal_is_what_we_work_out_ourselves() -> None:
    """A bound that lies below the plan's own value by more than the gap is not proven, whatever a solver calls it."""
    problem = problem_on_paper()
    x = solve(problem, ASK).x
    assert x is not None
    worth = problem.worth(x)
    assert judge(problem, ASK, [x], {"bound": repr(worth - 1.0)}).status == "best_found"
    assert judge(problem, ASK, [x], {"bound": repr(worth)}).status == "proven"
    assert judge(problem, ASK, [x], {"bound": repr(0.9 * worth)}).gap == pytest.approx(0.1)


@pytest.mark.parametrize("seed", range(4))
def test_more_money_is_never_worse_and_a_looser_rule_neither(seed: int) -> None:
    case, choices = council(seed)
    before = value(decide(case, choices, ASK, solve=solved_here), choices)
    richer = check_case(
        YEARS, tables(seed) | {"receipts": case.receipts.assign(thousand_pounds=case.receipts["thousand_pounds"] * 1.5)}
    )
    looser = replace(
        choices,
        equity_floor=False,
        smallest_new_school={},
        qualities=frozenset({"met", "needs_judgement", "not_met"}),
        consents=frozenset({"not_needed", "given", "asked"}),
    )
    assert value(decide(richer, choices, ASK, solve=solved_here), choices) <= before + 1e-6
    assert value(decide(case, looser, ASK, solve=solved_here), choices) <= before + 1e-6


@pytest.mark.parametrize("seed", [5, 8])
def test_permuted_rows_give_the_same_plan(seed: int) -> None:
    case, choices = council(seed)
    shuffled = check_case(YEARS, {name: frame.sample(frac=1.0, random_state=seed) for name, frame in tables(seed).items()})
    one, other = (decide(c, choices, ASK, solve=solved_here) for c in (case, shuffled))
    for name in ("starts", "placed", "unmet", "spending"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("seed", range(3))
def test_aims_in_order_prove_each_by_itself(seed: int) -> None:
    case, _ = council(seed)
    plan = decide(case, Choices(), Ask(seconds=20), solve=solved_here)
    assert [proof.name for proof in plan.proofs] == ["material shortfall", "cost", "travel", "surplus"]
    assert plan.status == "proven"
    shortfall = decide(case, Choices(levels=Choices().levels[:1]), Ask(seconds=20), solve=solved_here)
    assert plan.terms["unmet_material"] <= shortfall.proofs[0].value + 1e-5


@pytest.mark.parametrize("seed", range(6))
def test_worst_first_without_a_solver_keeps_the_rules(seed: int) -> None:
    case, choices = council(seed)
    f = facts(case, replace(choices, equity_floor=False))
    built = build(f)
    problem = hand_over(built)
    x = construct(f, built, problem)
    assert x is not None
    assert problem.broken(x) <= 1e-6


def test_what_is_handed_over_is_what_was_written(tmp_path: Path) -> None:
    built = build(facts(paper_case(), PLAIN))
    problem = hand_over(built)
    problem.save(tmp_path / "problem.npz")
    again = load(tmp_path / "problem.npz")
    columns = built.variables.columns()
    matrix = again.matrix()
    for i, row in enumerate(built.problem.constraints()):
        assert {columns[j].name: v for j, v in zip(matrix[i].indices, matrix[i].data, strict=True)} == {
            v.name: c for v, c in row.items()
        }
    with pytest.raises(ValueError, match="there is no term beauty"):
        aim(built, {"beauty": 1.0})
