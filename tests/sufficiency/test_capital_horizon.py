"""What a scheme does beyond the forecast of its phase is no part of a case: nobody knows who comes then."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from made_councils import laid
from paper_council import PLAIN
from tiny_councils import solved_here

from sufficiency.capital.asking import obstacles
from sufficiency.capital.decide import decide
from sufficiency.capital.facts import facts
from sufficiency.capital.from_run import horizons_of
from sufficiency.capital.greedy import worst_first
from sufficiency.capital.plan import Plan
from sufficiency.capital.solver import Ask, SolverError
from sufficiency.capital.tables import Case, check_case, frames

YEARS = (2027, 2028, 2029, 2030)


def falling(free_in_2028: float, horizon: int | None = 2028, lead: int = 1, choice: str = "free") -> Case:
    """One primary school with 20 places free at entry in 2027 and some in 2028, and 15 of its admission number to be given up.

    Primary children are forecast to 2028, secondary ones, of whom nobody lacks a place, to 2030.
    """
    free = [("hill", 2027, 0, 20.0), ("hill", 2028, 0, free_in_2028), ("hill", 2028, 1, 20.0)]
    return check_case(YEARS, laid({
        "groups": [("g", "east", "primary", False)],
        "cells": [("g", 2027, 0, 3.0, True), ("g", 2028, 1, 3.0, True)],
        "sites": [("hill", "east", float("nan"))],
        "free": free,
        "links": [("g", "hill", "home", 1.0, 0.0)],
        "schemes": [("cut", "hill", "pan_cut", "primary", "mainstream", 2026, lead, "", choice, "academy_trust", "given", "met")],
        "adds": [("cut", after, n, -15.0) for after in range(7) for n in range(after + 1)],
        "costs": [("cut", 0, 1.0)],
        "receipts": [("grant", 2026, 9.0, 2040, "received")],
        "ringfences": [("grant", "mainstream", "primary", "allowed", "determination")],
        "horizons": [("primary", horizon)] if horizon else [],
    }))


def forced(case: Case) -> Plan:
    return decide(case, replace(PLAIN, forced={"cut": True}), Ask(seconds=10, gap=0.0), solve=solved_here)


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sufficiency.capital.why_none.solve", solved_here)


@pytest.mark.usefixtures("_here")
class TestCut:
    """An admission number that is lowered with the school's consent."""

    def test_one_that_meets_no_child_before_the_horizon_can_be_made(self) -> None:
        """In 2027 it leaves 5 free for the 3 who come, in 2028 nobody: what is free in 2029 nobody knows, and nobody asks."""
        plan = forced(falling(free_in_2028=15.0))
        assert plan.starts.to_numpy().tolist() == [["cut", 2027]]
        assert plan.terms["surplus"] == pytest.approx(20 + 15 + 20 - 3 * 15 - 2 * 3), "no place is lost beyond the forecast"
        with pytest.raises(SolverError, match="within_places"):
            forced(falling(free_in_2028=15.0, horizon=None))

    def test_one_that_takes_places_in_use_within_the_horizon_cannot_nor_is_it_put_off_beyond(self) -> None:
        with pytest.raises(SolverError, match=r"within_places \(hill, 2028, 0\) is short by"):
            forced(falling(free_in_2028=10.0))
        with pytest.raises(SolverError, match="within_places"):
            decide(falling(free_in_2028=10.0, choice="must"), PLAIN, Ask(seconds=10, gap=0.0), solve=solved_here)


def test_the_list_by_hand_opens_nothing_beyond_the_forecast_either() -> None:
    """A scheme that could be paid only when nobody knows any more who comes; with its money in time it is opened."""
    tables = frames(falling(free_in_2028=0.0))
    grow = {
        "schemes": tables["schemes"].assign(kind="expansion"), "adds": tables["adds"].assign(places=15.0),
        "cells": tables["cells"].assign(children=40.0),
    }  # fmt: skip
    late = check_case(YEARS, tables | grow | {"receipts": tables["receipts"].assign(fy=2029)})
    assert worst_first(facts(late, PLAIN)) == {}
    assert worst_first(facts(check_case(YEARS, tables | grow), PLAIN)) == {"cut": 2027}


def test_what_cannot_open_within_the_forecast_is_not_built_and_the_card_says_why() -> None:
    late = falling(free_in_2028=15.0, lead=3)
    assert obstacles(facts(late, PLAIN), "cut") == (
        "it could open in September 2029 at the earliest, after the years that are forecast for primary",
    )
    must = falling(free_in_2028=15.0, lead=3, choice="must")
    plan = decide(must, PLAIN, Ask(seconds=10, gap=0.0), solve=solved_here)
    assert plan.starts.to_numpy().tolist() == [["cut", 2029]] and plan.terms["cost"] == 1.0
    assert any("cut opens in September 2029, after the years that are forecast for primary" in note for note in plan.notes)


def test_a_run_says_how_far_each_phase_is_known() -> None:
    balance = pd.DataFrame({"phase": ["primary", "primary", "secondary"], "ay": [2027, 2031, 2033]})
    childcare = pd.DataFrame({"ay": [2027, 2029, 2030], "hours_short": [0.0, 5.0, float("nan")]})
    known = horizons_of({"balance": balance, "childcare_balance": childcare})
    assert dict(known.itertuples(index=False)) == {"primary": 2031, "secondary": 2033, "early_years": 2029}
