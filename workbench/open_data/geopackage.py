"""One GeoPackage of a release: areas, schools, housing sites and group settings where they are, and each table beside its shapes.

Method. Shapes are told once, in the layer `areas`. A table that is told by area is a table of the file, and a layer `map_...` of
the same name lays it upon the shapes, so that it can be coloured without joining anything; no shape is told twice. Whoever works
at home is in no layer of points. A hidden figure is missing, and the column `hidden` says which figures of a row are. The same
release gives the same bytes: the file's own date is that of the release's base year.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from sufficiency.childcare.setting_list import AT_HOME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from workbench.disclosure import Release
    from workbench.publishing.stored import StoredRun

METRES = "EPSG:27700"
AREAS, ON_MAP = "areas", "map_"
AREA = ["level", "phase", "area_code", "area_name"]
PLANNING_AREA, WHERE_CHILDCARE_IS = "planning_area", "primary"
POINTS = {"schools": "schools", "sites": "site_audit", "settings": "childcare_settings", "schemes": "programme"}
"""Layer of points -> the table whose rows it puts on the ground."""


def write_geopackage(told: StoredRun, release: Release, names: Sequence[str], path: Path) -> None:
    """Write the file: layers of shapes and points, a table for each of `names`, and its layer where it is told by area."""
    shapes = areas_of(told)
    before = {name: pyogrio.get_gdal_config_option(name) for name in ("OGR_CURRENT_DATE", "OGR_SQLITE_SYNCHRONOUS")}
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{told.authority.base_year}-09-01T00:00:00.000Z",
                                     "OGR_SQLITE_SYNCHRONOUS": "OFF"})      # whoever asked for the file has it written to disk
    try:
        layers = {AREAS: shapes, **points_of(release)}
        for name, layer in layers.items():
            if not layer.empty:
                pyogrio.write_dataframe(layer, path, layer=name, driver="GPKG", append=path.exists(),
                                        promote_to_multi=name == AREAS, layer_options={"SPATIAL_INDEX": "NO"})
        for name in names:
            pyogrio.write_dataframe(_with_hidden(release, name), path, layer=f"table_{name}", driver="GPKG",
                                    append=path.exists())
    finally:
        pyogrio.set_gdal_config_options(before)
    if not shapes.empty:
        _lay_upon_shapes(path, {name: on for name in names if (on := _told_by(release.tables[name]))}, told)


def areas_of(told: StoredRun) -> gpd.GeoDataFrame:
    """The shapes of a run: AREA and geometry, one row an area; empty where it has none."""
    parts = []
    for level, shapes, code, name in ((PLANNING_AREA, told.areas, "planning_area_code", "planning_area_name"),
                                      ("district", told.districts, "district_code", "district_name"),
                                      ("ward", told.wards, "ward_code", "ward_name")):
        if shapes is not None and not shapes.empty:
            parts.append(gpd.GeoDataFrame({
                "level": level, "phase": shapes["phase"].astype("str") if "phase" in shapes else "",
                "area_code": shapes[code].astype("str"), "area_name": shapes[name].astype("str") if name in shapes else "",
            }, geometry=shapes.geometry.to_numpy(), crs=shapes.crs).to_crs(METRES))
    if not parts:
        return gpd.GeoDataFrame({name: [] for name in AREA}, geometry=[], crs=METRES)
    every = pd.concat(parts, ignore_index=True).sort_values(AREA, ignore_index=True)
    return gpd.GeoDataFrame(every[~shapely.is_missing(every.geometry.to_numpy())], crs=METRES)


def points_of(release: Release) -> dict[str, gpd.GeoDataFrame]:
    """What stands somewhere: schools, housing sites, group settings and schemes; never who works at home."""
    found = {}
    tables = release.tables
    for layer, name in POINTS.items():
        table = tables.get(name, pd.DataFrame())
        if layer == "sites" and len(table):
            where = tables["housing_sites"].drop_duplicates("site_ref")[["site_ref", "easting", "northing"]]
            table = table.merge(where, on="site_ref", how="left", validate="one_to_one")
        if layer == "schemes" and len(table) and "plan" in tables:
            table = table.merge(tables["plan"][["scheme_id", "easting", "northing"]], on="scheme_id", how="left")
        if layer == "settings" and len(table):
            table = table[table["setting_ref"].ne("") & ~table["provider_type_group"].isin(AT_HOME)]
        if len(table):
            there = table[table["easting"].notna() & table["northing"].notna()].reset_index(drop=True)
            found[layer] = gpd.GeoDataFrame(
                _plain(there), geometry=gpd.points_from_xy(there["easting"], there["northing"]), crs=METRES)
    return found


def _with_hidden(release: Release, name: str) -> pd.DataFrame:
    """A table with a column that says which figures of a row are hidden, where any is."""
    table = _plain(release.tables[name])
    mask = release.masks.get(name)
    if mask is None:
        return table
    columns = list(mask.columns)
    return table.assign(hidden=[", ".join(c for c, gone in zip(columns, row, strict=True) if gone)
                                for row in mask.to_numpy("bool")])


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """A table in the types that the file has: text, numbers, yes and no."""
    plain = table.reset_index(drop=True).copy()
    for column in plain:
        if not pd.api.types.is_numeric_dtype(plain[column]):
            plain[column] = pd.Series([None if pd.isna(v) else str(v).replace("\0", "") for v in plain[column]], dtype="object")
    return plain


def _told_by(table: pd.DataFrame) -> str:
    """How a table's rows are joined to the shapes, as SQL; blank where it is not told by area."""
    if {"level", "area_code"} <= set(table.columns):
        return f"t.level = a.level AND t.area_code = a.area_code AND a.phase IN ('', '{WHERE_CHILDCARE_IS}')"
    if "planning_area_code" in table and "phase" in table:
        return f"a.level = '{PLANNING_AREA}' AND t.planning_area_code = a.area_code AND t.phase = a.phase"
    return ""


def _lay_upon_shapes(path: Path, joined: Mapping[str, str], told: StoredRun) -> None:
    """Add a layer to the file for each table that is told by area: a view of the table and the shapes together."""
    with closing(sqlite3.connect(path)) as file, file:
        box = file.execute("SELECT min_x, min_y, max_x, max_y, last_change FROM gpkg_contents WHERE table_name = ?",
                           (AREAS,)).fetchone()
        srs, kind, geometry = file.execute(
            "SELECT srs_id, geometry_type_name, column_name FROM gpkg_geometry_columns WHERE table_name = ?", (AREAS,)).fetchone()
        for name, on in joined.items():
            layer, columns = f"{ON_MAP}{name}", list(_columns(file, f"table_{name}"))
            told_as = ", ".join(f't."{column}"' for column in columns)
            file.execute(f'CREATE VIEW "{layer}" AS SELECT t.fid * 100000 + a.fid AS OGC_FID, a."{geometry}" AS geom, {told_as} '
                         f'FROM "table_{name}" t JOIN {AREAS} a ON {on}')
            file.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, description, min_x, min_y, max_x, max_y, "
                         "last_change, srs_id) VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)",
                         (layer, layer, f"{told.authority.name}: {name}", *box[:4], box[4], srs))
            file.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)", (layer, kind, srs))


def _columns(file: sqlite3.Connection, table: str) -> Iterator[Any]:
    """The columns of a table of the file but its number of the row."""
    for _, name, *_ in file.execute(f'PRAGMA table_info("{table}")'):
        if name != "fid":
            yield str(name).replace('"', '""')
