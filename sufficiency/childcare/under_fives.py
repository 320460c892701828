"""Children under five by small area and month of birth, led from their births to the Reception that they will make.

Method (domain brief C1, G2, G3). Each birth cohort is known at up to three moments: its births; the residents counted at a
mid-year, where population estimates are given; and its four-year-olds in the September of its Reception, which are the anchor:
resident four-year-olds times the share of them at state schools is the projected Reception less those who cross the border, in
every draw. Between these moments children of a small area are interpolated in time, each month of births by itself, so that they
have moved and survived by as much as the cohort will have. Planning areas have the four-year-olds that the projection sees living
there; inside one they lie as the cohort's counted residents do, or, for those not counted yet, as births do times what became of
earlier cohorts there, drawn towards the authority's where births are few. Cohorts beyond the projection become as many
four-year-olds for each birth as the last one inside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse

from planning_areas.school_year import RECEPTION, YEARS_FROM_BIRTH_TO_RECEPTION, ay_label, cohort_in
from sufficiency.areas.small_areas import cohort_residents
from sufficiency.childcare.terms import MONTHS, SEPTEMBER, cohort_of_month, month_number, place_in_cohort, starting_month, window
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planning_areas.lookup import Lookup

    Floats = NDArray[np.float64]

JULY = 7                    # a mid-year estimate is of 30 June, the eve of this month
EVEN = np.full(MONTHS, 1 / MONTHS)
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Anchor:
    """Reception as projected, and how it becomes the four-year-olds who live in the authority."""

    first: int                  # academic year of the first Reception
    reception: Floats = field(repr=False)   # [draw, ay, area]: pupils of Reception by where they live
    areas: Lookup = field(repr=False)       # small area to planning area
    state_takeup: float         # share of resident four-year-olds who are in Reception of a state school, anywhere
    net_inflow: float = 0.0     # children from outside less residents who go outside, as a share of Reception

    def __post_init__(self) -> None:
        """Refuse shares that no authority can have."""
        if not 0 < self.state_takeup <= 1:
            raise ValueError(f"the share of four-year-olds at state schools is above 0 and at most 1, not {self.state_takeup}")
        if not self.net_inflow < 1:
            raise ValueError(f"not more children can cross the border than are in Reception: {self.net_inflow}")

    def four_year_olds(self) -> Floats:
        """Resident four-year-olds in the September of each Reception, [draw, ay, area]."""
        living: Floats = self.reception * ((1 - self.net_inflow) / self.state_takeup)
        return living


@dataclass(frozen=True)
class UnderFives:
    """Children of each cohort at the moments at which it is known, and between them."""

    codes: tuple[str, ...]      # small areas
    first: int                  # first cohort
    born: Floats = field(repr=False)        # [draw or 1, cohort, small area]
    counted: Floats = field(repr=False)     # [cohort, small area] at the mid-year; missing where the cohort is not counted
    counted_at: int                         # number of the month after the mid-year
    fours: Floats = field(repr=False)       # [draw, cohort, small area] in the September of Reception
    shares: Mapping[int, Floats] = field(default_factory=dict, repr=False)  # cohort -> part of its births, September to August

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.fours)

    def only(self, draw: int) -> UnderFives:
        """The same children in one draw alone."""
        born = self.born[draw : draw + 1] if len(self.born) > 1 else self.born
        return replace(self, born=born, fours=self.fours[draw : draw + 1])

    def living(self, births: range, at: int) -> Floats:
        """Children born in the months given who live in each small area when month `at` begins: [draw, small area].

        Raises ValueError for months that are not born yet, for children past the September of Reception, and for cohorts that
        are not known.
        """
        parts: dict[int, Floats] = {}
        for month in births:
            parts[cohort_of_month(month)] = parts.get(cohort_of_month(month), np.zeros(3)) + self._weights(month, at)
        total = np.zeros((self.draws, len(self.codes)))
        for cohort, (of_born, of_counted, of_fours) in parts.items():
            k = cohort - self.first
            total += of_born * self.born[:, k] + of_fours * self.fours[:, k]
            if of_counted:
                total += of_counted * self.counted[k]
        return total

    def in_band(self, band: str, ay: int, term: str) -> Floats:
        """Children of an age band by the term rule, not in Reception yet: [draw, small area]."""
        return self.living(window(band, ay, term), starting_month(ay, term))

    def aged(self, age: int, ay: int, term: str) -> Floats:
        """Children of a single year of age on the first day of a term, [draw, small area]; those in Reception included."""
        start = starting_month(ay, term)
        return self.living(range(start - MONTHS * (age + 1), start - MONTHS * age), start)

    def _weights(self, month: int, at: int) -> Floats:
        """How births, counted residents and four-year-olds make up the children of one month of birth: three weights."""
        cohort = cohort_of_month(month)
        k = cohort - self.first
        if not 0 <= k < self.born.shape[1]:
            raise ValueError(f"children born in the cohort of {cohort} are not known")
        born, last = month + 0.5, month_number(cohort + YEARS_FROM_BIRTH_TO_RECEPTION, SEPTEMBER)
        if at <= month:
            raise ValueError("children who are not born yet cannot be counted")
        part = float(self.shares.get(cohort, EVEN)[place_in_cohort(month)])
        now = min(at, last)     # in Reception they stay as many as they were when they came
        if not np.isnan(self.counted[k]).any() and self.counted_at < last:
            if now <= self.counted_at:
                t = (now - born) / (self.counted_at - born)
                return part * np.array([1 - t, t, 0.0])
            t = (now - self.counted_at) / (last - self.counted_at)
            return part * np.array([0.0, 1 - t, t])
        t = (now - born) / (last - born)
        return part * np.array([1 - t, 0.0, t])


def under_fives(codes: tuple[str, ...], births: Mapping[int, Floats], anchor: Anchor, last: int, shrinkage: float,
                population: tuple[int, Floats] | None = None,
                shares: Mapping[int, Floats] | None = None) -> tuple[UnderFives, tuple[Note, ...]]:
    """Children under five from the first anchored Reception's cohort to those born in time for the summer of year `last`.

    births: cohort -> [small area] or [draw, small area]; shrinkage: births below which what became of earlier cohorts is drawn
    halfway to the authority's; population: a mid-year and its residents [small area, age]; shares: see `UnderFives.shares`.
    """
    first = cohort_in(RECEPTION, anchor.first)
    anchored = anchor.four_year_olds()
    cohorts = range(first, max(last, first + 1))
    born, notes = _born(births, cohorts, len(codes))
    counted, counted_at = _counted(population, cohorts, len(codes))
    moved = _moved(born.mean(axis=0), counted, shrinkage)
    fours = np.empty((len(anchored), len(cohorts), len(codes)))
    inside = min(len(cohorts), anchored.shape[1])
    for k in range(inside):
        known = not np.isnan(counted[k]).any() and counted[k].sum() > 0
        fours[:, k] = placed(anchored[:, k], anchor.areas, counted[k] if known else born[:, k].mean(axis=0) * moved)
    if inside < len(cohorts):
        before = born[:, inside - 1].sum(axis=1)
        for k in range(inside, len(cohorts)):
            ratio = fours[:, inside - 1].sum(axis=1) / np.where(before > 0, before, np.nan)
            whole = np.nan_to_num(ratio * born[:, k].sum(axis=1))
            weight = born[:, k] * moved
            total = weight.sum(axis=1, keepdims=True)
            fours[:, k] = whole[:, None] * np.divide(weight, total, out=np.full(weight.shape, 1 / len(codes)), where=total > 0)
        to = ay_label(first + inside + YEARS_FROM_BIRTH_TO_RECEPTION)
        notes += (Note("births", f"children who come to Reception from {to} on are as many for each birth as those of the year "
                       "before", "moves of their families are those of one cohort"),)
    young = UnderFives(codes, first, born, counted, counted_at, fours, shares or {})
    _assert_anchored(young, anchored)
    return young, notes


def _born(births: Mapping[int, Floats], cohorts: range, size: int) -> tuple[Floats, tuple[Note, ...]]:
    """Births of each cohort asked for; one that is not known is as large as the last before it that is, and that is said."""
    rows, guessed = [], []
    for cohort in cohorts:
        before = [c for c in births if c <= cohort]
        if not births:
            raise ValueError("children under five cannot be told without births")
        source = max(before) if before else min(births)
        guessed += [cohort] if source != cohort else []
        rows.append(np.atleast_2d(births[source]))
    draws = max(len(row) for row in rows)
    born = np.stack([np.broadcast_to(row, (draws, size)) for row in rows], axis=1)
    if not guessed:
        return born, ()
    named = ", ".join(ay_label(c) for c in guessed)
    return born, (Note("births", f"births of {named} (September to August) are not known: as many are taken as in the nearest "
                       "year that is", "children under five of these years are a guess"),)


def _counted(population: tuple[int, Floats] | None, cohorts: range, size: int) -> tuple[Floats, int]:
    """Residents of each cohort at the mid-year, missing where it was not a year old then; and the month after the mid-year."""
    counted = np.full((len(cohorts), size), np.nan)
    if population is None:
        return counted, month_number(cohorts.start, SEPTEMBER)
    year, people = population
    for k, cohort in enumerate(cohorts):
        found = cohort_residents(people, year, cohort) if year - cohort - 1 < YEARS_FROM_BIRTH_TO_RECEPTION else None
        if found is not None:
            counted[k] = found
    return counted, month_number(year, JULY)


def _moved(born: Floats, counted: Floats, shrinkage: float) -> Floats:
    """Residents for each birth of the cohorts counted, by small area, drawn towards the authority's: [small area]."""
    known = ~np.isnan(counted).any(axis=1)
    births, there = born[known].sum(axis=0), counted[known].sum(axis=0)
    if not births.sum() > 0 or not there.sum() > 0:
        return np.ones(born.shape[1])
    whole = there.sum() / births.sum()
    moved: Floats = (there + shrinkage * whole) / (births + shrinkage) if shrinkage > 0 else np.divide(
        there, births, out=np.full(births.shape, whole), where=births > 0)
    return moved


def placed(living: Floats, areas: Lookup, weight: Floats) -> Floats:
    """Share the children of planning areas among their small areas by weight: [draw, area] -> [draw, small area].

    Small areas of a planning area that have no weight share alike; children of one without small areas are shared by all.
    """
    belongs = areas.shares.toarray().T              # [area, small area]
    part = belongs * weight
    part = np.where(part.sum(axis=1, keepdims=True) > 0, part, belongs)
    homeless = belongs.sum(axis=1) == 0
    everywhere = weight if weight.sum() > 0 else np.ones(len(weight))
    part[homeless] = everywhere
    part /= part.sum(axis=1, keepdims=True)
    placed: Floats = np.asarray((scipy.sparse.csr_array(part).T @ living.T).T)
    return placed


def _assert_anchored(young: UnderFives, anchored: Floats) -> None:
    """Hold the anchor: no four-year-old is lost or invented between planning areas and small areas, in any draw."""
    inside = min(young.fours.shape[1], anchored.shape[1])
    found, wanted = young.fours[:, :inside].sum(axis=2), anchored[:, :inside].sum(axis=2)
    if not np.allclose(found, wanted, rtol=TOLERANCE, atol=TOLERANCE) or young.fours.min(initial=0.0) < 0:
        raise AssertionError("four-year-olds by small area do not add up to the Reception that they make")
