"""A world that can be worked out on paper: two primary areas side by side and a secondary one, three years ahead, no new homes.

In `north` 70 children a year group and 60 places, in `south` 40 and 60; in `upper` 150 and 160. Without chance north lacks 10
places in each of seven year groups and the others none.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sufficiency.assumptions import Assumptions
from sufficiency.housing.homes import Homes
from sufficiency.intervals.calibration import Calibration, Errors
from sufficiency.intervals.chance import Central
from sufficiency.intervals.fitting import GROUPS, OF_PHASE
from sufficiency.joint.world import World

YEARS = (2026, 2027, 2028)
CODES, PHASES = ("north", "south", "upper"), ("primary", "primary", "secondary")
PUPILS, PLACES = (70.0, 40.0, 150.0), (60.0, 60.0, 160.0)


def small_world(times: float = 1.0, spare: float = 0.0) -> World:
    """The world; times: as many children; spare: places more in each year group of every area."""
    shape = (len(YEARS), len(CODES), GROUPS)
    pupils, places = np.zeros(shape), np.full(shape, np.nan)
    for a, (phase, children, held) in enumerate(zip(PHASES, PUPILS, PLACES, strict=True)):
        pupils[:, a, OF_PHASE[phase]] = children * times
        places[:, a, OF_PHASE[phase]] = held + spare
    width = np.array([[0.01, 0.02, 0.04], [0.02, 0.03, 0.05], [0.03, 0.04, 0.06]])
    errors = Errors(60.0, width, width.mean(axis=1), 3)
    found = {(level, phase): errors for level in ("authority", "school") for phase in ("primary", "secondary")}
    central = Central(pupils, np.zeros(shape), CODES, PHASES, np.zeros((len(YEARS), 0, GROUPS)), (), {}, 1)
    none, still = np.zeros((0, 4)), np.zeros((len(YEARS) + 1, len(CODES), GROUPS))
    flags = np.zeros((len(CODES), GROUPS), dtype="bool")
    homes = Homes(None, range(2025, 2029), CODES, {}, none, (), np.zeros(4), none, still, flags, ~flags, Assumptions(), still)
    return World(central, places, YEARS, {"primary": 3, "secondary": 3}, Calibration(found), homes, CODES)


def with_places(world: World, more: float) -> World:
    """The same world with more places everywhere."""
    return replace(world, places=world.places + more)


def plan_tables() -> dict[str, pd.DataFrame]:
    """The tables of a plan: a form of 6 places at north's school from 2026, opening year by year from Reception up.

    Of north's cohort of 2026 the plan places 6 at home and 3 in south, 4 km away, of whom transport costs £1.5k each; of that of
    2027 all at home.
    """
    return {
        "plan": pd.DataFrame({"scheme_id": ["form", "never"], "chosen": [True, False],
                              "opens_ay": pd.array([2026, None], dtype="Int64")}),
        "plan_placed": pd.DataFrame({"group_id": ["north:0:2026", "north:0:2026", "north:0:2027"], "site_id": ["n", "s", "n"],
                                     "children": [6.0, 3.0, 5.0]}),
        "capital_adds": pd.DataFrame({"scheme_id": "form", "after": [0, 1, 1, 2, 2, 2], "nc_year": [0, 0, 1, 0, 1, 2],
                                      "places": 6.0}),
        "capital_schemes": pd.DataFrame({"scheme_id": ["form", "never"], "site_id": ["n", "s"], "phase": "primary"}),
        "capital_sites": pd.DataFrame({"site_id": ["n", "s"], "area_code": ["north", "south"]}),
        "capital_groups": pd.DataFrame({"group_id": ["north:0:2026", "north:0:2027"], "area_code": "north", "phase": "primary"}),
        "capital_links": pd.DataFrame({
            "group_id": ["north:0:2026", "north:0:2026", "north:0:2027"], "site_id": ["n", "s", "n"],
            "kind": ["home", "next_door", "home"], "km": [1.0, 4.0, 2.0], "transport": [0.0, 1.5, 0.0]}),
    }
