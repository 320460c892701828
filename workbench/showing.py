"""`show`: the headline figures of a finished run, and where its files lie."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from scenarios.history import history
from scenarios.runs import Run, RunError, find, finished, load
from sufficiency.workspace.workspace_settings import FILE
from workbench.answers import Answer, UserError
from workbench.headline import headline, headline_lines

RUNS, ENSEMBLES, COMPARISONS = "runs", "ensembles", "comparisons"
BACKTEST, PLAN, ENSEMBLE, ROBUST, COMPARISON = "backtest", "plan", "ensemble", "robust", "comparison"
LISTED = (RUNS, ENSEMBLES, ROBUST, COMPARISONS)
"""Folders of a workspace in which what is finished is listed, and found by its id."""
MAP, WORKBOOK = "map.html", "tables.xlsx"


def show_run(reference: str, runs: Path | None, area: str | None = None) -> Answer:
    """Find a run by folder, id or beginning of its id and tell its headline figures, or what an area's forecast is made of."""
    folder = find(reference, [runs] if runs is not None else usual_places(Path()))
    if (folder / FILE).is_file():
        folder = only_run(folder)
    run = load(folder)
    if run.manifest.get("kind") == BACKTEST:
        return _shown_backtest(run, area)
    if run.manifest.get("kind") == ENSEMBLE:
        from workbench.ensemble_answer import told as told_ensemble

        if area is not None:
            raise UserError(f"{run.folder} is an ensemble: many futures, of which none is made of parts", "leave --area out")
        return told_ensemble(run, [], WORKBOOK, there_already=True)
    if run.manifest.get("kind") == ROBUST:
        from workbench.robust_answer import told_robust

        if area is not None:
            raise UserError(f"{run.folder} is a plan for many futures, of which none is made of parts", "leave --area out")
        return told_robust(run, [], WORKBOOK, there_already=True)
    if run.manifest.get("kind") == COMPARISON:
        from workbench.compare_answer import told as told_comparison

        if area is not None:
            raise UserError(f"{run.folder} is a comparison of runs, not a forecast of years ahead", "leave --area out")
        return told_comparison(run, MAP, WORKBOOK, there_already=True)
    if area is not None:
        from workbench.area_answer import area_answer

        return area_answer(run, area)
    return told(run, [])


def _shown_backtest(run: Run, area: str | None) -> Answer:
    """A backtest says what it is, and what it found."""
    from workbench.backtest_answer import backtest_lines, how_wrong

    if area is not None:
        raise UserError(f"{run.folder} is a backtest: past forecasts held against what came, not a forecast of years ahead",
                        f"leave --area out, or look at the sheets by_place and misses of its {WORKBOOK}")
    figures = how_wrong(run)
    return Answer(
        ["This is a backtest: past forecasts held against what came. `sufficiency run` makes a forecast of years ahead.", "",
         *backtest_lines(figures), "", f"Backtest {run.run_id}", f"Folder   {run.folder}", f"Workbook {run.folder / WORKBOOK}"],
        {**figures, "kind": BACKTEST, "folder": str(run.folder), "workbook": str(run.folder / WORKBOOK)})


def usual_places(here: Path) -> list[Path]:
    """Folders in which what is finished is usually found: here, runs/ and its like here, and those of the workspaces here."""
    return [here, *(place for name in LISTED for place in (
        here / name, *sorted(path for path in here.glob(f"*/{name}") if path.is_dir())))]


def only_run(workspace: Path) -> Path:
    """The run of a workspace that has one; otherwise says which there are."""
    listed = finished(workspace / RUNS)
    if len(listed) == 1:
        return listed[0]
    if not listed:
        raise RunError(f"{workspace} has no run yet", f"sufficiency run {workspace}")
    raise RunError(f"{workspace} has {len(listed)} runs: {', '.join(folder.name for folder in listed)}", "name one of them")


def told(run: Run, first: list[str], **more: Any) -> Answer:
    """The answer about a finished run; `first` stands above its figures."""
    figures, state = headline(run, datetime.now().astimezone().date()), history(run.folder)
    notes = figures["notes"]
    lines = [
        *first, *headline_lines(figures),
        f"{notes} note{'s' * (notes != 1)} on the input and the method stand on the map and in the workbook", "",
        *([f"Made {state.made.when} by {state.made.who}; {state.status}"] if state.made else []),
        f"Run      {run.run_id}", f"Folder   {run.folder}", f"Workbook {run.folder / WORKBOOK}", f"Map      {run.folder / MAP}",
    ]
    return Answer(lines, {
        **figures, "judged_on": figures["judged_on"].isoformat(), "folder": str(run.folder), "map": str(run.folder / MAP),
        "workbook": str(run.folder / WORKBOOK), "status": state.status, **more,
    })
