"""What a solver claims is held against its own plan: a wrong value is not believed, nor any bound that came with it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tiny_councils import council, solved_here

from sufficiency.capital import solver_child
from sufficiency.capital.arrays import Arrays
from sufficiency.capital.facts import facts
from sufficiency.capital.hand_over import hand_over, objective
from sufficiency.capital.heuristic import construct
from sufficiency.capital.model import build
from sufficiency.capital.solver import Ask
from sufficiency.capital.solver_child import FEASIBLE, _believed

ASK = Ask(seconds=20, gap=0.0)
SEED = 20       # its plan without a solver is not the best


@pytest.fixture(scope="module")
def problem() -> tuple[Arrays, np.ndarray]:
    """A tiny council's problem, and its plan without a solver."""
    case, choices = council(SEED)
    f = facts(case, choices)
    built = build(f)
    arrays = hand_over(built).aimed(*objective(built, choices.levels[0].rates))
    first = construct(f, built, arrays)
    assert first is not None
    return arrays, first


def claims(x: np.ndarray, value: float, standing: int = FEASIBLE, bound: float = 0.0) -> Any:
    """A solver that says its plan x were worth a value."""
    info = SimpleNamespace(objective_function_value=value, primal_solution_status=standing, mip_dual_bound=bound)
    return SimpleNamespace(
        getInfo=lambda: info, getSolution=lambda: SimpleNamespace(col_value=x.tolist()), getModelStatus=lambda: "optimal"
    )


def test_a_value_is_believed_where_it_is_its_plan_s_own(problem: tuple[Arrays, np.ndarray]) -> None:
    arrays, x = problem
    worth = float(arrays.cost @ x)
    assert _believed(claims(x, worth), arrays)
    assert _believed(claims(x, worth * (1 + 1e-9)), arrays), "rounding is no lie"
    assert not _believed(claims(x, worth + 1.0), arrays)
    assert not _believed(claims(x, worth * 0.99), arrays)
    assert _believed(claims(x, 123.0, standing=0), arrays), "without a plan there is nothing to believe"


@pytest.mark.parametrize("off", [-50.0, 50.0])
def test_after_a_wrong_claim_the_solver_begins_without_the_plan_and_no_bound_of_it_stays(
    problem: tuple[Arrays, np.ndarray], monkeypatch: pytest.MonkeyPatch, off: float
) -> None:
    arrays, first = problem
    honest = solved_here(arrays, ASK, first)
    begun: list[bool] = []
    branch_and_bound = solver_child._branch_and_bound

    def lies_when_given_a_plan(desk: solver_child.Desk, job: dict[str, Any], found: Any, best: np.ndarray | None) -> Any:
        begun.append(best is not None)
        if best is None:
            return branch_and_bound(desk, job, found, best)
        desk.proven(float(arrays.cost @ first) + off)       # "optimal", at a value that the plan does not have
        return claims(first, float(arrays.cost @ first) + off)

    monkeypatch.setattr(solver_child, "_look", lambda *_: None)
    monkeypatch.setattr(solver_child, "_branch_and_bound", lies_when_given_a_plan)
    answer = solved_here(arrays, ASK, first)
    assert begun == [True, False]
    assert answer.value == pytest.approx(honest.value) and answer.value < arrays.worth(first) - 1.0
    assert answer.status == "proven" and answer.bound == pytest.approx(honest.bound)


def test_a_wrong_claim_proves_nothing_where_no_time_is_left_to_ask_again(
    problem: tuple[Arrays, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays, first = problem
    honest = solved_here(arrays, ASK, first)

    def lies(desk: solver_child.Desk, job: dict[str, Any], found: Any, best: np.ndarray | None) -> Any:
        if best is not None:
            desk.proven(float(arrays.cost @ first))
        return claims(first, float(arrays.cost @ first) + (50.0 if best is not None else 0.0))

    monkeypatch.setattr(solver_child, "_look", lambda *_: None)
    monkeypatch.setattr(solver_child, "_branch_and_bound", lies)
    answer = solved_here(arrays, ASK, first)
    assert answer.status == "best_found" and answer.bound <= honest.value + 1e-6
