"""The council's own tables: what people write is understood, what cannot be meant is told with its row and column."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from planning_areas.school_year import ay_label, nc_year_label
from planning_areas.tables import EvidenceError
from sufficiency.evidence import TABLES, Reading
from sufficiency.sources.local import COUNTED_IN, READERS, TITLES, columns_of, number, table_of, year, year_group
from sufficiency.sources.reading import Ask

BY_NAME = {reader.name: reader for reader in READERS}


def read(folder: Path, reader: str, text: str, ask: Ask | None = None) -> Reading:
    path = folder / f"{reader}.csv"
    path.write_text(text, encoding="utf-8")
    (reading,) = BY_NAME[reader].read(path, ask or Ask(la_code="891"))
    return reading


def problems(folder: Path, reader: str, text: str, ask: Ask | None = None) -> list[tuple[int, str, str]]:
    with pytest.raises(EvidenceError) as caught:
        read(folder, reader, text, ask)
    assert {p.file for p in caught.value.problems} == {f"{reader}.csv"}
    return [(p.row, p.column, p.found) for p in caught.value.problems]


def test_there_is_a_reader_for_every_table_of_the_council() -> None:
    assert set(BY_NAME) == set(TITLES)
    assert {table_of(name) for name in TITLES} <= set(TABLES)
    assert {name: reader.table for name, reader in BY_NAME.items()} == {name: table_of(name) for name in TITLES}


def test_years_and_year_groups_are_understood_as_people_write_them(tmp_path: Path) -> None:
    table = read(tmp_path, "yg_places", (
        "# Places of our schools, as of May\n"
        "nc_year,urn,yg_places,ay\n"
        "R,122456,30,2026/27\n"
        "\n"
        "# from here on by fax\n"
        "Year 1,122456,30,2026\n"
        'Y2,122456,"1,030",2026-27\n'
        "3,122456,0,202627\n"
    )).table
    assert table.to_dict("list") == {
        "urn": ["122456"] * 4, "ay": [2026] * 4, "nc_year": [0, 1, 2, 3], "yg_places": [30, 30, 1030, 0],
    }
    assert list(table.columns) == list(TABLES["yg_places"].to_schema().columns)


@pytest.mark.parametrize(("text", "expected"), [("R", 0), ("reception", 0), ("Y1", 1), ("Year 11", 11), ("yr 7", 7),
                                                ("Year group 12", 12), ("0", 0), ("N", -1), ("Nursery", -1)])
def test_year_group(text: str, expected: int) -> None:
    assert year_group(text) == expected


@pytest.mark.parametrize("text", ["Year", "7a", "", "Y-1", "1.5", "seven", "٣x"])
def test_what_is_no_year_group(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        year_group(text)


@pytest.mark.parametrize("text", ["2022/24", "22", "2026/7", "Sept 2026", "20266", "2026.5"])
def test_what_is_no_year(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        year(text)


@pytest.mark.parametrize("text", ["inf", "nan", "1_000", "1,00", "12 ", "thirty", "1e999"])
def test_what_is_no_number(text: str) -> None:
    if text == "12 ":       # cells are stripped before, and Python forgives
        assert number(text) == 12
    else:
        with pytest.raises(ValueError, match=r".*"):
            number(text)


@given(st.integers(1990, 2099), st.integers(0, 14))
def test_what_we_print_we_read(ay: int, nc_year: int) -> None:
    assert year(ay_label(ay)) == ay
    assert year_group(nc_year_label(nc_year)) == nc_year


def test_yes_and_no_and_the_spelling_of_closed_lists(tmp_path: Path) -> None:
    table = read(tmp_path, "planned_places", (
        "urn,kind,ay,ay_to,nc_year_from,nc_year_to,places,fills_upwards\n"
        "122456,Expansion,2026,,R,R,15,Yes\n"
        "122456,TEMPORARY,2026,2027/28,R,Y6,30,no\n"
    )).table
    assert table["kind"].tolist() == ["expansion", "temporary"]
    assert table["fills_upwards"].tolist() == [True, False]
    assert pd.isna(table["ay_to"][0]) and table["ay_to"][1] == 2027
    assert table["note"].tolist() == table["site_ref"].tolist() == ["", ""], "these columns may be left out"


def test_hidden_figures_keep_what_they_mean_and_blank_is_not_nought(tmp_path: Path) -> None:
    table = read(tmp_path, "local_school_roll", "urn,ay,nc_year,pupils\n122456,2025,R,c\n122456,2025,1,0\n122456,2025,2,\n").table
    assert table["symbol"].tolist() == ["c", "", ""]
    assert table["pupils"].isna().tolist() == [True, False, True]
    assert problems(tmp_path, "october_census", "urn,ay,nc_year,pupils\n122456,2025,R,c\n122456,2025,1,\n") == [
        (2, "pupils", "c"), (3, "pupils", "blank")]


def test_what_is_left_out_is_filled_from_what_is_known(tmp_path: Path) -> None:
    roll = read(tmp_path, "local_authority_roll", "nc_year,pupils\nR,8000\n", Ask(la_code="891", ay=2025)).table
    assert roll.to_dict("records") == [{"la_code": "891", "ay": 2025, "nc_year": 0, "pupils": 8000.0, "symbol": ""}]
    births = read(tmp_path, "local_births", "area_code,cohort,births\nE07000170,2021/22,1250\n").table
    assert births["basis"].tolist() == ["cohort"]
    names = read(tmp_path, "area_names", "planning_area_code,phase\n8910101,Primary\n")
    assert names.table["planning_area_name"].tolist() == ["8910101"]
    assert [n.text for n in names.notes] == ["area_names.csv: 1 planning areas without a name are called by their code"]


def test_other_authorities_are_left_out_and_said_so(tmp_path: Path) -> None:
    text = "la_code,ay,nc_year,pupils\n891,2025,0,8000\n892,2025,0,3000\n"
    reading = read(tmp_path, "local_authority_roll", text)
    assert reading.table["la_code"].tolist() == ["891"]
    assert [n.text for n in reading.notes] == ["local_authority_roll.csv: 1 rows of other authorities left out"]
    assert problems(tmp_path, "local_authority_roll", text, Ask(la_code="330")) == [(0, "la_code", "891, 892")]


def test_columns_have_the_councils_own_names_and_extra_ones_are_noted(tmp_path: Path) -> None:
    ask = Ask(la_code="891", columns={"urn": "School URN", "ay": "Year", "nc_year": "Entry", "pan": "Number"})
    reading = read(tmp_path, "pans", "Our pans,,,,\nNumber,SCHOOL URN,Entry,Year,Head\n30,122456,R,2026/27,A N Other\n", ask)
    assert reading.table.to_dict("records") == [{"urn": "122456", "ay": 2026, "nc_year": 0, "pan": 30}]
    assert [n.text for n in reading.notes] == ["pans.csv: columns that are not used: Head"]
    assert reading.source.sha256 and reading.source.file == "pans.csv" and reading.source.licence == "the authority's own data"


def test_every_problem_of_a_file_comes_at_once(tmp_path: Path) -> None:
    assert problems(tmp_path, "yg_places", (
        "urn,nc_year,ay,yg_places\n"
        "122456,R,2022/24,30.5\n"
        "12245,Year 1,2026,-30\n"
        "122457,,2026,x\n"
        "122458,R,2026,\n"
        "122458,R,2026,30\n"
    )) == [(2, "ay", "2022/24"), (2, "yg_places", "30.5"), (3, "urn", "12245"), (3, "yg_places", "-30"), (4, "nc_year", "blank"),
           (4, "yg_places", "x"), (5, "urn, ay, nc_year", "122458, 2026, 0"), (5, "yg_places", "blank")]


def test_very_many_different_faults_are_counted_not_dropped(tmp_path: Path) -> None:
    rows = "".join(f"{100000 + i},R,2026,x{i}\n" for i in range(30))
    with pytest.raises(EvidenceError, match="10 other things that are not as expected"):
        read(tmp_path, "yg_places", "urn,nc_year,ay,yg_places\n" + rows)


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "offers.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate([["# our offers"], ["urn", "ay", "nc_year", "offers", "first_preferences"],
                                 [122456, "2026/27", "R", 30, 41.0], ["122457", 2026, 0, 28, None]]):
            sheet.write_row(i, 0, row)
    (reading,) = BY_NAME["offers"].read(path, Ask(la_code="891"))
    assert reading.table["urn"].tolist() == ["122456", "122457"]
    assert reading.table["offers"].tolist() == [30, 28]
    assert reading.table["first_preferences"].tolist()[0] == 41 and pd.isna(reading.table["first_preferences"][1])


def sheets(path: Path, **of: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in of.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)
    return path


OFFERS: list[list[object]] = [["urn", "ay", "nc_year", "offers"], [122456, 2026, "R", 30]]


def test_sheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    path = sheets(tmp_path / "offers.xlsx", now=OFFERS, Sheet2=[], old=[*OFFERS, [122457, 2025, "R", 28]], remarks=[["hello"]])
    (reading,) = BY_NAME["offers"].read(path, Ask(la_code="891"))
    assert len(reading.table) == 1
    assert [n.text for n in reading.notes] == ["offers.xlsx: only its first sheet is read; not read: old, remarks"]
    (reading,) = BY_NAME["offers"].read(sheets(tmp_path / "one.xlsx", now=OFFERS, Sheet2=[]), Ask(la_code="891"))
    assert reading.notes == ()


def test_a_table_that_is_not_on_the_first_sheet_is_missed_openly(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        BY_NAME["offers"].read(sheets(tmp_path / "offers.xlsx", about=[["our offers"]], now=OFFERS), Ask(la_code="891"))
    assert sum("only the first sheet was looked at, not now: put the table first" in p.advice for p in caught.value.problems) == 1


@pytest.mark.parametrize("reader", sorted(TITLES))
def test_each_column_that_is_needed_is_asked_for_by_name(reader: str, tmp_path: Path) -> None:
    needs, may = columns_of(reader)
    assert needs and set(needs) | set(may) == set(TABLES[table_of(reader)].to_schema().columns) - COUNTED_IN
    missing = problems(tmp_path, reader, "something,else\n1,2\n")
    assert sorted(column for _, column, _ in missing) == sorted(needs)


@pytest.mark.parametrize(("east", "north", "looks"), [("-1.1", "53.2", "degrees of longitude"), ("53.2", "-1.1", "swapped")])
def test_degrees_are_not_metres(east: str, north: str, looks: str, tmp_path: Path) -> None:
    text = f"site_ref,site_name,status,financial_year,dwellings,easting,northing\nA,Mill,full,2026,40,{east},{north}\n"
    with pytest.raises(EvidenceError, match=f"British National Grid expected; these look like .*{looks}"):
        read(tmp_path, "housing_sites", text)
