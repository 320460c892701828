"""Residents by small area and age from wide tables of any edition, and the look-up of small areas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from planning_areas.tables import EvidenceError
from sufficiency.evidence import Reading
from sufficiency.sources.lookups import read_lsoa_lookup
from sufficiency.sources.population import read_population
from sufficiency.sources.reading import Ask

MID_2020 = Ask(ay=2020)


def read(folder: Path, text: str, ask: Ask = MID_2020) -> Reading:
    path = folder / "residents.csv"
    path.write_text(text, encoding="utf-8")
    (reading,) = read_population(path, ask)
    return reading


def problems(folder: Path, text: str, ask: Ask = MID_2020) -> list[tuple[int, str, str]]:
    with pytest.raises(EvidenceError) as caught:
        read(folder, text, ask)
    return [(p.row, p.column, str(p)) for p in caught.value.problems]


def people(reading: Reading) -> list[float]:
    found: list[float] = reading.table.sort_values(["lsoa_code", "age"])["persons"].tolist()
    return found


@pytest.mark.parametrize(("header", "row", "expected"), [
    ("lsoa11_name,lsoa11_code,total_population,0,1,2+", "A,E01013810,\"1,034\",\"1,012\",20,2", [1012.0, 20.0, 2.0]),
    ("LSOA 2021 Code,Total,F0,F1,M0,M1", "E01013810,10,1,2,3,4", [4.0, 6.0]),
    ("lsoa21cd,All Ages,Age 0,Age 1", "E01013810,3,1,2", [1.0, 2.0]),
    ("Area Codes,Females 0,Females 1,Males 0,Males 1,All persons", "E01013810,1,2,3,4,10", [4.0, 6.0]),
    ("LSOA Code,age_0,age_1,0 notes", "E01013810,1,2,x", [1.0, 2.0]),
    ("lsoa21cd,0,1,F0,F1,M0,M1", "E01013810,4,6,1,2,3,4", [4.0, 6.0]),        # persons are there: sexes are not added again
])
def test_columns_of_any_edition(header: str, row: str, expected: list[float], tmp_path: Path) -> None:
    reading = read(tmp_path, f"{header}\n{row}\n")
    assert people(reading) == expected and reading.notes == ()
    assert reading.table["age"].tolist() == list(range(len(expected))) and reading.table["year"].eq(2020).all()


def test_ninety_and_over_are_the_last_age(tmp_path: Path) -> None:
    ages = ",".join([*map(str, range(90)), "90+"])
    reading = read(tmp_path, f"lsoa11_code,{ages}\nE01013810,{','.join(['1'] * 91)}\n")
    assert reading.table["age"].max() == 90 and reading.table["persons"].sum() == 91


def test_the_year_is_in_the_title_the_workspace_or_a_column_and_they_may_not_contradict(tmp_path: Path) -> None:
    table = "lsoa21cd,0,1\nE01013810,1,2\n"
    assert read(tmp_path, "Mid-2022 population by LSOA\n" + table, Ask()).table["year"].tolist() == [2022, 2022]
    assert read(tmp_path, "year,lsoa21cd,0,1\nmid-2019,E01013810,1,2\n2020,E01013810,1,2\n", Ask()).table["year"].tolist() == [
        2019, 2019, 2020, 2020]
    assert "ay = 2022 for 30 June 2022" in problems(tmp_path, table, Ask())[0][2]
    ((_, column, told),) = problems(tmp_path, "Mid-2022 population by LSOA\n" + table)
    assert column == "year" and "mid-2022: authority.toml says that the file is of 2020" in told


def test_each_sheet_of_a_workbook_is_a_year(tmp_path: Path) -> None:
    path = tmp_path / "sapelsoasyoa20222019.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Contents").write(0, 0, "Small area population estimates")
        for year in (2021, 2022):
            sheet = book.add_worksheet(f"Mid-{year} LSOA 2021")
            sheet.write(0, 0, f"Mid-{year} estimates")
            for i, row in enumerate([["LAD 2021 Code", "LSOA 2021 Code", "Total", "F0", "F1", "M0", "M1"],
                                     ["E07000170", "E01013810", 10, 1, 2, 3, 4.0]]):
                sheet.write_row(3 + i, 0, row)
    (reading,) = read_population(path, Ask())
    assert reading.table[["year", "age", "persons"]].to_numpy().tolist() == [
        [2021, 0, 4], [2021, 1, 6], [2022, 0, 4], [2022, 1, 6]]


def test_what_is_no_small_area_is_left_out_and_a_total_that_differs_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path, "lsoa11_code,total,0,1\nE01013810,4,1,2\nSource: ONS,,,\n")
    assert [n.text.removeprefix("residents.csv: ") for n in reading.notes] == [
        "1 rows that hold no small area and no residents left out",
        "the ages of 1 small areas do not add up to the file's own total: the ages are used"]


@pytest.mark.parametrize(("text", "row", "column", "says"), [
    ("lsoa11_code,0,1\nE01013810,1,\n", 2, "1", "blank: a number of residents expected; blank is not nought"),
    ("lsoa11_code,0,1\nE01013810,1,-2\n", 2, "1", "-2: a number of residents"),
    ("lsoa11_code,0,1\nE01013810,1,few\n", 2, "1", "few: a number of residents"),
    ("lsoa11_code,0,1,3\nE01013810,1,2,3\n", 0, "2", "columns of single years of age from 0 on are needed"),
    ("lsoa11_code,F0,F1,M0\nE01013810,1,2,3\n", 0, "0", "columns of single years of age"),
    ("lsoa11_code,total\nE01013810,1\n", 0, "0", "headed 0, 1, 2 ... 90+"),
    ("lsoa11_code,0,1\nE01013810,1,2\nE01013810,1,2\n", 2, "lsoa11_code, year, age", "rows 2 and 3 say this twice"),
    ("place,0,1\nAshfield,1,2\n", 0, "lsoa_code", "this column is needed"),
])
def test_what_is_wrong_is_told(text: str, row: int, column: str, says: str, tmp_path: Path) -> None:
    told = problems(tmp_path, text)
    assert [p for p in told if p[:2] == (row, column) and says in p[2]], told


# The look-up of small areas.

@pytest.mark.parametrize("header", [
    "lsoa11_code,change_code,lsoa21_code,ltla22_code,ltla22_name", "LSOA11CD,CHGIND,LSOA21CD,LAD22CD,LAD22NM",
    "lsoa11cd,chngind,lsoa21cd,lad24cd,lad24nm",
])
def test_the_look_up_in_every_spelling(header: str, tmp_path: Path) -> None:
    path = tmp_path / "lookup.csv"
    rows = "E01013810,u,E01013810,E07000170,Ashfield\n" * 2 + "E01013811,S,E01033398,E07000170,Ashfield\n"
    path.write_text(f"{header}\n{rows}", encoding="utf-8")
    (reading,) = read_lsoa_lookup(path, Ask())
    assert reading.table.to_numpy().tolist() == [
        ["E01013810", "E01013810", "U", "E07000170", "Ashfield"], ["E01013811", "E01033398", "S", "E07000170", "Ashfield"]]
    assert [n.text for n in reading.notes] == ["lookup.csv: 1 rows stand twice and are read once"]


def test_a_look_up_that_contradicts_itself_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lookup.csv"
    path.write_text("LSOA11CD,CHGIND,LSOA21CD,LAD22CD\nE01013810,U,E01013810,E07000170\nE01013810,U,E01013810,E07000171\n"
                    "E01013811,Q,E01013811,E07000171\n", encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        read_lsoa_lookup(path, Ask())
    assert [(p.row, p.column) for p in caught.value.problems] == [(2, "LSOA11CD, LSOA21CD"), (4, "CHGIND")]


@pytest.mark.real
def test_the_real_residents_add_up_to_the_files_own_totals(data: Path) -> None:
    for year, known in ((2017, 1147060), (2019, 1161124), (2020, 1170475)):
        path = data / "ons-population" / f"lsoa11_population_syoa_mid{year}_notts.csv"
        (reading,) = read_population(path, Ask(ay=year))
        assert reading.notes == () and len(reading.table) == 679 * 91
        sums = reading.table.groupby("lsoa_code")["persons"].sum()
        total = pd.read_csv(path).set_index("lsoa11_code")["total_population"]
        assert sums.sum() == total.sum() == known and (sums == total.reindex(sums.index)).all()


@pytest.mark.real
def test_the_real_look_up(data: Path) -> None:
    (reading,) = read_lsoa_lookup(data / "ons-geo" / "lookup_lsoa11_lsoa21_ltla22_notts.csv", Ask())
    assert len(reading.table) == 690 and reading.table["change_code"].value_counts().to_dict() == {"U": 658, "S": 20, "M": 12}
    assert reading.table["district_code"].nunique() == 8
