"""Progress stays short where it is kept, and is one line that is written over where somebody looks on."""

from __future__ import annotations

import io

import pytest

from workbench.progress import Steps, stage_of


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def work(steps: Steps) -> None:
    """Forty files, then two more stages."""
    with steps:
        steps.expect(42)
        for number in range(1, 41):
            steps(f"Reading file_{number}.csv ({number} of 40)")
        steps("Projecting the children")
        steps("Weighing children against places")


def test_in_a_log_there_is_one_line_a_stage() -> None:
    log = io.StringIO()
    work(Steps(log, clock=lambda: 0.0))
    lines = [line.split("s  ", 1)[1].split(" (about")[0] for line in log.getvalue().splitlines()]
    assert lines == ["Reading 40 files", "Projecting the children", "Weighing children against places"]


def test_on_a_terminal_the_line_is_written_over_and_wiped() -> None:
    terminal = Terminal()
    work(Steps(terminal))
    assert terminal.getvalue().count("\n") <= 2 and terminal.getvalue().rstrip("\n").endswith("\x1b[2K")


@pytest.mark.parametrize(("step", "stage"), [
    ("Reading a (b) (c).csv (3 of 12)", "Reading 12 files"), ("Reading rules", "Reading rules"),
    ("Forecasting from January 2020 (1 of 5)", "Forecasting 5 times, from January to January"),
    ("Drawing 3 of 4", "Drawing 3 of 4"),
])
def test_steps_that_say_how_far_they_are_are_one_stage(step: str, stage: str) -> None:
    assert stage_of(step) == stage
