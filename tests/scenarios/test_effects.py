"""What each change of a scenario does: bars that add up to the whole, on figures that are worked out on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from planning_areas.tables import EvidenceError, Problem
from scenarios.effects import IN_TURN, INTERACTION, WHOLE, effects, steps_between, with_steps
from scenarios.figures import FIGURES
from scenarios.scenario import Scenario, base, resolve

TEXTS = {
    "parent.toml": 'name = "p"\nwhy = "w"\n[world]\nyields.level = 1.2\n',
    "child.toml": 'name = "c"\nwhy = "w"\nextends = "parent"\n[choices]\nmargin.operating = 0.05\n[world]\nbirths.level = 0.9\n',
}


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "scenarios").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "scenarios" / name).write_text(text, encoding="utf-8")
    return resolve(["child"], tmp_path)


def worth(scenario: Scenario) -> dict[str, float]:
    """1,000 places short, times the births, times the yields, and 70 for a margin: the first two act on one another."""
    births, yields = scenario.keys.get("births.level", 1.0), scenario.keys.get("yields.level", 1.0)
    short = 1000.0 * births * yields + (70.0 if "margin.operating" in scenario.keys else 0.0)
    return {one.key: short if one.key == "entry_short" else float("nan") for one in FIGURES}


def test_changes_stand_in_the_order_in_which_they_are_stated_parents_first(scenario: Scenario) -> None:
    steps = steps_between(base(), scenario)
    assert [step.key for step in steps] == ["yields.level", "margin.operating", "births.level"]
    assert steps[0].said == "yields.level: 1 -> 1.2"
    back = steps_between(scenario, base())
    assert all(step.away for step in back) and with_steps(scenario, back).keys == {}


def test_bars_add_up_exactly_and_the_interaction_has_its_own(scenario: Scenario) -> None:
    told = effects(base(), steps_between(base(), scenario), worth).set_index("step")
    assert list(told["effect"].iloc[:3]) == pytest.approx([200, 70, -100])
    assert list(told["added"].iloc[:3]) == pytest.approx([200, 70, -120])
    assert told.loc[4, "kind"] == INTERACTION and told.loc[4, "effect"] == pytest.approx(-20)
    assert told.loc[5, "kind"] == WHOLE and told.loc[5, "effect"] == pytest.approx(150)
    assert told["effect"].iloc[:4].sum() == pytest.approx(told.loc[5, "effect"], abs=1e-9)
    assert told["added"].iloc[:3].sum() == pytest.approx(told.loc[5, "effect"], abs=1e-9)
    assert set(told["figure"]) == {"entry_short"}, "a figure that is not told has no bars"


def test_a_change_that_cannot_be_alone_is_told_in_its_turn(scenario: Scenario) -> None:
    def refuses(tried: Scenario) -> dict[str, float]:
        if "births.level" in tried.keys and "yields.level" not in tried.keys:
            raise EvidenceError([Problem("child.toml", 7, "births.level", expected="yields first")])
        return worth(tried)

    told = effects(base(), steps_between(base(), scenario), refuses)
    row = told[told["change"].str.startswith("births.level")].iloc[0]
    assert row["kind"] == IN_TURN and row["effect"] == pytest.approx(-120)
    assert told["effect"].iloc[:4].sum() == pytest.approx(150)
