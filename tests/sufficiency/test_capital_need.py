"""Who lacks a place and what is free, worked out on paper: a full area, one with room beside it, and children who sit already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from planning_areas.lookup import lookup_from
from sufficiency.assumptions import Assumptions
from sufficiency.capital.free import free_places
from sufficiency.capital.need import Need, school_need
from sufficiency.capital.nursery_need import hours_of_a_place, nursery_need
from sufficiency.capital.reach import neighbours, walked_km, ways

BASE = 2025
NO_MARGIN = Assumptions(operating_margin=0.0)
Cell = tuple[str, int, int, float, float, float]


def balance(*cells: Cell) -> pd.DataFrame:
    """Rows of a balance: area, ay, nc_year, pupils, places, residents."""
    table = pd.DataFrame(cells, columns=["planning_area_code", "ay", "nc_year", "pupils", "yg_places", "residents"])
    return table.assign(phase="primary", headroom=1 - table["pupils"] / table["yg_places"])


def need(*cells: Cell, settings: Assumptions = NO_MARGIN, junior: bool = False) -> Need:
    lows = pd.DataFrame({"planning_area_code": ["A", "A"], "phase": "primary", "nc_year_low": [0, 3 if junior else 0]})
    return school_need(balance(*cells), lows, BASE, settings)


def lacking(found: Need) -> dict[tuple[str, int, int], float]:
    return {(r.group_id, r.ay, r.nc_year): r.children for r in found.cells.itertuples()}


def hidden(found: Need) -> dict[tuple[int, int], float]:
    return {(r.ay, r.nc_year): r.hidden for r in found.hidden.itertuples()}


def test_a_cohort_is_followed_from_its_entry_and_hidden_need_stands_apart() -> None:
    """70 pupils for 60 places and 74 who live there: 10 lack a place and 4 sit elsewhere; a year later 1 and 3 of one cohort."""
    found = need(("A", 2026, 0, 70, 60, 74), ("A", 2027, 1, 61, 60, 64), ("A", 2027, 0, 50, 60, 50))
    assert lacking(found) == {("A:0:2026", 2026, 0): 10.0, ("A:0:2026", 2027, 1): 1.0}
    assert found.cells["material"].all(), "the year of entry decides, for all years of the cohort"
    assert hidden(found) == {(2026, 0): 4.0, (2027, 1): 3.0}


def test_where_schools_are_not_full_nobody_is_turned_away() -> None:
    away = need(("A", 2026, 0, 50, 60, 90))
    assert away.groups.empty and away.hidden.empty
    full = need(("A", 2026, 0, 58, 60, 90))
    assert full.groups.empty and hidden(full) == {(2026, 0): 30.0}, "who is turned away sits elsewhere, and is not counted twice"


def test_children_who_sit_already_are_counted_where_they_sit_and_are_no_case_for_capital() -> None:
    found = need(("A", 2026, 1, 75, 60, 95), ("A", 2027, 2, 60, 60, 95))
    assert lacking(found) == {("A:0:2025", 2026, 1): 15.0, ("A:0:2025", 2027, 2): 0.0}
    assert not found.cells["material"].any()


def test_a_small_shortfall_is_managed_in_year_and_carries_no_margin() -> None:
    settings = replace(NO_MARGIN, operating_margin=0.1)
    assert lacking(need(("A", 2026, 0, 64, 60, 60), settings=settings)) == {("A:0:2026", 2026, 0): 4.0}
    large = need(("A", 2026, 0, 70, 60, 70), settings=settings)
    assert lacking(large)["A:0:2026", 2026, 0] == pytest.approx(17.0) and large.cells["material"].all()
    assert large.short["lacking"].tolist() == [10.0], "whether it is material is judged without the margin"


def test_a_cohort_lists_all_its_years_and_one_that_is_only_tight_is_left_out() -> None:
    settings = replace(NO_MARGIN, operating_margin=0.1)
    assert need(("A", 2026, 0, 60, 60, 60), settings=settings).groups.empty
    found = need(("A", 2026, 0, 70, 60, 70), ("A", 2027, 1, 55, 60, 55), settings=settings)
    assert lacking(found)["A:0:2026", 2027, 1] == 0.0


def test_where_there_are_junior_schools_children_are_placed_again_in_year_3() -> None:
    found = need(("A", 2026, 2, 70, 60, 60), ("A", 2027, 3, 70, 60, 60), junior=True)
    assert set(found.groups["group_id"]) == {"A:0:2024", "A:3:2027"}
    assert found.cells.set_index("group_id")["material"].to_dict() == {"A:0:2024": False, "A:3:2027": True}


def test_areas_without_known_places_are_named() -> None:
    told = need(("A", 2026, 0, 70, float("nan"), 70))
    assert told.groups.empty and "places are not known in 1 planning areas: A" in told.notes[0].text


def test_free_places_lie_where_seats_stand_empty_and_are_no_more_than_the_area_has_over() -> None:
    """School one has 8 seats empty and two is 5 over: the area has 3 over, all at the first; with the margin still fewer."""
    places = pd.DataFrame({
        "urn": ["1", "2"],
        "planning_area_code": "A",
        "phase": "primary",
        "ay": 2026,
        "nc_year": 0,
        "yg_places": [30.0, 30.0],
    })
    pupils = pd.DataFrame({"urn": ["1", "2"], "ay": 2026, "nc_year": 0, "pupils": [22.0, 35.0]})
    for margin, free in ((0.0, 3.0), (0.02, 60 - 57 * 1.02)):
        found = need(("A", 2026, 0, 57, 60, 57), settings=replace(NO_MARGIN, operating_margin=margin))
        rows = free_places(places, pupils, found.spare)
        assert rows["urn"].tolist() == ["1"] and rows["places"].tolist() == pytest.approx([free])


def test_next_door_needs_a_flow_or_a_declared_link(town: Callable[..., object]) -> None:
    """Of 100 children of West 12 go to East's school and 3 to North's; North is declared besides, with its own distance."""
    schools = [("1", "West", "", 0, 6, 0.0, 0.0), ("2", "East", "", 0, 6, 5000.0, 0.0), ("3", "North", "", 0, 6, 0.0, 900.0)]
    made = town(schools, {urn: {2022: [10.0] * 7} for urn in "123"})
    flows = pd.DataFrame({"lsoa_code": "E01000001", "urn": ["1", "2", "3"], "phase": "primary", "pupils": [85.0, 12.0, 3.0]})
    pairs = pd.DataFrame({"origin": ["E01000001"], "destination": ["West"], "weight": [1.0]})
    homes = {"primary": lookup_from(pairs, ["E01000001"], ["East", "North", "West"])}
    frame, evidence = replace(made.frame, homes=homes), made.with_tables(attended_flows=flows).evidence
    alone = neighbours(evidence, frame, Assumptions())
    assert alone[["phase", "planning_area_code", "relief_area_code", "share", "basis"]].to_numpy().tolist() == [
        ["primary", "West", "East", 0.12, "flow"]
    ]
    relief = pd.DataFrame({"planning_area_code": ["West"], "relief_area_code": ["North"], "km": [2.5], "reference": ["policy"]})
    both = neighbours(made.with_tables(attended_flows=flows, relief_links=relief).evidence, frame, Assumptions())
    assert both["relief_area_code"].tolist() == ["East", "North"] and both["basis"].tolist() == ["flow", "declared"]
    groups = pd.DataFrame({"group_id": ["g"], "area_code": "West", "phase": "primary"})
    sites = pd.DataFrame({
        "site_id": ["1", "2", "3"],
        "phase": "primary",
        "area_code": ["West", "East", "North"],
        "easting": [0.0, 5000.0, 0.0],
        "northing": [0.0, 0.0, 900.0],
    })
    found = ways(groups, sites, both, {"West": (0.0, 0.0)}, Assumptions(transport_cost=1000.0)).set_index("site_id")
    assert found["kind"].to_dict() == {"1": "home", "2": "next_door", "3": "next_door"}
    assert found["km"].to_dict() == pytest.approx({"1": 0.0, "2": 6.5, "3": 2.5})
    assert found["transport"].to_dict() == {"1": 0.0, "2": 1.0, "3": 0.0}, "only beyond the way that a child is to walk"
    upper = sites.assign(site_id=["u1", "u2", "u3"], phase="secondary")
    older = ways(groups.assign(phase="secondary"), upper, both, {"West": (0.0, 0.0)}, Assumptions())
    assert older["kind"].tolist() == ["home"], "a way that primary children go is none for secondary ones"
    rooms = ways(groups.assign(phase="early_years"), sites.assign(phase="early_years"), both, {"West": (0.0, 0.0)}, Assumptions())
    assert rooms["kind"].tolist() == ["home", "next_door", "next_door"], "families of young children go where primary ones go"
    assert walked_km() == pytest.approx({"primary": 3.218688, "secondary": 4.828032})


def test_childcare_is_short_by_the_hours_of_its_worst_term() -> None:
    assert (
        hours_of_a_place(Assumptions()) == pytest.approx(42.5) and hours_of_a_place(Assumptions(plan_hours_of_a_place=30.0)) == 30
    )
    rows = [
        ("A", 2026, "autumn", "age_2", 0.0),
        ("A", 2026, "summer", "age_2", 425.0),
        ("A", 2026, "summer", "under_2", 85.0),
        ("B", 2026, "summer", "age_2", float("nan")),
        ("A", BASE, "summer", "age_2", 900.0),
    ]
    table = pd.DataFrame(rows, columns=["area_code", "ay", "term", "age_band", "hours_short"])
    found = nursery_need(table.assign(level="planning_area", measure="all"), BASE, Assumptions())
    assert {r.group_id: (r.nc_year, r.children, r.material) for r in found.cells.itertuples()} == {
        "A:age_2:2026": (-2, pytest.approx(10.0), True),
        "A:under_2:2026": (-3, pytest.approx(2.0), False),
    }
    assert any("not known whether childcare is short in 1 planning areas" in note.text for note in found.notes)
