"""The open data pack: it reads back to the release, nothing in it runs, and nobody's home is in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from published_town import NASTY

from scenarios.runs import Run
from workbench.disclosure import HIDDEN, Release
from workbench.open_data.csv_text import as_csv
from workbench.open_data.dictionary import kind_of, unit_of
from workbench.open_data.pack import FOLDER, make_open_data, tables_of
from workbench.publishing.material import PUBLICATION, Material
from workbench.publishing.publish import material
from workbench.publishing.statements import Statements
from workbench.publishing.stored import stored
from workbench.workbook import begins_like_a_formula

Rows = Callable[[str], list[list[str]]]


@pytest.fixture(scope="module")
def public(finished: Run, town_release: Release) -> Material:
    return material(PUBLICATION, stored(finished), town_release, Statements(), None)


@pytest.fixture(scope="module")
def place(public: Material, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    make_open_data(public, folder)
    return folder / FOLDER


@pytest.fixture
def rows(place: Path) -> Rows:
    return lambda name: list(csv.reader(io.StringIO((place / name).read_bytes().decode("utf-8"), newline=""), strict=True))


def test_every_table_reads_back_to_the_figures_of_the_release(public: Material, rows: Rows) -> None:
    told = {row[0]: row for row in rows("tables.csv")[1:]}
    assert set(told) == set(tables_of(public)) and {"summary", "balance", "primary_schools", "childcare_balance"} <= set(told)
    seen = 0
    for name, (_, file, many, holds) in told.items():
        heading, *lines = rows(file)
        shown = public.release.shown(name)
        assert heading == list(shown.columns) and len(lines) == len(shown) == int(many) and holds, name
        for at, column in enumerate(heading):
            for cell, value in zip((line[at] for line in lines), shown[column], strict=True):
                if isinstance(value, (float, np.floating)) and not np.isnan(value):
                    assert float(cell) == pytest.approx(value, abs=5e-7)
                elif isinstance(value, str) and value == HIDDEN:
                    assert cell == HIDDEN
                    seen += 1
                elif isinstance(value, str):
                    assert cell.removeprefix("'") == value.removeprefix("'"), (name, column)
    assert seen == sum(int(mask[column].sum()) for name, mask in public.release.masks.items() if name in told for column in mask)
    assert seen > 0


def test_no_cell_of_any_file_is_a_formula(place: Path, rows: Rows) -> None:
    for path in place.rglob("*.csv"):
        text = path.read_bytes().decode("utf-8")
        assert text.endswith("\r\n") and not text.startswith("\ufeff")
        for row in rows(path.relative_to(place).as_posix()):
            for cell in row:
                assert not begins_like_a_formula(cell) or cell.startswith("'") or _is_number(cell), cell
    names = [row[1] for row in rows("csv/childcare_settings.csv")[1:]]
    assert any("'=HYPERLINK(1)" in cell for row in rows("csv/childcare_settings.csv") for cell in row), names


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_what_a_spreadsheet_might_run_is_text_and_numbers_stay_numbers() -> None:
    runs = ["=1+1", "+44", "-2", "@x", "\tx", " =1", "\uff1d1"]
    plain = ['say "so", he', "two\nlines", NASTY, ""]
    frame = pd.DataFrame({"name": [*runs, *plain, "\0=1"],
                          "figure": [-2.5, np.nan, 1e9, 0.1 + 0.2, -1e-9, np.inf, 3.0, 1, 1, 1, 1, 1]})
    text = as_csv(frame).decode("utf-8")
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert [row[0] for row in read[1:]] == [*(f"'{name}" for name in runs), *plain, "'=1"]
    assert [row[1] for row in read[1:8]] == ["-2.5", "", "1000000000", "0.3", "0", "", "3"]
    assert as_csv(pd.DataFrame({"yes": [True, False], "=ay": [2025, 2026]})) == b"yes,'=ay\r\ntrue,2025\r\nfalse,2026\r\n"


def test_the_dictionary_explains_every_column(public: Material, rows: Rows) -> None:
    heading, *lines = rows("dictionary.csv")
    told = [dict(zip(heading, line, strict=True)) for line in lines]
    assert [(one["table"], one["column"]) for one in told] == [
        (name, str(column)) for name in tables_of(public) for column in public.release.tables[name].columns]
    assert [(one["table"], one["column"]) for one in told if not one["meaning"]] == []
    by = {(one["table"], one["column"]): one for one in told}
    assert by["summary", "headroom"]["unit"] == "share: 1 is all" and by["summary", "headroom"]["type"] == "number"
    assert by["summary", "rag"]["unit"] == "" and by["balance", "pupils"]["unit"] == "children or places"
    assert sum(int(one["hidden"]) for one in told) == sum(
        int(mask.to_numpy().sum()) for name, mask in public.release.masks.items() if name in tables_of(public))
    assert kind_of(pd.Series([True])) == "true or false" and unit_of("metres", pd.Series([1.0])) == "m"


def test_the_geopackage_has_shapes_points_and_each_table_upon_its_areas(place: Path, public: Material) -> None:
    path = place / "areas.gpkg"
    layers = {name for name, _ in pyogrio.list_layers(path)}
    assert {"schools", "sites", "settings", "schemes", *(f"table_{name}" for name in tables_of(public))} <= layers
    for layer in ("schools", "sites", "settings"):
        assert gpd.read_file(path, layer=layer).crs.to_epsg() == 27700
    settings = gpd.read_file(path, layer="settings")
    assert len(settings) and not settings["provider_type_group"].isin(("childminder", "domestic")).any()
    table = public.tables["childcare_settings"]
    assert len(settings) == (table["easting"].notna() & ~table["provider_type_group"].isin(("childminder", "domestic"))).sum()
    summary = pyogrio.read_dataframe(path, layer="table_summary")
    pd.testing.assert_series_equal(summary["pupils"], public.tables["summary"]["pupils"], check_dtype=False)
    assert set(gpd.read_file(path, layer="schemes")["scheme_id"]) <= {"hall-extension", "nursery-room"}


def test_shapes_are_told_once_and_tables_lie_upon_them(public: Material, tmp_path: Path) -> None:
    from shapely import box

    areas = gpd.GeoDataFrame({"planning_area_code": ["W", "E"], "phase": "primary", "planning_area_name": [NASTY, "East"]},
                             geometry=[box(450_000, 350_000, 455_000, 355_000), box(455_000, 350_000, 460_000, 355_000)],
                             crs="EPSG:27700")
    drawn = replace(public, run=replace(public.run, areas=areas))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        make_open_data(drawn, tmp_path / name)
    one, two = (tmp_path / name / FOLDER / "areas.gpkg" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    laid = gpd.read_file(one, layer="map_summary")
    mine = public.tables["summary"].query("phase == 'primary' and planning_area_code in ('W', 'E')")
    assert len(laid) == len(mine) and laid.crs.to_epsg() == 27700
    west = laid[laid["planning_area_code"] == "W"]
    assert west.geometry.geom_equals(areas.geometry.iloc[0]).all() and west["pupils"].sum() == pytest.approx(
        mine.loc[mine["planning_area_code"] == "W", "pupils"].sum())
    shapes = gpd.read_file(one, layer="areas")
    assert set(shapes.loc[shapes["level"] == "planning_area", "area_name"]) == {"East", NASTY}


def test_licences_are_the_run_s_own_and_a_run_for_officers_gives_no_open_data(
    place: Path, public: Material, tmp_path: Path,
) -> None:
    said = (place / "licence.txt").read_text(encoding="utf-8")
    assert public.run.named in said and all(source.title in said for source in public.run.sources)
    assert "(EPSG:27700)" in (place / "read-me.txt").read_text(encoding="utf-8")
    officers = replace(public.run, assumptions=replace(public.run.assumptions, audience="officers"))
    make_open_data(replace(public, run=officers), tmp_path)
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["not-made.txt"]
