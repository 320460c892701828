"""Past Januaries: how much history is known at each, and from which of them a forecast can be made. Told here for all.

Method (domain brief C10). A forecast rests on changes from one January to the next. A January counts where every year group from
Reception to Year 11 that is ever counted is counted in it, and a change where both its Januaries count and its year is not left
out of the ratios (`excluded_years`). A forecast can be tried from a January that has `FEWEST_CHANGES` of them behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import NC_YEARS, PHASE_YEARS
from sufficiency.estate.school_scope import STATE_MAINSTREAM

if TYPE_CHECKING:
    from collections.abc import Collection

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence

FEWEST_CHANGES = 3
STATUTORY = (*PHASE_YEARS["primary"], *PHASE_YEARS["secondary"])


def years_counted(roll: pd.DataFrame) -> set[int]:
    """Years in which every year group from Reception to Year 11 that is ever counted is counted; roll: ay, nc_year, actual."""
    grid = roll.pivot_table(index="ay", columns="nc_year", values="actual").reindex(columns=list(STATUTORY))
    grid = grid.dropna(axis="columns", how="all")
    return {int(ay) for ay in grid.index[grid.notna().all(axis=1)]} if grid.shape[1] else set()


def changes_behind(counted: Collection[int], origin: int, assumptions: Assumptions) -> int:
    """How many changes from one January to the next are known at the January of `origin` and are not left out."""
    out = {year.ay for year in assumptions.excluded_years}
    return sum(ay <= origin and ay - 1 in counted and ay not in out for ay in counted)


def history_of(evidence: Evidence, assumptions: Assumptions) -> dict[str, int]:
    """How many changes a forecast from this evidence rests on, by level: of the authority, and of its schools and areas."""
    base, schools = evidence.authority.base_year, counted_by_schools(evidence)
    known = {"authority": years_counted(counted_by_authority(evidence, schools)), "school": set(schools["ay"])}
    found = {level: changes_behind(years, base, assumptions) for level, years in known.items()}
    return {**found, "area": found["school"]}


def counted_by_schools(evidence: Evidence) -> pd.DataFrame:
    """Pupils of the authority's state mainstream schools: urn, ay, nc_year, actual; of the census's list where a year has one."""
    roll, listed = evidence.school_roll, evidence.census_schools
    kinds = {"urn": "str", "ay": "int64", "nc_year": "int64", "pupils": "float64"}
    mine = roll[list(kinds)].astype(kinds)
    mine = mine[mine["nc_year"].between(NC_YEARS[0], NC_YEARS[-1])]
    if len(listed):
        ours = listed[listed["phase_type_grouping"].isin(STATE_MAINSTREAM) & (listed["la_code"] == evidence.authority.code)]
        known = set(zip(ours["urn"], ours["ay"], strict=True))
        years = set(listed["ay"])
        mine = mine[[ay not in years or (urn, ay) in known for urn, ay in zip(mine["urn"], mine["ay"], strict=True)]]
    return mine.rename(columns={"pupils": "actual"}).reset_index(drop=True)


def summed(counts: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sums that are missing where one of their parts is."""
    groups = counts.groupby(by, sort=True)["actual"]
    return groups.sum().where(groups.count() == groups.size()).reset_index()


def counted_by_authority(evidence: Evidence, schools: pd.DataFrame) -> pd.DataFrame:
    """The authority's roll by year and year group: as published, its schools' added up where that says nothing."""
    table = evidence.authority_roll
    published = table[(table["la_code"] == evidence.authority.code) & table["nc_year"].between(NC_YEARS[0], NC_YEARS[-1])]
    own = published.set_index(["ay", "nc_year"])["pupils"].astype("float64").dropna()
    added = summed(schools, ["ay", "nc_year"]).set_index(["ay", "nc_year"])["actual"]
    own.index, added.index = (_whole_numbers(s.index) for s in (own, added))
    return own.combine_first(added).rename("actual").reset_index()


def _whole_numbers(index: pd.Index) -> pd.MultiIndex:
    pairs = [(int(ay), int(g)) for ay, g in index]
    return pd.MultiIndex.from_tuples(pairs, names=["ay", "nc_year"]) if pairs else pd.MultiIndex.from_arrays(
        [np.zeros(0, dtype="int64")] * 2, names=["ay", "nc_year"])
