"""Newborns: the births that become each Reception, by the planning area in which the children live.

Method (domain brief C0, C1). Reception in academic year `y` was born from 1 September of y - 5 to 31 August of y - 4: the cohort
y - 5. Births by small area are carried to primary planning areas through the homes of each area; without small areas they are
spread over the areas as Reception is, and so they are to an area that takes Reception and in which nobody is said to live. A
cohort that is not born or not published yet is taken to be as large as the last one that is, and the result says so. Where no
births are known at all, Reception stays as large as it is today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import RECEPTION, ay_label, cohort_in
from sufficiency.areas.small_areas import INCOMPLETE, births_of
from sufficiency.evidence import ASSUMED, Note

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.areas.areas import AreaFrame
    from sufficiency.areas.small_areas import Births, Living
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence
    from sufficiency.forecast.strands import Strands

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Newborns:
    """Births of every cohort that the projection asks for; `known` tells those that were counted from those that are guessed."""

    first: int                  # first cohort
    known: NDArray[np.bool_]    # [cohort]
    total: Floats               # [cohort]; missing for a past cohort that is not known
    areas: Floats               # [cohort, area]; zero for secondary areas
    small: Floats | None        # [cohort, small area], in the order of the homes of primary areas

    def of_reception(self, ay: int) -> Floats:
        """Births by area that make the Reception of an academic year: [area]."""
        births: Floats = self.areas[cohort_in(RECEPTION, ay) - self.first]
        return births

    def total_of_reception(self, ay: int) -> float:
        """Births of the whole authority that make the Reception of an academic year."""
        return float(self.total[cohort_in(RECEPTION, ay) - self.first])

    def is_known(self, ay: int) -> bool:
        """Say whether the births behind a Reception were counted (or published as an estimate), not guessed here."""
        return bool(self.known[cohort_in(RECEPTION, ay) - self.first])


def newborns(evidence: Evidence, strands: Strands, frame: AreaFrame, oldest: int, last: int, living: Living,
             assumptions: Assumptions) -> tuple[Newborns, tuple[Note, ...]]:
    """Births behind every Reception from academic year `oldest` to `last`, by planning area."""
    homes = frame.homes.get("primary")
    codes = tuple(homes.origins) if homes is not None else ()
    cohorts = range(cohort_in(RECEPTION, oldest), cohort_in(RECEPTION, last) + 1)
    published = births_of(evidence, codes, living)
    if published is None or not published.cohorts:
        why = f": those of {', '.join(published.lacking[:5])} are missing" if published is not None and published.lacking else ""
        told = f"no births of the whole authority are known{why}"
        return _flat(strands, cohorts), (Note("births", told, "Reception stays as it is today in every year ahead"),)
    source = {cohort: i for i, cohort in enumerate(published.cohorts)}
    assumed = set(evidence.births.loc[evidence.births["basis"].eq(ASSUMED), "cohort"])
    known = np.array([cohort in source and cohort not in assumed for cohort in cohorts])
    used = _last_known(cohorts, source, first_ahead=cohort_in(RECEPTION, strands.base + 1))
    total = np.where(used >= 0, published.total[used], np.nan)
    small = None
    if homes is not None and published.small is not None:
        small = np.where(used[:, None] >= 0, published.small[used], np.nan)
        carried = homes.carry(np.nan_to_num(small))
        place = {code: i for i, code in enumerate(strands.areas)}
        areas = np.zeros((len(cohorts), len(strands.areas)))
        areas[:, [place[code] for code in homes.destinations]] = carried
        if not np.allclose(areas.sum(axis=1), np.nan_to_num(total)):
            raise AssertionError("births were lost between small areas and planning areas")
        nobody = (areas.sum(axis=0) == 0) & strands.takes(RECEPTION)
        areas = np.where(nobody, np.nan_to_num(total)[:, None] * _reception_shares(strands, assumptions), areas)
    else:
        areas = np.nan_to_num(total)[:, None] * _reception_shares(strands, assumptions)
    babies = Newborns(cohorts.start, known, total, areas, small)
    return babies, _notes(evidence, published, babies, strands, cohorts, assumptions, has_homes=small is not None)


def _last_known(cohorts: range, source: dict[int, int], first_ahead: int) -> NDArray[np.int64]:
    """Which published cohort stands for each one asked for: itself; ahead of today else the last before it; -1 for none."""
    used, last = [], max((c for c in source if c < first_ahead), default=min(source))
    for cohort in cohorts:
        if cohort in source:
            last = cohort if cohort >= first_ahead else last
            used.append(source[cohort])
        else:
            used.append(source[last] if cohort >= first_ahead else -1)
    return np.array(used)


def _reception_shares(strands: Strands, assumptions: Assumptions) -> Floats:
    """How the authority's Reception lies over its areas in recent years, the latest counting most."""
    recent = strands.by_area(strands.roll)[..., RECEPTION][strands.seen][: len(assumptions.weights)]
    weighted = (recent * np.asarray(assumptions.weights)[: len(recent), None]).sum(axis=0) * strands.takes(RECEPTION)
    if weighted.sum() == 0:
        weighted = np.array([phase == "primary" for phase in strands.phases], dtype="float64")
    shares: Floats = weighted / weighted.sum() if weighted.sum() > 0 else weighted
    return shares


def _flat(strands: Strands, cohorts: range) -> Newborns:
    """Stand in for births that nobody knows: today's Reception, with one child in Reception for each."""
    today = strands.by_area(strands.roll[0])[:, RECEPTION]
    ahead = np.array([cohort >= cohort_in(RECEPTION, strands.base) for cohort in cohorts])
    known = np.array([cohort == cohort_in(RECEPTION, strands.base) for cohort in cohorts])
    return Newborns(cohorts.start, known, np.where(ahead, today.sum(), np.nan), np.where(ahead[:, None], today, 0.0), None)


def _notes(evidence: Evidence, published: Births, babies: Newborns, strands: Strands, cohorts: range, assumptions: Assumptions, *,
           has_homes: bool) -> tuple[Note, ...]:
    """Say what is approximate about the births, and which Receptions rest on a guess."""
    notes = []
    recut = sorted({str(b) for b in evidence.births["basis"].unique()} - {"cohort", ASSUMED})
    if recut:
        notes.append(Note("births", f"some births are approximate ({', '.join(recut)})",
                          "Reception may be out by a child in a hundred"))
    horizon = range(strands.base + 1, strands.base + assumptions.primary_years + 1)
    guessed = [ay_label(ay) for ay in horizon if not babies.is_known(ay)]
    if guessed:
        notes.append(Note("births", f"births behind the Reception of {', '.join(guessed)} are not known: as many are taken as in "
                          "the last cohort that is", "these Receptions are a guess"))
    levels = {published.level[published.cohorts.index(c)] for c in cohorts if c in published.cohorts}
    if INCOMPLETE in levels:
        notes.append(Note("births", "births of some small areas are missing, and none of districts or of the authority stand in",
                          "Reception is too low by as many"))
    if has_homes and levels & {"district", "authority"}:
        by = "children aged 0 to 4" if evidence.has("population") else "equal shares"
        notes.append(Note("births", f"births of districts are spread over small areas by {by}",
                          "a small area where births rise or fall by themselves is not seen"))
    if not has_homes and sum(strands.takes(RECEPTION)) > 1:
        notes.append(Note("births", "births are spread over planning areas as Reception is: no small areas are known",
                          "an area where births rise or fall by themselves is not seen"))
    if published.unused:
        named = ", ".join(published.unused[:5]) + (" ..." if len(published.unused) > 5 else "")
        text = f"births of {len(published.unused)} areas that are not the authority's are left out ({named})"
        notes.append(Note("births", text))
    return tuple(notes)
