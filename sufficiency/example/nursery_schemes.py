"""Childcare schemes of the invented council: rooms for babies where these closed, nursery classes, a nursery at the edge.

Families of the edge use nurseries across the border; in their own area there are hardly any. The list for it begins with what is
cheap: two small rooms in a hired building. They stand where the nursery would be, so whoever builds them first has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.childcare_settings import edge_area
from sufficiency.example.scheme_rows import NOW, PRICES, Row, at, of_area

if TYPE_CHECKING:
    from sufficiency.example.county import County

EDGE_SITE, EDGE_GROUP = "NEW-EDGE", "edge"
EDGE_NURSERY = {"under_2": 24, "age_2": 32, "age_3_4": 48}
EDGE_POUNDS, POD_POUNDS = 1_250, {"under_2": (6, 95), "age_2": (8, 105)}  # places and thousands of pounds
ROOMS = ((2, 26, 210), (9, 26, 220), (12, 12, 110), (30, 16, 130))  # area, places of three-year-olds, thousands of pounds
CLASSES = ((2, 190), (9, 200), (31, 185))  # area, thousands of pounds of a nursery class
CLASS = 26
CARE: Row = {"kind": "nursery_expansion", "phase": "early_years", "earliest_start": ay_label(NOW), "lead_years": 1,
             "choice": "free", "price_base": PRICES, "quality": "met"}  # fmt: skip
IN_SCHOOL: Row = {"phase": "early_years", "nc_year_from": "", "nc_year_to": "", "lead_years": 1, "quality": "met"}


def nursery_schemes(county: County) -> list[Row]:
    """Every scheme for children under five, and care round the school day."""
    return [*_babies(county), *_rooms(county), *_classes(county), *_edge(county), *_school(county)]


def nursery_places() -> pd.DataFrame:
    """What the nursery at the edge has room for, age by age."""
    rows = [("edge-nursery", 0, band, places) for band, places in EDGE_NURSERY.items()]
    return pd.DataFrame(rows, columns=["scheme_id", "after", "age_band", "places"])


def award_school(county: County) -> str:
    """URN of the school that the grant for nurseries in schools was awarded to."""
    return str(_own_school(county)["urn"])


def _settings(county: County, a: int, band: str) -> pd.DataFrame:
    """Settings of a planning area that take an age."""
    table = county.childcare.settings
    return table[(table["area"] == a) & table[band].gt(0)].reset_index(drop=True)


def _room(setting: pd.Series, code: str, what: str, band: str, places: int, pounds: int, **more: object) -> Row:
    """A room in a private setting: its owner decides, and a grant to it is a subsidy or not."""
    return CARE | {"scheme_id": code, "name": f"{setting['name']}: {what}", "site_id": setting["ref"], "age_band": band,
                   "places": places, "thousand_pounds": pounds, "decides": "owner", "consent": "given",
                   "subsidy_check": "minimal_assistance"} | more  # fmt: skip


def _babies(county: County) -> list[Row]:
    """Rooms for babies where two of them closed."""
    table = _settings(county, cast.BABIES_AREA, "under_2")
    return [
        _room(table.iloc[0], "babies-a", "room for babies", "under_2", 12, 165),
        _room(table.iloc[1], "babies-b", "room for babies", "under_2", 9, 120, subsidy_check="not_checked"),
        _room(table.iloc[2], "babies-c", "room of three-year-olds made over to babies", "under_2", 9, 70),
    ]


def _rooms(county: County) -> list[Row]:
    """Rooms for three- and four-year-olds in areas that lack them."""
    return [
        _room(setting, f"room-{k + 1}", "room for three-year-olds", "age_3_4", places, pounds)
        for k, (a, places, pounds) in enumerate(ROOMS)
        for _, setting in _settings(county, a, "age_3_4").head(1).iterrows()
    ]


def _classes(county: County) -> list[Row]:
    """Nursery classes in schools that have none."""
    found = []
    for k, (a, pounds) in enumerate(CLASSES):
        schools = of_area(county, a)
        school = schools.sort_values("nursery", kind="stable").iloc[0]  # one without a nursery, where there is one
        found.append(at(school, f"class-{k + 1}", "nursery class", "nursery_expansion", NOW, age_band="age_3_4", places=CLASS,
                        thousand_pounds=pounds, **IN_SCHOOL))  # fmt: skip
    return found


def _edge(county: County) -> list[Row]:
    """A whole nursery in an empty building, or two small rooms there."""
    a = edge_area(county.land)
    small = county.land.codes[int(np.flatnonzero(county.land.area == a)[0])]
    here: Row = CARE | {"site_id": EDGE_SITE, "lsoa_code": small, "decides": "authority", "consent": "not_needed",
                        "exclusive_group": EDGE_GROUP}  # fmt: skip
    name = county.land.area_names[a]
    nursery = here | {"scheme_id": "edge-nursery", "name": f"{name}: nursery in the old depot", "kind": "new_nursery",
                      "thousand_pounds": EDGE_POUNDS, "note": "places by age in scheme_places"}  # fmt: skip
    pods = [here | {"scheme_id": f"edge-pod-{band.replace('_', '-')}", "name": f"{name}: hired room", "age_band": band,
                    "places": places, "thousand_pounds": pounds} for band, (places, pounds) in POD_POUNDS.items()]  # fmt: skip
    return [nursery, *pods]


def _own_school(county: County) -> pd.Series:
    school = of_area(county, cast.BABIES_AREA)
    return school[school["nursery"]].iloc[0] if school["nursery"].any() else school.iloc[0]


def _school(county: County) -> list[Row]:
    """A new nursery where one closes; a school with an award for two-year-olds, and care before and after its day."""
    closing = county.childcare.playing("closing").iloc[0]
    own = _own_school(county)
    return [
        CARE | {"scheme_id": "new-nursery", "name": "New nursery where one closes", "site_id": "NEW-NURSERY",
                "lsoa_code": county.land.codes[int(closing["small_area"])], "kind": "new_nursery", "age_band": "age_3_4",
                "places": 26, "thousand_pounds": 540, "decides": "authority", "consent": "not_needed", "lead_years": 2},
        at(own, "school-nursery", "room for two-year-olds", "nursery_expansion", NOW, age_band="age_2", places=16,
           thousand_pounds=150, route="award", route_risk="low", **IN_SCHOOL),
        at(own, "breakfast-club", "care before and after school", "wraparound", NOW, age_band="age_5_7", places=24,
           thousand_pounds=25, **(IN_SCHOOL | {"phase": "school_age_care"})),
    ]  # fmt: skip
