"""Sharing an intake out among schools: by recent share, held to places, nobody lost; schools that open and close on the way."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sufficiency.assumptions import Assumptions
from sufficiency.forecast.school_split import allocate, of_group

Made = Callable[..., Any]
ONE = np.zeros(3, dtype="int64")
PAPER = Assumptions(weights=(1.0,), shrinkage_survival=0.0, shrinkage_births=0.0)


def test_within_their_places_schools_take_their_shares() -> None:
    assert np.allclose(allocate(np.array([[60.0]]), np.array([.5, .3, .2]), np.array([40.0, 40, math.inf]), ONE), [[30, 18, 12]])


def test_the_excess_of_a_full_school_goes_to_those_with_room_by_their_shares() -> None:
    """80 children: the first has 20 places for the 40 who ask, and the others take 12 and 8 of the other 20."""
    assert np.allclose(allocate(np.array([[80.0]]), np.array([.5, .3, .2]), np.array([20.0, 90, 90]), ONE), [[20, 36, 24]])


def test_a_school_that_fills_up_on_others_excess_passes_it_on() -> None:
    assert np.allclose(allocate(np.array([[80.0]]), np.array([.5, .3, .2]), np.array([20.0, 30, 90]), ONE), [[20, 30, 30]])


def test_when_all_are_full_the_rest_stays_by_share_and_nobody_is_lost() -> None:
    assert np.allclose(allocate(np.array([[100.0]]), np.array([.5, .3, .2]), np.array([20.0, 30, 10]), ONE), [[40, 42, 18]])


shares_and_places = st.integers(1, 5).flatmap(lambda n: st.tuples(
    hnp.arrays(np.float64, n, elements=st.integers(0, 9).map(float)),
    hnp.arrays(np.float64, n, elements=st.one_of(st.integers(0, 60).map(float), st.just(math.inf)))))


@settings(deadline=None, max_examples=200, derandomize=True)
@given(shares_and_places, st.floats(0, 300), st.floats(0, 50))
def test_more_children_never_mean_fewer_at_any_school(drawn: tuple[np.ndarray, np.ndarray], children: float, more: float) -> None:
    raw, places = drawn
    shares = raw / raw.sum() if raw.sum() > 0 else np.full(len(raw), 1 / len(raw))
    group = np.zeros(len(raw), dtype="int64")
    few, many = (allocate(np.array([[n]]), shares, places, group)[0] for n in (children, children + more))
    assert few.sum() == pytest.approx(children) and (few >= 0).all() and (few[shares == 0] == 0).all()
    assert (many >= few - 1e-9).all()
    room = np.where(shares > 0, places, 0.0).sum()
    if children <= room:
        assert (few <= places + 1e-9).all(), "nobody is beyond the places while there is room"


def test_groups_are_apart_and_a_draw_is_the_same_alone_as_among_others() -> None:
    group, shares = np.array([0, 0, 1, 3]), np.array([.7, .3, 1.0, 1.0])
    wanted = np.random.default_rng(7).uniform(0, 90, (9, 4))
    places = np.array([20.0, 10.0, 5.0, math.inf])
    together = allocate(wanted, shares, places, group)
    assert np.allclose(of_group(together, group)[:, [0, 2, 3]], wanted[:, [0, 1, 3]])
    for n in range(9):
        assert np.array_equal(allocate(wanted[n : n + 1], shares, places, group)[0], together[n])


PAIR = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P1", "", 0, 6, 0, 0)]
FULL = {"100001": {2021: [30] * 7, 2022: [30] * 7}, "100002": {2021: [60] * 7, 2022: [60] * 7}}
BORN = {c: {"E01000001": 90} for c in range(2015, 2023)}
HOME = {"E01000001": {"P1": 1.0}}


def places(rows: dict[str, dict[int, float]], basis: str = "pan", groups: range = range(7)) -> pd.DataFrame:
    """Places from year to year: the last given holds on; the same in all year groups."""
    table, years = [], range(2022, 2030)
    for urn, given_ in rows.items():
        for ay in years:
            known = [n for since, n in given_.items() if since <= ay]
            table += [(urn, ay, g, known[-1], basis) for g in groups if known]
    return pd.DataFrame(table, columns=["urn", "ay", "nc_year", "yg_places", "basis"])


def pupils(projection: Any, urn: str, ay: int, nc_year: int) -> float:
    return float(projection.schools.sel(urn=urn, ay=ay, nc_year=nc_year)[0])


def test_a_school_that_opens_takes_its_part_from_then_on_and_fills_from_below(town: Made) -> None:
    """A third school with 90 of 180 places opens in September 2025: half of the 90 in Reception are then its own."""
    made = town([*PAIR, ("100003", "P1", "", 0, 6, 0, 0)], FULL, BORN, HOME)
    made.schools.loc[2, "open_date"] = "2025-09-01"
    open_places = places({"100001": {2022: 30}, "100002": {2022: 60}, "100003": {2022: 90}})
    projection = made.project(PAPER, open_places)
    assert [pupils(projection, "100003", ay, 0) for ay in (2023, 2024)] == [0, 0], "not open yet, whatever places it has"
    assert pupils(projection, "100003", 2025, 0) == pytest.approx(45) and pupils(projection, "100003", 2025, 1) == 0
    assert pupils(projection, "100003", 2026, 1) == pytest.approx(45)
    assert pupils(projection, "100001", 2025, 0) == pytest.approx(15)
    assert pupils(projection, "100002", 2025, 0) == pytest.approx(30)


def test_a_school_without_an_opening_date_opens_with_its_first_places(town: Made) -> None:
    made = town([*PAIR, ("100003", "P1", "", 0, 6, 0, 0)], FULL, BORN, HOME)
    projection = made.project(PAPER, places({"100001": {2022: 30}, "100002": {2022: 60}, "100003": {2022: 0, 2024: 90}}))
    assert pupils(projection, "100003", 2023, 0) == 0 and pupils(projection, "100003", 2024, 0) == pytest.approx(45)


def test_a_new_school_of_unknown_places_takes_an_equal_part(town: Made) -> None:
    projection = town([*PAIR, ("100003", "P1", "", 0, 6, 0, 0)], FULL, BORN, HOME).project(PAPER)
    assert [pupils(projection, u, 2023, 0) for u in ("100001", "100002", "100003")] == pytest.approx([20, 40, 30])


def test_a_school_that_closes_takes_nobody_in_and_its_pupils_go_on_nearby(town: Made) -> None:
    projection = town(PAIR, FULL, BORN, HOME).project(PAPER, places({"100001": {2022: 30, 2024: 0}, "100002": {2022: 60}}))
    assert [pupils(projection, "100001", 2023, g) for g in (0, 1)] == [pytest.approx(30), pytest.approx(30)]
    assert float(projection.schools.sel(urn="100001", ay=2024).sum()) == 0
    assert [pupils(projection, "100002", 2024, g) for g in range(7)] == [pytest.approx(90)] * 7


def test_the_last_school_of_an_area_keeps_its_pupils_though_it_has_no_places(town: Made) -> None:
    """The area's children have to be somewhere: the balance will show that there is no place for them."""
    apart = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P2", "", 0, 6, 0, 0)]
    made = town(apart, FULL, BORN, HOME | {"E01000002": {"P2": 1.0}})
    projection = made.project(PAPER, places({"100001": {2022: 30, 2024: 0}}))
    assert float(projection.schools.sel(urn="100001", ay=2024, nc_year=1)[0]) == pytest.approx(30)


def test_a_share_of_capacity_holds_no_school_below_what_it_takes_in(town: Made) -> None:
    """Capacity 140 is 20 a year group, but the school took 30 this year and last; a PAN of 20 is another matter."""
    rows = {"100001": {2022: 20.0}, "100002": {2022: 90.0}}
    made = town(PAIR, FULL, BORN, HOME)
    assert pupils(made.project(PAPER, places(rows, "capacity")), "100001", 2023, 0) == pytest.approx(30)
    assert pupils(made.project(PAPER, places(rows, "pan")), "100001", 2023, 0) == pytest.approx(20)


def test_places_in_year_3_do_not_hold_those_who_are_there_already(town: Made) -> None:
    """Only a year of entry is held to places; children who are at a school move up in it."""
    few = places({"100001": {2022: 30.0}}, groups=range(1))
    rest = places({"100001": {2022: 5.0}}, groups=range(1, 7))
    projection = town(PAIR, FULL, BORN, HOME).project(PAPER, pd.concat([few, rest], ignore_index=True))
    assert pupils(projection, "100001", 2023, 3) == pytest.approx(30)


def test_an_all_through_school_that_fills_up_reaches_year_7_with_its_oldest_pupils(town: Made) -> None:
    """It has Reception to Year 4 in January 2023: its Year 7 opens in September 2025, and a third of the places are its own."""
    schools = [("100001", "P1", "S1", 0, 11, 0, 0), ("100002", "P1", "", 0, 6, 0, 0), ("100003", "", "S1", 7, 11, 0, 0)]
    rolls = {"100001": {ay: [30] * 5 + [0] * 7 for ay in (2021, 2022)}, "100002": {ay: [60] * 7 for ay in (2021, 2022)},
             "100003": {ay: [60] * 5 for ay in (2021, 2022)}}
    held = pd.concat([places({"100001": {2022: 30.0}}, groups=range(12)), places({"100003": {2022: 60.0}}, groups=range(7, 12))])
    projection = town(schools, rolls).project(PAPER, held)
    assert [pupils(projection, "100001", ay, 7) for ay in (2023, 2024)] == [0, 0]
    whole = float(projection.pupils.sel(planning_area_code="S1", ay=2025, nc_year=7)[0])
    assert pupils(projection, "100001", 2025, 7) == pytest.approx(max(whole / 3, whole - 60))
