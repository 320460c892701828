"""Shapes for the screen: neighbours keep one edge, little is lost, and what has no shape stays out without a fault."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from maps.shapes import DECIMALS, degrees, for_display, label_points, polygons
from maps.sheet import Sheet

CORNERS = (450_000, 451_000)
SQUARES = gpd.GeoDataFrame(geometry=[shapely.box(x, 350_000, x + 1000, 351_000) for x in CORNERS], crs="EPSG:27700")


def _unfold(steps: list[int]) -> np.ndarray:
    """A ring's corners in degrees [latitude, longitude], as the page's script finds them."""
    return np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / 10**DECIMALS


def test_a_square_comes_back_corner_by_corner() -> None:
    (ring,) = polygons(SQUARES.to_crs("EPSG:4326").geometry[0])[0]
    truth = shapely.get_coordinates(SQUARES.to_crs("EPSG:4326").geometry[0])[:-1, ::-1]
    assert np.abs(_unfold(ring) - truth).max() <= 0.5 / 10**DECIMALS + 1e-12
    assert len(ring) == 8 and max(abs(step) for step in ring[2:]) < 2000


def test_holes_and_parts_are_kept() -> None:
    holed = shapely.Polygon([(0, 50), (0, 51), (1, 51), (1, 50)], [[(0.2, 50.2), (0.4, 50.2), (0.4, 50.4)]])
    both = shapely.MultiPolygon([holed, shapely.box(2, 50, 3, 51)])
    assert [len(rings) for rings in polygons(both)] == [2, 1]
    mixed = shapely.GeometryCollection([holed, shapely.Point(0, 50), shapely.LineString([(0, 50), (1, 51)])])
    assert [len(rings) for rings in polygons(mixed)] == [2]
    assert polygons(shapely.Polygon()) == polygons(None) == []


@pytest.mark.parametrize("number", [0, 1])
def test_a_simplified_coverage_is_one_still(county: Sheet, number: int) -> None:
    shapes = county.layers[number].shapes
    assert shapes is not None
    before = int(shapely.get_num_coordinates(shapes.geometry.to_numpy()).sum())
    for most in (40_000, 4_000, 1_500):
        shown = for_display(shapes, most)
        assert int(shapely.get_num_coordinates(shown.geometry.to_numpy()).sum()) <= min(most, before)
        assert shapely.coverage_is_valid(shown.geometry.to_numpy())
        assert len(shown) == len(shapes) and not shown.geometry.is_empty.any()
        change = shown.to_crs("EPSG:27700").area.to_numpy() / shapes.area.to_numpy() - 1
        assert np.abs(change).max() < 0.15 and abs(float(shown.to_crs("EPSG:27700").area.sum() / shapes.area.sum() - 1)) < 0.02


def test_neighbours_share_their_points_to_the_last_digit(county: Sheet) -> None:
    shapes = county.layers[0].shapes
    assert shapes is not None
    corners: dict[tuple[int, int], int] = {}
    for geometry in for_display(shapes).geometry:
        own = {(round(lat * 10**DECIMALS), round(lon * 10**DECIMALS))
               for rings in polygons(geometry) for ring in rings for lat, lon in _unfold(ring)}
        for corner in own:
            corners[corner] = corners.get(corner, 0) + 1
    shared = sum(count > 1 for count in corners.values())
    assert shared / len(corners) > 0.7, "inner borders would stand twice in a set whose edges had come apart"


def test_a_label_stands_inside_its_area(county: Sheet) -> None:
    shapes = county.layers[1].shapes
    assert shapes is not None
    turned = shapes.to_crs("EPSG:4326").geometry
    for geometry, point in zip(turned, label_points(shapes), strict=True):
        assert point is not None and geometry.contains(shapely.Point(point[::-1]))


def test_what_has_no_place_has_none() -> None:
    points = [shapely.Point(450_000, 350_000), shapely.Point(), None, shapely.Point(np.nan, np.nan)]
    spots = gpd.GeoSeries(points, crs="EPSG:27700")
    first, *rest = degrees(spots)
    assert first == pytest.approx([53.0449, -1.2557], abs=2e-4) and rest == [None, None, None]
    empty = gpd.GeoDataFrame(geometry=[SQUARES.geometry[0], shapely.Polygon(), None], crs="EPSG:27700")
    assert [point is None for point in label_points(empty)] == [False, True, True]
    assert [len(polygons(shape)) for shape in for_display(empty).geometry] == [1, 0, 0]


def test_a_bowtie_is_mended_for_display() -> None:
    bowtie = shapely.Polygon([(450_000, 350_000), (451_000, 351_000), (451_000, 350_000), (450_000, 351_000)])
    shown = for_display(gpd.GeoDataFrame(geometry=[bowtie], crs="EPSG:27700"))
    assert len(polygons(shown.geometry[0])) == 2


@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
def test_shapes_in_another_system_are_refused(crs: str | None) -> None:
    with pytest.raises(ValueError, match="EPSG:27700 expected"):
        for_display(SQUARES.set_crs(crs, allow_override=True) if crs else gpd.GeoDataFrame(geometry=list(SQUARES.geometry)))
