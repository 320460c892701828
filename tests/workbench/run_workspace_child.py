"""A process of its own that runs a workspace, to be killed while it does: `python run_workspace_child.py WORKSPACE`.

It says "ready" when everything is imported and begins when it reads a line; at the end it says which run it made.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import workbench.publish_run
import workbench.run_records
from workbench.progress import Steps
from workbench.running import run_workspace


def main() -> None:
    """Wait for the word, then run."""
    assert workbench.publish_run and workbench.run_records
    print("ready", flush=True)
    sys.stdin.readline()
    with Steps() as steps:
        answer = run_workspace(Path(sys.argv[1]), None, os.environ, steps)
    print(answer.data["run_id"], flush=True)


if __name__ == "__main__":
    main()
