"""From today's roll to the forecast: all parts, homes and the planner's figures among them, add up in areas and the authority."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planning_areas.school_year import PHASE_YEARS
from sufficiency.forecast.flows import PARTS
from sufficiency.forecast.made_of import AUTHORITY, FROM, GROUP_OF, GROUPS, made_of, waterfall

A, D = "E01000001", "E01000004"


@pytest.fixture(scope="module")
def projection(town: Callable[..., Any]) -> Any:
    """Two primary areas, one secondary school with a sixth form; 12 more children by homes from 2024 on, and 3 by the planner."""
    schools = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P2", "", 0, 6, 0, 0), ("100003", "", "S1", 7, 13, 0, 0)]
    rolls = {"100001": {2021: [30] * 7, 2022: [33, *[31] * 6]}, "100002": {2021: [50] * 7, 2022: [45, *[50] * 6]},
             "100003": {2021: [70] * 5 + [30, 25], 2022: [72] * 5 + [33, 20]}}
    births = {cohort: {A: 40.0 + cohort % 3, D: 50.0} for cohort in range(2015, 2023)}
    found = town(schools, rolls, births, {A: {"P1": 1.0}, D: {"P2": 1.0}}).project(method="measured")
    added, moved = found.homes.copy(), found.overridden.copy()
    added.loc[{"ay": slice(2024, None), "planning_area_code": "P1", "nc_year": [0, 1]}] = 6.0
    moved.loc[{"ay": 2023, "planning_area_code": "P2", "nc_year": 0}] = 3.0
    return replace(found, homes=added, overridden=moved, pupils=found.pupils + added + moved)


def pupils_of(projection: Any) -> pd.DataFrame:
    """The table of pupils, each year group with its phase."""
    table = projection.pupils.isel(draw=0).drop_vars(["draw", "phase"]).rename("pupils").to_series().reset_index()
    phase = {g: name for name, years in PHASE_YEARS.items() for g in years}
    table["phase"] = table["nc_year"].map(phase)
    own = table["planning_area_code"].str.startswith("P") == (table["phase"] == "primary")
    return table[own].reset_index(drop=True)


def test_every_part_is_in_one_group() -> None:
    assert set(GROUP_OF) == {*PARTS, "homes", "planner"} and len(GROUP_OF) == sum(map(len, GROUPS.values()))


def test_the_parts_lead_from_the_roll_to_the_forecast(projection: Any) -> None:
    table, pupils = made_of(projection), pupils_of(projection)
    told = waterfall(table, pupils)
    assert np.abs(told["parts_added_up"] - told["pupils"]).sum() < 1e-6
    assert np.abs(told["pupils_base"] + told[list(FROM.values())].sum(axis=1) - told["pupils"]).sum() < 1e-6
    assert set(zip(told["planning_area_code"], told["phase"], strict=True)) == {
        ("P1", "primary"), ("P2", "primary"), ("S1", "secondary"), ("S1", "sixth_form"),
        (AUTHORITY, "primary"), (AUTHORITY, "secondary"), (AUTHORITY, "sixth_form")}
    assert list(told["planning_area_code"].unique()) == [AUTHORITY, "P1", "P2", "S1"], "the authority first"


def test_the_authority_is_the_sum_of_its_areas(projection: Any) -> None:
    table = made_of(projection)
    whole = table["planning_area_code"] == AUTHORITY
    keys = ["phase", "ay", "part"]
    areas = table[~whole].groupby(keys)["change"].sum()
    pd.testing.assert_series_equal(areas, table[whole].set_index(keys)["change"].sort_index(), check_index_type=False)


def test_homes_and_the_planners_figures_are_parts_of_their_own(projection: Any) -> None:
    told = waterfall(made_of(projection), pupils_of(projection)).set_index(["planning_area_code", "ay"])
    assert list(told.loc["P1", "from_homes"]) == [0, *[12] * 6] and list(told.loc["P2", "from_homes"]) == [0] * 7
    assert list(told.loc["P2", "from_planner"]) == [3, *[0] * 6] and not told["from_known_intakes"].any()


def test_who_crosses_the_border_is_told_net_where_only_sizes_and_distances_are_known(projection: Any) -> None:
    table = made_of(projection)
    border = table[table["part"].isin(["border_in", "border_out"])]
    assert set(border.loc[border["phase"] == "secondary", "part_group"]) == {"border_net"}
    told = waterfall(table, pupils_of(projection))
    assert not told["from_border_in"].any() and not told["from_border_out"].any()


def test_who_crosses_the_border_is_told_in_and_out_where_flows_are_known(town: Callable[..., Any]) -> None:
    """Of 50 in Year 6, 40 go on to S1 and 10 go outside; 6 come from outside."""
    schools = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "", "S1", 7, 11, 0, 0)]
    made = town(schools, {"100001": {2022: [50] * 7}, "100002": {2022: [46] * 5}})
    flows = [("P1", "S1", 40.0), ("P1", "outside", 10.0), ("outside", "S1", 6.0)]
    transfers = pd.DataFrame([(2022, 7, *row) for row in flows], columns=["ay", "nc_year", "origin", "destination", "pupils"])
    found = made.with_tables(transfers=transfers).project()
    table = made_of(found)
    told = waterfall(table, pupils_of(found)).set_index(["planning_area_code", "phase", "ay"]).loc[("S1", "secondary", 2023)]
    assert told["from_border_in"] == pytest.approx(6.0) and told["from_border_out"] == pytest.approx(-10.0)
    assert told["from_border_net"] == 0


def test_what_is_counted_already_is_not_the_planners_own_figure(town: Callable[..., Any]) -> None:
    schools = [("100001", "P1", "", 0, 6, 0, 0)]
    made = town(schools, {"100001": {2021: [30] * 7, 2022: [30] * 7}}, {cohort: {A: 30.0} for cohort in range(2015, 2023)},
                {A: {"P1": 1.0}})
    october = pd.DataFrame({"urn": ["100001"], "ay": [2023], "nc_year": [0], "pupils": [37.0]})
    found = made.with_tables(october_census=october).project()
    told = waterfall(made_of(found), pupils_of(found)).set_index(["planning_area_code", "ay"])
    assert told.loc[("P1", 2023), "from_known_intakes"] == pytest.approx(7.0) and not told["from_planner"].any()


def test_figures_that_the_parts_do_not_lead_to_are_refused(projection: Any) -> None:
    with pytest.raises(AssertionError, match="children apart"):
        made_of(replace(projection, pupils=projection.pupils + 0.01 * (projection.pupils["ay"] > 2024)))
