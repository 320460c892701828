"""One plan for many futures: answers on paper, an oracle that tries every plan in every future, and counts that wait."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import block_diag
from tiny_councils import YEARS as TINY_YEARS
from tiny_councils import council, solved_here
from two_futures import EAST, futures, ground_of_two, money_for_one

from sufficiency.assumptions import Assumptions
from sufficiency.capital.solver import Ask
from sufficiency.robust.building import Building, building
from sufficiency.robust.choose import choose, payable
from sufficiency.robust.fewer import fewer
from sufficiency.robust.measure import CVAR, REGRET, Judged, spread, tail
from sufficiency.robust.sample import GROUPS, Ground, Sample, taken_away
from sufficiency.robust.serve import child_years
from sufficiency.robust.story import Samples, robust_story
from sufficiency.robust.trigger import threshold, waiting

ASK = Ask(seconds=5.0)
HALF = Judged(CVAR, alpha=0.5, weight=0.5)


def test_the_tail_is_that_worked_out_by_hand() -> None:
    short, weight = np.array([0.0, 10.0, 20.0, 100.0]), np.full(4, 0.25)
    assert tail(short, weight, 0.5) == pytest.approx(60.0), "of 100 and 20 the mean"
    assert tail(short, weight, 0.9) == pytest.approx(100.0), "a tenth lies within the worst quarter"
    assert tail(short, weight, 0.6) == pytest.approx((0.25 * 100 + 0.15 * 20) / 0.4), "of the one at the edge only a part"
    assert HALF.of(short, weight) == pytest.approx(0.5 * 32.5 + 0.5 * 60.0)


def test_two_futures_choose_another_plan_than_what_is_expected() -> None:
    ground = ground_of_two()
    where, expected, two = money_for_one(ground), futures([(10, 8)], ground), futures([(10, 0), (10, 16)], ground)
    assert choose(where, expected, Judged(weight=0.0), ASK, solve=solved_here).opens == {"east-10": 2028}, "30 are more than 24"
    robust = choose(where, two, HALF, ASK, solve=solved_here)
    assert robust.opens == {"west-16": 2028}, "30 in either future; with the other 0 or 48"
    assert robust.value == pytest.approx(30.0) and robust.proofs[0].status == "proven"
    assert child_years(two, where.adds({"east-10": 2028})).tolist() == [0.0, 48.0]


def test_least_regret_judges_by_what_could_have_been_spared() -> None:
    ground = ground_of_two()
    where, two = money_for_one(ground), futures([(10, 0), (10, 16)], ground)
    found = choose(where, two, Judged(REGRET), ASK, solve=solved_here)
    assert found.best is not None and found.best.tolist() == pytest.approx([0.0, 30.0])
    assert found.opens == {"east-10": 2028} and found.value == pytest.approx(18.0), "48 for 30; the other would be sorry by 30"


def test_no_more_money_than_asked_and_the_same_again() -> None:
    ground = ground_of_two()
    where, two = money_for_one(ground), futures([(10, 0), (10, 16)], ground)
    assert choose(where, two, HALF, ASK, dearest=99.0, solve=solved_here).opens == {}
    one, other = (choose(where, two, HALF, ASK, solve=solved_here) for _ in range(2))
    assert one.opens == other.opens and one.value == other.value and one.spending.equals(other.spending)


def random_ground(luck: np.random.Generator) -> Ground:
    counts = np.zeros((3, 2, GROUPS), dtype="bool")
    counts[:, :, :3] = True
    pairs = tuple(pair for pair in ((0, 1), (1, 0)) if luck.random() < 0.5)
    return Ground(("east", "west"), ("primary", "primary"), ("East", "West"), TINY_YEARS, counts, pairs)


def random_sample(luck: np.random.Generator, ground: Ground, count: int = 3) -> Sample:
    shape = (count, *ground.shape)
    apart = np.where(ground.counts, luck.integers(-12, 25, shape), 0).astype("float64")
    weight = luck.random(count)
    return Sample(
        ground, np.maximum(apart, 0), np.maximum(-apart, 0), np.zeros(shape[:3]), weight / weight.sum(), np.arange(count)
    )


def short_by_linear_problem(sample: Sample, adds: np.ndarray) -> np.ndarray:
    """The slow way: who goes where in every future and cell, as one linear problem: [future]."""
    ground = sample.ground
    cells = list(itertools.product(range(len(sample)), range(len(ground.years)), range(3)))
    ways = [(a, b) for a, there in ground.beside.items() for b in there]
    one = np.array([[float(way[end] == area) for way in ways] for end in range(2) for area in range(2)])
    most = [x for s, y, g in cells for x in (*sample.lacking[s, y, :, g], *(sample.room[s, y, :, g] + adds[y, :, g]))]
    done = linprog(-np.ones(len(ways) * len(cells)), A_ub=block_diag([one] * len(cells)), b_ub=most, method="highs")
    return sample.lacking.sum(axis=(1, 2, 3)) - done.x.reshape(len(sample), -1).sum(axis=1)


@pytest.mark.parametrize("seed", range(2))
def test_an_oracle_that_tries_every_plan_in_every_future_finds_none_better(seed: int) -> None:
    luck = np.random.default_rng(seed)
    ground = random_ground(luck)
    case, choices = council(seed)
    where: Building = building(case, choices, ground, {})
    sample, judged = random_sample(luck, ground), Judged(CVAR, alpha=0.6, weight=0.5)
    sample = taken_away(sample, np.minimum(where.adds(where.held), 0.0))
    found = choose(where, sample, judged, ASK, solve=solved_here)
    best = np.inf
    for years in itertools.product([None, *TINY_YEARS], repeat=len(where.free)):
        opens = {k: t for k, t in zip(where.free, years, strict=True) if t is not None} | dict(where.held)
        short = short_by_linear_problem(sample, where.adds(opens, where.free))
        assert child_years(sample, where.adds(opens, where.free)) == pytest.approx(short)
        value = judged.of(short, sample.weight)
        if value < best - 1e-9 and payable(where, opens, solved_here):
            best = value
    assert found.value <= best + 0.5 + 1e-6, "within half a child-year, for less money"
    assert found.proofs[0].value == pytest.approx(best, abs=0.5 + 1e-6)


def test_places_that_are_taken_away_are_first_those_that_stand_empty() -> None:
    ground = ground_of_two()
    one = futures([(0, 3)], ground)
    one.room[:, 1:, EAST, 0] = 4.0
    gone = np.zeros(ground.shape)
    gone[:, EAST, 0], gone[:, 1, 0] = -6.0, -1.0
    left = taken_away(one, gone)
    assert left.lacking[0, 1, :, 0].tolist() == [2.0, 4.0] and left.room[0, 1, EAST, 0] == 0.0


def test_a_few_futures_are_as_short_as_the_many() -> None:
    ground = ground_of_two()
    many = futures([(n, 0) for n in range(100)], ground)
    short = child_years(many, np.zeros(ground.shape))
    few = fewer(many, 20, short)
    assert len(few) == 20 and few.weight.sum() == pytest.approx(1.0)
    assert child_years(few, np.zeros(ground.shape)) @ few.weight == pytest.approx(short.mean(), rel=0.02)
    assert fewer(many, 200, short) is many


def test_a_trigger_is_the_lowest_number_that_tells_best() -> None:
    counted, needed = np.array([58.0, 60.0, 61.0, 63.0]), np.array([False, False, False, True])
    assert threshold(counted, needed) == (61, 0.0)
    assert threshold(counted, np.array([False, True, False, True])) == (58, 0.5), "one of two false starts, none missed"
    assert threshold(counted, np.zeros(4, dtype="bool")) == (63, 0.0)


def late_need(entries: list[float], ground: Ground, needed: list[bool]) -> Sample:
    """East lacks 10 places from 2029 on where they are needed; the count of January 2028 shows the entries."""
    found = futures([(10.0 * yes, 0.0) for yes in needed], ground, entries)
    found.lacking[:, 1] = 0.0
    return found


def test_a_scheme_waits_for_the_last_january_that_is_in_time() -> None:
    ground = ground_of_two()
    where = money_for_one(ground)
    seen = late_need([58, 60, 61, 62, 65, 70], ground, [False, False, False, True, True, True])
    unseen = late_need([59, 61, 63, 64, 60], ground, [False, False, False, True, True])
    (one,) = waiting(where, {"east-10": 2028}, seen, unseen, 7.5, 0.1, lambda opens: True)
    trigger = one.trigger
    assert trigger is not None and (trigger.above, trigger.january, trigger.opens, trigger.late) == (61, 2028, 2029, 0)
    assert trigger.false_starts == pytest.approx(1 / 3) and trigger.missed == pytest.approx(1 / 2)
    ways = one.ways.set_index("way")
    assert ways["mean"].to_dict() == pytest.approx({"now": 0.0, "wait": 4.0, "never": 8.0}), "20 child-years in two of five"
    assert ways["thousand_pounds"].to_dict() == pytest.approx({"now": 100.0, "wait": 2 / 5 * 110.0, "never": 0.0})
    (dear,) = waiting(where, {"east-10": 2028}, seen, unseen, 7.5, 0.1, lambda opens: False)
    assert dear.trigger is None and "too late" in dear.why
    (sure,) = waiting(where, {"east-10": 2028}, late_need([60, 61], ground, [True, True]), unseen, 7.5, 0.1, lambda opens: True)
    assert sure.trigger is None and "whatever comes" in sure.why


def test_plans_stand_side_by_side_in_futures_that_chose_none_of_them() -> None:
    ground = ground_of_two()
    two, unseen = futures([(10, 0), (10, 16)], ground), futures([(10, 0), (10, 16), (10, 16), (10, 8)], ground)
    found = robust_story(
        money_for_one(ground),
        {"east-10": 2028},
        Samples(futures([(10, 8)], ground), two, unseen),
        HALF,
        10,
        5.0,
        Assumptions(),
        solve=solved_here,
    )
    scores = found.tables["robust_scores"].set_index("robust_plan")
    assert scores["child_years_short"].to_dict() == pytest.approx({
        "nothing": 60.0,
        "run": 30.0,
        "expected": 30.0,
        "robust": 30.0,
        "robust_same_money": 30.0,
    })
    assert scores.loc["robust", "child_years_short_p95"] == 30.0 and scores.loc["run", "child_years_short_p95"] == 48.0
    assert (scores.loc["robust", "better_futures"], scores.loc["robust", "worse_futures"]) == (2, 2)
    assert spread(np.arange(100.0))["p95"] == 94.0
