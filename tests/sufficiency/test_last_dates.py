"""Last safe dates: the first likely year of need less what each remedy takes."""

from __future__ import annotations

from datetime import date

import pandas as pd

from planning_areas.school_year import census_day
from sufficiency.assumptions import Assumptions, LeadTime
from sufficiency.intervals.last_dates import COLUMNS, last_safe_dates, months_before, still_to_meet

BASE = 2025


def likely(area: str, phase: str, chances: dict[int, float], nc_year: int) -> pd.DataFrame:
    """Rows of a balance: likelihood of a shortfall by year."""
    return pd.DataFrame({"ay": list(chances), "phase": phase, "planning_area_code": area, "nc_year": nc_year,
                         "p_shortfall": list(chances.values()), "expected_shortfall": 3.0})


def test_a_new_school_for_2031_is_begun_in_2027() -> None:
    table = last_safe_dates(likely("A", "primary", {2029: 0.3, 2030: 0.49, 2031: 0.5, 2032: 0.9}, 0), BASE, Assumptions())
    year = table[table["ay"] == 2031].set_index("remedy")
    assert (year["likelihood"] == 0.5).all() and (year["nc_year"] == 0).all()
    assert year["last_safe_date"].to_dict() == {
        "bulge_class": "2030-12-01", "modular": "2030-06-01", "admission_number": "2030-02-01",
        "admission_consultation": "2029-12-01", "expansion": "2028-09-01", "new_primary": "2027-09-01"}
    assert not year["passed_at_census"].any()


def test_every_year_of_need_is_told_once_with_the_highest_likelihood_that_it_reaches() -> None:
    table = last_safe_dates(likely("A", "primary", {2029: 0.3, 2030: 0.19, 2031: 0.5, 2032: 0.9}, 0), BASE, Assumptions())
    assert table.drop_duplicates("ay").set_index("ay")["likelihood"].to_dict() == {2029: 0.2, 2031: 0.5, 2032: 0.5}
    assert not table.duplicated(["planning_area_code", "ay", "remedy"]).any()


def test_a_date_before_the_census_has_passed() -> None:
    """Need in September 2027, counted in January 2026: what takes up to fifteen months can still be begun."""
    table = last_safe_dates(likely("S", "secondary", {2026: 0.1, 2027: 0.8}, 7), BASE, Assumptions(shortfall_chances=(0.5,)))
    passed = table.set_index("remedy")["passed_at_census"].to_dict()
    assert passed == {"bulge_class": False, "modular": False, "admission_number": False, "admission_consultation": True,
                      "expansion": True, "new_secondary": True}


def test_on_any_day_the_first_year_that_can_still_be_met_is_told() -> None:
    """Short from 2027 on; on 25 November 2026 a bulge class meets September 2027, modular building 2028, expansion 2030."""
    table = last_safe_dates(likely("A", "primary", {2027: 0.8, 2028: 0.6, 2029: 0.1, 2030: 0.3}, 0), BASE, Assumptions())
    told = still_to_meet(table, date(2026, 11, 25)).set_index("remedy")
    first = told["ay"].dropna().to_dict()
    assert first == {"bulge_class": 2027, "modular": 2028, "admission_number": 2028, "admission_consultation": 2028,
                     "expansion": 2030}
    expansion = told.loc["expansion", ["last_safe_date", "p_shortfall", "likelihood", "too_late"]].tolist()
    assert expansion == ["2027-09-01", 0.3, 0.2, 2]
    assert told.loc["new_primary", ["last_safe_date", "too_late"]].tolist() == ["", 3], "too late for every year of need"
    assert still_to_meet(table, date(2026, 12, 1)).set_index("remedy").loc["bulge_class", "ay"] == 2027, "the day itself counts"
    assert still_to_meet(table, date(2026, 12, 2)).set_index("remedy").loc["bulge_class", "ay"] == 2028
    assert still_to_meet(table.iloc[:0], date(2026, 12, 2)).empty


def test_consultation_on_an_admission_number_begins_before_it_is_determined() -> None:
    """For September 2028: consulted on from 1 December 2026, determined in February 2027."""
    table = last_safe_dates(likely("A", "primary", {2028: 0.8}, 0), BASE, Assumptions()).set_index("remedy")["last_safe_date"]
    assert table["admission_consultation"] == "2026-12-01" and table["admission_number"] == "2027-02-01"


def test_only_years_of_entry_ahead_count_and_what_is_not_known_is_no_need() -> None:
    rows = pd.concat([likely("A", "primary", {2025: 1.0, 2026: 0.1}, 0), likely("A", "primary", {2026: 1.0}, 3),
                      likely("B", "primary", {2026: float("nan")}, 0)])
    table = last_safe_dates(rows, BASE, Assumptions())
    assert table.empty and list(table.columns) == COLUMNS


def test_a_councils_own_lead_time_takes_the_place_of_the_rulebooks() -> None:
    own = Assumptions(lead_times=(LeadTime("expansion", 24),), shortfall_chances=(0.5,))
    table = last_safe_dates(likely("A", "primary", {2030: 0.7}, 0), BASE, own).set_index("remedy")
    assert table.loc["expansion", "last_safe_date"] == "2028-09-01" and table.loc["modular", "lead_months"] == 15


def test_months_are_counted_over_the_turn_of_the_year() -> None:
    assert months_before(date(2028, 9, 1), 9) == date(2027, 12, 1)
    assert months_before(date(2028, 9, 1), 72) == date(2022, 9, 1)
    assert census_day(2025) == date(2026, 1, 15) and census_day(2022) == date(2023, 1, 19)
