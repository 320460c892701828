"""The data dictionary: what each column of each table means, its type and its unit, printed from the guide of the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbench.column_guide import CHANGE, CHILDREN, PERCENT, SHARE, SHEETS, guide
from workbench.headings import heading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.disclosure import Release

COLUMNS = ["table", "column", "heading", "type", "unit", "meaning", "hidden"]
NO_UNITS = frozenset({"-", "under five"})        # brackets of a heading that hold no unit
TABLES = ["table", "file", "rows", "what_it_holds"]


def dictionary(release: Release, names: Sequence[str]) -> pd.DataFrame:
    """One row a column: its table and name, its heading in the workbook, type, unit, meaning, and how many figures are hidden.

    names: the tables of the release that are told of.
    """
    hidden = {name: {column: int(mask[column].sum()) for column in mask} for name, mask in release.masks.items()}
    return pd.DataFrame(
        [(name, str(column), heading(str(column)), kind_of(table[column]), unit_of(str(column), table[column]),
          guide(str(column)).meaning, hidden.get(name, {}).get(str(column), 0))
         for name in names for table in (release.tables[name],) for column in table.columns], columns=COLUMNS)


def list_of_tables(release: Release, files: Mapping[str, str]) -> pd.DataFrame:
    """One row a table: its file, how many rows it has and what it holds. files: table -> file."""
    return pd.DataFrame([(name, file, len(release.tables[name]), SHEETS.get(name, "")) for name, file in files.items()],
                        columns=TABLES)


def kind_of(values: pd.Series) -> str:
    """Whether a column holds text, numbers, whole numbers, or yes and no."""
    if pd.api.types.is_bool_dtype(values):
        return "true or false"
    if pd.api.types.is_integer_dtype(values):
        return "whole number"
    return "number" if pd.api.types.is_numeric_dtype(values) else "text"


def unit_of(column: str, values: pd.Series) -> str:
    """The unit of a column of numbers; blank for text, and where a number has none."""
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return ""
    known, named = guide(column), heading(column)
    if known.shown_as in {SHARE, PERCENT}:
        return "share: 1 is all"
    inside = named[named.rindex("(") + 1:-1].split(";")[0].strip() if named.endswith(")") and "(" in named else ""
    if inside and inside not in NO_UNITS:
        return inside
    return "children or places" if known.shown_as in {CHILDREN, CHANGE} else ""
