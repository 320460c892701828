"""Births by cohort and planning area, whatever vintage and size of area they come in, and what is guessed of those to come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planning_areas.school_year import cohort_in, cohort_of_birth
from sufficiency.areas.small_areas import births_of, cohort_residents, recoded, recoded_to, residents
from sufficiency.assumptions import Assumptions
from sufficiency.forecast.newborns import Newborns, newborns

Made = Callable[..., Any]
A, B, C = "E01000001", "E01000002", "E01000003"
NORTH, SOUTH, WHOLE = "E07000001", "E07000002", "E10000099"
HOMES = {A: {"P1": 1.0}, B: {"P1": 0.5, "P2": 0.5}, C: {"P2": 1.0}}
SCHOOLS = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P2", "", 0, 6, 0, 0)]
ROLLS = {"100001": {2022: [30] * 7}, "100002": {2022: [60] * 7}}


def lsoas(made: Any) -> Any:
    """Tell the districts of the town's small areas: A is in the north, B and C are in the south."""
    rows = [(A, "A", NORTH, None), (B, "B", SOUTH, None), (C, "C", SOUTH, None)]
    return made.with_tables(lsoas=pd.DataFrame(rows, columns=["lsoa_code", "lsoa_name", "district_code", "geometry"]))


def found(made: Any, oldest: int = 2022, last: int = 2029) -> tuple[Newborns, str]:
    living = partial(residents, made.evidence)
    babies, notes = newborns(made.evidence, made.strands(), made.frame, oldest, last, living, Assumptions())
    return babies, "\n".join(note.text for note in notes)


def test_the_last_day_of_august_and_the_first_of_september_are_of_two_receptions() -> None:
    assert cohort_of_birth(date(2018, 8, 31)) == cohort_in(0, 2022)
    assert cohort_of_birth(date(2018, 9, 1)) == cohort_in(0, 2023)


def test_births_of_small_areas_are_carried_to_the_areas_of_their_homes(town: Made) -> None:
    babies, notes = found(town(SCHOOLS, ROLLS, {c: {A: 20, B: 10, C: 30} for c in range(2017, 2025)}, HOMES))
    assert babies.of_reception(2023).tolist() == [25, 35] and babies.total_of_reception(2023) == 60
    assert babies.is_known(2022) and babies.is_known(2029) and notes == ""


def test_cohorts_to_come_are_as_large_as_the_last_and_that_is_said(town: Made) -> None:
    babies, notes = found(town(SCHOOLS, ROLLS, {2017: {A: 20, B: 10, C: 30}, 2018: {A: 24, B: 10, C: 30}}, HOMES))
    assert [babies.total_of_reception(ay) for ay in (2022, 2023, 2024, 2029)] == [60, 64, 64, 64]
    assert [babies.is_known(ay) for ay in (2022, 2023, 2024)] == [True, True, False]
    assert "births behind the Reception of 2024/25, 2025/26, 2026/27, 2027/28 are not known" in notes


def test_a_past_cohort_that_is_missing_is_never_guessed(town: Made) -> None:
    babies, _ = found(town(SCHOOLS, ROLLS, {2015: {A: 9, B: 9, C: 9}, 2017: {A: 20, B: 10, C: 30}}, HOMES), oldest=2020)
    assert not babies.is_known(2021) and np.isnan(babies.total_of_reception(2021)) and babies.is_known(2020)


def test_births_of_districts_are_spread_by_the_young_children_who_live_there(town: Made) -> None:
    people = {A: [3.0] * 5, B: [2.0] * 5, C: [6.0] * 5}
    made = lsoas(town(SCHOOLS, ROLLS, {c: {NORTH: 30, SOUTH: 40} for c in range(2017, 2025)}, HOMES, people=people))
    babies, notes = found(made)
    assert babies.small is not None and babies.small[0] == pytest.approx([30, 10, 30])
    assert babies.of_reception(2022) == pytest.approx([35, 35])
    assert "spread over small areas by children aged 0 to 4" in notes
    equal, notes = found(lsoas(town(SCHOOLS, ROLLS, {c: {NORTH: 30, SOUTH: 40} for c in range(2017, 2025)}, HOMES)))
    assert equal.of_reception(2022) == pytest.approx([40, 30]) and "by equal shares" in notes


def test_the_finest_births_that_have_the_whole_cohort_are_taken(town: Made) -> None:
    """2017: small areas, districts and authority; 2018: one small area is missing; 2019: one district is; 2020: the authority."""
    births = {2017: {A: 20, B: 10, C: 30, NORTH: 99, SOUTH: 99, WHOLE: 999}, 2019: {NORTH: 22, WHOLE: 90}, 2020: {WHOLE: 80},
              2018: {A: 20, B: 10, NORTH: 22, SOUTH: 44, WHOLE: 999}}
    babies, _ = found(lsoas(town(SCHOOLS, ROLLS, births, HOMES)))
    assert [babies.total_of_reception(ay) for ay in (2022, 2023, 2024, 2025)] == [60, 66, 90, 80]
    assert [babies.is_known(ay) for ay in (2022, 2023, 2024, 2025, 2026)] == [True] * 4 + [False]


def test_small_areas_that_are_missing_without_anything_to_stand_in_are_told(town: Made) -> None:
    babies, notes = found(lsoas(town(SCHOOLS, ROLLS, {c: {A: 20, B: 10} for c in range(2017, 2025)}, HOMES)))
    assert babies.total_of_reception(2022) == 30 and "births of some small areas are missing" in notes


def test_a_district_that_is_missing_leaves_no_births_and_is_named(town: Made) -> None:
    babies, notes = found(lsoas(town(SCHOOLS, ROLLS, {c: {NORTH: 22} for c in range(2017, 2025)}, HOMES)))
    assert notes == f"no births of the whole authority are known: those of {SOUTH} are missing"
    assert babies.of_reception(2023).tolist() == [30, 60], "Reception stays as it is"


def test_births_of_others_are_left_out_and_told(town: Made) -> None:
    births = {c: {A: 20, B: 10, C: 30, "E01999999": 5, "E07999999": 500} for c in range(2017, 2025)}
    babies, notes = found(lsoas(town(SCHOOLS, ROLLS, births, HOMES)))
    assert babies.total_of_reception(2022) == 60
    assert "births of 2 areas that are not the authority's are left out (E01999999, E07999999)" in notes


def test_births_of_all_named_districts_count_though_schools_stand_in_one(town: Made) -> None:
    made = town(SCHOOLS, ROLLS, {c: {NORTH: 20, SOUTH: 70, "E07000009": 5} for c in range(2017, 2025)})
    standing = pd.DataFrame([("100001", "999", NORTH), ("100002", "999", NORTH)], columns=["urn", "la_code", "district_code"])
    by_schools = made.with_tables(schools=standing)
    assert found(by_schools)[0].total_of_reception(2023) == 20
    authority = replace(made.evidence.authority, districts=(NORTH, SOUTH))
    babies, notes = found(replace(by_schools, evidence=replace(by_schools.evidence, authority=authority)))
    assert babies.total_of_reception(2023) == 90 and "left out (E07000009)" in notes


def test_without_small_areas_births_lie_as_reception_does(town: Made) -> None:
    babies, notes = found(town(SCHOOLS, ROLLS, {c: {NORTH: 20, SOUTH: 70} for c in range(2017, 2025)}))
    assert babies.of_reception(2023) == pytest.approx([30, 60]) and babies.small is None
    assert "births are spread over planning areas as Reception is" in notes
    by_small_area, _ = found(town(SCHOOLS, ROLLS, {c: {A: 20, B: 70} for c in range(2017, 2025)}))
    assert by_small_area.total_of_reception(2023) == 90, "small areas of which nothing else is known are added up"


def test_an_area_in_which_nobody_lives_has_its_part_of_all_births(town: Made) -> None:
    """Every home is given to P1, and yet P2's school takes 60 of 90 in Reception: it will not be empty next year."""
    made = town(SCHOOLS, ROLLS, {c: {A: 90} for c in range(2017, 2025)}, {A: {"P1": 1.0}})
    babies, _ = found(made)
    assert babies.of_reception(2023) == pytest.approx([90, 60])
    projection = made.project(Assumptions(shrinkage_births=0.0))
    assert float(projection.pupils.sel(planning_area_code="P2", ay=2023, nc_year=0)[0]) == pytest.approx(60)


def test_a_unitary_authority_is_its_own_district(town: Made) -> None:
    made = town(SCHOOLS, ROLLS, {2017: {WHOLE: 77}}, HOMES)
    rows = [(code, code, WHOLE, None) for code in HOMES]
    made = made.with_tables(lsoas=pd.DataFrame(rows, columns=["lsoa_code", "lsoa_name", "district_code", "geometry"]))
    births = births_of(made.evidence, tuple(sorted(HOMES)), partial(residents, made.evidence))
    assert births is not None and births.level == ("authority",) and births.total.tolist() == [77]


LOOKUP = pd.DataFrame([(A, A, "U"), ("E01000011", B, "S"), ("E01000011", C, "S"), ("E01000012", C, "M"), ("E01000013", C, "M")],
                      columns=["lsoa11_code", "lsoa21_code", "change_code"])


def test_areas_of_2011_that_were_split_or_merged_keep_their_children() -> None:
    rows = [(A, 2017, 7.0), ("E01000011", 2017, 10.0), ("E01000012", 2017, 1.0), ("E01000013", 2018, 2.0), ("E0199", 2017, 3.0)]
    counts = pd.DataFrame(rows, columns=["lsoa_code", "cohort", "value"])
    grid = recoded(counts, "cohort", (A, B, C), LOOKUP)
    assert grid.tolist() == [[7, 0], [5, 0], [6, 2]], "one column a cohort; what leads nowhere is left out"
    assert recoded(counts[:1], "cohort", (A,), LOOKUP[:0]).tolist() == [[7]]


def test_residents_of_a_cohort_are_ten_twelfths_of_one_age_and_two_of_the_next(town: Made) -> None:
    """At 30 June 2020 the cohort of September 2015 is four years old, but for those born in July and August, who are three."""
    people = {A: [float(10 * age) for age in range(20)], B: [1.0] * 20}
    made = town(SCHOOLS, ROLLS, people=people, year=2020)
    known = residents(made.evidence, (A, B))
    assert known is not None and known[0] == 2020
    cohort = cohort_residents(known[1], 2020, 2015)
    assert cohort is not None and cohort[0] == pytest.approx(10 / 12 * 40 + 2 / 12 * 30)
    assert cohort_residents(known[1], 2020, 2019) is None, "some of them are not born by then"


def test_values_are_put_in_another_order() -> None:
    values = np.array([1.0, 2.0])
    assert recoded_to(values, (A, B), (A, B)) is values
    assert recoded_to(values, (A, B), (C, B)).tolist() == [0, 2]
