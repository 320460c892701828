"""The command line: in this process, which costs no second interpreter, or in one of its own, as a planner starts it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from workbench.cli import app

AROUND: dict[str, str | None] = {"SUFFICIENCY_DATA": None, "SUFFICIENCY_CATALOGUE": None}


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    stdout: str
    stderr: str


def sufficiency(*words: str | Path, cwd: Path | None = None) -> Done:
    """Give a command in this process, with nothing of the tester's own folders around it."""
    with contextlib.chdir(cwd or Path.cwd()):
        done = CliRunner().invoke(app, [*map(str, words)], env=AROUND)
    return Done(done.exit_code, done.stdout, done.stderr)


def in_a_process(*words: str | Path, cwd: Path | None = None, **environment: str) -> Done:
    """Give it in a process of its own: what only that can show, as its exit code, its two streams and its beginning."""
    around = {name: said for name, said in os.environ.items() if name not in AROUND} | environment
    done = subprocess.run([sys.executable, "-m", "workbench", *map(str, words)], capture_output=True, text=True, encoding="utf-8",
                          check=False, cwd=cwd, env=around)
    return Done(done.returncode, done.stdout, done.stderr)
