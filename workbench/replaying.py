"""`replay`: a stored run is made again from its manifest, in a folder aside, and held against what is stored.

The manifest names no paths: each file is known by its sha256 and looked for among those that the workspace names, then in the
workspace's folder. Settings, authority and seed come from the manifest, so that a workspace which has moved on since can still
answer for an old run, as long as it keeps the old files.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planning_areas.tables import EvidenceError, Problem
from scenarios.identity import Identity, Input, code_sha256
from scenarios.in_force import put_into_force
from scenarios.manifest import versions
from scenarios.replay import NEAR, PLAN, Comparison, beside_the_plan, compare, other_versions, stopped_by_time
from scenarios.runs import Run, RunError, find, load
from scenarios.scenario import from_facts
from sufficiency.capital.stored_plan import not_so
from sufficiency.capital.story import KEPT
from sufficiency.evidence import Authority
from sufficiency.model import run as run_model
from sufficiency.sources.reading import Ask, source
from sufficiency.sources.registry import READERS
from sufficiency.workspace.workspace import Job, find_files, load_files, open_workspace
from sufficiency.workspace.workspace_settings import FILE, TableEntry, Workspace, settings_of
from workbench.answers import FINE, OTHERWISE, Answer
from workbench.publish_run import publish_run
from workbench.running import MODEL_STEPS, PUBLISHING_STEPS
from workbench.showing import BACKTEST, ENSEMBLE, ROBUST, RUNS, only_run, usual_places

if TYPE_CHECKING:
    from workbench.progress import Steps

MOST_LINES = 40     # of differences that are told one by one on a terminal; --json tells all
OWN_FOLDERS = {RUNS, "backtests", "contributions"}      # of a workspace: what we wrote there is no input


@dataclass(frozen=True)
class Wanted:
    """One input of a stored run: what it was, and the name it had."""

    how: Input
    name: str
    size: int


def replay_run(
    reference: str, folder: Path | None, out: Path | None, environ: Mapping[str, str], steps: Steps,
) -> Answer:
    """Make a stored run again and say whether it comes out the same.

    folder: its workspace; left out, that in whose runs/ it lies. out: keep what is made there; left out, it is thrown away.
    """
    places = [folder / RUNS] if folder is not None else usual_places(Path())
    place = find(reference, places)
    run = load(only_run(place) if (place / FILE).is_file() else place)
    home = workspace_of(run, folder)
    steps.expect(2 + len(wanted(run)) + 1 + MODEL_STEPS + PUBLISHING_STEPS)
    steps("Looking for the files that the run was made of")
    code = code_sha256()
    others = other_versions(run.manifest, versions(), code)
    workspace, jobs, plain = recipe(run, home, environ, code)
    scenario = from_facts(run.manifest["scenario"])
    identity = replace(plain, scenario=scenario.facts)
    loaded = load_files(workspace, jobs, steps)
    evidence, assumptions = put_into_force(scenario, loaded.evidence, loaded.assumptions)
    outcome = run_model(evidence, assumptions, steps)
    with tempfile.TemporaryDirectory(prefix="replay-") as aside:
        made = load(publish_run(out if out is not None else Path(aside), identity, outcome, steps,
                                scenario.told(loaded.assumptions, assumptions, plain.run_id)))
        steps("Holding the one against the other")
        return told(run, made, compare(run, made, bool(others)), others, out)


def plan_broken(run: Run) -> list[str]:
    """What is wrong with the stored plan of a run: rules that it breaks, aims that are not worth what was told."""
    tables = {name: run.table(name) for name in run.tables if name.startswith((PLAN, KEPT))}
    assumptions, problems = settings_of(run.manifest["assumptions"] | run.manifest["scenario"].get("settings", {}))
    if assumptions is None or problems:
        raise EvidenceError(problems)
    return not_so(tables, run.manifest["plan"]["proofs"], assumptions)


def workspace_of(run: Run, folder: Path | None) -> Path:
    """The workspace that a run belongs to: the one that is named, else the one in whose runs/ it lies."""
    if run.manifest.get("kind") == ENSEMBLE:
        raise RunError(f"{run.run_id} is an ensemble, and only runs are replayed",
                       "move its folder elsewhere; `sufficiency ensemble` makes it anew under the same name")
    if run.manifest.get("kind") == ROBUST:
        raise RunError(f"{run.run_id} is a plan for many futures, and only runs are replayed",
                       "move its folder elsewhere; `sufficiency robust` makes it anew under the same name")
    if run.manifest.get("kind") == BACKTEST:
        raise RunError(f"{run.run_id} is a backtest, and only runs are replayed", "`sufficiency backtest` makes it anew")
    if "recipe" not in run.manifest:
        raise RunError(f"run {run.run_id} was made by an older Sufficiency, which did not note how its files were read",
                       "run the workspace again: that run can be replayed")
    home = folder if folder is not None else run.folder.resolve().parent.parent
    if not (home / FILE).is_file():
        raise RunError(f"run {run.run_id} does not lie in a workspace, so its input is not at hand",
                       "name the folder of its workspace with --workspace")
    return home


def wanted(run: Run) -> list[Wanted]:
    """The files that a run was made of, as its manifest has them."""
    known = {one["sha256"]: one for one in run.manifest["inputs"]}
    return [Wanted(Input(**one), known[one["sha256"]]["file"], known[one["sha256"]]["bytes"]) for one in run.manifest["recipe"]]


def recipe(run: Run, home: Path, environ: Mapping[str, str], code: str) -> tuple[Workspace, list[Job], Identity]:
    """What the run was made of, each file found again; raises EvidenceError that names every file that is not as it was."""
    assumptions, problems = settings_of(json.loads(json.dumps(run.manifest["assumptions"])))
    if assumptions is None or problems:
        raise EvidenceError([*problems, Problem(FILE, expected=f"run {run.run_id} has settings that this version does not know",
                                                advice="replay it with the version that made it")])
    told = run.manifest["authority"]
    authority = Authority(**{**told, "districts": tuple(told["districts"])})
    files = wanted(run)
    found, problems = find_inputs(files, home, environ)
    if problems:
        raise EvidenceError(problems)
    jobs = [
        Job(one.how.table, TableEntry(reader=one.how.reader, files=(one.name,), **one.how.how), found[one.how.sha256], one.name)
        for one in files
    ]
    settings = {"authority": asdict(authority), "assumptions": asdict(assumptions)}
    identity = Identity(tuple(one.how for one in files), settings, int(run.manifest["seed"]), code)
    return Workspace(home, authority, assumptions, {}), jobs, identity


def find_inputs(files: list[Wanted], home: Path, environ: Mapping[str, str]) -> tuple[dict[str, Path], list[Problem]]:
    """Find each input by its sha256: among the files that the workspace names now, else anywhere in its folder."""
    named, problems = find_files(open_workspace(home), environ)
    now = {job.path: source(READERS[job.entry.reader], job.path, Ask()).sha256 for job in named}
    found = {sha256: path for path, sha256 in now.items()}
    found |= {one.how.sha256: path for one in files if one.how.sha256 not in found
              for path in _anywhere(home, one) if source(READERS[one.how.reader], path, Ask()).sha256 == one.how.sha256}
    lacking = [one for one in files if one.how.sha256 not in found]
    if not lacking:
        return found, []
    return found, [*problems, *(_not_as_it_was(one, [job for job in named if job.table == one.how.table]) for one in lacking)]


def _anywhere(home: Path, one: Wanted) -> Iterator[Path]:
    """Files of the workspace's folder that may be this one: of its kind and size."""
    for path in sorted(home.rglob(f"*{Path(one.name).suffix}")):
        inside = path.relative_to(home).parts
        if inside[0] not in OWN_FOLDERS and path.is_file() and (path.stat().st_size == one.size or path.suffix == ".shp"):
            yield path


def _not_as_it_was(one: Wanted, named: list[Job]) -> Problem:
    """Say of an input that it is not there as it was, and what is there in its stead."""
    stead = [job for job in named if job.path.name == one.name] or named
    names = ", ".join(dict.fromkeys(job.label for job in stead))
    which = f"{names} there now has other bytes" if stead else "no file stands in its place"
    return Problem(one.name, 0, one.how.table, expected=f"the table {one.how.table} was read from {one.name} (sha256 "
                   f"{one.how.sha256[:12]}..., {one.size:,} bytes), and the workspace has no such file any more: {which}",
                   advice="put the file back as it was, anywhere in the workspace")


def told(run: Run, made: Run, found: Comparison, others: list[str], out: Path | None) -> Answer:
    """The answer: the same byte for byte (0), or what is not, with every version that is another (3).

    A plan whose search was stopped by time is held to its rules again in the place of being found again.
    """
    plan = []
    if stopped_by_time(run) and found.differences:
        found, broken = beside_the_plan(found), plan_broken(run)
        plan = ["The search for the plan was stopped by time, and another search may end elsewhere. The stored plan "
                + ("keeps every rule and is worth what was told of it." if not broken else "does not hold:"), *broken, ""]
        fine = not broken and not found.differences and not others
    else:
        fine = not found.differences and not others
    tables = sum(name.endswith(".parquet") for name in (*found.same, *found.near))
    lines = [f"Under other versions the values are compared, each within {NEAR:g} of its size:", *others, ""] if others else []
    lines += plan
    if found.differences:
        lines += [f"Run {run.run_id} does not come out as it was stored:", *map(str, found.differences[:MOST_LINES])]
        if (more := len(found.differences) - MOST_LINES) > 0:
            lines.append(f"... and {more} more; --json tells them all")
        lines += ["", "Keep what was made now with --out DIR to look at it"] if out is None else []
    elif others:
        lines.append(f"Run {run.run_id}: {tables} tables have the same values"
                     + (f", {len(found.near)} of them in other bytes: {', '.join(found.near)}" if found.near else ""))
    else:
        lines.append(f"Run {run.run_id} comes out the same byte for byte{' beside the plan' if plan else ''}: {len(found.same)} "
                     f"files, {tables} of them tables")
    lines += ["", f"Made again in {made.folder}"] if out is not None else []
    data: dict[str, Any] = {
        "run_id": run.run_id, "identical": fine and not plan, "other_versions": others, "same": found.same, "near": found.near,
        "differences": [asdict(one) for one in found.differences], "within": NEAR if others else 0.0,
        "plan": plan, "folder": str(made.folder) if out is not None else "",
    }
    return Answer(lines, data, FINE if fine else OTHERWISE)
