"""Planning areas: every school in one a phase, every small area somewhere, shapes without gaps, and how it knows is told."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import town

from sufficiency.areas.area_codes import one_phase_a_code
from sufficiency.areas.areas import AreaFrame, draw_areas
from sufficiency.assumptions import Assumptions
from sufficiency.evidence import Evidence

A, B, C, D, E = town.WEST_PRIMARY, town.INFANT, town.JUNIOR, town.EAST_PRIMARY, town.SECONDARY
CATCH_ALL = "9991000"


def schools(*more: dict[str, Any]) -> pd.DataFrame:
    """A primary and an infant/junior pair in the west, a primary in the east, a secondary in the middle."""
    rows = [
        {
            "urn": A,
            "school_name": "West Primary",
            "nc_year_low": 0,
            "nc_year_high": 6,
            "capacity": 210.0,
            "easting": 451_000.0,
        },
        {
            "urn": B,
            "school_name": "West Infant",
            "nc_year_low": 0,
            "nc_year_high": 2,
            "capacity": 90.0,
            "easting": 452_500.0,
        },
        {
            "urn": C,
            "school_name": "West Junior",
            "nc_year_low": 3,
            "nc_year_high": 6,
            "capacity": 120.0,
            "easting": 452_600.0,
        },
        {
            "urn": D,
            "school_name": "East Primary",
            "nc_year_low": 0,
            "nc_year_high": 6,
            "capacity": 420.0,
            "easting": 457_000.0,
        },
        {
            "urn": E,
            "school_name": "Middle High",
            "nc_year_low": 7,
            "nc_year_high": 13,
            "capacity": 1200.0,
            "easting": 454_000.0,
        },
        *more,
    ]
    fixed = {"capacity_sixth_form": 0.0, "northing": 351_000.0, "district_code": "E07000001", "district_name": "Westford"}
    return pd.DataFrame([{**fixed, "laestab": f"999{i:04d}", **row} for i, row in enumerate(rows, 1)])


def member(urn: str, code: str, phase: str = "primary") -> dict[str, str]:
    return {"urn": urn, "phase": phase, "planning_area_code": code}


OWN_LIST = [member(A, "W"), member(B, "W"), member(C, "W"), member(D, "E"), member(E, "S", "secondary")]
PEOPLE = [{"lsoa_code": code, "year": 2022, "age": age, "persons": 10.0} for code in town.SMALL_AREAS for age in range(18)]


def drawn(listed: pd.DataFrame | None = None, catch_all: tuple[str, ...] = (), **tables: Any) -> AreaFrame:
    every = {"lsoas": town.lsoas(), "population": PEOPLE, **tables}
    return draw_areas(town.evidence(every), schools() if listed is None else listed, Assumptions(catch_all_codes=catch_all))


def told(frame: AreaFrame) -> str:
    return " | ".join(f"{note.text}; {note.loses}" for note in frame.notes)


def areas_of(frame: AreaFrame, phase: str = "primary") -> dict[str, str]:
    mine = frame.members[frame.members["phase"] == phase]
    return dict(zip(mine["urn"], mine["planning_area_code"], strict=True))


def basis_of(frame: AreaFrame, urn: str) -> str:
    return str(frame.members.set_index("urn").loc[urn, "basis"])


# who belongs where


def test_the_councils_own_list_comes_first() -> None:
    frame = drawn(area_members=OWN_LIST, capacity=[line("9990001", "8990001")])
    assert areas_of(frame) == {A: "W", B: "W", C: "W", D: "E"}
    assert areas_of(frame, "secondary") == {E: "S"}
    assert set(frame.members["basis"]) == {"the council's list"}


def line(laestab: str, code: str, ay: int = 2014, phase: str = "primary", urn: str = "", name: str = "") -> dict[str, Any]:
    return {
        "laestab": laestab,
        "urn": urn,
        "school_name": name,
        "ay": ay,
        "phase": phase,
        "planning_area_code": code,
        "capacity": 210.0,
        "capacity_sixth_form": np.nan,
        "nor": np.nan,
    }


def test_published_codes_the_latest_first_then_a_predecessors() -> None:
    lines = [line("9990001", "P1"), line("9990001", "P9", 2022), line("9998888", "P2"), line("9990004", "P3")]
    links = [{"urn": B, "link_urn": "100088", "link_name": "", "link_type": "Predecessor", "link_date": ""}]
    census = [town.counted("100088", laestab="9998888", ay=2020)]
    frame = drawn(capacity=lines, school_links=links, census_schools=census)
    assert areas_of(frame)[A] == "P9" and basis_of(frame, A) == "SCAP, May 2023"
    assert areas_of(frame)[B] == "P2" and basis_of(frame, B) == "SCAP, May 2015, as its predecessor 100088"


def test_a_predecessor_whose_number_nobody_tells_is_found_by_its_name_if_that_is_the_only_one() -> None:
    def linked(*names: str) -> AreaFrame:
        lines = [line("9990001", "P1"), *(line(f"999777{i}", f"P{i}", name=name) for i, name in enumerate(names, 2))]
        link = {"urn": B, "link_urn": "100088", "link_name": "OLD  Hall Infant", "link_type": "Predecessor", "link_date": ""}
        return drawn(capacity=lines, school_links=[link])

    frame = linked("Old Hall Infant", "Other School")
    assert (
        areas_of(frame)[B] == "P2" and basis_of(frame, B) == "SCAP, May 2015, as its predecessor 100088, found by its name"
    )
    assert basis_of(linked("Old Hall Infant", "Old Hall Infant"), B).startswith("joins its neighbours")


def test_a_new_school_joins_its_neighbours_and_it_says_so() -> None:
    new = {
        "urn": "100006",
        "school_name": "New East",
        "nc_year_low": 0,
        "nc_year_high": 6,
        "capacity": 210.0,
        "easting": 456_800.0,
    }
    frame = drawn(schools(new), area_members=OWN_LIST)
    assert areas_of(frame)["100006"] == "E"
    assert basis_of(frame, "100006") == "joins its neighbours: East Primary"
    assert "1 primary schools have no planning area in any publication and join that of their neighbours: New East" in told(
        frame
    )


def test_a_catch_all_code_is_no_area() -> None:
    lines = [line("9990001", "W"), line("9990002", "W"), line("9990003", CATCH_ALL), line("9990004", "E")]
    frame = drawn(catch_all=(CATCH_ALL,), capacity=lines)
    assert areas_of(frame) == {A: "W", B: "W", C: "W", D: "E"}
    assert basis_of(frame, C).startswith(f"listed under the catch-all code {CATCH_ALL}; joins its neighbours: West")
    assert CATCH_ALL not in set(frame.names["planning_area_code"])
    assert "1 primary schools stand under a code that is no area" in told(frame)
    assert "ours, not the council's" in told(frame)


def test_a_code_other_than_the_catch_all_wins_even_if_older() -> None:
    lines = [line("9990001", "W", 2014), line("9990001", CATCH_ALL, 2022), line("9990004", "E")]
    assert areas_of(drawn(catch_all=(CATCH_ALL,), capacity=lines))[A] == "W"


def test_a_school_without_a_place_joins_the_largest_area() -> None:
    lost = {
        "urn": "100006",
        "school_name": "Nowhere",
        "nc_year_low": 0,
        "nc_year_high": 6,
        "capacity": 30.0,
        "easting": np.nan,
    }
    frame = drawn(schools(lost), area_members=OWN_LIST)
    assert areas_of(frame)["100006"] == "W" and "it has no place" in basis_of(frame, "100006")


def test_without_any_area_districts_stand_in_and_without_districts_the_authority() -> None:
    listed = schools()
    listed.loc[listed["urn"] == D, ["district_code", "district_name"]] = ["E07000002", "Eastham"]
    frame = drawn(listed)
    assert areas_of(frame) == {
        A: "E07000001-primary",
        B: "E07000001-primary",
        C: "E07000001-primary",
        D: "E07000002-primary",
    }
    assert "no primary planning areas are given: districts stand in for them" in told(frame)
    nowhere = drawn(schools().assign(district_code="", district_name=""))
    assert set(areas_of(nowhere).values()) == {"999-primary"}
    assert "the whole authority stands in" in told(nowhere)


def test_one_code_in_both_phases_becomes_two_wherever_it_is_named() -> None:
    known = town.evidence({
        "area_members": [*OWN_LIST[:4], member(E, "W", "secondary")],
        "area_names": [
            {"planning_area_code": "W", "phase": phase, "planning_area_name": f"Westford {phase}"}
            for phase in ("primary", "secondary")
        ],
        "transfers": [{"ay": 2022, "nc_year": g, "origin": "W", "destination": "W", "pupils": 9.0} for g in (3, 7, 10)],
    })
    own, notes = one_phase_a_code(known, ())
    assert own.area_members["planning_area_code"].tolist() == ["W", "W", "W", "E", "W (secondary)"]
    assert own.area_names["planning_area_code"].tolist() == ["W", "W (secondary)"]
    flows = own.transfers[["nc_year", "origin", "destination"]].to_numpy().tolist()
    assert flows == [[3, "W", "W"], [7, "W", "W (secondary)"], [10, "W (secondary)", "W (secondary)"]]
    assert "codes that stand for a primary and a secondary area: W" in notes[0].text
    frame = draw_areas(own, schools(), Assumptions())
    assert areas_of(frame, "secondary") == {E: "W (secondary)"}
    assert frame.names.set_index("planning_area_code").loc["W (secondary)", "planning_area_name"] == "Westford secondary"
    assert one_phase_a_code(known, ("W",)) == (known, ()), "a catch-all code is no area"


def test_a_school_with_sites_in_two_areas_stands_where_most_of_its_places_are_and_it_is_told() -> None:
    lines = [
        {**line("9990001", "P1"), "capacity": 105.0},
        {**line("9990001", "P2"), "capacity": 315.0},
        line("9990004", "P1"),
    ]
    frame = drawn(capacity=lines)
    assert areas_of(frame)[A] == "P2"
    assert "schools with sites in several planning areas: West Primary" in told(frame)


def test_an_all_through_school_has_an_area_in_each_phase() -> None:
    both = {
        "urn": "100007",
        "school_name": "Through",
        "nc_year_low": 0,
        "nc_year_high": 11,
        "capacity": 1260.0,
        "easting": 454_000.0,
    }
    listed = [*OWN_LIST, member("100007", "E"), member("100007", "S", "secondary")]
    frame = drawn(schools(both), area_members=listed)
    assert areas_of(frame)["100007"] == "E" and areas_of(frame, "secondary")["100007"] == "S"


def test_names_are_the_councils_or_say_the_district() -> None:
    names = [{"planning_area_code": "W", "phase": "primary", "planning_area_name": "Westford town"}]
    frame = drawn(area_members=OWN_LIST, area_names=names)
    called = dict(zip(frame.names["planning_area_code"], frame.names["planning_area_name"], strict=True))
    assert called == {"W": "Westford town", "E": "Westford E", "S": "Westford S"}


def test_without_schools_the_authority_is_one_area_a_phase() -> None:
    frame = draw_areas(town.evidence({"lsoas": town.lsoas()}), schools().iloc[:0], Assumptions())
    assert list(frame.names["planning_area_code"]) == ["999-primary", "999-secondary"]
    assert frame.members.empty and frame.homes["primary"].shares.toarray().tolist() == [[1.0]] * 4
    assert frame.shapes is not None and frame.shapes.area.tolist() == [16e6, 16e6]


# where their children live


def shares_of(frame: AreaFrame, phase: str = "primary") -> dict[str, dict[str, float]]:
    lookup = frame.homes[phase]
    table = lookup.shares.toarray()
    return {
        code: {d: table[i, j] for j, d in enumerate(lookup.destinations) if table[i, j] > 0}
        for i, code in enumerate(lookup.origins)
    }


def test_children_are_given_to_the_nearest_school_with_room() -> None:
    """Small areas begin at 450, 452, 454 and 456 km; the west's schools stand at 451 to 452.6 km, the east's at 457."""
    shares = shares_of(drawn(area_members=OWN_LIST))
    west, east = {"W": 1.0}, {"E": 1.0}
    assert shares == dict(zip(town.SMALL_AREAS, [west, west, east, east], strict=True))


def test_attended_flows_beat_distance_and_what_they_leave_out_is_told() -> None:
    flows = [
        {"lsoa_code": town.SMALL_AREAS[0], "urn": A, "phase": "primary", "pupils": 30.0},
        {"lsoa_code": town.SMALL_AREAS[0], "urn": D, "phase": "primary", "pupils": 10.0},
    ]
    frame = drawn(area_members=OWN_LIST, attended_flows=flows)
    assert shares_of(frame)[town.SMALL_AREAS[0]] == {"W": 0.75, "E": 0.25}
    assert "3 small areas have no primary flows" in told(frame)


def test_totals_survive_the_crossing() -> None:
    lookup = drawn(area_members=OWN_LIST).homes["primary"]
    children = np.array([[13.0, 7.0, 0.0, 21.0], [1.0, 2.0, 3.0, 4.0]])
    assert lookup.carry(children).sum(axis=1).tolist() == pytest.approx([41.0, 10.0])


def test_every_area_with_places_gets_children_even_in_the_shadow_of_a_larger_one() -> None:
    """A village school beside a large one in the same small area: both need a share, or no child would ever be born for it."""
    tiny = {
        "urn": "100006",
        "school_name": "Village",
        "nc_year_low": 0,
        "nc_year_high": 6,
        "capacity": 35.0,
        "easting": 451_100.0,
        "northing": 351_900.0,
    }
    big = schools(tiny)
    big.loc[big["urn"] == A, "capacity"] = 9000.0
    frame = drawn(big, area_members=[*OWN_LIST, member("100006", "V")])
    given = frame.homes["primary"].carry(np.full(4, 70.0))
    assert (given > 0).all()


def test_shapes_are_indicative_and_without_gaps_or_overlaps() -> None:
    frame = drawn(area_members=OWN_LIST)
    assert isinstance(frame.shapes, gpd.GeoDataFrame)
    for _, of_phase in frame.shapes.groupby("phase"):
        assert shapely.coverage_is_valid(of_phase.geometry.to_numpy())
        assert of_phase.area.sum() == pytest.approx(16e6)
    assert "boundaries of planning areas are indicative" in told(frame)
    assert set(frame.shapes["planning_area_name"]) <= set(frame.names["planning_area_name"])


def test_an_area_that_is_first_nowhere_has_no_shape_and_that_is_told() -> None:
    flows = [
        {"lsoa_code": code, "urn": urn, "phase": "primary", "pupils": n}
        for code in town.SMALL_AREAS
        for urn, n in ((A, 30.0), (D, 10.0))
    ]
    frame = drawn(area_members=OWN_LIST, attended_flows=flows)
    assert "no small area sends most of its children to Westford E" in told(frame)


def test_without_small_areas_there_are_no_shapes_and_no_homes() -> None:
    frame = drawn(area_members=OWN_LIST, lsoas=town.lsoas().iloc[:0])
    assert frame.shapes is None and frame.homes == {}


# how good they are


def diagnosed(frame: AreaFrame) -> pd.DataFrame:
    return frame.diagnostics.set_index(["phase", "planning_area_code"])


def test_diagnostics_tell_single_schools_small_intakes_and_containment() -> None:
    flows = [
        {"lsoa_code": code, "urn": urn, "phase": "primary", "pupils": n}
        for code, urn, n in (
            (town.SMALL_AREAS[0], A, 30.0),
            (town.SMALL_AREAS[1], A, 20.0),
            (town.SMALL_AREAS[1], D, 10.0),
            (town.SMALL_AREAS[2], D, 25.0),
            (town.SMALL_AREAS[3], D, 15.0),
            (town.SMALL_AREAS[3], A, 5.0),
        )
    ]
    rolls = [*town.roll(A, [25.0]), *town.roll(B, [30.0]), *town.roll(D, [70.0])]
    table = diagnosed(drawn(area_members=OWN_LIST, attended_flows=flows, school_roll=rolls))
    west, east = table.loc[("primary", "W")], table.loc[("primary", "E")]
    assert (west["schools"], west["intake"], east["schools"], east["intake"]) == (3, 55.0, 1, 70.0)
    assert west["containment"] == pytest.approx(50 / 60) and west["from_outside"] == pytest.approx(5 / 55)
    assert east["containment"] == pytest.approx(40 / 45) and east["from_outside"] == pytest.approx(10 / 50)
    assert west["looks"] == "fewer than 60 enter a year: noisy" and east["looks"] == "one school only"


def test_permuted_rows_give_the_same_areas() -> None:
    one = drawn(area_members=OWN_LIST)
    shuffled: Evidence = town.evidence({
        "lsoas": town.lsoas().iloc[::-1].reset_index(drop=True),
        "population": PEOPLE[::-1],
        "area_members": OWN_LIST[::-1],
    })
    two = draw_areas(shuffled, schools().iloc[::-1].reset_index(drop=True), Assumptions())
    pd.testing.assert_frame_equal(one.members, two.members)
    assert shares_of(one) == shares_of(two)


def test_a_small_area_belongs_wholly_to_its_largest_and_an_area_without_one_keeps_its_shares() -> None:
    """Shares .6 W, .3 E, .1 V; all to W. Then .3, .6, .1; all to E but V's tenth, which no small area goes to first."""
    flows = [
        {"lsoa_code": code, "urn": urn, "phase": "primary", "pupils": pupils}
        for code, split in zip(town.SMALL_AREAS, [(6, 3, 0), (3, 6, 1), (9, 0, 0), (0, 9, 0)], strict=True)
        for urn, pupils in zip((A, D, C), map(float, split), strict=True)
    ]
    village = [member(C, "V") if row["urn"] == C else row for row in OWN_LIST]
    lookup = drawn(area_members=village, attended_flows=flows).homes["primary"].to_largest()
    assert lookup.destinations == ("E", "V", "W")
    assert lookup.shares.toarray() == pytest.approx(np.array([[0, 0, 1], [0.9, 0.1, 0], [0, 0, 1], [1, 0, 0]]))
