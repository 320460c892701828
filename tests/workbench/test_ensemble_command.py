"""`ensemble` as a planner meets it: what it says, what lies in its folder, and that a second start costs nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_council import small_council
from typer.testing import CliRunner

from scenarios.runs import load
from workbench.cli import app

FEW = ('name = "Homes <late>"\nwhy = "Asked for by cabinet."\n[world]\nhomes.level = { low = 0.5, central = 1.0, high = 1.2, '
       'probability = 0.9 }\n[futures]\ncount = 40\nchecked = 1\n[sweep]\nsites.GV.delay_years = [0, 2]\n')


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_council(tmp_path_factory.mktemp("testshire") / "council")
    (folder / "scenarios" / "ensembles").mkdir(parents=True)
    (folder / "scenarios" / "ensembles" / "few.toml").write_text(FEW, encoding="utf-8")
    return folder


def answer(*words: str | Path, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert done.exit_code == code, done.output
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    return told


def test_it_is_worked_through_kept_and_found_again(place: Path) -> None:
    told = answer("ensemble", place, "few")
    assert (told["futures"], told["points"], told["there_already"], told["kind"]) == (40, 2, False, "ensemble")
    worst = {(row["point"], row["phase"]): row for row in told["worst_years"]}
    assert worst[0, "primary"]["expected_shortfall"] > worst[1, "primary"]["expected_shortfall"] > 0, "late homes, fewer short"
    assert told["checked"]["pupils_share"] < 0.01
    folder = Path(told["folder"])
    assert folder == place / "ensembles" / told["run_id"]
    run = load(folder)
    assert {"sweep.svg", "sweep.png", "tables.xlsx", "futures.parquet", "sweep_points.parquet"} <= set(run.manifest["outputs"])
    assert run.manifest["asked"]["name"] == "Homes <late>" and run.manifest["kind"] == "ensemble"
    assert [path.name for path in (place / "ensembles").glob("*.parts")] == [], "nothing is left of its parts"
    assert (place / "ensembles" / f"{told['run_id']}.status.json").is_file()
    again = answer("ensemble", place, "few")
    assert again["there_already"] and again["worst_years"] == told["worst_years"]
    shown = CliRunner().invoke(app, ["show", str(folder)])
    assert shown.exit_code == 0 and "Homes <late>: 40 futures at each of 2 points" in shown.stdout
    assert "[sites.GV.delay_years 2] Primary schools are shortest" in shown.stdout
    replayed = CliRunner().invoke(app, ["replay", str(folder)])
    assert replayed.exit_code == 2 and "is an ensemble" in replayed.output


def test_what_cannot_be_is_told_before_the_work(place: Path) -> None:
    assert "no such ensemble" in answer("ensemble", place, "fwe", code=2)["problems"][0]["expected"]
    assert "cannot be used together" in answer("ensemble", place, "few", "--workers", "2", "--scheduler", "tcp://x:1",
                                               code=2)["problems"][0]["expected"]
    (place / "nowhere.toml").write_text('name = "N"\nwhy = "W."\n[sweep]\nsites.XY.delay_years = [0, 1]\n', encoding="utf-8")
    assert "no such housing site" in answer("ensemble", place, "nowhere.toml", code=2)["problems"][0]["expected"]
    assert "there is no run" in answer("ensemble", place, "few", "--plan", "abcdef", code=2)["problems"][0]["expected"]
