"""Reach: what each area can get to, by hand, against PySAL's `access`, against a slow loop, and with nothing lost on the way."""

from __future__ import annotations

from collections.abc import Callable

import access.fca
import access.weights
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_areas.reach import (
    STRAIGHT_LINE,
    Access,
    Decay,
    Gaussian,
    Pairs,
    Zones,
    pairs_given,
    pairs_within,
    reach,
    reach_of,
    weigh,
    within,
)
from planning_areas.reach import access as share

STEPS = Zones((5.0, 10.0, 15.0), (1.0, 0.68, 0.22))
SEED = 33_755


def minutes(rows: list[list[float | None]], limit: float = 15.0) -> Pairs:
    """Pairs from a table of minutes, area by setting; a blank is no pair."""
    told = [(i, j, d) for i, row in enumerate(rows) for j, d in enumerate(row) if d is not None]
    origin, setting, away = (np.array(column) for column in zip(*told, strict=True))
    return pairs_given(origin, setting, away.astype("float64"), (len(rows), len(rows[0])), limit=limit, basis="minutes")


def test_the_worked_example_to_the_last_figure() -> None:
    """Nurseries A with 40 places and B with 20; areas of 100, 50 and 80 children; 15 minutes in three zones."""
    pairs = minutes([[5, 15], [10, 5], [None, 10]])
    assert weigh(pairs, STEPS).toarray().tolist() == [[1.0, 0.22], [0.68, 1.0], [0.0, 0.68]]
    reached = reach(pairs, STEPS, np.array([100.0, 50.0, 80.0]))
    found = share(reached, np.array([40.0, 20.0]))
    assert reached.competing.tolist() == pytest.approx([134.0, 126.4])
    assert found.ratio.round(4).tolist() == [0.2985, 0.1582]
    assert found.index.round(4).tolist() == [0.3333, 0.3612, 0.1076]
    assert (found.index * reached.demand).sum() == pytest.approx(60.0, abs=1e-12)
    assert not (found.without_supply.any() or found.without_demand.any() or found.unreached.any())


def test_the_gaussian_is_that_of_the_worked_example() -> None:
    assert Gaussian(15.0)(np.array([0.0, 5.0, 10.0, 15.0, 15.1])).round(3).tolist() == [1.0, 0.863, 0.494, 0.0, 0.0]


def test_the_plain_catchment_counts_all_within_it_alike() -> None:
    """The first area shares A with the second; B is the second's alone, and the third has nothing."""
    found = share(reach(minutes([[2, None], [15, 0], [None, None], [15.5, 90]]), within(15.0), np.array([10.0, 30.0, 5.0, 7.0])),
                  np.array([20.0, 6.0]))
    assert found.ratio.tolist() == [0.5, 0.2]
    assert found.index.tolist() == [0.5, 0.7, 0.0, 0.0]
    assert found.without_supply.tolist() == [False, False, True, True]


def test_an_area_at_the_door_counts_though_its_distance_is_nought() -> None:
    places = np.array([[0.0, 0.0], [3000.0, 4000.0]])
    pairs = pairs_within(places, places, 5000.0)
    assert pairs.distance.nnz == 4 and pairs.distance.toarray().tolist() == [[0.0, 5000.0], [5000.0, 0.0]]
    found = share(reach(pairs, Gaussian(5000.0), np.array([10.0, 40.0])), np.array([5.0, 8.0]))
    assert found.index.tolist() == [0.5, 0.2]       # the other is at the limit, where the weight is nought


def test_supply_that_nobody_reaches_is_told_and_not_shared() -> None:
    """Nobody lives in the second area, and the second setting is in no other's reach; the third setting is in nobody's."""
    found = share(reach(minutes([[1, None, None], [9, 1, None]]), within(5.0), np.array([10.0, 0.0])), np.array([5.0, 7.0, 2.0]))
    assert found.index.tolist() == [0.5, 0.0]
    assert found.unreached.tolist() == [False, True, True]
    assert found.without_supply.tolist() == [False, False] and found.without_demand.tolist() == [False, True]


def test_a_setting_without_supply_is_no_supply() -> None:
    found = share(reach(minutes([[1.0]]), within(5.0), np.array([10.0])), np.array([0.0]))
    assert found.index.tolist() == [0.0] and found.without_supply.tolist() == [True] and found.unreached.tolist() == [False]


def test_the_factor_for_bends_is_told_and_lengthens_every_way() -> None:
    places = np.array([[0.0, 0.0], [900.0, 0.0]])
    assert pairs_within(places, places, 1000.0).basis == STRAIGHT_LINE
    pairs = pairs_within(places, places, 1000.0, factor=1.1)
    assert pairs.basis == "straight line x 1.1" and pairs.distance.toarray()[0, 1] == pytest.approx(990.0)
    assert pairs_within(places, places, 1000.0, factor=1.3).distance.nnz == 2


def test_without_areas_or_settings_there_is_nothing_in_reach() -> None:
    none = np.zeros((0, 2))
    found = share(reach(pairs_within(np.zeros((2, 2)), none, 10.0), within(10.0), np.ones(2)), np.zeros(0))
    assert found.index.tolist() == [0.0, 0.0] and found.without_supply.all()
    assert share(reach(pairs_within(none, np.zeros((2, 2)), 10.0), within(10.0), np.zeros(0)), np.ones(2)).unreached.all()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [(lambda: Zones((5.0, 5.0), (1.0, 0.5)), "grow from one to the next"), (lambda: Zones((5.0, 9.0), (0.5, 1.0)), "do not grow"),
     (lambda: Zones((), ()), "one limit"), (lambda: Gaussian(0.0), "above 0"),
     (lambda: minutes([[1, 2], [3, float("nan")]]), "missing"), (lambda: minutes([[-1.0]]), "below 0"),
     (lambda: pairs_given(np.array([0, 0]), np.array([1, 1]), np.ones(2), (1, 2), limit=5, basis=""), "stands twice"),
     (lambda: pairs_given(np.array([0]), np.array([2]), np.ones(1), (1, 2), limit=5, basis=""), "not in the list"),
     (lambda: pairs_given(np.array([0]), np.array([0, 1]), np.ones(2), (1, 2), limit=5, basis=""), "one origin, one setting"),
     (lambda: pairs_within(np.array([[np.nan, 0.0]]), np.zeros((1, 2)), 5.0), "by their area"),
     (lambda: pairs_within(np.zeros((1, 2)), np.zeros((1, 2)), 5.0, factor=0.5), "not below 1"),
     (lambda: weigh(minutes([[1.0]], limit=10.0), within(15.0)), "known only to 10"),
     (lambda: reach(minutes([[1.0]]), STEPS, np.array([np.nan])), "a blank is not nought"),
     (lambda: share(reach(minutes([[1.0]]), STEPS, np.ones(1)), np.array([-1.0])), "never below 0"),
     (lambda: share(reach(minutes([[1.0]]), STEPS, np.ones(1)), np.ones(2)), "expected 1 figures")],
)
def test_what_cannot_be_is_refused(wrong: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        wrong()


def test_lost_supply_is_noticed() -> None:
    reached = reach(minutes([[5, 15], [10, 5]]), STEPS, np.array([100.0, 50.0]))
    broken = reach_of(reached.weights, reached.demand, reached.basis)
    broken.weights.data[0] = 0.5        # as if somebody had changed the weights after the demand was added up
    with pytest.raises(AssertionError, match="lost or invented"):
        share(broken, np.array([40.0, 20.0]))


def oracle(away: list[list[float]], decay: Decay, demand: list[float], supply: list[float]) -> list[float]:
    """Slow and obvious: each setting's supply among those around it, then each area's sum."""
    weight = [[float(decay(np.array([d]))[0]) if d <= decay.limit else 0.0 for d in row] for row in away]
    total = [sum(p * row[j] for p, row in zip(demand, weight, strict=True)) for j in range(len(supply))]
    each = [s / t if t > 0 else 0.0 for s, t in zip(supply, total, strict=True)]
    return [sum(w * r for w, r in zip(row, each, strict=True)) for row in weight]


decays = st.sampled_from([within(4000.0), Zones((1000.0, 2500.0, 4000.0), (1.0, 0.68, 0.22)), Gaussian(4000.0)])
point = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda p: (p[0] * 997.0, p[1] * 1009.0))
points = st.lists(point, min_size=1, max_size=7)
figures = st.integers(0, 500).map(float)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.data())
def test_a_slow_loop_gives_the_same_and_nothing_is_lost(data: st.DataObject) -> None:
    homes, places, decay = data.draw(points), data.draw(points), data.draw(decays)
    demand = data.draw(st.lists(figures, min_size=len(homes), max_size=len(homes)))
    supply = data.draw(st.lists(figures, min_size=len(places), max_size=len(places)))
    found = share(reach(pairs_within(np.array(homes), np.array(places), 4000.0), decay, np.array(demand)), np.array(supply))
    away = [[float(np.hypot(x - u, y - v)) for u, v in places] for x, y in homes]
    assert found.index.tolist() == pytest.approx(oracle(away, decay, demand, supply), rel=1e-9, abs=1e-12)
    reached = np.array(supply)[found.ratio > 0].sum()
    assert (found.index * np.array(demand)).sum() == pytest.approx(reached)
    assert ((found.index == 0) == (found.without_supply | found.without_demand)).all()


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.data())
def test_more_supply_never_means_less_and_all_scales_alike(data: st.DataObject) -> None:
    homes, places, decay = data.draw(points), data.draw(points), data.draw(decays)
    demand = np.array(data.draw(st.lists(figures, min_size=len(homes), max_size=len(homes))))
    supply = np.array(data.draw(st.lists(figures, min_size=len(places), max_size=len(places))))
    more = supply + np.array(data.draw(st.lists(figures, min_size=len(places), max_size=len(places))))
    reached = reach(pairs_within(np.array(homes), np.array(places), 4000.0), decay, demand)
    assert (share(reached, more).index >= share(reached, supply).index - 1e-12).all()
    assert share(reached, 2 * supply).index == pytest.approx(2 * share(reached, supply).index)


@pytest.mark.parametrize(
    ("decay", "theirs"),
    [(within(2000.0), None), (Zones((500.0, 1200.0, 2000.0), (1.0, 0.68, 0.22)), {500: 1.0, 1200: 0.68, 2000: 0.22}),
     (Gaussian(2000.0), lambda d: (np.exp(-0.5 * (d / 2000.0) ** 2) - np.exp(-0.5)) / (1 - np.exp(-0.5)))],
)
def test_pysal_gives_the_same_on_the_same_pairs(decay: Decay, theirs: object) -> None:
    luck = np.random.default_rng(SEED)
    homes, places = luck.uniform(0, 20_000, (300, 2)), luck.uniform(0, 20_000, (200, 2))
    demand, supply = luck.integers(1, 200, 300).astype("float64"), luck.integers(1, 80, 200).astype("float64")
    pairs = pairs_within(homes, places, 2000.0)
    table = pairs.distance.tocoo()
    cost = pd.DataFrame({"origin": table.row, "dest": table.col, "cost": table.data})
    weight = access.weights.step_fn(theirs) if isinstance(theirs, dict) else theirs
    series = access.fca.two_stage_fca(
        pd.DataFrame({"geoid": np.arange(300), "demand": demand}), pd.DataFrame({"supply": supply}, index=np.arange(200)), cost,
        max_cost=2000.0, weight_fn=weight)
    peer = series.reindex(np.arange(300), fill_value=0.0).to_numpy()
    ours = share(reach(pairs, decay, demand), supply)
    assert np.abs(ours.index - peer).max() < 1e-9
    assert len(cost) > 1500 and ours.index.max() > 0.1
    shuffled = cost.sample(frac=1, random_state=SEED)
    again = pairs_given(shuffled["origin"].to_numpy(), shuffled["dest"].to_numpy(), shuffled["cost"].to_numpy(), (300, 200),
                        limit=2000.0, basis=STRAIGHT_LINE)
    assert np.array_equal(share(reach(again, decay, demand), supply).index, ours.index)


def test_draws_give_the_same_alone_as_together() -> None:
    luck = np.random.default_rng(SEED)
    pairs = pairs_within(luck.uniform(0, 9000, (60, 2)), luck.uniform(0, 9000, (40, 2)), 3000.0)
    demand, supply = luck.uniform(0, 50, (5, 60)), luck.uniform(0, 30, (5, 40))
    together: Access = share(reach(pairs, Gaussian(3000.0), demand), supply)
    for k in range(5):
        alone = share(reach(pairs, Gaussian(3000.0), demand[k]), supply[k])
        assert np.array_equal(alone.index, together.index[k]) and np.array_equal(alone.without_supply, together.without_supply[k])


def test_more_areas_than_a_block_are_found_in_their_order() -> None:
    luck = np.random.default_rng(SEED)
    homes, places = luck.uniform(0, 50_000, (2500, 2)), luck.uniform(0, 50_000, (30, 2))
    away = np.hypot(*np.moveaxis(homes[:, None] - places[None], -1, 0))
    assert pairs_within(homes, places, 6000.0).distance.toarray() == pytest.approx(np.where(away <= 6000.0, away, 0.0))
