"""Academic years, year groups, and which cohort a birth belongs to.

An academic year `ay` is the int of its September: 2026 is 2026/27. A birth cohort `cohort` is the int of the September in
which it begins: cohort 2021 was born from 1 September 2021 to 31 August 2022 and starts Reception in `ay` 2026. Whoever has dates
of birth at hand, in a notebook, finds the cohort with `cohort_of_birth`; the model itself is given births already by cohort.
Method: domain brief C0 (SCAP date conventions).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

RECEPTION = 0
PHASE_YEARS: dict[str, range] = {"primary": range(0, 7), "secondary": range(7, 12), "sixth_form": range(12, 15)}
PHASE_OF: dict[int, str] = {g: phase for phase, years in PHASE_YEARS.items() for g in years}
NC_YEARS = range(0, 15)
ENTRY_YEAR: dict[str, int] = {"primary": 0, "secondary": 7}
HORIZON: dict[str, int] = {"primary": 5, "secondary": 7}
YEARS_FROM_BIRTH_TO_RECEPTION = 5
THURSDAY = 3                # of date.weekday()

_LABEL = re.compile(r"^\s*(\d{4})\s*[/_-]?\s*(\d{2}|\d{4})\s*$")


def ay_label(ay: int) -> str:
    """Print an academic year as people write it: 2026 becomes "2026/27"."""
    return f"{ay}/{(ay + 1) % 100:02d}"


def parse_ay(text: str) -> int:
    """Read "2022/23", "2022-23", "202223" or "2022/2023" as the academic year 2022; raises ValueError for anything else."""
    match = _LABEL.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not an academic year such as 2022/23")
    start, end = int(match[1]), match[2]
    if int(end) != (start + 1 if len(end) == 4 else (start + 1) % 100):
        raise ValueError(f"{text!r} is not an academic year: {end} does not follow {start}")
    return start


def nc_year_label(nc_year: int) -> str:
    """Name a year group as the census does: "Reception", "Year 1" ... "Year 14", or "Nursery"."""
    return "Nursery" if nc_year < RECEPTION else "Reception" if nc_year == RECEPTION else f"Year {nc_year}"


def census_day(ay: int) -> date:
    """The day of the January census of an academic year: the third Thursday."""
    first = date(ay + 1, 1, 1)
    return first + timedelta(days=(THURSDAY - first.weekday()) % 7 + 14)


def end_of_census_month(ay: int) -> str:
    """The last day, as yyyy-mm-dd, that counts as the January census of an academic year where things are only dated about it."""
    return date(ay + 1, 1, 31).isoformat()


def cohort_of_birth(born: date) -> int:
    """Give the birth cohort of a child: the September on or before the day of birth."""
    return born.year if born.month >= 9 else born.year - 1


def cohort_in(nc_year: int, ay: int) -> int:
    """Give the birth cohort that is in this year group in this academic year."""
    return ay - YEARS_FROM_BIRTH_TO_RECEPTION - nc_year


def cohort_from_calendar_years(first: float, second: float) -> float:
    """Re-cut calendar-year births to a school cohort: 4/12 of the year it begins in and 8/12 of the next (approximate)."""
    return 4 / 12 * first + 8 / 12 * second


def cohort_from_mid_years(first: float, second: float) -> float:
    """Re-cut mid-year births (12 months to 30 June) to a school cohort: 10/12 of the mid-year inside it and 2/12 of the next.

    For Reception in `y` the first is mid(y-4), the second mid(y-3) (approximate).
    """
    return 10 / 12 * first + 2 / 12 * second
