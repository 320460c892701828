"""Which children can be placed where: in their own area; next door only where children go today or a council has declared it.

Method (domain brief E9, F). A flow is evidence where a share of an area's children, by the council's own count, attends schools
of another area; it may have declared relief links besides. Both hold for their own phase: a way that primary children go is none
for secondary ones. Families of young children are taken to go where primary children go. Ways lead from the middle of where an
area's children live to the school, in a straight line times the rulebook's factor. Home to school transport is reckoned for
whoever is placed next door further away than the law expects a child to walk; at home it costs what it costs today. The distance
changes what a way costs, never whether it may be taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.boundaries import middle_points
from planning_areas.walking import METRES_IN_A_MILE
from sufficiency.capital.seated import FLOWS
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.areas.areas import AreaFrame
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence

    Floats = NDArray[np.float64]

HOME, NEXT_DOOR = "home", "next_door"
KEYS = ["phase", "planning_area_code", "relief_area_code"]
PAIRS = [*KEYS, "share", "declared_km", "basis"]
GO_AS = {"early_years": "primary", "school_age_care": "primary"}  # phase -> the phase of schools whose ways its children go
AGES = {"primary": 5, "secondary": 11}  # at which children enter, and by which the law's limit is taken


def neighbours(evidence: Evidence, frame: AreaFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Pairs of areas of a phase between which children may be placed: PAIRS, share being that of the area's who go there today.

    A declared relief link holds for each phase in which both its areas have schools.
    """
    found = flows_between(evidence, frame).assign(declared_km=np.nan, basis="flow")[PAIRS]
    found = found[found["share"].ge(assumptions.plan_flow_least)] if len(found) else found
    if evidence.has("relief_links"):
        declared = evidence.relief_links.rename(columns={"km": "declared_km"}).drop(columns="reference")
        for column in KEYS[1:]:
            of_phase = frame.members[["phase", "planning_area_code"]].drop_duplicates()
            declared = declared.merge(of_phase.rename(columns={"planning_area_code": column}))
        known = declared.merge(found[[*KEYS, "share"]], on=KEYS, how="left").assign(basis="declared")
        mine = pd.MultiIndex.from_frame(known[KEYS])
        rest = found[~pd.MultiIndex.from_frame(found[KEYS]).isin(mine)] if len(found) else found
        found = pd.concat([part for part in (rest, known) if len(part)], ignore_index=True)
    return found[PAIRS].astype({"share": "float64", "declared_km": "float64"}).sort_values(KEYS, ignore_index=True)


def flows_between(evidence: Evidence, frame: AreaFrame) -> pd.DataFrame:
    """Who attends schools of other areas, by the council's count: FLOWS, `taken` being the share of the pupils there."""
    parts = [_flowing(evidence, frame, phase) for phase in sorted(frame.homes)] if evidence.has("attended_flows") else []
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=FLOWS)


def _flowing(evidence: Evidence, frame: AreaFrame, phase: str) -> pd.DataFrame:
    """Shares of each area's children who attend schools of other areas, and of the pupils there who come from it (FLOWS)."""
    lookup = frame.homes[phase].to_largest()
    place = {code: i for i, code in enumerate(lookup.origins)}
    area = frame.members[frame.members["phase"] == phase].set_index("urn")["planning_area_code"]
    flows = evidence.attended_flows
    flows = flows[flows["phase"].eq(phase) & flows["lsoa_code"].isin(list(place)) & flows["urn"].isin(area.index)]
    column = {code: j for j, code in enumerate(lookup.destinations)}
    counts = np.zeros((len(place), len(column)))
    np.add.at(
        counts,
        (flows["lsoa_code"].map(place).to_numpy("int64"), flows["urn"].map(area).map(column).to_numpy("int64")),
        flows["pupils"].to_numpy("float64"),
    )
    between = np.asarray(lookup.shares.T @ counts)
    whole = between.sum(axis=1, keepdims=True)
    share = np.divide(between, whole, out=np.zeros_like(between), where=whole > 0)
    np.fill_diagonal(share, 0.0)
    come = between.sum(axis=0, keepdims=True)
    taken = np.divide(between, come, out=np.zeros_like(between), where=come > 0)
    here, there = np.nonzero(share)
    codes = np.asarray(lookup.destinations, dtype="object")
    return pd.DataFrame({
        "phase": phase,
        "planning_area_code": codes[here],
        "relief_area_code": codes[there],
        "share": share[here, there],
        "taken": taken[here, there],
    })


def area_middles(evidence: Evidence, frame: AreaFrame, schools: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """The middle of each planning area: of its small areas by their shares, else of its schools."""
    found: dict[str, tuple[float, float]] = {}
    points = schools.set_index("urn")[["easting", "northing"]]
    for area, urns in frame.members.groupby("planning_area_code")["urn"]:
        here = points.reindex(urns).dropna()
        if len(here):
            found[str(area)] = (float(here["easting"].mean()), float(here["northing"].mean()))
    if not evidence.has("lsoas"):
        return found
    shapes = evidence.lsoas.sort_values("lsoa_code")
    where = dict(zip(shapes["lsoa_code"], middle_points(shapes), strict=True))
    for lookup in frame.homes.values():
        share = lookup.to_largest().shares.toarray()
        at = np.array([where[code] for code in lookup.origins])
        weight = share.sum(axis=0)
        for j, code in enumerate(lookup.destinations):
            if weight[j] > 0:
                east, north = share[:, j] @ at / weight[j]
                found[str(code)] = (float(east), float(north))
    return found


def fares(assumptions: Assumptions) -> dict[str, float]:
    """Pounds for a child and year of home to school transport by phase: the council's own, else the rulebook's."""
    book, own = rulebook("transport")["home_to_school"], assumptions.transport_cost
    return {phase: own or float(book[phase]) for phase in AGES}


def walked_km() -> dict[str, float]:
    """How far the law expects children to walk who enter a phase, in km."""
    limits = [limit for limit in rulebook("walking")["limits"] if not limit.get("low_income")]
    found = {
        phase: [limit["over"] for limit in limits if limit["ages"][0] <= age < limit["ages"][1]] for phase, age in AGES.items()
    }
    return {phase: max(miles) * METRES_IN_A_MILE / 1000 for phase, miles in found.items()}


def ways(
    groups: pd.DataFrame,
    sites: pd.DataFrame,
    pairs: pd.DataFrame,
    middles: dict[str, tuple[float, float]],
    assumptions: Assumptions,
) -> pd.DataFrame:
    """Every group with every site that it reaches: group_id, site_id, kind, km, transport.

    groups: group_id, area_code, phase. sites: site_id, phase, area_code, easting, northing (blank of a new one). pairs: PAIRS.
    """
    home = groups.merge(sites, on=["area_code", "phase"]).assign(kind=HOME, declared_km=np.nan)
    going = groups.assign(as_phase=groups["phase"].replace(GO_AS))
    along = pairs.rename(columns={"phase": "as_phase"})
    next_to = going.merge(along, left_on=["area_code", "as_phase"], right_on=["planning_area_code", "as_phase"])
    away = next_to.merge(sites.rename(columns={"area_code": "relief_area_code"}), on=["relief_area_code", "phase"]).assign(
        kind=NEXT_DOOR
    )
    parts = [part for part in (home, away) if len(part)] or [home]
    found = pd.concat(parts, ignore_index=True).drop_duplicates(["group_id", "site_id"])
    east, north = (np.array([middles.get(code, (np.nan, np.nan))[i] for code in found["area_code"]]) for i in (0, 1))
    factor = float(rulebook("walking")["surrogate"]["factor"])
    line = np.hypot(found["easting"].to_numpy("float64") - east, found["northing"].to_numpy("float64") - north) / 1000 * factor
    known = pd.Series(line, index=found.index)
    usual = known.groupby([found["phase"], found["kind"]]).transform("mean").fillna(0.0)  # of a site whose point is not known
    found["km"] = found["declared_km"].astype("float64").fillna(known).fillna(usual)
    far = found["km"].gt(found["phase"].map(walked_km()).fillna(np.inf))
    yearly = found["phase"].map({phase: pounds / 1000 for phase, pounds in fares(assumptions).items()}).fillna(0.0)
    found["transport"] = np.where(found["kind"].eq(NEXT_DOOR) & far, yearly, 0.0)
    return found[["group_id", "site_id", "kind", "km", "transport"]].sort_values(["group_id", "site_id"], ignore_index=True)
