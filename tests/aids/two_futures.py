"""A council of two areas with money for one of two schemes, and futures of it that can be worked out on paper.

Each scheme opens from September 2028 on. East lacks 10 Reception places every year from then on, west none or 16, each as likely;
as expected, 8. `east-10` adds 10 places in east, `west-16` adds 16 in west, each for all the money there is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from made_councils import YEARS, council_of

from sufficiency.capital.choices import Choices
from sufficiency.robust.building import Building, building
from sufficiency.robust.sample import GROUPS, Ground, Sample

EAST, WEST = 0, 1


def ground_of_two(pairs: tuple[tuple[int, int], ...] = ()) -> Ground:
    """The two areas, Reception alone."""
    counts = np.zeros((len(YEARS), 2, GROUPS), dtype="bool")
    counts[1:, :, 0] = True
    return Ground(("east", "west"), ("primary", "primary"), ("East", "West"), YEARS, counts, pairs)


def futures(lacking: Sequence[tuple[float, float]], ground: Ground, entry: Sequence[float] = ()) -> Sample:
    """Futures by what east and west lack each year from 2028 on; entry: children in Reception in east."""
    shape = (len(lacking), *ground.shape)
    lacks, counted = np.zeros(shape), np.zeros(shape[:3])
    lacks[:, 1:, :, 0] = np.array(lacking)[:, None, :]
    if len(entry):
        counted[:, :, EAST] = np.array(entry)[:, None]
    weight = np.full(len(lacking), 1 / len(lacking))
    return Sample(ground, lacks, np.zeros(shape), counted, weight, np.arange(1, len(lacking) + 1))


def money_for_one(ground: Ground) -> Building:
    """What may be built."""
    case = council_of([("east", 10.0, [("east-10", 10.0, 100.0)]), ("west", 16.0, [("west-16", 16.0, 100.0)])], {2027: 100.0})
    return building(case, Choices(), ground, {})
