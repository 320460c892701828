"""Later entries: schools that children of other schools join above the lowest year group, as in Year 3.

Not every infant school has a junior school. Where it has none, its children go on to primary schools, whose Year 3 is then larger
than their Year 2: a second intake, and no survival step (rule 11). Such schools are found by what is known of them, a year group
at a time and only where children leave other schools just below it:

1. a school with an admission number for that year group is joined there;
2. else, in a planning area where more children leave than find a school that begins there, those schools are joined whose year
   groups from there on are so many times the size of those below (`later_entry_ratio`), as against schools of other areas;
3. else, in such an area without any school that begins there, all schools that go on are joined;

each of the last two only if these schools together are larger from there on by at least half of those who find no other. What
each is joined by is then counted from its rolls, and the children who leave are carried there as to any other school. A school
that ends where no school of the authority begins, nor is joined by the first two rules, is still growing: its pupils stay.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import PHASE_YEARS, nc_year_label
from sufficiency.evidence import Note

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence
    from sufficiency.forecast.strands import Strands

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

YEAR_7, YEAR_12 = PHASE_YEARS["secondary"][0], PHASE_YEARS["sixth_form"][0]
FOUND_A_SCHOOL = 0.9        # of the leavers of an area: if fewer enter schools that begin there, the others go elsewhere
STAYED_IN_AREA = 0.5        # of those leavers: if other schools of the area are larger by as many, it is these who joined them


def with_later_entries(strands: Strands, evidence: Evidence, assumptions: Assumptions) -> tuple[Strands, tuple[Note, ...]]:
    """Mark the strands that are joined above their lowest year group."""
    joined = strands.joined.copy()
    notes = []
    for g in range(1, YEAR_12):
        leaving = strands.leaves(g - 1)
        if not leaving.any() or g == YEAR_7:
            continue
        admits = (strands.low < g) & (strands.high >= g) & _has_admission_number(strands, evidence.pans, g)
        joined[:, g] = admits | _where_leavers_stay(strands, g, leaving, admits, assumptions)
        if joined[:, g].any():
            notes.append(Note("school_roll", f"{nc_year_label(g)} is a point of entry at {joined[:, g].sum()} schools that begin "
                              f"below it, where children of other schools join: {_listed(strands, joined[:, g])}"))
        elif not (strands.low == g).any():
            notes.append(Note("schools", f"no school begins in {nc_year_label(g)}, where these end: {_listed(strands, leaving)}; "
                              "their pupils are taken to stay"))
            strands = replace(strands, high=np.where(leaving, g, strands.high))
    return replace(strands, joined=joined), tuple(notes)


def _listed(strands: Strands, which: Flags) -> str:
    urns = [strands.urns[int(s)] for s in np.flatnonzero(which)]
    return ", ".join(urns[:6]) + (f" and {len(urns) - 6} more" if len(urns) > 6 else "")


def _has_admission_number(strands: Strands, pans: pd.DataFrame, g: int) -> Flags:
    """Which strands' schools publish an admission number for this year group."""
    urns = set(pans.loc[(pans["nc_year"] == g) & (pans["pan"] > 0), "urn"]) if len(pans) else set()
    return np.array([urn in urns for urn in strands.urns], dtype="bool")


def _where_leavers_stay(strands: Strands, g: int, leaving: Flags, admits: Flags, assumptions: Assumptions) -> Flags:
    """Which strands are joined in planning areas where more leave than find a school that begins there."""
    begins, goes_on = strands.low == g, (strands.low < g) & (strands.high >= g)
    out, into = _of_area(strands, leaving, g - 1), _of_area(strands, begins, g)
    short = (into < FOUND_A_SCHOOL * out) & (_of_area(strands, admits, g) == 0)
    at = np.full_like(strands.low, g)
    below, above = _size(strands, strands.low, at - 1), _size(strands, at, strands.high)
    others = goes_on & ~short[strands.area]
    everywhere = above[others].sum() / below[others].sum() if below[others].sum() > 0 else 1.0
    more = np.where(goes_on, above - everywhere * below, 0.0)
    larger = goes_on & short[strands.area] & (below > 0) & (above >= assumptions.later_entry_ratio * everywhere * below)
    enough = STAYED_IN_AREA * (out - into)
    larger &= (_added(strands, np.where(larger, more, 0.0)) >= enough)[strands.area]
    if larger.any() or begins.any():
        without = short & (_added(strands, np.where(begins | larger, 1.0, 0.0)) == 0) & (_added(strands, more) >= enough)
        larger |= goes_on & without[strands.area]
    found: Flags = larger
    return found


def _of_area(strands: Strands, which: Flags, g: int) -> Floats:
    """Today's pupils of a year group in some of the strands: [area]."""
    return _added(strands, np.where(which, strands.roll[0, :, g], 0.0))


def _added(strands: Strands, counts: Floats) -> Floats:
    """Sum over the strands of each area: [strand] -> [area]."""
    return strands.by_area(counts[:, None])[:, 0]


def _size(strands: Strands, first: Ints, last: Ints) -> Floats:
    """Pupils in a year group from first to last, in the mean over them and over all censuses: [strand]."""
    groups = np.arange(strands.roll.shape[-1])
    mine = (groups >= first[:, None]) & (groups <= last[:, None])
    size: Floats = np.where(mine, strands.roll, 0.0).sum(axis=(0, -1)) / np.maximum(mine.sum(axis=-1), 1)
    return size
