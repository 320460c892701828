"""`show`: the headline figures of a finished run, and where its files lie."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from scenarios.runs import Run, RunError, catalogue, find, load, status
from sufficiency.workspace_settings import FILE
from workbench.answers import Answer
from workbench.headline import headline, headline_lines

RUNS = "runs"
MAP, WORKBOOK = "map.html", "tables.xlsx"


def show_run(reference: str, runs: Path | None, area: str | None = None) -> Answer:
    """Find a run by folder, id or beginning of its id and tell its headline figures, or what an area's forecast is made of."""
    folder = find(reference, [runs] if runs is not None else usual_places(Path()))
    if (folder / FILE).is_file():
        folder = _only_run(folder)
    if area is not None:
        from workbench.area_answer import area_answer

        return area_answer(load(folder), area)
    return told(load(folder), [])


def usual_places(here: Path) -> list[Path]:
    """Folders in which runs are usually found: here, runs/ here, and runs/ of the workspaces that lie here."""
    return [here, here / RUNS, *sorted(path for path in here.glob(f"*/{RUNS}") if path.is_dir())]


def _only_run(workspace: Path) -> Path:
    """The run of a workspace that has one; otherwise says which there are."""
    listed = catalogue(workspace / RUNS)
    if len(listed) == 1:
        return listed[0].folder
    if not listed:
        raise RunError(f"{workspace} has no run yet", f"sufficiency run {workspace}")
    raise RunError(f"{workspace} has {len(listed)} runs: {', '.join(run.run_id for run in listed)}", "name one of them")


def told(run: Run, first: list[str], **more: Any) -> Answer:
    """The answer about a finished run; `first` stands above its figures."""
    figures, state = headline(run, datetime.now().astimezone().date()), status(run.folder)
    notes = figures["notes"]
    lines = [
        *first, *headline_lines(figures),
        f"{notes} note{'s' * (notes != 1)} on the input and the method stand on the map and in the workbook", "",
        *([f"Made {state['when']} by {state['who']}; {state['status']}"] if {"when", "who", "status"} <= state.keys() else []),
        f"Run      {run.run_id}", f"Folder   {run.folder}", f"Workbook {run.folder / WORKBOOK}", f"Map      {run.folder / MAP}",
    ]
    return Answer(lines, {
        **figures, "judged_on": figures["judged_on"].isoformat(), "folder": str(run.folder), "map": str(run.folder / MAP),
        "workbook": str(run.folder / WORKBOOK), "status": state, **more,
    })
