"""What a run is named by: the hash of what went in, and of nothing else.

In the hash: the bytes of each input file with the table it fills and how it is read, the authority and every setting, the seed,
the scenario where it is not the base, and the files of our own package with their line ends made equal. Not in it: paths, file
names, the clock, the machine, git. So the same input gives the same name on every computer, and one changed byte another.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from planning_areas.tables import EvidenceError
from sufficiency.sources.reading import Ask, source
from sufficiency.sources.registry import READERS
from sufficiency.workspace.workspace import Job
from sufficiency.workspace.workspace_settings import Workspace
from sufficiency.workspace.workspace_text import cannot_open

ROOMS = ("planning_areas", "sufficiency", "scenarios", "maps", "workbench")
CODE = {".py", ".js", ".css", ".html", ".toml"}
HOUSE = Path(__file__).resolve().parent.parent
DIGITS = 12


@dataclass(frozen=True)
class Input:
    """One input file as the hash sees it: no name and no path."""

    table: str
    reader: str
    sha256: str
    how: Mapping[str, Any] = field(default_factory=dict)    # column names, year and provenance that authority.toml states for it


@dataclass(frozen=True)
class Identity:
    """All that went into a run; `run_id` names it."""

    inputs: tuple[Input, ...]
    settings: Mapping[str, Any]     # the authority and every assumption, resolved
    seed: int
    code: str                       # sha256 of our own package
    scenario: Mapping[str, Any] = field(default_factory=dict)   # name, why and keys of the scenario; nothing for the base

    @property
    def run_id(self) -> str:
        """Twelve hex digits; the order of the tables does not matter, that of the files of one table does."""
        whole = asdict(self)
        if not whole["scenario"]:
            del whole["scenario"]       # the base is named as a run without any scenario is
        whole["inputs"] = sorted(whole["inputs"], key=lambda i: str(i["table"]))
        return hashlib.sha256(canonical(whole)).hexdigest()[:DIGITS]


def canonical(value: object) -> bytes:
    """Write settings in the one way that is hashed: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def identify(workspace: Workspace, jobs: Iterable[Job], house: Path = HOUSE,
             scenario: Mapping[str, Any] | None = None) -> Identity:
    """Say what a run of this workspace would be, without reading more of its files than their bytes.

    Raises EvidenceError, which names every file that cannot be opened.
    """
    inputs, problems = [], []
    for job in jobs:
        try:
            sha256 = source(READERS[job.entry.reader], job.path, Ask()).sha256
        except OSError as failure:
            problems.append(cannot_open(job.label, failure))
        else:
            how = job.entry.model_dump(mode="json", exclude={"files", "reader"})
            inputs.append(Input(job.table, job.entry.reader, sha256, how))
    if problems:
        raise EvidenceError(problems)
    settings = {"authority": asdict(workspace.authority), "assumptions": asdict(workspace.assumptions)}
    return Identity(tuple(inputs), settings, workspace.assumptions.seed, code_sha256(house), dict(scenario or {}))


def code_sha256(house: Path = HOUSE) -> str:
    """Hash our own package's files by their relative path, the same in a checkout, on Windows and in an installed wheel."""
    files = {
        path.relative_to(house).as_posix(): path
        for room in ROOMS for path in (house / room).rglob("*") if path.suffix in CODE and path.is_file()
    }
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name].read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
