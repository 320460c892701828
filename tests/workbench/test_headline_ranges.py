"""The headline of a run tells ranges and last safe dates, and goes without them where a run has none."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sufficiency.assumptions import Assumptions
from sufficiency.last_dates import last_safe_dates
from workbench.headline import headline_lines, in_time, short_by_year

BASE = 2025


def balance() -> pd.DataFrame:
    """Two areas; Reception of one is short by 4 places and likely so from 2027."""
    rows = [(ay, "primary", area, 0, 30.0 + short, short, likely) for ay in (2026, 2027)
            for area, short, likely in (("A", 4.0 * (ay > 2026), 0.8 * (ay > 2026)), ("B", 0.0, 0.1))]
    columns = ["ay", "phase", "planning_area_code", "nc_year", "pupils", "short", "p_shortfall"]
    return pd.DataFrame(rows, columns=columns).assign(expected_shortfall=1.0)


def told(ranges: pd.DataFrame, dates: pd.DataFrame) -> dict[str, Any]:
    unfilled = pd.DataFrame({"phase": ["primary"], "ay": [2026], "unfilled_share": [0.1]})
    return {"authority": {"name": "Townshire", "code": "999", "base_year": BASE}, "shortest": [], "accuracy": [], "notes": 0,
            "years": short_by_year(balance(), unfilled, ranges), "last_safe_dates": in_time(dates)}


def test_ranges_and_dates_stand_in_the_headline() -> None:
    ranges = pd.DataFrame({"phase": "primary", "ay": [2026, 2027], "pupils_p10": [58.0, 55.0], "pupils_p90": [62.4, 70.6],
                           "entry_need_p10": 0.0, "entry_need_p90": [3.0, 9.0], "entry_p_shortfall": [0.1, 0.8]})
    figures = told(ranges, last_safe_dates(balance(), BASE, Assumptions(shortfall_chances=(0.5,))))
    assert figures["years"][1]["places_short_p90"] == 9.0 and figures["years"][1]["p_shortfall"] == 0.8
    text = "\n".join(headline_lines(figures))
    assert "55 to 71" in text and "0 to 9" in text
    (expansion,) = [line for line in text.splitlines() if line.startswith("  Permanent expansion")]
    assert expansion.split()[-3:] == ["1", "of", "1"], "need in September 2027, counted in January 2026, three years to build"
    (bulge,) = [line for line in text.splitlines() if line.startswith("  Bulge class")]
    assert bulge.split()[-3:] == ["0", "of", "1"]


def test_a_run_without_draws_is_told_without_ranges() -> None:
    nothing = last_safe_dates(balance().assign(p_shortfall=0.0), BASE, Assumptions())
    text = "\n".join(headline_lines(told(pd.DataFrame(columns=["phase", "ay"]), nothing)))
    assert "64" in text and "futures" not in text and "expansion" not in text
