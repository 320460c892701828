"""Slips of the pen are told with the school, the years and both figures; what merely changes is not."""

from __future__ import annotations

from typing import Any

import pytest
from town import BASE, EAST_PRIMARY, INFANT, JUNIOR, SECONDARY, WEST_PRIMARY, counted, evidence, roll, school

from sufficiency.evidence import Evidence
from sufficiency.forecast.odd_counts import (
    cohorts_hold_together,
    intakes_fit_pans,
    intakes_hold_together,
    pans_fit_capacity,
    pans_stand_at_entry,
    rolls_fit_capacity,
    years_of_each_school,
)
from sufficiency.workspace.cross_checks import cross_check

ASH = school(WEST_PRIMARY, "Ash")
UPPER = school(SECONDARY, "Upper", statutory_low_age=11.0, statutory_high_age=16.0, capacity=600.0)
ORDINARY = [14, 15, 13, 14, 16, 12, 15]


def said(check: Any, given: Evidence) -> list[tuple[str, str]]:
    """What one check says: table and text of each note."""
    return [(note.table, note.text) for note in check(given, {})]


def rolls(urn: str, years: dict[int, list[float]], first: int = 0) -> list[dict[str, Any]]:
    return [row for ay, pupils in years.items() for row in roll(urn, pupils, ay, first)]


def changed(pupils: list[int], nc_year: int, to: float) -> list[float]:
    return [float(to) if g == nc_year else float(n) for g, n in enumerate(pupils)]


# A cohort inside a school.

@pytest.mark.parametrize(("nc_year", "told"), [
    (0, "140 in Reception of 2021/22 then 15 in Year 1 of 2022/23"),
    (3, "140 in Year 3 of 2021/22 then 16 in Year 4 of 2022/23"),      # Year 3 is joined: nothing is said of the step into it
    (5, "16 in Year 4 of 2020/21 then 140 in Year 5 of 2021/22 then 15 in Year 6 of 2022/23"),
    (6, "12 in Year 5 of 2020/21 then 140 in Year 6 of 2021/22"),
])
def test_ten_times_too_many_is_told_once_with_the_years_about_it(nc_year: int, told: str) -> None:
    years = {BASE - 2: ORDINARY, BASE - 1: changed(ORDINARY, nc_year, 140), BASE: ORDINARY}
    given = evidence({"schools": [ASH], "school_roll": rolls(WEST_PRIMARY, years)})
    assert said(cohorts_hold_together, given) == [
        ("school_roll", f"1 cohorts more than double or halve within a year: Ash (100001) {told}")]


@pytest.mark.parametrize("years", [
    {BASE - 1: [30] * 7, BASE: [60] * 7},                               # doubled, no more
    {BASE - 1: [10] * 7, BASE: [40] * 7},                               # fourfold, and a class
    {BASE - 1: ORDINARY, BASE: changed(ORDINARY, 3, 60)},               # Year 3 is joined
    {BASE - 1: [0] * 7, BASE: changed([0] * 7, 0, 90)},                 # a school that opens
    {BASE - 1: [60] * 3, BASE: [60] * 4},                               # a school that grows upwards
    {BASE - 2: [60] * 7, BASE: [200] * 7},                              # no year before
    {BASE - 1: [60, 60, 60, 60, 60, 60, 60, 2], BASE: [60] * 7},        # a stray pupil in Year 7
])
def test_what_merely_changes_is_not_told(years: dict[int, list[float]]) -> None:
    given = evidence({"schools": [ASH], "school_roll": rolls(WEST_PRIMARY, years)})
    assert said(cohorts_hold_together, given) == []


def test_infants_juniors_and_sixth_forms_are_entered_and_left() -> None:
    schools = [school(INFANT, statutory_high_age=7.0), school(JUNIOR, statutory_low_age=7.0), UPPER]
    rows = [*rolls(INFANT, {BASE - 1: [90] * 3, BASE: [90] * 3}), *rolls(JUNIOR, {BASE - 1: [90] * 4, BASE: [90] * 4}, 3),
            *rolls(SECONDARY, {BASE - 1: [200] * 5 + [90, 80], BASE: [200] * 5 + [10, 20]}, 7)]
    assert said(cohorts_hold_together, evidence({"schools": schools, "school_roll": rows})) == []


def test_a_school_entered_at_fourteen_or_by_its_admission_number_is_not_told() -> None:
    years = {BASE - 1: [30, 60, 60], BASE: [30, 150, 60]}
    rows = rolls(SECONDARY, years, 9)
    college = school(SECONDARY, statutory_low_age=14.0, statutory_high_age=19.0)
    assert said(cohorts_hold_together, evidence({"schools": [college], "school_roll": rows})) == []
    assert len(said(cohorts_hold_together, evidence({"schools": [UPPER], "school_roll": rows}))) == 1
    pans = [{"urn": SECONDARY, "ay": BASE, "nc_year": 10, "pan": 150}]
    assert said(cohorts_hold_together, evidence({"schools": [UPPER], "school_roll": rows, "pans": pans})) == []


def test_a_year_group_that_was_left_out_is_told_and_a_hidden_one_is_not() -> None:
    whole = rolls(WEST_PRIMARY, {BASE - 1: [60] * 7, BASE: [60] * 7})
    without = [row for row in whole if (row["ay"], row["nc_year"]) != (BASE, 5)]
    assert "60 in Year 4 of 2021/22 then 0 in Year 5 of 2022/23" in said(
        cohorts_hold_together, evidence({"schools": [ASH], "school_roll": without}))[0][1]
    hidden = [*without, *[row | {"pupils": float("nan"), "symbol": "c"} for row in whole if row not in without]]
    assert said(cohorts_hold_together, evidence({"schools": [ASH], "school_roll": hidden})) == []


def test_october_is_held_against_january_where_it_was_counted() -> None:
    october = [{"urn": WEST_PRIMARY, "ay": BASE + 1, "nc_year": g, "pupils": float(n)} for g, n in ((1, 150), (2, 14))]
    later = rolls(WEST_PRIMARY, {BASE: ORDINARY, BASE + 1: [200] * 7})     # a roll after the base year is not used
    given = evidence({"schools": [ASH], "school_roll": later, "october_census": october})
    assert said(cohorts_hold_together, given) == [("october_census", (
        "1 cohorts more than double or halve within a year: "
        "Ash (100001) 14 in Reception of 2022/23 then 150 in Year 1 of 2023/24"))]


def test_special_schools_change_as_they_like_and_schools_of_no_known_kind_are_looked_at() -> None:
    rows = rolls(WEST_PRIMARY, {BASE - 1: [60] * 7, BASE: [200] * 7})
    special = school(WEST_PRIMARY, establishment_type="Community special school")
    assert said(cohorts_hold_together, evidence({"schools": [special], "school_roll": rows})) == []
    census = [counted(WEST_PRIMARY, "State-funded special school")]
    assert said(cohorts_hold_together, evidence({"census_schools": census, "school_roll": rows})) == []
    assert "100001 60 in Reception" in said(cohorts_hold_together, evidence({"school_roll": rows}))[0][1]


def test_the_latest_intake_is_held_against_the_one_before() -> None:
    years = {BASE - 2: [60] * 7, BASE - 1: ORDINARY, BASE: changed(ORDINARY, 0, 140)}
    secondary = {BASE - 1: [200] * 5, BASE: [20, *[200] * 4]}
    given = evidence({"schools": [ASH, UPPER],
                      "school_roll": [*rolls(WEST_PRIMARY, years), *rolls(SECONDARY, secondary, 7)]})
    assert said(intakes_hold_together, given) == [("school_roll", (
        "2 intakes more than double or halve from one January to that of 2023: Upper (100005) Year 7 (200, then 20), "
        "Ash (100001) Reception (14, then 140)"))]


@pytest.mark.parametrize(("before", "now", "told"), [(14, 140, 1), (140, 140, 0), (60, 61, 0)])
def test_year_3_of_a_primary_is_held_against_year_2_and_the_year_3_before(before: int, now: int, told: int) -> None:
    years = {BASE - 1: changed(ORDINARY, 3, before), BASE: changed(ORDINARY, 3, now)}
    given = evidence({"schools": [ASH], "school_roll": rolls(WEST_PRIMARY, years)})
    assert len(said(intakes_hold_together, given)) == told


# A January that was forgotten.

def test_a_school_that_is_missing_between_two_years_is_told_with_the_years() -> None:
    rows = [*rolls(WEST_PRIMARY, {ay: ORDINARY for ay in (BASE - 4, BASE - 1, BASE)}),
            *rolls(EAST_PRIMARY, {ay: ORDINARY for ay in range(BASE - 4, BASE - 1)}),       # closed
            *rolls(INFANT, {ay: ORDINARY for ay in range(BASE - 1, BASE + 1)})]             # opened
    given = evidence({"schools": [ASH], "school_roll": rows})
    assert said(years_of_each_school, given) == [("school_roll", (
        "1 schools are missing from the roll between two other years: Ash (100001) 2019/20 and 2020/21"))]


def test_a_year_that_no_school_has_is_not_told_of_each() -> None:
    given = evidence({"school_roll": rolls(WEST_PRIMARY, {ay: ORDINARY for ay in (BASE - 2, BASE)})})
    assert said(years_of_each_school, given) == []


# Pupils, admission numbers and places.

def test_schools_far_too_full_and_far_too_empty_are_named_worst_first() -> None:
    urns = [WEST_PRIMARY, INFANT, JUNIOR, EAST_PRIMARY]
    rows = [row for urn, n in zip(urns, (60, 40, 37, 14), strict=True) for row in roll(urn, [n] * 7)]      # 420, 280, 259, 98
    given = evidence({"schools": [school(urn) for urn in urns], "school_roll": [*rows, *roll(WEST_PRIMARY, [50], first=-1)]})
    assert said(rolls_fit_capacity, given) == [
        ("schools", "2 schools have over 125 % of their capacity in GIAS on roll: School 100001 (100001) 420 of 210, "
                    "School 100002 (100002) 280 of 210"),
        ("schools", "1 schools have under 50 % of their capacity in GIAS on roll: School 100004 (100004) 98 of 210")]


def test_an_admission_number_far_above_capacity_is_told_unless_it_is_planned() -> None:
    def given(pan: int, **more: Any) -> Evidence:
        return evidence({"schools": [UPPER], "pans": [{"urn": SECONDARY, "ay": BASE, "nc_year": 7, "pan": pan}], **more})

    assert said(pans_fit_capacity, given(180)) == []
    assert said(pans_fit_capacity, given(999)) == [("pans", (
        "1 admission numbers are over 1.5 times the capacity of a year group: "
        "Upper (100005) 999 in Year 7 of 2022/23 (capacity 600 for 5 year groups)"))]
    plan = {"urn": SECONDARY, "kind": "expansion", "ay": BASE, "ay_to": float("nan"), "nc_year_from": 7, "nc_year_to": 7,
            "places": 60, "fills_upwards": True, "note": "", "funding": "", "standing": ""}
    assert said(pans_fit_capacity, given(240, planned_places=[plan])) == []
    assert len(said(pans_fit_capacity, given(999, planned_places=[plan]))) == 1


def test_year_7_of_an_all_through_school_is_held_against_its_upper_part() -> None:
    through = school(SECONDARY, statutory_low_age=4.0, statutory_high_age=16.0, capacity=1200.0)
    pans = [{"urn": SECONDARY, "ay": BASE, "nc_year": 7, "pan": 200}]
    assert said(pans_fit_capacity, evidence({"schools": [through], "pans": pans})) == []


@pytest.mark.parametrize(("ages", "nc_year", "odd"), [
    ((3, 11), 0, False), ((5, 11), 0, False), ((4, 11), 3, False), ((4, 11), 4, True), ((4, 11), 7, True), ((7, 11), 3, False),
    ((7, 11), 0, True), ((8, 12), 4, False), ((9, 13), 5, False), ((11, 18), 7, False), ((11, 18), 12, False),
    ((11, 16), 12, True), ((4, 16), 7, False), ((14, 19), 10, False), ((11, 16), 9, True),
])
def test_an_admission_number_stands_at_a_year_of_entry(ages: tuple[float, float], nc_year: int, odd: bool) -> None:
    one = school(WEST_PRIMARY, "Ash", statutory_low_age=float(ages[0]), statutory_high_age=float(ages[1]), capacity=9000.0)
    given = evidence({"schools": [one], "pans": [{"urn": WEST_PRIMARY, "ay": BASE, "nc_year": nc_year, "pan": 30}]})
    assert bool(said(pans_stand_at_entry, given)) == odd


def test_an_admission_number_in_the_middle_is_told_with_what_the_school_has() -> None:
    pans = [{"urn": WEST_PRIMARY, "ay": ay, "nc_year": 4, "pan": 30} for ay in (BASE, BASE + 1)]
    assert said(pans_stand_at_entry, evidence({"schools": [ASH], "pans": pans})) == [("pans", (
        "1 admission numbers stand at a year in which the school is not usually entered: "
        "Ash (100001) Year 4 (it has Reception to Year 6)"))]
    assert said(pans_stand_at_entry, evidence({"pans": pans})) == []        # no ages, no word


def test_offers_and_october_far_above_the_admission_number_are_told() -> None:
    pans = [{"urn": WEST_PRIMARY, "ay": ay, "nc_year": 0, "pan": pan} for ay, pan in ((BASE, 60), (BASE + 1, 30), (BASE + 2, 90))]
    offers = [{"urn": WEST_PRIMARY, "ay": BASE + 1, "nc_year": 0, "first_preferences": 50.0, "offers": 46.0}]
    october = [{"urn": WEST_PRIMARY, "ay": BASE + 1, "nc_year": g, "pupils": 300.0} for g in (0, 1)]
    tables = {"schools": [ASH], "pans": pans, "offers": offers, "october_census": october}
    assert said(intakes_fit_pans, evidence(tables)) == [
        ("offers", "1 offers are over 1.5 times the admission number: Ash (100001) Reception (46 against 30)"),
        ("october_census", "1 October counts are over 1.5 times the admission number: Ash (100001) Reception (300 against 30)")]
    joined = [*pans, {"urn": WEST_PRIMARY, "ay": BASE + 1, "nc_year": 1, "pan": 10}]     # Year 1: ten more
    assert len(said(intakes_fit_pans, evidence({**tables, "pans": joined}))) == 2
    assert "1 October" in said(intakes_fit_pans, evidence({**tables, "pans": joined, "schools": []}))[1][1]
    bulge = {"urn": WEST_PRIMARY, "kind": "bulge", "ay": BASE + 1, "ay_to": float("nan"), "nc_year_from": 0, "nc_year_to": 0,
             "places": 15, "fills_upwards": False, "note": "", "funding": "", "standing": ""}
    assert [table for table, _ in said(intakes_fit_pans, evidence({**tables, "planned_places": [bulge]}))] == ["october_census"]


def test_all_are_told_by_check_and_an_ordinary_town_is_quiet() -> None:
    rows = rolls(WEST_PRIMARY, {BASE - 1: [29] * 7, BASE: [30] * 7})
    pans = [{"urn": WEST_PRIMARY, "ay": BASE, "nc_year": 0, "pan": 30}]
    quiet = evidence({"schools": [ASH], "school_roll": rows, "pans": pans})
    odd = evidence({"schools": [ASH], "school_roll": rows, "pans": [pans[0] | {"pan": 999, "nc_year": 4}]})
    told = [len([n for n in cross_check(given, {})[0] if n.table == "pans"]) for given in (quiet, odd)]
    assert told == [0, 2]
