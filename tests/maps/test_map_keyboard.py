"""The page by keyboard alone, on small screens and with large text: nothing is out of reach, and the focus is always seen."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from maps.sheet import Sheet, contents

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Look = Callable[..., "Page"]

# Where the focus is, whether it can be seen, and whether something lies over it.
FOCUS = """() => {
  const element = document.activeElement;
  const shown = element.closest('.pill') || element;
  const style = getComputedStyle(shown);
  const box = element.getBoundingClientRect();
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 10));
  return {
    tag: element.tagName, id: element.id, name: element.name || '', text: element.textContent.slice(0, 40),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    clear: over !== null && (shown.contains(over) || over.contains(element)),
    inside: box.top >= -1 && box.bottom <= innerHeight + 1 || box.height > innerHeight,
  };
}"""
OPEN_ALL = "document.querySelectorAll('details').forEach((part) => { part.open = true; })"
SMALL = """() => {
  const small = [];
  for (const element of document.querySelectorAll('button, input, a, select, summary')) {
    const target = element.closest('label') || element;
    const box = target.getBoundingClientRect();
    if (box.width && (box.width < 24 || box.height < 24)) small.push([element.outerHTML.slice(0, 120), box.width, box.height]);
  }
  return small;
}"""


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent"))


def _walk(page: Page, key: str = "Tab") -> list[dict[str, Any]]:
    """Every stop of the focus from here to the end of the page."""
    stops: list[dict[str, Any]] = []
    while len(stops) < 400:
        page.keyboard.press(key)
        stop = page.evaluate(FOCUS)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    return stops


def test_tab_goes_everywhere_and_can_always_be_seen(short_document: str, look: Look) -> None:
    page = look(short_document)
    page.evaluate("document.querySelectorAll('#phase input')[1].click()")
    page.evaluate(OPEN_ALL)
    stops = _walk(page)
    assert [stop for stop in stops if not (stop["outlined"] and stop["clear"] and stop["inside"])] == []
    assert stops[0]["text"] == "Skip to the table"
    seen = {stop["id"] for stop in stops} | {stop["name"] for stop in stops}
    assert {"phase", "view", "year", "year-before", "year-after", "map_committee", "columns", "areas-filter", "list-0-filter",
            "list-1-filter"} <= seen
    every = page.evaluate("document.querySelectorAll('button, a, summary, input:not([type=radio])').length")
    assert sum(s["tag"] in ("BUTTON", "A", "SUMMARY", "INPUT") and s["name"] not in ("phase", "columns") for s in stops) == every
    assert sum(s["tag"] == "SUMMARY" for s in stops) == 3


def test_lists_are_folded_until_they_are_asked_for(short_document: str, look: Look) -> None:
    page = look(short_document)
    assert page.is_visible("#list-0-heading") and page.is_hidden("#list-0-table")
    assert page.text_content("#list-0 summary") == "List of 36 schools of the primary planning areas"
    assert page.text_content("#list-1 summary") == "List of 24 housing sites of the primary planning areas"
    page.focus("#list-0 summary")
    page.keyboard.press("Enter")
    assert page.is_visible("#list-0-table")
    page.locator("#contents a", has_text="Housing sites").press("Enter")
    assert page.is_visible("#list-1-table")


def test_the_focus_comes_back_into_a_list_that_was_folded_meanwhile(short_document: str, look: Look) -> None:
    page = look(short_document)
    page.click("#list-0 summary")
    page.locator("#list-0 tbody .choose").nth(2).press("Enter")
    page.click("#list-0 summary")
    assert page.is_hidden("#list-0-table")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.closest('section').id") == "list-0"


@pytest.mark.parametrize("width", [320, 1280])
def test_tab_goes_through_the_card_and_on_to_the_tables_and_back(width: int, short_document: str, look: Look) -> None:
    page = look(short_document, width=width, height=640)
    page.evaluate("document.querySelectorAll('#phase input')[1].click()")
    page.locator("#areas tbody .choose").nth(2).press("Enter")
    there = _walk(page)
    back = _walk(page, "Shift+Tab")
    assert [stop for stop in there + back if not (stop["outlined"] and stop["clear"] and stop["inside"])] == []
    assert "card-close" in [stop["id"] for stop in there[:3]] and "areas-filter" in [stop["id"] for stop in there]


def test_the_skip_link_leads_to_the_table(short_document: str, look: Look) -> None:
    page = look(short_document)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert _focused(page) == "areas"
    page.keyboard.press("Tab")
    assert _focused(page) == "areas-filter"


def test_arrow_keys_turn_the_year_and_it_is_said(county: Sheet, short_document: str, look: Look) -> None:
    page, layer = look(short_document), contents(county)["layers"][0]
    assert page.get_attribute("#sentence", "role") == "status"
    page.focus("#year")
    for key, at in (("ArrowRight", 4), ("ArrowRight", 5), ("ArrowRight", 5), ("Home", 0), ("ArrowUp", 1)):
        page.keyboard.press(key)
        moment = layer["moments"][at]
        assert page.get_attribute("#year", "aria-valuetext") == f"{moment['label']}, {moment['note']}"
        assert page.text_content("#sentence") == layer["measures"][0]["say"][at]
        assert page.text_content("#year-shown") == f"{moment['label']} {moment['note']}"


def test_the_buttons_turn_the_year_and_keep_the_focus_at_its_end(short_document: str, look: Look) -> None:
    page = look(short_document)
    page.focus("#year-after")
    for shown, ended in (("2029/30", "false"), ("2030/31", "true"), ("2030/31", "true")):
        page.keyboard.press("Enter")
        assert (page.text_content("#year-shown strong"), page.get_attribute("#year-after", "aria-disabled")) == (shown, ended)
        assert _focused(page) == "year-after"
    page.focus("#year-before")
    page.keyboard.press("Space")
    assert page.text_content("#year-shown strong") == "2029/30"


def test_phase_and_view_are_turned_by_arrow_keys(county: Sheet, short_document: str, look: Look) -> None:
    page, layers = look(short_document), contents(county)["layers"]
    page.focus("#phase input[value='0']")
    page.keyboard.press("ArrowRight")
    assert page.text_content("#sentence") == layers[1]["measures"][0]["say"][3]
    page.focus("#view")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.text_content("#sentence") == layers[1]["measures"][2]["say"][3]
    assert _focused(page) == "view"


def test_headings_sort_by_enter_and_say_so(county: Sheet, short_document: str, look: Look) -> None:
    page, layer = look(short_document), contents(county)["layers"][0]

    def order() -> list[int]:
        buttons = page.locator("#areas-table tbody [data-area]")
        return [int(n) for n in buttons.evaluate_all("them => them.map((button) => button.dataset.area)")]

    values = [row[3] for row in layer["measures"][0]["v"]]
    ranked = sorted(range(40), key=lambda i: (values[i] is None, -(values[i] or 0), i))
    assert page.get_attribute("#areas-table th[data-key='year 2028']", "aria-sort") == "descending" and order() == ranked
    page.focus("#areas-table th[data-key='year 2028'] button")
    page.keyboard.press("Enter")
    assert page.get_attribute("#areas-table th[data-key='year 2028']", "aria-sort") == "ascending"
    assert order() == sorted(range(40), key=lambda i: (values[i] is None, values[i], i))
    assert order()[-1] == 39, "what is not known stands last, either way"
    page.focus("#areas-table th[data-key='name'] button")
    page.keyboard.press("Enter")
    assert page.locator("#areas-table [aria-sort]").evaluate_all("them => them.map((t) => t.dataset.key)") == ["name"]
    assert order() == sorted(range(40), key=lambda i: layer["names"][i])
    assert "name" in page.evaluate("document.activeElement.closest('th').dataset.key")
    page.locator("#year").press("ArrowRight")
    kept = page.get_attribute("#areas-table th[data-key='name']", "aria-sort")
    assert kept == "ascending", "an order that was asked for is kept"


def test_the_order_by_the_year_shown_follows_the_year(short_document: str, look: Look) -> None:
    page = look(short_document)
    page.locator("#year").press("ArrowLeft")
    assert page.locator("#areas-table [aria-sort]").evaluate_all("them => them.map((t) => t.dataset.key)") == ["year 2027"]


def test_a_word_narrows_the_table_down_and_the_count_is_said(short_document: str, look: Look) -> None:
    page = look(short_document)
    page.focus("#areas-filter")
    page.keyboard.type("north kel")
    assert page.locator("#areas-table tbody tr:visible").count() == 1
    assert page.text_content("#areas .told") == "1 of 40 areas" and page.get_attribute("#areas .told", "role") == "status"
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    assert page.text_content("#areas .told") == "40 areas"


def test_a_word_that_is_nowhere_is_said_in_place_of_an_empty_table(short_document: str, look: Look) -> None:
    page = look(short_document)
    page.fill("#areas-filter", "0")
    assert page.text_content("#areas .told") == "No area has this in its name.", "figures are no part of a name"
    assert page.get_attribute("#areas .told", "role") == "status" and page.is_hidden("#areas-table")
    page.locator("#year").press("ArrowRight")
    assert page.is_hidden("#areas-table")
    page.fill("#areas-filter", "")
    assert page.text_content("#areas .told") == "40 areas" and page.is_visible("#areas-table")
    page.click("#list-0 summary")
    page.fill("#list-0-filter", "zebra")
    assert page.text_content("#list-0 .told") == "No school in this list has these words."
    area, kind = page.locator("#list-0 tbody tr").first.locator("td").all_text_contents()[:2]
    page.fill("#list-0-filter", f"{kind} {area}")
    assert page.locator("#list-0 tbody tr:visible").count() > 0, "kind and area of a school count as its words"


def test_choosing_moves_the_focus_in_and_escape_moves_it_back(short_document: str, look: Look) -> None:
    page = look(short_document)
    area = page.locator("#areas tbody .choose").nth(1)
    number = area.get_attribute("data-area")
    area.focus()
    page.keyboard.press("Enter")
    assert _focused(page) == "card-heading" and page.get_attribute("#areas [aria-current]", "data-area") == number
    school = page.locator("#card [data-item]").first
    item = school.get_attribute("data-item")
    school.focus()
    page.keyboard.press("Enter")
    assert _focused(page) == "card-heading" and page.text_content("#card-close") == "Back to Ashby Town (Escape)"
    page.locator("#year").press("ArrowLeft")
    page.focus("#card-close")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.item") == item and page.text_content("#card-heading") == "Ashby Town"
    page.keyboard.press("Escape")
    assert page.is_hidden("#card") and page.locator("#areas [aria-current]").count() == 0
    assert page.evaluate("document.activeElement.dataset.area") == number
    assert page.evaluate("document.activeElement.closest('section').id") == "areas"
    page.keyboard.press("Escape")
    assert page.is_hidden("#card")


def test_another_choice_from_outside_the_card_closes_at_once(short_document: str, look: Look) -> None:
    page = look(short_document)
    for nth in (1, 2, 3):
        page.locator("#areas tbody .choose").nth(nth).press("Enter")
    assert page.text_content("#card-close") == "Close (Escape)"
    page.locator("#card-close").press("Enter")
    assert page.is_hidden("#card")


def test_escape_first_clears_a_search(short_document: str, look: Look) -> None:
    page = look(short_document)
    page.locator("#areas tbody .choose").first.press("Enter")
    page.fill("#areas-filter", "garth")
    page.locator("#areas-filter").press("Escape")
    assert page.is_visible("#card") and page.input_value("#areas-filter") == ""
    page.locator("#areas-filter").press("Escape")
    assert page.is_hidden("#card")


def test_another_phase_closes_the_card_of_an_area(short_document: str, look: Look) -> None:
    page = look(short_document)
    page.locator("#areas tbody .choose").first.press("Enter")
    page.check("#phase input[value='1']")
    assert page.is_hidden("#card") and page.text_content("#year-shown strong") == "2028/29"


def test_buttons_do_what_dragging_does(short_document: str, look: Look) -> None:
    page = look(short_document, reduced_motion="reduce")
    place = "[map_committee.getZoom(), map_committee.getCenter().lat, map_committee.getCenter().lng]"
    start = page.evaluate(place)
    buttons = {button.text_content()[1:] if button.text_content() else "": button for button in page.locator(".map-button").all()}
    buttons["Zoom in"].press("Enter")
    buttons["Zoom in"].press("Enter")
    nearer = page.evaluate(place)
    assert nearer[0] > start[0]
    for words, axis, sign in (("Move up", 1, 1), ("Move right", 2, 1), ("Move down", 1, -1), ("Move left", 2, -1)):
        before = page.evaluate(place)
        buttons[words].press("Enter")
        assert (page.evaluate(place)[axis] - before[axis]) * sign > 0, words
    buttons["Zoom out"].press("Enter")
    assert page.evaluate(place)[0] < nearer[0]
    page.locator(".map-button", has_text="Whole map").press("Enter")
    assert page.evaluate(place) == pytest.approx(start, abs=1e-4)


def test_the_map_has_a_name_and_says_what_it_shows(short_document: str, look: Look) -> None:
    page = look(short_document)
    box = page.locator("#map_committee")
    assert box.get_attribute("role") == "group" and "arrow keys" in (box.get_attribute("aria-label") or "")
    picture = page.locator(".leaflet-map-pane")
    assert picture.get_attribute("role") == "img"
    assert picture.get_attribute("aria-label") == "Map. " + (page.text_content("#sentence") or "")
    assert "By keyboard" in (page.text_content("#map-hint") or "") and page.is_visible("#map-hint")
    assert page.locator("#map_committee [tabindex]").count() == 0


@pytest.mark.parametrize(("width", "text"), [(320, 100), (360, 130), (640, 100), (1280, 200), (1000, 200)])
def test_nothing_is_lost_on_small_screens_or_with_large_text(width: int, text: int, short_document: str, look: Look) -> None:
    page = look(short_document, width=width)
    page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
    page.locator("#areas tbody .choose").first.press("Enter")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    wide = page.eval_on_selector_all("h1, h2, h3, p, li, label, button, dt, dd, figcaption", """them => them.filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 1 && !element.closest('.scroll, .folium-map, .skip') && (box.right > innerWidth + 1 || box.left < -1);
    }).map((element) => element.outerHTML.slice(0, 100))""")
    assert wide == []


@pytest.mark.parametrize("width", [320, 1280])
def test_targets_are_large_enough(width: int, short_document: str, look: Look) -> None:
    page = look(short_document, width=width)
    page.locator("#areas tbody .choose").first.press("Enter")
    assert page.evaluate(SMALL) == []


def test_spaced_out_text_stays_in_its_boxes(short_document: str, look: Look) -> None:
    """Text spacing of WCAG 1.4.12, set as a reader's own style would be."""
    page = look(short_document, width=320)
    page.evaluate("""() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('* {line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important}');
      document.adoptedStyleSheets = [sheet];
    }""")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    cut = page.eval_on_selector_all("button:not(.sort), label, legend", """them => them.filter((element) =>
      element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1).map((element) => element.outerHTML)""")
    assert cut == []


def test_landmarks_headings_and_language(short_document: str, look: Look) -> None:
    page = look(short_document)
    assert page.get_attribute("html", "lang") == "en-GB" and page.title() == "School places in Exampleshire"
    assert [page.locator(tag).count() for tag in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    levels = page.eval_on_selector_all("h1, h2, h3", "all => all.filter((e) => e.offsetParent).map((e) => Number(e.tagName[1]))")
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))
