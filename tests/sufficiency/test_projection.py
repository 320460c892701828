"""The projection of a small town whose answers fit on paper, and of the towns that a planner meets: thin, new, closing, odd.

The town: small areas A to D; primary areas P1 (an infant and a junior school; A, B and half of C live there) and P2 (a primary
school and the primary part of an all-through school; D and the other half of C); secondary areas S1 (the secondary part of the
all-through school) and S2 (a school with a sixth form). All stand on one spot, so that distance tells nothing. Every year group
of both censuses has the same number of children, but for Reception:

    infant 30, junior 30; primary 20, all-through 20 and then 40 from Year 7; S2 60, 30 in Year 12, 20 in Year 13
    Reception of January 2023: infant 36, primary 24; births behind it 50 in P1 and 40 in P2, behind the next 50 and 20

Only the last year counts (`weights` of one) and nothing is drawn together (no shrinkage), so that the ratios are whole: 36/50 and
44/40 into Reception, 80/90 for the authority; 1 from year to year; 100 enter Year 7 for 70 in Year 6; half of S2 stays on, and 20
of 30 go on to Year 13.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planning_areas.school_year import HORIZON, PHASE_YEARS
from sufficiency.assumptions import Assumptions, ExcludedYear
from sufficiency.model import pupils_table, school_pupils_table

Made = Callable[..., Any]
PAPER = Assumptions(weights=(1.0,), shrinkage_survival=0.0, shrinkage_births=0.0)
A, B, C, D = "E01000001", "E01000002", "E01000003", "E01000004"
HOMES = {A: {"P1": 1.0}, B: {"P1": 1.0}, C: {"P1": 0.5, "P2": 0.5}, D: {"P2": 1.0}}
LIVING = {A: {"S1": 1.0}, B: {"S1": 1.0}, C: {"S2": 1.0}, D: {"S2": 1.0}}
SCHOOLS = [("100001", "P1", "", 0, 2, 0, 0), ("100002", "P1", "", 3, 6, 0, 0), ("100003", "P2", "", 0, 6, 0, 0),
           ("100004", "P2", "S1", 0, 11, 0, 0), ("100005", "", "S2", 7, 13, 0, 0)]
ROLLS = {
    "100001": {2021: [30, 30, 30], 2022: [36, 30, 30]}, "100002": {2021: [30] * 4, 2022: [30] * 4},
    "100003": {2021: [20] * 7, 2022: [24, *[20] * 6]}, "100004": {2021: [20] * 7 + [40] * 5, 2022: [20] * 7 + [40] * 5},
    "100005": {2021: [60] * 5 + [30, 20], 2022: [60] * 5 + [30, 20]},
}
BIRTHS = {2017: {A: 20, B: 20, C: 20, D: 30}, 2018: {A: 25, B: 25, C: 0, D: 20}}


@pytest.fixture(scope="module")
def paper(town: Made) -> Any:
    return town(SCHOOLS, ROLLS, BIRTHS, HOMES, LIVING)


def figure(array: Any, ay: int, place: str, nc_year: int) -> float:
    """One figure of the central run."""
    name = "urn" if "urn" in array.dims else "planning_area_code"
    return float(array.sel({"ay": ay, name: place, "nc_year": nc_year}).isel(draw=0))


def notes(projection: Any) -> str:
    return "\n".join(note.text for note in projection.notes)


def test_the_first_year_is_the_census(paper: Any) -> None:
    pupils = paper.project(PAPER).pupils
    assert figure(pupils, 2022, "P1", 0) == 36 and figure(pupils, 2022, "P2", 0) == 44
    assert figure(pupils, 2022, "S1", 7) == 40 and figure(pupils, 2022, "S2", 12) == 30


def test_reception_is_births_times_the_ratio_then_scaled_to_the_authority(paper: Any) -> None:
    projection = paper.project(PAPER)
    assert figure(projection.raw, 2023, "P1", 0) == pytest.approx(50 * 36 / 50)
    assert figure(projection.raw, 2023, "P2", 0) == pytest.approx(20 * 44 / 40)
    scale = 70 * (80 / 90) / (36 + 22)
    assert figure(projection.pupils, 2023, "P1", 0) == pytest.approx(36 * scale)
    assert figure(projection.pupils, 2023, "P2", 0) == pytest.approx(22 * scale)
    assert float(projection.authority.sel(ay=2023, nc_year=0)[0]) == pytest.approx(70 * 80 / 90)


def test_children_move_up_and_change_school_at_years_3_7_and_12(paper: Any) -> None:
    projection = paper.project(PAPER)
    pupils, schools = projection.pupils, projection.schools
    for k in range(1, 7):       # the 36 and 44 of January 2023 go up together: infants, then juniors
        assert figure(pupils, 2022 + k, "P1", k) == pytest.approx(36) and figure(pupils, 2022 + k, "P2", k) == pytest.approx(44)
        assert figure(schools, 2022 + k, "100001" if k < 3 else "100002", k) == pytest.approx(36)
        assert figure(schools, 2022 + k, "100002" if k < 3 else "100001", k) == 0, "the other one has no such year group"
    assert figure(pupils, 2023, "S1", 7) == pytest.approx(40) and figure(pupils, 2023, "S2", 7) == pytest.approx(60)
    assert figure(pupils, 2029, "S1", 7) == pytest.approx(40 * 80 / 70), "70 before; so many more come from outside, too"
    assert figure(pupils, 2029, "S2", 7) == pytest.approx(60 * 80 / 70)
    assert figure(pupils, 2023, "S2", 12) == pytest.approx(30) and figure(pupils, 2023, "S1", 12) == 0
    assert figure(pupils, 2029, "S2", 13) == pytest.approx(20)


def test_who_enters_year_7_where_is_told_with_what_it_rests_on(paper: Any) -> None:
    table = paper.project(PAPER).transfers
    year_7 = table[table["nc_year"] == 7].set_index(["origin", "destination"])
    assert year_7.loc[("P1", "S1"), "share"] == pytest.approx(0.4) and year_7.loc[("P2", "S2"), "share"] == pytest.approx(0.6)
    assert year_7.loc[("P1", "outside"), "children"] == pytest.approx(0)
    assert year_7.loc[("outside", "S1"), "children"] == pytest.approx(12)
    assert year_7.loc[("outside", "S2"), "children"] == pytest.approx(18)
    assert set(year_7["basis"]) == {"estimated from distance, not from flows"}
    assert "who enters which area in Year 7 is estimated from distance, not from flows" in notes(paper.project(PAPER))


def test_an_area_s_reception_is_shared_by_recent_share_and_held_to_places(paper: Any) -> None:
    free = paper.project(PAPER)
    whole = figure(free.pupils, 2023, "P2", 0)
    assert figure(free.schools, 2023, "100003", 0) == pytest.approx(whole * 24 / 44)
    places = pd.DataFrame([("100003", ay, g, 10, "pan") for ay in range(2022, 2030) for g in range(7)],
                          columns=["urn", "ay", "nc_year", "yg_places", "basis"])
    held = paper.project(PAPER, places)
    assert figure(held.schools, 2023, "100003", 0) == pytest.approx(10)
    assert figure(held.schools, 2023, "100004", 0) == pytest.approx(whole - 10)
    assert np.allclose(held.pupils, free.pupils), "an area's children are the same, however its schools share them"


def test_every_area_is_the_sum_of_its_schools_and_the_authority_of_its_areas(paper: Any) -> None:
    projection = paper.project()
    assert np.allclose(projection.pupils.sum("planning_area_code"), projection.authority, rtol=0, atol=1e-9)
    assert np.allclose(projection.residents.sum("planning_area_code"), projection.authority, rtol=0, atol=1e-9)
    assert np.allclose(projection.schools.sum("urn"), projection.authority, rtol=0, atol=1e-9)


def test_rule_3_nursery_children_are_never_counted(paper: Any) -> None:
    rows = [(urn, ay, -1, 26.0) for urn in ("100001", "100003") for ay in (2021, 2022)]
    nursery = pd.DataFrame(rows, columns=paper.history.columns)
    with_nursery = replace(paper, history=pd.concat([paper.history, nursery], ignore_index=True))
    before, after = paper.project(), with_nursery.project()
    assert np.array_equal(before.pupils, after.pupils) and np.array_equal(before.schools, after.schools)
    assert after.pupils["nc_year"].min() == 0 and after.notes == before.notes


def test_rule_4_primary_looks_five_years_ahead_and_secondary_seven(paper: Any) -> None:
    assert HORIZON == {"primary": 5, "secondary": 7}
    projection = paper.project()
    for table in (pupils_table(projection, paper.frame, Assumptions(), 2022),
                  school_pupils_table(projection, paper.frame, Assumptions(), 2022)):
        assert set(table.loc[table["phase"] == "primary", "ay"]) == set(range(2022, 2028))
        assert set(table.loc[table["phase"] != "primary", "ay"]) == set(range(2022, 2030))
        assert all(g in PHASE_YEARS[phase] for phase, g in zip(table["phase"], table["nc_year"], strict=True))


def test_rule_10_births_of_another_cohort_change_nothing(town: Made) -> None:
    """Reception of 2023/24 is the cohort born from 1 September 2018; more births before or after leave it alone."""
    plain = town(SCHOOLS, ROLLS, BIRTHS, HOMES).project(PAPER)
    for cohort, moves in ((2016, False), (2018, True), (2019, False)):
        more = town(SCHOOLS, ROLLS, {**BIRTHS, cohort: {A: 50, B: 50, C: 50, D: 50}}, HOMES).project(PAPER)
        changed = not np.isclose(figure(more.pupils, 2023, "P1", 0), figure(plain.pupils, 2023, "P1", 0))
        assert changed == moves, cohort


def test_no_births_leave_reception_as_it_is(town: Made) -> None:
    projection = town(SCHOOLS, ROLLS, None, HOMES).project()
    assert all(figure(projection.pupils, ay, "P1", 0) == pytest.approx(36) for ay in range(2023, 2030))
    assert "no births of the whole authority are known" in notes(projection)


def test_a_thin_workspace_has_one_area_a_phase_and_everything_runs(town: Made) -> None:
    """The authority's roll and its births, and nothing else."""
    roll = {ay: [80.0] * 7 + [100.0] * 5 + [30.0, 20.0, 0.0] for ay in (2020, 2021, 2022)}
    projection = town([], {}, {c: {"E10000099": 90.0} for c in range(2014, 2018)} | {2018: {"E10000099": 99.0}},
                      authority_roll=roll).project()
    assert list(projection.pupils["planning_area_code"]) == ["999-primary", "999-secondary"]
    assert figure(projection.pupils, 2023, "999-primary", 0) == pytest.approx(88), "99 births, of which 80 in 90 come"
    assert figure(projection.pupils, 2023, "999-secondary", 7) == pytest.approx(100)
    assert figure(projection.pupils, 2023, "999-secondary", 12) == pytest.approx(30)
    assert projection.schools.sizes["urn"] == 0
    assert "no roll of any school is known" in notes(projection) and "births behind the Reception of" in notes(projection)


def test_a_list_of_schools_without_rolls_gives_areas_and_an_empty_list_of_pupils(town: Made) -> None:
    roll = {ay: [90.0] * 12 + [0.0] * 3 for ay in (2021, 2022)}
    made = town(SCHOOLS, {}, BIRTHS, authority_roll=roll)
    projection = made.project()
    assert projection.schools.sizes["urn"] == 0 and projection.schools["urn"].dtype.kind == "U", "numbers of schools are text"
    table = school_pupils_table(projection, made.frame, Assumptions(), 2022)
    assert table.empty and figure(projection.pupils, 2023, "P1", 3) == pytest.approx(45), "two of four primary schools"


def test_rolls_of_nought_are_nought(town: Made) -> None:
    nobody = {"100001": {2022: [0, 0, 0]}, "100005": {2022: [0] * 7}}
    projection = town(SCHOOLS, nobody, BIRTHS).project()
    assert float(projection.pupils.sel(ay=2022).sum()) == 0 and projection.schools.sizes["urn"] == 5
    assert not any("the authority is projected as a whole" in note.text for note in projection.notes)


def test_schools_that_are_half_of_the_authority_have_half_of_its_births(town: Made) -> None:
    """The authority counts 100 in each year group and the one school that is planned for 50: so it is with births to come."""
    births = {cohort: {"E10000099": 100} for cohort in range(2010, 2018)} | {2018: {"E10000099": 120}}
    made = town([("100001", "P1", "", 0, 6, 0, 0)], {"100001": {ay: [50] * 7 for ay in (2021, 2022)}}, births,
                authority_roll={ay: [100.0] * 7 + [0.0] * 8 for ay in (2021, 2022)})
    assert float(made.project().authority.sel(ay=2023, nc_year=0)[0]) == pytest.approx(60)


def test_one_census_is_enough(town: Made) -> None:
    once = {urn: {2022: years[2022]} for urn, years in ROLLS.items()}
    projection = town(SCHOOLS, once, BIRTHS, HOMES).project()
    assert "there is one census only" in notes(projection)
    assert figure(projection.pupils, 2023, "P1", 1) == pytest.approx(36), "moved up unchanged"
    assert figure(projection.pupils, 2023, "S1", 7) == pytest.approx(40), "as many from outside as today"
    assert figure(projection.pupils, 2023, "S2", 12) == pytest.approx(30)
    assert figure(projection.pupils, 2023, "S2", 13) == pytest.approx(20)
    assert np.isfinite(projection.pupils).all()


def test_with_one_census_each_area_stays_on_as_its_own_sixth_form_does(town: Made) -> None:
    """Of two schools with 100 in Year 11 one has 80, one 20 in Year 12: a mean for both would lose what the census shows."""
    schools = [("100001", "", "S1", 7, 13, 0, 0), ("100002", "", "S2", 7, 13, 9_000, 0)]
    made = town(schools, {"100001": {2022: [100] * 5 + [80, 60]}, "100002": {2022: [100] * 5 + [20, 15]}})
    projection = made.project(Assumptions(shrinkage_survival=0.0))
    assert figure(projection.pupils, 2023, "S1", 12) == pytest.approx(80)
    assert figure(projection.pupils, 2023, "S2", 12) == pytest.approx(20)
    assert figure(projection.pupils, 2023, "S1", 13) == pytest.approx(60)


def test_a_sixth_form_that_has_closed_stays_closed_and_a_new_one_grows(town: Made) -> None:
    """One had 60 in Year 12 two years ago and none today; the other opened this year with 30, who go on to Year 13."""
    schools = [("100001", "", "S1", 7, 13, 0, 0), ("100002", "", "S2", 7, 13, 0, 0), ("100003", "", "S3", 7, 13, 0, 0)]
    five = [100.0] * 5
    rolls = {"100001": {2020: [*five, 60, 50], 2021: [*five, 0, 50], 2022: [*five, 0, 0]},
             "100002": {2020: five, 2021: five, 2022: [*five, 30, 0]},
             "100003": {ay: [*five, 50, 40] for ay in (2020, 2021, 2022)}}
    projection = town(schools, rolls).project()
    assert float(projection.pupils.sel(planning_area_code="S1", nc_year=[12, 13, 14]).sum()) == 0
    assert figure(projection.pupils, 2023, "S2", 12) > 5 and figure(projection.pupils, 2023, "S2", 13) > 15


def test_a_year_is_left_out_for_a_reason_and_the_next_older_takes_its_place(town: Made) -> None:
    """Everybody halves in January 2021; the reason is told, and the year before counts instead."""
    whole = [40.0] * 7
    rolls = {"100001": {2018: whole, 2019: whole, 2020: [20.0] * 7, 2021: [20.0] * 7, 2022: [20.0] * 7}}
    made = town([("100001", "P1", "", 0, 6, 0, 0)], rolls, {c: {A: 40} for c in range(2013, 2023)}, {A: {"P1": 1.0}})
    shock = Assumptions(weights=(3.0, 2.0, 1.0), excluded_years=(ExcludedYear(2020, "half the school left for a day"),))
    counted, left_out = made.project(), made.project(shock)
    assert figure(counted.pupils, 2023, "P1", 1) < figure(left_out.pupils, 2023, "P1", 1) == pytest.approx(20)
    assert "the change into 2020/21 is left out of the ratios: half the school left for a day" in notes(left_out)


def test_counts_that_are_hidden_are_told_and_count_as_none(town: Made, paper: Any) -> None:
    rolls = {**ROLLS, "100003": {2021: [20] * 7, 2022: [24, None, *[20] * 5]}}
    projection = town(SCHOOLS, rolls, BIRTHS, HOMES).project()
    assert "1 counts of pupils are hidden by the publisher" in notes(projection)
    assert figure(projection.pupils, 2022, "P2", 1) == 20


def test_pupils_outside_every_planning_area_are_told(town: Made) -> None:
    schools = [*SCHOOLS, ("100009", "", "", 0, 6, 0, 0)]
    projection = town(schools, {**ROLLS, "100009": {2022: [5] * 7}}, BIRTHS, HOMES).project()
    assert "35 pupils are in schools or year groups outside every planning area" in notes(projection)


def test_a_clip_is_logged(town: Made) -> None:
    """A year group that doubles in a year is held to the ceiling, and the log and the notes say so."""
    rolls = {"100001": {2021: [100] * 7, 2022: [100, 200, *[100] * 5]}, "100002": {2021: [900] * 7, 2022: [900] * 7}}
    schools = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P2", "", 0, 6, 0, 0)]
    projection = town(schools, rolls).project(Assumptions(shrinkage_survival=0.0))
    row = projection.ratios.query("planning_area_code == 'P1' and nc_year == 1 and kind == 'survival'").iloc[0]
    assert row["clipped"] and row["ratio_area"] == 2.0 and row["ratio_used"] == 1.2
    assert "1 survival ratios outside 0.85 to 1.2 were clipped: P1 Year 1" in notes(projection)
    assert not projection.ratios.query("planning_area_code == 'P2'")["clipped"].any()


def test_an_area_without_history_follows_the_authority(town: Made) -> None:
    """P2's only school opened this year: its survival ratio is the authority's, and it grows upwards from its Reception."""
    rolls = {"100001": {2021: [50] * 7, 2022: [50, 45, 50, 50, 50, 50, 50]}, "100002": {2022: [30, 0, 0, 0, 0, 0, 0]}}
    schools = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P2", "", 0, 6, 0, 0)]
    projection = town(schools, rolls).project(Assumptions(weights=(1.0,)))
    log = projection.ratios.query("planning_area_code == 'P2' and nc_year == 1").iloc[0]
    assert log["children"] == 0 and np.isnan(log["ratio_area"]) and log["ratio_used"] == log["ratio_authority"] == 0.9
    assert figure(projection.pupils, 2023, "P2", 1) == pytest.approx(27) and figure(projection.pupils, 2023, "P2", 2) == 0
    assert figure(projection.pupils, 2028, "P2", 6) == pytest.approx(27), "its first cohort reaches the top of the school"


def test_where_a_school_opened_the_years_before_say_nothing(town: Made) -> None:
    """P1 took 40 of 80 births until a second school opened in it last year and brought 20 more: 60 are expected, not 46."""
    rolls = {"100001": {ay: [40] * 7 for ay in range(2019, 2023)}, "100002": {2022: [20, 0, 0, 0, 0, 0, 0]},
             "100003": {ay: [40] * 7 for ay in range(2019, 2023)}}
    schools = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P1", "", 0, 6, 0, 0), ("100003", "P2", "", 0, 6, 0, 0)]
    births = {c: {A: 80, D: 40} for c in range(2014, 2023)}
    projection = town(schools, rolls, births, {A: {"P1": 1.0}, D: {"P2": 1.0}}).project(Assumptions(shrinkage_births=0.0))
    assert figure(projection.raw, 2023, "P1", 0) == pytest.approx(60)
    assert figure(projection.schools, 2023, "100002", 0) == pytest.approx(figure(projection.pupils, 2023, "P1", 0) / 3)


def test_a_school_that_took_over_another_s_pupils_is_the_same_school(town: Made) -> None:
    """With its predecessor's roll as its own it has a history; without, its area would start anew."""
    history = {"100003": {2020: [28] * 7, 2021: [28] * 7, 2022: [28] * 7}}
    successor = town([("100003", "P1", "", 0, 6, 0, 0)], history).project()
    survival = successor.ratios.query("kind == 'survival'")
    assert (survival["children"] == 2 * 28).all() and (survival["ratio_area"] == 1.0).all()


def test_a_school_from_14_takes_a_share_of_the_whole_year_9(town: Made) -> None:
    """A university technical college had 12 of 120 in Year 9 and 8 of 100: rule 11, no survival step."""
    nine = [100.0, 100.0]
    rolls = {"100001": {2020: [*nine, 100, 88, 88], 2021: [*nine, 120, 92, 88], 2022: [*nine, 110, 108, 92]},
             "100002": {2020: [8, 8, 0, 0], 2021: [8, 8, 0, 0], 2022: [12, 8, 0, 0]}}
    schools = [("100001", "", "S1", 7, 11, 0, 0), ("100002", "", "S2", 10, 13, 0, 0)]
    projection = town(schools, rolls).project(Assumptions(weights=(2.0, 1.0), shrinkage_survival=0.0))
    share = (2 * 12 / 120 + 1 * 8 / 100) / 3
    assert figure(projection.raw, 2023, "S2", 10) == pytest.approx(110 * share)
    assert figure(projection.raw, 2023, "S2", 11) == pytest.approx(12), "once there they move up"
    assert figure(projection.raw, 2023, "S1", 10) == pytest.approx(110 * (2 * 108 / 120 + 92 / 100) / 3), "the other loses them"


def test_first_middle_and_upper_schools_are_entered_in_years_5_and_9(town: Made) -> None:
    """The middle school is primary in Years 5 and 6, secondary in 7 and 8; nobody survives across a point of entry."""
    schools = [("100001", "P1", "", 0, 4, 0, 0), ("100002", "P1", "S1", 5, 8, 0, 0), ("100003", "", "S1", 9, 13, 0, 0)]
    rolls = {"100001": {2021: [50, 50, 50, 50, 61], 2022: [50, 50, 50, 50, 62]},
             "100002": {ay: [61] * 4 for ay in (2021, 2022)}, "100003": {ay: [61, 61, 61, 30, 20] for ay in (2021, 2022)}}
    projection = town(schools, rolls, {c: {A: 50} for c in range(2015, 2023)}, {A: {"P1": 1.0}}).project(PAPER)
    assert set(projection.transfers["nc_year"]) == {5, 7, 9, 12}
    survival = projection.ratios.query("kind == 'survival'").set_index(["planning_area_code", "nc_year"])["ratio_area"]
    assert not {("P1", 5), ("S1", 7), ("S1", 9)} & set(survival.index) and survival["S1", 8] == 1.0
    assert figure(projection.schools, 2023, "100002", 5) == pytest.approx(62), "61 left last year and 61 came; now 62 leave"
    assert figure(projection.schools, 2024, "100002", 6) == pytest.approx(62)
    assert figure(projection.schools, 2025, "100002", 7) == pytest.approx(62), "from its primary to its secondary part"
    assert figure(projection.schools, 2027, "100003", 9) == pytest.approx(62)
