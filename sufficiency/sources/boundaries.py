"""Boundaries of small areas (LSOA) and wards from GeoJSON, GeoPackage or shapefile, brought to the British National Grid.

A map library reads half a shapefile, metres called degrees, or latitude and longitude swapped, without a word; here each is
told. Coordinates are held against where England and Wales lie, shape by shape, and what they seem to be is suggested, never put
right in silence. Only shapes that cross themselves are repaired, and what changed is listed with its area.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyogrio
import pyproj
import shapely

from planning_areas.boundaries import CRS, Lsoas, Wards
from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import Reading
from sufficiency.sources.cells import EASTINGS, LATITUDES, LONGITUDES, NORTHINGS
from sufficiency.sources.frames import Layout, cells_of, held, map_problems, other_names, understood
from sufficiency.sources.reading import Ask, Reader, noted, source, unreadable
from sufficiency.sources.shape_files import Geometries, endless, opened, told_of, whole, within

AUTHORITY = r"(utla|ctyua) ?(20)?(\d\d)? ?(cd|code)"
DISTRICT = r"(ltla|lad|district) ?(20)?(\d\d)? ?(cd|code)"


@dataclass(frozen=True)
class Kind:
    """One kind of shapes: what they are called, which fields say so, and the table that they fill."""

    what: str                       # "small area"
    key: str                        # "lsoa_code"
    name: str                       # "lsoa_name"
    layout: Layout
    table: type[pa.DataFrameModel]


SMALL_AREAS = Kind("small area", "lsoa_code", "lsoa_name", Layout(
    ("lsoa_code",), ("lsoa_name", "district_code", "authority_code"),
    {
        "lsoa_code": r"lsoa ?(20)?(\d\d)? ?(cd|code)", "lsoa_name": r"lsoa ?(20)?(\d\d)? ?(nm|name)",
        "district_code": DISTRICT + r"( acti\w*)?", "authority_code": AUTHORITY,
    },
), Lsoas)
WARDS = Kind("ward", "ward_code", "ward_name", Layout(
    ("ward_code",), ("ward_name", "district_code", "authority_code"),
    {
        "ward_code": r"(wd|ward) ?(20)?(\d\d)? ?(cd|code)", "ward_name": r"(wd|ward) ?(20)?(\d\d)? ?(nm|name)",
        "district_code": DISTRICT, "authority_code": AUTHORITY,
    },
), Wards)
LOOKS = {
    "degrees": (LONGITUDES, LATITUDES, "degrees of longitude and latitude", "give it its CRS, EPSG:4326, and save it again"),
    "swapped": (LATITUDES, LONGITUDES, "degrees with latitude and longitude swapped", "save it with longitude first"),
    "grid": (EASTINGS, NORTHINGS, "metres on the British National Grid", "give it its CRS, EPSG:27700, and save it again"),
}
"""What coordinates can be told for: ranges of x and y, what that is, and what to do about it."""

MOST_NAMED = 5


def read_lsoa_boundaries(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the shapes of small areas, with their codes and districts, into EPSG:27700."""
    table, notes = _read(path, ask, SMALL_AREAS)
    return (Reading(table, source(READER, path, ask), noted(READER.table, path, notes)),)


def read_ward_boundaries(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the shapes of electoral wards, with their codes, names and districts, into EPSG:27700."""
    table, notes = _read(path, ask, WARDS)
    return (Reading(table, source(WARD_READER, path, ask), noted(WARD_READER.table, path, notes)),)


def _read(path: Path, ask: Ask, kind: Kind) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """The shapes of a kind on the grid, and what has to be said of them."""
    whole(path)
    shapes, notes = opened(path, lambda: _layer(path, ask, kind), "shape")
    shapes, told = _of_authority(shapes, path.name, ask, kind)
    geometry, told_of_shapes = _on_the_grid(shapes, path.name, kind)
    notes += told + told_of_shapes
    code, name = shapes[kind.key], cells_of(shapes, kind.name)
    typed = pd.DataFrame({kind.key: code, kind.name: name.where(name.ne(""), code),
                          "district_code": cells_of(shapes, "district_code"),
                          "geometry": pd.Series(geometry, index=shapes.index, dtype="object")})
    table = held(typed, kind.table, path.name, [], {})
    if not shapely.coverage_is_valid(geometry):
        notes.append("the shapes overlap or leave gaps between them")
    if "district_code" not in shapes.columns:
        notes.append(f"the file does not say in which district a {kind.what} lies")
    return gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=table["geometry"].to_numpy(), crs=CRS), tuple(notes)


def _layer(path: Path, ask: Ask, kind: Kind) -> tuple[str, dict[str, str], list[str]]:
    """Find the layer with codes of this kind: its name, its fields by our names, and the layers that are not read."""
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    seen: list[str] = []
    shapes = 0
    for layer in layers:
        info = pyogrio.read_info(path, layer=layer, force_feature_count=True)
        written, shapes = [str(f) for f in info["fields"]], shapes + int(info["features"])
        names = understood(written, kind.layout, ask)
        fields = {w: n for w, n in zip(written, names, strict=True) if n in (*kind.layout.needs, *kind.layout.may)}
        if kind.key in fields.values():
            if faults := map_problems(written, kind.layout, ask, path.name):
                raise EvidenceError(faults)
            return layer, fields, [other for other in layers if other != layer]
        seen += written
    if not shapes:
        raise unreadable(path, "there is no shape in the file", "download it again")
    raise EvidenceError([Problem(path.name, 0, kind.key, expected=f"a field with the codes of {kind.what}s is needed",
                                 advice=other_names([kind.key]) + "; the file has " + ", ".join(seen[:8]))])


def _of_authority(shapes: gpd.GeoDataFrame, file: str, ask: Ask, kind: Kind) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Keep the authority's shapes where the file names the authority of each."""
    if not ask.gss_code or "authority_code" not in shapes.columns:
        return shapes, []
    mine = shapes["authority_code"].eq(ask.gss_code)
    if not mine.any():
        found = ", ".join(sorted(shapes["authority_code"].unique())[:5])
        raise EvidenceError([Problem(file, 0, "authority_code", found=found, advice="check gss_code in authority.toml",
                                     expected=f"no shape is of authority {ask.gss_code}")])
    return shapes[mine], [] if mine.all() else [f"{(~mine).sum():,} {kind.what}s of other authorities left out"]


def _on_the_grid(shapes: gpd.GeoDataFrame, file: str, kind: Kind) -> tuple[Geometries, list[str]]:
    """Bring the shapes to the British National Grid; what has no shape, no CRS or no place in England or Wales is a problem."""
    geometry = shapely.force_2d(shapes.geometry.to_numpy())
    codes = shapes[kind.key]
    none = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    flat = np.isin(shapely.get_type_id(geometry), (3, 6))       # polygons, of one part or of several
    problems = told_of(file, codes, none, f"this {kind.what} has no shape", "the file may have broken off: download it again")
    problems += told_of(file, codes, endless(geometry), "a coordinate of this shape is no finite number",
                        "save it anew from its source")
    problems += told_of(file, codes, ~flat & ~none, "this is no polygon", f"take the boundaries, not the centres of {kind.what}s")
    if problems:
        raise EvidenceError(problems)
    if shapes.crs is None:
        guess = next((what for _, _, what, _ in _fitting(geometry)), "of no kind that is known")
        raise EvidenceError([Problem(file, expected="the file does not say which coordinates these are; they look like " + guess,
                                     advice="give it its CRS (EPSG) and save it again")])
    if problems := _misplaced(geometry, codes, shapes.crs, file):
        raise EvidenceError(problems)
    placed = gpd.GeoSeries(geometry, crs=shapes.crs).to_crs(CRS).to_numpy()
    outside = ~within(placed, EASTINGS, NORTHINGS)
    if outside.any():
        raise EvidenceError(told_of(file, codes, outside, "this shape is not in England or Wales", "check the CRS of the file"))
    return _repaired(placed, codes, file)


def _fitting(geometry: Geometries) -> list[tuple[tuple[float, float], tuple[float, float], str, str]]:
    """What the coordinates of all these shapes can be told for."""
    return [look for look in LOOKS.values() if within(geometry, look[0], look[1]).all()]


def _misplaced(geometry: Geometries, codes: pd.Series, crs: pyproj.CRS, file: str) -> list[Problem]:
    """Find shapes whose coordinates are not what the file says, and say what they look like."""
    says = "degrees" if crs.is_geographic else "grid" if crs.to_epsg() == 27700 else ""
    if not says:
        return []       # another projection: told after it is brought to the grid
    xs, ys, named, _ = LOOKS[says]
    wrong = ~within(geometry, xs, ys)
    problems: list[Problem] = []
    for key, (x, y, what, advice) in LOOKS.items():
        alike = wrong & within(geometry, x, y)
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
WARD_READER = Reader("ward_boundaries", "wards", "Boundaries of electoral wards",
                     "Office for National Statistics, Open Geography Portal", read_ward_boundaries)
