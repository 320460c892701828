"""A capital plan on the committee map: headroom without and with its places, a sentence before and after, marks of its own."""

from __future__ import annotations

import pandas as pd
import pytest
from published_town import plan_tables

from sufficiency.assumptions import Assumptions
from workbench.plan_view import WITH, WITHOUT, plan_sayings, scheme_points, with_plan
from workbench.site_view import sites_points
from workbench.views import measures, planned

BASE = 2025
EDGES = Assumptions().rag_edges


def areas(**rows: list[float]) -> dict[str, pd.DataFrame]:
    count = len(rows["lacking"])
    frame = pd.DataFrame({"planning_area_code": ["W", "E", "S"][:count], "phase": "primary", "ay": BASE + 1, "met_home": 0.0,
                          "met_next_door": 0.0, "in_year": 0.0, "places_added": 0.0, **rows})
    return {"plan": plan_tables()["plan"], "plan_areas": frame}


def test_headroom_with_the_plan_counts_its_places_and_the_same_children() -> None:
    values = pd.DataFrame({"key": ["W", "W", "E"], "year": [BASE, BASE + 1, BASE + 1], "pupils": [205.0, 220.0, 400.0],
                           "yg_places": [210.0, 210.0, 420.0]})
    told = with_plan(values, "primary", areas(lacking=[10.0], unmet=[0.0], places_added=[30.0]), EDGES)
    assert list(told["plan_lacking"].fillna(-1)) == [-1.0, 10.0, 0.0]
    census, west, east = told["headroom_plan_percent"]
    assert pd.isna(census) and west == pytest.approx(100 * 20 / 240) and east == pytest.approx(100 * 20 / 420)
    assert told["rag_plan"].iloc[0] == "?" and told["rag_plan"].iloc[1] in {"G", "B"}
    pd.testing.assert_frame_equal(with_plan(values, "primary", {}, EDGES), values)


def test_headroom_stands_under_one_switch_without_and_with_the_plan() -> None:
    told = planned(measures("primary"), BASE)
    both = [one for one in told if one.state]
    assert [one.state for one in both] == [WITHOUT, WITH] and len({one.view for one in both}) == 1
    assert both[0].scale is both[1].scale and [one.key for one in both[1].silent] == [BASE]
    assert len(told) == len(measures("primary")) + 3


def test_a_sentence_says_who_is_without_a_place_before_and_after() -> None:
    assert plan_sayings(areas(lacking=[10.4, 1.5, 0.0], unmet=[0.0, 1.0, 0.0])) == (
        "Capital plan, primary: in 2026/27 12 children in 2 areas are without a place before it, over all year groups, and 1 "
        "child in 1 area is after it.",)
    assert plan_sayings(areas(lacking=[3.0], unmet=[0.2]))[0].endswith("and none is after it.")
    assert plan_sayings(areas(lacking=[0.0], unmet=[0.0])) == () == plan_sayings({})


def test_schemes_and_housing_sites_differ_by_shape_and_not_by_colour_alone() -> None:
    schemes = scheme_points(plan_tables())
    columns = {"site_audit": ["dwellings", "site_ref"], "housing_sites": ["site_ref"], "site_years": [
        "site_ref", "ay", "dwellings", "primary_gross", "primary_net", "secondary_gross", "secondary_net"]}
    sites = sites_points({name: pd.DataFrame(columns=told) for name, told in columns.items()}, BASE, Assumptions())
    assert schemes is not None and {schemes.mark, sites.mark} == {"triangle", "diamond"}
