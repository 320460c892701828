"""Reading a file as text, whatever its encoding and however ragged its rows; nothing lost, nothing silent.

Every cell arrives as text (blank is "", never missing), the index is the row as a person sees it in the file, and what was
repaired on the way is noted. Numbers are parsed afterwards, so that "0801" keeps its nought and "NA" stays a name.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import SYMBOLS, Note, Reading, Source

LARGEST_BYTES = 2_000_000_000
LARGEST_WORKBOOK = 1_000_000_000     # bytes, unpacked
SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg")
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
    also: tuple[str, ...] = ()      # further tables that the same file fills

    @property
    def fills(self) -> frozenset[str]:
        """Every table that a file of this kind fills."""
        return frozenset((self.table, *self.also))


def source(reader: Reader, path: Path, ask: Ask, table: str = "") -> Source:
    """Say where a table comes from, with the sha256 of the file (of a shapefile: of all its parts)."""
    parts = [path, *(path.with_suffix(end) for end in SHAPEFILE_PARTS if path.suffix.lower() == ".shp")]
    data = b"".join(part.read_bytes() for part in parts if part.is_file())
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
    if path.stat().st_size > LARGEST_BYTES:
        raise _unreadable(path, f"the file is larger than {LARGEST_BYTES / 1e9:.0f} GB", "give the authority's part of it")
    data = path.read_bytes()
    if not data.strip():
        raise _unreadable(path, "the file is empty", "download it again")
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise _unreadable(path, "this is a spreadsheet or zip, not a text file",
                          "save it as CSV, or name it .xlsx if it is a workbook")
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16"), ("read as UTF-16",)
        if b"\x00" in data:
            raise _unreadable(path, "this is not a text file", "download it again, or save it as CSV in UTF-8")
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as fault:
        if fault.encoding.startswith("utf-16"):
            raise _unreadable(path, "the file says it is UTF-16 and breaks off", "save it as CSV in UTF-8") from None
        return data.decode("cp1252", errors="replace"), ("read as Windows-1252",)


def _unreadable(path: Path, what: str, advice: str) -> EvidenceError:
    """Say of a whole file that it cannot be read, and what to do."""
    return EvidenceError([Problem(path.name, expected=what, advice=advice)])


def read_cells(path: Path) -> tuple[list[tuple[int, list[str]]], tuple[str, ...]]:
    """Read a CSV or XLSX file as rows of text, each with its row number in the file; blank rows are passed over."""
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods"):
        return _workbook_cells(path), ()
    text, notes = read_text(path)
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)      # a stray quote may not swallow the rows after it
    number = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((number, [cell.strip() for cell in row]))
            number = reader.line_num + 1
    except csv.Error as fault:
        raise EvidenceError([Problem(path.name, number, expected=f"the file cannot be read as CSV from here on: {fault}",
                                     advice="look for a stray quotation mark, or save it as CSV from a spreadsheet")]) from None
    return rows, notes


def _workbook_cells(path: Path) -> list[tuple[int, list[str]]]:
    """Read the first sheet of a workbook as text."""
    from python_calamine import CalamineError, load_workbook

    if not path.is_file():
        read_text(path)     # says that it is missing
    _refuse_bomb(path)
    try:
        sheet = load_workbook(str(path)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as fault:
        raise _unreadable(path, f"the workbook cannot be opened: {fault}", "open it in Excel and save it again") from None
    if not any(any(_cell_text(c) for c in row) for row in rows):
        raise _unreadable(path, "the first sheet of the workbook is empty", "put the table on the first sheet")
    return [(i, cells) for i, row in enumerate(rows, 1) if any(cells := [_cell_text(c) for c in row])]


def _refuse_bomb(path: Path) -> None:
    """Refuse a workbook that would unpack to far more than a workbook ever holds."""
    try:
        with zipfile.ZipFile(path) as parts:
            sizes = [(part.file_size, part.compress_size) for part in parts.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return      # an older format, or broken: the reader of workbooks says which
    if sum(size for size, _ in sizes) > LARGEST_WORKBOOK or any(size > 1e8 and size > 1000 * packed for size, packed in sizes):
        raise _unreadable(path, "the workbook unpacks to more than a workbook should hold", "save the one sheet as CSV")


def _cell_text(value: object) -> str:
    """Write a spreadsheet cell as text; a whole number without its ".0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def read_frame(
    path: Path, needs: tuple[str, ...], ask: Ask, may: tuple[str, ...] = (), remark: str = "",
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read a table whose header is the first row that holds the columns needed (note lines above it are passed over).

    needs, may: the publication's column names that must and that can be there; the workspace's column map and case are seen
    through. remark: rows that start with it are passed over. Ragged rows: missing cells at the end are blank, and more cells
    than headings is a problem. Raises EvidenceError naming the missing columns.
    """
    rows, notes = read_cells(path)
    rows = [(number, cells) for number, cells in rows if not (remark and cells[0].startswith(remark))]
    renamed = {theirs.casefold(): ours for ours, theirs in (ask.columns or {}).items()}
    wanted = {n.casefold() for n in needs}
    heads = [[renamed.get(c.casefold(), c) for c in cells] for _, cells in rows[:30]] or [[]]
    at = max(range(len(heads)), key=lambda i: len(wanted.intersection(n.casefold() for n in heads[i])))     # the first best
    names = heads[at]
    if not wanted <= {n.casefold() for n in names}:
        raise EvidenceError(_missing_columns(path, names, needs))
    canonical = {n.casefold(): n for n in (*may, *needs)}
    header = [canonical.get(n.casefold(), n) for n in names]
    header = [n or f"unnamed {i}" for i, n in enumerate(header, 1)]
    body = rows[at + 1:]
    if problems := _body_problems(path, rows[at][0], header, body, (*needs, *may)):
        raise EvidenceError(problems)
    short = sum(len(cells) < len(header) for _, cells in body)
    width = len(header)
    frame = pd.DataFrame([cells[:width] + [""] * (width - len(cells)) for _, cells in body], columns=header,
                         index=pd.Index([number for number, _ in body]), dtype="str")
    if short:
        notes = (*notes, f"{short} rows end before the last column; the missing cells are blank")
    if twice := sorted({n for n in header if header.count(n) > 1}):
        notes = (*notes, f"columns that stand twice in the header are read once: {', '.join(twice)}")
    return frame.loc[:, ~frame.columns.duplicated()], notes


def _missing_columns(path: Path, names: list[str], needs: tuple[str, ...]) -> list[Problem]:
    """Name each column that is needed and not there, with what the likeliest header has instead."""
    have = {n.casefold() for n in names}
    advice = "if it has another name in this file, give it under [tables.*.columns]"
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        advice = "the cells seem to be parted by something other than commas: save it as CSV"
    if names:
        advice += "; the file has " + ", ".join(repr(n[:40]) for n in names[:6]) + (" ..." if len(names) > 6 else "")
    return [Problem(path.name, 0, n, expected="this column is needed", advice=advice) for n in needs if n.casefold() not in have]


def _body_problems(
    path: Path, top: int, header: list[str], body: list[tuple[int, list[str]]], known: tuple[str, ...],
) -> list[Problem]:
    """Find columns that stand twice, rows with more cells than headings, and a file without rows."""
    problems = [
        Problem(path.name, top, n, expected="this column stands twice in the header", advice="drop one")
        for n in sorted({n for n in header if header.count(n) > 1 and n in known})
    ]
    problems += [
        Problem(path.name, number, found=f"{len(cells)} cells", expected=f"{len(header)} cells, as in the header",
                advice="an unquoted comma in a name is the usual cause")
        for number, cells in body if len(cells) > len(header) and any(cells[len(header):])
    ]
    if not body:
        problems.append(Problem(path.name, expected="the file has a header and no rows",
                                advice="download it again, or fill it in, or take it out of authority.toml"))
    return problems


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
