"""A finished run is made again from what it recorded: the same bytes, or a name for what is not as it was."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from scenarios.manifest import as_json, measured, sealed
from workbench import answers
from workbench.cli import app

TOML = (
    '[authority]\ncode = "891"\nname = "Testshire"\ngss_code = "E10000024"\nbase_year = 2022\n[settings]\ndraws = 50\n'
    '[tables.births]\nreader = "local_births"\nfiles = ["births.csv"]\n'
    '[tables.authority_roll]\nreader = "local_authority_roll"\nfiles = ["roll.csv"]\n'
)
BIRTHS = "area_code,cohort,births\n" + "".join(f"E10000024,{y},{1000 - 10 * (y - 2013)}\n" for y in range(2013, 2023))
ROLL = "ay,nc_year,pupils\n" + "".join(f"{ay},{g},{900 + g}\n" for ay in (2020, 2021, 2022) for g in range(14))


def sufficiency(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, words)], env={"SUFFICIENCY_DATA": None})


def in_a_process(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    around = {k: v for k, v in os.environ.items() if k != "SUFFICIENCY_DATA"} | environment
    return subprocess.run([sys.executable, "-m", "workbench", *map(str, words)], capture_output=True, text=True, encoding="utf-8",
                          check=False, env=around)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with nothing but births and the authority's roll, and its run."""
    folder = tmp_path_factory.mktemp("replayed") / "council"
    folder.mkdir()
    for name, text in (("authority.toml", TOML), ("births.csv", BIRTHS), ("roll.csv", ROLL)):
        (folder / name).write_text(text, encoding="utf-8")
    done = in_a_process("run", folder, PYTHONHASHSEED="1", OMP_NUM_THREADS="1")
    assert done.returncode == answers.FINE, done.stderr
    return folder


@pytest.fixture
def council(made: Path, tmp_path: Path) -> Path:
    """A copy of it to do harm to."""
    return Path(shutil.copytree(made, tmp_path / "council"))


def run_of(council: Path) -> Path:
    (folder,) = (path for path in (council / "runs").iterdir() if path.is_dir())
    return folder


def resealed(folder: Path, change: Mapping[str, Any]) -> None:
    """Change what the manifest says, and seal it again as a program of another version would have."""
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8")) | change
    (folder / "manifest.json").write_bytes(as_json(sealed(told)))


def test_a_run_comes_out_the_same_byte_for_byte_with_other_hashing_and_threads_and_leaves_nothing(council: Path) -> None:
    before = sorted(path.name for path in (council / "runs").iterdir())
    done = in_a_process("replay", council, "--json", PYTHONHASHSEED="77", OMP_NUM_THREADS="2")
    told = json.loads(done.stdout)
    assert done.returncode == answers.FINE and told["identical"], done.stdout
    outputs = {path.name for path in run_of(council).iterdir()}
    assert set(told["same"]) == outputs >= {"map.html", "tables.xlsx", "manifest.json", "balance.parquet"}
    assert sorted(path.name for path in (council / "runs").iterdir()) == before


def test_a_workspace_that_moved_on_answers_for_an_old_run_while_it_keeps_the_old_files(council: Path, tmp_path: Path) -> None:
    (council / "kept").mkdir()
    (council / "births.csv").rename(council / "kept" / "births.csv")
    (council / "births.csv").write_text(BIRTHS.replace(",1000\n", ",1001\n"), encoding="utf-8")
    (council / "authority.toml").write_text(TOML.replace("draws = 50", "draws = 60"), encoding="utf-8")
    elsewhere = Path(shutil.move(run_of(council), tmp_path / "a run"))
    alone = sufficiency("replay", elsewhere)
    assert alone.exit_code == answers.INPUT and "--workspace" in alone.stderr
    done = sufficiency("replay", elsewhere, "--workspace", council, "--out", tmp_path / "again", "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == answers.FINE and told["identical"], done.stdout
    assert (Path(told["folder"]) / "balance.parquet").read_bytes() == (elsewhere / "balance.parquet").read_bytes()


def test_inputs_that_changed_or_are_missing_are_all_named_and_nothing_is_computed(council: Path) -> None:
    (council / "births.csv").write_text(BIRTHS.replace(",1000\n", ",1001\n"), encoding="utf-8")
    (council / "roll.csv").write_text(ROLL + "2019,0,900\n", encoding="utf-8")
    done = sufficiency("replay", council)
    assert done.exit_code == answers.INPUT and "Projecting" not in done.stderr and "Traceback" not in done.stderr
    assert "the table births was read from births.csv" in done.stderr and "births.csv there now has other bytes" in done.stderr
    assert "the table authority_roll was read from roll.csv" in done.stderr and "put the file back" in done.stderr
    (council / "births.csv").unlink()
    gone = sufficiency("replay", council)
    assert gone.exit_code == answers.INPUT and "births.csv" in gone.stderr


def test_a_table_that_does_not_come_out_the_same_is_told_by_column_cells_and_size(council: Path) -> None:
    folder = run_of(council)
    table = pd.read_parquet(folder / "pupils.parquet")
    table.loc[[0, 1], "pupils"] += [0.5, 2.0]
    table.to_parquet(folder / "pupils.parquet", index=False)
    outputs = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["outputs"]
    resealed(folder, {"outputs": outputs | {"pupils.parquet": measured(folder / "pupils.parquet") | {"rows": len(table)}}})
    done = sufficiency("replay", council)
    assert done.exit_code == answers.OTHERWISE
    assert f"pupils.parquet, pupils: 2 of {len(table):,} cells differ, by at most 2" in done.stdout
    assert [line for line in done.stdout.splitlines() if ".parquet" in line] == [
        f"pupils.parquet, pupils: 2 of {len(table):,} cells differ, by at most 2"]


def test_under_another_version_values_are_compared_and_the_version_is_named(council: Path) -> None:
    folder = run_of(council)
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    resealed(folder, {"versions": told["versions"] | {"pandas": "2.3.0"}, "code_sha256": "0" * 64})
    done = sufficiency("replay", council, "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == answers.OTHERWISE and not found["ok"] and found["differences"] == [] and found["within"] > 0
    assert any(line.startswith("pandas was 2.3.0, is ") for line in found["other_versions"])
    assert found["other_versions"][0].startswith("Sufficiency itself is another")
    assert set(found["same"]) == {name for name in told["outputs"] if name.endswith(".parquet")}


def test_a_run_by_a_scenario_is_replayed_by_that_scenario(council: Path) -> None:
    made = sufficiency("run", council, "--scenario", "births-high", "--json")
    run = json.loads(made.stdout)
    done = sufficiency("replay", run["folder"], "--json")
    assert done.exit_code == answers.FINE and json.loads(done.stdout)["identical"], done.stdout + done.stderr


def test_a_run_that_did_not_note_how_its_files_were_read_is_refused(council: Path) -> None:
    folder = run_of(council)
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del told["recipe"]
    (folder / "manifest.json").write_bytes(as_json(sealed(told)))
    done = sufficiency("replay", council)
    assert done.exit_code == answers.INPUT and "older Sufficiency" in done.stderr
