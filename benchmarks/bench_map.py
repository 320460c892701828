"""The committee map of a county against a stock folium map of the same layers, built and loaded in the same run.

The county is the seeded one of the tests: 40 primary and 20 secondary planning areas, four measures over six and eight years, 330
schools, 24 housing sites and 7 districts. The stock map has the same as folium offers it: a group for each measure and year, its
areas as GeoJSON with a tooltip, schools and sites as circles with popups, the districts, and a control of layers; it is given our
simplified shapes, and its scripts from this machine, so that nothing waits for a network. Ours holds more: a table with every
figure, year groups, and a card for each area and school.

Built: from the tables to the text of the page. Loaded: in Chromium, from asking for the page until it can be used. The better of
two builds and the median of five loads, turn and turn about. Ends with 1 where ours takes more than a fifth of the time to build,
more than a quarter to load, or more than 1.5 MB.
"""

from __future__ import annotations

import logging
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import folium
import geopandas as gpd
from playwright.sync_api import sync_playwright

from maps.layer import cells
from maps.shapes import METRES, degrees, for_display
from maps.sheet import draw

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

    from maps.layer import Layer, Points
    from maps.sheet import Sheet

ROOT = Path(__file__).resolve().parent.parent
BUILDS, LOADS = 2, 5
BUILT, LOADED, MOST_BYTES = 1 / 5, 1 / 4, 1_500_000


def county() -> Sheet:
    """The seeded county of the tests."""
    sys.path.insert(0, str(ROOT / "tests" / "maps"))
    import conftest

    return conftest.build()


def stock(sheet: Sheet) -> str:
    """The same layers as folium draws them."""
    page = folium.Map(location=[53.1, -1.0], zoom_start=9, tiles=None)
    shown = True
    for layer in sheet.layers:
        for group in _groups(layer, shown):
            group.add_to(page)
            shown = False
    for points in sheet.points:
        _points(points).add_to(page)
    for outline in sheet.outlines:
        folium.GeoJson(for_display(outline.shapes)[["name", "geometry"]], name=outline.title,
                       style_function=lambda _: {"fill": False, "color": "#222222"}).add_to(page)
    folium.LayerControl(collapsed=True).add_to(page)
    return str(page.get_root().render())


def _groups(layer: Layer, shown: bool) -> list[folium.FeatureGroup]:
    assert layer.shapes is not None
    shapes = for_display(layer.shapes).merge(layer.areas, on="key")
    order = {key: i for i, key in enumerate(layer.areas["key"])}
    groups = []
    for measure in layer.measures:
        table = cells(layer, measure)
        for at, moment in enumerate(layer.moments):
            mine = [table[order[key]][at] for key in shapes["key"]]
            told = shapes[["name", "geometry"]].assign(
                figure=[cell.text for cell in mine], fill=[measure.scale.shades[cell.shade].fill for cell in mine])
            group = folium.FeatureGroup(name=f"{layer.title}: {measure.title}, {moment.label}", show=shown and not groups)
            folium.GeoJson(
                told, style_function=lambda one: {"fillColor": one["properties"]["fill"], "color": "#222222", "weight": 1,
                                                  "fillOpacity": 0.8},
                tooltip=folium.GeoJsonTooltip(["name", "figure"], aliases=["Area", measure.title])).add_to(group)
            groups.append(group)
    return groups


def _points(points: Points) -> folium.FeatureGroup:
    group = folium.FeatureGroup(name=points.title)
    items = points.items.reset_index(drop=True)
    places = degrees(gpd.GeoSeries.from_xy(items["x"].astype("float64"), items["y"].astype("float64"), crs=METRES))
    for row, place in zip(items.to_dict("records"), places, strict=True):
        if place is not None:
            said = "<br>".join(f"{label}: {row[column]}" for column, label in points.facts.items())
            folium.CircleMarker(place, radius=4, popup=folium.Popup(f"<b>{row['name']}</b><br>{said}".replace("`", "'")),
                                tooltip=str(row["name"]).replace("`", "'")).add_to(group)
    return group


def seconds_to_build(make: Callable[[], str]) -> tuple[float, str]:
    """The better time to make a page, and the page."""
    took, page = [], ""
    for _ in range(BUILDS):
        start = time.perf_counter()
        page = make()
        took.append(time.perf_counter() - start)
    return min(took), page


def seconds_to_load(browser: Browser, path: Path, ready: str) -> float:
    """The time from asking for a page until it can be used."""
    leaflet = files("xstatic.pkg.leaflet") / "data"

    def serve(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        if route.request.url.startswith("file:"):
            route.continue_()
        elif name in {"leaflet.js", "leaflet.css"}:
            route.fulfill(body=(leaflet / name).read_bytes())
        else:
            route.fulfill(body="")       # what else folium asks for costs it nothing here

    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.route("**/*", serve)
    page = context.new_page()
    start = time.perf_counter()
    page.goto(path.as_uri(), wait_until="load", timeout=300_000)
    page.wait_for_selector(ready, state="attached", timeout=300_000)
    took = time.perf_counter() - start
    context.close()
    return took


def main() -> int:
    """Build and load both, print both, and say whether the limits are kept."""
    logging.getLogger().setLevel(logging.ERROR)
    sheet = county()
    ours_built, ours = seconds_to_build(lambda: draw(sheet))
    stock_built, theirs = seconds_to_build(lambda: stock(sheet))
    chromium = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        pages = {"ours": (ours, "html.ready"), "stock": (theirs, "path.leaflet-interactive")}
        took: dict[str, list[float]] = {name: [] for name in pages}
        for name, (text, _) in pages.items():
            (Path(place) / f"{name}.html").write_text(text, encoding="utf-8")
        for _ in range(LOADS):
            for name, (_, ready) in pages.items():
                took[name].append(seconds_to_load(browser, Path(place) / f"{name}.html", ready))
        loads = {name: statistics.median(found) for name, found in took.items()}
        browser.close()
    built, loaded, size = ours_built / stock_built, loads["ours"] / loads["stock"], len(ours.encode("utf-8"))
    print(f"built: {ours_built:.2f} s, stock folium {stock_built:.2f} s: {built:.2f} of it, limit {BUILT:.2f}")
    print(f"loaded: {loads['ours']:.2f} s, stock folium {loads['stock']:.2f} s: {loaded:.2f} of it, limit {LOADED:.2f}")
    print(f"size: {size / 1e6:.2f} MB, stock folium {len(theirs.encode('utf-8')) / 1e6:.2f} MB; limit {MOST_BYTES / 1e6:.1f} MB")
    return int(built > BUILT or loaded > LOADED or size > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
