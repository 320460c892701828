"""`return`: the SCAP return of a finished run, checked, under the headings that the department asks for, with what goes with it.

Everything is cut from the run's own folder: nothing is computed anew but the rounding. The files are written also where a check
finds errors or a part is missing; page, workbook and statement then say that it is not ready to be returned.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from scenarios import runs
from scenarios.durable import overwrite
from scenarios.manifest import as_json
from scenarios.runs import RunError
from sufficiency.evidence import Note, Source
from sufficiency.scap.checks.every import Checked, check_return
from sufficiency.scap.checks.known import known_of
from sufficiency.scap.grounds import GROUNDS
from sufficiency.scap.layouts import MODELS, Return
from sufficiency.scap.making import LISTS, return_of
from sufficiency.scap.scorecard import NOT_PREDICTED, predicted
from sufficiency.workspace.workspace_settings import FILE
from workbench.answers import FINE, INPUT, Answer, UserError
from workbench.disclosure import Release
from workbench.documents.as_html import as_html
from workbench.documents.as_word import as_word
from workbench.returns.mapping import MEANINGS, Headings, read_mapping
from workbench.returns.report import NOT_READY, Verdict, as_printed, checks_table, judged, report
from workbench.returns.statement import statement
from workbench.showing import BACKTEST, only_run, usual_places
from workbench.workbook import Facts, begins_like_a_formula, write_workbook

if TYPE_CHECKING:
    from scenarios.runs import Run

OF_PLACES = ("places.", "schools.")      # keys of a scenario that move places
RETURNS = "returns"  # folder of the workspace in which returns lie
PAGE, BOOK, CHECKS, STATEMENT, SCORECARD, TOLD = (
    "return.html",
    "return.xlsx",
    "checks.csv",
    "methodology",
    "scorecard.csv",
    "return.json",
)
NEEDS = (
    "pupils",
    "school_pupils",
    "places",
    "schools",
    "homes",
    "names",
    "balance",
    "unfilled",
    "authority_range",
    "accuracy",
    "ratios",
    "transfers",
    "registrations",
    "overrides",
)
"""Tables of a run from which its return is cut, beside the grounds of it."""


@dataclass(frozen=True)
class Written:
    """A return that has been written: where, whether it can go, and why not."""

    folder: Path
    files: tuple[Path, ...]
    returned: Return
    checked: Checked
    verdict: Verdict
    scorecard: pd.DataFrame

    @property
    def ready(self) -> bool:
        """Whether no check found an error and every part is there."""
        return self.verdict.ready


def return_run(reference: str, places: Path | None, out: Path | None, mapping: Path | None) -> Answer:
    """Find a run and write its return; the answer ends with code 2 where it is not ready to be returned."""
    folder = runs.find(reference, [places] if places is not None else usual_places(Path()))
    folder = only_run(folder) if (folder / FILE).is_file() else folder
    written = write_return(folder, out, mapping)
    return Answer(_lines(written), _data(written), FINE if written.ready else INPUT)


def write_return(run_folder: Path, out: Path | None = None, mapping: Path | None = None) -> Written:
    """Write the return of a finished run into `out`, or into returns/ beside the folder of runs, and say whether it can go.

    mapping: a council's own headings; those that are shipped if left out. Files of an earlier return of the same run are written
    over, those of another run never. Raises RunError, UserError or EvidenceError with what to do.
    """
    headings = read_mapping(mapping)
    run = runs.load(run_folder)
    tables = tables_of(run)
    authority, base = run.manifest["authority"], int(run.manifest["authority"]["base_year"])
    read = {str(one["table"]) for one in run.manifest["inputs"]} & set(LISTS)
    returned = _as_asked(return_of(tables, str(authority["code"]), base, read), run.manifest.get("scenario", {}))
    checked = check_return(returned, known_of(tables, str(authority["code"]), base))
    verdict = judged(returned, checked, run.manifest.get("scenario", {}))
    scorecard = predicted(tables, base)
    folder = out if out is not None else run.folder.parent.parent / RETURNS / run.run_id
    _is_free(folder, run.run_id)
    files = _files(run, tables, headings, returned, checked, verdict, scorecard)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        overwrite(folder / name, data)
    return Written(folder, tuple(folder / name for name in files), returned, checked, verdict, scorecard)


def _as_asked(returned: Return, scenario: Mapping[str, Any]) -> Return:
    """A return of a what-if about schools or places commits nobody: each of its changes is proposed at most."""
    if not any(str(key).startswith(OF_PLACES) for key in scenario.get("keys", {})):
        return returned
    table = returned.tables["planned_changes"]
    only_asked = table.assign(standing=table["standing"].replace("committed", "proposed"))
    return replace(returned, tables={**returned.tables, "planned_changes": only_asked})


def tables_of(run: Run) -> dict[str, pd.DataFrame]:
    """The tables from which a return is cut; RunError where the run is a backtest, or of a time before runs kept them."""
    if run.manifest.get("kind") == BACKTEST:
        raise RunError(f"{run.folder} is a backtest: it forecasts no years ahead", "give a run of the workspace")
    if gone := [name for name in (*NEEDS, *GROUNDS) if name not in run.tables]:
        raise RunError(
            f"run {run.run_id} has no table {gone[0]}, which a return needs", "run its workspace again, then this command"
        )
    tables = {name: run.table(name) for name in (*NEEDS, *GROUNDS)}
    return {name: table for name, table in tables.items() if len(table) or name in NEEDS}


def _is_free(folder: Path, run_id: str) -> None:
    """Refuse a folder that holds the return of another run, or a page that is none of ours."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file, not a folder", "give a new folder with --out")
    if not any((folder / name).exists() for name in (PAGE, BOOK, TOLD)):
        return
    try:
        there = json.loads((folder / TOLD).read_text(encoding="utf-8"))["run_id"]
    except (OSError, ValueError, KeyError, TypeError):
        there = "something else"
    if there != run_id:
        raise UserError(f"{folder} holds the return of {there}, not of run {run_id}", "give a new folder with --out")


def _files(
    run: Run,
    tables: Mapping[str, pd.DataFrame],
    headings: Headings,
    returned: Return,
    checked: Checked,
    verdict: Verdict,
    scorecard: pd.DataFrame,
) -> dict[str, bytes]:
    """Every file of the return by its name, the one that says of which run it is last."""
    shown = {
        sheet.file: headings.written(name, returned.tables[name], tables["schools"], tables["names"])
        for name, sheet in headings.sheets.items()
    }
    called = names_of(tables)
    findings = checks_table(checked, called)
    comments = tables.get("return_comments", pd.DataFrame(columns=["check", "comment"]))
    method = statement(returned, tables, run.manifest, comments[comments["check"].eq("")])
    marked = method if verdict.ready else replace(method, edition=f"{method.edition} \N{MIDDLE DOT} {NOT_READY}")
    files = {f"{name}.csv": as_csv(table) for name, table in shown.items()}
    files |= {
        CHECKS: as_csv(findings),
        SCORECARD: as_csv(as_printed(scorecard)),
        f"{STATEMENT}.html": as_html(marked).encode("utf-8"),
        f"{STATEMENT}.docx": as_word(marked),
        BOOK: _book(run, headings, shown, findings, verdict, returned),
    }
    page = report(returned, checked, verdict, scorecard, run.manifest, called, [PAGE, *files])
    return {PAGE: as_html(page).encode("utf-8"), **files, TOLD: as_json(_told(run.run_id, returned, checked, verdict))}


def names_of(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """The name of every planning area and school, by code and number."""
    pairs = [
        ("names", "planning_area_code", "planning_area_name"),
        ("return_register", "urn", "school_name"),
        ("schools", "urn", "school_name"),
    ]
    return {
        str(code): str(name)
        for table, key, value in pairs
        if table in tables
        for code, name in zip(tables[table][key], tables[table][value], strict=True)
    }


def as_csv(table: pd.DataFrame) -> bytes:
    """A table as CSV that no spreadsheet takes for a formula: such texts get an apostrophe before them; numbers stay numbers."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow([_harmless(str(name)) for name in table.columns])
    write.writerows([_harmless(value) for value in row] for row in table.itertuples(index=False, name=None))
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")  # the mark by which Excel knows UTF-8


def _harmless(value: object) -> object:
    if isinstance(value, str):
        return f"'{value}" if begins_like_a_formula(value) else value
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return ""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _book(
    run: Run, headings: Headings, shown: Mapping[str, pd.DataFrame], findings: pd.DataFrame, verdict: Verdict, returned: Return
) -> bytes:
    """The workbook: a front sheet with the verdict, one sheet for each table, and the checks."""
    manifest = run.manifest
    reading = [
        ("Verdict", verdict.words),
        *(("", why) for why in verdict.why_not),
        ("How to read it", "Pupils are whole; the year groups of an area and year add up to its total."),
        ("", "Pupils in funded places (HDC, HIF) are part of the forecast."),
    ]
    facts = Facts(
        str(manifest["authority"]["name"]),
        run.run_id,
        returned.base_year,
        [Source(**one) for one in manifest["inputs"]],
        [Note(**one) for one in manifest["notes"] if one["kind"] != "file"],
        title=f"school capacity return: {verdict.words}",
        reading=reading,
        sheets={sheet.file: " ".join((MODELS[name].__doc__ or "").split()) for name, sheet in headings.sheets.items()}
        | {"checks": "Every check, what it came to, and what it found, line by line"},
        columns={
            heading: (MEANINGS.get(column) or str(MODELS[name].to_schema().columns[column].description), column)
            for name, sheet in headings.sheets.items()
            for column, heading in sheet.columns.items()
        },
        codes="Name in the mapping file",
    )
    with TemporaryDirectory() as aside:
        path = Path(aside) / BOOK
        write_workbook(Release({**shown, "checks": findings}, (), {}), path, facts)
        return path.read_bytes()


def _told(run_id: str, returned: Return, checked: Checked, verdict: Verdict) -> dict[str, Any]:
    """The result as data."""
    return {
        "run_id": run_id,
        "authority": returned.authority,
        "base_year": returned.base_year,
        "ready": verdict.ready,
        "why_not": list(verdict.why_not),
        "missing": [{"part": one.component, "what": one.what} for one in returned.missing],
        "errors": len(checked.errors),
        "warnings": len(checked.warnings),
        "not_checked": dict(checked.not_checked),
        "lines": {name: len(table) for name, table in returned.tables.items()},
    }


def _lines(written: Written) -> list[str]:
    """The result for people: verdict, what is missing, the first of each kind of error, warnings by check, and files."""
    checked = written.checked
    lines = [written.verdict.words, *(f"  {why}" for why in written.verdict.why_not), ""]
    for check in dict.fromkeys(one.check for one in checked.errors):
        mine = [one for one in checked.errors if one.check == check]
        lines += [f"  {mine[0]}", *([f"  {check}: {len(mine) - 1} more"] if len(mine) > 1 else [])]
    counts = {
        check: sum(one.check == check for one in checked.warnings)
        for check in dict.fromkeys(one.check for one in checked.warnings)
    }
    lines += (
        [f"Warnings to be looked at: {', '.join(f'{count} by {check}' for check, count in counts.items())}"] if counts else []
    )
    lines += [f"{check} could not be checked: {why}" for check, why in checked.not_checked.items()]
    return [
        *lines,
        "",
        f"Folder   {written.folder}",
        f"Page     {written.folder / PAGE}",
        f"Workbook {written.folder / BOOK}",
        f"Method   {written.folder / STATEMENT}.docx",
    ]


def _data(written: Written) -> dict[str, Any]:
    findings = [
        {
            "check": one.check,
            "severity": one.severity,
            "table": one.table,
            "line": one.row,
            "where": one.where,
            "found": one.found,
            "expected": one.expected,
            "advice": one.advice,
        }
        for one in written.checked.findings
    ]
    records = json.loads(written.scorecard.to_json(orient="records"))
    told = _told(written.folder.name, written.returned, written.checked, written.verdict)
    return {
        **told,
        "run_id": json.loads((written.folder / TOLD).read_text(encoding="utf-8"))["run_id"],
        "findings": findings,
        "scorecard": records,
        "not_predicted": dict(NOT_PREDICTED),
        "folder": str(written.folder),
        "files": [path.name for path in written.files],
    }
