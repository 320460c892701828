"""Which rows of the protected tables are hidden: the people who are few, and what has to be hidden beside them.

Method. A cell of fewer people than may be shown is hidden in every row that tells of it, whatever the term and the table; one of
nobody is shown. What is then still to be worked out is looked for in each block by its bounds, and hidden beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.release.beside import Cell, hide_beside, without_the_needless
from workbench.release.cells import BLOCK, CELL, Areas, Block, areas_told, blocks, figures, grouped
from workbench.release.told import JUDGE, Fewest, Told

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rows = dict[str, "NDArray[np.bool_]"]


def hidden_rows(tables: Mapping[str, pd.DataFrame], told: Sequence[Told], fewest: Fewest) -> Rows:
    """Table -> which of its rows are hidden; tables as they come, not yet rounded. Those of no table told of are left out."""
    mine = [one for one in told if one.table in tables and one.people in tables[one.table]]
    people = {one.table: _people(tables[one.table], one) for one in mine}
    cells = {one.table: cells_of_rows(tables[one.table], one) for one in mine}
    few = {one.table: _few(tables[one.table], one, people[one.table], fewest) for one in mine}
    hidden = {cell for one in mine for cell, small in zip(cells[one.table], few[one.table], strict=True) if small}
    size: dict[Cell, float] = {}
    for one in mine:
        for cell, many in zip(cells[one.table], people[one.table], strict=True):
            size[cell] = max(size.get(cell, 0.0), float(np.nan_to_num(many)))
    if hidden:
        published = {**tables, **{one.table: rounded(tables[one.table], one) for one in mine}}
        nobody = {one.table: people[one.table] == 0 for one in mine}
        hidden |= _beside(published, mine, hidden, nobody, size, fewest)
        if more := _of_their_parts(mine, cells, hidden) - hidden:
            hidden |= more
            hidden |= _beside(published, mine, hidden, nobody, size, fewest)
    return {one.table: _hidden_in(cells[one.table], people[one.table], hidden) for one in mine}


def _of_their_parts(told: Sequence[Told], cells: Mapping[str, list[Cell]], hidden: set[Cell]) -> set[Cell]:
    """Cells whose age adds up others, one of which is hidden: less all others they would tell it."""
    return {cell for one in told if one.parts for cell in cells[one.table]
            if any((*cell[:3], part, *cell[4:]) in hidden for part in one.parts)}


def hidden_people(tables: Mapping[str, pd.DataFrame], rows: Mapping[str, NDArray[np.bool_]],
                  told: Sequence[Told]) -> pd.DataFrame:
    """The people who are hidden, once each: level, area_code, ay, age_band, who. What is told again of a run leaves them out."""
    cells = {cell for one in told if one.table in rows
             for cell, gone in zip(cells_of_rows(tables[one.table], one), rows[one.table], strict=True) if gone}
    return pd.DataFrame(sorted(cells, key=str), columns=CELL).astype({**dict.fromkeys(CELL, "str"), "ay": "int64"})


def without_hidden(frame: pd.DataFrame, told: Told, people: pd.DataFrame) -> pd.DataFrame:
    """A table as it is told again: figures of hidden people missing, the words that hang on them others, all rounded."""
    gone = _hidden_in(cells_of_rows(frame, told), _people(frame, told), set(people[CELL].itertuples(index=False, name=None)))
    numbers = {c: frame[c].mask(gone) for c in dict.fromkeys((told.people, *told.quantities, *told.others)) if c in frame}
    return rounded(in_other_words(frame.assign(**numbers), told, gone), told)


def in_other_words(frame: pd.DataFrame, told: Told, rows: NDArray[np.bool_]) -> pd.DataFrame:
    """A table in which the words that hang on hidden figures are others, and the marks are taken off."""
    words = {column: frame[column].mask(rows, said) for column, said in told.texts.items() if column in frame}
    return frame.assign(**words, **{column: frame[column].astype("bool") & ~rows for column in told.flags if column in frame})


def rounded(frame: pd.DataFrame, told: Told) -> pd.DataFrame:
    """A table with what is rounded in it rounded, halves up."""
    return to_multiples(frame, {column: _steps(frame, told, column) for column in told.rounded})


def _steps(frame: pd.DataFrame, told: Told, column: str) -> pd.Series | float:
    """To a multiple of what a column is rounded: the same in all rows, or by level."""
    return frame["level"].map(lambda level: told.step(column, level)).astype("float64") if told.whole_at else told.rounded[column]


def to_multiples(frame: pd.DataFrame, steps: Mapping[str, pd.Series | float]) -> pd.DataFrame:
    """A table with columns rounded to multiples of a step each, halves up."""
    there = [column for column in steps if column in frame]
    return frame.assign(**{c: np.round(np.floor(frame[c].astype("float64") / steps[c] + 0.5) * steps[c], 9) for c in there})


def cells_of_rows(frame: pd.DataFrame, told: Told) -> list[Cell]:
    """The cell of each row."""
    word = frame[told.by].astype("object") if told.by else pd.Series("", index=frame.index, dtype="object")
    who = word.where(~word.isin(told.everybody), "") + told.of
    named = {column: frame[column].astype("object") if column in frame else "" for column in CELL[:-1]}
    return list(pd.DataFrame({**named, "who": who}, index=frame.index).itertuples(index=False, name=None))


def _people(frame: pd.DataFrame, told: Told) -> NDArray[np.float64]:
    return np.asarray(frame[JUDGE if JUDGE in frame else told.people].to_numpy("float64", na_value=np.nan))


def _few(frame: pd.DataFrame, told: Told, people: NDArray[np.float64], fewest: Fewest) -> NDArray[np.bool_]:
    """Rows of few people, rows in which a count is small, and rows that were hidden before."""
    few = np.isnan(people) | ((people > 0) & (people < fewest.enough(told)))
    for column in told.counts:
        if column in frame:
            count = frame[column].to_numpy("float64", na_value=np.nan)
            few |= (count > 0) & (count < fewest.count)
    return np.asarray(few, dtype=bool)


def _hidden_in(cells: Sequence[Cell], people: NDArray[np.float64], hidden: set[Cell]) -> NDArray[np.bool_]:
    return np.asarray(np.array([cell in hidden for cell in cells], dtype=bool) & (people != 0), dtype=bool)


def _beside(tables: Mapping[str, pd.DataFrame], told: Sequence[Told], hidden: set[Cell], nobody: Rows,
            size: Mapping[Cell, float], fewest: Fewest) -> set[Cell]:
    """The cells to hide beside those that are few, block by block until nothing more is to be worked out."""
    none = {one.table: np.zeros(len(tables[one.table]), dtype=bool) for one in told}
    rows = grouped(figures(tables, none, told, fewest), told)
    rows["cell"] = list(rows[CELL].astype("object").itertuples(index=False, name=None))
    rows["nobody"] = [nobody[table][at] for table, at in zip(rows["table"], rows["at"], strict=True)]
    rows["within"] = rows["within"].mask(rows["nobody"].astype("bool"), 0.0)    # nobody is shown, and can hide no other
    found, areas = set[Cell](), areas_told(rows)
    for _, alike in rows.groupby(["ay", "age_band"], sort=True):
        if not (hidden & set(alike["cell"])):
            continue
        parts = [part for _, part in alike.groupby(BLOCK, sort=True)]

        blocks_with = partial(_blocks_with, areas=areas, tables=tables, told=told)
        more = _beside_alike(parts, blocks_with, hidden)
        found |= without_the_needless(partial(_blocks_of_all, parts, blocks_with), hidden, more, size)
    return found


BlocksWith = Callable[[pd.DataFrame, set[Cell]], Iterator[Block]]


def _beside_alike(parts: Sequence[pd.DataFrame], blocks_with: BlocksWith, hidden: set[Cell]) -> set[Cell]:
    """The cells of one year and age to hide beside: what one term or measure asks for may bare something in another."""
    more: set[Cell] = set()
    told = [set(part["cell"]) for part in parts]
    settled: list[set[Cell] | None] = [None] * len(parts)
    while True:
        open_still = [k for k, cells in enumerate(told) if settled[k] != cells & (hidden | more)]
        if not open_still:
            return more
        for k in open_still:
            more |= hide_beside(partial(blocks_with, parts[k]), hidden | more)
            settled[k] = told[k] & (hidden | more)


def _blocks_with(part: pd.DataFrame, gone: set[Cell], areas: Areas, tables: Mapping[str, pd.DataFrame],
                 told: Sequence[Told]) -> Iterator[Block]:
    """The block of some figures when these cells are hidden; none where nothing is."""
    return blocks(part.assign(hidden=part["cell"].isin(gone) & ~part["nobody"]), areas, tables, told)


def _blocks_of_all(parts: Sequence[pd.DataFrame], blocks_with: BlocksWith, gone: set[Cell]) -> list[Block]:
    return [block for part in parts for block in blocks_with(part, gone)]
