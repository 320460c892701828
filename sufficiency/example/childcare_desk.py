"""What the council's early years team keeps: hours and places of settings, the termly headcount, childminders by ward, clubs.

The survey has every setting of the county but one, and the nurseries across the border, which families of the edge use. Twenty
settings send in their headcount: in each term the hours that are taken up by age and entitlement, and those that stand vacant.
Baby rooms and those of two-year-olds are as good as full all year; three- and four-year-olds are fewest in autumn and most in
summer.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.childcare_settings import AGES, CLUB, CLUB_PLACES, DAY, EACH_MINDS, OPEN
from sufficiency.example.register import NURSERY_URNS

if TYPE_CHECKING:
    from sufficiency.example.childcare_settings import Childcare
    from sufficiency.example.schools import Schools

TERMS = ("autumn", "spring", "summer")
OCCUPANCY, FUNDED = 0.85, 0.80
NURSERY_CLASS, NURSERY_HOURS, CLASS_OCCUPANCY = 26, 30, 0.95
SCHOOLS_PLACES = {"age_2": 20, "age_3_4": 60}       # of a nursery school
TAKEN = {"under_2": (0.96, 0.96, 0.96), "age_2": (0.93, 0.93, 0.93), "age_3_4": (0.62, 0.78, 0.93)}
TAKEN_IN_BABIES_AREA = {"under_2": (1.0, 1.0, 1.0), "age_2": (0.93, 0.93, 0.93), "age_3_4": (0.42, 0.50, 0.58)}
USED_AS = {"under_2": {"working_parent": 0.80, "paid": 0.20},
           "age_2": {"early_learning": 0.12, "working_parent": 0.70, "paid": 0.18},
           "age_3_4": {"universal": 0.58, "working_parent": 0.27, "paid": 0.15}}
A_CHILD = {"universal": 15, "early_learning": 15, "working_parent": 28, "paid": 9}       # hours a week
MINDED = (45, 48)       # hours a week, weeks a year
TERM_WEEKS = 38
SURVEY = ["setting_ref", "setting_name", "age_band", "places", "hours_week", "weeks_year", "occupancy", "funded_share",
          "closes_on", "note"]


def childcare_lists(childcare: Childcare, schools: Schools) -> dict[str, pd.DataFrame]:
    """The team's lists, by the name of their reader."""
    return {"settings_hours": _survey(childcare, schools), "termly_headcount": _headcount(childcare),
            "childminders": _childminders(childcare), "clubs": _clubs(childcare, schools)}


def _survey(childcare: Childcare, schools: Schools) -> pd.DataFrame:
    """Places and opening hours by age, of all but the nursery that has not answered."""
    rows: list[tuple[object, ...]] = []
    settings = childcare.settings[childcare.settings["kind"].ne(CLUB) & childcare.settings["part"].ne("silent")]
    for setting in settings.itertuples():
        hours, weeks = OPEN[setting.kind]
        closing = setting.part == "closing"
        said = ("survey of May", "the landlord has given notice; closes for good")[closing]
        rows += [(setting.ref, setting.name, age, getattr(setting, age), hours, weeks, OCCUPANCY, FUNDED,
                  cast.CLOSING_ON if closing else "", said) for age in AGES if getattr(setting, age) > 0]
    table = schools.table[schools.table["nursery"]]
    rows += [(urn, name, "age_3_4", NURSERY_CLASS, NURSERY_HOURS, 38, CLASS_OCCUPANCY, 1.0, "", "nursery class")
             for urn, name in zip(table["urn"], table["name"], strict=True)]
    rows += [(urn, "", age, places, NURSERY_HOURS, 38, CLASS_OCCUPANCY, 1.0, "", "nursery school")
             for urn in NURSERY_URNS for age, places in SCHOOLS_PLACES.items()]
    return pd.DataFrame(rows, columns=SURVEY)


def rooms_open(part: str, age: str, term: str) -> bool:
    """Say whether a setting's room of an age is open in a term: some baby rooms close at Easter for want of staff."""
    return not (part == "babies" and age == "under_2" and term == "summer")


def hours_of_room(setting: Any, age: str) -> int:
    """Hours a week that can be used in a setting's room of an age; setting: its row."""
    return round(float(getattr(setting, age) * OPEN[setting.kind][0] * OCCUPANCY))


def use_of_room(setting: Any, age: str, term: str) -> dict[str, int]:
    """Hours a week in a term by what they are used for, and those that stand vacant; none where there is no such room."""
    whole = hours_of_room(setting, age)
    if whole == 0 or not rooms_open(setting.part, age, term):
        return {}
    taken = TAKEN_IN_BABIES_AREA if setting.area == cast.BABIES_AREA else TAKEN
    used = whole * taken[age][TERMS.index(term)]
    parts = {kind: round(used * share) for kind, share in USED_AS[age].items()}
    return {**parts, "vacant": max(whole - sum(parts.values()), 0)}


def _headcount(childcare: Childcare) -> pd.DataFrame:
    """Hours and children of twenty settings in the three terms of the base year."""
    rows = []
    for setting in childcare.headcounted().itertuples():
        pattern = "stretched" if setting.kind == DAY else "term_time"
        for term in TERMS:
            for age in AGES:
                each = {**A_CHILD, "working_parent": 13} if age == "age_3_4" else A_CHILD       # beyond the universal hours
                rows += [(setting.ref, ay_label(cast.BASE), term, age, kind, pattern,
                          "" if kind == "vacant" else children_of(kind, hours, each[kind], pattern), hours)
                         for kind, hours in use_of_room(setting, age, term).items() if hours > 0]
    columns = ["setting_ref", "ay", "term", "age_band", "entitlement", "pattern", "children", "hours_week"]
    return pd.DataFrame(rows, columns=columns)


def children_of(kind: str, hours: int, each: float, pattern: str) -> int:
    """Children who use so many hours a week: so many that none has more than its entitlement, which stretched is less a week."""
    most = each if kind == "paid" or pattern == "term_time" else each * TERM_WEEKS / OPEN[DAY][1]
    return math.ceil(hours / most)


def _childminders(childcare: Childcare) -> pd.DataFrame:
    """Childminders ward by ward."""
    hours, weeks = MINDED
    return pd.DataFrame({
        "area_code": list(childcare.ward_codes), "childminders": childcare.childminders,
        "places": childcare.childminders * EACH_MINDS, "hours_week": hours, "weeks_year": weeks, "occupancy": OCCUPANCY,
        "funded_share": FUNDED})


def _clubs(childcare: Childcare, schools: Schools) -> pd.DataFrame:
    """Clubs with their times and the schools that they serve: the two nearest primary schools."""
    clubs = childcare.settings[childcare.settings["kind"] == CLUB]
    primary = schools.table[schools.table["kind"] == "primary"]
    where = primary[["easting", "northing"]].to_numpy(dtype="float64")
    rows = []
    for n, club in enumerate(clubs.itertuples()):
        away = np.hypot(*(where - np.array([club.easting, club.northing])).T)
        nearest = primary["urn"].to_numpy()[np.argsort(away, kind="stable")[:2]]
        early = n % 3 != 0
        rows.append((club.ref, club.name, club.postcode, " ".join(nearest), CLUB_PLACES if early else "", CLUB_PLACES,
                     CLUB_PLACES if n % 2 else "", "07:45" if early else "", "18:00" if n % 4 else "17:30",
                     50 if n % 2 else "", 10 if n % 2 else "", 4, 11, n % 5))
    columns = ["club_ref", "club_name", "postcode", "schools_served", "places_am", "places_pm", "places_holiday", "opens",
               "closes", "holiday_hours_week", "holiday_weeks", "youngest", "oldest", "waiting"]
    return pd.DataFrame(rows, columns=columns)
