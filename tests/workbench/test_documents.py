"""A document as web page, Word and PDF: built for everybody, the same bytes each time, and no text of it ever runs."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import docx
import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe

from workbench.answers import UserError
from workbench.charts import Chart
from workbench.documents import as_html as as_html_module
from workbench.documents.as_html import as_html
from workbench.documents.as_pdf import as_pdf, drawable
from workbench.documents.as_word import as_word
from workbench.documents.model import (
    CARE,
    GAP,
    Column,
    Document,
    Heading,
    Illustration,
    Listing,
    Note,
    Paragraph,
    Table,
    as_text,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PAYLOADS = (
    "<img src=x onerror=window.__pwn=1>", "</script><script>window.__pwn=2</script>", "\"><svg onload=window.__pwn=3>",
    "'><svg onload=window.__pwn=4>", "</style><style>*{display:none}</style>", "javascript:window.__pwn=5",
    "&lt;b&gt;&#x3c;i>&amp;amp;", "`${window.__pwn=6}`{{7*7}}",
    "\"]; #panic(\"typst\") #eval(\"1+1\")", "#read(\"/etc/hostname\")",
    "$x^2$ @label <label> *bold* _it_ \\u{41} \\", "=HYPERLINK(\"x\") {DDEAUTO c:\\\\x}", "<w:p/>]]><!-- --!>",
    "St John`s Ysgol T\u0177 Gwyn \u5b66\u6821 \U0001f600",
)


def _draw(figure: Any) -> None:
    figure.subplots().bar([1, 2], [3, 4])


PLAIN = Chart("Chart", "Alternative", 1.0, _draw)        # one and the same, so that it is drawn once


def document(payload: str = "", rows: int = 3) -> Document:
    """A document of every kind of block; every channel of text carries the payload."""
    def words(channel: str) -> str:
        return f"{channel} {payload}".strip()

    wide = tuple(Column(f"Year {n}", figures=n > 0) for n in range(12))
    return Document(words("Title"), words("Subtitle"), words("Edition"), words("Council"), words("Run 0123456789ab."), (
        Heading(1, (words("Chapter"),)), Paragraph((words("Paragraph"),)),
        Listing(((words("First"),), ("Second",)), numbered=True),
        Heading(2, (words("Part"),)), Listing(((words("Point"),),)), Listing((("Again one",), ("Again two",)), numbered=True),
        Note(GAP, (words("Gap"),)), Note(CARE, (words("Care"),)),
        Table((words("Caption"),), (Column(words("School")), Column("Children", figures=True)),
              tuple(((words(f"School {n}"),), (f"{n:,}",)) for n in range(rows)), bold=frozenset({rows - 1})),
        Table(("Wide",), wide, (tuple((str(n),) for n in range(12)),)),
        Table(("Nothing",), (Column("School"),), (), empty=words("None")),
        Illustration((words("Picture"),), replace(PLAIN, alt=words("Alternative")) if payload else PLAIN),
    ))


def channels(payload: str) -> list[str]:
    names = ("Title", "Subtitle", "Edition", "Council", "Chapter", "Paragraph", "First", "Part", "Point", "Gap", "Care",
             "Caption", "School", "School 0", "None", "Picture", "Run 0123456789ab.")
    return [f"{name} {payload}" for name in names]


@cache
def plain_word() -> bytes:
    return as_word(document(rows=40))


@cache
def plain_pdf() -> bytes:
    return as_pdf(document(rows=40))


def parts(word: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(word)) as files:
        return {name: ElementTree.fromstring(files.read(name)) for name in files.namelist() if name.endswith((".xml", ".rels"))}


# --- Word


def test_word_has_headings_head_rows_captions_alternative_texts_and_a_language() -> None:
    opened = docx.Document(io.BytesIO(plain_word()))
    styles = [(line.style.name, line.text) for line in opened.paragraphs]
    assert ("Heading 1", "Chapter") in styles and ("Heading 2", "Part") in styles and ("Title", "Title") in styles
    assert [text for style, text in styles if style == "Caption"] == [
        "Table 1. Caption", "Table 2. Wide", "Table 3. Nothing", "Figure 1. Picture"]
    body = parts(plain_word())["word/document.xml"]
    tables = list(body.iter(f"{W}tbl"))
    assert len(tables) == 2
    for table in tables:
        rows = list(table.iter(f"{W}tr"))
        assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True, *[False] * (len(rows) - 1)]
        assert table.find(f"{W}tblPr/{W}tblCaption") is not None
        assert table.find(f"{W}tblPr/{W}tblLook").get(f"{W}firstColumn") == "1"      # type: ignore[union-attr]  # a missing one fails too
    pictures = [one for one in body.iter() if one.tag.endswith("}docPr")]
    assert [one.get("descr") for one in pictures] == ["Alternative"]
    styles_xml = parts(plain_word())["word/styles.xml"]
    assert styles_xml.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang").get(f"{W}val") == "en-GB"    # type: ignore[union-attr]  # the same
    assert (opened.core_properties.title, opened.core_properties.language) == ("Title", "en-GB")


def test_elements_of_word_stand_in_the_order_that_its_schema_asks_for() -> None:
    order = {"pPr": ["pStyle", "keepNext", "numPr", "pBdr", "shd", "spacing", "ind", "jc"], "rPr": ["rFonts", "b", "sz"],
             "tblPr": ["tblStyle", "tblW", "tblLayout", "tblCellMar", "tblLook", "tblCaption"],
             "trPr": ["cantSplit", "tblHeader"],
             "tcPr": ["tcW", "shd"]}
    body = parts(plain_word())["word/document.xml"]
    for tag, asked in order.items():
        for one in body.iter(f"{W}{tag}"):
            names = [child.tag.removeprefix(W) for child in one]
            assert set(names) <= set(asked), (tag, names)
            assert names == sorted(names, key=asked.index), (tag, names)


def test_each_numbered_list_of_word_begins_with_one() -> None:
    body = parts(plain_word())["word/document.xml"]
    numbers = [one.get(f"{W}val") for one in body.iter(f"{W}numId")]
    assert len(numbers) == 4 and numbers[0] == numbers[1] != numbers[2] == numbers[3]


def test_links_of_the_contents_lead_to_headings() -> None:
    body = parts(plain_word())["word/document.xml"]
    asked = [one.get(f"{W}anchor") for one in body.iter(f"{W}hyperlink")]
    assert asked and set(asked) == {one.get(f"{W}name") for one in body.iter(f"{W}bookmarkStart")}


def test_a_template_of_the_council_keeps_its_styles_and_its_letterhead(tmp_path: Path) -> None:
    template = docx.Document()
    template.styles["Heading 1"].font.name = "Gill Sans"
    template.sections[0].header.paragraphs[0].text = "The council's own head"
    template.add_paragraph("Letterhead")
    template.save(str(tmp_path / "house.docx"))
    made = docx.Document(io.BytesIO(as_word(document(), tmp_path / "house.docx")))
    assert made.styles["Heading 1"].font.name == "Gill Sans"
    assert made.sections[0].header.paragraphs[0].text == "The council's own head"
    assert [line.text for line in made.paragraphs[:2]] == ["Letterhead", "Title"]


def test_a_template_that_is_no_word_file_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "house.docx"
    wrong.write_bytes(b"not a Word file")
    with pytest.raises(UserError, match=r"house\.docx cannot be read as a Word document"):
        as_word(document(), wrong)
    with zipfile.ZipFile(wrong, "w") as empty:
        empty.writestr("nothing.txt", "")
    with pytest.raises(UserError, match="cannot be read as a Word document"):
        as_word(document(), wrong)


# --- PDF


def test_the_pdf_is_tagged_and_says_its_title_language_and_standard() -> None:
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked) is True
        assert str(pdf.Root.Lang) == "en-GB" and bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as told:
            assert told["dc:title"] == "Title" and told["pdfuaid:part"] == "1"
        kinds, words = _tags(pdf)
    assert kinds["H1"] >= 2 and kinds["H2"] == 1, "headings of the document and of its contents"
    assert kinds["Table"] == 2 and kinds["THead"] == 2 and kinds["TH"] == 14 and kinds["TR"] == 43
    assert kinds["Figure"] == 1 and "Alternative" in words


def _tags(pdf: pikepdf.Pdf) -> tuple[dict[str, int], set[str]]:
    kinds: dict[str, int] = {}
    words: set[str] = set()
    waiting: list[Any] = [pdf.Root.StructTreeRoot]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Array):
            waiting.extend(one)
        elif isinstance(one, pikepdf.Dictionary):
            kind = str(one.get("/S", "/none"))[1:]
            kinds[kind] = kinds.get(kind, 0) + 1
            words |= {str(one["/Alt"])} if "/Alt" in one else set()
            if "/K" in one:
                waiting.append(one["/K"])
    return kinds, words


def test_a_letter_that_cannot_be_drawn_is_told_by_its_number() -> None:
    assert drawable("T\u0177 \u5b66") == "T\u0177 [U+5B66]"
    assert drawable("\N{POUND SIGN}1.2m \N{MINUS SIGN}3 \u2019") == "\N{POUND SIGN}1.2m \N{MINUS SIGN}3 \u2019"


# --- the web page


def test_the_page_lets_in_nothing_and_is_built_of_landmarks() -> None:
    page = as_html(document())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy and policy[1].startswith("default-src 'none'; img-src data:; style-src 'sha256-") and "unsafe" not in policy[1]
    assert '<html lang="en-GB">' in page and page.count("<h1>") == 1
    for landmark in ("<header>", "<nav ", '<main id="content"', "<footer>"):
        assert page.count(landmark) == 1
    assert "<script" not in page and " style=" not in page and 'href="http' not in page
    assert page.count('<th scope="row">') == 4 and page.count('<th scope="col"') == 14


def test_nothing_of_any_format_depends_on_the_clock() -> None:
    assert as_html(document()) == as_html(document())
    assert as_word(document(rows=40)) == plain_word()
    assert as_pdf(document(rows=40)) == plain_pdf()


@pytest.mark.browser
def test_no_text_runs_and_each_is_shown_as_it_is(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(("data:", "about:")) else asked.append(request.url))
    monkeypatch.setattr(as_html_module, "svg_of", lambda _: b"<svg xmlns='http://www.w3.org/2000/svg'/>")     # drawn elsewhere
    for payload in PAYLOADS:
        page.set_content(as_html(document(payload)))
        seen = " ".join(page.evaluate("document.title + ' ' + document.body.textContent").split())
        assert [told for told in channels(payload) if " ".join(told.split()) not in seen] == []
        assert page.locator("img").get_attribute("alt") == f"Alternative {payload}"
        assert page.evaluate("window.__pwn") is None
        assert page.evaluate("document.querySelectorAll('script, svg, iframe, object, form, b, i').length") == 0
    assert asked == []
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_content(as_html(document(rows=30)))
    told = Axe().run(page).response
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in told["violations"]] == [] and len(told["passes"]) > 20
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "only tables scroll sideways"
    small = page.evaluate("[...document.querySelectorAll('nav a')].filter(a => a.getBoundingClientRect().height < 24).length")
    assert small == 0
    page.close()


def test_word_shows_each_text_as_it_is() -> None:
    payload = " ".join(PAYLOADS)
    opened = docx.Document(io.BytesIO(as_word(document(payload))))
    cells = [cell.text for table in opened.tables[:1] for row in table.rows for cell in row.cells]
    seen = [line.text for line in opened.paragraphs] + cells + [opened.sections[0].footer.paragraphs[0].text]
    lost = [told for told in channels(payload) if not any(told in text for text in seen)]
    assert [one for one in lost if not one.startswith("Edition")] == []
    allowed = (" TOC ", " SEQ ", " PAGE ")
    fields = [one.text or "" for one in opened.element.body.iter(f"{W}instrText")]
    assert all(field.startswith(allowed) for field in fields)


def test_the_pdf_takes_every_text_as_words() -> None:
    made = as_pdf(document(" ".join(PAYLOADS)))
    with pikepdf.open(io.BytesIO(made)) as pdf, pdf.open_metadata() as told:
        assert told["dc:title"] == drawable(f"Title {' '.join(PAYLOADS)}")
        kinds, words = _tags(pdf)
    assert kinds["Table"] == 2 and drawable(f"Alternative {' '.join(PAYLOADS)}") in words


def test_text_of_a_block_is_its_parts() -> None:
    assert as_text(("a ", "b")) == "a b"


def test_what_cannot_be_printed_is_left_out_of_every_format() -> None:
    odd = document("\x00\x0b\x1b[31m\u202e\u2028\ud800")
    assert as_text(odd.blocks[0].text) == "Chapter [31m" and odd.title == "Title [31m"     # type: ignore[union-attr]
    assert "\x00" not in as_html(odd)
    assert "Chapter [31m" in [line.text for line in docx.Document(io.BytesIO(as_word(odd))).paragraphs]
    assert as_pdf(odd).startswith(b"%PDF")
