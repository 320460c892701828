"""Departures: how far a draw goes from the central run, cohort by cohort.

Method. A draw is the central run times a factor for each planning area, year group and year. The logarithm of the factor grows
with the cohort: a class that gained more children than expected between one January and the next keeps them when it moves up, and
gains or loses again by chance. So the departure of year group g in year y is that of g - 1 in y - 1 and what happened since; the
youngest group has only what happened to it. Chance that is common to all areas (migration, births) is drawn once and multiplied
onto all; chance of one area alone is drawn for each.

Arrays are [draw, year ahead, area, nc_year]; every operation is elementwise, so that a draw is the same alone as among others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def along_cohorts(happened: Floats) -> Floats:
    """Add up what happened to each cohort: [draw, year, ..., nc_year], changed in place and handed back."""
    for year in range(1, happened.shape[1]):
        happened[:, year, ..., 1:] += happened[:, year - 1, ..., :-1]
    return happened


def depart(central: Floats, happened: Floats) -> Floats:
    """Pupils of every draw: the central run [year, area, nc_year] times the factor of what happened, [draw, year, area, nc_year].

    happened: [draw, year, area, nc_year], or with 1 in place of the areas where it is common to all; it is used up.
    """
    factor = np.exp(along_cohorts(happened), out=happened)
    if factor.shape[2] == central.shape[1]:
        factor *= central
        return factor
    return factor * central
