"""What became of a run: who made it and when, how far it has come (draft, reviewed, signed off), notes and tags.

It stands beside the run, in `DIR/<run_id>.status.json`, since it is no part of what was computed. The file is a list of what was
done, oldest first; nothing in it is ever taken away, and all that is told of a run follows from it. Whoever writes holds a lock
that dies with his process, reads, adds and replaces the file whole: two who write at once both count, and a kill loses the one
line that was being written, or not even that. A catalogue only repeats what stands here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scenarios import durable
from scenarios.manifest import as_json
from scenarios.runs import RunError, load

DRAFT, REVIEWED, SIGNED = "draft", "reviewed", "signed off"
STEPS = {DRAFT: (REVIEWED,), REVIEWED: (SIGNED, DRAFT), SIGNED: (REVIEWED,)}
"""From each status, which may follow. Back from a signature leads only with a note that says why."""
MADE, STATUS, NOTE, TAG, UNTAG = "made", "status", "note", "tag", "untag"
LOCK = ".status.lock"       # in the folder of runs; it stays there, empty


@dataclass(frozen=True)
class Event:
    """One thing that somebody did with a run."""

    who: str
    when: str           # ISO 8601 with its time zone
    what: str           # made, status, note, tag or untag
    value: str = ""     # the status, the note or the tag
    note: str = ""      # why, of a change of status


@dataclass(frozen=True)
class History:
    """All that was done with a run, oldest first."""

    events: tuple[Event, ...] = ()

    @property
    def status(self) -> str:
        """How far it has come."""
        found = [event.value for event in self.events if event.what == STATUS]
        return found[-1] if found else DRAFT

    @property
    def made(self) -> Event | None:
        """Who made it and when; nothing where nobody wrote it down."""
        return next((event for event in self.events if event.what == MADE), None)

    @property
    def signed(self) -> Event | None:
        """Who signed it off, while the signature stands."""
        steps = [event for event in self.events if event.what == STATUS]
        return steps[-1] if steps and steps[-1].value == SIGNED else None

    @property
    def notes(self) -> tuple[Event, ...]:
        """Notes, and what was said with a change of status."""
        return tuple(event for event in self.events if event.what == NOTE or event.note)

    @property
    def tags(self) -> tuple[str, ...]:
        """Words by which it is to be found."""
        tags: dict[str, None] = {}
        for event in self.events:
            if event.what == TAG:
                tags[event.value] = None
            elif event.what == UNTAG:
                tags.pop(event.value, None)
        return tuple(tags)


def history_path(folder: Path) -> Path:
    """Where the history of a run stands: beside it."""
    return folder.with_name(f"{folder.name}.status.json")


def history(folder: Path) -> History:
    """Read what became of a run; empty where nobody wrote anything down. Raises RunError where it cannot be read."""
    path = history_path(folder)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return History(tuple(_read(told)))
    except FileNotFoundError:
        return History()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise RunError(f"{path.name} cannot be read ({fault})",
                       f"it tells the status of run {folder.name}: put it back from a backup, or move it elsewhere") from None


def _read(told: Mapping[str, Any]) -> Iterator[Event]:
    """The events of a file; one that has a single status in the place of a list comes from before there were lists."""
    if "history" in told:
        for one in told["history"]:
            yield Event(**{name: str(value) for name, value in one.items()})
        return
    yield Event(str(told["who"]), str(told["when"]), MADE)
    if told["status"] != DRAFT:
        yield Event(str(told["who"]), str(told["when"]), STATUS, str(told["status"]))


def add(folder: Path, event: Event) -> History:
    """Write down what was done with a run; refuses a status that cannot follow, and a signature under a run that is not whole."""
    if not event.value.strip() and event.what != MADE:
        raise RunError(f"there is nothing to write down as the {event.what} of run {folder.name}", "say it in words")
    with alone(folder.parent):
        old = history(folder)
        if event.what == STATUS:
            _refuse_step(folder, old.status, event)
        if event.what == MADE and old.made is not None:
            return old
        if event.what == UNTAG and event.value not in old.tags:
            raise RunError(f"run {folder.name} has no tag {event.value}", f"it has {', '.join(old.tags) or 'none'}")
        if event.what == TAG and event.value in old.tags:
            return old
        new = History((*old.events, event))
        told = {"run_id": folder.name, "history": [asdict(one) for one in new.events]}
        durable.overwrite(history_path(folder), as_json(told))
    return new


def _refuse_step(folder: Path, now: str, event: Event) -> None:
    """Refuse a status that does not follow from the present one."""
    if event.value not in STEPS:
        raise RunError(f"there is no status {event.value!r}", f"there are {', '.join(STEPS)}")
    if event.value == now:
        raise RunError(f"run {folder.name} is {now} already")
    if event.value not in STEPS[now]:
        raise RunError(f"run {folder.name} is {now} and cannot become {event.value}",
                       f"next it can become {' or '.join(STEPS[now])}")
    if now == SIGNED and not event.note:
        raise RunError(f"run {folder.name} is signed off", "to take a signature back, say why with --note")
    if event.value == SIGNED:
        load(folder)        # raises where a file is not as it was made


@contextmanager
def alone(runs: Path) -> Iterator[None]:
    """Be the only one who writes the histories of a folder of runs; raises RunError where another does not end."""
    try:
        with durable.held(runs / LOCK) as ours:
            if not ours:
                raise RunError(f"another program has been writing in {runs} for a while", "try again")
            yield
    except OSError as fault:
        raise RunError(f"the status of a run cannot be written to {runs}: {fault.strerror or fault}",
                       "check that there is room and that you may write there") from fault
