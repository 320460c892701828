"""What the capital team keeps: schemes that could be built, which waits for which, pots of money and what ties them.

The pots nearly suffice. Other traps than those of the schemes: a deed of the garden village whose date passes before its homes
are built; a deed whose years run out; a high-needs grant that no table of demand stands behind; an award to one school; sums
that wait for a signature, or for another council's word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.council import GARDEN_DEED, area_codes
from sufficiency.example.nursery_schemes import award_school, nursery_places, nursery_schemes
from sufficiency.example.primary_schemes import primary_schemes
from sufficiency.example.scheme_rows import NOW, Row
from sufficiency.example.upper_schemes import UPPER_AREA, upper_schemes

if TYPE_CHECKING:
    from sufficiency.example.county import County

BASIC_NEED = ((NOW, "received", 6_200), (NOW + 1, "due", 6_000), (NOW + 2, "due", 5_000))
CARRIED = 1_400  # of the grant of the year before
HIGH_NEEDS, CHILDCARE, AWARD, CIL, BORROWED = 2_500, (1_100, 700), 150, 900, 600
ESTATE_SUM, ESTATE_TRIGGER = 1_240, 150  # thousands of pounds, due with that home of the estate
GARDEN_SUM = 4_300
OLD_DEED, OLD_DEED_ON, OLD_DEED_YEARS = 1_150, f"{NOW - 2}-06-30", 5
TOWN_DEED = 620
COLUMNS = [
    "scheme_id", "name", "site_id", "planning_area_code", "lsoa_code", "kind", "phase", "nc_year_from", "nc_year_to",
    "age_band", "places", "years_open", "earliest_start", "lead_years", "thousand_pounds", "price_base",
    "running_thousand_pounds", "exclusive_group", "choice", "site_limit", "route", "route_risk", "decides", "consent",
    "designated_rural", "subsidy_check", "quality", "note",
]  # fmt: skip
POT_COLUMNS = [
    "pot_id", "name", "kind", "financial_year", "thousand_pounds", "status", "received_on", "deed", "site_ref", "trigger",
    "trigger_homes", "due_on", "spend_within_years", "spend_by", "index_name", "index_base", "purpose", "phase", "tied_to",
    "note",
]  # fmt: skip

POT_NAMES = {
    "basic-need": "Basic Need", "high-needs": "High needs capital", "childcare": "Childcare expansion grant",
    "school-nursery": "School-based nurseries award", "cil": "Community Infrastructure Levy", "borrowing": "Prudential borrowing",
    "estate-primary": "Deed of the estate, primary", "garden-primary": "Deed of the garden village, primary",
    "mill-primary": "Old deed of the mill, primary", "hall-secondary": "Deed of the hall, secondary",
    "town-primary": "Offer in the town, unsigned",
}  # fmt: skip


def capital_tables(county: County) -> dict[str, pd.DataFrame]:
    """The team's lists, by the name of their reader."""
    schemes = [*primary_schemes(county), *upper_schemes(county), *nursery_schemes(county)]
    order = [
        ("popular-2nd-half", "popular-half", 1, "the second half form stands on the first's foundations"),
        ("upper-a-hall", "upper-a-1fe", 0, "the hall serves the larger school"),
    ]
    return {
        "schemes": _table(schemes, COLUMNS),
        "scheme_places": nursery_places(),
        "scheme_order": pd.DataFrame([row[:3] for row in order], columns=["scheme_id", "needs_scheme_id", "years"]),
        "pots": _table(_pots(county), POT_COLUMNS),
        "ring_fences": pd.DataFrame(
            [("basic-need", "send", "special", "never", "cabinet, 14 July: members keep the grant for mainstream places")],
            columns=["pot_id", "purpose", "phase", "standing", "reference"],
        ),
        "relief_links": pd.DataFrame(_relief(county), columns=["planning_area_code", "relief_area_code", "km", "reference"]),
    }


def _table(rows: list[Row], columns: list[str]) -> pd.DataFrame:
    """A list with blanks where a row says nothing."""
    return pd.DataFrame([[row.get(name, "") for name in columns] for row in rows], columns=columns, dtype="object")


def _pots(county: County) -> list[Row]:
    """Grants and loans by their years, and deeds by what makes them due."""
    return [row | {"name": POT_NAMES[str(row["pot_id"])]} for row in (*_grants(county), *_deeds(county))]


def _grants(county: County) -> list[Row]:
    """What comes in a year that is known: grants, the levy, an award and what may be borrowed."""
    basic_need: list[Row] = [
        {"pot_id": "basic-need", "kind": "basic_need", "financial_year": ay_label(fy), "thousand_pounds": sum_, "status": status}
        for fy, status, sum_ in BASIC_NEED
    ]
    care: list[Row] = [
        {
            "pot_id": "childcare",
            "kind": "childcare",
            "financial_year": ay_label(NOW + k),
            "thousand_pounds": pounds,
            "status": status,
        }
        for k, (pounds, status) in enumerate(zip(CHILDCARE, ("received", "due"), strict=True))
    ]
    return [
        {
            "pot_id": "basic-need",
            "kind": "basic_need",
            "financial_year": ay_label(NOW - 1),
            "thousand_pounds": CARRIED,
            "status": "received",
            "note": "carried forward",
        },
        *basic_need,
        {
            "pot_id": "high-needs",
            "kind": "high_needs",
            "financial_year": ay_label(NOW),
            "thousand_pounds": HIGH_NEEDS,
            "status": "received",
        },
        *care,
        {
            "pot_id": "school-nursery",
            "kind": "school_nursery",
            "financial_year": ay_label(NOW),
            "thousand_pounds": AWARD,
            "status": "received",
            "spend_by": f"{NOW + 2}-03-31",
            "tied_to": award_school(county),
        },
        {"pot_id": "cil", "kind": "cil", "financial_year": ay_label(NOW + 1), "thousand_pounds": CIL, "status": "due"},
        {
            "pot_id": "borrowing",
            "kind": "borrowing",
            "financial_year": ay_label(NOW + 1),
            "thousand_pounds": BORROWED,
            "status": "due",
            "note": "within the limit that council set in February",
        },
    ]


def _deeds(county: County) -> list[Row]:
    """What developers owe: due by homes, by a date, received long ago, or not signed."""
    primary, secondary = area_codes(county.schools)
    deed: Row = {
        "kind": "s106",
        "purpose": "mainstream",
        "phase": "primary",
        "status": "due",
        "index_name": "BCIS TPI",
        "index_base": f"{NOW - 2}Q1",
        "spend_within_years": 10,
    }
    return [
        deed
        | {
            "pot_id": "estate-primary",
            "thousand_pounds": ESTATE_SUM,
            "deed": "S106/ESTATE",
            "site_ref": cast.ESTATE_REF,
            "trigger": "occupied",
            "trigger_homes": ESTATE_TRIGGER,
            "tied_to": primary[cast.ESTATE_AREA],
        },
        deed
        | {
            "pot_id": "garden-primary",
            "thousand_pounds": GARDEN_SUM,
            "deed": "S106/GARDEN",
            "site_ref": "GARDEN",
            "trigger": "completed",
            "trigger_homes": cast.GARDEN_TRIGGER,
            "spend_within_years": "",
            "spend_by": GARDEN_DEED,
            "tied_to": primary[cast.GARDEN_AREA],
        },
        deed
        | {
            "pot_id": "mill-primary",
            "thousand_pounds": OLD_DEED,
            "status": "received",
            "received_on": OLD_DEED_ON,
            "deed": "S106/MILL",
            "spend_within_years": OLD_DEED_YEARS,
            "index_name": "",
            "index_base": "",
            "tied_to": primary[cast.POPULAR_AREA],
        },
        deed
        | {
            "pot_id": "hall-secondary",
            "phase": "secondary",
            "thousand_pounds": 980,
            "deed": "S106/HALL",
            "trigger": "date",
            "due_on": f"{NOW + 1}-10-01",
            "tied_to": secondary[UPPER_AREA],
        },
        deed
        | {
            "pot_id": "town-primary",
            "thousand_pounds": TOWN_DEED,
            "status": "unsigned",
            "deed": "in draft",
            "financial_year": ay_label(NOW + 2),
            "tied_to": primary[cast.SHORT_AREA],
        },
    ]


def _relief(county: County) -> list[tuple[object, ...]]:
    """Areas of the town relieve one another, as the council has declared."""
    primary, secondary = area_codes(county.schools)
    short, beside = primary[cast.SHORT_AREA], [primary[a] for a in cast.SHORT_TOWN if a != cast.SHORT_AREA]
    town = [(short, code, 1.8, "school organisation plan, 2.4") for code in beside]
    return [*town, (secondary[UPPER_AREA], secondary[UPPER_AREA + 1], 7.5, "school organisation plan, 3.1")]
