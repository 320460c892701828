"""`tornado`: how much hangs on each lever of a workspace, worked out in memory from files that are read once."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from maps.layer import number
from scenarios import manifest, runs
from scenarios.identity import canonical
from scenarios.scenario import base, resolve
from scenarios.sensitivity import ends_of, moved_nothing, sensitivity
from sufficiency.rules import rulebook
from sufficiency.workspace.workspace import load
from workbench.answers import Answer, UserError
from workbench.charts import GAIN, LOSS, OUTLINE, Chart, light_grid, plain_text, write_chart
from workbench.disclosure import protect
from workbench.effects_of_runs import Evaluator
from workbench.effects_view import changed, shown_of
from workbench.rerunning import Wanted
from workbench.running import identified, nothing_moved
from workbench.sheets import worded
from workbench.showing import RUNS, WORKBOOK
from workbench.workbook import Facts, write_workbook

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from scenarios.runs import Run
    from workbench.progress import Steps

TORNADOES, KIND, CHART = "tornadoes", "tornado", "tornado"
MOST_BARS, MOST_PANELS = 12, 4
READING = (
    ("How to read it", "One lever at a time is moved to its low and to its high end; all else stays, by the same seed."),
    ("", "How far levers are moved is an interval of the scenario, or a nudge that nobody has verified: what rests on which is "
         "said beside it. Spans are no ranges of likelihood."),
)


def tornado_of(folder: Path, levers: Sequence[str], scenarios: Sequence[str], out: Path | None, environ: Mapping[str, str],
               steps: Steps, *, plan: bool) -> Answer:
    """Move each lever to either end, unless the same has been done already, and say what hangs on which."""
    scenario = resolve(scenarios, folder) if scenarios else base()
    try:
        ends = ends_of(scenario, levers, plan=plan)
    except KeyError as fault:
        known = ", ".join([one["key"] for one in rulebook("sensitivity")["nudge"]])
        raise UserError(f"it is not known how far to move {fault.args[0]}",
                        f"name some of {known}, or name with --scenario one that has an interval for it") from fault
    workspace, jobs, plain = identified(folder, environ, steps)
    identity = replace(plain, scenario=scenario.facts)
    asked = {"of": identity.run_id, "levers": [[one.key, one.low, one.high] for one in ends], "plan": plan, "kind": KIND}
    tornado_id = hashlib.sha256(canonical(asked)).hexdigest()[:12]
    place = out if out is not None else folder / TORNADOES
    there = runs.is_finished(place / tornado_id)
    if not there:
        steps.expect(len(jobs) + 4 + 2 * len(ends))
        loaded = load(folder, environ, steps)
        nothing_moved(plain, workspace, loaded)
        runs.ready(place, tornado_id)
        as_it_is = folder / RUNS / identity.run_id     # finished already, it has the plan that the others start from
        stored = [runs.load(as_it_is)] if plan and runs.is_finished(as_it_is) else []
        table, idle = sensitivity(scenario, ends, Evaluator(loaded, Wanted(plan=plan), steps, stored))
        steps("Writing tables and chart")
        name, year = loaded.evidence.authority.name, loaded.evidence.authority.base_year
        chart = tornado_chart(table, f"{name}: what hangs on which lever")
        words = [*words_of(table), *(f"Not moved here: {one}" for one in idle)]
        facts = Facts(name, f"tornado {tornado_id}", year, loaded.evidence.sources, loaded.evidence.notes,
                      [("Scenario", scenario.name), *(("", line) for line in words if line)], title="what hangs on which lever",
                      reading=READING, pictures=(chart,))
        told = manifest.facts(identity, loaded.evidence.sources, loaded.evidence.notes, kind=KIND, words=words, plan_asked=plan)
        runs.save(place, {**told, "run_id": tornado_id}, {"levers": table}, {
            WORKBOOK: lambda path: write_workbook(worded(protect({"levers": table})), path, facts),
            **{f"{CHART}.{kind}": partial(write_chart, chart) for kind in ("svg", "png")}})
    return answer(runs.load(place / tornado_id), there_already=there)


def answer(run: Run, *, there_already: bool) -> Answer:
    """The answer about a finished tornado."""
    first = ["This was there already: nothing was computed.", ""] if there_already else []
    table = run.table("levers")
    data: dict[str, Any] = {
        "tornado_id": run.run_id, "words": run.manifest["words"], "levers": table.to_dict("records"), "folder": str(run.folder),
        "workbook": str(run.folder / WORKBOOK), "there_already": there_already}
    return Answer([*first, *run.manifest["words"], "", f"Folder   {run.folder}", f"Workbook {run.folder / WORKBOOK}",
                   f"Chart    {run.folder / CHART}.svg"], data)


def words_of(table: pd.DataFrame) -> list[str]:
    """What hangs on which lever, figure by figure."""
    return [line for key in shown_of(table) for line in _words(table[table["figure"] == key], key)]


def _words(mine: pd.DataFrame, key: str) -> Iterator[str]:
    if mine.empty:
        return
    head, far = mine.iloc[0], mine[mine["span"] >= 0.05]
    yield f"{head['title']}, {number(head['central'], 1)} {head['unit']} as it is:"
    width = max((len(_ends(row)) for row in far.to_dict("records")), default=0)
    for row in far.to_dict("records"):
        low, high = row["at_low"] - row["central"], row["at_high"] - row["central"]
        yield f"  {_ends(row):<{width}}  {changed(low):>9} to {changed(high):<9}"
    if still := moved_nothing(mine, key):
        yield f"  moved by none of: {', '.join(one.split(' (')[0] for one in still)}"
    yield ""


def _ends(row: Mapping[str, Any]) -> str:
    return f"{row['key']} {row['low']} or {row['high']}"


def tornado_chart(table: pd.DataFrame, title: str) -> Chart:
    """Bars on either side of the figure as it is, the longest on top: a panel a figure."""
    far = table[table["span"] >= 0.05]
    panels = [mine.head(MOST_BARS) for key in shown_of(table) if len(mine := far[far["figure"] == key])][:MOST_PANELS]

    def fill(figure: Figure) -> None:
        if not panels:
            figure.text(0.5, 0.5, "no lever moves a figure that is known", ha="center")
            return
        heights = [len(part) + 2.5 for part in panels]
        for axes, part in zip(np.atleast_1d(figure.subplots(len(panels), 1, gridspec_kw={"height_ratios": heights})), panels,
                              strict=True):
            _panel(axes, part)

    alt = " ".join(f"{part.iloc[0]['title']}, {number(part.iloc[0]['central'], 1)} as it is: " + "; ".join(
        f"{_ends(row)}: {changed(row['at_low'] - row['central'])} or {changed(row['at_high'] - row['central'])}"
        for row in part.to_dict("records")) + "." for part in panels)
    height = 0.6 + sum(1.0 + 0.36 * len(part) for part in panels) if panels else 2.0
    return Chart(title, alt or "No lever moves a figure that is known.", height, fill)


def _panel(axes: Axes, part: pd.DataFrame) -> None:
    """One figure: from the centre to the figure at each end of each lever."""
    centre, reach = float(part["central"].iloc[0]), max(1e-9, float(part["span"].max()))
    for at, row in enumerate(part.to_dict("records")):
        sides = [(row["at_low"] - centre, row["low"]), (row["at_high"] - centre, row["high"])]
        same = sides[0][0] * sides[1][0] > 0
        for k, (change, end) in enumerate(sides):
            top = at - 0.31 + (0.31 * k if same else 0.0)
            axes.barh(top, change, height=0.31 if same else 0.62, align="edge", **(LOSS if change > 0 else GAIN).options())
            if abs(change) > 1e-9:
                right = change > 0
                axes.annotate(f"{changed(change)} at {end}", (change, top + (0.155 if same else 0.31)), va="center", fontsize=7.5,
                              xytext=(4 if right else -4, 0), textcoords="offset points", ha="left" if right else "right")
    axes.axvline(0, color=OUTLINE, linewidth=1.0)
    axes.set_yticks(range(len(part)), [plain_text(textwrap.shorten(str(key), 32)) for key in part["key"]])
    axes.invert_yaxis()
    moves = [*(part["at_low"] - centre), *(part["at_high"] - centre), 0.0]
    axes.set_xlim(min(moves) - 0.28 * reach, max(moves) + 0.28 * reach)
    axes.set_title(plain_text(f"{part['title'].iloc[0]}: {number(centre, 1)} as it is"))
    axes.set_xlabel(f"{part['unit'].iloc[0]} more (+, slanting lines) or fewer (\N{MINUS SIGN})")
    axes.xaxis.set_major_formatter(lambda value, _: changed(value))
    light_grid(axes)
