"""Joint futures of a small world: what levers do between worlds, what a fixed plan serves, and blocks that make the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pytest
from small_world import CODES, PHASES, YEARS, plan_tables, small_world, with_places

from sufficiency.intervals.chance import futures
from sufficiency.intervals.draws import Draws
from sufficiency.intervals.fitting import OF_PHASE
from sufficiency.joint import fixed_plan, world
from sufficiency.joint.between import Knots, between
from sufficiency.joint.figures import Figures, as_bytes, evaluate, from_bytes, joined
from sufficiency.joint.world import WorldError

STILL = Draws(1, 0, 1, 0.0)
PLAN = fixed_plan.fixed_plan(plan_tables(), CODES, PHASES, YEARS)
CHILDREN = Knots((0.9, 1.0, 1.2), tuple(small_world(times) for times in (0.9, 1.0, 1.2)))
PLACES = Knots((0.0, 10.0), (small_world(), with_places(small_world(), 10.0)))


def same(one: Figures, other: Figures) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name), equal_nan=True) for f in fields(Figures))


def at(*values: float) -> np.ndarray:
    return np.array([values])


def test_without_chance_and_levers_it_is_the_central_run() -> None:
    found = evaluate(small_world(), [], np.zeros((1, 0)), STILL)
    assert found.lacking[0].tolist() == [[70.0, 0.0, 0.0]] * 3 and found.entry[0, 0].tolist() == [10.0, 0.0, 0.0]
    assert found.pupils[0, 0].tolist() == [490.0, 280.0, 750.0] and not found.with_plan


def test_areas_are_those_that_the_ranges_of_a_run_draw() -> None:
    draws, base = Draws(7, 0, 100), small_world()
    drawn = {one.area: one.pupils for one in futures(base.central, base.calibration, draws)}
    for one in between(base, [], np.zeros((100, 0)), draws):
        assert np.array_equal(one.pupils, drawn[one.area])
        assert one.pupils.std(axis=0).min() > 0


@pytest.mark.parametrize(("value", "children"), [(0.9, 63.0), (1.0, 70.0), (1.1, 77.0), (1.2, 84.0), (1.3, 91.0), (0.8, 56.0)])
def test_a_lever_is_exact_at_its_knots_and_in_proportion_elsewhere(value: float, children: float) -> None:
    one = next(between(small_world(), [CHILDREN], at(value), STILL))
    assert one.pupils == pytest.approx(np.full_like(one.pupils, children))


def test_two_levers_work_together_and_places_move_by_differences() -> None:
    found = evaluate(small_world(), [CHILDREN, CHILDREN, PLACES], at(1.1, 1.1, 5.0), STILL)
    assert found.pupils[0, 0, 0] == pytest.approx(490 * 1.21)
    assert found.lacking[0, 0, 0] == pytest.approx(7 * (70 * 1.21 - 65))


def test_places_differ_from_future_to_future() -> None:
    found = evaluate(small_world(), [PLACES], np.array([[0.0], [10.0]]), Draws(1, 0, 2, 0.0), PLAN)
    assert found.lacking[:, 0, 0].tolist() == [70.0, 0.0]
    assert found.short[:, 0, 0] == pytest.approx([2 / 3 + 6 * (10 - 30 / 14), 0.0])


def test_a_fixed_plan_by_hand() -> None:
    """Of 10 in Reception of 2026 6.67 ask at home, where 6 find a place; 3.33 go next door, where 20 seats stand empty."""
    found = evaluate(small_world(), [], np.zeros((1, 0)), STILL, PLAN)
    away = 10 / 3
    mean = 3 / 14 * 10                      # of the other cohorts the shares of the area: 11 at home and 3 next door
    assert PLAN.home[0, 0, 0] == pytest.approx(2 / 3) and PLAN.home[1, 0, 0] == 1.0
    assert PLAN.home[2, 0, 3] == pytest.approx(11 / 14)
    assert found.away[0, 0, 0] == pytest.approx(away + 6 * mean)
    assert found.short[0, 0, 0] == pytest.approx(10 - 6 - away + 6 * (10 - mean))
    assert found.home[0, :, 0] == pytest.approx([6.0, 12.0, 18.0])
    assert found.km[0, 0, 0] == pytest.approx(6 * 1.0 + 4 * (away + 6 * mean))
    assert found.transport[0, 0, 0] == pytest.approx(1.5 * (away + 6 * mean))
    assert found.short[0, :, 2].tolist() == [0.0] * 3


def test_next_door_gives_no_more_than_it_has_left() -> None:
    crowded = replace(small_world(), places=np.where(np.arange(3)[:, None] == 1, 41.0, small_world().places))
    found = evaluate(crowded, [], np.zeros((1, 0)), STILL, PLAN)
    assert found.away[0, 0, 0] == pytest.approx(7 * 1.0), "south has one seat left in each year group"


def test_a_plan_never_leaves_more_short_and_a_cut_does() -> None:
    draws = Draws(3, 0, 60)
    found = evaluate(small_world(), [CHILDREN], draws.normals("x", 1) * 0.1 + 1, draws, PLAN)
    assert (found.short <= found.lacking + 1e-9).all() and (found.short < found.lacking).any()
    assert found.lacking == pytest.approx(found.short + found.home + found.away)
    cut = evaluate(small_world(), [], np.zeros((1, 0)), STILL, replace(PLAN, adds=-np.ones_like(PLAN.adds) * 25, home=PLAN.home))
    assert cut.short[0, 0, 1] == pytest.approx(7 * 5), "south has 40 children and 35 places left"


@pytest.mark.parametrize("sizes", [(96,), (48, 48), (1, 64, 31), (14,) * 6 + (12,)])
def test_blocks_side_by_side_are_the_whole_bit_for_bit(sizes: Sequence[int]) -> None:
    draws = Draws(5, 0, 96)
    values = draws.normals("lever", 2) * 0.1 + 1
    levers = [CHILDREN, CHILDREN]
    whole = evaluate(small_world(), levers, values, draws, PLAN)
    first, blocks = 0, []
    for size in sizes:
        blocks.append(from_bytes(as_bytes(evaluate(
            small_world(), levers, values[first : first + size], Draws(5, first, size), PLAN))))
        first += size
    assert first == 96 and same(joined(blocks), whole)


def test_a_world_and_a_plan_come_back_from_their_files_and_half_a_file_is_refused() -> None:
    data = world.as_bytes(small_world())
    back = world.from_bytes(data)
    draws = Draws(2, 0, 20)
    plan = fixed_plan.from_bytes(fixed_plan.as_bytes(PLAN))
    values = np.zeros((20, 0))
    assert same(evaluate(back, [], values, draws, plan), evaluate(small_world(), [], values, draws, PLAN))
    for broken in (data[: len(data) // 2], b"", data[:-30]):
        with pytest.raises(WorldError):
            world.from_bytes(broken)
        with pytest.raises(WorldError):
            from_bytes(broken)


def test_sixth_forms_are_no_part_of_it() -> None:
    assert OF_PHASE["secondary"].stop > 12
    found = evaluate(small_world(2.0), [], np.zeros((1, 0)), STILL)
    assert found.pupils[0, 0, 2] == 5 * 300.0
