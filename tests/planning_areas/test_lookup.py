"""Look-ups: each origin's shares sum to 1, totals survive the crossing, and what is wrong is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from planning_areas.lookup import Lookup, lookup_from

HOMES, AREAS = ("A", "B", "C"), ("P1", "P2")


def pairs(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["origin", "destination", "weight"])


def shares(rows: list[list[float]]) -> scipy.sparse.csr_array:
    return scipy.sparse.csr_array(np.array(rows))


def test_children_are_carried_by_their_shares() -> None:
    lookup = lookup_from(pairs(("A", "P1", 3), ("A", "P2", 1), ("B", "P2", 9), ("C", "P1", 1), ("C", "P1", 1)), HOMES, AREAS)
    assert lookup.shares.toarray().tolist() == [[0.75, 0.25], [0, 1], [1, 0]]
    assert lookup.carry(np.array([40.0, 10.0, 5.0])).tolist() == [35, 20]


def test_counts_keep_their_other_axes() -> None:
    lookup = lookup_from(pairs(("A", "P1", 1), ("B", "P1", 1), ("C", "P2", 1)), HOMES, AREAS)
    carried = lookup.carry(np.ones((2, 4, 3)))
    assert carried.shape == (2, 4, 2) and (carried[..., 0] == 2).all() and (carried[..., 1] == 1).all()
    with pytest.raises(ValueError, match="3 origins"):
        lookup.carry(np.ones((3, 4)))


@settings(deadline=None, max_examples=100, derandomize=True)
@given(hnp.arrays(np.float64, (5, 4), elements=st.floats(0, 9)), hnp.arrays(np.float64, (3, 5), elements=st.floats(0, 1e6)))
def test_totals_survive_the_crossing_and_a_row_is_the_same_alone(weights: np.ndarray, counts: np.ndarray) -> None:
    weights[:, 0] += 0.1        # nobody belongs nowhere
    rows = [(str(o), str(d), weights[o, d]) for o in range(5) for d in range(4)]
    lookup = lookup_from(pairs(*rows), [str(o) for o in range(5)], [str(d) for d in range(4)])
    carried = lookup.carry(counts)
    assert np.allclose(carried.sum(axis=1), counts.sum(axis=1)) and (carried >= 0).all()
    for one, alone in zip(carried, counts, strict=True):
        assert np.array_equal(lookup.carry(alone[None])[0], one) and np.array_equal(lookup.carry(alone), one)


@pytest.mark.parametrize(
    ("rows", "says"),
    [([[0.5, 0.4], [1, 0], [0, 1]], "A \\(0.900000\\)"), ([[1.5, -0.5], [1, 0], [0, 1]], "never below 0"),
     ([[np.nan, 1], [1, 0], [0, 1]], "finite"), ([[1, 0], [0, 1]], "expected \\(3, 2\\)"),
     ([[0, 0], [1, 0], [0, 1]], "A \\(0.000000\\)")],
)
def test_shares_that_lose_or_invent_children_are_refused(rows: list[list[float]], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Lookup(HOMES, AREAS, shares(rows))


def test_a_place_stands_once() -> None:
    with pytest.raises(ValueError, match="an origin stands twice"):
        Lookup(("A", "A", "C"), AREAS, shares([[1, 0], [1, 0], [0, 1]]))
    with pytest.raises(ValueError, match="a destination stands twice"):
        Lookup(HOMES, ("P1", "P1"), shares([[1, 0], [1, 0], [0, 1]]))


def test_pairs_that_name_unknown_places_or_leave_one_out_are_refused() -> None:
    with pytest.raises(ValueError, match="in neither list: X"):
        lookup_from(pairs(("A", "P1", 1), ("X", "P1", 1)), HOMES, AREAS)
    with pytest.raises(ValueError, match="belong nowhere: B, C"):
        lookup_from(pairs(("A", "P1", 1), ("B", "P1", 0)), HOMES, AREAS)
