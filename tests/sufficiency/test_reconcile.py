"""Parts that agree with a whole: raking, fitting, and rounding that adds up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sufficiency.forecast.reconcile import factor, fit, largest_remainder

counts = st.floats(0, 500)


def test_what_is_nothing_stays_nothing() -> None:
    assert factor(np.array([0.0, 10.0]), np.array([5.0, 5.0])).tolist() == [1.0, 0.5]
    assert (np.zeros(3) * factor(np.array(0.0), np.array(90.0))).tolist() == [0, 0, 0]


@settings(deadline=None, max_examples=100, derandomize=True)
@given(hnp.arrays(np.float64, (4, 5), elements=st.one_of(st.just(0.0), st.floats(1e-3, 500))),
       hnp.arrays(np.float64, 5, elements=counts))
def test_raked_parts_sum_to_the_control_and_keep_their_proportions(parts: np.ndarray, control: np.ndarray) -> None:
    raked = parts * factor(parts.sum(axis=0), control)
    some = parts.sum(axis=0) > 0
    assert np.allclose(raked.sum(axis=0)[some], control[some]) and (raked[parts == 0] == 0).all()
    assert np.allclose(raked * parts.sum(axis=0), parts * np.where(some, control, 0.0)), "each in proportion"


@settings(deadline=None, max_examples=60, derandomize=True)
@given(hnp.arrays(np.float64, (3, 4), elements=st.floats(0.5, 50)), hnp.arrays(np.float64, 3, elements=st.floats(1, 500)),
       hnp.arrays(np.float64, 4, elements=st.floats(0.01, 1)))
def test_a_table_is_fitted_to_its_rows_and_columns(seed: np.ndarray, rows: np.ndarray, part: np.ndarray) -> None:
    columns = rows.sum() * part / part.sum()
    table, gap = fit(seed, rows, columns)
    assert gap <= 0.01 and np.allclose(table.sum(axis=0), columns) and np.allclose(table.sum(axis=1), rows, atol=0.011)
    odds = (table[0, 0] * table[1, 1]) / (table[0, 1] * table[1, 0])
    assert odds == pytest.approx(seed[0, 0] * seed[1, 1] / (seed[0, 1] * seed[1, 0])), "what the seed says of odds stays"


def test_totals_that_do_not_agree_are_met_by_the_columns_and_the_gap_says_so() -> None:
    table, gap = fit(np.ones((2, 2)), np.array([10.0, 10.0]), np.array([15.0, 15.0]))
    assert table.sum(axis=0).tolist() == [15, 15] and gap == pytest.approx(5.0)
    assert fit(np.zeros((2, 2)), np.zeros(2), np.zeros(2))[1] == 0.0


def test_the_largest_fractions_are_rounded_up() -> None:
    assert largest_remainder(np.array([1.5, 1.3, 1.2])).tolist() == [2, 1, 1]
    assert largest_remainder(np.array([[0.5, 0.5], [2.4, 2.4]])).tolist() == [[1, 0], [3, 2]], "of equal ones the first"


@settings(deadline=None, max_examples=100, derandomize=True)
@given(hnp.arrays(np.float64, (3, 7), elements=counts))
def test_rounded_figures_add_up_and_none_is_a_child_away(parts: np.ndarray) -> None:
    whole = largest_remainder(parts)
    assert (whole.sum(axis=1) == np.floor(parts.sum(axis=1) + 0.5)).all()
    assert (np.abs(whole - parts) < 1).all() and (whole >= 0).all()
