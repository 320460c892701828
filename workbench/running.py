"""`run`: a workspace becomes a finished run, or is found to be one already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from planning_areas.tables import EvidenceError
from scenarios import runs
from scenarios.identity import Identity, identify
from scenarios.in_force import put_into_force
from scenarios.scenario import base, resolve
from sufficiency.model import run as run_model
from sufficiency.workspace.workspace import Job, Loaded, find_files, load, open_workspace
from sufficiency.workspace.workspace_settings import Workspace
from workbench.answers import Answer, UserError
from workbench.publish_run import publish_run
from workbench.run_records import catalogued, record_made
from workbench.showing import RUNS, told

if TYPE_CHECKING:
    from workbench.progress import Steps

MODEL_STEPS, PUBLISHING_STEPS = 9, 3


def run_workspace(folder: Path, out: Path | None, environ: Mapping[str, str], steps: Steps,
                  scenarios: Sequence[str] = ()) -> Answer:
    """Run a workspace, as it is or by scenarios, unless the same run is finished already; tell its headline figures."""
    scenario = resolve(scenarios, folder) if scenarios else base()
    workspace, jobs, plain = identified(folder, environ, steps)
    identity = replace(plain, scenario=scenario.facts)
    place = out if out is not None else folder / RUNS
    target = place / identity.run_id
    there = runs.is_finished(target)
    if not there:
        steps.expect(1 + len(jobs) + 1 + MODEL_STEPS + PUBLISHING_STEPS)
        loaded = load(folder, environ, steps)
        nothing_moved(identity, workspace, loaded)
        runs.ready(place, identity.run_id)
        evidence, assumptions = put_into_force(scenario, loaded.evidence, loaded.assumptions)
        outcome = run_model(evidence, assumptions, steps)
        publish_run(place, identity, outcome, steps, scenario.told(loaded.assumptions, assumptions, plain.run_id))
    run = runs.load(target)
    record_made(target, fresh=not there)
    first = ["This run was there already: same input, settings and program; nothing was computed.", ""] if there else []
    unlisted = catalogued(place, environ)
    return told(run, [*first, *unlisted], there_already=there)


def identified(folder: Path, environ: Mapping[str, str], steps: Steps) -> tuple[Workspace, list[Job], Identity]:
    """Open a workspace and say what a run of it would be, without reading more of its files than their bytes."""
    workspace = open_workspace(folder)
    jobs, problems = find_files(workspace, environ)
    if problems:
        load(folder, environ, steps)            # tells these and all the others
        raise EvidenceError(problems)
    steps("Looking whether this run is there already")
    try:
        return workspace, jobs, identify(workspace, jobs)
    except EvidenceError:
        load(folder, environ, steps)            # tells the files that cannot be opened, and all that is wrong with others
        raise


def nothing_moved(identity: Identity, workspace: Workspace, loaded: Loaded) -> None:
    """Refuse when a file was changed between being hashed and being read: the run would have a wrong name."""
    hashed = {source.sha256 for source in identity.inputs}
    read = {source.sha256 for source in loaded.evidence.sources}
    if hashed != read or loaded.assumptions != workspace.assumptions or loaded.evidence.authority != workspace.authority:
        raise UserError("a file of the workspace was changed while it was being read", "run it again")
