"""`robust`: one plan for many futures, scored where it was not chosen, and what of it may wait for a figure.

Its folder is named, as a run's, by the hash of what went in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios import manifest, runs
from scenarios.ensemble_file import find_ensemble, read_ensemble
from scenarios.ensemble_work import Ground
from scenarios.robust_futures import UNSEEN, worlds_of
from sufficiency.capital.solver import SolverError
from sufficiency.capital.story import KEPT, choices_of, kept_case
from sufficiency.robust.building import building
from sufficiency.robust.measure import MEASURES, Judged
from sufficiency.robust.story import Samples, robust_story
from sufficiency.workspace.workspace import VARIABLE, load
from workbench.answers import Answer, UserError
from workbench.charts import write_chart
from workbench.disclosure import protect
from workbench.ensembling import digest
from workbench.robust_answer import CHART, told_robust
from workbench.robust_charts import scores_chart
from workbench.robust_words import PLAN_NAMES, ROBUST_SHEETS, WAY_NAMES, sentences
from workbench.run_records import catalogued, record_made
from workbench.running import identified, nothing_moved
from workbench.sheets import worded
from workbench.showing import PLAN, ROBUST, RUNS, WORKBOOK, usual_places
from workbench.workbook import Facts, write_workbook

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.identity import Identity
    from sufficiency.evidence import Evidence
    from workbench.progress import Steps

TITLE = "one plan for many futures"
READING = (
    (
        "How to read it",
        "All plans are held to the same futures, which chose none of them. A child-year is a child without a place for a year.",
    ),
    (
        "",
        "Children take the places of their area and those that stand empty next door, as well as can be in each year: the least "
        "that the places allow is short.",
    ),
)


@dataclass(frozen=True)
class Wanted:
    """How a plan for many futures is asked for."""

    measure: str = MEASURES[0]
    seen: int = 500  # futures that choose
    few: int = 60  # of these, by which the plan is chosen
    unseen: int = 1000  # futures that score
    seconds: float = 60.0  # for each choice


def run_robust(
    folder: Path, file: str, reference: str, wanted: Wanted, out: Path | None, environ: Mapping[str, str], steps: Steps
) -> Answer:
    """Choose a plan for many futures unless that is done already, and tell what it comes to."""
    if wanted.measure not in MEASURES:
        raise UserError(f"there is no measure {wanted.measure}", f"give one of {', '.join(MEASURES)}")
    ensemble = read_ensemble(find_ensemble(file, folder), folder)
    workspace, _, plain = identified(folder, environ, steps)
    run = runs.load(runs.find(reference, [folder / RUNS, *usual_places(Path())]))
    tables = {name: run.table(name) for name in run.tables if name == PLAN or name.startswith(KEPT)}
    if PLAN not in tables:
        raise UserError(
            f"run {run.run_id} has no plan to be compared with", "name a run of a workspace that lists schemes and pots"
        )
    asked = {**ensemble.facts, **asdict(wanted), "plan": digest(tables)}
    identity = replace(plain, settings={**plain.settings, ROBUST: asked}, scenario={})
    place = out if out is not None else folder / ROBUST
    target = place / identity.run_id
    there = runs.is_finished(target)
    if not there:
        loaded = load(folder, environ, steps)
        nothing_moved(identity, workspace, loaded)
        runs.ready(place, identity.run_id)
        settings = loaded.assumptions
        whence = Ground(
            str(folder.resolve()),
            environ.get(VARIABLE, ""),
            tuple(sorted(source.sha256 for source in loaded.evidence.sources)),
            identity.code,
        )
        worlds = worlds_of(ensemble, whence, loaded, steps)
        steps("Drawing futures")
        samples = Samples(
            worlds.futures(settings.seed, 0, 1),
            worlds.futures(settings.seed, 1, wanted.seen),
            worlds.futures(settings.seed + UNSEEN, 1, wanted.unseen),
        )
        chosen = tables[PLAN][tables[PLAN]["chosen"].astype("bool")]
        opens = {str(k): int(t) for k, t in zip(chosen["scheme_id"], chosen["opens_ay"], strict=True)}
        of_run = kept_case(tables)
        where = building(of_run.case, choices_of(settings), worlds.ground, opens)
        growth = float(of_run.told["price_of_a_year"].max()) if "price_of_a_year" in of_run.told and len(of_run.told) else 0.0
        judged = Judged(wanted.measure, settings.plan_tail, settings.plan_tail_weight)
        try:
            found = robust_story(
                where, opens, samples, judged, wanted.few, wanted.seconds, settings, growth if growth > 0 else 0.0, steps
            )
        except SolverError as fault:
            raise UserError(
                f"there is no plan for these futures: {fault}", "give more --seconds, or look at the run's schemes"
            ) from None
        steps("Writing tables and chart")
        told = {
            "name": ensemble.scenario.name,
            "why": ensemble.scenario.why,
            "seen": wanted.seen,
            "unseen": wanted.unseen,
            "measure": wanted.measure,
            "of_run": run.run_id,
            "proofs": found.proofs,
            "measures": found.measures,
        }
        _publish(place, identity, told, found.tables, loaded.evidence)
    record_made(target, fresh=not there)
    first = ["This was there already: same input, settings and program; nothing was computed.", ""] if there else []
    unlisted = catalogued(folder / RUNS, environ) if out is None else []
    return told_robust(runs.load(target), [*first, *unlisted], WORKBOOK, there_already=there)


def _publish(
    place: Path, identity: Identity, asked: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], evidence: Evidence
) -> Path:
    """Write the folder into `place` and return it."""
    authority = identity.settings["authority"]
    shown = {name: _named(tables[name]) for name in ROBUST_SHEETS if name in tables}
    chart = scores_chart(tables["robust_scores"], authority["name"])
    lines = [line for line in sentences(tables, asked) if line]
    facts = Facts(
        authority["name"],
        identity.run_id,
        authority["base_year"],
        evidence.sources,
        evidence.notes,
        [("What it found", lines[0]), *(("", line) for line in lines[1:])],
        title=TITLE,
        reading=READING,
        pictures=(chart,),
    )
    release = worded(protect(shown))
    writers: dict[str, runs.Writer] = {WORKBOOK: lambda path: write_workbook(release, path, facts)}
    writers |= {f"{CHART}.{kind}": partial(write_chart, chart) for kind in ("svg", "png")}
    return runs.save(
        place, manifest.facts(identity, evidence.sources, evidence.notes, kind=ROBUST, asked=dict(asked)), tables, writers
    )


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """A table with its plans and ways in words."""
    words = {"robust_plan": PLAN_NAMES, "way_on": WAY_NAMES}
    return table.assign(**{column: table[column].map(names) for column, names in words.items() if column in table})
