"""`run --scenario` and `scenarios` as a planner meets them: what a run says of its scenario, and how slips are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from scenarios.changes import LEVERS
from scenarios.runs import load
from workbench.cli import app

HEAD = '[authority]\ncode = "891"\nname = "Testshire"\ngss_code = "E10000024"\nbase_year = 2022\n[settings]\ndraws = 20\n'
TABLES = ('[tables.births]\nreader = "local_births"\nfiles = ["births.csv"]\n'
          '[tables.authority_roll]\nreader = "local_authority_roll"\nfiles = ["roll.csv"]\n')
BIRTHS = "area_code,cohort,births\n" + "".join(f"E10000024,{y},{1000 - 10 * (y - 2013)}\n" for y in range(2013, 2023))
ROLL = "ay,nc_year,pupils\n" + "".join(f"{ay},{g},{900 + g}\n" for ay in (2020, 2021, 2022) for g in range(14))
FEWER = ('name = "Fewer <babies>"\nwhy = "Asked for by cabinet."\n[world]\nbirths.level = { value = 0.9, from = "2021/22" }\n'
         "[choices]\nmargin.operating = 0.05\n")
Both = tuple[dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thin workspace with a scenario of its own."""
    folder = tmp_path_factory.mktemp("testshire")
    (folder / "scenarios").mkdir()
    fewest = FEWER.replace("0.9", "0.45").replace("Fewer", "Fewest")
    texts = {"scenarios/fewest.toml": fewest,
             "authority.toml": HEAD + TABLES, "births.csv": BIRTHS, "roll.csv": ROLL, "scenarios/fewer.toml": FEWER}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def answer(*words: str | Path, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert done.exit_code == code, done.output
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    return told


@pytest.fixture(scope="module")
def both(place: Path) -> Both:
    """The base and the scenario, run."""
    return answer("run", place), answer("run", place, "--scenario", "fewer")


def test_a_scenario_is_a_run_of_its_own_and_names_the_base(both: Both, place: Path) -> None:
    base, fewer = both
    assert fewer["run_id"] != base["run_id"]
    manifest = load(Path(str(fewer["folder"]))).manifest
    told = manifest["scenario"]
    assert told["baseline"] == base["run_id"] and told["name"] == "Fewer <babies>"
    assert told["changes"] == ["births.level: 1 -> 0.9, from 2021/22", "margin.operating: as the workspace says -> 0.05"]
    assert told["settings"] == {"operating_margin": 0.05} and manifest["assumptions"]["operating_margin"] == 0.02
    assert load(Path(str(base["folder"]))).manifest["scenario"] == {"name": "base", "changes": []}
    assert answer("run", place, "--scenario", "base")["run_id"] == base["run_id"]
    assert answer("run", place, "--scenario", "fewer")["there_already"]


def test_only_what_follows_from_the_change_moves(both: Both, place: Path) -> None:
    base, fewer = (load(Path(str(one["folder"]))) for one in both)
    fewest = load(Path(str(answer("run", place, "--scenario", "fewest")["folder"])))
    one, other, least = (run.table("pupils").set_index(["ay", "planning_area_code", "nc_year"])["pupils"]
                         for run in (base, fewer, fewest))
    share = (other / one).dropna()         # nobody is in the year groups that no school has
    born = pd.Series([ay - g - 5 for ay, _, g in share.index], index=share.index)
    assert share[born < 2021].to_numpy() == pytest.approx(1.0)
    assert (born >= 2021).any() and share[born >= 2021].to_numpy() == pytest.approx(0.9, abs=0.01)   # and births' own correction
    assert (least / other)[share.index][born >= 2021].to_numpy() == pytest.approx(0.5)


def test_terminal_map_and_workbook_say_which_scenario_it_is(both: Both) -> None:
    folder = Path(str(both[1]["folder"]))
    shown = CliRunner().invoke(app, ["show", str(folder)]).output
    assert "Scenario: Fewer <babies>. Asked for by cabinet." in shown and "births.level: 1 -> 0.9, from 2021/22" in shown
    assert "Scenario" not in CliRunner().invoke(app, ["show", str(both[0]["folder"])]).output
    page = (folder / "map.html").read_text(encoding="utf-8")
    assert "scenario: Fewer" in page and "Fewer <babies>" not in page
    front = CalamineWorkbook.from_path(str(folder / "tables.xlsx")).get_sheet_by_index(0).to_python()
    assert any("scenario: Fewer <babies>" in str(cell) for row in front for cell in row)


def test_the_list_has_the_library_and_the_workspaces_own(place: Path) -> None:
    found = {one["key"]: one for one in answer("scenarios", place)["scenarios"]}
    assert found["fewer"]["own"] and not found["births-low"]["own"]
    assert found["fewer"]["keys"] == ["births.level", "margin.operating"]
    assert "fewer" not in {one["key"] for one in answer("scenarios")["scenarios"]}
    assert {one["key"] for one in answer("scenarios", "--levers")["levers"]} == {one.name for one in LEVERS}


def test_a_slip_is_told_and_nothing_is_run(place: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "W"\nwhy = "?"\n[world]\nbirths.levl = 2\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["run", str(place), "--scenario", str(wrong)])
    assert done.exit_code == 2 and "Traceback" not in done.output
    assert "row 4, world.births.levl: this key is not known; did you mean births.level?" in done.output
    done = CliRunner().invoke(app, ["run", str(place), "--scenario", "fewr"])
    assert done.exit_code == 2 and "did you mean fewer?" in done.output
