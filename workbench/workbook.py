"""A release as one Excel workbook: a front sheet that says what it is, then one sheet a table, cut from the Release alone.

Text is always written as text, so a school whose name begins with =, +, - or @ is a name and never a formula; numbers stay
numbers; what is missing is blank and what is hidden is `c`. The same release gives the same bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xlsxwriter

from planning_areas.school_year import ay_label
from sufficiency.evidence import Note, Source
from workbench.charts import as_png
from workbench.column_guide import CODE_OF, SHEETS, guide
from workbench.headings import heading
from workbench.plan_words import PLAN_SHEETS

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from workbench.charts import Chart
    from workbench.disclosure import Release

MOST_ROWS = 1_048_576       # of an Excel sheet, heading included
MOST_CHARACTERS = 32_767    # of an Excel cell, in UTF-16 units
LONGEST_NAME = 31           # of a sheet
WIDEST = 48
PROSE, PROSE_WIDTH = 160, 100       # texts longer than the one are sentences: their column wraps, and is as wide as the other
MOST_LINES, LINE_POINTS = 3, 15     # a heading breaks into about so many lines, each so high
POINTS = 72                 # in an inch
PICTURES, CHART_CHARACTERS = "Charts", 110
NEARLY_NOTHING = 1e-9       # what is left of a sum that is nothing: written as 0
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")     # the last four are full-width
ONCE = datetime(2000, 1, 1)     # when a run was made stands beside it, not in it


STAYS = "it stays with officers"
EMPTY = {
    "overrides": "no figure of the planner's own is used, nor was one that is used no longer",
    "known_intakes": "the workspace has no October census or offers for the first year ahead",
    "transfers": "no children change schools between planning areas",
    "registrations": "the workspace has no GP registrations",
    "accuracy": "no published count can be held against this forecast or against the authority's own returns",
    **dict.fromkeys(("housing_sites", "site_audit", "site_years", "building"), "the workspace has no housing sites"),
    **dict.fromkeys(PLAN_SHEETS, "there is no capital plan in this run; a note says why"),
    "homes": "no housing site brings children", "last_safe_dates": "no area is likely to be short in its year of entry",
    "by_place": "no past forecast can be told apart by planning area or school",
    "coverage": "too few past forecasts to say how often what came lay within the bands",
    "misses": "no past forecast can be held against what came", "measures": "no past forecast can be held against what came",
    "vintages": "no past forecast can be held against what came",
}
"""Why a table may be empty; such a table has no sheet."""


@dataclass(frozen=True)
class Facts:
    """What the front sheet says of the run."""

    authority: str
    run_id: str
    base_year: int
    sources: Sequence[Source] = ()
    notes: Sequence[Note] = ()
    settings: Sequence[tuple[str, str]] = ()    # further lines: what was assumed, as name and value
    title: str = "school places and the children expected"
    reading: Sequence[tuple[str, str]] = (
        ("How to read it", "Need and spare places are never offset against each other, nor between areas or year groups."),
        ("", "Children are shown with one decimal place, in full underneath; the members' tables show them whole."),
    )
    pictures: Sequence[Chart] = ()              # a sheet of charts, each with its words
    sheets: Mapping[str, str] = field(default_factory=dict)         # what a sheet holds, where the guide does not know it
    columns: Mapping[str, tuple[str, str]] = field(default_factory=dict)    # heading -> meaning and code, likewise
    withheld: Collection[str] = ()              # tables of which this edition tells nothing
    codes: str = "Name in the Parquet files"    # what the sheet of columns calls their codes
    created: datetime = ONCE                    # in the file's properties; fixed, so that the same run gives the same bytes


def begins_like_a_formula(text: str) -> bool:
    """Say whether a spreadsheet might run a text: it begins with = + - @, TAB, CR or LF, also after spaces and quotes."""
    return text.lstrip(" '\"\u00a0").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS)


def write_workbook(release: Release, path: Path, facts: Facts) -> None:
    """Write the release to an .xlsx file: front sheet, charts, one sheet a table, and a sheet that explains the columns.

    A table with more rows than a sheet holds goes on in a further sheet, "name (2)". An empty table has no sheet: the front sheet
    says why. Geometry is left out.
    """
    memory = io.BytesIO()
    options = {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(memory, options) as book:
        book.set_properties({"title": f"{facts.authority}: school places", "author": facts.authority,
                             "comments": f"run {facts.run_id}", "created": facts.created})
        styles = Styles(book)
        front = book.add_worksheet("About")
        if facts.pictures:
            _write_pictures(book.add_worksheet(PICTURES), facts.pictures, styles)
        names = _sheet_names(release)
        for name, (table, first, last) in names.items():
            _write_table(book.add_worksheet(name), _flat(release.shown(table)).iloc[first:last], styles)
        _write_table(book.add_worksheet("Columns"), _explained(release, facts), styles)
        _write_lines(front, _front(release, facts, names), styles)
    path.write_bytes(memory.getvalue())


class Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}
        self.heading = self.of(bold=True, bottom=1, text_wrap=True, valign="top")
        self.title = self.of(bold=True, font_size=14)
        self.bold = self.of(bold=True)
        self.wrapped = self.of(text_wrap=True, valign="top")
        self.quoted = self.of(quote_prefix=True)    # Excel then treats the cell as text even when it is edited or saved as CSV

    def prose(self, text: str) -> Format:
        """The format of sentences, which wrap; those that begin like a formula stay text."""
        return self.of(text_wrap=True, valign="top", **({"quote_prefix": True} if begins_like_a_formula(text) else {}))

    def of(self, **properties: object) -> Format:
        """The format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def number(self, shown_as: str) -> Format:
        """The format that shows a number so."""
        return self.of(num_format=shown_as)


def _sheet_names(release: Release) -> dict[str, tuple[str, int, int]]:
    """Name of each sheet -> its table, first row and row after its last."""
    taken = {"about", "columns", PICTURES.lower()}
    names: dict[str, tuple[str, int, int]] = {}
    step = MOST_ROWS - 1
    for table, frame in release.tables.items():
        for part, first in enumerate(range(0, len(frame), step), 1):
            name = _free_name(table, "" if part == 1 else f" ({part})", taken)
            taken.add(name.lower())
            names[name] = (table, first, first + step)
    return names


def _free_name(table: str, ending: str, taken: set[str]) -> str:
    """A name that Excel allows and no sheet has: at most 31 characters, without brackets, colons, stars, marks and slashes."""
    clean = "".join("_" if c in "[]:*?/\\" else c for c in table).strip("'") or "table"
    number = 1
    while True:
        tail = ending if number == 1 else f"~{number}{ending}"
        name = clean[:LONGEST_NAME - len(tail)] + tail
        if name.lower() not in taken and name.lower() != "history":     # a name that Excel keeps for itself
            return name
        number += 1


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """A table without its shapes."""
    return pd.DataFrame(frame[[c for c in frame.columns if str(frame[c].dtype) != "geometry"]])


def _write_table(sheet: Worksheet, frame: pd.DataFrame, styles: Styles) -> None:
    """One table: its heading stays in sight and filters, its columns are wide enough, its numbers are shown as the guide says."""
    lines = 1
    for at, column in enumerate(frame.columns):
        name = str(column)
        sheet.write_string(0, at, name, styles.heading)
        shown_as = styles.number(guide(name).shown_as)
        longest = max(max(map(len, name.split()), default=0), math.ceil(len(name) / MOST_LINES))
        values = frame[column].tolist()
        prose = any(isinstance(value, str) and len(value) > PROSE for value in values)
        for row, value in enumerate(values, 1):
            longest = max(longest, _write(sheet, row, at, value, shown_as, styles, prose=prose))
        width = PROSE_WIDTH if prose else min(WIDEST, longest + 3)
        lines = max(lines, math.ceil(len(name) / (width - 3)))
        sheet.set_column(at, at, width)
    sheet.set_row(0, LINE_POINTS * min(lines, MOST_LINES + 1))
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})     # a school's number is a name, not a sum
    if len(frame.columns):
        sheet.autofilter(0, 0, max(1, len(frame)), len(frame.columns) - 1)


def _write(sheet: Worksheet, row: int, column: int, value: object, shown_as: Format, styles: Styles, *,
           prose: bool = False) -> int:
    """One cell: text as text, in sentences wrapped, a number as a number, missing as blank; gives its width in characters."""
    if isinstance(value, str):
        return _write_text(sheet, row, column, value, styles, styles.prose(value) if prose else None)
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return 0
    if isinstance(value, bool | np.bool_):
        sheet.write_boolean(row, column, bool(value))
        return 5
    if isinstance(value, int | float | np.integer | np.floating) and math.isfinite(value):
        number = float(value) if isinstance(value, float | np.floating) else int(value)
        sheet.write_number(row, column, 0 if abs(number) < NEARLY_NOTHING else number, shown_as)
        return 8
    return _write_text(sheet, row, column, str(value), styles)


def _write_text(sheet: Worksheet, row: int, column: int, text: str, styles: Styles, style: Format | None = None) -> int:
    """A text as it is; one too long for Excel is cut, and says so."""
    if not text:
        return 0
    if len(text) > MOST_CHARACTERS // 2 and len(text.encode("utf-16-le", "surrogatepass")) // 2 > MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS // 2 - 10] + " ... (cut)"
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    sheet.write_string(row, column, text, styles.quoted if style is None and begins_like_a_formula(text) else style)
    return len(text)


def _explained(release: Release, facts: Facts) -> pd.DataFrame:
    """Sheet, column, meaning and code name, for every column of every table that has a sheet."""
    rows = [(table, str(c), *facts.columns.get(str(c), (guide(str(c)).meaning, CODE_OF.get(str(c), str(c)))))
            for table, frame in release.tables.items() if len(frame) for c in _flat(frame).columns]
    return pd.DataFrame(rows, columns=["Sheet", "Column", "What it means", facts.codes])


def _write_pictures(sheet: Worksheet, pictures: Sequence[Chart], styles: Styles) -> None:
    """Every chart under its title, with its words as the text that stands for it and below it."""
    row = 0
    for chart in pictures:
        _write_text(sheet, row, 0, chart.title, styles, styles.title)
        sheet.insert_image(row + 1, 0, f"{chart.title}.png", {
            "image_data": io.BytesIO(as_png(chart)), "description": chart.alt, "object_position": 3})
        row += 2 + math.ceil(chart.height_inches * POINTS / LINE_POINTS)
        _write_text(sheet, row, 0, chart.alt, styles, styles.wrapped)
        row += 3
    sheet.set_column(0, 0, CHART_CHARACTERS)


Line = tuple[str, ...]


def _front(release: Release, facts: Facts, names: dict[str, tuple[str, int, int]]) -> Iterator[tuple[str, Line]]:
    """The front sheet, line by line: its style and its cells."""
    yield "title", (f"{facts.authority}: {facts.title}",)
    yield "", ("Run", facts.run_id)
    yield "", ("Counted in", f"the January census of {ay_label(facts.base_year)}; later years are forecasts")
    for name, value in facts.reading:
        yield "", (name, value)
    yield "", ("", "A blank is not known, and not zero. c is a small number that is hidden.")
    for name, value in facts.settings:
        yield "", (name, value)
    yield "", ()
    yield "bold", ("Sheet", "What it holds", "Rows")
    for sheet, (table, first, last) in names.items():
        yield "", (sheet, facts.sheets.get(table, SHEETS.get(table, "")), f"{len(release.tables[table].iloc[first:last]):,}")
    exact = "" if facts.columns else ", which hold the exact tables"
    yield "", ("Columns", f"What each column means, and its {facts.codes[0].lower()}{facts.codes[1:]}{exact}", "")
    empty = [table for table, frame in release.tables.items() if not len(frame)]
    if empty:
        yield "", ()
        yield "bold", ("No sheet", "Why")
    for table in empty:
        yield "", (table, STAYS if table in facts.withheld else EMPTY.get(table, "it holds nothing in this run"))
    yield "", ()
    yield "bold", ("Source of", "Title", "Publisher", "Date", "Licence", "File", "sha256")
    for s in facts.sources:
        yield "", (s.table, s.title, s.publisher, s.reference_date, s.licence, s.file, s.sha256)
    yield "", ()
    yield "bold", ("Note on", "What a planner ought to know", "What the result loses by it")
    for note in facts.notes:
        yield "", (note.table, note.text, note.loses)
    yield "", ()
    yield "bold", ("Hidden in", "Column and rule", "Figures")
    for hidden in release.hidden:
        yield "", (hidden.table, f"{_as_headed(hidden.column, release.tables[hidden.table])}: {hidden.rule}", f"{hidden.cells:,}")
    if not release.hidden:
        yield "", ("nothing",)


def _as_headed(column: str, table: pd.DataFrame) -> str:
    """A column as it is called in its sheet."""
    return column if column in table else heading(column)


def _write_lines(sheet: Worksheet, lines: Iterator[tuple[str, Line]], styles: Styles) -> None:
    """Write the front sheet."""
    kinds = {"title": styles.title, "bold": styles.bold}
    for row, (kind, cells) in enumerate(lines):
        for column, text in enumerate(cells):
            _write_text(sheet, row, column, text, styles, kinds.get(kind))
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    sheet.set_column(2, 6, 28)
