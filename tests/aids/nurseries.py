"""Childcare in the small town of `town.py`: rows of the register, of postcodes and of the council's own tables.

Each small area has one postcode in its middle, AB1 1AA to AB1 4AA from west to east, and wards are districts cut in two:
E05000001 holds the first small area, E05000002 the second and third, E05000003 the fourth.
"""

from __future__ import annotations

import math
from typing import Any

from town import SMALL_AREAS

POSTCODES = ["AB1 1AA", "AB1 2AA", "AB1 3AA", "AB1 4AA"]
WARDS = ["E05000001", "E05000002", "E05000002", "E05000003"]
DISTRICTS = ["E07000001", "E07000001", "E07000002", "E07000002"]
CHILDREN = dict(zip(SMALL_AREAS, [100.0, 300.0, 200.0, 0.0], strict=True))


def postcodes() -> list[dict[str, Any]]:
    """The town's four postcodes."""
    return [{"postcode": code, "easting": 451_000.0 + 2000 * i, "northing": 351_000.0, "district_code": district,
             "ward_code": ward}
            for i, (code, district, ward) in enumerate(zip(POSTCODES, DISTRICTS, WARDS, strict=True))]


def provider(urn: str, postcode: str = POSTCODES[0], places: float = 40, **more: Any) -> dict[str, Any]:
    """A row of the register; a day nursery in the west unless told otherwise."""
    cards = ("inclusion", "curriculum", "achievement", "behaviour", "welfare", "leadership", "safeguarding", "inspected_on")
    return {
        "provider_urn": urn, "provider_name": f"Nursery {urn}", "provider_type": "Childcare on non-domestic premises",
        "provider_subtype": "Full day care", "provider_status": "Active", "registered_on": "2010-09-01", "eyr": True, "ccr": True,
        "vcr": True, "at_home": False, "postcode": postcode, "la_name": "Testshire", "own": True, "constituency": "Westford",
        "places": places, "places_estimated": places, "ofsted_inspected_on": "2019-05-01", "ofsted_overall": "2",
        "ofsted_no_children": "", "ofsted_register": "", **{f"card_{c}": "" for c in cards}, **more,
    }


def childminder(urn: str, places: float = 6, **more: Any) -> dict[str, Any]:
    """A row of the register for one who works at home."""
    return provider(urn, "", places, provider_name="", provider_type="Childminder", provider_subtype="", at_home=True, **more)


def hours(ref: str, age_band: str = "", **more: Any) -> dict[str, Any]:
    """A row of the council's survey, of which nothing is known but what is given."""
    blank = {"setting_name": "", "provider_type_group": "", "postcode": "", "room": "", "pattern": "", "teacher_led": "",
             "opens_on": "",
             "closes_on": "", "note": ""}
    figures = dict.fromkeys(("places", "area_m2", "outdoor_m2", "staff", "hours_week", "weeks_year", "occupancy",
                             "funded_share"), math.nan)
    return {"setting_ref": ref, "age_band": age_band, **blank, **figures, **more}


def counted(ref: str, entitlement: str, hours_week: float, **more: Any) -> dict[str, Any]:
    """A row of the headcount: two-year-olds in the summer of 2022/23, in term time, unless told otherwise."""
    return {"setting_ref": ref, "ay": 2022, "term": "summer", "age_band": "age_2", "entitlement": entitlement,
            "pattern": "term_time", "children": math.nan, "hours_week": hours_week, **more}


def club(ref: str, **more: Any) -> dict[str, Any]:
    """A row of the clubs, of which nothing is known but what is given."""
    figures = dict.fromkeys(("places_am", "places_pm", "places_holiday", "holiday_hours_week", "holiday_weeks", "youngest",
                             "oldest",
                             "waiting"), math.nan)
    return {"club_ref": ref, "club_name": f"Club {ref}", "postcode": "", "schools_served": "", "opens": "", "closes": "",
            **figures, **more}


def minders(area_code: str, places: float, **more: Any) -> dict[str, Any]:
    """A row of the childminders by area."""
    figures = dict.fromkeys(("hours_week", "weeks_year", "occupancy", "funded_share"), math.nan)
    return {"area_code": area_code, "childminders": places / 6, "places": places, **figures, **more}
