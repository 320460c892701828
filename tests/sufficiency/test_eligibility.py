"""Eligible children by small area: totals met exactly, groups apart, nobody negative, poorer areas leaning as they should."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.childcare.eligibility import GROUPS, control, leaning, on_codes, shares, spread, universal_outside_reception

A, B, C = "E01000001", "E01000002", "E01000003"
NOTHING = pd.DataFrame(columns=["lsoa11_code", "lsoa21_code"])


def indicators(**columns: list[float]) -> pd.DataFrame:
    names = ("low_income_children", "imd_decile", "working_families", "lone_parents")
    return pd.DataFrame({"lsoa_code": [A, B, C], **{name: columns.get(name, [np.nan] * 3) for name in names}})


@given(children=st.lists(st.floats(0, 200), min_size=2, max_size=8), first=st.floats(0, 1), second=st.floats(0, 1),
       seed=st.integers(0, 2**31))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_totals_are_met_and_groups_are_disjoint(children: list[float], first: float, second: float, seed: int) -> None:
    living = np.array(children)
    totals = [living.sum() * first, living.sum() * (1 - first) * second]
    lean = np.random.Generator(np.random.SFC64(seed)).normal(0, 1.5, (len(living), 2))
    found = spread(living, totals, lean)
    scale = max(living.sum(), 1.0)
    assert found.sum(axis=0) == pytest.approx(totals, abs=1e-9 * scale)
    assert found.min() >= 0 and (found.sum(axis=1) <= living + 1e-7 * scale).all()


def test_without_indicators_every_area_has_the_authoritys_share() -> None:
    assert spread(np.array([10.0, 30.0]), [20, 8], np.zeros((2, 2))) == pytest.approx(np.array([[5, 2], [15, 6]]))


def test_areas_lean_with_what_is_known_of_them() -> None:
    lean, notes = leaning(indicators(low_income_children=[0.4, 0.2, 0.1]), (A, B, C), np.array([10.0, 10.0, 10.0]))
    assert notes == () and lean[0, 0] < lean[1, 0] < lean[2, 0] and lean[0, 1] > lean[1, 1] > lean[2, 1]
    found = spread(np.full(3, 100.0), [150, 60], lean)
    assert found[0, 1] > 20 > found[2, 1] and found[0, 0] < 50 < found[2, 0]


def test_children_in_low_income_count_before_the_decile() -> None:
    both, _ = leaning(indicators(low_income_children=[0.4, 0.2, 0.1], imd_decile=[10, 5, 1]), (A, B, C), np.ones(3))
    alone, _ = leaning(indicators(low_income_children=[0.4, 0.2, 0.1]), (A, B, C), np.ones(3))
    assert both == pytest.approx(alone)


def test_an_area_that_nothing_is_known_of_is_like_the_authority_and_that_is_said() -> None:
    lean, (note,) = leaning(indicators(imd_decile=[1, 9, np.nan]), (A, B, C), np.ones(3))
    assert lean[2].tolist() == [0, 0] and note.text.startswith("1 small areas have no indicator")
    lean, (note,) = leaning(indicators(), (A, B, C), np.ones(3))
    assert not lean.any() and "nothing is known of families" in note.text


def test_indicators_of_2011_are_brought_to_2021() -> None:
    """A split area has its parent's, a merged one the mean of those it was made of."""
    old = pd.DataFrame({"lsoa_code": ["E01000007", "E01000008"], "low_income_children": [0.2, 0.4], "imd_decile": [3.0, 5.0],
                        "working_families": [np.nan, np.nan], "lone_parents": [np.nan, 0.3]})
    lookup = pd.DataFrame([("E01000007", A), ("E01000007", B), ("E01000007", C), ("E01000008", C)],
                          columns=["lsoa11_code", "lsoa21_code"])
    found = on_codes(old, (A, B, C), lookup).set_index("lsoa_code")
    assert found.loc[[A, B, C], "low_income_children"].tolist() == pytest.approx([0.2, 0.2, 0.3])
    assert found.loc[C, "lone_parents"] == 0.3
    assert on_codes(old, (A,), NOTHING) is old


def test_more_eligible_than_children_is_said_and_cut() -> None:
    found, (note,) = shares({"age_2": np.array([30.0, 0.0, 70.0])},
                            {("age_2", "working_parent"): 90, ("age_2", "early_learning"): 30}, np.zeros((3, 2)))
    assert note.text == "120 two-year-olds are told to be eligible and only 100 are counted: all are taken to be"
    assert found["age_2", "working_parent"] == pytest.approx([0.75] * 3) and len(GROUPS) == 2
    with pytest.raises(ValueError, match=r"groups of 11\.0 children cannot be found among 10\.0"):
        spread(np.array([10.0]), [6, 5], np.zeros((1, 2)))


def published(*rows: tuple[int, str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["ay", "kind", "age", "eligible", "registered"])


def test_a_total_is_taken_whole_or_not_at_all() -> None:
    """Under two is nine to eleven months and one year: one of them alone is no total; the latest year up to the base counts."""
    table = published((2024, "working_parent", "9 to 11 months", 66, 30), (2024, "working_parent", "1 year", 278, 210),
                      (2025, "working_parent", "1 year", 300, 220), (2026, "working_parent", "9 to 11 months", 70, 35),
                      (2026, "working_parent", "1 year", 290, 220), (2025, "early_learning", "2 years", np.nan, 40))
    assert control(table, "under_2", "working_parent", 2025) == (2024, 344)
    assert control(table, "under_2", "working_parent", 2023) == (2024, 344)
    assert control(table, "under_2", "working_parent", 2030) == (2026, 360)
    assert control(table, "age_2", "early_learning", 2025) is None


def test_four_year_olds_in_reception_are_taken_out_first() -> None:
    """England, January 2026 (G2), with 400,000 of its four-year-olds in Reception."""
    table = published((2025, "universal", "3 years", 610_427, 535_220), (2025, "universal", "4 years", 639_758, 591_836))
    assert universal_outside_reception(table, 2025, 400_000) == (850_185, 727_056)
    assert f"{(535_220 + 591_836) / (610_427 + 639_758):.1%}" == "90.2%"        # as published, with Reception
    together = published((2025, "universal", "3 and 4 years", 1_250_185, np.nan))
    eligible, registered = universal_outside_reception(together, 2025, 400_000) or (0, 0)
    assert eligible == 850_185 and np.isnan(registered)                         # what is not published is not nought
    assert universal_outside_reception(table, 2024, 400_000) is None
