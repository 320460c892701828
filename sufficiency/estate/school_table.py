"""The table that members read: each school's PAN, capacity and children by year group, and the surplus or deficit.

Method (domain brief H1, the county's *Basic Need priorities with rationale*). Children are shown whole: within a school and
year the year groups are rounded by largest remainder, so that they add up to the total in the same row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS
from sufficiency.forecast.reconcile import largest_remainder

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORM_OF_ENTRY = 30          # a school with fewer places a year group than one class is small (E4)
SMALL_INTAKE = 60           # an area that admits fewer a year is noisy (B6) [U]
ABOUT = ["urn", "school_name", "district_name", "planning_area_code", "planning_area_name", "pan", "capacity", "ay"]
USUAL, SMALL_SCHOOL, SMALL_AREA, SINGLE = "usual", "low: small rural school", "low: small area", "low: one school in the area"


def year_headings(phase: str) -> list[str]:
    """How the year groups of a phase are headed: R 1 2 3 4 5 6, or 7 to 11."""
    return ["R" if g == 0 else str(g) for g in PHASE_YEARS[phase]]


def school_table(
    phase: str, schools: pd.DataFrame, names: pd.DataFrame, school_pupils: pd.DataFrame, places: pd.DataFrame,
    pans: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Each school's expected children by year group, in whole numbers that add up, against the places open that year.

    schools, names, school_pupils, places: the tables of a run. pans: the published admission numbers, where there are any.
    One row for each school and year: ABOUT, the year groups (`year_headings`), `total`, `yg_places` (places open in them that
    year), `surplus` (+) or deficit (-) against these, `places_basis` and `reliability`. Missing where no places are known.
    """
    mine = places[places["phase"] == phase]
    keys = ["urn", "planning_area_code", "ay"]
    known = mine.groupby(keys, sort=True)["yg_places"]
    held = np.floor(known.sum().where(known.count() == known.size()).round(6) + 0.5)     # seven sevenths of 205 are 205
    table = held.reset_index().merge(schools[["urn", "school_name", "district_name", "capacity", "rural"]], on="urn", how="left")
    area_names = names.loc[names["phase"] == phase].set_index("planning_area_code")["planning_area_name"]
    table["planning_area_name"] = table["planning_area_code"].map(area_names).fillna(table["planning_area_code"])
    table["pan"] = _pan(table, phase, pans)
    headings = year_headings(phase)
    children = _whole_children(table, phase, school_pupils)
    table[headings] = np.where((children == 0) & ~_serves(table, phase, mine), np.nan, children)
    table["total"] = children.sum(axis=1).astype("int64")
    table["surplus"] = table["yg_places"] - table["total"]
    kinds = mine[[*keys, "basis"]].drop_duplicates().sort_values("basis")
    bases = kinds.groupby(keys)["basis"].agg(", ".join).rename("places_basis")
    table = table.merge(bases.reset_index(), on=keys)
    table["reliability"] = reliability(table, phase, mine)
    shown = [*ABOUT, *headings, "total", "yg_places", "surplus", "places_basis", "reliability"]
    return table[shown].sort_values(["planning_area_name", "school_name", "urn", "ay"]).reset_index(drop=True)


def _pan(table: pd.DataFrame, phase: str, pans: pd.DataFrame | None) -> pd.Series:
    """The PAN of the school's lowest year of entry in the phase, the latest by each year; missing where none is known."""
    if pans is None or pans.empty:
        return pd.Series(np.nan, index=table.index)
    mine = pans[pans["nc_year"].isin(PHASE_YEARS[phase])]
    mine = mine[mine["nc_year"] == mine.groupby("urn")["nc_year"].transform("min")]
    known = mine[["urn", "ay", "pan"]].astype({"urn": table["urn"].dtype, "ay": "int64", "pan": "float64"}).sort_values("ay")
    asked = table[["urn", "ay"]].astype({"ay": "int64"}).assign(row=table.index).sort_values("ay", kind="stable")
    return pd.merge_asof(asked, known, on="ay", by="urn").set_index("row")["pan"].reindex(table.index)


def _serves(table: pd.DataFrame, phase: str, places: pd.DataFrame) -> NDArray[np.bool_]:
    """Which year groups each school has: [row of table, year group]; the others are left blank, not told as nought."""
    pairs = set(places[["urn", "nc_year"]].itertuples(index=False, name=None))
    groups = PHASE_YEARS[phase]
    served = [[(urn, g) in pairs for g in groups] for urn in table["urn"]]
    return np.array(served, dtype="bool").reshape(len(table), len(groups))


def _whole_children(table: pd.DataFrame, phase: str, school_pupils: pd.DataFrame) -> NDArray[np.int64]:
    """Children of each row by year group, whole by largest remainder; [row of table, year group]."""
    groups = list(PHASE_YEARS[phase])
    mine = school_pupils[school_pupils["nc_year"].isin(groups)]
    wide = mine.pivot_table(index=["urn", "ay"], columns="nc_year", values="pupils", aggfunc="sum", fill_value=0.0)
    asked = pd.MultiIndex.from_frame(table[["urn", "ay"]])
    return largest_remainder(wide.reindex(index=asked, columns=groups, fill_value=0.0).to_numpy("float64"))


def reliability(table: pd.DataFrame, phase: str, places: pd.DataFrame) -> list[str]:
    """Say how far a row can be trusted: small rural schools and small areas are hard to forecast, and a reader must know.

    A school is small if it is rural and has fewer places a year group than one class; an area, if its schools together have fewer
    than SMALL_INTAKE places in the year of entry, or if it has one school only.
    """
    groups = places.groupby(["urn", "ay"])["nc_year"].nunique().to_dict()
    entry = places[places["nc_year"] == ENTRY_YEAR[phase]].groupby(["planning_area_code", "ay"])["yg_places"].sum().to_dict()
    members = places.groupby("planning_area_code")["urn"].nunique().to_dict()
    flags = []
    for row in table.itertuples():
        a_year = row.yg_places / groups[row.urn, row.ay]
        if row.rural and a_year < FORM_OF_ENTRY:
            flags.append(SMALL_SCHOOL)
        elif members[row.planning_area_code] == 1:
            flags.append(SINGLE)
        elif entry.get((row.planning_area_code, row.ay), 0.0) < SMALL_INTAKE:
            flags.append(SMALL_AREA)
        else:
            flags.append(USUAL)
    return flags
