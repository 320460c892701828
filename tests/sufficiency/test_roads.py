"""Roads: read in every format and spelling, with what is wrong told at its link; and how a workspace's roads become a network."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiLineString, Point

from planning_areas.boundaries import CRS
from planning_areas.reach import access, pairs_within, reach
from planning_areas.tables import EvidenceError, Problem
from planning_areas.travel import shortest
from sufficiency.evidence import Reading
from sufficiency.sources.local import READERS
from sufficiency.sources.reading import Ask
from sufficiency.sources.roads import read_road_links
from sufficiency.travel.travel_rules import band_of, by_car, by_road, decays, on_foot

X, Y = 455_000.0, 345_000.0
ENDS = [((0, 0), (1000, 0)), ((1000, 0), (1000, 800)), ((0, 0), (1000, 800))]
ABOUT: dict[str, list[Any]] = {
    "identifier": ["L1", "L2", "L3"], "startNode": ["a", "b", "a"], "endNode": ["b", "c", "c"], "length": [1000, 800, 1281],
    "class": ["Unclassified", "B Road", "Motorway"], "function": ["Local Road", "B Road", "Motorway"],
    "formOfWay": ["Single Carriageway"] * 3, "name1": ["Mill Lane", None, None], "roadNumber": [None, "B600", "M1"],
}
NOT_FOOTPATHS = pd.DataFrame({"link_id": ["L2"]})


def roads(crs: str | None = CRS, lines: list[Any] | None = None, **columns: list[Any]) -> gpd.GeoDataFrame:
    drawn = lines or [LineString([(X + a, Y + b), (X + c, Y + d)]) for (a, b), (c, d) in ENDS]
    return gpd.GeoDataFrame({**ABOUT, **columns}, geometry=drawn, crs=crs)


def read(path: Path, ask: Ask | None = None) -> Reading:
    (reading,) = read_road_links(path, ask or Ask())
    return reading


def saved(frame: gpd.GeoDataFrame, path: Path, **options: Any) -> Path:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")
        frame.to_file(path, **options)
    return path


def told(path: Path, ask: Ask | None = None) -> list[Problem]:
    with pytest.raises(EvidenceError) as caught:
        read(path, ask)
    assert {p.file for p in caught.value.problems} == {path.name}
    return list(caught.value.problems)


def texts(reading: Reading) -> str:
    return "\n".join(note.text for note in reading.notes)


@pytest.mark.parametrize("name", ["roads.gpkg", "roads.geojson", "roads.shp"])
def test_every_format_gives_the_same_links_on_the_grid(name: str, tmp_path: Path) -> None:
    frame = roads().to_crs(4326) if name.endswith("geojson") else roads()
    reading = read(saved(frame, tmp_path / name))
    table = reading.table
    assert table.crs.to_epsg() == 27700 and table["link_id"].tolist() == ["L1", "L2", "L3"]
    assert table["start_node"].tolist() == ["a", "b", "a"] and table["metres"].tolist() == [1000.0, 800.0, 1281.0]
    assert table["road_function"].tolist() == ["Local Road", "B Road", "Motorway"]
    assert table["road_name"].tolist() == ["Mill Lane", "B600", "M1"]
    assert table.length.tolist() == pytest.approx([1000.0, 800.0, 1280.6], abs=0.05) and reading.notes == ()
    assert reading.source.table == "road_links" and reading.source.publisher == "Ordnance Survey"


def test_the_geopackage_of_the_survey_goes_by_other_names_and_has_other_layers(tmp_path: Path) -> None:
    path = tmp_path / "oproad_gb.gpkg"
    nodes = gpd.GeoDataFrame({"id": ["a"], "form_of_road_node": ["junction"]}, geometry=[Point(X, Y)], crs=CRS)
    nodes.to_file(path, layer="road_node")
    names = {"identifier": "id", "startNode": "start_node", "endNode": "end_node", "class": "road_classification",
             "function": "road_function", "formOfWay": "form_of_way", "name1": "name_1",
             "roadNumber": "road_classification_number"}
    roads().rename(columns=names).to_file(path, layer="road_link")
    reading = read(path)
    assert reading.table["road_class"].tolist() == ["Unclassified", "B Road", "Motorway"]
    assert reading.table["start_node"].tolist() == ["a", "b", "a"] and reading.table["road_name"].tolist()[1] == "B600"
    assert texts(reading) == "oproad_gb.gpkg: layer road_link is read, not road_node"


def test_a_file_with_nothing_but_lines_makes_do_and_says_so(tmp_path: Path) -> None:
    reading = read(saved(roads()[["identifier", "geometry"]], tmp_path / "bare.gpkg"))
    table = reading.table
    assert table["metres"].tolist() == pytest.approx([1000.0, 800.0, 1280.62], abs=0.01)
    assert table.loc[0, "end_node"] == table.loc[1, "start_node"] and table.loc[1, "end_node"] == table.loc[2, "end_node"]
    assert "lines that end on the same centimetre meet there" in texts(reading) and "gives no lengths" in texts(reading)
    assert texts(reading).count("a motorway cannot be told") == 2


def test_what_the_file_contradicts_in_itself_is_told(tmp_path: Path) -> None:
    wrong = roads(length=[1000, 300, None])
    wrong.loc[1, "startNode"] = "a"
    reading = read(saved(wrong, tmp_path / "odd.gpkg"))
    assert "1 published lengths are not those of their lines, the most at link 2 (300 m, its line 800 m)" in texts(reading)
    assert "1 links have no length: it is that of the line" in texts(reading)
    assert "links that meet at 1 junctions end more than 1 m from each other, as at a" in texts(reading)
    assert reading.table["metres"].tolist() == pytest.approx([1000.0, 300.0, 1280.62], abs=0.01)


def test_a_line_in_two_pieces_that_join_is_one(tmp_path: Path) -> None:
    half = MultiLineString([[(X, Y), (X + 400, Y)], [(X + 400, Y), (X + 1000, Y)]])
    lines = [half, *roads().geometry[1:]]
    assert read(saved(roads(lines=lines), tmp_path / "a.gpkg")).table.geometry.geom_type.eq("LineString").all()
    apart = MultiLineString([[(X, Y), (X + 400, Y)], [(X + 500, Y), (X + 1000, Y)]])
    (problem,) = told(saved(roads(lines=[*lines[1:], apart]), tmp_path / "b.gpkg"))
    assert problem.row == 3 and "several lines that do not join" in problem.expected


@pytest.mark.parametrize(
    ("frame", "row", "column", "says"),
    [(roads(identifier=["L1", "L1", "L3"]), 1, "identifier", "rows 1 and 2 say this twice"),
     (roads(length=["12", "far", "1"]), 2, "length", "metres expected"),
     (roads(startNode=["a", "", "b"]), 2, "startNode", "some text"),
     (roads(crs=None), 0, "", "does not say which coordinates"),
     (roads(lines=[LineString([(X, Y), (X, Y + 9)]), LineString([(-X, Y), (X, Y)]), LineString([(X, Y), (X, Y + 9)])]), 2,
      "geometry", "not in Britain"),
     (roads(lines=[Point(X, Y).buffer(9)] * 3), 1, "geometry", "this is no line"),
     (roads(lines=[LineString([(X, Y), (X, Y + 9)]), None, LineString([(X, Y), (X, Y + 9)])]), 2, "geometry", "has no line"),
     (roads().drop(columns="identifier"), 0, "identifier", "a layer of lines with an identifier")],
    ids=["twice", "no length", "no node", "no crs", "off the map", "polygons", "no line", "no identifier"],
)
def test_each_thing_that_is_wrong_is_told_where_it_is(
    frame: gpd.GeoDataFrame, row: int, column: str, says: str, tmp_path: Path,
) -> None:
    problems = told(saved(frame, tmp_path / "roads.gpkg"))
    assert any((p.row, p.column) == (row, column) and re.search(says, str(p)) for p in problems), [str(p) for p in problems]


def test_a_broken_off_file_is_refused_in_words(tmp_path: Path) -> None:
    path = saved(roads().to_crs(4326), tmp_path / "roads.geojson")
    path.write_bytes(path.read_bytes()[:700])
    (problem,) = told(path)
    assert "corrupt or breaks off" in problem.expected and str(tmp_path) not in str(problem)
    empty = tmp_path / "none.geojson"
    empty.write_text(json.dumps({"type": "FeatureCollection", "features": []}), encoding="utf-8")
    assert told(empty)


def test_a_column_goes_by_the_workspaces_name(tmp_path: Path) -> None:
    path = saved(roads().rename(columns={"identifier": "strasse"}), tmp_path / "roads.gpkg")
    assert read(path, Ask(columns={"identifier": "strasse"})).table["link_id"].tolist() == ["L1", "L2", "L3"]


def test_the_councils_list_of_roads_that_are_not_safe(tmp_path: Path) -> None:
    reader = next(r for r in READERS if r.name == "barred_links")
    path = tmp_path / "barred_links.csv"
    path.write_text("link_id,reason,author,made_on\nL2,no footway,road safety officer,12/03/2026\n", encoding="utf-8")
    (reading,) = reader.read(path, Ask())
    assert reading.table.to_dict("records") == [
        {"link_id": "L2", "reason": "no footway", "author": "road safety officer", "made_on": "2026-03-12"}]
    path.write_text("link_id,reason,author,made_on\nL2,,,\n", encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        reader.read(path, Ask())
    assert {p.column for p in caught.value.problems} == {"reason", "author", "made_on"}


def test_a_workspaces_roads_become_ways_on_foot_by_road_and_by_car(tmp_path: Path) -> None:
    """On foot never by the motorway; with the B road barred there is no way; by car 1,281 m at 100 km/h."""
    links = read(saved(roads(), tmp_path / "roads.gpkg")).table
    here, there = np.array([[X, Y]]), np.array([[X + 1000.0, Y + 800.0]])
    nobody = NOT_FOOTPATHS.iloc[:0]
    assert shortest(on_foot(links, nobody), here, there, 9000.0).distance.toarray().tolist() == [[1800.0]]
    assert shortest(on_foot(links, NOT_FOOTPATHS), here, there, 9000.0).distance.nnz == 0
    assert shortest(by_road(links), here, there, 9000.0).distance.toarray().tolist() == [[1281.0]]
    car = shortest(by_car(links), here, there, 15.0)
    assert car.distance.toarray()[0, 0] == pytest.approx(1281 / 100_000 * 60) and car.basis == "driving"


def test_the_rulebook_weighs_distance_and_names_the_bands() -> None:
    for mode in ("walking", "driving", "straight_line"):
        kinds = decays(mode)
        assert set(kinds) == {"2sfca", "e2sfca", "gaussian"} and len({decay.limit for decay in kinds.values()}) == 1
    assert [band_of(x) for x in (0.0, 0.0999, 0.10, 0.33, 0.43, 2.0)] == [
        "very low", "very low", "low", "high", "very high", "very high"]
    steps = decays("straight_line")["e2sfca"]
    places = np.array([[0.0, 0.0], [5000.0, 0.0]])
    found = access(reach(pairs_within(places, places[:1], 5000.0), steps, np.array([10.0, 10.0])), np.array([12.2]))
    assert found.index.tolist() == pytest.approx([1.0, 0.22])
