"""Year groups that children enter from schools which are not planned for, as Year 7 where only secondary schools are.

Method. A cohort cannot be carried into a year group of which no planned school has the one below. Where the authority's own roll
counts both, the authority is projected as a whole, and the planned schools take their part of those who come: the authority's
year group below, times its ratio, times the share that the schools have of the year group today. Else as many enter each year as
today. Either is the least that is expected, told with what it rests on; should planned schools come to have the year group below,
more may enter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import NC_YEARS, PHASE_YEARS, RECEPTION, ay_label, nc_year_label
from sufficiency.evidence import Note
from sufficiency.forecast.authority_control import roll_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.forecast.newborns import Newborns
    from sufficiency.forecast.ratios import AuthorityRatios
    from sufficiency.forecast.strands import Strands

    Floats = NDArray[np.float64]

GROUPS = len(NC_YEARS)
YEAR_12 = PHASE_YEARS["sixth_form"][0]


def least_entering(strands: Strands, roll: Floats, measured: AuthorityRatios, babies: Newborns,
                   ahead: range) -> tuple[Floats, tuple[Note, ...]]:
    """The least that is expected in each year group, [year ahead, nc_year]; nought where the year group below is planned for.

    roll: the authority's own, [year, nc_year], latest first; measured: its own ratios.
    """
    least, notes = np.zeros((len(ahead), GROUPS)), []
    today = strands.roll[0].sum(axis=0)
    whole = _whole_authority(roll, measured, babies, ahead)
    for g in range(RECEPTION + 1, YEAR_12):
        entered = float(strands.entrants(0, g).sum())
        if entered == 0 or today[g - 1] > 0:
            continue
        below, here = nc_year_label(g - 1), nc_year_label(g)
        if roll[0, g - 1] > 0 and roll[0, g] > 0:
            share = min(entered / roll[0, g], 1.0)
            least[:, g] = _last_known(whole[:-1, g - 1]) * measured.steps[g] * share
            part = "" if share == 1.0 else f", of whom the schools planned for take {share:.1%} as today"
            notes.append(Note("schools", f"no school that is planned for has pupils in {below}: {here} follows the authority's "
                              f"own {below} ({roll[0, g - 1]:,.0f} in {ay_label(strands.base)}) times "
                              f"{measured.steps[g]:.3f}{part}"))
        else:
            least[:, g] = entered
            notes.append(Note("schools", f"no school that is planned for has pupils in {below}, and no roll of the authority "
                              f"tells how many there are: {entered:,.0f} are taken to enter {here} every year, as today",
                              f"larger or smaller cohorts to come are not seen in {here} and above"))
    return least, tuple(notes)


def _whole_authority(roll: Floats, measured: AuthorityRatios, babies: Newborns, ahead: range) -> Floats:
    """The authority's own roll carried forward by its own ratios, [year, nc_year], base year first; missing where not known."""
    born = np.array([[babies.total_of_reception(ay) for ay in ahead]]) * measured.births
    reception = np.where(born > 0, born, roll[0, RECEPTION])        # no births known: as many in Reception as today
    carried: Floats = roll_up(roll[:1], reception, measured.steps)[0]
    return carried


def _last_known(counts: Floats) -> Floats:
    """Let the last count that is known stand for those after it that are not: [year]."""
    at = np.maximum.accumulate(np.where(np.isnan(counts), 0, np.arange(len(counts))))
    return counts[at]
