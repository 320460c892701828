"""The level to go on with: how an authority's past ratios of one kind become the ratio of the years ahead.

Method (chosen by backtest, see docs/forecast-method.md; domain brief C1, C3, C10). Ratios are compared as logarithms. What became
of children in the mean of many authorities in a year is *common*: a lockdown, a wave of arrivals. What is left is the authority's
*own*. Of its own the latest years count most, each year before for `decay` as much as the one after it; `momentum` carries it on
from its long-run mean in the direction in which it has moved (above 0: births to Reception drift for years) or takes it back
towards that mean (below 0); a share `drawn` falls away, since part of any departure is chance. The common part is half the recent
level and half the long-run mean: a shock that all had together is neither repeated for ever nor gone at once, and a dozen years
cannot tell more exactly. For a year that the table of many authorities does not cover, their long-run mean stands in. With one or
two changes of its own an authority's latest stand for its level; with none there is no level, and many authorities do not stand
in for it. How much further out forecasts from short histories are is measured (`calibration`).
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

METHODS = ("measured", "last_year", "plain")
"""How an authority's ratios are carried on: as above; the latest year's alone; the mean of three years (weights 3, 2, 1)."""

RECENT = 3                  # latest years that make a recent level
FEWEST_FOR_MEAN = 4         # years of history below which there is no long-run mean to go to or from
COMMON_DECAY = 0.35         # weight of a year against the year after it, in the common part [D]
COMMON_KEPT = 0.5           # share of the common part's recent distance from its long-run mean that goes on: half, untuned


@dataclass(frozen=True)
class Smoothing:
    """How an authority's own ratios of one kind are carried on."""

    decay: float                # weight of a year against the year after it
    momentum: float = 0.0       # share of the distance from the long-run mean that is added (above 0) or taken back (below 0)
    drawn: float = 0.0          # share of the authority's own departure from many authorities that falls away


KINDS: Mapping[str, tuple[int, ...]] = {
    "births": (0,), "primary": tuple(range(1, PHASE_YEARS["primary"][-1] + 1)), "transfer": (PHASE_YEARS["secondary"][0],),
    "secondary": tuple(range(PHASE_YEARS["secondary"][0] + 1, PHASE_YEARS["secondary"][-1] + 1)),
    "sixth_form": tuple(PHASE_YEARS["sixth_form"]),
}
"""Kinds of ratio and the year groups that they lead into."""

MEASURED: Mapping[str, Smoothing] = {
    "births": Smoothing(decay=0.5, momentum=0.45), "primary": Smoothing(decay=0.35), "transfer": Smoothing(decay=0.2, drawn=0.05),
    "secondary": Smoothing(decay=0.2, momentum=-0.3, drawn=0.2), "sixth_form": Smoothing(decay=0.5),
}
"""The smoothing of each kind that did best over past origins of many authorities [D]."""


def levels(ratios: Floats, common: Floats) -> Floats:
    """Ratios to go on with for every year group, each kind by its own smoothing: ratios [year, nc_year] -> [nc_year].

    Both arrays begin with the latest year; common: [year, nc_year], those of many authorities, at least as many years as ratios,
    missing where not known. Missing where no ratio is known.
    """
    out = np.full(len(NC_YEARS), np.nan)
    for kind, groups in KINDS.items():
        at = list(groups)
        out[at] = level(ratios[:, at], MEASURED[kind], common[:, at])
    return out


def level(ratios: Floats, rule: Smoothing, common: Floats) -> Floats:
    """The ratio to go on with of one kind: ratios and common [year, ...], latest first, missing where not known."""
    of_all, going = _common(np.log(common))
    own = np.log(np.where(ratios > 0, ratios, np.nan)) - of_all[: len(ratios)]
    recent, mean = weighted(own, rule.decay, RECENT), weighted(own, 1.0, len(own))
    momentum = np.where((~np.isnan(own)).sum(axis=0) >= FEWEST_FOR_MEAN, rule.momentum, 0.0)
    share = np.where(np.isnan(common).all(axis=0), 0.0, rule.drawn)
    carried: Floats = np.exp(going + (1 - share) * (recent + momentum * (recent - mean)))
    return carried


def _common(logs: Floats) -> tuple[Floats, Floats]:
    """What many authorities had each year, gaps filled by their mean (nought where none is known); and what to go on with."""
    mean = np.nan_to_num(weighted(logs, 1.0, len(logs)))
    filled = np.where(np.isnan(logs), mean, logs)
    return filled, mean + COMMON_KEPT * (weighted(filled, COMMON_DECAY, RECENT) - mean)


def weighted(values: Floats, decay: float, years: int) -> Floats:
    """Mean of the latest known years along the first axis, latest first, each counting `decay` times the one after it.

    A year that is not known makes room for the next; missing where none is.
    """
    known = ~np.isnan(values)
    rank = np.cumsum(known, axis=0) - 1
    weights = np.where(known & (rank < years), np.power(decay, np.maximum(rank, 0), dtype="float64"), 0.0)
    total = weights.sum(axis=0)
    mean: Floats = np.divide((weights * np.nan_to_num(values)).sum(axis=0), total, out=np.full(total.shape, np.nan),
                             where=total > 0)
    return mean
