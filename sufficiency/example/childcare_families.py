"""Who is entitled to funded childcare in the county, who takes it up, and what is known of families in each small area.

The national tables tell for the January of the base year and the one before how many children are eligible and registered, by age
on 31 December; the council counts take-up district by district. Births come month by month, with more in late summer than in
winter. Towns have more families on low incomes than the country; the area of the baby rooms is as the county on the whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.births import COHORTS, IN_STATE_SCHOOLS, grown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.example.births import Children
    from sufficiency.example.land import Land

    Floats = NDArray[np.float64]

MONTHS = (87, 86, 83, 86, 81, 75, 82, 79, 84, 83, 88, 86)       # of a thousand births of a cohort, September to August
FIRST_OF_BIRTHS = 2015                                          # calendar year
WORKING, EARLY = {0: 0.487, 1: 0.487, 2: 0.49, 3: 0.50, 4: 0.50}, 0.20      # of all children of an age
REGISTERED = {"working_parent": {0: 0.46, 1: 0.76, 2: 0.90, 3: 0.92, 4: 0.94}, "early_learning": {2: 0.72}}
OUTSIDE_RECEPTION = 0.90            # of three- and four-year-olds who are not in Reception, at the universal hours
TAKEUP = {("under_2", "working_parent"): (0.70, 27), ("age_2", "working_parent"): (0.90, 27), ("age_2", "early_learning"):
          (0.72, 15), ("age_3_4", "universal"): (0.90, 15), ("age_3_4", "working_parent"): (0.92, 13)}
"""Share of the eligible, and hours a week of what the heading adds."""
DIFFER = 0.05                       # between districts
LOW_INCOME = {True: 0.19, False: 0.15}          # in towns, and outside
USUAL_LOW_INCOME = 0.17


def families_lists(seed: int, land: Land, children: Children) -> dict[str, pd.DataFrame]:
    """Tables of families, by the name of their reader."""
    rng = np.random.default_rng([seed, 23])
    return {"childcare_eligible": _eligible(children), "childcare_takeup": _takeup(rng, land),
            "area_indicators": _indicators(rng, land), "births_by_month": _births(children)}


def months_old(children: Children, year: int, age: int, months: range = range(1, 13)) -> Floats:
    """Children by small area who were born in months of a calendar year, as many as are there at an age."""
    found = np.zeros(children.births.shape[1])
    for month in months:
        cohort = year if month >= 9 else year - 1
        found += MONTHS[(month - 9) % 12] / sum(MONTHS) * grown(children, cohort, age)
    return found


def takeup_of(seed: int, land: Land, district: int, band: str, kind: str) -> tuple[float, float]:
    """Take-up of a heading in a district as the council counts it, and the hours used."""
    table = _takeup(np.random.default_rng([seed, 23]), land)
    row = table[(table["area_code"] == land.district_codes[district]) & (table["age_band"] == band) & (table["kind"] == kind)]
    return float(row["takeup"].iloc[0]), float(row["hours_week"].iloc[0])


def _takeup(rng: np.random.Generator, land: Land) -> pd.DataFrame:
    rows = [(code, ay_label(cast.BASE - 1), kind, band, round(min(share * float(rng.uniform(1 - DIFFER, 1 + DIFFER)), 0.97), 3),
             hours) for code in land.district_codes for (band, kind), (share, hours) in TAKEUP.items()]
    return pd.DataFrame(rows, columns=["area_code", "ay", "kind", "age_band", "takeup", "hours_week"])


def _eligible(children: Children) -> pd.DataFrame:
    """Eligible and registered children of two Januaries, by age on 31 December, rounded to ten as published."""
    names = {0: "9 to 11 months", 1: "1 year", 2: "2 years", 3: "3 years", 4: "4 years"}
    rows: list[tuple[object, ...]] = []
    for ay in (cast.BASE - 1, cast.BASE):
        there = {0: float(months_old(children, ay, 0, range(1, 4)).sum())}
        there |= {age: float(months_old(children, ay - age, age).sum()) for age in range(1, 5)}
        outside = {**there, 4: float(months_old(children, ay - 4, 4, range(9, 13)).sum())}      # working parents' hours end there
        for age, n in outside.items():
            eligible = n * WORKING[age]
            rows.append((ay, "working_parent", names[age], eligible, eligible * REGISTERED["working_parent"][age]))
        rows.append((ay, "early_learning", names[2], there[2] * EARLY, there[2] * EARLY * REGISTERED["early_learning"][2]))
        at_school = float(months_old(children, ay - 4, 4, range(1, 9)).sum()) * IN_STATE_SCHOOLS
        rows.append((ay, "universal", names[3], there[3], there[3] * OUTSIDE_RECEPTION))
        rows.append((ay, "universal", names[4], there[4], at_school + (there[4] - at_school) * OUTSIDE_RECEPTION))
    frame = pd.DataFrame(rows, columns=["ay", "kind", "age", "eligible", "registered"])
    tens = frame[["eligible", "registered"]].div(10).round().mul(10).astype("int64")
    return frame.assign(ay=frame["ay"].map(ay_label), eligible=tens["eligible"], registered=tens["registered"])


def _indicators(rng: np.random.Generator, land: Land) -> pd.DataFrame:
    """Low incomes, deprivation, work and lone parents by small area."""
    usual = np.where(land.area_in_town[land.area], LOW_INCOME[True], LOW_INCOME[False])
    low = np.clip(usual * rng.lognormal(0, 0.35, len(usual)), 0.02, 0.60)
    low = np.where(land.area == cast.BABIES_AREA, USUAL_LOW_INCOME, low)
    decile = 10 - np.argsort(np.argsort(low, kind="stable"), kind="stable") * 10 // len(low)
    working = np.clip(0.74 - 0.9 * (low - USUAL_LOW_INCOME), 0.2, 0.95)
    lone = np.clip(0.22 + 0.5 * (low - USUAL_LOW_INCOME), 0.05, 0.6)
    return pd.DataFrame({"lsoa_code": list(land.codes), "low_income_children": low.round(3), "imd_decile": decile,
                         "working_families": working.round(3), "lone_parents": lone.round(3)})


def _births(children: Children) -> pd.DataFrame:
    """Births of the county month by month, to the last August that is known."""
    rows = []
    for year in range(FIRST_OF_BIRTHS, cast.LAST_COHORT + 2):
        for month in range(1, 13):
            cohort = year if month >= 9 else year - 1
            if cohort <= cast.LAST_COHORT:
                births = children.births[cohort - COHORTS.start].sum() * MONTHS[(month - 9) % 12] / sum(MONTHS)
                rows.append((year, month, round(float(births))))
    return pd.DataFrame(rows, columns=["year", "month", "births"])
