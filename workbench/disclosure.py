"""What may leave the house: small numbers are hidden here, once, before any map, sheet or page is made.

Method (domain brief I2). School rolls by year group are published unsuppressed; places, need, spare and totals of planning areas
are no characteristics of children: all these go out as they are. Counts of 1 to 4 children in a small area are hidden and shown
as `c`; zero is shown. Shares and indices are hidden where fewer than ten children stand behind them. Where areas add up to one
that is shown, a hidden one could be had by subtraction: so others are hidden beside it, as few as will do, over all tables that
tell of the same people (`release/`). Before a release is published, the bounds of every hidden figure are worked out from all
that is shown, and one that can be worked out too closely stops it. Maps and workbooks are cut from one Release, so that no figure
is hidden in one and told in the other.

The rules are data: which tables, told by which key column, which columns are counts, which counts are hidden (RULES), and what
tables of areas tell of people (`release.told.TOLD`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.release.bounds import all_protected, audit
from workbench.release.hiding import hidden_people, hidden_rows, in_other_words, rounded, to_multiples
from workbench.release.told import JUDGE, TOLD, USUAL, WHOLE_ALSO, WHOLE_NUMBERS, Fewest, Told

if TYPE_CHECKING:
    from numpy.typing import NDArray

HIDDEN = "c"
SMALL_AREA = r"[EWSN]01\d{6}"
NO_COUNTS = frozenset({
    "ay", "ay_from", "ay_to", "year", "cohort", "age", "nc_year", "edition", "financial_year", "easting", "northing", "latitude",
    "longitude", "share", "weight", "draw", "index", "index_assumed", "index_not_told", "nearest", "share_known",
    "nc_year_low", "nc_year_high", "walk_metres", "road_metres",
})
"""Columns of numbers that count nobody; every other number beside a small area is taken for a count (the safe side)."""


@dataclass(frozen=True)
class Rule:
    """Which counts are hidden: those of rows keyed by an area of this kind, above 0 and below what may be shown (`Fewest`)."""

    name: str
    keys: tuple[str, ...]               # columns that key a row to such an area, whatever stands in them
    key_pattern: str = ""               # and rows in which any text column holds a code of this form; blank: none
    shown_from: int = 0                 # the smallest count that is shown, fractions included; 0: that of the audience
    counts: tuple[str, ...] = ()        # the columns that are counts; none named: every number but NO_COUNTS
    tables: tuple[str, ...] = ()        # the tables that the rule is for; none named: every table
    judged: bool = False                # whether not the counts themselves but the children in JUDGE are what must not be few
    together: bool = False              # whether a small count hides all counts of its row, since one is worked out of another

    def shows_from(self, fewest: Fewest) -> int:
        """The smallest count that is shown, or the fewest children behind one."""
        return self.shown_from or (fewest.behind if self.judged else fewest.count)


RULES = (
    Rule("small areas: 1 to 4 children", keys=("lsoa_code", "lsoa11_code", "lsoa21_code"), key_pattern=SMALL_AREA),
    Rule("GP registers: 1 to 4 children", keys=("planning_area_code",), tables=("registrations",),
         counts=("children", "by_registrations", "blended"), together=True),
    Rule("waiting lists: 1 to 4 children", keys=("urn",), tables=("wraparound",), counts=("waiting",)),
    Rule("surplus: fewer than five children sent next door", keys=("urn",), tables=("surplus_remedies",),
         counts=("sent_next_door", "transport", "score"), together=True),
    Rule("schemes: fewer than five children whom one serves", keys=("scheme_id",), tables=("plan", "programme"),
         counts=("children_served", "child_years_served"), together=True),
    Rule("access: fewer than ten children of the age", keys=("lsoa_code",), tables=("access",), judged=True,
         counts=("index", "index_assumed", "index_not_told")),
)


@dataclass(frozen=True)
class Hidden:
    """How many figures a rule hid in one column of one table."""

    table: str
    column: str
    cells: int
    rule: str


@dataclass(frozen=True)
class Release:
    """Tables that may leave the house, and what was hidden in them; made by `protect` and by nothing else.

    A hidden figure is missing in `tables`; `shown` has `c` in its place.
    """

    tables: Mapping[str, pd.DataFrame]
    hidden: tuple[Hidden, ...]
    masks: Mapping[str, pd.DataFrame]   # table -> which cells are hidden, only for tables that have such
    rows: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)     # table of areas -> which rows tell of hidden people

    def people(self, told: Sequence[Told] = TOLD) -> pd.DataFrame:
        """Who is hidden: level, area_code, ay, age_band, who."""
        return hidden_people(self.tables, self.rows, told)

    def shown(self, table: str) -> pd.DataFrame:
        """A table as people see it: `c` where a figure is hidden."""
        frame = self.tables[table].copy()
        for column in self.masks.get(table, ()):
            frame[column] = frame[column].astype(object).mask(self.masks[table][column].to_numpy(), HIDDEN)
        return frame


class NotProtectedError(Exception):
    """Hidden figures can be worked out from what a release shows; it must not leave."""


def protect(tables: Mapping[str, pd.DataFrame], rules: Sequence[Rule] = RULES, told: Sequence[Told] = TOLD,
            fewest: Fewest = USUAL) -> Release:
    """Hide what the rules hide in all tables at once and say what was hidden; the tables handed in stay as they are."""
    released: dict[str, pd.DataFrame] = {}
    masks: dict[str, pd.DataFrame] = {}
    says: list[Hidden] = []
    rows, of = hidden_rows(tables, told, fewest), {one.table: one for one in told}
    for name, table in tables.items():
        frame = table.reset_index(drop=True).copy()
        mask = pd.DataFrame(False, index=frame.index, columns=[])
        found = [(rule.name, _small(name, frame, rule, rule.shows_from(fewest))) for rule in rules]
        if name in rows:
            found.append((of[name].rule, _with_their_cell(frame, of[name], rows[name])))
            frame = in_other_words(rounded(frame, of[name]), of[name], rows[name])
        frame = to_multiples(frame, dict.fromkeys(WHOLE_ALSO.get(name, ()), WHOLE_NUMBERS))
        for rule, columns in found:
            for column, small in columns.items():
                if small.any():
                    mask[column] = mask[column] | small if column in mask else small
                    says.append(Hidden(name, column, int(small.sum()), rule))
        frame = frame.drop(columns=[JUDGE], errors="ignore")
        for column in mask:
            frame[column] = frame[column].astype("float64").mask(mask[column])
        if len(mask.columns):
            masks[name] = mask
        released[name] = frame
    return Release(MappingProxyType(released), tuple(says), MappingProxyType(masks), MappingProxyType(rows))


def bounds(release: Release, told: Sequence[Told] = TOLD, fewest: Fewest = USUAL) -> pd.DataFrame:
    """What can be worked out of each hidden figure that adds up with others, from all that a release shows."""
    return audit(release.tables, release.rows, told, fewest)


def refuse_what_can_be_worked_out(release: Release, told: Sequence[Told] = TOLD, fewest: Fewest = USUAL) -> None:
    """Raise NotProtectedError when a hidden figure of a release can be worked out more closely than the rules allow."""
    if all_protected(release.tables, release.rows, told, fewest):
        return
    found = bounds(release, told, fewest)
    bare = found[~found["protected"].astype("bool")]
    said = "; ".join(f"{r.quantity} of {r.area_code}, {r.ay} {r.term} {r.age_band}: {r.low:.1f} to {r.high:.1f}"
                     for r in bare.head(5).itertuples())
    raise NotProtectedError(f"{len(bare)} hidden figures can be worked out from what is shown: {said}; nothing was published")


def _with_their_cell(frame: pd.DataFrame, told: Told, rows: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    """The figures of rows that tell of hidden people, by column: those that are there."""
    columns = dict.fromkeys((told.people, *told.quantities, *told.others))
    return {column: rows & frame[column].notna().to_numpy() for column in columns if column in frame}


def _small(name: str, frame: pd.DataFrame, rule: Rule, shown_from: int) -> dict[str, NDArray[np.bool_]]:
    """Which cells of which columns a rule hides in a table."""
    if rule.tables and name not in rule.tables:
        return {}
    keyed = _keyed(frame, rule)
    if not keyed.any():
        return {}
    columns = rule.counts or tuple(c for c in frame.columns if c not in NO_COUNTS and c != JUDGE)
    found = {}
    for column in columns:
        if column in frame.columns and _is_number(frame[column]):
            values = frame[column].to_numpy("float64", na_value=np.nan)
            few = frame[JUDGE].to_numpy("float64", na_value=np.nan) if rule.judged and JUDGE in frame else values
            found[column] = keyed & (values > 0) & (few < shown_from)
    if rule.together and found:
        whole = np.logical_or.reduce(list(found.values()))
        return {column: whole & frame[column].notna().to_numpy() for column in found}
    return found


def _keyed(frame: pd.DataFrame, rule: Rule) -> NDArray[np.bool_]:
    """Which rows are about one area of the kind that the rule protects."""
    keyed = np.zeros(len(frame), dtype=bool)
    for column in frame.columns:
        if column in rule.keys:
            text = frame[column].fillna("").astype(str)
            keyed |= text.str.strip().ne("").to_numpy()
        elif rule.key_pattern and (pd.api.types.is_string_dtype(frame[column]) or frame[column].dtype == object):
            words = [value for value in frame[column].unique() if isinstance(value, str)]
            codes = [word for word in words if re.fullmatch(rule.key_pattern, word.strip())]
            keyed |= frame[column].isin(codes).to_numpy()
    return keyed


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
