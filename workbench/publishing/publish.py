"""`publish`: all that goes out of one finished run, in one folder: for the public, and apart from it for officers.

Everything is cut from one protected release of the run. The folder is written aside and appears when it is whole; `release.json`
in it says from which run it is and holds the sha256 of every file. The same run, words, template and day give the same
files; last safe dates are judged on that day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios import durable
from scenarios.manifest import as_json, measured, sealed, versions
from scenarios.runs import find, load
from sufficiency.workspace.workspace_settings import FILE
from workbench.answers import Answer, UserError
from workbench.demo import ready
from workbench.disclosure import NotProtectedError
from workbench.places_ground import with_ground
from workbench.publishing.makers import MAKERS, MAP_BOOK, Maker
from workbench.publishing.material import CALLED, EDITIONS, OFFICERS, PUBLICATION, Material
from workbench.publishing.statements import ACTIONS, PAPER, Statements, statements_in
from workbench.publishing.stored import StoredRun, charts_of_run, release_of, stored
from workbench.publishing.withheld import choices_told, for_publication, names_withheld, public_notes, withheld
from workbench.release.told import OFFICERS_ALONE, PUBLIC
from workbench.safe_dates import for_sheet, newest_day
from workbench.showing import only_run, usual_places

if TYPE_CHECKING:
    from workbench.disclosure import Release
    from workbench.progress import Steps

RELEASE, DATES = "release.json", "last_safe_dates"
MOST_NAMED = 20     # files of a folder that an answer names one by one
UNDECIDED = ("There is no edition for publication: the scenario of this run makes choices about schools, settings, schemes or "
             "pots by name, and every figure of it rests on them. It comes once consultation is open ([consultation] open = true "
             f"in {PAPER}); until then publish a run without these choices.")


@dataclass(frozen=True)
class Wish:
    """What is asked of a publication."""

    out: Path | None = None             # new folder; left out: release-RUN here
    template: Path | None = None        # the council's own Word template
    words: Path | None = None           # folder with paper.toml and actions.csv; left out: the run's workspace
    map_book: bool = False              # also a sheet of each planning area, as PNG and SVG
    on: date | None = None              # day of publishing; left out: today


def publish(reference: str, runs: Path | None, wish: Wish, steps: Steps, makers: Sequence[Maker] = MAKERS) -> Answer:
    """Publish a finished run, told by its folder or id; NotProtectedError and UserError leave nothing behind."""
    folder = find(reference, [runs] if runs is not None else usual_places(Path()))
    run = load(only_run(folder) if (folder / FILE).is_file() else folder)
    said = statements_in(wish.words if wish.words is not None else _workspace_of(run.folder))
    _is_word(wish.template)
    target = _new(wish.out if wish.out is not None else Path(f"release-{run.run_id}"))
    makers = (*makers, MAP_BOOK) if wish.map_book else makers
    steps.expect(2 + sum(len(maker.editions) for maker in makers))
    steps("Reading the run")
    told = stored(run)
    steps("Hiding what has to be hidden")
    try:
        release = release_of(told)
    except NotProtectedError as fault:
        raise UserError(str(fault), "nothing is published; tell whoever looks after the program") from fault
    editions = _editions(told, said)
    on = wish.on or date.today()
    then = judged_on(told, release, on)
    materials = [replace(material(edition, told, then, said, wish.template), as_run=same_dates(release, then))
                 for edition in editions]
    with durable.folder_aside(target) as aside:
        made = [_made(one, aside / one.edition, makers, steps) for one in materials]
        manifest = _manifest(told, release, materials, aside, dict(zip(editions, made, strict=True)), on)
        durable.write_new(aside / RELEASE, as_json(manifest))
        if not durable.publish(aside, target):
            raise UserError(f"{target} has come to be while it was written", "give another folder with --out")
    return _answer(told, target, manifest, materials)


def material(edition: str, told: StoredRun, release: Release, said: Statements, template: Path | None) -> Material:
    """What an edition is made of; once a consultation is open the public is told of every scheme."""
    charts = charts_of_run(told, release)
    if edition == OFFICERS or said.paper.consultation.open:
        return Material(edition, told, release, charts, said, template)
    public = for_publication(release)
    known = replace(told, notes=public_notes(told.notes, names_withheld(release, public)))
    if "plan" not in release.tables:
        return Material(edition, known, public, charts, said, template)
    return Material(edition, known, public, charts_of_run(told, public), said, template, len(withheld(release.tables["plan"])))


def judged_on(told: StoredRun, release: Release, on: date) -> Release:
    """A release whose last safe dates are judged on the day of publishing, or of the newest file where that is later."""
    day = max(on, newest_day((source.reference_date for source in told.sources), told.authority.base_year))
    dates = with_ground(for_sheet(told.tables[DATES], day), told.tables["places"], told.authority.base_year)
    return replace(release, tables={**release.tables, DATES: dates})


def same_dates(release: Release, other: Release) -> bool:
    """Whether two releases tell the same last safe dates, whatever the day on which they are judged."""
    first, second = (one.tables[DATES].drop(columns="judged_on") for one in (release, other))
    return bool(first.equals(second))


def _editions(told: StoredRun, said: Statements) -> tuple[str, ...]:
    """The editions that a run may have: officers alone where it is for them, or rests on choices nobody is consulted on."""
    chosen = choices_told(told.run.manifest["scenario"])
    return EDITIONS if told.assumptions.audience == PUBLIC and (said.paper.consultation.open or not chosen) else (OFFICERS,)


def _workspace_of(run: Path) -> Path | None:
    """The workspace in whose runs/ a run lies, where it lies in one."""
    home = run.resolve().parent.parent
    return home if (home / FILE).is_file() else None


def _is_word(template: Path | None) -> None:
    """Refuse a template that Word cannot open before anything is made."""
    if template is not None:
        from workbench.documents.as_word import opened

        opened(template)


def _new(target: Path) -> Path:
    """A folder that is not there yet; an empty one is taken away, so that the new one can take its place."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UserError(f"{target} is there already and not empty", "give a new folder with --out; no release is written over")
    ready(target.parent)
    durable.sweep(target.parent, durable.names_locked(target.parent))       # a killed one leaves officers' figures behind
    if target.is_dir():
        target.rmdir()
    return target


def _made(one: Material, folder: Path, makers: Sequence[Maker], steps: Steps) -> list[dict[str, Any]]:
    """Let everybody make their part of an edition; which files each has made."""
    folder.mkdir()
    parts = []
    for maker in makers:
        if one.edition in maker.editions:
            steps(f"{CALLED[one.edition]}: {maker.what}")
            before = set(folder.rglob("*"))
            maker.make(one, folder)
            files = sorted(path for path in folder.rglob("*") if path.is_file() and path not in before)
            parts.append({"what": maker.what, "files": [path.relative_to(folder).as_posix() for path in files]})
    return parts


def _manifest(told: StoredRun, release: Release, materials: Sequence[Material], aside: Path,
              made: Mapping[str, list[dict[str, Any]]], on: date) -> dict[str, Any]:
    """From which run the release is, what was hidden and withheld, and the sha256 of every file."""
    files = {}
    for path in sorted(path for path in aside.rglob("*") if path.is_file()):
        durable.sync_file(path)
        files[path.relative_to(aside).as_posix()] = measured(path)
    return sealed({
        "kind": "release", "run_id": told.run.run_id, "scenario": told.run.manifest["scenario"],
        "authority": told.run.manifest["authority"], "seal_of_run": told.run.manifest["seal"], "versions": versions(),
        "published_on": on.isoformat(), "protected": True, "hidden": [asdict(one) for one in release.hidden],
        "withheld_until_consultation": {one.edition: one.withheld for one in materials}, "parts": dict(made), "files": files,
    })


def _in_short(files: Sequence[str]) -> list[str]:
    """Files as a line names them: those of a folder with many together."""
    folders = Counter(path.rpartition("/")[0] for path in files)
    return list(dict.fromkeys(f"{folder}/ ({folders[folder]} files)" if folder and folders[folder] > MOST_NAMED else path
                              for path in files for folder in [path.rpartition("/")[0]]))


def _answer(told: StoredRun, target: Path, manifest: Mapping[str, Any], materials: Sequence[Material]) -> Answer:
    lines = [f"{told.authority.name}: run {told.named}"]
    for one in materials:
        lines += ["", f"{CALLED[one.edition]}: {target / one.edition}"]
        lines += [f"  {part['what']}: {', '.join(_in_short(part['files'])) or 'nothing to tell'}"
                  for part in manifest["parts"][one.edition]]
    if PUBLICATION not in manifest["parts"]:
        lines += ["", OFFICERS_ALONE if told.assumptions.audience != PUBLIC else UNDECIDED]
    kept = sum(one.withheld for one in materials)
    if kept:
        lines += ["", f"{kept} scheme{'s' * (kept != 1)} - closures, mergers and those not chosen - stay with officers until "
                      f"consultation opens ([consultation] open = true in {PAPER})"]
    lines += ["", f"{len(manifest['files'])} files, each with its sha256 in {target / RELEASE}"]
    return Answer(lines, {"folder": str(target), "run_id": told.run.run_id, "withheld": kept, "parts": manifest["parts"],
                          "files": manifest["files"], "asked_for": [PAPER, ACTIONS]})
