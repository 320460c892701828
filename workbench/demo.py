"""`demo` and `example`: the invented council, its files and its run, with the map opened where there is a screen."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.durable import try_folder
from sufficiency.example.publish import write_example
from workbench.answers import Answer, UserError
from workbench.running import run_workspace

if TYPE_CHECKING:
    from workbench.progress import Steps

COUNCIL = "council"  # the folder of the invented council, in that of the demo
ANSWERS = "answers.md"
SEED = 1


def new_example(folder: Path, seed: int) -> Answer:
    """Write the invented council's workspace."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is there already and not empty", "give a new folder")
    ready(folder)
    files = write_example(folder, seed)
    names = [path.relative_to(folder).as_posix() for path in files]
    lines = [
        f"Wrote an invented council into {folder}: {len(files)} files",
        f"What is planted in it: {folder / ANSWERS}",
        f"Next: sufficiency run {folder}",
    ]
    return Answer(lines, {"folder": str(folder), "seed": seed, "files": names})


def run_demo(out: Path, environ: Mapping[str, str], steps: Steps, *, may_open: bool) -> Answer:
    """Write the invented council unless it is there, run it, and open its map."""
    council = out / COUNCIL
    if not council.exists():
        ready(council)
        steps("Drawing the invented council")
        write_example(council, SEED)
    answer = run_workspace(council, None, environ, steps)
    page = Path(answer.data["map"]).resolve()
    opened = may_open and _has_screen(environ) and webbrowser.open(page.as_uri())
    told = "The map is open in your browser." if opened else f"Open this file in a browser: {page}"
    lines = [*answer.lines, "", f"What is planted in this council: {council / ANSWERS}", told]
    return replace(
        answer, lines=lines, data={**answer.data, "council": str(council), "opened": bool(opened), "page": page.name}
    )


def ready(folder: Path) -> None:
    """Make a folder, and find out before long work whether it can be written to."""
    try:
        try_folder(folder)
    except OSError as fault:
        raise UserError(f"{folder} cannot be written to: {fault.strerror or fault}",
                        "check that you may write there, or give another folder") from fault


def _has_screen(environ: Mapping[str, str]) -> bool:
    """Say whether a browser can show itself here: always on Windows and macOS, elsewhere where a display is named."""
    return sys.platform in {"win32", "darwin"} or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
