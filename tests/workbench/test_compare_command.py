"""`compare` as a planner meets it: one folder, the same bytes each time, names that stay names, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from page_faults import page_faults
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from maps.sheet import draw
from scenarios.runs import load
from tests.aids.paper_runs import NASTY, paper_run
from workbench.cli import app
from workbench.compare_map import compare_sheet
from workbench.compare_words import words_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MOST_BYTES = 1_500_000
PAYLOADS = (
    "<img src=x onerror=window.__pwn=1>", "<script>window.__pwn=2</script>", "</script><script>window.__pwn=3</script>",
    "\"><svg onload=window.__pwn=4>", "'><svg onload=window.__pwn=5>", "`${window.__pwn=6}`", "\\';window.__pwn=7;//",
    "javascript:window.__pwn=8", "<!--<script>--!><script>window.__pwn=9</script>", "</style><style>*{display:none}</style>",
    "{{ 7*7 }}", "]]><iframe srcdoc='<script>parent.__pwn=12</script>'></iframe>", "&lt;b>&amp;amp;",
)


def answer(*words: str | Path, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert done.exit_code == code, done.output
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    return told


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two runs of one council, with plans."""
    place = tmp_path_factory.mktemp("council") / "runs"
    return (paper_run(place, opens={"north": 2026, "east": 2027}),
            paper_run(place, "A tenth more <births>", {"births.level": 1.1}, times=1.1, short=60.0, births="b" * 64,
                      opens={"north": 2027, "west": 2026}))


@pytest.fixture(scope="module")
def made(pair: tuple[Path, Path]) -> dict[str, Any]:
    return answer("compare", *pair)


def test_it_says_what_went_in_otherwise_and_what_moved(made: dict[str, Any]) -> None:
    words = "\n".join(made["words"])
    for said in ("A tenth more <births>, held against base", "scenario, births.level: 1 -> 1.1", "Office for <b>Statistics</b>",
                 "Places short in Reception and Year 7", "51.0 -> 108.9 place-years (+57.9)", "Cedar",
                 "Schemes, added: West wing (2026/27)", "Schemes, opens later: North wing (2026/27 -> 2027/28)",
                 "Childcare: more hours short in 1 planning area; most in Ash, 2024/25, autumn, two-year-olds"):
        assert said in words, words
    assert Path(made["folder"]).parent.name == "comparisons"
    assert (Path(made["folder"]) / "summary.txt").read_text(encoding="utf-8").strip() == words.strip()


def test_the_same_runs_give_the_same_bytes(made: dict[str, Any], pair: tuple[Path, Path], tmp_path: Path) -> None:
    again = answer("compare", *pair, "--out", tmp_path)
    one, other = Path(made["folder"]), Path(again["folder"])
    assert one.name == other.name and not again["there_already"]
    files = sorted(path.name for path in one.iterdir())
    assert files == sorted(path.name for path in other.iterdir())
    assert [name for name in files if (one / name).read_bytes() != (other / name).read_bytes()] == []
    assert answer("compare", *pair)["there_already"]
    assert answer("compare", *reversed(pair), "--out", tmp_path)["comparison_id"] != made["comparison_id"]


def test_the_workbook_tells_every_sheet_in_words_and_runs_nothing(made: dict[str, Any]) -> None:
    book = CalamineWorkbook.from_path(made["workbook"])
    assert {"moved_figures", "went_in", "moved_by_area", "moved_schemes", "Charts"} <= set(book.sheet_names)
    rows = book.get_sheet_by_name("moved_by_area").to_python()
    assert "Places short in entry year: before" in rows[0] and "Planning area" in rows[0]
    assert {"=Cedar()", NASTY} <= {cell for row in rows for cell in row}


def test_the_chart_says_its_figures_in_words(made: dict[str, Any]) -> None:
    svg = (Path(made["folder"]) / "compare.svg").read_text(encoding="utf-8")
    alt = re.search(r'<desc id="chart-alt">(.*?)</desc>', svg, re.S)
    assert alt and "2026/27: base 10, A tenth more &lt;births&gt; 18" in alt[1]
    assert NASTY not in svg
    assert "Hours of childcare short, two-year-olds, by year. 2024/25: base 40, A tenth more &lt;births&gt; 60." in alt[1]


def test_the_map_switches_by_keyboard_and_lets_no_name_run(made: dict[str, Any], browser: Browser) -> None:
    page_file = Path(made["map"])
    assert page_file.stat().st_size <= MOST_BYTES
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    assert page.locator("#phase input").nth(1).is_checked(), "it opens on the phase that moves most: the secondary"
    page.locator("#phase input").nth(0).check()
    states = page.locator("#state input")
    assert states.count() == 3
    assert page.locator("#view option").all_inner_texts()[0] == "Places short in Reception"
    ash = page.locator("#areas tbody tr", has_text="Ash")
    assert "10" in ash.inner_text()
    states.nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert "17" in ash.inner_text() and page.evaluate("document.activeElement.value") == "1"
    page.keyboard.press("ArrowRight")
    assert "+7" in ash.inner_text()
    page.select_option("#view", label="Spare places in all year groups")
    assert states.nth(2).is_checked(), "the switch stays where it is when the view is turned"
    assert page.get_by_text(NASTY).count() >= 1
    page.locator("#phase input").nth(2).check()
    page.select_option("#view", label="Two-year-olds: hours short, worst term")
    assert "+20" in ash.inner_text(), "childcare stands beside schools, and the switch stays at the change"
    assert page.evaluate("window.__pwn") is None and asked == [page_file.as_uri()]
    page.close()


def test_nothing_is_wrong_with_the_page_of_a_comparison(made: dict[str, Any], browser: Browser) -> None:
    assert page_faults(browser, Path(made["map"])) == []


def test_no_text_of_a_comparison_runs_and_each_is_shown_as_it_is(made: dict[str, Any], browser: Browser, tmp_path: Path) -> None:
    """Every text that the page is given carries each payload in turn."""
    folder = load(Path(made["folder"]))
    tables = {name: folder.table(name) for name in ("moved_by_area", "moved_by_year", "moved_care_by_area")}
    codes = sorted(set(tables["moved_by_area"]["planning_area_code"]))
    page, path = browser.new_page(), tmp_path / "compare.html"
    for payload in PAYLOADS:
        given = {channel: f"{channel} {payload}" for channel in (
            "first", "other", "authority", "title", "line", "second line", "remark", "second remark", "publisher", "source",
            *codes)}
        assert len(given) >= 13
        names = pd.DataFrame([{"planning_area_code": code, "phase": phase, "planning_area_name": given[code]}
                              for phase, code in sorted(set(zip(tables["moved_by_area"]["phase"],
                                                                tables["moved_by_area"]["planning_area_code"], strict=True)))])
        renamed = {name: table.assign(run=given["other"]) for name, table in tables.items()}
        words = {"authority": given["authority"], "title": given["title"], "base_year": 2025, "source": given["source"],
                 "lines": [given["line"], given["second line"]], "remarks": [given["remark"], given["second remark"]],
                 "sources": [given["publisher"]]}
        path.write_text(draw(compare_sheet(renamed, given["first"], [given["other"]], names, None, words)), encoding="utf-8")
        page.goto(path.as_uri())
        seen = ""
        for at in range(page.locator("#phase input").count() or 1):
            if page.locator("#phase input").count():
                page.locator("#phase input").nth(at).check()
            seen += page.evaluate("document.title + document.body.textContent")
        shown = [channel for channel, text in given.items() if channel not in {"first", "other"} and text not in seen]
        assert shown == [] and page.evaluate("window.__pwn") is None, payload
        assert page.evaluate("document.querySelectorAll('img, iframe, object, form, b').length") == 0
    page.close()


def test_what_moves_in_no_sum_is_not_called_no_movement_and_what_looks_alike_is_no_news() -> None:
    care = pd.DataFrame([{"run": "b", "level": "authority", "measure": "all", "age_band": "age_3_4", "term": "spring", "ay": 2026,
                          "hours_wanted_before": 3140.1, "hours_wanted_after": after, "hours_wanted_change": after - 3140.1,
                          "hours_short_change": 0.0} for after in (3140.3,)])
    tables = {name: pd.DataFrame() for name in ("went_in", "moved_schemes")}
    tables |= {"moved_figures": pd.DataFrame({"title": ["Short"], "before": 1.0, "after": 1.0, "unit": "x", "change": 0.0}),
               "moved_by_year": pd.DataFrame(columns=["phase"]),
               "moved_by_area": pd.DataFrame(columns=["phase", "planning_area_code", "additional_need_change",
                                                      "entry_p_shortfall_change"])}
    assert "No figure moved." in words_of({**tables, "moved_childcare": care}, "b", "a", {})
    far = care.assign(hours_wanted_after=3200.0, hours_wanted_change=59.9)
    told = words_of({**tables, "moved_childcare": far}, "b", "a", {})
    assert "No figure moved." not in told and any("3,140 -> 3,200" in line for line in told)


def test_it_refuses_what_cannot_be_compared(pair: tuple[Path, Path], made: dict[str, Any], tmp_path: Path) -> None:
    other = paper_run(tmp_path, code="892")
    for words, said in (((pair[0], other), "different councils: Council 891"), ((pair[0], pair[0]), "named twice"),
                        ((pair[0],), "one run alone"), ((pair[0], Path(made["folder"])), "is a comparison")):
        assert said in answer("compare", *words, code=2)["problems"][0]["expected"]


def test_a_run_without_places_and_shapes_is_compared_too(tmp_path: Path) -> None:
    folders = [paper_run(tmp_path, shapes=False), paper_run(tmp_path, "same", {"births.level": 1.0}, shapes=False)]
    told = answer("compare", *folders, "--out", tmp_path / "out")
    assert "No figure moved." in told["words"]
    assert pd.read_parquet(Path(told["folder"]) / "moved_by_group.parquet").empty
