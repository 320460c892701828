"""A blank in the authority's roll is not nought: a year group without a count is estimated, openly, or told to be unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

Made = Callable[..., Any]
NAN = float("nan")
PAIR = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "", "S1", 7, 11, 0, 0)]


def censuses(*changes: dict[int, float], size: float = 100.0) -> dict[int, list[float]]:
    """Rolls of the base year and those before it, latest first: every year group has `size` children but for those given."""
    return {2022 - k: [groups.get(g, size) for g in range(15)] for k, groups in enumerate(changes)}


def thin(town: Made, *changes: dict[int, float]) -> Any:
    return town([], {}, authority_roll=censuses(*changes)).project()


def pupils(projection: Any, ay: int, nc_year: int) -> float:
    return float(projection.pupils.sel(ay=ay, nc_year=nc_year).isel(draw=0).sum())


def told(projection: Any, about: str = "authority_roll") -> str:
    return "\n".join(note.text for note in projection.notes if note.table == about)


def test_a_year_group_without_a_count_comes_from_the_one_below_a_year_earlier(town: Made) -> None:
    """Of 80 in Year 2 a year ago nine in ten go on to Year 3, as the year before."""
    projection = thin(town, {3: NAN}, {2: 80, 3: 90}, {2: 100})
    assert pupils(projection, 2022, 3) == pytest.approx(72) and pupils(projection, 2023, 4) > 60
    assert ("year groups that are not counted in 2022/23 are estimated: Year 3 (72: Year 2 of the year before, 80, times 0.900)"
            in told(projection))


def test_what_is_never_counted_is_the_mean_of_its_neighbours(town: Made) -> None:
    projection = thin(town, {2: 90, 3: NAN, 4: 110}, {3: NAN})
    assert pupils(projection, 2022, 3) == pytest.approx(100)
    assert "Year 3 (100: the mean of Year 2 and Year 4)" in told(projection)


def test_neighbours_are_of_the_same_phase_and_there_may_be_one_only(town: Made) -> None:
    projection = thin(town, {0: NAN, 1: 70, 5: 90, 6: NAN, 7: 200})
    assert pupils(projection, 2022, 0) == 70 and pupils(projection, 2022, 6) == 90
    assert "Reception (70: as many as in Year 1), Year 6 (90: as many as in Year 5)" in told(projection)


def test_two_year_groups_side_by_side_have_the_same_neighbours(town: Made) -> None:
    projection = thin(town, {8: 80, 9: NAN, 10: NAN, 11: 60})
    assert pupils(projection, 2022, 9) == pupils(projection, 2022, 10) == 70


def test_ratios_of_the_year_groups_that_are_counted_are_measured_all_the_same(town: Made) -> None:
    projection = thin(town, {3: NAN, 1: 95}, {3: NAN})
    assert pupils(projection, 2023, 1) == pytest.approx(95), "95 of last year's 100 in Reception"
    assert "one census only" not in told(projection)


def test_a_phase_in_which_nobody_is_counted_is_not_projected_and_that_is_told(town: Made) -> None:
    nobody = dict.fromkeys(range(7, 15), NAN)
    projection = thin(town, nobody, nobody)
    assert "the authority's roll counts nobody in Year 7 to Year 14, and nothing tells how many there are" in told(projection)
    assert "no school that is planned for has Year 7" in told(projection, "schools")
    assert pupils(projection, 2025, 6) == pytest.approx(100) and pupils(projection, 2025, 7) == 0


def test_a_sixth_form_is_never_guessed_from_its_neighbours(town: Made) -> None:
    projection = thin(town, {13: NAN})
    assert pupils(projection, 2022, 13) == 0 and "counts nobody in Year 13" in told(projection)
    assert pupils(thin(town, {13: NAN}, {12: 50}, {12: 100}), 2022, 13) == 50, "but from the year group below a year earlier"


def test_where_schools_are_known_their_counts_stand_in_like_for_like(town: Made) -> None:
    """Schools count 50 where the authority counts 100, and 45 in the Year 3 that it hides: 90, of the 100 a year before."""
    rolls = {"100001": {2021: [50] * 7, 2022: [50, 50, 50, 45, 50, 50, 50]}, "100002": {2021: [50] * 5, 2022: [50] * 5}}
    no_sixth_form = dict.fromkeys(range(12, 15), 0.0)
    made = town(PAIR, rolls, authority_roll=censuses({3: NAN} | no_sixth_form, no_sixth_form))
    projection = made.project()
    used = projection.ratios.query("kind == 'survival' and nc_year == 3").iloc[0]
    assert used["ratio_authority"] == pytest.approx(0.9)
    assert "where the authority's roll counts nobody its schools' rolls are added up: Year 3 of 2022/23" in told(projection)
    assert pupils(projection, 2022, 3) == 45, "the projection starts from the schools"


def test_a_roll_without_sixth_forms_does_not_close_those_of_the_schools(town: Made) -> None:
    rolls = {"100002": {ay: [100] * 5 + [50, 40] for ay in (2021, 2022)}, "100001": {ay: [100] * 7 for ay in (2021, 2022)}}
    nobody = dict.fromkeys(range(12, 15), NAN)
    projection = town(PAIR, rolls, authority_roll=censuses(nobody, nobody)).project()
    assert pupils(projection, 2023, 12) == pytest.approx(50) and pupils(projection, 2023, 13) == pytest.approx(40)


def test_nothing_is_estimated_where_all_is_counted(town: Made) -> None:
    projection = thin(town, {}, {})
    assert "estimated" not in told(projection) and np.allclose(projection.pupils.sel(ay=2022).sum(), 1500)


def test_the_base_year_s_estimate_is_no_part_of_the_ratios(town: Made) -> None:
    """Neighbours say 100, Year 2 a year ago had 50: that is no sign that twice as many come."""
    projection = thin(town, {3: NAN}, {2: 50, 3: NAN})
    used = projection.ratios.query("kind == 'survival' and nc_year == 3").iloc[0]
    assert pupils(projection, 2022, 3) == 100 and used["ratio_authority"] == 1.0


def test_hidden_counts_travel_as_missing(town: Made) -> None:
    made = town([], {}, authority_roll=censuses({}, {}))
    table = made.evidence.authority_roll.copy()
    hidden = (table["ay"] == 2022) & (table["nc_year"] == 5)
    table.loc[hidden, ["pupils", "symbol"]] = (NAN, "c")
    projection = made.with_tables(authority_roll=pd.DataFrame(table)).project()
    assert pupils(projection, 2022, 5) == pytest.approx(100) and "Year 5 (100" in told(projection)
