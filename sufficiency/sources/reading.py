"""Reading a file as text, whatever its encoding and however ragged its rows; nothing lost, nothing silent.

Every cell arrives as text (blank is "", never missing), the index is the row as a person sees it in the file, and what was
repaired on the way is noted. Numbers are parsed afterwards, so that "0801" keeps its nought and "NA" stays a name.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import SYMBOLS, Note, Reading, Source

LARGEST_BYTES = 2_000_000_000
OGL = "Open Government Licence v3.0"


@dataclass(frozen=True)
class Ask:
    """What a workspace asks of a reader: which authority, which columns have other names, what is known of the file."""

    la_code: str = ""                       # "891"; national files are filtered to it; "" keeps every row
    gss_code: str = ""                      # "E10000024"
    columns: Mapping[str, str] | None = None    # publication's column name -> name in this file
    publisher: str = ""                     # overrides the reader's own
    title: str = ""
    licence: str = ""
    reference_date: str = ""                # "2023-01-19", or as the publisher states it
    ay: int | None = None                   # academic year, for files that do not say theirs


@dataclass(frozen=True)
class Reader:
    """One kind of file: its name in `authority.toml`, the table it fills, who publishes it, and how it is read."""

    name: str
    table: str
    title: str
    publisher: str
    read: Callable[[Path, Ask], tuple[Reading, ...]]
    licence: str = OGL


def source(reader: Reader, path: Path, ask: Ask, table: str = "") -> Source:
    """Say where a table comes from, with the file's sha256."""
    data = path.read_bytes()
    return Source(
        table or reader.table, path.name, reader.name, ask.publisher or reader.publisher, ask.title or reader.title,
        ask.licence or reader.licence, ask.reference_date, hashlib.sha256(data).hexdigest(), len(data),
    )


def read_text(path: Path) -> tuple[str, tuple[str, ...]]:
    """Read a text file: UTF-8 (with or without a mark), else Windows-1252; says which when it was not UTF-8.

    Raises EvidenceError for a file that is missing, empty, or no text at all.
    """
    if not path.is_file():
        raise EvidenceError([Problem(path.name, expected="this file is named in the workspace but is not there",
                                     advice="check the name in authority.toml")])
    data = path.read_bytes()
    if not data.strip():
        raise EvidenceError([Problem(path.name, expected="the file is empty", advice="download it again")])
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise EvidenceError([Problem(path.name, expected="this is a spreadsheet or zip, not a text file",
                                     advice="save it as CSV, or name it .xlsx if it is a workbook")])
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16"), ("read as UTF-16",)
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        if b"\x00" in data:
            raise EvidenceError([Problem(path.name, expected="this is not a text file", advice="download it again")]) from None
        return data.decode("cp1252", errors="replace"), ("read as Windows-1252",)


def read_cells(path: Path) -> tuple[list[tuple[int, list[str]]], tuple[str, ...]]:
    """Read a CSV or XLSX file as rows of text, each with its row number in the file; blank rows are passed over."""
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods"):
        return _workbook_cells(path), ()
    text, notes = read_text(path)
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        number = 1
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((number, [cell.strip() for cell in row]))
            number = reader.line_num + 1
    except csv.Error as fault:
        raise EvidenceError([Problem(path.name, reader.line_num, expected=f"the file cannot be read as CSV: {fault}",
                                     advice="open it in a spreadsheet and save it as CSV again")]) from None
    return rows, notes


def _workbook_cells(path: Path) -> list[tuple[int, list[str]]]:
    """Read the first sheet of a workbook as text."""
    from python_calamine import CalamineError, load_workbook

    try:
        sheet = load_workbook(str(path)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError) as fault:
        raise EvidenceError([Problem(path.name, expected=f"the workbook cannot be opened: {fault}",
                                     advice="open it in Excel and save it again")]) from None
    return [(i, cells) for i, row in enumerate(rows, 1) if any(cells := [_cell_text(c) for c in row])]


def _cell_text(value: object) -> str:
    """Write a spreadsheet cell as text; a whole number without its ".0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def read_frame(path: Path, needs: tuple[str, ...], ask: Ask) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read a table whose header is the first row that holds the columns needed (note lines above it are passed over).

    needs: the publication's column names; the workspace's column map and case are seen through. Ragged rows: missing cells at
    the end are blank, and more cells than headings is a problem. Raises EvidenceError naming the missing columns.
    """
    rows, notes = read_cells(path)
    renamed = {theirs.casefold(): ours for ours, theirs in (ask.columns or {}).items()}
    for at, (_number, cells) in enumerate(rows[:30]):
        names = [renamed.get(c.casefold(), c) for c in cells]
        have = {n.casefold() for n in names}
        if all(n.casefold() in have for n in needs):
            break
    else:
        head = [renamed.get(c.casefold(), c).casefold() for c in (rows[0][1] if rows else [])]
        missing = [n for n in needs if n.casefold() not in head]
        raise EvidenceError(
            Problem(path.name, 0, n, expected="this column is needed",
                    advice="if it has another name in this file, give it under [tables.*.columns]") for n in missing
        )
    canonical = {n.casefold(): n for n in needs}
    header = [canonical.get(n.casefold(), n) for n in names]
    header = [n or f"unnamed {i}" for i, n in enumerate(header, 1)]
    repeated = sorted({n for n in header if header.count(n) > 1 and n in needs})
    body = rows[at + 1:]
    long = [(number, cells) for number, cells in body if len(cells) > len(header) and any(cells[len(header):])]
    problems = [
        Problem(path.name, rows[at][0], n, expected="this column stands twice in the header", advice="drop one") for n in repeated
    ]
    problems += [
        Problem(path.name, number, found=f"{len(cells)} cells", expected=f"{len(header)} cells, as in the header",
                advice="an unquoted comma in a name is the usual cause") for number, cells in long
    ]
    if not body:
        problems.append(Problem(path.name, expected="the file has a header and no rows", advice="download it again"))
    if problems:
        raise EvidenceError(problems)
    short = sum(len(cells) < len(header) for _, cells in body)
    width = len(header)
    frame = pd.DataFrame([cells[:width] + [""] * (width - len(cells)) for _, cells in body], columns=header,
                         index=pd.Index([number for number, _ in body]), dtype="str")
    if short:
        notes = (*notes, f"{short} rows end before the last column; the missing cells are blank")
    return frame.loc[:, ~frame.columns.duplicated()], notes


def parse_counts(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Split text into numbers and symbols: "1,466" is 1466; "c", "z", "x", "low", ":" mean what they mean; blank is not zero.

    Text that is neither stays in the symbols as found, for the table's model to refuse by name.
    """
    text = cells.astype("str").str.strip()
    numbers = pd.to_numeric(text.str.replace(r"(?<=\d),(?=\d{3}\b)", "", regex=True), errors="coerce")
    symbols = text.where(numbers.isna(), "")
    lowered = symbols.str.lower()
    return numbers.astype("float64"), lowered.where(lowered.isin(SYMBOLS), symbols)


def noted(table: str, path: Path, texts: tuple[str, ...]) -> tuple[Note, ...]:
    """Turn what was repaired in a file into notes."""
    return tuple(Note(table, f"{path.name}: {text}") for text in texts)
