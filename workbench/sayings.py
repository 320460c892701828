"""What a run found, in a few plain sentences: the same figures as on the map, rounded one by one and then added up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, ay_label, nc_year_label

if TYPE_CHECKING:
    from sufficiency.evidence import Authority

FOR_MEMBERS = {"primary": "Reception to Year 6", "secondary": "Year 7 to 11"}


def headlines(tables: Mapping[str, pd.DataFrame], authority: Authority) -> tuple[str, ...]:
    """Two sentences a phase: how many children there will be, and where the year of entry runs short."""
    said = []
    for phase in ENTRY_YEAR:
        mine = tables["summary"][tables["summary"]["phase"] == phase]
        if not mine.empty:
            said += [_children(mine, phase, authority.base_year), _short(mine, phase, authority.base_year)]
    return tuple(said)


def _children(mine: pd.DataFrame, phase: str, base: int) -> str:
    """How the roll changes from the base year to the last year of the phase."""
    rolls = mine.groupby("ay")["pupils"].sum()
    last = int(rolls.index.max())
    change = rolls[last] / rolls[base] - 1 if rolls[base] > 0 else np.nan
    moves = "stay the same" if abs(change) < 0.0005 else f"{'rise' if change > 0 else 'fall'} by {abs(change):.1%}"
    return (
        f"{phase.capitalize()} pupils ({FOR_MEMBERS[phase]}) {moves}, from {rolls[base]:,.0f} in {ay_label(base)} to "
        f"{rolls[last]:,.0f} in {ay_label(last)}."
    )


def _short(mine: pd.DataFrame, phase: str, base: int) -> str:
    """In which year most places are short at entry, in how many areas, beside how many spare places there are in all."""
    entry = nc_year_label(ENTRY_YEAR[phase])
    ahead = mine[mine["ay"] > base].assign(short=np.floor(mine["entry_need"].to_numpy("float64")[mine["ay"] > base] + 0.5))
    known = ahead[ahead["entry_need"].notna()]
    if known.empty:
        return f"Whether {entry} runs short is not known: no places are known."
    total = known.groupby("ay")["short"].sum()
    worst = int(total.idxmax() if total.max() > 0 else total.index.max())
    then = known[known["ay"] == worst]
    areas, count = int((then["short"] > 0).sum()), then["planning_area_code"].nunique()
    spare = f"{then['spare_places'].sum():,.0f} places stand empty over all year groups and areas"
    if not areas:
        return f"No {phase} planning area runs short of {entry} places; in {ay_label(worst)} {spare}."
    lack = "lacks" if areas == 1 else "lack"
    together = "" if areas == 1 else " between them"
    return (
        f"{entry} is shortest in {ay_label(worst)}: {areas} of {count} {phase} planning areas {lack} {total[worst]:,.0f} places"
        f"{together}, while {spare}."
    )


def accuracy_sayings(accuracy: pd.DataFrame) -> list[str]:
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
            said.append(f"Held against {january}, this {phase} forecast is {_signed(row['error'])} out (+ is too high){beside}.")
        elif own:
            said.append(
                f"Held against {january}, the authority's own {phase} returns were {' and '.join(own)} (+ is too high)."
            )
    return said


def _signed(error: float) -> str:
    """An error as people print it: +2.2 %, with a true minus sign."""
    return f"{100 * error:+.1f} %".replace("-", "\N{MINUS SIGN}")
