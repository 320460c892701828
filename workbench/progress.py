"""Progress on long work: the name of each step, the time it took so far and about how long is left, on stderr.

On a terminal one line that is written over; elsewhere (a log, a pipe) one plain line a stage: steps that say how far they are,
"Reading pans.csv (3 of 40)", are one stage, and only the first of them is told.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from workbench.answers import plain

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


COUNTED = re.compile(r"(?P<verb>\w+) .* \(\d+ of (?P<many>\d+)\)")
THINGS = {"Reading": "files", "Forecasting": "times, from January to January"}
"""What is counted, by the word with which such steps begin."""


class Steps:
    """Tells the steps of a piece of work as they begin: call it with the name of each.

    `expect` says how many there will be, from which the time left is judged.
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._clock, self._start = clock, clock()
        self._begun, self._expected, self._since = 0, 0, self._start
        self._stage = ""
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Begin; on a terminal the line that moves is drawn."""
        if self._stream.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), TimeElapsedColumn(), TextColumn("left"),
                TimeRemainingColumn(), console=Console(file=self._stream), transient=True,
            )
            self._task = self._bar.add_task("", total=None)
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End; the line that moves is wiped."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def expect(self, steps: int) -> None:
        """Say how many steps there will be."""
        self._expected = steps

    def begin(self, steps: int) -> None:
        """Begin a part of the work with so many steps, by whose own pace its time left is judged."""
        self._expected, self._begun, self._since = steps, 0, self._clock()
        if self._bar is not None and self._task is not None:
            self._bar.reset(self._task, total=steps)

    def __call__(self, step: str) -> None:
        """Say that a step begins."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=plain(step)[:60], completed=self._begun, total=self._expected or None)
        elif (stage := stage_of(step)) != self._stage:
            self._stage = stage
            self._stream.write(f"{self._clock() - self._start:6.1f} s  {plain(stage)}{self._left()}\n")
            self._stream.flush()
        self._begun += 1

    def _left(self) -> str:
        """About how long it will still take, judged by the steps behind us."""
        if self._begun < 3 or self._expected <= self._begun:
            return ""
        left = (self._clock() - self._since) / self._begun * (self._expected - self._begun)
        return f" (about {left:.0f} s left)"


def stage_of(step: str) -> str:
    """The stage that a step belongs to: itself, or "Reading 40 files" for each of many that say how far they are."""
    counted = COUNTED.fullmatch(step)
    if counted is None:
        return step
    return f"{counted['verb']} {counted['many']} {THINGS.get(counted['verb'], 'parts')}"
