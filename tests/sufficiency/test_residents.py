"""Demand by residence: the same children by where they live, whichever schools have room, adding up to the authority's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sufficiency.assumptions import Assumptions

Made = Callable[..., Any]
A, B = "E01000001", "E01000002"
HOMES, LIVING = {A: {"P1": 1.0}, B: {"P2": 1.0}}, {A: {"S1": 1.0}, B: {"S1": 0.5, "S2": 0.5}}
SCHOOLS = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P2", "", 0, 6, 0, 0), ("100003", "", "S1", 7, 11, 0, 0),
           ("100004", "", "S2", 7, 11, 0, 0)]
ROLLS = {"100001": {ay: [30] * 7 for ay in (2021, 2022)}, "100002": {ay: [60] * 7 for ay in (2021, 2022)},
         "100003": {ay: [45] * 5 for ay in (2021, 2022)}, "100004": {ay: [45] * 5 for ay in (2021, 2022)}}
BORN = {c: {A: 50, B: 50} for c in range(2010, 2023)}
PEOPLE = {A: [40.0] * 20, B: [80.0] * 20}


def figure(projection: Any, ay: int, area: str, nc_year: int) -> float:
    return float(projection.residents.sel(ay=ay, planning_area_code=area, nc_year=nc_year)[0])


def test_a_full_school_does_not_hide_its_own_need(town: Made) -> None:
    """P1's school has 30 of the town's 90 in each year group; half of the children born live there: 45 would come."""
    projection = town(SCHOOLS, ROLLS, BORN, HOMES, LIVING).project()
    assert figure(projection, 2022, "P1", 0) == pytest.approx(45) and figure(projection, 2022, "P2", 0) == pytest.approx(45)
    assert figure(projection, 2022, "S1", 7) == pytest.approx(90 * 0.75)
    assert figure(projection, 2022, "S2", 7) == pytest.approx(90 * 0.25)
    assert float(projection.pupils.sel(ay=2022, planning_area_code="P1", nc_year=0)[0]) == 30


def test_the_counted_residents_come_before_the_births(town: Made) -> None:
    """A mid-year of 2020 counts one child in A for two in B; those born since are as their births."""
    projection = town(SCHOOLS, ROLLS, BORN, HOMES, LIVING, PEOPLE).project()
    assert figure(projection, 2022, "P1", 5) == pytest.approx(30) and figure(projection, 2022, "P2", 5) == pytest.approx(60)
    assert figure(projection, 2027, "P1", 0) == pytest.approx(45), "Reception of 2027/28 was born after June 2020"
    assert figure(projection, 2022, "S1", 7) == pytest.approx(30 + 30)


def test_every_year_group_and_year_adds_up_to_the_authority(town: Made) -> None:
    projection = town(SCHOOLS, ROLLS, BORN, HOMES, LIVING, PEOPLE).project()
    assert np.allclose(projection.residents.sum("planning_area_code"), projection.authority, rtol=1e-12)
    assert any("one participation rate for the whole authority (approximate)" in note.text for note in projection.notes)


def test_more_places_or_pupils_at_one_school_move_no_resident(town: Made) -> None:
    plain = town(SCHOOLS, ROLLS, BORN, HOMES, LIVING).project()
    swapped = town(SCHOOLS, {**ROLLS, "100001": ROLLS["100002"], "100002": ROLLS["100001"]}, BORN, HOMES, LIVING).project()
    assert np.allclose(plain.residents.sel(ay=2022), swapped.residents.sel(ay=2022))


def test_where_homes_are_not_known_it_is_the_pupils_and_says_so(town: Made) -> None:
    projection = town(SCHOOLS, ROLLS, BORN, HOMES).project()
    living, at_school = (array.sel(planning_area_code=["S1", "S2"]) for array in (projection.residents, projection.pupils))
    assert np.array_equal(living, at_school)
    note = next(n for n in projection.notes if "where children live is not known for secondary planning areas" in n.text)
    assert note.loses == "hidden need cannot be seen"


def test_homes_without_any_count_of_children_tell_nothing(town: Made) -> None:
    """No births and no population: the areas' own pupils stand in, for primary too."""
    projection = town(SCHOOLS, ROLLS, None, HOMES, LIVING).project()
    assert np.array_equal(projection.residents, projection.pupils)


def test_cohorts_that_nobody_counted_live_as_the_nearest_that_was(town: Made) -> None:
    projection = town(SCHOOLS, ROLLS, {2018: {A: 20, B: 80}}, HOMES, LIVING).project(Assumptions())
    assert figure(projection, 2022, "P1", 0) == pytest.approx(18) and figure(projection, 2022, "P1", 6) == pytest.approx(18)
