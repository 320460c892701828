"""A council small enough to be worked out on paper, in which every rule of the capital model has something to say.

Two areas, one cohort each: 30 children of `east` and 20 of `west` need a place from September 2027 on, in Reception and then
Year 1. `hill` (east) has 10 free places in both years, `dale` (west) none. Hill can grow by half a form (`half`, 15 places) or
by a whole one (`form`, 30), not both; dale can open a new school (`new`, 60) once `road` is built; `cut` would take places from
hill. One grant of £600k in April 2026 and as much in 2027, and a deed for the east of £400k to be spent by March 2028.
"""

from __future__ import annotations

import pandas as pd
from made_councils import laid

from sufficiency.capital.choices import Choices, exchange
from sufficiency.capital.tables import Case, check_case

YEARS = (2027, 2028)
RATES = {"unmet_material": 1000.0, "unmet_small": 100.0, "km": 1.0, "cost": 0.1}


def paper_tables() -> dict[str, pd.DataFrame]:
    """The tables of the council."""

    def scheme(
        k: str,
        site: str,
        kind: str,
        group: str = "",
        lead: int = 1,
        choice: str = "free",
        consent: str = "given",
        quality: str = "met",
        purpose: str = "mainstream",
    ) -> tuple[object, ...]:
        return (k, site, kind, "primary", purpose, 2026, lead, group, choice, "authority", consent, quality)

    fills = [(0, 0), (1, 0), (1, 1)]
    named: dict[str, list[tuple[object, ...]]] = {
        "groups": [("e27", "east", "primary", True), ("w27", "west", "primary", False)],
        "cells": [
            ("e27", 2027, 0, 30, True),
            ("e27", 2028, 1, 28, False),
            ("w27", 2027, 0, 20, True),
            ("w27", 2028, 1, 20, False),
        ],
        "sites": [("hill", "east", 30.0), ("dale", "west", float("nan"))],
        "free": [("hill", 2027, 0, 10), ("hill", 2028, 1, 10)],
        "links": [("e27", "hill", "home", 1.0, 0.0), ("e27", "dale", "next_door", 4.0, 1.5), ("w27", "dale", "home", 0.5, 0.0)],
        "schemes": [
            scheme("half", "hill", "expansion", "hill"),
            scheme("form", "hill", "expansion", "hill", lead=2),
            scheme("new", "dale", "new_school"),
            scheme("road", "dale", "modular", choice="must"),
            scheme("cut", "hill", "pan_cut", choice="must_not", consent="asked", quality="not_met"),
            scheme("rooms", "dale", "new_nursery", purpose="early_years"),
        ],
        "adds": [(k, a, n, p) for k, p in (("half", 15), ("form", 30), ("new", 60), ("cut", -5)) for a, n in fills],
        "costs": [
            ("half", -1, 300.0),
            ("form", -1, 200.0),
            ("form", 0, 400.0),
            ("new", -1, 500.0),
            ("new", 0, 500.0),
            ("road", 0, 50.0),
            ("rooms", 0, 100.0),
        ],
        "precedences": [("new", "road", 0)],
        "deadlines": [("road", 2027)],
        "receipts": [
            ("grant", 2026, 600.0, 2030, "received"),
            ("grant", 2027, 600.0, 2030, "due"),
            ("deed", 2026, 400.0, 2027, "received"),
        ],
        "ringfences": [
            ("grant", "mainstream", "primary", "allowed", "determination"),
            ("deed", "mainstream", "primary", "allowed", "deed"),
            ("grant", "early_years", "primary", "member_decision", "determination"),
        ],
        "pot_areas": [("deed", "east")],
    }
    return laid(named)


def paper_case(**changed: pd.DataFrame) -> Case:
    """The council, with some tables changed."""
    return check_case(YEARS, paper_tables() | changed)


ALL_RULES = Choices(
    exchange(RATES, gap=0.0),
    everyone_placed=True,
    equity_floor=True,
    smallest_new_school={"primary": 420.0},
    forced={"half": True},
)
"""Choices under which every rule writes at least one row."""

PLAIN = Choices(exchange(RATES, gap=0.0))
