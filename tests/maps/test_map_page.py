"""What the page shows: every value of the map in a table, for each phase, view and year; it prints, and works without a map."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from maps.layer import Silence
from maps.sheet import Sheet, contents, draw

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
Look = Callable[..., "Page"]

# Turn to every view and year of the phase shown, and read off the map, the legend, the sentence and the table.
READ_ALL = """() => {
  const texts = (within, selector) => [...within.querySelectorAll(selector)].map((element) => element.textContent);
  const read = [];
  for (const view of document.querySelectorAll('#view option').keys()) {
    document.getElementById('view').value = view;
    document.getElementById('view').dispatchEvent(new Event('change'));
    const year = document.getElementById('year');
    for (let at = 0; at <= Number(year.max); at += 1) {
      year.value = at;
      year.dispatchEvent(new Event('input'));
      const each = (selector, read) => Object.fromEntries([...document.querySelectorAll(selector)].map(read));
      const onMap = each('path.area', (path) => [path.dataset.area, path.getAttribute('fill')]);
      const labels = each('.area-tag', (tag) => [tag.dataset.area, texts(tag, 'span')]);
      const now = [...document.querySelectorAll('#areas-table thead th')].findIndex((cell) => cell.classList.contains('now'));
      const rows = each('#areas-table tbody tr', (row) =>
        [row.querySelector('[data-area]').dataset.area, [row.cells[0].textContent, row.cells[now].textContent]]);
      read.push({view, at, onMap, labels, rows, sentence: document.getElementById('sentence').textContent,
        many: texts(document, '.classes .many'), legend: document.getElementById('legend-title').textContent,
        heading: document.querySelector('#areas-table thead th.now').textContent,
        sums: texts(document, '#areas-table tfoot tr > *')[now]});
    }
  }
  return read;
}"""


def _rows(page: Page, selector: str) -> list[list[str]]:
    """The texts of the cells of some rows."""
    cells = "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    return [list(row) for row in page.locator(selector).evaluate_all(cells)]


@pytest.fixture(scope="module")
def told(county: Sheet) -> dict[str, Any]:
    """The data block of the county."""
    return contents(county)


@pytest.mark.parametrize("phase", [0, 1])
def test_every_value_of_the_map_is_in_the_table(phase: int, document: str, told: dict[str, Any], look: Look) -> None:
    page = look(document)
    page.check(f"#phase input[value='{phase}']")
    layer = told["layers"][phase]
    states = page.evaluate(READ_ALL)
    assert len(states) == len(layer["measures"]) * len(layer["moments"])
    for state in states:
        measure, at, moment = layer["measures"][state["view"]], state["at"], layer["moments"][state["at"]]
        assert state["sentence"] == measure["say"][at]
        assert measure["title"] in state["legend"] and moment["label"] in state["legend"] and moment["note"] in state["legend"]
        assert moment["label"] in state["heading"]
        if measure["sum"]:
            assert state["sums"].split(" ")[0] == measure["sum"][at][0]
        classes = [row[at] for row in measure["c"]]
        assert [int(re.sub(r"\D", "", text)) for text in state["many"]] == [classes.count(k) for k in range(len(state["many"]))]
        assert len(state["rows"]) == len(state["onMap"]) == len(layer["names"])
        for i, name in enumerate(layer["names"]):
            figure, beside = measure["n"][i][at], measure["b"][i][at]
            assert state["rows"][str(i)] == [name, f"{figure} {beside}".strip()]
            assert state["onMap"][str(i)] == f"url(#hatch-{measure['scale']}-{measure['c'][i][at]})"
            assert state["labels"][str(i)] == [name, measure["l"][i][at]]
            assert measure["l"][i][at] in ("", "?", figure, beside)


def test_the_table_of_all_views_says_the_same(document: str, told: dict[str, Any], look: Look) -> None:
    page = look(document)
    page.check("#columns input[value='1']")
    layer = told["layers"][0]
    at = next(i for i, moment in enumerate(layer["moments"]) if moment["key"] == 2028)
    rows = _rows(page, "#areas-table tbody tr")
    figures = [[f"{m['n'][i][at]} {m['b'][i][at]}".strip() for m in layer["measures"]] for i in range(40)]
    assert sorted(rows) == sorted([name, *row] for name, row in zip(layer["names"], figures, strict=True))


def test_every_mark_on_the_map_is_in_a_table_with_its_figures(document: str, told: dict[str, Any], look: Look) -> None:
    page = look(document)
    for phase, layer in enumerate(told["layers"]):
        page.check(f"#phase input[value='{phase}']")
        at = next(i for i, moment in enumerate(layer["moments"]) if moment["key"] == 2028)
        for g, group in enumerate(told["points"]):
            mine = [item for item in group["items"] if layer["key"] in item["areas"]]
            rows = _rows(page, f"#list-{g}-table tbody tr")
            assert len(rows) == len(mine) > 0
            found = {tuple(row) for row in rows}
            for item in mine:
                row = [item["name"], layer["names"][item["areas"][layer["key"]]]]
                row += [*(item["facts"][column["name"]] for column in group["columns"]), f"{item['size']:,}"]
                if group["series"]:
                    value, limit = item["series"][layer["key"]]["v"][at], item["series"][layer["key"]]["m"][at]
                    row += [f"{value:,}", f"{limit:,}"]
                    row.append(f"{limit - value:,} free" if value <= limit else f"{value - limit:,} short")
                assert tuple(row) in found
        over = page.locator("path.mark-over").count()
        drawn = [s for s in told["points"][0]["items"] if layer["key"] in s["areas"] and s["at"]]
        series = [s["series"][layer["key"]] for s in drawn]
        assert over == sum(one["v"][at] > one["m"][at] for one in series)
        assert page.locator("path.mark.leaflet-interactive").count() == len(drawn)


def test_the_page_opens_on_the_year_it_is_told(document: str, county: Sheet, look: Look) -> None:
    assert look(document).text_content("#year-shown") == "2028/29 forecast"
    assert look(draw(replace(county, start=None))).text_content("#year-shown") == "2030/31 forecast"


def test_a_view_that_tells_nothing_of_the_year_is_shown_in_the_nearest_that_it_tells(county: Sheet, look: Look) -> None:
    """Who turns to what is measured once sees it, and no empty map; and stays in that year when turning on."""
    first, *others = county.layers
    view, second, *rest = first.measures
    years = [moment.key for moment in first.moments]
    silent = tuple(Silence(key, "not told", "this is told of one year alone") for key in years[1:])
    layer = replace(first, measures=(view, replace(second, silent=silent), *rest))
    page = look(draw(replace(county, layers=(layer, *others))))
    page.locator("#year").press("End")
    page.select_option("#view", "1")
    assert page.locator("#year").input_value() == "0" and "told of one year alone" not in page.locator("#sentence").inner_text()
    page.select_option("#view", "0")
    assert page.locator("#year").input_value() == "0"


def test_the_page_opens_on_the_layer_it_is_told(county: Sheet, told: dict[str, Any], look: Look) -> None:
    page = look(draw(replace(county, start_layer="secondary", start=2030)))
    assert page.text_content("#sentence") == told["layers"][1]["measures"][0]["say"][5]
    assert page.is_checked("#phase input[value='1']") and page.locator("path.area").count() == 20


def test_an_area_card_shows_its_views_year_groups_and_schools(document: str, told: dict[str, Any], look: Look) -> None:
    page = look(document)
    page.fill("#areas-filter", "kelham north")
    page.click("#areas tbody tr:not([hidden]) .choose")
    layer, card = told["layers"][0], page.locator("#card")
    area, at = layer["names"].index("Kelham North"), 3
    assert card.locator("h2").text_content() == "Kelham North"
    assert card.locator(".views dt").all_text_contents() == [m["title"] for m in layer["measures"]]
    assert card.locator(".views strong").all_text_contents() == [m["n"][area][at] for m in layer["measures"]]
    assert card.locator(".views dd > span").all_text_contents() == ["places", "places, Reception", "R", "children"]
    rows = _rows(page, ":nth-match(#card table, 1) tbody tr")
    assert rows == [[row[0], *(f"{figure:,}" for figure in row[1:])] for row in layer["breakdown"]["rows"][area][at]]
    mine = [i for i, item in enumerate(told["points"][0]["items"]) if item["areas"].get("primary") == area]
    listed = card.locator("[data-group='0']").evaluate_all("them => them.map((button) => Number(button.dataset.item))")
    assert sorted(listed) == mine
    before = rows[0][1]
    page.locator("#year").press("ArrowRight")
    after = card.locator("table").first.locator("tbody td").first.text_content()
    assert after == f"{layer['breakdown']['rows'][area][at + 1][0][1]:,}" != before


def test_an_area_card_has_the_sentence_on_its_area_and_no_other(county: Sheet, look: Look) -> None:
    first, *rest = county.layers
    text = "Start an <i>expansion</i> by 1 September 2027."
    keys = dict(zip(first.areas["name"], first.areas["key"], strict=True))
    said = pd.DataFrame({"key": [keys["Kelham North"]], "text": [text]})
    page = look(draw(replace(county, layers=(replace(first, said=said), *rest))))
    for name, times in (("kelham north", 1), ("ashby north", 0)):
        page.fill("#areas-filter", name)
        page.click("#areas tbody tr:not([hidden]) .choose")
        assert page.locator("#card").get_by_text(text, exact=True).count() == times


def test_an_area_card_says_what_leads_to_its_figure_with_signs(document: str, told: dict[str, Any], look: Look) -> None:
    page = look(document)
    page.fill("#areas-filter", "kelham north")
    page.click("#areas tbody tr:not([hidden]) .choose")
    account, at = told["layers"][0]["account"], 3
    base, entry, rest, whole = account["rows"][told["layers"][0]["names"].index("Kelham North")][at]
    sign = {True: "+", False: "\N{MINUS SIGN}"}
    shown = [f"{base:,}", *(f"{sign[n > 0]}{abs(n):,}" if n else "0" for n in (entry, rest)), f"{whole:,}"]
    table = page.locator("#card h3", has_text="What leads there, 2028/29, forecast").locator("xpath=following-sibling::*[1]")
    assert table.locator("tbody th").all_text_contents() == ["At the census", "Entry year", "Other years", "Pupils"]
    assert table.locator("tbody td").all_text_contents() == shown
    page.locator("#year").press("Home")
    assert page.locator("#card h3", has_text="What leads there").count() == 0, "the census is what it leads from"


def test_a_school_card_shows_its_facts_and_its_years(document: str, told: dict[str, Any], look: Look) -> None:
    page = look(document)
    page.click("#list-0 summary")
    page.fill("#list-0-filter", "john`s ashby")
    page.click("#list-0-table tbody tr:not([hidden]) [data-item='0']")
    item, card = told["points"][0]["items"][0], page.locator("#card")
    assert card.locator("h2").text_content() == item["name"]
    assert card.locator(".facts dt").all_text_contents() == [
        "Places", "Kind of school", "Ages", "Admission number", "Primary area", "On the map"]
    assert card.locator(".facts dd").last.text_content() == "no: its place is not known"
    figures = _rows(page, ":nth-match(#card table, 1) tbody tr")
    series = item["series"]["primary"]
    assert [row[1:3] for row in figures] == [[str(v), str(m)] for v, m in zip(series["v"], series["m"], strict=True)]
    assert figures[0][0] == "2025/26, census"
    assert card.locator(".chart").first.locator(".column-number").all_text_contents() == [str(v) for v in series["v"]]


def test_a_school_card_shows_the_year_groups_of_the_year_chosen(document: str, told: dict[str, Any], look: Look) -> None:
    page, group = look(document), told["points"][0]
    page.click("#list-0 summary")
    item, behind, card = group["items"][2], group["breakdown"], page.locator("#card")
    page.click("#list-0-table [data-item='2']")

    def shown(year: int) -> list[list[str]]:
        at = year - 2025
        rows = [row for row in item["rows"] if len(row[1]) > at and row[1][at] is not None]
        return [[behind["labels"][label], str(pupils[at]), str(places[at])] for label, pupils, places in rows]

    assert card.locator("figcaption").all_text_contents() == ["Pupils and places by year", "Year groups in 2028/29, forecast"]
    assert _rows(page, ":nth-match(#card table, 2) tbody tr") == shown(2028) and len(shown(2028)) == 12
    assert card.locator(".chart.many .column-label").all_text_contents() == behind["labels"]
    page.locator("#year").press("ArrowRight")
    assert _rows(page, ":nth-match(#card table, 2) tbody tr") == shown(2029) and len(shown(2029)) == 7
    assert card.locator(".chart.many").count() == 0


def test_labels_of_many_bars_stay_whole_and_bars_in_line(document: str, look: Look) -> None:
    page = look(document)
    page.evaluate("document.querySelector(\"#list-0-table [data-item='2']\").click()")
    heights = page.eval_on_selector_all(".chart.many .column-label", "them => them.map((label) => label.offsetHeight)")
    assert len(heights) == 12 and max(heights) < 20
    page.locator("#card-close").press("Enter")
    page.evaluate("document.querySelector('#areas tbody .choose').click()")
    feet = page.eval_on_selector_all(".chart .well", "wells => wells.map((well) => well.getBoundingClientRect().bottom)")
    assert len(set(feet)) == 1


def test_choosing_on_the_map_opens_the_card(document: str, told: dict[str, Any], look: Look) -> None:
    page = look(document)
    click = "path => path.dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    page.locator("path.area[data-area='5']").evaluate(click)
    assert page.text_content("#card-heading") == told["layers"][0]["names"][5]
    assert page.evaluate("document.activeElement.id") == "card-heading"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "map_committee" and page.is_hidden("#card")
    page.locator("path.mark.leaflet-interactive").nth(7).evaluate(click)
    assert page.locator("#card .under").text_content() == "School"


def test_pointing_reads_out_the_figure(document: str, told: dict[str, Any], look: Look) -> None:
    page = look(document)
    page.hover("#areas-table tbody tr:first-child th")
    assert page.text_content(".readout") == "Kelham North: Places short in Reception, 44 places"
    assert page.locator("path.pointed").count() == 2
    page.select_option("#view", "1")
    page.locator("#areas-table tbody .choose").first.focus()
    said = page.text_content(".readout") or ""
    assert re.fullmatch(r".+: Places short in the worst year group, \d+ places, (Reception|Year \d)", said)


def test_marks_and_outlines_can_be_taken_off_the_map(document: str, look: Look) -> None:
    page = look(document)
    marks = page.locator("path.mark.leaflet-interactive")
    assert marks.count() > 200 and page.locator("path.outline").count() == 7 and page.locator(".diamond").count() == 24
    for key in ("points 0", "points 1", "outline 0"):
        page.uncheck(f"[data-key='{key}']")
    assert marks.count() == page.locator("path.outline").count() == page.locator(".diamond").count() == 0
    page.locator("#year").press("Home")
    assert marks.count() == 0 and not page.is_checked("[data-key='points 0']")
    page.check("[data-key='points 0']")
    assert marks.count() > 200


def test_it_prints_whole_and_comes_back(document: str, look: Look) -> None:
    page = look(document)
    page.locator("#areas tbody .choose").nth(2).click()
    for zoom in (0, 2):
        page.evaluate(f"void map_committee.setZoom(map_committee.getZoom() + {zoom}, {{animate: false}})")
        before = page.evaluate("[map_committee.getZoom(), map_committee.getSize().x]")
        assert page.pdf(format="A4").startswith(b"%PDF")
        assert page.evaluate("[map_committee.getZoom(), map_committee.getSize().x]") == before
    page.emulate_media(media="print")
    assert page.is_hidden("#controls") and page.is_hidden(".map-buttons")
    flows = page.eval_on_selector_all(".scroll", "boxes => boxes.map((box) => getComputedStyle(box).overflowY)")
    assert set(flows) == {"visible"} and page.is_visible("#legend-title") and page.is_visible("#sentence")


def test_notes_stand_under_their_groups_and_only_the_first_is_unfolded(document: str, look: Look) -> None:
    page = look(document)
    notes = page.locator("#notes")
    assert notes.locator("h3").all_text_contents() == ["What bears on the figures", "How the files were read"]
    assert notes.locator("li:visible").all_text_contents() == [
        "3 schools have no admission number. Their places come from capacity.", "5 schools are new."]
    assert notes.locator("summary").all_text_contents() == ["2 notes"]
    notes.locator("summary").click()
    assert notes.locator("details li:visible").all_text_contents() == ["2020 is left out.", "One row is blank."]


@pytest.mark.parametrize("source", ["Counted in May.", "Counted in May"])
def test_the_source_ends_with_one_full_stop(source: str, county: Sheet, look: Look) -> None:
    page = look(draw(replace(county, source=source)))
    assert (page.text_content("#below-map") or "").count("Source: Counted in May.") == 1
    assert ".." not in (page.text_content("#below-map") or "")


def test_headings_and_columns_say_what_they_are(document: str, look: Look) -> None:
    page = look(document)
    assert page.text_content("#areas-heading") == "Every figure on the map"
    assert page.locator("#columns label").all_text_contents() == ["Year by year", "All views of one year"]


def test_the_whole_map_stays_whole_when_the_window_changes(document: str, look: Look) -> None:
    page = look(document, width=1900, height=1000)
    page.set_viewport_size({"width": 700, "height": 500})
    page.wait_for_function("map_committee.getSize().x < 700")
    inside = "map_committee.getBounds().contains(L.latLngBounds([...document.querySelectorAll('path.area')].flatMap("
    inside += "(path) => { const box = path.getBBox(); return [[box.x, box.y], [box.x + box.width, box.y + box.height]]; }"
    inside += ").map((corner) => map_committee.layerPointToLatLng(corner))))"
    page.wait_for_function(inside)


def test_it_works_without_a_map(county: Sheet, told: dict[str, Any], look: Look) -> None:
    page = look(draw(replace(county, layers=tuple(replace(layer, shapes=None) for layer in county.layers))))
    assert county.no_map in (page.text_content("#picture") or "") and page.locator(".leaflet-container").count() == 0
    page.check("#phase input[value='1']")
    page.select_option("#view", "2")
    assert page.text_content("#sentence") == told["layers"][1]["measures"][2]["say"][3]
    page.locator("#areas tbody .choose").first.click()
    page.locator("#card [data-item]").first.click()
    assert page.is_visible("#card .chart")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.is_hidden("#card")


def test_a_phase_without_shapes_says_so_beside_the_other_s_map(county: Sheet, look: Look) -> None:
    page = look(draw(replace(county, layers=(county.layers[0], replace(county.layers[1], shapes=None)))))
    assert page.locator("path.area").count() == 40 and page.locator("#below-map .plain").count() == 0
    page.check("#phase input[value='1']")
    assert page.locator("path.area").count() == 0 and page.text_content("#below-map .plain") == county.no_map
    page.locator("#areas tbody .choose").first.click()
    assert page.get_by_role("button", name="Show on the map").count() == 0


def test_the_policy_stops_what_gets_in(document: str, browser: Browser, tmp_path: Path) -> None:
    """A page of its own, since the refusals are told on the console."""
    path = tmp_path / "attacked.html"
    planted = "<img src=x onerror='window.__pwn=1'><script>window.__pwn=2</script></main>"
    path.write_text(document.replace("</main>", planted), encoding="utf-8")
    page = browser.new_page()
    sent: list[str] = []
    refused: list[str] = []
    page.on("requestfinished", lambda request: sent.append(request.url))
    page.on("requestfailed", lambda request: sent.append(request.url) if request.failure != "csp" else None)
    page.on("console", lambda line: refused.append(line.text))
    page.goto(path.as_uri())
    page.wait_for_selector("html.ready", state="attached")
    page.evaluate("""() => {
      const script = document.createElement('script');
      script.textContent = 'window.__pwn = 3';
      document.body.append(script);
      const box = document.createElement('div');
      box.innerHTML = '<p onclick="window.__pwn=4" style="position:fixed">x</p>';
      document.body.append(box);
      box.firstChild.click();
      fetch('https://example.org/').catch(() => {});
      new Image().src = 'https://example.org/x.png';
    }""")
    assert page.evaluate("window.__pwn") is None
    assert page.evaluate("getComputedStyle(document.body.lastChild.firstChild).position") == "static"
    assert len(refused) >= 4 and all("Content Security Policy" in line for line in refused)
    assert sent == [path.as_uri()]
    page.close()
