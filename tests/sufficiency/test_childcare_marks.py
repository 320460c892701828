"""What must not be missed: a closing with its letters, wards with childminders only, gaps with all that stands beside them.

The small town: a nursery of 40 places in the first small area, which closes on 31 December 2023; two others in the middle; and
childminders in the ward of the last small area, where nobody else offers care.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import town
from nurseries import POSTCODES, club, hours, minders, postcodes, provider

from planning_areas.school_year import ay_label
from sufficiency.assumptions import Assumptions
from sufficiency.childcare.balance import ALL, COLUMNS, NOT_AS_FUNDED, PLANNING_AREA, balance_notes
from sufficiency.childcare.closing_effects import effects_said
from sufficiency.childcare.findings import _lines
from sufficiency.childcare.gaps import MOST_LINES, gaps_said
from sufficiency.childcare.marks import CLOSES, MARKS, MINDERS_ONLY, in_places
from sufficiency.childcare.story import Childcare, childcare
from sufficiency.childcare.wraparound import not_told
from sufficiency.evidence import Evidence
from sufficiency.model import forecast

BASE, GSS, A, D = town.BASE, "E10000099", town.WEST_PRIMARY, town.EAST_PRIMARY
CLOSING, LAST_DAY = "EY1", f"{BASE + 1}-12-31"


def evidence(**more: Any) -> Evidence:
    """Two primary schools, one in each district, and births of thirty a year in each of the four small areas."""
    rows = [row for ay in (BASE - 1, BASE) for row in (*town.roll(A, [50.0] * 7, ay), *town.roll(D, [50.0] * 7, ay))]
    births = [{"area_code": code, "cohort": cohort, "births": 30.0, "basis": "cohort"}
              for code in town.SMALL_AREAS for cohort in range(BASE - 8, BASE + 4)]
    members = [{"urn": urn, "phase": "primary", "planning_area_code": code} for urn, code in ((A, "W"), (D, "E"))]
    made: Evidence = town.evidence({
        "schools": [town.school(A), town.school(D, district_code="E07000002", district_name="Eastford", easting=457_000.0)],
        "school_roll": rows, "births": births, "lsoas": town.lsoas(), "area_members": members, "postcodes": postcodes(),
        "ofsted_register": [provider(CLOSING), provider("EY2", POSTCODES[1], 30), provider("EY3", POSTCODES[2])],
        "settings_hours": [hours(CLOSING, hours_week=50, weeks_year=51, occupancy=0.85, funded_share=0.6, closes_on=LAST_DAY),
                           hours("EY2", hours_week=50, weeks_year=51), hours("EY3", hours_week=50, weeks_year=51)],
        "childminders": [minders("E05000003", 12, hours_week=45, weeks_year=48)], **more}, GSS)
    return made


def told(**more: Any) -> Childcare:
    made = forecast(evidence(**more), Assumptions())
    return childcare(made.evidence, made.frame, made.projection, replace(Assumptions(), childcare_years=1))


def only(marks: pd.DataFrame, mark: str) -> list[dict[str, Any]]:
    return marks[marks["mark"] == mark].to_dict("records")


@pytest.fixture(scope="module")
def young() -> Childcare:
    return told()


def test_a_closing_is_told_with_its_date_its_hours_and_what_the_letters_become(young: Childcare) -> None:
    (row,) = young.tables["childcare_marks"].pipe(only, CLOSES)
    assert (row["mark_on"], row["setting_ref"]) == (LAST_DAY, CLOSING)
    assert row["hours_week"] == pytest.approx(40 * 50 * 0.85), "40 places x 50 hours x 85 %, all for children under five"
    assert "closes on 31 December 2023: 1,700 hours a week (113 part-time places) end with it" in row["said"]
    table = young.tables["childcare_balance"]
    after = table[(table["level"] == PLANNING_AREA) & (table["area_code"] == row["area_code"]) & (table["ay"] == BASE + 1)
                  & (table["term"] == "spring") & (table["age_band"] == "under_2") & (table["measure"] == ALL)].iloc[0]
    with_it = (after["hours_counted"] + 1700 * 0.2) / after["hours_wanted"]
    assert after["status"] in ("R", "A", "G", "B") and with_it > after["ratio"]
    b7 = next(f for f in young.findings if f.code == "B7").sentence
    assert f"\nWill close:\n- {row['area_name']}: {row['said']}" in b7
    assert any(row["said"] in note.text for note in young.notes)


def test_the_letter_changes_for_the_closing_alone_and_not_for_the_season(young: Childcare) -> None:
    (row,) = young.tables["childcare_marks"].pipe(only, CLOSES)
    table = young.tables["childcare_closings"]
    assert set(table["setting_ref"]) == {CLOSING} and set(table["mark_on"]) == {LAST_DAY} and set(table["term"]) == {"spring"}
    assert table["hours_week"].sum() == pytest.approx(row["hours_week"])
    changed = table[table["letter_with"] != table["letter_without"]]
    said = effects_said(table, row["area_code"])
    assert len(changed) and said.count(" go from ") == len(changed)
    assert said.startswith("With what closes: ") and f"in the spring of {ay_label(BASE + 1)}" in said
    assert "go from" not in row["said"], "what is told of the area's children stands where it can be hidden"


def test_a_ward_with_childminders_only_is_named_and_how_many_they_are_is_not(young: Childcare) -> None:
    (row,) = young.tables["childcare_marks"].pipe(only, MINDERS_ONLY)
    assert row["ward_code"] == "E05000003" and not any(c.isdigit() for c in row["said"].replace("E05000003", ""))
    b7 = next(f for f in young.findings if f.code == "B7").sentence
    assert "- Wards with childminders only: ward E05000003 (" in b7
    assert any("wards with childminders only" in note.text for note in young.notes)


def test_where_a_nursery_opens_the_ward_is_not_marked() -> None:
    register = [provider(CLOSING), provider("EY4", POSTCODES[3])]
    assert only(told(ofsted_register=register).tables["childcare_marks"], MINDERS_ONLY) == []


def test_an_empty_table_of_marks_has_its_columns() -> None:
    assert list(told(settings_hours=[], childminders=[]).tables["childcare_marks"].columns) == MARKS


def test_families_with_help_for_its_cost_are_not_answered_by_early_learning(young: Childcare) -> None:
    found = {f.code: f for f in young.findings}
    assert found["B2"].sentence == "" and "Universal Credit" in found["B2"].missing and "Tax-Free" in found["B2"].missing
    assert found["B4"].sentence.startswith(f"Taken up in the spring of {ay_label(BASE)}:\n- Two-year-olds, ")
    assert "\n- Two-year-olds, early learning: " in found["B4"].sentence


def test_hours_that_are_an_assumption_are_not_called_known() -> None:
    made = forecast(evidence(settings_hours=[], childminders=[]), Assumptions())
    guessing = replace(Assumptions(), childcare_years=0, assume_opening_hours=True)
    young = childcare(made.evidence, made.frame, made.projection, guessing)
    b7 = next(f for f in young.findings if f.code == "B7").sentence
    assert "taken to be on offer: ?" in b7 and "(100% of what is on offer is an assumption)" in b7 and "known to be" not in b7


def test_what_is_wanted_in_the_holidays_says_that_its_rate_is_not_verified() -> None:
    clubs = [club("C1", postcode=POSTCODES[0], schools_served=A, places_holiday=20.0, holiday_hours_week=40.0, holiday_weeks=6.0)]
    for young in (told(), told(clubs=clubs)):
        assert "rests on a rate that is not verified: 15% of primary children" in next(
            f for f in young.findings if f.code == "B6").sentence


@pytest.mark.parametrize(("silent", "measures"), [(0, ()), (5, ()), (6, ("wraparound",))])
def test_care_around_school_has_no_letter_where_most_schools_have_said_nothing(silent: int, measures: tuple[str, ...]) -> None:
    made = evidence(clubs=[club("C1", places_holiday=20.0)])
    schools = pd.DataFrame({"offer": ["not known"] * silent + ["part"] * (10 - silent)})
    assert not_told(made, schools, 0.5) == measures
    assert not_told(evidence(clubs=[club("C1")]), schools, 0.5)[-1:] == ("holiday",), "no club has said whether it is open then"
    assert not_told(evidence(), schools, 0.5) == ("wraparound", "holiday")


def balance(*rows: dict[str, Any]) -> pd.DataFrame:
    blank = dict.fromkeys(COLUMNS, 0.0) | {"level": PLANNING_AREA, "ay": BASE, "term": "summer", "measure": "funded",
                                           "age_band": "under_2", "stands": "", "worst_term": True, "status": "G", "marked": "G"}
    return pd.DataFrame([blank | row for row in rows])[COLUMNS]


def test_every_shortage_is_a_line_with_its_term_hours_reach_and_what_is_empty_beside() -> None:
    larkby = {"area_code": "P1", "area_name": "Larkby"}
    rows = balance(
        {**larkby, "hours_short": 2520.0, "status": "R", "marked": "R*", "assumed_share": 0.25, "stands": NOT_AS_FUNDED},
        {**larkby, "age_band": "age_3_4", "measure": ALL, "hours_over": 3557.0},
        {"area_code": "P2", "area_name": "Dale", "hours_short": 40.0, "status": "A", "marked": "A"},
        {"area_code": "P3", "area_name": "Moor", "hours_over": 10.0})
    access = pd.DataFrame([(PLANNING_AREA, "P1", BASE, "summer", "under_2", "funded", 1.384)],
                          columns=["level", "area_code", "ay", "term", "age_band", "measure", "index"])
    first, *lines = gaps_said({"childcare_balance": rows, "access_by_area": access}, BASE).split("\n")
    assert first.startswith("2 of 3 planning areas are short of childcare for some age in 2022/23, 1 of them insufficient (R")
    assert lines == [
        "- Larkby, children under two, funded hours, summer: 2,520 hours a week (168 part-time places) short, R* (25% of what is "
        f"on offer is an assumption); {NOT_AS_FUNDED}; in reach, those across the border included, 1.38 funded hours for each "
        "wanted; empty beside: 3,557 hours a week (237 part-time places) for three- and four-year-olds.",
        "- Dale, children under two, funded hours, summer: 40 hours a week (3 part-time places) short, A."]


def test_a_long_list_of_gaps_says_how_many_more_there_are_and_no_gap_says_so() -> None:
    many = balance(*({"area_code": f"P{n}", "area_name": f"Area {n}", "hours_short": 10.0 + n, "status": "A", "marked": "A"}
                     for n in range(MOST_LINES + 4)))
    none = pd.DataFrame(columns=["level", "area_code", "ay", "term", "age_band", "measure", "index"])
    said = gaps_said({"childcare_balance": many, "access_by_area": none}, BASE)
    assert said.endswith("\n- and 4 more: see the sheet childcare_balance.")
    calm = balance({"area_code": "P1", "area_name": "Larkby"})
    assert gaps_said({"childcare_balance": calm, "access_by_area": none}, BASE) == (
        "No planning area is known to be short of childcare in 2022/23.")
    silent = {"area_code": "P2", "status": "?"}
    unsure = balance({"area_code": "P1"}, silent, {**silent, "age_band": "age_2"})
    assert gaps_said({"childcare_balance": unsure, "access_by_area": none}, BASE) == (
        "No planning area is known to be short of childcare in 2022/23; of 1 it is not known for some age.")


def test_areas_that_have_enough_in_autumn_alone_are_named() -> None:
    rows = balance(*({"area_code": "P1", "area_name": "Larkby", "term": term, "status": letter}
                     for term, letter in (("autumn", "G"), ("spring", "A"), ("summer", "R"))))
    (note,) = balance_notes(rows, BASE)
    assert "have enough in autumn and too little later in the year" in note.text and "Larkby" not in note.text


def test_words() -> None:
    assert in_places(2520.0) == "2,520 hours a week (168 part-time places)"
    assert in_places(np.float64(15.2)) == "15 hours a week (1 part-time place)"
    assert _lines("One:", ["a", ""], "None:", []) == "One:\n- a"
