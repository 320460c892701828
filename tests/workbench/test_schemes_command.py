"""`sufficiency schemes` as a planner meets it: tables in a new folder that `check` reads as they are, nothing written over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from short_council import BASE, LASTING, TWO, run_tables
from typer.testing import CliRunner

from scenarios import runs
from workbench.cli import app

HEAD = f'[authority]\ncode = "891"\nname = "Testshire"\ngss_code = "E10000024"\nbase_year = {BASE}\n'
TABLES = (
    '[tables.births]\nreader = "local_births"\nfiles = ["births.csv"]\n'
    '[tables.authority_roll]\nreader = "local_authority_roll"\nfiles = ["roll.csv"]\n'
    '[tables.school_roll]\nreader = "local_school_roll"\nfiles = ["schools.csv"]\n'
)
RUN = "0123456789ab"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with two schools and no list of schemes, and a finished run of it in which its one area is short."""
    folder = tmp_path / "council"
    folder.mkdir()
    births = "area_code,cohort,births\n" + "".join(f"E10000024,{y},{900}\n" for y in range(BASE - 12, BASE))
    roll = "ay,nc_year,pupils\n" + "".join(f"{y},{g},900\n" for y in range(BASE - 4, BASE + 1) for g in range(14))
    schools = "urn,ay,nc_year,pupils\n" + "".join(f"{urn},{BASE},{g},60\n" for urn, *_ in TWO for g in range(7))
    for name, text in (("authority.toml", HEAD + TABLES), ("births.csv", births), ("roll.csv", roll), ("schools.csv", schools)):
        (folder / name).write_text(text, encoding="utf-8")
    save(folder, run_tables(TWO, LASTING))
    return folder


def save(folder: Path, tables: dict[str, pd.DataFrame]) -> Path:
    about = {
        "run_id": RUN, "code_sha256": "0" * 64, "authority": {"name": "Testshire", "code": "891", "base_year": BASE}, "notes": [],
        "assumptions": {"location_factor": 1.03}, "scenario": {}, "inputs": [],
    }  # fmt: skip
    return runs.save(folder / "runs", about, tables)


def told(command: str, *words: str | Path, ends: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(app, [command, *map(str, words), "--json"])
    assert done.exit_code == ends, done.output
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def test_proposals_are_tables_that_check_reads_as_they_are(workspace: Path) -> None:
    answer = told("schemes", workspace)
    made = Path(answer["folder"])
    assert made == workspace / "proposals" / RUN and answer["files"] == ["schemes.csv"]
    lines = (made / "add-to-authority.toml").read_text(encoding="utf-8")
    settings = workspace / "authority.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + lines, encoding="utf-8")
    checked = told("check", workspace)
    (schemes,) = [table for table in checked["tables"] if table["table"] == "schemes"]
    assert schemes["rows"] == len(answer["proposed"]) == 6


def test_what_is_there_is_never_written_over(workspace: Path) -> None:
    made = Path(told("schemes", workspace)["folder"])
    mine = made / "schemes.csv"
    mine.write_text("a planner has been here", encoding="utf-8")
    answer = told("schemes", workspace, ends=2)
    assert "is there already" in answer["problems"][0]["expected"] and "--out" in answer["problems"][0]["advice"]
    assert mine.read_text(encoding="utf-8") == "a planner has been here"


def test_beside_a_list_that_is_there_the_lines_add_a_second_file(workspace: Path) -> None:
    settings = workspace / "authority.toml"
    own = '[[tables.schemes]]\nreader = "schemes"\nfiles = ["schemes.csv"]\n'
    settings.write_text(settings.read_text(encoding="utf-8") + own, encoding="utf-8")
    made = Path(told("schemes", workspace)["folder"])
    assert "[[tables.schemes]]" in (made / "add-to-authority.toml").read_text(encoding="utf-8")


def test_the_list_is_short_and_says_what_must_be_asked(workspace: Path) -> None:
    done = CliRunner().invoke(app, ["schemes", str(workspace)])
    lines = done.output.splitlines()
    assert lines[0] == f"6 proposals from the figures of run {RUN}, none of them looked at yet:"
    assert "2 bulge classes" in lines and "4 half and whole forms of entry" in lines
    assert any("School 1: half a form of entry" in line and "Brookside" in line and "105 places" in line for line in lines)
    assert any(line.startswith("3 are for a trust") for line in lines) and all(len(line) <= 160 for line in lines)


def test_where_nothing_is_short_nothing_is_written(tmp_path: Path) -> None:
    run = save(tmp_path, run_tables(TWO, {}))
    answer = told("schemes", run)
    assert answer["proposed"] == [] and answer["folder"] is None and not (tmp_path / "proposals").exists()
