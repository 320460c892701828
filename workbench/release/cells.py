"""The figures of a release as unknowns: which are told, within which limits, and how they add up.

Method. A block holds one quantity of one year, term and age (with its counterpart where a rate between the two is told), area by
area. An area of one level is the sum of those of the level below that lie in it; areas that lie in two are the sum of their
parts, which nobody is told, and every level adds up to the authority. Which area lies in which is known to everybody, by the
table `area_parts` of the run. A figure that is shown rounded may have been anything that rounds to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_array

from sufficiency.childcare.balance import PLANNING_AREA
from workbench.release.by_hours import HOURS, taken_up_by_hours
from workbench.release.told import WHOLE, Fewest, Told

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

PARTS = "area_parts"
LEVELS = ("district", "planning_area", "ward")      # the wider ones first
ALIKE = 1e-6
ROW = ["table", "at", "level", "area_code", "ay", "term", "age_band", "who", "quantity", "value", "hidden", "within", "a_head",
       "enough"]
CELL = ["level", "area_code", "ay", "age_band", "who"]
BLOCK = ["ay", "term", "age_band", "group"]


@dataclass(frozen=True)
class Block:
    """Unknowns that hang together, and all that is said of them: equal @ x = rest, at_most @ x <= 0, low <= x <= high."""

    names: pd.DataFrame = field(repr=False)     # quantity, level, area_code, ay, term, age_band, who; one row an unknown
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    hidden: NDArray[np.bool_]
    equal: csr_array
    at_most: csr_array
    rest: NDArray[np.float64]       # nought, unless the figures that are shown do not add up
    needed: NDArray[np.float64]     # as many of its people a hidden figure must be uncertain by
    heads: NDArray[np.float64]      # how much of the quantity one of its people is: 1 of children, so many hours of hours wanted


def figures(tables: Mapping[str, pd.DataFrame], hidden: Mapping[str, NDArray[np.bool_]], told: Sequence[Told],
            fewest: Fewest) -> pd.DataFrame:
    """Every figure that adds up, one a row: ROW. hidden: table -> which of its rows are; `at` is the position of the row.

    `within` is by how much the figure may differ from what it was before it was rounded; `a_head`, what it comes to for each of
    the people of the row.
    """
    found = [part for one in told if one.table in tables and one.table in hidden
             for part in _of_table(one, tables[one.table], hidden[one.table], fewest.enough(one))]
    of_hours = next((one for one in told if one.table == HOURS), None)
    if of_hours is not None:
        found.append(taken_up_by_hours(tables, hidden, of_hours.step("hours_wanted", PLANNING_AREA) / 2, fewest.enough(of_hours)))
    found = [part for part in found if len(part)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=ROW)


def _of_table(told: Told, frame: pd.DataFrame, hidden: NDArray[np.bool_], enough: int) -> Iterator[pd.DataFrame]:
    if not {"level", "area_code", "ay", "age_band"} <= {*frame.columns}:
        return
    blank = pd.Series("", index=frame.index, dtype="object")
    word = frame[told.by].astype("object") if told.by else blank
    measure = frame["measure"].astype("object") if "measure" in frame else blank
    who = word.where(~word.isin(told.everybody), "") + told.of
    people = frame[told.people].to_numpy("float64", na_value=np.nan)
    worth = word.map(dict(told.worth)).astype("float64")
    levels = frame["level"].astype("str")
    for column in told.quantities:
        if column not in frame:
            continue
        names = [told.quantity(column, w, m) for w, m in zip(word, measure, strict=True)]
        value = frame[column].to_numpy("float64", na_value=np.nan)
        yield pd.DataFrame({
            "table": told.table, "at": np.arange(len(frame)), "level": frame["level"].astype("object"),
            "area_code": frame["area_code"].astype("object"), "ay": frame["ay"],
            "term": frame["term"].astype("object") if "term" in frame else blank, "age_band": frame["age_band"].astype("object"),
            "who": who, "quantity": names, "value": value, "hidden": hidden,
            "within": [told.step(column, level) / 2 for level in levels],
            "a_head": worth.fillna(pd.Series(
                np.divide(value, people, out=np.full(len(value), np.nan), where=(people > 0) & ~hidden), index=frame.index)),
            "enough": float(enough)}).loc[np.asarray([name != "" for name in names], dtype=bool)]


def grouped(rows: pd.DataFrame, told: Sequence[Told]) -> pd.DataFrame:
    """Figures with the `group` of their block: what a rate links stands in one, and everybody of an age with it."""
    linked = rows["table"].isin([one.table for one in told if one.rate[0]])
    group = rows["quantity"].where(~linked, rows["who"])
    group = group.where(group.ne(""), "children")
    return rows.assign(group=rows["group"].fillna(group) if "group" in rows else group)


Areas = Mapping[tuple[Any, ...], set[tuple[str, str]]]
"""Year, term and age -> level and code of the areas of which anything is told."""


def areas_told(rows: pd.DataFrame) -> Areas:
    """Of which areas anything is told, whatever it is."""
    found: dict[tuple[Any, ...], set[tuple[str, str]]] = {}
    for *when, level, code in rows[[*BLOCK[:-1], "level", "area_code"]].itertuples(index=False, name=None):
        found.setdefault(tuple(when), set()).add((level, code))
    return found


def blocks(rows: pd.DataFrame, areas: Areas, tables: Mapping[str, pd.DataFrame], told: Sequence[Told]) -> Iterator[Block]:
    """The blocks in which something is hidden; rows: the figures with their group; areas: those of all figures."""
    rates, parts = {one.table: one for one in told if one.rate[0]}, tables.get(PARTS, pd.DataFrame())
    for (*when, _), mine in rows.groupby(BLOCK, sort=True):
        if mine["hidden"].any():
            yield _block(mine, areas[tuple(when)], parts, _told_rates(mine, tables, rates))


def _block(mine: pd.DataFrame, areas: set[tuple[str, str]], parts: pd.DataFrame, rates: pd.DataFrame) -> Block:
    names = ["quantity", *CELL, "term"]
    low = (mine["value"] - mine["within"]).clip(lower=0.0).where(~mine["hidden"] & mine["value"].notna(), 0.0)
    high = (mine["value"] + mine["within"]).where(~mine["hidden"] & mine["value"].notna(), np.inf)
    limits = mine[names].assign(low=low, high=high, hidden=mine["hidden"], enough=mine["enough"]).groupby(
        names, as_index=False, sort=True).agg(
        low=("low", "max"), high=("high", "min"), hidden=("hidden", "any"), enough=("enough", "max"))
    sums = _Rows(len(limits))
    for _, one in limits.groupby("quantity", sort=True):
        _adds_up(sums, one, areas, parts)
    unknown, known = sums.width - len(limits), limits[names]
    at = {key: i for i, key in enumerate(known[["quantity", "level", "area_code"]].itertuples(index=False, name=None))}
    ratios = _Rows(sums.width)
    for part, whole, level, code, rate, within in rates.itertuples(index=False, name=None):
        of, to = at[part, level, code], at[whole, level, code]
        ratios.add([(of, 1.0), (to, -(rate + within))])
        ratios.add([(of, -1.0), (to, rate - within)])
    filled = [np.concatenate([limits[c].to_numpy("float64"), np.full(unknown, fill)])
              for c, fill in (("low", 0.0), ("high", np.inf))]
    flags = np.concatenate([limits["hidden"].to_numpy("bool"), np.zeros(unknown, dtype=bool)])
    equal = sums.matrix()
    return Block(known, filled[0], filled[1], flags, equal, ratios.matrix(sums.width), np.zeros(equal.shape[0]),
                 limits["enough"].to_numpy("float64"), _heads(mine, known))


class _Rows:
    """Rows of a matrix as they are found."""

    def __init__(self, width: int) -> None:
        self.width, self._at = width, 0
        self._cells: list[tuple[int, int, float]] = []

    def new(self) -> int:
        """One more unknown: its position."""
        self.width += 1
        return self.width - 1

    def add(self, terms: Sequence[tuple[int, float]]) -> None:
        """One more row."""
        self._cells += [(self._at, column, value) for column, value in terms]
        self._at += 1

    def matrix(self, width: int = 0) -> csr_array:
        """All rows."""
        row, column, value = zip(*self._cells, strict=True) if self._cells else ((), (), ())
        return coo_array((value, (row, column)), shape=(self._at, width or self.width), dtype="float64").tocsr()


def _adds_up(sums: _Rows, one: pd.DataFrame, areas: set[tuple[str, str]], parts: pd.DataFrame) -> None:
    """Each level adds up to the authority, and each level to those above it as far as it is known which area lies where.

    An area that has no such figure may have any.
    """
    at = {level: dict(zip(rows["area_code"], rows.index, strict=True)) for level, rows in one.groupby("level")}
    for level, code in sorted(areas):
        if level in at and code not in at[level]:
            at[level][code] = sums.new()
    whole = list(at.get(WHOLE, {}).values())
    levels = [level for level in at if level != WHOLE]
    for level in levels:
        if len(whole) == 1:
            elsewhere = [sums.new()] if level in parts and parts[level].eq("").any() else []
            sums.add([(whole[0], -1.0), *((i, 1.0) for i in [*at[level].values(), *elsewhere])])
    for upper, lower in combinations([level for level in LEVELS if level in at and level in parts], 2):
        _nested(sums, at[upper], at[lower], parts[[upper, lower]].drop_duplicates())


def _nested(sums: _Rows, above: Mapping[str, int], below: Mapping[str, int], parts: pd.DataFrame) -> None:
    """Areas of one level out of those of another, by parts that nobody is told where one lies in several or in none."""
    often = parts[parts.columns[1]].value_counts()
    within: dict[str, list[int]] = {}
    split: dict[str, list[int]] = {}
    for u, w in parts.itertuples(index=False, name=None):
        whole = w in below and often[w] == 1
        part = below[w] if whole else sums.new()
        if u in above:
            within.setdefault(u, []).append(part)
        if w in below and not whole:
            split.setdefault(w, []).append(part)
    for u, inside in within.items():
        sums.add([(above[u], -1.0), *((i, 1.0) for i in inside)])
    for w, inside in split.items():
        sums.add([(below[w], -1.0), *((i, 1.0) for i in inside)])


def _told_rates(mine: pd.DataFrame, tables: Mapping[str, pd.DataFrame], rates: Mapping[str, Told]) -> pd.DataFrame:
    """What is told of parts of a whole: part, whole, level, area_code, rate, within.

    Where all areas of a level that are shown have one rate, everybody takes it for that of a hidden one as well.
    """
    found = []
    for table, told in rates.items():
        rows = mine[mine["table"].eq(table)]
        if rows.empty or told.rate[0] not in tables[table]:
            continue
        wide = rows.sort_values("at").groupby("at").agg(level=("level", "first"), area_code=("area_code", "first"),
                                                        hidden=("hidden", "first"))
        for column, name in ((told.rate[1], "part"), (told.rate[2], "whole")):
            frame = tables[table].iloc[wide.index]
            wide[name] = [told.quantity(column, word, "") for word in frame[told.by]]
        wide["rate"] = tables[table][told.rate[0]].to_numpy("float64", na_value=np.nan)[wide.index]
        wide.loc[wide["hidden"], "rate"] = np.nan
        flat = wide.groupby("level")["rate"].agg(["min", "max"])
        flat = flat["min"].where(flat["max"] - flat["min"] < ALIKE)
        wide["rate"] = wide["rate"].fillna(wide["level"].map(flat))
        wide["within"] = told.rounded.get(told.rate[0], 0.0) / 2
        found.append(wide.dropna(subset=["rate"])[["part", "whole", "level", "area_code", "rate", "within"]])
    return pd.concat(found) if found else pd.DataFrame(columns=["part", "whole", "level", "area_code", "rate", "within"])


def _heads(mine: pd.DataFrame, known: pd.DataFrame) -> NDArray[np.float64]:
    """What one of the people is worth in each quantity: in the area in the middle of those that are shown."""
    shown, every = (each.groupby(mine["quantity"]).median() for each in (mine["a_head"].mask(mine["hidden"]), mine["a_head"]))
    middle = shown.fillna(every)
    worth = known["quantity"].map(middle).to_numpy("float64")
    return np.where(np.isfinite(worth) & (worth > 0), worth, 1.0)
