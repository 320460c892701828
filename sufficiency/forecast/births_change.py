"""Births that rise or fall: why Reception follows a change in births only in part.

Method (ours, chosen by backtest, see docs/forecast-method.md). Where births fall faster than in many other authorities, fewer of
those born move away before they start school, or more move in; where they rise faster, the other way round. So of the difference
between an authority's change in births and that of many authorities, only a share reaches Reception. A change that all have
together reaches it whole. For each Reception ahead the change is counted from the cohorts that the births-to-Reception ratio was
measured on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import RECEPTION, cohort_in
from sufficiency.forecast.levels import MEASURED, RECENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sufficiency.forecast.newborns import Newborns

    Floats = NDArray[np.float64]

REACHES_RECEPTION = 0.6     # share of a change in births beyond that of many authorities that reaches Reception [D]


def births_factors(measured_on: Sequence[int], ahead: range, babies: Newborns, common: Mapping[int, float]) -> Floats:
    """Factors on births times ratio for the Receptions of `ahead`: [year ahead]; 1 where nothing can be compared.

    measured_on: academic years whose Receptions the ratio rests on, latest first. common: cohort -> births of many authorities,
    in any unit. A year of which the births of either are not known keeps the factor of the year before.
    """
    used = [ay for ay in measured_on if babies.is_known(ay) and cohort_in(RECEPTION, ay) in common][:RECENT]
    factors = np.ones(len(ahead))
    if not used:
        return factors
    weights = MEASURED["births"].decay ** np.arange(len(used))
    before = np.average([_own_share(ay, babies, common) for ay in used], weights=weights)
    last = 1.0
    for k, ay in enumerate(ahead):
        if babies.is_known(ay) and cohort_in(RECEPTION, ay) in common:
            last = float(np.exp((REACHES_RECEPTION - 1) * (_own_share(ay, babies, common) - before)))
        factors[k] = last
    return factors


def _own_share(ay: int, babies: Newborns, common: Mapping[int, float]) -> float:
    """Logarithm of the authority's births for those of many authorities, of the cohort that makes this Reception."""
    return float(np.log(babies.total_of_reception(ay) / common[cohort_in(RECEPTION, ay)]))
