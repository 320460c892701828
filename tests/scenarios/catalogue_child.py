"""A process of its own that brings a catalogue up to date, to be killed while it does: `python catalogue_child.py RUNS URL`.

It says "ready" when everything is imported and begins when it reads a line. URL may be blank: the file beside the runs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from scenarios.catalogue import open_catalogue, sync


def main() -> None:
    """Wait for the word, then enter what is not entered yet."""
    runs, url = Path(sys.argv[1]), sys.argv[2]
    engine = open_catalogue(runs, url)
    print("ready", flush=True)
    sys.stdin.readline()
    done = sync(engine, runs, "here")
    print(len(done.entered), flush=True)


if __name__ == "__main__":
    main()
