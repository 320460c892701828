"""`schemes`: candidates for a workspace that has no list of its own, from the figures of its finished run, in a new folder.

What is written are the planner's own tables, with the lines that `authority.toml` needs to read them; nothing of the planner's is
touched, and a folder that is there is never written over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planning_areas.tables import EvidenceError
from scenarios import runs
from sufficiency.capital.proposal_rows import known_of_run
from sufficiency.capital.proposals import Proposals, propose
from sufficiency.sources.local import REMARK
from sufficiency.workspace.workspace import open_workspace
from sufficiency.workspace.workspace_settings import FILE, settings_of
from workbench.answers import Answer, UserError, columns
from workbench.safe_dates import newest_day
from workbench.showing import BACKTEST, RUNS, only_run, usual_places

if TYPE_CHECKING:
    from scenarios.runs import Run
    from sufficiency.assumptions import Assumptions

PROPOSALS = "proposals"
LINES = "add-to-authority.toml"
KINDS = {
    "reopening": "rooms opened again", "bulge": "bulge classes", "expansion": "half and whole forms of entry",
    "new_school": "new schools", "nursery_expansion": "nursery rooms", "new_nursery": "new nurseries",
}  # fmt: skip
APRIL = 4  # with which a financial year begins
MOST = 12  # of each kind that are printed


def propose_schemes(reference: str, places: Path | None, out: Path | None) -> Answer:
    """Propose schemes from a finished run of a workspace, write them into a new folder and tell the most important."""
    run, workspace = _found(reference, places)
    folder = out if out is not None else (workspace or run.folder.parent) / PROPOSALS / run.run_id
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} is there already", "what is there may be yours by now: name a new folder with --out")
    base = int(run.manifest["authority"]["base_year"])
    newest = newest_day((one["reference_date"] for one in run.manifest["inputs"]), base)
    in_hand = newest.year - (newest.month < APRIL)
    known = known_of_run({name: run.table(name) for name in run.tables}, base, settings_of_manifest(run), in_hand)
    made = propose(known)
    if made.told.empty:
        lines = [f"Nothing is proposed: no planning area of run {run.run_id} is short by so much that capital would be weighed"]
        return Answer([*lines, *made.notes], {"run_id": run.run_id, "proposed": [], "notes": list(made.notes), "folder": None})
    lines_of_settings = _settings(folder, workspace, made)
    _write(folder, made, lines_of_settings, run)
    return Answer(
        _lines(made, run, folder, lines_of_settings, known.names),
        {
            "run_id": run.run_id,
            "folder": str(folder),
            "files": [f"{name}.csv" for name in made.tables],
            "proposed": made.told.to_dict("records"),
            "notes": list(made.notes),
        },
    )


def _found(reference: str, places: Path | None) -> tuple[Run, Path | None]:
    """The run that is meant, by itself or as the only one of its workspace, and that workspace where it is known."""
    folder = runs.find(reference, [places] if places is not None else usual_places(Path()))
    if (folder / FILE).is_file():
        folder = only_run(folder)
    run = runs.load(folder)
    if run.manifest.get("kind") == BACKTEST or "balance" not in run.tables:
        raise UserError(f"{folder} is no forecast of years ahead", "name a run, as `sufficiency run` makes it, or its workspace")
    home = run.folder.resolve().parent.parent
    return run, home if run.folder.parent.name == RUNS and (home / FILE).is_file() else None


def settings_of_manifest(run: Run) -> Assumptions:
    """The settings with which a run was made."""
    settings, problems = settings_of({**run.manifest["assumptions"], **run.manifest.get("scenario", {}).get("settings", {})})
    if settings is None:
        raise EvidenceError(problems)
    return settings


def _settings(folder: Path, workspace: Path | None, made: Proposals) -> list[str]:
    """The lines by which a workspace reads the proposals, beside a list that it has already."""
    inside = workspace is not None and folder.resolve().is_relative_to(workspace)
    where = folder.resolve().relative_to(workspace).as_posix() if inside and workspace else PROPOSALS
    listed = open_workspace(workspace).tables if workspace else {}
    lines = []
    for table in made.tables:
        mark = f"[[tables.{table}]]" if listed.get(table) else f"[tables.{table}]"
        lines += [mark, f'reader = "{table}"', f'files = ["{where}/{table}.csv"]', ""]
    return lines[:-1]


def _write(folder: Path, made: Proposals, lines: Sequence[str], run: Run) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    head = f"{REMARK} Proposed from the figures of run {run.run_id}; none is looked at yet. Clear standing once you have."
    for name, table in made.tables.items():
        text = table.to_csv(index=False, lineterminator="\r\n")
        with (folder / f"{name}.csv").open("x", encoding="utf-8", newline="") as file:
            file.write(f"{head}\r\n{text}")
    with (folder / LINES).open("x", encoding="utf-8", newline="") as file:
        head = f"{REMARK} Copy these lines into {FILE}; `sufficiency check` then reads the proposals."
        file.write("\n".join([head, *lines, ""]))


def _lines(made: Proposals, run: Run, folder: Path, settings: Sequence[str], names: Mapping[str, str]) -> list[str]:
    told = made.told
    lines = [f"{len(told)} proposals from the figures of run {run.run_id}, none of them looked at yet:", ""]
    for kind, words in KINDS.items():
        mine = told[told["kind"].eq(kind)]
        if mine.empty:
            continue
        rest = f", {MOST} of them" if len(mine) > MOST else ""
        lines.append(f"{len(mine)} {words if len(mine) > 1 else words.removesuffix('s')}{rest}")
        lines += columns([_cells(row, names) for row in mine.head(MOST).to_dict("records")], right=[2, 3])
        lines.append("")
    asked = told[told["decides"].ne("authority")]
    if len(asked):
        lines.append(
            f"{len(asked)} are for a trust, a diocese or governors to agree and stand as asked: no plan rests on them until you "
            "write given."
        )
    lines += [
        "Costs are places times the rulebook's cost of a place, with allowances, at prices of the first opening, without land.",
        *made.notes, "", f"Folder   {folder}", f"Files    {', '.join(f'{name}.csv' for name in made.tables)}",
        f"To weigh them in a run, copy into {FILE} (they stand in {LINES}):", *(f"  {line}" for line in settings),
    ]  # fmt: skip
    return lines


def _cells(row: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, ...]:
    area = names.get(row["planning_area_code"]) or row["planning_area_code"]
    return f"  {row['name']}", area, f"{row['places']:,.0f} places", f"£{row['thousand_pounds']:,.0f}k"
