"""Last safe dates: by when each kind of remedy must be begun, so that its places are there when they are likely to be needed.

Method (domain brief E5). The year of need of a planning area is the first in which its year of entry is short of places with at
least a given likelihood: remedies add places from the year of entry upwards. The last safe date is 1 September of that year less
the time that the remedy takes, the upper end of what is usual. A date that had passed on the census day of the base year is said
to have passed: that remedy comes too late for the first such year, and something quicker has to bridge it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sufficiency.assumptions import Assumptions

COLUMNS = ["phase", "planning_area_code", "nc_year", "likelihood", "ay", "p_shortfall", "expected_shortfall", "remedy",
           "remedy_name", "lead_months", "last_safe_date", "passed"]
THURSDAY = 3


def last_safe_dates(balance: pd.DataFrame, base: int, assumptions: Assumptions) -> pd.DataFrame:
    """One row for each likelihood asked for, area that reaches it, and remedy of its phase.

    balance: with p_shortfall and expected_shortfall. `last_safe_date` is text, as 2027-09-01.
    """
    entry = balance[(balance["ay"] > base) & balance["nc_year"].eq(balance["phase"].map(ENTRY_YEAR))].sort_values("ay")
    today = census_day(base)
    rows = []
    for likelihood in sorted(assumptions.shortfall_chances, reverse=True):
        first = entry[entry["p_shortfall"] >= likelihood].drop_duplicates(["phase", "planning_area_code"])
        for area in first.itertuples():
            for remedy, name, months in remedies(str(area.phase), assumptions):
                day = months_before(date(int(area.ay), 9, 1), months)
                rows.append((area.phase, area.planning_area_code, int(area.nc_year), likelihood, int(area.ay), area.p_shortfall,
                             area.expected_shortfall, remedy, name, months, day.isoformat(), day < today))
    kinds = {"phase": "str", "planning_area_code": "str", "nc_year": "int64", "ay": "int64", "lead_months": "int64",
             "likelihood": "float64", "p_shortfall": "float64", "expected_shortfall": "float64", "remedy": "str",
             "remedy_name": "str", "last_safe_date": "str", "passed": "bool"}
    table = pd.DataFrame(rows, columns=COLUMNS).astype(kinds)
    return table.sort_values(["phase", "planning_area_code", "likelihood", "lead_months"], ignore_index=True)


def remedies(phase: str, assumptions: Assumptions) -> Iterator[tuple[str, str, int]]:
    """The remedies of a phase with their names and lead times in months, the council's own where it has set them."""
    own = {lead.remedy: lead.months for lead in assumptions.lead_times}
    for entry in known_remedies():
        if phase in entry["phases"]:
            yield entry["remedy"], entry["name"], own.get(entry["remedy"], entry["months"])


def known_remedies() -> list[dict[str, Any]]:
    """The remedies of the rulebook."""
    found: list[dict[str, Any]] = rulebook("lead_times")["remedies"]
    return found


def months_before(day: date, months: int) -> date:
    """The first of the month so many months earlier."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def census_day(ay: int) -> date:
    """The day of the January census of an academic year: the third Thursday."""
    first = date(ay + 1, 1, 1)
    return first + timedelta(days=(THURSDAY - first.weekday()) % 7 + 14)
