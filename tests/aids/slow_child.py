"""The solver's child, waiting in mid-solve: once it has a better plan than it began with, it says its number and goes no further.

Only the first such child waits; those after it solve as usual. The file for its number is named by SLOW_CHILD.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np

from sufficiency.capital import solver_child


def main() -> None:
    """Solve as usual, but for the wait."""
    says = Path(os.environ["SLOW_CHILD"])
    keep = solver_child.Desk.plan

    def kept(desk: solver_child.Desk, x: np.ndarray) -> None:
        keep(desk, x)
        if not says.exists() and (desk.folder / "plan.npz").exists():
            aside = says.with_suffix(".aside")
            aside.write_text(str(os.getpid()), encoding="utf-8")
            os.replace(aside, says)
            threading.Event().wait()      # for ever

    solver_child.Desk.plan = kept  # type: ignore[method-assign]  # so that it waits
    solver_child.main()


if __name__ == "__main__":
    main()
