"""`runs`: what was run, by whom, how far it has come; notes, tags and signatures; and the catalogue that repeats it.

Who did something is the user's name as the system knows it; when, the clock of this machine.
"""

from __future__ import annotations

import getpass
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scenarios.catalogue import Synced, Wanted, find_runs, kept_elsewhere, open_catalogue, sync
from scenarios.catalogue_tables import RUN
from scenarios.history import DRAFT, MADE, Event, History, add, history
from scenarios.manifest import MANIFEST
from scenarios.runs import RunError, find
from sufficiency.workspace.workspace_settings import FILE
from workbench.answers import Answer, UserError, columns
from workbench.showing import COMPARISON, ENSEMBLE, LISTED, ROBUST, RUNS, only_run, usual_places

VARIABLE = "SUFFICIENCY_CATALOGUE"
HEADS = ("Run", "Kind", "Made", "By", "Status", "Scenario", "Tags", "Last note")
KINDS = {RUN: "run", ENSEMBLE: "ensemble", ROBUST: "robust plan", COMPARISON: "comparison"}
LONGEST = 60        # letters of a scenario's name or a note that a list shows


def who() -> str:
    """The user's name as the system knows it; blank where it does not."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def now() -> str:
    """The time, to the second, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def record_made(folder: Path, fresh: bool = True) -> History:
    """Write down who made a run and when, unless that is written down already.

    fresh: it was made just now; else by a start that was stopped before it could write this, at the time of its files.
    """
    if history(folder).made is not None:
        return history(folder)
    if fresh:
        return add(folder, Event(who(), now(), MADE))
    made = datetime.fromtimestamp((folder / MANIFEST).stat().st_mtime, UTC).isoformat(timespec="seconds")
    return add(folder, Event(who(), made, MADE, note="written down by a later start: the first was stopped when all was made"))


def catalogued(runs: Path, environ: Mapping[str, str]) -> list[str]:
    """Bring the catalogue up to date after a run; what stands in the way is told, since the run itself is finished."""
    try:
        _synced(runs, environ.get(VARIABLE, ""))
    except (RunError, OSError) as fault:
        return [f"The run is finished and not in the catalogue yet, `sufficiency runs` enters it later: {fault}"]
    return []


def list_runs(folder: Path | None, wanted: Wanted, url: str, environ: Mapping[str, str], rebuild: bool) -> Answer:
    """List what is finished in a workspace, or in all places that share a catalogue, as far as it is looked for."""
    if wanted.kind and wanted.kind not in KINDS:
        raise UserError(f"there is no kind {wanted.kind!r}", f"there are {', '.join(KINDS)}")
    url = url or environ.get(VARIABLE, "")
    here = runs_of(folder if folder is not None else Path())
    there = any(place.is_dir() for place in listed_beside(here))
    if not there and (folder is not None or not url):
        raise RunError(f"{here} is no folder of runs", "`sufficiency run WORKSPACE` makes the first")
    done = _synced(here, url, rebuild) if there else Synced()
    found = find_runs(open_catalogue(here, url), wanted)
    lines = columns([HEADS, *(_row(one) for one in found)]) if found else ["No run is as it is looked for."]
    for run_id, fault in (done.damaged or {}).items():
        lines += ["", f"Not in the catalogue: {run_id}: {fault}"]
    lines += [f"Run {run} here is a copy: the catalogue has it from {place}" for run, place in (done.elsewhere or {}).items()]
    data: dict[str, Any] = {"runs": found, "entered": done.entered, "removed": done.removed, "damaged": done.damaged or {},
                            "elsewhere": done.elsewhere or {}}
    return Answer(lines, data)


def record(reference: str, what: str, values: Sequence[str], why: str, places: Path | None, url: str,
           environ: Mapping[str, str]) -> Answer:
    """Write something down of a run or its like, beside it, and have the catalogue repeat it."""
    folder = find(reference, listed_beside(runs_of(places)) if places is not None else usual_places(Path()))
    folder = only_run(folder) if (folder / FILE).is_file() else folder
    url = url or environ.get(VARIABLE, "")
    home = folder.resolve().parent
    engine, own = open_catalogue(runs_of(home), url), place_of(home, url)
    if place := kept_elsewhere(engine, folder.name, own):
        raise RunError(f"run {folder.name} is in the catalogue from {place}, and what is here is a copy",
                       "write it down there; or `sufficiency runs --rebuild` makes this place the one that counts")
    told = history(folder)
    for value in values:
        told = add(folder, Event(who(), now(), what, value, why))
    sync(engine, home, own)
    return Answer(status_lines(folder.name, told), {"run_id": folder.name, **status_data(told)})


def runs_of(folder: Path) -> Path:
    """The folder of runs that is meant: that of a workspace, that beside a folder of ensembles, or the folder itself."""
    beside = folder.parent / RUNS
    if folder.name in LISTED and beside.is_dir():
        return beside
    return folder / RUNS if (folder / FILE).is_file() or (folder / RUNS).is_dir() else folder


def listed_beside(runs: Path) -> list[Path]:
    """A folder of runs, and where it is that of a workspace the folders of ensembles and their like beside it."""
    return [runs, *(runs.parent / name for name in LISTED if name != RUNS and runs.name == RUNS)]


def place_of(folder: Path, url: str) -> str:
    """By which name others know a folder of runs or their like; no path for a catalogue beside them: both can be moved."""
    if url:
        return f"{platform.node()}:{folder.resolve()}"
    return folder.name if folder.name in LISTED and folder.name != RUNS else ""


def _synced(runs: Path, url: str, rebuild: bool = False) -> Synced:
    """Bring the catalogue up to date with a folder of runs and those beside it."""
    if not url:
        runs.mkdir(parents=True, exist_ok=True)
    engine = open_catalogue(runs, url)
    done = [sync(engine, folder, place_of(folder, url), rebuild) for folder in listed_beside(runs)]
    return Synced(tuple(run for one in done for run in one.entered), tuple(run for one in done for run in one.removed),
                  {run: why for one in done for run, why in (one.damaged or {}).items()},
                  {run: place for one in done for run, place in (one.elsewhere or {}).items()})


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    """A run as a line of the list."""
    signed = f" by {one['signed_by']}" if one["signed_by"] else ""
    made = (one["made_at"] or "")[:16].replace("T", " ")
    return (one["run_id"], KINDS.get(one["kind"], one["kind"]), made, one["made_by"] or "", one["status"] + signed,
            _short(one["scenario"]), ", ".join(one["tags"]), _short(one["last_note"] or ""))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST - 1] + "…"


def status_lines(run_id: str, told: History) -> list[str]:
    """What became of a run, for people."""
    made, signed = told.made, told.signed
    lines = [f"Run {run_id}: {told.status}" + (f" by {signed.who} {signed.when}" if signed else "")]
    lines += [f"Made {made.when} by {made.who}"] if made else []
    lines += [f"Tags {', '.join(told.tags)}"] if told.tags else []
    return [*lines, *(f"{note.when} {note.who}: {note.note or note.value}" for note in told.notes)]


def status_data(told: History) -> dict[str, Any]:
    """The same as data."""
    made, signed = told.made, told.signed
    return {
        "status": told.status if told.events else DRAFT, "made_by": made.who if made else None,
        "made_at": made.when if made else None, "signed_by": signed.who if signed else None,
        "signed_at": signed.when if signed else None, "tags": list(told.tags),
        "notes": [{"who": note.who, "when": note.when, "note": note.note or note.value} for note in told.notes],
    }
