"""Code-Point Open: where every postcode lies, and in which ward and district.

The files have no header row (the list of columns is a file of its own) and come one for each postcode area, `ng.csv`; a file may
be packed as .csv.gz. A postcode without a place stands at 0, 0 with the quality 90: it is left out and counted. An older edition
lacks newer postcodes, which whoever places settings by it has to count.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from sufficiency.childcare.provider_tables import Postcodes
from sufficiency.evidence import Reading
from sufficiency.sources.cells import cell_problems, number, numbers
from sufficiency.sources.frames import held
from sufficiency.sources.reading import LARGEST_BYTES, OGL, Ask, Reader, Row, csv_rows, noted, read_text, source, unreadable

COLUMNS = 10
AT = {"postcode": 0, "easting": 2, "northing": 3, "district_code": 8, "ward_code": 9}
"""Our column -> its place in a row, from nought."""

HEADINGS = {"pc", "postcode"}


def spelt(postcodes: pd.Series) -> pd.Series:
    """Write postcodes one way: capitals, and one blank before the last three signs."""
    close = postcodes.str.upper().str.replace(r"\s+", "", regex=True)
    return (close.str.slice(0, -3) + " " + close.str.slice(-3)).where(close.str.len() > 3, close)


def read_code_point(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read one file of Code-Point Open."""
    rows, notes = _rows(path)
    rows = [row for row in rows if row[1][0].strip().casefold() not in HEADINGS]       # some give the file a header
    short = [Problem(path.name, n, found=f"{len(cells)} cells", expected=f"{COLUMNS} cells, as in Code-Point Open",
                     advice="check that it is a data file of Code-Point Open") for n, cells in rows if len(cells) != COLUMNS]
    if short or not rows:
        raise EvidenceError(short[:5] or [Problem(path.name, expected="the file has no rows", advice="download it again")])
    frame = pd.DataFrame([[cells[i].strip() for i in AT.values()] for _, cells in rows], columns=list(AT),
                         index=pd.Index([n for n, _ in rows], dtype="int64"), dtype="str")
    problems: list[Problem] = []
    typed = frame.assign(postcode=spelt(frame["postcode"]))
    for column in ("easting", "northing"):
        typed[column], bad = numbers(frame[column], number, nullable=False)
        problems += cell_problems(frame.loc[bad, column], path.name, column, "metres on the British National Grid expected")
    nowhere = typed["easting"].eq(0) & typed["northing"].eq(0)
    if nowhere.any():
        notes = (*notes, f"{nowhere.sum():,} postcodes have no place and are left out")
    table = held(typed[~nowhere], Postcodes, path.name, problems, {})
    return (Reading(table, source(READER, path, ask), noted(READER.table, path, notes)),)


def _rows(path: Path) -> tuple[list[Row], tuple[str, ...]]:
    """Read the rows of the file, packed or not."""
    if path.suffix.lower() != ".gz" or not path.is_file():
        text, notes = read_text(path)
        return list(csv_rows(path, text)), notes
    try:
        with gzip.open(path) as packed:
            data = packed.read(LARGEST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise unreadable(path, "the file cannot be unpacked", "download it again") from None
    except UnicodeDecodeError:
        raise unreadable(path, "this is not a text file", "download it again") from None
    if len(data) > LARGEST_BYTES:
        raise unreadable(path, f"the file unpacks to more than {LARGEST_BYTES / 1e9:.0f} GB", "give the authority's part of it")
    return list(csv_rows(path, text)), ()


def sectors(postcodes: pd.Series) -> pd.Series:
    """Give the sector of postcodes: "NG12 4JE" lies in "NG12 4"."""
    return pd.Series(np.where(postcodes.str.len() > 3, postcodes.str.slice(0, -2), ""), index=postcodes.index, dtype="str")


READER = Reader("code_point", "postcodes", "Code-Point Open", "Ordnance Survey", read_code_point,
                f"{OGL}; contains OS data and Royal Mail data (c) Crown copyright and database right")
