"""No text from a file ever runs: every text channel of a sheet times many payloads, in a real browser, each shown literally."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from maps.layer import Breakdown, Layer, Listing, Measure, Moment, Outline, Points
from maps.palette import steps
from maps.sheet import Remark, Sheet, draw

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAYLOADS = {
    "the issue's": "<img src=x onerror=alert(1)>${1+1}`",
    "image": "<img src=x onerror=window.__pwn=1>",
    "script": "<script>window.__pwn=2</script>",
    "end of script": "</script><script>window.__pwn=3</script>",
    "end of script, odd": "</SCRIPT\t><svg/onload=window.__pwn=4>",
    "end of attribute": "\"><svg onload=window.__pwn=5>'><svg onload=window.__pwn=5>",
    "template literal": "`${window.__pwn=6}`",
    "end of string": "\\';window.__pwn=7;//\\\";window.__pwn=7;//",
    "address": "javascript:window.__pwn=8",
    "line separators": "\u2028window.__pwn=9\u2029//",
    "comment": "<!--<script>--!><script>window.__pwn=10</script>",
    "style": "</style><style>*{display:none}</style>expression(window.__pwn=11)",
    "template": "{{ 7*7 }}{% raw %}{{ self.__init__ }}",
    "frame": "]]><iframe srcdoc='<script>parent.__pwn=12</script>'></iframe>",
    "entities": "&lt;script&gt;window.__pwn=13&lt;/script&gt;&#x3c;b>&amp;amp;",
    "prototype": "__proto__ constructor toString",
    "other scripts": "<b>\u202e\U0001f600 \u00e9\ufeff\x7f",
}
SQUARES = gpd.GeoSeries([shapely.box(x, 350_000, x + 1000, 351_000) for x in (450_000, 451_000)], crs="EPSG:27700")


class Words:
    """Texts that carry a payload, each with the name of its channel, so that each can be looked for."""

    def __init__(self, payload: str) -> None:
        self.payload = payload
        self.given: dict[str, str] = {}

    def __call__(self, channel: str) -> str:
        self.given[channel] = f"{channel} {self.payload} end of {channel}"
        return self.given[channel]


def sheet_of(words: Words) -> Sheet:
    """Two areas, a school and a housing site; every word that a sheet can hold carries the payload."""
    areas = pd.DataFrame({"key": ["a", "b"], "name": [words("area name"), words("other area")]})
    measure = Measure(
        "short", words("measure title"), words("unit"), steps((1, 10), none=words("class of none")), words("explanation"),
        words("saying"), detail="detail", suffix=words("suffix"))
    plain = Measure("short", words("second measure"), words("second unit"), steps((1, 10)), words("second explanation"), "short")
    values = pd.DataFrame({"key": ["a", "b"], "year": [1, 1], "short": [5.0, 0.0], "detail": [words("detail"), None]})
    rows = pd.DataFrame({"key": ["a"], "year": [1], "row": [words("row label")], "pupils": [30.0], "places": [25.0]})
    columns = {"pupils": words("first heading"), "places": words("second heading")}
    layer = Layer(
        "primary", words("layer title"), words("plural"), areas, (Moment(1, words("moment label"), words("moment note")),),
        values, (measure, plain), gpd.GeoDataFrame({"key": ["a", "b"]}, geometry=SQUARES),
        Breakdown(words("row heading"), columns, rows, "pupils", "places"))
    belongs = pd.DataFrame({"layer": ["primary"], "key": ["s"], "area": ["a"]})
    series = pd.DataFrame({"layer": ["primary"], "key": ["s"], "year": [1], "value": [30.0], "limit": [25.0]})

    def thing(kind: str) -> pd.DataFrame:
        return pd.DataFrame({"key": ["s"], "name": [words(f"{kind} name")], "x": [450_500.0], "y": [350_500.0], "size": [100],
                             "fact": [words(f"{kind} fact")], "cell": [words(f"{kind} cell")]})

    schools = Points(
        "schools", words("schools"), words("school"), "circle", thing("school"), words("places"), {"fact": words("fact label")},
        {"cell": words("column heading")}, belongs, series, words("value title"), words("limit title"),
        Breakdown(words("school row heading"), {"pupils": words("school heading")},
                  pd.DataFrame({"key": ["s"], "year": [1], "row": [words("school row label")], "pupils": [30.0]}), "pupils"))
    sites = Points(
        "sites", words("sites"), words("site"), "diamond", thing("site"), words("dwellings"),
        {"fact": words("site label")}, {"cell": words("site heading")},
        listing=Listing(words("listing title"), {"row": words("listing heading"), "cell": words("listing column")},
                        pd.DataFrame({"key": ["s"], "row": [words("listing row")], "cell": [words("listing cell")]}),
                        words("listing note")))
    schemes = Points("schemes", words("schemes"), words("scheme"), "triangle", thing("scheme"), words("scheme places"),
                     {"fact": words("scheme label")}, {"cell": words("scheme heading")})
    settings = Points("settings", words("settings"), words("setting"), "circle", thing("setting"), words("setting places"),
                      {"fact": words("setting label")}, {"cell": words("setting heading")})
    outline = Outline(words("outline title"), gpd.GeoDataFrame({"name": [words("outline name"), "b"]}, geometry=SQUARES))
    return Sheet(
        words("title"), words("subtitle"), (words("headline"),), (layer,), (schools, sites, schemes, settings), (outline,),
        words("source"), 1,
        (Remark(words("reading"), words("reading loses"), words("reading group")),),
        (Remark(words("note"), words("note loses"), words("first group")), Remark(words("other note"), "", words("other group"))),
        (words("sources"),),
        words("caution"))


SEEN = """() => {
  const copy = document.documentElement.cloneNode(true);
  for (const hidden of copy.querySelectorAll('script, style')) hidden.remove();
  const labels = [...copy.querySelectorAll('[aria-label]')].map((element) => element.getAttribute('aria-label'));
  const year = document.getElementById('year').getAttribute('aria-valuetext');
  return [document.title, copy.textContent, ...labels, year].join('\\n');
}"""
FOREIGN = "document.querySelectorAll('img, iframe, object, embed, form, b, video, math, template').length"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_runs_and_each_is_shown_as_it_is(payload: str, look: Callable[..., Page]) -> None:
    words = Words(PAYLOADS[payload])
    page = look(draw(sheet_of(words)))
    seen = [page.evaluate(SEEN)]
    page.locator("#areas .choose").first.click()
    seen.append(page.evaluate(SEEN))
    page.locator("#card [data-item]").click()
    seen.append(page.evaluate(SEEN))
    page.select_option("#view", "1")
    page.check("#columns input[value='1']")
    for number in (1, 2, 3):
        page.locator(f"#list-{number} summary").click()
        page.locator(f"#list-{number} .choose").click()
        seen.append(page.evaluate(SEEN))
    page.locator("path.area").first.hover(position={"x": 5, "y": 5})
    seen.append(page.evaluate(SEEN))
    everything = "\n".join(seen)
    assert [channel for channel, text in words.given.items() if text not in everything] == []
    assert len(words.given) >= 40
    assert page.evaluate("window.__pwn") is None
    assert page.evaluate(FOREIGN) == 0
    assert page.evaluate("document.querySelectorAll('script').length") == 4
