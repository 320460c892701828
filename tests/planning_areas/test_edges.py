"""Edges: with what lies within reach beyond the border an area's index is that of the whole country."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from planning_areas.edges import near_enough, share_known
from planning_areas.reach import Gaussian, Zones, access, pairs_within, reach, within

COUNTRY = 20_000.0


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.sampled_from([within(3000.0), Gaussian(3000.0)]))
def test_a_county_with_its_border_has_the_index_of_the_country(seed: int, decay: Gaussian) -> None:
    luck = np.random.default_rng(seed)
    homes, places = luck.uniform(0, COUNTRY, (150, 2)), luck.uniform(0, COUNTRY, (80, 2))
    demand, supply = luck.integers(0, 60, 150).astype("float64"), luck.integers(0, 40, 80).astype("float64")
    inside = (homes < 7000).all(axis=1)
    whole = access(reach(pairs_within(homes, places, 3000.0), decay, demand), supply)
    keep_homes, keep_places = near_enough(homes[inside], homes, 6000.0), near_enough(homes[inside], places, 3000.0)
    part = access(reach(pairs_within(homes[keep_homes], places[keep_places], 3000.0), decay, demand[keep_homes]),
                  supply[keep_places])
    assert part.index[inside[keep_homes]] == pytest.approx(whole.index[inside], rel=1e-9)


def test_without_its_border_an_area_at_the_edge_is_told_too_little() -> None:
    """The nursery that it uses lies 1 km beyond the border; its children have nothing inside."""
    homes, nursery = np.array([[9500.0, 0.0]]), np.array([[10_500.0, 0.0]])
    inside = nursery[:, 0] < 10_000
    alone = access(reach(pairs_within(homes, nursery[inside], 2000.0), within(2000.0), np.array([20.0])), np.zeros(0))
    assert alone.without_supply.all()
    keep = near_enough(homes, nursery, 2000.0)
    reached = reach(pairs_within(homes, nursery[keep], 2000.0), within(2000.0), np.array([20.0]))
    assert access(reached, np.array([10.0])).index.tolist() == [0.5]


def test_how_near_is_near_enough() -> None:
    homes = np.array([[0.0, 0.0]])
    points = np.array([[1000.0, 0.0], [1000.1, 0.0], [np.nan, 0.0]])
    assert near_enough(homes, points, 1000.0).tolist() == [True, False, False]
    assert near_enough(np.zeros((0, 2)), points, 1000.0).tolist() == [False] * 3


def test_the_share_of_the_reach_that_is_known() -> None:
    """Deep inside all of it; on the straight border half; in the corner a quarter; known ground in two parts counts as one."""
    county = box(0, 0, 10_000, 10_000)
    points = np.array([[5000.0, 5000.0], [0.0, 5000.0], [0.0, 0.0]])
    assert share_known(points, county, 2000.0) == pytest.approx([1.0, 0.5, 0.25])
    assert share_known(points, [county, box(-10_000, 0, 0, 10_000)], 2000.0) == pytest.approx([1.0, 1.0, 0.5])


DECAYS = [within(3000.0), Zones((1000.0, 2000.0, 3000.0), (1.0, 0.68, 0.22)), Gaussian(3000.0)]


@pytest.mark.parametrize("decay", DECAYS, ids=["plain", "zones", "gaussian"])
def test_the_known_part_of_a_reach_is_the_part_of_its_families(decay: Gaussian | Zones) -> None:
    """People live evenly; those west of the border are known. Each setting's share of them is counted one by one."""
    step = np.arange(-6000.0, 6000.0, 100.0) + 50.0
    homes = np.array([(x, y) for x in step for y in step])
    places = np.array([[-2500.0, 10.0], [-800.0, -20.0], [0.0, 0.0], [700.0, 30.0], [1500.0, 0.0], [2700.0, -40.0]])
    weight = np.array([decay(np.hypot(*(homes - place).T)) for place in places])
    by_families = weight[:, homes[:, 0] < 0].sum(axis=1) / weight.sum(axis=1)
    share = share_known(places, box(-20_000, -20_000, 0, 20_000), 3000.0, decay)
    assert share == pytest.approx(by_families, abs=0.006)
    assert share[2] == pytest.approx(0.5) and (np.diff(share) < 0).all()


def test_a_decay_in_minutes_is_spread_over_the_metres_of_the_reach() -> None:
    places, county = np.array([[700.0, 0.0]]), box(-20_000, -20_000, 0, 20_000)
    by_car = share_known(places, county, 3000.0, Gaussian(15.0))
    assert by_car == pytest.approx(share_known(places, county, 3000.0, Gaussian(3000.0)))
    assert by_car[0] < share_known(places, county, 3000.0)[0], "its nearest families are those beyond the border"
