"""What a forecast is made of: from today's roll to each year ahead, part by part, for planning areas and the authority.

Method. `flows` tells every change from one January to the next by its parts; the homes that were added and the planner's own
figures are two parts more. Added up since the base year and gathered into the groups by which members ask, they lead from the
children on roll to those who are forecast, and the sum is exact:

    births and cohorts    Reception at the base year's ratio to births, children who come up from the phase below, less who leave
    survival, migration   what ratios add and take: between birth and Reception, and from one year group to the next
    transfers             between planning areas of the phase
    over the border       in from schools outside, and out to them, where the council's flows tell them apart; else both, net
    homes                 children from building above the usual rate
    known intakes         what the October census and the offers change, and what that carries on
    planner's figures     what the planner's own figures change, and what they carry on
    reconciliation        scaling to the authority's figure

Each group holds the children of its parts in every year since the base year, also of those who have left the phase since; they
left as cohorts. So an area that gains on the way up shows the gain in survival and, when these children leave, in the cohorts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from planning_areas.school_year import PHASE_YEARS
from sufficiency.forecast.flows import TOLERANCE
from sufficiency.forecast.intake import DISTANCE

if TYPE_CHECKING:
    from sufficiency.children import Projection

ROUNDING = 1e-12            # of all children that move, by which sums of them may be apart
AUTHORITY = "authority"     # stands in the place of a planning area's code
HOMES, PLANNER = "homes", "planner"
GROUPS: dict[str, tuple[str, ...]] = {
    "births": ("births", "coming_up", "leaving"),
    "survival": ("before_reception", "survival"),
    "transfers": ("transfers_in", "transfers_out", "without_school"),
    "border_in": ("border_in",),
    "border_out": ("border_out",),
    "border_net": (),
    "homes": (HOMES,),
    "known_intakes": ("known_intakes",),
    "planner": (PLANNER,),
    "reconciliation": ("reconciliation",),
}
"""The groups by which members ask, and the parts of each, in the order in which they are shown."""
BORDER, NET = ("border_in", "border_out"), "border_net"     # where only the difference is known, both stand in the one group
GROUP_OF = {part: group for group, parts in GROUPS.items() for part in parts}
KEYS = ["planning_area_code", "phase", "ay"]
COLUMNS = [*KEYS, "part_group", "part", "change"]
FROM = {group: f"from_{group}" for group in GROUPS}
"""Each group -> its column in the waterfall."""
WATERFALL = [*KEYS, "pupils_base", *FROM.values(), "pupils", "parts_added_up"]


def made_of(projection: Projection) -> pd.DataFrame:
    """Every change from the January before by part: COLUMNS, for each planning area and the authority, phase and year ahead.

    Only of phases that an area has children in. Refuses parts that do not lead to the pupils that are forecast.
    """
    pupils = _by_phase(projection.pupils)
    more = {HOMES: _by_phase(projection.homes).diff("ay"), PLANNER: _by_phase(projection.overridden).diff("ay")}
    changes = xr.concat([projection.flows, *(one.expand_dims(part=[name]) for name, one in more.items())], "part")
    gap = float(np.abs(changes.sum("part") - pupils.diff("ay")).sum())
    if gap > TOLERANCE + ROUNDING * float(np.abs(changes).sum()):
        raise AssertionError(f"the parts of the forecast do not lead to its pupils: {gap} children apart")
    there = pupils.max("ay").to_series() > 0
    table = changes.sel(part=list(GROUP_OF)).rename("change").to_series().reset_index()
    table = table[there.reindex(pd.MultiIndex.from_frame(table[["phase", "planning_area_code"]])).to_numpy()]
    whole = table.groupby(["part", "phase", "ay"], as_index=False)["change"].sum().assign(planning_area_code=AUTHORITY)
    table = pd.concat([whole, table], ignore_index=True).assign(part_group=lambda t: t["part"].map(GROUP_OF))
    unknown = table["part"].isin(BORDER) & table["phase"].isin(seen_net(projection.transfers))
    table["part_group"] = table["part_group"].mask(unknown, NET)
    return table.sort_values([*KEYS, "part"], key=_in_order, kind="stable", ignore_index=True)[COLUMNS]


def seen_net(transfers: pd.DataFrame) -> set[str]:
    """The phases in which some point of entry is estimated from sizes and distances, which see the border net only."""
    estimated = set(transfers.loc[transfers["basis"] == DISTANCE, "nc_year"])
    return {phase for phase, years in PHASE_YEARS.items() if estimated & set(years)}


def _by_phase(pupils: xr.DataArray) -> xr.DataArray:
    """The central run's pupils by phase: [ay, planning_area_code, phase]."""
    central = pupils.isel(draw=0, drop=True).drop_vars("phase", errors="ignore")
    phases = [central.sel(nc_year=list(years)).sum("nc_year") for years in PHASE_YEARS.values()]
    return xr.concat(phases, pd.Index(list(PHASE_YEARS), name="phase"))


def _in_order(column: pd.Series) -> pd.Series:
    """What a column is sorted by: the authority before its areas, phases by age, parts as they are told."""
    orders = {"phase": list(PHASE_YEARS), "part": list(GROUP_OF)}
    if column.name == "planning_area_code":
        return column.mask(column == AUTHORITY, "")
    if column.name in orders:
        return column.map({name: i for i, name in enumerate(orders[str(column.name)])})
    return column


def waterfall(table: pd.DataFrame, pupils: pd.DataFrame) -> pd.DataFrame:
    """From the base year's roll to each year ahead by group, added up over the years: WATERFALL.

    table: as `made_of` gives it; pupils: the table of pupils of the same run. `parts_added_up` is the base roll with all groups.
    """
    totals = pupils.groupby(KEYS, as_index=False)["pupils"].sum()
    whole = totals.groupby(["phase", "ay"], as_index=False)["pupils"].sum().assign(planning_area_code=AUTHORITY)
    totals = pd.concat([totals, whole], ignore_index=True)
    first = totals[totals["ay"] == totals["ay"].min()].set_index(KEYS[:2])["pupils"]
    changes = table.pivot_table(index=KEYS, columns="part_group", values="change", aggfunc="sum", observed=True, fill_value=0.0)
    added = changes.reindex(columns=list(GROUPS), fill_value=0.0).groupby(level=KEYS[:2]).cumsum()
    told = added.rename(columns=FROM).reset_index().merge(totals, on=KEYS)
    told["pupils_base"] = first.reindex(pd.MultiIndex.from_frame(told[KEYS[:2]])).to_numpy()
    told["parts_added_up"] = told["pupils_base"] + told[list(FROM.values())].sum(axis=1)
    return told.sort_values(KEYS, key=_in_order, kind="stable", ignore_index=True)[WATERFALL]
