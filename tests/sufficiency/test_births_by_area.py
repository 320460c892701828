"""Births in every way the files cut their years, brought to school cohorts as in domain brief C0."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thoroughly import cases

from planning_areas.school_year import cohort_from_calendar_years, cohort_from_mid_years
from planning_areas.tables import EvidenceError
from sufficiency.evidence import Reading
from sufficiency.sources.births import read_births
from sufficiency.sources.reading import Ask

DATED = "gss_code,gss_name,geography,sex,date,type,annual_births,interval_lower,interval_upper\n"


def read(folder: Path, text: str, ask: Ask | None = None) -> Reading:
    path = folder / "births.csv"
    path.write_text(text, encoding="utf-8")
    (reading,) = read_births(path, ask or Ask())
    return reading


def problems(folder: Path, text: str, ask: Ask | None = None) -> list[tuple[int, str, str]]:
    with pytest.raises(EvidenceError) as caught:
        read(folder, text, ask)
    return [(p.row, p.column, str(p)) for p in caught.value.problems]


def notes(reading: Reading) -> list[str]:
    return [note.text.removeprefix("births.csv: ") for note in reading.notes]


def dated(*rows: tuple[str, str, str], code: str = "E07000170") -> str:
    return DATED + "".join(f"{code},Ashfield,LAD21,persons,{date},{kind},{births},,\n" for date, kind, births in rows)


def rows(reading: Reading) -> list[list[object]]:
    found: list[list[object]] = reading.table[["cohort", "births", "basis"]].to_numpy().tolist()
    return found


@pytest.mark.parametrize("end", ["2022-09-01", "2022-08-31", "31-08-2022", "2022-09-01 00:00:00"])
def test_twelve_months_to_the_end_of_august_are_a_cohort(end: str, tmp_path: Path) -> None:
    assert rows(read(tmp_path, dated((end, "actual", '"1,311"')))) == [[2021, 1311.0, "cohort"]]


@pytest.mark.parametrize("ends", [("2022-07-01", "2023-07-01"), ("2022-06-30", "2023-06-30")])
def test_two_mid_years_make_a_cohort(ends: tuple[str, str], tmp_path: Path) -> None:
    reading = read(tmp_path, dated((ends[0], "actual", "1200"), (ends[1], "actual", "600")))
    assert rows(reading) == [[2021, pytest.approx(10 / 12 * 1200 + 2 / 12 * 600), "mid-year re-cut"]]      # Reception in 2026
    assert notes(reading) == ["cohorts 2021/22 are re-cut from mid-years, which is approximate",
                              "cohorts 2020/21, 2022/23 are left out: only one of their two years is there"]


@pytest.mark.parametrize("ends", [("2021-12-31", "2022-12-31"), ("2022-01-01", "2023-01-01")])
def test_two_calendar_years_make_a_cohort(ends: tuple[str, str], tmp_path: Path) -> None:
    reading = read(tmp_path, dated((ends[0], "actual", "1200"), (ends[1], "actual", "600")))
    assert rows(reading) == [[2021, pytest.approx(4 / 12 * 1200 + 8 / 12 * 600), "calendar re-cut"]]


def test_each_cohort_takes_the_best_way_there_is(tmp_path: Path) -> None:
    reading = read(tmp_path, dated(
        ("2019-01-01", "actual", "100"), ("2020-01-01", "actual", "100"),               # calendar 2018, 2019: cohort 2018
        ("2020-07-01", "actual", "200"), ("2021-07-01", "actual", "200"),               # cohort 2019, better than any calendar
        ("2021-01-01", "actual", "300"), ("2021-09-01", "interpolated", "400"),         # cohort 2020 exactly
        ("2022-09-01", "predicted", "500"), ("2022-01-01", "actual", "600"), ("2023-01-01", "actual", "600"),   # published first
        ("2023-09-01", "predicted", "700")))
    assert rows(reading) == [
        [2018, pytest.approx(100), "calendar re-cut"], [2019, 200.0, "mid-year re-cut"], [2020, 400.0, "cohort"],
        [2021, 600.0, "calendar re-cut"], [2022, 700.0, "estimate"]]
    assert notes(reading) == [
        "cohorts 2019/20 are re-cut from mid-years, which is approximate",
        "cohorts 2018/19, 2021/22 are re-cut from calendar years, which is approximate",
        "cohorts 2020/21 are the publisher's interpolation between its actual figures",
        "cohorts 2022/23 are predictions by the publisher",
        "cohorts 2017/18 are left out: only one of their two years is there"]


def test_a_cohort_that_rests_on_a_predicted_mid_year_is_an_estimate(tmp_path: Path) -> None:
    assert rows(read(tmp_path, dated(("2022-07-01", "actual", "600"), ("2023-07-01", "predicted", "600")))) == [
        [2021, 600.0, "estimate"]]


def test_a_figure_that_stands_twice_is_read_once_actual_first_and_a_contradiction_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path, dated(("2022-09-01", "predicted", "9"), ("2022-09-01", "actual", "7"), ("2022-08-31", "actual", "7"),
                                   ("2022-03-01", "actual", "5")))
    assert rows(reading) == [[2021, 7.0, "cohort"]]
    assert notes(reading) == ["1 figures for other twelve months are not needed", "2 figures that stand twice are read once"]
    ((row, column, told),) = problems(tmp_path, dated(("2022-09-01", "actual", "7"), ("2022-08-31", "actual", "8")))
    assert (row, column) == (2, "annual_births") and "E07000170, cohort 2021: 2 figures differ" in told


def test_only_births_of_all_persons_count(tmp_path: Path) -> None:
    text = dated(("2022-09-01", "actual", "7")) + "E07000170,A,LAD21,female,2022-09-01,actual,3,,\n"
    reading = read(tmp_path, text)
    assert rows(reading) == [[2021, 7.0, "cohort"]] and notes(reading) == ["1 rows that are not of all persons left out"]


# Small areas: a column for each year, or a row for each.

@pytest.mark.parametrize(("header", "title", "basis", "weights"), [
    ("2021,2022", "Live births, mid-year to 30 June", "mid-year re-cut", (10, 2)),
    ("2021,2022", "Live births by calendar year", "calendar re-cut", (4, 8)),
    ("mid-2021,mid-2022", "", "mid-year re-cut", (10, 2)),
    ("Mid_2021,Mid_2022", "", "mid-year re-cut", (10, 2)),
    ("Calendar year 2021,Calendar year 2022", "", "calendar re-cut", (4, 8)),
    ("Year ending June 2021,Year ending June 2022", "", "mid-year re-cut", (10, 2)),
])
def test_a_column_for_each_year(header: str, title: str, basis: str, weights: tuple[int, int], tmp_path: Path) -> None:
    text = f'"{title}"\nLSOA11CD,LSOA11NM,{header},2099 notes\nE01013810,Nottingham 018A,24,"1,236",x\nSource: ONS\n'
    reading = read(tmp_path, text)
    assert reading.table["births"].tolist() == [pytest.approx((weights[0] * 24 + weights[1] * 1236) / 12)]
    assert reading.table["basis"].tolist() == [basis] and reading.table["area_code"].tolist() == ["E01013810"]
    assert "1 rows that hold no area and no births left out" in notes(reading)


def test_school_years_in_the_headings_are_cohorts_already(tmp_path: Path) -> None:
    text = "LSOA 2021 Code,2020/21,2021-22\nE01013810,24,36\n"
    assert rows(read(tmp_path, text)) == [[2020, 24.0, "cohort"], [2021, 36.0, "cohort"]]


@pytest.mark.parametrize(("heading", "years", "basis"), [
    ("calendar year", ("2021", "2022"), "calendar re-cut"), ("mid_year", ("2021", "mid-2022"), "mid-year re-cut"),
    ("year", ("mid-2021", "mid-2022"), "mid-year re-cut"), ("cohort", ("2021",), "cohort"), ("year", ("2021/22",), "cohort"),
])
def test_a_row_for_each_year(heading: str, years: tuple[str, ...], basis: str, tmp_path: Path) -> None:
    reading = read(tmp_path, f"code,{heading},live births\n" + "".join(f"E01013810,{year},12\n" for year in years))
    assert [r[1:] for r in rows(reading)] == [[12.0, basis]]


def test_the_workspaces_title_may_say_what_a_year_is_and_nothing_is_guessed(tmp_path: Path) -> None:
    text = "code,year,births\nE01013810,2021,12\nE01013810,2022,12\n"
    ((_, column, told),) = problems(tmp_path, text)
    assert column == "year" and "the file does not say which twelve months a year is" in told
    assert rows(read(tmp_path, text, Ask(title="Births by LSOA, mid-years")))[0][2] == "mid-year re-cut"
    assert problems(tmp_path, text, Ask(title="calendar and mid-years"))        # said twice, and differently


def test_hidden_births_leave_out_the_cohorts_that_need_them(tmp_path: Path) -> None:
    reading = read(tmp_path, "code,mid-2020,mid-2021,mid-2022\nE01013810,12,c,12\nE01013811,12,12,12\n")
    assert reading.table["area_code"].tolist() == ["E01013811", "E01013811"]
    assert "1 figures are hidden or blank: cohorts that need them are left out" in notes(reading)


def test_a_workbook_whose_table_is_not_on_the_first_sheet(tmp_path: Path) -> None:
    path = tmp_path / "births.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Contents").write(0, 0, "Births by small area")
        sheet = book.add_worksheet("Mid-year births")
        table = [["Table 1"], [], ["LSOA 2021 Code", "LSOA 2021 Name", 2021, 2022], ["E01013810", "A", 12.0, 24]]
        for i, row in enumerate(table):
            sheet.write_row(i, 0, row)
    (reading,) = read_births(path, Ask())
    assert rows(reading) == [[2020, pytest.approx(10 + 4), "mid-year re-cut"]]


@pytest.mark.parametrize(("text", "row", "column", "says"), [
    (dated(("2022-09-01", "actual", "many")), 2, "annual_births", "many: a number of births"),
    (dated(("2022-09-01", "actual", "-5")), 2, "annual_births", "-5: a number of births"),
    (dated(("last summer", "actual", "5")), 2, "date", "last summer: a date such as 2022-08-31"),
    (dated(("2022-09-01", "guessed", "5")), 2, "type", "guessed: actual, interpolated or predicted"),
    (dated(("2022-09-01", "actual", "5"), code="Ashfield"), 2, "gss_code", "Ashfield: a letter and eight digits"),
    (dated(("2022-07-01", "actual", "5")), 0, "", "no school cohort can be made"),
    ("code,year,births\nE01013810,21,5\n", 2, "year", "21: a year such as 2022"),
    ("code,name\nE01013810,A\n", 0, "births", "births by year are needed"),
    ("place,births\nA,5\n", 0, "area_code", "this column is needed"),
])
def test_what_is_wrong_is_told(text: str, row: int, column: str, says: str, tmp_path: Path) -> None:
    told = problems(tmp_path, text)
    assert [p for p in told if p[:2] == (row, column) and says in p[2]], told


@pytest.mark.thorough
@settings(max_examples=cases(10, 25), deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(births=st.lists(st.integers(0, 5000), min_size=2, max_size=8), kind=st.sampled_from(["mid", "calendar"]))
def test_any_run_of_years_is_re_cut_year_by_year(births: list[int], kind: str, tmp_path: Path) -> None:
    years = ",".join(f"{kind} {2000 + i}" for i in range(len(births)))
    reading = read(tmp_path, f"code,{years}\nE07000170,{','.join(map(str, births))}\n")
    recut = cohort_from_mid_years if kind == "mid" else cohort_from_calendar_years
    assert reading.table["births"].tolist() == pytest.approx([recut(a, b) for a, b in pairwise(births)])
    assert reading.table["cohort"].tolist() == [2000 + i - (kind == "mid") for i in range(len(births) - 1)]


@pytest.mark.real
def test_the_real_births_of_the_districts(data: Path) -> None:
    (reading,) = read_births(data / "ons-births" / "actual_and_predicted_births_lad_1992_2024_notts.csv", Ask())
    table = reading.table[reading.table["area_code"].ne("E06000018")]
    assert table["area_code"].nunique() == 7 and sorted(table["cohort"].unique()) == list(range(1991, 2023))
    bases = table.groupby("cohort")["basis"].agg(lambda b: " and ".join(sorted(set(b))))
    assert bases.loc[:2015].eq("mid-year re-cut").all() and bases.loc[2016:2021].eq("cohort").all() and bases[2022] == "estimate"
    raw = pd.read_csv(data / "ons-births" / "actual_and_predicted_births_lad_1992_2024_notts.csv")
    ashfield = raw[raw["gss_code"] == "E07000170"].set_index("date")["annual_births"]
    mine = table[table["area_code"] == "E07000170"].set_index("cohort")["births"]
    assert mine[2021] == ashfield["2022-09-01"] == 1311.4
    assert mine[2010] == pytest.approx(10 / 12 * ashfield["2011-07-01"] + 2 / 12 * ashfield["2012-07-01"])
