"""Two makings of one run held against one another: the same bytes, or which table, which column, how many cells and by how much.

Under the same versions every file must be the same byte for byte. Under others the tables are compared value by value: numbers
may be apart by `NEAR` of their size, or by `NEAR` where they are smaller than one, since libraries add up in another order;
everything else must be equal. Rows are held against one another by the first columns that tell them apart (codes, years, words;
never a fraction), and by their order where none do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from scenarios.manifest import MANIFEST, measured
from scenarios.runs import Run

NEAR = 1e-9         # of a number's size, or of one
PLAN = "plan"       # how the names of its tables begin
OWN_NAMES = ("run_id", "code_sha256", "versions", "outputs", "seal")      # of a manifest: what another version writes otherwise


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was: in a table a column with its cells, in another file the file itself."""

    file: str
    what: str
    column: str = ""
    cells: int = 0          # that differ by more than is near
    of: int = 0             # all cells of the column
    largest: float = 0.0    # difference of two numbers

    def __str__(self) -> str:
        """As a line for people."""
        where = f"{self.file}, {self.column}" if self.column else self.file
        return f"{where}: {self.what}"


@dataclass(frozen=True)
class Comparison:
    """What a replay found: files that are the same, and what is not; `near` are bytes that differ though no value does."""

    same: tuple[str, ...]
    near: tuple[str, ...]
    differences: tuple[Difference, ...]


def beside_the_plan(found: Comparison) -> Comparison:
    """What differs though the plan is no part of it: where its search was stopped by time, another search may end elsewhere.

    Set aside are the tables of a plan, and what is drawn or written with it: map, workbook, charts, and what the manifest says.
    """
    def of_plan(one: Difference) -> bool:
        return one.file.startswith(PLAN) or not one.file.endswith((".parquet", MANIFEST)) or one.column in ("plan", "notes")

    return replace(found, differences=tuple(one for one in found.differences if not of_plan(one)))


def stopped_by_time(run: Run) -> bool:
    """Say whether a run has a plan whose search ended before something was proven of every aim."""
    return any(proof["status"] != "proven" for proof in run.manifest.get("plan", {}).get("proofs", ()))


def compare(stored: Run, made: Run, by_value: bool) -> Comparison:
    """Hold what was made again against what is stored; by_value: only the tables count, and what is near is the same.

    Without by_value a file whose bytes differ is a difference, also where no value does.
    """
    same, near, differences = [], [], []
    for name in sorted(stored.manifest["outputs"].keys() | made.manifest["outputs"].keys()):
        one, other = stored.folder / name, made.folder / name
        if by_value and not name.endswith(".parquet"):
            continue
        if not (one.is_file() and other.is_file()):
            differences.append(Difference(name, "is not made any more" if one.is_file() else "is made only now"))
        elif measured(one) == measured(other):
            same.append(name)
        else:
            found = list(table_differences(name, one, other)) if name.endswith(".parquet") else [Difference(name, "other bytes")]
            if found or by_value:
                differences += found
                near += [] if found else [name]
            else:
                differences.append(Difference(name, "other bytes, though every value is the same or nearly so"))
    differences += manifest_differences(stored.manifest, made.manifest, OWN_NAMES if by_value else ())
    if not by_value and not differences and measured(stored.folder / MANIFEST) == measured(made.folder / MANIFEST):
        same.append(MANIFEST)
    return Comparison(tuple(same), tuple(near), tuple(differences))


def manifest_differences(one: Mapping[str, Any], other: Mapping[str, Any], leave_out: tuple[str, ...]) -> Iterator[Difference]:
    """What two manifests say differently, key by key; the outputs and the seal follow from the files and are not told again."""
    for key in sorted(one.keys() | other.keys()):
        if key not in (*leave_out, "outputs", "seal") and one.get(key) != other.get(key):
            yield Difference(MANIFEST, "says something else", key)


def table_differences(name: str, one: Path, other: Path) -> Iterator[Difference]:
    """What two Parquet files say differently: columns, kinds, rows, and cells by column."""
    kinds = [{field.name: str(field.type).removeprefix("large_") for field in pq.read_schema(path)} for path in (one, other)]
    for column in kinds[0].keys() | kinds[1].keys():
        if column not in kinds[1] or column not in kinds[0]:
            yield Difference(name, "is no column any more" if column in kinds[0] else "is a new column", column)
        elif kinds[0][column] != kinds[1][column]:
            yield Difference(name, f"was {kinds[0][column]}, is {kinds[1][column]}", column)
    both = [column for column, kind in kinds[0].items() if kinds[1].get(column) == kind]
    old, new = (pq.read_table(path, columns=both).to_pandas() for path in (one, other))
    if keys := _keys(old, new):
        told = old[keys].merge(new[keys], on=keys, how="outer", indicator="where")["where"]
        for where, words in (("left_only", "are not there any more"), ("right_only", "are new")):
            if count := int((told == where).sum()):
                yield Difference(name, f"{count:,} of {len(old):,} rows {words}", cells=count, of=len(old))
        old, new = (_matched(frame, keys, told_by) for frame, told_by in ((old, new), (new, old)))
    elif len(old) != len(new):
        yield Difference(name, f"had {len(old):,} rows, has {len(new):,}", cells=abs(len(old) - len(new)), of=len(old))
        return
    for column in both:
        yield from _cells(name, column, old[column], new[column])


def _keys(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """The first columns that are no fractions or shapes and tell the rows of both tables apart; none where nothing does."""
    able = [column for column in old if not pd.api.types.is_float_dtype(old[column]) and not _is_shape(old[column])]
    for many in range(1, len(able) + 1):
        if not (old.duplicated(able[:many]).any() or new.duplicated(able[:many]).any()):
            return able[:many]
    return []


def _is_shape(column: pd.Series) -> bool:
    return column.dtype == object and len(column) > 0 and isinstance(column.iloc[0], bytes)


def _matched(frame: pd.DataFrame, keys: list[str], other: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table that are in the other too, in the order of their keys."""
    return frame.merge(other[keys], on=keys, how="inner").sort_values(keys, ignore_index=True)


def _cells(name: str, column: str, old: pd.Series, new: pd.Series) -> Iterator[Difference]:
    """How many cells of one column differ, and by how much at most."""
    blank_old, blank_new = old.isna().to_numpy(), new.isna().to_numpy()
    if pd.api.types.is_float_dtype(old):
        a, b = old.to_numpy(dtype="float64"), new.to_numpy(dtype="float64")
        with np.errstate(invalid="ignore"):
            apart = np.where(a == b, 0.0, np.abs(a - b))
        wrong = (blank_old != blank_new) | (apart > NEAR * np.maximum(1.0, np.abs(a)))
        largest = float(np.nanmax(np.where(wrong & ~blank_old & ~blank_new, apart, 0.0), initial=0.0))
    else:
        equal = old.astype("object").to_numpy() == new.astype("object").to_numpy()
        wrong, largest = (blank_old != blank_new) | ~(equal | (blank_old & blank_new)), 0.0
    if count := int(wrong.sum()):
        by = f", by at most {largest:g}" if largest else ""
        yield Difference(name, f"{count:,} of {len(old):,} cells differ{by}", column, count, len(old), largest)


def other_versions(stored: Mapping[str, Any], now: Mapping[str, str], code: str) -> list[str]:
    """Name every version that is not that of the stored run: our own program's files first, then Python and the libraries."""
    found = []
    if stored["code_sha256"] != code:
        found.append(f"Sufficiency itself is another: its files were {stored['code_sha256'][:12]}, are {code[:12]}")
    then = stored["versions"]
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name):
            found.append(f"{name} was {then.get(name, 'not recorded')}, is {now.get(name, 'not installed')}")
    return found
