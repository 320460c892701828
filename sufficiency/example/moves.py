"""Who goes to which school: by nearness, size and name, held to the places while any school within reach has room.

Each home weighs the schools nearest to it, `places * exp(popularity - distance / scale)`, the scale short in towns, where
schools are close together, and long in the country. Children are asked for in those shares; a school with too many takes as
many as it has places, and the others ask the schools with room, until all are placed. Where nothing within reach has room,
children stay with the schools that they asked for first: nobody is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

ROUNDS = 12
FULL = 0.5          # places left at which a school asks for nobody any more


def weights(homes: Floats, schools: Floats, size: Floats, popularity: Floats, reach: int, scale: tuple[float, float]) -> Floats:
    """What each school weighs for each home, [home, school]: nothing beyond the `reach` nearest.

    scale: half the distance to the third nearest school, held between these two (metres).
    """
    metres = np.hypot(*np.moveaxis(homes[:, None, :] - schools[None, :, :], 2, 0))
    ranked = np.sort(metres, axis=1)
    step = np.clip(0.5 * ranked[:, 2:3], *scale)
    pull = size * np.exp(popularity) * np.exp(-metres / step)
    found: Floats = np.where(metres <= ranked[:, min(reach, len(schools)) - 1 :][:, :1], pull, 0.0)
    return found


def placed(children: Floats, pull: Floats, places: Floats) -> Floats:
    """Children of each home at each school, [home, school]; pull: what each school weighs for each home."""
    asked_first = children[:, None] * pull / pull.sum(axis=1, keepdims=True)
    have = np.zeros_like(pull)
    left = children.astype("float64")
    has_room = places > FULL
    for _ in range(ROUNDS):
        able = pull * has_room
        total = able.sum(axis=1, keepdims=True)
        asked = left[:, None] * np.divide(able, total, out=np.zeros_like(able), where=total > 0)
        into = asked.sum(axis=0)
        room = np.maximum(places - have.sum(axis=0), 0.0)
        taken = np.clip(np.divide(room, into, out=np.ones_like(into), where=into > 0), 0.0, 1.0)
        have += asked * taken
        left = children - have.sum(axis=1)
        has_room = places - have.sum(axis=0) > FULL
        if left.sum() < 1.0:
            break
    share = np.divide(left, children, out=np.zeros_like(left), where=children > 0)
    found: Floats = have + asked_first * share[:, None]
    return found
