"""The committee paper: every figure is the run's, no number is typed, and what stays with officers is in their edition alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from documents_held import hold, hold_words, words
from playwright.sync_api import Browser

from scenarios.runs import Run
from workbench.disclosure import Release, protect
from workbench.documents.as_html import as_html
from workbench.documents.model import (
    CARE,
    GAP,
    Document,
    Heading,
    Illustration,
    Note,
    Table,
    as_text,
)
from workbench.papers.area_chapter import schools_table
from workbench.papers.committee_paper import committee_paper
from workbench.papers.desk import Desk
from workbench.publishing.material import OFFICERS, PUBLICATION, Material
from workbench.publishing.publish import material
from workbench.publishing.statements import Beside, Front, Implications, Paper, Statements
from workbench.publishing.stored import stored
from workbench.publishing.withheld import named

GONE, KEPT = ("two-in-one", "second-best", "old-school"), ("hall-extension", "nursery-room")


@pytest.fixture(scope="module")
def made(finished: Run, town_release: Release) -> Callable[[str], Material]:
    told = stored(finished)
    return cache(lambda edition: material(edition, told, town_release, Statements(), None))


@pytest.fixture(scope="module")
def papers(made: Callable[[str], Material]) -> dict[str, Document]:
    return {edition: committee_paper(made(edition)) for edition in (PUBLICATION, OFFICERS)}


def test_every_figure_of_both_editions_is_found_again_in_the_release(
    papers: dict[str, Document], made: Callable[[str], Material],
) -> None:
    for edition, paper in papers.items():
        hold(paper, Desk(made(edition)).tables, at_least=400)


def test_no_number_is_typed_into_the_paper(papers: dict[str, Document]) -> None:
    for paper in papers.values():
        hold_words(paper)


def test_the_paper_has_its_chapters_in_the_order_in_which_members_read_them(papers: dict[str, Document]) -> None:
    told = [as_text(block.text) for block in papers[PUBLICATION].blocks if isinstance(block, Heading) and block.level == 1]
    assert told[:6] == ["Front sheet", "Purpose", "Recommendations", "Summary", "Context and accuracy", "Planning areas"]
    assert told[6:10] == ["Special needs, alternative provision and sixth forms", "Capital programme", "Implications",
                          "Alternatives considered"]
    assert [one.removeprefix("Appendix: ") for one in told[10:]] == [
        "schools and their projected rolls", "how the forecast was made", "what was assumed", "what to know of the data",
        "sources", "words", "version"]


def test_schemes_that_stay_with_officers_are_in_their_edition_alone(papers: dict[str, Document]) -> None:
    public, officers = words(papers[PUBLICATION]), words(papers[OFFICERS])
    assert [name for name in GONE if named(public, name)] == [] and all(named(public, name) for name in KEPT)
    assert all(named(officers, name) for name in (*GONE, *KEPT))
    assert "agree to consult on The two-in-one" in officers and "hall-extension is so since" not in public


def test_an_area_that_lacks_places_has_its_chapter(papers: dict[str, Document]) -> None:
    blocks = papers[OFFICERS].blocks
    start = next(at for at, one in enumerate(blocks) if isinstance(one, Heading) and as_text(one.text).startswith("West"))
    chapter = blocks[start:start + 14]
    captions = [as_text(one.caption) for one in chapter if isinstance(one, Table)]
    for told in ("children expected by year group", "Places left (+) or short", "Housing sites whose children", "Options in"):
        assert any(told in caption for caption in captions), captions
    picture = next(one for one in chapter if isinstance(one, Illustration))
    assert picture.alt.startswith("Map of the planning area West") and "It borders on" in picture.alt
    options = next(one for one in chapter if isinstance(one, Table) and "Options in" in as_text(one.caption))
    assert [as_text(row[2]) for row in options.rows] == ["yes", "yes", "no", "no"], "the preferred ones first"


def test_the_table_of_schools_is_the_one_that_members_know() -> None:
    """Kneesall: PAN 15, capacity 105; 99 children in the first year (+6), 79 in the last (+26)."""
    children = [(16, 10, 13, 15, 14, 15, 16), (15, 16, 10, 12, 14, 13, 13), (12, 15, 15, 10, 11, 13, 12),
                (12, 12, 15, 14, 10, 11, 10),
                (11, 12, 12, 14, 13, 9, 8)]
    rows = pd.DataFrame([{
        "urn": "122000", "school_name": "Kneesall", "district_name": "Newark", "planning_area_code": "K", "pan": 15.0,
        "capacity": 105.0, "ay": 2020 + at, **dict(zip("R123456", map(float, year), strict=True)), "total": sum(year),
        "yg_places": 105.0, "surplus": 105.0 - sum(year), "places_basis": "pan", "reliability": "low: small rural school"}
        for at, year in enumerate(children)])
    told = schools_table(rows, "primary_schools", "primary", ("Schools",))
    assert [column.heading for column in told.columns] == [
        "School", "PAN", "Capacity", "Year", "R", "1", "2", "3", "4", "5", "6", "TOTAL",
        "Surplus (+) or deficit (\N{MINUS SIGN})", "Reliability"]
    shown = [[as_text(cell) for cell in row] for row in told.rows]
    assert shown[0] == ["Kneesall", "15", "105", "2020/21", "16", "10", "13", "15", "14", "15", "16", "99", "+6",
                        "low: small rural school"]
    assert [(row[11], row[12]) for row in shown] == [("99", "+6"), ("93", "+12"), ("88", "+17"), ("84", "+21"), ("79", "+26")]


def test_what_people_have_to_say_is_asked_for_until_they_have_said_it(made: Callable[[str], Material]) -> None:
    bare = made(PUBLICATION)
    gaps = [as_text(one.text) for one in committee_paper(bare).blocks if isinstance(one, Note) and one.kind == GAP]
    assert any(one.startswith("Committee, Date") for one in gaps) and sum("to be written by" in one for one in gaps) == 11
    front = Front(**dict.fromkeys(Front.model_fields, "told"))
    said = Paper(front=front, implications=Implications(**dict.fromkeys(Implications.model_fields, "Fine & <b>good</b>.\nYes.")),
                 beside=Beside(special_needs="Thirty places more.", alternative_provision="Enough.", post_16="Enough."))
    full = committee_paper(replace(bare, said=Statements(paper=said)))
    left = [as_text(one.text) for one in full.blocks if isinstance(one, Note) and one.kind == GAP]
    assert left == [] and "Thirty places more." in words(full)
    assert full.title == "told" and "&lt;b&gt;good&lt;/b&gt;" in as_html(full)


def test_a_run_without_a_plan_says_so(made: Callable[[str], Material]) -> None:
    whole = made(OFFICERS)
    kept = {name: table for name, table in whole.release.tables.items() if not name.startswith(("plan", "money", "served"))}
    release: Release = replace(protect({"nothing": pd.DataFrame({"a": [1.0]})}), tables=kept)
    paper = committee_paper(replace(whole, release=release, run=replace(whole.run, why={}), charts={}))
    told = words(paper)
    assert "The run has no capital plan" in told and "ask officers for schemes" in told
    assert any(isinstance(one, Note) and one.kind == CARE for one in paper.blocks)


@pytest.mark.browser
def test_axe_finds_nothing_on_the_paper_and_no_text_of_it_runs(browser: Browser, papers: dict[str, Document]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_content(as_html(papers[OFFICERS]))
    told = Axe().run(page).response
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in told["violations"]] == [] and len(told["passes"]) > 20
    assert page.evaluate("window.__pwn") is None and page.locator("text=onerror=window.__pwn=1").count() > 0
    page.close()
