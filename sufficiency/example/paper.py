"""Writing tables as they are published: the headings of each layout in their order, as CSV text in the publisher's encoding.

The headings lie beside this file, one a line, as the publications have them; a test holds them against the real files. A column
that the county has nothing to say of is blank.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

ANSI = "cp1252"
NOT_GIVEN = "z"


@cache
def headings(layout: str) -> tuple[str, ...]:
    """Give the headings of a published layout, in order."""
    text = (files("sufficiency") / "example" / "layouts" / f"{layout}.txt").read_text(encoding="utf-8")
    return tuple(text.splitlines())


def table(layout: str, columns: Mapping[str, Sequence[object] | pd.Series | np.ndarray | str | int], length: int,
          otherwise: str = "") -> pd.DataFrame:
    """Lay out a published table; columns: heading -> values, or one value for all rows; `otherwise` stands in the rest."""
    names = headings(layout)
    strangers = sorted(set(columns) - set(names))
    if strangers:
        raise ValueError(f"the layout {layout} has no column {strangers}")
    given = {name: columns.get(name, otherwise) for name in names}
    whole = {name: [value] * length if isinstance(value, (str, int)) else list(value) for name, value in given.items()}
    return pd.DataFrame(whole, columns=list(names))


def as_csv(frame: pd.DataFrame, encoding: str = "utf-8", *, quoted: bool = False) -> bytes:
    """Write a table as CSV, rows ending as publications' do."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerow(frame.columns)
    writer.writerows(zip(*(frame[column].tolist() for column in frame.columns), strict=True))
    return out.getvalue().encode(encoding)


def day_first(dates: pd.Series, mark: str) -> list[str]:
    """Turn yyyy-mm-dd into dd-mm-yyyy with a mark between; blank stays blank."""
    return [mark.join(reversed(text.split("-"))) if text else "" for text in dates]
