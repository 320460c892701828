"""The register of establishments: every school of the county there is or was, mainstream or not, and a few across the border.

Mainstream schools come from `schools.py`. Beside them stand what the model must leave out (special, independent and nursery
schools, units for excluded pupils), what it must see through (schools that became academies, two that were merged), and what is
to come (the school of the garden village). One row each, with the facts that GIAS and the school census print in their own
ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sufficiency.example import cast
from sufficiency.example.council import CITY_URN, GARDEN_OFF, GARDEN_OPENS, GARDEN_PLACES, GARDEN_URN
from sufficiency.example.names import CITY, COUNTY
from sufficiency.example.rolls import YEARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.example.council import Council
    from sufficiency.example.land import Land
    from sufficiency.example.rolls import Rolls
    from sufficiency.example.schools import Schools

    Ints = NDArray[np.int64]

COLUMNS = ["urn", "la_code", "estab", "name", "type", "phase", "status", "low_age", "high_age", "nursery", "sixth_form", "faith",
           "capacity", "opened", "closed", "reason", "small_area", "district", "easting", "northing"]
ACADEMIES = ("Academy converter", "Academy sponsor led", "Free schools", "Academy special converter")
SPECIAL, INDEPENDENT, NURSERY_SCHOOLS, UNITS, ACROSS = 10, 20, 2, 3, 7
OTHERS_FROM = 990_501
NURSERY_URNS = tuple(str(OTHERS_FROM + SPECIAL + INDEPENDENT + n) for n in range(NURSERY_SCHOOLS))
MERGED = (("970001", "Infant", 0, 2), ("970002", "Junior", 3, 6))       # former urn, kind, year groups
NOT_CLOSED = ""
CONVERTED, AMALGAMATED = "Academy Converter", "Result of Amalgamation/Merger"
LAG = 15            # places by which the register's capacity lags at a few schools


def register(seed: int, land: Land, schools: Schools, council: Council) -> pd.DataFrame:
    """Every establishment, one row each (COLUMNS)."""
    rng = np.random.default_rng([seed, 7])
    rows = [*_mainstream(rng, schools, council), *_former(schools), *_to_come(land), *_others(rng, land), *_across(rng, land)]
    return pd.DataFrame(rows, columns=COLUMNS).fillna({"reason": ""})


def _mainstream(rng: np.random.Generator, schools: Schools, council: Council) -> list[dict[str, Any]]:
    """The schools that are planned for; the register's capacity lags behind at a few."""
    lag = np.where(rng.random(len(schools.table)) < 0.06, rng.choice([-LAG, LAG], len(schools.table)), 0)
    lag = np.where(schools.table["part"] == "", lag, 0)
    rows = []
    for s, school in enumerate(schools.table.itertuples()):
        phase = {"secondary": "Secondary", "all_through": "All-through"}.get(school.kind, "Primary")
        capacity = int(council.places[s].sum() + council.sixth_places[s] * school.sixth_form + lag[s])
        if school.part == "new":
            capacity = int(school.pan) * 7
        low = 3 if school.nursery else school.low + 4
        rows.append({
            "urn": school.urn, "la_code": cast.LA_CODE, "estab": school.laestab[3:], "name": school.name, "type": school.type,
            "phase": phase, "status": "Open", "low_age": low, "high_age": 18 if school.sixth_form else school.high + 5,
            "nursery": school.nursery, "sixth_form": school.sixth_form, "faith": school.faith, "capacity": capacity,
            "opened": school.opened, "closed": NOT_CLOSED, "small_area": school.small_area, "district": school.district,
            "easting": school.easting, "northing": school.northing})
    return rows


def day_before(date: str) -> str:
    """Give the day before a first of April or September."""
    year, month, _ = date.split("-")
    return f"{year}-08-31" if month == "09" else f"{year}-03-31"


def _former(schools: Schools) -> list[dict[str, Any]]:
    """Schools that closed when they became academies, and the two that were merged."""
    rows = []
    for school in schools.table.itertuples():
        about = {"la_code": cast.LA_CODE, "estab": school.laestab[3:], "status": "Closed", "nursery": school.nursery,
                 "faith": school.faith, "capacity": "", "opened": "", "small_area": school.small_area,
                 "district": school.district, "easting": school.easting, "northing": school.northing,
                 "type": "Community school", "sixth_form": school.sixth_form,
                 "phase": {"secondary": "Secondary", "all_through": "All-through"}.get(school.kind, "Primary")}
        if school.former_urn:
            rows.append({**about, "urn": school.former_urn, "name": school.name.replace("Academy", "School"),
                         "low_age": 3 if school.nursery else school.low + 4,
                         "high_age": 18 if school.sixth_form else school.high + 5, "closed": day_before(school.opened),
                         "reason": CONVERTED})
        if school.part == "merged":
            place = school.name.removesuffix(" Primary School")
            rows += [{**about, "urn": urn, "name": f"{place} {kind} School", "low_age": low + 4, "high_age": high + 5,
                      "estab": str(int(school.laestab[3:]) + 700 + low), "nursery": school.nursery and low == 0,
                      "closed": day_before(school.opened), "reason": AMALGAMATED} for urn, kind, low, high in MERGED]
    return rows


def _to_come(land: Land) -> list[dict[str, Any]]:
    """The school of the garden village, proposed to open."""
    centre = np.rint(land.area_centres[cast.GARDEN_AREA] + GARDEN_OFF).astype("int64")
    mine = np.flatnonzero(land.area == cast.GARDEN_AREA)
    return [{"urn": GARDEN_URN, "la_code": cast.LA_CODE, "estab": "2900",
             "name": f"{land.area_names[cast.GARDEN_AREA]} Garden Village Primary School", "type": "Free schools",
             "phase": "Primary", "status": "Proposed to open", "low_age": 4, "high_age": 11, "nursery": False,
             "sixth_form": False, "faith": "", "capacity": GARDEN_PLACES * 7, "opened": f"{GARDEN_OPENS}-09-01",
             "closed": NOT_CLOSED, "small_area": int(mine[0]), "district": int(land.area_district[cast.GARDEN_AREA]),
             "easting": int(centre[0]), "northing": int(centre[1])}]


def _others(rng: np.random.Generator, land: Land) -> list[dict[str, Any]]:
    """Schools that are not planned for here: special, independent and nursery schools, and units for excluded pupils."""
    wanted = [("Community special school", "Not applicable", 4, 19, 110, 7_001)] * (SPECIAL - 4)
    wanted += [("Academy special converter", "Not applicable", 11, 19, 130, 7_001)] * 4
    wanted += [("Other independent school", "Not applicable", 3, 18, 420, 6_001)] * (INDEPENDENT - 5)
    wanted += [("Other independent special school", "Not applicable", 8, 18, 60, 6_001)] * 5
    wanted += [("Local authority nursery school", "Nursery", 2, 5, 80, 1_001)] * NURSERY_SCHOOLS
    wanted += [("Pupil referral unit", "Not applicable", 11, 16, 60, 1_101)] * UNITS
    endings = {"Community special school": "Special School", "Academy special converter": "Learning Academy",
               "Other independent school": "Preparatory School", "Other independent special school": "House School",
               "Local authority nursery school": "Nursery School", "Pupil referral unit": "Learning Centre"}
    rows = []
    for n, (kind, phase, low, high, capacity, first) in enumerate(wanted):
        at = int(rng.integers(len(land.points)))
        east, north = np.rint(land.points[at] + rng.uniform(-100, 100, 2)).astype("int64")
        rows.append({"urn": f"{OTHERS_FROM + n}", "la_code": cast.LA_CODE, "estab": str(first + n),
                     "name": f"{land.villages[-60 - n]} {endings[kind]}", "type": kind, "phase": phase, "status": "Open",
                     "low_age": low, "high_age": high, "nursery": low <= 3, "sixth_form": high >= 18, "faith": "",
                     "capacity": capacity, "opened": "", "closed": NOT_CLOSED, "small_area": at,
                     "district": int(land.district[at]), "easting": int(east), "northing": int(north)})
    return rows


def _across(rng: np.random.Generator, land: Land) -> list[dict[str, Any]]:
    """A few schools of the city next door, as a national file has them."""
    rows = []
    for n in range(ACROSS):
        upper = n >= ACROSS - 3
        east, north = np.rint(land.city + rng.uniform(-1_500, 1_500, 2)).astype("int64")
        rows.append({"urn": f"{CITY_URN + n}", "la_code": cast.CITY_CODE, "estab": str((4_001 if upper else 2_001) + n),
                     "name": f"{CITY} {'High School' if upper else 'Primary School'} {n + 1}", "type": "Community school",
                     "phase": "Secondary" if upper else "Primary", "status": "Open", "low_age": 11 if upper else 4,
                     "high_age": 16 if upper else 11, "nursery": False, "sixth_form": False, "faith": "",
                     "capacity": 900 if upper else 420, "opened": "", "closed": NOT_CLOSED, "small_area": -1, "district": -1,
                     "easting": int(east), "northing": int(north)})
    return rows


def authority_name(code: str) -> str:
    """Name the county or the city by its code."""
    return COUNTY if code == cast.LA_CODE else CITY


def links(schools: Schools) -> pd.DataFrame:
    """Which school followed which, told from both ends: urn, link_urn, link_name, link_type, date."""
    rows = []
    for school in schools.table.itertuples():
        if school.former_urn:
            rows.append((school.former_urn, school.urn, school.name, "Successor", school.opened))
            rows.append((school.urn, school.former_urn, school.name.replace("Academy", "School"), "Predecessor", school.opened))
        if school.part == "merged":
            place = school.name.removesuffix(" Primary School")
            for urn, kind, _, _ in MERGED:
                rows.append((urn, school.urn, school.name, "Successor - merged", school.opened))
                rows.append((school.urn, urn, f"{place} {kind} School", "Predecessor - merged", school.opened))
    return pd.DataFrame(rows, columns=["urn", "link_urn", "link_name", "link_type", "date"])


def rolls_by_register(schools: Schools, rolls: Rolls, ay: int) -> dict[str, Ints]:
    """Year groups 0 to 14 of each mainstream school in a January, under the number that it had then."""
    found: dict[str, Ints] = {}
    for s, school in enumerate(schools.table.itertuples()):
        counts = rolls.roll[YEARS.index(ay), s]
        if counts.sum() == 0:
            continue
        if school.part == "merged" and ay < cast.MERGED_AY:
            for urn, _, low, high in MERGED:
                found[urn] = np.where((np.arange(len(counts)) >= low) & (np.arange(len(counts)) <= high), counts, 0)
        else:
            before = school.former_urn and school.opened > f"{ay + 1}-01-15"
            found[school.former_urn if before else school.urn] = counts
    return found
