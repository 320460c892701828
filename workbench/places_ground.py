"""What the places of a phase and of each area rest on, and the caution that belongs beside every figure of a single year group.

Capacity shared evenly over the year groups says how much room a school has in all, and little of one year group: need in the year
of entry, its likelihood and the last safe dates are then rough, and say so wherever they stand.
"""

from __future__ import annotations

import pandas as pd

MOSTLY = 0.5        # share of places from which a phase is said to rest on shared-out capacity
SHARED = "capacity"     # the basis of places that are capacity shared evenly
CAUTION = ("With care: most {phase} places here are capacity shared evenly over the year groups, not admission numbers;",
           "places short of a single year group, their likelihoods and last safe dates are rough.")


def shared_evenly(places: pd.DataFrame, base: int) -> list[str]:
    """The phases most of whose places in the base year are capacity shared evenly over the year groups."""
    now = places[places["ay"] == base]
    of_phase = now.groupby("phase")["yg_places"].sum()
    shared = now[now["basis"] == SHARED].groupby("phase")["yg_places"].sum().reindex(of_phase.index, fill_value=0.0)
    return [str(phase) for phase in of_phase.index[shared > MOSTLY * of_phase]]


def with_ground(table: pd.DataFrame, places: pd.DataFrame, base: int) -> pd.DataFrame:
    """A table by area, or by phase, with what the places rest on in the base year beside it, most of them first: places_basis."""
    keys = [key for key in ("phase", "planning_area_code") if key in table]
    counted = places[places["ay"] == base].groupby([*keys, "basis"], as_index=False)["yg_places"].sum()
    ordered = counted.sort_values("yg_places", ascending=False, kind="stable")
    told = ordered.groupby(keys)["basis"].agg(", ".join).rename("places_basis")
    return table.drop(columns="places_basis", errors="ignore").merge(told, on=keys, how="left").fillna({"places_basis": ""})
