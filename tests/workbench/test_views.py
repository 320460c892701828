"""From results to the map: every figure on it is the run's, words are those of members, names stay text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import town
from python_calamine import load_workbook

from maps.sheet import Sheet, contents, draw
from sufficiency.assumptions import Assumptions
from sufficiency.evidence import Note, Source
from sufficiency.model import Outcome, run
from workbench.attribution import attribution
from workbench.column_guide import SHEETS
from workbench.disclosure import protect
from workbench.publish_run import FOR_PEOPLE, facts_of, picture_of, tables_for_people
from workbench.views import committee_sheet
from workbench.workbook import write_workbook

A, B, C, D, E = town.WEST_PRIMARY, town.INFANT, town.JUNIOR, town.EAST_PRIMARY, town.SECONDARY
NASTY = "<img src=x onerror=alert(1)>${1+1}`"
BASE = town.BASE


def member(urn: str, code: str, phase: str = "primary") -> dict[str, str]:
    return {"urn": urn, "phase": phase, "planning_area_code": code}


def outcome(**more: Any) -> Outcome:
    """The small town, run: a full western area, a roomy eastern one, one secondary school; one housing site."""
    schools = [
        town.school(A, NASTY, capacity=210.0),
        town.school(B, "West Infant", statutory_high_age=7.0, capacity=90.0, easting=452_500.0),
        town.school(C, "West Junior", statutory_low_age=7.0, capacity=120.0, easting=452_600.0),
        town.school(D, "East Primary", capacity=420.0, easting=457_000.0),
        town.school(E, "Middle High", statutory_low_age=11.0, statutory_high_age=18.0, capacity=900.0, easting=454_000.0),
    ]
    rolls = [
        row
        for ay in (BASE - 1, BASE)
        for row in (
            *town.roll(A, [31.0] * 7, ay),
            *town.roll(B, [30.0] * 3, ay),
            *town.roll(C, [30.0] * 4, ay, first=3),
            *town.roll(D, [40.0] * 7, ay),
            *town.roll(E, [100.0] * 5 + [40.0, 30.0], ay, first=7),
        )
    ]
    births = [
        {"area_code": code, "cohort": cohort, "births": 30.0, "basis": "cohort"}
        for code in town.SMALL_AREAS
        for cohort in range(BASE - 8, BASE + 1)
    ]
    tables = {
        "schools": schools,
        "school_roll": rolls,
        "births": births,
        "lsoas": town.lsoas(),
        "area_members": [member(A, "W"), member(B, "W"), member(C, "W"), member(D, "E"), member(E, "S", "secondary")],
        "area_names": [{"planning_area_code": "W", "phase": "primary", "planning_area_name": f"West {NASTY}"}],
        "pans": [{"urn": A, "ay": 2022, "nc_year": 0, "pan": 30}],
        "housing_sites": [
            {
                "site_ref": "N1",
                "site_name": "Mill Lane",
                "status": "full",
                "easting": 455_000.0,
                "northing": 351_000.0,
                "financial_year": y,
                "dwellings": 40.0,
                "note": "",
            }
            for y in (2021, 2023, 2024)
        ],
        **more,
    }
    return run(town.evidence(tables), Assumptions())


@pytest.fixture(scope="module")
def done() -> Outcome:
    return outcome()


def sheet_of(found: Outcome) -> Sheet:
    return committee_sheet(picture_of(found, protect({**found.tables, **tables_for_people(found)}), "abcdef012345"))


def test_the_map_has_both_phases_and_every_measure_that_members_ask_for(done: Outcome) -> None:
    sheet = sheet_of(done)
    assert [layer.key for layer in sheet.layers] == ["primary", "secondary"]
    titles = [measure.title for measure in sheet.layers[0].measures]
    assert titles[0] == "Places short in Reception" and "Places short in the worst year group" in titles
    assert "Headroom over all year groups" in titles and "Hidden need" in titles
    assert [m.label for m in sheet.layers[0].moments] == ["2022/23", "2023/24", "2024/25", "2025/26", "2026/27", "2027/28"]
    assert [m.note for m in sheet.layers[1].moments] == ["census"] + ["forecast"] * 7


def test_the_sentence_of_every_view_reads_as_english(done: Outcome) -> None:
    for layer in contents(sheet_of(done))["layers"]:
        for measure in layer["measures"]:
            for said in measure["say"]:
                assert re.search(r" (is|are) (short of|left with|home to) ", said), said
        hidden = next(measure for measure in layer["measures"] if measure["title"] == "Hidden need")
        assert "all year groups" in hidden["explain"]


def test_every_figure_on_the_map_is_the_runs_own(done: Outcome) -> None:
    """Entry need, worst need and headroom of each area and year, worked out again from the balance by a slow loop."""
    balance = done.tables["balance"]
    data = contents(sheet_of(done))
    for layer, key, entry in zip(data["layers"], ["primary", "secondary"], [0, 7], strict=True):
        names = dict(
            zip(done.tables["names"]["planning_area_name"], done.tables["names"]["planning_area_code"], strict=True)
        )
        shown = {measure["title"]: measure["v"] for measure in layer["measures"]}
        for i, name in enumerate(layer["names"]):
            for j, moment in enumerate(layer["moments"]):
                rows = balance[
                    (balance["phase"] == key)
                    & (balance["planning_area_code"] == names[name])
                    & (balance["ay"] == moment["key"])
                ]
                need = {
                    g: max(0.0, p - y) for g, p, y in zip(rows["nc_year"], rows["pupils"], rows["yg_places"], strict=True)
                }
                entry_title = next(
                    t for t in shown if t.startswith("Places short in") and t.endswith(("Reception", "Year 7"))
                )
                assert shown[entry_title][i][j] == np.floor(need[entry] + 0.5)
                assert shown["Places short in the worst year group"][i][j] == np.floor(max(need.values()) + 0.5)
                room = 100 * (1 - rows["pupils"].sum() / rows["yg_places"].sum())
                assert shown["Headroom over all year groups"][i][j] == pytest.approx(room, abs=0.0501)


def test_map_and_workbook_are_of_one_release(done: Outcome, tmp_path: Path) -> None:
    release = protect({**done.tables, **tables_for_people(done)})
    path = tmp_path / "tables.xlsx"
    write_workbook(release, path, facts_of(done, "abcdef012345"))
    rows = load_workbook(str(path)).get_sheet_by_name("summary").to_python()
    book = pd.DataFrame(rows[1:], columns=rows[0]).set_index(["phase", "planning_area_code", "ay"])
    layer = contents(committee_sheet(picture_of(done, release, "abcdef012345")))["layers"][0]
    codes = dict(zip(done.tables["names"]["planning_area_name"], done.tables["names"]["planning_area_code"], strict=True))
    for i, name in enumerate(layer["names"]):
        for j, moment in enumerate(layer["moments"]):
            told = book.loc[("primary", codes[name], moment["key"])]
            assert layer["measures"][0]["v"][i][j] == np.floor(told["entry_need"] + 0.5)
            assert layer["measures"][1]["v"][i][j] == np.floor(100 * told["entry_p_shortfall"] + 0.5)
            assert layer["measures"][3]["v"][i][j] == np.floor(told["additional_need"] + 0.5)


def test_the_card_of_an_area_has_its_year_groups_and_the_sentence_its_shortest(done: Outcome) -> None:
    data = contents(sheet_of(done))
    primary = data["layers"][0]
    west = primary["names"].index(f"West {NASTY}")
    rows = primary["breakdown"]["rows"][west][0]
    assert [row[0] for row in rows] == ["Reception", *(f"Year {g}" for g in range(1, 7))]
    headings = primary["breakdown"]["headings"]
    assert headings[:4] == ["Year group", "Children expected", "1 in 10 below", "1 in 10 above"]
    assert headings[4:7] == ["Places", "Short", "Likely short, %"]
    assert rows[0] == ["Reception", 61, 61, 61, 60, 1, 100, 0, rows[0][8]], "the base year is counted: no range, no doubt"
    assert primary["measures"][0]["say"][0].startswith(
        "1 of 2 primary planning areas is short of Reception places in 2022/23: West"
    )


def test_the_card_of_an_area_says_what_its_forecast_is_made_of(done: Outcome) -> None:
    primary = contents(sheet_of(done))["layers"][0]
    account, west = primary["account"], primary["names"].index(f"West {NASTY}")
    assert account["labels"][:2] == [f"On roll in January {BASE + 1}", "Births, less leavers"]
    pupils = done.tables["pupils"].query("planning_area_code == 'W' and phase == 'primary'").groupby("ay")["pupils"].sum()
    assert account["rows"][west][0] == []
    for rows, ay in zip(account["rows"][west][1:], range(BASE + 1, BASE + 6), strict=True):
        assert rows[0] == pupils[BASE] and sum(rows[:-1]) == rows[-1] == np.floor(pupils[ay] + 0.5)


def test_schools_show_what_a_planner_wants_to_know(done: Outcome) -> None:
    data = contents(sheet_of(done))
    schools, sites = data["points"]
    west = next(item for item in schools["items"] if item["name"] == NASTY)
    assert west["facts"]["pan"] == "30 (Reception)" and west["facts"]["roll"] == "217" and west["size"] == 210
    assert west["facts"]["capacity"] == "210 (GIAS)" and west["facts"]["ages"] == "Reception to Year 6"
    assert west["series"]["primary"]["v"][0] == 217 and west["series"]["primary"]["m"][0] == 210
    high = next(item for item in schools["items"] if item["name"] == "Middle High")
    assert high["series"]["secondary"]["v"][0] == 500, "the sixth form is not set against places for Year 7 to 11"
    (mill,) = sites["items"]
    assert mill["facts"] == {
        "status": "full permission", "probability": "90%",
        "counted": "adds nothing: it is not known how many homes a year the forecast carries already",
        "homes": "80 not in the forecast itself", "primary": "20 at most, 2025/26 on", "secondary": "13 at most, 2025/26 on",
        "funded": "", "note": ""}
    assert sites["listing"]["headings"] == ["School year", "Homes ready", "Primary, all", "Primary, added", "Secondary, all",
                                            "Secondary, added"]
    assert mill["listed"][0] == ["2023/24", "17", "4", "0", "3", "0"]
    assert mill["listed"][-1] == ["2029/30", "0", "20", "after the forecast", "13", "0"], "a phase is told as far as it goes"


def test_the_card_of_a_site_says_how_it_counts_and_its_children_gross_and_net() -> None:
    """Ten homes a year are usual; forty and forty come, whose places developers pay for."""
    completed = [{"area_code": "E10000099", "financial_year": year, "dwellings": 10.0} for year in range(BASE - 4, BASE + 1)]
    paid = [{"site_ref": "N1", "site_name": "Mill Lane", "status": "full", "easting": 455_000.0, "northing": 351_000.0,
             "financial_year": year, "dwellings": 40.0, "funded": "HDC", "note": ""} for year in (2021, 2023, 2024)]
    sites = contents(sheet_of(outcome(completions=completed, housing_sites=paid)))["points"][1]
    (mill,) = sites["items"]
    assert mill["facts"]["counted"].startswith("whole: the children of its homes above the usual rate are added")
    parts = [int(part.split(" ")[0]) for part in mill["facts"]["homes"].split(", ") if part[0].isdigit()]
    assert sum(parts) == mill["size"] == 80
    assert mill["facts"]["funded"] == "developers (HDC)"
    for _, _, *figures in mill["listed"][1:3]:
        primary, added, secondary, more = (int(figure) for figure in figures)
        assert 0 < added < primary and 0 < more < secondary


def test_the_admission_number_is_that_of_next_september_and_the_roll_that_of_last_january() -> None:
    numbers = [{"urn": A, "ay": ay, "nc_year": 0, "pan": pan} for ay, pan in ((2021, 20), (2022, 30), (2023, 45), (2024, 60))]
    sheet = sheet_of(outcome(pans=numbers))
    schools = contents(sheet)["points"][0]
    west = next(item for item in schools["items"] if item["name"] == NASTY)
    assert west["facts"]["pan"] == "45 (Reception)", "known before September, and not the one of the year after"
    assert sheet.points[0].facts["roll"] == "Pupils, January 2023", "the census of the academic year 2022/23"


def test_the_year_groups_of_a_school_add_up_to_its_roll_and_places(done: Outcome) -> None:
    schools = contents(sheet_of(done))["points"][0]
    behind = schools["breakdown"]
    assert behind["headings"] == ["Year group", "Pupils", "Places"] and behind["years"] == list(range(BASE, BASE + 8))
    high = next(item for item in schools["items"] if item["name"] == "Middle High")
    rows = {behind["labels"][label]: (pupils, places) for label, pupils, places in high["rows"]}
    assert list(rows) == [f"Year {g}" for g in range(7, 12)], "no sixth form, whose places are not among these"
    assert rows["Year 7"][0][0] == 100 and len(rows["Year 7"][0]) == 8
    infant = next(item for item in schools["items"] if item["name"] == "West Infant")
    assert [behind["labels"][row[0]] for row in infant["rows"]] == ["Reception", "Year 1", "Year 2"]
    assert {len(figures) for row in infant["rows"] for figures in row[1:]} == {6}, "primary is looked at five years ahead"
    for item in schools["items"]:
        for layer in item["series"].values():
            for name, column in (("v", 1), ("m", 2)):
                added = [sum(row[column][t] for row in item["rows"]) for t in range(len(layer[name]))]
                assert added == pytest.approx(layer[name], abs=4), "each figure is rounded by itself"


def test_names_from_files_travel_as_text_only(done: Outcome) -> None:
    page = draw(sheet_of(done))
    assert NASTY not in page and "<img" not in page
    block = re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert block is not None
    assert NASTY in json.dumps(json.loads(block[1]), ensure_ascii=False)


def test_what_is_not_known_is_told_as_not_known() -> None:
    found = outcome(
        schools=[town.school(A, capacity=float("nan")), town.school(D, capacity=420.0), town.school(E, capacity=900.0)],
        school_roll=[row for ay in (BASE - 1, BASE) for row in (*town.roll(D, [40.0] * 7, ay), *town.roll(E, [99.0] * 5, ay, 7))],
        pans=[],
        area_members=[member(A, "W"), member(D, "E"), member(E, "S", "secondary")],
    )
    layer = contents(sheet_of(found))["layers"][0]
    west = layer["names"].index(next(n for n in layer["names"] if n.startswith("West")))
    assert layer["measures"][0]["v"][west] == [None] * 6 and layer["measures"][0]["l"][west][0] == "?"
    assert "Not known for 1 more." in layer["measures"][0]["say"][0]


def test_years_ahead_have_a_range_beside_the_forecast_and_a_likelihood_in_words(done: Outcome) -> None:
    """West is one child over its places in every year, so that a shortfall is about even; the range holds the forecast."""
    primary = contents(sheet_of(done))["layers"][0]
    west = primary["names"].index(f"West {NASTY}")
    likely = next(one for one in primary["measures"] if one["title"] == "Likelihood of a shortfall in Reception")
    assert likely["b"][west][0] == "C" and likely["n"][west][0] == "100 %"
    for year, rows in enumerate(primary["breakdown"]["rows"][west][1:], 1):
        for _, pupils, low, high, *_ in rows:
            assert low < pupils < high, year
    beside = primary["measures"][0]["b"][west]
    assert beside[0] == "" and all(re.fullmatch(r"range \d+ to \d+", text) for text in beside[1:])
    book = sheet_of(done).headlines[0]
    assert re.search(r"\([\d,]+ to [\d,]+ in 8 of 10 futures\)\.$", book)


def test_headlines_say_how_many_and_where(done: Outcome) -> None:
    first, second, *_ = sheet_of(done).headlines
    assert first.startswith("Primary pupils (Reception to Year 6)") and "2022/23" in first and "2027/28" in first
    assert re.match(r"(Reception is shortest in|None of 2 primary planning areas runs short)", second)
    assert second.endswith("capacity shared evenly over the year groups, not admission numbers.")
    assert "stand empty" in second


def test_notes_that_cost_something_come_first_and_how_files_were_read_last(done: Outcome) -> None:
    notes = [Note("births", "b.csv: 2 rows left out", kind="file"), Note("roll", "one school is new"),
             Note("pans", "not in the workspace", "places rest on capacity"),
             Note("roll", "r.csv: a column lost", "a year", "file")]
    picture = picture_of(done, protect({**done.tables, **tables_for_people(done)}), "abcdef012345")
    told = contents(committee_sheet(replace(picture, notes=notes)))["notes"]
    assert [(one["group"], [remark["text"] for remark in one["remarks"]]) for one in told] == [
        ("What bears on the figures", ["pans: not in the workspace", "roll: r.csv: a column lost"]),
        ("Also to know", ["roll: one school is new"]), ("How the files were read", ["births: b.csv: 2 rows left out"])]


def test_sources_are_attributed_and_boundaries_get_their_words() -> None:
    def source(table: str, title: str) -> Source:
        return Source(table, "f.csv", "r", "ONS", title, "Open Government Licence v3.0", "2021-12", "0" * 64, 1)

    lines = attribution([source("births", "Births"), source("births", "Births"), source("lsoas", "Boundaries")])
    assert lines[0] == "Births (ONS, 2021-12); Open Government Licence v3.0" and len(lines) == 3
    assert "Crown copyright" in lines[-1]


def test_the_workbook_has_a_sheet_for_every_table_that_people_are_promised(done: Outcome) -> None:
    assert set(FOR_PEOPLE) <= {*done.tables, *tables_for_people(done)}
    assert set(FOR_PEOPLE) <= set(SHEETS)
