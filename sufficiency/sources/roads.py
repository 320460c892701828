"""Roads as links between junctions, from OS Open Roads (its RoadLink layer) in GeoPackage, shapefile or GeoJSON.

The file is read as it is given: it ought to reach as far beyond the authority's border as people travel, and no further. Another
road file serves as well where it has an identifier and lines: where it does not name its junctions, lines that end on the same
centimetre meet there, and where it gives no lengths, they are those of the lines. What a file of that kind cannot do, such as
telling a motorway, is said.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from planning_areas.boundaries import CRS
from planning_areas.tables import EvidenceError, Problem
from planning_areas.travel import RoadLinks
from sufficiency.evidence import Reading
from sufficiency.sources.cells import LATITUDES, LONGITUDES
from sufficiency.sources.frames import Layout, cells_of, held, left_out, map_problems, other_names, understood
from sufficiency.sources.reading import Ask, Reader, noted, source
from sufficiency.sources.shape_files import Geometries, endless, opened, told_of, whole, within

EASTINGS, NORTHINGS = (0, 700_000), (0, 1_300_000)      # Great Britain: roads do not end at the border of England
LAYOUT = Layout(
    ("identifier",), ("startNode", "endNode", "length", "class", "function", "formOfWay", "name1", "roadNumber"),
    {
        "identifier": r"id|link ?id|toid|inspireid", "startNode": r"start ?node|startnode", "endNode": r"end ?node|endnode",
        "class": r"road ?class(ification)?|roadclassification", "function": r"road ?function|roadfunction",
        "formOfWay": r"form ?of ?way|formofway", "name1": r"name ?1|road ?name", "roadNumber": r"road ?(classification ?)?number",
    },
)
PUBLISHED = {
    "link_id": "identifier", "start_node": "startNode", "end_node": "endNode", "metres": "length", "road_class": "class",
    "road_function": "function", "form_of_way": "formOfWay", "road_name": "name1",
}
LOSES = {
    "function": "a motorway cannot be told from a road to walk on, unless by its class",
    "class": "a motorway cannot be told from a road to walk on, unless by its function",
}
APART = 1.0         # metres by which a published length may differ from its line, and ends of links from each other
APART_SHARE = 0.02


def read_road_links(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read road links into EPSG:27700, with their junctions and lengths."""
    whole(path)
    shapes, notes = opened(path, lambda: _layer(path, ask), "road")
    lines = _lines(shapes, path.name)
    ends = _junctions(shapes, lines, notes)
    number, road = cells_of(shapes, "roadNumber"), cells_of(shapes, "name1")
    typed = pd.DataFrame({
        "link_id": shapes["identifier"], "start_node": ends[0], "end_node": ends[1],
        "metres": _lengths(shapes, lines, path.name, notes),
        "road_class": cells_of(shapes, "class"), "road_function": cells_of(shapes, "function"),
        "form_of_way": cells_of(shapes, "formOfWay"), "road_name": road.where(road.ne(""), number),
        "geometry": pd.Series(lines, index=shapes.index, dtype="object"),
    })
    written = {ours: str(shapes.attrs["written"].get(theirs, theirs)) for ours, theirs in PUBLISHED.items()}
    table = held(typed, RoadLinks, path.name, [], written)
    notes += left_out(shapes, LOSES)
    placed = gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=table["geometry"].to_numpy(), crs=CRS)
    return (Reading(placed, source(READER, path, ask), noted(READER.table, path, tuple(notes))),)


def _layer(path: Path, ask: Ask) -> tuple[str, dict[str, str], list[str]]:
    """Find the layer of lines with an identifier: its name, its fields by the publication's names, and the other layers."""
    layers = sorted(((str(name), str(kind)) for name, kind in pyogrio.list_layers(path)), key=lambda each: "Line" not in each[1])
    seen: list[str] = []
    for layer, _ in layers:     # those of lines first
        written = [str(f) for f in pyogrio.read_info(path, layer=layer)["fields"]]
        names = understood(written, LAYOUT, ask)
        if "identifier" not in names:
            seen += written
            continue
        if faults := map_problems(written, LAYOUT, ask, path.name):
            raise EvidenceError(faults)
        known = {w: n for w, n in zip(written, names, strict=True) if n in (*LAYOUT.needs, *LAYOUT.may)}
        return layer, known, [other for other, _ in layers if other != layer]
    raise EvidenceError([Problem(path.name, 0, "identifier", expected="a layer of lines with an identifier of each is needed",
                                 advice=other_names(["identifier"]) + "; the file has " + ", ".join(seen[:8]))])


def _lines(shapes: gpd.GeoDataFrame, file: str) -> Geometries:
    """Bring the lines to the British National Grid, each in one piece; what has no line or no place in Britain is a problem."""
    codes = shapes["identifier"]
    raw = shapely.force_2d(shapes.geometry.to_numpy())
    none = shapely.is_missing(raw) | shapely.is_empty(raw)
    flat = np.isin(shapely.get_type_id(raw), (1, 5))        # lines, of one part or of several
    problems = told_of(file, codes, none, "this link has no line", "the file may have broken off: download it again")
    problems += told_of(file, codes, ~flat & ~none, "this is no line", "take the links of the roads, not their junctions")
    if problems:
        raise EvidenceError(problems)
    problems = told_of(file, codes, endless(raw), "a coordinate of this line is no finite number", "save it anew from its source")
    if shapes.crs is None:
        problems.append(Problem(file, expected="the file does not say which coordinates these are",
                                advice="give it its CRS (EPSG) and save it again"))
    if not problems and shapes.crs.is_geographic:
        problems = told_of(file, codes, ~within(raw, LONGITUDES, LATITUDES), "the file says degrees of longitude and latitude, "
                           "and this line is not in Britain", "save it with longitude first, or give it its CRS")
    if problems:
        raise EvidenceError(problems)
    lines: Geometries = gpd.GeoSeries(raw, crs=shapes.crs).to_crs(CRS).to_numpy()
    several = shapely.get_type_id(lines) == 5
    lines[several] = shapely.line_merge(lines[several])
    outside = ~within(lines, EASTINGS, NORTHINGS)
    problems = told_of(file, codes, outside, "this line is not in Britain", "check the CRS of the file")
    problems += told_of(file, codes, shapely.get_type_id(lines) != 1, "this link is of several lines that do not join",
                        "give each its own row")
    if problems:
        raise EvidenceError(problems)
    return lines


def _junctions(shapes: gpd.GeoDataFrame, lines: Geometries, notes: list[str]) -> tuple[pd.Series, pd.Series]:
    """The nodes at which each line begins and ends: as the file names them, or else by where that is, to the centimetre."""
    where = [np.round(shapely.get_coordinates(shapely.get_point(lines, at)), 2) for at in (0, -1)]
    if {"startNode", "endNode"} <= set(shapes.columns):
        node = pd.concat([shapes["startNode"], shapes["endNode"]], ignore_index=True)
        spread = pd.DataFrame(np.concatenate(where)).groupby(node.to_numpy()).agg(["min", "max"])
        wide = np.hypot(spread[0]["max"] - spread[0]["min"], spread[1]["max"] - spread[1]["min"]) > APART
        if wide.any():
            notes.append(f"links that meet at {wide.sum():,} junctions end more than {APART:g} m from each other, "
                         f"as at {wide.idxmax()}: ways through them may be wrong")
        return shapes["startNode"], shapes["endNode"]
    notes.append("the file does not name the junctions: lines that end on the same centimetre meet there")
    first, last = (pd.Series([f"{x:.2f} {y:.2f}" for x, y in points.tolist()], index=shapes.index) for points in where)
    return first, last


def _lengths(shapes: gpd.GeoDataFrame, lines: Geometries, file: str, notes: list[str]) -> pd.Series:
    """The published lengths, in metres; of the line where there is none. A length that is not the line's is told."""
    drawn = pd.Series(shapely.length(lines), index=shapes.index)
    if "length" not in shapes.columns:
        notes.append("the file gives no lengths: they are those of the lines")
        return drawn
    told = pd.to_numeric(shapes["length"], errors="coerce")
    wrong = shapes["length"].ne("") & ~(told >= 0)
    if wrong.any():
        row = int(wrong.idxmax())
        raise EvidenceError([Problem(file, row, "length", found=str(shapes.loc[row, "length"]), others=int(wrong.sum()) - 1,
                                     expected="metres expected, at least 0")])
    if (blank := told.isna()).any():
        notes.append(f"{blank.sum():,} links have no length: it is that of the line")
    differ = (told - drawn).abs() > APART + APART_SHARE * drawn
    if differ.any():
        row = int((told - drawn).abs().idxmax())
        notes.append(f"{differ.sum():,} published lengths are not those of their lines, the most at link {row} "
                     f"({told[row]:,.0f} m, its line {drawn[row]:,.0f} m): the published length counts")
    return told.fillna(drawn).astype("float64")


READER = Reader("os_open_roads", "road_links", "OS Open Roads: road links", "Ordnance Survey", read_road_links)
