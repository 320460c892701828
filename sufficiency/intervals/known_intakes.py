"""Chance of intakes that are known already: what still comes and goes between an October count, or an offer, and January.

Method (domain brief C8.4). Where next September's intake has been counted or offered, births and ratios can be wrong no more: the
first year's departure of such a cohort is taken back, as far as it is known, in every year that the cohort moves up, and so is
what homes were to bring to it. In its place comes a chance of its own, much smaller (`rulebook/known_intakes.toml`):

- *level*: by how much all figures of one source and year group are misjudged together, a standard deviation of logarithms;
- *moves*: so many of a hundred children come or go by January, each by himself; of n children sqrt(moves x n) are one standard
  deviation, so that a small school is less certain than a large one.

An area is as sure as the share of its intake that is known: the rest is the model's, with the model's chance. What later years
do to the cohort comes on top, as to any other. A known school keeps its own figure in every draw while the others of its area
share the rest; the authority is what its areas add up to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import NC_YEARS
from sufficiency.forecast.overrides import SOURCES
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from sufficiency.intervals.draws import Draws

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

GROUPS = len(NC_YEARS)
NOT_KNOWN = 0           # the number of no source; others count from 1 in the order of SOURCES
LEAST_REST = 0.02       # share of an area that is not known, below which the rest no longer takes up what is left over


@dataclass(frozen=True)
class Cohort:
    """The known part of an area's intake, or of a school's, in all draws of a block."""

    share: Floats       # [nc_year of its phase] of the children of the first year ahead, how many are known
    noise: Floats       # [draw, nc_year of its phase] logarithm by which the known ones depart


def which_known(table: pd.DataFrame, urns: Sequence[str]) -> Ints:
    """The source of each school's known intake, [school, nc_year]; table: urn, nc_year, source (the name of its table)."""
    number = {name: i for i, (name, _, _) in enumerate(SOURCES, 1)}
    place = {urn: i for i, urn in enumerate(urns)}
    found = np.full((len(urns), GROUPS), NOT_KNOWN, dtype="int64")
    for row in table.itertuples():
        if row.urn in place:
            found[place[str(row.urn)], int(row.nc_year)] = number[str(row.source)]
    return found


def of_school(urn: str, sources: Ints, pupils: Floats, groups: slice, draws: Draws) -> Cohort:
    """A school's known intakes: sources and pupils of the first year ahead, [nc_year], of all year groups."""
    book = rulebook("known_intakes")
    share, noise = np.zeros(GROUPS), np.zeros((draws.count, GROUPS))
    known = np.flatnonzero(sources != NOT_KNOWN)
    if len(known):
        together, alone = draws.normals("known intakes", len(SOURCES), GROUPS), draws.normals(f"known intake {urn}", GROUPS)
    for g in known:
        source = int(sources[g]) - 1
        of = book[SOURCES[source][0]]
        share[g] = 1.0
        noise[:, g] = of["level"] * together[:, source, g] + np.sqrt(of["moves"] / max(pupils[g], 1.0)) * alone[:, g]
    return Cohort(share[groups], noise[:, groups])


def of_area(schools: Sequence[tuple[Floats, Cohort]], pupils: Floats) -> Cohort:
    """An area's known intakes, made of its schools': pupils [nc_year of the phase] and cohort of each; and the area's pupils."""
    share = np.zeros_like(pupils)
    noise = np.zeros((len(schools[0][1].noise), len(pupils)))
    for mine, cohort in schools:
        part = np.divide(mine, pupils, out=np.zeros_like(pupils), where=pupils > 0) * cohort.share
        share += part
        noise += part * cohort.noise
    return Cohort(np.minimum(share, 1.0), noise)


def moved_up(first: Floats, years: int) -> Floats:
    """Factors of the first year's cohorts, [draw, nc_year], in every year that they move up: [draw, year, nc_year]."""
    draws, groups = first.shape
    factors = np.ones((draws, years, groups))
    for year in range(min(years, groups)):
        factors[:, year, year:] = first[:, : groups - year]
    return factors


def taken_back(factors: Floats, cohort: Cohort) -> Floats:
    """Factors [draw, year, nc_year] with the first year's departure of known cohorts replaced by their own, all the way up."""
    first = factors[:, 0] ** -cohort.share * np.exp(cohort.noise)
    return factors * moved_up(first, factors.shape[1])


def homes_taken_back(more: Floats, cohort: Cohort) -> Floats:
    """Children of homes beyond the central run, [draw, year, nc_year], without those of the first year's known cohorts."""
    left = np.array(more)
    for year in range(min(more.shape[1:])):
        left[:, year, year:] -= (more[:, 0] * cohort.share)[:, : more.shape[2] - year]
    return left


def left_to_others(rest: Floats, cohort: Cohort, known: Floats) -> Floats:
    """How a school takes its part in what raking moves, [draw, year, nc_year]: not at all in a known cohort's first departure.

    rest: what raking multiplies all schools with, [draw, year, nc_year]; known: [nc_year] share of the area that is known.
    """
    others = 1 - known
    weight = np.where(others > LEAST_REST, (1 - cohort.share) / np.maximum(others, LEAST_REST), 1.0)
    return rest * moved_up(rest[:, 0] ** (weight - 1.0), rest.shape[1])
