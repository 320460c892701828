"""The childcare report: all eleven items, each bound to what the run found, loudly incomplete; and the version for parents."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from documents_held import hold, words
from page_faults import page_faults

from scenarios.runs import Run
from workbench.childcare_view import findings_table
from workbench.disclosure import Release
from workbench.documents.as_html import as_html
from workbench.documents.model import GAP, Document, Heading, Note, Table, as_text
from workbench.papers.childcare_report import PLAIN, childcare_report, for_parents
from workbench.papers.desk import Desk, finding_lines
from workbench.publishing.material import PUBLICATION, Material
from workbench.publishing.publish import material
from workbench.publishing.statements import Front, Paper, Statements
from workbench.publishing.stored import stored

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ITEMS = [f"B{n}" for n in range(1, 12)]


@pytest.fixture(scope="module")
def made(finished: Run, town_release: Release) -> Material:
    return material(PUBLICATION, stored(finished), town_release, Statements(), None)


@pytest.fixture(scope="module")
def report(made: Material) -> Document:
    return childcare_report(made)


def chapters(document: Document) -> dict[str, list[object]]:
    """Blocks by the heading of their chapter."""
    found: dict[str, list[object]] = {}
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 1:
            found[as_text(block.text)] = []
        elif found:
            found[list(found)[-1]].append(block)
    return found


def test_every_figure_is_found_again_in_the_release(made: Material, report: Document) -> None:
    hold(report, Desk(made).tables, at_least=100)
    hold(for_parents(made), Desk(made).tables, at_least=1)


def test_each_item_has_its_chapter_and_says_what_it_lacks_before_anything_else(made: Material, report: Document) -> None:
    told = chapters(report)
    assert [name.split(":")[0] for name in told if name.startswith("B")] == ITEMS
    findings = Desk(made).tables["findings"].set_index("item")
    for name, blocks in told.items():
        if name.startswith("B"):
            row, first = findings.loc[name.split(":")[0]], blocks[0]
            assert isinstance(first, Note) == bool(row["missing"]), name
            if isinstance(first, Note):
                assert first.kind == GAP and row["missing"] in as_text(first.text)
                assert as_text(first.text).startswith("NOTHING IS KNOWN OF THIS") == (not row["finding"])
    opening = told["Summary"][0]
    lacking = int(findings["complete"].eq("NOT COMPLETE").sum())
    assert isinstance(opening, Note) and f"this report is not complete: {lacking} of 11 items lack" in as_text(opening.text)


def test_what_is_hidden_is_told_as_hidden(made: Material, report: Document) -> None:
    table = made.release.tables["childcare_balance"]
    masks = {"childcare_balance": pd.DataFrame({"children": [True] * len(table)})}
    told = childcare_report(replace(made, release=replace(made.release, masks=masks)))
    hours = next(one for one in told.blocks if isinstance(one, Table) and "now and at the end" in as_text(one.caption))
    assert {as_text(row[4]) for row in hours.rows} == {"c (hidden)"}
    assert "c (hidden)" in words(report)


def test_actions_stand_with_owner_and_date_and_what_nobody_said_is_asked_for(made: Material) -> None:
    actions = pd.DataFrame([
        {"item": "B8", "area": "", "action": "Survey <b>prices</b>", "owner": "Ms Ash", "by": "2027-07-31"},
        {"item": "B1", "area": "West", "action": "Ask settings", "owner": "", "by": ""}])
    told = chapters(childcare_report(replace(made, said=Statements(actions=actions))))["Action plan"]
    table = next(one for one in told if isinstance(one, Table))
    rows = {tuple(as_text(cell) for cell in row) for row in table.rows}
    assert ("B8", "everywhere", "Survey <b>prices</b>", "Ms Ash", "31 July 2027") in rows
    assert ("B1", "West", "Ask settings", "owner to be named", "date to be set") in rows
    asked = [as_text(one.text) for one in told if isinstance(one, Note)]
    assert asked[0].startswith("B2, B3, B4") and "B8" not in asked[0] and asked[1] == "some actions have no owner or no date."
    lacking = Desk(made).tables["findings"]["complete"].eq("NOT COMPLETE").sum()
    assert sum(row[3] == "owner to be named" for row in rows) == lacking - 1, "B8 alone has somebody who answers for it"


def test_parents_read_short_sentences_without_letters_or_percentages(made: Material) -> None:
    said = Statements(paper=Paper(front=Front(contact="01234 567890")), actions=pd.DataFrame([
        {"item": "B8", "area": "", "action": "We will ask what childcare costs", "owner": "Ms Ash", "by": "2027-07-31"}]))
    paper = for_parents(replace(made, said=said))
    told = words(paper)
    assert "Write to us: 01234 567890" in told and "We will ask what childcare costs (by 31 July 2027)" in told
    assert "Ms Ash" not in told and "%" not in told and "B8" not in told
    assert any(phrase in told for phrase in PLAIN.values())
    sentences = [part for line in told.split("\n") for part in line.replace("?", ".").split(". ") if part]
    assert max(len(part.split()) for part in sentences) <= 24


def test_a_run_that_knows_nothing_of_childcare_makes_a_report_that_says_so(made: Material) -> None:
    from sufficiency.childcare.findings import none_known

    tables = {name: table.iloc[:0] if name.startswith(("childcare", "access", "wraparound")) else table
              for name, table in made.release.tables.items()}
    bare = replace(made, release=replace(made.release, tables=tables), run=replace(made.run, findings=none_known()))
    told = chapters(childcare_report(bare))
    assert [name.split(":")[0] for name in told if name.startswith("B")] == ITEMS
    assert all(as_text(told[name][0].text).startswith("NOTHING IS KNOWN") for name in told if name.startswith("B"))   # type: ignore[attr-defined]
    assert "We do not know yet" in words(for_parents(bare))


@pytest.mark.browser
def test_nothing_is_wrong_with_the_pages_of_the_report(
    made: Material, report: Document, browser: Browser, tmp_path: Path,
) -> None:
    for document, name in ((report, "report.html"), (for_parents(made), "parents.html")):
        (tmp_path / name).write_text(as_html(document), encoding="utf-8")
        assert page_faults(browser, tmp_path / name) == [], name


def test_lists_within_a_finding_become_lists() -> None:
    table = findings_table(()).reindex(columns=["item", "finding"])
    lines = finding_lines(pd.concat([table, pd.DataFrame([{"item": "B4", "finding": "Taken up:\n- One.\n- Two.\nA sentence."}])]))
    assert lines["kind"].tolist() == ["heading", "point", "point", "said"] and lines["said"].tolist()[1:3] == ["One.", "Two."]
