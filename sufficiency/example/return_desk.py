"""What the council keeps for its SCAP return: specialist places and children, a projection by others, and its comments.

Special schools are those of the register; two primary schools have a SEN unit and two secondary schools resourced provision.
Specialist children are a share of the pupils in mainstream schools that grows every year. The projection of others ages the
births of the whole county, at today's pupils for each birth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import HORIZON, PHASE_YEARS, ay_label, cohort_in
from sufficiency.example import cast
from sufficiency.example.births import COHORTS
from sufficiency.example.council import area_codes
from sufficiency.example.register import OTHERS_FROM, SPECIAL
from sufficiency.example.rolls import YEARS

if TYPE_CHECKING:
    from sufficiency.example.county import County

UPPER_SPECIAL = 4               # of the special schools: academies from eleven on
PLACES = {"primary": 50, "secondary": 60}       # of a special school for all ages
UPPER_PLACES, UNIT_PLACES, PROVISION_PLACES = 130, 12, 16
NEED, GROWTH = {"primary": 0.016, "secondary": 0.024}, 1.03     # specialist children for each mainstream pupil; a year later


def return_lists(county: County) -> dict[str, pd.DataFrame]:
    """The lists for the return, by the name of their reader."""
    forecast = _forecast(county)
    counted = forecast[forecast["ay"] == ay_label(cast.BASE)]
    return {
        "specialist_capacity": _places(county), "specialist_forecast": forecast,
        "sen2_counts": counted[["ay", "phase", "provision", "children"]],
        "supplied_projection": _projection(county), "return_comments": _comments(county),
    }


def _places(county: County) -> pd.DataFrame:
    special = [str(OTHERS_FROM + n) for n in range(SPECIAL)]
    rows = [(urn, "special", phase, places) for urn in special[:-UPPER_SPECIAL] for phase, places in PLACES.items()]
    rows += [(urn, "special", "secondary", UPPER_PLACES) for urn in special[-UPPER_SPECIAL:]]
    schools = county.schools.table
    for kind, phase, provision, places in (("primary", "primary", "sen_unit", UNIT_PLACES),
                                           ("secondary", "secondary", "resourced_provision", PROVISION_PLACES)):
        ours = schools.loc[(schools["kind"] == kind) & (schools["part"] == ""), "urn"]
        rows += [(urn, provision, phase, places) for urn in ours.iloc[:2]]
    return pd.DataFrame(rows, columns=["urn", "provision", "phase", "places"])


def _forecast(county: County) -> pd.DataFrame:
    now = county.rolls.roll[YEARS.index(cast.BASE)].sum(axis=0)
    rows = [(phase, "all", ay_label(cast.BASE + k), round(now[list(PHASE_YEARS[phase])].sum() * NEED[phase] * GROWTH**k))
            for phase, years in HORIZON.items() for k in range(years + 1)]
    return pd.DataFrame(rows, columns=["phase", "provision", "ay", "children"])


def _projection(county: County) -> pd.DataFrame:
    """Births of the cohorts that are in a phase, at today's pupils for each birth of those who are in it today."""
    births = dict(zip(COHORTS, county.children.births.sum(axis=1), strict=True))
    now = county.rolls.roll[YEARS.index(cast.BASE)].sum(axis=0)
    rows = []
    for phase, years in HORIZON.items():
        groups = PHASE_YEARS[phase]
        born = [sum(births[cohort_in(g, cast.BASE + k)] for g in groups) for k in range(years + 1)]
        each = now[list(groups)].sum() / born[0]
        rows += [(ay_label(cast.BASE + k), phase, int(np.rint(each * born[k]))) for k in range(1, years + 1)]
    return pd.DataFrame(rows, columns=["ay", "phase", "pupils"])


def _comments(county: County) -> pd.DataFrame:
    """What the planner answers to what the checks find odd, and a word on the whole."""
    codes, _ = area_codes(county.schools)
    names = county.land.area_names
    rows = [
        ("", "", "the forecast was read by the heads of the districts' schools in May"),
        ("S05", codes[cast.GARDEN_AREA], f"the garden village at {names[cast.GARDEN_AREA]} is being built"),
        ("S05", codes[cast.ESTATE_AREA], f"two builders are at work on {names[cast.ESTATE_AREA]} Fields"),
        ("S03", codes[cast.ESTATE_AREA], f"places wait for the children of {names[cast.ESTATE_AREA]} Fields"),
        ("S03", codes[cast.FALLING_AREA], "fewer children are born there; a lower admission number is being consulted on"),
    ]
    return pd.DataFrame(rows, columns=["check", "planning_area_code", "comment"])
