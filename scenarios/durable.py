"""Writing so that a kill, a full disk or a power cut leaves the old state or the new one, never half.

The only file that calls what exists on one kind of system alone; each such call stands here beside its twin. A folder is
written aside under a lock that dies with its process, brought to the disk, and renamed; what a killed process left behind is
known by its lock being free, and swept away.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

ASIDE = ".partial-"
LOCK = ".lock"
PROBE = ".time-"
A_DAY = 86_400.0        # seconds after which a leftover is swept where the file system has no locks
NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
PAUSE, PATIENCE = 0.02, 1_500       # seconds between two tries for a lock, and how many tries
WINDOWS_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, None)
TAKEN = {errno.EEXIST, errno.ENOTEMPTY, errno.EACCES, errno.EPERM}


def try_lock(descriptor: int) -> bool | None:
    """Lock an open file without waiting: True: it is ours; False: another process has it; None: there are no locks here."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        return None if fault.errno in NO_LOCKS else False
    return True


@contextlib.contextmanager
def held(lock: Path) -> Iterator[bool]:
    """Hold a lock among all processes that ask for the same file; False where another has not given it up after a while.

    The file stays, empty: a lock that is removed can be held twice. Where the file system has no locks, it is as if it were ours.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        ours = try_lock(descriptor)
        for _ in range(PATIENCE):
            if ours is not False:
                break
            time.sleep(PAUSE)
            ours = try_lock(descriptor)
        yield ours is not False
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk. Windows cannot open a folder and does this by itself, so there it is nothing."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Bring a file that is written to the disk."""
    with path.open("r+b") as file:      # Windows asks for a file that may be written
        os.fsync(file.fileno())


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet, down to the disk."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def overwrite(path: Path, data: bytes) -> None:
    """Replace a small file: readers find the old one or the new one, never half of either."""
    aside = path.with_name(f".{path.name}{ASIDE}{secrets.token_hex(6)}")
    try:
        write_new(aside, data)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextlib.contextmanager
def folder_aside(target: Path) -> Iterator[Path]:
    """Give an empty folder beside `target` to write into; it is gone afterwards unless `publish` renamed it.

    While it is in use its lock is held, so that `sweep` in another process leaves it alone.
    """
    descriptor, lock = _own_lock(target)
    aside = lock.with_name(lock.name.removesuffix(LOCK))
    try:
        aside.mkdir()
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        os.close(descriptor)
        lock.unlink(missing_ok=True)


def _own_lock(target: Path) -> tuple[int, Path]:
    """Make and hold the lock of a new folder aside; once more should a sweep have taken it in between."""
    while True:
        lock = target.with_name(f".{target.name}{ASIDE}{secrets.token_hex(6)}{LOCK}")
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        if try_lock(descriptor) is not False and lock.exists():
            return descriptor, lock
        os.close(descriptor)


def publish(aside: Path, target: Path) -> bool:
    """Rename a finished folder to where it belongs; False when another process was first, whose folder then stays."""
    sync_folder(aside)
    for pause in WINDOWS_PAUSES if sys.platform == "win32" else (None,):
        try:
            os.rename(aside, target)
            break
        except OSError as fault:
            if fault.errno in TAKEN and target.is_dir():
                return False
            if pause is None or fault.errno not in TAKEN:
                raise
            time.sleep(pause)       # a virus scanner is looking into what was just written
    sync_folder(target.parent)
    return True


def sweep(parent: Path, names: str) -> list[str]:
    """Remove what killed processes left in a folder, and say what; what a living process is writing stays.

    names: regular expression of what the caller writes there; only what was aside of such a name is removed, whatever else may
    be called alike.
    """
    ours = re.compile(rf"\.(?:{names}){re.escape(ASIDE)}[0-9a-f]{{12}}(?:{re.escape(LOCK)})?")
    swept = [probe.name for probe in sorted(parent.glob(f"{PROBE}*"))
             if re.fullmatch(rf"{re.escape(PROBE)}[0-9a-f]{{12}}", probe.name) and probe.is_file() and _removed(probe)]
    for leftover in sorted(path for path in parent.glob(f".*{ASIDE}*") if ours.fullmatch(path.name)):
        if leftover.name.endswith(LOCK):
            folder, lock = leftover.with_name(leftover.name.removesuffix(LOCK)), leftover
        else:
            folder, lock = leftover, leftover.with_name(leftover.name + LOCK)
        if leftover.exists() and _abandoned(folder, lock):
            swept.append(folder.name)
    return swept


def names_locked(parent: Path) -> str:
    """For `sweep`, in a folder where anything may stand: the names of what was written aside here and whose lock is still there.

    A lock is made first and goes last, so that whoever was killed has left one; what has none may be somebody's own.
    """
    lock = re.compile(rf"\.(.+){re.escape(ASIDE)}[0-9a-f]{{12}}{re.escape(LOCK)}")
    return "|".join(sorted({re.escape(found[1]) for path in parent.iterdir() if (found := lock.fullmatch(path.name))}))


def _abandoned(folder: Path, lock: Path) -> bool:
    """Remove a folder aside and its lock if the process that held the lock is gone."""
    try:
        descriptor = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return _removed(folder)         # a lock goes last, so its owner ended
    except OSError:
        return False                    # held, on Windows
    try:
        ours = try_lock(descriptor)
        if ours is None:
            ours = _is_old(lock)
        if ours:
            _removed(folder)
            with contextlib.suppress(PermissionError):      # Windows removes no open file, see below
                lock.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
    if ours and sys.platform == "win32":
        with contextlib.suppress(PermissionError):          # taken by another sweep in between
            lock.unlink(missing_ok=True)
    return ours


def _removed(leftover: Path) -> bool:
    """Remove a leftover; a single file, which has no lock, only when it is old."""
    if leftover.is_dir():
        shutil.rmtree(leftover, ignore_errors=True)
        return True
    if leftover.is_file() and _is_old(leftover):
        leftover.unlink(missing_ok=True)
        return True
    return False


def try_folder(folder: Path) -> None:
    """Make a folder, with those above it, and find out whether files can be written there; raises OSError if not."""
    folder.mkdir(parents=True, exist_ok=True)
    _now_on(folder)


def _is_old(path: Path) -> bool:
    return path.stat().st_mtime < _now_on(path.parent) - A_DAY


def _now_on(folder: Path) -> float:
    """Ask the file system for its time, which is the one that its files are dated by."""
    probe = folder / f"{PROBE}{secrets.token_hex(6)}"
    probe.touch()
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)
