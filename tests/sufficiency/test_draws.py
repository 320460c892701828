"""Draws: named streams that are the same however they are cut; draw 0 is the centre; and departures grow along cohorts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.intervals.departures import along_cohorts, depart
from sufficiency.intervals.draws import CHUNK, Draws


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(0, 300), st.integers(1, 200), st.integers(1, 200))
def test_two_blocks_equal_the_whole_bit_for_bit(first: int, left: int, right: int) -> None:
    whole = Draws(7, first, left + right).normals("births", 3, 2)
    parts = [Draws(7, first, left).normals("births", 3, 2), Draws(7, first + left, right).normals("births", 3, 2)]
    assert np.array_equal(whole, np.concatenate(parts))


@pytest.mark.parametrize("most", [1, 7, 63, 64, 100, 128, 1000])
def test_blocks_of_any_size_give_the_same_draws(most: int) -> None:
    draws = Draws(3, 5, 300)
    whole = draws.normals("survival", 4)
    blocks = list(draws.blocks(most))
    assert np.array_equal(whole, np.concatenate([block.normals("survival", 4) for block in blocks]))
    assert max(block.count for block in blocks) <= most


def test_draw_0_is_the_centre_and_spread_0_leaves_all_there() -> None:
    assert not Draws(1, 0, 3).normals("births", 5)[0].any() and Draws(1, 0, 3).normals("births", 5)[1:].all()
    assert not Draws(1, 0, 200, spread=0.0).normals("births", 5).any()
    assert np.array_equal(Draws(1, 1, 9, spread=2.0).normals("births", 5), 2 * Draws(1, 1, 9).normals("births", 5))


def test_streams_are_independent_by_name_and_by_seed_and_standard_normal() -> None:
    one, other, seed = (Draws(s, 1, 4000).normals(n, 5).ravel() for s, n in ((1, "births"), (1, "survival"), (2, "births")))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03 and abs(np.corrcoef(one, seed)[0, 1]) < 0.03
    assert abs(one.mean()) < 0.03 and one.std() == pytest.approx(1.0, abs=0.02)
    chunks = one.reshape(-1, 5)[: 10 * CHUNK].reshape(10, CHUNK * 5)
    assert abs(np.corrcoef(chunks)[np.triu_indices(10, 1)]).max() < 0.25, "chunks of one stream do not repeat"


def slow(central: np.ndarray, happened: np.ndarray) -> np.ndarray:
    """Walk every cohort of every draw and area by itself."""
    draws, years, areas, groups = happened.shape
    out = np.empty((draws, years, central.shape[1], groups))
    for d in range(draws):
        for y in range(years):
            for a in range(central.shape[1]):
                for g in range(groups):
                    path = [happened[d, y - k, a if areas > 1 else 0, g - k] for k in range(min(y, g) + 1)]
                    out[d, y, a, g] = central[y, a, g] * np.exp(sum(path))
    return out


@pytest.mark.parametrize("areas", [1, 4])
def test_what_happened_to_a_cohort_goes_up_with_it(areas: int) -> None:
    rng = np.random.default_rng(20261124)
    central, happened = rng.uniform(10, 80, (5, 4, 6)), rng.normal(0, 0.1, (3, 5, areas, 6))
    assert depart(central, happened.copy()) == pytest.approx(slow(central, happened), rel=1e-12)


def test_a_reception_departure_never_reaches_older_cohorts() -> None:
    happened = np.zeros((1, 3, 1, 4))
    happened[0, 0, 0, 0] = 0.5
    assert along_cohorts(happened)[0, :, 0].tolist() == [[0.5, 0, 0, 0], [0, 0.5, 0, 0], [0, 0, 0.5, 0]]


def test_a_draw_is_the_same_alone_as_among_others() -> None:
    central = np.random.default_rng(1).uniform(10, 80, (4, 7, 9))
    def drawn(first: int, count: int) -> np.ndarray:
        return depart(central, 0.05 * Draws(1, first, count).normals("survival", 4, 7, 9))

    whole = drawn(0, 130)
    assert np.array_equal(whole[70:71], drawn(70, 1)) and np.array_equal(whole[0], central)
