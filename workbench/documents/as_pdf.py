"""A document as tagged PDF (PDF/UA-1): title, language, headings, tables with head rows and pictures with their words.

The page is set by a template of ours in which no word of any document stands: the document travels beside it as data, so that
nothing in a name is ever read as a command. A letter that the typeface does not have is told by its number, since a page with a
letter that cannot be drawn would be refused. The same document gives the same bytes.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl

from workbench.documents.model import (
    GAP,
    LANGUAGE,
    Block,
    Document,
    Heading,
    Illustration,
    Listing,
    Note,
    Paragraph,
    Table,
    as_text,
    numbered,
    print_size,
    shares,
)
from workbench.documents.pictures import png_of

TEMPLATE = Path(__file__).parent / "static" / "document.typ"
STANDARD: Literal["ua-1"] = "ua-1"
FONT = "DejaVuSans.ttf"
PAGE_POINTS, PRINT = 493.0, 8.2         # width of the text of a page, and the print of tables that have room
NEARLY_SPACES = str.maketrans({"\u202f": " ", "\u2009": " ", "\u00ad": "", "\u200b": "", "\ufeff": ""})


def as_pdf(document: Document) -> bytes:
    """The document as PDF."""
    import typst

    with tempfile.TemporaryDirectory(prefix="sufficiency-") as folder:
        for at, block in enumerate(document.blocks):
            if isinstance(block, Illustration):
                (Path(folder) / _picture(at)).write_bytes(png_of(block.chart))
        page = Path(folder) / TEMPLATE.name
        page.write_bytes(TEMPLATE.read_bytes())
        made = typst.compile(       # nothing outside its root can be read from the page
            page, root=Path(folder), font_paths=[_fonts()], ignore_system_fonts=True, pdf_standards=STANDARD,
            sys_inputs={"document": json.dumps(_data(document), ensure_ascii=True, allow_nan=False)},
        )
    return made


def _picture(at: int) -> str:
    """The file of the picture at a place among the blocks, for as long as the page is being set."""
    return f"picture-{at}.png"


def _fonts() -> Path:
    """The typefaces that come with the library of charts: the same on every computer, and open to all."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf"


@cache
def _letters() -> frozenset[int]:
    """The letters that the typeface has."""
    from fontTools.ttLib import TTFont

    with TTFont(_fonts() / FONT, lazy=True) as font:
        return frozenset(font.getBestCmap())


def drawable(words: str) -> str:
    """Words with every letter that the typeface lacks told by its number, as in [U+5B66]."""
    known = _letters()
    return "".join(letter if ord(letter) in known else f"[U+{ord(letter):04X}]" for letter in words.translate(NEARLY_SPACES))


def _data(document: Document) -> dict[str, Any]:
    labels = numbered(document)
    return {
        "title": drawable(document.title), "subtitle": drawable(document.subtitle), "edition": drawable(document.edition),
        "authority": drawable(document.authority), "foot": drawable(document.made_from),
        "language": LANGUAGE.split("-")[0], "region": LANGUAGE.split("-")[1],
        "blocks": [_block(at, block, labels.get(at, "")) for at, block in enumerate(document.blocks)],
    }


def _block(at: int, block: Block, label: str) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "text": drawable(as_text(block.text))}
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": drawable(as_text(block.text))}
    if isinstance(block, Listing):
        return {"kind": "listing", "numbered": block.numbered, "items": [drawable(as_text(item)) for item in block.items]}
    if isinstance(block, Note):
        return {"kind": "note", "gap": block.kind == GAP, "label": block.kind, "text": drawable(as_text(block.text))}
    if isinstance(block, Illustration):
        return {"kind": "picture", "label": label, "caption": drawable(as_text(block.caption)), "alt": drawable(block.alt),
                "file": _picture(at)}
    return _table(block, label)


def _table(table: Table, label: str) -> dict[str, Any]:
    return {
        "kind": "table", "label": label, "caption": drawable(as_text(table.caption)), "wide": table.is_wide, "empty": table.empty,
        "columns": [drawable(column.heading) for column in table.columns], "shares": shares(table),
        "size": print_size(table, PAGE_POINTS, PRINT),
        "right": [column.figures for column in table.columns],
        "rows": [[drawable(as_text(cell)) for cell in row] for row in table.rows], "bold": sorted(table.bold),
    }
