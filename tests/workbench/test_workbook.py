"""The workbook: text stays text, numbers stay numbers, blank is blank, hidden is c, and the same release gives the same bytes."""

from __future__ import annotations

import math
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook
from shapely.geometry import Point

from sufficiency import balance
from sufficiency.estate import places, school_table
from sufficiency.evidence import Note, Source
from workbench import workbook
from workbench.charts import Chart
from workbench.column_guide import COLUMNS, guide
from workbench.disclosure import protect
from workbench.workbook import Facts, begins_like_a_formula, write_workbook

WIDE = ["\uff1d1", "\uff0b1", "\uff0d1", "\uff201"]      # full-width = + - @
PAYLOADS = [
    "=1+1", "=HYPERLINK(\"http://example.invalid\",\"x\")", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", *WIDE, "\"=1", " =1",
    "=cmd|' /C calc'!A0", "<img src=x onerror=alert(1)>${1+1}`", "</script>", "{=1}", "http://example.invalid",
    "mailto:a@b.invalid", "internal:Sheet1!A1", "0801", "1e5", "TRUE", "NA", "None", "St John`s", "Ysgol Tŷ Gwyn 学校", "_x0041_",
]
FACTS = Facts(
    "Invented County", "0123456789ab", 2022,
    sources=(Source("schools", "gias.csv", "gias", "DfE", "Establishments", "OGL v3.0", "2022-04-25", "ab" * 32, 10),),
    notes=(Note("capacity", "=no capacity is known for Ash Primary", "its need"),), settings=(("Operating margin", "2 %"),),
)


def read(path: Path) -> dict[str, list[list[object]]]:
    book = load_workbook(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def write(tmp_path: Path, tables: dict[str, pd.DataFrame], facts: Facts = FACTS) -> Path:
    path = tmp_path / "tables.xlsx"
    write_workbook(protect(tables), path, facts)
    return path


def inside(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as parts:
        return {name: parts.read(name).decode("utf-8") for name in parts.namelist()}


def test_no_text_ever_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    path = write(tmp_path, {"schools": pd.DataFrame({"school_name": PAYLOADS, **{p: [p] * len(PAYLOADS) for p in PAYLOADS[:3]}})})
    sheet = read(path)["schools"]
    assert sheet[0] == ["school_name", *PAYLOADS[:3]]
    seen = [row[0] for row in sheet[1:]]
    assert [str(s).replace("_x000D_", "\r") for s in seen] == PAYLOADS
    assert all(isinstance(s, str) for s in seen)
    parts = inside(path)
    assert not any(re.search(r"<f[ >]|<hyperlink", text) for name, text in parts.items() if name.startswith("xl/worksheets"))
    assert "<row" in parts["xl/worksheets/sheet2.xml"]
    assert not any("externalLink" in name for name in parts)


def test_text_that_looks_like_a_formula_is_marked_as_text_for_excel(tmp_path: Path) -> None:
    parts = inside(write(tmp_path, {"schools": pd.DataFrame({"school_name": ["=1+1", "Ash Primary"]})}))
    styles = re.findall(r"<xf [^>]*>", parts["xl/styles.xml"].split("<cellXfs")[1])
    marked = [i for i, style in enumerate(styles) if 'quotePrefix="1"' in style]
    assert len(marked) == 1
    assert f'<c r="A2" s="{marked[0]}"' in parts["xl/worksheets/sheet2.xml"]
    assert f'<c r="A3" s="{marked[0]}"' not in parts["xl/worksheets/sheet2.xml"]


def test_numbers_stay_numbers_and_missing_is_blank_not_nought(tmp_path: Path) -> None:
    frame = pd.DataFrame({
        "ay": [2022, 2023, 2024], "net_places": [-20.25, 0.0, math.nan], "n": np.array([1, 2, 3], dtype="int64"),
        "worst_nc_year": pd.array([3, None, 0], dtype="Int64"), "open": [True, False, True], "odd": [math.inf, 1.0, 2.0],
        "text": ["a", None, ""],
    })
    sheet = read(write(tmp_path, {"balance": frame}))["balance"]
    assert sheet[0] == list(frame.columns)
    assert sheet[1] == [2022, -20.25, 1, 3, True, "inf", "a"]
    assert sheet[2] == [2023, 0.0, 2, "", False, 1.0, ""]
    assert sheet[3][:4] == [2024, "", 3, 0]


def test_numbers_stand_in_full_and_are_only_shown_rounded(tmp_path: Path) -> None:
    path = write(tmp_path, {"balance": pd.DataFrame({"pupils": [1 / 3], "headroom": [0.025], "ay": [2026]})})
    assert read(path)["balance"][1] == [pytest.approx(1 / 3, rel=1e-15), 0.025, 2026]
    shown = inside(path)["xl/styles.xml"]
    assert '"#,##0.0"' in shown and '"0.0%"' in shown


def test_hidden_figures_are_c_everywhere(tmp_path: Path) -> None:
    frame = pd.DataFrame({"lsoa_code": ["E01000001", "E01000002"], "pupils": [3, 9]})
    path = write(tmp_path, {"flows": frame})
    assert read(path)["flows"][1:] == [["E01000001", "c"], ["E01000002", 9]]
    assert ["flows", "pupils: small areas: 1 to 4 children", "1"] in [row[:3] for row in read(path)["About"]]


def test_the_front_sheet_says_what_this_is(tmp_path: Path) -> None:
    book = read(write(tmp_path, {"balance": pd.DataFrame({"ay": [2022], "nobody_explained": [1]})}))
    assert list(book) == ["About", "balance", "Columns"]
    told = {cell for row in book["About"] for cell in row}
    assert {"0123456789ab", "2 %", "Establishments", "OGL v3.0", "ab" * 32, "=no capacity is known for Ash Primary"} <= told
    assert any("2022/23" in str(cell) for cell in told) and any(str(cell).startswith("Invented County") for cell in told)
    assert ["balance", "ay", "academic year by its September: 2026 is 2026/27", "ay"] in book["Columns"]
    assert ["balance", "nobody_explained", "", "nobody_explained"] in book["Columns"]


def test_the_heading_stays_in_sight_and_filters(tmp_path: Path) -> None:
    sheet = inside(write(tmp_path, {"places": pd.DataFrame({"ay": [1, 2], "urn": ["1", "2"]})}))["xl/worksheets/sheet2.xml"]
    assert 'state="frozen"' in sheet and 'ySplit="1"' in sheet
    assert '<autoFilter ref="A1:B3"/>' in sheet
    assert re.search(r"<col [^>]*customWidth", sheet)


def test_an_empty_table_has_no_sheet_and_the_front_sheet_says_why(tmp_path: Path) -> None:
    book = read(write(tmp_path, {"overrides": pd.DataFrame(columns=["ay", "reason"]), "odd": pd.DataFrame(),
                                 "names": pd.DataFrame({"ay": [2022]})}))
    assert list(book) == ["About", "names", "Columns"]
    told = {row[0]: row[1] for row in book["About"]}
    assert "planner's own" in str(told["overrides"]) and told["odd"] == "it holds nothing in this run"


def test_what_is_left_of_a_sum_that_is_nothing_is_0(tmp_path: Path) -> None:
    sheet = read(write(tmp_path, {"misses": pd.DataFrame({"miss": [1.466e-13, -3e-12, 1e-6]})}))["misses"]
    assert [row[0] for row in sheet[1:]] == [0, 0, 1e-6]


def test_charts_stand_on_a_sheet_of_their_own_with_their_words(tmp_path: Path) -> None:
    chart = Chart("Errors & misses", "Line chart: 1.2 % one year ahead.", 3.0, lambda figure: None)
    path = write(tmp_path, {"names": pd.DataFrame({"ay": [2022]})}, replace(FACTS, pictures=(chart,)))
    book = read(path)
    assert list(book) == ["About", "Charts", "names", "Columns"]
    assert {chart.title, chart.alt} <= {cell for row in book["Charts"] for cell in row}
    parts = zipfile.ZipFile(path).namelist()
    assert "xl/media/image1.png" in parts
    with zipfile.ZipFile(path) as files:
        assert 'descr="Line chart: 1.2 % one year ahead."' in files.read("xl/drawings/drawing1.xml").decode("utf-8")


def test_shapes_are_left_out(tmp_path: Path) -> None:
    shapes = gpd.GeoDataFrame({"planning_area_code": ["P1"]}, geometry=[Point(450_000, 350_000)], crs="EPSG:27700")
    assert read(write(tmp_path, {"areas": shapes}))["areas"] == [["planning_area_code"], ["P1"]]


def test_the_same_release_gives_the_same_bytes(tmp_path: Path) -> None:
    tables = {"balance": pd.DataFrame({"ay": [2022], "pupils": [1 / 3], "school_name": ["=Ash"]})}
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    assert write(tmp_path / "one", tables).read_bytes() == write(tmp_path / "two", tables).read_bytes()


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert workbook.MOST_ROWS == 2**20
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)
    book = read(write(tmp_path, {"school_pupils": pd.DataFrame({"n": range(9)})}))
    assert [name for name in book if name.startswith("school")] == ["school_pupils", "school_pupils (2)", "school_pupils (3)"]
    rows = [row[0] for name in list(book)[1:4] for row in book[name][1:]]
    assert rows == list(range(9))
    assert all(book[name][0] == ["n"] for name in list(book)[1:4])


def test_sheet_names_that_excel_refuses_are_mended_and_none_is_lost(tmp_path: Path) -> None:
    names = ["a/b:c*?[d]", "x" * 40, "x" * 41, "X" * 40, "About", "columns", "History", "'quoted'"]
    book = read(write(tmp_path, {name: pd.DataFrame({"n": [i]}) for i, name in enumerate(names)}))
    sheets = list(book)[1:-1]
    assert [book[s][1][0] for s in sheets] == list(range(len(names)))
    assert len({s.lower() for s in book}) == len(book) and all(len(s) <= 31 for s in book)
    assert sheets[0] == "a_b_c___d_"


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    text = str(read(write(tmp_path, {"t": pd.DataFrame({"note": ["😀" * 40_000]})}))["t"][1][0])
    assert text.endswith("... (cut)") and len(text) > 10_000


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t1", "\r1", "\n1", *WIDE, "\"=1", "'=1", "  =1", "\xa0=1"])
def test_text_that_a_spreadsheet_might_run_is_known(text: str) -> None:
    assert begins_like_a_formula(text)


@pytest.mark.parametrize("text", ["Ash Primary", "", "3-tier", "St John's", "a=b", "(=1)"])
def test_other_text_is_left_alone(text: str) -> None:
    assert not begins_like_a_formula(text)


printable = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=30)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.lists(st.tuples(printable, st.floats(allow_nan=False, allow_infinity=False, width=32)), min_size=1, max_size=8))
def test_whatever_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float]]) -> None:
    path = write(tmp_path_factory.mktemp("book"), {"t": pd.DataFrame(rows, columns=["name", "value"])})
    seen = read(path)["t"][1:]
    assert [row[0] for row in seen] == [name for name, _ in rows]
    assert [row[1] for row in seen] == [pytest.approx(value, rel=1e-15) for _, value in rows], "Excel keeps 16 digits"


def test_every_column_of_our_own_tables_is_explained() -> None:
    row = {column: 1.0 for column in balance.COLUMNS} | {"phase": "primary", "planning_area_code": "P1", "nc_year": 0, "rag": "G"}
    ours = {*balance.COLUMNS, *places.COLUMNS, *school_table.ABOUT, "total", "surplus", "places_basis", "reliability",
            *school_table.year_headings("primary"), *school_table.year_headings("secondary"),
            *balance.summary(pd.DataFrame([row])).columns}
    assert "worst_need" in ours
    assert sorted(ours - COLUMNS.keys()) == []
    assert all(guide(column).meaning for column in ours)


def test_sentences_wrap_in_a_wide_column_and_stay_text(tmp_path: Path) -> None:
    said = "=A list that begins like a formula:\n" + "\n".join(f"- line {n} of it, with some words more" for n in range(9))
    table = pd.DataFrame({"item": ["B7"], "finding": [said]})
    write_workbook(protect({"childcare_findings": table}), tmp_path / "one.xlsx", FACTS)
    with zipfile.ZipFile(tmp_path / "one.xlsx") as book:
        sheet, styles = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet2", "styles"))
    widths = [float(width) for width in re.findall(r'<col min="\d" max="\d" width="([\d.]+)"', sheet)]
    assert widths[1] > 100 > 3 * widths[0], "wide enough to be read"
    assert 'wrapText="1"' in styles and 'quotePrefix="1"' in styles and "<f>" not in sheet
