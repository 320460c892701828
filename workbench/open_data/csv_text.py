"""Tables as CSV that anybody can read and that no spreadsheet can run: UTF-8, RFC 4180.

Numbers stand as they are, rounded to six decimals; what is missing is blank and what is hidden is `c`. A text that a spreadsheet
might take for a formula has an apostrophe before it, as spreadsheets themselves write it; the read-me of the pack says so.
"""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.workbook import begins_like_a_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DECIMALS = 6
APOSTROPHE = "'"


def as_csv(frame: pd.DataFrame) -> bytes:
    """A table as the bytes of a CSV file: heading, then a line a row, each ended by CR LF."""
    return rows_as_csv([str(name) for name in frame.columns],
                       zip(*(column_texts(frame[column]) for column in frame.columns), strict=True))


def rows_as_csv(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A heading and rows, told as they stand in the file, as the bytes of a CSV file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_safe(name) for name in heading])
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def column_texts(values: pd.Series) -> list[str]:
    """The cells of a column as they stand in the file; what comes again is worked out once."""
    told: dict[object, str] = {}
    found = []
    for value in values.tolist():
        key = (type(value), value)
        if key not in told:
            told[key] = cell_text(value)
        found.append(told[key])
    return found


def cell_text(value: object) -> str:
    """One cell as it stands in the file."""
    if isinstance(value, str):
        return _safe(value)
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return _number(float(value))
    return _safe(str(value))


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    told = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if told == "-0" else told


def _safe(text: str) -> str:
    """A text with an apostrophe before it where a spreadsheet might run it; without the character NUL, which CSV cannot hold."""
    plain = text.replace("\0", "")
    return APOSTROPHE + plain if begins_like_a_formula(plain) else plain
