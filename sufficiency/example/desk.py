"""What lies on the planner's own desk: figures put in the place of the model's, and counts of the GPs' registers.

One override is in force; one has expired and is kept for the record. The registers count the children under five of each district
at the end of every August, and of four planning areas, a little too many, as registers do: families who moved away are taken off
late. A count below five is hidden, as the NHS hides it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.births import grown
from sufficiency.example.council import area_codes

if TYPE_CHECKING:
    from sufficiency.example.county import County

HOMES_AREA, CLOSED_AREA = 10, 11        # planning areas with an override, in no other story
HOMES_MORE, HOMES_YEAR_GROUP = 12, 2
REGISTERED_AREAS = (9, 10, 11, 12)      # planning areas that are counted by themselves
REGISTER_YEARS = range(cast.BASE - 9, cast.BASE + 2)
TOO_MANY, UNSTEADY = 1.04, 0.008        # on the register for each child who lives there; and how that varies
UNDER_FIVE = range(5)
SHOWN_FROM = 5


def desk_tables(county: County) -> dict[str, pd.DataFrame]:
    """Tables of the planner's desk, by the name of their reader."""
    return {"planner_overrides": _overrides(county), "gp_registrations": _registrations(county)}


def _overrides(county: County) -> pd.DataFrame:
    """More children from flats that fill early; and a class that was planned for and is over."""
    codes, _ = area_codes(county.schools)
    names, now = county.land.area_names, cast.BASE + 1
    rows = [
        (codes[HOMES_AREA], "", ay_label(now + 1), f"Y{HOMES_YEAR_GROUP}", "change", HOMES_MORE,
         f"flats at {names[HOMES_AREA]} Mill let to families from October", "place planning manager", f"{now}-05-11",
         f"{now + 1}-12-31"),
        (codes[CLOSED_AREA], "", ay_label(now), "R", "figure", 95, f"nursery class at {names[CLOSED_AREA]} expected to stay on",
         "admissions officer", f"{now - 2}-06-03", f"{now - 1}-12-31"),
    ]
    columns = ["planning_area_code", "urn", "ay", "nc_year", "kind", "value", "reason", "author", "made_on", "expires"]
    return pd.DataFrame(rows, columns=columns)


def _registrations(county: County) -> pd.DataFrame:
    """Children on the registers at the end of August by age, district by district, and of some planning areas."""
    rng = np.random.default_rng([county.seed, 11])
    land = county.land
    codes, _ = area_codes(county.schools)
    places = [(code, land.district == d) for d, code in enumerate(land.district_codes)]
    places += [(codes[a], land.area == a) for a in REGISTERED_AREAS]
    rows = []
    for year in REGISTER_YEARS:
        for age in UNDER_FIVE:
            living = grown(county.children, year - age - 1, age)
            for code, here in places:
                n = round(float(living[here].sum()) * TOO_MANY * float(rng.lognormal(0, UNSTEADY)))
                rows.append((code, f"{year}-08-31", age, n if n >= SHOWN_FROM else "c"))
    return pd.DataFrame(rows, columns=["area_code", "on", "age", "children"])
