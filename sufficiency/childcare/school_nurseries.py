"""School nursery classes and maintained nursery schools, which Ofsted's register lacks: from the school census and GIAS.

Method (domain brief G5). A school has a nursery if the latest January census has children below Reception in it, if GIAS calls it
a nursery school, or if the council's own tables speak of it. The children on roll are no places: they are the least that it has
room for, and stand in until the council says its places and hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.wording import some
from sufficiency.childcare.setting_list import TABLE, listed, text_at
from sufficiency.evidence import Note
from sufficiency.sources.code_point import spelt

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

NURSERY = -1                # year group
ABOUT = ["school_name", "district_code", "postcode"]


def school_nurseries(evidence: Evidence, places: pd.DataFrame, notes: list[Note]) -> pd.DataFrame:
    """Schools with children below Reception in the latest census, and nursery schools, each where it stands."""
    count = _on_roll(evidence)
    if hidden := int(count.isna().sum()):
        notes.append(Note(TABLE, f"nursery pupils of {hidden} schools are hidden in the census", "their places are not known"))
    told = {*evidence.settings_hours["setting_ref"], *evidence.termly_headcount["setting_ref"]}
    about = _known_schools(evidence)
    nursery_school = about["phase"].str.casefold().eq("nursery")
    is_one = (about.index.isin({*count[count > 0].index, *told}) | nursery_school) & about["status"].ne("Closed")
    rows = about[is_one]
    if astray := sorted(set(count[count > 0].index) - set(rows.index)):
        notes.append(Note(TABLE, f"{len(astray)} schools with {count[astray].sum():,.0f} nursery pupils are in no list of "
                                 f"schools, or closed: {some(astray)}", "their places are left out"))
    at = places.set_index("postcode")
    postcode = pd.Series(spelt(rows["postcode"]), index=rows.index)
    east, north = (rows[c].fillna(postcode.map(at[c]).astype("float64")) for c in ("easting", "northing"))
    district = rows["district_code"]
    frame = pd.DataFrame({
        "setting_ref": rows.index, "setting_name": rows["school_name"], "places": count.reindex(rows.index).astype("float64"),
        "provider_type_group": np.where(nursery_school[is_one], "nursery_school", "school_nursery"),
        "easting": east, "northing": north, "postcode": postcode, "ward_code": text_at(postcode, at["ward_code"]),
        "district_code": district.where(district.str.match(r"^[EW]0"), text_at(postcode, at["district_code"])),
        "placed_by": np.select([rows["easting"].notna(), east.notna(), district.str.match(r"^[EW]0")],
                               ["school", "postcode", "district"], "authority"),
    })
    return listed(frame.reset_index(drop=True), registered_on="")


def _on_roll(evidence: Evidence) -> pd.Series:
    """Children below Reception by school in the latest January census up to the base year; missing where hidden."""
    roll = evidence.school_roll
    nursery = roll[(roll["nc_year"] == NURSERY) & (roll["ay"] <= evidence.authority.base_year)] if len(roll) else roll
    latest = nursery[nursery["ay"] == nursery["ay"].max()] if len(nursery) else nursery
    return latest.groupby("urn")["pupils"].sum(min_count=1).astype("float64")


def _known_schools(evidence: Evidence) -> pd.DataFrame:
    """What GIAS says of each school, and the census of those that GIAS does not list; by URN."""
    listed_there = evidence.schools.assign(phase=evidence.schools["phase_of_education"]).set_index("urn")
    census = evidence.census_schools.sort_values("ay").drop_duplicates("urn", keep="last").set_index("urn")
    census = census.assign(phase=census["phase_type_grouping"].where(census["phase_type_grouping"].ne("State-funded nursery"),
                                                                    "Nursery"), status="Open", easting=np.nan, northing=np.nan)
    columns = [*ABOUT, "phase", "status", "easting", "northing"]
    parts = [part[columns] for part in (listed_there, census[~census.index.isin(listed_there.index)]) if len(part)]
    every = pd.concat(parts) if parts else listed_there[columns]
    sites = evidence.school_sites.set_index("urn")[["easting", "northing"]].astype("float64")
    every = every.astype({"easting": "float64", "northing": "float64"}).combine_first(sites[sites.index.isin(every.index)])
    return every.astype(dict.fromkeys([*ABOUT, "phase", "status"], "str"))[columns]
