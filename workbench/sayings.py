"""What a run found, in a few plain sentences: the same figures as on the map, rounded one by one and then added up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from maps.layer import number
from planning_areas.school_year import ENTRY_YEAR, ay_label, nc_year_label
from scenarios.figures import whole
from sufficiency.intervals.ranges import HELD
from workbench.places_ground import shared_evenly

if TYPE_CHECKING:
    from sufficiency.evidence import Authority

YEARS_AHEAD = {1: "one year", 2: "two years", 3: "three years", 4: "four years", 5: "five years"}
FOR_MEMBERS = {"primary": "Reception to Year 6", "secondary": "Year 7 to 11"}


def headlines(tables: Mapping[str, pd.DataFrame], authority: Authority) -> tuple[str, ...]:
    """Two sentences a phase: how many children there will be, and where the year of entry runs short."""
    said = []
    for phase in ENTRY_YEAR:
        mine = tables["summary"][tables["summary"]["phase"] == phase]
        if not mine.empty:
            ground = _ground(tables["places"], phase, authority.base_year)
            found = tables.get("authority_range", pd.DataFrame())
            ranges = found[found["phase"] == phase].set_index("ay") if len(found) else found
            said += [_children(mine, phase, authority.base_year, ranges),
                     _short(mine, phase, authority.base_year, ranges) + ground]
    return tuple(said)


def _between(ranges: pd.DataFrame, ay: int, figure: str) -> str:
    """In brackets the range in which a figure lies in eight of ten futures; nothing where there is none."""
    if ay not in ranges.index:
        return ""
    low, high = whole(ranges.loc[ay, [f"{figure}_p10", f"{figure}_p90"]])
    return f" ({number(low)} to {number(high)} in 8 of 10 futures)" if high > low else ""


def _children(mine: pd.DataFrame, phase: str, base: int, ranges: pd.DataFrame) -> str:
    """How the roll changes from the base year to the last year of the phase."""
    rolls = mine.groupby("ay")["pupils"].sum()
    last = int(rolls.index.max())
    change = rolls[last] / rolls[base] - 1 if rolls[base] > 0 else np.nan
    moves = "stay the same" if abs(change) < 0.0005 else f"{'rise' if change > 0 else 'fall'} by {100 * abs(change):.1f} %"
    return (
        f"{phase.capitalize()} pupils ({FOR_MEMBERS[phase]}) {moves}, from {number(rolls[base])} in {ay_label(base)} to "
        f"{number(rolls[last])} in {ay_label(last)}{_between(ranges, last, 'pupils')}."
    )


def _short(mine: pd.DataFrame, phase: str, base: int, ranges: pd.DataFrame) -> str:
    """In which year most places are short at entry, in how many areas, beside how many spare places there are in all.

    Every figure is rounded area by area and then added up, as in the table of the map.
    """
    entry = nc_year_label(ENTRY_YEAR[phase])
    ahead = mine[mine["ay"] > base]
    rounded = ahead.assign(short=whole(ahead["entry_need"]), spare=whole(ahead["spare_places"]))
    known = rounded[rounded["entry_need"].notna()]
    if known.empty:
        return f"Whether {entry} runs short is not known: no places are known."
    total = known.groupby("ay")["short"].sum()
    worst = int(total.idxmax() if total.max() > 0 else total.index.max())
    then = known[known["ay"] == worst]
    areas, count = int((then["short"] > 0).sum()), then["planning_area_code"].nunique()
    every = mine["planning_area_code"].nunique()
    among = f"{count} {phase} planning areas" if count == every else f"{count} {phase} planning areas whose places are known"
    empty = f"{number(then['spare'].sum())} places stand empty in them, over all year groups"
    if not areas:
        return (f"None of {among} runs short of {entry} places by the forecast; in {ay_label(worst)} {empty}."
                f"{_over_all(ranges, worst, 0.0) if count == every else ''}")
    lack, together = ("lacks", "") if areas == 1 else ("lack", " between them")
    return (
        f"{entry} is shortest in {ay_label(worst)}: {areas} of {among} {lack} {number(total[worst])} places{together} "
        f"by the forecast, while {empty}.{_over_all(ranges, worst, float(total[worst])) if count == every else ''}"
    )


def _over_all(ranges: pd.DataFrame, ay: int, short: float) -> str:
    """What is short over all futures, apart from the forecast's own need, and why it is more; nothing where none was drawn."""
    if ay not in ranges.index or "entry_expected_shortfall" not in ranges:
        return ""
    mean = float(whole(ranges.loc[[ay], "entry_expected_shortfall"]).iloc[0])
    between = _between(ranges, ay, "entry_need")
    if not between:
        return ""
    why = (", more than by the forecast: some area that is nearly full runs short in most futures, and spare places elsewhere "
           "never make up for it") if mean > short else ""
    return f" Over all futures drawn {number(mean)} are short in the mean{between}{why}."


def _ground(places: pd.DataFrame, phase: str, base: int) -> str:
    """A caution where most places of a phase are capacity shared out evenly, which says little of a single year group."""
    if phase not in shared_evenly(places, base):
        return ""
    return " With care: most of these places are capacity shared evenly over the year groups, not admission numbers."


def accuracy_sayings(accuracy: pd.DataFrame, base: int) -> list[str]:
    """How the forecast did against what came, else how the authority's own last return did."""
    said = []
    for phase, rows in accuracy.groupby("phase", sort=True) if len(accuracy) else ():
        row = rows.sort_values("ay").iloc[-1]
        january = f"the census of January {int(row['ay']) + 1}"
        years = {"three": row["own_error_three_year"], "one": row["own_error_one_year"]}
        own = [
            f"{_signed(error)} out {ahead} year{'s' * (ahead != 'one')} ahead"
            for ahead, error in years.items()
            if pd.notna(error)
        ]
        if pd.notna(row["error"]):
            beside = f"; the authority's own returns were {' and '.join(own)}" if own else ""
            ahead = int(row["ay"]) - base
            said.append(
                f"Held against {january}, {YEARS_AHEAD.get(ahead, ahead)} ahead, this {phase} forecast is "
                f"{_signed(row['error'])} out (+ is too high){_held(row)}{beside}."
            )
        elif own:
            said.append(
                f"Held against {january}, the authority's own {phase} returns were {' and '.join(own)} (+ is too high)."
            )
    return said


def _held(row: pd.Series) -> str:
    """Whether the range around the forecast held what came; nothing where none was drawn."""
    held = str(row.get("range_held", ""))
    if not held:
        return ""
    return ", and what came lies " + (held.removeprefix("yes: ") if held == HELD else held.removeprefix("no: ") + " around it")


def _signed(error: float) -> str:
    """An error as people print it: +2.2 %, with a true minus sign."""
    return f"{100 * error:+.1f} %".replace("-", "\N{MINUS SIGN}")
