"""What a cohort's first five years foretell of its Reception: held to slow loops over the years."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sufficiency.early_years import CHILDHOOD, SHARE, early_moves
from sufficiency.levels import MEASURED

AHEAD = 5


def rows(*gains: float) -> np.ndarray:
    """Past ratios, latest year first, of which Years 1 to 3 have these gains."""
    past = np.full((len(gains), 15), np.nan)
    past[:, 1:4] = np.array(gains)[:, None]
    return past


def slow(gains: list[float], coming: float) -> list[float]:
    """The factor of each year ahead, counted year by year: year 0 is the base year."""
    def arrivals(year: int) -> float:
        if year > 0:
            return math.log(coming)
        known = [math.log(g) for g in gains]
        return known[-year] if -year < len(known) else sum(known[-3:]) / len(known[-3:])

    def five_years(reception: int) -> float:
        return sum(arrivals(reception - k) for k in range(CHILDHOOD))

    decay = MEASURED["births"].decay
    weights = [decay**k for k in range(3)]
    base = sum(w * five_years(-k) for k, w in enumerate(weights)) / sum(weights)
    return [math.exp(SHARE * (five_years(year) - base)) for year in range(1, AHEAD + 1)]


@pytest.mark.parametrize("gains", [[1.03, 1.01, 0.99, 1.0], [1.02], [0.98, 1.04, 1.0, 1.0, 1.01, 0.99, 1.0]])
def test_it_is_what_slow_loops_count(gains: list[float]) -> None:
    steps = np.full(15, 1.005)
    assert early_moves(rows(*gains), steps, AHEAD, "measured") == pytest.approx(slow(gains, 1.005))


def test_years_of_many_arrivals_are_seen_in_later_receptions() -> None:
    """Two years of 3 % arrivals after quiet ones: the next Receptions gain, those of the unborn do not."""
    moves = early_moves(rows(1.03, 1.03, 1.0, 1.0, 1.0, 1.0, 1.0), np.ones(15), 7, "measured")
    assert moves[0] > 1 and moves[1] > 1 and moves[6] < moves[0]


def test_steady_years_move_nothing_nor_do_other_methods_nor_an_unknown_history() -> None:
    steady = rows(1.01, 1.01, 1.01, 1.01)
    assert early_moves(steady, np.full(15, 1.01), AHEAD, "measured") == pytest.approx(np.ones(AHEAD))
    lively = rows(1.05, 1.0, 1.0)
    for method in ("plain", "last_year"):
        assert early_moves(lively, np.ones(15), AHEAD, method).tolist() == [1.0] * AHEAD
    assert early_moves(np.full((2, 15), np.nan), np.ones(15), AHEAD, "measured").tolist() == [1.0] * AHEAD
