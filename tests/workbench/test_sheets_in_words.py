"""The workbook in words: headings with units, years and year groups as people say them, each range beside its figure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sufficiency.assumptions import Assumptions, ExcludedYear, defaults
from workbench.column_guide import CODE_OF, COLUMNS, guide
from workbench.headings import HEADINGS, beside_their_figures, heading
from workbench.headline import headline_lines
from workbench.places_ground import CAUTION, shared_evenly, with_ground
from workbench.settings_sheet import differing, settings_table
from workbench.sheets import for_workbook, in_words

NAMES = pd.DataFrame({"planning_area_code": ["P1"], "phase": ["primary"], "planning_area_name": ["North"]})


def test_no_heading_stands_for_two_columns_and_none_is_a_code_name() -> None:
    codes = [name for name in COLUMNS if name not in CODE_OF]
    twice = [called for called, n in Counter(heading(code) for code in codes).items() if n > 1]
    assert twice == [] and not any("_" in heading(code) for code in codes)
    assert all(code.startswith("early_years_") for code in set(HEADINGS) - COLUMNS.keys()), "a heading of no column"
    assert all(guide(heading(code)).shown_as == guide(code).shown_as for code in codes)


def test_a_sheet_is_read_without_knowing_the_program() -> None:
    table = pd.DataFrame({
        "ay": [2025, 2026], "planning_area_code": "P1", "phase": ["primary", "sixth_form"], "nc_year": [0, 7],
        "pupils": [30.0, 31.0], "yg_places": 30.0,
        "worst_nc_year": pd.array([None, 3], dtype="Int64"), "passed_at_census": [True, False],
        "pupils_p90": [np.nan, 35.0], "p_shortfall": [np.nan, 0.2], "pupils_p10": [np.nan, 28.0], "places_basis": "capacity, pan",
    })
    shown = for_workbook({"balance": table}, NAMES)["balance"]
    assert list(shown) == [
        "Academic year", "Planning area code", "Planning area", "Phase", "Year group", "Children expected",
        "Children expected: 1 in 10 below", "Children expected: 1 in 10 above", "Places", "Worst year group",
        "Passed on census day?", "Likelihood of a shortfall (%)", "Places rest on"]
    assert shown.iloc[1].tolist() == ["2026/27", "P1", "North", "sixth form", "Year 7", 31.0, 28.0, 35.0, 30.0, "Year 3",
                                      "no", 0.2, "capacity shared evenly, PAN carried up"]
    assert shown.loc[0, "Worst year group"] is None and shown.loc[0, "Year group"] == "Reception"
    assert guide("Likelihood of a shortfall (%)").shown_as == "0.0%"


def test_hidden_figures_and_financial_years_are_told() -> None:
    shown = in_words(pd.DataFrame({"financial_year": [2026], "nc_year": ["c"], "brings_pupils": [False], "part": ["coming_up"],
                                   "part_group": ["known_intakes"], "basis": ["pan"]}))
    assert shown.iloc[0].tolist() == ["2026/27", "c", "no", "coming up", "October census and offers", "PAN carried up"]


def test_a_range_stands_beside_its_figure_from_its_lowest_end_up() -> None:
    told = beside_their_figures(["a", "b", "b_p90", "a_p97_5", "c_p10", "a_p10"])
    assert told == ["a", "a_p10", "a_p97_5", "b", "b_p90", "c_p10"]


PLACES = pd.DataFrame([
    ("primary", "P1", 2025, "pan", 60.0), ("primary", "P1", 2025, "capacity", 30.0), ("primary", "P2", 2025, "capacity", 40.0),
    ("secondary", "S1", 2025, "capacity", 90.0), ("secondary", "S1", 2026, "pan", 900.0)],
    columns=["phase", "planning_area_code", "ay", "basis", "yg_places"])


def test_what_the_places_of_an_area_and_of_a_phase_rest_on_stands_beside_their_figures() -> None:
    assert shared_evenly(PLACES, 2025) == ["primary", "secondary"] and shared_evenly(PLACES, 2026) == []
    areas = with_ground(pd.DataFrame({"phase": "primary", "planning_area_code": ["P2", "P1", "P9"]}), PLACES, 2025)
    assert areas["places_basis"].tolist() == ["capacity", "pan, capacity", ""]
    phases = with_ground(pd.DataFrame({"phase": ["secondary", "primary"], "ay": [2026, 2026]}), PLACES, 2025)
    assert phases["places_basis"].tolist() == ["capacity", "capacity, pan"]


def test_the_terminal_warns_above_the_table_of_a_phase_that_rests_on_shared_capacity() -> None:
    row = {"phase": "secondary", "ay": 2025, "nc_year": 7, "pupils": 900.0, "unfilled_share": 0.1, "areas": 1,
           "areas_not_known": 0, "areas_short": 0, "places_short": 0, "areas_known": 1,
           "areas_short_in_any_year_group": 0, "p_shortfall": None,
           **{f"{name}_{end}": None for name in ("pupils", "places_short") for end in ("p10", "p90", "expected")}}
    told = {"authority": {"name": "T", "code": "999", "base_year": 2025}, "years": [row], "shortest": [], "last_safe_dates": [],
            "judged_on": None, "childcare": [], "accuracy": [], "notes": 0, "shared_evenly": ["secondary"]}
    lines = headline_lines(told)
    (at,) = [i for i, line in enumerate(lines) if line == CAUTION[0].format(phase="secondary")]
    assert "last safe dates" in lines[at + 1] and lines[at + 2].startswith("secondary")
    assert not any("With care" in line for line in headline_lines({**told, "shared_evenly": []}))


def test_every_setting_stands_in_the_sheet_and_those_that_differ_on_the_front_sheet() -> None:
    assert differing(Assumptions()) == [("Settings", "All are as by default; they stand in the sheet settings.")]
    changed = replace(Assumptions(), operating_margin=0.05, excluded_years=(ExcludedYear(2020, "closed in spring"),))
    table = settings_table(changed).set_index("setting")
    assert set(table.index) == set(defaults()) and (table["meaning"] != "").all() and (table["evidence"] != "").all()
    assert table.loc["operating_margin", ["set_to", "default", "differs"]].tolist() == [0.05, 0.02, True]
    assert table.loc["excluded_years", "set_to"] == "2020/21 (closed in spring)" and table.loc["weights", "default"] == "3, 2, 1"
    front = dict(differing(changed))
    assert list(front) == ["Settings", "excluded_years", "operating_margin"]
    assert front["operating_margin"].startswith("0.05 (default 0.02): spare places")


@pytest.mark.parametrize("column", ["p2_5", "_p10"])
def test_the_end_of_a_range_alone_is_no_range(column: str) -> None:
    assert ": " not in heading(column)
