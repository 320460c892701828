"""Hours on offer: from the headcount where there is one, else from places; who has not said is asked by name, never guessed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from nurseries import POSTCODES, childminder, club, counted, hours, minders, postcodes, provider
from town import BASE, WEST_PRIMARY, evidence, lsoas, roll, school

from sufficiency.assumptions import Assumptions
from sufficiency.childcare.setting_offers import SupplyChoices, choices_of
from sufficiency.childcare.settings_places import settings_of
from sufficiency.childcare.supply import SUPPLY, Supply, hours_on_offer, with_pte
from sufficiency.childcare.vacant import VACANT, vacancies

GUESS = SupplyChoices(assume_hours=True)

ALONE = "own domestic anywhere"     # among whom a setting counts of which nothing says that it is nobody's home


def on_offer(choices: SupplyChoices | None = None, years: tuple[int, ...] = (BASE,), **tables: Any) -> Supply:
    known = evidence({"postcodes": postcodes(), "lsoas": lsoas(), **tables})
    return hours_on_offer(known, settings_of(known), years, choices)


def told(supply: Supply) -> str:
    return " / ".join(n.text for n in supply.notes)


def summer(supply: Supply, column: str = "hours_week") -> dict[tuple[str, str], float]:
    """Hours in the summer of the base year by setting and age."""
    rows = supply.hours[(supply.hours["term"] == "summer") & (supply.hours["ay"] == BASE)]
    hours_of: dict[tuple[str, str], float] = rows.groupby(["setting_ref", "age_band"])[column].sum().to_dict()
    return hours_of


FORTY = hours("EY1", hours_week=50, weeks_year=51, occupancy=0.85, funded_share=0.60, places=40)
TWOS = hours("EY1", "age_2", hours_week=50, weeks_year=51, area_m2=60, staff=5, occupancy=1.0, funded_share=0.5)


def test_a_nursery_of_forty_places_as_in_the_brief() -> None:
    supply = on_offer(ofsted_register=[provider("EY1")], settings_hours=[FORTY])
    rows = supply.hours[supply.hours["term"].eq("spring")]
    assert rows["places"].sum() == pytest.approx(40) and set(rows["basis"]) == {"survey"}
    assert set(rows["pattern"]) == {"stretched"}
    assert rows["hours_week"].sum() == pytest.approx(1_700) and rows["funded_hours_week"].sum() == pytest.approx(1_020)
    assert (rows["funded_hours_week"] * rows["weeks_year"]).sum() == pytest.approx(52_020)
    worth = with_pte(rows)
    assert round(worth["funded_pte"].sum(), 1) == 91.3
    assert rows["funded_hours_week"].sum() / 15 == pytest.approx(68), "what a term of term-time children has"
    assert set(supply.hours["term"]) == {"autumn", "spring", "summer"} and list(supply.hours.columns) == SUPPLY
    assert supply.asked.empty


def test_rooms_are_held_by_floor_staff_and_the_ratio_of_the_term() -> None:
    supply = on_offer(ofsted_register=[provider("EY1")], settings_hours=[TWOS], years=(2022, 2023))
    by = supply.hours.set_index(["ay", "term"])["places"]
    assert by.loc[(2022, "summer")] == 20 and by.loc[(2023, "autumn")] == 24, "one to five from September 2023"
    assert supply.hours.set_index(["ay", "term"]).loc[(2023, "autumn"), "hours_week"] == pytest.approx(1_200)


def test_all_ages_together_are_no_more_than_ofsted_registers() -> None:
    rooms = [hours("EY1", age, places=n, hours_week=10, occupancy=1.0) for age, n in
             (("under_2", 10), ("age_2", 20), ("age_3_4", 20))]
    supply = on_offer(ofsted_register=[provider("EY1", places=40)], settings_hours=rooms)
    assert summer(supply, "places") == pytest.approx({("EY1", "under_2"): 8, ("EY1", "age_2"): 16, ("EY1", "age_3_4"): 16})
    assert "1 settings say more places than Ofsted registers at one time: EY1" in told(supply)


def test_what_is_blank_for_an_age_is_what_the_whole_setting_says() -> None:
    survey = [hours("EY1", hours_week=40, weeks_year=38, occupancy=0.5, funded_share=1.0),
              hours("EY1", "age_2", places=10), hours("EY1", "age_3_4", places=20, hours_week=15)]
    supply = on_offer(ofsted_register=[provider("EY1")], settings_hours=survey)
    assert summer(supply) == pytest.approx({("EY1", "age_2"): 200, ("EY1", "age_3_4"): 150})
    assert set(supply.hours["pattern"]) == {"term_time"}


def test_a_setting_with_places_and_no_hours_is_asked_for_by_name_and_counts_nothing() -> None:
    supply = on_offer(ofsted_register=[provider("EY1"), provider("EY2", places=30, provider_name="Mill Lane")],
                      settings_hours=[FORTY])
    assert set(supply.hours["setting_ref"]) == {"EY1"}
    assert supply.asked.to_dict("records") == [{"setting_ref": "EY2", "setting_name": "Mill Lane", "missing": "hours",
                                                "places": 30,
                                                "provider_type_group": "day_nursery"}]
    assert "1 settings with 30 places have no hours: Mill Lane (EY2)" in told(supply)


def test_hours_are_assumed_only_where_the_settings_allow_it_and_each_row_says_so() -> None:
    supply = on_offer(GUESS, ofsted_register=[provider("EY1", provider_subtype="Sessional day care", places=20)])
    assert set(supply.hours["basis"]) == {"assumption"} and supply.asked.empty
    assert summer(supply) == pytest.approx({("EY1", "age_2"): 20 * 0.35 * 30 * 0.85, ("EY1", "age_3_4"): 20 * 0.65 * 30 * 0.85})
    assert "opening hours of 1 settings are those that the rulebook takes for their kind" in told(supply)


def test_a_setting_that_says_hours_and_no_places_has_those_of_the_register() -> None:
    supply = on_offer(ofsted_register=[provider("EY1", places=20)], settings_hours=[hours("EY1", hours_week=10, occupancy=1.0)])
    assert set(supply.hours["basis"]) == {"register"}
    assert sum(summer(supply).values()) == pytest.approx(200)
    assert "divided among ages as the rulebook takes it" in told(supply)
    none = on_offer(ofsted_register=[provider("EY1", places=20)], settings_hours=[hours("EY1", places=0)])
    assert none.hours.empty and none.asked.empty, "who says 0 places has said it: counted elsewhere, or resting"
    unknown = on_offer(ofsted_register=[provider("EY1", places=float("nan"))], settings_hours=[hours("EY1", hours_week=10)])
    assert unknown.hours.empty and unknown.asked["missing"].tolist() == ["places"], "a blank is not nought"


def test_the_headcount_comes_before_places_in_its_term_and_vacant_hours_are_on_offer() -> None:
    heads = [counted("EY1", "early_learning", 150), counted("EY1", "working_parent", 450), counted("EY1", "paid", 200),
             counted("EY1", "vacant", 100), counted("EY1", "universal", 90, age_band="age_3_4", pattern="stretched")]
    supply = on_offer(ofsted_register=[provider("EY1")], settings_hours=[FORTY], termly_headcount=heads)
    assert summer(supply) == {("EY1", "age_2"): 900, ("EY1", "age_3_4"): 90}
    assert summer(supply, "funded_hours_week") == {("EY1", "age_2"): 660, ("EY1", "age_3_4"): 90}, "0.6 of what is vacant"
    rows = supply.hours.set_index(["term", "age_band"])
    assert set(rows.loc["summer", "basis"]) == {"headcount"} and set(rows.loc["autumn", "basis"]) == {"survey"}
    assert rows.loc[("summer", "age_3_4"), ["pattern", "weeks_year"]].tolist() == ["stretched", 51]
    assert "there is no headcount of the autumn term" in told(supply)


def test_a_setting_of_which_only_the_headcount_is_known_shares_its_vacancies_as_it_shares_its_hours() -> None:
    heads = [counted("EY1", "universal", 300), counted("EY1", "paid", 100), counted("EY1", "vacant", 40)]
    supply = on_offer(ofsted_register=[provider("EY1")], termly_headcount=heads, years=(BASE, BASE + 1))
    assert summer(supply, "funded_hours_week") == {("EY1", "age_2"): 330}
    later = supply.hours[supply.hours["ay"] == BASE + 1]
    assert later["hours_week"].tolist() == [440], "until there is a later headcount"
    assert "headcounts of 2022/23 and before stand for 2023/24" in told(supply)
    assert supply.asked["setting_ref"].tolist() == ["EY1"], "of the terms of which it has said nothing"


def test_a_headcount_without_vacancies_is_told_and_one_of_nobody_known_stands_in_the_authority() -> None:
    supply = on_offer(ofsted_register=[provider("EY1")], termly_headcount=[counted("EY1", "paid", 60), counted("X", "paid", 7)])
    assert f"2 settings have a headcount and no vacant hours: EY1, {ALONE}" in told(supply)
    assert supply.hours.set_index("setting_ref").loc[ALONE, "placed_by"] == "authority"
    assert supply.hours["hours_week"].sum() == 67


def test_a_teacher_leads_thirteen_and_at_schools_it_is_taken_so() -> None:
    survey = [hours(ref, "age_3_4", staff=2, hours_week=10, teacher_led=led) for ref, led in
              (("EY1", ""), ("EY2", "yes"), (WEST_PRIMARY, ""))]
    supply = on_offer(ofsted_register=[provider("EY1"), provider("EY2")], schools=[school(WEST_PRIMARY)], settings_hours=survey)
    assert summer(supply, "places") == {("EY1", "age_3_4"): 16, ("EY2", "age_3_4"): 26, (WEST_PRIMARY, "age_3_4"): 26}


def test_clubs_stand_in_every_term_and_their_holidays_apart() -> None:
    known = club("C1", places_am=10, opens="07:50", places_holiday=20, holiday_hours_week=45, youngest=4, oldest=7)
    registered = [provider("EY1", provider_subtype="Out-of-school day care")]
    supply = on_offer(clubs=[known, club("EY1", places_pm=5)], ofsted_register=registered)
    assert summer(supply) == {("C1", "age_5_7"): 50}
    assert supply.hours.groupby("term")["hours_week"].sum().to_dict() == {"autumn": 50, "spring": 50, "summer": 50}
    assert supply.holidays["hours_week"].sum() == 900 and set(supply.holidays["pattern"]) == {"holiday"}
    assert "1 clubs have places and no times: Club EY1" in told(supply) and supply.asked.empty


def test_vacancies_are_told_by_district_and_age_and_never_added_up_over_ages() -> None:
    """Five nurseries of the west have 60 hours for twos taken and 20 vacant, and 30 vacant for babies; the east has one alone."""
    west = [f"EY{n}" for n in range(1, 6)]
    heads = [one for ref in west for one in (counted(ref, "paid", 60), counted(ref, "vacant", 20),
                                             counted(ref, "vacant", 30, age_band="under_2"))]
    heads += [counted("EY9", "universal", 15, age_band="age_3_4"), counted("EY9", "paid", 40)]
    register = [*(provider(ref) for ref in west), provider("EY9", POSTCODES[2])]
    known = evidence({"postcodes": postcodes(), "lsoas": lsoas(), "ofsted_register": register, "termly_headcount": heads})
    table = vacancies(known, settings_of(known), {"E07000001": "Westford"})
    assert list(table.columns) == VACANT
    by = table.set_index(["area_code", "age_band"])
    assert by.loc[("E07000001", "age_2"), "area_name"] == "Westford" and by.loc[("E07000002", "age_2"), "settings"] == 1
    by = by[by["settings"] >= 5]
    assert by["vacancy_rate"].to_dict() == pytest.approx({("E07000001", "age_2"): 0.25, ("E07000001", "under_2"): 1,
                                                          ("E10000099", "age_2"): 100 / 440, ("E10000099", "under_2"): 1})
    assert by["settings"].tolist() == [6, 5, 5, 5]
    babies = by.loc[("E07000001", "under_2")]
    assert babies["pte_vacant"] == 10 and babies["pte_as_age_3_4"] == pytest.approx(10 / 3 * 8)
    assert vacancies(evidence({}), settings_of(evidence({})), {}).empty


def test_what_the_council_says_of_a_closed_school_is_named_and_left_out() -> None:
    closed = [school(WEST_PRIMARY, status="Closed")]
    supply = on_offer(schools=closed, settings_hours=[hours(WEST_PRIMARY, hours_week=30, places=26)])
    assert supply.hours.empty and supply.asked.empty
    known = evidence({"schools": closed, "settings_hours": [hours(WEST_PRIMARY)]})
    assert any(WEST_PRIMARY in n.text and "closed schools" in n.text for n in settings_of(known).notes)


def test_the_settings_of_a_run_say_what_may_be_assumed() -> None:
    assert choices_of(Assumptions()) == SupplyChoices()
    chosen = choices_of(Assumptions(assume_opening_hours=True, practical_occupancy=0.9, share_for_funded=0.5,
                                    space_mode="outdoor"))
    assert chosen == SupplyChoices(True, "outdoor", 0.9, 0.5) and chosen.usual("occupancy") == 0.9
    assert SupplyChoices().usual("occupancy") == 0.85 and SupplyChoices().usual("funded_share") == 0.6


def test_settings_open_and_close_on_their_day() -> None:
    survey = [{**FORTY, "closes_on": "2023-03-31"}, hours("EY2", opens_on="2023-04-01", hours_week=50, places=10)]
    supply = on_offer(ofsted_register=[provider("EY1"), provider("EY2")], settings_hours=survey,
                      termly_headcount=[counted("EY1", "paid", 99, ay=2021)])
    terms = supply.hours.groupby("setting_ref")["term"].unique().map(sorted).to_dict()
    assert terms == {"EY1": ["autumn", "spring"], "EY2": ["summer"]}, "nor does an old headcount bring it back"


def test_childminders_count_by_area_with_the_hours_that_the_council_gives() -> None:
    supply = on_offer(childminders=[minders("E05000002", 60, hours_week=40, occupancy=0.5, funded_share=0.25),
                                    minders("E05000001", 6)])
    assert sum(v for (ref, age), v in summer(supply).items() if age != "age_5_7") == pytest.approx(60 * 0.5 * 40 * 0.5)
    assert set(supply.hours["setting_ref"]) == {"childminders E05000002"} and supply.hours["easting"].isna().all()
    assert supply.asked["setting_ref"].tolist() == ["childminders E05000001"]


def test_a_childminders_own_headcount_is_told_with_those_of_the_district() -> None:
    supply = on_offer(ofsted_register=[provider("EY0"), childminder("EY1"), childminder("EY2"), childminder("EY3")],
                      termly_headcount=[counted("EY1", "paid", 20), counted("EY2", "universal", 15)])
    assert summer(supply) == {("counted childminders E07000001", "age_2"): 35}


def test_school_nursery_classes_are_asked_and_their_pupils_are_no_places() -> None:
    tables: dict[str, Any] = {"schools": [school(WEST_PRIMARY)], "school_roll": roll(WEST_PRIMARY, [40], first=-1)}
    assert on_offer(**tables).asked["missing"].tolist() == ["hours"]
    guessed = on_offer(GUESS, **tables)
    assert summer(guessed) == {(WEST_PRIMARY, "age_3_4"): 600} and summer(guessed, "funded_hours_week") == summer(guessed)
    said = on_offer(**tables, settings_hours=[hours(WEST_PRIMARY, "age_3_4", places=26, hours_week=30, weeks_year=38,
                                                    occupancy=1.0,
                                                    funded_share=1.0)])
    assert with_pte(said.hours)["funded_pte"].tolist() == pytest.approx([52, 52, 52]), "26 places, 30 hours, 38 weeks"
    assert on_offer(**tables, settings_hours=[hours(WEST_PRIMARY, hours_week=30)]).asked["missing"].tolist() == ["places"]


def test_funded_hours_are_never_those_of_children_at_school() -> None:
    supply = on_offer(GUESS, ofsted_register=[provider("EY1", provider_subtype="Out-of-school day care"), provider("EY2"),
                                              childminder("EY9")])
    old = supply.hours["age_band"].eq("age_5_7")
    assert supply.hours.loc[old, "hours_week"].gt(0).all() and supply.hours.loc[old, "funded_hours_week"].eq(0).all()
    assert (supply.hours["funded_hours_week"] <= supply.hours["hours_week"]).all()


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [provider("EY1"), provider("EY2", POSTCODES[2]), childminder("EY9"), provider("EY3", POSTCODES[1], own=False)]
    first = on_offer(GUESS, ofsted_register=rows)
    second = on_offer(GUESS, ofsted_register=rows[::-1])
    keys = ["setting_ref", "term", "age_band"]
    one, other = (supply.hours.sort_values(keys, ignore_index=True) for supply in (first, second))
    pd.testing.assert_frame_equal(one, other)
    assert on_offer().hours.empty


def test_a_week_told_for_the_whole_day_leaves_school_children_what_lies_outside_school() -> None:
    """12 places for 45 hours, half for ages 5 to 7: 45 less 32.5 of school is 12.5 a place, and 45 in ten weeks of holiday."""
    supply = on_offer(childminders=[minders("E05000002", 12, hours_week=45, weeks_year=48, occupancy=0.85)])
    assert summer(supply)[("childminders E05000002", "age_5_7")] == pytest.approx(6 * 12.5 * 0.85)
    assert summer(supply)[("childminders E05000002", "under_2")] == pytest.approx(12 * 0.2 * 45 * 0.85), "the young have the day"
    (row,) = supply.holidays.to_dict("records")
    assert row["hours_week"] == pytest.approx(6 * 45 * 0.85) and row["weeks_year"] == 10 and row["age_band"] == "age_5_7"
    long = on_offer(childminders=[minders("E05000002", 12, hours_week=80, weeks_year=38, occupancy=1.0)])
    assert summer(long)[("childminders E05000002", "age_5_7")] == pytest.approx(6 * 17.5), "eight to six, less school"
    assert long.holidays.empty, "open in term only"
    club_like = on_offer(ofsted_register=[provider("EY1", provider_subtype="Out-of-school day care", places=20)],
                         settings_hours=[hours("EY1", hours_week=15, occupancy=1.0)])
    assert summer(club_like) == pytest.approx({("EY1", "age_5_7"): 300}), "all of a club's week is outside school"


def test_in_the_holidays_the_usual_week_stands_in_only_where_it_may() -> None:
    rows = [provider("EY0"), childminder("EY9", constituency="Westford")]
    guessed = on_offer(GUESS, ofsted_register=rows)
    assert guessed.holidays["hours_week"].sum() == pytest.approx(3 * 45 * 0.85)
    assert set(guessed.holidays["basis"]) == {"assumption"}
    assert on_offer(ofsted_register=rows).holidays.empty


def test_a_counted_setting_has_the_places_of_the_survey_else_those_of_the_register_by_its_hours() -> None:
    heads = [counted("EY1", "paid", 100), counted("EY1", "vacant", 100, pattern="stretched"),
             counted("EY1", "universal", 90, age_band="age_3_4"), counted("X", "paid", 7)]
    surveyed = on_offer(ofsted_register=[provider("EY1")], settings_hours=[FORTY], termly_headcount=heads)
    assert summer(surveyed, "places") == pytest.approx({("EY1", "age_2"): 12, ("EY1", "age_3_4"): 18, (ALONE, "age_2"): 0})
    assert summer(surveyed) == {("EY1", "age_2"): 200, ("EY1", "age_3_4"): 90, (ALONE, "age_2"): 7}, "hours are those counted"
    rows = surveyed.hours[surveyed.hours["age_band"].eq("age_2") & surveyed.hours["setting_ref"].eq("EY1")]
    assert rows.loc[rows["term"].eq("summer"), "places"].tolist() == [6, 6], "of one room, two patterns of the week"
    registered = on_offer(ofsted_register=[provider("EY1", places=29)], termly_headcount=heads)
    assert summer(registered, "places") == pytest.approx({("EY1", "age_2"): 20, ("EY1", "age_3_4"): 9, (ALONE, "age_2"): 0})
    assert registered.hours.loc[registered.hours["setting_ref"].eq(ALONE), "places"].isna().all(), "a blank: nobody knows"
