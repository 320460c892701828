"""Processes of an ensemble for tests: `python ensemble_child.py ASKED PARTS` works one through, to be killed while it does.

It says "ready" when everything is imported, begins when it reads a line, and says "done" at the end. `slowly` does a task after a
nap, so that a worker can be killed in the middle of one.
"""

from __future__ import annotations

import pickle
import sys
import time
from pathlib import Path

from scenarios.ensemble import Asked, work_through
from scenarios.ensemble_file import read_ensemble
from scenarios.ensemble_work import Ground, Task, do
from scenarios.identity import code_sha256
from scenarios.many import one_by_one
from sufficiency.workspace.workspace import load

NAP = 0.25      # seconds


def asked_of(workspace: Path, count: int | None = None, code: str = "") -> Asked:
    """The ensemble of a small council."""
    loaded = load(workspace, {})
    inputs = tuple(sorted(source.sha256 for source in loaded.evidence.sources))
    ground = Ground(str(workspace), "", inputs, code or code_sha256())
    ensemble = read_ensemble(workspace / "ensemble.toml", workspace, count)
    return Asked(ensemble, ground, loaded.assumptions.seed, loaded.assumptions.spread)


def slowly(task: Task) -> bytes:
    """Do a task after a nap."""
    time.sleep(NAP)
    return do(task)


def main() -> None:
    """Wait for the word, then work."""
    print("ready", flush=True)
    sys.stdin.readline()
    asked = pickle.loads(Path(sys.argv[1]).read_bytes())
    list(work_through(asked, Path(sys.argv[2]), lambda work, tasks: one_by_one(slowly, tasks)))
    print("done", flush=True)


if __name__ == "__main__":
    main()
