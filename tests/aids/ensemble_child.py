"""Processes of an ensemble for tests: `python ensemble_child.py ASKED PARTS` works one through, to be killed while it does.

It says "ready" when everything is imported, begins when it reads a line, tells every step, and says "done" at the end. `slowly`
does a task many times over, so that a worker can be killed in the middle of one.
"""

from __future__ import annotations

import pickle
import sys
from functools import partial
from pathlib import Path

from scenarios.ensemble import Asked, work_through
from scenarios.ensemble_file import read_ensemble
from scenarios.ensemble_work import BlockTask, Ground, Task, do
from scenarios.identity import code_sha256
from scenarios.many import one_by_one
from sufficiency.workspace.workspace import load

TIMES = 4


def asked_of(workspace: Path, count: int | None = None, code: str = "") -> Asked:
    """The ensemble of a small council."""
    loaded = load(workspace, {})
    inputs = tuple(sorted(source.sha256 for source in loaded.evidence.sources))
    ground = Ground(str(workspace), "", inputs, code or code_sha256())
    ensemble = read_ensemble(workspace / "ensemble.toml", workspace, count)
    return Asked(ensemble, ground, loaded.assumptions.seed, loaded.assumptions.spread)


def slowly(task: Task) -> bytes:
    """Do a task many times over."""
    for _ in range(TIMES if isinstance(task, BlockTask) else 1):
        done = do(task)
    return done


def main() -> None:
    """Wait for the word, then work."""
    print("ready", flush=True)
    sys.stdin.readline()
    asked = pickle.loads(Path(sys.argv[1]).read_bytes())
    told = partial(print, flush=True)
    list(work_through(asked, Path(sys.argv[2]), lambda work, tasks: one_by_one(slowly, tasks), told))
    print("done", flush=True)


if __name__ == "__main__":
    main()
