"""Whole runs, map included, as a planner meets them: the invented council, and Nottinghamshire where SUFFICIENCY_DATA is set.

Each is the command itself in a process of its own, against its limit of 20 seconds on two cores; and the projection alone against
100 milliseconds. Prints the median of three and ends with 1 where a limit is passed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 20.0
TIMES = 3


def seconds(workspace: Path) -> float:
    """Time one whole run into an empty folder."""
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "workbench", "run", str(workspace), "--out", out, "--json"], check=True,
                       capture_output=True, cwd=ROOT)
        return time.perf_counter() - start


def main() -> int:
    """Time both workspaces and say whether they keep to the limit."""
    with tempfile.TemporaryDirectory() as place:
        invented = Path(place) / "example"
        subprocess.run([sys.executable, "-m", "workbench", "example", str(invented)], check=True, capture_output=True, cwd=ROOT)
        workspaces = {"invented council": invented}
        if os.environ.get("SUFFICIENCY_DATA"):
            workspaces["Nottinghamshire"] = ROOT / "tests" / "workspaces" / "nottinghamshire"
        late = 0
        for name, workspace in workspaces.items():
            took = [seconds(workspace) for _ in range(TIMES)]
            median = statistics.median(took)
            late += median > LIMIT_SECONDS
            print(f"{name}: whole run {median:.1f} s (from {min(took):.1f} to {max(took):.1f}), limit {LIMIT_SECONDS:.0f} s")
    return int(late > 0)


if __name__ == "__main__":
    sys.exit(main())
