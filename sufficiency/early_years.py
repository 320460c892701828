"""Early years: how much of a birth cohort's gain or loss before Reception its own five years foretell.

Method (ours, chosen by backtest, see docs/forecast-method.md). Between birth and Reception a cohort gains and loses children by
migration as the year groups of primary school do in the same years. A cohort that was small in years of many arrivals will have
gained more than one before it, and that is known when Reception is still years away: the arrivals are seen in Years 1 to 3. The
births-to-Reception ratio of each year ahead is therefore moved by a share of the difference between the arrivals of that cohort's
first five years and those of the cohorts that the ratio was measured on. For years that have not come the ratios ahead stand in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sufficiency.levels import METHODS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHARE = 0.5                 # of the arrivals seen in Years 1 to 3, how much the births-to-Reception ratio moves [D]
SEEN_IN = slice(1, 4)       # Year 1 to Year 3
CHILDHOOD = 5               # years from birth to Reception


def early_moves(ratios: Floats, steps: Floats, ahead: int, method: str) -> Floats:
    """Factors on the births-to-Reception ratio for each year ahead: [year ahead]; all 1 for methods without it.

    ratios: [year, nc_year] past survival ratios, latest first, missing where not known; steps: [nc_year] those of the years
    ahead.
    """
    rules = METHODS[method]
    none = np.ones(ahead)
    if rules is None or rules["births"].years == 1:
        return none
    logs = np.log(np.where(ratios[:, SEEN_IN] > 0, ratios[:, SEEN_IN], np.nan))
    whole = ~np.isnan(logs).any(axis=1)
    if not whole.any():
        return none
    moved = np.where(whole, np.nan_to_num(logs).mean(axis=1), np.nan)
    coming = float(np.log(steps[SEEN_IN]).mean())
    series = _filled(moved, coming, ahead)
    gained = np.convolve(series, np.ones(CHILDHOOD), mode="valid")[::-1]    # by the year of Reception, the earliest first
    rule = rules["births"]
    weights = rule.decay ** np.arange(rule.years)
    measured_on = np.average(gained[-ahead - rule.years : len(gained) - ahead][::-1], weights=weights)
    factors: Floats = np.exp(SHARE * (gained[-ahead:] - measured_on))
    return factors


def _filled(moved: Floats, coming: float, ahead: int) -> Floats:
    """Arrivals year by year, the furthest ahead first: `coming` ahead, gaps and years before history as the earliest that are
    known.
    """
    known = moved[~np.isnan(moved)]
    past = np.where(np.isnan(moved), known[-3:].mean(), moved)
    before = np.full(2 * CHILDHOOD, known[-3:].mean())
    return np.concatenate([np.full(ahead, coming), past, before])
