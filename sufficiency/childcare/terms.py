"""Terms of funded childcare, and which children have reached an age by each: by month of birth, and by shares of a cohort.

Method (domain brief G3). A child is entitled from the first of September, January or April that comes after the day on which the
age is reached, never from the birthday itself: who turns three on 31 December is entitled on 1 January, who turns three on
1 January on 1 April. Every term begins with a month, so a whole month of births comes in together, and no dates are needed, only
months. Three- and four-year-olds leave with the September of Reception. In twelfths of a year's births the windows are therefore
15 for those under two in every term, 12 for two-year-olds, and 12, 16 and 19 for three- and four-year-olds in autumn, spring and
summer: who sizes provision on the autumn is short by more than a third when summer comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from planning_areas.school_year import RECEPTION, ay_label, cohort_in
from sufficiency.evidence import Note
from sufficiency.rules import rulebook

TERMS = ("autumn", "spring", "summer")
YOUNG = ("under_2", "age_2", "age_3_4")
"""Age bands of children who are not in Reception yet."""

BAND_NAMES = {"under_2": "children under two", "age_2": "two-year-olds", "age_3_4": "three- and four-year-olds",
              "age_5_7": "children of Reception to Year 2", "age_8_14": "children of Year 3 to Year 9"}
MONTHS = 12
SEPTEMBER = 9
NOTICEABLE = 0.01           # of the peak, by which another term is smaller before it is said


def month_number(year: int, month: int) -> int:
    """Number the months through, so that they can be subtracted: January of year 0 is 0."""
    return year * MONTHS + month - 1


def month_of(number: int) -> tuple[int, int]:
    """Give the calendar year and month (1 to 12) of a month's number."""
    year, month = divmod(number, MONTHS)
    return year, month + 1


def begins(ay: int, term: str) -> date:
    """Give the first day of a term of an academic year."""
    day = rulebook("entitlements")["terms"][term]
    return date(ay if day["month"] >= SEPTEMBER else ay + 1, day["month"], day["day"])


def starting_month(ay: int, term: str) -> int:
    """Give the number of the month with which a term begins."""
    first = begins(ay, term)
    if first.day != 1:
        raise ValueError(f"the {term} term begins on day {first.day} of a month: months of birth cannot tell who is entitled")
    return month_number(first.year, first.month)


def window(band: str, ay: int, term: str) -> range:
    """Give the months of birth of the children of an age band in a term, by the term rule, as month numbers."""
    ages = rulebook("entitlements")["ages"][band]
    start = starting_month(ay, term)
    first, beyond = start - ages["below"], start - ages["from"]
    if band == "age_3_4":       # none who is in Reception
        first = month_number(cohort_in(RECEPTION, ay) + 1, SEPTEMBER)
    return range(first, beyond)


def cohort_of_month(number: int) -> int:
    """Give the birth cohort of a month of birth: the September in which it begins."""
    year, month = month_of(number)
    return year if month >= SEPTEMBER else year - 1


def place_in_cohort(number: int) -> int:
    """Give the place of a month of birth in its cohort: September 0, August 11."""
    return (number - month_number(0, SEPTEMBER)) % MONTHS


def peak(by_term: Mapping[str, float]) -> str:
    """Name the term with the most; of equal ones the first."""
    return max(by_term, key=lambda term: (by_term[term], -TERMS.index(term)))


def sized_on(term: str, by_term: Mapping[str, float], band: str, ay: int) -> tuple[Note, ...]:
    """Warn where places sized on a term fall short of the peak: by how much of it, and how far it is above the term."""
    most = peak(by_term)
    short = 1 - by_term[term] / by_term[most] if by_term[most] > 0 else 0.0
    if short <= NOTICEABLE:
        return ()
    above = f" ({most} is {by_term[most] / by_term[term] - 1:.0%} above {term})" if by_term[term] > 0 else ""
    told = (f"{BAND_NAMES[band]}, {ay_label(ay)}: sized on {term}, provision is {short:.0%} short of what the {most} term needs"
            f"{above}")
    loses = f"{by_term[most] - by_term[term]:,.0f} of {by_term[most]:,.0f} would find no room"
    return (Note("childcare_demand", told, loses),)
