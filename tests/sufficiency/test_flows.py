"""Every change from one January to the next is told by its parts, to the last child: on paper, and in any small town."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from planning_areas.school_year import PHASE_YEARS
from sufficiency.assumptions import Assumptions

Made = Callable[..., Any]
PAPER = Assumptions(weights=(1.0,), shrinkage_survival=0.0, shrinkage_births=0.0)
A, D = "E01000001", "E01000004"


def parts(projection: Any, ay: int, area: str, phase: str) -> dict[str, float]:
    """The parts of one change that are not nothing."""
    told = projection.flows.sel(ay=ay, planning_area_code=area, phase=phase).to_series()
    return {str(part): round(float(n), 6) for part, n in told.items() if abs(n) > 1e-9}


def check_sums(projection: Any) -> None:
    """Whatever the parts are, they add up to the change of the roll, over all areas to a millionth of a child."""
    for phase, years in PHASE_YEARS.items():
        pupils = projection.pupils.isel(draw=0).sel(nc_year=list(years)).sum("nc_year")
        change = pupils.diff("ay")
        told = projection.flows.sel(phase=phase).sum("part").transpose(*change.dims)
        assert float(np.abs(told - change).sum()) < 1e-6, phase


def test_a_primary_area_changes_by_births_leavers_and_moves(town: Made) -> None:
    """P1: 30 in each of Years 1 to 6 and 36 in Reception for 50 births; the next 50 births make as many again.

    P2: 44 for 40 births, then 22 for 20. The authority's ratio is 80/90 for 70 births: 62.2 where the areas add up to 58.
    """
    schools = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P2", "", 0, 6, 0, 0)]
    rolls = {"100001": {2021: [36, *[30] * 6], 2022: [36, *[36], *[30] * 5]}, "100002": {2021: [44] * 7, 2022: [44] * 7}}
    births = {2016: {A: 50, D: 40}, 2017: {A: 50, D: 40}, 2018: {A: 50, D: 20}}
    projection = town(schools, rolls, births, {A: {"P1": 1.0}, D: {"P2": 1.0}}).project(PAPER)
    scaled = 70 * (80 / 90) / 58 - 1
    assert parts(projection, 2023, "P1", "primary") == {
        "births": 36, "leaving": -30, "reconciliation": pytest.approx(36 * scaled, abs=1e-5)}
    assert parts(projection, 2023, "P2", "primary") == {
        "births": 22, "leaving": -44, "reconciliation": pytest.approx(22 * scaled, abs=1e-5)}
    check_sums(projection)


def test_what_the_ratio_into_reception_adds_stands_apart_from_births(town: Made) -> None:
    """Twice as many births as today with a ratio that is the mean of 0.5 and 1: births make 40, the lower ratio takes 10 away."""
    rolls = {"100001": {2021: [20] * 7, 2022: [20] * 7}}
    births = {2016: {A: 40}, 2017: {A: 20}, 2018: {A: 40}}
    half = Assumptions(weights=(1.0, 1.0), shrinkage_survival=0.0, shrinkage_births=0.0)
    projection = town([("100001", "P1", "", 0, 6, 0, 0)], rolls, births, {A: {"P1": 1.0}}).project(half)
    assert parts(projection, 2023, "P1", "primary") == {"births": 40, "before_reception": -10, "leaving": -20}


def test_gains_within_the_school_are_survival(town: Made) -> None:
    """Each class of 20 gains one on the way up: 21 moved up from 20; those who leave are today's Year 6."""
    rolls = {"100001": {2021: [20] * 7, 2022: [20, *[21] * 6]}}
    projection = town([("100001", "P1", "", 0, 6, 0, 0)], rolls, {2017: {A: 20}, 2018: {A: 20}}, {A: {"P1": 1.0}}).project(PAPER)
    told = parts(projection, 2023, "P1", "primary")
    assert told == {"births": 20, "leaving": -21, "survival": pytest.approx(0.05 * (20 + 5 * 21))}


def test_year_3_moves_children_between_areas_and_nobody_is_lost(town: Made) -> None:
    """An infant school in one area, a junior school in another: 30 go over every year."""
    schools = [("100001", "P1", "", 0, 2, 0, 0), ("100002", "P2", "", 3, 6, 0, 0)]
    rolls = {"100001": {2021: [30] * 3, 2022: [30] * 3}, "100002": {2021: [30] * 4, 2022: [30] * 4}}
    projection = town(schools, rolls, {2017: {A: 30}, 2018: {A: 30}}, {A: {"P1": 1.0}}).project(PAPER)
    assert parts(projection, 2023, "P1", "primary") == {"births": 30, "transfers_out": -30}
    assert parts(projection, 2023, "P2", "primary") == {"transfers_in": 30, "leaving": -30}


def test_flows_that_the_council_knows_show_both_ways_over_the_border(town: Made) -> None:
    """C4: Year 6 320 and 260; 0.62, 0.20 and 0.10, 0.75 go to SecA and SecB, the others outside; 24 and 12 come from outside."""
    schools = [("100001", "PN", "", 0, 6, 0, 0), ("100002", "PS", "", 0, 6, 0, 0), ("100003", "", "SecA", 7, 11, 0, 0),
               ("100004", "", "SecB", 7, 11, 0, 0)]
    rolls = {"100001": {y: [320] * 7 for y in (2021, 2022)}, "100002": {y: [260] * 7 for y in (2021, 2022)},
             "100003": {y: [248.4] * 5 for y in (2021, 2022)}, "100004": {y: [271.0] * 5 for y in (2021, 2022)}}
    went = {("PN", "SecA"): 0.62 * 320, ("PN", "SecB"): 0.20 * 320, ("PN", "outside"): 0.18 * 320, ("PS", "SecA"): 0.10 * 260,
            ("PS", "SecB"): 0.75 * 260, ("PS", "outside"): 0.15 * 260, ("outside", "SecA"): 24.0, ("outside", "SecB"): 12.0}
    transfers = pd.DataFrame([(2022, 7, o, d, n) for (o, d), n in went.items()],
                             columns=["ay", "nc_year", "origin", "destination", "pupils"])
    made = town(schools, rolls, {2017: {A: 320, D: 260}, 2018: {A: 320, D: 260}}, {A: {"PN": 1.0}, D: {"PS": 1.0}})
    projection = made.with_tables(transfers=transfers).project(PAPER)
    a, b = (parts(projection, 2023, area, "secondary") for area in ("SecA", "SecB"))
    assert a == {"coming_up": pytest.approx(320 * 62 / 82 + 260 * 10 / 85), "border_in": 24, "leaving": -248.4,
                 "border_out": pytest.approx(-0.18 * 320 * 62 / 82 - 0.15 * 260 * 10 / 85)}
    assert a["coming_up"] + b["coming_up"] == pytest.approx(320 + 260)
    assert a["border_out"] + b["border_out"] == pytest.approx(-0.18 * 320 - 0.15 * 260)
    assert a["coming_up"] + a["border_in"] + a["border_out"] == pytest.approx(248.4), "the worked example"


def test_secondary_schools_alone_take_all_who_enter_from_outside(town: Made) -> None:
    rolls = {"100001": {2021: [60] * 5, 2022: [60] * 5}}
    own = {y: [0, *[80] * 6, *[60] * 5] for y in (2021, 2022)}
    projection = town([("100001", "", "S1", 7, 11, 0, 0)], rolls, authority_roll=own).project(PAPER)
    assert parts(projection, 2023, "S1", "secondary") == {"border_in": 60, "leaving": -60}
    check_sums(projection)


def test_a_known_intake_moves_its_year_and_leaves_with_its_cohort(town: Made) -> None:
    """25 offers for a Reception that the model puts at 20: 5 more, until that class leaves primary six years later."""
    rolls = {"100001": {2021: [20] * 7, 2022: [20] * 7}}
    offers = pd.DataFrame({"urn": ["100001"], "ay": [2023], "nc_year": [0], "offers": [25.0]})
    made = town([("100001", "P1", "", 0, 6, 0, 0)], rolls, {c: {A: 20} for c in range(2016, 2026)}, {A: {"P1": 1.0}})
    projection = made.with_tables(offers=offers).project(PAPER)
    moved = projection.flows.sel(part="known_intakes", planning_area_code="P1", phase="primary")
    assert [round(float(n), 9) for n in moved] == [5, 0, 0, 0, 0, 0, 0]
    check_sums(projection)


@settings(deadline=None, max_examples=30, derandomize=True, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_the_parts_add_up_in_any_town(town: Made, data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from([(0, 2), (3, 6), (0, 6), (0, 11), (7, 11), (7, 13), (10, 13), (4, 8), (9, 13)]),
                               min_size=2, max_size=6))
    schools, rolls = [], {}
    for i, (low, high) in enumerate(kinds):
        primary, secondary = data.draw(st.sampled_from(["P1", "P2"])), data.draw(st.sampled_from(["S1", "S2"]))
        urn = str(100_001 + i)
        schools.append((urn, primary if low < 7 else "", secondary if high > 6 else "", low, high, 1_000.0 * i, 0.0))
        rolls[urn] = {2022 - k: [float(data.draw(st.integers(0, 40))) for _ in range(low, high + 1)]
                      for k in range(data.draw(st.integers(1, 3)))}
    here = sorted({s[1] for s in schools if s[1]})
    homes = {A: {here[0]: 1.0}, D: {here[-1]: 1.0}} if here else None
    births = {c: {A: float(data.draw(st.integers(0, 60))), D: 20.0} for c in range(2015, 2022)} if here else None
    projection = town(schools, rolls, births, homes).project(method=data.draw(st.sampled_from(["plain", "measured"])))
    check_sums(projection)
    leaving = projection.flows.sel(part=["leaving", "transfers_out", "border_out", "without_school"])
    assert float(leaving.max()) <= 1e-9
    coming = projection.flows.sel(part=["births", "coming_up", "transfers_in"])
    assert float(coming.min()) >= -1e-9
