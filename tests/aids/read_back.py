"""A publication read back from its own files, as whoever gets them reads them: map, workbook, CSV, GeoPackage and paper.

Nothing of the program that made them is asked for a figure; only the page's packing is undone, as the page does.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from maps.packing import unpacked

Row = dict[str, str]


def number(text: str) -> float | None:
    """A figure as it is printed: thousands, true minus, plus, per cent; none where it is no figure."""
    plain = text.replace(",", "").replace("\N{MINUS SIGN}", "-").removesuffix("%").strip()
    try:
        return float(plain)
    except ValueError:
        return None


@cache
def csv_table(folder: Path, table: str) -> list[Row]:
    """A table of the open data."""
    text = (folder / "open-data" / "csv" / f"{table}.csv").read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def csv_tables(folder: Path) -> list[str]:
    """The names of its tables."""
    return sorted(path.stem for path in (folder / "open-data" / "csv").glob("*.csv"))


def area_names(folder: Path) -> dict[str, str]:
    """Planning areas by their codes; a name that begins like a formula without the apostrophe before it."""
    return {row["planning_area_code"]: row["planning_area_name"] for row in csv_table(folder, "names")}


@cache
def map_data(page: Path) -> Any:
    """What the map shows, as its page unpacks it."""
    text = page.read_text(encoding="utf-8")
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return unpacked(json.loads(found[1]))


@cache
def sheet(workbook: Path, name: str) -> list[Row | dict[str, Any]]:
    """A sheet of the workbook, a line a row by its headings."""
    heading, *rows = CalamineWorkbook.from_path(str(workbook)).get_sheet_by_name(name).to_python()
    return [dict(zip(map(str, heading), row, strict=True)) for row in rows]


def sheets(workbook: Path) -> list[str]:
    """The names of its sheets."""
    return CalamineWorkbook.from_path(str(workbook)).sheet_names


@dataclass
class PaperTable:
    """A table of a paper: its caption without its number, its headings, and its rows."""

    caption: str = ""
    headings: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[PaperTable] = []
        self.text: str | None = None
        self.in_head = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "table":
            self.found.append(PaperTable())
        elif tag == "tr" and not self.in_head and self.found:
            self.found[-1].rows.append([])
        elif tag in {"thead", "tbody"}:
            self.in_head = tag == "thead"
        elif tag in {"caption", "th", "td"}:
            self.text = ""

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"caption", "th", "td"} or self.text is None:
            return
        table, text = self.found[-1], self.text
        if tag == "caption":
            table.caption = re.sub(r"^Table \d+\. ", "", text)
        elif self.in_head:
            table.headings.append(text)
        else:
            table.rows[-1].append(text)
        self.text = None


@cache
def paper_tables(page: Path) -> list[PaperTable]:
    """Every table of a paper."""
    reader = _Tables()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.found


def year(label: str) -> str:
    """2026/27 as the September in which it begins, as text."""
    return label[:4]


def groups(label: str) -> str:
    """Reception or Year 7 as the number of the year group, as text."""
    return "0" if label == "Reception" else label.removeprefix("Year ")


def measured(layer: Any) -> Iterator[tuple[str, str, str, float | None]]:
    """Each figure of a layer of the map: title of its measure, area, year, figure."""
    for measure in layer["measures"]:
        for name, figures in zip(layer["names"], measure["v"], strict=True):
            for moment, figure in zip(layer["moments"], figures, strict=True):
                yield measure["title"], name, str(moment["key"]), figure
