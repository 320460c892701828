"""The rulebook: values that are not the council's own, each dated, with its source and its tag of evidence; text, never code.

A file of `rulebook/` holds one kind of value. What is read here is what was known on a date: a run for an earlier year uses the
values of that year.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from planning_areas.school_year import NC_YEARS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@cache
def rulebook(name: str) -> dict[str, Any]:
    """One file of the rulebook by its name, such as `pooled_ratios`; raises FileNotFoundError for a name that is not there."""
    return tomllib.loads((files("sufficiency") / "rulebook" / f"{name}.toml").read_text(encoding="utf-8"))


def pooled_ratios(years: Sequence[int]) -> Floats:
    """The ratios of many authorities in the academic years given, latest first, and in all that are known before them.

    [year, nc_year], the first column from births to Reception; missing in years that are not covered and for sixth forms, which
    differ by authority.
    """
    by_year = {int(ay): ratios for ay, ratios in rulebook("pooled_ratios")["ratios"].items()}
    rows = [*years, *range(years[-1] - 1, min(by_year) - 1, -1)]
    pooled = np.full((len(rows), len(NC_YEARS)), np.nan)
    for k, ay in enumerate(rows):
        if ay in by_year:
            pooled[k, : len(by_year[ay])] = by_year[ay]
    return pooled


def pooled_births() -> dict[int, float]:
    """Births of many authorities by cohort, in the mean of their logarithms (only their changes are used)."""
    return {int(cohort): float(births) for cohort, births in rulebook("pooled_ratios")["births"].items()}
