"""Boundaries: what a map library reads without a word is told here, and what is mended is listed with its area."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import Point, Polygon, box

from planning_areas.boundaries import CRS
from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import Reading
from sufficiency.sources.boundaries import read_lsoa_boundaries
from sufficiency.sources.reading import Ask

GSS = "E10000024"
SQUARES = [box(450_000 + 1000 * i, 350_000, 451_000 + 1000 * i, 351_000) for i in range(4)]
DEGREES = "urn:ogc:def:crs:OGC:1.3:CRS84"


def shapes(geometry: list[Any] | None = None, crs: str | None = CRS, **columns: list[str]) -> gpd.GeoDataFrame:
    """Four square small areas side by side, on the British National Grid unless said otherwise."""
    given = geometry or SQUARES
    about = {"LSOA21CD": [f"E0102792{i}" for i in range(len(given))], "LSOA21NM": [f"Ashfield 00{i}A" for i in range(len(given))],
             "LAD22CD": ["E07000170"] * len(given)}
    return gpd.GeoDataFrame({**about, **columns}, geometry=given, crs=crs)


def read(path: Path, ask: Ask | None = None) -> Reading:
    (reading,) = read_lsoa_boundaries(path, ask or Ask(gss_code=GSS))
    return reading


def problems(path: Path, ask: Ask | None = None) -> list[Problem]:
    with pytest.raises(EvidenceError) as caught:
        read(path, ask)
    assert {p.file for p in caught.value.problems} == {path.name}
    return list(caught.value.problems)


def geojson(path: Path, coordinates: list[Any], crs: str = "", codes: list[str] | None = None) -> Path:
    """A GeoJSON file of polygons with exactly these coordinates."""
    features = [{"type": "Feature", "properties": {"LSOA21CD": code}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
                for code, ring in zip(codes or [f"E0102792{i}" for i in range(len(coordinates))], coordinates, strict=True)]
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    path.write_text(json.dumps({"type": "FeatureCollection", **named, "features": features}), encoding="utf-8")
    return path


def ring(x: float, y: float, side: float) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


@pytest.mark.parametrize("name", ["areas.gpkg", "areas.geojson", "areas.shp"])
def test_every_format_gives_the_same_shapes_on_the_grid(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    (shapes().to_crs(4326) if name.endswith("geojson") else shapes()).to_file(path)
    reading = read(path)
    table = reading.table
    assert isinstance(table, gpd.GeoDataFrame) and table.crs.to_epsg() == 27700
    assert list(table.columns) == ["lsoa_code", "lsoa_name", "district_code", "geometry"]
    assert table["lsoa_code"].tolist() == [f"E0102792{i}" for i in range(4)] and table["district_code"].eq("E07000170").all()
    assert table.area.tolist() == pytest.approx([1e6] * 4, rel=1e-6)
    assert reading.notes == () and reading.source.bytes > 0


def test_fields_go_by_any_vintage_and_by_the_workspaces_map(tmp_path: Path) -> None:
    plain = shapes().rename(columns={"LSOA21CD": "lsoa11cd", "LSOA21NM": "other", "LAD22CD": "LADCD_ACTIVE"})
    plain.to_file(tmp_path / "a.gpkg")
    table = read(tmp_path / "a.gpkg").table
    assert table["lsoa_name"].tolist() == table["lsoa_code"].tolist() and table["district_code"].eq("E07000170").all()
    shapes().rename(columns={"LSOA21CD": "zone", "LAD22CD": "ward"}).to_file(tmp_path / "b.gpkg")
    (problem,) = problems(tmp_path / "b.gpkg")
    assert problem.column == "lsoa_code" and "zone, LSOA21NM, ward" in problem.advice
    reading = read(tmp_path / "b.gpkg", Ask(columns={"lsoa_code": "zone"}))
    assert reading.table["district_code"].eq("").all()
    assert [n.text for n in reading.notes] == ["b.gpkg: the file does not say in which district a small area lies"]


def test_a_national_file_is_kept_to_the_authority_it_names(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    shapes(UTLACD=[GSS, GSS, "E06000018", "E06000018"]).to_file(path)
    reading = read(path)
    assert len(reading.table) == 2 and reading.notes[0].text == "a.gpkg: 2 small areas of other authorities left out"
    assert "no shape is of authority E10000099" in problems(path, Ask(gss_code="E10000099"))[0].expected


def test_of_several_layers_the_one_with_small_areas_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"name": ["x"]}, geometry=[SQUARES[0]], crs=4326).to_file(path, layer="counties")
    shapes().to_file(path, layer="lsoa")
    reading = read(path)
    assert len(reading.table) == 4 and [n.text for n in reading.notes] == ["a.gpkg: layer lsoa is read, not counties"]


# What is refused, with what it looks like.

def test_grid_numbers_called_degrees_are_named(tmp_path: Path) -> None:
    (problem,) = problems(geojson(tmp_path / "a.geojson", [ring(450_000, 350_000, 1000), ring(451_000, 350_000, 1000)]))
    assert (problem.row, problem.column, problem.found, problem.others) == (1, "geometry", "E01027920", 1)
    assert problem.expected == ("the file says degrees of longitude and latitude, but these look like metres on the British "
                                "National Grid")
    assert "EPSG:27700" in problem.advice


def test_latitude_and_longitude_swapped_are_named_and_not_put_right(tmp_path: Path) -> None:
    (problem,) = problems(geojson(tmp_path / "a.geojson", [ring(53.1, -1.15, 0.01)], DEGREES))
    assert "look like degrees with latitude and longitude swapped" in problem.expected
    assert problem.advice == "save it with longitude first"


def test_degrees_called_grid_numbers_are_named(tmp_path: Path) -> None:
    shapes().to_crs(4326).set_crs(CRS, allow_override=True).to_file(tmp_path / "a.gpkg")
    (problem,) = problems(tmp_path / "a.gpkg")
    assert "the file says metres on the British National Grid, but these look like degrees" in problem.expected


def test_two_kinds_of_coordinates_in_one_file_are_told_shape_by_shape(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [ring(-1.15, 53.1, 0.01), ring(450_000, 350_000, 1000), ring(53.1, -1.15, 0.01),
                                            ring(10, 40, 0.01)])
    assert [(p.row, p.found) for p in problems(path)] == [(2, "E01027921"), (3, "E01027922"), (4, "E01027923")]
    assert "1 of 4 shapes are in other coordinates: the file says degrees" in str(problems(path)[0])
    assert "this shape is not in England or Wales" in str(problems(path)[2])


def test_another_projection_is_brought_to_the_grid_or_refused_where_it_lies_elsewhere(tmp_path: Path) -> None:
    shapes().to_crs(3857).to_file(tmp_path / "a.gpkg")
    assert read(tmp_path / "a.gpkg").table.area.tolist() == pytest.approx([1e6] * 4, rel=1e-4)
    shapes().set_crs(3857, allow_override=True).to_file(tmp_path / "b.gpkg")
    assert "this shape is not in England or Wales" in str(problems(tmp_path / "b.gpkg")[0])


def test_a_file_that_does_not_say_its_coordinates_is_told_what_they_look_like(tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    shapes().to_file(path)
    (tmp_path / "a.prj").write_text("", encoding="utf-8")
    (problem,) = problems(path)
    assert "does not say which coordinates these are; they look like metres on the British National Grid" in problem.expected


@pytest.mark.parametrize("end", [".shx", ".dbf", ".prj"])
def test_a_part_of_a_shapefile_that_is_missing_is_named(end: str, tmp_path: Path) -> None:
    shapes().to_file(tmp_path / "areas.shp")
    (tmp_path / f"areas{end}").unlink()
    (problem,) = problems(tmp_path / "areas.shp")
    assert f"areas{end} is missing" in problem.expected


@pytest.mark.parametrize("name", ["areas.shp", "areas.dbf", "areas.shx"])
def test_a_shapefile_that_breaks_off_is_told(name: str, tmp_path: Path) -> None:
    shapes().to_file(tmp_path / "areas.shp")
    part = tmp_path / name
    part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])
    assert any(words in str(problems(tmp_path / "areas.shp")[0]) for words in ("breaks off", "has no shape"))


def test_shapes_that_are_missing_are_told_even_in_a_file_of_the_right_length(tmp_path: Path) -> None:
    shapes([*SQUARES[:3], None]).to_file(tmp_path / "a.gpkg")
    (problem,) = problems(tmp_path / "a.gpkg")
    assert (problem.row, problem.found) == (4, "E01027923") and "has no shape" in problem.expected


@pytest.mark.parametrize(("name", "content", "says"), [
    ("a.geojson", b"", "the file is empty"),
    ("a.geojson", b" \n", "the file is empty"),
    ("a.geojson", b"<html>sign in</html>", "this is no .geojson file inside"),
    ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "there is no shape in the file"),
    ("a.geojson", b'{"type": "FeatureCollection", "features": [{"type": "Fea', "is corrupt or breaks off"),
    ("a.gpkg", b"SQLite format 3\x00" + b"junk" * 500, "is corrupt or breaks off"),
    ("a.gpkg", b"PK\x03\x04 a zip", "this is no .gpkg file inside"),
    ("a.shp", b"not a shapefile at all", "this is no .shp file inside"),
    ("a.kml", b"<kml></kml>", "a GeoJSON, GeoPackage or shapefile expected"),
])
def test_files_that_are_no_boundaries(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert says in str(problems(tmp_path / name)[0])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "is not there" in str(problems(tmp_path / "a.gpkg")[0])


def test_a_geopackage_that_breaks_off_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    shapes().to_file(path)
    path.write_bytes(path.read_bytes()[:40_000])
    assert "is corrupt or breaks off" in str(problems(path)[0])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400"])
def test_coordinates_that_are_no_finite_numbers(number: str, tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [ring(-1.15, 53.1, 0.01)])
    path.write_text(path.read_text(encoding="utf-8").replace("53.11", number), encoding="utf-8")
    assert problems(path)


def test_infinite_coordinates_in_a_geopackage_are_named(tmp_path: Path) -> None:
    endless = Polygon([(450_000, 350_000), (float("inf"), 350_000), (451_000, 351_000)])
    shapes([*SQUARES[:3], endless]).to_file(tmp_path / "a.gpkg")
    (problem,) = problems(tmp_path / "a.gpkg")
    assert problem.row == 4 and "no finite number" in problem.expected


def test_points_are_no_boundaries(tmp_path: Path) -> None:
    shapes([Point(450_000, 350_000), Point(451_000, 350_000)]).to_file(tmp_path / "a.gpkg")
    (problem,) = problems(tmp_path / "a.gpkg")
    assert "this is no polygon" in problem.expected and problem.others == 1


def test_a_code_that_stands_twice_or_is_no_code_is_told(tmp_path: Path) -> None:
    shapes(LSOA21CD=["E01027920", "E01027920", "", "Ashfield"]).to_file(tmp_path / "a.gpkg")
    assert [(p.row, p.column) for p in problems(tmp_path / "a.gpkg")] == [(1, "lsoa_code"), (3, "lsoa_code")]


# What is mended.

def test_a_shape_that_crosses_itself_is_mended_and_listed_with_its_area(tmp_path: Path) -> None:
    bowtie = Polygon([(450_000, 350_000), (451_000, 351_000), (451_000, 350_000), (450_000, 351_000)])
    shapes([bowtie, *SQUARES[1:3]]).to_file(tmp_path / "a.gpkg")
    reading = read(tmp_path / "a.gpkg")
    assert reading.table.is_valid.all() and reading.table.area[0] == pytest.approx(500_000)
    assert [n.text.removeprefix("a.gpkg: 1 shapes that cross themselves were mended: ") for n in reading.notes][:1] == [
        "E01027920 (+500,000 square metres); 500,000 square metres in all"]


def test_a_shape_without_area_is_not_mended(tmp_path: Path) -> None:
    line = Polygon([(450_000, 350_000), (451_000, 350_000), (450_000, 350_000)])
    shapes([line, *SQUARES[1:3]]).to_file(tmp_path / "a.gpkg")
    assert "this shape has no area" in str(problems(tmp_path / "a.gpkg")[0])


def test_overlaps_are_noted(tmp_path: Path) -> None:
    shapes([SQUARES[0], SQUARES[0].buffer(10)]).to_file(tmp_path / "a.gpkg")
    assert [n.text for n in read(tmp_path / "a.gpkg").notes] == ["a.gpkg: the shapes overlap or leave gaps between them"]


# The real boundaries.

@pytest.mark.real
def test_the_real_boundaries_of_both_vintages(data: Path, tmp_path: Path) -> None:
    for vintage, count in (("lsoa", 505), ("lsoa11", 497)):
        path = data / "ons-geo" / f"{vintage}_E10000024_nottinghamshire.geojson"
        reading = read(path)
        table = reading.table
        assert len(table) == count and reading.notes == () and table["district_code"].nunique() == 7
        assert table.area.sum() / 1e6 == pytest.approx(2084.8, abs=0.1)          # square kilometres
        assert shapely.coverage_is_valid(table.geometry.to_numpy())
        cut = tmp_path / path.name
        shutil.copyfile(path, cut)
        cut.write_bytes(cut.read_bytes()[:-1000])
        assert "is corrupt or breaks off" in str(problems(cut)[0])
