"""The headline of a run tells ranges and last safe dates, and goes without them where a run has none."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from sufficiency.assumptions import Assumptions
from sufficiency.intervals.last_dates import last_safe_dates
from sufficiency.intervals.ranges import HELD
from workbench.headline import accuracy_lines, headline_lines, no_ranges, short_by_year
from workbench.safe_dates import by_remedy, by_september, for_areas, for_sheet, newest_day
from workbench.sayings import accuracy_sayings

BASE = 2025
AUTUMN = date(2026, 11, 25)


def balance() -> pd.DataFrame:
    """Two areas; Reception of one is short by 4 places and likely so from 2027."""
    rows = [(ay, "primary", area, 0, 30.0 + short, short, likely) for ay in (2026, 2027)
            for area, short, likely in (("A", 4.0 * (ay > 2026), 0.8 * (ay > 2026)), ("B", 0.0, 0.1))]
    columns = ["ay", "phase", "planning_area_code", "nc_year", "pupils", "short", "p_shortfall"]
    return pd.DataFrame(rows, columns=columns).assign(expected_shortfall=1.0)


def told(ranges: pd.DataFrame, dates: pd.DataFrame) -> dict[str, Any]:
    unfilled = pd.DataFrame({"phase": ["primary"], "ay": [2026], "unfilled_share": [0.1]})
    return {"authority": {"name": "Townshire", "code": "999", "base_year": BASE}, "shortest": [], "accuracy": [], "notes": 0,
            "childcare": [], "judged_on": AUTUMN,
            "years": short_by_year(balance(), unfilled, ranges), "last_safe_dates": by_remedy(dates, AUTUMN)}


def test_ranges_and_dates_stand_in_the_headline() -> None:
    ranges = pd.DataFrame({"phase": "primary", "ay": [2026, 2027], "pupils_p10": [58.0, 55.0], "pupils_p90": [62.4, 70.6],
                           "entry_need_p10": [0.0, 5.0], "entry_need_p90": [3.0, 9.0], "entry_p_shortfall": [0.1, 0.8],
                           "entry_expected_shortfall": [0.4, 6.6]})
    figures = told(ranges, last_safe_dates(balance(), BASE, Assumptions(shortfall_chances=(0.5,))))
    assert figures["years"][1]["places_short_p90"] == 9.0 and figures["years"][1]["p_shortfall"] == 0.8
    text = "\n".join(headline_lines(figures))
    assert "55 to 71" in text
    (year,) = [line for line in text.splitlines() if line.startswith("2027/28")]
    left, right = year.split("|")
    assert left.split()[-7:] == ["1", "of", "2", "4", "1", "of", "2"], "the forecast's own need, with no range beside it"
    assert right.split() == ["7", "5", "to", "9"], "and apart from it what all futures say, in the mean and from end to end"
    assert "a spare place elsewhere never\nmakes up for it." in text


def test_the_headline_says_by_when_to_start_what_for_which_september() -> None:
    """Need in September 2027 and, less likely, 2029; on 25 November 2026 a bulge class is in time for the first of them."""
    later = balance().assign(ay=lambda t: t["ay"] + 2, p_shortfall=lambda t: t["p_shortfall"] * 0.4)
    dates = last_safe_dates(pd.concat([balance(), later]), BASE, Assumptions())
    figures = told(pd.DataFrame(columns=["phase", "ay"]), dates)
    text = [" ".join(line.split()) for line in headline_lines(figures)]
    assert "Bulge class in existing space primary for September 2027 start by 1 December 2026 1 / 1 0 of 1 areas" in text
    assert "Permanent expansion primary too late for every year ahead 1 of 1 areas" in text
    assert "Modular or temporary building primary for September 2029 start by 1 June 2028 0 / 1 0 of 1 areas" in text
    assert any(line.startswith("By when to start, judged on 25 November 2026") for line in text)
    (said,) = for_areas(for_sheet(dates, AUTUMN))["said"]
    assert said == (
        "for September 2027 (80 % likely to be short) a bulge class by 1 December 2026; for "
        "September 2029 (32 % likely to be short) consulting on a higher admission number by 1 December 2027, determining a "
        "higher admission number by 1 February 2028, modular building by 1 June 2028; too late for expansion, a new school")
    rows = by_september(for_sheet(dates, AUTUMN))
    assert list(rows["ay"].dropna()) == [2027, 2029] and rows["said"].iloc[2] == "too late for expansion, a new school"
    assert rows["said"].iloc[0] == "a bulge class by 1 December 2026"


def test_dates_in_a_runs_folder_are_judged_on_the_day_of_its_newest_file() -> None:
    assert newest_day(["2025", "2026-09", "2026-10-01", "", "spring"], BASE) == date(2026, 10, 1)
    assert newest_day(["2020-06-30"], BASE) == date(2026, 1, 15), "never before the census that the run starts from"


def test_a_run_without_draws_is_told_without_ranges() -> None:
    nothing = last_safe_dates(balance().assign(p_shortfall=0.0), BASE, Assumptions())
    text = "\n".join(headline_lines(told(pd.DataFrame(columns=["phase", "ay"]), nothing)))
    assert "64" in text and "futures" not in text and "expansion" not in text


def test_what_came_outside_the_range_is_named_as_such() -> None:
    """One count within, one below even the wide range: both are told with the range, and how many lay outside."""
    common = {"phase": "secondary", "forecast": 48_600.0, "error": 0.015, "own_error_one_year": 0.023,
              "own_error_three_year": None, "pupils_p10": 48_100.4, "pupils_p90": 49_100.0}
    rows = [{**common, "ay": 2024, "actual": 48_500.0, "range_held": HELD},
            {**common, "ay": 2025, "actual": 47_736.0, "range_held": "no: below even the 95 % range"}]
    lines = accuracy_lines(rows)
    assert "48,100 to 49,100" in lines[1] and "yes: within the 80 % range" in lines[1]
    assert "no: below even the 95 % range" in lines[2]
    assert any(line.startswith("1 of 2 counts lay outside the range in which 8 in 10 were to lie") for line in lines)
    (said,) = accuracy_sayings(pd.DataFrame(rows), BASE - 1)
    assert "+1.5 % out (+ is too high), and what came lies below even the 95 % range around it; the authority's own" in said


def test_a_run_without_chance_says_why_it_tells_no_ranges() -> None:
    assert no_ranges({"draws": 1000, "spread": 1.0}) == ""
    for settings, named in (({"draws": 1, "spread": 1.0}, "draws = 1"), ({"draws": 1000, "spread": 0.0}, "spread = 0")):
        figures = told(pd.DataFrame(columns=["phase", "ay"]), last_safe_dates(balance(), BASE, Assumptions()))
        text = "\n".join(headline_lines({**figures, "no_ranges": no_ranges(settings)}))
        assert f"No ranges: {named}" in text and "8 in 10" not in text
