"""A file that is there and cannot be read, as one that a spreadsheet holds open on Windows."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep everybody from reading a file: by a lock on Windows, elsewhere by its rights, and for a superuser by a faulty disk."""
    if sys.platform == "win32":
        with path.open("r+b") as file:
            size = max(1, path.stat().st_size)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, size)
            yield
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, size)
        return
    aside = path.with_name(path.name + ".aside")
    path.rename(aside)
    if os.access(aside, os.R_OK) and Path("/proc/self/mem").exists():
        path.symlink_to("/proc/self/mem")       # there for everybody, and an error to whoever reads its beginning
    else:
        path.write_bytes(b"")
        path.chmod(0)
    try:
        yield
    finally:
        path.unlink()
        aside.rename(path)
