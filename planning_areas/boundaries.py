"""Small areas and planning areas as shapes on the ground: one CRS inside (British National Grid), no gaps, no overlaps.

The tables that planning areas need from upstairs (who belongs to which area, who attends which school) are owned here and
filled by the model, so that this room imports none above it.
"""

from __future__ import annotations

import pandera.pandas as pa

CRS = "EPSG:27700"

PHASES = ["primary", "secondary"]


class Lsoas(pa.DataFrameModel):
    """Small areas (LSOA) of the authority. Source: ONS Open Geography. The frame is a GeoDataFrame in EPSG:27700."""

    lsoa_code: str = pa.Field(str_matches=r"^[A-Z]\d{8}$", description="LSOA code")
    lsoa_name: str = pa.Field(description="LSOA name")
    district_code: str = pa.Field(description="code of the district it lies in")
    geometry: object = pa.Field(description="polygon in EPSG:27700")

    class Config:
        unique, strict = ["lsoa_code"], True


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
