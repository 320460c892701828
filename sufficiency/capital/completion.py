"""The best way to fill a plan up again by what is known: a small problem of starts, rows of money and bounds from earlier plans.

Method. The children's half of the problem stands in it only by the bounds that evaluated plans left (Benders cuts), for each part
those that are highest for the plan at hand or for what is kept of it. So it has some hundred columns where the whole problem has
tens of thousands, and its answer is as good as the whole problem's near plans that were evaluated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from sufficiency.capital.openings import Openings
from sufficiency.capital.search import EPS, Bounds
from sufficiency.capital.solver_highs import CONTINUOUS, HAS_PLAN, INTEGER, linear, quiet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

CUTS = 12  # bounds of each part for the plan at hand, and as many for what is kept
ROWS = 4000  # of bounds in all
GAP = 5e-5
NODES = 2000


def completed(
    tried: Openings, bounds: Bounds, kept: list[int], at_hand: list[int], seed: int, seconds: float
) -> list[int] | None:
    """What is kept of a plan, filled up; none where no plan was found in time."""
    room = tried.room - tried.uses[:, kept].sum(axis=1)
    fits = np.flatnonzero((tried.uses <= room[:, None] + EPS).all(axis=0))
    slopes, levels, part = _cuts(bounds, kept, at_hand, fits)
    many, parts = len(fits), bounds.level.shape[1]
    touched = (tried.uses[:, fits] != 0.0).any(axis=1)
    theirs = sp.csr_matrix((-np.ones(len(part)), (np.arange(len(part)), part)), shape=(len(part), parts))
    rows = sp.bmat([[sp.csr_matrix(tried.uses[touched][:, fits]), None], [sp.csr_matrix(slopes), theirs]], format="csr")
    upper = np.concatenate([room[touched], -levels])
    lp = linear(
        np.concatenate([tried.cost[fits], np.ones(parts)]),
        np.concatenate([np.zeros(many), np.full(parts, -np.inf)]),
        np.concatenate([np.ones(many), np.full(parts, np.inf)]),
        rows,
        np.full(len(upper), -np.inf),
        upper,
    )
    lp.integrality_ = [*[INTEGER] * many, *[CONTINUOUS] * parts]
    model = quiet(seed)
    model.passModel(lp)
    for name, value in (("mip_rel_gap", GAP), ("mip_max_nodes", NODES), ("time_limit", max(0.0, seconds))):
        model.setOptionValue(name, value)
    model.run()
    if model.getInfo().primal_solution_status != HAS_PLAN:
        return None
    opens = np.array(model.getSolution().col_value)[:many] > 0.5
    return [*kept, *fits[opens].tolist()]


def _cuts(bounds: Bounds, kept: list[int], at_hand: list[int], fits: Ints) -> tuple[Floats, Floats, Ints]:
    """The bounds that tell most: their slopes in the starts that fit, what they say of what is kept, and whose each is."""
    used, parts = min(bounds.next, bounds.most), bounds.level.shape[1]
    now = bounds.level[:used] + bounds.slope[kept, :used].sum(axis=0)
    whole = bounds.level[:used] + bounds.slope[at_hand, :used].sum(axis=0)
    each = max(1, min(CUTS, ROWS // (2 * max(1, parts))))
    highest = [np.argsort(-level, axis=0, kind="stable")[:each] for level in (now, whole)]
    chosen = np.zeros((used, parts), dtype=bool)
    for order in highest:
        np.put_along_axis(chosen, order, True, axis=0)
    cut, part = np.nonzero(chosen)
    return bounds.slope[fits][:, cut, part].T, now[cut, part], part
