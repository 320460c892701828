"""What a command answers: words for people, or one JSON object for machines, and an exit code.

0 is fine; 2 means that the input has problems, each told and none with a traceback; 3 that a replay does not give the same bytes;
1 is our fault. What comes from files is shown without the control characters that a terminal would obey. This module imports
nothing heavy, so that `--help` answers at once.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FINE, OUR_FAULT, INPUT, OTHERWISE = 0, 1, 2, 3
HOUSE = Path(__file__).resolve().parent.parent
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}        # no room, or a place that is read only
STOPPED = 130       # by Ctrl+C, as shells expect


@dataclass(frozen=True)
class Answer:
    """What a command found: lines for people, and the same as data."""

    lines: Sequence[str]
    data: dict[str, Any] = field(default_factory=dict)
    code: int = FINE


class UserError(Exception):
    """A user asked for what cannot be; says what to do instead."""

    def __init__(self, what: str, advice: str = "") -> None:
        self.what, self.advice = what, advice
        super().__init__(f"{what}; {advice}" if advice else what)


def finish(work: Callable[[], Answer], as_json: bool, debug: bool = False) -> int:
    """Do a command's work, print its answer (stdout) or what went wrong (stderr), and give the exit code."""
    try:
        answer = work()
    except KeyboardInterrupt:
        _print(["stopped; nothing half-written counts, and the next start tidies up"], sys.stderr)
        return STOPPED
    except Exception as fault:
        if debug:
            traceback.print_exc()
        code, lines, data = told(fault)
        if as_json:
            _print_json(data)
        _print(lines, sys.stderr)
        return code
    if as_json:
        _print_json({"ok": answer.code == FINE, **answer.data})
    else:
        _print(answer.lines, sys.stdout)
    return answer.code


def told(fault: Exception) -> tuple[int, list[str], dict[str, Any]]:
    """Say what went wrong: exit code, lines for people, and data for machines."""
    from dataclasses import asdict

    from planning_areas.tables import EvidenceError, explain
    from scenarios.runs import RunError

    if isinstance(fault, EvidenceError):
        count = len(fault.problems)
        lines = [*explain(fault.problems).split("\n"), f"{count} problem{'s' * (count != 1)}; nothing was computed"]
        return INPUT, lines, {"ok": False, "problems": [asdict(problem) for problem in fault.problems]}
    if isinstance(fault, (RunError, UserError)):
        problem = {"file": "", "row": 0, "column": "", "found": "", "expected": fault.what, "advice": fault.advice, "others": 0}
        return INPUT, str(fault).split("\n"), {"ok": False, "problems": [problem]}
    if isinstance(fault, (FileExistsError, NotADirectoryError)) and fault.filename and _is_of_the_machine(fault):
        return told(UserError(f"{fault.filename} cannot be a folder: a file has that name, or stands in the way to it",
                              "give the name of a folder, new or there already"))
    if isinstance(fault, OSError) and _is_of_the_machine(fault):
        where = f"{fault.filename} cannot be read or written" if fault.filename else "a file cannot be written"
        return told(UserError(f"{where}: {fault.strerror}",
                              "check that there is room, that you may read and write there, and that no other program holds it"))
    what = f"{type(fault).__name__}: {fault}"
    lines = [f"something went wrong in Sufficiency itself: {what}{_place(fault)}",
             "this is our fault, not your data's; the same command with --debug shows where it happened"]
    return OUR_FAULT, lines, {"ok": False, "problems": [], "fault": what}


def _is_of_the_machine(fault: OSError) -> bool:
    """Say whether the machine refused a file of the user's; a file of our own package that is missing is our fault."""
    from scenarios.identity import ROOMS

    if fault.filename is None:
        return fault.errno in FULL
    path = Path(os.fsdecode(fault.filename))
    with suppress(ValueError):
        return path.resolve().relative_to(HOUSE).parts[:1] not in {(room,) for room in ROOMS}
    return True


def _place(fault: BaseException) -> str:
    """Where in our own files it happened."""
    for step in reversed(traceback.extract_tb(fault.__traceback__)):
        path = Path(step.filename)
        if path.is_relative_to(HOUSE) and "site-packages" not in path.relative_to(HOUSE).parts:
            return f" ({path.relative_to(HOUSE).as_posix()}, line {step.lineno})"
    return ""


def plain(text: str) -> str:
    """A text from a file as a terminal may show it: control characters, which a terminal would obey, become question marks."""
    return "".join(c if c.isprintable() else "?" for c in text)


def columns(rows: Iterable[Sequence[object]], right: Iterable[int] = ()) -> list[str]:
    """Lay rows out in columns for people; `right` names the columns that are numbers."""
    cells = [[plain(str(cell)) for cell in row] for row in rows]
    if not cells:
        return []
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    turned = set(right)
    return [
        "  ".join(cell.rjust(width) if i in turned else cell.ljust(width)
                  for i, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in cells
    ]


def _print(lines: Iterable[str], stream: Any) -> None:
    try:
        for line in lines:
            stream.write(plain(line) + "\n")
        stream.flush()
    except BrokenPipeError:     # `sufficiency check ... | head`
        _hush(stream)


def _print_json(data: dict[str, Any]) -> None:
    try:
        sys.stdout.write(json.dumps(data, indent=1, sort_keys=True) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _hush(sys.stdout)


def _hush(stream: Any) -> None:
    """Nobody reads any more: let the interpreter end without complaint."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
