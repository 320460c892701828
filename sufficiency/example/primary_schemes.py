"""Schemes of the invented council: what could be built, changed or closed at its primary schools.

Each group has its trap: a bulge beside a permanent form where the need does not last; a new school beside half forms; a deed's
places; a smaller admission number that is only an ask; a school that warns against growing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.council import area_codes
from sufficiency.example.scheme_rows import NOW, PRICES, Row, at, of_area

if TYPE_CHECKING:
    from sufficiency.example.county import County

ASKED_CUT, SAVED_BY_CUT = 15, 62  # places a year group; thousands of pounds a year


def primary_schemes(county: County) -> list[Row]:
    """Every scheme for places in primary schools, and what becomes of empty ones."""
    return [*_town(county), *_popular(county), *_estate(county), *_falling(county), *_mobile(county)]


def _town(county: County) -> list[Row]:
    """The area that is 18 short in one September: a bulge is enough, a permanent form is too much."""
    schools = of_area(county, cast.SHORT_AREA)
    group: Row = {"exclusive_group": "town-north"}
    return [
        at(schools.iloc[1], "town-bulge", "bulge class", "bulge", NOW, places=30, thousand_pounds=310, quality="met", **group),
        at(
            schools.iloc[0],
            "town-1fe",
            "a form of entry",
            "expansion",
            NOW,
            places=30,
            thousand_pounds=4_700,
            quality="met",
            site_limit=210,
            route="prescribed_alteration",
            route_risk="medium",
            **group,
        ),
    ]


def _popular(county: County) -> list[Row]:
    """The popular school and its neighbours, all full: half forms, a bulge a year, a modular building, or a new school."""
    a, b, c = (school for _, school in of_area(county, cast.POPULAR_AREA).iterrows())
    area = area_codes(county.schools)[0][cast.POPULAR_AREA]
    change = {"route": "significant_change", "route_risk": "medium"}
    new: Row = {
        "scheme_id": "popular-new",
        "name": f"{county.land.area_names[cast.POPULAR_AREA]}: new school of two forms",
        "site_id": "NEW-POPULAR",
        "planning_area_code": area,
        "kind": "new_school",
        "phase": "primary",
        "nc_year_from": "R",
        "nc_year_to": "Y6",
        "places": 60,
        "earliest_start": ay_label(NOW),
        "thousand_pounds": 14_600,
        "price_base": PRICES,
        "running_thousand_pounds": 240,
        "choice": "free",
        "route": "presumption",
        "route_risk": "high",
        "decides": "authority",
        "consent": "not_needed",
        "quality": "met",
        "exclusive_group": "popular-large",
    }
    return [
        new,
        at(
            a,
            "popular-half",
            "half a form of entry",
            "expansion",
            NOW,
            places=15,
            thousand_pounds=2_450,
            site_limit=210,
            quality="met",
            **change,
        ),
        at(
            a,
            "popular-2nd-half",
            "a second half form",
            "expansion",
            NOW,
            places=15,
            thousand_pounds=2_950,
            site_limit=210,
            quality="met",
            note="needs the first",
            **change,
        ),
        at(
            b,
            "tanyard-1fe",
            "a form of entry",
            "expansion",
            NOW,
            places=30,
            thousand_pounds=5_900,
            site_limit=240,
            quality="needs_judgement",
            exclusive_group="popular-large",
            **change,
        ),
        at(b, "tanyard-bulge", "bulge class", "bulge", NOW, places=30, thousand_pounds=380, quality="needs_judgement"),
        at(
            c,
            "westgate-half",
            "half a form of entry",
            "expansion",
            NOW,
            places=15,
            quality="met",
            site_limit=210,
            route="prescribed_alteration",
            route_risk="low",
            note="no estimate yet",
        ),
        at(
            c,
            "westgate-modular",
            "modular building for five years",
            "modular",
            NOW,
            places=15,
            years_open=5,
            thousand_pounds=690,
            quality="met",
            exclusive_group="westgate",
        ),
        at(c, "westgate-bulge", "bulge class", "bulge", NOW, places=30, quality="met", exclusive_group="westgate"),
    ]


def _estate(county: County) -> list[Row]:
    """The estate and the garden village: places for children of new homes."""
    estate, garden = of_area(county, cast.ESTATE_AREA), of_area(county, cast.GARDEN_AREA)
    deed = {"note": "deed of the estate"}
    return [
        at(
            estate.iloc[3],
            "estate-half",
            "half a form of entry",
            "expansion",
            NOW,
            places=15,
            quality="met",
            site_limit=105,
            **deed,
        ),
        at(
            garden.iloc[0],
            "garden-modular",
            "modular building until the village has its school",
            "modular",
            NOW,
            places=15,
            years_open=4,
            thousand_pounds=720,
            quality="met",
        ),
        at(
            garden.iloc[5],
            "garden-half",
            "half a form of entry",
            "expansion",
            NOW,
            places=10,
            quality="not_met",
            note="warning notice of March",
        ),
    ]


def _falling(county: County) -> list[Row]:
    """The pair that empties: what would help is not the council's to decide, or goes against a presumption."""
    academy, rural, other = (of_area(county, cast.FALLING_AREA).iloc[k] for k in (0, 1, 2))
    return [
        at(
            academy,
            "academy-cut",
            f"admission number down by {ASKED_CUT}",
            "pan_cut",
            NOW,
            places=-ASKED_CUT,
            thousand_pounds=0,
            price_base="",
            running_thousand_pounds=-SAVED_BY_CUT,
            consent="asked",
            route="admission_number",
            route_risk="medium",
            note="asked of the trust in June; no answer",
        ),
        at(
            academy,
            "academy-nursery",
            "nursery in two empty classrooms",
            "nursery_expansion",
            NOW,
            phase="early_years",
            nc_year_from="",
            nc_year_to="",
            age_band="age_3_4",
            places=26,
            thousand_pounds=140,
            quality="met",
            note="places given over are kept as a hall",
        ),
        at(
            rural,
            "rural-closure",
            "closure",
            "closure",
            NOW,
            places=-15,
            thousand_pounds=0,
            price_base="",
            running_thousand_pounds=-180,
            designated_rural="yes",
            decides="authority",
            consent="asked",
            route_risk="high",
            note="listed because members asked",
        ),
        at(
            rural,
            "rural-mixed",
            f"federation with {other['name']}",
            "merger",
            NOW,
            places=-5,
            thousand_pounds=60,
            running_thousand_pounds=-45,
            designated_rural="yes",
            decides="governing_body",
            consent="asked",
            route_risk="medium",
        ),
    ]


def _mobile(county: County) -> list[Row]:
    """Two classrooms in the place of the mobile one whose permission ends."""
    school = county.schools.table.iloc[int(county.schools.playing("mobile")[0])]
    years: Row = {"nc_year_from": "Y5", "nc_year_to": "Y6", "quality": "met", "lead_years": 2}
    return [
        at(school, "mobile-replaced", "two classrooms for the mobile one", "modular", NOW, places=cast.MOBILE_PLACES,
           thousand_pounds=690, note="parents' petition, 12 May", **years),
    ]  # fmt: skip
