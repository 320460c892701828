"""How much hangs on each lever: ends out of intervals and of the rulebook, and the order of what they move."""

from __future__ import annotations

from typing import Any

import pytest

from planning_areas.tables import EvidenceError, Problem
from scenarios.changes import forms_of
from scenarios.figures import FIGURES
from scenarios.scenario import Scenario, base, from_facts, resolve
from scenarios.sensitivity import ends_of, moved_nothing, sensitivity
from sufficiency.rules import rulebook


def worth(scenario: Scenario) -> dict[str, float]:
    births: Any = scenario.keys.get("births.level", 1.0)
    short = 100.0 * (births if isinstance(births, float) else 1.0) + 500 * scenario.keys.get("migration.share", 0.0)
    return {one.key: short if one.key == "entry_short" else float("nan") for one in FIGURES}


def test_intervals_of_a_scenario_go_before_nudges_which_say_that_they_are_not_verified() -> None:
    nudged = {one.key: one for one in ends_of(base())}
    assert (nudged["births.level"].low, nudged["births.level"].high) == (0.9, 1.1)
    assert nudged["births.level"].source.endswith("(not verified)") and "costs.level" not in nudged
    assert "costs.level" in {one.key for one in ends_of(base(), plan=True)}
    assert [one.key for one in ends_of(base(), ["costs.level"])] == ["costs.level"]
    told = {one.key: one for one in ends_of(resolve(["births-open"]))}["births.level"]
    assert (told.low, told.high) == (0.9, 1.07) and "with probability 0.9" in told.source
    with pytest.raises(KeyError, match=r"no\.such"):
        ends_of(base(), ["no.such"])


def test_what_an_interval_is_picked_for_stays_beside_its_ends() -> None:
    interval = {"value": {"low": 0.8, "central": 1.0, "high": 1.3, "probability": 0.8}, "from": 2028}
    told = ends_of(from_facts({"name": "x", "keys": {"births.level": interval}}), ["births.level"])[0]
    assert (told.low, told.high) == ({"value": 0.8, "from": 2028}, {"value": 1.3, "from": 2028})


def test_every_nudge_is_what_its_lever_takes() -> None:
    for one in rulebook("sensitivity")["nudge"]:
        assert all(forms_of(one["key"], one[end]) for end in ("low", "high")) and one["low"] < one["high"]
        assert one["evidence"] == "U" and one["of"] in ("children", "money")


def test_the_lever_on_which_most_hangs_comes_first_and_what_cannot_move_is_told() -> None:
    def refuses(scenario: Scenario) -> dict[str, float]:
        if "ehcp.growth" in scenario.keys:
            raise EvidenceError([Problem("x.toml", 1, "ehcp.growth", expected="no roll to grow from")])
        return worth(scenario)

    levers = ends_of(base(), ["births.level", "migration.share", "yields.level", "ehcp.growth"])
    table, idle = sensitivity(base(), levers, refuses)
    assert list(table["key"]) == ["births.level", "migration.share", "yields.level"]
    assert table.loc[0, ["central", "at_low", "at_high", "span"]].tolist() == pytest.approx([100, 90, 110, 20])
    assert table.loc[1, "span"] == pytest.approx(10) and idle == ["ehcp.growth: no roll to grow from"]
    assert moved_nothing(table, "entry_short") == ["yields.level (left alone: 1)"]
