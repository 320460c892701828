"""Shapes: one CRS, nothing lost when small areas are joined, a point inside each."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from planning_areas.boundaries import CRS, dissolved, middle_points, require_crs

SIDE = 4


def squares(crs: str = CRS) -> gpd.GeoDataFrame:
    """Sixteen small areas of a square kilometre each, in a square."""
    cells = [(i, j) for i in range(SIDE) for j in range(SIDE)]
    return gpd.GeoDataFrame(
        {"lsoa_code": [f"E010000{i}{j}" for i, j in cells]},
        geometry=[box(450_000 + 1000 * i, 350_000 + 1000 * j, 451_000 + 1000 * i, 351_000 + 1000 * j) for i, j in cells],
        crs=crs,
    )


def owners(codes: list[str]) -> pd.Series:
    return pd.Series(codes, index=squares()["lsoa_code"])


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.lists(st.sampled_from(["P1", "P2", "P3"]), min_size=SIDE**2, max_size=SIDE**2))
def test_joined_areas_cover_the_same_ground_without_gaps_or_overlaps(codes: list[str]) -> None:
    shapes = dissolved(squares(), owners(codes), "planning_area_code")
    assert list(shapes["planning_area_code"]) == sorted(set(codes))
    assert shapely.coverage_is_valid(shapes.geometry.to_numpy())
    assert shapes.area.sum() == pytest.approx(16e6)
    assert shapes.union_all().equals(squares().union_all())
    for code, area in zip(shapes["planning_area_code"], shapes.area, strict=True):
        assert area == pytest.approx(1e6 * codes.count(code))


def test_a_small_area_without_an_owner_is_refused_by_name() -> None:
    short = owners(["P1"] * 16).drop("E01000012")
    with pytest.raises(ValueError, match="without an owner: E01000012"):
        dissolved(squares(), short, "planning_area_code")


def test_another_crs_and_none_are_refused() -> None:
    with pytest.raises(ValueError, match="small areas: EPSG:27700 expected, found EPSG:4326"):
        dissolved(squares("EPSG:4326"), owners(["P1"] * 16), "planning_area_code")
    with pytest.raises(ValueError, match="found None"):
        require_crs(squares().set_crs(None, allow_override=True), "shapes")


def test_shapes_that_overlap_a_little_are_joined_all_the_same() -> None:
    askew = squares()
    askew.loc[0, "geometry"] = box(449_990, 350_000, 451_010, 351_000)
    shapes = dissolved(askew, owners(["P1"] * 8 + ["P2"] * 8), "planning_area_code")
    assert len(shapes) == 2 and shapes.is_valid.all()


def test_the_middle_point_lies_inside_even_a_crescent() -> None:
    ring = shapely.Point(450_000, 350_000).buffer(1000).difference(shapely.Point(450_300, 350_000).buffer(900))
    frame = gpd.GeoDataFrame({"lsoa_code": ["E01000001"]}, geometry=[ring], crs=CRS)
    ((x, y),) = middle_points(frame)
    assert ring.contains(shapely.Point(x, y)) and np.isfinite([x, y]).all()
