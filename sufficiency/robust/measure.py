"""By what a plan is judged over many futures: what is short in the mean, in the worst of them, and what would have been best.

The tail is the mean of the worst futures, 5 in 100 at a level of 0.95 (CVaR). Rockafellar and Uryasev (2000): it is the least
value of  level + mean of what lies beyond the level / (1 - alpha), so that a linear problem can hold it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CVAR, REGRET = MEASURES = ("cvar", "regret")


@dataclass(frozen=True)
class Judged:
    """How plans are judged: `cvar` mixes mean and tail, `regret` takes the future in which most could have been spared."""

    measure: str = CVAR
    alpha: float = 0.95     # level of the tail
    weight: float = 0.5     # of the tail; the rest is the mean's

    def of(self, short: Floats, weight: Floats, best: Floats | None = None) -> float:
        """What a plan is worth, the less the better; short: [future] child-years, best: the least in each future by itself."""
        if self.measure == REGRET:
            return float(np.max(short - (0.0 if best is None else best), initial=0.0))
        return (1 - self.weight) * float(short @ weight) + self.weight * tail(short, weight, self.alpha)


def tail(short: Floats, weight: Floats, alpha: float) -> float:
    """The mean of the worst futures that together weigh 1 - alpha; of the one at the edge so much as still belongs to them."""
    order = np.argsort(-short, kind="stable")
    left, total = 1.0 - alpha, 0.0
    for i in order:
        share = min(left, float(weight[i]))
        total += share * float(short[i])
        left -= share
        if left <= 0.0:
            break
    return total / (1.0 - alpha)


def spread(short: Floats) -> dict[str, float]:
    """Mean, middle, 90th and 95th in a hundred of futures that weigh the same, by nearest rank, and how sure mean and 95th are.

    mean_error: standard error of the mean; p95_low and p95_high: between them the 95th lies with a probability of 95 %.
    """
    ranked, count = np.sort(short), len(short)
    rank = {f"p{p}": ranked[max(0, int(np.ceil(p * count / 100)) - 1)] for p in (50, 90, 95)}
    reach = 1.96 * np.sqrt(count * 0.95 * 0.05)
    low, high = (int(np.clip(round(0.95 * count + side * reach), 1, count)) - 1 for side in (-1, 1))
    error = float(short.std(ddof=1) / np.sqrt(count)) if count > 1 else float("nan")
    return {"mean": float(short.mean()), **{name: float(value) for name, value in rank.items()},
            "tail": tail(short, np.full(count, 1.0 / count), 0.95), "mean_error": error,
            "p95_low": float(ranked[low]), "p95_high": float(ranked[high])}
