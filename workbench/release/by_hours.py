"""Who takes funded hours up in planning areas: told by no table, and yet by their hours where an age has one entitlement only.

Method. Take-up is told by ward, district and authority, funded hours by planning area, district and authority. Where all funded
hours of an age are of one entitlement, hours divided by those of a child are the children who take them up; so whoever looks at
wards knows what the planning areas have of them. What a child has is taken from the authority.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.childcare.balance import FUNDED, PLANNING_AREA

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

HOURS, TAKEUP, WHOLE = "childcare_balance", "childcare_takeup", "authority"
WHEN = ["ay", "term", "age_band"]


def taken_up_by_hours(tables: Mapping[str, pd.DataFrame], hidden: Mapping[str, NDArray[np.bool_]], within: float,
                      enough: float) -> pd.DataFrame:
    """A figure for each planning area and term, as `cells.figures` has them, with the group of the block that it belongs to.

    within: by how much hours may differ from what they were before they were rounded; enough: the fewest people to be shown.
    """
    if any(name not in tables or name not in hidden for name in (HOURS, TAKEUP)) or "hours_wanted" not in tables[HOURS]:
        return pd.DataFrame()
    takeup, hours = tables[TAKEUP], tables[HOURS]
    kinds = takeup.groupby(WHEN)["kind"].agg(["nunique", "first"])
    whole = takeup[takeup["level"] == WHOLE].groupby(WHEN)["children"].sum(min_count=1)
    funded = hours.assign(at=range(len(hours)), hidden=hidden[HOURS])[hours["measure"].eq(FUNDED)]
    of_whole = funded[funded["level"] == WHOLE].set_index(WHEN)["hours_wanted"]
    each = (of_whole / whole.where(whole > 0)).where(kinds["nunique"].eq(1)).dropna()
    rows = funded[funded["level"] == PLANNING_AREA].merge(
        each.rename("each").reset_index().merge(kinds["first"].rename("kind").reset_index(), on=WHEN), on=WHEN)
    return pd.DataFrame({
        "table": HOURS, "at": rows["at"], "level": PLANNING_AREA, "area_code": rows["area_code"].astype("object"),
        "ay": rows["ay"], "term": rows["term"].astype("object"), "age_band": rows["age_band"].astype("object"), "who": FUNDED,
        "quantity": "taken up, " + rows["kind"].astype("object"), "value": rows["hours_wanted"].astype("float64") / rows["each"],
        "hidden": rows["hidden"].astype("bool"), "within": within / rows["each"], "a_head": float("nan"), "enough": enough,
        "group": rows["kind"].astype("object")})
