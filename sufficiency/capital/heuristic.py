"""A plan without a solver, so that there is always one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.facts import Facts
from sufficiency.capital.model import Build

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def construct(f: Facts, built: Build, problem: Arrays) -> NDArray[np.float64] | None:
    """To be written."""
    return None
