"""Where settings stand: postcodes and points on the ground to small areas, districts and wards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.evidence import Evidence


def placed_postcodes(evidence: Evidence) -> pd.DataFrame:
    """The postcodes with the small area in which each lies: blank where it lies outside, or no boundaries are known."""
    table = evidence.postcodes
    if table.empty:
        return table.assign(lsoa_code="")
    return table.assign(lsoa_code=small_area_at(table["easting"], table["northing"], evidence)).astype({"lsoa_code": "str"})


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
