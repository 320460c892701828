"""A change in births beyond that of many authorities reaches Reception only in part."""

from __future__ import annotations

import numpy as np
import pytest

from sufficiency.forecast.births_change import REACHES_RECEPTION, births_factors
from sufficiency.forecast.newborns import Newborns

YEARS = range(2020, 2028)       # Receptions; their births are of the cohorts five years before


def babies(births: list[float], known: int = len(YEARS)) -> Newborns:
    total = np.array(births)
    return Newborns(YEARS[0] - 5, np.arange(len(births)) < known, total, total[:, None], None)


def common(births: list[float]) -> dict[int, float]:
    return {YEARS[0] - 5 + k: n for k, n in enumerate(births)}


STEADY = [100.0] * 8


def test_births_that_move_as_everywhere_reach_reception_whole() -> None:
    falling = [100.0, 100, 100, 90, 80, 70, 70, 70]
    assert births_factors((2022, 2021, 2020), range(2023, 2028), babies(falling), common([9 * b for b in falling])) == (
        pytest.approx(np.ones(5)))


def test_of_a_fall_of_the_authority_s_own_only_a_share_reaches_reception() -> None:
    """Births were 100 in the three years measured and are 80 from then on: Reception falls as by 80 ** 0.6, not 80."""
    factors = births_factors((2022, 2021, 2020), range(2023, 2028), babies([100.0] * 3 + [80.0] * 5), common(STEADY))
    assert 0.8 * factors == pytest.approx(np.full(5, 0.8**REACHES_RECEPTION))


def test_the_change_is_counted_from_the_years_measured_the_latest_counting_most() -> None:
    """Weights 1, 1/2, 1/4 on births of 121, 100, 100."""
    factors = births_factors((2022, 2021, 2020), range(2023, 2024), babies([100.0, 100, 121, 121, 0, 0, 0, 0]), common(STEADY))
    before = 1.21 ** (1 / 1.75)
    assert factors == pytest.approx([(1.21 / before) ** (REACHES_RECEPTION - 1)])


def test_a_year_without_births_keeps_the_factor_and_nothing_to_compare_is_no_change() -> None:
    half = babies([100.0] * 3 + [80.0] * 5, known=4)
    factors = births_factors((2022, 2021, 2020), range(2023, 2028), half, common(STEADY))
    assert factors == pytest.approx(np.full(5, factors[0])) and factors[0] > 1
    assert births_factors((), range(2023, 2028), half, common(STEADY)).tolist() == [1.0] * 5
    assert births_factors((2022,), range(2023, 2028), half, {}).tolist() == [1.0] * 5
