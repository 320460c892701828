"""Childcare leaves the house only as far as it may: sheets, findings and headline of the small town's run, and what is hidden."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
import town
from nurseries import POSTCODES, childminder, counted, hours, minders, postcodes, provider
from python_calamine import CalamineWorkbook

from scenarios.identity import Identity
from scenarios.runs import Run, load
from sufficiency.assumptions import Assumptions
from sufficiency.model import Outcome, run
from workbench.answers import UserError
from workbench.area_answer import area_answer
from workbench.childcare_view import SHEETS, childcare_lines, childcare_tables
from workbench.column_guide import CODE_OF
from workbench.disclosure import RULES, protect
from workbench.headline import headline, headline_lines
from workbench.publish_run import FOR_PEOPLE, publish_run, tables_for_people
from workbench.release.leaving import AS_THEY_ARE, STAYS, held, without_what_stays
from workbench.release.told import JUDGE

BASE, A = town.BASE, town.WEST_PRIMARY
FEW = town.SMALL_AREAS[3]       # one birth a year, where the others have thirty


@pytest.fixture(scope="module")
def done() -> Outcome:
    births = [{"area_code": code, "cohort": cohort, "births": 1.0 if code == FEW else 30.0, "basis": "cohort"}
              for code in town.SMALL_AREAS for cohort in range(BASE - 8, BASE + 4)]
    tables: dict[str, Any] = {
        "schools": [town.school(A)], "school_roll": [r for ay in (BASE - 1, BASE) for r in town.roll(A, [91.0] * 7, ay)],
        "births": births, "lsoas": town.lsoas(), "postcodes": postcodes(),
        "ofsted_register": [provider("EY1"), childminder("CM1"), provider("EY2", POSTCODES[2], provider_name="=HYPERLINK(1)")],
        "settings_hours": [hours("EY1", hours_week=50, weeks_year=51)],
        "termly_headcount": [counted("EY2", "universal", 30.0, age_band="age_3_4", children=2.0)],
        "childminders": [minders("E05000002", 12, hours_week=45, weeks_year=48)],
    }
    return run(town.evidence(tables), Assumptions(draws=1, childcare_years=0))


@pytest.fixture(scope="module")
def published(done: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Run:
    settings = {"authority": {"name": "Testshire", "code": "999", "base_year": BASE}, "assumptions": {"draws": 1}}
    identity = Identity((), settings, 1, "")
    return load(publish_run(tmp_path_factory.mktemp("runs"), identity, done, lambda _: None))


def sheet(published: Run, name: str) -> pd.DataFrame:
    rows = CalamineWorkbook.from_path(published.folder / "tables.xlsx").get_sheet_by_name(name).to_python()
    return pd.DataFrame(rows[1:], columns=[CODE_OF.get(str(called), called) for called in rows[0]])


def test_the_folder_has_the_tables_of_childcare_and_the_findings(published: Run) -> None:
    assert {"childcare_demand", "childcare_supply", "childcare_balance", "access"} <= set(published.tables)
    told = json.loads((published.folder / "findings.json").read_text(encoding="utf-8"))
    assert told["of"] == 11 == len(told["findings"]) and told["complete"] + len(told["incomplete"]) == 11
    assert "findings.json" in published.manifest["outputs"], "sealed like every other file"
    said = sheet(published, "childcare_findings").set_index("item")
    assert list(said.index) == [f"B{n}" for n in range(1, 12)]
    assert set(said["complete"]) <= {"complete", "NOT COMPLETE"} and said.loc["B8", "missing"].startswith("what settings charge")


def test_no_sheet_holds_headcounts_of_settings_nor_what_small_areas_want(published: Run) -> None:
    names = CalamineWorkbook.from_path(published.folder / "tables.xlsx").sheet_names
    silent = {"wraparound", "childcare_marks", "childcare_closings", "childcare_vacancies", "childcare_same_place"}
    assert set(SHEETS) - silent <= {*names} and not {"childcare_demand", "childcare_supply"} & {*names}
    for name in set(SHEETS) & {*names}:
        columns = set(sheet(published, name).columns)
        assert JUDGE not in columns and not ("lsoa_code" in columns and {"wanted", "children", "eligible"} & columns), name


def test_every_table_of_a_run_is_held_or_says_why_it_leaves_as_it_is_or_stays(done: Outcome, published: Run) -> None:
    """A table that nobody has looked at must not leave: say in `release/leaving.py` or `release/told.py` what it tells."""
    every = {*done.tables, *tables_for_people(done)}
    kept = held({table for rule in RULES for table in rule.tables})
    assert every - kept - {*AS_THEY_ARE} - {*STAYS} == set(), "tables that are declared nowhere"
    assert not kept & {*AS_THEY_ARE} and not kept & {*STAYS} and not {*AS_THEY_ARE} & {*STAYS}
    assert set(FOR_PEOPLE) <= kept | {*AS_THEY_ARE} and all([*AS_THEY_ARE.values(), *STAYS.values()])
    leaves = without_what_stays(protect({**done.tables, **tables_for_people(done)}))
    assert not {*STAYS} & {*leaves.tables}
    sheets = {*CalamineWorkbook.from_path(published.folder / "tables.xlsx").sheet_names}
    assert sheets - {"About", "Charts", "Columns"} <= kept | {*AS_THEY_ARE}


def test_an_index_of_few_children_is_hidden(published: Run, done: Outcome) -> None:
    shown = sheet(published, "access")
    few = shown["lsoa_code"] == FEW
    assert few.any() and (shown.loc[few, "index"] == "c").all()
    assert not (shown.loc[~few, "index"] == "c").any()
    exact = done.tables["access"]
    assert exact.loc[exact["lsoa_code"] == FEW, "index"].gt(0).all(), "there is something to hide"


def test_take_up_is_in_tens_by_ward_and_hidden_where_few_are_eligible(published: Run) -> None:
    shown = sheet(published, "childcare_takeup")
    shown["number"] = pd.to_numeric(shown["eligible"], errors="coerce")
    assert shown["number"].notna().any() and (shown["number"].dropna() % 1 == 0).all()
    assert (shown.loc[shown["level"] == "ward", "number"].dropna() % 10 == 0).all()
    small = shown[shown["area_code"] == "E05000003"]        # the ward of the small area with few children
    assert len(small) and set(small["takeup"]) <= {"c", 0, ""}
    assert not shown["area_code"].str.match(r"E01").any()


def test_nobody_who_works_at_home_stands_on_a_point_or_by_themselves(published: Run) -> None:
    listed = sheet(published, "childcare_settings")
    home = listed["provider_type_group"] == "childminder"
    assert home.sum() == 1 and (listed.loc[home, ["setting_ref", "easting", "northing"]] == "").all(axis=None)
    assert "=HYPERLINK(1)" in set(listed["setting_name"]), "a name, and no formula"


def test_the_headline_says_how_each_age_stands(published: Run) -> None:
    told = headline(published)
    text = "\n".join(headline_lines(told))
    assert "Childcare in 2022/23, hours a week in the term that is worst (local definition):" in text
    assert "three- and four-year-olds, funded hours, summer:" in text and "planning areas have too little" in text
    assert not any("nan" in line for line in told["childcare"])
    json.dumps(told["childcare"])


def test_a_district_is_told_of_childcare_and_a_planning_area_of_both(published: Run) -> None:
    answer = area_answer(published, "e07000001")
    assert answer.lines[0].endswith("(E07000001), a district: childcare") and answer.data["district_code"] == "E07000001"
    assert any("three- and four-year-olds, funded hours, summer:" in line for line in answer.lines)
    area = published.table("names").query("phase == 'primary'")["planning_area_code"].iloc[0]
    lines = area_answer(published, area).lines
    assert "what the forecast is made of" in lines[0] and any("Childcare in 2022/23" in line for line in lines)
    with pytest.raises(UserError, match="of districts, for childcare alone, E07000001, E07000002"):
        area_answer(published, "E99")


def test_a_planning_area_with_few_children_hides_what_they_want() -> None:
    row = {"area_code": "P1", "measure": "all", "children": 9.0, "hours_wanted": 120.0, "hours_on_offer": 90.0,
           "hours_short": 30.0, JUDGE: 9.0}
    release = protect({"childcare_balance": pd.DataFrame([row, {**row, "area_code": "P2", "children": 10.0, JUDGE: 10.0}])})
    shown = release.shown("childcare_balance").set_index("area_code").drop(columns="measure")
    assert shown.loc["P1"].tolist() == ["c", "c", 90.0, "c"] and shown.loc["P2"].tolist() == [10.0, 120.0, 90.0, 30.0]


def test_a_run_without_childcare_has_no_sheet_and_no_line_of_it(done: Outcome) -> None:
    empty = {name: table.iloc[:0] for name, table in done.tables.items()}
    assert childcare_lines(empty["childcare_balance"], BASE) == []
    assert all(table.empty for table in childcare_tables(empty, done.findings, BASE).values())
