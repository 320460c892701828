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
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@cache
def rulebook(name: str) -> dict[str, Any]:
    """One file of the rulebook by its name, such as `pooled_ratios`; raises FileNotFoundError for a name that is not there."""
    return tomllib.loads((files("sufficiency") / "rulebook" / f"{name}.toml").read_text(encoding="utf-8"))


def pooled_ratios(until: int) -> Floats:
    """The ratios of many authorities in the mean of all years up to `until`: [nc_year], the first from births to Reception.

    The earliest year there is stands in for times before it; sixth forms, which differ by authority, are missing.
    """
    by_year = {int(ay): ratios for ay, ratios in rulebook("pooled_ratios")["ratios"].items()}
    known = [np.log(ratios) for ay, ratios in by_year.items() if ay <= max(until, min(by_year))]
    pooled = np.full(len(NC_YEARS), np.nan)
    pooled[: len(known[0])] = np.exp(np.mean(known, axis=0))
    return pooled
