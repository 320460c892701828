"""How far people go and which roads they take, from the rulebook: what `planning_areas` is given as arguments."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from planning_areas.reach import Gaussian, Zones
from planning_areas.travel import Network, in_minutes, network
from planning_areas.walking import METRES_IN_A_MILE, Limit
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


def walking_limits(on: dt.date) -> tuple[Limit, ...]:
    """The law's limits in force on a date, in metres."""
    rows = [row for row in rulebook("walking")["limits"] if row["from"] <= on and on <= row.get("to", on)]
    return tuple(
        Limit(row["name"], row["ages"][0], row["ages"][1], row["over"] * METRES_IN_A_MILE,
              row.get("up_to", np.inf) * METRES_IN_A_MILE, row.get("nearest", 1), row.get("low_income", False),
              row.get("religion", False))
        for row in rows
    )


def on_foot(links: gpd.GeoDataFrame, barred: pd.DataFrame) -> Network:
    """The ways on foot: no motorways, and nobody along links that the council calls unsafe (`barred_links`)."""
    return network(links, "walking", closed=rulebook("walking")["network"]["closed_on_foot"], barred=barred["link_id"])


def by_road(links: gpd.GeoDataFrame) -> Network:
    """The ways by road in metres, as a bus or a car goes: for the law's upper limits."""
    return network(links, "road")


def by_car(links: gpd.GeoDataFrame) -> Network:
    """The ways by car in minutes, at the rulebook's speeds without any traffic."""
    speeds, off_road = rulebook("access")["speeds"]["km_h"], rulebook("walking")["off_road"]["walking_km_h"]
    return in_minutes(links, "driving", speeds, off_road=off_road)


def decays(mode: str) -> dict[str, Zones | Gaussian]:
    """The ways in which distance counts for a mode (walking, driving, straight_line), by name, all with the same limit."""
    book = rulebook("access")
    limit = book["limits"][mode]
    edges = [share * limit for share in book["zones"]["shares"]]
    return {
        "2sfca": Zones((limit,), (1.0,)), "e2sfca": Zones((*edges[:-1], limit), tuple(book["zones"]["weights"])),
        "gaussian": Gaussian(limit),
    }


def band_of(index: float) -> str:
    """Say in a word how an index of places for each child is to be read."""
    bands = rulebook("access")["bands"]
    return str(bands["names"][int(np.searchsorted(bands["below"], index, side="right"))])
