"""What stands in a run's `manifest.json`: what went in, what came out, with which versions; and whether it is still so.

The manifest is written last, so a folder that has one was finished. It holds no clock, no path and no name of a machine, but it
does hold the versions of Python and of the libraries: the same run elsewhere has the same name and, with the same versions, the
same manifest byte for byte. With others the name is the same and the last digits of a figure may not be; `versions` tells.
`recipe` is what a replay needs: each file by its sha256, the table it fills and how it is read. A seal over all the rest shows
whether the manifest itself is as it was written.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenarios.identity import Identity
    from sufficiency.evidence import Note, Source

MANIFEST = "manifest.json"
SEAL = "seal"
FORMAT = 1
LIBRARIES = ("pandas", "numpy", "scipy", "xarray", "pandera", "pydantic", "pyarrow", "geopandas", "shapely", "pyogrio", "folium",
             "xlsxwriter", "python-calamine", "matplotlib", "pulp", "highspy")


def facts(identity: Identity, sources: Iterable[Source], notes: Iterable[Note], **more: Any) -> dict[str, Any]:
    """Gather what a manifest says before the outputs are known; `more` adds facts of the caller's own."""
    return {
        "format": FORMAT, "run_id": identity.run_id, "scenario": {"name": "base", "changes": [], **identity.scenario},
        **identity.settings, "seed": identity.seed, "code_sha256": identity.code,
        "recipe": [asdict(one) for one in identity.inputs], "inputs": [asdict(source) for source in sources],
        "notes": [asdict(note) for note in notes], "versions": versions(), **more,
    }


def versions() -> dict[str, str]:
    """List the versions of Python, of the libraries that a figure can depend on, and our own."""
    found = {"python": platform.python_version()}
    for name in (*LIBRARIES, "sufficiency"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def as_json(value: object) -> bytes:
    """Write JSON the same each time: sorted keys, UTF-8, line feeds."""
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Add the seal: the sha256 of all else that a manifest says."""
    rest = {key: value for key, value in manifest.items() if key != SEAL}
    return {**rest, SEAL: hashlib.sha256(as_json(rest)).hexdigest()}


def is_whole(manifest: Mapping[str, Any]) -> bool:
    """Say whether a manifest is as it was sealed."""
    return SEAL in manifest and manifest == sealed(manifest)


def measured(path: Path) -> dict[str, Any]:
    """Give the sha256 and the bytes of a file."""
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}


def differences(folder: Path, manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Hold each file of a run against its manifest: (file, what is wrong with it), empty when all is as it was."""
    wrong = []
    for name, told in sorted(manifest["outputs"].items()):
        path = folder / name
        if not path.is_file():
            wrong.append((name, "is missing"))
            continue
        found = measured(path)
        if found["bytes"] < told["bytes"]:
            wrong.append((name, f"is cut short: {found['bytes']} of {told['bytes']} bytes"))
        elif found["sha256"] != told["sha256"]:
            wrong.append((name, "has been changed since the run"))
    return wrong
