"""`run` killed at random moments: no run or a whole one, and the next start finishes what is missing, catalogue and all."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scenarios.catalogue import Wanted, find_runs, open_catalogue
from scenarios.history import history
from scenarios.runs import finished, load

pytestmark = [pytest.mark.early, pytest.mark.long]

ROOT = Path(__file__).resolve().parent.parent.parent
CHILD = Path(__file__).with_name("run_workspace_child.py")
TOML = (
    '[authority]\ncode = "891"\nname = "Testshire"\ngss_code = "E10000024"\nbase_year = 2022\n[settings]\ndraws = 20\n'
    '[tables.births]\nreader = "local_births"\nfiles = ["births.csv"]\n'
    '[tables.authority_roll]\nreader = "local_authority_roll"\nfiles = ["roll.csv"]\n'
)
BIRTHS = "area_code,cohort,births\n" + "".join(f"E10000024,{y},{1000 - 10 * (y - 2013)}\n" for y in range(2013, 2023))
ROLL = "ay,nc_year,pupils\n" + "".join(f"{ay},{g},{900 + g}\n" for ay in (2020, 2021, 2022) for g in range(14))
STAYS = {".status.lock", "catalogue.sqlite"}


def council(folder: Path) -> Path:
    """A workspace with nothing but births and the authority's roll."""
    folder.mkdir()
    for name, said in (("authority.toml", TOML), ("births.csv", BIRTHS), ("roll.csv", ROLL)):
        (folder / name).write_text(said, encoding="utf-8")
    return folder


def start(workspace: Path, url: str) -> subprocess.Popen[str]:
    """A process that is about to run a workspace."""
    around = {k: v for k, v in os.environ.items() if k != "SUFFICIENCY_DATA"} | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(workspace)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, env=around | ({"SUFFICIENCY_CATALOGUE": url} if url else {}))
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def killed_at_random_moments(tmp_path: Path, url: str, times: int, seed: int) -> list[bool]:
    """Kill so many runs; says of each whether there was a run already when it died."""
    begun = time.perf_counter()
    made, _ = start(council(tmp_path / "whole"), "").communicate(timeout=50)
    lasts, run_id = time.perf_counter() - begun, made.strip()
    assert run_id, "the run that nobody kills is finished"
    whole, chance, there = files(tmp_path / "whole" / "runs" / run_id), random.Random(seed), []
    for number in range(times):
        workspace = council(tmp_path / f"council-{number}")
        process = start(workspace, url)
        try:
            process.wait(timeout=chance.uniform(0.0, lasts))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        runs = workspace / "runs"
        found = finished(runs)
        there.append(bool(found))
        assert [files(load(folder).folder) for folder in found] == [whole] * len(found), "no run, or a whole one"
        again, _ = start(workspace, url).communicate(timeout=50)
        assert again.strip() == run_id and files(runs / run_id) == whole, "the next start finishes it"
        assert {path.name for path in runs.iterdir()} - STAYS == {run_id, f"{run_id}.status.json"}, "and tidies up"
        made_by = history(runs / run_id).made
        assert made_by is not None and made_by.when
        (listed,) = (one for one in find_runs(open_catalogue(runs, url), Wanted()) if url or one["place"] == "")
        assert listed["run_id"] == run_id and listed["status"] == "draft"
    return there


def test_a_run_killed_at_random_moments_is_not_there_or_whole_and_the_next_start_finishes(tmp_path: Path) -> None:
    assert len(killed_at_random_moments(tmp_path, "", 2, seed=20260921)) == 2


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_run_killed_at_fifty_random_moments(tmp_path: Path) -> None:
    there = killed_at_random_moments(tmp_path, "", 50, seed=20260922)
    assert len(there) == 50 and not all(there), "some died before the run was whole"


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_run_killed_at_fifty_random_moments_with_the_catalogue_on_a_server(tmp_path: Path, postgres: str) -> None:
    there = killed_at_random_moments(tmp_path, postgres, 50, seed=20260923)
    assert len(there) == 50 and not all(there), "some died before the run was whole"
