"""A scheme at a school of the invented council as its list writes it, and the schools of its areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.example import cast

if TYPE_CHECKING:
    from sufficiency.example.county import County

NOW = cast.BASE + 1  # the financial year in hand
PRICES = f"{NOW}Q1"
DECIDES = {"Academy": "academy_trust", "Free sc": "academy_trust", "Volunta": "diocese"}
Row = dict[str, object]


def of_area(county: County, a: int) -> pd.DataFrame:
    """The schools of a primary planning area, the largest first as they were drawn."""
    table = county.schools.table
    return table[table["area"] == a].reset_index(drop=True)


def of_upper(county: County, s: int) -> pd.DataFrame:
    """The schools of a secondary planning area."""
    table = county.schools.table
    return table[(table["secondary_area"] == s) & table["pan_7"].gt(0)].reset_index(drop=True)


def at(school: pd.Series, code: str, name: str, kind: str, start: int, **more: object) -> Row:
    """A scheme at a school: who decides follows from what kind of school it is."""
    decides = DECIDES.get(str(school["type"])[:7], "authority")
    row: Row = {
        "scheme_id": code,
        "name": f"{school['name']}: {name}",
        "site_id": school["urn"],
        "kind": kind,
        "phase": "primary",
        "nc_year_from": "R",
        "nc_year_to": "Y6",
        "earliest_start": ay_label(start),
        "decides": decides,
        "consent": "not_needed" if decides == "authority" else "given",
        "choice": "free",
    }
    if "thousand_pounds" in more:
        row["price_base"] = PRICES
    return row | more
