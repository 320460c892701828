"""Children of the county: births by small area and school cohort, those who stay to school age, and residents by single year.

Births of the county rise to a peak in the cohort of 2011 and fall by two per cent a year afterwards, so that primary schools
empty while secondary schools are still near their fullest. A small area has its own size and, with its planning area, its own
trend; the stories bend the trend of theirs. Counts are whole children.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.example import cast

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.example.land import Land

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

COHORTS = range(cast.FIRST_COHORT, cast.LAST_COHORT + 1)
PEAK, AT_PEAK, FALL = 2011, 20.1, 0.98      # cohort; births in a usual small area then; and from each year to the next
IN_STATE_SCHOOLS = 0.965                    # of children of school age
OLDEST_AGE = 90
ADULTS = 1_420                              # aged 20 and over in a usual small area


@dataclass(frozen=True)
class Children:
    """Births and children of school age, [cohort, small area], cohorts as in COHORTS."""

    births: Ints
    kids: Ints

    def of(self, cohort: int) -> Ints:
        """Children of a cohort by small area; those before the first are taken as the first."""
        found: Ints = self.kids[max(cohort - COHORTS.start, 0)]
        return found


def draw_children(seed: int, land: Land) -> Children:
    """Draw births of every small area and cohort, and how many of them are there at school age."""
    rng = np.random.default_rng([seed, 2])
    n_areas = len(land.area_names)
    size = rng.lognormal(0, 0.12, len(land.points))
    drift = rng.normal(0, 0.006, n_areas)
    level = np.array([_trend(c) for c in COHORTS])[:, None] * np.full(n_areas, AT_PEAK)
    since = np.array(COHORTS)[:, None] - 2015
    level = _with_stories(level * np.exp(drift * since))
    expected = level[:, land.area] * size
    expected[:, _far_out(land)] *= 0.5
    births = np.rint(expected * rng.lognormal(0, 0.08, expected.shape)).astype("int64")
    stay = rng.normal(1.0, 0.03, len(land.points))
    kept = np.full((len(COHORTS), n_areas), 1.0)
    kept[cast.BASE + 1 - 5 - COHORTS.start, cast.CONTRADICTED_AREA] -= cast.CONTRADICTED_BY
    kids = np.rint(births * stay * kept[:, land.area]).astype("int64")
    return Children(births, kids)


def _far_out(land: Land) -> Ints:
    """The small areas round the rural school of the falling pair: the farthest from the middle of its planning area."""
    mine = np.flatnonzero(land.area == cast.FALLING_AREA)
    far = np.argsort(-np.hypot(*(land.points[mine] - land.area_centres[cast.FALLING_AREA]).T), kind="stable")
    last = mine[far[0]]
    found: Ints = mine[np.argsort(np.hypot(*(land.points[mine] - land.points[last]).T), kind="stable")[:4]]
    return found


def _trend(cohort: int) -> float:
    """Births of the county for each at the peak."""
    if cohort >= PEAK:
        return float(FALL ** (cohort - PEAK))
    return float(np.interp(cohort, [cast.FIRST_COHORT, 2002, PEAK], [0.85, 0.78, 1.0]))


def _with_stories(level: Floats) -> Floats:
    """Bend the trends of the areas in which a story is planted."""
    cohort = np.array(COHORTS)
    level = level.copy()
    then = cast.POPULAR_AT_FIRST * level[2014 - COHORTS.start, cast.POPULAR_AREA]
    level[:, cast.POPULAR_AREA] = then * np.where(cohort > 2014, cast.POPULAR_RISE ** (cohort - 2014.0), 1.0)
    level[:, cast.FALLING_AREA] *= np.where(cohort > 2013, 0.965 ** (cohort - 2013.0), 1.0)
    level[2021 - COHORTS.start, cast.SHORT_AREA] *= 1.17
    level[cast.BULGE_AY - 5 - COHORTS.start, list(cast.BULGE_AREAS)] *= 1.16
    return level


def residents(children: Children, land: Land, year: int, seed: int) -> Ints:
    """Usual residents at 30 June by small area and single year of age, 0 to 90 and over.

    Ten twelfths of a cohort `c` are `year - c - 1` years old then, and two twelfths a year younger.
    """
    rng = np.random.default_rng([seed, 3, year])
    people = np.zeros((len(land.points), OLDEST_AGE + 1))
    for age in range(20):
        older, younger = grown(children, year - 1 - age, age), grown(children, year - 2 - age, age)
        people[:, age] = 10 / 12 * older + 2 / 12 * younger
    ages = np.arange(20, OLDEST_AGE + 1)
    shape = np.where(ages < 70, 1.0, np.exp(-((ages - 70.0) / 13) ** 2))
    people[:, 20:] = ADULTS * rng.lognormal(0, 0.1, (len(land.points), 1)) * shape / shape.sum()
    whole: Ints = np.rint(people).astype("int64")
    return whole


def grown(children: Children, cohort: int, age: int) -> Floats:
    """Children of a cohort at an age: births until they are one, those who stay to school age from five, else in between."""
    at = min(max(cohort - COHORTS.start, 0), len(COHORTS) - 1)
    share = min(max(age - 1, 0) / 4, 1.0)
    found: Floats = (1 - share) * children.births[at] + share * children.kids[at]
    return found
