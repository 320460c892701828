"""The level to go on with: how an authority's past ratios of one kind become the ratio of the years ahead.

Method (chosen by backtest, see docs/forecast-method.md; domain brief C1, C3, C10). Ratios are compared as logarithms. The latest
years count most, each year before for `decay` as much as the one after it. To this recent level comes `momentum`: above 0 the
ratio goes on from its long-run mean in the direction in which it has moved (births to Reception drift for years), below 0 it goes
back towards the mean (a year of many arrivals is not repeated for ever). Last, a share `pooled` is drawn to the mean of many
authorities, which is steadier than one alone.

`plain` is the textbook: the mean of three years' ratios weighted 3, 2, 1, latest first. `last_year` repeats the latest ratio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import NC_YEARS, PHASE_YEARS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST_FOR_MEAN = 4         # years of history below which there is no long-run mean to go to or from


@dataclass(frozen=True)
class Smoothing:
    """How ratios of one kind are carried on."""

    decay: float                # weight of a year against the year after it
    momentum: float = 0.0       # share of the distance from the long-run mean that is added (above 0) or taken back (below 0)
    pooled: float = 0.0         # share drawn to the mean of many authorities
    years: int = 3              # latest years that make the recent level


KINDS: Mapping[str, tuple[int, ...]] = {
    "births": (0,), "primary": tuple(range(1, PHASE_YEARS["primary"][-1] + 1)), "transfer": (PHASE_YEARS["secondary"][0],),
    "secondary": tuple(range(PHASE_YEARS["secondary"][0] + 1, PHASE_YEARS["secondary"][-1] + 1)),
    "sixth_form": tuple(PHASE_YEARS["sixth_form"]),
}
"""Kinds of ratio and the year groups that they lead into."""

MEASURED: Mapping[str, Smoothing] = {
    "births": Smoothing(decay=0.7, momentum=0.45), "primary": Smoothing(decay=0.1, momentum=-0.3),
    "transfer": Smoothing(decay=0.2, pooled=0.05), "secondary": Smoothing(decay=0.2, momentum=-0.3, pooled=0.2),
    "sixth_form": Smoothing(decay=0.5),
}
"""The smoothing of each kind that did best over past origins of many authorities [D]."""

LAST_YEAR: Mapping[str, Smoothing] = {kind: Smoothing(decay=0.0, years=1) for kind in KINDS}
METHODS: Mapping[str, Mapping[str, Smoothing] | None] = {"measured": MEASURED, "last_year": LAST_YEAR, "plain": None}
"""Methods by name; `plain` takes the weights of the assumptions on the ratios themselves."""


def level(ratios: Floats, rule: Smoothing, pooled: Floats) -> Floats:
    """The ratio to go on with: ratios [year, ...], latest first, missing where not known; missing where none is.

    pooled: [...], the mean of many authorities; missing where there is none, and then nothing is drawn to it.
    """
    logs = np.log(np.where(ratios > 0, ratios, np.nan))
    known = ~np.isnan(logs)
    weights = _recent(known, rule)
    total = weights.sum(axis=0)
    recent = np.divide((weights * np.nan_to_num(logs)).sum(axis=0), total, out=np.full(total.shape, np.nan), where=total > 0)
    count = known.sum(axis=0)
    mean = np.divide(np.nan_to_num(logs).sum(axis=0), count, out=np.full(count.shape, np.nan), where=count > 0)
    going = np.where(count >= FEWEST_FOR_MEAN, rule.momentum * (recent - mean), 0.0)
    moved = recent + np.nan_to_num(going)
    share = np.where(np.isnan(pooled), 0.0, rule.pooled)
    drawn: Floats = np.exp((1 - share) * moved + share * np.log(np.where(np.isnan(pooled), 1.0, pooled)))
    return drawn


def _recent(known: NDArray[np.bool_], rule: Smoothing) -> Floats:
    """Weights of the latest known years, latest first: 1, decay, decay squared ...; a year that is not known makes room for
    the next.
    """
    rank = np.cumsum(known, axis=0) - 1
    counted = known & (rank < rule.years)
    return np.where(counted, np.power(rule.decay, np.where(counted, rank, 0), dtype="float64"), 0.0)


def levels(ratios: Floats, method: str, pooled: Floats) -> Floats:
    """Ratios to go on with for every year group, each kind by its own smoothing: ratios [year, nc_year] -> [nc_year]."""
    rules = METHODS[method]
    if rules is None:
        raise ValueError("the plain method weighs the ratios themselves")
    out = np.full(len(NC_YEARS), np.nan)
    for kind, groups in KINDS.items():
        at = list(groups)
        out[at] = level(ratios[:, at], rules[kind], pooled[at])
    return out
