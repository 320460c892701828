"""What a run comes to, added up on paper."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from scenarios.figures import ALL_SHORT, ENTRY_SHORT, FIGURES, PLAN_COST, PLAN_UNMET, SPARE, difference, figure, figures_of

BASE = 2024


def balance(rows: list[tuple[int, str, str, int, float, float | None]]) -> pd.DataFrame:
    """Balance of (ay, phase, area, year group, pupils, places); places None: not known."""
    table = pd.DataFrame(rows, columns=["ay", "phase", "planning_area_code", "nc_year", "pupils", "yg_places"])
    places = table["yg_places"].astype("float64")
    return table.assign(
        additional_need=(table["pupils"] - places).clip(lower=0), spare_places=(places - table["pupils"]).clip(lower=0),
        additional_need_with_margin=(table["pupils"] * 1.1 - places).clip(lower=0))


TABLE = balance([
    (2024, "primary", "A", 0, 90, 60),          # the census: counted, and nothing is ahead of it
    (2025, "primary", "A", 0, 70, 60), (2025, "primary", "A", 1, 64, 60), (2025, "primary", "B", 0, 30, 60),
    (2026, "primary", "A", 0, 65, 60), (2026, "primary", "A", 1, 70, 60), (2026, "primary", "B", 0, 60.5, 60),
    (2026, "secondary", "C", 7, 203, 200), (2026, "secondary", "C", 8, 150, None),
])


def test_shortfalls_are_place_years_after_the_census_and_nothing_is_offset() -> None:
    told = figures_of({"balance": TABLE}, BASE)
    assert told[ENTRY_SHORT] == pytest.approx(10 + 5 + 0.5 + 3)
    assert [told["reception_short"], told["year_7_short"]] == pytest.approx([15.5, 3])
    assert told[ALL_SHORT] == pytest.approx(10 + 4 + 5 + 10 + 0.5 + 3)
    assert told[SPARE] == pytest.approx(30)
    assert told["areas_short"] == 2, "A and C; half a place in B is no place"
    assert [told["primary_pupils"], told["secondary_pupils"]] == pytest.approx([195.5, 353])


def test_what_is_not_told_is_missing_and_never_nought() -> None:
    told = figures_of({"balance": TABLE.assign(additional_need=float("nan"), spare_places=float("nan"))}, BASE)
    for key in (ENTRY_SHORT, SPARE, "areas_short", "entry_expected_short", PLAN_COST, PLAN_UNMET, "childcare_short"):
        assert math.isnan(told[key]), key
    assert math.isnan(difference(1.0, told[PLAN_COST])) and difference(3.0, 1.0) == 2.0


def test_money_and_childcare_are_those_of_the_run() -> None:
    plan = pd.DataFrame({"chosen": [True, False, True], "thousand_pounds": [100.0, 900.0, 50.5]})
    care = pd.DataFrame({
        "level": ["planning_area", "planning_area", "planning_area", "authority"], "measure": ["all"] * 4,
        "worst_term": [True, True, False, True], "ay": [2024, 2025, 2025, 2025], "hours_short": [7.0, 40.0, 5.0, 99.0]})
    areas = pd.DataFrame({"unmet": [3.0, 4.0]})
    told = figures_of({"balance": TABLE, "plan": plan, "plan_areas": areas, "childcare_balance": care}, BASE)
    assert [told[key] for key in (PLAN_COST, "plan_schemes", PLAN_UNMET, "childcare_short")] == [150.5, 2, 7, 40]


def test_each_figure_has_a_name_of_its_own() -> None:
    assert len({one.key for one in FIGURES}) == len(FIGURES) == len({one.title for one in FIGURES})
    assert figure(ENTRY_SHORT).unit == "place-years"
