"""A process of its own that saves one run, to be killed while it does: `python run_child.py RUNS [STOP]`.

It says "ready" when everything is imported and begins to save when it reads a line. With STOP it dies at the STOP-th time that it
touches the file system, without a word and without tidying up, as a killed process does.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from scenarios.runs import save

RUN_ID = "0123456789ab"
TOUCHES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "os.listdir", "os.scandir"}


def frames(rows: int) -> dict[str, pd.DataFrame]:
    """Tables of the shape that a run has, the same each time."""
    number = np.arange(rows)
    pupils = pd.DataFrame({
        "ay": 2022 + number % 8, "phase": np.where(number % 3 == 0, "secondary", "primary"),
        "planning_area_code": [f"891{n % 97:04d}" for n in number], "nc_year": number % 12, "pupils": number * 0.37,
    })
    return {"pupils": pupils, "balance": pupils.rename(columns={"pupils": "additional_need"})}


def write_map(path: Path) -> None:
    """Write what stands for a map."""
    path.write_bytes(b"<p>map</p>\n" * 50_000)


def write_run(runs: Path, rows: int = 20_000) -> Path:
    """Save the run that the tests know."""
    manifest = {"run_id": RUN_ID, "authority": {"name": "Testshire", "base_year": 2022}}
    return save(runs, manifest, frames(rows), {"map.html": write_map})


def die_at(stop: int) -> None:
    """Arrange to be dead at the `stop`-th touch of the file system from now on."""
    left = stop

    def count(event: str, args: tuple[object, ...]) -> None:
        nonlocal left
        if event in TOUCHES:
            left -= 1
            if left == 0:
                os._exit(9)

    sys.addaudithook(count)


def main() -> None:
    """Wait for the word, then save."""
    runs = Path(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    if len(sys.argv) > 2:
        die_at(int(sys.argv[2]))
    write_run(runs)
    print("saved", flush=True)


if __name__ == "__main__":
    main()
