"""The rows of a table as they come in: whose they are, what is kept of them, what was left out, and why they break off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from planning_areas.tables import EvidenceError, Problem
from sufficiency.sources.reading import Row

MOST_NAMED = 5


@dataclass(frozen=True)
class Rows:
    """The rows below a header, and why they break off, which is known once they have been read."""

    rows: Iterator[Row]
    broken: list[Problem]


def until_broken(rows: Iterator[Row], broken: list[Problem]) -> Iterator[Row]:
    """Give the rows of a sheet up to where it cannot be read any more, and tell why."""
    try:
        yield from rows
    except EvidenceError as failure:
        broken += failure.problems


@dataclass
class Body:
    """The rows of a table as they come in: those of the authority, and what was left out or repaired."""

    file: str
    width: int                      # headings
    kept: list[int]                 # columns that are kept
    authority: int                  # the column that says whose a row is, or -1
    code: str                       # whose rows are kept; "": everybody's
    numbers: list[int] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    short: int = 0

    def take(self, row: Row) -> None:
        """Keep a row's columns if it is the authority's."""
        number, cells = row
        length = len(cells)
        if self.code and self.authority >= 0:
            whose = cells[self.authority].strip() if length > self.authority else ""
            if whose != self.code:
                self.others[whose] += 1
                return
        if length < self.width:
            self.short += 1
            cells = cells + [""] * (self.width - length)
        elif length > self.width and any(cell.strip() for cell in cells[self.width:]):
            self.problems.append(Problem(self.file, number, found=f"{length} cells",
                                         expected=f"{self.width} cells, as in the header",
                                         advice="an unquoted comma in a name is the usual cause"))
            return
        self.numbers.append(number)
        self.cells.append([cells[i].strip() for i in self.kept])

    def notes(self, column: str) -> tuple[str, ...]:
        """Say what was left out and repaired."""
        nobody = self.others[""]
        others = sum(self.others.values()) - nobody
        told = [f"{others:,} rows of other authorities left out"] if others else []
        told += [f"{nobody:,} rows without {column} left out"] if nobody else []
        told += [f"{self.short} rows end before the last column; the missing cells are blank"] if self.short else []
        return tuple(told)


def some_codes(codes: Counter[str]) -> str:
    """Name the first few of the authorities whose rows were passed over."""
    shown = sorted(code or "blank" for code in codes)
    return ", ".join(shown[:MOST_NAMED]) + (f" and {len(shown) - MOST_NAMED} more" if len(shown) > MOST_NAMED else "")
