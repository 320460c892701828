"""Places open: each basis, carried forward and carried up, and every planned change on its date; a slow loop is the oracle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughly import cases

from planning_areas.boundaries import Members
from sufficiency.assumptions import Assumptions
from sufficiency.estate.places import COLUMNS, places_open
from sufficiency.evidence import Authority, Evidence, Note, PlannedPlaces, empty

YEARS = range(2022, 2030)
A, J, S, T = "100001", "100002", "100003", "100004"     # a primary, a junior, an 11-18 school, an all-through school


@dataclass(frozen=True)
class Frame:
    """As much of an AreaFrame as places need."""

    members: pd.DataFrame
    names: pd.DataFrame = field(default_factory=pd.DataFrame)


SCHOOLS = pd.DataFrame(
    [(A, "Ash Primary", 0, 6, 240.0, 0.0), (J, "Jay Junior", 3, 6, 240.0, 0.0), (S, "Sorrel School", 7, 13, 1000.0, 250.0),
     (T, "Thyme Academy", 0, 13, 1400.0, 200.0)],
    columns=["urn", "school_name", "nc_year_low", "nc_year_high", "capacity", "capacity_sixth_form"],
)
FRAME = Frame(pd.DataFrame(
    [(A, "primary", "P1", "given"), (J, "primary", "P1", "given"), (S, "secondary", "S1", "given"),
     (T, "primary", "P2", "given"), (T, "secondary", "S1", "given")],
    columns=list(Members.to_schema().columns),
))
PLAN_COLUMNS = list(PlannedPlaces.to_schema().columns)


Row = tuple[object, ...]


def plan(urn: str, kind: str, ay: int, low: int, high: int, places: int, *, to: float = math.nan, fills: bool = False) -> Row:
    return (urn, kind, ay, to, low, high, places, fills, "", "", "", "")


def evidence(given: Sequence[Row] = (), pans: Sequence[Row] = (), plans: Sequence[Row] = ()) -> Evidence:
    tables = {
        "yg_places": pd.DataFrame(given, columns=["urn", "ay", "nc_year", "yg_places"]) if given else empty("yg_places"),
        "pans": pd.DataFrame(pans, columns=["urn", "ay", "nc_year", "pan"]) if pans else empty("pans"),
        "planned_places": pd.DataFrame(plans, columns=PLAN_COLUMNS) if plans else empty("planned_places"),
    }
    return Evidence(Authority("999", "Invented", "", 2022), tables)


def opened(*, schools: pd.DataFrame = SCHOOLS, **tables: Sequence[Row]) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    return places_open(evidence(**tables), schools, FRAME, YEARS, Assumptions())


def row(table: pd.DataFrame, urn: str, ay: int) -> list[float]:
    """Places of a school in a year, by year group."""
    mine = table[(table["urn"] == urn) & (table["ay"] == ay)].sort_values("nc_year")
    return mine["yg_places"].tolist()


def test_a_school_has_no_places_before_it_opens() -> None:
    dated = SCHOOLS.assign(open_date=["2024-09-01", "", "2025-01-06", "1998-04-01"])
    table, _ = opened(schools=dated)
    assert [row(table, A, ay)[0] > 0 for ay in (2022, 2023, 2024, 2025)] == [False, False, True, True]
    assert [row(table, S, ay)[0] > 0 for ay in (2023, 2024)] == [False, True], "January 2025 is in 2024/25"
    assert row(table, T, 2022)[0] > 0 and row(table, J, 2022)[0] > 0


def text(notes: tuple[Note, ...]) -> str:
    return " | ".join(note.text for note in notes)


def test_capacity_is_shared_by_statutory_year_groups_without_sixth_form_or_nursery() -> None:
    table, notes = opened()
    assert list(table.columns) == COLUMNS
    assert row(table, S, 2022) == [150.0] * 5, "(1000 - 250) / 5"
    assert row(table, T, 2022) == [100.0] * 12, "(1400 - 200) / 12, split by year groups"
    assert row(table, J, 2022) == [60.0] * 4
    assert set(table["basis"]) == {"capacity"}
    assert set(table["nc_year"]) == set(range(12))
    assert notes == ()


def test_a_school_of_both_phases_stands_in_both_areas_and_is_counted_once() -> None:
    table, _ = opened()
    mine = table[(table["urn"] == T) & (table["ay"] == 2022)]
    assert mine.groupby("planning_area_code")["nc_year"].apply(list).to_dict() == {"P2": [*range(7)], "S1": [*range(7, 12)]}
    assert mine["yg_places"].sum() == 1200.0


def test_rule_12_capacity_is_not_pan_times_year_groups() -> None:
    table, _ = opened(pans=[(A, 2022, 0, 30)], plans=[plan(A, "bulge", 2023, 0, 0, 15)])
    assert SCHOOLS.loc[0, "capacity"] == 240.0
    assert sum(row(table, A, 2022)) == 210.0, "PAN 30 carried up seven year groups"
    assert sum(row(table, A, 2023)) == 225.0, "and a bulge class above the PAN"
    assert set(table.loc[table["urn"] == A, "basis"]) == {"pan"}


def test_a_pan_is_carried_up_with_the_cohort_it_admitted() -> None:
    table, _ = opened(pans=[(A, 2020, 0, 30), (A, 2022, 0, 45), (A, 2024, 0, 40)])
    #                            R   1   2   3   4   5   6
    assert row(table, A, 2022) == [45, 30, 30, 30, 30, 30, 30], "before 2020 the earliest known"
    assert row(table, A, 2024) == [40, 45, 45, 30, 30, 30, 30]
    assert row(table, A, 2026) == [40, 40, 40, 45, 45, 30, 30], "after 2024 the latest known"


def test_a_junior_school_carries_up_its_year_3_pan_and_no_other() -> None:
    table, _ = opened(pans=[(J, 2022, 3, 60), (J, 2023, 3, 64)])
    assert row(table, J, 2023) == [64, 60, 60, 60]


def test_the_reception_pan_of_an_all_through_school_stops_at_year_6() -> None:
    table, _ = opened(pans=[(T, 2022, 0, 60)])
    assert row(table, T, 2022) == [60.0] * 7 + [100.0] * 5
    assert list(table[(table["urn"] == T) & (table["ay"] == 2022)]["basis"]) == ["pan"] * 7 + ["capacity"] * 5
    table, _ = opened(pans=[(T, 2022, 0, 60), (T, 2022, 7, 120)])
    assert row(table, T, 2022) == [60.0] * 7 + [120.0] * 5


def test_a_middle_school_carries_its_year_5_pan_through_to_year_8() -> None:
    schools = SCHOOLS.replace({"nc_year_low": {0: 5}, "nc_year_high": {6: 8}}).query("urn == @A or urn == @T")
    schools = schools.assign(nc_year_low=5, nc_year_high=8)
    frame = Frame(FRAME.members[FRAME.members["urn"] == T])
    table, _ = places_open(evidence(pans=[(T, 2022, 5, 90)]), schools, frame, YEARS, Assumptions())
    assert row(table, T, 2022) == [90.0] * 4
    assert list(table[table["ay"] == 2022]["phase"]) == ["primary"] * 2 + ["secondary"] * 2


def test_a_later_pan_within_a_phase_is_read_as_the_whole_year_group_and_said() -> None:
    table, notes = opened(pans=[(A, 2022, 0, 30), (A, 2022, 3, 60)])
    assert row(table, A, 2022) == [30, 30, 30, 60, 60, 60, 60]
    assert "Ash Primary (100001)" in text(notes) and "newcomers" in text(notes)


def test_year_group_places_come_first_and_are_carried_forward_moving_nothing() -> None:
    table, _ = opened(given=[(A, 2022, g, 30 + 10 * (g == 1)) for g in range(7)] + [(A, 2024, 0, 20)], pans=[(A, 2022, 0, 60)])
    assert row(table, A, 2022) == [30, 40, 30, 30, 30, 30, 30]
    assert row(table, A, 2023) == [30, 40, 30, 30, 30, 30, 30], "nothing moves up"
    assert row(table, A, 2025) == [20, 40, 30, 30, 30, 30, 30], "the latest given for each year group"
    assert set(table.loc[table["urn"] == A, "basis"]) == {"yg_places"}


def test_before_the_first_year_given_the_next_basis_serves() -> None:
    table, _ = opened(given=[(A, 2024, g, 50) for g in range(7)], pans=[(A, 2022, 0, 30)])
    assert row(table, A, 2023) == [30] * 7
    assert row(table, A, 2024) == [50] * 7


def test_a_school_without_capacity_is_missing_and_named() -> None:
    schools = SCHOOLS.assign(capacity=[math.nan, 240.0, 200.0, 1400.0])
    table, notes = opened(schools=schools)
    assert np.isnan(row(table, A, 2022)).all()
    assert np.isnan(row(table, S, 2022)).all(), "capacity 200 less sixth form 250 leaves nothing to go by"
    assert row(table, J, 2022) == [60.0] * 4
    assert "Ash Primary (100001), Sorrel School (100003)" in text(notes)
    assert "cannot be told" in notes[0].loses


def test_an_expansion_fills_upwards_a_year_group_each_september() -> None:
    table, _ = opened(pans=[(A, 2022, 0, 30)], plans=[plan(A, "expansion", 2023, 0, 0, 15, fills=True)])
    assert row(table, A, 2022) == [30] * 7
    assert row(table, A, 2023) == [45] + [30] * 6
    assert row(table, A, 2025) == [45] * 3 + [30] * 4
    assert row(table, A, 2029) == [45] * 7


def test_an_expansion_in_several_year_groups_fills_from_there_and_ends_on_its_date() -> None:
    table, _ = opened(pans=[(A, 2022, 0, 30)], plans=[plan(A, "expansion", 2023, 0, 2, 10, fills=True, to=2024)])
    assert row(table, A, 2023) == [40] * 3 + [30] * 4
    assert row(table, A, 2024) == [40] * 4 + [30] * 3
    assert row(table, A, 2025) == [30] * 7


def test_an_expansion_that_does_not_fill_upwards_opens_at_once() -> None:
    table, _ = opened(pans=[(A, 2022, 0, 30)], plans=[plan(A, "expansion", 2024, 0, 6, 15)])
    assert row(table, A, 2023) == [30] * 7
    assert row(table, A, 2024) == [45] * 7


def test_a_bulge_is_counted_once_moves_up_and_leaves_with_its_cohort() -> None:
    table, _ = opened(pans=[(A, 2022, 0, 30), (S, 2022, 7, 150)], plans=[plan(A, "bulge", 2023, 4, 4, 30)])
    assert row(table, A, 2023) == [30, 30, 30, 30, 60, 30, 30]
    assert row(table, A, 2024) == [30, 30, 30, 30, 30, 60, 30]
    assert row(table, A, 2025) == [30, 30, 30, 30, 30, 30, 60]
    assert row(table, A, 2026) == [30] * 7
    assert [sum(row(table, A, y)) for y in range(2022, 2027)] == [210, 240, 240, 240, 210]
    assert row(table, S, 2026) == [150] * 5, "the follow-on is for the secondary school to plan"


def test_a_bulge_that_is_in_the_year_group_places_already_only_moves() -> None:
    given = [(A, 2022, g, 60 if g == 1 else 30) for g in range(7)]
    table, _ = opened(given=given, plans=[plan(A, "bulge", 2021, 0, 0, 30)])
    assert row(table, A, 2022) == [30, 60, 30, 30, 30, 30, 30]
    assert row(table, A, 2023) == [30, 30, 60, 30, 30, 30, 30]


def test_a_mobile_classroom_goes_when_its_permission_ends() -> None:
    changes = [plan(A, "temporary", 2021, 3, 4, 15, to=2023)]
    table, _ = opened(pans=[(A, 2022, 0, 30)], plans=changes)
    assert row(table, A, 2022) == row(table, A, 2023) == [30, 30, 30, 45, 45, 30, 30], "it does not move up"
    assert row(table, A, 2024) == [30] * 7
    given = [(A, 2022, g, 45 if g in (3, 4) else 30) for g in range(7)]
    table, _ = opened(given=given, plans=changes)
    assert row(table, A, 2022) == row(table, A, 2023) == [30, 30, 30, 45, 45, 30, 30], "in the places given already"
    assert row(table, A, 2024) == [30] * 7


def test_removed_places_go_upwards_and_never_below_nothing() -> None:
    table, notes = opened(pans=[(A, 2022, 0, 60)], plans=[plan(A, "removed", 2024, 0, 0, 30, fills=True)])
    assert row(table, A, 2024) == [30] + [60] * 6
    assert row(table, A, 2026) == [30] * 3 + [60] * 4
    assert notes == ()
    table, notes = opened(pans=[(A, 2022, 0, 15)], plans=[plan(A, "removed", 2024, 0, 1, 30)])
    assert row(table, A, 2024) == [0, 0] + [15] * 5
    assert "kept at 0 in Reception, Year 1 from 2024/25" in text(notes)


def test_changes_that_cannot_be_used_or_may_be_counted_twice_are_said() -> None:
    _, notes = opened(
        pans=[(A, 2022, 0, 30), (A, 2024, 0, 45)],
        plans=[plan("999999", "bulge", 2023, 0, 0, 30), plan(S, "bulge", 2023, 0, 0, 30), plan(J, "temporary", 2022, 3, 3, 8),
               plan(A, "expansion", 2024, 0, 0, 15, fills=True), plan(J, "expansion", 2022, 3, 3, 8)],
    )
    told = text(notes)
    assert "bulge of 30 places from 2023/24 at 999999 is left out" in told
    assert "Sorrel School (100003) changes nothing" in told
    assert "Jay Junior (100002) has no last year" in told
    assert "Ash Primary (100001) begins in 2024/25, when its PAN changes too" in told
    assert "Jay Junior (100002) begins in 2022/23, no later than the base year" in told
    assert len(notes) == 5


def test_the_same_change_told_twice_counts_once_and_a_senseless_one_is_said_to_be() -> None:
    table, notes = opened(plans=[plan(A, "expansion", 2023, 0, 6, 15)] * 2 + [plan(A, "expansion", 2023, 6, 0, 30),
                                                                             plan(A, "temporary", 2024, 0, 6, 30, to=2023)])
    assert row(table, A, 2023) == [240 / 7 + 15] * 7 == row(table, A, 2024)
    told = text(notes)
    assert "stands twice, word for word, and is counted once" in told
    assert "changes nothing: it begins at Year 6 and ends at Reception" in told
    assert "changes nothing: its last year, 2023/24, is before its first" in told


def test_a_school_has_no_places_after_it_closes() -> None:
    dated = SCHOOLS.assign(close_date=["2024-08-31", "2024-12-31", "", ""])
    table, _ = opened(schools=dated)
    assert [sum(row(table, A, ay)) > 0 for ay in (2022, 2023, 2024, 2025)] == [True, True, False, False]
    assert [sum(row(table, J, ay)) > 0 for ay in (2023, 2024)] == [True, False], "gone before the January of 2024/25"


def test_without_schools_there_are_no_places_and_that_is_said() -> None:
    table, notes = places_open(evidence(), SCHOOLS.iloc[:0], Frame(FRAME.members.iloc[:0]), YEARS, Assumptions())
    assert table.empty and list(table.columns) == COLUMNS
    assert "no schools are known" in text(notes)


def test_a_member_that_is_no_known_school_is_refused() -> None:
    with pytest.raises(ValueError, match="100004"):
        places_open(evidence(), SCHOOLS.iloc[:3], FRAME, YEARS, Assumptions())


def standing(change: dict[str, float], year: int, g: int) -> float:
    """Places that one planned change adds in a year and year group, told September by September."""
    if year < change["ay"] or year > (9999 if math.isnan(change["ay_to"]) else change["ay_to"]):
        return 0.0
    groups = set(range(int(change["nc_year_from"]), int(change["nc_year_to"]) + 1))
    for _ in range(year - int(change["ay"])):
        if change["kind"] == "bulge":
            groups = {x + 1 for x in groups}
        elif change["kind"] in ("expansion", "removed") and change["fills_upwards"]:
            groups |= {max(groups) + 1}
    return (-change["places"] if change["kind"] == "removed" else change["places"]) if g in groups else 0.0


def oracle(school: dict[str, float], tables: dict[str, list[dict[str, float]]], ay: int, g: int) -> tuple[float, str]:
    """The places of one school in one year and year group, by plain rules and loops."""
    low, top = school["nc_year_low"], min(school["nc_year_high"], 11)
    places, basis, given_ay = (school["capacity"] - school["capacity_sixth_form"]) / (top - low + 1), "capacity", None
    mine = {name: [r for r in rows if r["urn"] == school["urn"]] for name, rows in tables.items()}
    entries = {r["nc_year"] for r in mine["pans"] if low <= r["nc_year"] <= g}
    if school["urn"] == T and g >= 7:
        entries -= {0, 3}
    if entries:
        own = {r["ay"]: r["pan"] for r in mine["pans"] if r["nc_year"] == max(entries)}
        before = [y for y in own if y <= ay - (g - max(entries))]
        places, basis = own[max(before) if before else min(own)], "pan"
    given = {r["ay"]: r["yg_places"] for r in mine["yg_places"] if r["nc_year"] == g and r["ay"] <= ay}
    if given:
        given_ay = max(given)
        places, basis = given[given_ay], "yg_places"
    for change in mine["planned_places"]:
        places += standing(change, ay, g) - (0.0 if given_ay is None else standing(change, given_ay, g))
    return max(0.0, float(places)), basis


urns = st.sampled_from([A, J, S, T])
years = st.integers(2018, 2030)


@st.composite
def worlds(draw: st.DrawFn) -> Evidence:
    rows = st.lists(st.tuples(urns, years, st.integers(0, 11), st.integers(0, 99)), max_size=10, unique_by=lambda r: r[:3])
    entry = st.sampled_from([0, 3, 5, 7, 9, 10, 12])
    pans = st.lists(st.tuples(urns, years, entry, st.integers(0, 99)), max_size=8, unique_by=lambda r: r[:3])
    kinds = st.sampled_from(["expansion", "bulge", "removed", "temporary"])
    change = st.builds(
        lambda urn, kind, ay, low, wide, n, lasts, fills: plan(urn, kind, ay, low, low + wide, n, to=ay + lasts, fills=fills),
        urns, kinds, years, st.integers(0, 11), st.integers(0, 3), st.integers(0, 40),
        st.just(math.nan) | st.integers(0, 5), st.booleans(),
    )
    return evidence(draw(rows), draw(pans), draw(st.lists(change, max_size=5)))


@pytest.mark.thorough
@settings(deadline=None, max_examples=cases(40, 200), derandomize=True)
@given(worlds())
def test_the_fast_way_agrees_with_the_slow_loop(found: Evidence) -> None:
    table, _ = places_open(found, SCHOOLS, FRAME, YEARS, Assumptions())
    schools = {school["urn"]: school for school in SCHOOLS.to_dict("records")}
    tables = {name: found.tables[name].drop_duplicates().to_dict("records") for name in ("yg_places", "pans", "planned_places")}
    assert len(table) == len(YEARS) * (7 + 4 + 5 + 12)
    for row in table.to_dict("records"):
        places, basis = oracle(schools[row["urn"]], tables, row["ay"], row["nc_year"])
        assert row["basis"] == basis, row
        assert math.isclose(row["yg_places"], places, abs_tol=1e-9), row


def test_a_school_of_unknown_capacity_has_its_largest_intake_rounded_up_to_half_a_form_as_a_guess() -> None:
    """A new primary with 22 and 19 children in Reception and Year 1 opened in 2021: 30 places a cohort, none for older ones."""
    known = evidence()
    rolls = pd.DataFrame({"urn": A, "ay": 2022, "nc_year": [0, 1], "pupils": [22.0, 19.0], "symbol": ""})
    listed = SCHOOLS.assign(capacity=SCHOOLS["capacity"].mask(SCHOOLS["urn"].eq(A)), open_date=["2021-09-01", "", "", ""])
    seen = Evidence(known.authority, {**known.tables, "school_roll": rolls})
    table, notes = places_open(seen, listed, FRAME, YEARS, Assumptions())
    assert row(table, A, 2022) == [30, 30, 0, 0, 0, 0, 0]
    assert row(table, A, 2024) == [30, 30, 30, 30, 0, 0, 0]
    assert set(table.loc[table["urn"] == A, "basis"]) == {"roll"}
    assert any("places are guessed from the largest year group" in n.text and "a guess" in n.loses for n in notes)


def test_a_converted_school_of_unknown_capacity_keeps_places_for_the_classes_it_took_over() -> None:
    known = evidence()
    rolls = pd.DataFrame({"urn": A, "ay": 2022, "nc_year": range(7), "pupils": [28.0] * 7, "symbol": ""})
    listed = SCHOOLS.assign(capacity=SCHOOLS["capacity"].mask(SCHOOLS["urn"].eq(A)), open_date=["2022-12-01", "", "", ""])
    table, _ = places_open(Evidence(known.authority, {**known.tables, "school_roll": rolls}), listed, FRAME, YEARS, Assumptions())
    assert row(table, A, 2022) == row(table, A, 2025) == [30.0] * 7


def test_a_small_junior_department_beside_a_large_upper_school_has_its_own_places() -> None:
    """Capacity 1,400 less 200: the primary part has 36 of it, so 9 a year group in four, and 1,164 for five."""
    low = SCHOOLS["nc_year_low"].mask(SCHOOLS["urn"].eq(T), 3)
    listed = SCHOOLS.assign(nc_year_low=low, capacity_primary=[math.nan] * 3 + [36.0])
    table, _ = opened(schools=listed)
    assert row(table, T, 2022) == [9.0] * 4 + [1164 / 5] * 5
