"""What the closing of a setting does to its planning area, age by age: the letter with it, and the letter without it.

Method. In the first term without the setting the area is weighed once more as if it were still there, so that a letter which
changes does so for the closing alone, and not for the season. A letter that is not known with it is not known without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.childcare.balance import ALL, NOT_KNOWN, PLANNING_AREA, status
from sufficiency.childcare.terms import BAND_NAMES, YOUNG

if TYPE_CHECKING:
    from sufficiency.childcare.marks import Closing

CLOSINGS = "childcare_closings"     # the table of a run
EFFECTS = ["level", "area_code", "area_name", "ay", "term", "age_band", "setting_ref", "mark_on", "children", "hours_week",
           "letter_with", "letter_without"]


def closing_effects(closing: Sequence[Closing], weighed_up: pd.DataFrame, edges: Sequence[float]) -> pd.DataFrame:
    """A row for each age at which a closing setting has hours, in the first term without it: EFFECTS. weighed_up: the balance."""
    areas = weighed_up[(weighed_up["level"] == PLANNING_AREA) & (weighed_up["measure"] == ALL)]
    now = areas.set_index(["area_code", "ay", "term", "age_band"])
    rows = []
    for one in closing:
        for band in (band for band in YOUNG if band in one.lost and (one.area_code, *one.then, band) in now.index):
            row = now.loc[(one.area_code, *one.then, band)]
            wanted, there = np.array([row["hours_wanted"]]), np.array([row["hours_counted"] + one.lost[band]])
            with_it = NOT_KNOWN if row["status"] == NOT_KNOWN else str(status(wanted, there, edges)[0])
            rows.append((PLANNING_AREA, one.area_code, one.area_name, *one.then, band, one.ref, one.day, float(row["children"]),
                         one.lost[band], with_it, str(row["status"])))
    return pd.DataFrame(rows, columns=EFFECTS)


def effects_said(table: pd.DataFrame, code: str) -> str:
    """For a planning area the letters that change, in a sentence; blank where none does. table: EFFECTS."""
    mine = table[(table["area_code"] == code) & table["letter_with"].ne(table["letter_without"])] if len(table) else table
    told = [f"{BAND_NAMES[row.age_band]} go from {row.letter_with} to {row.letter_without} in the {row.term} of "
            f"{ay_label(row.ay)}" for row in mine.itertuples()]
    return f"With what closes: {'; '.join(told)}." if told else ""
