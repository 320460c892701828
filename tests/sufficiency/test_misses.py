"""What misses are made of: worked by hand, and exact for any roll."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planning_areas.school_year import NC_YEARS
from sufficiency.backtesting.misses import BEFORE, BIRTHS, PARTS, SIXTH_FORM, START, SURVIVAL, TRANSFERS, part_of, parted

GROUPS = len(NC_YEARS)
YEARS = 4
rolls = arrays("float64", (YEARS, GROUPS), elements=st.floats(0, 5_000))
born = arrays("float64", (YEARS,), elements=st.floats(1, 5_000) | st.just(np.nan))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(forecast=rolls, actual=rolls, used=born, there=born)
def test_the_parts_add_up_to_every_miss(
    forecast: np.ndarray, actual: np.ndarray, used: np.ndarray, there: np.ndarray
) -> None:
    """Whatever was forecast and whatever came, to a billionth of the children there are."""
    parts = parted(forecast, actual, used, there)
    assert np.abs(parts.sum(axis=0) - (forecast - actual)).max() <= 1e-9 * max(1.0, np.abs(parts).max())


def test_a_miss_that_came_in_early_is_carried_up_with_its_cohort() -> None:
    """10 too many in Year 3 the first year, from survival; 20 % too many go on to Year 4 of those 10, and of the 100 who came."""
    forecast, actual = np.full((3, GROUPS), 100.0), np.full((3, GROUPS), 100.0)
    forecast[1, 3], forecast[2, 4] = 110.0, 132.0
    parts = parted(forecast, actual, np.full(3, 100.0), np.full(3, 100.0))
    assert parts[SURVIVAL, 1, 3] == pytest.approx(10) and parts[SURVIVAL, 2, 4] == pytest.approx(32)
    assert parts[:, :, [g for g in NC_YEARS if g not in {3, 4}]] == pytest.approx(0)


def test_too_many_expected_births_are_told_apart_from_too_many_who_came_for_each() -> None:
    """Forecast 0.9 x 110 = 99; it came to 0.8 x 100 = 80. Of 19 too many, 9 are births and 10 the ratio."""
    forecast, actual = np.full((2, GROUPS), 80.0), np.full((2, GROUPS), 80.0)
    forecast[1, 0] = 99.0
    parts = parted(forecast, actual, np.array([np.nan, 110.0]), np.array([np.nan, 100.0]))
    assert parts[BIRTHS, 1, 0] == pytest.approx(9) and parts[BEFORE, 1, 0] == pytest.approx(10)


def test_a_miss_in_primary_reaches_year_7_under_its_own_name() -> None:
    forecast, actual = np.full((3, GROUPS), 100.0), np.full((3, GROUPS), 100.0)
    forecast[1, 6], forecast[2, 7] = 90.0, 99.0
    parts = parted(forecast, actual, np.full(3, 100.0), np.full(3, 100.0))
    assert parts[SURVIVAL, 2, 7] == pytest.approx(-11) and parts[TRANSFERS, 2, 7] == pytest.approx(10)


def test_where_the_schools_planned_for_are_not_quite_the_published_roll_the_miss_begins_at_the_start() -> None:
    forecast, actual = np.full((2, GROUPS), 99.0), np.full((2, GROUPS), 100.0)
    parts = parted(forecast, actual, np.full(2, 100.0), np.full(2, 100.0))
    assert parts[START, 0, 5] == -1 and parts[START, 1, 6] == pytest.approx(-1) and parts[SURVIVAL, 1, 6] == pytest.approx(0)


def test_every_year_group_has_its_part() -> None:
    assert [part_of(g) for g in (0, 1, 6, 7, 8, 11, 12, 14)] == [
        BEFORE, SURVIVAL, SURVIVAL, TRANSFERS, SURVIVAL, SURVIVAL, SIXTH_FORM, SIXTH_FORM]
    assert len(PARTS) == 6
