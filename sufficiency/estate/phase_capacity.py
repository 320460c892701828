"""How a school's capacity lies over its year groups: without the sixth form, and apart for a school that is in both phases.

Method (domain brief B3). Capacity less sixth-form places is shared evenly over the statutory year groups served. An all-through
school's primary part is what the latest SCAP return with a line for each phase says of it, as a share of the whole; without such
a return it is in proportion to the pupils that an average year group of each phase has today. So a school with a small junior
department beside a large upper school is not taken to have as many places in Year 3 as in Year 7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import PHASE_YEARS
from planning_areas.wording import some
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence
    from sufficiency.forecast.predecessors import Ancestry

PRIMARY, SECONDARY = PHASE_YEARS["primary"], PHASE_YEARS["secondary"]


def each_year_group(schools: pd.DataFrame, phase: pd.Series) -> pd.Series:
    """Places that capacity gives each statutory year group of a phase; missing where capacity is not known or nothing is left.

    schools: nc_year_low, nc_year_high, capacity, capacity_sixth_form and, where known, capacity_primary, in step with `phase`.
    """
    low, high = schools["nc_year_low"].clip(lower=0), schools["nc_year_high"].clip(upper=SECONDARY[-1])
    statutory = schools["capacity"].astype("float64") - schools["capacity_sixth_form"].astype("float64").fillna(0.0)
    statutory = statutory.where(statutory > 0)
    lower = schools["capacity_primary"].astype("float64") if "capacity_primary" in schools else pd.Series(np.nan, schools.index)
    in_primary = (np.minimum(high, PRIMARY[-1]) - low + 1).clip(lower=0)
    in_secondary = (high - np.maximum(low, SECONDARY[0]) + 1).clip(lower=0)
    evenly = statutory / (in_primary + in_secondary)
    parted = (lower / in_primary).where(phase.eq("primary"), (statutory - lower) / in_secondary)
    return parted.where(lower.notna(), evenly)


def primary_parts(schools: pd.DataFrame, evidence: Evidence, family: Ancestry) -> tuple[pd.Series, list[Note]]:
    """Places of the primary part of each school that is in both phases; missing for other schools, and where nothing tells."""
    both = (schools["nc_year_low"] <= PRIMARY[-1]) & (schools["nc_year_high"] >= SECONDARY[0])
    share = pd.Series(np.nan, index=schools.index)
    returned, roll = _returned_shares(evidence.capacity, evidence.authority.base_year), _roll_shares(schools, evidence)
    for at, school in schools[both].iterrows():
        keys = (school["urn"], school["laestab"], *family.before(school["urn"]))
        share[at] = next((returned[key] for key in keys if key in returned), roll[at])
    sixth = schools["capacity_sixth_form"].astype("float64").fillna(0.0)
    part = share * (schools["capacity"].astype("float64") - sixth)
    if part.notna().any():
        told = (f"{name} ({places:,.0f} of {capacity:,.0f})" for name, places, capacity in
                zip(schools.loc[part.notna(), "school_name"], part.dropna(), schools.loc[part.notna(), "capacity"], strict=True))
        return part, [Note("capacity", f"places of the primary part of schools that are in both phases: {some(told)}")]
    return part, []


def _returned_shares(lines: pd.DataFrame, base: int) -> dict[str, float]:
    """Share of a school's statutory capacity that is primary, by urn and laestab, from the latest return that parts them."""
    if lines.empty:
        return {}
    parted = (lines["ay"] <= base) & lines["phase"].isin(["primary", "secondary"]) & lines["scope"].eq("line")
    known = lines[parted].drop_duplicates().dropna(subset=["capacity"])
    known = known.assign(statutory=known["capacity"] - known["capacity_sixth_form"].astype("float64").fillna(0.0))
    found: dict[str, float] = {}
    for key in ("laestab", "urn"):
        wide = known[known[key] != ""].pivot_table(index=[key, "ay"], columns="phase", values="statutory", aggfunc="sum")
        if {"primary", "secondary"} <= set(wide.columns):
            whole = wide.dropna().reset_index().sort_values("ay").drop_duplicates(key, keep="last")
            found |= dict(zip(whole[key], whole["primary"] / (whole["primary"] + whole["secondary"]), strict=True))
    return found


def _roll_shares(schools: pd.DataFrame, evidence: Evidence) -> pd.Series:
    """The same by today's pupils: an average year group with pupils in each phase, times the year groups served."""
    roll = evidence.school_roll
    now = roll[(roll["ay"] == evidence.authority.base_year) & (roll["pupils"] > 0)]
    means = {phase: schools["urn"].map(now[now["nc_year"].isin(years)].groupby("urn")["pupils"].mean()).astype("float64")
             for phase, years in (("primary", PRIMARY), ("secondary", SECONDARY))}
    low, high = schools["nc_year_low"].clip(lower=0), schools["nc_year_high"].clip(upper=SECONDARY[-1])
    primary = means["primary"] * (PRIMARY[-1] - low + 1)
    return primary / (primary + means["secondary"] * (high - SECONDARY[0] + 1))
