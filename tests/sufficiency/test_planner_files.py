"""Files of planner's overrides and of GP registrations: what is wrong is told row by row, all at once, and nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import Evidence
from sufficiency.sources.local import READERS
from sufficiency.sources.reading import Ask
from sufficiency.workspace.workspace import load

HEAD = '[authority]\ncode = "891"\nname = "Nottinghamshire"\ngss_code = "E10000024"\nbase_year = 2022\n'
BIRTHS = "area_code,cohort,births\n" + "".join(f"E07000170,{y},{1000 + y % 9}\n" for y in range(2013, 2023))
ROLL = "ay,nc_year,pupils\n" + "".join(f"{ay},{g},{900 + g}\n" for ay in (2020, 2021, 2022) for g in range(12))
NAMES = "planning_area_code,phase,planning_area_name\nP1,primary,North\nS1,secondary,South\nX,primary,Both\nX,secondary,Both\n"
COLUMNS = "planning_area_code,urn,ay,nc_year,kind,value,reason,author,made_on,expires\n"
REST = ",new homes,AB,2023-03-01,2024-12-31\n"


def workspace(folder: Path, name: str, text: str, extra: dict[str, str] | None = None) -> Path:
    """Write a healthy workspace with this table in it."""
    files = {"births": BIRTHS, "authority_roll": ROLL, "area_names": NAMES, name: text, **(extra or {})}
    toml = HEAD
    for table, content in files.items():
        reader = {"births": "local_births", "authority_roll": "local_authority_roll"}.get(table, table)
        toml += f'[tables.{table}]\nreader = "{reader}"\nfiles = ["{table}.csv"]\n'
        (folder / f"{table}.csv").write_text(content, encoding="utf-8")
    (folder / "authority.toml").write_text(toml, encoding="utf-8")
    return folder


def problems(folder: Path, name: str, text: str) -> list[Problem]:
    with pytest.raises(EvidenceError) as caught:
        load(workspace(folder, name, text), {})
    assert {p.file for p in caught.value.problems} == {f"{name}.csv"}
    return list(caught.value.problems)


def read(folder: Path, name: str, text: str) -> Evidence:
    return load(workspace(folder, name, text), {}).evidence


def test_overrides_are_read_as_people_write_them(tmp_path: Path) -> None:
    table = read(tmp_path, "planner_overrides", COLUMNS + (
        "P1,,2023/24,Y3,Change,-12,\"=cmd|' /C calc'!A0\",Head of planning,01/03/2023,2024-12-31\n"
        "P1,,2024,,factor,1.02,trend,AB,2023-03-01,31/12/2024\n")).planner_overrides
    assert table["row"].tolist() == [2, 3]
    assert table["kind"].tolist() == ["change", "factor"] and table["value"].tolist() == [-12, 1.02]
    assert table["made_on"].tolist() == ["2023-03-01"] * 2 and table["expires"].tolist() == ["2024-12-31"] * 2
    assert table["nc_year"].isna().tolist() == [False, True]
    assert table["reason"][0] == "=cmd|' /C calc'!A0", "text is kept as it is; it is made safe where it is shown"


ROWS = [
    ("P1,100001,2023,R,figure,30" + REST, "planning_area_code, urn", "P1", "a planning area or a school expected, not both"),
    (",,2023,R,figure,30" + REST, "planning_area_code, urn", "blank", "a planning area or a school expected"),
    ("P1,,2023,R,figure,-30" + REST, "value", "-30", "no fewer than 0 expected"),
    ("P1,,2023,R,factor,-1" + REST, "value", "-1", "no fewer than 0 expected"),
    ("P1,,2023,R,figure," + REST, "value", "blank", "a number expected"),
    ("P1,,2023,R,figure,many" + REST, "value", "many", "a number expected"),
    ("P1,,2023,R,doubling,2" + REST, "kind", "doubling", "figure, change or factor expected"),
    ("P1,,2023,R,figure,30,,AB,2023-03-01,2024-12-31\n", "reason", "", "some text, not a blank"),
    ("P1,,2023,R,figure,30,homes,,2023-03-01,2024-12-31\n", "author", "", "some text, not a blank"),
    ("P1,,2023,R,figure,30,homes,AB,2025-01-01,2024-12-31\n", "made_on", "2025-01-01", "a date not after that on which"),
    ("P1,,2023,R,figure,30,homes,AB,2023-03-01,\n", "expires", "blank", "a date such as 2026-06-30"),
    ("P1,,2023,R,figure,30,homes,AB,March,2024-12-31\n", "made_on", "March", "a date such as 2026-06-30"),
    ("P1,12345,2023,R,figure,30" + REST, "urn", "12345", "six digits, such as 122456, or a blank"),
    ("P1,,2023/25,R,figure,30" + REST, "ay", "2023/25", "a year such as 2026/27"),
    ("P1,,2023,Infants,figure,30" + REST, "nc_year", "Infants", "a year group such as Reception"),
]


@pytest.mark.parametrize(("row", "column", "found", "expected"), ROWS, ids=[f"{r[1]} {r[2]}" for r in ROWS])
def test_each_broken_override_is_told(row: str, column: str, found: str, expected: str, tmp_path: Path) -> None:
    told = problems(tmp_path, "planner_overrides", COLUMNS + "P1,,2023,Y1,figure,30" + REST + row)
    assert any(p.row == 3 and p.column == column and p.found == found and expected in p.expected for p in told), told


def test_all_broken_rows_come_at_once(tmp_path: Path) -> None:
    told = problems(tmp_path, "planner_overrides", COLUMNS + "".join(row for row, *_ in ROWS))
    assert {p.row for p in told} == set(range(2, 2 + len(ROWS)))


OUTSIDE = [
    ("P9,,2023,R,figure,30" + REST, "planning_area_code", "P9", "a planning area expected: P1, S1, X"),
    (",999999,2023,R,figure,30" + REST, "urn", "999999", "no list and no roll has this school"),
    ("P1,,2022,R,figure,30" + REST, "ay", "2022/23", "a year from 2023/24 to 2027/28 expected"),
    ("P1,,2028,R,figure,30" + REST, "ay", "2028/29", "a year from 2023/24 to 2027/28 expected"),
    ("S1,,2030,Y8,figure,30" + REST, "ay", "2030/31", "a year from 2023/24 to 2029/30 expected"),
    ("P1,,2023,Y8,figure,30" + REST, "nc_year", "Year 8", "a year group of primary expected"),
    ("P1,,2023,Y1,change,3" + REST, "planning_area_code, ay, nc_year", "P1, 2023/24, Year 1", "row 2 gives this figure already"),
    ("S1,,2024,Y9,figure,3000" + REST, "value", "3,000", "at most 2,727 expected: 3 times the whole authority's pupils"),
    ("S1,,2024,Y9,change,-200000000" + REST, "value", "-200,000,000", "at most 2,727 expected"),
    ("P1,,2024,,change,1e12" + REST, "value", "1,000,000,000,000", "at most 18,963 expected"),
    ("P1,,2023,,change,3" + REST, "planning_area_code, ay, nc_year", "P1, 2023/24, the whole phase", "row 2 gives this figure"),
]


@pytest.mark.parametrize(("row", "column", "found", "expected"), OUTSIDE, ids=[f"{r[1]} {r[2]}" for r in OUTSIDE])
def test_an_override_of_nobody_or_no_year_is_told(row: str, column: str, found: str, expected: str, tmp_path: Path) -> None:
    (told,) = problems(tmp_path, "planner_overrides", COLUMNS + "P1,,2023,Y1,figure,30" + REST + row)
    assert (told.row, told.column, told.found) == (3, column, found) and expected in told.expected and told.advice


def test_overrides_are_held_to_the_years_that_this_workspace_forecasts(tmp_path: Path) -> None:
    """Two years ahead in primary by its settings: 2024/25 is the last."""
    text = COLUMNS + "".join(f"{place},,{ay},,change,3" + REST for place, ay in (("P1", 2024), ("P1", 2025), ("S1", 2025)))
    folder = workspace(tmp_path, "planner_overrides", text)
    toml = folder / "authority.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + "\n[settings]\nprimary_years = 2\n", encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        load(folder, {})
    (told,) = caught.value.problems
    assert (told.row, told.found) == (3, "2025/26") and "2023/24 to 2024/25" in told.expected


def test_one_that_has_expired_is_held_to_nothing(tmp_path: Path) -> None:
    gone = ",new homes,AB,2021-03-01,2022-12-31\n"
    evidence = read(tmp_path, "planner_overrides", COLUMNS + "".join(
        f"{place},2022,Y1,figure,30{gone}" for place in ("P1,", "P1,", "P9,", ",999999")))
    assert len(evidence.planner_overrides) == 4


REGISTERED = "area_code,on,age,cohort,children\n"
NOTED = "gp_registrations.csv: "


def test_registrations_are_read_by_age_or_by_cohort_and_hidden_ones_are_missing(tmp_path: Path) -> None:
    table = read(tmp_path, "gp_registrations", REGISTERED + (
        "P1,2022-08-31,4,,212\nP1,2022-08-31,3,,c\nE07000170,2022,0,,1130\nP1,31/08/2022,,2020/21,0\n")).gp_registrations
    assert table["children"].isna().tolist() == [False, True, False, False], "hidden is missing, and nought is nought"
    assert table["symbol"].tolist() == ["", "c", "", ""]
    assert table["on"].tolist() == ["2022-08-31", "2022-08-31", "2022-06-30", "2022-08-31"]
    assert table["cohort"][3] == 2020


@pytest.mark.parametrize(("row", "column", "expected"), [
    ("P1,2022-08-31,,,20\n", "age, cohort", "an age or a school cohort expected"),
    ("P1,2022-08-31,4,2017,20\n", "age, cohort", "an age or a school cohort expected, not both"),
    ("E01028123,2022-08-31,4,,20\n", "area_code", "registrations of small areas are personal data"),
    ("P1,2022-08-31,7,,20\n", "age", "at most 5 expected"),
    ("P1,2022-08-31,4,,-20\n", "children", "at least 0 expected"),
    ("P1,2022-08-31,4,,20.5\n", "children", "a whole number, or one of c z x low"),
    ("P1,last August,4,,20\n", "on", "a date such as 2026-06-30"),
    ("P1,2022-08-31,3,,21\n", "area_code, on, age, cohort", "rows 2, 3 say the same thing twice"),
])
def test_each_broken_registration_is_told(row: str, column: str, expected: str, tmp_path: Path) -> None:
    told = problems(tmp_path, "gp_registrations", REGISTERED + "P1,2022-08-31,3,,20\n" + row)
    assert any(p.column == column and p.row in (2, 3) and expected in p.expected for p in told), told


def test_rows_that_look_like_persons_are_warned_of(tmp_path: Path) -> None:
    reader = next(r for r in READERS if r.name == "gp_registrations")
    path = tmp_path / "gp_registrations.csv"
    rows = "".join(f"P1,2022-08-{d:02d},3,1,99900{d}\n" for d in range(10, 25))
    path.write_text("area_code,on,age,children,nhs_number\n" + rows, encoding="utf-8")
    (reading,) = reader.read(path, Ask(la_code="891"))
    told = [note.text for note in reading.notes]
    assert NOTED + "columns that look like persons' details are not read: nhs_number; keep only totals in this file" in told
    assert NOTED + "15 of 15 rows count one child: these look like persons; use totals by planning area or district" in told
    assert "nhs_number" not in reading.table.columns
