"""Catchments: which school the children of each small area go to, where nobody counted it: the nearest that has room.

Method. All pairs of small area and school are taken in order of their distance, nearest first; in each, as many of the small
area's children that are not placed yet go to the school as it still has room for. A small area may so be parted among several
schools. Where there are more children than room, every school's room is stretched by the same factor: all children live
somewhere. Distances are straight lines, for a first sketch of planning areas; flows that somebody counted are better, and are
used where they are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SLACK = 1.02  # room beyond the children when rooms are stretched, so that no child is left over by rounding


def nearest_with_room(homes: Floats, children: Floats, schools: Floats, room: Floats) -> pd.DataFrame:
    """Children of each small area by the school that they are given to: columns home, school (positions), children; none are
    lost.

    homes: [small area, 2] metres; children: [small area]; schools: [school, 2]; room: [school]. A small area without children
    has one row, of its nearest school with room, with no children. Raises ValueError where no school has room.
    """
    open_to = np.flatnonzero(room > 0)
    if not len(open_to):
        raise ValueError("no school has room")
    wanted = np.asarray(children, dtype="float64")
    left = np.asarray(room, dtype="float64")[open_to]
    if wanted.sum() > left.sum():
        left = left * (SLACK * wanted.sum() / left.sum())
    metres = np.hypot(*np.moveaxis(homes[:, None, :] - schools[None, open_to, :], -1, 0))
    found = [(home, open_to[school], placed) for home, school, placed in _placed(metres, wanted.tolist(), left.tolist())]
    childless = np.flatnonzero(wanted <= 0)
    nearest = metres[childless].argmin(axis=1)
    found += [(home, open_to[school], 0.0) for home, school in zip(childless.tolist(), nearest.tolist(), strict=True)]
    table = pd.DataFrame(found, columns=["home", "school", "children"])
    if not np.isclose(table["children"].sum(), wanted.sum()):
        raise AssertionError("children were lost between homes and schools")
    return table.sort_values(["home", "school"], kind="stable").reset_index(drop=True)


def _placed(metres: Floats, waiting: list[float], left: list[float]) -> Iterator[tuple[int, int, float]]:
    """Walk the pairs of small area and school, nearest first, and place whom there is room for: home, school, children."""
    homes, schools = np.unravel_index(np.argsort(metres, axis=None, kind="stable"), metres.shape)
    homeless = sum(children > 0 for children in waiting)
    for home, school in zip(homes.tolist(), schools.tolist(), strict=True):
        if not homeless:
            return
        if waiting[home] > 0 and left[school] > 0:
            placed = min(waiting[home], left[school])
            waiting[home] -= placed
            left[school] -= placed
            homeless -= waiting[home] <= 0
            yield home, school, placed
