"""The map book: a sheet for each area on a size of paper, with unit, source and run, and words for those who do not see it."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from published_town import NASTY
from shapely import box

from scenarios.runs import Run
from workbench.charts import DOTS_PER_INCH, as_png, as_svg
from workbench.disclosure import Release
from workbench.map_book import A3, A4, FOLDER, Page, index, make_map_book, sheets_of
from workbench.publishing.makers import MAKERS, MAP_BOOK
from workbench.publishing.material import PUBLICATION, Material
from workbench.publishing.publish import material
from workbench.publishing.statements import Statements
from workbench.publishing.stored import stored


@pytest.fixture(scope="module")
def public(finished: Run, town_release: Release) -> Material:
    areas = gpd.GeoDataFrame(
        {"planning_area_code": ["W", "E"], "phase": "primary", "planning_area_name": [NASTY, "East"]},
        geometry=[box(450_000, 350_000, 455_000, 355_000), box(455_000, 350_000, 460_000, 355_000)], crs="EPSG:27700")
    made = material(PUBLICATION, stored(finished), town_release, Statements(), None)
    return replace(made, run=replace(made.run, areas=areas))


@pytest.fixture(scope="module")
def pages(public: Material) -> dict[str, Page]:
    return {page.name: page for page in sheets_of(public)}


def test_there_is_a_sheet_of_the_phase_and_of_each_area_that_has_a_shape(pages: dict[str, Page]) -> None:
    assert sorted(pages) == ["primary-E", "primary-W", "primary-all"]
    for name, size in (("primary-E", A4), ("primary-all", A3)):
        width, height = struct.unpack(">II", as_png(pages[name].chart)[16:24])
        assert (width, height) == pytest.approx([side * DOTS_PER_INCH for side in size], abs=1)


def test_a_sheet_says_unit_source_run_and_figures_and_is_the_same_again(pages: dict[str, Page], public: Material) -> None:
    svg = as_svg(pages["primary-W"].chart)
    assert svg == as_svg(pages["primary-W"].chart)
    text = svg.decode("utf-8")
    row = public.tables["summary"].query("phase == 'primary' and planning_area_code == 'W'").sort_values("ay").iloc[-1]
    assert f"children {row['pupils']:,.0f}, places {row['yg_places']:,.0f}" in pages["primary-W"].chart.alt
    for told in ("Figures are children and places.", public.run.run.run_id, "school census of January", "Bands: R "):
        assert told in text.replace("\n", " "), told
    assert "<img" not in text and "<title" in text


def test_the_index_tells_every_sheet_in_words_and_nothing_in_it_runs(
    pages: dict[str, Page], public: Material, browser: Browser, tmp_path: Path,
) -> None:
    path = tmp_path / "index.html"
    path.write_text(index(public, list(pages.values())), encoding="utf-8")
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert asked == [path.as_uri()] and page.evaluate("window.__pwn") is None and page.locator("img").count() == 0
    assert NASTY in page.inner_text("body") and page.locator("a").count() == 2 * len(pages)
    assert all(one.chart.alt.split(" Year by year")[0] in page.inner_text("body") for one in pages.values())
    assert Axe().run(page).response["violations"] == []
    page.close()


def test_a_run_without_shapes_says_so_and_the_book_is_made_only_where_it_is_asked_for(public: Material, tmp_path: Path) -> None:
    make_map_book(replace(public, run=replace(public.run, areas=None)), tmp_path)
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["index.html"]
    assert "have no shapes" in (tmp_path / FOLDER / "index.html").read_text(encoding="utf-8")
    assert MAP_BOOK not in MAKERS and MAP_BOOK.editions == (PUBLICATION,)
