"""Costs of schemes: the brief's worked examples, prices on the way to the day of building, and the years in which money falls."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency.assumptions import Assumptions, LeadTime
from sufficiency.capital.money import each_place, lead_years, mid_building, price_index, project_cost, rules, spread, when
from sufficiency.capital.tables import KINDS
from sufficiency.housing.place_cost import cost_of_place
from sufficiency.rules import rulebook

NOTTS = rules()["location_factors"]["East Midlands"]
NOW = when("2026Q1")


@pytest.mark.parametrize(
    ("places", "phase", "how", "printed"),
    [(105, "primary", "expansion", "2.27"), (150, "secondary", "expansion", "4.47"), (420, "primary", "new_school", "10.85")],
)
def test_the_briefs_projects_cost_what_it_prints(places: int, phase: str, how: str, printed: str) -> None:
    """E3: half a form of entry, a form of entry of a secondary school, and a new school, in millions of pounds."""
    each, times = cost_of_place(phase, Assumptions(), how)
    assert f"{project_cost(places, each * times, NOTTS, 1.0, 0.0, 0.0) / 1e6:.2f}" == printed


def test_a_new_secondary_school_costs_what_the_brief_prints() -> None:
    """E3: 900 places at a new secondary school."""
    each, _ = cost_of_place("secondary", Assumptions(), "new_school")
    assert f"{project_cost(900, each, NOTTS, 1.0, 0.0, 0.0) / 1e6:.1f}" == "28.2"


@pytest.mark.parametrize(
    ("phase", "how", "printed"),
    [("primary", "new_school", 25_841), ("primary", "expansion", 21_644), ("primary", "temporary", 10_233),
     ("secondary", "new_school", 31_306), ("secondary", "expansion", 29_769), ("secondary", "temporary", 11_487)],
)
def test_the_regions_costs_are_englands_times_its_factor(phase: str, how: str, printed: int) -> None:
    """E3: the published figures come from unrounded ones, and so are up to a pound from ours."""
    assert project_cost(1, cost_of_place(phase, Assumptions(), how)[0], NOTTS, 1.0, 0.0, 0.0) == pytest.approx(printed, abs=1)


def test_each_edition_of_the_scorecards_follows_from_the_one_before_by_the_index() -> None:
    """Editions 2023 to 2025 are re-indexed, not measured again: to a pound and its rounding."""
    editions = [*rules()["editions"], {"quarter": rules()["base"], **rulebook("contributions")["cost"]}]
    for before, after in pairwise(editions):
        index = price_index(when(after["quarter"])) / price_index(when(before["quarter"]))
        for phase in ("primary", "secondary"):
            for how, cost in before[phase].items():
                assert project_cost(1, cost, 1.0, index, 0.0, 0.0) == pytest.approx(after[phase][how], abs=1), (phase, how)


def test_prices_grow_between_quarters_and_go_on_at_the_rulebooks_rate() -> None:
    growth = 1 + rules()["price_growth"]["a_year"]
    assert price_index(NOW) == 410
    assert price_index(NOW + 3) == pytest.approx(410 * growth**3)
    assert price_index(when("2025Q1") + 0.5) == pytest.approx((399 * 410) ** 0.5)
    assert price_index(when("2023Q1") - 1) == pytest.approx(379 / growth)


def test_building_is_paid_at_prices_half_way_through_it() -> None:
    """Twelve months of building before September 2028 have their middle at the first of March 2028."""
    assert mid_building(2028, 12) == pytest.approx(2028 + 2 / 12)


@pytest.mark.parametrize(
    ("kind", "phase", "years"),
    [("bulge", "primary", 1), ("modular", "primary", 1), ("expansion", "primary", 3), ("new_school", "primary", 4),
     ("new_school", "secondary", 6), ("pan_cut", "primary", 2), ("closure", "primary", 2)],
)
def test_lead_times_in_months_become_years_to_a_september(kind: str, phase: str, years: int) -> None:
    """From 1 April: five months to that September, and twelve for each year more (E5)."""
    assert lead_years(kind, phase, Assumptions()) == years


def test_a_councils_own_lead_time_counts() -> None:
    assert lead_years("expansion", "primary", Assumptions(lead_times=(LeadTime("expansion", 17),))) == 1


def test_every_kind_of_scheme_has_its_rules() -> None:
    kinds = {kind for kind in rules()["kinds"] if kind not in ("unit", "evidence", "source")}
    assert kinds == set(KINDS)
    assert all(lead_years(kind, "primary", Assumptions()) >= 1 for kind in KINDS)


def test_places_cost_by_kind_and_phase() -> None:
    """An early years place as a primary one, a place at a special school four times, in a unit two and a half times (E3)."""
    usual = Assumptions()
    primary = rulebook("contributions")["cost"]["primary"]
    assert each_place("nursery_expansion", "early_years", usual) == primary["expansion"]
    assert each_place("expansion", "special", usual) == 4 * primary["expansion"]
    assert each_place("resourced_provision", "special", usual) == 2.5 * primary["expansion"]
    assert each_place("bulge", "secondary", usual) == rulebook("contributions")["cost"]["secondary"]["temporary"]
    assert each_place("pan_cut", "primary", usual) == 0.0
    assert each_place("reopening", "primary", usual) is None
    assert each_place("expansion", "primary", Assumptions(place_cost_primary=20_000.0)) == 20_000.0


def test_money_falls_on_design_first_and_on_building_then() -> None:
    """Decided in April 2026 for September 2028: 17 months of design at a tenth, then a year of building, 5 months in 2028/29."""
    shares = spread(2, 12)
    assert shares == pytest.approx({-2: 0.1 * 12 / 17, -1: 0.1 * 5 / 17 + 0.9 * 7 / 12, 0: 0.9 * 5 / 12})


@given(lead=st.integers(0, 15), building=st.integers(1, 60))
def test_all_of_a_cost_falls_between_decision_and_opening(lead: int, building: int) -> None:
    shares = spread(lead, building)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert min(shares) == -lead and max(shares) == 0 and all(share > 0 for share in shares.values())
