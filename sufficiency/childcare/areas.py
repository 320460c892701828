"""Which areas each small area lies in: its planning area for primary, its district, its wards, and the authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.childcare.balance import AUTHORITY, DISTRICT, PLANNING_AREA
from sufficiency.childcare.demand import districts_of
from sufficiency.childcare.terms import YOUNG

if TYPE_CHECKING:
    from planning_areas.lookup import Lookup
    from sufficiency.areas.areas import AreaFrame
    from sufficiency.childcare.under_fives import UnderFives
    from sufficiency.evidence import Evidence

WARD = "ward"
COLUMNS = ["lsoa_code", "level", "area_code", "area_name", "share"]
PARTS = [DISTRICT, PLANNING_AREA, WARD]     # of the table `area_parts`


def membership(evidence: Evidence, frame: AreaFrame, lookup: Lookup, wards: pd.DataFrame) -> pd.DataFrame:
    """Where each small area lies at each level: COLUMNS, share being its part there.

    lookup: small areas to planning areas; wards: ward_code, lsoa_code, postcodes. What lies in no small area (a blank code) lies
    in the authority.
    """
    authority = evidence.authority
    codes = list(lookup.origins)
    pairs = lookup.shares.tocoo()
    planning = pd.DataFrame({"lsoa_code": [codes[i] for i in pairs.row], "level": PLANNING_AREA,
                             "area_code": [lookup.destinations[j] for j in pairs.col], "share": pairs.data})
    districts = pd.DataFrame({"lsoa_code": codes, "level": DISTRICT, "area_code": districts_of(evidence, lookup.origins),
                              "share": 1.0})
    parts = wards[wards["lsoa_code"].isin(codes)]
    share = parts["postcodes"] / parts.groupby("lsoa_code")["postcodes"].transform("sum")
    in_wards = pd.DataFrame({"lsoa_code": parts["lsoa_code"], "level": WARD, "area_code": parts["ward_code"], "share": share})
    whole = pd.DataFrame({"lsoa_code": [*codes, ""], "level": AUTHORITY, "area_code": authority.gss_code or authority.code,
                          "share": 1.0})
    table = pd.concat([planning, districts[districts["area_code"].ne("")], in_wards, whole], ignore_index=True)
    names = _names(evidence, frame)
    return table.assign(area_name=[names.get(code, code) for code in table["area_code"]])[COLUMNS]


def area_parts(areas: pd.DataFrame) -> pd.DataFrame:
    """Which areas of the levels meet: PARTS, a row for each district, planning area and ward that have a small area in common.

    Blank where a small area is in no area of a level. areas: what `membership` says.
    """
    there = areas[(areas["share"] > 0) & areas["lsoa_code"].ne("")]
    parts = there[["lsoa_code"]].drop_duplicates()
    for level in PARTS:
        mine = there.loc[there["level"] == level, ["lsoa_code", "area_code"]]
        parts = parts.merge(mine.rename(columns={"area_code": level}), on="lsoa_code", how="left")
    return parts[PARTS].fillna("").drop_duplicates().sort_values(PARTS, ignore_index=True)


def _names(evidence: Evidence, frame: AreaFrame) -> dict[str, str]:
    """What areas are called; a planning area that stands for the authority is called so."""
    authority = evidence.authority
    names = dict(zip(frame.names["planning_area_code"], frame.names["planning_area_name"], strict=True))
    for table in (evidence.schools, evidence.census_schools, evidence.lsoa_lookup):
        if not table.empty:
            names |= dict(zip(table["district_code"], table["district_name"], strict=True))
    for table in (evidence.wards, evidence.ward_lookup):
        names |= dict(zip(table["ward_code"], table["ward_name"], strict=True))
    whole = authority.gss_code or authority.code
    return {str(k): str(v) for k, v in names.items()} | {whole: authority.name, f"{whole}-primary": authority.name}


def small_areas_with_children(evidence: Evidence, young: UnderFives, ay: int) -> pd.DataFrame:
    """Small areas with their district and the children there from nine months to Reception: over whom loose supply is spread."""
    living = sum(young.only(0).in_band(band, ay, "spring")[0] for band in YOUNG)
    return pd.DataFrame({"lsoa_code": list(young.codes), "district_code": districts_of(evidence, young.codes),
                         "under_five": living})
