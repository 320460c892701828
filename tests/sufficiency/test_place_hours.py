"""Rooms, ratios and hours: the worked examples of the domain brief (G5, G6), to the last figure that is printed there."""

from __future__ import annotations

import math
from datetime import date

import pytest

from sufficiency.childcare.place_hours import PTE_YEAR, pte, pte_week
from sufficiency.childcare.provider_tables import AGE_BANDS, ENTITLEMENT_KINDS, GROUPS, TERM_NAMES
from sufficiency.childcare.room_space import (
    Room,
    as_places_at,
    children_per_adult,
    room_places,
    space_places,
    staff_needed,
)
from sufficiency.childcare.terms import TERMS, YOUNG
from sufficiency.rules import rulebook

BEFORE, SINCE = date(2023, 8, 31), date(2023, 9, 1)


def test_a_toddler_room_of_sixty_square_metres_holds_24_twos_with_five_staff() -> None:
    room = Room("age_2", area_m2=60)
    assert room_places(room, SINCE) == 24
    assert staff_needed(24, "age_2", SINCE) == 5
    assert staff_needed(24, "age_2", BEFORE) == 6, "one to four until August 2023"


def test_the_ratio_for_twos_is_that_of_the_day() -> None:
    room = Room("age_2", area_m2=60, staff=5)
    assert room_places(room, BEFORE) == 20
    assert room_places(room, SINCE) == 24, "floor limits"
    assert [children_per_adult(age, SINCE) for age in ("under_2", "age_2", "age_3_4", "age_5_7")] == [3, 5, 8, math.inf]


@pytest.mark.parametrize(("room", "places"), [
    (Room("under_2", area_m2=35), 10), (Room("age_3_4", area_m2=57.5), 25), (Room("age_3_4", area_m2=57.4), 24),
    (Room("age_2", area_m2=60, staff=4), 20), (Room("age_2", area_m2=60, staff=5, places=18), 18),
    (Room("age_3_4", staff=2.5), 20), (Room("age_2", places=12), 12), (Room("age_5_7", staff=2, places=30), 30),
    (Room("age_2", area_m2=0), 0), (Room("age_2", staff=0, places=8), 0),
])
def test_a_room_holds_the_fewest_of_floor_staff_and_places(room: Room, places: float) -> None:
    assert room_places(room, SINCE) == places


def test_of_a_room_of_which_nothing_is_known_nothing_is_said() -> None:
    assert math.isnan(room_places(Room("age_2"), SINCE))


def test_a_teacher_leads_more_children_of_three_and_no_more_of_two() -> None:
    assert room_places(Room("age_3_4", staff=2, teacher_led=True), SINCE) == 26
    assert room_places(Room("age_2", staff=2, teacher_led=True), SINCE) == 10


def test_floor_outdoors_counts_only_where_the_switch_says_so_and_never_for_babies() -> None:
    assert rulebook("childcare_ratios")["space"]["space_mode"] == "indoor"
    assert space_places(Room("age_2", area_m2=60, outdoor_m2=10)) == 24
    assert space_places(Room("age_2", area_m2=60, outdoor_m2=10), "outdoor") == 28
    assert space_places(Room("under_2", area_m2=35, outdoor_m2=35), "outdoor") == 10
    with pytest.raises(ValueError, match="indoor or outdoor"):
        space_places(Room("age_2", area_m2=60), "both")


def test_a_nursery_of_forty_places_over_a_year_and_in_a_week_of_term() -> None:
    week = 40 * 50 * 0.85 * 0.60
    assert PTE_YEAR == 570 and week == pytest.approx(1_020) and pte_week(week) == pytest.approx(68)
    assert pte(week, "term_time", 51) == pytest.approx(68)
    assert round(pte(week, "stretched", 51), 1) == 91.3 == round(52_020 / 570, 1)
    assert round(pte(week, "stretched", 51) / 2, 1) == 45.6, "children of thirty hours"
    assert pte(week, "stretched", 51) / pte_week(week) - 1 == pytest.approx(0.342, abs=5e-4), "by a third too much for a term"


def test_a_school_nursery_of_26_places_in_term_time() -> None:
    assert pte(26 * 30, "term_time", 38) == pytest.approx(52) == 29_640 / PTE_YEAR


def test_vacancies_are_told_by_age_and_turned_into_others_by_staff() -> None:
    assert as_places_at({"under_2": 3}, "age_3_4", SINCE) == pytest.approx(8)
    assert as_places_at({"under_2": 3, "age_2": 5}, "age_3_4", SINCE) == pytest.approx(16)
    assert as_places_at({"under_2": 3}, "age_3_4", SINCE, floor=4) == 4
    assert as_places_at({"age_3_4": 8}, "under_2", SINCE) == pytest.approx(3)


def test_every_kind_of_provider_has_its_shares_and_hours_and_every_value_its_tag() -> None:
    rules = rulebook("childcare_ratios")
    for group in GROUPS:
        assert sum(rules["ages"][group].values()) == pytest.approx(1), group
        assert set(rules["ages"][group]) <= set(AGE_BANDS)
        assert 0 < rules["opening"][group]["hours_week"] <= 60 and 38 <= rules["opening"][group]["weeks_year"] <= 52
    under_five = sum(share for age, share in rules["ages"]["childminder"].items() if age in YOUNG)
    assert under_five == pytest.approx(rules["childminder"]["under_5"] / rules["childminder"]["under_8"])
    tagged = [*rules["ratio"], *(v for v in rules.values() if isinstance(v, dict))]
    assert all(section["evidence"] in "VDU" for section in tagged)


def test_terms_and_ages_are_called_as_in_the_demand() -> None:
    assert tuple(TERM_NAMES) == TERMS and tuple(AGE_BANDS[:3]) == YOUNG
    assert set(ENTITLEMENT_KINDS) >= {"universal", "early_learning", "working_parent", "paid"}
