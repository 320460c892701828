"""A run's folder: written aside and renamed when whole, named by what went in, checked whenever it is opened.

`DIR/<run_id>/` holds the tables as Parquet, what the caller adds (workbook, map) and, written last, `manifest.json` with the
sha256 of every other file. A folder that exists is finished. Who, when and status stand beside it (history.py).
Running and saving are two functions: this module is given finished tables and knows nothing of the model.

Parquet is written so that the same table gives the same bytes: sorted rows, no index, one row group size, no pandas metadata.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from scenarios import durable
from scenarios.manifest import MANIFEST, as_json, differences, is_whole, measured, sealed

RUN_ID = re.compile(r"[0-9a-f]{12}")
WRITTEN = rf"{RUN_ID.pattern}(?:\.status\.json)?"     # what is written beside one another, each aside at first
FEWEST_DIGITS = 4       # of an id that is not given in full
Writer = Callable[[Path], None]


class RunError(Exception):
    """A run cannot be found, opened or written; says what to do."""

    def __init__(self, what: str, advice: str = "") -> None:
        self.what, self.advice = what, advice
        super().__init__(f"{what}; {advice}" if advice else what)


@dataclass(frozen=True)
class Run:
    """A finished run, every file of it as its manifest says."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def run_id(self) -> str:
        """The run's name, also where its folder has been renamed."""
        return str(self.manifest["run_id"])

    def table(self, name: str) -> pd.DataFrame:
        """One of its tables, such as `balance`."""
        if f"{name}.parquet" not in self.manifest["outputs"]:
            raise RunError(f"run {self.run_id} has no table {name}", f"it has {', '.join(self.tables)}")
        return pd.read_parquet(self.folder / f"{name}.parquet")

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of its tables."""
        return tuple(name.removesuffix(".parquet") for name in self.manifest["outputs"] if name.endswith(".parquet"))


def save(
    runs: Path, manifest: Mapping[str, Any], frames: Mapping[str, pd.DataFrame], writers: Mapping[str, Writer] | None = None,
) -> Path:
    """Write a whole run into `runs` and return its folder; where it is there already, it stays and nothing is lost.

    manifest: what `manifest.facts` gathered, with `run_id`; outputs are added here. frames: table name -> table, those with
    shapes as GeoDataFrames. writers: file name -> what writes it. Leftovers of killed runs are swept first.
    """
    target = runs / str(manifest["run_id"])
    try:
        runs.mkdir(parents=True, exist_ok=True)
        durable.sweep(runs, WRITTEN)
        if target.exists():
            return _there_already(target)
        with durable.folder_aside(target) as aside:
            for name, frame in frames.items():
                write_parquet(aside / f"{name}.parquet", frame)
            for name, write in (writers or {}).items():
                write(aside / name)
            outputs = {}
            for path in sorted(aside.iterdir()):
                durable.sync_file(path)
                outputs[path.name] = measured(path)
            rows = {f"{name}.parquet": {"rows": len(frame)} for name, frame in frames.items()}
            told = {name: found | rows.get(name, {}) for name, found in outputs.items()}
            durable.write_new(aside / MANIFEST, as_json(sealed({**manifest, "outputs": told})))
            if not durable.publish(aside, target):
                return _there_already(target)
    except OSError as fault:
        raise _cannot_write(runs, fault) from fault
    return target


def ready(runs: Path, run_id: str) -> None:
    """Make the folder of runs, and find out before a long computation whether a run can be written there under its name."""
    try:
        durable.try_folder(runs)
        if (runs / run_id).exists():
            _there_already(runs / run_id)
    except OSError as fault:
        raise _cannot_write(runs, fault) from fault


def _cannot_write(runs: Path, fault: OSError) -> RunError:
    if isinstance(fault, (FileExistsError, NotADirectoryError)):
        return RunError(f"the run cannot be written to {runs}: a file has that name, or stands in the way to it",
                        "give another place with --out, or leave it out and the run lies in the workspace")
    return RunError(f"the run cannot be written to {runs}: {fault.strerror or fault}",
                    "check that there is room and that you may write there, or give another place with --out")


def _there_already(target: Path) -> Path:
    """Leave a finished run as it is; refuse to guess what another folder of that name may be."""
    if not is_finished(target):
        raise RunError(f"{target} is in the way: it has this name and no {MANIFEST}", "move it elsewhere and run again")
    return target


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a table so that the same rows, in whatever order, give the same bytes."""
    if isinstance(frame, gpd.GeoDataFrame):
        plain = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
        plain["\0shape"] = frame.geometry.to_wkb().to_numpy()      # tells rows apart that are else the same
        order = plain.sort_values(list(plain.columns), kind="stable").index
        frame.iloc[order.to_numpy()].reset_index(drop=True).to_parquet(path, index=False, compression="zstd")
        return
    plain = frame.copy()
    for name in plain.columns:
        if plain[name].dtype == object or isinstance(plain[name].dtype, pd.CategoricalDtype):
            plain[name] = plain[name].astype("str")
    plain = plain.sort_values(list(plain.columns), kind="stable", ignore_index=True) if len(plain.columns) else plain
    table = pa.Table.from_pandas(plain, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression="zstd", store_schema=False)


def is_finished(folder: Path) -> bool:
    """Say whether a folder is a finished run."""
    return (folder / MANIFEST).is_file()


def load(folder: Path) -> Run:
    """Open a finished run; a file that is short, changed or missing is refused by name."""
    run = f"run {folder.name}"
    if not folder.is_dir():
        raise RunError(f"there is no folder {folder}", "`sufficiency run WORKSPACE` makes a run")
    if not is_finished(folder):
        raise RunError(f"{folder} is no finished run: it has no {MANIFEST}", "give the folder of a run, or its id")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(manifest["outputs"], dict) or not RUN_ID.fullmatch(manifest["run_id"]):
            raise ValueError("no outputs, or no run_id")
        wrong = differences(folder, manifest) + ([] if is_whole(manifest) else [(MANIFEST, "has been changed since the run")])
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise RunError(f"{run}: {MANIFEST} cannot be read ({fault})", _MEND) from None
    if wrong:
        raise RunError(f"{run} is not as it was made: " + "; ".join(f"{name} {what}" for name, what in wrong), _MEND)
    return Run(folder, manifest)


_MEND = "move its folder elsewhere and run the workspace again, which makes it anew"


def find(reference: str, places: Sequence[Path]) -> Path:
    """Find a run by its folder, its id, or the beginning of its id; `places` are the folders of runs to look in, best first."""
    folder = Path(reference)
    if folder.is_dir() and (is_finished(folder) or not RUN_ID.fullmatch(reference)):
        return folder
    if not re.fullmatch(rf"[0-9a-f]{{{FEWEST_DIGITS},12}}", reference):
        raise RunError(f"there is no run {reference!r}",
                       f"a run is its folder, or its id of 12 digits and letters a-f, or the first {FEWEST_DIGITS} or more of it")
    found = {path.name: path for place in reversed(places) for path in finished(place) if path.name.startswith(reference)}
    if not found:
        looked = ", ".join(str(place) for place in places) or "no folder of runs"
        raise RunError(f"there is no run {reference}", f"looked in {looked}; give the run's folder")
    if len(found) > 1:
        raise RunError(f"{reference} may mean {' or '.join(sorted(found))}", "give more of the id")
    return next(iter(found.values()))


def finished(runs: Path) -> list[Path]:
    """The finished runs in a folder, whole or damaged, by id."""
    if not runs.is_dir():
        return []
    return sorted(path for path in runs.iterdir() if RUN_ID.fullmatch(path.name) and is_finished(path))
