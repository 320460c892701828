"""A few futures in the place of many: from the least short to the shortest, each for as many as lie around it.

All futures are put in order by what a plan leaves short in them, and cut into as many strata of the same number as futures are
wanted; the one in the middle of each stands for it. So the few are as short in the mean and in the tail as the many. Futures
that lie near to many others in every area, as methods of nearest distance take them, would not do: they are the calm ones, in
which chance moves no area far, and half of what is short would be gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.robust.sample import Sample


def fewer(sample: Sample, count: int, short: NDArray[np.float64]) -> Sample:
    """At most so many futures with weights; the sample itself where it has no more. short: [future] child-years with a plan."""
    if len(sample) <= count:
        return sample
    order = np.argsort(short, kind="stable")
    strata = np.array_split(order, count)
    kept = np.array([part[len(part) // 2] for part in strata])
    weight = np.array([sample.weight[part].sum() for part in strata])
    by_number = np.argsort(kept)
    return sample.only(kept[by_number], weight[by_number])
