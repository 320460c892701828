"""Hours of funded childcare that a child is entitled to at a moment, by the rules in force on that day.

Method (domain brief G1). The headings overlap on one child, and their hours contain one another: the 30 hours of a working
parent's three-year-old contain the 15 that everyone has. So a child's hours are those of the most generous heading whose test it
meets, never a sum (never 45). To tell how much is wanted under each heading the hours are laid on one another in the order in
which they are given - everyone's, early learning (through which a two-year-old who meets both tests is entered first), working
parents' - each heading adding what it has above those before it. A child in Reception has its hours there. The rules are dated: a
term of 2023 has those of 2023.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.childcare.terms import YOUNG
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

KINDS = ("universal", "early_learning", "working_parent")
"""Headings of funded hours, in the order in which a child's hours are given."""

WEEKS_A_YEAR = int(rulebook("entitlements")["year"]["term_weeks"])      # of term time, in which hours a week are told
PTE_HOURS = int(rulebook("entitlements")["year"]["pte_hours"])          # one part-time-equivalent place, a week


@dataclass(frozen=True)
class Entitlement:
    """One row of the rulebook: what a heading gives at an age, since when."""

    kind: str
    age_band: str
    since: date
    hours_week: float       # in term time; all that the child has under this heading
    weeks: float
    evidence: str           # tag


def entitlements() -> tuple[Entitlement, ...]:
    """Every entitlement of the rulebook, oldest first."""
    rows = rulebook("entitlements")["entitlements"]
    read = (Entitlement(r["kind"], r["age"], r["from"], r["hours_week"], r["weeks"], r["evidence"]) for r in rows)
    return tuple(sorted(read, key=lambda e: (e.since, e.age_band, e.kind)))


def in_force(on: date) -> dict[tuple[str, str], Entitlement]:
    """What each heading gives at each age on a day: (age band, heading) -> the latest row that has begun."""
    return {(e.age_band, e.kind): e for e in entitlements() if e.since <= on}


def hours_of(band: str, on: date) -> dict[str, float]:
    """Hours a week under each heading at an age on a day, 0 where it gives none."""
    rules = in_force(on)
    return {kind: rules[band, kind].hours_week if (band, kind) in rules else 0.0 for kind in KINDS}


def band_of(months: ArrayLike) -> NDArray[np.str_]:
    """The age band of ages in months as the term rule counts them (in whole months); blank where too young or too old."""
    ages = np.asarray(months)
    bounds = rulebook("entitlements")["ages"]
    inside = [(bounds[band]["from"] <= ages) & (ages < bounds[band]["below"]) for band in YOUNG]
    return np.select(inside, list(YOUNG), "")


def layers(months: ArrayLike, working: ArrayLike, early_learning: ArrayLike, in_reception: ArrayLike, on: date) -> Floats:
    """Hours a week of each child under each heading, [child, heading in the order of KINDS]; they add up to the child's hours.

    months: age as the term rule counts it; working, early_learning: whether the child meets that test.
    """
    band, at_school = np.atleast_1d(band_of(months)), np.atleast_1d(in_reception)
    meets = {"universal": np.ones(len(band), dtype="bool"), "early_learning": np.atleast_1d(early_learning),
             "working_parent": np.atleast_1d(working)}
    given = {b: hours_of(b, on) for b in YOUNG}
    out, so_far = np.zeros((len(band), len(KINDS))), np.zeros(len(band))
    for k, kind in enumerate(KINDS):
        offered = np.select([band == b for b in YOUNG], [given[b][kind] for b in YOUNG], 0.0)
        out[:, k] = np.where(meets[kind] & ~at_school, np.maximum(offered - so_far, 0.0), 0.0)
        so_far += out[:, k]
    return out


def added(band: str, on: date, after: tuple[str, ...] = ("universal",)) -> dict[str, float]:
    """Hours that each heading adds to those that the child has under others already: by default, to everyone's."""
    hours = hours_of(band, on)
    already = max((hours[kind] for kind in after), default=0.0)
    return {kind: hours[kind] if kind in after else max(0.0, hours[kind] - already) for kind in KINDS}


def stretched(hours_week: float, weeks: float, term_weeks: float = WEEKS_A_YEAR) -> float:
    """Hours a week where the year's hours are stretched over more weeks than term time: 570 over 51 is 11.18."""
    if not term_weeks <= weeks <= 52:
        raise ValueError(f"hours are stretched over {term_weeks:g} to 52 weeks, not over {weeks:g}")
    return hours_week * term_weeks / weeks


def earnings_thresholds(on: date) -> dict[str, int]:
    """What a parent is expected to earn in three months to count as working, in whole pounds, by the age of the parent.

    And `highest_income`, the most that each may have in a year. Empty where the rulebook has nothing of the day.
    """
    rows = [row for row in rulebook("entitlements")["earnings"] if row["from"] <= on]
    if not rows:
        return {}
    row = max(rows, key=lambda r: r["from"])
    whose = ("adult", "aged_18_to_20", "under_18_or_apprentice")
    return {who: int(row[who] * row["hours_week"] * row["weeks"]) for who in whose} | {"highest_income": row["highest_income"]}
