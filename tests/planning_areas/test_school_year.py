"""Academic years, year groups and cohorts: the conventions of C0, and rule 10's pair of birthdays."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_areas.school_year import (
    ENTRY_YEAR,
    HORIZON,
    NC_YEARS,
    PHASE_YEARS,
    ay_label,
    cohort_from_calendar_years,
    cohort_from_mid_years,
    cohort_in,
    cohort_of_birth,
    nc_year_label,
    parse_ay,
)


@pytest.mark.parametrize(("ay", "label"), [(2026, "2026/27"), (1999, "1999/00"), (2009, "2009/10"), (2099, "2099/00")])
def test_an_academic_year_is_written_as_people_write_it(ay: int, label: str) -> None:
    assert ay_label(ay) == label and parse_ay(label) == ay


@pytest.mark.parametrize("text", ["2022/23", "2022-23", "202223", "2022/2023", " 2022/23 ", "2022_23", "2022 / 23"])
def test_many_ways_to_write_a_year_are_read(text: str) -> None:
    assert parse_ay(text) == 2022


@pytest.mark.parametrize("text", ["", "2022", "2022/24", "2022/2024", "22/23", "2022/3", "2023/22", "2022/23/24", "year 2022/23"])
def test_what_is_no_academic_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an academic year"):
        parse_ay(text)


def test_year_groups_are_named_as_the_census_names_them() -> None:
    assert [nc_year_label(g) for g in (-2, -1, 0, 1, 14)] == ["Nursery", "Nursery", "Reception", "Year 1", "Year 14"]


def test_every_year_group_is_planned_in_one_phase() -> None:
    assert sorted(g for years in PHASE_YEARS.values() for g in years) == list(NC_YEARS)
    assert all(entry == PHASE_YEARS[phase][0] for phase, entry in ENTRY_YEAR.items())


def test_the_return_looks_five_and_seven_years_ahead() -> None:
    assert HORIZON == {"primary": 5, "secondary": 7}


def test_the_last_day_of_august_and_the_first_of_september() -> None:
    """Born a day apart, a school year apart: Reception in 2025/26 and in 2026/27."""
    august, september = date(2021, 8, 31), date(2021, 9, 1)
    assert (cohort_of_birth(august), cohort_of_birth(september)) == (2020, 2021)
    assert (cohort_in(0, 2025), cohort_in(0, 2026)) == (2020, 2021), "their Receptions"
    assert (cohort_in(1, 2026), cohort_in(0, 2026)) == (2020, 2021), "in one and the same year they are a year group apart"


@settings(deadline=None, derandomize=True)
@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_a_cohort_begins_on_the_first_of_september(born: date) -> None:
    cohort = cohort_of_birth(born)
    assert date(cohort, 9, 1) <= born <= date(cohort + 1, 8, 31)


@settings(deadline=None, derandomize=True)
@given(st.floats(0, 10_000), st.floats(0, 10_000))
def test_re_cut_births_lie_between_the_two_years_they_are_cut_from(first: float, second: float) -> None:
    for recut in (cohort_from_calendar_years, cohort_from_mid_years):
        assert min(first, second) - 1e-9 <= recut(first, second) <= max(first, second) + 1e-9
    assert cohort_from_calendar_years(600.0, 600.0) == pytest.approx(600.0)
