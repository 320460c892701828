"""The answer about a finished ensemble: what it found and where its files lie."""

from __future__ import annotations

from scenarios.runs import Run
from workbench.answers import Answer
from workbench.ensemble_words import figures, sentences


def told(run: Run, first: list[str], workbook: str, *, there_already: bool) -> Answer:
    """The answer about a finished ensemble; `first` stands above its figures."""
    tables, asked = {name: run.table(name) for name in run.tables}, run.manifest["asked"]
    charts = [name for name in run.manifest["outputs"] if name.endswith(".svg")]
    files = [f"Ensemble {run.run_id}", f"Folder   {run.folder}", f"Workbook {run.folder / workbook}",
             *(f"Chart    {run.folder / name}" for name in charts)]
    data = {**figures(tables, asked), "run_id": run.run_id, "kind": run.manifest["kind"], "folder": str(run.folder),
            "workbook": str(run.folder / workbook), "there_already": there_already}
    return Answer([*first, *sentences(tables, asked), "", *files], data)
