"""Year groups of the base year that the authority's own roll does not count: estimated openly, since a blank is not nought.

Method. Where no school's roll is known the projection starts from the authority's roll by year group. A year group that is
missing or hidden there is taken to be the year group below a year earlier times its ratio (`authority_control`), or, where that
cannot be measured, the mean of its nearest counted neighbours of the same phase. Each estimate is told, with what it rests on. Of
a phase in which nobody is counted nothing can be said, and that is told too: a roll of primary schools does not tell of secondary
ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import NC_YEARS, PHASE_YEARS, ay_label, nc_year_label
from planning_areas.wording import some
from sufficiency.evidence import Note
from sufficiency.forecast.authority_control import measured_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence

    Floats = NDArray[np.float64]

YEAR_12 = PHASE_YEARS["sixth_form"][0]


def estimated(years: tuple[int, ...], roll: Floats, evidence: Evidence,
              assumptions: Assumptions) -> tuple[Floats, tuple[Note, ...]]:
    """Fill what the authority's roll [year, nc_year] does not count in the base year; what cannot be told stays missing."""
    steps, _, _ = measured_steps(years, roll, assumptions)
    filled, told = roll.copy(), []
    for g in np.flatnonzero(np.isnan(roll[0])):
        value, why = _from_below(roll, steps, int(g))
        if why == "":
            value, why = _from_neighbours(roll[0], int(g))
        if why:
            filled[0, g] = value
            told.append(f"{nc_year_label(int(g))} ({value:,.0f}: {why})")
    notes = []
    if told:
        text = f"year groups that are not counted in {ay_label(years[0])} are estimated: {some(told, 15)}"
        notes.append(Note("authority_roll", text, "their pupils of today, and who moves up from there, are no counts"))
    return filled, (*notes, *_not_projected(filled[0], years[0], evidence))


def _from_below(roll: Floats, steps: Floats, g: int) -> tuple[float, str]:
    """The year group below a year earlier times its ratio, and how to say so; no words where it is not known."""
    if g == 0 or len(roll) < 2 or np.isnan(roll[1, g - 1]) or np.isnan(steps[g]):
        return np.nan, ""
    before = roll[1, g - 1]
    return float(before * steps[g]), f"{nc_year_label(g - 1)} of the year before, {before:,.0f}, times {steps[g]:.3f}"


def _from_neighbours(row: Floats, g: int) -> tuple[float, str]:
    """The mean of the nearest counted year groups below and above in the same phase; a sixth form's are too unlike each other."""
    phase = next(years for years in PHASE_YEARS.values() if g in years)
    counted = [h for h in phase if not np.isnan(row[h])] if g < YEAR_12 else []
    near = [*[h for h in counted if h < g][-1:], *[h for h in counted if h > g][:1]]
    if not near:
        return np.nan, ""
    named = " and ".join(nc_year_label(h) for h in near)
    return float(np.mean(row[near])), f"the mean of {named}" if len(near) == 2 else f"as many as in {named}"


def _not_projected(row: Floats, base: int, evidence: Evidence) -> tuple[Note, ...]:
    """Name the year groups of which nothing is known; those of a sixth form only where the roll says that it hides them."""
    table = evidence.authority_roll
    hidden = set(table.loc[(table["ay"] == base) & table["pupils"].isna(), "nc_year"]) if len(table) else set()
    unknown = [g for g in NC_YEARS if np.isnan(row[g]) and (g < YEAR_12 or g in hidden)]
    if not unknown or np.isnan(row).all():
        return ()
    named = [nc_year_label(g) for g in unknown]
    listed = f"{named[0]} to {named[-1]}" if len(named) > 2 and unknown[-1] - unknown[0] == len(named) - 1 else some(named, 15)
    return (Note("authority_roll", f"the authority's roll counts nobody in {listed}, and nothing tells how many there are: they "
                 "count as none", "their pupils are in no figure: need and spare places of these year groups say nothing"),)
