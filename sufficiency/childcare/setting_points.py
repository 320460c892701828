"""Where settings stand: postcodes and points on the ground to small areas, districts and wards.

A small area lies in the ward that the look-up of the workspace says, by which a list of postcodes of another year is brought to
these wards; without a look-up it lies in the wards that its postcodes say, to the part of them that each has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.evidence import Evidence


def placed_postcodes(evidence: Evidence) -> pd.DataFrame:
    """The postcodes with the small area in which each lies (blank where outside, or no boundaries are known), and its ward."""
    table = evidence.postcodes
    if table.empty:
        return table.assign(lsoa_code="")
    placed = table.assign(lsoa_code=small_area_at(table["easting"], table["northing"], evidence)).astype({"lsoa_code": "str"})
    return placed.assign(ward_code=ward_at(placed["lsoa_code"], placed["ward_code"], evidence))


def ward_at(small_area: pd.Series, otherwise: pd.Series, evidence: Evidence) -> pd.Series:
    """The ward of each small area by the look-up; where it has none, the ward that is known otherwise."""
    known = dict(zip(evidence.ward_lookup["lsoa_code"], evidence.ward_lookup["ward_code"], strict=True))
    return small_area.map(known).astype("object").fillna(otherwise).astype("str")


def wards_of(places: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Which small areas each ward lies in: ward_code, lsoa_code, postcodes (how many, or 1 where the look-up says it alone).

    places: what `placed_postcodes` says.
    """
    by = places.groupby(["ward_code", "lsoa_code"], as_index=False).size().rename(columns={"size": "postcodes"})
    by = by[by["lsoa_code"].ne("") & by["ward_code"].ne("")]
    table = evidence.ward_lookup
    if table.empty:
        return by
    told = table[["ward_code", "lsoa_code"]].assign(postcodes=1)
    return pd.concat([told, by[~by["lsoa_code"].isin(told["lsoa_code"])]], ignore_index=True)


def district_of_wards(places: pd.DataFrame, evidence: Evidence) -> dict[str, str]:
    """The district in which each ward lies: that of most of its postcodes, else of its shape, else of most of its small areas."""
    found = {str(k): str(v) for k, v in mostly(places["district_code"], places["ward_code"]).items()}
    shapes = dict(zip(evidence.wards["ward_code"], evidence.wards["district_code"], strict=True))
    small = dict(zip(evidence.lsoas["lsoa_code"], evidence.lsoas["district_code"], strict=True))
    lies = evidence.ward_lookup["lsoa_code"].map(small).astype("object").fillna("").astype("str")
    looked_up = mostly(lies, evidence.ward_lookup["ward_code"])
    return {**{str(k): str(v) for k, v in looked_up.items()}, **{k: v for k, v in shapes.items() if v}, **found}


def small_area_at(east: pd.Series, north: pd.Series, evidence: Evidence) -> NDArray[np.object_]:
    """The small area in which each point lies, blank where none."""
    found = np.full(len(east), "", dtype="object")
    known = (east.notna() & north.notna()).to_numpy()
    if evidence.has("lsoas") and known.any():
        points = gpd.GeoSeries.from_xy(east[known].astype("float64"), north[known].astype("float64"), crs=evidence.lsoas.crs)
        point, area = evidence.lsoas.sindex.query(points, predicate="intersects")
        codes = evidence.lsoas["lsoa_code"].to_numpy()
        for p, code in sorted(zip(point, codes[area], strict=True), reverse=True):      # on a border: the first code
            found[np.flatnonzero(known)[p]] = code
    return found


def mostly(values: pd.Series, by: pd.Series) -> pd.Series:
    """The commonest value of each group; of equal ones the first."""
    mine = values.ne("") & by.ne("")
    return values[mine].groupby(by[mine]).agg(lambda cells: cells.value_counts().sort_index().idxmax()).astype("object")
