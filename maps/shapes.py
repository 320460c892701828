"""Shapes for the screen: simplified as a coverage, so that neighbours keep one edge, then as degrees with five decimals.

For display only: nothing is measured on what comes out of here.
"""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

METRES = "EPSG:27700"
DEGREES = "EPSG:4326"
DECIMALS = 5            # about a metre
FINEST = 15.0           # metres; details below this are smaller than a pixel of a county
MOST_POINTS = 40_000    # of a whole set of shapes: keeps a page under 3 MB

Ring = list[int]
"""Points in hundred-thousandths of a degree: latitude and longitude of the first, then the steps to each next one.

The first is not repeated at the end. Steps are small numbers, so a county's shapes take a third of the room.
"""


def for_display(shapes: gpd.GeoDataFrame, most: int = MOST_POINTS) -> gpd.GeoDataFrame:
    """Simplify a set of neighbouring polygons together until it has at most `most` points, and turn it into degrees.

    Neighbours keep their common edges. Refuses shapes whose coordinate system is not British National Grid.
    """
    if shapes.crs is None or shapes.crs.to_epsg() != 27700:
        raise ValueError(f"shapes for a map: {METRES} expected, found {shapes.crs}: convert them first")
    simple = shapely.make_valid(shapes.geometry.to_numpy())
    there = ~(shapely.is_missing(simple) | shapely.is_empty(simple))
    exact, tolerance = simple[there], FINEST
    simple[there] = shapely.coverage_simplify(exact, tolerance)
    while shapely.get_num_coordinates(simple).sum() > most:
        tolerance *= 2
        simple[there] = shapely.coverage_simplify(exact, tolerance)
    shown = shapes.set_geometry(gpd.GeoSeries(simple, index=shapes.index, crs=METRES))
    return shown.to_crs(DEGREES)


def polygons(geometry: Any) -> list[list[Ring]]:
    """Polygons of a shape in degrees, each a list of rings: its outline, then its holes."""
    parts = [part for part in shapely.get_parts(geometry, return_index=False) if part.geom_type in ("Polygon", "MultiPolygon")]
    flat = [polygon for part in parts for polygon in shapely.get_parts(part)]
    return [[_steps(ring) for ring in (polygon.exterior, *polygon.interiors)] for polygon in flat if not polygon.is_empty]


def _steps(ring: Any) -> Ring:
    corners = np.rint(shapely.get_coordinates(ring)[:-1, ::-1] * 10**DECIMALS).astype("int64")
    return [int(step) for step in np.vstack([corners[:1], np.diff(corners, axis=0)]).ravel()]


def label_points(shapes: gpd.GeoDataFrame) -> list[list[float] | None]:
    """Where a label sits best: the middle of the largest circle that fits into each shape, in degrees; none if it is empty."""
    points = []
    for geometry in shapes.geometry:
        if geometry is None or geometry.is_empty:
            points.append(shapely.Point())
            continue
        largest = max(shapely.get_parts(geometry), key=lambda part: part.area)
        circle = shapely.maximum_inscribed_circle(largest, tolerance=max(float(np.sqrt(largest.area)) / 100, 1.0))
        points.append(shapely.Point(shapely.get_coordinates(circle)[0]))
    return degrees(gpd.GeoSeries(points, crs=shapes.crs))


def degrees(points: gpd.GeoSeries) -> list[list[float] | None]:
    """Points as [latitude, longitude] with five decimals; none where there is no point."""
    return [_place(point) for point in points.to_crs(DEGREES)]


def _place(point: Any) -> list[float] | None:
    if point is None or point.is_empty or not math.isfinite(point.x + point.y):
        return None
    return [round(point.y, DECIMALS), round(point.x, DECIMALS)]
