"""Catchments: children go to the nearest school with room; nobody is lost, nobody goes where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_areas.catchments import nearest_with_room

Pairs = dict[tuple[int, int], float]


def given_to(homes: list[list[float]], children: list[float], schools: list[list[float]], room: list[float]) -> Pairs:
    table = nearest_with_room(
        np.array(homes, float), np.array(children, float), np.array(schools, float), np.array(room, float)
    )
    return {(h, s): n for h, s, n in table.itertuples(index=False, name=None)}


def test_the_small_town_on_paper() -> None:
    """Homes at 0, 1 and 5 km; schools at 0 (room for 30) and at 4 km (room for 100). The second home is parted between them."""
    pairs = given_to([[0, 0], [1000, 0], [5000, 0]], [20, 25, 10], [[0, 0], [4000, 0]], [30, 100])
    assert pairs == {(0, 0): 20.0, (1, 0): 10.0, (1, 1): 15.0, (2, 1): 10.0}


def test_a_full_school_gets_nobody_and_a_childless_home_still_has_a_school() -> None:
    assert given_to([[0, 0]], [10], [[0, 0], [9000, 0]], [0, 50]) == {(0, 1): 10.0}
    assert given_to([[0, 0], [9000, 0]], [0, 10], [[0, 0], [9000, 0]], [30, 30]) == {(0, 0): 0.0, (1, 1): 10.0}


def test_where_there_is_too_little_room_every_school_is_stretched_alike() -> None:
    pairs = given_to([[0, 0], [4000, 0]], [60, 60], [[0, 0], [4000, 0]], [20, 40])
    assert sum(pairs.values()) == pytest.approx(120)
    assert sum(n for (_, s), n in pairs.items() if s == 0) == pytest.approx(40.8)  # a third of 120 and 2 % of slack


def test_without_any_room_there_is_no_answer() -> None:
    with pytest.raises(ValueError, match="no school has room"):
        given_to([[0, 0]], [1], [[0, 0]], [0])


def oracle(homes: list[list[float]], children: list[float], schools: list[list[float]], room: list[float]) -> Pairs:
    """Slow and obvious: look for the nearest pair that still has children and room, until none is left."""
    waiting, left, pairs = dict(enumerate(children)), dict(enumerate(room)), {}
    total, places = sum(children), sum(room)
    if total > places:
        left = {s: r * 1.02 * total / places for s, r in left.items()}
    while any(n > 0 for n in waiting.values()):
        far = {
            (h, s): np.hypot(homes[h][0] - schools[s][0], homes[h][1] - schools[s][1])
            for h in waiting
            for s in left
            if waiting[h] > 0 and left[s] > 0
        }
        home, school = min(far, key=lambda pair: (far[pair], pair))
        placed = min(waiting[home], left[school])
        pairs[home, school] = placed
        waiting[home] -= placed
        left[school] -= placed
    return pairs


numbers = st.integers(0, 40).map(float)
points = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda p: [p[0] * 997.0, p[1] * 1009.0]), min_size=1, max_size=6
)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.data())
def test_a_slow_search_gives_the_same(data: st.DataObject) -> None:
    homes, schools = data.draw(points), data.draw(points)
    children = data.draw(st.lists(numbers, min_size=len(homes), max_size=len(homes)))
    room = data.draw(st.lists(numbers, min_size=len(schools), max_size=len(schools)).filter(lambda r: sum(r) > 0))
    fast = {pair: n for pair, n in given_to(homes, children, schools, room).items() if n > 0}
    slow = oracle(homes, children, schools, room)
    assert fast.keys() == slow.keys()
    assert all(fast[pair] == pytest.approx(slow[pair]) for pair in fast)
