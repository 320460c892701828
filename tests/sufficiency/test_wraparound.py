"""Clubs: their hours by age, in term and holidays, and which schools have care from eight to six."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from nurseries import POSTCODES, club, postcodes, provider
from town import SMALL_AREAS, WEST_PRIMARY, evidence, lsoas, school

from sufficiency.childcare.settings_places import settings_of
from sufficiency.childcare.wraparound import club_hours, wraparound_by_school
from sufficiency.evidence import Evidence, Note


def town(**tables: Any) -> Evidence:
    return evidence({"postcodes": postcodes(), "lsoas": lsoas(), **tables})


def reckoned(known: Evidence) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    return club_hours(known, settings_of(known))


BOTH_ENDS = club("C1", postcode=POSTCODES[1], places_am=24, places_pm=30, opens="07:50", closes="18:00", places_holiday=20,
                 holiday_hours_week=45, holiday_weeks=8, schools_served=f"{WEST_PRIMARY} 100002")


def test_hours_of_a_week_in_term_and_in_the_holidays_are_apart_and_shared_by_ages() -> None:
    rows, notes = reckoned(town(clubs=[BOTH_ENDS]))
    term = 24 * 1.0 * 5 + 30 * (2 + 40 / 60) * 5
    by = rows.set_index(["pattern", "age_band"])["hours_week"]
    assert by.loc["term_time"].to_dict() == pytest.approx({"age_5_7": term / 2, "age_8_14": term / 2}), "four years of age each"
    assert by.loc["holiday"].sum() == pytest.approx(900) and not notes
    assert set(rows["lsoa_code"]) == {SMALL_AREAS[1]} and set(rows["basis"]) == {"survey"}
    assert rows["funded_hours_week"].eq(0).all() and set(rows["placed_by"]) == {"postcode"}


def test_a_club_for_juniors_is_one_for_juniors() -> None:
    rows, _ = reckoned(town(clubs=[{**BOTH_ENDS, "youngest": 7.0, "oldest": 10.0}]))
    by = rows[rows["pattern"].eq("holiday")].set_index("age_band")["hours_week"]
    assert by.to_dict() == pytest.approx({"age_5_7": 225, "age_8_14": 675})


def test_a_club_with_places_and_no_times_is_named_and_counts_nothing() -> None:
    rows, notes = reckoned(town(clubs=[club("C2", places_pm=30), club("C3", places_holiday=10)]))
    assert rows.empty
    assert "2 clubs have places and no times: Club C2, Club C3" in notes[0].text
    assert "2 clubs cannot be placed" in notes[1].text


def test_a_club_without_a_postcode_stands_as_the_register_has_it_or_at_its_school() -> None:
    times = {"places_pm": 8.0, "closes": "17:00"}
    known = town(clubs=[club("EY1", **times), club("C4", schools_served=WEST_PRIMARY, **times)], schools=[school(WEST_PRIMARY)],
                 ofsted_register=[provider("EY1", POSTCODES[3], provider_subtype="Out-of-school day care")])
    rows, _ = reckoned(known)
    where = rows.drop_duplicates("setting_ref").set_index("setting_ref")
    assert where["lsoa_code"].to_dict() == {"EY1": SMALL_AREAS[3], "C4": SMALL_AREAS[0]}
    assert where["placed_by"].to_dict() == {"EY1": "register", "C4": "school"}


def test_a_school_has_care_from_eight_to_six_only_with_places_at_both_ends_of_the_day() -> None:
    clubs = [BOTH_ENDS, club("C5", schools_served="100002 100003", places_pm=10, opens="07:30", closes="18:30", waiting=4),
             club("C6", schools_served="100004", places_am=5, opens="08:15"), club("C7", schools_served="100004", places_pm=5,
             closes="18:00")]
    urns = pd.Series([WEST_PRIMARY, "100002", "100003", "100004", "100005"])
    table = wraparound_by_school(town(clubs=clubs), urns).set_index("urn")
    assert table["offer"].to_dict() == {WEST_PRIMARY: "eight to six", "100002": "eight to six", "100003": "part",
                                        "100004": "part",
                                        "100005": "not known"}
    assert table.loc["100002", ["clubs", "places_am", "places_pm", "opens", "closes"]].tolist() == [2, 24, 40, "07:50", "18:30"]
    assert table.loc["100003", "opens"] == "", "it has no places before school"
    assert wraparound_by_school(town(), urns)["offer"].eq("not known").all()
