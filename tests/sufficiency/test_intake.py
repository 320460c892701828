"""Points of entry: the council's flows, else an estimate from sizes and distances; rows that sum to 1 with outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.assumptions import Assumptions, ExcludedYear
from sufficiency.forecast.intake import Entry, entered, intake, leavers, mean_of_shares

Made = Callable[..., Any]
NEAR, APART = 1_000.0, 20_000.0
SCHOOLS = [("100001", "N", "", 0, 6, 0, 0), ("100002", "S", "", 0, 6, APART, 0),
           ("100003", "", "SecA", 7, 11, NEAR, 0), ("100004", "", "SecB", 7, 11, APART + NEAR, 0)]


def rolls(north: float = 100, south: float = 100, a: float = 90, b: float = 110, years: tuple[int, ...] = (2021, 2022)) -> Any:
    return {"100001": {ay: [north] * 7 for ay in years}, "100002": {ay: [south] * 7 for ay in years},
            "100003": {ay: [a] * 5 for ay in years}, "100004": {ay: [b] * 5 for ay in years}}


def transfers(*flows: tuple[int, int, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(flows, columns=["ay", "nc_year", "origin", "destination", "pupils"])


def shares(projection: Any, nc_year: int = 7) -> pd.Series:
    table = projection.transfers.query("nc_year == @nc_year").set_index(["origin", "destination"])
    return table["share"]


def told(projection: Any) -> str:
    return "\n".join(note.text for note in projection.notes)


def test_children_who_come_from_outside_rise_and_fall_with_those_who_choose() -> None:
    """C4 with 24 and 12 from outside for 580 in Year 6; with half as many in Year 6, half as many come."""
    entry = Entry(7, np.array([[.62, .20], [.10, .75]]), np.array([24.0, 12.0]), 580.0, np.zeros(2), "flows")
    pool = np.array([[320.0, 260.0], [160.0, 130.0]])
    assert np.allclose(entered(pool, entry, pool.sum(axis=1)), [[248.4, 271.0], [124.2, 135.5]])
    always = Entry(7, np.zeros((2, 2)), np.array([24.0, 12.0]), 0.0, np.zeros(2), "nobody is known to choose")
    assert np.allclose(entered(pool, always, pool.sum(axis=1)), [[24, 12], [24, 12]])


def test_shares_are_the_mean_of_the_years_and_rows_sum_to_1() -> None:
    counts = np.array([[[60.0, 40.0]], [[80.0, 20.0]], [[0.0, 0.0]]])
    mean = mean_of_shares(counts, np.array([3.0, 2.0, 1.0]))
    assert mean[0] == pytest.approx([(3 * .6 + 2 * .8) / 5, (3 * .4 + 2 * .2) / 5]) and mean.sum() == pytest.approx(1.0)
    assert np.isnan(mean_of_shares(np.zeros((2, 1, 2)), np.array([3.0, 2.0]))).all()


def test_without_flows_near_schools_take_most_and_what_is_missing_goes_outside(town: Made) -> None:
    """200 leave and 150 enter: 50 go outside, and the matrix meets what left and what came."""
    projection = town(SCHOOLS, rolls(a=80, b=70)).project()
    share = shares(projection)
    assert share["N", "SecA"] > 0.75 and share["S", "SecB"] > 0.65 and share["N", "SecB"] < 0.05
    sent = {d: 100 * (share["N", d] + share["S", d]) for d in ("SecA", "SecB", "outside")}
    assert sent == pytest.approx({"SecA": 80, "SecB": 70, "outside": 50}, abs=0.05)
    for origin in ("N", "S"):
        assert share[origin].sum() == pytest.approx(1.0)
    assert "who enters which area in Year 7 is estimated from distance, not from flows" in told(projection)


def test_where_more_enter_than_leave_the_rest_comes_from_outside(town: Made) -> None:
    projection = town(SCHOOLS, rolls(north=60, south=70, a=90, b=110)).project()
    table = projection.transfers.query("nc_year == 7 and origin == 'outside'").set_index("destination")["children"]
    assert table.sum() == pytest.approx(70, abs=0.05) and (table > 0).all()
    assert shares(projection)["N", "outside"] == pytest.approx(0.0, abs=1e-3)


def test_schools_of_unknown_place_are_shared_by_size_alone(town: Made) -> None:
    nowhere = [(*school[:5], np.nan, np.nan) for school in SCHOOLS]
    share = shares(town(nowhere, rolls()).project())
    assert share["N", "SecA"] == pytest.approx(share["S", "SecA"]) == pytest.approx(0.45, abs=1e-3)


def test_the_council_s_flows_come_first_and_an_area_they_leave_out_keeps_its_estimate(town: Made) -> None:
    flows = transfers((2022, 7, "N", "SecA", 50), (2022, 7, "N", "SecB", 30), (2022, 7, "N", "outside", 20))
    made = town(SCHOOLS, rolls())
    estimated, projection = made.project(), made.with_tables(transfers=flows).project()
    assert shares(projection)["N"].to_dict() == pytest.approx({"SecA": 0.5, "SecB": 0.3, "outside": 0.2})
    assert shares(projection)["S", "SecB"] == pytest.approx(shares(estimated)["S", "SecB"])
    assert "no flows into Year 7 from S: estimated from distance, not from flows" in told(projection)


def test_flows_of_years_left_out_and_of_years_ahead_are_not_counted(town: Made) -> None:
    flows = transfers((2022, 7, "N", "SecA", 100), (2021, 7, "N", "SecB", 100), (2023, 7, "N", "SecB", 100),
                      (2022, 7, "S", "SecB", 100))
    shock = Assumptions(excluded_years=(ExcludedYear(2021, "a school was closed for a year"),))
    assert shares(town(SCHOOLS, rolls()).with_tables(transfers=flows).project(shock))["N", "SecA"] == 1.0
    only = town(SCHOOLS, rolls()).with_tables(transfers=flows[flows["ay"] == 2023]).project()
    assert "no flows into Year 7 are of a year that counts" in told(only)


def test_flows_to_areas_that_cannot_be_entered_count_as_outside_and_are_told(town: Made) -> None:
    flows = transfers((2022, 7, "N", "SecA", 60), (2022, 7, "N", "S", 10), (2022, 7, "N", "Elsewhere", 30),
                      (2022, 7, "S", "SecB", 9))
    projection = town(SCHOOLS, rolls()).with_tables(transfers=flows).project()
    assert shares(projection)["N"].to_dict() == pytest.approx({"SecA": 0.6, "outside": 0.4})
    assert "planning areas that are none of ours count as outside: Elsewhere" in told(projection)
    assert "no school of S begins in Year 7: flows there count as outside" in told(projection)


def test_flows_into_year_10_are_told_to_be_unused(town: Made) -> None:
    schools = [*SCHOOLS, ("100005", "", "SecA", 10, 13, 0, 0)]
    made = town(schools, {**rolls(), "100005": {2022: [9, 9, 5, 5]}})
    projection = made.with_tables(transfers=transfers((2022, 10, "SecA", "SecA", 9))).project()
    assert "flows into Year 10 are not used" in told(projection)


def test_flows_into_the_sixth_form_take_the_place_of_staying_on(town: Made) -> None:
    schools = [*SCHOOLS[:3], ("100004", "", "SecB", 7, 13, APART + NEAR, 0)]
    made = town(schools, {**rolls(), "100004": {ay: [110] * 5 + [60, 40] for ay in (2021, 2022)}})
    flows = transfers((2022, 12, "SecA", "SecB", 27), (2022, 12, "SecA", "outside", 63), (2022, 12, "SecB", "SecB", 33),
                      (2022, 12, "SecB", "outside", 77))
    projection = made.with_tables(transfers=flows).project()
    assert shares(projection, 12)["SecA", "SecB"] == pytest.approx(0.3)
    assert float(projection.raw.sel(planning_area_code="SecB", ay=2023, nc_year=12)[0]) == pytest.approx(60)


def test_leavers_and_intakes_are_of_schools_that_end_and_begin(town: Made) -> None:
    schools = [("100001", "N", "", 0, 2, 0, 0), ("100002", "N", "", 3, 6, 0, 0), ("100003", "S", "S1", 0, 11, 0, 0)]
    made = town(schools, {"100001": {2022: [9, 8, 7]}, "100002": {2022: [6, 5, 4, 3]}, "100003": {2022: [2] * 7 + [11] * 5}})
    strands = made.strands()
    assert strands.areas == ("N", "S", "S1")
    assert leavers(strands, strands.roll[0], 3).tolist() == [7, 0, 0] and intake(strands, 0, 3).tolist() == [6, 0, 0]
    assert leavers(strands, strands.roll[0], 7).tolist() == [3, 2, 0] and intake(strands, 0, 7).tolist() == [0, 0, 11]
    assert leavers(strands, strands.roll[0], 12).tolist() == [0, 0, 11] and not strands.enters(12).any()
    assert strands.takes(0).tolist() == [True, True, False]


def test_an_area_with_a_new_school_is_entered_as_in_the_years_since(town: Made) -> None:
    """A second school opened in SecB this year, and 150 enter where 110 did: 150 are expected again."""
    years = (2019, 2020, 2021, 2022)
    schools = [*SCHOOLS, ("100005", "", "SecB", 7, 11, APART + NEAR, 0)]
    made = town(schools, {**rolls(north=150, south=150, a=90, b=110, years=years), "100005": {2022: [40, 0, 0, 0, 0]}})
    assert float(made.project().raw.sel(planning_area_code="SecB", ay=2023, nc_year=7)[0]) == pytest.approx(150, abs=0.1)
    assert float(made.project().raw.sel(planning_area_code="SecA", ay=2023, nc_year=7)[0]) == pytest.approx(90, abs=0.1)
