"""Walking: who must be brought to school, limit by limit, at the edge of each, and along the safe way only."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from planning_areas.reach import Pairs, pairs_given
from planning_areas.walking import NEARER, NO_WAY, WITHIN, Limit, free_travel, nearest_suitable
from sufficiency.travel.travel_rules import walking_limits

TODAY = dt.date(2026, 9, 1)
MILE = 1609.344
NONE = math.inf
BELOW_8, FROM_8, POOR_8, POOR_11, FAITH = (limit.name for limit in walking_limits(TODAY))


def judged(age: float, walk: float, road: float | None = None, rank: int = 1, *, poor: bool = False, faith: bool = False) -> str:
    row = {"age": age, "rank": rank, "walk_metres": walk, "road_metres": walk if road is None else road, "low_income": poor,
           "religion": faith}
    told = free_travel(pd.DataFrame([row]), walking_limits(TODAY))
    assert told.loc[0, "free"] == (told.loc[0, "why"] not in (WITHIN, NEARER))
    return str(told.loc[0, "why"])


@pytest.mark.parametrize(
    ("age", "miles", "why"),
    [(5.0, 2.0, WITHIN), (5.0, 2.001, BELOW_8), (7.99, 2.5, BELOW_8), (8.0, 2.5, WITHIN), (8.0, 3.0, WITHIN),
     (8.0, 3.001, FROM_8), (16.9, 3.5, FROM_8), (17.0, 9.0, WITHIN), (4.9, 2.5, WITHIN)],
)
def test_two_miles_until_the_eighth_birthday_and_three_from_it(age: float, miles: float, why: str) -> None:
    """At the limit itself nobody is brought; one who is over or under compulsory school age is not judged by these limits."""
    assert judged(age, miles * MILE) == why


@pytest.mark.parametrize(
    ("age", "walk", "road", "rank", "faith", "why"),
    [(8.0, 2.5, 2.5, 1, False, POOR_8), (10.9, 2.5, 2.5, 2, False, NEARER), (11.0, 2.5, 2.5, 1, False, POOR_11),
     (11.0, 2.5, 6.0, 3, False, POOR_11), (11.0, 2.5, 6.001, 3, False, NEARER), (11.0, 2.5, 4.0, 4, False, NEARER),
     (11.0, 2.0, 2.0, 3, False, NEARER), (12.0, 9.0, 9.0, 7, True, FAITH), (12.0, 15.5, 15.5, 7, True, NEARER),
     (12.0, 3.5, 3.2, 1, False, FROM_8), (12.0, NONE, 5.0, 2, False, POOR_11), (12.0, NONE, 1.5, 2, False, NEARER)],
)
def test_families_on_low_incomes(age: float, walk: float, road: float, rank: int, faith: bool, why: str) -> None:
    assert judged(age, walk * MILE, road * MILE, rank, poor=True, faith=faith) == why
    if why in (POOR_8, POOR_11, FAITH):
        assert judged(age, walk * MILE, road * MILE, rank, faith=faith) in (WITHIN, NEARER)


def test_where_no_way_is_safe_the_nearest_school_is_brought_to_and_no_other() -> None:
    assert judged(12.0, NONE, MILE) == NO_WAY
    assert judged(12.0, NONE, MILE, rank=2) == NEARER


def test_what_was_not_measured_is_not_near() -> None:
    with pytest.raises(ValueError, match="neither near nor far"):
        judged(7.0, float("nan"))
    with pytest.raises(ValueError, match="nobody can meet"):
        Limit("never", 8, 8, 1.0)


def table(rows: list[list[float]], basis: str = "walking") -> Pairs:
    away = np.array(rows)
    origin, school = np.nonzero(np.isfinite(away))
    return pairs_given(origin, school, away[origin, school], away.shape, limit=1e9, basis=basis)


def test_the_nearest_suitable_schools_on_foot_and_then_by_road() -> None:
    """The first school has no room for the second home's child; the third can be reached from the first home by road alone."""
    walk = table([[900.0, 400.0, NONE], [100.0, 300.0, 200.0], [NONE, NONE, NONE]])
    road = table([[800.0, 450.0, 700.0], [100.0, 300.0, 200.0], [NONE, 9.0, NONE]], "road")
    suitable = np.array([[True, True, True], [False, True, True], [True, True, True]])
    found = nearest_suitable(walk, road, suitable=suitable)
    assert found.drop(columns="basis").to_numpy().tolist() == [
        [0, 1, 1, 400.0, 400.0], [0, 0, 2, 900.0, 800.0], [0, 2, 3, NONE, 700.0],
        [1, 2, 1, 200.0, 200.0], [1, 1, 2, 300.0, 300.0], [2, 1, 1, NONE, 9.0]]
    assert found["basis"].eq("walking").all()
    assert nearest_suitable(walk, road, most=1)["school"].tolist() == [1, 0, 1]
    assert nearest_suitable(walk)["road_metres"].equals(nearest_suitable(walk)["walk_metres"])
    with pytest.raises(ValueError, match="different places"):
        nearest_suitable(walk, table([[1.0]]))


def test_a_longer_safe_way_never_takes_free_travel_away_from_the_nearest() -> None:
    rng = np.random.default_rng(8)
    rows = pd.DataFrame({"age": rng.uniform(5, 17, 400), "rank": 1, "walk_metres": rng.uniform(0, 8000, 400),
                         "low_income": rng.random(400) < 0.3, "religion": False})
    rows["road_metres"] = rows["walk_metres"] * 0.9
    before = free_travel(rows, walking_limits(TODAY))["free"]
    longer = free_travel(rows.assign(walk_metres=rows["walk_metres"] * 1.2), walking_limits(TODAY))["free"]
    assert (longer | ~before).all() and longer.sum() > before.sum() > 20


def test_the_limits_are_those_of_the_day() -> None:
    assert [limit.name for limit in walking_limits(dt.date(2007, 8, 31))] == [BELOW_8, FROM_8]
    assert len(walking_limits(dt.date(2008, 8, 31))) == 3 and walking_limits(dt.date(1990, 1, 1)) == ()
    assert walking_limits(TODAY)[0].over == pytest.approx(3218.688) and walking_limits(TODAY)[3].nearest == 3
