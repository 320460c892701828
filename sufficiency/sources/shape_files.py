"""Files of shapes - GeoJSON, GeoPackage, shapefile - opened so that a broken one is told and never read by half."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from planning_areas.tables import EvidenceError, Problem
from sufficiency.sources.reading import unreadable

Geometries = np.ndarray[Any, np.dtype[np.object_]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]
Found = tuple[str, dict[str, str], list[str]]
"""A layer's name, its fields (as written -> as the reader calls them), and the layers that are not read."""

BEGINNINGS = {".geojson": b"{", ".json": b"{", ".gpkg": b"SQLite format 3\x00", ".shp": b"\x00\x00\x27\x0a"}
NEEDED_PARTS = {".shx": "the index of the shapes", ".dbf": "the table of codes and names", ".prj": "which coordinates they are"}


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


def opened(path: Path, layer_of: Callable[[], Found], what: str) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Read the layer that is wanted, with the columns that are wanted, as text, and say what is worth telling of it.

    layer_of: finds the layer; what: of which the file should hold some ("road"). `attrs["written"]` tells how fields are written.
    """
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            layer, fields, others = layer_of()
            shapes = pyogrio.read_dataframe(path, layer=layer, columns=list(fields), use_arrow=False)
        except (RuntimeError, ValueError, OSError, shapely.errors.ShapelyError) as fault:
            told = re.split(r"[;\n]", str(fault).replace(str(path), path.name))[0][:120].rstrip(".")
            raise unreadable(path, f"the file is corrupt or breaks off ({told})", "download it again, or save it anew") from None
    if shapes.empty:
        raise unreadable(path, f"there is no {what} in the file", "download it again")
    shapes = shapes.rename(columns=fields)
    shapes.index = pd.RangeIndex(1, len(shapes) + 1)        # the number of each in the file
    for column in fields.values():
        shapes[column] = shapes[column].astype("object").where(shapes[column].notna(), "").astype("str").str.strip()
    shapes.attrs["written"] = {ours: theirs for theirs, ours in fields.items()}
    notes = [f"layer {layer} is read, not {', '.join(others)}"] if others else []
    return shapes, notes + sorted({str(w.message)[:150] for w in said})


def told_of(file: str, codes: pd.Series, bad: np.ndarray[Any, np.dtype[np.bool_]], what: str, advice: str) -> list[Problem]:
    """One problem for all shapes of which something is wrong, at the first of them."""
    if not bad.any():
        return []
    first = int(np.flatnonzero(bad)[0])
    return [Problem(file, int(codes.index[first]), "geometry", found=str(codes.iloc[first]), expected=what, advice=advice,
                    others=int(bad.sum()) - 1)]


def endless(geometry: Geometries) -> Flags:
    """Say which shapes have a coordinate that is no finite number."""
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    found = np.zeros(len(geometry), dtype=bool)
    found[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    return found


def within(geometry: Geometries, xs: tuple[float, float], ys: tuple[float, float]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Say which shapes lie whole within ranges of x and y."""
    west, south, east, north = shapely.bounds(geometry).T
    inside: np.ndarray[Any, np.dtype[np.bool_]] = (west >= xs[0]) & (east <= xs[1]) & (south >= ys[0]) & (north <= ys[1])
    return inside
