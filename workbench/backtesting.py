"""`backtest`: a workspace's past forecasts held against what came, in a folder of their own that is never rewritten.

The folder is named, as a run's, by the hash of what went in; one that exists is finished. It keeps every vintage as it was made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from scenarios import manifest, runs
from scenarios.runs import Run
from sufficiency.backtesting.backtest import Backtest, Plan, backtest
from sufficiency.workspace.workspace import load
from workbench.answers import Answer
from workbench.backtest_answer import against_own_returns, backtest_lines, how_wrong
from workbench.backtest_charts import accuracy_chart, miss_chart
from workbench.charts import write_chart
from workbench.disclosure import protect
from workbench.run_records import record_made
from workbench.running import identified, nothing_moved
from workbench.sheets import worded
from workbench.showing import WORKBOOK
from workbench.workbook import Facts, write_workbook

if TYPE_CHECKING:
    from scenarios.identity import Identity
    from workbench.progress import Steps

BACKTESTS = "backtests"
ACCURACY, MISS = "accuracy", "miss"
"""The charts, each as .svg and .png: errors by years ahead, and what the latest miss is made of."""

FOR_PEOPLE = ("measures", "by_place", "misses", "coverage", "origins", "vintages")
"""The sheets of the workbook, in their order."""

CALLED = {"origin": "made_in", "n": "forecasts", "part": "miss_part", "children": "miss", "share": "share_of_actual"}
"""Columns that mean something else in a run's workbook -> what they are called in this one."""

TITLE = "how far past forecasts were out"
READING = (
    ("How to read it", "Each forecast was made as it would have been made at a past January, knowing only what was known then."),
    ("", "An error is (forecast - actual) / actual: + is over-forecast. Level `dfe` is as the scorecards measure."),
    ("", "A blank year group is the phase as a whole; a blank January, all of them together."),
)


def backtest_workspace(folder: Path, out: Path | None, environ: Mapping[str, str], steps: Steps) -> Answer:
    """Backtest a workspace unless the same backtest is finished already, and say how wrong its forecasts would have been."""
    workspace, _, identity = identified(folder, environ, steps)
    plan = Plan()
    identity = replace(identity, settings={**identity.settings, "backtest": asdict(plan)})
    place = out if out is not None else folder / BACKTESTS
    target = place / identity.run_id
    there = runs.is_finished(target)
    if not there:
        loaded = load(folder, environ, steps)
        nothing_moved(identity, workspace, loaded)
        runs.ready(place, identity.run_id)
        found = backtest(loaded.evidence, loaded.assumptions, steps, identity.run_id, plan)
        steps("Writing tables and charts")
        publish(place, identity, found)
    record_made(target, fresh=not there)
    first = ["This backtest was there already: same input, settings and program; nothing was computed.", ""] if there else []
    return told(runs.load(target), first, there_already=there)


def publish(place: Path, identity: Identity, found: Backtest) -> Path:
    """Write the backtest's folder into `place` and return it."""
    release = worded(protect(for_people(found.tables)))
    method, name = found.assumptions.method, found.authority.name
    charts = {
        ACCURACY: accuracy_chart(found.tables["measures"], against_own_returns(found.tables["vintages"], method), method, name),
        MISS: miss_chart(found.tables["misses"], method, name),
    }
    facts = Facts(name, identity.run_id, found.authority.base_year, found.sources, found.notes, [("Method", method)], title=TITLE,
                  reading=READING, pictures=tuple(charts.values()))
    writers: dict[str, runs.Writer] = {WORKBOOK: lambda path: write_workbook(release, path, facts)}
    writers |= {f"{called}.{kind}": partial(write_chart, chart) for called, chart in charts.items() for kind in ("svg", "png")}
    return runs.save(place, manifest.facts(identity, found.sources, found.notes, kind="backtest"), found.tables, writers)


def for_people(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables as people read them: areas and schools by name, the January of a forecast under a name of its own.

    Schools' vintages are left to the Parquet file, year group by year group as they are: here are their phases.
    """
    called = dict(zip(tables["names"]["planning_area_code"], tables["names"]["planning_area_name"], strict=True))
    called |= dict(zip(tables["schools"]["urn"], tables["schools"]["school_name"], strict=True))
    shown = {}
    for name in FOR_PEOPLE:
        if name not in tables:
            continue
        table = tables[name].rename(columns=CALLED)
        if name == "vintages":
            table = table[(table["level"] != "school") | table["nc_year"].isna()]
        if "code" in table:
            table.insert(table.columns.get_loc("code") + 1, "name", [called.get(code, "") for code in table["code"]])
        shown[name] = table.reset_index(drop=True)
    return shown


def told(run: Run, first: list[str], *, there_already: bool) -> Answer:
    """The answer about a finished backtest; `first` stands above its figures."""
    figures = how_wrong(run)
    files = [f"Backtest {run.run_id}", f"Folder   {run.folder}", f"Workbook {run.folder / WORKBOOK}",
             f"Charts   {run.folder / ACCURACY}.svg, {run.folder / MISS}.svg"]
    return Answer([*first, *backtest_lines(figures), "", *files],
                  {**figures, "folder": str(run.folder), "workbook": str(run.folder / WORKBOOK), "there_already": there_already})
