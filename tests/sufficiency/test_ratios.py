"""Ratios: weighted over years, drawn towards the authority's where an area is small, clipped, and never measured on newcomers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.assumptions import Assumptions, ExcludedYear
from sufficiency.evidence import empty
from sufficiency.forecast.authority_control import authority_ratios, authority_roll, coverage
from sufficiency.forecast.newborns import Newborns
from sufficiency.forecast.ratios import divide, excluded_notes, shrink, stayers, transitions, weighted_ratio

Made = Callable[..., Any]
THREE = (3.0, 2.0, 1.0)
PLAIN = Assumptions(method="plain")


def test_nothing_is_divided_by_nothing() -> None:
    ratios = divide(np.array([1.0, 2, np.nan, 0]), np.array([0.0, 4, 1, 5]))
    assert np.isnan(ratios[[0, 2]]).all() and ratios[[1, 3]].tolist() == [0.5, 0.0]


def test_the_latest_year_counts_three_times_and_a_year_without_a_ratio_not_at_all() -> None:
    above, below = np.array([[12.0], [10.0], [8.0]]), np.array([[10.0], [10.0], [10.0]])
    assert weighted_ratio(above, below, THREE)[0] == pytest.approx((3 * 1.2 + 2 * 1.0 + 0.8) / 6)
    below[1] = 0.0
    assert weighted_ratio(above, below, THREE)[0] == pytest.approx((3 * 1.2 + 0.8) / 4)
    assert np.isnan(weighted_ratio(above, np.zeros((3, 1)), THREE)[0])
    assert weighted_ratio(above[:1], np.array([[10.0]]), THREE)[0] == pytest.approx(1.2), "one year is enough"


def test_a_small_area_is_drawn_towards_the_authority() -> None:
    """r* = (n r_area + m r_authority) / (n + m): 40 children at 1.10 and m of 80 give (44 + 80) / 120."""
    assert shrink(np.array(1.10), np.array(40.0), 1.0, 80.0) == pytest.approx(124 / 120)
    assert shrink(np.array(np.nan), np.array(40.0), 1.02, 80.0) == pytest.approx(1.02), "no history: the authority's"
    assert shrink(np.array(1.10), np.array(40.0), 1.0, 0.0) == pytest.approx(1.10)
    assert shrink(np.array(np.nan), np.array(0.0), 1.02, 0.0) == pytest.approx(1.02)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.floats(0.5, 1.5), st.floats(0, 5_000), st.floats(0.8, 1.2), st.floats(0, 200))
def test_a_drawn_ratio_lies_between_the_two_and_nearer_its_own_the_larger_the_area(own: float, n: float, whole: float,
                                                                                   m: float) -> None:
    drawn = float(shrink(np.array(own), np.array(n), whole, m))
    assert min(own, whole) - 1e-12 <= drawn <= max(own, whole) + 1e-12
    larger = float(shrink(np.array(own), np.array(n + 100), whole, m))
    assert abs(larger - own) <= abs(drawn - own) + 1e-12 or n + m == 0


def test_years_are_taken_latest_first_without_those_left_out_and_unknown() -> None:
    a = Assumptions(excluded_years=(ExcludedYear(2020, "closed in spring"), ExcludedYear(2010, "long ago")))
    used, left_out = transitions(lambda ay: ay != 2021, base=2022, oldest=2017, assumptions=a)
    assert used == [2022, 2019, 2018] and left_out == [2020]
    assert [n.text for n in excluded_notes("school_roll", left_out, a)] == [
        "the change into 2020/21 is left out of the ratios: closed in spring"]


def test_only_children_who_could_stay_are_counted_as_stayers(town: Made) -> None:
    """A school that grows upwards, one that is new, and infants who leave: none of these is a gain or a loss."""
    schools = [("100001", "P1", "", 0, 2, 0, 0), ("100002", "P1", "", 0, 6, 0, 0), ("100003", "P1", "", 0, 6, 0, 0)]
    made = town(schools, {"100001": {2021: [30, 30, 30], 2022: [30, 29, 30]}, "100002": {2021: [20, 20, 0, 0, 0, 0, 0],
                                                                                         2022: [20, 19, 18, 0, 0, 0, 0]},
                          "100003": {2022: [25] * 7}})
    after, before = stayers(made.strands())
    assert after[0, 0].tolist()[:4] == [0, 29, 30, 0] and before[0, 0].tolist()[:4] == [0, 30, 30, 0]
    assert after[0, 1].tolist()[:4] == [0, 19, 18, 0] and before[0, 1].tolist()[:4] == [0, 20, 20, 0]
    assert after[0, 2].sum() == 0 and before[0, 2].sum() == 0, "it was not there"


def newborns_of(births: dict[int, float]) -> Newborns:
    first, last = min(births), max(births)
    total = np.array([births.get(c, np.nan) for c in range(first, last + 1)])
    return Newborns(first, ~np.isnan(total), total, np.zeros((len(total), 1)), None)


def rows(*censuses: dict[int, float]) -> np.ndarray:
    """Censuses, latest first, every year group that is not given with 100 children."""
    return np.array([[groups.get(g, 100.0) for g in range(15)] for groups in censuses])


def test_the_authority_is_measured_year_by_year() -> None:
    roll = rows({0: 90, 1: 99, 12: 45}, {0: 110, 12: 50}, {11: 80})
    ratios, notes = authority_ratios((2022, 2021, 2020), roll, newborns_of({2015: 100, 2016: 100, 2017: 100}), PLAIN)
    assert ratios.births == pytest.approx((3 * 0.9 + 2 * 1.1 + 1.0) / 6)
    assert ratios.steps[1] == pytest.approx((3 * 99 / 110 + 2 * 1.0) / 5)
    assert ratios.steps[12] == pytest.approx((3 * 0.45 + 2 * 50 / 80) / 5) and notes == ()


def test_a_year_that_is_missing_in_the_middle_leaves_two_changes_out() -> None:
    roll = rows({1: 90}, {}, {}, {})
    roll[1] = np.nan
    ratios, _ = authority_ratios((2022, 2021, 2020, 2019), roll, newborns_of({2014: 100, 2015: 100, 2017: 100}), PLAIN)
    assert ratios.steps[1] == 1.0, "neither into nor out of the census that is missing"
    assert ratios.births == 1.0


def test_one_census_moves_children_up_and_takes_year_7_and_the_sixth_form_as_they_are_today() -> None:
    today = rows({6: 80, 7: 100, 11: 90, 12: 45, 13: 30, 14: 0})
    ratios, notes = authority_ratios((2022,), today, newborns_of({2010: 1, 2020: 1}), PLAIN)
    assert ratios.steps[1:7].tolist() == [1.0] * 6 and ratios.steps[8:12].tolist() == [1.0] * 4
    assert ratios.steps[7] == 100 / 80 and ratios.steps[12:].tolist() == [0.5, 30 / 45, 0.0]
    assert ratios.births == 1.0 and [n.table for n in notes] == ["authority_roll", "births"]


PAIR = [("100001", "P1", "", 0, 6, 0, 0)]


def test_the_authority_s_own_roll_counts_where_it_has_one(town: Made) -> None:
    own = {ay: [50.0] * 15 for ay in (2020, 2021, 2022)}
    made = town(PAIR, {"100001": {2022: [49] * 7}}, authority_roll=own)
    years, roll, notes = authority_roll(made.evidence, made.strands())
    assert years == (2022, 2021, 2020) and (roll == 50).all()
    assert "have 343 pupils in Reception to Year 11, the authority's own roll has 600" in notes[0].text
    assert coverage(roll, made.strands()) == pytest.approx(49 / 50)


def test_where_the_authority_s_roll_stops_early_its_schools_stand_in_like_for_like(town: Made) -> None:
    """Schools count 60 of the 61 that the authority counts: this year's 54 is then 54.9 of its own, and no loss of a child."""
    own = {ay: [61.0] * 7 + [0.0] * 8 for ay in (2020, 2021)}
    made = town(PAIR, {"100001": {2021: [60] * 7, 2022: [54] * 7}}, authority_roll=own)
    years, roll, notes = authority_roll(made.evidence, made.strands())
    assert years == (2022, 2021, 2020) and roll[0, :7] == pytest.approx([54 * 61 / 60] * 7)
    assert "does not reach 2022/23" in notes[0].text


def test_another_authority_s_roll_and_later_years_and_nursery_are_not_looked_at(town: Made) -> None:
    made = town(PAIR, {"100001": {2022: [49] * 7}})
    table = empty("authority_roll")
    for i, row in enumerate([("998", 2022, 0, 5.0, ""), ("999", 2023, 0, 5.0, ""), ("999", 2022, -1, 5.0, "")]):
        table.loc[i] = row
    years, roll, _ = authority_roll(made.with_tables(authority_roll=table).evidence, made.strands())
    assert years == (2022,) and roll[0, 0] == 49


def test_why_nothing_is_measured_is_told_as_it_is() -> None:
    def why(roll: np.ndarray, *excluded: int) -> str:
        years = tuple(range(2022, 2022 - len(roll), -1))
        assumptions = replace(PLAIN, excluded_years=tuple(ExcludedYear(ay, "lockdown") for ay in excluded))
        notes = authority_ratios(years, roll, newborns_of({2010: 1, 2020: 1}), assumptions)[1]
        return next((n.text.split(":")[0] for n in notes if "moved up a year unchanged" in n.text), "")

    assert why(rows({})) == "there is one census only"
    assert why(rows({}, {}), 2022) == "every change from one January to the next is left out"
    apart = rows({}, {}, {})
    apart[1] = np.nan
    assert why(apart) == "no two censuses follow one another" and why(rows({}, {})) == ""


UPPER = [("100001", "", "S1", 7, 13, 0, 0), ("100002", "", "S2", 7, 11, 9000, 0)]
TODAY = {"100001": {2022: [60, 60, 60, 60, 60, 30, 20]}, "100002": {2022: [60] * 5}}
GROWING = {ay: [0.0] * 7 + [120.0] * 4 + [100.0 + 20 * (ay == 2022), 30.0, 20.0, 0.0] for ay in (2020, 2021, 2022)}


def test_a_growing_year_11_does_not_make_staying_on_look_rarer(town: Made) -> None:
    """30 of last year's 100 in Year 11 stay on, 0.3; today's 120 would say 0.25. S1, which has half of them, keeps 30 of 50."""
    projection = town(UPPER, TODAY, authority_roll=GROWING).project(Assumptions(shrinkage_survival=0.0))
    row = projection.ratios.query("kind == 'staying_on' and planning_area_code == 'S1' and nc_year == 12").iloc[0]
    assert row["ratio_authority"] == pytest.approx(0.3)
    assert row["children"] == pytest.approx(50.0) and row["ratio_used"] == pytest.approx(0.6)
    raw, adjusted = (a.sel(ay=2023, nc_year=12).sum().item() for a in (projection.raw, projection.adjusted))
    assert raw == pytest.approx(36.0) and adjusted == pytest.approx(36.0), "reconciliation has nothing to mend"


def test_without_an_authority_s_roll_todays_year_11_has_to_do(town: Made) -> None:
    projection = town(UPPER, TODAY).project(Assumptions(shrinkage_survival=0.0))
    row = projection.ratios.query("kind == 'staying_on' and planning_area_code == 'S1' and nc_year == 12").iloc[0]
    assert row["ratio_used"] == pytest.approx(0.5)


def test_schools_from_14_take_their_share_of_last_years_year_9(town: Made) -> None:
    """The college has 10 in Year 10 of 110; at a ratio of 1.1 there were 100 in Year 9 a year ago: a tenth, not 1 in 20."""
    schools = [("100001", "", "S1", 7, 11, 0, 0), ("100002", "", "S1", 10, 11, 0, 0)]
    rolls = {"100001": {2022: [200, 200, 200, 100, 100]}, "100002": {2022: [10, 10]}}
    own = {ay: [0.0] * 7 + [200.0, 200.0, 100.0 + 100 * (ay == 2022), 110.0, 110.0, 0, 0, 0] for ay in (2020, 2021, 2022)}
    college = town(schools, rolls, authority_roll=own).project().raw.sel(ay=2023, nc_year=10).sum().item()
    assert college == pytest.approx(200 * 1.1 + 200 * 0.1), "those who stay, and a tenth of Year 9 into the college"
