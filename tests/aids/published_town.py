"""The small town with childcare, a housing site and a capital plan, run and stored: what publications are made of in tests.

West Primary (A) is full, East Primary (D) has room. Five schemes: one built, one merger built, one not chosen, one closure, and a
room of a nursery that is built; three of them stay with officers.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import town
from nurseries import POSTCODES, childminder, counted, hours, minders, postcodes, provider

from scenarios.identity import Identity
from scenarios.runs import Run, load
from sufficiency.assumptions import Assumptions
from sufficiency.capital.story import Capital
from sufficiency.evidence import Note
from sufficiency.model import Outcome, run
from workbench.progress import Steps
from workbench.publish_run import publish_run

A, D, E, BASE = town.WEST_PRIMARY, town.EAST_PRIMARY, town.SECONDARY, town.BASE
NASTY = "<img src=x onerror=window.__pwn=1>${1+1}`"


def plan_rows() -> pd.DataFrame:
    """Five schemes: one built, one merger built, one not chosen, a closure and one of childcare that is built."""
    def row(scheme: str, kind: str, chosen: bool, **more: Any) -> dict[str, Any]:
        return {"scheme_id": scheme, "scheme_name": f"The {scheme} scheme {NASTY}", "site_id": A, "kind": kind,
                "phase": "primary", "planning_area_code": "W", "chosen": chosen,
                "opens_ay": float(BASE + 2) if chosen else float("nan"),
                "places_when_full": 30.0, "thousand_pounds": 1250.0, "thousand_pounds_a_place": 41.7,
                "running_thousand_pounds": 3.0, "decides": "authority", "consent": "not_needed", "quality": "met", "route": "",
                "cost_rests_on": "estimate", "easting": 452_500.0, "northing": 350_500.0, "children_served": 12.0,
                "child_years_served": 40.0, "why_so": f"{scheme} is so since hall-extension and old-school are weighed", **more}
    return pd.DataFrame([
        row("hall-extension", "expansion", True), row("two-in-one", "merger", True, site_id=D),
        row("second-best", "modular", False), row("old-school", "closure", False, site_id=D),
        row("nursery-room", "nursery_expansion", True, phase="early_years")])


def plan_tables() -> dict[str, pd.DataFrame]:
    years = range(BASE + 1, BASE + 4)
    money = [{"pot_id": "basic-need", "financial_year": BASE + n, "received": 2000.0 * (n == 1), "spent": 1250.0 * (n < 3),
              "left": 100.0, "lost": 0.0} for n in (1, 2, 3)]
    return {
        "plan": plan_rows(),
        "plan_pots": pd.DataFrame(money),
        "plan_funding": pd.DataFrame([{"scheme_id": name, "pot_id": "basic-need", "financial_year": BASE + 1,
                                       "thousand_pounds": 1250.0}
                                      for name in ("hall-extension", "two-in-one")]),
        "plan_areas": pd.DataFrame([{"planning_area_code": "W", "phase": "primary", "ay": ay, "lacking": 14.0,
                                     "seats_next_door": 0.0, "met_home": 12.0, "met_next_door": 0.0, "unmet": 2.0, "in_year": 0.0,
                                     "places_added": 30.0} for ay in years]),
        "plan_unmet": pd.DataFrame([{"planning_area_code": "W", "phase": "primary", "intake_ay": float(BASE + 1), "ay": BASE + 1,
                                     "nc_year": 0, "age_band": "", "lacking": 14.0, "children": 2.0,
                                     "answer": "no place in this plan"}]),
        "plan_service": pd.DataFrame([{"planning_area_code": "W", "phase": "primary", "intake_ay": float(BASE + 1),
                                       "age_band": "", "met_at": "home", "site_id": site, "relief_area_code": "",
                                       "children": 12.0, "child_years": 40.0, "km": 1.0,
                                       "transport_thousand_pounds": 0.0} for site in (A, D)]),
    }


WHY = {"frontier": [], "do_nothing": {"name": "do nothing", "told": "do nothing builds nothing", "child_years": {"high": 99.5},
                                     "pounds": {"high": 120.0}}}


@cache
def town_run() -> Outcome:
    """The small town with a full western area, childcare, a housing site and a capital plan."""
    schools = [town.school(A, f"West {NASTY}", capacity=210.0), town.school(D, "East Primary", capacity=420.0, easting=457_000.0),
               town.school(E, "Middle High", statutory_low_age=11.0, statutory_high_age=16.0, capacity=600.0, easting=454_000.0)]
    rolls = [row for ay in (BASE - 1, BASE) for row in (
        *town.roll(A, [33.0] * 7, ay), *town.roll(D, [40.0] * 7, ay), *town.roll(E, [100.0] * 5, ay, first=7))]
    births = [{"area_code": code, "cohort": cohort, "births": 1.0 if code == town.SMALL_AREAS[3] else 30.0, "basis": "cohort"}
              for code in town.SMALL_AREAS for cohort in range(BASE - 8, BASE + 4)]
    member = [{"urn": urn, "phase": phase, "planning_area_code": code}
              for urn, phase, code in ((A, "primary", "W"), (D, "primary", "E"), (E, "secondary", "S"))]
    site = {"site_ref": "N1", "site_name": f"Mill Lane {NASTY}", "status": "full", "easting": 455_000.0, "northing": 351_000.0,
            "note": ""}
    tables = {
        "schools": schools, "school_roll": rolls, "births": births, "lsoas": town.lsoas(), "area_members": member,
        "area_names": [{"planning_area_code": "W", "phase": "primary", "planning_area_name": f"West {NASTY}"}],
        "pans": [{"urn": A, "ay": BASE, "nc_year": 0, "pan": 30}],
        "housing_sites": [{**site, "financial_year": year, "dwellings": 40.0} for year in (BASE, BASE + 1, BASE + 2)],
        "postcodes": postcodes(),
        "ofsted_register": [provider("EY1"), childminder("CM1"), provider("EY2", POSTCODES[2], provider_name="=HYPERLINK(1)")],
        "settings_hours": [hours("EY1", hours_week=50, weeks_year=51)],
        "termly_headcount": [counted("EY2", "universal", 30.0, age_band="age_3_4", children=2.0)],
        "childminders": [minders("E05000002", 12, hours_week=45, weeks_year=48)],
    }
    made = run(town.evidence(tables), Assumptions(draws=20, childcare_years=1))
    notes = (*made.notes, Note("schemes", "old-school: the law presumes that a designated rural primary school is not closed"))
    return replace(made, tables={**made.tables, **plan_tables()}, notes=notes,
                   capital=Capital(plan_tables(), why=WHY))


def finished_run(place: Path) -> Run:
    """The town's run in a folder of its own, read back."""
    made = town_run()
    authority = {"name": "Testshire", "code": "999", "gss_code": "E10000099", "base_year": BASE, "districts": [],
                 "invented": False}
    told = json.loads(json.dumps(made.assumptions.__dict__, default=list))
    identity = Identity((), {"authority": authority, "assumptions": told}, 1, "")
    return load(publish_run(place / "runs", identity, made, lambda _: None))


class Silent(Steps):
    """Progress that nobody watches."""

    def __init__(self) -> None:
        super().__init__(io.StringIO())
