"""What comes into each pot, when, and by when it must be spent: grants by their year, deeds by the homes that make them due.

Method (domain brief D4, E8). A deed's sum falls due when so many homes of its site are completed or lived in. That day is read
off the site's trajectory, homes spread evenly over each financial year, and put off by the mean slippage of the site's planning
status (`housing.toml`). Until then the sum grows by its index. What has come already counts from the day on which it came. The
time to spend it is counted from receipt, and only whole financial years that end by that date count: a date that is told is a
safe one.

A sum counts for nothing, and that is said, where its homes are in no core forecast, where its site never comes to so many homes,
and where the deed's date passes before the money comes. Unsigned sums stay in the list as what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sufficiency.capital.money import price_index, rules, when
from sufficiency.evidence import Note
from sufficiency.housing.trajectories import in_core
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

NO_LIMIT = 2200
BEGINS = 3 / 12  # of the calendar year, when the financial year begins


@dataclass(frozen=True)
class Due:
    """When homes make a sum due: in years, or why it counts for nothing."""

    time: float = 0.0
    why_not: str = ""


def receipts_of(evidence: Evidence, base_year: int) -> tuple[pd.DataFrame, list[Note]]:
    """Turn `pots` into receipts (pot_id, fy, thousand_pounds, spend_by, status), with what was left out and assumed."""
    rows: list[tuple[str, int, float, int, str]] = []
    notes: list[Note] = []
    for pot in evidence.pots.to_dict("records"):
        found, told = _of_row(pot, evidence.housing_sites, base_year)
        rows += found
        notes += told
    table = pd.DataFrame(rows, columns=["pot_id", "fy", "thousand_pounds", "spend_by", "status"])
    keys = ["pot_id", "fy", "spend_by", "status"]
    return table.groupby(keys, as_index=False)["thousand_pounds"].sum()[list(table.columns)], notes


def _of_row(
    pot: dict[str, Any], sites: pd.DataFrame, base_year: int
) -> tuple[list[tuple[str, int, float, int, str]], list[Note]]:
    """The receipts of one row: what has come, and what is still to come."""
    whole = float(pot["thousand_pounds"])
    come = float(pot["received_thousand_pounds"])
    come = (whole if pot["status"] == "received" else 0.0) if np.isnan(come) else come
    rows: list[tuple[str, int, float, int, str]] = []
    notes: list[Note] = []
    if come or pot["status"] == "received":
        time = years(pot["received_on"]) if pot["received_on"] else _begins(pot["financial_year"])
        by = _spend_by(pot, time, notes)
        if by <= base_year:
            notes.append(
                _note(pot, "has passed the date by which it was to be spent", f"what is left of £{come:,.0f}k goes back")
            )
        rows.append((pot["pot_id"], financial_year(time), come, by, "received"))
    if whole - come > 0 and pot["status"] != "received":
        due = _due(pot, sites)
        if not due.why_not and due.time < base_year + 1 + BEGINS and pot["status"] == "due":
            notes.append(_note(pot, "was due before the financial year in hand and has not come: it is counted for this year"))
            due = Due(base_year + 1 + BEGINS)
        spend_by = NO_LIMIT if due.why_not else _spend_by(pot, due.time, notes)
        if not due.why_not and spend_by < financial_year(due.time):
            due = Due(0.0, f"comes in {_fy(due.time)}, after the last whole year in which the deed lets it be spent")
        if due.why_not:
            notes.append(_note(pot, due.why_not, f"£{whole - come:,.0f}k of it counts for nothing"))
            rows.append((pot["pot_id"], base_year + 1, 0.0, NO_LIMIT, pot["status"]))
        else:
            rows.append((pot["pot_id"], financial_year(due.time), _grown(pot, whole - come, due.time), spend_by, pot["status"]))
    return rows, notes


def _due(pot: dict[str, Any], sites: pd.DataFrame) -> Due:
    """When a sum that has not come yet is due."""
    if pot["trigger"] == "date":
        return Due(years(pot["due_on"]))
    if pot["trigger"] in ("occupied", "completed"):
        after = float(rules()["occupied_after"]["months"]) / 12 if pot["trigger"] == "occupied" else 0.0
        return homes_reached(sites[sites["site_ref"] == pot["site_ref"]], float(pot["trigger_homes"]), after)
    return Due(_begins(pot["financial_year"]))


def homes_reached(site: pd.DataFrame, homes: float, after: float) -> Due:
    """When a site has so many homes, `after` years later, by its trajectory and the slippage of its status."""
    page = rulebook("housing")
    if not in_core(site, page).all():
        return Due(0.0, f"hangs on homes of {site['site_ref'].iloc[0]}, which is not in the core forecast")
    by_year = site.groupby("financial_year")["dwellings"].sum().sort_index()
    built = by_year.cumsum()
    if not (built >= homes).any():
        return Due(0.0, f"is due with home {homes:.0f}, and the trajectory has {built.iloc[-1]:.0f}")
    year = int((built >= homes).idxmax())
    part = 1.0 - (built[year] - homes) / by_year[year]
    late = max(float(page["slippage"][status]) for status in site["status"].unique())
    return Due(year + BEGINS + float(part) + after + late)


def _grown(pot: dict[str, Any], money: float, time: float) -> float:
    """A sum at the prices of the day on which it comes."""
    if pot["index_name"] in ("", "none") or not pot["index_base"]:
        return money
    return round(money * max(1.0, price_index(time) / price_index(when(pot["index_base"]))), 1)


def _spend_by(pot: dict[str, Any], time: float, notes: list[Note]) -> int:
    """The last whole financial year in which what comes at a time may be spent."""
    if pot["spend_by"]:
        by = years(pot["spend_by"])
        last = financial_year(by + 1 / 365) - 1
        return max(last, financial_year(time)) if by >= time else last
    within = float(pot["spend_within_years"])
    if np.isnan(within) and pot["kind"] in rules()["spend_within"]:
        within = float(rules()["spend_within"][pot["kind"]])
        notes.append(_note(pot, f"does not say by when it must be spent: {within:.0f} years from receipt are assumed"))
    return NO_LIMIT if np.isnan(within) else max(financial_year(time), financial_year(time + within) - 1)


def years(day: str) -> float:
    """A date as years."""
    on = date.fromisoformat(day)
    return on.year + (on.month - 1) / 12 + (on.day - 1) / 365


def financial_year(time: float) -> int:
    """The financial year of a time in years."""
    return int(np.floor(time - BEGINS + 1e-9))


def _begins(year: float) -> float:
    return float(year) + BEGINS


def _fy(time: float) -> str:
    year = financial_year(time)
    return f"{year}/{(year + 1) % 100:02d}"


def _note(pot: dict[str, Any], what: str, loses: str = "") -> Note:
    return Note("pots", f"{pot['pot_id']} {what}", loses)
