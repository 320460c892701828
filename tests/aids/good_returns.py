"""A return that is as it should be, cut from the invented council to a few planning areas, with a bulge class to come.

`good` makes it from the tables of a run of the council, with what it is held against.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sufficiency.scap.checks.known import Known, known_of
from sufficiency.scap.layouts import Return
from sufficiency.scap.making import return_of

CODE, BASE = "990", 2025
BULGE, BULGE_YEARS = 30, 3
CELLS = ("pupils", "homes", "school_pupils", "places", "returned_areas", "funded_sites")


@dataclass(frozen=True)
class Good:
    """A return without a fault, and what it is held against."""

    returned: Return
    known: Known
    bulge_school: str
    unplanned: str  # a school of one phase whose places do not change, counted by the council itself


def good(tables: Mapping[str, pd.DataFrame]) -> Good:
    """The return of four primary and three secondary areas: the estate's, those of planned changes, and others."""
    kept = _cut(tables, _areas(tables))
    school = _whole_school(kept)
    places = kept["places"]
    for later in range(BULGE_YEARS):
        there = places["urn"].eq(school) & places["ay"].eq(BASE + 1 + later) & places["nc_year"].eq(later)
        places = places.assign(yg_places=places["yg_places"].where(~there, places["yg_places"] + BULGE))
    plan = {
        "urn": school,
        "kind": "bulge",
        "ay": BASE + 1,
        "ay_to": float("nan"),
        "nc_year_from": 0,
        "nc_year_to": 0,
        "places": BULGE,
        "fills_upwards": False,
        "note": "",
        "site_ref": "",
        "funding": "basic_need",
        "standing": "committed",
    }
    kept |= {"places": places, "planned_places": pd.concat([kept["planned_places"], pd.DataFrame([plan])], ignore_index=True)}
    still = _whole_school({**kept, "places": places[places["urn"].ne(school)]})
    return Good(return_of(kept, CODE, BASE), known_of(kept, CODE, BASE), school, still)


def _areas(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The estate's areas, those of the schools with firm plans, and one more of each phase."""
    sites, plans, places = tables["funded_sites"], tables["planned_places"], tables["places"]
    estate = sites[sites["site_ref"].eq("ESTATE")].drop_duplicates("phase")["planning_area_code"]
    moving = places.loc[places["urn"].isin(plans.loc[plans["ay"] > BASE + 1, "urn"]), ["phase", "planning_area_code"]]
    more = places.drop_duplicates("phase")["planning_area_code"]
    return sorted({*estate, *moving.drop_duplicates()["planning_area_code"].head(3), *more})


def _cut(tables: Mapping[str, pd.DataFrame], areas: list[str]) -> dict[str, pd.DataFrame]:
    """The tables of some areas alone; what others project is cut in proportion."""
    kept = {name: table.reset_index(drop=True) for name, table in tables.items()}
    kept |= {name: kept[name][kept[name]["planning_area_code"].isin(areas)].reset_index(drop=True) for name in CELLS}
    urns = set(kept["places"]["urn"])
    register = tables["return_register"]
    kept["return_register"] = register[register["urn"].isin(urns) | ~register["mainstream"].astype("bool")].reset_index(drop=True)
    for name in ("schools", "return_census", "planned_places"):
        kept[name] = kept[name][kept[name]["urn"].isin(urns)].reset_index(drop=True)
    of = tables["specialist_capacity"]
    kept["specialist_capacity"] = of[of["urn"].isin({*urns, *kept["return_register"]["urn"]})].reset_index(drop=True)
    whole, part = (each["pupils"].groupby(["phase", "ay"])["pupils"].sum() for each in (tables, kept))
    supplied = tables["supplied_projection"]
    share = [part[row.phase, row.ay] / whole[row.phase, row.ay] for row in supplied.itertuples()]
    kept["supplied_projection"] = supplied.assign(pupils=supplied["pupils"] * share)
    return kept


def _whole_school(tables: Mapping[str, pd.DataFrame]) -> str:
    """A school from Reception to Year 6 whose places the council has counted, and which nothing is planned for."""
    places = tables["places"]
    ours = places[places["basis"].eq("yg_places") & ~places["urn"].isin(tables["planned_places"]["urn"])]
    groups = ours[ours["ay"].eq(BASE)].groupby("urn")["nc_year"].nunique()
    sizes = ours.groupby(["urn", "nc_year"])["yg_places"].nunique().groupby("urn").max()
    return str(min(urn for urn in groups.index if groups[urn] == 7 and sizes[urn] == 1))
