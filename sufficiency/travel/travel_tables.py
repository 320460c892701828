"""The tables of travel: roads, roads that are not safe to walk, and where in its small area people live."""

from __future__ import annotations

import pandera.pandas as pa

from planning_areas.travel import RoadLinks


class BarredLinks(pa.DataFrameModel):
    """Links of the road network that are not safe to walk, even accompanied: no child's way to school leads along them.

    One row for each link, by its identifier in the road file. Source: the council's assessment of routes.
    """

    link_id: str = pa.Field(str_length={"min_value": 1}, description="identifier of the link in the road file")
    reason: str = pa.Field(str_length={"min_value": 1}, description="why it is not safe; families may appeal")
    author: str = pa.Field(str_length={"min_value": 1}, description="who assessed it: a role or initials")
    made_on: str = pa.Field(description="date of the assessment")

    class Config:
        unique, strict, coerce = ["link_id"], True, True


class AreaPoints(pa.DataFrameModel):
    """Where in a small area people live: its population-weighted centre, or those of its parts. Source: ONS, or the council.

    One row for each small area and point. Without them the middle of its shape is taken, which may be a field.
    """

    lsoa_code: str = pa.Field(str_matches=r"^[A-Z]\d{8}$", description="small area")
    easting: float = pa.Field(ge=80_000, le=656_000, description="metres, EPSG:27700")
    northing: float = pa.Field(ge=5_000, le=658_000, description="metres, EPSG:27700")
    part: float = pa.Field(ge=0, nullable=True, description="people or children there, of several points in one small area; "
                                                            "blank: all alike")

    class Config:
        unique, strict, coerce = ["lsoa_code", "easting", "northing"], True, True


TRAVEL_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "road_links": RoadLinks, "barred_links": BarredLinks, "area_points": AreaPoints,
}
