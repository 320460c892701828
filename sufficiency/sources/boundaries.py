"""Boundaries of small areas (LSOA) from GeoJSON, GeoPackage or shapefile, brought to the British National Grid.

A map library reads half a shapefile, metres called degrees, or latitude and longitude swapped, without a word; here each is
told. Coordinates are held against where England and Wales lie, shape by shape, and what they seem to be is suggested, never put
right in silence. Only shapes that cross themselves are repaired, and what changed is listed with its area.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from planning_areas.boundaries import CRS, Lsoas
from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import Reading
from sufficiency.sources.cells import EASTINGS, LATITUDES, LONGITUDES, NORTHINGS
from sufficiency.sources.frames import Layout, cells_of, held, map_problems, other_names, understood
from sufficiency.sources.reading import Ask, Reader, noted, source, unreadable

Geometries = np.ndarray[Any, np.dtype[np.object_]]

BEGINNINGS = {".geojson": b"{", ".json": b"{", ".gpkg": b"SQLite format 3\x00", ".shp": b"\x00\x00\x27\x0a"}
NEEDED_PARTS = {".shx": "the index of the shapes", ".dbf": "the table of codes and names", ".prj": "which coordinates they are"}
LAYOUT = Layout(
    ("lsoa_code",), ("lsoa_name", "district_code", "authority_code"),
    {
        "lsoa_code": r"lsoa ?(20)?(\d\d)? ?(cd|code)", "lsoa_name": r"lsoa ?(20)?(\d\d)? ?(nm|name)",
        "district_code": r"(ltla|lad|district) ?(20)?(\d\d)? ?(cd|code)( acti\w*)?",
        "authority_code": r"(utla|ctyua) ?(20)?(\d\d)? ?(cd|code)",
    },
)
LOOKS = {
    "degrees": (LONGITUDES, LATITUDES, "degrees of longitude and latitude", "give it its CRS, EPSG:4326, and save it again"),
    "swapped": (LATITUDES, LONGITUDES, "degrees with latitude and longitude swapped", "save it with longitude first"),
    "grid": (EASTINGS, NORTHINGS, "metres on the British National Grid", "give it its CRS, EPSG:27700, and save it again"),
}
"""What coordinates can be told for: ranges of x and y, what that is, and what to do about it."""

MOST_NAMED = 5


def read_lsoa_boundaries(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the shapes of small areas, with their codes and districts, into EPSG:27700."""
    whole(path)
    shapes, notes = _opened(path, ask)
    shapes, told = _of_authority(shapes, path.name, ask)
    geometry, told_of_shapes = _on_the_grid(shapes, path.name)
    notes += told + told_of_shapes
    code, name = shapes["lsoa_code"], cells_of(shapes, "lsoa_name")
    typed = pd.DataFrame({"lsoa_code": code, "lsoa_name": name.where(name.ne(""), code),
                          "district_code": cells_of(shapes, "district_code"),
                          "geometry": pd.Series(geometry, index=shapes.index, dtype="object")})
    table = held(typed, Lsoas, path.name, [], {})
    if not shapely.coverage_is_valid(geometry):
        notes.append("the shapes overlap or leave gaps between them")
    if "district_code" not in shapes.columns:
        notes.append("the file does not say in which district a small area lies")
    placed = gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=table["geometry"].to_numpy(), crs=CRS)
    return (Reading(placed, source(READER, path, ask), noted(READER.table, path, tuple(notes))),)


def whole(path: Path) -> None:
    """Refuse a file that is missing, of another kind, broken off, or without the parts that belong to it."""
    beginning = BEGINNINGS.get(path.suffix.lower())
    if beginning is None:
        raise unreadable(path, "a GeoJSON, GeoPackage or shapefile expected", "save it as GeoPackage (.gpkg)")
    if not path.is_file():
        raise unreadable(path, "this file is named in the workspace but is not there", "check the name in authority.toml")
    with path.open("rb") as file:
        head = file.read(100)
    if not head.strip():
        raise unreadable(path, "the file is empty", "download it again")
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(beginning) and not head.startswith(beginning):
        raise unreadable(path, f"this is no {path.suffix.lower()} file inside", "download it again, or name it by what it is")
    if path.suffix.lower() == ".shp":
        _whole_shapefile(path, head)


def _whole_shapefile(path: Path, head: bytes) -> None:
    """A shapefile is several files; its main one says in its head how long it is."""
    beside = {entry.name.casefold() for entry in path.parent.iterdir()}
    advice = "copy all parts of a shapefile together"
    problems = [Problem(path.name, expected=f"{path.stem}{end} is missing: {what}", advice=advice)
                for end, what in NEEDED_PARTS.items() if f"{path.stem}{end}".casefold() not in beside]
    told, actual = 2 * int.from_bytes(head[24:28], "big"), path.stat().st_size
    if told > actual:
        problems.append(Problem(path.name, expected=f"the file breaks off: {actual:,} of {told:,} bytes are there",
                                advice="download it again"))
    if problems:
        raise EvidenceError(problems)


def _opened(path: Path, ask: Ask) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Read the layer that has codes of small areas, with the columns that are wanted, as text."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            layer, fields, others = _layer(path, ask)
            shapes = pyogrio.read_dataframe(path, layer=layer, columns=list(fields), use_arrow=False)
        except (RuntimeError, ValueError, OSError, shapely.errors.ShapelyError) as fault:
            told = re.split(r"[;\n]", str(fault).replace(str(path), path.name))[0][:120].rstrip(".")
            raise unreadable(path, f"the file is corrupt or breaks off ({told})", "download it again, or save it anew") from None
    if shapes.empty:
        raise unreadable(path, "there is no shape in the file", "download it again")
    shapes = shapes.rename(columns=fields)
    shapes.index = pd.RangeIndex(1, len(shapes) + 1)        # the number of the shape in the file
    for column in fields.values():
        shapes[column] = shapes[column].astype("object").where(shapes[column].notna(), "").astype("str").str.strip()
    notes = [f"layer {layer} is read, not {', '.join(others)}"] if others else []
    return shapes, notes + sorted({str(w.message)[:150] for w in said})


def _layer(path: Path, ask: Ask) -> tuple[str, dict[str, str], list[str]]:
    """Find the layer with codes of small areas: its name, its fields by our names, and the layers that are not read."""
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    seen: list[str] = []
    shapes = 0
    for layer in layers:
        info = pyogrio.read_info(path, layer=layer, force_feature_count=True)
        written, shapes = [str(f) for f in info["fields"]], shapes + int(info["features"])
        names = understood(written, LAYOUT, ask)
        fields = {w: n for w, n in zip(written, names, strict=True) if n in (*LAYOUT.needs, *LAYOUT.may)}
        if "lsoa_code" in fields.values():
            if faults := map_problems(written, LAYOUT, ask, path.name):
                raise EvidenceError(faults)
            return layer, fields, [other for other in layers if other != layer]
        seen += written
    if not shapes:
        raise unreadable(path, "there is no shape in the file", "download it again")
    raise EvidenceError([Problem(path.name, 0, "lsoa_code", expected="a field with the codes of small areas is needed",
                                 advice=other_names(["lsoa_code"]) + "; the file has " + ", ".join(seen[:8]))])


def _of_authority(shapes: gpd.GeoDataFrame, file: str, ask: Ask) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Keep the authority's shapes where the file names the authority of each."""
    if not ask.gss_code or "authority_code" not in shapes.columns:
        return shapes, []
    mine = shapes["authority_code"].eq(ask.gss_code)
    if not mine.any():
        found = ", ".join(sorted(shapes["authority_code"].unique())[:5])
        raise EvidenceError([Problem(file, 0, "authority_code", found=found, advice="check gss_code in authority.toml",
                                     expected=f"no shape is of authority {ask.gss_code}")])
    return shapes[mine], [] if mine.all() else [f"{(~mine).sum():,} small areas of other authorities left out"]


def _on_the_grid(shapes: gpd.GeoDataFrame, file: str) -> tuple[Geometries, list[str]]:
    """Bring the shapes to the British National Grid; what has no shape, no CRS or no place in England or Wales is a problem."""
    geometry = shapely.force_2d(shapes.geometry.to_numpy())
    codes = shapes["lsoa_code"]
    none = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    endless = np.zeros(len(geometry), dtype=bool)
    endless[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    flat = np.isin(shapely.get_type_id(geometry), (3, 6))       # polygons, of one part or of several
    problems = told_of(file, codes, none, "this small area has no shape", "the file may have broken off: download it again")
    problems += told_of(file, codes, endless, "a coordinate of this shape is no finite number", "save it anew from its source")
    problems += told_of(file, codes, ~flat & ~none, "this is no polygon", "take the boundaries, not the centres of small areas")
    if problems:
        raise EvidenceError(problems)
    if shapes.crs is None:
        guess = next((what for _, _, what, _ in _fitting(geometry)), "of no kind that is known")
        raise EvidenceError([Problem(file, expected="the file does not say which coordinates these are; they look like " + guess,
                                     advice="give it its CRS (EPSG) and save it again")])
    if problems := _misplaced(geometry, codes, shapes.crs, file):
        raise EvidenceError(problems)
    placed = gpd.GeoSeries(geometry, crs=shapes.crs).to_crs(CRS).to_numpy()
    outside = ~_within(placed, EASTINGS, NORTHINGS)
    if outside.any():
        raise EvidenceError(told_of(file, codes, outside, "this shape is not in England or Wales", "check the CRS of the file"))
    return _repaired(placed, codes, file)


def told_of(file: str, codes: pd.Series, bad: np.ndarray[Any, np.dtype[np.bool_]], what: str, advice: str) -> list[Problem]:
    """One problem for all shapes of which something is wrong, at the first of them."""
    if not bad.any():
        return []
    first = int(np.flatnonzero(bad)[0])
    return [Problem(file, int(codes.index[first]), "geometry", found=str(codes.iloc[first]), expected=what, advice=advice,
                    others=int(bad.sum()) - 1)]


def _within(geometry: Geometries, xs: tuple[float, float], ys: tuple[float, float]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Say which shapes lie whole within ranges of x and y."""
    west, south, east, north = shapely.bounds(geometry).T
    inside: np.ndarray[Any, np.dtype[np.bool_]] = (west >= xs[0]) & (east <= xs[1]) & (south >= ys[0]) & (north <= ys[1])
    return inside


def _fitting(geometry: Geometries) -> list[tuple[tuple[float, float], tuple[float, float], str, str]]:
    """What the coordinates of all these shapes can be told for."""
    return [look for look in LOOKS.values() if _within(geometry, look[0], look[1]).all()]


def _misplaced(geometry: Geometries, codes: pd.Series, crs: pyproj.CRS, file: str) -> list[Problem]:
    """Find shapes whose coordinates are not what the file says, and say what they look like."""
    says = "degrees" if crs.is_geographic else "grid" if crs.to_epsg() == 27700 else ""
    if not says:
        return []       # another projection: told after it is brought to the grid
    xs, ys, named, _ = LOOKS[says]
    wrong = ~_within(geometry, xs, ys)
    problems: list[Problem] = []
    for key, (x, y, what, advice) in LOOKS.items():
        alike = wrong & _within(geometry, x, y)
        if key != says and alike.any():
            part = "" if alike.all() else f"{alike.sum()} of {len(alike)} shapes are in other coordinates: "
            problems += told_of(file, codes, alike, f"{part}the file says {named}, but these look like {what}", advice)
            wrong &= ~alike
    return problems + told_of(file, codes, wrong, f"the file says {named}, and this shape is not in England or Wales",
                            "check the CRS of the file")


def _repaired(geometry: Geometries, codes: pd.Series, file: str) -> tuple[Geometries, list[str]]:
    """Mend shapes that cross themselves, and say by how much their area changed."""
    broken = ~shapely.is_valid(geometry)
    if not broken.any():
        return geometry, []
    before = shapely.area(geometry[broken])
    mended = np.array([_polygons(shape) for shape in shapely.make_valid(geometry[broken])], dtype=object)
    lost = np.zeros(len(geometry), dtype=bool)
    lost[broken] = shapely.area(mended) == 0
    if lost.any():
        raise EvidenceError(told_of(file, codes, lost, "this shape has no area", "take its outline from the source again"))
    changed = shapely.area(mended) - before
    named = [f"{code} ({change:+,.0f} square metres)" for code, change in zip(codes[broken][:MOST_NAMED], changed, strict=False)]
    more = f" and {broken.sum() - MOST_NAMED} more" if broken.sum() > MOST_NAMED else ""
    whole = geometry.copy()
    whole[broken] = mended
    return whole, [f"{broken.sum()} shapes that cross themselves were mended: {', '.join(named)}{more}; "
                   f"{np.abs(changed).sum():,.0f} square metres in all"]


def _polygons(shape: Any) -> Any:
    """The polygons of a mended shape, without the lines and points that mending can leave."""
    parts = shapely.get_parts(shape)
    return shapely.union_all([part for part in shapely.get_parts(parts) if part.geom_type == "Polygon"])


READER = Reader("lsoa_boundaries", "lsoas", "Boundaries of Lower layer Super Output Areas",
                "Office for National Statistics, Open Geography Portal", read_lsoa_boundaries)
