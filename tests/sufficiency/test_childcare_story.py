"""Childcare in a run of the small town: four settings, of whom one has not told its hours; findings; and the real county."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
import town
from nurseries import POSTCODES, childminder, club, counted, hours, minders, postcodes, provider

from sufficiency.assumptions import Assumptions
from sufficiency.childcare.balance import AUTHORITY, DISTRICT, PLANNING_AREA
from sufficiency.childcare.findings import DUTIES, FINDINGS
from sufficiency.childcare.story import EMPTY, Childcare, childcare
from sufficiency.evidence import Evidence
from sufficiency.model import Forecast, Outcome, forecast

BASE, GSS = town.BASE, "E10000099"
A, D = town.WEST_PRIMARY, town.EAST_PRIMARY
TOLD, SILENT, COUNTED = "EY1", "EY2", "EY3"
TERMS = ("autumn", "spring", "summer")


def evidence(**more: Any) -> Evidence:
    """Two primary schools, one in each district, and births of thirty a year in each of the four small areas."""
    rows = [row for ay in (BASE - 1, BASE) for row in (*town.roll(A, [50.0] * 7, ay), *town.roll(D, [50.0] * 7, ay))]
    births = [{"area_code": code, "cohort": cohort, "births": 30.0, "basis": "cohort"}
              for code in town.SMALL_AREAS for cohort in range(BASE - 8, BASE + 4)]
    members = [{"urn": urn, "phase": "primary", "planning_area_code": code} for urn, code in ((A, "W"), (D, "E"))]
    return town.evidence({
        "schools": [town.school(A), town.school(D, district_code="E07000002", district_name="Eastford", easting=457_000.0)],
        "school_roll": rows, "births": births, "lsoas": town.lsoas(), "area_members": members, **more}, GSS)


SETTINGS: dict[str, Any] = {
    "postcodes": postcodes(),
    "ofsted_register": [
        provider(TOLD), provider(SILENT, POSTCODES[1], 30), provider(COUNTED, POSTCODES[2], ofsted_overall="1"),
        childminder("CM1", constituency="Westford")],
    "settings_hours": [hours(TOLD, hours_week=50, weeks_year=51, occupancy=0.85, funded_share=0.60, places=40)],
    "termly_headcount": [counted(COUNTED, kind, 300.0, term=term, age_band="age_3_4")
                         for term in TERMS for kind in ("universal", "vacant")],
    "childminders": [minders("E05000002", 12, hours_week=45, weeks_year=48)],
}
CLUBS = [club("C1", postcode=POSTCODES[0], schools_served=A, places_am=20.0, places_pm=30.0, opens="07:50", closes="18:00"),
         club("C2", postcode=POSTCODES[3], places_holiday=20.0, holiday_hours_week=40.0, holiday_weeks=6.0)]


def ahead(**more: Any) -> Forecast:
    return forecast(evidence(**more), Assumptions())


def told(made: Forecast, **chosen: Any) -> Childcare:
    return childcare(made.evidence, made.frame, made.projection, replace(Assumptions(), **{"childcare_years": 1, **chosen}))


@pytest.fixture(scope="module")
def made() -> Forecast:
    return ahead(**SETTINGS)


@pytest.fixture(scope="module")
def young(made: Forecast) -> Childcare:
    return told(made)


@pytest.fixture(scope="module")
def guessed(made: Forecast) -> Childcare:
    return told(made, assume_opening_hours=True)


def rows(young: Childcare | Outcome, level: str, **where: Any) -> pd.DataFrame:
    table = young.tables["childcare_balance"]
    table = table[(table["level"] == level) & (table["ay"] == BASE)]
    for column, value in where.items():
        table = table[table[column] == value]
    return table.set_index("area_code")


def test_every_setting_counts_in_its_place(young: Childcare) -> None:
    """The first: 40 x 50 x .85 = 1,700 hours, 45 % of them for ages 3 and 4; the third: 300 taken up and 300 vacant."""
    area = rows(young, DISTRICT, age_band="age_3_4", measure="all", term="summer")
    minding = 12 * 0.15 * 45 * 0.85         # childminders of a ward of which each district has a half, by children under five
    assert area.loc["E07000001", "hours_on_offer"] == pytest.approx(1700 * 0.45 + minding / 2, rel=0.02)
    assert area.loc["E07000002", "hours_on_offer"] == pytest.approx(600 + minding / 2, rel=0.02)
    assert area.loc["E07000001", "hours_not_told"] == pytest.approx(30 * 0.45 * 50 * 0.85), "at the usual hours of its kind"
    for column in ("hours_wanted", "hours_on_offer", "hours_not_told", "children"):
        whole = [rows(young, level)[column].sum() for level in (PLANNING_AREA, DISTRICT, AUTHORITY)]
        assert whole == pytest.approx([whole[2]] * 3)


def test_funded_hours_are_weighed_apart_and_by_the_rules_of_the_day(young: Childcare) -> None:
    table = rows(young, AUTHORITY)
    assert set(table["measure"]) == {"funded", "all", "wraparound", "holiday"}
    assert set(table.loc[table["measure"] == "funded", "age_band"]) == {"age_2", "age_3_4"}, "babies had none before 2024"
    summer = table[(table["age_band"] == "age_3_4") & (table["term"] == "summer")].set_index("measure")
    assert summer.loc["funded", "hours_wanted"] < summer.loc["all", "hours_wanted"]
    assert set(young.tables["childcare_balance"]["ay"]) == {BASE, BASE + 1}
    at_school = table["measure"].isin(["wraparound", "holiday"])
    assert table.loc[at_school, "status"].eq("?").all(), "nobody said which clubs there are"


def test_who_has_not_told_its_hours_is_asked_by_name_unless_a_guess_is_allowed(guessed: Childcare, young: Childcare) -> None:
    said = " / ".join(note.text for note in young.notes)
    assert f"({SILENT})" in said and "have no hours" in said and "hangs on settings" in said
    supply = young.tables["childcare_supply"]
    assert SILENT not in set(supply["setting_ref"]) and set(supply["basis"]) == {"survey", "headcount"}
    assert guessed.tables["childcare_balance"]["hours_not_told"].eq(0).all()
    assert "assumed" in set(guessed.tables["childcare_settings"]["hours"])
    area = rows(guessed, DISTRICT, age_band="age_3_4", measure="all", term="summer")
    assert area["hours_assumed"].tolist() == pytest.approx([30 * 0.45 * 50 * 0.85, 0])
    assert set(guessed.tables["childcare_supply"]["basis"]) == {"survey", "headcount", "assumption"}
    assert "the hours of 1 setting, for which the usual ones of their kind stand in" in _finding(guessed, "B7").missing


def test_no_home_is_on_a_point_and_none_is_listed_by_itself(young: Childcare) -> None:
    listed, supply = young.tables["childcare_settings"], young.tables["childcare_supply"]
    assert listed.set_index("setting_ref")["hours"].to_dict() == {TOLD: "told", SILENT: "not told", COUNTED: "told", "": ""}
    home = listed["provider_type_group"].eq("childminder")
    assert home.sum() == 1 and listed.loc[home, ["easting", "northing"]].isna().all(axis=None)
    assert listed.loc[home, "setting_ref"].eq("").all() and listed.loc[home, "places"].isna().all(), "two are too few to be told"
    assert supply.loc[supply["provider_type_group"].eq("childminder"), ["easting", "northing"]].isna().all(axis=None)


def test_access_counts_those_who_have_not_told_only_beside_the_index(guessed: Childcare, young: Childcare) -> None:
    table = young.tables["access"]
    assert (table["index_not_told"] >= -1e-12).all() and table["index_not_told"].sum() > 0
    assert set(table["measure"] + " " + table["age_band"]) == {"all under_2", "all age_2", "all age_3_4", "funded age_2",
                                                               "funded age_3_4"}
    assert table["children"].notna().all() and set(table["ay"]) == {BASE, BASE + 1}
    whole = guessed.tables["access"]
    keys = ["ay", "term", "age_band", "measure", "lsoa_code"]
    both = table.merge(whole, on=keys, suffixes=("", "_guessed"))
    assert (both["index"] + both["index_not_told"]).to_numpy() == pytest.approx(both["index_guessed"].to_numpy())


def test_take_up_is_told_by_ward_district_and_authority_only(young: Childcare) -> None:
    table = young.tables["childcare_takeup"]
    assert set(table["level"]) == {"ward", "district", "authority"}
    by = table.groupby("level")["eligible"].sum()
    assert by.to_numpy() == pytest.approx(by["authority"])
    assert table["basis"].eq("rulebook, not verified").all()
    assert young.tables["childcare_disabled"]["children"].gt(0).any(), "exact: rounded where it is told"


def test_every_item_of_the_report_is_found_or_loudly_missing(young: Childcare) -> None:
    assert [f.code for f in young.findings] == list(FINDINGS) == list(DUTIES) == [f"B{n}" for n in range(1, 12)]
    for finding in young.findings:
        assert finding.complete == (bool(finding.sentence) and not finding.missing), finding
        assert finding.complete or finding.missing, f"{finding.code} is not complete and does not say why"
        assert "nan" not in finding.sentence.lower()
        for name in finding.table.split(", "):
            assert name in {*EMPTY, "settings_hours", ""}
    assert {f.code for f in young.findings if f.complete} == {"B10"}
    assert "1 of 1 settings that told their hours are open 50 hours" in _finding(young, "B3").sentence
    assert "the hours or places of 1 setting" in _finding(young, "B7").missing
    assert "100% are at good or outstanding" in _finding(young, "B10").sentence
    assert _finding(young, "B8").sentence == "" and "what settings charge" in _finding(young, "B8").missing


def _finding(young: Childcare, code: str) -> Any:
    return next(f for f in young.findings if f.code == code)


def test_clubs_make_care_around_school_and_in_the_holidays_known() -> None:
    young = told(ahead(**SETTINGS, clubs=CLUBS), childcare_years=0)
    table = rows(young, AUTHORITY)
    around = table[(table["measure"] == "wraparound") & (table["term"] == "spring")]["hours_on_offer"].sum()
    assert around >= 5 * (20 * 1.0 + 30 * (2 + 40 / 60)), "8:50 less 7:50, and 18:00 less 15:20, on five days"
    holiday = table.loc[table["measure"] == "holiday", "hours_on_offer"].sum()
    assert holiday == pytest.approx(800 + 12 * 0.5 * 45 * 0.85), "and childminders, ten weeks"
    assert "1 of 2 primary schools have care from eight to six; of 1 it is not known" in _finding(young, "B5").sentence
    assert "clubs and others offer 1,030" in _finding(young, "B6").sentence


def test_without_small_areas_the_authority_is_told_as_one() -> None:
    tables = {name: value for name, value in SETTINGS.items()}
    made = forecast(evidence(**tables, **{"lsoas": []}), Assumptions())
    young = told(made, childcare_years=0)
    whole = rows(young, AUTHORITY, age_band="age_3_4", measure="all", term="summer")
    assert whole["hours_on_offer"].sum() == pytest.approx(1700 * 0.45 + 600 + 12 * 0.15 * 45 * 0.85)
    assert young.tables["access"].empty and not _finding(young, "B9").complete


def test_a_workspace_without_childcare_says_so_and_goes_on() -> None:
    young = told(ahead())
    assert all(table.empty for table in young.tables.values()) and set(young.tables) == set(EMPTY)
    assert [list(young.tables[name].columns) for name in EMPTY] == [list(columns) for columns in EMPTY.values()]
    assert not any(f.complete for f in young.findings) and all(f.missing for f in young.findings)
    (note,) = young.notes
    assert "nothing is told of childcare" in note.text


def test_the_columns_of_the_tables_are_those_that_are_promised(young: Childcare) -> None:
    for name, columns in EMPTY.items():
        assert set(columns) <= set(young.tables[name].columns), name


@pytest.mark.real
def test_the_real_county(nottinghamshire_run: Outcome) -> None:
    """Nottinghamshire as its workspace has it: what is wanted and on offer, by district, with all that is missing."""
    young = nottinghamshire_run
    assert young.assumptions.assume_opening_hours
    print(json.dumps([{f.code: (f.sentence, f.missing)} for f in young.findings], indent=1))
    table = rows(young, AUTHORITY)
    print(table[["term", "age_band", "measure", "hours_wanted", "hours_on_offer", "ratio", "status"]].round(2).to_string())
    by = rows(young, DISTRICT, measure="all", age_band="age_3_4", term="summer")
    print(by[["area_name", "children", "hours_wanted", "hours_on_offer", "ratio", "status"]].round(2).to_string())
    assert len(by) == 7 and by["children"].sum() == pytest.approx(13_394, rel=0.01)
    assert by["hours_wanted"].sum() == pytest.approx(rows(young, AUTHORITY, measure="all", age_band="age_3_4", term="summer")
                                                     ["hours_wanted"].sum())
    places = young.tables["childcare_settings"]["places"].sum()
    assert places > 19_334, "the register's places, with Ofsted's estimates, and the nursery classes of schools"
    assert not table["hours_on_offer"].isna().all() and not math.isnan(by["ratio"].max())
    assert young.tables["access"]["lsoa_code"].nunique() == 505


def test_a_ward_whose_rate_is_the_districts_says_so_though_another_ward_is_counted() -> None:
    """The council counted the first small area alone, which is the first ward, and the eastern district as a whole."""
    rate = {"ay": BASE, "kind": "universal", "age_band": "age_3_4", "hours_week": float("nan")}
    counts = [{**rate, "area_code": town.SMALL_AREAS[0], "takeup": 0.5}, {**rate, "area_code": "E07000002", "takeup": 0.8}]
    table = told(ahead(**SETTINGS, childcare_takeup=counts)).tables["childcare_takeup"]
    rows = table[(table["kind"] == "universal") & (table["term"] == "spring")].set_index("area_code")["basis"]
    assert rows["E05000001"] == rows["E07000002"] == "the council's count"
    assert rows["E05000003"] == "rate of the district, not counted here"
    assert rows["E05000002"] == "rate of the district, not counted here, or rulebook, not verified", "half of it lies in the west"
    assert rows["E07000001"] == rows[GSS] == "counted in part by the council, else rulebook, not verified"
