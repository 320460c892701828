"""The planning areas of a run: their schools, their names, the homes they draw on, their indicative shapes, and how good they
are.

Method (domain brief B6). A planning area is a set of schools; nobody publishes its boundary. Each small area's children are
given to the areas of the schools that they attend, where the council has counted that (`attended_flows`), else of the nearest
school with room. That gives shares, by which births and children are carried to planning areas; and for the eye each small
area is given to the planning area with the largest share, and these are joined: a coverage without gaps or overlaps, always
labelled indicative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from planning_areas.boundaries import PHASES, dissolved, middle_points
from planning_areas.catchments import nearest_with_room
from planning_areas.lookup import Lookup, lookup_from
from planning_areas.school_year import PHASE_YEARS
from sufficiency.areas.area_quality import diagnostics
from sufficiency.areas.small_areas import residents
from sufficiency.estate.memberships import members as members_of
from sufficiency.estate.phase_capacity import each_year_group
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence

    Floats = NDArray[np.float64]

AGES = {"primary": slice(4, 11), "secondary": slice(11, 16)}  # single years of age of each phase at 30 June
INDICATIVE = "boundaries of planning areas are indicative"
LEAST = 1e-6  # children, that small areas without any still have shares


@dataclass(frozen=True)
class AreaFrame:
    """Planning areas as the model needs them; each phase has its own."""

    names: pd.DataFrame  # planning_area_code, phase, planning_area_name
    members: pd.DataFrame  # urn, phase, planning_area_code, basis
    homes: dict[str, Lookup]  # phase -> small area to planning area; empty where no small areas are known
    shapes: gpd.GeoDataFrame | None  # planning_area_code, phase, planning_area_name, geometry; indicative
    diagnostics: pd.DataFrame  # one row an area: what B6 asks
    notes: tuple[Note, ...]


def without_small_areas(names: pd.DataFrame, members: pd.DataFrame) -> AreaFrame:
    """Planning areas of which nothing is known but their names and schools: no homes, no shapes."""
    return AreaFrame(names, members, {}, None, pd.DataFrame(), ())


def draw_areas(evidence: Evidence, schools: pd.DataFrame, assumptions: Assumptions) -> AreaFrame:
    """Lay out the planning areas of both phases; without schools the authority is one area a phase."""
    members, notes = members_of(evidence, schools, assumptions)
    names = _named(evidence, members, schools)
    told = list(notes)
    homes: dict[str, Lookup] = {}
    for phase in PHASES:
        codes = tuple(names.loc[names["phase"] == phase, "planning_area_code"])
        if codes and evidence.has("lsoas"):
            homes[phase], more = _homes(evidence, schools, members[members["phase"] == phase], phase, codes)
            told += more
    shapes, more = _shapes(evidence, homes, names)
    told += more
    return AreaFrame(names, members, homes, shapes, diagnostics(evidence, members, names, homes), tuple(dict.fromkeys(told)))


def _named(evidence: Evidence, members: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Names of all areas: the council's, else the code with the district in which most of its schools stand."""
    columns = ["planning_area_code", "phase", "planning_area_name"]
    if members.empty:
        authority = evidence.authority
        rows = [(f"{authority.code}-{phase}", phase, f"{authority.name} ({phase})") for phase in PHASES]
        return pd.DataFrame(rows, columns=columns)
    district = members["urn"].map(schools.set_index("urn")["district_name"])
    commonest = (
        members
        .assign(district=district)
        .groupby(["planning_area_code", "phase"], sort=True)["district"]
        .agg(lambda names: names.value_counts(sort=True).index[0])
    )
    table = commonest.reset_index().sort_values(["phase", "planning_area_code"], ignore_index=True)
    made = table["planning_area_code"].where(table["district"].eq(""), table["district"] + " " + table["planning_area_code"])
    known = (
        evidence.area_names.set_index(["planning_area_code", "phase"])["planning_area_name"]
        if evidence.has("area_names")
        else {}
    )
    given = [known.get((code, phase)) for code, phase in zip(table["planning_area_code"], table["phase"], strict=True)]
    table["planning_area_name"] = [name or fallback for name, fallback in zip(given, made, strict=True)]
    return table[columns]


def _homes(
    evidence: Evidence, schools: pd.DataFrame, members: pd.DataFrame, phase: str, codes: tuple[str, ...]
) -> tuple[Lookup, list[Note]]:
    """Shares of each small area's children by planning area: attended flows where counted, else the nearest school with room."""
    lsoas = evidence.lsoas.sort_values("lsoa_code")
    origins = tuple(lsoas["lsoa_code"])
    if len(codes) == 1:
        pairs = pd.DataFrame({"origin": origins, "destination": codes[0], "weight": 1.0})
        return lookup_from(pairs, origins, codes), []
    flows = _counted(evidence, members, phase, origins)
    counted = set(flows["origin"])
    rest = [code for code in origins if code not in counted]
    notes = []
    parts = [flows]
    if rest:
        parts.append(_by_nearness(evidence, schools, members, phase, lsoas))
        if len(flows):
            parts[-1] = parts[-1][parts[-1]["origin"].isin(rest)]
            notes.append(
                Note(
                    "attended_flows",
                    f"{len(rest)} small areas have no {phase} flows: their children are given to the nearest "
                    "school with room",
                )
            )
    return lookup_from(pd.concat(parts, ignore_index=True), origins, codes), notes


def _counted(evidence: Evidence, members: pd.DataFrame, phase: str, origins: tuple[str, ...]) -> pd.DataFrame:
    """Children of each small area by the planning area of the school that they attend."""
    flows = evidence.attended_flows
    mine = flows[(flows["phase"] == phase) & flows["lsoa_code"].isin(origins)] if len(flows) else flows
    area = mine["urn"].map(members.set_index("urn")["planning_area_code"])
    table = pd.DataFrame({"origin": mine["lsoa_code"], "destination": area, "weight": mine["pupils"].astype("float64")})
    table = table.dropna().query("weight > 0")
    return table.groupby(["origin", "destination"], as_index=False, sort=True)["weight"].sum()


def _by_nearness(
    evidence: Evidence, schools: pd.DataFrame, members: pd.DataFrame, phase: str, lsoas: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Children of each small area given to the nearest school with room; every planning area gets some."""
    origins = lsoas["lsoa_code"].to_numpy()
    homes = middle_points(lsoas)
    people = residents(evidence, tuple(origins))
    living = people[1][:, AGES[phase]].sum(axis=1) if people is not None else np.ones(len(origins))
    about = schools.set_index("urn").loc[members["urn"]]
    where = about[["easting", "northing"]].to_numpy("float64")
    stands = ~np.isnan(where).any(axis=1)
    room = _room(about, phase) * stands
    if not (room > 0).any():
        stands_in = np.repeat(members["planning_area_code"].to_numpy()[:1], len(origins))
        return pd.DataFrame({"origin": origins, "destination": stands_in, "weight": 1.0})
    scale = room.sum() / living.sum() if people is None else 1.0
    found = nearest_with_room(homes, np.maximum(living * scale, LEAST), np.nan_to_num(where), room)
    area = members["planning_area_code"].to_numpy()
    table = pd.DataFrame({
        "origin": origins[found["home"]],
        "destination": area[found["school"]],
        "weight": np.maximum(found["children"].to_numpy(), LEAST),
    })
    table = table.groupby(["origin", "destination"], as_index=False, sort=True)["weight"].sum()
    return pd.concat([table, _those_left_out(table, area, where, room, homes, origins, living)], ignore_index=True)


def _room(about: pd.DataFrame, phase: str) -> Floats:
    """Places of each school in the year groups of a phase: its capacity without sixth form shared over the year groups it
    serves.
    """
    years = PHASE_YEARS[phase]
    low, high = about["nc_year_low"].clip(lower=0), about["nc_year_high"].clip(upper=PHASE_YEARS["secondary"][-1])
    served = (np.minimum(high, years[-1]) - np.maximum(low, years[0]) + 1).clip(lower=0)
    each = each_year_group(about, pd.Series(phase, index=about.index))
    room: Floats = (each * served).fillna(0.0).to_numpy("float64")
    return room


def _those_left_out(
    table: pd.DataFrame,
    area: NDArray[np.object_],
    where: Floats,
    room: Floats,
    homes: Floats,
    origins: NDArray[np.object_],
    living: Floats,
) -> pd.DataFrame:
    """A share of the small area next to it for each planning area to which no child was given: as many as it has places, at
    most half.
    """
    rows = []
    given = table.groupby("destination")["weight"].sum()
    for code in sorted(set(area) - set(given[given > 1.0].index)):
        mine = (area == code) & (room > 0)
        if not mine.any():
            continue
        next_to = int(np.hypot(*(homes - where[mine][room[mine].argmax()]).T).argmin())
        rows.append((origins[next_to], code, max(min(room[mine].sum(), living[next_to]), 1.0)))
    return pd.DataFrame(rows, columns=["origin", "destination", "weight"])


def how_drawn(evidence: Evidence) -> str:
    """Say in words by what small areas are given to planning areas in this run."""
    if evidence.has("attended_flows"):
        return "to the planning area whose schools most of its children attend"
    return "to the planning area of the nearest schools with room, since nobody has counted which schools its children attend"


def _shapes(evidence: Evidence, homes: dict[str, Lookup], names: pd.DataFrame) -> tuple[gpd.GeoDataFrame | None, list[Note]]:
    """Indicative polygons: each small area goes to the planning area with most of its children, then they are joined."""
    if not homes:
        return None, []
    parts, without = [], []
    for phase, lookup in homes.items():
        shares = lookup.shares.toarray()
        owner = pd.Series(np.asarray(lookup.destinations, dtype="object")[shares.argmax(axis=1)], index=lookup.origins)
        shapes = dissolved(evidence.lsoas, owner, "planning_area_code").assign(phase=phase)
        without += sorted(set(lookup.destinations) - set(owner))
        parts.append(shapes)
    every = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=parts[0].crs)
    every = every.merge(names, on=["planning_area_code", "phase"], how="left")
    notes = [Note("lsoas", f"{INDICATIVE}: whole small areas, each given {how_drawn(evidence)}")]
    if without:
        called = names.set_index("planning_area_code")["planning_area_name"]
        notes.append(
            Note(
                "lsoas",
                f"no small area sends most of its children to {', '.join(called[c] for c in without[:6])}: "
                "they have no shape on the map and stand in the table",
            )
        )
    return every[["planning_area_code", "phase", "planning_area_name", "geometry"]], notes
