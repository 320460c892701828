"""`check` and `template`: what a workspace holds, what is odd about it, what is missing and what the result loses by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planning_areas.school_year import ay_label
from sufficiency.evidence import TABLES, Evidence, Note
from sufficiency.workspace.templates import write_templates
from sufficiency.workspace.workspace import find_files, load, open_workspace
from workbench.answers import Answer, columns

if TYPE_CHECKING:
    from workbench.progress import Steps

YEAR_COLUMNS = ("ay", "cohort", "financial_year", "actual_ay", "year")
ABSENT = "not in the workspace"     # the text of a note that names a missing table


def new_template(folder: Path) -> Answer:
    """Write an empty, documented workspace."""
    files = write_templates(folder)
    names = [path.name for path in files]
    return Answer(
        [f"Wrote {len(files)} files into {folder}:", *(f"  {name}" for name in names),
         f"Fill in authority.toml, put your downloads beside it, then: sufficiency check {folder}"],
        {"folder": str(folder), "files": names},
    )


def check_workspace(folder: Path, environ: Mapping[str, str], steps: Steps) -> Answer:
    """Read and check everything; raises EvidenceError with every problem."""
    workspace = open_workspace(folder)
    steps.expect(len(find_files(workspace, environ)[0]) + 1)
    evidence = load(folder, environ, steps).evidence
    tables = what_is_there(evidence)
    missing = [note for note in evidence.notes if note.text == ABSENT]
    notes = [note for note in evidence.notes if note.text != ABSENT]
    authority = evidence.authority
    january = f"the census of January {authority.base_year + 1} ({ay_label(authority.base_year)})"
    lines = [
        f"{authority.name} ({authority.code}), from {january}",
        "", *columns([("table", "rows", "years", "files"), *(
            (t["table"], f"{t['rows']:,}", _span(t["years"]), ", ".join(t["files"])) for t in tables)], right=[1]),
        *note_lines("Missing, and what the result loses by it:", missing),
        *note_lines("To know:", notes),
        "", f"No problems: sufficiency run {folder}",
    ]
    return Answer(lines, {
        "workspace": str(folder), "authority": asdict(authority), "tables": tables, "problems": [],
        "missing": [{"table": note.table, "loses": note.loses} for note in missing], "notes": [asdict(note) for note in notes],
    })


def what_is_there(evidence: Evidence) -> list[dict[str, Any]]:
    """Each table that the workspace brought: rows, years, files."""
    found = []
    for name in TABLES:
        if not evidence.has(name):
            continue
        table = evidence.tables[name]
        column = next((c for c in YEAR_COLUMNS if c in table.columns), None)
        years = [] if column is None else sorted({int(year) for year in table[column].dropna()})
        files = list(dict.fromkeys(source.file for source in evidence.sources if source.table == name))
        found.append({"table": name, "rows": len(table), "years": years, "files": files})
    return found


def _span(years: list[int]) -> str:
    if not years:
        return ""
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"


def note_lines(heading: str, notes: Iterable[Note]) -> list[str]:
    """Notes for people, under a heading; nothing where there are none."""
    told = [f"  {note.table}: {note.loses if note.text == ABSENT else note.text}"
            + (f" ({note.loses})" if note.loses and note.text != ABSENT else "") for note in notes]
    return ["", heading, *told] if told else []
