"""Last safe dates as people read them: by when to start what, for which September, judged on a day that is named.

The stored table holds dates alone. On the command line they are judged on the day on which the question is asked, and in a
publication on the day of publishing. Map and workbook that lie in the run's folder, which is the same whenever the same run is
made, are judged on the day of the newest file that the run has read, and say so.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from maps.layer import number
from planning_areas.school_year import census_day
from sufficiency.intervals.last_dates import known_remedies, still_to_meet
from workbench.answers import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DETERMINED = "admission_number"     # the second step of a remedy whose first, to consult, is told before it
FULL, MONTH, YEAR = 10, 7, 4        # characters of a day, of a month and of a year alone


def newest_day(dates: Iterable[str], base: int) -> date:
    """The newest of the days that files are of, or the census day of the base year where none is newer.

    A file dated by its month or year alone is taken to be of its first day: what is certain is only that it is no older.
    """
    return max([census_day(base), *(day for text in dates if (day := _day(text)) is not None)])


def _day(text: str) -> date | None:
    """A date that is written as 2026-10-01, 2026-10 or 2026; none where it is written otherwise."""
    ending = {FULL: "", MONTH: "-01", YEAR: "-01-01"}.get(len(text))
    try:
        return None if ending is None else date.fromisoformat(text + ending)
    except ValueError:
        return None


def in_words(day: date) -> str:
    """A day as people write it: 1 December 2026."""
    return f"{day.day} {day:%B %Y}"


def by_remedy(dates: pd.DataFrame, on: date) -> list[dict[str, Any]]:
    """For each phase and remedy: the first September that can still be met, by when to start, and how many areas need it then.

    `areas` counts, for each likelihood asked for, the areas that reach it in that year; `too_late` the areas for whose every year
    of need it is too late.
    """
    told = still_to_meet(dates, on)
    rows = []
    for (phase, months, remedy), mine in told.groupby(["phase", "lead_months", "remedy"], sort=True):
        in_time = mine[mine["last_safe_date"] != ""]
        ay = int(in_time["ay"].min()) if len(in_time) else None
        then = dates[(dates["phase"] == phase) & (dates["remedy"] == remedy) & (dates["ay"] == (-1 if ay is None else ay))]
        rows.append({
            "phase": str(phase), "remedy": str(remedy), "remedy_name": str(mine["remedy_name"].iloc[0]),
            "lead_months": int(months), "ay": ay, "start_by": str(then["last_safe_date"].iloc[0]) if len(then) else None,
            "areas": {f"{chance:g}": int((then["likelihood"] >= chance).sum()) for chance in sorted(set(dates["likelihood"]))},
            "too_late": len(mine) - len(in_time), "of": len(mine),
        })
    return rows


def date_lines(rows: list[dict[str, Any]], on: date) -> list[str]:
    """The same for people."""
    if not rows:
        return []
    chances = sorted(rows[0]["areas"], key=float, reverse=True)
    likely = " / ".join(f"{100 * float(chance):.0f} %" for chance in chances)
    heading = (f"By when to start, judged on {in_words(on)}", "phase", "", "", f"areas short then, {likely} or more",
               "too late for all years")
    cells = [(f"  {row['remedy_name']}", row["phase"], *_when(row),
              "" if row["ay"] is None else " / ".join(str(row["areas"][chance]) for chance in chances),
              f"{row['too_late']} of {row['of']} areas") for row in rows]
    return [*columns([heading, *cells], right=[4, 5]), ""]


def _when(row: dict[str, Any]) -> tuple[str, str]:
    """For which September, and by when."""
    if row["ay"] is None:
        return "too late for every year ahead", ""
    return f"for September {row['ay']}", f"start by {in_words(date.fromisoformat(row['start_by']))}"


def for_sheet(dates: pd.DataFrame, on: date) -> pd.DataFrame:
    """The sheet of the workbook: the first year that can still be met, or that it is too late, for each area and remedy."""
    return still_to_meet(dates, on).assign(judged_on=on.isoformat())


def for_areas(sheet: pd.DataFrame) -> pd.DataFrame:
    """One short text for each planning area that is likely short: phase, planning_area_code, said; sheet: as `for_sheet`."""
    rows = [(str(phase), str(code), _text(mine))
            for (phase, code), mine in sheet.groupby(["phase", "planning_area_code"], sort=True)]
    return pd.DataFrame(rows, columns=["phase", "planning_area_code", "said"], dtype="str")


def by_september(sheet: pd.DataFrame) -> pd.DataFrame:
    """The same in rows: number, phase, planning_area_code, ay (missing: too late for every year), likely, said."""
    called = {one["remedy"]: one["short"] for one in known_remedies()}
    rows: list[tuple[object, ...]] = []
    for (phase, code), mine in sheet.groupby(["phase", "planning_area_code"], sort=True):
        for ay, year in mine[mine["last_safe_date"] != ""].groupby("ay", sort=True):
            rows.append((len(rows) + 1, phase, code, int(str(ay)), float(year["p_shortfall"].iloc[0]), _starts(year, called)))
        if late := _too_late(mine, called):
            rows.append((len(rows) + 1, phase, code, float("nan"), float("nan"), f"too late for {late}"))
    return pd.DataFrame(rows, columns=["number", "phase", "planning_area_code", "ay", "likely", "said"])


def _starts(year: pd.DataFrame, called: Mapping[str, str]) -> str:
    """What to start by when, the earliest first."""
    return ", ".join(f"{called[row.remedy]} by {in_words(date.fromisoformat(row.last_safe_date))}"
                     for row in year.sort_values(["last_safe_date", "remedy"]).itertuples())


def _too_late(mine: pd.DataFrame, called: Mapping[str, str]) -> str:
    """For what it is too late in every year; blank where for nothing."""
    return ", ".join(called[remedy] for remedy in mine.loc[mine["last_safe_date"] == "", "remedy"] if remedy != DETERMINED)


def _text(mine: pd.DataFrame) -> str:
    """By when to start what for which September in one area, the nearest September first; and what is too late."""
    called = {one["remedy"]: one["short"] for one in known_remedies()}
    said = []
    for ay, year in mine[mine["last_safe_date"] != ""].groupby("ay", sort=True):
        likely = number(100 * year["p_shortfall"].iloc[0])
        said.append(f"for September {ay} ({likely} % likely to be short) {_starts(year, called)}")
    if late := _too_late(mine, called):
        said.append(f"too late for {late}")
    return "; ".join(said)
