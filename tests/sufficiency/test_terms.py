"""The term rule by dates of birth and by months, the windows of G3, and the warning where a term is not the peak."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from planning_areas.school_year import cohort_of_birth
from sufficiency.childcare.terms import (
    MONTHS,
    TERMS,
    YOUNG,
    begins,
    cohort_of_month,
    month_number,
    month_of,
    peak,
    place_in_cohort,
    sized_on,
    window,
)


def months_reached(born: date, on: date) -> int:
    """Count the whole months of a child's age on the day before a date: the age that counts when a term begins then."""
    months = month_number(on.year, on.month) - month_number(born.year, born.month)
    return months if born.day < on.day else months - 1


def entitled_from(born: date, months: int) -> date:
    """Give the first day on which a child who reaches this age in months is entitled: the start of the term after it."""
    reached = born.year + (born.month - 1 + months) // MONTHS
    starts = (begins(ay, term) for ay in range(reached - 1, reached + 2) for term in TERMS)
    return next(start for start in starts if months_reached(born, start) >= months)


def window_in_cohorts(band: str, term: str) -> float:
    """Say how large a term's window is in years of births, where births are the same every month: 1.25, 1, 1.33 ..."""
    return len(window(band, 2026, term)) / MONTHS


@pytest.mark.parametrize("months", [9, 24, 36])
def test_a_child_is_entitled_the_term_after_reaching_the_age(months: int) -> None:
    """Rule 15, for every day of two years on which the age may be reached (days that every month has)."""
    day = date(2024, 9, 1)
    while day < date(2026, 9, 1):
        if day.day <= 28:
            total = month_number(day.year, day.month) - months
            born = date(*month_of(total), day.day)
            year = day.year
            expected = date(year + 1, 1, 1) if day.month >= 9 else date(year, 4, 1) if day.month <= 3 else date(year, 9, 1)
            assert entitled_from(born, months) == expected, born
        day += timedelta(days=1)


def test_never_on_the_birthday() -> None:
    assert entitled_from(date(2023, 1, 1), 36) == date(2026, 4, 1)
    assert entitled_from(date(2022, 12, 31), 36) == date(2026, 1, 1)
    assert entitled_from(date(2023, 9, 1), 24) == date(2026, 1, 1)
    assert entitled_from(date(2023, 8, 31), 24) == date(2025, 9, 1)


@pytest.mark.parametrize("band", YOUNG)
@pytest.mark.parametrize("term", TERMS)
def test_windows_by_months_are_the_rule_by_dates(band: str, term: str) -> None:
    """Every day of six years is put into a band by its date; the months of the window are exactly those days."""
    start = begins(2026, term)
    low, high = {"under_2": (9, 24), "age_2": (24, 36), "age_3_4": (36, 99)}[band]
    inside = set()
    day = date(2020, 1, 1)
    while day < date(2027, 1, 1):
        not_at_school = cohort_of_birth(day) > 2026 - 5
        if not_at_school and low <= months_reached(day, start) < high:
            inside.add(day)
        day += timedelta(days=1)
    of_window = {date(*month_of(m), 1) for m in window(band, 2026, term)}
    assert {d.replace(day=1) for d in inside} == of_window
    assert len(inside) == sum((date(*month_of(m + 1), 1) - date(*month_of(m), 1)).days for m in window(band, 2026, term))


def test_g3_windows_in_cohorts() -> None:
    sizes = {band: [round(MONTHS * window_in_cohorts(band, term)) for term in TERMS] for band in YOUNG}
    assert sizes == {"under_2": [15, 15, 15], "age_2": [12, 12, 12], "age_3_4": [12, 16, 19]}
    assert [f"{window_in_cohorts('age_3_4', term):.2f}" for term in TERMS] == ["1.00", "1.33", "1.58"]


def test_g3_worked_example() -> None:
    """900 births a year: 1,425 children in summer, 1,282.5 of them take a place; sized on autumn, 810, it is 37 % short."""
    children = {term: 900 * window_in_cohorts("age_3_4", term) for term in TERMS}
    wanted = {term: n * 0.90 for term, n in children.items()}
    assert (children["summer"], wanted["summer"], wanted["autumn"]) == pytest.approx((1425, 1282.5, 810))
    assert peak(wanted) == "summer"
    (note,) = sized_on("autumn", wanted, "age_3_4", 2026)
    assert note.text == ("three- and four-year-olds, 2026/27: sized on autumn, provision is 37% short of what the summer "
                         "term needs (summer is 58% above autumn)")
    assert sized_on("summer", wanted, "age_3_4", 2026) == ()
    assert sized_on("autumn", dict.fromkeys(TERMS, 0.0), "age_3_4", 2026) == ()


def test_a_term_without_anybody_is_short_of_the_whole_peak() -> None:
    (note,) = sized_on("autumn", {"autumn": 0.0, "spring": 3.0, "summer": 5.0}, "under_2", 2025)
    assert "sized on autumn, provision is 100% short of what the summer term needs" in note.text


def test_months_have_their_cohort_and_their_place_in_it() -> None:
    for year in (2020, 2023):
        for month in range(1, 13):
            number = month_number(year, month)
            assert month_of(number) == (year, month)
            assert cohort_of_month(number) == cohort_of_birth(date(year, month, 15))
            assert place_in_cohort(number) == (month - 9) % 12
