"""From the rows of a file to a table of text: finding the header, and the columns under whatever name the year gave them.

The header is the first row that has most of the columns needed; note lines above it are kept as the title. A column goes by the
publication's name, by the name that the workspace maps to it, or by one of the spellings it has had; case, spaces, hyphens and
underscores are seen through. Rows of other authorities are passed over as the file is read, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pandera.pandas as pa

from planning_areas.tables import EvidenceError, Problem, check
from planning_areas.wording import some
from sufficiency.sources.reading import WORKBOOKS, Ask, Row, Sheet, sheets, unreadable
from sufficiency.sources.rows import Body, Rows, some_codes, until_broken
from sufficiency.workspace.workspace_settings import nearest

HEADER_WITHIN = 30          # rows among which the header is looked for
MOST_COLUMNS = 3            # for which the line to write is set out


@dataclass(frozen=True)
class Layout:
    """What a reader looks for in a header, by the publication's own column names."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    spellings: Mapping[str, str] = field(default_factory=dict)  # column -> regular expression of its other names, made plain
    families: str = ""              # regular expression of further columns, such as one for each year group; kept by plain name
    authority: str = ""             # the column that holds the authority's code: rows of others are passed over
    every_column: bool = False      # keep the columns that nobody asks for, to be told
    remark: str = ""                # rows that begin with it are passed over
    first_sheet_only: bool = False  # of a workbook; else the first sheet that has the columns


@dataclass(frozen=True)
class Table:
    """A table of text as it stands in the file: every cell "" or text, index = row in the file."""

    frame: pd.DataFrame
    notes: tuple[str, ...]          # what was repaired or left out
    title: str                      # what stands above the header, and the name of the sheet
    headings: Mapping[str, str]     # published column name -> as it is written in this file

    def written(self, published: Mapping[str, str]) -> dict[str, str]:
        """Give our column names as they are written in this file; published: ours -> the publication's."""
        return {**self.headings, **{ours: self.headings.get(theirs, theirs) for ours, theirs in published.items()}}


@dataclass(frozen=True)
class _Header:
    """A header row, understood."""

    row: int                        # its number in the file
    written: list[str]              # as it stands there
    names: list[str]                # by the publication's names where known
    found: int                      # how many of the columns needed it has


class _Headed(NamedTuple):
    """A sheet whose header is found: what stands below and above it."""

    sheet: Sheet
    header: _Header
    below: Rows
    title: str


def plain(name: str) -> str:
    """Write a heading without case, and with single spaces for spaces, hyphens and underscores."""
    return re.sub(r"[\s_\-\u2013\u00a0]+", " ", name.strip("\ufeff \t\r\n")).strip().casefold()


def read_frame(path: Path, layout: Layout, ask: Ask) -> Table:
    """Read the one table of a file.

    Ragged rows: missing cells at the end are blank, and more cells than headings is a problem. Raises EvidenceError naming the
    missing columns, or saying what is wrong with which row; rows that cannot be read are passed over where the workspace asks
    for all that is wrong at once, and are told in `ask.faults`.
    """
    found = _headed(path, layout, ask)
    table = _table(path, next(found), layout, ask)
    if layout.first_sheet_only:
        told = [f"only its first sheet is read; not read: {some(others)}"] if (others := _other_sheets(path)) else []
    else:
        alike = [sheet.name for sheet, *_ in found]
        told = [f"one sheet is read; others that have the same columns are not: {some(alike)}"] if alike else []
    return replace(table, notes=(*table.notes, *told))


def read_tables(path: Path, layout: Layout, ask: Ask) -> Iterator[Table]:
    """Read a table from every sheet that has the columns needed, there being at least one."""
    for found in _headed(path, layout, ask):
        yield _table(path, found, layout, ask)


def _headed(path: Path, layout: Layout, ask: Ask) -> Iterator[_Headed]:
    """Find every sheet that has the columns needed, there being at least one; its rows are not read yet."""
    best: _Header | None = None
    any_found = False
    for sheet in islice(sheets(path), 1 if layout.first_sheet_only else None):
        broken: list[Problem] = []
        rows = until_broken(sheet.rows, broken)
        top = list(islice((row for row in rows if not _is_remark(row, layout)), HEADER_WITHIN))
        headers = [_header(row, layout, ask) for row in top]
        header = max(headers, key=lambda h: h.found, default=None)      # the first best
        if header is not None and header.found == len(layout.needs):
            any_found = True
            at = headers.index(header)
            title = " ".join([sheet.name, *(" ".join(cells) for _, cells in top[:at])]).strip()
            yield _Headed(sheet, header, Rows(chain(top[at + 1:], rows), broken), title)
        elif broken:
            raise EvidenceError(broken)
        elif header is not None and (best is None or header.found > best.found):
            best = header
    if any_found:
        return
    if best is None and path.suffix.lower() in WORKBOOKS:
        which = "the first sheet of the workbook is" if layout.first_sheet_only else "the sheets of the workbook are"
        raise unreadable(path, f"{which} empty", "put the table on the first sheet")
    raise EvidenceError(_missing_columns(path, best, layout, ask))


def _other_sheets(path: Path) -> list[str]:
    """Name the sheets of a workbook after the first in which anything stands."""
    if path.suffix.lower() not in WORKBOOKS:
        return []
    return [sheet.name for sheet in islice(sheets(path), 1, None) if next(iter(sheet.rows), None) is not None]


def _is_remark(row: Row, layout: Layout) -> bool:
    return bool(layout.remark) and row[1][0].strip().startswith(layout.remark)


def _header(row: Row, layout: Layout, ask: Ask) -> _Header:
    """Understand a row as a header, as far as it is one."""
    written = [cell.strip() for cell in row[1]]
    names = understood(written, layout, ask)
    return _Header(row[0], written, [n or f"unnamed {i}" for i, n in enumerate(names, 1)], len(set(names) & set(layout.needs)))


def understood(written: list[str], layout: Layout, ask: Ask) -> list[str]:
    """Give each heading its published name: mapped by the workspace, spelt alike, or another spelling, in this order.

    A heading that is none of these stays as it is written, or is made plain where it belongs to a family.
    """
    heads = [plain(cell) for cell in written]
    names = list(written)
    mapped = {plain(theirs): ours for ours, theirs in (ask.columns or {}).items()}
    known = {plain(n): n for n in (*layout.may, *layout.needs)}
    for i, head in enumerate(heads):
        if head in mapped or head in known:
            names[i] = known.get(plain(mapped.get(head, head)), mapped.get(head, written[i]))
    taken = set(names) & set(known.values())
    for column, pattern in layout.spellings.items():
        at = next((i for i, h in enumerate(heads) if names[i] not in taken and re.fullmatch(pattern, h)), None)
        if column not in taken and at is not None:
            names[at] = column
            taken.add(column)
    if layout.families:
        family = re.compile(layout.families)
        names = [h if n not in taken and family.fullmatch(h) else n for n, h in zip(names, heads, strict=True)]
    return names


def map_problems(written: list[str], layout: Layout, ask: Ask, file: str) -> list[Problem]:
    """Find what the workspace's column map says and cannot mean: a column that the reader does not know, or the file has not."""
    known, heads = {plain(n): n for n in (*layout.needs, *layout.may)}, {plain(n): n for n in written}
    problems = []
    for ours, theirs in (ask.columns or {}).items():
        if plain(ours) not in known:
            problems.append(Problem(file, 0, ours, expected="authority.toml maps this column, and the reader has no use for it",
                                    advice=nearest(ours, known.values())))
        elif plain(theirs) not in heads:
            problems.append(Problem(file, 0, theirs, expected=f"authority.toml says that {ours} is so called, and no column is",
                                    advice=nearest(theirs, heads.values())))
    return problems


def _missing_columns(path: Path, header: _Header | None, layout: Layout, ask: Ask) -> list[Problem]:
    """Name each column that is needed and not there, with what the likeliest header has instead."""
    written, names = (header.written, header.names) if header else ([], [])
    if len(written) == 1 and any(mark in written[0] for mark in ";\t|"):
        return [Problem(path.name, expected="the cells seem to be parted by something other than commas",
                        advice="save it as CSV with commas")]
    missing = [n for n in layout.needs if n not in names]
    advice = other_names(missing)
    if written:
        advice += "; the file has " + ", ".join(repr(n[:40]) for n in written[:6]) + (" ..." if len(written) > 6 else "")
    if layout.first_sheet_only and (others := _other_sheets(path)):
        advice += f"; only the first sheet was looked at, not {some(others)}: put the table first"
    first = min(missing)        # problems of a file are told in the order of their columns: the advice is given once
    told = [Problem(path.name, 0, n, expected="this column is needed", advice=advice if n == first else "") for n in missing]
    return told + map_problems(written, layout, ask, path.name)


def other_names(columns: Iterable[str]) -> str:
    """Say how a planner tells us that a file calls its columns otherwise, with the line to write in `authority.toml`."""
    names = list(columns)
    keys = [name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{name}"' for name in names[:MOST_COLUMNS]]
    pairs, more = ", ".join(f'{key} = "its name there"' for key in keys), " and so on" if len(names) > MOST_COLUMNS else ""
    return f"if it has another name in the file, write in authority.toml, below the file: columns = {{ {pairs} }}{more}"


def _table(path: Path, found: _Headed, layout: Layout, ask: Ask) -> Table:
    """Read the rows under a header; a heading that stands twice, a row that is too long and a table without rows are problems."""
    sheet, header, below, title = found
    names = header.names
    known = {*layout.needs, *layout.may}
    family = re.compile(layout.families or r"\b\B")
    kept = [i for i, n in enumerate(names)
            if names.index(n) == i and (layout.every_column or n in known or family.fullmatch(n))]
    twice = [n for n in dict.fromkeys(names) if names.count(n) > 1]
    problems = [Problem(path.name, header.row, n, expected="this column stands twice in the header", advice="drop one")
                for n in sorted(twice) if n in known or family.fullmatch(n)]
    problems += map_problems(header.written, layout, ask, path.name)
    whose = names.index(layout.authority) if layout.authority in names else -1
    body = Body(path.name, len(names), kept, whose, ask.la_code)
    for row in below.rows:
        if not _is_remark(row, layout):
            body.take(row)
    body.problems += below.broken
    if not body.numbers and not body.others and not body.problems:
        problems.append(Problem(path.name, expected="the file has a header and no rows",
                                advice="download it again, or fill it in, or take it out of authority.toml"))
    if ask.faults is None or not body.numbers:
        problems += body.problems
    else:
        ask.faults.extend(body.problems)
    if not problems and body.others and not body.numbers:
        problems.append(Problem(path.name, 0, header.written[body.authority], found=some_codes(body.others),
                                expected=f"no row is of authority {ask.la_code}",
                                advice="check the code in authority.toml, or whether this is another authority's file"))
    if problems:
        raise EvidenceError(problems)
    frame = pd.DataFrame(body.cells, columns=[names[i] for i in kept], index=pd.Index(body.numbers, dtype="int64"), dtype="str")
    untold = [n for n in twice if n in frame.columns]
    doubled = (f"columns that stand twice in the header are read once: {', '.join(untold)}",) if untold else ()
    headings = {names[i]: header.written[i] for i in kept}
    return Table(frame, (*sheet.notes, *body.notes(header.written[body.authority]), *doubled), title, headings)


def cells_of(frame: pd.DataFrame, column: str) -> pd.Series:
    """Give a column that the file may leave out: blank where it does."""
    return frame[column] if column in frame.columns else pd.Series("", index=frame.index, dtype="str")


def left_out(frame: pd.DataFrame, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Say which columns that a reader can use the file does not have; columns: published name -> what is lost without it."""
    return tuple(f"there is no column {name}: {loses}" for name, loses in columns.items() if name not in frame.columns)


def held(
    typed: pd.DataFrame, model: type[pa.DataFrameModel], file: str, problems: list[Problem], written: Mapping[str, str],
) -> pd.DataFrame:
    """Hold a table against its model, and tell what the model finds together with the problems found before.

    problems: by our column names. written: our column name -> as it is written in the file, where a planner looks for it.
    """
    every = list(problems)
    kinds = {name: str(column.dtype) for name, column in model.to_schema().columns.items()}
    gaps = {p.column for p in problems if kinds.get(p.column, "").startswith(("int", "float"))}
    try:
        table = check(typed, model, file, gaps)
    except EvidenceError as failure:
        every += failure.problems
    if not every and table.empty:
        every.append(Problem(file, expected="no row of the file can be used", advice="check that it is the right file"))
    if every:
        raise EvidenceError(as_written(every, written))
    return table


def as_written(problems: Iterable[Problem], written: Mapping[str, str]) -> list[Problem]:
    """Name the columns of problems as they are written in the file."""
    return [replace(p, column=", ".join(written.get(c, c) for c in p.column.split(", "))) for p in problems]
