"""What a basic-need grant would count as places needed: an indication, by planning area, year and year group.

Method (domain brief B4, E2; its steps are not verified). Forecasts include pupils whose places developers or the Housing
Infrastructure Fund pay for; the grant takes them off before it weighs pupils against places with a margin:
`max(0, (pupils - funded) * (1 + margin) - places)`, year group by year group, and nothing is offset. Taken off are the funded
pupils inside the forecast (net), never all children of the homes (gross): those who were never in the forecast cannot be taken
out of it. The bridge leads from need as published over the margin to what is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.balance import need_with_margin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

KEYS = ["ay", "phase", "planning_area_code", "nc_year"]
COLUMNS = [*KEYS, "pupils", "funded_pupils", "yg_places", "additional_need", "for_margin", "developer_funded", "fundable_need"]


def fundable(pupils: Floats, funded: Floats, places: Floats, margin: float) -> Floats:
    """Places needed that a grant would pay for: without funded pupils, with the margin; missing where places are not known."""
    return need_with_margin(pupils - funded, places, margin)


def basic_need(balance: pd.DataFrame, homes: pd.DataFrame, margin: float) -> pd.DataFrame:
    """Need and what of it a grant would count, with the bridge between them (columns: COLUMNS).

    balance: `balance.balance`. homes: `site_audit.homes_table`. Sixth forms get no such grant and are left out.
    """
    mine = balance.loc[balance["phase"].isin(ENTRY_YEAR), [*KEYS, "pupils", "yg_places", "additional_need",
                                                           "additional_need_with_margin"]]
    funded = homes.assign(funded_pupils=homes["hdc_pupils"] + homes["hif_pupils"])[[*KEYS, "funded_pupils"]]
    table = mine.merge(funded, on=KEYS, how="left")
    table["funded_pupils"] = np.minimum(table["funded_pupils"].fillna(0.0), table["pupils"])
    pupils, off, places = (table[name].to_numpy("float64") for name in ("pupils", "funded_pupils", "yg_places"))
    table["fundable_need"] = fundable(pupils, off, places, margin)
    table["for_margin"] = table["additional_need_with_margin"] - table["additional_need"]
    table["developer_funded"] = table["fundable_need"] - table["additional_need_with_margin"]
    return table[COLUMNS].sort_values(KEYS, ignore_index=True)
