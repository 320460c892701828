"""On paper: the map, what it says, its legend and its table; lists and notes only as far as they stand open; headings keep with
what they head.

Pages are told by the outline that Chromium writes into a PDF: each heading with its page and its height above the foot.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from maps.sheet import Sheet, draw

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.long]
Look = Callable[..., "Page"]

PAGE = rb"(?m)^(\d+) 0 obj\s*<</Type /Page\b"
HEADING = rb"/Title \(((?:[^()\\]|\\.)*)\)\s*/Dest \[(\d+) 0 R /XYZ [\d.]+ ([\d.]+)"
PAPERS = {("A4", False): 4, ("A4", True): 5, ("A3", False): 3, ("A3", True): 3}     # paper, landscape: pages at most
ROOM = 130      # points above the foot of a page that a heading and a first few rows of its table need


class Heading(NamedTuple):
    """Where a heading stands in print: which page, counted from 1, and so many points above the foot of the page."""

    page: int
    height: float


def _printed(page: Page, **settings: Any) -> tuple[int, dict[str, Heading]]:
    """How many pages a document has, and where its headings stand."""
    told = page.pdf(outline=True, tagged=True, **settings)
    pages = sorted(int(number) for number in re.findall(PAGE, told))
    found = re.findall(HEADING, told)
    return len(pages), {name.decode("latin-1"): Heading(pages.index(int(at)) + 1, float(high)) for name, at, high in found}


@pytest.mark.parametrize(("paper", "landscape"), [
    paper if paper in {("A4", False), ("A3", True)} else pytest.param(*paper, marks=pytest.mark.long) for paper in PAPERS
])
@pytest.mark.parametrize("phase", [0, 1])
def test_a_county_prints_on_a_few_pages(paper: str, landscape: bool, phase: int, document: str, look: Look) -> None:
    page = look(document)
    page.check(f"#phase input[value='{phase}']")
    pages, headings = _printed(page, format=paper, landscape=landscape)
    assert pages <= PAPERS[paper, landscape]
    assert headings["Every figure on the map"].height > ROOM, "the table begins below its heading"
    first = next(at for name, at in headings.items() if "planning areas, " in name)
    assert first.page == 1 and first.height > 300, "the map stands on the first page"
    order = [headings[name] for name in ("Every figure on the map", "Schools", "How to read it", "Notes on the data", "Sources")]
    assert order == sorted(order, key=lambda at: (at.page, -at.height))


def test_the_list_of_schools_prints_only_when_it_is_unfolded(document: str, look: Look) -> None:
    page = look(document)
    folded, headings = _printed(page, format="A4")
    page.click("#list-0 summary")
    unfolded, after = _printed(page, format="A4")
    assert unfolded > folded + 3
    assert after["Schools"].page > headings["Every figure on the map"].page and after["Schools"].height > 700, "on a new page"
    page.emulate_media(media="print")
    kept = page.eval_on_selector("#list-1 summary", "one => getComputedStyle(one, '::after').content")
    assert kept == '", not printed here"' and page.is_visible("#list-1 summary"), "what is left out is said"


def test_headings_that_are_repeated_can_be_read(document: str, look: Look) -> None:
    """A button is drawn on the first page only, and so is what is placed; the words of a heading are neither in print."""
    page = look(document)
    page.emulate_media(media="print")
    looks = page.eval_on_selector_all("#areas-table thead th", """cells => cells.map((cell) => [getComputedStyle(cell).position,
      getComputedStyle(cell.querySelector('.sort')).display, getComputedStyle(cell.closest('thead')).display])""")
    assert {tuple(look) for look in looks} == {("static", "contents", "table-header-group")} and len(looks) == 7
    assert page.eval_on_selector("#areas-table tfoot", "foot => getComputedStyle(foot).display") == "table-row-group"


def test_a_card_prints_without_the_ring_of_the_focus(document: str, look: Look) -> None:
    page = look(document)
    page.locator("#areas tbody .choose").nth(2).press("Enter")
    _, headings = _printed(page, format="A3")
    assert headings[page.text_content("#card-heading") or ""].page == 1, "the card begins below the map, and may go on overleaf"
    page.emulate_media(media="print")
    assert page.eval_on_selector("#card-heading", "one => getComputedStyle(one).outlineStyle") == "none"


def _tall(county: Sheet) -> Sheet:
    """The same county, drawn out to twice its height."""
    drawn = []
    for layer in county.layers:
        assert layer.shapes is not None
        high = layer.shapes.geometry.affine_transform([1, 0, 0, 2, 0, -330_000])
        drawn.append(replace(layer, shapes=layer.shapes.set_geometry(high)))
    return replace(county, layers=tuple(drawn), outlines=(), points=())


def test_a_tall_county_has_its_legend_beside_the_map(county: Sheet, look: Look) -> None:
    headings = _printed(look(draw(_tall(county))), format="A4")[1]
    name = next(name for name in headings if name.startswith("Primary planning areas, "))
    legend = next(at for name, at in headings.items() if name.startswith("Places short in Reception"))
    assert headings[name].page == legend.page == 1 and headings[name].height - legend.height < 40


@pytest.mark.parametrize("tall", [False, True])
def test_long_headlines_leave_the_map_on_the_first_page(tall: bool, county: Sheet, look: Look) -> None:
    long = "Year 7 is shortest in 2030/31: 6 of 20 areas lack 104 places between them, while 1,200 places stand empty in them."
    caution = " With care: most of these places are capacity shared evenly over the year groups, not admission numbers."
    page = look(draw(replace(_tall(county) if tall else county, headlines=(long, long + caution) * 2)))
    for paper, landscape in PAPERS:
        _, headings = _printed(page, format=paper, landscape=landscape)
        assert next(at for name, at in headings.items() if "planning areas, " in name).page == 1, (paper, landscape)
