"""A document as Word: real headings, tables whose first row comes again on each page, captions, alternative texts.

Committee services go on writing in it, on the council's own template where one is given: its fonts, its head and foot and
whatever stands in it already are kept, and the document begins after it. The same document gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.answers import UserError
from workbench.charts import WIDTH_INCHES
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
    print_size,
    shares,
)
from workbench.documents.pictures import png_of

if TYPE_CHECKING:
    from docx.document import Document as Word

ONCE = datetime(2000, 1, 1)                 # when a release was made stands in its manifest
TABLE_POINTS = 9.0                          # print of tables that have room
FONT, FONT_POINTS = "Arial", 11.0           # where the council gives no template of its own
TIGHT = "40"                                # twentieths of a point beside the words of a cell
SHADE = "E8EEF0"
MOST_CHARACTERS = 255                       # of a property of a file


def as_word(document: Document, template: Path | None = None) -> bytes:
    """The document as a .docx, on the council's own template where one is given; UserError where that is no Word file."""
    word = opened(template)
    _say_what_it_is(word, document)
    word.add_paragraph(document.title, style=_style(word, "Title"))
    word.add_paragraph(document.subtitle, style=_style(word, "Subtitle"))
    word.add_paragraph(f"{document.authority} \N{MIDDLE DOT} {document.edition}")
    _contents(word, document)
    labels = numbered(document)
    lists = 0
    for at, block in enumerate(document.blocks):
        lists += isinstance(block, Listing) and block.numbered
        _add(word, at, block, labels.get(at, ""), lists)
    _foot(word, document.made_from)
    return _always_the_same(word)


def opened(template: Path | None) -> Word:
    """A new Word document, or the council's own template; UserError where that is no Word file."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    if template is None:
        return _plain(docx.Document())
    try:
        return docx.Document(str(template))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, PackageNotFoundError) as fault:
        raise UserError(f"{template} cannot be read as a Word document ({type(fault).__name__})",
                        "give a .docx that Word opens; a .dotx or an old .doc is to be saved as .docx first") from None


def _plain(word: Word) -> Word:
    """Set up A4 with room for tables and letters without serifs, where the council has no template of its own."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    for section in word.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin = section.bottom_margin = Cm(2.2)
    for name in ("Normal", "Title", "Subtitle", "TOC Heading", "Heading 1", "Heading 2", "Heading 3", "Caption"):
        font = word.styles[name].font
        font.name = FONT
        fonts = word.styles[name].element.rPr.rFonts
        for place in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{place}"), None)
        fonts.set(qn("w:cs"), FONT)
    word.styles["Normal"].font.size = Pt(FONT_POINTS)
    word.styles["Caption"].font.size = Pt(10)
    for name in ("Title", "Subtitle", "TOC Heading", "Heading 1", "Heading 2", "Heading 3", "Caption"):
        word.styles[name].font.color.rgb = _colour("1F4E5F" if name != "Caption" else "0B0C0C")
        word.styles[name].font.italic = False
    return word


def _colour(code: str) -> Any:
    from docx.shared import RGBColor

    return RGBColor.from_string(code)


def _say_what_it_is(word: Word, document: Document) -> None:
    """Title, language and author, in the file's properties and in its text."""
    from docx.oxml.ns import qn

    told = word.core_properties
    about = (document.title, document.subtitle, document.authority, document.made_from)
    told.title, told.subject, told.author, told.comments = (words[:MOST_CHARACTERS] for words in about)
    told.language, told.last_modified_by, told.keywords = LANGUAGE, "", ""
    told.created = told.modified = ONCE
    told.revision = 1
    usual = word.styles.element.find(qn("w:docDefaults"))
    properties = None if usual is None else usual.find(f"{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if properties is None:
        properties = word.styles[_style(word, "Normal")].element.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(_element("w:lang", val=LANGUAGE, eastAsia=LANGUAGE))


def _style(word: Word, name: str) -> str:
    """A style by its English name; where the template has it not, it is added plainly."""
    from docx.enum.style import WD_STYLE_TYPE

    if name not in {style.name for style in word.styles}:
        word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    return name


def _element(tag: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def _contents(word: Word, document: Document) -> None:
    """A table of contents that can be clicked at once, and that Word brings up to date with page numbers when asked (F9)."""
    from docx.shared import Cm, Pt

    word.add_paragraph("Contents", style=_style(word, "TOC Heading"))
    entries = chapters(document)
    for number, (at, level, words) in enumerate(entries):
        line = word.add_paragraph(style=_style(word, f"toc {level}"))
        line.paragraph_format.space_after = Pt(2)
        line.paragraph_format.left_indent = Cm(0.6 * (level - 1))
        if not number:
            for piece in (_element("w:fldChar", fldCharType="begin"), _instruction(r' TOC \o "1-2" \h \z \u '),
                          _element("w:fldChar", fldCharType="separate")):
                line.add_run()._r.append(piece)
        link = _element("w:hyperlink", anchor=f"part{at}", history="1")
        run = line.add_run(words)._r
        link.append(run)
        line._p.append(link)
        if number == len(entries) - 1:
            line.add_run()._r.append(_element("w:fldChar", fldCharType="end"))


def _instruction(text: str) -> Any:
    piece = _element("w:instrText")
    piece.text = text
    piece.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return piece


def _add(word: Word, at: int, block: Block, label: str, lists: int) -> None:
    if isinstance(block, Heading):
        line = word.add_paragraph(as_text(block.text), style=_style(word, f"Heading {block.level}"))
        line._p.insert(1 if line._p.pPr is not None else 0, _element("w:bookmarkStart", id=str(at), name=f"part{at}"))
        line._p.append(_element("w:bookmarkEnd", id=str(at)))
    elif isinstance(block, Paragraph):
        word.add_paragraph(as_text(block.text))
    elif isinstance(block, Listing):
        for number, item in enumerate(block.items, start=1):
            _point(word, as_text(item), block.numbered, restart=number == 1)
    elif isinstance(block, Note):
        _set_apart(word.add_paragraph(), block)
    elif isinstance(block, Illustration):
        _picture(word, at, block, label)
    else:
        _table(word, block, label)


def _set_apart(line: Any, note: Note) -> None:
    """A note with a bar at its side, on a ground of its own; its kind is said in words too."""
    ground, bar = ("FDECEB", "A3281C") if note.kind == GAP else ("FDF7E3", "6B5A1E")
    about = line._p.get_or_add_pPr()
    border = _element("w:pBdr")
    border.append(_element("w:left", val="single", sz="24", space="8", color=bar))
    about.append(border)
    about.append(_element("w:shd", val="clear", color="auto", fill=ground))
    line.add_run(f"{note.kind}: ").bold = True
    line.add_run(as_text(note.text))


def _point(word: Word, words: str, in_order: bool, restart: bool) -> None:
    """A point of a list; each numbered list begins with 1."""
    from docx.oxml.ns import qn

    line = word.add_paragraph(words, style=_style(word, "List Number" if in_order else "List Bullet"))
    if not in_order or not restart:
        if in_order:
            line._p.get_or_add_pPr().append(_numbering_of(word))
        return
    style = word.styles["List Number"].element
    told = style.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
    if told is None:
        return
    numbering = word.part.numbering_part.numbering_definitions._numbering
    abstract = numbering.num_having_numId(int(told.get(qn("w:val")))).abstractNumId.val
    started = numbering.add_num(abstract)
    started.add_lvlOverride(ilvl=0).add_startOverride(1)
    word.part._numbered_last = started.numId        # type: ignore[attr-defined]  # ours, kept with the file
    line._p.get_or_add_pPr().append(_numbering_of(word))


def _numbering_of(word: Word) -> Any:
    made = _element("w:numPr")
    made.append(_element("w:ilvl", val="0"))
    made.append(_element("w:numId", val=str(word.part._numbered_last)))      # type: ignore[attr-defined]  # as set above
    return made


def _caption(word: Word, label: str, words: str, above: bool) -> None:
    """A caption whose number Word counts itself, so that it stays right when somebody adds a table."""
    kind, number = label.split()
    line = word.add_paragraph(style=_style(word, "Caption"))
    line.add_run(f"{kind} ")
    for piece in (_element("w:fldChar", fldCharType="begin"), _instruction(f" SEQ {kind} \\* ARABIC "),
                  _element("w:fldChar", fldCharType="separate")):
        line.add_run()._r.append(piece)
    line.add_run(number)
    line.add_run()._r.append(_element("w:fldChar", fldCharType="end"))
    line.add_run(f". {words}")
    line.paragraph_format.keep_with_next = above


def _room(word: Word) -> int:
    """How wide the text of a page is."""
    from docx.shared import Cm

    section = word.sections[-1]
    wide, left, right = section.page_width or Cm(21), section.left_margin or Cm(2), section.right_margin or Cm(2)
    return int(wide) - int(left) - int(right)


def _picture(word: Word, at: int, block: Illustration, label: str) -> None:
    from docx.shared import Inches

    room = _room(word) / Inches(1)
    line = word.add_paragraph()
    line.paragraph_format.keep_with_next = True
    shown = line.add_run().add_picture(io.BytesIO(png_of(block.chart)), width=Inches(min(room, WIDTH_INCHES)))
    told = shown._inline.docPr
    told.set("descr", block.alt)
    told.set("title", label)
    told.set("id", str(at + 1))
    _caption(word, label, as_text(block.caption), above=False)


def _table(word: Word, table: Table, label: str) -> None:
    """A table with its caption above; its first row comes again on each page, and no row breaks in two."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    caption = as_text(table.caption)
    _caption(word, label, caption, above=bool(table.rows))
    if not table.rows:
        word.add_paragraph(table.empty)
        return
    grid = word.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    if any(style.name == "Table Grid" for style in word.styles):
        grid.style = "Table Grid"
    properties = grid._tbl.tblPr
    look = properties.find(_tag("w:tblLook"))
    if look is not None:
        properties.remove(look)
    points = print_size(table, _room(word) / Pt(1), TABLE_POINTS)
    if table.is_wide or points < TABLE_POINTS:      # the columns hold their longest number, and no room beside it
        properties.append(_tight())
    properties.append(_element("w:tblLook", val="04A0", firstRow="1", lastRow="0", firstColumn="1", lastColumn="0", noHBand="0",
                               noVBand="1"))
    properties.append(_element("w:tblCaption", val=caption))
    size = Pt(points)
    _as_wide_as_its_words(word, grid, table)
    rows = [tuple(column.heading for column in table.columns), *(tuple(as_text(cell) for cell in row) for row in table.rows)]
    for number, (row, cells) in enumerate(zip(grid._tbl.tr_lst, rows, strict=True)):
        about = row.get_or_add_trPr()
        about.append(_element("w:cantSplit"))
        if not number:
            about.append(_element("w:tblHeader"))
        for place, (cell, words) in enumerate(zip(row.tc_lst, cells, strict=True)):
            paragraph = cell.p_lst[0]
            _write(paragraph, words, size, bold=not number or not place or number - 1 in table.bold)
            if table.columns[place].figures:
                paragraph.get_or_add_pPr().jc_val = WD_ALIGN_PARAGRAPH.RIGHT
            if not number:
                cell.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=SHADE))
    word.add_paragraph()


def _tight() -> Any:
    """Little room beside the words of each cell, so that wide tables stay readable."""
    made = _element("w:tblCellMar")
    made.append(_element("w:left", w=TIGHT, type="dxa"))
    made.append(_element("w:right", w=TIGHT, type="dxa"))
    return made


def _as_wide_as_its_words(word: Word, grid: Any, table: Table) -> None:
    """Give each column its share of the page."""
    room, needs = _room(word), shares(table)
    for place, need in enumerate(needs):
        grid.columns[place].width = room * need // sum(needs)
    for row in grid._tbl.tr_lst:
        for place, cell in enumerate(row.tc_lst):
            cell.width = room * needs[place] // sum(needs)


def _write(paragraph: Any, words: str, size: Any, bold: bool) -> None:
    """Words into a cell; by hand, since thousands of cells are slow by the front door."""
    about = paragraph.get_or_add_pPr()
    about.append(_element("w:spacing", before="20", after="20"))
    run = paragraph.add_r()
    looks = run.get_or_add_rPr()
    if bold:
        looks.append(_element("w:b"))
    looks.append(_element("w:sz", val=str(int(size.pt * 2))))
    run.text = words


def _tag(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))


def _foot(word: Word, made_from: str) -> None:
    """The run at the foot of each page, with the page number; a foot of the template's own is kept."""
    from docx.shared import Pt

    foot = word.sections[0].footer
    lines = [line for line in foot.paragraphs if line.text.strip()]
    line = foot.add_paragraph() if lines or not foot.paragraphs else foot.paragraphs[0]
    line.add_run(f"{made_from} Page ").font.size = Pt(8)
    run = line.add_run()
    run.font.size = Pt(8)
    for piece in (_element("w:fldChar", fldCharType="begin"), _instruction(" PAGE "), _element("w:fldChar", fldCharType="end")):
        run._r.append(piece)


def _always_the_same(word: Word) -> bytes:
    """The bytes of the file with no clock in them."""
    memory, out = io.BytesIO(), io.BytesIO()
    word.save(memory)
    with zipfile.ZipFile(memory) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, ONCE.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, parts.read(name))
    return out.getvalue()
