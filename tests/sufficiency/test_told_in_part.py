"""Settings that have told some of it: places of one age, hours of one term, a room that closes; and nothing else goes with it."""

from __future__ import annotations

from typing import Any

import pytest
from nurseries import childminder, counted, hours, postcodes, provider
from town import BASE, evidence, lsoas

from sufficiency.assumptions import Assumptions
from sufficiency.childcare.offered import Offered, for_people, on_offer

FULL = {"hours_week": 10.0, "occupancy": 1.0}


def offered(years: int = 1, **tables: Any) -> Offered:
    known = evidence({"postcodes": postcodes(), "lsoas": lsoas(), **tables})
    return on_offer(known, range(BASE, BASE + years), Assumptions())


def places(*survey: dict[str, Any], registered: float = 40) -> dict[str, float]:
    rows = offered(ofsted_register=[provider("EY1", places=registered)], settings_hours=list(survey)).supply.hours
    by_age: dict[str, float] = rows[rows["term"] == "summer"].groupby("age_band")["places"].sum().to_dict()
    return by_age


def test_what_is_told_of_babies_is_neither_cut_nor_given_away() -> None:
    told = places(hours("EY1", "under_2", places=10, **FULL), hours("EY1", "age_3_4", **FULL))
    assert told == pytest.approx({"under_2": 10, "age_3_4": 30})
    by_floor = places(hours("EY1", "age_2", area_m2=25, **FULL), hours("EY1", "age_3_4", **FULL))
    assert by_floor == pytest.approx({"age_2": 10, "age_3_4": 30}), "a floor for ten is as good as ten told"


def test_what_the_whole_setting_says_comes_before_the_register_and_never_above_it() -> None:
    ages = hours("EY1", "age_2", **FULL), hours("EY1", "age_3_4", **FULL)
    assert sum(places(hours("EY1", places=30), *ages).values()) == pytest.approx(30)
    assert sum(places(hours("EY1", places=50), *ages).values()) == pytest.approx(40)
    assert sum(places(hours("EY1"), *ages).values()) == pytest.approx(40)


def test_of_two_rooms_of_one_age_the_silent_one_has_what_is_left() -> None:
    rooms = hours("EY1", "age_2", room="A", places=16, **FULL), hours("EY1", "age_2", room="B", **FULL)
    assert places(*rooms) == pytest.approx({"age_2": 40})
    assert places(*rooms, registered=16) == pytest.approx({"age_2": 16})
    assert places(*rooms, hours("EY1", "age_3_4", places=20, **FULL)) == pytest.approx({"age_2": 20, "age_3_4": 20})


def test_who_has_a_headcount_in_summer_alone_is_asked_of_the_other_terms() -> None:
    found = offered(ofsted_register=[provider("EY1")], termly_headcount=[counted("EY1", "paid", 50)])
    assert found.supply.asked["setting_ref"].tolist() == ["EY1"]
    assert set(found.supply.hours["term"]) == {"summer"} and set(found.not_told["term"]) == {"autumn", "spring"}
    assert any("have a headcount in some terms and nothing in others: EY1" in note.text for note in found.notes)
    assert for_people(found)["hours"].tolist() == ["told in part"]
    every = [counted("EY1", "paid", 50, term=term) for term in ("autumn", "spring", "summer")]
    told = offered(ofsted_register=[provider("EY1")], termly_headcount=every)
    assert told.supply.asked.empty and told.not_told.empty and not any("have no hours" in note.text for note in told.notes)


def test_a_year_before_the_first_headcount_is_not_told() -> None:
    every = [counted("EY1", "paid", 50, ay=BASE + 1, term=term) for term in ("autumn", "spring", "summer")]
    found = offered(2, ofsted_register=[provider("EY1")], termly_headcount=every)
    assert set(found.not_told["ay"]) == {BASE} and set(found.supply.hours["ay"]) == {BASE + 1}


def test_hours_of_one_age_are_not_counted_twice_where_another_is_asked() -> None:
    survey = [hours("EY1", "age_2", places=10, **FULL), hours("EY1", "age_3_4", places=20)]
    found = offered(ofsted_register=[provider("EY1")], settings_hours=survey)
    assert set(found.supply.hours["age_band"]) == {"age_2"} and set(found.not_told["age_band"]) == {"age_3_4"}


HEADS = [counted("EY1", "paid", 40, term=term, age_band=age) for term in ("autumn", "spring", "summer")
         for age in ("under_2", "age_3_4")]


def test_a_room_that_closes_takes_its_own_age_and_no_other() -> None:
    survey = [hours("EY1", "under_2", closes_on="2023-03-31"), hours("EY1", "age_3_4")]
    rows = offered(ofsted_register=[provider("EY1")], settings_hours=survey, termly_headcount=HEADS).supply.hours
    assert rows.groupby("term")["age_band"].unique().map(sorted).to_dict() == {
        "autumn": ["age_3_4", "under_2"], "spring": ["age_3_4", "under_2"], "summer": ["age_3_4"]}
    one_of_two = [hours("EY1", "under_2", room="A", closes_on="2023-03-31"), hours("EY1", "under_2", room="B")]
    rows = offered(ofsted_register=[provider("EY1")], settings_hours=one_of_two, termly_headcount=HEADS).supply.hours
    assert rows.groupby("term")["hours_week"].sum().to_dict() == {"autumn": 80, "spring": 80, "summer": 80}


def test_a_whole_setting_that_closes_is_gone_and_nobody_is_asked() -> None:
    rows = offered(ofsted_register=[provider("EY1")], settings_hours=[hours("EY1", closes_on="2023-03-31")],
                   termly_headcount=HEADS)
    assert set(rows.supply.hours["term"]) == {"autumn", "spring"} and rows.supply.asked.empty and rows.not_told.empty


def test_one_childminder_who_stops_takes_only_the_own_hours_along() -> None:
    heads = [counted(ref, "paid", 20) for ref in ("CM1", "CM2")]
    rows = offered(ofsted_register=[provider("EY0"), childminder("CM1"), childminder("CM2")], termly_headcount=heads,
                   settings_hours=[hours("CM1", closes_on="2023-03-31", hours_week=40)]).supply.hours
    assert rows.loc[rows["term"] == "summer", "hours_week"].sum() == 20
