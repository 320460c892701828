"""What a scenario's settings and figures do to the model of a small town, worked out on paper: amounts, and what stays.

Two primary areas, N and S, with a school each; 60 and 40 in every year group, year after year, and a secondary school for all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planning_areas.tables import EvidenceError
from scenarios.changes import lever_of
from scenarios.levers import Asked
from sufficiency.assumptions import AreaMove, Assumptions, ChildcareFactor
from sufficiency.capital.money import price_index
from sufficiency.children import Projection
from sufficiency.evidence import ASSUMED
from sufficiency.forecast.planner_overrides import with_overrides
from sufficiency.housing.homes import slippage_of
from sufficiency.intervals.ranges import births_known
from sufficiency.rules import rulebook

BASE = 2022
SCHOOLS = [("100001", "N", "", 0, 6, 0.0, 0.0), ("100002", "S", "", 0, 6, 5000.0, 0.0), ("100003", "", "X", 7, 11, 2000.0, 0.0)]
YEARS = range(BASE - 4, BASE + 1)
ROLLS = {"100001": {ay: [60] * 7 for ay in YEARS}, "100002": {ay: [40] * 7 for ay in YEARS},
         "100003": {ay: [100] * 5 for ay in YEARS}}
BIRTHS = {cohort: {"E01000001": 60, "E01000002": 40} for cohort in range(BASE - 9, BASE)}
HOMES = {"E01000001": {"N": 1.0}, "E01000002": {"S": 1.0}}


@pytest.fixture
def small(town: Callable[..., Any]) -> Any:
    """The town, with the names of its areas among what is known."""
    made = town(SCHOOLS, ROLLS, BIRTHS, HOMES)
    return made.with_tables(area_names=made.frame.names)


def pupils(projection: Projection, area: str, g: int, ay: int) -> float:
    return float(projection.pupils.sel(planning_area_code=area, nc_year=g, ay=ay).isel(draw=0))


def pull(small: Any, key: str, **form: object) -> Any:
    """The town's evidence once a lever is pulled."""
    lever = lever_of(tuple(key.split(".")))
    assert lever is not None
    evidence, _ = lever(small.evidence, Assumptions(), Asked("", lever.form.model_validate(form)))
    return replace(small, evidence=evidence)


def final(small: Any) -> Projection:
    return with_overrides(small.project(), small.evidence, small.frame, Assumptions())


def test_nothing_moves_by_itself(small: Any) -> None:
    made = final(small)
    assert [pupils(made, "N", g, BASE + 3) for g in range(7)] == pytest.approx([60.0] * 7)
    assert pupils(made, "X", 7, BASE + 5) == pytest.approx(100.0)


def test_births_a_tenth_lower_reach_reception_when_they_should(small: Any) -> None:
    low = pull(small, "births.level", value=0.9)
    made = low.project()
    assert pupils(made, "N", 0, BASE + 3) == pytest.approx(60.0)        # born in 2020: published
    assert pupils(made, "N", 0, BASE + 5) == pytest.approx(54.0) and pupils(made, "S", 0, BASE + 5) == pytest.approx(36.0)
    assert pupils(made, "N", 1, BASE + 5) == pytest.approx(60.0)
    assert births_known(low.evidence) == births_known(small.evidence)       # nobody has counted them
    assert ASSUMED in set(low.evidence.births["basis"])


def test_moves_of_two_in_a_hundred_add_up_with_the_cohort(small: Any) -> None:
    made = final(pull(small, "migration.share", value=0.02, **{"from": BASE + 1}))
    assert pupils(made, "N", 3, BASE + 1) == pytest.approx(60 * 1.02)
    assert pupils(made, "N", 3, BASE + 2) == pytest.approx(60 * 1.02**2)
    assert pupils(made, "N", 0, BASE + 2) == pytest.approx(60 * 1.02)       # who moved in before was not at school yet
    assert pupils(made, "X", 7, BASE + 3) == pytest.approx(100 * 1.02**3)


def test_children_who_come_are_as_many_as_are_told(small: Any) -> None:
    made = final(pull(small, "migration.children", value=10, nc_years=[6], to=BASE + 1))
    assert pupils(made, "N", 6, BASE + 1) + pupils(made, "S", 6, BASE + 1) == pytest.approx(110.0)
    assert pupils(made, "X", 7, BASE + 2) == pytest.approx(110.0)       # the next year they are in Year 7
    assert pupils(made, "X", 8, BASE + 3) == pytest.approx(110.0)
    assert pupils(made, "N", 6, BASE + 2) == pytest.approx(60.0)


def test_an_independent_school_closes(small: Any) -> None:
    made = final(pull(small, "independent.pupils", value=70, areas=["N"], nc_years=list(range(7)), **{"from": BASE + 2}))
    assert [pupils(made, "N", g, BASE + 2) for g in range(7)] == pytest.approx([70.0] * 7)
    assert [pupils(made, "N", g, BASE + 4) for g in range(7)] == pytest.approx([70.0] * 7)
    assert pupils(made, "N", 0, BASE + 1) == pytest.approx(60.0) and pupils(made, "S", 0, BASE + 3) == pytest.approx(40.0)
    assert pupils(made, "X", 7, BASE + 3) == pytest.approx(110.0) and pupils(made, "X", 7, BASE + 2) == pytest.approx(100.0)


def test_plans_that_grow_take_children_out_of_mainstream(small: Any) -> None:
    made = final(pull(small, "ehcp.growth", value=0.1))
    plans = rulebook("specialist")["plans"]
    leave = plans["share_of_pupils"] * plans["share_in_special"]
    for g, k in ((0, 3), (3, 2), (5, 4)):
        assert pupils(made, "N", g, BASE + k) == pytest.approx(60 * (1 - leave * (1.1**min(k, 9) - 1)), rel=1e-9)
    assert pupils(made, "X", 7, BASE + 4) == pytest.approx(100 * (1 - leave * (1.1**4 - 1)))


def test_a_tenth_of_an_area_chooses_the_other(small: Any) -> None:
    chosen = small.project(replace(Assumptions(), area_moves=(AreaMove(0, "N", "S", 0.1, BASE + 2, 2100),)))
    plain = small.project()
    assert pupils(chosen, "N", 0, BASE + 1) == pytest.approx(60.0)
    assert pupils(chosen, "N", 0, BASE + 2) == pytest.approx(54.0) and pupils(chosen, "S", 0, BASE + 2) == pytest.approx(46.0)
    assert pupils(chosen, "N", 1, BASE + 3) == pytest.approx(54.0) and pupils(chosen, "N", 1, BASE + 2) == pytest.approx(60.0)
    np.testing.assert_allclose(chosen.authority, plain.authority)
    told = chosen.flows.sel(ay=BASE + 2, phase="primary")
    assert float(told.sel(part="transfers_in", planning_area_code="S")) == pytest.approx(6.0)
    assert float(told.sel(part="transfers_out", planning_area_code="N")) == pytest.approx(-6.0)


def test_a_choice_of_an_area_without_such_a_school_is_refused(small: Any) -> None:
    with pytest.raises(EvidenceError, match="in both areas that begins in this year group"):
        small.project(replace(Assumptions(), area_moves=(AreaMove(0, "N", "X", 0.1, BASE + 2, 2100),)))


def test_prices_rise_faster_only_after_the_last_quarter_that_is_known() -> None:
    assert price_index(2025.0, 0.05) == price_index(2025.0)
    growth = rulebook("capital_costs")["price_growth"]["a_year"]
    assert price_index(2029.125, 0.05) / price_index(2028.125, 0.05) == pytest.approx(1 + growth + 0.05)


def test_sites_are_late_by_so_many_times_the_years() -> None:
    rules = rulebook("housing")
    twice = slippage_of(rules, replace(Assumptions(), slippage=2.0))
    assert twice["full"] > 0
    assert twice == {status: 2 * years for status, years in slippage_of(rules, Assumptions()).items()}


def test_a_factor_holds_for_what_it_names_alone() -> None:
    factor = ChildcareFactor("takeup", 1.2, 2027, 2028, ("working_parent",), ("age_2",))
    assert factor.holds("takeup", "age_2", "working_parent", 2028)
    others = [("hours", "age_2", "working_parent", 2028), ("takeup", "under_2", "working_parent", 2028),
              ("takeup", "age_2", "paid", 2028), ("takeup", "age_2", "working_parent", 2026)]
    assert not any(factor.holds(*other) for other in others)


def test_settings_of_this_kind_are_neutral_by_default() -> None:
    usual = Assumptions()
    assert (usual.slippage, usual.price_growth) == (1, 0)
    assert not (usual.yields_level or usual.area_moves or usual.childcare_factors)
