"""Figures for documents: read from a table, printed in one of a few forms, and bound to the rows from which they came.

`FORMS` is how a value is printed, `MADE` how one value is had from several rows. Sums of whole figures are sums of what is
printed: each row is rounded by itself and then added up, as on the map and on the screen, so that no two of them disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from maps.layer import number, whole
from planning_areas.school_year import ay_label, nc_year_label
from scenarios.figures import whole as whole_of
from scenarios.figures import whole_added_up
from sufficiency.childcare.terms import BAND_NAMES
from workbench.charts import printable
from workbench.disclosure import HIDDEN
from workbench.documents.model import Figure, Text
from workbench.plan_words import kind_told
from workbench.site_view import status_told

MINUS = "\N{MINUS SIGN}"
NOT_KNOWN = "not known"
HIDDEN_WORDS = f"{HIDDEN} (hidden)"


class UnboundError(Exception):
    """A figure was asked for that the run does not hold, or holds more than once: our fault, never the planner's."""


def _begun(words: str) -> str:
    """With a capital at its beginning; SEN in capitals."""
    return f"{words[:1].upper()}{words[1:]}".replace("Sen unit", "SEN unit")


def _signed(value: float) -> str:
    return f"+{number(value)}" if whole(value) > 0 else number(value)


def _percent(value: float) -> str:
    text = f"{100 * value:.1f} %".replace("-", MINUS)
    return "0.0 %" if text == f"{MINUS}0.0 %" else text


def _signed_percent(value: float) -> str:
    return f"{100 * value:+.1f} %".replace("-", MINUS)


def _likely(value: float) -> str:
    return "under 1 %" if 0 < value < 0.01 else "over 99 %" if 0.99 < value < 1 else f"{100 * value:.0f} %"


def _thousands(value: float) -> str:
    """Thousands of pounds as members read them."""
    if whole(value) == 0:
        return "\N{POUND SIGN}0"
    return f"\N{POUND SIGN}{value / 1000:,.2f}m" if abs(value) >= 1000 else f"\N{POUND SIGN}{number(value)}k"


AGES = {**BAND_NAMES, "age_15_17": "young people of 15 to 17"}
"""Ages in words."""
ENTITLEMENTS = {"universal": "universal hours", "early_learning": "early learning", "working_parent": "working parents' hours"}
"""Entitlements in words."""
GRADES = {"1": "outstanding", "2": "good", "3": "requires improvement", "4": "inadequate"}
"""Grades of inspections by their numbers."""

FORMS: dict[str, Callable[[Any], str]] = {
    "text": lambda value: printable(str(value)),
    "begun": lambda value: _begun(printable(str(value)).replace("_", " ")),
    "age": lambda value: AGES.get(str(value), printable(str(value).replace("_", " "))),
    "grade": lambda value: GRADES.get(str(value), printable(str(value))),
    "rate": lambda value: f"{100 * value:.0f} %",
    "kind": lambda value: printable(kind_told(value)),
    "planning status": lambda value: printable(status_told(value)),
    "entitlement": lambda value: ENTITLEMENTS.get(str(value), printable(str(value).replace("_", " "))),
    "plain number": lambda value: f"{value:g}" if isinstance(value, float) else printable(str(value)),
    "spelt": lambda value: printable(str(value).replace("_", " ")),
    "whole": number, "signed": _signed, "percent": _percent, "signed percent": _signed_percent, "likelihood": _likely,
    "fives": lambda value: "fewer than 5" if 0 < value < 5 else number(5 * whole(value / 5)),
    "turned": lambda value: _signed(-value),
    "tenth": lambda value: f"{value:,.1f}".replace("-", MINUS),
    "hundredth": lambda value: f"{value:,.2f}".replace("-", MINUS),
    "pounds": _thousands,
    "year": lambda value: ay_label(int(value)),
    "opens": lambda value: f"September {int(value)}",
    "january": lambda value: f"January {int(value) + 1}",
    "group": lambda value: nc_year_label(int(value)),
    "yes": lambda value: "yes" if value else "no",
}
"""How a value is printed, by the name of the form."""
BLANK = frozenset({"opens"})
"""Forms in which what is missing stands empty: there is nothing to know."""


def _only(values: pd.Series) -> Any:
    if len(values) != 1:
        raise UnboundError(f"one row expected, found {len(values)}")
    return values.iloc[0]


def _sum(values: pd.Series) -> Any:
    return float(values.sum()) if values.notna().all() else np.nan


MADE: dict[str, Callable[[pd.Series], Any]] = {
    "only": _only,
    "first": lambda values: values.iloc[0],
    "sum": _sum,
    "sum of known": lambda values: float(values.sum()) if values.notna().any() else np.nan,
    "sum of whole": lambda values: whole_added_up(values) if values.notna().all() else np.nan,
    "rows": len,
    "different": lambda values: int(values.nunique()),
    "rows above nought": lambda values: int((whole_of(values) > 0).sum()),
    "largest": lambda values: values.max(),
    "smallest": lambda values: values.min(),
}
"""How one value is had from the rows that are named."""


@dataclass(frozen=True)
class Figures:
    """The tables of a release, and the figures that are read from them."""

    tables: Mapping[str, pd.DataFrame]

    def one(self, table: str, column: str, form: str = "whole", made: str = "only", **rows: object) -> Figure:
        """A figure from the rows of a table in which the named columns have these values."""
        key = tuple(rows.items())
        return _figure(look_up(self.tables, table, column, key, made), table, column, key, made, form)


def look_up(tables: Mapping[str, pd.DataFrame], table: str, column: str, rows: tuple[tuple[str, object], ...], made: str) -> Any:
    """Read a figure again from the tables of a release."""
    frame = tables[table]
    for name, value in rows:
        frame = frame[frame[name] == value]
    try:
        return MADE[made](frame[column])
    except UnboundError as fault:
        raise UnboundError(f"{table}.{column} where {dict(rows)}: {fault}") from None


def of_row(row: Mapping[Hashable, Any], table: str, column: str, form: str, keys: tuple[str, ...]) -> Figure:
    """A figure from a row that is at hand: keys are the columns that tell its row apart from all others of the table."""
    return _figure(row[column], table, column, tuple((name, row[name]) for name in keys), "only", form)


def _figure(value: Any, table: str, column: str, rows: tuple[tuple[str, object], ...], made: str, form: str) -> Figure:
    return Figure(printed(value, form), table, column, rows, made, form, value)


def printed(value: Any, form: str) -> str:
    """A value as it is printed: what is missing says so, what is hidden too."""
    if isinstance(value, str) and value == HIDDEN:
        return HIDDEN_WORDS
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return "" if form in BLANK else NOT_KNOWN
    return FORMS[form](value)


def say(*parts: str | Figure) -> Text:
    """A text of plain words and figures."""
    return parts
