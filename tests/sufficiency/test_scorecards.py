"""The scorecards of seven releases and of the statistics service: fractions or percent, with a year or without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from planning_areas.tables import EvidenceError
from sufficiency.evidence import Reading
from sufficiency.sources.reading import Ask
from sufficiency.sources.scorecards import read_scorecards

WIDE = "Year,LANumber,LA_name,PriNOR,For_3_P,For_1_P,SecNOR,For_3_S,For_1_S\n"
FRACTIONS = ("2024/25,891,Notts,64666,0.0501,0.0219,47736,0.0739,0.023\n"
             "2024/25,0,England,4277093,0.0185,0.0137,3144050,0.0318,0.0133\n")
PERCENT = "2022/23,891,Notts,66526,-0.2,0.96,47926,3.08,2.27\n2022/23,0,England,4427973,-0.46,0.09,3160690,1.14,0.86\n"
SERVICE = ("time_period,geographic_level,region_name,old_la_code,la_name,education_phase,actual_pupil_numbers_202526_count,"
           "scap23_forecast_pupils_on_roll_202526_count,three_year_ahead_forecast_accuracy_percentage,"
           "one_year_ahead_forecast_accuracy_percentage\n")
FIGURES = ["la_code", "edition", "phase", "actual_ay", "actual", "error_one_year", "error_three_year"]


def read(folder: Path, text: str, ask: Ask | None = None) -> Reading:
    path = folder / "cards.csv"
    path.write_text(text, encoding="utf-8")
    (reading,) = read_scorecards(path, ask or Ask(la_code="891"))
    return reading


def problems(folder: Path, text: str, ask: Ask | None = None) -> list[tuple[int, str, str]]:
    with pytest.raises(EvidenceError) as caught:
        read(folder, text, ask)
    return [(p.row, p.column, str(p)) for p in caught.value.problems]


def notes(reading: Reading) -> list[str]:
    return [note.text.removeprefix("cards.csv: ") for note in reading.notes]


def own(reading: Reading) -> list[list[object]]:
    table = reading.table.fillna(-1)
    rows: list[list[object]] = table.loc[table["la_code"] == "891", FIGURES].to_numpy().tolist()
    return rows


def test_a_release_has_a_row_for_each_phase_with_the_roll_of_the_january_after(tmp_path: Path) -> None:
    reading = read(tmp_path, WIDE + FRACTIONS + "2024/25,892,Nottingham,25354,0,0.0136,18046,0.0121,0.0288\n")
    assert own(reading) == [["891", 2024, "primary", 2025, 64666.0, 0.0219, 0.0501],
                            ["891", 2024, "secondary", 2025, 47736.0, 0.023, 0.0739]]
    assert set(reading.table["la_code"]) == {"891", "0"}
    assert notes(reading) == ["errors of 2024/25 are read as fractions, by their size",
                              "1 rows of other authorities and of regions left out"]


def test_each_edition_is_told_for_fractions_or_percent_by_its_size(tmp_path: Path) -> None:
    reading = read(tmp_path, WIDE + FRACTIONS + PERCENT)
    errors = {(r[1], r[2]): r[5:] for r in own(reading)}
    assert errors[2022, "primary"] == pytest.approx([0.0096, -0.002])
    assert errors[2022, "secondary"] == pytest.approx([0.0227, 0.0308])
    assert errors[2024, "primary"] == pytest.approx([0.0219, 0.0501])
    assert notes(reading)[:2] == [
        "errors of 2022/23 are read as percent, by their size", "errors of 2024/25 are read as fractions, by their size"]


@pytest.mark.parametrize(("error", "unit"), [("0.01", "fractions"), ("1.0", "percent")])
def test_forecasts_beside_the_errors_settle_it(error: str, unit: str, tmp_path: Path) -> None:
    text = f"LANumber,PriNOR,PriForecast1,For_1_P\n891,1000,1010,{error}\n"
    reading = read(tmp_path, text, Ask(la_code="891", ay=2023))
    assert own(reading)[0][5] == pytest.approx(0.01)
    assert notes(reading) == [f"errors of 2023/24 are read as {unit}, by the forecasts beside them"]


def test_a_release_without_a_year_asks_for_it_and_one_without_rolls_says_so(tmp_path: Path) -> None:
    text = "LA_name,LANumber,For_3_P,For_1_P,For_3_S,For_1_S\nNotts,891,-0.0056,0.0271,0.0143,0.0382\n"
    ((_, column, told),) = problems(tmp_path, text)
    assert column == "time_period" and "give it in authority.toml" in told
    reading = read(tmp_path, text, Ask(la_code="891", ay=2018))
    assert own(reading) == [["891", 2018, "primary", 2019, -1.0, 0.0271, -0.0056],
                            ["891", 2018, "secondary", 2019, -1.0, 0.0382, 0.0143]]
    assert "this release does not give the rolls that came, only the errors" in notes(reading)


def test_a_score_that_is_not_given_is_missing(tmp_path: Path) -> None:
    reading = read(tmp_path, WIDE + FRACTIONS + "2023/24,891,Notts,NA,x,,47900,0.0475,0.0261\n")
    row = next(r for r in own(reading) if r[1:3] == [2023, "primary"])
    assert row[4:] == [-1.0, -1.0, -1.0]


def test_the_service_gives_percent_and_the_year_in_a_heading(tmp_path: Path) -> None:
    lead = "202425,{level},East Midlands,{code},{name},{phase},"
    rows = [lead.format(level="Local authority", code="891", name="Notts", phase="Primary") + "64666,67905,5.0088,2.1944",
            lead.format(level="Local authority", code="891", name="Notts", phase="Secondary") + "47736,51264,7.3906,2.3002",
            lead.format(level="National", code="", name="", phase="Primary") + "4277093,4356234,1.8503,1.3659",
            lead.format(level="Regional", code="", name="", phase="Primary") + "1,1,1,1",
            lead.format(level="Local authority", code="891", name="Notts", phase="Total") + "1,1,1,1"]
    reading = read(tmp_path, SERVICE + "\n".join(rows) + "\n")
    assert own(reading) == [["891", 2024, "primary", 2025, 64666.0, pytest.approx(0.021944), pytest.approx(0.050088)],
                            ["891", 2024, "secondary", 2025, 47736.0, pytest.approx(0.023002), pytest.approx(0.073906)]]
    england = reading.table[reading.table["la_code"] == "0"]
    assert england[["phase", "actual"]].to_numpy().tolist() == [["primary", 4277093.0]]
    assert notes(reading) == ["rows of other phases left out: Total", "1 rows of other authorities and of regions left out"]


@pytest.mark.parametrize(("text", "row", "column", "says"), [
    (WIDE + FRACTIONS.replace("0.0501", "high"), 2, "For_3_P", "high: a number"),
    (WIDE + FRACTIONS.replace("64666", "-64666"), 2, "PriNOR", "-64666: a number of pupils, none below nought"),
    (WIDE + FRACTIONS.replace("2024/25,891", "2024/26,891"), 2, "Year", "2024/26: an academic year"),
    (WIDE + FRACTIONS + FRACTIONS, 2, "LANumber, Year, phase", "say this twice"),
    ("LANumber,LA_name,Quan_P_UP\n891,Notts,3\n", 0, "For_1_P", "no column of forecast accuracy"),
    (WIDE + FRACTIONS.replace("891", "330"), 0, "LANumber", "0, 330: no row is of authority 891"),
    (SERVICE.replace("actual_pupil", "old_pupil") + "202425,Local authority,,891,N,Primary,1,1,1,1\n", 0,
     "one_year_ahead_forecast_accuracy_percentage", "columns of forecast accuracy and of actual pupil numbers"),
])
def test_what_is_wrong_is_told(text: str, row: int, column: str, says: str, tmp_path: Path) -> None:
    told = problems(tmp_path, text)
    assert [p for p in told if p[:2] == (row, column) and says in p[2]], told


@pytest.mark.real
@pytest.mark.parametrize(("name", "ay"), [
    ("scorecards_data__release2019", 2018), ("scorecards_data__release2021", 2020), ("scorecards_data_2022__release2022", 2021),
    ("scorecards_data_2023__release2023", 2022), ("scorecards_data_2024__release2024", 2023),
    ("scorecard_data_2024_2023__release2024_2023", 2023), ("scorecard_data_2025_2023__release2025_2023", 2024),
])
def test_all_seven_releases(name: str, ay: int, data: Path) -> None:
    (reading,) = read_scorecards(data / "dfe-la-scorecards" / f"{name}_notts_england.csv", Ask(la_code="891", ay=ay))
    table = reading.table
    assert set(table["la_code"]) == {"891", "0"} and table["edition"].max() == ay
    assert table[["error_one_year", "error_three_year"]].notna().all(axis=None)
    assert table[["error_one_year", "error_three_year"]].abs().max(axis=None) < 0.1          # all of them fractions


@pytest.mark.real
def test_the_latest_release_gives_the_known_rolls_and_errors(data: Path) -> None:
    path = data / "dfe-la-scorecards" / "scorecard_data_2025_2023__release2025_2023_notts_england.csv"
    (reading,) = read_scorecards(path, Ask(la_code="891"))
    own = reading.table[reading.table["la_code"] == "891"].set_index(["phase", "actual_ay"])
    assert own["actual"].to_dict() == {
        ("primary", 2025): 64666, ("primary", 2024): 65772, ("primary", 2023): 66526,
        ("secondary", 2025): 47736, ("secondary", 2024): 47900, ("secondary", 2023): 47926}
    assert own.loc[("primary", 2025), "error_one_year"] == pytest.approx(66085 / 64666 - 1, abs=1e-6)     # forecast 66,085
    assert own.loc[("primary", 2025), "error_three_year"] == pytest.approx(0.0501, abs=5e-5)
