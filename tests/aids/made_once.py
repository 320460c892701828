"""What takes long to make is made by the first process of the tests that asks for it, and read by all others."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from scenarios.durable import held

T = TypeVar("T")
Once = Callable[[str, Callable[[Path], T]], T]


def made_once(place: Path, name: str, make: Callable[[Path], T]) -> T:
    """Have it made under this name, in a folder of its own, unless it is there; whoever comes meanwhile waits.

    A maker that dies gives up its lock with its process, and the next one begins again.
    """
    kept = place / f"{name}.pickle"
    while True:
        with held(place / f"{name}.lock") as ours:
            if kept.exists():
                return _read(kept)
            if ours:
                made = make(_new_folder(place, name))
                aside = kept.with_suffix(".aside")
                aside.write_bytes(pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL))
                aside.replace(kept)
                return made


def _new_folder(place: Path, name: str) -> Path:
    """A folder that no maker before has touched."""
    number = len(list(place.glob(f"{name}-*")))
    folder = place / f"{name}-{number}"
    folder.mkdir()
    return folder


def _read(kept: Path) -> Any:
    return pickle.loads(kept.read_bytes())
