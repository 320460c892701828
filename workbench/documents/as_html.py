"""A document as a web page: one file that loads nothing and runs nothing, for screen, screen reader and paper.

Every text is escaped; pictures stand in the page itself; a content security policy lets in the one style of ours, nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from pathlib import Path

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
    chapters,
    numbered,
)
from workbench.documents.pictures import svg_of

STYLE = Path(__file__).parent / "static" / "document.css"


def as_html(document: Document) -> str:
    """The whole page."""
    style = STYLE.read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    labels = numbered(document)
    body = "\n".join(_block(at, block, labels.get(at, "")) for at, block in enumerate(document.blocks))
    title, edition = escape(document.title), escape(document.edition)
    return (
        f'<!DOCTYPE html>\n<html lang="{LANGUAGE}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{title} - {escape(document.authority)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#content">Skip to the content</a>\n'
        f'<header><p class="edition">{escape(document.authority)} \N{MIDDLE DOT} {edition}</p><h1>{title}</h1>'
        f'<p class="subtitle">{escape(document.subtitle)}</p></header>\n'
        f"{_contents(document)}\n"
        f'<main id="content" tabindex="-1">\n{body}\n</main>\n'
        f"<footer><p>{escape(document.made_from)}</p></footer>\n</body>\n</html>\n"
    )


def _contents(document: Document) -> str:
    """The table of contents: chapters, and the parts of each below it."""
    lines, inside = [], False
    for at, level, words in chapters(document):
        if level == 1:
            lines.append(f'{"</ul></li>" if inside else ""}<li><a href="#part-{at}">{escape(words)}</a><ul>')
            inside = True
        else:
            lines.append(f'<li><a href="#part-{at}">{escape(words)}</a></li>')
    listed = "".join(lines) + ("</ul></li>" if inside else "")
    return f'<nav aria-labelledby="contents"><h2 id="contents">Contents</h2><ol>{listed.replace("<ul></ul>", "")}</ol></nav>'


def _block(at: int, block: Block, label: str) -> str:
    if isinstance(block, Heading):
        return f'<h{block.level + 1} id="part-{at}">{escape(as_text(block.text))}</h{block.level + 1}>'
    if isinstance(block, Paragraph):
        return f"<p>{escape(as_text(block.text))}</p>"
    if isinstance(block, Listing):
        name = "ol" if block.numbered else "ul"
        return f"<{name}>{''.join(f'<li>{escape(as_text(item))}</li>' for item in block.items)}</{name}>"
    if isinstance(block, Note):
        kind = "gap" if block.kind == GAP else "care"
        return f'<p class="note {kind}"><strong>{escape(block.kind)}:</strong> {escape(as_text(block.text))}</p>'
    if isinstance(block, Illustration):
        data = base64.b64encode(svg_of(block.chart)).decode("ascii")
        return (f'<figure><img src="data:image/svg+xml;base64,{data}" alt="{escape(block.alt)}">'
                f"<figcaption>{label}. {escape(as_text(block.caption))}</figcaption></figure>")
    return _table(at, block, label)


def _table(at: int, table: Table, label: str) -> str:
    """A table that scrolls by itself where the page is narrower than it, by keyboard too."""
    caption = f"{label}. {escape(as_text(table.caption))}"
    if not table.rows:
        return f'<p class="empty"><strong>{caption}</strong> {escape(table.empty)}</p>'
    right = [' class="n"' if column.figures else "" for column in table.columns]
    head = "".join(f'<th scope="col"{side}>{escape(column.heading)}</th>'
                   for column, side in zip(table.columns, right, strict=True))
    body = []
    for number, row in enumerate(table.rows):
        first, *rest = (escape(as_text(cell)) for cell in row)
        cells = "".join(f"<td{side}>{cell}</td>" for cell, side in zip(rest, right[1:], strict=True))
        body.append(f'<tr{" class=sum" if number in table.bold else ""}><th scope="row">{first}</th>{cells}</tr>')
    size = " class=wide" if table.is_wide else ""
    return (f'<div class="scroll" role="region" aria-labelledby="table-{at}" tabindex="0"><table{size}>'
            f'<caption id="table-{at}">{caption}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table></div>")
