"""Small areas and planning areas as shapes on the ground: one CRS inside (British National Grid), no gaps, no overlaps.

The tables that planning areas need from upstairs (who belongs to which area, who attends which school) are owned here and
filled by the model, so that this room imports none above it.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely

CRS = "EPSG:27700"

PHASES = ["primary", "secondary"]


class Lsoas(pa.DataFrameModel):
    """Small areas (LSOA) of the authority. Source: ONS Open Geography."""

    lsoa_code: str = pa.Field(str_matches=r"^[A-Z]\d{8}$", description="LSOA code")
    lsoa_name: str = pa.Field(description="LSOA name")
    district_code: str = pa.Field(description="code of the district it lies in")
    geometry: object = pa.Field(description="polygon in EPSG:27700")        # so the frame is a GeoDataFrame

    class Config:
        unique, strict = ["lsoa_code"], True


class Wards(pa.DataFrameModel):
    """Electoral wards of the authority. Source: ONS Open Geography."""

    ward_code: str = pa.Field(str_matches=r"^[A-Z]\d{8}$", description="ward code")
    ward_name: str = pa.Field(description="ward name")
    district_code: str = pa.Field(description="code of the district it lies in")
    geometry: object = pa.Field(description="polygon in EPSG:27700")

    class Config:
        unique, strict = ["ward_code"], True


class Members(pa.DataFrameModel):
    """Which schools make up each planning area, a phase at a time; every school in exactly one area a phase."""

    urn: str = pa.Field(str_matches=r"^\d{6}$", description="unique reference number of the school")
    phase: str = pa.Field(isin=PHASES, description="primary or secondary")
    planning_area_code: str = pa.Field(str_length={"min_value": 1}, description="planning area")
    basis: str = pa.Field(description="where the assignment comes from: a publication, a predecessor, its neighbours")

    class Config:
        unique, strict = ["urn", "phase"], True


class Flows(pa.DataFrameModel):
    """How many children of each small area attend each school (optional: from the council's own census extract)."""

    lsoa_code: str = pa.Field(description="LSOA of residence")
    urn: str = pa.Field(str_matches=r"^\d{6}$", description="school attended")
    phase: str = pa.Field(isin=PHASES, description="primary or secondary")
    pupils: float = pa.Field(ge=0, description="children")

    class Config:
        unique, strict, coerce = ["lsoa_code", "urn", "phase"], True, True


def require_crs(shapes: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    """Hand shapes back if they are in the one CRS of this room; refuse any other, and none."""
    if shapes.crs is None or shapes.crs.to_epsg() != 27700:
        raise ValueError(f"{what}: {CRS} expected, found {shapes.crs}")
    return shapes


def dissolved(lsoas: gpd.GeoDataFrame, owner: pd.Series, by: str) -> gpd.GeoDataFrame:
    """Join small areas into larger ones: a coverage of the same ground, without gaps or overlaps.

    lsoas: lsoa_code and geometry in EPSG:27700. owner: lsoa_code -> the larger area; each small area must have one. Gives
    `by` and geometry, sorted. Raises ValueError where ground would be lost.
    """
    require_crs(lsoas, "small areas")
    owners = lsoas["lsoa_code"].map(owner)
    if owners.isna().any():
        raise ValueError(f"small areas without an owner: {', '.join(lsoas.loc[owners.isna(), 'lsoa_code'].head())}")
    geometry = lsoas.geometry.to_numpy()
    whole = bool(shapely.coverage_is_valid(geometry))
    parts = [_union(geometry[owners == name], whole) for name in sorted(owners.unique())]
    shapes = gpd.GeoDataFrame({by: sorted(owners.unique())}, geometry=parts, crs=CRS)
    before, after = float(shapely.area(geometry).sum()), float(shapes.area.sum())
    if whole and not (np.isclose(before, after, rtol=1e-9) and shapely.coverage_is_valid(shapes.geometry.to_numpy())):
        raise ValueError(f"ground was lost when areas were joined: {before:.0f} square metres before, {after:.0f} after")
    return shapes


def _union(geometry: Any, whole: bool) -> Any:
    """One shape of several: along common edges where they are a coverage, else by area."""
    return shapely.coverage_union_all(geometry) if whole else shapely.union_all(geometry)


def middle_points(shapes: gpd.GeoDataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A point of each shape that lies inside it: [shape, 2] easting and northing."""
    points = shapely.point_on_surface(require_crs(shapes, "shapes").geometry.to_numpy())
    coordinates: np.ndarray[Any, np.dtype[np.float64]] = shapely.get_coordinates(points)
    return coordinates
