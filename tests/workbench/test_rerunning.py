"""A run again in memory comes to what a run from nothing comes to, cell by cell, whatever it took from the run before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from scenarios.scenario import base, from_facts
from sufficiency.example.county import draw_county
from sufficiency.example.publish import example_files
from sufficiency.workspace.workspace import Loaded, load
from workbench.rerunning import Again, Wanted, rerun, with_plan

pytestmark = pytest.mark.long
CASES: dict[str, tuple[Mapping[str, Any], tuple[str, ...]]] = {
    "births": ({"births.level": 0.9}, ("ground",)),
    "moves": ({"migration.share": 0.01}, ("ground",)),
    "homes": ({"sites.all.delay_years": 2, "yields.level": 1.2, "homes.slippage": 1.5}, ("ground",)),
    "money": ({"pots.all.level": 0.5, "costs.inflation": 0.03, "margin.operating": 0.05}, ("ground", "children")),
    "places": ({"schools.990001.closes": 2027}, ()),
}
OFTEN = ("money",)     # in the gate; the others take as long again


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """The invented council, read, with few draws."""
    folder = tmp_path_factory.mktemp("council")
    for name, content in example_files(draw_county(1)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    read = load(folder, {})
    return replace(read, assumptions=replace(read.assumptions, draws=20, plan_seconds=3.0))


@pytest.fixture(scope="module")
def first(council: Loaded) -> Again:
    return rerun(council.evidence, council.assumptions, base(), Wanted())


@pytest.mark.parametrize("name", [name if name in OFTEN else pytest.param(name, marks=pytest.mark.long) for name in CASES])
def test_what_is_taken_over_changes_no_cell(name: str, council: Loaded, first: Again) -> None:
    keys, taken = CASES[name]
    scenario = from_facts({"name": name, "keys": keys})
    again = rerun(council.evidence, council.assumptions, scenario, Wanted(), first)
    anew = rerun(council.evidence, council.assumptions, scenario, Wanted())
    assert (again.taken, anew.taken) == (taken, ())
    pd.testing.assert_frame_equal(again.tables["balance"], anew.tables["balance"], check_exact=True)
    moved = not again.tables["balance"].equals(first.tables["balance"])
    assert moved == (name != "births"), "births not yet published come to Reception after the last primary year that is forecast"


def test_without_chance_the_central_figures_are_the_same(council: Loaded, first: Again) -> None:
    plain = rerun(council.evidence, council.assumptions, base(), Wanted(chance=False))
    columns = list(plain.tables["balance"].columns)
    pd.testing.assert_frame_equal(plain.tables["balance"], first.tables["balance"][columns], check_exact=True)
    assert plain.figures["entry_short"] == first.figures["entry_short"] > 0


@pytest.mark.long
def test_a_plan_is_taken_over_where_its_case_is_the_same_and_else_begun_from(council: Loaded, first: Again) -> None:
    planned = with_plan(first, Wanted(plan=True), None)
    assert planned.capital is not None and planned.figures["plan_schemes"] > 0 and planned.taken == ()
    assert "childcare_balance" in planned.tables and planned.figures["childcare_short"] != planned.figures["childcare_short"]
    same = with_plan(replace(first, taken=("ground", "children"), assumptions=first.assumptions), Wanted(plan=True), planned)
    assert same.capital is planned.capital and same.taken[-1] == "plan"
    money = from_facts({"name": "money", "keys": {"pots.all.level": 0.6}})
    less = rerun(council.evidence, council.assumptions, money, Wanted(plan=True), planned)
    assert less.taken == ("ground", "children", "childcare") and less.capital is not planned.capital
    assert less.figures["plan_thousand_pounds"] < planned.figures["plan_thousand_pounds"]
    assert less.capital.proofs[0]["bound"] >= planned.capital.proofs[0]["bound"] - 1e-3, "less money: what was proven stays so"
    floor = from_facts({"name": "floor", "keys": {"settings.plan_equity_floor": True}})
    other = rerun(council.evidence, council.assumptions, floor, Wanted(plan=True), planned)
    assert "plan" not in other.taken, "the same case, and another way to choose"
    (stored,) = planned.decided
    assert rerun(council.evidence, council.assumptions, base(), Wanted(plan=True), stored=[stored]).capital is stored.capital
