"""The schools that are planned for: state mainstream schools open in the base year, and the history each has inherited.

Method (domain brief B1, B3, J1). Which schools these are is told by `school_scope`. Details come from GIAS; what GIAS
lacks, from the census and from the school's predecessor. Year groups served follow the statutory ages, widened where the census
finds more than stray pupils. Capacity is the latest SCAP figure where that is recent, else that of
GIAS. A predecessor's pupils count as the school's own earlier ones, so that a history survives academisation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import PHASE_YEARS, nc_year_label
from planning_areas.wording import some
from sufficiency.estate.phase_capacity import primary_parts
from sufficiency.estate.school_capacity import best_capacity
from sufficiency.estate.school_scope import closing, counted_after_closing, in_scope
from sufficiency.evidence import Note
from sufficiency.forecast.predecessors import Ancestry, ancestry

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

YEARS_OF_PHASE = {
    "primary": (0, 6),
    "secondary": (7, 11),
    "all-through": (0, 11),
    "middle deemed primary": (4, 6),
    "middle deemed secondary": (5, 8),
}
"""Year groups by phase of education, where no ages are known."""

FEWEST = 3          # pupils that make a year group of a school; fewer are taught out of their year [U]
NUMBERS = ("statutory_low_age", "statutory_high_age", "capacity", "easting", "northing")
RECEPTION_AGE, TOP_YEAR = 4, PHASE_YEARS["sixth_form"][-1]
COLUMNS = [
    "urn",
    "laestab",
    "school_name",
    "establishment_type",
    "phase_of_education",
    "nc_year_low",
    "nc_year_high",
    "capacity",
    "capacity_sixth_form",
    "capacity_primary",
    "capacity_basis",
    "district_code",
    "district_name",
    "postcode",
    "urban_rural",
    "rural",
    "open_date",
    "close_date",
    "predecessors",
    "easting",
    "northing",
]


def mainstream(evidence: Evidence) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """State mainstream schools of the base year, one row each (COLUMNS), and what a planner ought to know of the list."""
    family = ancestry(evidence)
    listed, notes = in_scope(evidence, family)
    if listed.empty:
        return pd.DataFrame({c: pd.Series(dtype="object") for c in COLUMNS}), notes
    table = _completed(listed, evidence, family)
    table, age_notes = _year_groups(table, evidence)
    table = table[table["nc_year_low"] <= PHASE_YEARS["secondary"][-1]].reset_index(drop=True)
    table, capacity_notes = best_capacity(table, evidence, family)
    table["capacity_primary"], part_notes = primary_parts(table, evidence, family)
    table["rural"] = table["urban_rural"].str.contains("rural", case=False, regex=False)
    table["predecessors"] = [", ".join(family.before(urn)) for urn in table["urn"]]
    table, place_notes = _placed(table, evidence)
    table["close_date"], open_notes = counted_after_closing(table, evidence)
    notes = (*notes, *open_notes, *closing(table, evidence.authority.base_year, evidence.chosen_closings))
    told = (*notes, *age_notes, *capacity_notes, *part_notes, *place_notes)
    return table[COLUMNS].sort_values("urn").reset_index(drop=True), told


def roll_with_history(evidence: Evidence, schools: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """January rolls of these schools (urn, ay, nc_year, pupils), those of their predecessors counted as their own.

    A count that the publisher hides stays missing, and so does a sum that it is part of.
    """
    columns = ["urn", "ay", "nc_year", "pupils"]
    roll = evidence.school_roll
    if roll.empty or schools.empty:
        return pd.DataFrame({c: pd.Series(dtype="str" if c == "urn" else "float64") for c in columns}), ()
    family = ancestry(evidence)
    heirs = family.heirs(frozenset(schools["urn"]))
    mine = roll[["urn", "ay", "nc_year", "pupils"]].assign(heir=roll["urn"].map(heirs))
    mine = mine.dropna(subset=["heir"])
    inherited = mine.loc[mine["heir"] != mine["urn"], ["urn", "heir"]].drop_duplicates()
    counted = mine.groupby(["heir", "ay", "nc_year"], sort=True)["pupils"]
    summed = counted.sum().where(counted.count() == counted.size())
    history = summed.reset_index().rename(columns={"heir": "urn"})
    notes = []
    if len(inherited):
        names = schools.set_index("urn")["school_name"]
        notes.append(
            Note(
                "school_links",
                f"{inherited['heir'].nunique()} schools carry the roll of {len(inherited)} predecessors: "
                + some(names[urn] for urn in inherited["heir"].unique()),
            )
        )
    if family.split:
        notes.append(
            Note(
                "school_links",
                f"schools that were split: {some(family.split)}; their earlier roll goes to the successor with most pupils",
                "survival of the other parts rests on fewer years",
            )
        )
    return history[columns].astype({"urn": roll["urn"].dtype}), tuple(notes)


def _completed(listed: pd.DataFrame, evidence: Evidence, family: Ancestry) -> pd.DataFrame:
    """Details of each school: its own in GIAS, else the census's, else its predecessor's in GIAS."""
    details = [
        "laestab",
        "school_name",
        "establishment_type",
        "phase_of_education",
        "statutory_low_age",
        "statutory_high_age",
        "capacity",
        "district_code",
        "district_name",
        "postcode",
        "urban_rural",
        "open_date",
        "close_date",
        "status",
        "easting",
        "northing",
    ]
    gias = evidence.schools.drop_duplicates("urn").set_index("urn").reindex(columns=details)
    census = evidence.census_schools
    now = (
        census[census["ay"] == evidence.authority.base_year].drop_duplicates("urn").set_index("urn").reindex(columns=details)
    )
    table = listed.drop_duplicates("urn").reset_index(drop=True)
    own = gias.reindex(table["urn"])
    counted = now.reindex(table["urn"])
    before = pd.DataFrame(
        [_nearest_known(gias, family.before(urn)) for urn in table["urn"]], index=table["urn"], columns=details
    )
    before = before.drop(columns=["open_date", "close_date", "status"])
    table["in_gias"] = own["laestab"].notna().to_numpy()
    for column in details:
        value = _filled(own[column], counted[column])
        if column in before:
            value = _filled(value, before[column])
        table[column] = value.to_numpy()
    for column in NUMBERS:
        table[column] = pd.to_numeric(table[column]).astype("float64")
    texts = [c for c in details if c not in NUMBERS]
    table[texts] = table[texts].astype("object").fillna("").astype("str")
    table["school_name"] = table["school_name"].where(table["school_name"].ne(""), table["urn"])
    return table


def _nearest_known(gias: pd.DataFrame, urns: Iterable[str]) -> pd.Series:
    """The record of the latest predecessor that GIAS has; empty where it has none."""
    for urn in urns:
        if urn in gias.index:
            return gias.loc[urn]
    return pd.Series(np.nan, index=gias.columns, dtype="object")


def _filled(first: pd.Series, second: pd.Series) -> pd.Series:
    """The first where it says something, else the second."""
    return first.where(first.notna() & first.ne(""), second)


def _year_groups(table: pd.DataFrame, evidence: Evidence) -> tuple[pd.DataFrame, list[Note]]:
    """Lowest and highest year group served: by ages, else by phase, else by the roll; widened to where there are pupils."""
    by_phase = table["phase_of_education"].str.casefold().map(YEARS_OF_PHASE)
    by_phase = by_phase.where(by_phase.notna(), _grouping(table, evidence).map(YEARS_OF_PHASE))
    low = (table["statutory_low_age"] - RECEPTION_AGE).clip(lower=0)
    low = low.mask(
        table["statutory_low_age"] <= RECEPTION_AGE + 1, 0
    )  # many infant and primary schools are registered from five
    high = (table["statutory_high_age"] - RECEPTION_AGE - 1).clip(upper=TOP_YEAR - 1)
    aged = low.notna() & high.notna() & (low <= high)
    found = _served_in_census(evidence)
    served = {str(urn): (int(low), int(high)) for urn, low, high in found.itertuples(name=None)}
    by_roll = pd.Series([served.get(urn, (0, TOP_YEAR - 1)) for urn in table["urn"]], index=table.index)
    fallback = by_phase.where(by_phase.notna(), by_roll)
    low = low.where(aged, fallback.map(lambda years: years[0])).astype("int64")
    high = high.where(aged, fallback.map(lambda years: years[1])).astype("int64")
    wide_low = np.minimum(low, table["urn"].map(found["low"]).fillna(99)).astype("int64")
    wide_high = np.maximum(high, table["urn"].map(found["high"]).fillna(-1)).astype("int64")
    wider = (wide_low < low) | ((wide_high > high) & (wide_high < PHASE_YEARS["sixth_form"][0]))
    notes = []
    if (~aged).any():
        notes.append(
            Note(
                "schools",
                f"no statutory ages are known of {some(table.loc[~aged, 'school_name'])}: year groups follow the "
                "phase and the census",
            )
        )
    if wider.any():
        told = (
            f"{name} ({nc_year_label(int(a))} to {nc_year_label(int(b))})"
            for name, a, b in zip(table.loc[wider, "school_name"], wide_low[wider], wide_high[wider], strict=True)
        )
        notes.append(
            Note(
                "schools", f"the census finds pupils outside the statutory ages: {some(told)}; these year groups are served"
            )
        )
    return table.assign(nc_year_low=wide_low, nc_year_high=wide_high), notes


def _grouping(table: pd.DataFrame, evidence: Evidence) -> pd.Series:
    """The census's phase of each school in GIAS's words, for schools of which GIAS has none."""
    census = evidence.census_schools
    phase = census[census["ay"] == evidence.authority.base_year].set_index("urn")["phase_type_grouping"]
    return table["urn"].map(phase).astype("object").fillna("").astype("str").str.removeprefix("State-funded ").str.casefold()


def _served_in_census(evidence: Evidence) -> pd.DataFrame:
    """Lowest and highest year group, Reception to Year 14, with at least FEWEST pupils in the base year: urn -> low, high."""
    roll = evidence.school_roll
    there = roll[(roll["ay"] == evidence.authority.base_year) & (roll["nc_year"] >= 0) & (roll["pupils"] >= FEWEST)]
    return there.groupby("urn")["nc_year"].agg(low="min", high="max").astype("float64")


def _placed(table: pd.DataFrame, evidence: Evidence) -> tuple[pd.DataFrame, list[Note]]:
    """Put on the ground the schools that GIAS does not place, from the list of school sites; tell which have no place."""
    sites = evidence.school_sites
    if len(sites):
        of = sites.drop_duplicates("urn").set_index("urn")
        missing = table["easting"].isna() | table["northing"].isna()
        for column in ("easting", "northing"):
            table[column] = table[column].mask(missing, table["urn"].map(of[column]).astype("float64"))
    nowhere = table.loc[table["easting"].isna() | table["northing"].isna(), "school_name"]
    if nowhere.empty:
        return table, []
    return table, [
        Note(
            "schools",
            f"{len(nowhere)} schools have no place on the ground: {some(nowhere)}; give easting and northing in "
            "school_sites",
            "they are not on the map, and distance to them is not known",
        )
    ]
