"""Narrow screens and large text: the page itself never scrolls sideways (WCAG 1.4.10), however long the names in it are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from maps.sheet import Remark, Sheet, draw

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

FILE = "2015_capacity_and_forecast_underlying_data_of_the_authority_and_its_neighbours_UD1_891_892.csv"
OVER = """() => [...document.querySelectorAll('body *')].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width > 1 && !element.closest('.scroll, .folium-map, .skip') && (box.right > innerWidth + 1 || box.left < -1);
}).map((element) => element.outerHTML.slice(0, 100))"""


@pytest.fixture(scope="module")
def wordy(county: Sheet) -> str:
    """A page of 22 areas by 8 years, the last two areas without shape and figures; every name is long, and some cannot break."""
    layer, schools = county.layers[1], county.points[0]
    more = pd.DataFrame({"key": ["x1", "x2"], "name": ["Beyond", "Further"]})
    areas = pd.concat([layer.areas, more], ignore_index=True)
    areas["name"] += " with Llanfairpwllgwyngyllgogerychwyrndrobwll and the villages around it, 8911041"
    items = schools.items[schools.items["phase"] == "secondary"]
    items = items.assign(name=items["name"] + " of Taumatawhakatangihangakoauauotamateaturi", ages=FILE)
    return draw(replace(
        county, layers=(replace(layer, areas=areas),), points=(replace(schools, items=items),), source=f"The file {FILE}",
        start_layer="secondary", headlines=(f"As {FILE} has it.",), sources=(FILE,),
        notes=(Remark(f"{FILE}: read as Windows-1252", FILE),), reading=(Remark(FILE),)))


def _at_rest(page: Page) -> None:
    pass


def _area(page: Page) -> None:
    page.locator("#areas tbody .choose").first.press("Enter")


def _school(page: Page) -> None:
    _area(page)
    page.locator("#card [data-item]").first.press("Enter")


STATES = {"at rest": _at_rest, "area": _area, "school": _school}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("width", "text"), [(320, 100), (320, 200), (640, 200), (1280, 400)])
def test_the_page_never_scrolls_sideways(width: int, text: int, state: str, wordy: str, look: Callable[..., Page]) -> None:
    page = look(wordy, width=width)
    page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    STATES[state](page)
    assert page.locator("#areas-table tbody tr").count() == 22 and page.locator("#areas-table thead th").count() == 9
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
    assert page.evaluate(OVER) == []


def test_wide_tables_scroll_in_their_own_box_with_words_whole(wordy: str, look: Callable[..., Page]) -> None:
    page = look(wordy, width=320)
    assert page.eval_on_selector("#areas .scroll", "box => box.scrollWidth > box.clientWidth")
    heights = page.eval_on_selector_all("#areas-table .sort-title", "them => them.map((title) => title.getClientRects().length)")
    assert set(heights) == {1}, "a year stands on one line"
