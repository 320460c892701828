"""`runs` lists and finds; status, note and tag are written down beside the run and repeated by the catalogue."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from scenarios.catalogue import FILE
from scenarios.history import MADE, Event, add, history
from scenarios.runs import save
from workbench import answers
from workbench.cli import app
from workbench.run_records import record_made

FACTS = {"authority": {"name": "Testshire", "code": "891", "base_year": 2022}, "scenario": {"name": "base", "changes": []}}
NAMES = pd.DataFrame({"planning_area_code": ["8910001"], "planning_area_name": ["Ashby"]})


def sufficiency(*words: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(app, [*map(str, words)], env={"SUFFICIENCY_CATALOGUE": None} | environment)


def answer(*words: str | Path, **environment: str) -> dict[str, Any]:
    done = sufficiency(*words, "--json", **environment)
    assert done.exit_code == answers.FINE, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two finished runs of one council."""
    for run_id, scenario in (("aaaabbbbcccc", "base"), ("bbbbccccdddd", "Late homes")):
        facts = FACTS | {"run_id": run_id, "scenario": {"name": scenario, "changes": []}}
        folder = save(tmp_path / "runs", facts, {"names": NAMES})
        add(folder, Event("Ann", f"2026-11-24T{len(scenario):02d}:00:00+00:00", MADE))
    return tmp_path / "runs"


def listed(*words: str | Path, **environment: str) -> list[str]:
    return [one["run_id"] for one in answer("runs", *words, **environment)["runs"]]


def test_runs_are_listed_found_and_carried_from_draft_to_signature(runs: Path) -> None:
    assert listed(runs) == ["bbbbccccdddd", "aaaabbbbcccc"], "the latest first"
    early = sufficiency("runs", "status", "aaaa", "signed-off", "--runs", runs)
    assert early.exit_code == answers.INPUT
    assert "is draft and cannot become signed off; next it can become reviewed" in early.stderr
    answer("runs", "status", "aaaa", "reviewed", "--note", "looks right", "--runs", runs)
    told = answer("runs", "status", "aaaa", "signed-off", "--runs", runs)
    assert told["status"] == "signed off" and told["signed_by"] and told["notes"][0]["note"] == "looks right"
    answer("runs", "note", "bbbb", "shown to cabinet", "--runs", runs)
    answer("runs", "tag", "bbbb", "cabinet", "spring", "--runs", runs)
    answer("runs", "tag", "bbbb", "spring", "--away", "--runs", runs)
    assert listed(runs, "--status", "signed-off") == ["aaaabbbbcccc"]
    assert listed(runs, "--scenario", "late") == listed(runs, "--tag", "cabinet") == ["bbbbccccdddd"]
    assert len(listed(runs, "--area", "ashby")) == 2 and listed(runs, "--tag", "spring") == []
    lines = sufficiency("runs", runs).stdout
    assert "signed off by" in lines and "shown to cabinet" in lines and "Late homes" in lines
    assert history(runs / "aaaabbbbcccc").status == "signed off"


def test_ensembles_robust_plans_and_comparisons_are_listed_beside_runs_and_signed_like_them(runs: Path) -> None:
    for number, (kind, place) in enumerate((("ensemble", "ensembles"), ("robust", "robust"), ("comparison", "comparisons"))):
        facts = FACTS | {"kind": kind, "run_id": f"{number:012x}", "scenario": {}, "asked": {"name": kind}}
        save(runs.parent / place, facts, {"names": NAMES})
    assert len(listed(runs)) == len(listed(runs.parent / "ensembles")) == 5 and not (runs.parent / "ensembles" / FILE).exists()
    assert listed(runs, "--kind", "robust") == ["000000000001"] and len(listed(runs, "--kind", "run")) == 2
    assert "robust plan" in sufficiency("runs", runs).stdout
    answer("runs", "status", "000000000000", "reviewed", "--runs", runs)
    assert listed(runs, "--status", "reviewed", "--scenario", "ensem") == ["000000000000"]
    assert (runs.parent / "ensembles" / "000000000000.status.json").is_file()
    shutil.rmtree(runs.parent / "robust")
    assert listed(runs, "--kind", "robust") == [] and len(listed(runs)) == 4, "only what is gone is taken out"
    assert "there is no kind 'plan'" in sufficiency("runs", runs, "--kind", "plan").stderr


def test_a_catalogue_of_a_version_that_knew_runs_only_is_brought_up_to_date(runs: Path) -> None:
    assert len(listed(runs)) == 2
    with sqlite3.connect(runs / FILE) as connection:
        connection.execute("ALTER TABLE runs DROP COLUMN kind")
    connection.close()
    assert [one["kind"] for one in answer("runs", runs)["runs"]] == ["run", "run"]


def test_the_catalogue_is_made_anew_from_the_folders_with_all_that_was_written_down(runs: Path) -> None:
    answer("runs", "status", "aaaa", "reviewed", "--runs", runs)
    before = answer("runs", runs)["runs"]
    (runs / "catalogue.sqlite").unlink()
    assert answer("runs", runs)["runs"] == before and answer("runs", runs, "--rebuild")["runs"] == before
    (runs / "catalogue.sqlite").write_bytes(b"no database" * 200)
    done = sufficiency("runs", runs)
    assert done.exit_code == answers.INPUT and "remove the file and it is made anew" in done.stderr


def test_a_team_shares_a_server_and_writes_down_where_the_run_was_entered(runs: Path, tmp_path: Path, postgres: str) -> None:
    server = {"SUFFICIENCY_CATALOGUE": postgres}
    assert len(listed(runs, **server)) == 2
    copy = Path(shutil.copytree(runs, tmp_path / "copy"))
    told = answer("runs", copy, "--catalogue", postgres)
    assert told["elsewhere"].keys() == {"aaaabbbbcccc", "bbbbccccdddd"} and len(told["runs"]) == 2
    refused = sufficiency("runs", "note", "aaaa", "mine", "--runs", copy, **server)
    assert refused.exit_code == answers.INPUT and "what is here is a copy" in refused.stderr
    answer("runs", "status", "aaaa", "reviewed", "--runs", runs, **server)
    assert listed(copy, "--status", "reviewed", "--catalogue", postgres) == ["aaaabbbbcccc"]
    assert not (runs / "catalogue.sqlite").exists()


def test_what_cannot_be_is_told_with_what_to_do(runs: Path, tmp_path: Path) -> None:
    for words, said in (
        (("runs", tmp_path / "none"), "is no folder of runs"), (("runs", "note", "ffff", "x", "--runs", runs), "no run ffff"),
        (("runs", "note", "aaaa", " ", "--runs", runs), "nothing to write down"),
        (("runs", "status", "aaaa", "perfect", "--runs", runs), "there is no status 'perfect'"),
        (("runs", runs, "--catalogue", "postgresql://127.0.0.1:1/none"), "cannot be used"),
        (("runs", runs, "--catalogue", "oracle://a/b"), "it is SQLite or PostgreSQL"),
    ):
        done = sufficiency(*words)
        assert done.exit_code == answers.INPUT and said in done.stderr and "Traceback" not in done.stderr, words


def test_a_run_whose_maker_was_killed_before_he_wrote_it_down_is_written_down_later(runs: Path) -> None:
    folder = runs / "aaaabbbbcccc"
    (runs / "aaaabbbbcccc.status.json").unlink()
    told = record_made(folder, fresh=False)
    assert told.made is not None and told.made.who and "a later start" in told.made.note
    assert record_made(folder, fresh=True) == told, "once only"
