"""The level to go on with: recent years, momentum to or from the long-run mean, and the mean of many authorities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.levels import KINDS, MEASURED, METHODS, Smoothing, level, levels
from sufficiency.rules import pooled_ratios, rulebook

NONE = np.array([np.nan])


def one(ratios: list[float], rule: Smoothing, pooled: float = float("nan")) -> float:
    return float(level(np.array(ratios)[:, None], rule, np.array([pooled]))[0])


def test_the_latest_years_count_most_and_ratios_are_compared_as_logarithms() -> None:
    """Two years, 1.10 and 1.00, the older for half as much: 1.10 to the power of 2/3."""
    assert one([1.10, 1.00], Smoothing(decay=0.5)) == pytest.approx(1.10 ** (2 / 3))
    assert one([1.10, 1.00, 0.5], Smoothing(decay=0.0, years=1)) == 1.10


def test_a_year_that_is_not_known_makes_room_for_the_next() -> None:
    assert one([float("nan"), 1.10, 1.00], Smoothing(decay=0.5)) == pytest.approx(1.10 ** (2 / 3))
    assert np.isnan(one([float("nan")], Smoothing(decay=0.5)))


def test_momentum_goes_on_from_the_long_run_mean_or_back_to_it() -> None:
    """Three years at 1.00 and now 1.04; the mean of the logarithms is a quarter of the way."""
    history = [1.04, 1.00, 1.00, 1.00]
    assert one(history, Smoothing(decay=0.0, momentum=0.0)) == pytest.approx(1.04)
    assert one(history, Smoothing(decay=0.0, momentum=-1.0)) == pytest.approx(1.04**0.25)
    assert one(history, Smoothing(decay=0.0, momentum=1.0)) == pytest.approx(1.04**1.75)
    assert one(history[:3], Smoothing(decay=0.0, momentum=-1.0)) == pytest.approx(1.04), "three years have no long-run mean"


def test_a_share_is_drawn_to_the_mean_of_many_authorities() -> None:
    assert one([1.02], Smoothing(decay=0.0, pooled=0.25), pooled=0.98) == pytest.approx(1.02**0.75 * 0.98**0.25)
    assert one([1.02], Smoothing(decay=0.0, pooled=0.25)) == pytest.approx(1.02), "where there is one"


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.lists(st.floats(0.5, 1.5), min_size=1, max_size=12), st.sampled_from(sorted(MEASURED)))
def test_a_steady_ratio_stays_as_it_is(history: list[float], kind: str) -> None:
    steady = [history[0]] * len(history)
    assert one(steady, MEASURED[kind], pooled=history[0]) == pytest.approx(history[0])


def test_every_year_group_has_one_kind_and_every_kind_a_smoothing() -> None:
    assert sorted(g for groups in KINDS.values() for g in groups) == list(range(15))
    assert all(rules is None or set(rules) == set(KINDS) for rules in METHODS.values())
    ratios = np.full((5, 15), 1.01)
    assert levels(ratios, "last_year", pooled_ratios(2022)) == pytest.approx(np.full(15, 1.01))
    with pytest.raises(ValueError, match="plain"):
        levels(ratios, "plain", pooled_ratios(2022))


def test_the_pooled_ratios_are_those_known_at_the_time() -> None:
    table = rulebook("pooled_ratios")["ratios"]
    assert pooled_ratios(2012)[:12] == pytest.approx(table["2012"])
    assert pooled_ratios(2013)[1] == pytest.approx(np.sqrt(table["2012"][1] * table["2013"][1]))
    assert pooled_ratios(1999)[:12] == pytest.approx(table["2012"]), "the earliest stands in"
    assert pooled_ratios(2040)[:12] == pytest.approx(pooled_ratios(2022)[:12])
    assert np.isnan(pooled_ratios(2022)[12:]).all(), "sixth forms differ by authority"
