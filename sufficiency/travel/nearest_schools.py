"""The nearest school of each small area and phase, and at which ages travel to it must be free: journeys as a planner reads them.

Every row stands for the people of a small area for whom the same school is the nearest in the same year groups, and who are
entitled at the same ages: where they differ - an infant school and a junior school, a village with two ends - the small area has
several rows, and `share` says how many of its people each stands for. Ages are those of compulsory school age, on the day. Where
there is no safe way on foot the walk is blank, and travel is free at every age; nothing is said of the second-nearest school.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import PHASE_OF
from sufficiency.rules import rulebook
from sufficiency.travel.school_travel import school_travel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sufficiency.evidence import Evidence, Note

NEAREST_SCHOOLS = ["lsoa_code", "phase", "urn", "school_name", "nc_year_low", "nc_year_high", "share", "walk_metres",
                   "road_metres", "basis", "free_ages", "free_ages_low_income", "no_safe_way"]
ALIKE = ["lsoa_code", "phase", "urn", "nc_year_low", "nc_year_high", "free_ages", "free_ages_low_income", "no_safe_way", "basis"]
FREE = {False: "free_ages", True: "free_ages_low_income"}


def nearest_schools_of(evidence: Evidence, schools: pd.DataFrame, ay: int) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The nearest schools of every small area of a workspace, by the law of that September; none where nobody's place is known.

    schools: those of the authority, with urn, school_name, easting, northing, nc_year_low and nc_year_high.
    """
    codes = sorted({*evidence.lsoas["lsoa_code"]} or {*evidence.area_points["lsoa_code"]})
    found = school_travel(evidence, schools, codes, dt.date(ay, 9, 1)) if codes else None
    if found is None:
        return nearest_schools(pd.DataFrame(), schools), ()
    return nearest_schools(found.journeys, schools), found.notes


def nearest_schools(journeys: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Add journeys to the nearest school up, NEAREST_SCHOOLS. journeys: those of `school_travel`; schools: urn, school_name."""
    if journeys.empty:
        return pd.DataFrame({column: pd.Series(dtype="str") for column in NEAREST_SCHOOLS})
    first = journeys[(journeys["rank"] == 1) & (journeys["age"] >= youngest())]
    first = first.assign(phase=first["nc_year"].map(PHASE_OF), walk=first["walk_metres"].replace(np.inf, np.nan),
                         road=first["road_metres"].replace(np.inf, np.nan))
    keys = ["lsoa_code", "point", "phase", "urn"]
    by_point = first.groupby(keys, as_index=False).agg(
        nc_year_low=("nc_year", "min"), nc_year_high=("nc_year", "max"), part=("part", "first"), walk_metres=("walk", "first"),
        road_metres=("road", "first"), basis=("basis", "first"))
    for poor, column in FREE.items():
        free = first[first["free"] & first["low_income"].eq(poor)].groupby(keys)["age"]
        said = {key: ages_said(ages) for key, ages in free}
        by_point[column] = [said.get(key, "") for key in by_point[keys].itertuples(index=False, name=None)]
    by_point["no_safe_way"] = by_point["walk_metres"].isna()
    weighed = {c: by_point[c] * by_point["part"] for c in ("walk_metres", "road_metres")}
    table = by_point.assign(**weighed).groupby(ALIKE, as_index=False)[["part", "walk_metres", "road_metres"]].sum(min_count=1)
    table = table.assign(share=table["part"], **{c: table[c] / table["part"] for c in weighed})
    names = schools.drop_duplicates("urn").set_index("urn")["school_name"]
    table["school_name"] = table["urn"].map(names).astype("object").fillna("").astype("str")
    order = ["lsoa_code", "phase", "nc_year_low", "share"]
    return table.sort_values(order, ascending=[True, True, True, False], kind="stable", ignore_index=True)[NEAREST_SCHOOLS]


def youngest() -> int:
    """The age at which the law's limits begin: that of compulsory schooling."""
    return int(min(limit["ages"][0] for limit in rulebook("walking")["limits"]))


def ages_said(ages: Iterable[int]) -> str:
    """Ages in words: "5 to 8", "5 to 7, 10"."""
    runs: list[list[int]] = []
    for age in sorted({int(a) for a in ages}):
        if runs and age == runs[-1][-1] + 1:
            runs[-1].append(age)
        else:
            runs.append([age])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
