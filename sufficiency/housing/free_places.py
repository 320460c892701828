"""Places that will be free at the schools about a housing site, school by school and year group by year group.

Within reach are the schools nearer than a distance given, in a straight line; the other schools of the planning area to which
most of the site's children go are told beside them. Where it is not known where a site lies, its planning area stands for what
is within reach. A sixth form has places for all its years together, as the council returns them; where they are returned by
nobody they are not known, and today's pupils say nothing of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.school_year import PHASE_YEARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.evidence import Evidence
    from sufficiency.housing.homes import Homes
    from sufficiency.model import Forecast

    Floats = NDArray[np.float64]

SIXTH_FORM = PHASE_YEARS["sixth_form"]
COLUMNS = {"phase": "str", "urn": "str", "school_name": "str", "faith": "str", "metres": "float64", "within_reach": "bool",
           "own_area": "bool", "ay": "int64", "nc_year": "int64", "places": "float64", "pupils": "float64",
           "free_places": "float64"}
EACH_SCHOOL: dict[str, Any] = {
    column: (lambda values: values.sum(min_count=1)) if column in ("places", "pupils", "free_places") else "first"
    for column in COLUMNS if column not in ("phase", "urn", "nc_year")
}
"""How the year groups of a school are put together."""


def no_schools() -> pd.DataFrame:
    """The table without a row."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS.items()})


def own_area(homes: Homes, layer: str, mine: NDArray[np.int64]) -> str:
    """The planning area of a phase to which most children of some parts of sites go."""
    areas = homes.layers[layer]
    return str(homes.areas[areas.places[int(areas.shares.toarray()[mine].sum(axis=0).argmax())]])


def free_at_schools(ahead: Forecast, phase: str, ay: int, point: Floats, own: str, reach: float) -> pd.DataFrame:
    """Schools of a phase within reach of a point or of a planning area, by year group (columns: COLUMNS), nearest first.

    phase: primary, secondary or post_16. point: easting and northing, missing where not known. reach: metres.
    """
    layer = "secondary" if phase == "post_16" else phase
    members = ahead.frame.members[ahead.frame.members["phase"] == layer].set_index("urn")["planning_area_code"]
    about = ahead.schools[ahead.schools["urn"].isin(members.index)].set_index("urn")
    metres = np.hypot(about["easting"] - point[0], about["northing"] - point[1]).astype("float64")
    here = members.reindex(about.index).eq(own)
    near = here if np.isnan(point).any() else metres.le(reach)
    chosen = about[near | here]
    frame = _sixth_forms(ahead, chosen, ay) if phase == "post_16" else _year_groups(ahead, chosen, phase, ay)
    frame["free_places"] = (frame["places"] - frame["pupils"]).clip(lower=0.0)
    faith = faiths(ahead.evidence)
    frame = frame.assign(phase=phase, ay=ay, school_name=frame["urn"].map(about["school_name"]), metres=frame["urn"].map(metres),
                         faith=[faith.get(urn, "") for urn in frame["urn"]], within_reach=frame["urn"].map(near).astype("bool"),
                         own_area=frame["urn"].map(here).astype("bool"))
    return frame[list(COLUMNS)].astype(COLUMNS).sort_values(["metres", "urn", "nc_year"], ignore_index=True)


def _year_groups(ahead: Forecast, schools: pd.DataFrame, phase: str, ay: int) -> pd.DataFrame:
    """Places and pupils by school and year group of a phase: urn, nc_year, places, pupils."""
    groups = list(PHASE_YEARS[phase])
    places = ahead.places[(ahead.places["ay"] == ay) & (ahead.places["phase"] == phase)
                          & ahead.places["urn"].isin(schools.index) & ahead.places["nc_year"].isin(groups)]
    pupils = ahead.projection.schools.isel(draw=0).sel(ay=ay, nc_year=groups).to_series()
    frame = places[["urn", "nc_year", "yg_places"]].rename(columns={"yg_places": "places"}).reset_index(drop=True)
    frame["pupils"] = [float(pupils.get((urn, g), 0.0)) for urn, g in zip(frame["urn"], frame["nc_year"], strict=True)]
    return frame


def _sixth_forms(ahead: Forecast, schools: pd.DataFrame, ay: int) -> pd.DataFrame:
    """Places and pupils of the sixth forms of schools, all years together: urn, nc_year (12), places, pupils."""
    counted = ahead.projection.schools.isel(draw=0).sel(ay=ay, nc_year=list(SIXTH_FORM)).sum("nc_year").to_series()
    pupils = np.array([float(counted.get(urn, 0.0)) for urn in schools.index])
    places = schools["capacity_sixth_form"].astype("float64").where(_returned(ahead.evidence, schools)).to_numpy()
    frame = pd.DataFrame({"urn": schools.index.to_numpy(), "nc_year": SIXTH_FORM[0], "places": places, "pupils": pupils})
    there = (schools["nc_year_high"].to_numpy("float64") >= SIXTH_FORM[0]) & ((frame["pupils"] > 0) | (frame["places"] > 0))
    return frame[there].reset_index(drop=True)


def _returned(evidence: Evidence, schools: pd.DataFrame) -> pd.Series:
    """Which schools' sixth-form places stand in the capacity return, under their own number or that of a predecessor."""
    told = evidence.capacity[evidence.capacity["capacity_sixth_form"].notna()]
    known = {*told["urn"], *told["laestab"]} - {""}
    numbers = zip(schools.index, schools["laestab"], schools["predecessors"].fillna(""), strict=True)
    return pd.Series([not known.isdisjoint({urn, laestab, *str(before).replace(",", " ").split()})
                      for urn, laestab, before in numbers], index=schools.index, dtype="bool")


def faiths(evidence: Evidence) -> dict[str, str]:
    """The religious character of each school that has one: by the list of schools, else by the latest census."""
    census = evidence.census_schools.sort_values("ay") if len(evidence.census_schools) else evidence.census_schools
    found: dict[str, str] = {}
    for table in (census, evidence.schools):
        known = table[table["religious_character"] != ""]
        found |= dict(zip(known["urn"], known["religious_character"], strict=True))
    return found
