"""Access by area: points of an area are one area again, and what is left out is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from planning_areas.reach import pairs_within, reach, within
from planning_areas.reach_table import AccessTable, access_by_area

POINTS = pd.DataFrame({
    "code": ["North", "North", "South", "West", "Moor"], "easting": [0.0, 4000.0, 0.0, -9000.0, 30_000.0],
    "northing": [0.0, 0.0, -3000.0, 0.0, 0.0], "demand": [30.0, 10.0, 20.0, 5.0, 0.0],
})
PLACES = pd.DataFrame({"ref": ["A", "B", "C"], "easting": [0.0, 4000.0, 50_000.0], "northing": [0.0, 0.0, 0.0]})


def table(supply: list[float], places: pd.DataFrame = PLACES) -> AccessTable:
    pairs = pairs_within(POINTS[["easting", "northing"]].to_numpy(), places[["easting", "northing"]].to_numpy(), 3500.0)
    return access_by_area(pairs, reach(pairs, within(3500.0), POINTS["demand"].to_numpy()), POINTS["code"].tolist(),
                          places["ref"].tolist(), np.array(supply))


def test_an_area_of_two_points_on_paper() -> None:
    """A's 25 places among 50 children of North's first point and South; B's 8 among the 10 of North's second; nobody near C."""
    found = table([25.0, 8.0, 7.0])
    areas = found.areas.set_index("code")
    towns = ["North", "South", "West", "Moor"]
    assert areas.loc[towns, "index"].tolist() == pytest.approx([(30 * 0.5 + 10 * 0.8) / 40, 0.5, 0.0, 0.0])
    assert areas.loc[towns, "nearest"].tolist() == pytest.approx([0.0, 3000.0, np.nan, np.nan], nan_ok=True)
    assert areas.index[areas["without_supply"]].tolist() == ["Moor", "West"] and not areas["without_demand"].any()
    assert areas["basis"].eq("straight line").all() and (areas["demand"] * areas["index"]).sum() == pytest.approx(33.0)
    assert found.settings["unreached"].tolist() == [False, False, True]
    assert found.notes == ("2 of 4 areas, with 5 of the demand, have nothing in reach (straight line)",
                           "1 settings, with 7 of the supply, are in nobody's reach")


def test_a_nursery_that_closes_is_not_the_nearest_any_more() -> None:
    areas = table([0.0, 8.0, 0.0]).areas.set_index("code")
    assert areas.loc["South", "without_supply"] and np.isnan(areas.loc["South", "nearest"])
    assert not areas.loc["North", "without_supply"]     # at one of its two points there is something


def test_places_where_nobody_lives_say_nothing() -> None:
    """A setting on the moor has no child to share it among: the moor's index is 0 and told."""
    moor = pd.DataFrame({"ref": ["D"], "easting": [30_000.0], "northing": [100.0]})
    areas = table([12.0], moor).areas.set_index("code")
    assert areas.loc["Moor", "without_demand"] and not areas.loc["Moor", "without_supply"]
    assert "1 areas have settings in reach and nobody to share them among: their index says nothing" in table([12.0], moor).notes
