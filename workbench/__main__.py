"""The door: `sufficiency` and `python -m workbench`."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Make sure that every name can be printed, then hand over to the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")     # Windows pipes are cp1252 otherwise
    from workbench.cli import app

    app(prog_name="sufficiency")


if __name__ == "__main__":
    main()
