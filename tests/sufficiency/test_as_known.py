"""Nothing leaks: whatever comes after the January of a forecast, the evidence of that January stays the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sufficiency.assumptions import Assumptions
from sufficiency.backtesting.as_known import DATED, GEOGRAPHY, as_known, what_is_of_today, with_areas_of_today
from sufficiency.backtesting.backtest import Plan, backtest
from sufficiency.evidence import TABLES, Evidence
from sufficiency.workspace.workspace import Loaded

pytestmark = pytest.mark.long
ORIGIN = 2023
SEED = 20260901
LAG = Assumptions().births_lag
YEARS = ("ay", "cohort", "year", "actual_ay", "financial_year")
UNTIL = {"births": ORIGIN - 2, "population": ORIGIN - 1, "capacity": ORIGIN - 1, "scorecards": ORIGIN - 1, "pans": ORIGIN + 1}
"""The last year of a table that was known in January 2024, where it is not that of the census."""


@pytest.fixture(scope="module")
def council(invented: Loaded) -> Loaded:
    """The invented council, read."""
    return invented


def otherwise_from_then_on(evidence: Evidence) -> Evidence:
    """The same council with another future: figures after the January drawn anew, schools opened and closed."""
    chance = np.random.default_rng(SEED)
    tables = {}
    for name, table in evidence.tables.items():
        year = next((column for column in YEARS if column in table.columns), None)
        later = table[year] > UNTIL.get(name, ORIGIN) if year and len(table) else pd.Series(False, index=table.index)
        changed = table.copy()
        for column in table.columns:
            if column != year and later.any() and pd.api.types.is_float_dtype(table[column]):
                changed.loc[later, column] = chance.integers(0, 500, int(later.sum())).astype("float64")
        keep = ~later | (chance.random(len(table)) < 0.5)
        tables[name] = changed[keep].reset_index(drop=True) if later.any() else changed
    schools = tables["schools"]
    new = schools["open_date"] > f"{ORIGIN + 1}-01-31"
    open_ = schools["status"].eq("Open") & schools["close_date"].eq("") & ~new
    shut = open_ & (chance.random(len(schools)) < 0.2)
    closed = schools["close_date"].mask(shut, "2025-08-31")
    schools = schools.assign(status=schools["status"].mask(shut, "Closed"), close_date=closed)
    tables["schools"] = schools[~new].reset_index(drop=True)
    return replace(evidence, tables=tables)


def test_another_future_leaves_what_was_known_as_it_was(council: Loaded) -> None:
    known, again = (as_known(e, ORIGIN, LAG) for e in (council.evidence, otherwise_from_then_on(council.evidence)))
    assert again.authority == known.authority and known.authority.base_year == ORIGIN
    for name, table in known.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name], obj=name)


def test_what_was_there_is_still_there(council: Loaded) -> None:
    known = as_known(council.evidence, ORIGIN, LAG)
    assert known.school_roll["ay"].max() == known.authority_roll["ay"].max() == ORIGIN
    assert known.births["cohort"].max() == ORIGIN - 2, "born to August 2022, published by late 2023"
    assert as_known(council.evidence, ORIGIN, 3).births["cohort"].max() == ORIGIN - 3
    assert known.pans["ay"].max() == ORIGIN + 1, "admission numbers are set more than a year ahead"
    assert known.population["year"].max() == 2020
    assert known.housing_sites.empty and known.attended_flows.empty


def test_a_table_that_bears_no_date_is_left_out_and_named(council: Loaded) -> None:
    told = " ".join(note.text for note in what_is_of_today(council.evidence))
    assert "housing_sites" in told and "attended_flows" in told and "school_roll" not in told
    assert {*DATED, *GEOGRAPHY} <= TABLES.keys()


def test_a_former_school_is_in_the_area_of_the_one_that_follows_it(council: Loaded) -> None:
    links = council.evidence.school_links
    after = links[links["link_type"].str.startswith("Predecessor")].iloc[0]
    members = pd.DataFrame([(after["urn"], "primary", "A1")], columns=["urn", "phase", "planning_area_code"])
    then = with_areas_of_today(as_known(council.evidence, ORIGIN, LAG), members, council.evidence)
    areas = dict(zip(then.area_members["urn"], then.area_members["planning_area_code"], strict=True))
    assert areas == {after["urn"]: "A1", after["link_urn"]: "A1"}


def test_the_councils_schools_and_areas_are_held_against_what_came(council: Loaded) -> None:
    """Two Januaries with enough censuses by school; areas add up to the authority, and schools to areas where none is lost."""
    few = council.evidence.authority_roll[council.evidence.authority_roll["ay"] >= 2020]
    evidence = replace(council.evidence, tables={**council.evidence.tables, "authority_roll": few})
    found = backtest(evidence, council.assumptions, plan=Plan(latest=2024))
    assert found.tables["origins"]["origin"].tolist() == [2023, 2024] and found.tables["origins"]["schools"].all()
    vintages = found.tables["vintages"]
    assert set(vintages["level"]) == {"authority", "dfe", "planning_area", "school"}
    assert not vintages.duplicated(["origin", "ay", "level", "code", "phase", "nc_year", "method"]).any()
    whole = vintages[vintages["nc_year"].isna() & vintages["method"].eq(council.assumptions.method)]
    sums = whole.groupby(["level", "origin", "ay", "phase"])[["forecast", "actual"]].sum()
    for level in ("planning_area", "authority"):
        forecast, dfe = (sums.loc[name, "forecast"] for name in (level, "dfe"))
        assert np.allclose(forecast.reindex(dfe.index), dfe)
    assert np.allclose(sums.loc["planning_area", "actual"], sums.loc["authority", "actual"], rtol=0.002)
    parts = found.tables["misses"].groupby(["origin", "ay", "phase", "method"])["children"].sum()
    all_methods = vintages[vintages["nc_year"].isna() & vintages["level"].eq("authority")]
    miss = all_methods.set_index(["origin", "ay", "phase", "method"]).eval("forecast - actual")
    assert len(miss) == len(parts) and np.abs(miss - parts).max() < 1e-9
    places = found.tables["by_place"]
    assert {"planning_area", "school"} == set(places["level"]) and (places["n"] >= 1).all()


def test_readings_of_files_are_where_they_were(council: Loaded, tmp_path: Path) -> None:
    """A backtest writes nothing into its evidence."""
    before = {name: table.copy() for name, table in council.evidence.tables.items()}
    as_known(council.evidence, ORIGIN, LAG)
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, council.evidence.tables[name])
