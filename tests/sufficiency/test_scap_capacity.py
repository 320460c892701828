"""School capacity in the layout of 2015, of the statistics service, and of the sixth-form table."""

from __future__ import annotations

from pathlib import Path

import pytest

from planning_areas.tables import EvidenceError
from sufficiency.evidence import Reading
from sufficiency.sources.reading import Ask
from sufficiency.sources.school_capacity import READERS

BY_NAME = {reader.name: reader for reader in READERS}
UD1 = ("LAEstab,LA1,estab1,LAname,Schoolname,Phase,MAYNOR,Netcapacity (1),PrimaryCapacity (2),SecondaryCapacity (2),"
       "Primary PA code (2),Secondary PA code (2),Main Phase\n")
INFANTS = "8912000,891,2000,Notts,Mill Lane,PS,349,420,,,8911037,,PRI\n"
THROUGH = "8914002,891,4002,Notts,Serlby Park,AT,768,1169,420,749,8911016,8910010,SEC\n"
SERVICE = ("time_period,geographic_level,old_la_code,school_laestab,school_urn,school_name,education_phase,planning_area_code,"
           "planning_area_name,school_places,pupils_on_roll\n")
SIXTH = ("time_period,old_la_code,secondary_planning_area_code,school_laestab,school_urn,school_name,education_phase,"
         "school_phase,reported_sixth_form_places,sixth_form_pupils_on_roll,total_school_places,total_pupils_on_roll\n")
COLUMNS = ["laestab", "phase", "planning_area_code", "capacity"]


def read(folder: Path, text: str, reader: str = "scap_capacity", ask: Ask | None = None) -> Reading:
    path = folder / "scap.csv"
    path.write_text(text, encoding="utf-8")
    (reading,) = BY_NAME[reader].read(path, ask or Ask(la_code="891", ay=2014))
    return reading


def problems(folder: Path, text: str, reader: str = "scap_capacity", ask: Ask | None = None) -> list[tuple[int, str, str]]:
    with pytest.raises(EvidenceError) as caught:
        read(folder, text, reader, ask)
    return [(p.row, p.column, str(p)) for p in caught.value.problems]


def notes(reading: Reading) -> list[str]:
    return [note.text.removeprefix("scap.csv: ") for note in reading.notes]


def test_2015_an_all_through_school_has_a_row_for_each_phase(tmp_path: Path) -> None:
    reading = read(tmp_path, UD1 + INFANTS + THROUGH)
    assert reading.table[COLUMNS].to_numpy().tolist() == [
        ["8912000", "primary", "8911037", 420.0], ["8914002", "primary", "8911016", 420.0],
        ["8914002", "secondary", "8910010", 749.0]]
    assert reading.table["nor"].tolist()[0] == 349 and reading.table["nor"].isna().tolist() == [False, True, True]
    assert reading.table["ay"].eq(2014).all() and reading.table["urn"].eq("").all()
    assert "1 schools with planning areas of both phases have a row for each; their roll is not parted" in notes(reading)


def test_2015_a_school_without_a_planning_area_keeps_its_phase(tmp_path: Path) -> None:
    reading = read(tmp_path, UD1 + INFANTS.replace("8911037", ""))
    assert reading.table[COLUMNS].to_numpy().tolist() == [["8912000", "primary", "", 420.0]]
    assert "1 rows have no planning area" in notes(reading)


def test_a_file_without_its_year_asks_for_it(tmp_path: Path) -> None:
    ((_, column, told),) = problems(tmp_path, UD1 + INFANTS, ask=Ask(la_code="891"))
    assert column == "time_period" and "the file does not say of which year it is; give it in authority.toml" in told


def test_the_service_has_a_row_for_each_site_and_planning_area(tmp_path: Path) -> None:
    reading = read(tmp_path, SERVICE
                   + "202425,School,891,8914010,137112,Two Sites,Secondary,8910015,North,\"1,050\",990\n"
                   + "202425,School,891,8914010,137112,Two Sites,Secondary,8910016,South,300,c\n"
                   + "202425,School,892,8924010,137113,Elsewhere,Secondary,8920001,East,300,250\n", ask=Ask(la_code="891"))
    assert reading.table[[*COLUMNS, "urn", "ay"]].to_numpy().tolist() == [
        ["8914010", "secondary", "8910015", 1050.0, "137112", 2024], ["8914010", "secondary", "8910016", 300.0, "137112", 2024]]
    assert notes(reading) == ["1 rows of other authorities left out", "pupils_on_roll is hidden in 1 rows (c): not known there",
                              "places of sixth forms are not told apart in it"]


def test_names_of_planning_areas_are_a_table_of_their_own(tmp_path: Path) -> None:
    text = (SERVICE + "202425,School,891,8914010,137112,A,Secondary,8910015,North,1050,990\n"
            + "202425,School,891,8914011,137113,B,Secondary,8910015,North,1050,990\n"
            + "202425,School,891,8912011,137114,C,Primary,8911015,North,1050,990\n")
    names = read(tmp_path, text, "scap_area_names").table
    assert names.to_numpy().tolist() == [["8910015", "secondary", "North"], ["8911015", "primary", "North"]]
    text = text.replace("B,Secondary,8910015,North", "B,Secondary,8910015,South")
    ((_, column, told),) = problems(tmp_path, text, "scap_area_names")
    assert column == "planning_area_code, phase" and "say this twice" in told


def test_sixth_forms_over_several_years(tmp_path: Path) -> None:
    text = (SIXTH + "202324,891,8910015,8914000,137112,South Notts,Secondary,SS,150,91,900,878\n"
            + "201819,891,8910010,8914002,137118,Serlby Park,Secondary,AT,x,30,1230,782\n")
    reading = read(tmp_path, text, "scap_sixth_form", Ask(la_code="891"))
    table = reading.table.fillna(-1)
    assert table[[*COLUMNS, "ay", "capacity_sixth_form", "nor"]].to_numpy().tolist() == [
        ["8914000", "secondary", "8910015", 900.0, 2023, 150.0, 878.0],
        ["8914002", "secondary", "8910010", 1230.0, 2018, -1.0, 782.0]]
    assert notes(reading) == ["reported_sixth_form_places is hidden in 1 rows (x): not known there",
                              "places of all-through schools are those of both phases together: Serlby Park"]


@pytest.mark.parametrize(("text", "row", "column", "says"), [
    (INFANTS.replace("420", "lots"), 2, "Netcapacity (1)", "lots: a number, or one of c z x low"),
    (INFANTS.replace("420", "-420"), 2, "Netcapacity (1)", "-420: at least 0"),
    (INFANTS.replace("8912000", "8910"), 2, "LAEstab", "8910: seven digits"),
    (THROUGH.replace(",749,", ",-749,"), 2, "Netcapacity (1)", "-749: at least 0"),
])
def test_what_is_wrong_is_told(text: str, row: int, column: str, says: str, tmp_path: Path) -> None:
    assert [p for p in problems(tmp_path, UD1 + text) if p[:2] == (row, column) and says in p[2]]


def test_columns_that_are_missing_are_asked_for(tmp_path: Path) -> None:
    assert [c for _, c, _ in problems(tmp_path, "LAEstab,Phase\n8912000,PS\n")] == ["capacity", "school_name"]
    ((_, column, _),) = problems(tmp_path, "LAEstab,Schoolname,Net capacity\n8912000,Mill Lane,210\n")
    assert column == "planning_area_code"
    assert [c for _, c, _ in problems(tmp_path, UD1 + INFANTS, "scap_sixth_form")] == ["capacity_sixth_form"]


@pytest.mark.real
def test_the_real_returns(data: Path) -> None:
    old = data / "dfe-scap" / "2015_capacity_and_forecast_underlying_data_UD1_notts_891_892.csv"
    (reading,) = BY_NAME["scap_capacity"].read(old, Ask(la_code="891", ay=2014))
    assert len(reading.table) == 329 and reading.table["laestab"].nunique() == 327
    assert reading.table.groupby("phase")["capacity"].sum().to_dict() == {"primary": 67610.0, "secondary": 58010.0}
    assert reading.table["planning_area_code"].eq("8911000").sum() == 48
    new = data / "dfe-scap" / "sixth-form-capacity_school_201718-202324_notts_891_892.csv"
    (reading,) = BY_NAME["scap_sixth_form"].read(new, Ask(la_code="891"))
    assert len(reading.table) == 250 and sorted(reading.table["ay"].unique()) == [2017, 2018, 2020, 2021, 2022, 2023]
    assert reading.table["planning_area_code"].str.match(r"891\d{4}$").all()
    assert reading.table["capacity_sixth_form"].isna().sum() == 6
