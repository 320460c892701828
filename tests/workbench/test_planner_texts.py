"""What a planner writes beside a figure is text wherever it is shown: it never runs on the map, nor in a spreadsheet."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import town
from python_calamine import load_workbook

from maps.sheet import contents, draw
from sufficiency.assumptions import Assumptions
from sufficiency.model import Outcome, run
from workbench.disclosure import HIDDEN, protect
from workbench.publish_run import FOR_PEOPLE, facts_of, picture_of, tables_for_people
from workbench.sheets import for_workbook
from workbench.views import committee_sheet
from workbench.workbook import begins_like_a_formula, write_workbook

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BASE = town.BASE
PAYLOADS = ["=HYPERLINK(\"http://x\",\"y\")", "+1+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\uff1d1+1",
            "<script>window.__pwn=1</script>", "</script><img src=x onerror=window.__pwn=2>", "${window.__pwn=3}`"]
WEST = town.WEST_PRIMARY


@pytest.fixture(scope="module")
def done() -> Outcome:
    """A town with an override for each payload, as its reason and as its author."""
    rolls = [row for ay in range(BASE - 3, BASE + 1) for row in (*town.roll(WEST, [31.0] * 7, ay),
                                                                 *town.roll(town.SECONDARY, [100.0] * 5, ay, first=7))]
    births = [{"area_code": code, "cohort": cohort, "births": 30.0, "basis": "cohort"} for code in town.SMALL_AREAS
              for cohort in range(BASE - 9, BASE + 1)]
    dates = {"made_on": "2023-03-01", "expires": "2024-12-31"}
    overrides = [{"row": n + 2, "planning_area_code": "W", "urn": "", "ay": BASE + 1 + n // 7, "nc_year": float(n % 7),
                  "kind": "change", "value": 1.0, "reason": text, "author": text, **dates} for n, text in enumerate(PAYLOADS)]
    registered: list[dict[str, Any]] = [
        {"area_code": "W", "on": f"{ay}-08-31", "age": 4.0, "cohort": np.nan, "children": n, "symbol": ""}
        for ay, n in zip(range(BASE - 3, BASE + 2), (32.0, 33.0, 32.0, 33.0, 4.0), strict=True)
    ]
    members = [{"urn": WEST, "phase": "primary", "planning_area_code": "W"},
               {"urn": town.SECONDARY, "phase": "secondary", "planning_area_code": "S"}]
    high = town.school(town.SECONDARY, statutory_low_age=11.0, statutory_high_age=16.0, capacity=600.0)
    schools = [town.school(WEST), high]
    tables = {"schools": schools, "school_roll": rolls, "births": births, "lsoas": town.lsoas(), "area_members": members,
              "planner_overrides": overrides, "gp_registrations": registered}
    return run(town.evidence(tables), Assumptions())


def release_of(found: Outcome) -> Any:
    return protect({**found.tables, **tables_for_people(found)})


def test_each_text_stands_in_the_sheet_as_it_was_written_and_is_no_formula(done: Outcome, tmp_path: Path) -> None:
    release = release_of(done)
    shown = for_workbook({name: release.tables[name] for name in FOR_PEOPLE if name in release.tables}, release.tables["names"])
    path = tmp_path / "tables.xlsx"
    write_workbook(protect(shown), path, facts_of(done, "abcdef012345"))
    rows = load_workbook(str(path)).get_sheet_by_name("overrides").to_python()
    reason, author = rows[0].index("Reason"), rows[0].index("Author")
    mine = [row for row in rows[1:] if row[author]]
    assert [row[reason] for row in mine] == PAYLOADS and [row[author] for row in mine] == PAYLOADS
    figures: list[Any] = [[row[rows[0].index(name)] for name in ("By the model (children)", "Used (children)")] for row in mine]
    assert [final - model for model, final in figures] == pytest.approx([1.0] * len(PAYLOADS))
    with zipfile.ZipFile(path) as book:
        parts = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/"))
    assert "<f>" not in parts and sum(map(begins_like_a_formula, PAYLOADS)) == 5


def test_the_map_says_how_many_are_in_force_and_by_whom_and_runs_nothing(done: Outcome, browser: Browser) -> None:
    sheet = committee_sheet(picture_of(done, release_of(done), "abcdef012345"))
    (told,) = [str(note) for note in contents(sheet)["notes"] if "overrides are in force" in str(note)]
    assert f"{len(PAYLOADS)} of the planner" in told and "<script>window.__pwn=1</script>" in told
    text = draw(sheet)
    assert not any(payload in text for payload in PAYLOADS if "<" in payload)
    page = browser.new_page()
    try:
        page.set_content(text, wait_until="load")
        assert page.evaluate("window.__pwn") is None
    finally:
        page.close()


def test_a_small_count_of_a_register_is_hidden_with_what_would_tell_it(done: Outcome) -> None:
    shown, exact = release_of(done).shown("registrations"), done.tables["registrations"]
    mine = shown[shown["planning_area_code"] == "W"].iloc[0]
    assert exact.loc[exact["planning_area_code"] == "W", "children"].tolist() == [4.0], "the run's own tables are exact"
    assert mine["children"] == HIDDEN and mine["by_registrations"] == HIDDEN
    assert not isinstance(mine["by_births"], str) and pd.notna(mine["by_births"])
