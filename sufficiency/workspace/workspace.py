"""A workspace is a folder with an `authority.toml`: here its files are found, read, joined and held against one another.

All problems of all files come in one error. A workspace may be thin: births and a roll by year group are enough; what else is
missing is named with what the result loses by it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from sufficiency.areas.own_areas import keep_own
from sufficiency.assumptions import Assumptions
from sufficiency.childcare.input_checks import access_can_be_measured
from sufficiency.evidence import TABLES, Evidence, Reading, empty
from sufficiency.forecast.planner_checks import figures_in_time
from sufficiency.sources.reading import Ask, BrokenRows
from sufficiency.sources.registry import READERS
from sufficiency.workspace.cross_checks import all_stand_in_the_authority, cross_check, what_is_missing
from sufficiency.workspace.workspace_settings import TableEntry, Workspace, read_workspace
from sufficiency.workspace.workspace_text import FILE, cannot_open, with_lines

VARIABLE = "SUFFICIENCY_DATA"
Progress = Callable[[str], None]
Labelled = list[tuple[str, Reading]]
"""What was read, with the name of the file for people."""


@dataclass(frozen=True)
class Job:
    """One file to be read: for which table it was named, how, and where it lies."""

    table: str
    entry: TableEntry
    path: Path
    label: str                  # its name for people: the file name, or its path in the workspace where two have one name


@dataclass(frozen=True)
class Loaded:
    """A workspace, read and checked: what is known and what is assumed."""

    evidence: Evidence
    assumptions: Assumptions


def quiet(step: str) -> None:
    """Say nothing: the progress of a notebook or a test."""


def open_workspace(folder: Path) -> Workspace:
    """Read and check `authority.toml` alone: the authority, the settings, and which files there should be."""
    return read_workspace(folder, {name: reader.fills for name, reader in READERS.items()})


def load(folder: Path, environ: Mapping[str, str], progress: Progress = quiet) -> Loaded:
    """Read a whole workspace into checked evidence and settings, or raise EvidenceError with every problem of every file.

    environ: where SUFFICIENCY_DATA is looked up, which paths may begin with. The notes of the evidence tell what was repaired
    or left out, what does not agree between tables, and what is missing.
    """
    workspace = open_workspace(folder)
    jobs, problems = find_files(workspace, environ)
    return load_files(workspace, jobs, progress, problems)


def load_files(
    workspace: Workspace, jobs: list[Job], progress: Progress = quiet, missing: Iterable[Problem] = (),
) -> Loaded:
    """Read the files that a workspace is made of, wherever they lie; `missing`: what is wrong already, told with all the rest."""
    problems = list(missing)
    readings, broken, faults = _read_all(jobs, workspace, progress)
    problems += faults
    progress("Holding the tables against one another")
    tables, faults = join(readings)
    problems += faults
    files = _files(readings)
    own, notes, faults = keep_own(tables, workspace.authority, files)
    problems += faults
    if problems:
        raise EvidenceError([*problems, *_misplaced([*readings, *broken], workspace)])
    evidence = Evidence(
        workspace.authority, {name: own.get(name, empty(name)) for name in TABLES},
        tuple(reading.source for _, reading in readings), tuple(dict.fromkeys(n for _, r in readings for n in r.notes)),
    )
    told, faults = cross_check(evidence, files)
    faults += figures_in_time(evidence, files, workspace.assumptions)
    faults += access_can_be_measured(evidence, files, workspace.assumptions)
    if faults:
        raise EvidenceError(faults)
    every = (*evidence.notes, *notes, *told, *what_is_missing(evidence))
    return Loaded(replace(evidence, notes=every), workspace.assumptions)


def _files(readings: Iterable[tuple[str, Reading]]) -> dict[str, str]:
    """Name the files of each table, for people."""
    named: dict[str, list[str]] = {}
    for label, reading in readings:
        named.setdefault(reading.source.table, []).append(label)
    return {table: ", ".join(dict.fromkeys(labels)) for table, labels in named.items()}


def _misplaced(readings: Labelled, workspace: Workspace) -> list[Problem]:
    """Where a file cannot be read as a whole, tell also what is wrong with single rows of what can be read: misplaced points.

    All else that tables say of one another might be untrue of the whole.
    """
    files, (tables, _) = _files(readings), join(readings)
    own, _, _ = keep_own(tables, workspace.authority, files)
    evidence = Evidence(workspace.authority, {name: own.get(name, empty(name)) for name in TABLES})
    return [found for found in all_stand_in_the_authority(evidence, files) if isinstance(found, Problem)]


def find_files(workspace: Workspace, environ: Mapping[str, str]) -> tuple[list[Job], list[Problem]]:
    """Find every file that is named, each once for each way of reading it; a path that leads astray is a problem."""
    jobs: dict[tuple[object, ...], Job] = {}
    problems: list[Problem] = []
    for table, entries in workspace.tables.items():
        for number, entry in enumerate(entries, 1):
            for spec in entry.files:
                found = resolve(spec, workspace.folder, environ)
                if isinstance(found, Problem):
                    place = f"tables.{table}." + (f"{number}." if number > 1 else "") + "files"
                    problems.append(replace(found, column=place))
                    continue
                key = (entry.reader, found, str(entry.model_dump(exclude={"files"})))
                if key in jobs and jobs[key].table == table:
                    problems.append(Problem(FILE, 0, f"tables.{table}.files", spec, "this file is named twice", "name it once"))
                jobs.setdefault(key, Job(table, entry, found, spec))
    return _labelled(list(jobs.values())), with_lines(problems, workspace.text)


def _labelled(jobs: list[Job]) -> list[Job]:
    """Call a file by its name, or by its path as written where two different files have one name."""
    paths = {job.path for job in jobs}
    names = [path.name for path in paths]
    return [replace(job, label=job.path.name if names.count(job.path.name) == 1 else job.label) for job in jobs]


def resolve(spec: str, folder: Path, environ: Mapping[str, str]) -> Path | Problem:
    """Find the file that a path in `authority.toml` means, or say what is wrong with the path."""
    def wrong(expected: str, advice: str = "") -> Problem:
        return Problem(FILE, found=spec, expected=expected, advice=advice)

    root, rest = folder, spec
    if variable := re.match(r"\$\{([^}]*)\}/?", spec):
        if variable[1] != VARIABLE:
            return wrong(f"only ${{{VARIABLE}}} can stand in a path")
        if not environ.get(VARIABLE):
            return wrong(f"the environment variable {VARIABLE} is not set", "set it to the folder that holds the publications")
        root, rest = Path(environ[VARIABLE]), spec[variable.end():]
        if not root.is_dir():
            return wrong(f"the environment variable {VARIABLE} names no folder", "set it to that of the publications")
    if not rest or not rest.isprintable() or "$" in rest:
        return wrong("a path such as downloads/gias.csv expected", f"only ${{{VARIABLE}}} can stand in it, at the start")
    if "\\" in rest:
        return wrong("paths are written with forward slashes", f"write {rest.replace(chr(92), '/')}")
    if PurePosixPath(rest).is_absolute() or PureWindowsPath(rest).drive or rest.startswith("~"):
        return wrong("paths start from the workspace", f"copy the file into the workspace, or begin with ${{{VARIABLE}}}/")
    if ".." in PurePosixPath(rest).parts:
        return wrong("a path may not lead out of its folder", f"copy the file into the workspace, or begin with ${{{VARIABLE}}}/")
    path = root / rest
    if path.is_dir():
        return wrong("this is a folder, not a file", "name the files in it one by one")
    return path if path.is_file() else wrong("this file is not there", _alike(path))


def _alike(path: Path) -> str:
    """Suggest the file of the same folder whose name is most like it."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent.name} either"
    names = {entry.name.casefold(): entry.name for entry in path.parent.iterdir()}
    close = difflib.get_close_matches(path.name.casefold(), names, 1, 0.6)
    return f"did you mean {names[close[0]]}?" if close else "check the name"


def _read_all(jobs: list[Job], workspace: Workspace, progress: Progress) -> tuple[Labelled, Labelled, list[Problem]]:
    """Read every file, going on after one that has problems so that all are told; the second part: files with broken rows."""
    readings: Labelled = []
    broken: Labelled = []
    problems: list[Problem] = []
    for number, job in enumerate(jobs, 1):
        progress(f"Reading {job.label} ({number} of {len(jobs)})")
        entry = job.entry
        ask = Ask(workspace.authority.code, workspace.authority.gss_code, entry.columns or None, entry.publisher, entry.title,
                  entry.licence, entry.reference_date, entry.ay, workspace.authority.name)
        try:
            for reading in READERS[entry.reader].read(job.path, ask):
                readings.append((job.label, reading))
                if reading.table.empty:
                    problems.append(Problem(job.label, expected=f"no row of it is of authority {workspace.authority.code}",
                                            advice="check the code in authority.toml, or whether this is another's file"))
        except EvidenceError as failure:
            problems += [replace(p, file=job.label) if p.file == job.path.name else p for p in failure.problems]
            broken += [(job.label, part) for part in failure.readings] if isinstance(failure, BrokenRows) else []
        except OSError as failure:
            problems.append(cannot_open(job.label, failure))
    return readings, broken, problems


def join(readings: Iterable[tuple[str, Reading]]) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Put the files of each table one below the other; a row that two files give is a problem that names both.

    readings: the name of each file for people, and what was read from it.
    """
    parts: dict[str, list[tuple[str, pd.DataFrame]]] = {}
    for label, reading in readings:
        parts.setdefault(reading.source.table, []).append((label, reading.table))
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for name, files in parts.items():
        tables[name] = files[0][1] if len(files) == 1 else pd.concat([table for _, table in files], ignore_index=True)
        keys = list(TABLES[name].to_schema().unique or [])
        if len(files) > 1 and keys:
            said_by = pd.Series([label for label, table in files for _ in range(len(table))])
            problems += _said_twice(tables[name][keys], said_by, name)
    return tables, problems


def _said_twice(keys: pd.DataFrame, said_by: pd.Series, table: str) -> list[Problem]:
    """Find keys that more than one file gives, one problem for each set of files."""
    twice = keys[keys.duplicated(keep=False)]
    by_key = said_by[twice.index].groupby([twice[c] for c in twice.columns], sort=False)
    files = by_key.agg(lambda names: " and ".join(dict.fromkeys(names)))
    problems = []
    for both, cases in files.groupby(files, sort=False):
        key = cases.index[0]
        found = ", ".join(str(part) for part in (key if isinstance(key, tuple) else (key,)))
        problems.append(Problem(str(both).split(" and ", maxsplit=1)[0], 0, ", ".join(keys.columns), found=found,
                                expected=f"{both} both give this row of {table}: one row for each expected",
                                advice="take one file out of authority.toml, or the rows out of one", others=len(cases) - 1))
    return problems

