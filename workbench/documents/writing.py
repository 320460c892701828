"""A document in every form in which it goes out: web page, Word and PDF, side by side under one name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.documents.as_html import as_html
from workbench.documents.as_pdf import as_pdf
from workbench.documents.as_word import as_word

if TYPE_CHECKING:
    from workbench.documents.model import Document


def write_document(document: Document, folder: Path, name: str, template: Path | None = None) -> None:
    """Write a document three times; template: the council's own for Word."""
    (folder / f"{name}.html").write_bytes(as_html(document).encode("utf-8"))
    (folder / f"{name}.docx").write_bytes(as_word(document, template))
    (folder / f"{name}.pdf").write_bytes(as_pdf(document))
