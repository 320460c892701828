"""What a document is made of, whatever it is written as: headings, paragraphs, lists, tables, pictures and notes.

A figure is never a bare number in a text: it is a `Figure`, which knows the table, the rows and the column of the run from which
it was read, so that whoever doubts it can look there. All texts are plain; what they hold never becomes markup in any format, and
what cannot be printed is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.charts import printable

if TYPE_CHECKING:
    from workbench.charts import Chart

GAP, CARE, DRAFT = "Still missing", "Read with care", "For officers only"
KINDS_OF_NOTE = (GAP, CARE, DRAFT)
WIDE = 9            # a table of more columns is set in small print
LONGEST = 45        # characters of a sentence for which a column is made wide
AIR = 2             # characters of room beside the text of a column
WIDTH_OF_A_LETTER = 0.6     # of its height, in the mean
SMALLEST_PRINT = 5.6        # points
LANGUAGE = "en-GB"


@dataclass(frozen=True)
class Figure:
    """A figure or a word as it is printed, and where in the run it stands.

    rows: what the rows that it is read from have in common, as column and value. made: how it is had from them (`figures.MADE`).
    form: how it is printed (`figures.FORMS`).
    """

    text: str
    table: str
    column: str
    rows: tuple[tuple[str, object], ...]
    made: str
    form: str
    value: object


Part = str | Figure
Text = tuple[Part, ...]


@dataclass(frozen=True)
class Heading:
    """A heading: level 1 is a chapter, 2 a part of it, 3 a part of that."""

    level: int
    text: Text


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: Text


@dataclass(frozen=True)
class Listing:
    """A list of points, numbered where their order or their number matters."""

    items: tuple[Text, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, with the unit where it has one, and whether it holds figures (set to the right)."""

    heading: str
    figures: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "heading", printable(self.heading))


@dataclass(frozen=True)
class Table:
    """A table: the first cell of each row is its heading. A table without rows says so in words.

    bold: the rows that are sums, by their place. empty: what stands there where there are no rows.
    """

    caption: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]
    bold: frozenset[int] = frozenset()
    empty: str = "There is nothing to show."

    def __post_init__(self) -> None:
        object.__setattr__(self, "empty", printable(self.empty))

    @property
    def is_wide(self) -> bool:
        """Whether it has so many columns that it is set in small print."""
        return len(self.columns) > WIDE


@dataclass(frozen=True)
class Illustration:
    """A chart or a map: what stands below it; its words for those who hear the page are those of the chart."""

    caption: Text
    chart: Chart

    @property
    def alt(self) -> str:
        """Its words for those who do not see it."""
        return printable(self.chart.alt)


@dataclass(frozen=True)
class Note:
    """Something set apart: what is missing, what is to be read with care, what only officers are told."""

    kind: str
    text: Text


Block = Heading | Paragraph | Listing | Table | Illustration | Note


@dataclass(frozen=True)
class Document:
    """A whole document. edition: for whom it is, in words. made_from: the run and its data, in a sentence (foot of a page)."""

    title: str
    subtitle: str
    edition: str
    authority: str
    made_from: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        for name in ("title", "subtitle", "edition", "authority", "made_from"):
            object.__setattr__(self, name, printable(getattr(self, name)))


def as_text(text: Text) -> str:
    """A text as it is read, figures in their places."""
    told = "".join(part if isinstance(part, str) else part.text for part in text)
    return told if told.isprintable() else printable(told)


def texts_of(block: Block) -> Iterator[Text]:
    """Every text of a block, in its order."""
    if isinstance(block, Listing):
        yield from block.items
    elif isinstance(block, Table):
        yield block.caption
        for row in block.rows:
            yield from row
    elif isinstance(block, Illustration):
        yield block.caption
    else:
        yield block.text


def figures_of(document: Document) -> Iterator[Figure]:
    """Every figure of a document, in its order."""
    for block in document.blocks:
        for text in texts_of(block):
            yield from (part for part in text if isinstance(part, Figure))


def shares(table: Table) -> list[int]:
    """How wide each column is beside the others, in characters: no word is broken, and sentences get no more than a part."""
    wide = []
    for place, column in enumerate(table.columns):
        cells = [as_text(row[place]) for row in table.rows]
        heavy = 1.15 if place == 0 or table.bold else 1.0   # bold letters are wider
        word = max((len(part) for text in cells for part in text.split()), default=1)
        longest = max((len(text) for text in cells), default=1)
        needed = longest if column.figures else max(word, min(longest, LONGEST))
        heading = max((len(part) for part in column.heading.split()), default=1)
        wide.append(round(max(needed * heavy, heading * 1.15)) + AIR)
    return wide


def print_size(table: Table, room: float, most: float) -> float:
    """The size of print, in points, in which a table fits into a page of so many points; never more than `most`."""
    return round(max(SMALLEST_PRINT, min(most, room / (WIDTH_OF_A_LETTER * max(sum(shares(table)), 1)))), 1)


def chapters(document: Document, deepest: int = 2) -> list[tuple[int, int, str]]:
    """The headings for a table of contents: place among the blocks, level, words."""
    return [(at, block.level, as_text(block.text)) for at, block in enumerate(document.blocks)
            if isinstance(block, Heading) and block.level <= deepest]


def numbered(document: Document) -> dict[int, str]:
    """What stands before the caption of each table and picture, by its place among the blocks: Table 3, Figure 2."""
    told: dict[int, str] = {}
    tables = figures = 0
    for at, block in enumerate(document.blocks):
        if isinstance(block, Table):
            tables += 1
            told[at] = f"Table {tables}"
        elif isinstance(block, Illustration):
            figures += 1
            told[at] = f"Figure {figures}"
    return told
