"""On the screen of a laptop no column of a card or of the table of areas is cut; where one must scroll, its bar is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from maps.layer import Breakdown
from maps.sheet import Sheet, draw

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

HEADINGS = ("Children expected", "1 in 10 below", "1 in 10 above", "Places", "Short", "Likely short, %", "Spare",
            "Children living here")
CUT = """() => [...document.querySelectorAll('#card .scroll, #areas .scroll')].filter((box) => box.scrollWidth > box.clientWidth)
  .map((box) => [box.getAttribute('aria-label') || box.closest('[id]').id, box.clientWidth, box.scrollWidth])"""


@pytest.fixture(scope="module")
def wide(county: Sheet) -> str:
    """Twenty areas by eight years with a range in each, and a card with a range and a likelihood for each year group."""
    layer = county.layers[1]
    values = layer.values.assign(between=[f"range {100 + n % 80} to {180 + n % 90}" for n in range(len(layer.values))])
    frame = layer.breakdown.frame if layer.breakdown is not None else layer.values
    wider = frame[["key", "year", "row"]].assign(**{str(n): frame["pupils"] for n in range(len(HEADINGS))})
    breakdown = Breakdown("Year group", {str(n): heading for n, heading in enumerate(HEADINGS)}, wider, value="0", limit="3")
    measures = (replace(layer.measures[0], detail="between"), *layer.measures[1:])
    layer = replace(layer, values=values, measures=measures, breakdown=breakdown)
    return draw(replace(county, layers=(layer,), points=(), start_layer="secondary"))


def test_nothing_is_cut_at_1400_pixels(wide: str, look: Callable[..., Page]) -> None:
    page = look(wide, width=1400, height=900)
    assert page.evaluate(CUT) == []
    page.locator("#areas tbody .choose").first.press("Enter")
    assert page.locator("#card thead").first.locator("th").count() == 1 + len(HEADINGS)
    assert page.evaluate(CUT) == []


def test_a_box_that_scrolls_has_a_bar_of_its_own_that_does_not_hide(wide: str, look: Callable[..., Page]) -> None:
    page = look(wide, width=700, height=900)
    bar = "getComputedStyle(document.querySelector('#areas .scroll'), '::-webkit-scrollbar').height"
    thumb = "getComputedStyle(document.querySelector('#areas .scroll'), '::-webkit-scrollbar-thumb').backgroundColor"
    assert page.evaluate(bar) == "12px" and page.evaluate(thumb) not in ("", "rgba(0, 0, 0, 0)")
