"""Which schools are planned for, what is known of each, and whose pupils count as theirs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import town

from sufficiency.estate.school_scope import closing
from sufficiency.estate.schools import mainstream, roll_with_history
from sufficiency.forecast.predecessors import ancestry

A, B, C, D, E = town.WEST_PRIMARY, town.INFANT, town.JUNIOR, town.EAST_PRIMARY, town.SECONDARY
EVEN = [30.0] * 7


def link(urn: str, other: str, kind: str = "Predecessor", date: str = "2022-09-01") -> dict[str, Any]:
    return {"urn": urn, "link_urn": other, "link_name": "", "link_type": kind, "link_date": date}


def listed(**tables: Any) -> tuple[pd.DataFrame, str]:
    """The schools by urn, and all that is told of them in one text."""
    schools, notes = mainstream(town.evidence(tables))
    return schools.set_index("urn"), " | ".join(f"{n.text}; {n.loses}" for n in notes)


def test_state_mainstream_schools_of_the_census_are_planned_for_and_no_others() -> None:
    census = [
        town.counted(A),
        town.counted(E, "State-funded secondary"),
        town.counted(B, "State-funded special school"),
        town.counted(C, "Independent school"),
        town.counted(D, "State-funded nursery"),
    ]
    schools, _ = listed(
        census_schools=census, schools=[town.school(A), town.school(E, statutory_low_age=11.0, statutory_high_age=18.0)]
    )
    assert list(schools.index) == [A, E]
    assert schools.loc[E, ["nc_year_low", "nc_year_high"]].tolist() == [7, 13]


def test_without_a_census_the_open_mainstream_schools_of_gias_are() -> None:
    rows = [
        town.school(A),
        town.school(B, status="Closed"),
        town.school(C, establishment_type="Other independent school"),
        town.school(D, status="Open, but proposed to close"),
        town.school(E, establishment_type="Flying school"),
    ]
    schools, told = listed(schools=rows)
    assert list(schools.index) == [A, D]
    assert "'Flying school'" in told and "not planned for" in told
    assert "there is no census list of schools for 2022/23: the schools are those that GIAS calls open" in told


@pytest.mark.parametrize(
    "kind",
    [
        "Academy special converter",
        "Community special school",
        "Pupil referral unit",
        "Further education",
        "Local authority nursery school",
        "Academy 16-19 converter",
        "Free schools 16 to 19",
        "Free schools alternative provision",
        "Other independent special school",
        "Free schools special",
    ],
)
def test_rule_5_special_alternative_nursery_independent_and_post_16_are_out(kind: str) -> None:
    schools, told = listed(schools=[town.school(A), town.school(B, establishment_type=kind)])
    assert list(schools.index) == [A] and kind not in told


def test_a_predecessor_that_gias_still_calls_open_is_not_counted_beside_its_successor() -> None:
    schools, told = listed(
        census_schools=[town.counted(B)],
        schools=[town.school(A, status="Open, but proposed to close")],
        school_links=[link(B, A)],
    )
    assert list(schools.index) == [B]
    assert "left out" not in told
    assert (schools.loc[B, "easting"], schools.loc[B, "capacity"]) == (451_000.0, 210.0), "details come from the predecessor"
    assert schools.loc[B, "capacity_basis"] == "GIAS, of its predecessor" and schools.loc[B, "predecessors"] == A


def test_an_open_school_without_pupils_is_left_out_and_told_and_a_coming_one_is_kept() -> None:
    rows = [
        town.school(A),
        town.school(B, "Empty Hall"),
        town.school(C, "New Garden", status="Proposed to open", open_date="2023-09-01"),
        town.school(D, "Far Off", status="Proposed to open"),
    ]
    schools, told = listed(census_schools=[town.counted(A)], schools=rows)
    assert list(schools.index) == [A, C, D]
    assert "left out: Empty Hall" in told and "open after the census of January 2023: New Garden, Far Off" in told


def test_a_school_counted_after_the_date_on_which_it_was_to_close_was_not_closed_and_is_named() -> None:
    """By the list of the census or by its roll; who is counted by neither, or closes after the census, keeps its date."""
    dated = {"status": "Open, but proposed to close", "close_date": "2022-08-31"}
    rows = [town.school(A, "Stayed", **dated), town.school(B, "Gone", **dated), town.school(C, "Late", close_date="2023-02-14")]
    by_list = {"census_schools": [town.counted(A), town.counted(C)]}
    by_roll = {"school_roll": [*town.roll(A, EVEN), *town.roll(C, EVEN)]}
    for census in (by_list, by_roll):
        schools, told = listed(schools=rows, **census)
        assert schools["close_date"].drop(index=B, errors="ignore").to_dict() == {A: "", C: "2023-02-14"}
        assert "1 school was to close by the date in GIAS and had pupils in the census of January 2023: Stayed (2022" in told
        assert "1 school closes after the census, on the date in GIAS: Late (2023-02-14)" in told
    assert schools.loc[B, "close_date"] == "2022-08-31"


@pytest.mark.parametrize(
    ("low", "high", "years"),
    [
        (4, 11, (0, 6)),
        (5, 11, (0, 6)),
        (2, 7, (0, 2)),
        (3, 9, (0, 4)),
        (7, 11, (3, 6)),
        (9, 13, (5, 8)),
        (11, 16, (7, 11)),
        (11, 18, (7, 13)),
        (11, 19, (7, 13)),
        (14, 19, (10, 13)),
        (3, 16, (0, 11)),
    ],
)
def test_year_groups_follow_the_statutory_ages(low: float, high: float, years: tuple[int, int]) -> None:
    """A school for ages 4 to 11 teaches Reception (age 4 at the start of the year) to Year 6 (age 10): children leave at 11."""
    schools, _ = listed(schools=[town.school(A, statutory_low_age=float(low), statutory_high_age=float(high))])
    assert (schools.loc[A, "nc_year_low"], schools.loc[A, "nc_year_high"]) == years


def test_without_ages_year_groups_follow_the_phase_and_pupils_widen_them() -> None:
    rows = [
        town.school(A, statutory_low_age=float("nan"), statutory_high_age=float("nan")),
        town.school(B, "Infants", statutory_low_age=4.0, statutory_high_age=7.0),
    ]
    schools, told = listed(
        schools=rows,
        census_schools=[town.counted(A), town.counted(B)],
        school_roll=[*town.roll(A, EVEN), *town.roll(B, [30, 30, 30, 12])],
    )
    assert schools.loc[A, ["nc_year_low", "nc_year_high"]].tolist() == [0, 6]
    assert schools.loc[B, ["nc_year_low", "nc_year_high"]].tolist() == [0, 3]
    assert "no statutory ages are known of School 100001" in told and "Infants (Reception to Year 3)" in told


def capacity(
    laestab: str, ay: int, places: float, sixth: float = float("nan"), urn: str = "", code: str = "P1"
) -> dict[str, Any]:
    return {
        "laestab": laestab,
        "urn": urn,
        "school_name": "",
        "ay": ay,
        "phase": "secondary",
        "planning_area_code": code,
        "capacity": places,
        "capacity_sixth_form": sixth,
        "nor": float("nan"),
    }


def test_a_recent_scap_return_beats_gias_and_an_old_one_does_not() -> None:
    lines = [capacity("9990001", 2021, 420.0), capacity("9990002", 2014, 90.0), capacity("9990003", 2014, 75.0)]
    rows = [town.school(A), town.school(B), town.school(C, capacity=float("nan"))]
    schools, told = listed(schools=rows, capacity=lines)
    assert schools["capacity"].to_dict() == {A: 420.0, B: 210.0, C: 75.0}
    assert schools["capacity_basis"].to_dict() == {A: "SCAP, May 2022", B: "GIAS", C: "SCAP, May 2015 (old)"}
    assert "School 100001 (420 against 210)" in told


def test_places_of_a_sixth_form_that_is_no_more_count_for_the_other_year_groups() -> None:
    rows = [town.school(A, statutory_low_age=11.0, statutory_high_age=16.0)]
    schools, told = listed(schools=rows, capacity=[capacity("9990001", 2021, 725.0, 300.0)])
    assert schools.loc[A, ["capacity", "capacity_sixth_form"]].tolist() == [725.0, 0.0]
    assert "schools that serve no sixth form: School 100001" in told


def test_a_sixth_form_with_room_beside_full_lower_years_is_doubted() -> None:
    """Capacity 900, 300 of them reported for the sixth form: 650 pupils in Years 7 to 11 do not fit beside 100 sixth-formers."""
    rows = [town.school(A, statutory_low_age=11.0, statutory_high_age=18.0, capacity=900.0)]
    lines = [capacity("9990001", 2022, 900.0, 300.0)]
    full, told = listed(schools=rows, capacity=lines, school_roll=town.roll(A, [130.0] * 5 + [60.0, 40.0], first=7))
    assert "1 schools have more pupils up to Year 11" in told and full.loc[A, "capacity_sixth_form"] == 300.0
    _, quiet = listed(schools=rows, capacity=lines, school_roll=town.roll(A, [110.0] * 5 + [60.0, 40.0], first=7))
    assert "more pupils up to Year 11" not in quiet


def test_one_school_on_several_lines_is_added_up_and_a_later_survey_is_not_used() -> None:
    lines = [
        capacity("9990001", 2022, 600.0, 100.0, code="S1"),
        capacity("9990001", 2022, 300.0, code="S2"),
        capacity("9990001", 2023, 1500.0, 400.0),
    ]
    schools, _ = listed(schools=[town.school(A, capacity=900.0, statutory_high_age=18.0)], capacity=lines)
    assert schools.loc[A, ["capacity", "capacity_sixth_form", "capacity_basis"]].tolist() == [900.0, 100.0, "SCAP, May 2023"]


def test_a_school_that_gias_does_not_place_is_placed_by_the_list_of_sites_or_told() -> None:
    nowhere = {"easting": float("nan"), "northing": float("nan")}
    rows = [town.school(A, **nowhere), town.school(B, "Lost School", **nowhere), town.school(C)]
    sites = [{"urn": A, "easting": 455_000.0, "northing": 352_500.0}, {"urn": C, "easting": 1e5, "northing": 1e5}]
    schools, told = listed(schools=rows, school_sites=sites)
    assert schools.loc[A, ["easting", "northing"]].tolist() == [455_000.0, 352_500.0]
    assert schools.loc[C, "easting"] == 451_000.0, "GIAS comes first"
    assert "1 schools have no place on the ground: Lost School" in told


# whose pupils count as theirs


def history(
    present: list[str], rolls: list[dict[str, Any]], links: list[dict[str, Any]], **more: Any
) -> tuple[dict[tuple[str, int, int], float], str]:
    known = town.evidence({"school_roll": rolls, "school_links": links, **more} if links else {"school_roll": rolls, **more})
    schools = pd.DataFrame({"urn": present, "school_name": present})
    table, notes = roll_with_history(known, schools)
    return (
        {(u, y, g): n for u, y, g, n in table[["urn", "ay", "nc_year", "pupils"]].itertuples(index=False, name=None)},
        " | ".join(n.text for n in notes),
    )


def test_an_academys_history_is_that_of_the_school_it_was() -> None:
    found, told = history([B], [*town.roll(B, [30.0]), *town.roll(A, [28.0], 2021)], [link(B, A)])
    assert found == {(B, 2021, 0): 28.0, (B, 2022, 0): 30.0}
    assert "1 schools carry the roll of 1 predecessors" in told


def test_a_chain_of_successors_and_links_told_from_either_side() -> None:
    found, _ = history(
        [C],
        [*town.roll(A, [20.0], 2020), *town.roll(B, [25.0], 2021), *town.roll(C, [30.0])],
        [link(A, B, "Successor"), link(C, B, "Predecessor")],
    )
    assert found == {(C, 2020, 0): 20.0, (C, 2021, 0): 25.0, (C, 2022, 0): 30.0}


def test_a_merger_adds_up_and_a_split_goes_to_the_larger_part() -> None:
    merged, _ = history(
        [C],
        [*town.roll(A, [30.0, 30.0], 2021), *town.roll(B, [20.0], 2021, first=3), *town.roll(C, [30.0])],
        [link(C, A, "Predecessor - merged"), link(C, B, "Predecessor - amalgamated")],
    )
    assert merged[C, 2021, 0] == 30.0 and merged[C, 2021, 3] == 20.0
    split, told = history(
        [B, C],
        [*town.roll(A, [60.0], 2021), *town.roll(B, [20.0]), *town.roll(C, [40.0])],
        [link(A, B, "Successor - Split School"), link(A, C, "Successor - Split School")],
    )
    assert split[C, 2021, 0] == 60.0 and (B, 2021, 0) not in split
    assert f"schools that were split: {A}" in told


def test_a_school_that_kept_its_number_inherits_without_a_link() -> None:
    census = [town.counted(A, ay=2021, laestab="9991234"), town.counted(B, laestab="9991234")]
    found, _ = history([B], [*town.roll(A, [28.0], 2021), *town.roll(B, [30.0])], [], census_schools=census)
    assert found[B, 2021, 0] == 28.0


def test_a_hidden_count_stays_hidden_also_in_a_sum_and_other_links_join_nothing() -> None:
    hidden = [{"urn": A, "ay": 2021, "nc_year": 0, "pupils": float("nan"), "symbol": "c"}, *town.roll(B, [9.0], 2021)]
    found, _ = history([C], [*hidden, *town.roll(C, [30.0])], [link(C, A), link(C, B)])
    assert pd.isna(found[C, 2021, 0])
    apart, _ = history([C], [*town.roll(A, [9.0], 2021), *town.roll(C, [30.0])], [link(C, A, "Sixth Form Centre Link")])
    assert (C, 2021, 0) not in apart


def test_a_circle_of_links_ends() -> None:
    family = ancestry(town.evidence({"school_links": [link(A, B), link(B, A)]}))
    assert family.before(A) == (B,) and family.heirs(frozenset({A})) == {A: A, B: A}


def test_the_closing_of_a_choice_is_not_put_down_to_gias() -> None:
    table = pd.DataFrame({"urn": ["1", "2"], "school_name": ["Hill", "Mill"], "status": "Open",
                          "close_date": ["2027-08-31", "2028-08-31"]})
    texts = [note.text for note in closing(table, 2025, {"1"})]
    assert texts[0].startswith("1 school closes after the census, on the date in GIAS: Mill (2028-08-31); it has no places")
    assert texts[1].startswith("1 school closes after the census, by a choice of this run and not by GIAS: Hill (2027-08-31)")
