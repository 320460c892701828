"""The data block and the document around it: complete, the same at each writing, small, closed to the world."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from maps import assets
from maps.packing import unpacked
from maps.page import json_block, policy
from maps.sheet import Remark, Sheet, contents, draw

MOST_BYTES = 3_000_000
NASTY = "</script><!-- <script> ]]> & \u2028\u2029 \" ' ` ${1} \\ \x00 é"


@pytest.fixture(scope="module")
def block(county: Sheet) -> dict[str, Any]:
    told = contents(county)
    return dict(json.loads(json_block(told)))


def _data(document: str) -> str:
    (found,) = re.findall(r'<script id="data" type="application/json">(.*?)</script>', document, flags=re.DOTALL)
    return str(found)


def test_a_county_stays_well_under_three_megabytes(document: str) -> None:
    assert 300_000 < len(document.encode("utf-8")) < MOST_BYTES / 2


def test_the_same_sheet_gives_the_same_bytes(county: Sheet, document: str) -> None:
    assert draw(county) == document


def test_the_block_in_the_document_is_the_contents(county: Sheet, document: str) -> None:
    assert unpacked(json.loads(_data(document))) == json.loads(json.dumps(contents(county)))


@pytest.mark.parametrize("text", [NASTY, "\ud7ff\ue000\U0001f600", "</SCRIPT >", "<!--<script>"])
def test_nothing_can_end_the_block(text: str) -> None:
    block = json_block({text: [text, {"deep": text}]})
    assert json.loads(block) == {text: [text, {"deep": text}]}
    assert block.isascii() and not set("<>&") & set(block)


def test_no_number_that_is_none_gets_into_the_block() -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_block({"figure": float("nan")})


def test_the_document_names_no_other_place(document: str) -> None:
    ours = assets.own_script() + assets.own_style() + assets.own("page.html")
    assert set(re.findall(r"https?://[^\s\"'<>)]+", ours)) == {"http://www.w3.org/2000/svg"}
    frame = re.sub(r"<(script|style)\b.*?</\1>", "", document, flags=re.DOTALL)
    assert re.findall(r"<(?:link|img|iframe|object|embed|base)\b|\bsrc=|\bhref=\"(?!#)", frame) == []
    assert "sourceMappingURL" not in document and "url(http" not in document and "@import" not in document


def test_nothing_forbids_zooming(document: str) -> None:
    (viewport,) = re.findall(r'<meta name="viewport" content="([^"]*)">', document)
    assert viewport == "width=device-width, initial-scale=1"


def test_the_policy_lets_in_what_is_there_and_nothing_else(document: str) -> None:
    (told,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', document)
    scripts = re.findall(r"<script>(.*?)</script>", document, flags=re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", document, flags=re.DOTALL)
    assert (len(scripts), len(styles)) == (3, 2)
    assert told == policy(scripts, styles)
    assert told.startswith("default-src 'none'; script-src 'sha256-") and "unsafe" not in told
    assert document.index("Content-Security-Policy") < document.index("<style>")
    assert re.findall(r"\s(?:style|on\w+)=", re.sub(r"<(script|style)\b.*?</\1>", "", document, flags=re.DOTALL)) == []


def test_our_scripts_read_no_text_as_markup() -> None:
    script = assets.own_script()
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|DOMParser|createContextual", script) == []
    assert re.findall(r"\beval\(|new Function|setTimeout\('|javascript:", script) == []
    assert re.findall(r"fetch\(|XMLHttp|WebSocket|localStorage|sendBeacon|import\(", script) == []


def test_a_school_without_a_place_stays_in_the_tables(block: dict[str, Any]) -> None:
    schools = block["points"][0]["items"]
    assert schools[0]["at"] is None and schools[0]["name"] == "St John`s Ashby CofE Primary School"
    assert sum(school["at"] is not None for school in schools) == 329
    assert {len(school["series"]["primary"]["v"]) for school in schools if "primary" in school["series"]} == {6}


def test_sums_are_of_the_figures_shown_and_say_what_is_missing(county: Sheet, block: dict[str, Any]) -> None:
    first = block["layers"][0]["measures"][0]
    columns = list(zip(*first["v"], strict=True))
    assert [int(told.replace(",", "")) for told, _ in first["sum"]] == [sum(v or 0 for v in column) for column in columns]
    assert {beside for _, beside in first["sum"]} == {"1 not known"}
    assert block["layers"][0]["measures"][2]["sum"] is None
    assert {beside for _, beside in block["layers"][1]["measures"][0]["sum"]} == {""}


def test_the_rows_behind_an_area_are_whole_numbers_in_their_order(block: dict[str, Any]) -> None:
    behind = block["layers"][0]["breakdown"]
    assert behind["headings"] == ["Year group", "Pupils", "Places", "Short", "Spare"]
    assert (behind["value"], behind["limit"]) == (1, 2)
    first = behind["rows"][0][0]
    assert [row[0] for row in first] == ["Reception", *(f"Year {n}" for n in range(1, 7))]
    assert all(isinstance(figure, int) for row in first for figure in row[1:])
    assert [row[2] for row in behind["rows"][39][0]] == [None] * 7


def test_what_leads_to_an_areas_figure_adds_up_and_starts_after_the_first_year(block: dict[str, Any]) -> None:
    account = block["layers"][0]["account"]
    assert account["plain"] == [True, False, False, True] and account["headings"] == ["Part", "Children"]
    assert all(rows[0] == [] for rows in account["rows"])
    assert all(base + entry + rest == whole for rows in account["rows"] for base, entry, rest, whole in rows[1:])


def test_notes_are_grouped_in_the_order_of_their_first(county: Sheet) -> None:
    notes = (Remark("a", "b", "First"), Remark("c"), Remark("d", group="First"))
    assert contents(replace(county, notes=notes))["notes"] == [
        {"group": "First", "remarks": [{"text": "a", "loses": "b"}, {"text": "d", "loses": ""}]},
        {"group": "", "remarks": [{"text": "c", "loses": ""}]},
    ]


def test_the_year_groups_of_schools_say_nothing_twice(county: Sheet, block: dict[str, Any]) -> None:
    schools = block["points"][0]
    behind, items = schools["breakdown"], schools["items"]
    assert behind == {"headings": ["Year group", "Pupils", "Places"], "value": 1, "limit": 2, "years": list(range(2025, 2033)),
                      "labels": ["Reception", *(f"Year {n}" for n in range(1, 12))]}
    assert [row[0] for row in items[0]["rows"]] == list(range(7)) and [row[0] for row in items[2]["rows"]] == list(range(12))
    assert {len(figures) for row in items[0]["rows"] for figures in row[1:]} == {6}, "primary years only"
    assert items[2]["rows"][7][1:] == [[None, None, None, 70], [None, None, None, 75]]
    assert all(isinstance(figure, int) for row in items[0]["rows"] for figures in row[1:] for figure in figures)
    assert block["points"][1]["breakdown"] is None and all(site["rows"] == [] for site in block["points"][1]["items"])
    bare = contents(replace(county, points=(replace(county.points[0], breakdown=None),)))
    spent = len(json.dumps(schools, separators=(",", ":"))) - len(json.dumps(bare["points"][0], separators=(",", ":")))
    assert spent < 150_000


def test_layers_without_shapes_have_tables_and_no_leaflet(county: Sheet) -> None:
    bare = replace(county, layers=tuple(replace(layer, shapes=None) for layer in county.layers))
    told, document = contents(bare), draw(bare)
    assert not told["drawn"] and told["outlines"] == []
    assert told["layers"][0]["measures"] == contents(county)["layers"][0]["measures"]
    assert len(re.findall(r"<script>", document)) == 1 and "L.map(" not in document


def test_an_area_without_a_shape_stays_in_the_table(county: Sheet) -> None:
    first = county.layers[0]
    assert first.shapes is not None
    told = contents(replace(county, layers=(replace(first, shapes=first.shapes.iloc[1:]),)))
    lacking = [i for i, polygons in enumerate(told["layers"][0]["shapes"]) if not polygons]
    assert len(lacking) == 1 and told["layers"][0]["at"][lacking[0]] is None and len(told["layers"][0]["names"]) == 40


def test_shapes_that_fit_no_area_are_refused(county: Sheet) -> None:
    first = county.layers[0]
    assert first.shapes is not None
    for shapes in (first.shapes.assign(key="elsewhere"), pd.concat([first.shapes, first.shapes.head(1)])):
        with pytest.raises(ValueError, match="one shape for each area"):
            contents(replace(county, layers=(replace(first, shapes=shapes),)))


def test_a_sheet_with_nothing_to_show_is_refused(county: Sheet) -> None:
    first = county.layers[0]
    for layers in ((), (replace(first, moments=()),), (first, replace(first, measures=()))):
        with pytest.raises(ValueError, match="at least one"):
            contents(replace(county, layers=layers))


def test_a_phase_without_areas_has_no_sums(county: Sheet) -> None:
    first = county.layers[0]
    told = contents(replace(county, layers=(replace(first, areas=first.areas.head(0), shapes=None),)))
    assert told["layers"][0]["measures"][0]["sum"] == [["not known", ""]] * 6


def test_missing_names_and_figures_are_blank_and_null_never_nan(county: Sheet) -> None:
    schools = county.points[0]
    items = schools.items.assign(name=None, size=np.nan, type=pd.NA)
    told = contents(replace(county, points=(replace(schools, items=items),)))["points"][0]["items"][5]
    assert (told["name"], told["size"], told["facts"]["type"]) == ("", None, "")
