"""`sufficiency backtest` as a planner meets it: an answer in plain words, and a folder that is never rewritten."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from workbench.backtest_charts import accuracy_chart
from workbench.charts import write_chart
from workbench.cli import app

HEAD = '[authority]\ncode = "891"\nname = "Testshire & Sons"\ngss_code = "E10000024"\nbase_year = 2022\n'
TABLES = (
    '[tables.births]\nreader = "local_births"\nfiles = ["births.csv"]\n'
    '[tables.authority_roll]\nreader = "local_authority_roll"\nfiles = ["roll.csv"]\n'
)
BIRTHS = "area_code,cohort,births\n" + "".join(f"E10000024,{y},{1000 - 10 * (y - 2003)}\n" for y in range(2003, 2023))
Made = Callable[..., Path]


@pytest.fixture
def council(tmp_path: Path) -> Made:
    """A workspace with births and so many years of the authority's roll."""
    return partial(_council, tmp_path)


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A workspace with rolls since 2016 and what its first backtest answered, for what is only read."""
    folder = _council(tmp_path_factory.mktemp("tested"), 2016)
    return folder, told(folder)


def _council(place: Path, first: int) -> Path:
    folder = place / f"since {first}"
    folder.mkdir()
    roll = "ay,nc_year,pupils\n" + "".join(
        f"{ay},{g},{900 + g - 9 * (ay - g - 2010) + ay % 3}\n" for ay in range(first, 2023) for g in range(14))
    for name, text in (("authority.toml", HEAD + TABLES), ("births.csv", BIRTHS), ("roll.csv", roll)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def told(*words: str | Path) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["backtest", *map(str, words), "--json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def test_a_backtest_has_a_folder_of_its_own_and_a_second_one_leaves_it_as_it_is(
    tested: tuple[Path, dict[str, Any]], tmp_path: Path,
) -> None:
    folder, first = tested
    made = Path(first["folder"])
    assert made.parent == folder / "backtests" and not first["there_already"]
    assert first["origins"] == [2019, 2020, 2021]
    names = {"vintages.parquet", "measures.parquet", "misses.parquet", "origins.parquet", "by_place.parquet", "tables.xlsx",
             "accuracy.svg", "accuracy.png", "miss.svg", "miss.png", "manifest.json"}
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in made.iterdir()}
    assert names <= before.keys()
    again = told(folder)
    assert again["there_already"] and {**again, "there_already": False} == first
    assert {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in made.iterdir()} == before
    elsewhere = Path(told(folder, "--out", tmp_path / "other")["folder"])
    assert elsewhere.name == made.name
    for name in names:
        assert (elsewhere / name).read_bytes() == before[name][1], f"{name} differs from one backtest to the next"
    told_in_chart = before["accuracy.svg"][1].decode()
    assert "Testshire &amp; Sons" in told_in_chart and 'role="img"' in told_in_chart
    sheets = CalamineWorkbook.from_path(made / "tables.xlsx")
    assert {"About", "measures", "misses", "vintages", "Columns"} <= set(sheets.sheet_names)
    explained = {(row[0], row[1]): row[2] for row in sheets.get_sheet_by_name("Columns").to_python()[1:]}
    assert all(explained.values()), [key for key, text in explained.items() if not text]
    vintages = pd.read_parquet(made / "vintages.parquet")
    assert len(sheets.get_sheet_by_name("vintages").to_python()) == len(vintages) + 1


def test_the_answer_is_for_a_member(tested: tuple[Path, dict[str, Any]]) -> None:
    done = CliRunner().invoke(app, ["backtest", str(tested[0])])
    assert done.exit_code == 0
    said = done.stdout
    assert "Testshire & Sons (891): how far out would our forecasts have been?" in said
    assert "3 Januaries, 2020 to 2022" in said and "plain cohort survival" in said and "last year's ratios" in said
    assert "Primary (Reception to Year 6)" in said and "1 year ahead" in said and "3 years ahead" in said


def test_with_too_little_history_the_answer_says_so_and_the_folder_is_still_whole(council: Made) -> None:
    folder = council(2021)
    done = CliRunner().invoke(app, ["backtest", str(folder)])
    assert done.exit_code == 0 and "No forecast can be held against what came." in done.stdout
    assert "give rolls of more years" not in done.stderr
    assert told(folder)["there_already"] and told(folder)["errors"] == []


def test_rolls_of_nobody_end_in_an_answer_and_not_in_a_fault(council: Made) -> None:
    folder = council(2016)
    roll = "ay,nc_year,pupils\n" + "".join(f"{ay},{g},0\n" for ay in range(2016, 2023) for g in range(14))
    (folder / "roll.csv").write_text(roll, encoding="utf-8")
    done = CliRunner().invoke(app, ["backtest", str(folder)])
    assert done.exit_code in (0, 2), done.output
    assert "our fault" not in done.stderr


def test_a_chart_of_errors_that_cannot_be_reckoned_is_drawn_all_the_same(tmp_path: Path) -> None:
    measures = pd.DataFrame({"level": "dfe", "phase": ["primary", "secondary"], "nc_year": float("nan"), "origin": float("nan"),
                             "horizon": 1, "method": "measured", "n": 1, "mape": float("nan")})
    write_chart(accuracy_chart(measures, [], "measured", "Nobody"), tmp_path / "accuracy.svg")
    assert (tmp_path / "accuracy.svg").stat().st_size > 0


def test_show_tells_that_a_folder_is_a_backtest_and_what_it_found(tested: tuple[Path, dict[str, Any]]) -> None:
    made = tested[1]["folder"]
    done = CliRunner().invoke(app, ["show", made])
    assert done.exit_code == 0 and "This is a backtest" in done.stdout and "`sufficiency run` makes a forecast" in done.stdout
    assert "how far out would our forecasts have been?" in done.stdout and f"Folder   {made}" in done.stdout
    asked = CliRunner().invoke(app, ["show", made, "--area", "authority"])
    assert asked.exit_code == 2 and "is a backtest" in asked.stderr and "--area" in asked.stderr


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_where_a_folder_is_wanted_is_called_one(council: Made, below: str) -> None:
    folder = council(2016)
    in_the_way = folder / "taken"
    in_the_way.write_text("a file", encoding="utf-8")
    done = CliRunner().invoke(app, ["backtest", str(folder), "--out", str(in_the_way / below)])
    assert done.exit_code == 2 and ": a file has that name" in done.stderr and "--out" in done.stderr
    assert "check that there is room" not in done.stderr
