"""The command `return`: figures to the last one printed, files that say what they are, headings that a planner gives."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from page_faults import page_faults
from paper_returns import ASH, BASE, E1, E2, PRIMARY, RUN, paper_run, paper_tables
from python_calamine import load_workbook
from typer.testing import CliRunner

from planning_areas.tables import EvidenceError
from sufficiency.scap.checks.finding import ANSWERED, TITLES
from workbench.answers import UserError
from workbench.cli import app
from workbench.returning import as_csv, write_return
from workbench.returns.mapping import SHIPPED, read_mapping
from workbench.returns.report import NOT_READY

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAYLOADS = ("=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\t=1", "<img src=x onerror=alert(1)>", "${x}")


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"))))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return paper_run(tmp_path_factory.mktemp("paper"), paper_tables())


@pytest.fixture(scope="module")
def folder(run: Path) -> Path:
    written = write_return(run)
    assert written.ready and not written.checked.warnings and not written.checked.not_checked
    assert {one.severity for one in written.checked.findings} == {ANSWERED}, "the jump of E1 has its comment"
    return written.folder


def test_the_area_of_e1_and_e2_stands_in_the_return_to_the_pupil(folder: Path) -> None:
    assert folder == folder.parents[1] / "returns" / RUN, "beside the folder of runs"
    told = [row for row in rows_of(folder / "mainstream_forecast.csv") if row["Phase"] == "Primary"]
    assert len(told) == 5 * 7 and {row["Planning area"] for row in told} == {"Ashfield Gate"}
    then = {row["Year group"]: row for row in told if row["Academic year"] == "2028/29"}
    assert [int(row["Pupil forecast"]) for row in then.values()] == list(E1)
    assert [int(row["Of which in developer-funded places (HDC)"]) for row in then.values()] == list(E2)
    assert list(then) == ["Reception", *(f"Year {g}" for g in range(1, 7))]


def test_the_scorecard_to_expect_has_e1s_seven_places_in_tens_and_its_three_spare_ones(folder: Path) -> None:
    told = {(row["measure"], row["phase"]): row for row in rows_of(folder / "scorecard.csv")}
    assert float(told["Additional places needed", "primary"]["predicted"]) == 10, "seven, to the nearest ten as published"
    assert float(told["Spare places", "primary"]["predicted"]) == pytest.approx(3 / 420)
    assert told["Additional places needed", "primary"]["ay"] == str(BASE + 3)
    error = told["Error of this forecast one year ahead", "secondary"]
    assert (float(error["low"]), float(error["high"])) == (pytest.approx(1 / 1.02 - 1), pytest.approx(1 / 0.98 - 1))
    page = (folder / "return.html").read_text(encoding="utf-8")
    assert "Not predicted" in page and "first preferences that were met" in page


def test_every_check_has_its_line_and_the_statement_speaks_of_this_run(folder: Path) -> None:
    assert list(dict.fromkeys(row["Check"] for row in rows_of(folder / "checks.csv"))) == list(TITLES)
    said = (folder / "methodology.html").read_text(encoding="utf-8")
    for words in ("January 2026 census", "80 children weigh as much", "between 0.85 and 1.2", "read by the heads of schools "
                                                                                              "in May",
                  "+2.1%", "primary: 1 planning area, 5 years"):
        assert words in said
    assert NOT_READY not in said and (folder / "methodology.docx").stat().st_size > 10_000


def test_the_same_run_gives_the_same_bytes_and_its_files_may_be_written_over(run: Path, folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert {file.name: file.read_bytes() for file in write_return(run).folder.iterdir()} == before


@pytest.mark.browser
def test_nothing_is_wrong_with_the_pages_of_the_return(folder: Path, browser: Browser) -> None:
    for page in ("return.html", "methodology.html"):
        assert page_faults(browser, folder / page) == [], page


def test_names_that_look_like_formulas_or_markup_stay_names(tmp_path: Path) -> None:
    told = list(csv.reader(io.StringIO(as_csv(pd.DataFrame({"=Name": [*PAYLOADS], "Pupils": -3.0})).decode("utf-8-sig"))))
    assert told == [["'=Name", "Pupils"], *([f"'{name}" if at < 5 else name, "-3"] for at, name in enumerate(PAYLOADS))]
    name = '=HYPERLINK("https://example.org","<img src=x onerror=alert(1)>")'
    written = write_return(paper_run(tmp_path, paper_tables(name)))
    (row,) = (row for row in rows_of(written.folder / "school_capacity.csv") if row["URN"] == ASH)
    assert row["School"] == f"'{name}", "an apostrophe where a spreadsheet would run it"
    sheet = load_workbook(written.folder / "return.xlsx").get_sheet_by_name("school_capacity").to_python()
    assert name in {str(cell) for line in sheet for cell in line}
    assert "<img" not in (written.folder / "return.html").read_text(encoding="utf-8")


def command(*words: str, ends: int) -> dict[str, Any]:
    answer = CliRunner().invoke(app, ["return", *words, "--json"])
    assert answer.exit_code == ends, answer.output
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def test_an_error_or_a_missing_part_ends_with_two_and_every_page_says_so(tmp_path: Path) -> None:
    tables = paper_tables()
    tables["funded_sites"] = tables["funded_sites"].assign(agreement="")
    tables["specialist_capacity"] = tables["specialist_capacity"].iloc[:0]
    tables["supplied_projection"] = tables["supplied_projection"].iloc[:0]
    told = command(str(paper_run(tmp_path, tables)), "--out", str(tmp_path / "out"), ends=2)
    assert not told["ready"] and [one["check"] for one in told["findings"] if one["severity"] == "error"] == ["S06"]
    assert any("no signed agreement is recorded of Mill Lane (MILL)" in one["found"] for one in told["findings"])
    assert [one["part"] for one in told["missing"]] == ["specialist_capacity"] and "S07" in told["not_checked"]
    for name in ("return.html", "methodology.html"):
        assert NOT_READY in (tmp_path / "out" / name).read_text(encoding="utf-8")
    front = load_workbook(tmp_path / "out" / "return.xlsx").get_sheet_by_name("About").to_python()
    assert any(NOT_READY in str(cell) for line in front for cell in line)
    assert rows_of(tmp_path / "out" / "specialist_capacity.csv") == [], "missing, and nothing filled in"


def test_a_what_if_is_no_return(tmp_path: Path) -> None:
    told = command(str(paper_run(tmp_path, paper_tables(), {"name": "high births", "changes": ["births"]})), ends=2)
    assert told["why_not"] == ["the run is of the scenario high births: a return is made from the run of the workspace as it is"]


def test_an_earlier_return_of_another_run_is_not_written_over(run: Path, tmp_path: Path) -> None:
    (tmp_path / "return.json").write_text('{"run_id": "ffffffffffff"}', encoding="utf-8")
    with pytest.raises(UserError, match=r"holds the return of ffffffffffff, not of run 0123456789ab.*--out"):
        write_return(run, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["return.json"]


def test_headings_words_and_order_are_those_of_the_mapping(run: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "ours.toml"
    mapping.write_text('''
[words]
academic_year = "202627"
year_group = "Year 01"
[words.phase]
primary = "PRI"
[mainstream_forecast]
file = "Forecasts"
[mainstream_forecast.columns]
nc_year = "NC year"
ay = "time_period"
phase = "Phase code"
pupil_forecast = "=Pupils"
''', encoding="utf-8")
    told = command(str(run), "--out", str(tmp_path / "out"), "--mapping", str(mapping), ends=0)
    assert [name for name in told["files"] if name.endswith(".csv")] == ["Forecasts.csv", "checks.csv", "scorecard.csv"]
    first, *_, last = rows_of(tmp_path / "out" / "Forecasts.csv")
    assert first == {"NC year": "Year 07", "time_period": "202627", "Phase code": "secondary", "'=Pupils": "100"}
    assert last == {"NC year": "Year 06", "time_period": "203031", "Phase code": "PRI", "'=Pupils": "59"}


@pytest.mark.parametrize(("old", "new", "says"), [
    ('file = "mainstream_forecast"', 'file = "a/b"', "mainstream_forecast.file = a/b: a name of at most 31 characters"),
    ('file = "planned_places"', 'file = "Checks"', "a name of its own for each table expected"),
    ('pupil_forecast = "Pupil forecast"', 'pupils = "Pupil forecast"', "mainstream_forecast.columns = pupils"),
    ('pupil_forecast = "Pupil forecast"', 'pupil_forecast = "Phase"', "a heading of its own for each column"),
    ('academic_year = "2026/27"', 'academic_year = "26"', "2026/27, 2026 or 202627 expected"),
    ("[planned_changes]", "[planned_change]", "take it out, or mend its name"),
    ('primary = "Primary"', "primary = 1", "our word = the department's, in quotes"),
    ("\n[words]\n", "\n[words\n", "a TOML file expected"),
])
def test_what_is_wrong_with_a_mapping_is_told(old: str, new: str, says: str, tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "ours.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        read_mapping(tmp_path / "ours.toml")
    assert says in str(caught.value)


def test_a_run_that_holds_nothing_for_a_return_says_what_to_do(tmp_path: Path) -> None:
    tables = {name: table for name, table in paper_tables().items() if name != "return_census"}
    told = command(str(paper_run(tmp_path, tables)), ends=2)
    assert "has no table return_census" in told["problems"][0]["expected"]
    assert "run its workspace again" in told["problems"][0]["advice"]
    assert PRIMARY and not (tmp_path / "returns").exists()


def test_comments_answer_warnings_and_never_errors(tmp_path: Path) -> None:
    tables = paper_tables()
    tables["places"] = tables["places"].assign(yg_places=tables["places"]["yg_places"].where(tables["places"]["ay"] > BASE, 70.0))
    rows = [("S02", "", ASH, "", float("nan"), float("nan"), "a classroom is let to a nursery", ""),
            ("S06", "", "", "", float("nan"), float("nan"), "never mind", "")]
    tables["return_comments"] = pd.DataFrame(rows, columns=tables["return_comments"].columns)
    tables["planned_places"] = pd.DataFrame()
    tables["funded_sites"] = tables["funded_sites"].assign(agreement="")
    found = write_return(paper_run(tmp_path, tables)).checked.findings
    told = {(one.check, one.severity, one.comment) for one in found}
    assert ("S06", "error", "") in told and all(one.severity != "answered" or one.check == "S02" for one in found)
