"""Demand by residence: where the children live, whichever schools have room, so that a full school cannot hide its own need.

Method (domain brief C3 rule 5, C4). The children of each cohort who live in each small area - from the latest mid-year
population, or from births for those born since - are carried to the planning area of their home, a phase at a time, and scaled by
one participation rate for the whole authority, so that every year group and year adds up to the authority's pupils. No school's
places or popularity enter into it: a small area belongs wholly to the planning area whose polygon it is part of, since the
schools that its children attend are held down by those that are full. An older mid-year is aged forward where its children live
(approximate).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import NC_YEARS, RECEPTION, cohort_in
from sufficiency.areas.small_areas import cohort_residents, recoded_to
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planning_areas.lookup import Lookup
    from sufficiency.areas.areas import AreaFrame
    from sufficiency.areas.small_areas import Living
    from sufficiency.forecast.newborns import Newborns
    from sufficiency.forecast.strands import Strands

    Floats = NDArray[np.float64]

GROUPS = len(NC_YEARS)


def by_residence(pupils: Floats, ay: int, living_in: Living, strands: Strands, frame: AreaFrame,
                 babies: Newborns) -> tuple[Floats, tuple[Note, ...]]:
    """Children who live in each area and are expected at the authority's schools: [draw, year, area, nc_year], as `pupils`.

    ay: academic year of the first year. Where homes are not known it is the pupils themselves, and says so.
    """
    living, notes = np.array(pupils), []
    for phase in ("primary", "secondary"):
        of_phase = np.array([p == phase for p in strands.phases], dtype="bool")
        if not of_phase.any():
            continue
        children = _children(living_in, frame.homes.get(phase), frame, babies, cohort_in(GROUPS - 1, ay),
                             cohort_in(RECEPTION, ay + pupils.shape[1] - 1))
        if children is None:
            notes.append(Note("lsoas", f"where children live is not known for {phase} planning areas: demand by residence is "
                              "taken to be the pupils of the area's schools", "hidden need cannot be seen"))
            continue
        place = {code: i for i, code in enumerate(strands.areas)}
        lookup = frame.homes[phase].to_largest()
        shares = np.zeros((len(children), len(strands.areas)))
        shares[:, [place[code] for code in lookup.destinations]] = lookup.carry(children)
        shares = shares / shares.sum(axis=1, keepdims=True)
        first = cohort_in(GROUPS - 1, ay)
        cohort = np.array([[cohort_in(g, ay + y) - first for g in NC_YEARS] for y in range(pupils.shape[1])])
        whole = np.where(of_phase[:, None], pupils, 0.0).sum(axis=2, keepdims=True)
        living[:, :, of_phase] = (whole * np.moveaxis(shares[cohort], 2, 1))[:, :, of_phase]
    if len(notes) == 0:
        notes.append(Note("population", "demand by residence ages small areas forward and takes one participation rate for the "
                          "whole authority (approximate)"))
    return living, tuple(notes)


def _children(living_in: Living, homes: Lookup | None, frame: AreaFrame, babies: Newborns, first: int,
              last: int) -> Floats | None:
    """Children of each cohort by small area, [cohort, small area of `homes`]; None where nothing is known of homes."""
    if homes is None:
        return None
    codes = tuple(homes.origins)
    people = living_in(codes)
    found: dict[int, Floats] = {}
    for cohort in range(first, last + 1):
        counted = cohort_residents(people[1], people[0], cohort) if people is not None else None
        born = _born(babies, cohort, tuple(frame.homes["primary"].origins), codes) if "primary" in frame.homes else None
        chosen = counted if counted is not None and counted.sum() > 0 else born
        if chosen is not None:
            found[cohort] = chosen
    if not found:
        return None
    have = np.array(sorted(found))
    nearest = [int(have[np.abs(have - cohort).argmin()]) for cohort in range(first, last + 1)]
    return np.stack([found[c] for c in nearest])


def _born(babies: Newborns, cohort: int, origins: tuple[str, ...], codes: tuple[str, ...]) -> Floats | None:
    """Births of a cohort by small area in the order of `codes`; None where not known."""
    k = cohort - babies.first
    if babies.small is None or not 0 <= k < len(babies.small) or not babies.small[k].sum() > 0:
        return None
    return recoded_to(babies.small[k], origins, codes)
