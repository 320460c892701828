"""Reading a file as text, whatever its encoding and however ragged its rows; nothing lost, nothing silent.

Every cell arrives as text (blank is "", never missing), the index is the row as a person sees it in the file, and what was
repaired on the way is noted. Numbers are parsed afterwards, so that "0801" keeps its nought and "NA" stays a name.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import SYMBOLS, Note, Reading, Source

LARGEST_BYTES = 2_000_000_000
LARGEST_WORKBOOK = 1_000_000_000     # bytes, unpacked
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
SHAPEFILE_PARTS = (".shx", ".dbf", ".prj", ".cpg")
OGL = "Open Government Licence v3.0"

Row = tuple[int, list[str]]
"""A row's number as a person sees it in the file, and its cells."""


@dataclass(frozen=True)
class Sheet:
    """The rows of a CSV file, or of one sheet of a workbook."""

    name: str                               # blank for a CSV file
    rows: Iterator[Row]
    notes: tuple[str, ...] = ()             # what was repaired in reading


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
    la_name: str = ""                       # "Nottinghamshire", for publications that name authorities and have no codes
    faults: list[Problem] | None = None     # rows that cannot be read are told here and passed over; None: they are refused


class BrokenRows(EvidenceError):
    """Some rows of a file cannot be read; `readings` is what the others say, for checks that look at single rows."""

    def __init__(self, problems: Iterable[Problem], readings: tuple[Reading, ...]) -> None:
        super().__init__(problems)
        self.readings = readings


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


def telling_all(reader: Reader) -> Reader:
    """Let a reader go on with the other rows where some cannot be read, so that all that is wrong with a file is told at once.

    Of the others only what is wrong with single rows is told: what is said of a whole file might be untrue without the broken
    rows. A file with such rows is always refused.
    """
    def read(path: Path, ask: Ask) -> tuple[Reading, ...]:
        faults: list[Problem] = []
        try:
            readings = reader.read(path, replace(ask, faults=faults))
        except EvidenceError as failure:
            raise EvidenceError([*faults, *(p for p in failure.problems if p.row or not faults)]) from None
        if faults:
            raise BrokenRows(faults, readings)
        return readings

    return replace(reader, read=read)


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
        raise unreadable(path, f"the file is larger than {LARGEST_BYTES / 1e9:.0f} GB", "give the authority's part of it")
    data = path.read_bytes()
    if not data.strip():
        raise unreadable(path, "the file is empty", "download it again")
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise unreadable(path, "this is a spreadsheet or zip, not a text file",
                          "save it as CSV, or name it .xlsx if it is a workbook")
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16"), ("read as UTF-16",)
        if b"\x00" in data:
            raise unreadable(path, "this is not a text file", "download it again, or save it as CSV in UTF-8")
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError as fault:
        if fault.encoding.startswith("utf-16"):
            raise unreadable(path, "the file says it is UTF-16 and breaks off", "save it as CSV in UTF-8") from None
        return data.decode("cp1252", errors="replace"), ("read as Windows-1252",)


def unreadable(path: Path, what: str, advice: str) -> EvidenceError:
    """Say of a whole file that it cannot be read, and what to do."""
    return EvidenceError([Problem(path.name, expected=what, advice=advice)])


def sheets(path: Path) -> Iterator[Sheet]:
    """Open a CSV file as one sheet of rows, or a workbook as its sheets; blank rows are passed over.

    The rows are read as they are asked for, so that a national file need not be held as a whole.
    """
    if path.suffix.lower() in WORKBOOKS:
        yield from _workbook_sheets(path)
    else:
        text, notes = read_text(path)
        yield Sheet("", csv_rows(path, text), notes)


def csv_rows(path: Path, text: str) -> Iterator[Row]:
    """Read the rows of a CSV text, each with its number in the file; a stray quote may not swallow the rows after it."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        for row in reader:
            if row and (row[0].strip() or any(cell.strip() for cell in row)):
                yield number, row
            number = reader.line_num + 1
    except csv.Error as fault:
        raise EvidenceError([Problem(path.name, number, expected=f"the file cannot be read as CSV from here on: {fault}",
                                     advice="look for a stray quotation mark, or save it as CSV from a spreadsheet")]) from None


def _workbook_sheets(path: Path) -> Iterator[Sheet]:
    """Read the sheets of a workbook as text, one after the other."""
    from python_calamine import CalamineError, load_workbook

    if not path.is_file():
        read_text(path)     # says that it is missing
    with path.open("rb") as file:
        file.read(1)        # another program may hold it
    _refuse_bomb(path)
    try:
        book = load_workbook(str(path))
        for number, name in enumerate(book.sheet_names):
            rows = book.get_sheet_by_index(number).to_python(skip_empty_area=False)
            yield Sheet(name, ((i, cells) for i, row in enumerate(rows, 1) if any(cells := [_cell_text(c) for c in row])))
    except (CalamineError, OSError, ValueError) as fault:
        raise unreadable(path, f"the workbook cannot be opened: {fault}", "open it in Excel and save it again") from None


def _refuse_bomb(path: Path) -> None:
    """Refuse a workbook that would unpack to far more than a workbook ever holds."""
    try:
        with zipfile.ZipFile(path) as parts:
            sizes = [(part.file_size, part.compress_size) for part in parts.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return      # an older format, or broken: the reader of workbooks says which
    if sum(size for size, _ in sizes) > LARGEST_WORKBOOK or any(size > 1e8 and size > 1000 * packed for size, packed in sizes):
        raise unreadable(path, "the workbook unpacks to more than a workbook should hold", "save the one sheet as CSV")


def _cell_text(value: object) -> str:
    """Write a spreadsheet cell as text; a whole number without its ".0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def parse_counts(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Split text into numbers and symbols: "1,466" is 1466; "c", "z", "x", "low", ":" mean what they mean; blank is not zero.

    Text that is neither stays in the symbols as found, for the table's model to refuse by name.
    """
    text = cells.astype("str").str.strip()
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype="float64", copy=True)
    grouped = text.str.contains(",", regex=False).to_numpy(dtype=bool)
    if grouped.any():
        ungrouped = text[grouped].str.replace(r"(?<=\d),(?=\d{3}\b)", "", regex=True)
        values[grouped] = pd.to_numeric(ungrouped, errors="coerce").to_numpy(dtype="float64")
    numbers = pd.Series(values, index=cells.index)
    symbols = text.where(numbers.isna(), "")
    lowered = symbols.str.lower()
    return numbers, lowered.where(lowered.isin(SYMBOLS), symbols)


def noted(table: str, path: Path, texts: tuple[str, ...]) -> tuple[Note, ...]:
    """Turn what was repaired in a file into notes."""
    return tuple(Note(table, f"{path.name}: {text}", kind="file") for text in texts)
