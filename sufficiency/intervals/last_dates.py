"""Last safe dates: by when each kind of remedy must be begun, so that its places are there when they are likely to be needed.

Method (domain brief E5). A year of need of a planning area is one in which its year of entry is short of places with at least
the lowest of the likelihoods asked for (`shortfall_chances`); the highest that it reaches stands beside it, so nothing is told
twice. Remedies add places from the year of entry upwards. The last safe date is 1 September of the year of need less the time
that the remedy takes, the upper end of what is usual. Every such year is told, not the first alone: if it is too late for one,
the next may still be met. Whether a date has passed depends on the day on which it is read; the table says only whether it had
passed on the census day of the base year, and `still_to_meet` says it for any other day.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, census_day
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sufficiency.assumptions import Assumptions

COLUMNS = ["phase", "planning_area_code", "nc_year", "ay", "p_shortfall", "expected_shortfall", "likelihood", "remedy",
           "remedy_name", "lead_months", "last_safe_date", "passed_at_census"]
KINDS = {"phase": "str", "planning_area_code": "str", "nc_year": "int64", "ay": "int64", "p_shortfall": "float64",
         "expected_shortfall": "float64", "likelihood": "float64", "remedy": "str", "remedy_name": "str", "lead_months": "int64",
         "last_safe_date": "str", "passed_at_census": "bool"}
AREA_AND_REMEDY = ["phase", "planning_area_code", "lead_months", "remedy"]


def last_safe_dates(balance: pd.DataFrame, base: int, assumptions: Assumptions) -> pd.DataFrame:
    """One row for each area, year of need and remedy of its phase (COLUMNS).

    balance: with p_shortfall and expected_shortfall. `likelihood` is the highest of those asked for that the year reaches;
    `last_safe_date` is text, as 2027-09-01.
    """
    asked = sorted(assumptions.shortfall_chances)
    entry = balance[(balance["ay"] > base) & balance["nc_year"].eq(balance["phase"].map(ENTRY_YEAR))]
    today = census_day(base)
    rows = []
    for area in entry[entry["p_shortfall"] >= min(asked, default=2.0)].itertuples():
        reached = max(chance for chance in asked if area.p_shortfall >= chance)
        for remedy, name, months in remedies(str(area.phase), assumptions):
            day = months_before(date(int(area.ay), 9, 1), months)
            rows.append((area.phase, area.planning_area_code, int(area.nc_year), int(area.ay), area.p_shortfall,
                         area.expected_shortfall, reached, remedy, name, months, day.isoformat(), day < today))
    table = pd.DataFrame(rows, columns=COLUMNS).astype(KINDS)
    return table.sort_values(["phase", "planning_area_code", "ay", "lead_months", "remedy"], ignore_index=True)


def still_to_meet(dates: pd.DataFrame, on: date) -> pd.DataFrame:
    """For each area and remedy the first year of need that can still be met on a day, and for how many it is too late then.

    The columns of `dates` but for `passed_at_census`, and `too_late`: years of need before it. Where it is too late for every
    year, what is told of a year is missing. A date that falls on the day itself is still in time.
    """
    rows = dates.drop(columns="passed_at_census").astype({"ay": "Int64", "last_safe_date": "object"})
    late = rows["last_safe_date"] < on.isoformat()
    first = rows[~late].sort_values("ay").drop_duplicates(AREA_AND_REMEDY).set_index(AREA_AND_REMEDY)
    every = rows.drop_duplicates(AREA_AND_REMEDY).set_index(AREA_AND_REMEDY)[["remedy_name", "nc_year"]]
    of_year = [column for column in first if column not in every]
    table = every.join(first[of_year])
    table["too_late"] = late.groupby([rows[key] for key in AREA_AND_REMEDY]).sum().reindex(table.index).astype("int64")
    table["last_safe_date"] = table["last_safe_date"].fillna("")
    order = [column for column in rows if column in KINDS]
    return table.reset_index().sort_values(AREA_AND_REMEDY, ignore_index=True)[[*order, "too_late"]]


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
