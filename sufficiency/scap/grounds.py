"""What a return is made of and held against beside the tables of a run: cut from the evidence and kept in the run's folder.

The register says which schools are due (check S01), the census what the forecast starts from (S04), the latest published survey
in which planning area each school was last returned (S11), and sites and deeds which developers have signed for the places that
they are said to pay for (S06). The council's own tables for the return travel with them as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.school_year import PHASE_YEARS
from sufficiency.estate.school_scope import MAINSTREAM_TYPES, OPEN, STATE_MAINSTREAM
from sufficiency.forecast.predecessors import ancestry
from sufficiency.scap.return_tables import RETURN_TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sufficiency.areas.areas import AreaFrame
    from sufficiency.evidence import Evidence
    from sufficiency.housing.homes import Homes

FIRST_AGE = 5               # a school whose pupils leave by this age is a nursery
CENSUS = {"urn": "str", "nc_year": "int64", "pupils": "float64"}
DUE = {"urn": "str", "school_name": "str", "status": "str", "establishment_type": "str", "due": "bool", "nursery_only": "bool",
       "mainstream": "bool"}
AREAS = {"urn": "str", "phase": "str", "planning_area_code": "str", "ay": "int64"}
FUNDED = {"site_ref": "str", "site_name": "str", "funded": "str", "phase": "str", "planning_area_code": "str", "agreement": "str"}
GROUNDS = ("return_register", "return_census", "returned_areas", "funded_sites", "planned_places", "scorecards", *RETURN_TABLES)
"""Tables that a run keeps for its return."""


def grounds(evidence: Evidence, schools: pd.DataFrame, history: pd.DataFrame, frame: AreaFrame, homes: Homes,
            catch_all: Sequence[str] = ()) -> dict[str, pd.DataFrame]:
    """Every table that a return needs beside those of the run, by name (GROUNDS).

    schools: those of the run; history: urn, ay, nc_year, pupils as counted; catch_all: codes of the publication that are no
    planning area.
    """
    base = evidence.authority.base_year
    counted = history[(history["ay"] == base) & history["nc_year"].between(0, PHASE_YEARS["sixth_form"][-1])]
    return {
        "return_register": register(evidence, schools),
        "return_census": counted.loc[counted["pupils"].notna(), list(CENSUS)].astype(CENSUS).reset_index(drop=True),
        "returned_areas": returned_areas(evidence, schools, catch_all),
        "funded_sites": funded_sites(evidence, frame, homes),
        "planned_places": evidence.planned_places,
        "scorecards": evidence.scorecards,
        **{name: evidence.tables[name] for name in RETURN_TABLES},
    }


def register(evidence: Evidence, schools: pd.DataFrame) -> pd.DataFrame:
    """Every school of the authority in GIAS, and whether it is due: mainstream, of school age, open on 1 May of the survey.

    A school whose successor is among the schools of the run is not due beside it. Schools that GIAS does not know yet and the
    January census does are open, by the census.
    """
    code, day = evidence.authority.code, f"{evidence.authority.base_year + 1}-05-01"
    gias = evidence.schools[evidence.schools["la_code"] == code] if evidence.has("schools") else evidence.schools
    if gias.empty:
        return _empty(DUE)
    family, ours = ancestry(evidence), set(schools["urn"])
    heirs = [bool(family.after(urn) & ours) and urn not in ours for urn in gias["urn"]]
    followed = pd.Series(heirs, index=gias.index, dtype="bool")
    kind = gias["establishment_type"].str.strip().str.casefold()
    nursery = gias["statutory_high_age"].le(FIRST_AGE) | gias["phase_of_education"].str.casefold().eq("nursery")
    closes = gias["urn"].map(schools.set_index("urn")["close_date"]).fillna(gias["close_date"])
    there = gias["status"].isin(OPEN) & gias["open_date"].le(day) & (closes.eq("") | closes.gt(day))
    mainstream = kind.isin(MAINSTREAM_TYPES)
    table = gias[["urn", "school_name", "status", "establishment_type"]].assign(
        due=mainstream & there & ~nursery & ~followed, nursery_only=nursery, mainstream=mainstream)
    census = evidence.census_schools
    if len(census):
        now = census[census["ay"].eq(evidence.authority.base_year) & census["la_code"].eq(code)]
        new = now[~now["urn"].isin(gias["urn"])]
        state = new["phase_type_grouping"].isin(STATE_MAINSTREAM)
        counted = new[["urn", "school_name", "establishment_type"]].assign(
            status=OPEN[0], due=state, nursery_only=False, mainstream=state)
        table = pd.concat([table, counted.drop_duplicates("urn")], ignore_index=True)
    return table[list(DUE)].astype(DUE).sort_values("urn", ignore_index=True)


def returned_areas(evidence: Evidence, schools: pd.DataFrame, catch_all: Sequence[str]) -> pd.DataFrame:
    """The planning area of each school of the run and phase in the latest published survey that gives one."""
    known = evidence.capacity
    if known.empty or schools.empty:
        return _empty(AREAS)
    known = known[known["planning_area_code"].ne("") & known["phase"].ne("") & ~known["planning_area_code"].isin(list(catch_all))
                  & known["ay"].lt(evidence.authority.base_year)]
    urns = schools.drop_duplicates("laestab").set_index("laestab")["urn"]
    known = known.assign(urn=known["urn"].where(known["urn"].isin(urns), known["laestab"].map(urns))).dropna(subset=["urn"])
    latest = known.groupby(["urn", "phase"])["ay"].transform("max").eq(known["ay"])
    return known.loc[latest, list(AREAS)].drop_duplicates().astype(AREAS).sort_values(["urn", "phase"], ignore_index=True)


def funded_sites(evidence: Evidence, frame: AreaFrame, homes: Homes) -> pd.DataFrame:
    """Sites whose school places developers or the HIF pay for: the areas that their children go to, and the signed agreement.

    `agreement` is the reference of a deed of the site in `pots` that is received or due; blank where none is recorded.
    """
    if homes.parts is None:
        return _empty(FUNDED)
    parts = homes.parts.table
    deeds = evidence.pots
    deeds = deeds[deeds["status"].ne("unsigned")] if len(deeds) else deeds
    signed = {ref: ", ".join(sorted({*mine["deed"]} - {""})) for ref, mine in deeds.groupby("site_ref")} if len(deeds) else {}
    called = dict(zip(frame.names["planning_area_code"], frame.names["phase"], strict=True))
    rows = set()
    for phase, layer in homes.layers.items():
        at, where = layer.shares.nonzero()
        for part, area in zip(at, where, strict=True):
            site, code = parts.iloc[int(part)], homes.areas[int(layer.places[int(area)])]
            if site["funded"] and site["core"] and called.get(code, phase) == phase:
                rows.add((site["site_ref"], site["site_name"], site["funded"], phase, code, signed.get(site["site_ref"], "")))
    return pd.DataFrame(sorted(rows), columns=list(FUNDED)).astype(FUNDED) if rows else _empty(FUNDED)


def _empty(columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
