"""Care wanted for children at school: before and after school, in the holidays, and for disabled children up to 18.

Method (domain brief A2, G8). Wraparound care is 8 am to 6 pm on school days; who needs it is told by a share of the children on
roll and the hours they use, from the rulebook until the council's own table of take-up says better: for Reception to Year 6, and
far fewer above. Holiday care is the same for the weeks outside term. Children are those of the projection by where they live:
those of Reception to Year 2 turn five to seven in the school year, those of Year 3 to Year 9 eight to fourteen. Disabled children
are a share of all children of an age: they are counted, and their hours are for the council to find out, for they differ too much
to be guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.childcare.terms import TERMS, YOUNG
from sufficiency.evidence import Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sufficiency.childcare.takeup import Use
    from sufficiency.childcare.under_fives import UnderFives

    Floats = NDArray[np.float64]
    ByYearGroup = Mapping[int, Mapping[int, Floats]]     # `small_area_children.school_children`

AT_SCHOOL = {"age_5_7": range(3), "age_8_14": range(3, 10)}
"""Age bands of school children, and the year groups that make them."""

PRIMARY = range(7)          # year groups for which wraparound is asked of every council
TO_EIGHTEEN = range(10, 13)     # turning 15 to 17
BEFORE_AND_AFTER, HOLIDAY = ("before_school", "after_school"), "holiday"
COLUMNS = ("lsoa_code", "ay", "term", "age_band", "care", "on_roll", "children", "hours_week")


def school_age_care(use: Use, pupils: ByYearGroup, years: range) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Hours a week wanted by small area, year, term, age band and kind of care; holidays have a blank term.

    Columns: lsoa_code, ay, term, age_band, care (before_school, after_school, holiday), on_roll, children, hours_week.
    """
    rates, codes = rulebook("childcare_use")["school_age"], use.codes
    parts = []
    for ay in years:
        for band, groups in AT_SCHOOL.items():
            for care in (*BEFORE_AND_AFTER, HOLIDAY):
                on_roll, using, hours = np.zeros(len(codes)), np.zeros(len(codes)), np.zeros(len(codes))
                for g in groups:
                    share, week = use.school_age(band, care, ay, rates["primary" if g in PRIMARY else "older"][care])
                    on_roll = on_roll + pupils[g][ay]
                    using = using + pupils[g][ay] * share
                    hours = hours + pupils[g][ay] * share * week
                parts += [pd.DataFrame({"lsoa_code": list(codes), "ay": ay, "term": term, "age_band": band, "care": care,
                                        "on_roll": on_roll, "children": using, "hours_week": hours})
                          for term in (("",) if care == HOLIDAY else TERMS)]
    shown = "; ".join(f"{care.replace('_', ' ')} {rates['primary'][care]['share']:.0%} of primary children"
                      for care in (*BEFORE_AND_AFTER, HOLIDAY))
    own = use.own["kind"].isin([*BEFORE_AND_AFTER, HOLIDAY]).any()
    told = Note("childcare_takeup", f"how many school children want care is that of the rulebook, unverified: {shown}",
                "a local survey would say more: rates found elsewhere range from 15 % to 25 %")
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)], () if own else (told,)


def disabled_children(young: UnderFives, pupils: ByYearGroup, years: range,
                      state_takeup: float) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Disabled children by small area, year and age band, from nine months to 17, in January: a share of all of the age.

    Columns: lsoa_code, ay, age_band, all_children, children. Sixth forms do not have everybody: those who turn 17 are taken to be
    as many as were in Year 11 the year before, in the first year as many as are in it. state_takeup: share at state schools.
    """
    shares = rulebook("childcare_use")["disabled"]
    parts = []
    for ay in years:
        living = {band: young.in_band(band, ay, "spring")[0] for band in YOUNG}
        for band, groups in {**AT_SCHOOL, "age_15_17": TO_EIGHTEEN}.items():
            there = np.zeros(len(young.codes))
            for g in groups:
                there = there + (pupils[g][ay] if g < 12 else pupils[11][max(ay - 1, years[0])])
            living[band] = there / state_takeup
        parts += [pd.DataFrame({"lsoa_code": list(young.codes), "ay": ay, "age_band": band, "all_children": children,
                                "children": children * shares[band]}) for band, children in living.items()]
    whole = sum(part["children"].sum() for part in parts if int(part["ay"].iloc[0]) == years[0])
    told = Note("childcare_demand", f"{whole:,.0f} disabled children to 17 are expected in {ay_label(years[0])}, by rates of the "
                "rulebook that are not verified", "benefit claims and plans by age would tell how many there are and where")
    return pd.concat(parts, ignore_index=True), (told,)
