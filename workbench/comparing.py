"""`compare`: finished runs held side by side, in a folder of their own: tables, workbook, chart, map and words.

The folder is named by the runs that are compared and by the program; one that is there is finished, and the same runs give the
same bytes. Childcare is compared as each run's release tells it: what is hidden in one of them is in no table here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from maps.layer import number
from maps.sheet import draw
from planning_areas.wording import some
from scenarios import manifest, runs
from scenarios.compare import CARE, CARE_AREAS, Side, compared, names_of
from scenarios.identity import canonical, code_sha256
from sufficiency.evidence import Source
from workbench.answers import Answer, UserError
from workbench.attribution import attribution
from workbench.charts import write_chart
from workbench.childcare_view import protected
from workbench.compare_answer import CHART, told
from workbench.compare_chart import MOST_NAMED, compare_chart
from workbench.compare_map import compare_sheet
from workbench.compare_words import area_names, words_of
from workbench.disclosure import protect
from workbench.effects_view import effects_chart
from workbench.run_records import catalogued, record_made
from workbench.sheets import for_workbook
from workbench.showing import BACKTEST, COMPARISON, COMPARISONS, MAP, RUNS, WORKBOOK, usual_places
from workbench.workbook import Facts, write_workbook

if TYPE_CHECKING:
    from scenarios.runs import Run
    from workbench.progress import Steps

KIND = COMPARISON
WORDS = "summary.txt"
READ = ("balance", "plan", "plan_pots", "plan_areas")
EFFECTS = "effects"
SHEETS = ("moved_figures", EFFECTS, "went_in", "moved_by_year", "moved_by_area", "moved_by_group", "moved_childcare",
          CARE_AREAS, "moved_schemes", "moved_pots", "moved_plan_areas")
"""The sheets of the workbook, in their order."""
CALLED = {"change": "moved_by"}     # a column that means something else in a run's workbook -> what it is called in this one
READING = (
    ("How to read it", "Before is the first run named, after another; the change is after less before. Nothing is offset."),
    ("", "Place-years: a place that is short in three Septembers counts three times."),
    ("", "Childcare is compared where both runs may tell it; what is hidden in one of them is in no sheet."),
)


@dataclass(frozen=True)
class Compared:
    """A comparison as it is to be written: what the runs are called, its tables, and what is said of each run."""

    names: tuple[str, ...]      # the first is that which the others are held against
    tables: Mapping[str, pd.DataFrame]
    words: tuple[str, ...]


@dataclass(frozen=True)
class Deeper:
    """What a comparison is asked for beside the runs' own tables: what each change does, for which runs are made in memory."""

    waterfall: bool = False
    plan: bool = False      # of each run that is made, too
    workspace: Path | None = None


def compare_runs(references: Sequence[str], places: Path | None, out: Path | None, deeper: Deeper, environ: Mapping[str, str],
                 steps: Steps) -> Answer:
    """Compare runs unless the same comparison is finished already, and say what went in otherwise and what moved."""
    found = [opened(reference, places) for reference in references]
    refuse_unlike(found)
    home = found[0].folder.resolve().parent.parent / COMPARISONS
    place = out if out is not None else home
    comparison_id = id_of(found, deeper)
    there = runs.is_finished(place / comparison_id)
    if not there:
        steps.expect(3)
        runs.ready(place, comparison_id)
        steps("Holding the runs against one another")
        made = side_by_side(found)
        if deeper.waterfall:
            made = with_effects(made, found, deeper, environ, steps)
        _write(place, comparison_id, found, made, steps)
    record_made(place / comparison_id, fresh=not there)
    unlisted = catalogued(home.parent / RUNS, environ) if out is None and (home.parent / RUNS).is_dir() else []
    answer = told(runs.load(place / comparison_id), MAP, WORKBOOK, there_already=there)
    return replace(answer, lines=[*answer.lines, *unlisted])


def opened(reference: str, places: Path | None) -> Run:
    """A finished run, by its folder, its id or the beginning of its id; refuses what is no run."""
    run = runs.load(runs.find(reference, [places] if places is not None else usual_places(Path())))
    kind = run.manifest.get("kind", "run")
    if kind != "run" or "balance" not in run.tables:
        what = "a backtest" if kind == BACKTEST else f"a {kind}"
        raise UserError(f"{run.folder} is {what}, and only runs are compared", "name runs, as `sufficiency runs` lists them")
    return run


def refuse_unlike(found: Sequence[Run]) -> None:
    """Refuse fewer than two runs, one run twice, and runs of different councils."""
    if len(found) < 2:
        raise UserError("one run alone cannot be compared", "name two runs or more; all are held against the first")
    ids = [run.run_id for run in found]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise UserError(f"run {', '.join(twice)} is named twice", "name each run once")
    whose = [(run.manifest["authority"], run.run_id) for run in reversed(found)]
    councils = {authority["code"]: f"{authority['name']} ({run_id})" for authority, run_id in whose}
    if len(councils) > 1:
        raise UserError(f"these runs are of different councils: {', '.join(reversed(councils.values()))}",
                        "a comparison tells what a change does to one council; name runs of one")


def with_effects(made: Compared, found: Sequence[Run], deeper: Deeper, environ: Mapping[str, str], steps: Steps) -> Compared:
    """A comparison with what each change does: in a table, and in words."""
    from workbench.effects_of_runs import effects_of_runs

    table, words = effects_of_runs(found, made.names, deeper.workspace, environ, steps, plan=deeper.plan)
    return replace(made, tables={**made.tables, EFFECTS: table}, words=(*made.words, *words))


def id_of(found: Sequence[Run], deeper: Deeper) -> str:
    """What a comparison is named by: its runs in their order, and the program that compares them."""
    asked = {"waterfall": deeper.waterfall, "plan": deeper.plan}
    whole = {"runs": [run.manifest[manifest.SEAL] for run in found], "code": code_sha256(), **(asked if deeper.waterfall else {})}
    return hashlib.sha256(canonical(whole)).hexdigest()[:12]


def side_by_side(found: Sequence[Run]) -> Compared:
    """The tables and the words of a comparison."""
    names = names_of([run.manifest for run in found])
    sides = [Side(name, run.manifest, tables_of(run)) for name, run in zip(names, found, strict=True)]
    tables = compared(sides[0], sides[1:])
    called = area_names(_names(found))
    words = [line for name in names[1:] for line in words_of(tables, name, names[0], called)]
    if len({side.base_year for side in sides}) > 1:
        words.insert(0, "These runs count from different Januaries: only the years that both tell are compared.")
    return Compared(tuple(names), tables, tuple(words))


def tables_of(run: Run) -> dict[str, pd.DataFrame]:
    """The tables of a run that are compared; childcare as its release tells it."""
    return {**{name: run.table(name) for name in READ if name in run.tables}, CARE: protected(run)}


def _names(found: Sequence[Run]) -> pd.DataFrame:
    """Planning areas of all runs with their names; the first run's where they differ."""
    tables = [run.table("names") for run in found]
    return pd.concat(tables).drop_duplicates(["phase", "planning_area_code"], ignore_index=True)


def _write(place: Path, comparison_id: str, found: Sequence[Run], made: Compared, steps: Steps) -> Path:
    first = found[0].manifest
    name, base, areas = first["authority"]["name"], int(first["authority"]["base_year"]), _names(found)
    charts = {CHART: compare_chart(made.tables, made.names[0], made.names[1:], area_names(areas), name)}
    if EFFECTS in made.tables:
        charts[EFFECTS] = effects_chart(made.tables[EFFECTS], f"{name}: what each change does, {titled(made)}")
    steps("Drawing the map")
    sources = [Source(**one) for one in first["inputs"]]
    ids = [run.run_id for run in found]
    words = {"authority": name, "base_year": base, "title": titled(made),
             "lines": _short_words(made), "source": f"Runs {some(ids, len(ids))}",
             "remarks": [line.strip() for line in made.words if line], "sources": attribution(sources)}
    page = draw(compare_sheet(made.tables, made.names[0], made.names[1:], areas, _shapes(found), words))
    steps("Writing the comparison")
    release = protect({sheet: made.tables[sheet] for sheet in SHEETS if sheet in made.tables})
    shown = for_workbook({sheet: release.shown(sheet).rename(columns=CALLED) for sheet in release.tables}, areas)
    facts = Facts(name, f"comparison {comparison_id} of {' and '.join(ids)}", base, sources, (),
                  [("Runs", "; ".join(f"{called}: {run}" for called, run in zip(made.names, ids, strict=True))),
                   *(("", line) for line in made.words if line)],
                  title=titled(made), reading=READING, pictures=tuple(charts.values()))
    sheets = replace(release, tables=shown, masks={})
    return runs.save(
        place,
        {"format": manifest.FORMAT, "run_id": comparison_id, "kind": KIND, "runs": ids, "called": list(made.names),
         "authority": first["authority"], "scenario": {"name": titled(made), "changes": []},
         "code_sha256": code_sha256(), "versions": manifest.versions(), "words": list(made.words)},
        made.tables,
        {WORKBOOK: lambda path: write_workbook(sheets, path, facts),
         MAP: lambda path: _text(path, page),
         WORDS: lambda path: _text(path, "\n".join(made.words).rstrip() + "\n"),
         **{f"{called}.{kind}": partial(write_chart, chart) for called, chart in charts.items() for kind in ("svg", "png")}},
    )


def titled(made: Compared) -> str:
    """What a comparison is called."""
    others = made.names[1:]
    return f"{' and '.join(others) if len(others) <= MOST_NAMED else f'{len(others)} runs'} beside {made.names[0]}"


def _short_words(made: Compared) -> list[str]:
    """What the map says first: of each run, how places and hours of childcare short moved."""
    lines = []
    for name in made.names[1:]:
        mine = made.tables["moved_figures"]
        mine = mine[(mine["run"] == name) & mine["figure"].isin(("entry_short", "all_short", "childcare_short"))]
        told = [f"{row.title[0].lower()}{row.title[1:]} {_beside(row.before, row.after)} {row.unit}" for row in mine.itertuples()]
        lines.append(f"{name}: {'; '.join(told) or 'no places are known'}.")
    return lines


def _beside(before: float, after: float) -> str:
    """A figure before and after, or that it is as before."""
    was, now = (number(value) if value == value else "not known" for value in (before, after))
    return f"as before, {now}" if was == now else f"{was} \N{RIGHTWARDS ARROW} {now}"


def _shapes(found: Sequence[Run]) -> gpd.GeoDataFrame | None:
    """The shapes of the planning areas of all runs; the first run's where several draw one."""
    drawn = [gpd.read_parquet(run.folder / "areas.parquet") for run in found if "areas" in run.tables]
    if not drawn:
        return None
    joined = gpd.GeoDataFrame(pd.concat(drawn, ignore_index=True), geometry="geometry", crs=drawn[0].crs)
    return joined.drop_duplicates(["phase", "planning_area_code"], ignore_index=True)


def _text(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))
