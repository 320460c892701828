"""`ensemble`: many futures of a workspace, joint or swept, worked through and kept in a folder of their own.

The folder is named, as a run's, by the hash of what went in, and written when all is there; until then the parts that are done
lie beside it, and the next start goes on with them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios import manifest, runs
from scenarios.ensemble import Asked, parts_of, work_through
from scenarios.ensemble_file import Ensemble, find_ensemble, read_ensemble
from scenarios.ensemble_tables import tables_of
from scenarios.ensemble_work import Ground, remember
from scenarios.identity import canonical
from scenarios.in_force import put_into_force
from scenarios.many import Map, cluster, one_by_one, processes
from scenarios.scenario import Scenario
from sufficiency.joint.fixed_plan import NEEDED
from sufficiency.workspace.workspace import VARIABLE, load
from workbench.answers import UserError
from workbench.charts import write_chart
from workbench.disclosure import protect
from workbench.ensemble_answer import told
from workbench.ensemble_charts import ensemble_charts
from workbench.ensemble_words import ENSEMBLE_SHEETS, sentences
from workbench.run_records import catalogued, record_made
from workbench.running import identified, nothing_moved
from workbench.sheets import worded
from workbench.showing import ENSEMBLE, ENSEMBLES, RUNS, WORKBOOK, usual_places
from workbench.workbook import Facts, write_workbook

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.identity import Identity
    from sufficiency.evidence import Evidence
    from workbench.answers import Answer
    from workbench.progress import Steps

KIND = ENSEMBLE
TITLE = "how short schools may be, over many futures"
READING = (
    ("How to read it", "Each future has its own births, moves, homes and luck; what is short in each is never offset."),
    ("", "Ranges are those of 8 in 10 futures. Future 0 is the central one, in which all goes as expected."),
    ("", "A plan that stays fixed serves each future by the shares by which it served the one that it was made for."),
)


def run_ensemble(folder: Path, file: str, count: int | None, mapped: Map, plan: str, out: Path | None,
                 environ: Mapping[str, str], steps: Steps) -> Answer:
    """Work an ensemble through unless it is finished already, and tell what it found."""
    ensemble = read_ensemble(find_ensemble(file, folder), folder, count)
    workspace, _, plain = identified(folder, environ, steps)
    held = _plan_tables(plan, folder)
    identity = named(plain, ensemble, held)
    place = out if out is not None else folder / ENSEMBLES
    target, parts = place / identity.run_id, parts_of(place, identity.run_id)
    there = runs.is_finished(target)
    if not there:
        loaded = load(folder, environ, steps)
        nothing_moved(identity, workspace, loaded)
        runs.ready(place, identity.run_id)
        settings = loaded.assumptions
        for point in ensemble.points:       # what cannot be is told before the work begins
            would = Scenario(ensemble.scenario.name, "", ensemble.keys_at(point), ensemble.scenario.where)
            settings = put_into_force(would, loaded.evidence, loaded.assumptions)[1]
        ground = Ground(str(folder.resolve()), environ.get(VARIABLE, ""),
                        tuple(sorted(source.sha256 for source in loaded.evidence.sources)), identity.code)
        remember(ground, loaded)
        asked = Asked(ensemble, ground, settings.seed, settings.spread, held)
        done = list(work_through(asked, parts, mapped, steps, steps.begin))
        steps("Writing tables and charts")
        publish(place, identity, ensemble, tables_of(ensemble, done), loaded.evidence)
    shutil.rmtree(parts, ignore_errors=True)
    record_made(target, fresh=not there)
    first = ["This ensemble was there already: same input, settings and program; nothing was computed.", ""] if there else []
    unlisted = catalogued(folder / RUNS, environ) if out is None else []
    return told(runs.load(target), [*first, *unlisted], WORKBOOK, there_already=there)


ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def map_of(workers: int, scheduler: str) -> Map:
    """Who does the work: this process, several, or a cluster."""
    if scheduler and workers > 1:
        raise UserError("--workers and --scheduler cannot be used together", "give one of them")
    if scheduler:
        return cluster(scheduler)
    if workers == 1:
        return one_by_one
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))       # for the workers, who hinder one another otherwise
    return processes(workers)


def named(plain: Identity, ensemble: Ensemble, plan: Mapping[str, pd.DataFrame] | None) -> Identity:
    """What the ensemble is named by: the run's input and settings, what it asks for, and the plan that stays fixed."""
    asked = {**ensemble.facts, "plan": digest(plan) if plan is not None else ""}
    return replace(plain, settings={**plain.settings, KIND: asked}, scenario={})


def digest(plan: Mapping[str, pd.DataFrame]) -> str:
    """The sha256 of the tables of a plan."""
    columns = {name: {str(c): [str(v) for v in table[c]] for c in table.columns} for name, table in sorted(plan.items())}
    return hashlib.sha256(canonical(columns)).hexdigest()


def _plan_tables(reference: str, folder: Path) -> dict[str, pd.DataFrame] | None:
    """The tables of the run whose plan stays fixed; None where no plan is asked for."""
    if not reference:
        return None
    run = runs.load(runs.find(reference, [folder / RUNS, *usual_places(Path())]))
    if lacking := [name for name in NEEDED if name not in run.tables]:
        raise UserError(f"run {run.run_id} has no plan to hold futures to: it lacks {', '.join(lacking)}",
                        "name a run of a workspace that lists schemes and pots")
    return {name: run.table(name) for name in NEEDED}


def publish(place: Path, identity: Identity, ensemble: Ensemble, tables: Mapping[str, pd.DataFrame],
            evidence: Evidence) -> Path:
    """Write the ensemble's folder into `place` and return it."""
    authority = identity.settings["authority"]
    shown = {name: tables[name] for name in ENSEMBLE_SHEETS if name in tables}
    charts = ensemble_charts(tables, authority["name"])
    asked = {"name": ensemble.scenario.name, "why": ensemble.scenario.why, "futures": ensemble.futures.count,
             "points": len(ensemble.points), "changes": list(ensemble.scenario.changes), **{KIND: identity.settings[KIND]}}
    lines = [line for line in sentences(tables, asked) if line]
    facts = Facts(authority["name"], identity.run_id, authority["base_year"], evidence.sources, evidence.notes,
                  [("What it found", lines[0]), *(("", line) for line in lines[1:])], title=TITLE, reading=READING,
                  pictures=tuple(charts.values()))
    release = worded(protect(shown))
    writers: dict[str, runs.Writer] = {WORKBOOK: lambda path: write_workbook(release, path, facts)}
    writers |= {f"{called}.{kind}": partial(write_chart, chart) for called, chart in charts.items() for kind in ("svg", "png")}
    return runs.save(place, manifest.facts(identity, evidence.sources, evidence.notes, kind=KIND, asked=asked), tables, writers)
