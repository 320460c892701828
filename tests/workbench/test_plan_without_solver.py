"""`plan` typed when its solver is killed in mid-solve, has a millisecond, or is missing: clear words, and the last good plan."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from paper_council import paper_case

from scenarios import runs
from sufficiency.assumptions import Assumptions
from sufficiency.capital.choices import EXCHANGE
from sufficiency.capital.from_run import CaseOfRun
from sufficiency.capital.story import kept

pytestmark = pytest.mark.long
RUN = "0123456789ac"
AIDS = Path(__file__).parents[1] / "aids"
WITH_SLOW_CHILD = (
    "from sufficiency.capital import solver; solver.CHILD = 'slow_child'; from workbench.__main__ import main; main()"
)
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
PATIENCE = 50.0     # seconds


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run that has kept the paper council's case; all is weighed at once, so that there is one solve."""
    case = paper_case()
    short = case.cells.assign(
        lacking=case.cells["children"], planning_area_code=case.cells["group_id"].map({"e27": "east", "w27": "west"}),
        phase="primary", intake_ay=2027, age_band="", entry=0,
    )
    codes = case.schemes["scheme_id"]
    told = pd.DataFrame({
        "scheme_id": codes, "name": "The " + codes, "running_thousand_pounds": float("nan"), "route": "",
        "cost_rests_on": "estimate", "easting": 450_000.0, "northing": 350_000.0,
    })
    names = pd.DataFrame({"planning_area_code": ["east", "west"], "planning_area_name": ["East End", "West End"]})
    about = {
        "run_id": RUN, "code_sha256": "0" * 64, "authority": {"name": "Paper", "code": "999", "base_year": 2026}, "notes": [],
        "assumptions": {
            "plan_why_seconds": 0.0, "seed": 1, "plan_aims": EXCHANGE, "plan_rates": list(Assumptions.plan_rates), "draws": 7,
        },
    }
    return runs.save(tmp_path / "runs", about, {**kept(CaseOfRun(case, short, told, ())), "names": names})


def without_highs(folder: Path) -> str:
    """A folder that, first on the path, keeps the solver from being found."""
    absent = folder / "absent"
    absent.mkdir()
    (absent / "highspy.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    return str(absent)


def started(run: Path, *words: str, python: tuple[str, ...] = ("-m", "workbench"), **env: str) -> subprocess.Popen[str]:
    paths = os.pathsep.join([*env.pop("before", "").split(), *sys.path, str(AIDS)])
    return subprocess.Popen(
        [sys.executable, *python, "plan", str(run), "--json", "--no-why", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONPATH": paths, **env},
    )


def answered(process: subprocess.Popen[str], ends: int = 0) -> tuple[dict[str, Any], str]:
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == ends, err
    assert "Traceback" not in err
    return (json.loads(out) if out else {}), err


@pytest.mark.long
def test_a_solver_killed_in_mid_solve_leaves_its_last_plan_and_says_so(run: Path, tmp_path: Path) -> None:
    at_first, _ = answered(started(run, before=without_highs(tmp_path)))
    folder = Path(at_first["folder"])
    as_it_was = {path.name: path.read_bytes() for path in folder.iterdir()}
    says = tmp_path / "number"
    process = started(run, "--seconds", "40", python=("-c", WITH_SLOW_CHILD), SLOW_CHILD=str(says))
    ends, moment = time.monotonic() + PATIENCE, threading.Event()
    while not says.exists() and time.monotonic() < ends and process.poll() is None:
        moment.wait(0.02)
    assert says.exists(), process.communicate()[1]
    os.kill(int(says.read_text(encoding="utf-8")), KILL)
    told, _ = answered(process)
    (proof,) = told["proofs"]
    assert proof["status"] == "best_found" and "the solver ended before its time" in proof["said"]
    assert "road" in {one["scheme_id"] for one in told["schemes"]}, "what must be built is in the plan"
    assert proof["value"] < at_first["proofs"][0]["value"] - 1.0, "the plan that it had found, not that drawn up without it"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == as_it_was


def test_a_millisecond_leaves_a_plan_that_is_not_called_the_best(run: Path) -> None:
    told, _ = answered(started(run, "--seconds", "0.001"))
    (proof,) = told["proofs"]
    assert proof["status"] == "best_found"
    assert "nothing is proven" in proof["said"] or "from the best possible" in proof["said"]
    assert "road" in {one["scheme_id"] for one in told["schemes"]}


def test_a_missing_solver_is_said_with_what_to_install(run: Path, tmp_path: Path) -> None:
    absent = without_highs(tmp_path)
    told, _ = answered(started(run, before=absent))
    (proof,) = told["proofs"]
    assert proof["status"] == "best_found" and "install the package highspy" in proof["said"]
    assert "road" in {one["scheme_id"] for one in told["schemes"]}
    forced, said = answered(started(run, "--force", "half", "--force", "form", before=absent), ends=2)
    assert forced["ok"] is False and forced["problems"][0]["advice"] == "plans that were made before are as they were"
    assert "highspy" in forced["problems"][0]["expected"], said
