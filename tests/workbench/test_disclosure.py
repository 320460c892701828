"""What leaves the house: small counts of small areas are hidden everywhere at once, and nothing else is."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from workbench.disclosure import RULES, Hidden, Release, Rule, protect

FLOWS = pd.DataFrame({
    "lsoa_code": ["E01000001", "E01000001", "E01000002", "E01000003", "E01000004"], "urn": ["100001", "100002"] * 2 + ["100001"],
    "ay": [2022] * 5, "nc_year": [1, 2, 3, 4, 0], "pupils": [0, 1, 4, 5, 60], "share": [0.0, 0.01, 0.04, 0.05, 0.9],
})
BALANCE = pd.DataFrame({"planning_area_code": ["P1", "P2"], "ay": [2022, 2022], "nc_year": [0, 1], "additional_need": [2.0, 0.0],
                        "spare_places": [0.0, 3.0]})
ROLL = pd.DataFrame({"urn": ["100001", "100002"], "ay": [2022, 2022], "nc_year": [0, 3], "pupils": [3.0, 1.0]})


def test_small_area_counts_of_one_to_four_are_hidden_and_nought_is_shown() -> None:
    release = protect({"flows": FLOWS})
    assert release.shown("flows")["pupils"].tolist() == [0, "c", "c", 5, 60]
    numbers = release.tables["flows"]["pupils"]
    assert numbers.isna().tolist() == [False, True, True, False, False]
    assert release.hidden == (Hidden("flows", "pupils", 2, RULES[0].name),)


def test_what_is_no_count_stays() -> None:
    table = protect({"flows": FLOWS}).tables["flows"]
    pd.testing.assert_frame_equal(table.drop(columns="pupils"), FLOWS.drop(columns="pupils"))


def test_school_rolls_need_and_spare_go_out_as_they_are() -> None:
    release = protect({"balance": BALANCE, "school_pupils": ROLL})
    assert release.hidden == () and dict(release.masks) == {}
    pd.testing.assert_frame_equal(release.tables["balance"], BALANCE)
    pd.testing.assert_frame_equal(release.shown("school_pupils"), ROLL)


def test_a_small_area_is_known_by_its_code_under_any_heading() -> None:
    births = pd.DataFrame({"area_code": ["E07000170", "E01000001", "W01000001", None], "cohort": [2020] * 4, "births": [3.0] * 4})
    assert protect({"births": births}).shown("births")["births"].tolist() == [3.0, "c", "c", 3.0]


def test_modelled_fractions_below_five_are_hidden_too() -> None:
    frame = pd.DataFrame({"lsoa_code": ["E01000001"] * 4, "children": [0.0, 0.3, 4.9, 5.0]})
    assert protect({"young": frame}).shown("young")["children"].tolist() == [0.0, "c", "c", 5.0]


def test_a_row_that_names_no_small_area_is_a_total_and_stays() -> None:
    frame = pd.DataFrame({"lsoa_code": ["E01000001", "", None], "children": [3, 3, 3]})
    assert protect({"t": frame}).shown("t")["children"].tolist() == ["c", 3, 3]


def test_a_number_nobody_named_is_taken_for_a_count() -> None:
    frame = pd.DataFrame({"lsoa_code": ["E01000001"], "something_new": [2], "open": [True], "word": ["3"]})
    shown = protect({"t": frame}).shown("t").iloc[0]
    assert (shown["something_new"], shown["open"], shown["word"]) == ("c", True, "3")


def test_a_rule_is_data_and_can_be_deepened() -> None:
    rule = Rule("plans at schools", keys=("urn",), shown_from=10, counts=("plans",), tables=("sen",))
    sen = pd.DataFrame({"urn": ["100001"], "plans": [9], "pupils": [3]})
    release = protect({"sen": sen, "other": sen}, rules=(*RULES, rule))
    assert release.shown("sen").iloc[0].tolist() == ["100001", "c", 3]
    assert release.shown("other").iloc[0].tolist() == ["100001", 9, 3]
    assert release.hidden == (Hidden("sen", "plans", 1, "plans at schools"),)


def test_two_rules_on_one_column_hide_what_either_hides() -> None:
    wide = Rule("fewer than ten", keys=("lsoa_code",), shown_from=10, counts=("pupils",))
    shown = protect({"flows": FLOWS}, rules=(*RULES, wide)).shown("flows")["pupils"].tolist()
    assert shown == [0, "c", "c", "c", 60]


def test_what_was_handed_in_stays_and_a_release_is_frozen() -> None:
    before = FLOWS.copy()
    release = protect({"flows": FLOWS})
    pd.testing.assert_frame_equal(FLOWS, before)
    with pytest.raises(dataclasses.FrozenInstanceError):
        release.hidden = ()         # type: ignore[misc]    # that it is refused is what is tested
    with pytest.raises(TypeError):
        release.tables["flows"] = FLOWS     # type: ignore[index]    # as above


def test_shapes_stay_shapes() -> None:
    shapes = gpd.GeoDataFrame({"planning_area_code": ["P1"]}, geometry=[Point(450_000, 350_000)], crs="EPSG:27700")
    released = protect({"areas": shapes}).tables["areas"]
    assert isinstance(released, gpd.GeoDataFrame) and released.crs == shapes.crs


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=20), st.booleans())
def test_no_small_count_of_a_small_area_ever_leaves(found: list[int], as_float: bool) -> None:
    frame = pd.DataFrame({"lsoa21_code": ["E01000001"] * len(found), "n": np.asarray(found, dtype=float if as_float else int)})
    release: Release = protect({"t": frame})
    left = release.tables["t"]["n"].dropna()
    assert set(left) & {1, 2, 3, 4} == set()
    assert sorted(left) == sorted(n for n in found if n == 0 or n >= 5)
    assert release.shown("t")["n"].tolist().count("c") == sum(h.cells for h in release.hidden)
