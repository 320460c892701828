"""The table that members read: whole children that add up, surplus and deficit, and a flag where figures are thin (H1)."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughly import cases

from sufficiency.estate.school_table import SINGLE, SMALL_AREA, SMALL_SCHOOL, USUAL, school_table, year_headings

KNEESALL, TOWN, ALL_THROUGH = "200001", "200002", "200003"
SCHOOLS = pd.DataFrame(
    [(KNEESALL, "Kneesall", "Newark and Sherwood", 105.0, True), (TOWN, "Town Primary", "Ashfield", 630.0, False),
     (ALL_THROUGH, "Through Academy", "Ashfield", 1400.0, False)],
    columns=["urn", "school_name", "district_name", "capacity", "rural"],
)
NAMES = pd.DataFrame([("K", "primary", "Rural West"), ("T", "primary", "Town"), ("S", "secondary", "Town secondary")],
                     columns=["planning_area_code", "phase", "planning_area_name"])
BASE = [16.0, 10, 13, 15, 14, 15, 16]
TOTALS = {2020: 99, 2021: 93, 2022: 88, 2023: 84, 2024: 79}


def rows(urn: str, ay: int, pupils: list[float], first: int = 0) -> list[tuple[object, ...]]:
    return [(urn, ay, g, p) for g, p in enumerate(pupils, first)]


def pupils_of(*parts: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame([r for part in parts for r in part], columns=["urn", "ay", "nc_year", "pupils"])


def places_of(urn: str, area: str, years: list[int], each: float, *, phase: str = "primary", basis: str = "pan") -> pd.DataFrame:
    groups = range(7) if phase == "primary" else range(7, 12)
    return pd.DataFrame([(urn, phase, area, y, g, each, basis) for y in years for g in groups],
                        columns=["urn", "phase", "planning_area_code", "ay", "nc_year", "yg_places", "basis"])


def test_the_kneesall_table_to_the_last_printed_figure() -> None:
    """PAN 15, capacity 105; 2020/21 R..6 = 16 10 13 15 14 15 16 = 99 (+6), then 93 (+12), 88 (+17), 84 (+21), 79 (+26)."""
    forecasts = [rows(KNEESALL, ay, [total * p / 99 for p in BASE]) for ay, total in TOTALS.items() if ay > 2020]
    table = school_table("primary", SCHOOLS, NAMES, pupils_of(rows(KNEESALL, 2020, BASE), *forecasts),
                         places_of(KNEESALL, "K", list(TOTALS), 15.0), pd.DataFrame([(KNEESALL, 2018, 0, 15)],
                                                                                  columns=["urn", "ay", "nc_year", "pan"]))
    first = table.iloc[0]
    about = first[["school_name", "district_name", "planning_area_name"]].tolist()
    assert about == ["Kneesall", "Newark and Sherwood", "Rural West"]
    assert (first["pan"], first["capacity"], first["yg_places"], first["ay"]) == (15, 105, 105, 2020)
    assert first[year_headings("primary")].tolist() == [16, 10, 13, 15, 14, 15, 16]
    assert list(zip(table["ay"], table["total"], table["surplus"], strict=True)) == [
        (2020, 99, 6), (2021, 93, 12), (2022, 88, 17), (2023, 84, 21), (2024, 79, 26)]
    assert (table[year_headings("primary")].sum(axis=1) == table["total"]).all()
    assert set(table["reliability"]) == {SMALL_SCHOOL}, "the report says that small rural areas are hard to forecast"
    assert set(table["places_basis"]) == {"pan"}


@pytest.mark.thorough
@settings(deadline=None, max_examples=cases(25, 100), derandomize=True)
@given(st.lists(st.floats(0, 40), min_size=7, max_size=7))
def test_whole_children_add_up_and_none_is_moved_by_one_or_more(pupils: list[float]) -> None:
    table = school_table("primary", SCHOOLS, NAMES, pupils_of(rows(TOWN, 2024, pupils)), places_of(TOWN, "T", [2024], 90.0))
    shown = table.iloc[0][year_headings("primary")].astype(float).to_numpy()
    assert shown.sum() == table.iloc[0]["total"]
    assert abs(table.iloc[0]["total"] - sum(pupils)) <= 0.5 + 1e-9
    assert (np.abs(shown - pupils) < 1 + 1e-9).all()
    assert table.iloc[0]["surplus"] == 630 - table.iloc[0]["total"]


def test_a_year_group_without_children_is_nought_and_a_school_without_places_is_blank() -> None:
    places = pd.concat([places_of(TOWN, "T", [2024], math.nan), places_of(KNEESALL, "K", [2024], 15.0)])
    table = school_table("primary", SCHOOLS, NAMES, pupils_of(rows(TOWN, 2024, [20.0, 20])), places).set_index("urn")
    assert table.loc[TOWN, year_headings("primary")].tolist() == [20, 20, 0, 0, 0, 0, 0]
    assert math.isnan(table.loc[TOWN, "surplus"]) and math.isnan(table.loc[TOWN, "yg_places"])
    assert table.loc[KNEESALL, "total"] == 0 and table.loc[KNEESALL, "surplus"] == 105


def test_secondary_counts_years_7_to_11_and_no_sixth_form() -> None:
    table = school_table("secondary", SCHOOLS, NAMES, pupils_of(rows(ALL_THROUGH, 2024, [100.0] * 15)),
                         places_of(ALL_THROUGH, "S", [2024], 120.0, phase="secondary"))
    assert year_headings("secondary") == ["7", "8", "9", "10", "11"]
    assert (table.loc[0, "total"], table.loc[0, "yg_places"], table.loc[0, "surplus"]) == (500, 600, 100)
    assert table.loc[0, "capacity"] == 1400, "the whole school's capacity as published stands beside the places"


def test_places_of_a_shared_capacity_are_whole_in_the_sum() -> None:
    pupils = pupils_of(rows(TOWN, 2024, [10.0] * 7))
    table = school_table("primary", SCHOOLS, NAMES, pupils, places_of(TOWN, "T", [2024], 205 / 7))
    assert table.loc[0, "yg_places"] == 205.0 and table.loc[0, "surplus"] == 135.0


def test_the_pan_is_the_latest_by_that_year_and_blank_where_none_is_known() -> None:
    pans = pd.DataFrame([(TOWN, 2023, 0, 90), (TOWN, 2025, 0, 60), (TOWN, 2023, 3, 8)], columns=["urn", "ay", "nc_year", "pan"])
    pupils = pupils_of(*(rows(TOWN, y, [60.0] * 7) for y in (2022, 2024, 2025)))
    table = school_table("primary", SCHOOLS, NAMES, pupils, places_of(TOWN, "T", [2022, 2024, 2025], 90.0), pans)
    assert math.isnan(table.loc[0, "pan"]) and table.loc[1:, "pan"].tolist() == [90, 60]


def test_reliability_is_told_for_small_schools_areas_of_one_school_and_small_areas() -> None:
    crowd = pd.concat([
        places_of(TOWN, "T", [2024], 90.0), places_of(ALL_THROUGH, "T", [2024], 60.0), places_of(KNEESALL, "T", [2024], 15.0)])
    table = school_table("primary", SCHOOLS, NAMES, pupils_of(rows(TOWN, 2024, [9.0])), crowd).set_index("urn")
    assert table["reliability"].to_dict() == {TOWN: USUAL, ALL_THROUGH: USUAL, KNEESALL: SMALL_SCHOOL}
    alone = school_table("primary", SCHOOLS, NAMES, pupils_of(rows(TOWN, 2024, [9.0])), places_of(TOWN, "T", [2024], 90.0))
    assert alone.loc[0, "reliability"] == SINGLE
    thin = pd.concat([places_of(TOWN, "T", [2024], 20.0), places_of(ALL_THROUGH, "T", [2024], 30.0)])
    table = school_table("primary", SCHOOLS, NAMES, pupils_of(rows(TOWN, 2024, [9.0])), thin)
    assert table["reliability"].tolist() == [SMALL_AREA] * 2, "fewer than 60 places at entry"


@pytest.mark.parametrize("phase", ["primary", "secondary"])
def test_without_schools_the_table_is_empty_and_has_its_columns(phase: str) -> None:
    table = school_table(phase, SCHOOLS, NAMES, pupils_of([]), places_of(TOWN, "T", [], 1.0))
    assert table.empty
    assert {*year_headings(phase), "total", "surplus", "reliability"} <= set(table.columns)
