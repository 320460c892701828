"""The answer about a finished comparison: what was found, and where its files lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.answers import Answer

if TYPE_CHECKING:
    from scenarios.runs import Run

CHART = "compare"


def told(run: Run, page: str, workbook: str, *, there_already: bool) -> Answer:
    """The answer about a finished comparison."""
    first = ["This comparison was there already: nothing was computed.", ""] if there_already else []
    figures = run.table("moved_figures")
    data: dict[str, Any] = {
        "comparison_id": run.run_id, "runs": run.manifest["runs"], "called": run.manifest["called"],
        "words": run.manifest["words"], "went_in": _plain(run.table("went_in")), "figures": _plain(figures),
        "folder": str(run.folder), "map": str(run.folder / page), "workbook": str(run.folder / workbook),
        "there_already": there_already,
    }
    files = [f"Comparison {run.run_id}", f"Folder     {run.folder}", f"Workbook   {run.folder / workbook}",
             f"Chart      {run.folder / CHART}.svg", f"Map        {run.folder / page}"]
    return Answer([*first, *run.manifest["words"], *files], data)


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): None if pd.isna(value) else value for key, value in row.items()} for row in table.to_dict("records")]
