"""The authority's roll by year group, from the tidy table and from that of the statistics service."""

from __future__ import annotations

from pathlib import Path

import pytest

from planning_areas.tables import EvidenceError
from sufficiency.evidence import Reading
from sufficiency.sources.reading import Ask
from sufficiency.sources.year_group_roll import read_year_group_roll

TIDY = "time_period,old_la_code,new_la_code,la_name,nc_year,full_time,part_time,headcount,fte\n"
LEAD = "time_period,time_identifier,geographic_level,old_la_code,la_name"
SERVICE = f"{LEAD},phase_type_grouping,sex,ncyear,headcount,full_time,part_time,fte\n"


def read(folder: Path, text: str, ask: Ask | None = None) -> Reading:
    path = folder / "roll.csv"
    path.write_text(text, encoding="utf-8")
    (reading,) = read_year_group_roll(path, ask or Ask(la_code="891"))
    return reading


def problems(folder: Path, text: str, ask: Ask | None = None) -> list[tuple[int, str, str]]:
    with pytest.raises(EvidenceError) as caught:
        read(folder, text, ask)
    return [(p.row, p.column, str(p)) for p in caught.value.problems]


def tidy(*rows: tuple[str, str, str]) -> str:
    return TIDY + "".join(f"{period},891,E10000024,Nottinghamshire,{group},1,1,{count},1\n" for period, group, count in rows)


def service(*rows: tuple[str, str, str, str], level: str = "Local authority", code: str = "891") -> str:
    return "".join(f"202526,Academic year,{level},{code},Notts,{kind},{sex},{group},{count},1,1,1\n"
                   for kind, sex, group, count in rows)


def test_the_tidy_table_is_read_year_by_year(tmp_path: Path) -> None:
    reading = read(tmp_path, tidy(
        ("201112", "reception", '"9,304"'), ("201112", "year_group_10", "8734"), ("202223", "nursery_1", "12"),
        ("202223", "nursery_2", "30"), ("202223", "year_group_1", "c")))
    assert reading.table.fillna({"pupils": -1}).to_numpy().tolist() == [
        ["891", 2011, 0, 9304.0, ""], ["891", 2011, 10, 8734.0, ""], ["891", 2022, -1, 42.0, ""], ["891", 2022, 1, -1.0, "c"]]
    assert reading.notes == ()


def test_state_funded_primary_and_secondary_are_added_up_and_the_choice_is_told(tmp_path: Path) -> None:
    primary, secondary = "State-funded primary", "State-funded secondary"
    reading = read(tmp_path, SERVICE + service(
        (primary, "Total", "Reception", "100"), (secondary, "Total", "Reception", "7"), (primary, "Girls", "Reception", "50"),
        ("State-funded special school", "Total", "Reception", "3"), ("Total", "Total", "Reception", "110"),
        (primary, "Total", "Year group 1", "90"), (secondary, "Total", "Year group 1", "z"), (primary, "Total", "Total", "190"),
        (primary, "Total", "Not followed", "4"), (primary, "Total", "Early 2", "1"), (secondary, "Total", "Early 2", "2"),
    ) + service((primary, "Total", "Reception", "9999"), level="National", code="")
        + service((primary, "Total", "Reception", "8888"), level="School"))
    assert reading.table.fillna({"pupils": -1}).to_numpy().tolist() == [
        ["891", 2025, 0, 107.0, ""], ["891", 2025, 1, -1.0, "z"], ["891", 2025, -1, 3.0, ""]]
    assert [n.text.removeprefix("roll.csv: ") for n in reading.notes] == [
        "1 rows without old_la_code left out", "geographic_level: Local authority kept, School left out",
        "sex: Total kept, Girls left out",
        "phase_type_grouping: State-funded primary, State-funded secondary kept, State-funded special school, Total left out",
        "4 pupils who follow no year group are left out, over all years"]


def test_other_authorities_are_left_out_and_none_of_ones_own_is_a_problem(tmp_path: Path) -> None:
    text = tidy(("202223", "reception", "1")) + "202223,892,E06000018,Nottingham,reception,1,1,7,1\n"
    assert read(tmp_path, text).table["la_code"].tolist() == ["891"]
    ((row, column, told),) = problems(tmp_path, text, Ask(la_code="820"))
    assert (row, column) == (0, "old_la_code") and "891, 892: no row is of authority 820" in told


@pytest.mark.parametrize(("rows", "row", "column", "says"), [
    ([("202223", "reception", "-5")], 2, "headcount", "-5: a whole number of pupils"),
    ([("202223", "reception", "5.5")], 2, "headcount", "5.5: a whole number of pupils"),
    ([("202223", "reception", "many")], 2, "headcount", "many: a whole number of pupils"),
    ([("202223", "infants", "5")], 2, "nc_year", "infants: a year group such as Reception"),
    ([("202224", "reception", "5")], 2, "time_period", "202224: an academic year such as 202223"),
    ([("202223", "reception", "5"), ("202223", "Reception", "6")], 3, "nc_year", "stands in an earlier row too"),
    ([("202223", "year_group_15", "5")], 2, "nc_year", "at most 14 expected"),
])
def test_what_is_wrong_is_told(rows: list[tuple[str, str, str]], row: int, column: str, says: str, tmp_path: Path) -> None:
    (told,) = problems(tmp_path, tidy(*rows))
    assert told[:2] == (row, column) and says in told[2]


@pytest.mark.parametrize(("rows", "column", "says"), [
    ([("State-funded primary", "Girls", "Reception", "5")], "sex", "rows with 'total' expected"),
    ([("Independent", "Total", "Reception", "5")], "phase_type_grouping", "rows with 'state funded primary' expected"),
    ([("State-funded primary", "Total", "Reception", "5")], "phase_type_grouping", "no row is of state funded secondary schools"),
])
def test_a_download_without_the_rows_that_are_needed_is_refused(
    rows: list[tuple[str, str, str, str]], column: str, says: str, tmp_path: Path,
) -> None:
    (told,) = problems(tmp_path, SERVICE + service(*rows))
    assert told[1] == column and says in told[2]


@pytest.mark.real
def test_the_real_rolls_of_twelve_years(data: Path) -> None:
    path = data / "dfe-pupils-ncyear-la" / "pupil_numbers_by_la_ncyear_201112_202223_notts.csv"
    (reading,) = read_year_group_roll(path, Ask(la_code="891"))
    table = reading.table
    assert len(table) == 12 * 15 and sorted(table["ay"].unique()) == list(range(2011, 2023))
    now = table[table["ay"] == 2022].set_index("nc_year")["pupils"].sort_index()
    assert (now.loc[0:6].sum(), now.loc[7:11].sum(), now.loc[12:14].sum()) == (66920, 46869, 7142)
    (training,) = read_year_group_roll(data / "panel" / "training_las_pupils_by_ncyear_201112_202223.csv", Ask())
    assert len(training.table) == training.table.groupby(["la_code", "ay"]).ngroups * 15
