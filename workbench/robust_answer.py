"""The answer about a finished plan for many futures: what was found and where its files lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.answers import Answer
from workbench.robust_words import sentences

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.runs import Run

CHART = "robust"
"""Name of the chart's files, as .svg and .png."""


def told_robust(run: Run, first: list[str], workbook: str, *, there_already: bool) -> Answer:
    """The answer about a finished plan for many futures; `first` stands above its figures."""
    tables, asked = {name: run.table(name) for name in run.tables}, run.manifest["asked"]
    files = [
        f"Robust   {run.run_id}",
        f"Folder   {run.folder}",
        f"Workbook {run.folder / workbook}",
        f"Chart    {run.folder / CHART}.svg",
    ]
    data = {
        "kind": run.manifest["kind"],
        "run_id": run.run_id,
        "folder": str(run.folder),
        "there_already": there_already,
        "asked": asked,
        "scores": _plain(tables["robust_scores"]),
        "plans": _plain(tables["robust_plans"]),
        "triggers": _plain(tables.get("triggers")),
        "waiting": _plain(tables.get("waiting")),
    }
    return Answer([*first, *sentences(tables, asked), "", *files], data)


def _plain(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Rows as plain data, what is missing as nothing."""
    if table is None:
        return []
    return [
        {
            key: (None if value is None or value != value else value.item() if isinstance(value, np.generic) else value)
            for key, value in row.items()
        }
        for row in table.to_dict("records")
    ]
