"""Schemes of the invented council beyond its primary schools: secondary schools, rooms for babies, care round the school day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.scheme_rows import NOW, PRICES, Row, at, of_area, of_upper

if TYPE_CHECKING:
    from sufficiency.example.county import County

UPPER_AREA, BORDER_AREA = 3, 18  # secondary planning areas that lack places by residence


def upper_schemes(county: County) -> list[Row]:
    """Secondary schools: one cohort that a bulge carries, an area that lacks places for good, and the border."""
    bulge = of_upper(county, int(county.schools.table["secondary_area"].iloc[county.schools.playing("bulge_secondary")[0]]))
    upper, border = of_upper(county, UPPER_AREA), of_upper(county, BORDER_AREA)
    years: Row = {"phase": "secondary", "nc_year_from": "Y7", "nc_year_to": "Y11"}
    return [
        at(bulge.iloc[0], "upper-bulge", "bulge class", "bulge", NOW, places=30, thousand_pounds=360, quality="met", **years),
        at(
            bulge.iloc[1],
            "upper-bulge-1fe",
            "a form of entry",
            "expansion",
            NOW,
            places=30,
            thousand_pounds=5_300,
            quality="met",
            **years,
        ),
        at(
            upper.iloc[1],
            "upper-a-1fe",
            "a form of entry",
            "expansion",
            NOW,
            places=30,
            thousand_pounds=4_900,
            quality="met",
            site_limit=300,
            **years,
        ),
        at(
            upper.iloc[1],
            "upper-a-hall",
            "a further form with hall",
            "expansion",
            NOW,
            places=30,
            thousand_pounds=6_100,
            quality="met",
            site_limit=300,
            **years,
        ),
        at(upper.iloc[2], "upper-b-1fe", "a form of entry", "expansion", NOW, places=30, quality="needs_judgement", **years),
        at(
            upper.iloc[0],
            "upper-c-modular",
            "modular block for five years",
            "modular",
            NOW,
            places=20,
            years_open=5,
            thousand_pounds=1_350,
            quality="met",
            **years,
        ),
        at(
            border.iloc[0],
            "border-2fe",
            "two forms of entry on a hard site",
            "expansion",
            NOW,
            places=60,
            thousand_pounds=17_900,
            quality="met",
            route="significant_change",
            route_risk="medium",
            exclusive_group="border",
            **years,
        ),
        at(
            border.iloc[1],
            "border-1fe",
            "a form of entry",
            "expansion",
            NOW,
            places=30,
            thousand_pounds=5_400,
            quality="met",
            exclusive_group="border",
            consent="refused",
            note="the trust does not wish to grow",
            **years,
        ),
    ]


def nursery_schemes(county: County) -> list[Row]:
    """Rooms for babies where these closed, a nursery where one closes, and care round the school day."""
    settings = county.childcare.settings
    babies = settings[(settings["area"] == cast.BABIES_AREA) & settings["under_2"].gt(0)].reset_index(drop=True)
    closing = county.childcare.playing("closing").iloc[0]
    school = of_area(county, cast.BABIES_AREA)
    own = school[school["nursery"]].iloc[0] if school["nursery"].any() else school.iloc[0]
    small = county.land.codes[int(closing["small_area"])]
    care: Row = {
        "kind": "nursery_expansion",
        "phase": "early_years",
        "earliest_start": ay_label(NOW),
        "choice": "free",
        "price_base": PRICES,
        "quality": "met",
    }

    def rooms(k: int, code: str, what: str, band: str, places: int, pounds: int, **more: object) -> Row:
        setting = babies.iloc[k]
        return (
            care
            | {
                "scheme_id": code,
                "name": f"{setting['name']}: {what}",
                "site_id": setting["ref"],
                "age_band": band,
                "places": places,
                "thousand_pounds": pounds,
                "decides": "owner",
                "consent": "given",
                "subsidy_check": "minimal_assistance",
            }
            | more
        )

    return [
        rooms(0, "babies-a", "room for babies", "under_2", 12, 165),
        rooms(1, "babies-b", "room for babies", "under_2", 9, 120, subsidy_check="not_checked"),
        rooms(2, "babies-c", "room of three-year-olds made over to babies", "under_2", 9, 70),
        rooms(3, "babies-d", "extension for babies", "under_2", 15, 330, consent="asked"),
        rooms(4, "twos-a", "room for two-year-olds", "age_2", 12, 140),
        care
        | {
            "scheme_id": "new-nursery",
            "name": "New nursery where one closes",
            "site_id": "NEW-NURSERY",
            "lsoa_code": small,
            "kind": "new_nursery",
            "age_band": "age_3_4",
            "places": 26,
            "thousand_pounds": 540,
            "decides": "authority",
            "consent": "not_needed",
        },
        at(
            own,
            "school-nursery",
            "nursery in the school",
            "nursery_expansion",
            NOW,
            phase="early_years",
            nc_year_from="",
            nc_year_to="",
            age_band="age_2",
            places=16,
            lead_years=1,
            thousand_pounds=150,
            quality="met",
            route="award",
            route_risk="low",
        ),
        at(
            own,
            "breakfast-club",
            "care before and after school",
            "wraparound",
            NOW,
            phase="school_age_care",
            nc_year_from="",
            nc_year_to="",
            age_band="age_5_7",
            places=24,
            thousand_pounds=25,
            quality="met",
        ),
    ]


def award_school(county: County) -> str:
    """URN of the school that the grant for nurseries in schools was awarded to."""
    return next(str(row["site_id"]) for row in nursery_schemes(county) if row["scheme_id"] == "school-nursery")
