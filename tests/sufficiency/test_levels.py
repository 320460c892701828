"""The level to go on with: what many authorities had in common, and what is the authority's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.forecast.levels import COMMON_DECAY, COMMON_KEPT, KINDS, MEASURED, Smoothing, level, levels, weighted
from sufficiency.rules import pooled_births, pooled_ratios, rulebook

UNKNOWN = float("nan")


def one(ratios: list[float], rule: Smoothing, common: list[float] | None = None) -> float:
    many = common if common is not None else [UNKNOWN] * len(ratios)
    return float(level(np.array(ratios)[:, None], rule, np.array(many)[:, None])[0])


def test_the_latest_years_count_most_and_ratios_are_compared_as_logarithms() -> None:
    """Two years, 1.10 and 1.00, the older for half as much: 1.10 to the power of 2/3."""
    assert one([1.10, 1.00], Smoothing(decay=0.5)) == pytest.approx(1.10 ** (2 / 3))
    assert one([1.10, 1.00, 0.5], Smoothing(decay=0.0)) == pytest.approx(1.10)


def test_a_year_that_is_not_known_makes_room_for_the_next() -> None:
    assert one([UNKNOWN, 1.10, 1.00], Smoothing(decay=0.5)) == pytest.approx(1.10 ** (2 / 3))
    assert np.isnan(one([UNKNOWN], Smoothing(decay=0.5)))
    assert weighted(np.array([UNKNOWN, 4.0, 1.0, 7.0]), 0.5, 2) == pytest.approx(3.0)


def test_momentum_goes_on_from_the_long_run_mean_or_back_to_it() -> None:
    """Three years at 1.00 and now 1.04; the mean of the logarithms is a quarter of the way."""
    history = [1.04, 1.00, 1.00, 1.00]
    assert one(history, Smoothing(decay=0.0, momentum=0.0)) == pytest.approx(1.04)
    assert one(history, Smoothing(decay=0.0, momentum=-1.0)) == pytest.approx(1.04**0.25)
    assert one(history, Smoothing(decay=0.0, momentum=1.0)) == pytest.approx(1.04**1.75)
    assert one(history[:3], Smoothing(decay=0.0, momentum=-1.0)) == pytest.approx(1.04), "three years have no long-run mean"


def test_half_of_a_shock_that_all_had_together_goes_on() -> None:
    """Everywhere 1.00 for three years and 1.02 now, here as everywhere: what is common is half recent and half long-run."""
    everywhere = [1.02, 1.00, 1.00, 1.00]
    recent = 1.02 ** (1 / (1 + COMMON_DECAY + COMMON_DECAY**2))
    mean = 1.02 ** (1 / 4)
    assert one(everywhere, Smoothing(decay=0.0), everywhere) == pytest.approx(recent**COMMON_KEPT * mean ** (1 - COMMON_KEPT))


def test_what_is_the_authority_s_own_is_told_from_what_all_had_and_a_share_of_it_falls_away() -> None:
    """Everywhere 1.00 throughout, here 1.02: its own; of which a quarter falls away."""
    assert one([1.02, 1.02], Smoothing(decay=0.5), [1.0, 1.0]) == pytest.approx(1.02)
    assert one([1.02, 1.02], Smoothing(decay=0.5, drawn=0.25), [1.0, 1.0]) == pytest.approx(1.02**0.75)
    assert one([1.02, 1.02], Smoothing(decay=0.5, drawn=0.25)) == pytest.approx(1.02), "where many authorities are known"


def test_years_that_many_authorities_do_not_cover_have_their_long_run_mean() -> None:
    """Known everywhere for the two years before: 0.98 in the mean; the latest year's 0.99 is the authority's own by 0.01."""
    assert one([0.99], Smoothing(decay=0.0), [UNKNOWN, 0.98, 0.98]) == pytest.approx(0.99)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.floats(0.5, 1.5), st.integers(1, 12), st.sampled_from(sorted(MEASURED)))
def test_a_steady_ratio_that_all_have_stays_as_it_is(steady: float, years: int, kind: str) -> None:
    assert one([steady] * years, MEASURED[kind], [steady] * years) == pytest.approx(steady)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.lists(st.floats(0.8, 1.2), min_size=1, max_size=12), st.floats(0.8, 1.25), st.sampled_from(sorted(MEASURED)))
def test_the_unit_does_not_matter(history: list[float], unit: float, kind: str) -> None:
    """All ratios here and everywhere times the same number: so is the answer."""
    everywhere = [1.0 + 0.01 * k for k in range(len(history))]
    once = one(history, MEASURED[kind], everywhere)
    assert one([r * unit for r in history], MEASURED[kind], [r * unit for r in everywhere]) == pytest.approx(once * unit)


def test_every_year_group_has_one_kind_and_every_kind_a_smoothing() -> None:
    assert sorted(g for groups in KINDS.values() for g in groups) == list(range(15)) and set(KINDS) == set(MEASURED)
    common = pooled_ratios(range(2022, 2017, -1))
    assert levels(common[:5], common)[:12] == pytest.approx(np.exp(_half_way(np.log(common[:, :12]))))


def _half_way(logs: np.ndarray) -> np.ndarray:
    recent = (logs[0] + COMMON_DECAY * logs[1] + COMMON_DECAY**2 * logs[2]) / (1 + COMMON_DECAY + COMMON_DECAY**2)
    return COMMON_KEPT * recent + (1 - COMMON_KEPT) * logs.mean(axis=0)


def test_the_pooled_ratios_are_those_known_at_the_time() -> None:
    table = rulebook("pooled_ratios")["ratios"]
    until_2014 = pooled_ratios((2014, 2013))
    assert [row[0] for row in until_2014] == [table[str(ay)][0] for ay in (2014, 2013, 2012)], "and those before them"
    assert np.isnan(pooled_ratios((2030, 2029))[:2]).all() and pooled_ratios((2030, 2029))[8, 0] == table["2022"][0]
    assert np.isnan(until_2014[:, 12:]).all(), "sixth forms differ by authority"
    assert pooled_births()[2012] == pytest.approx(rulebook("pooled_ratios")["births"]["2012"])
