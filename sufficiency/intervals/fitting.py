"""Fitting: what happens to cohorts, scaled so that each year's total departs as past errors did.

The spread of a sum of normals is told exactly by giving each normal 1 in turn and all others 0 (`Impulses`), so that a draw needs
no other draw to be scaled. A total departs by the width that past errors have at its normal score; what is an area's or school's
own is what its width has beyond the width of what it lies in, square against square.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from planning_areas.school_year import NC_YEARS, PHASE_YEARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.intervals.calibration import Calibration

    Floats = NDArray[np.float64]
    Widths = tuple[Floats, Floats]      # normal scores [knot], and the widths that belong to them [year ahead, knot]

GROUPS = len(NC_YEARS)
OF_PHASE = {"primary": slice(0, 7), "secondary": slice(7, GROUPS)}      # sixth forms go with the secondary area
STATUTORY = {phase: len(PHASE_YEARS[phase]) for phase in OF_PHASE}      # year groups of it that the phase's total counts
PARTS = {
    "primary": (("primary", slice(0, STATUTORY["primary"])),),
    "secondary": (("secondary", slice(0, STATUTORY["secondary"])), ("sixth_form", slice(STATUTORY["secondary"], None))),
}
"""Of an area's phase, the totals whose errors are known by themselves, and their year groups within it."""
LEAST_OWN = 0.1         # of its width that is an area's or a school's own, however sure its parent is
LEAST_RIVALS = 0.25     # share of its parent that the rest of it is taken to have at least


class Chancy(Protocol):
    """What gives normals by name: draws, or impulses by which the response of a structure is measured."""

    def normals(self, name: str, *shape: int) -> Floats:
        """Normals [draw, *shape]."""
        ...


class Impulses:
    """In place of draws: each normal 1 in turn and all others 0, so that the spread of a sum of normals can be told exactly."""

    def __init__(self, size: int) -> None:
        self.left = np.eye(size)

    def normals(self, name: str, *shape: int) -> Floats:
        """The next normals, [impulse, *shape]."""
        size = int(np.prod(shape, dtype="int64"))
        taken, self.left = self.left[:, :size], self.left[:, size:]
        return taken.reshape(-1, *shape)


def fit(happened: Floats, response: Floats, central: Floats, widths: Widths) -> None:
    """Scale what happened, in place, so that each year's total departs as past errors did.

    happened: [draw, year, nc_year] of the groups that the total counts; response: the same by impulse; central: [year, nc_year];
    widths: normal scores [knot] and the widths that belong to them [year, knot].
    """
    scores, by_year = widths
    shares = np.divide(central, central.sum(axis=1, keepdims=True), out=np.zeros_like(central), where=central > 0)
    size = np.abs(_total(happened, shares))
    spread = np.sqrt((_total(response, shares) ** 2).sum(axis=0))
    for y, row in enumerate(by_year):
        if spread[y] > 0:
            wanted = np.interp(size[:, y] / spread[y], scores, row)
            factor = np.divide(wanted, size[:, y], out=np.zeros_like(wanted), where=size[:, y] > 0)
            happened[:, y] *= factor[:, None]


def _total(happened: Floats, shares: Floats) -> Floats:
    """Departure of a total, to first order: [draw, year], year group after year group so that no bit hangs on the block."""
    out = np.zeros(happened.shape[:2])
    for g in range(shares.shape[1]):
        out += happened[..., g] * shares[:, g]
    return out


def widths_by_year(calibration: Calibration, level: str, phase: str, sizes: Floats) -> Widths:
    """Normal scores, and widths [year ahead, knot]; beyond the furthest year measured they stay as wide.

    sizes: the total's pupils [year ahead], each year's own, as past errors were measured: no year hangs on a later one.
    """
    scores, rows = calibration.of(level, phase).lines(sizes)
    ahead = np.arange(len(sizes))
    return scores, rows[ahead, np.minimum(ahead, rows.shape[1] - 1)]


def widths_beyond(calibration: Calibration, phase: str, own: tuple[str, Floats], parent: tuple[str, Floats]) -> list[Widths]:
    """Widths of what is an area's or school's own: what its errors are beyond its parent's, and what raking will take away.

    own, parent: level, and central pupils [year, nc_year of the phase]. One for each total of the phase (PARTS).
    """
    found = []
    for part, of in PARTS[phase]:
        sizes, whole = own[1][:, of].sum(axis=1), parent[1][:, of].sum(axis=1)
        scores, mine = widths_by_year(calibration, own[0], part, sizes)
        _, above = widths_by_year(calibration, parent[0], part, whole)
        share = np.divide(sizes, whole, out=np.zeros_like(whole), where=whole > 0)
        rest = np.maximum(1 - share, LEAST_RIVALS)[:, None]
        found.append((scores, np.sqrt(np.maximum(mine**2 - above**2, (LEAST_OWN * mine) ** 2) / rest)))
    return found
