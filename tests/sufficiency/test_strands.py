"""Strands: which year groups of which school in which area, whatever the ages say; rolls laid out, and what is missing told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.forecast.strands import Strands, strands_of, whole_areas

Made = Callable[..., Any]


def laid_out(made: Any) -> tuple[Strands, str]:
    strands, notes = strands_of(made.schools, made.history, made.frame, 2022)
    return strands, "\n".join(note.text for note in notes)


def stretches(made: Any) -> list[tuple[str, str, int, int]]:
    strands, _ = laid_out(made)
    return [(strands.urns[s], strands.areas[strands.area[s]], int(strands.low[s]), int(strands.high[s]))
            for s in range(len(strands.urns))]


def test_a_school_of_both_phases_has_a_strand_in_each_area(town: Made) -> None:
    made = town([("100001", "P1", "S1", 0, 13, 0, 0), ("100002", "P1", "S1", 5, 8, 0, 0)],
                {"100001": {2022: [3] * 14}, "100002": {2022: [4] * 4}})
    assert stretches(made) == [("100001", "P1", 0, 6), ("100002", "P1", 5, 6), ("100001", "S1", 7, 14), ("100002", "S1", 7, 8)]
    strands, _ = laid_out(made)
    assert strands.roll[0].sum(axis=1).tolist() == [21, 8, 21, 8], "each counts the year groups of its own phase"


def test_a_sixth_form_is_where_one_has_had_pupils_whatever_the_ages_say(town: Made) -> None:
    made = town([("100001", "", "S1", 7, 11, 0, 0), ("100002", "", "S1", 7, 11, 0, 0)],
                {"100001": {2021: [9] * 5 + [2], 2022: [9] * 5}, "100002": {2022: [9] * 5}})
    assert stretches(made) == [("100001", "S1", 7, 14), ("100002", "S1", 7, 11)]


def test_ages_that_are_missing_stand_for_the_whole_phase(town: Made) -> None:
    made = town([("100001", "P1", "", 0, 6, 0, 0), ("100002", "", "S1", 7, 11, 0, 0)], {})
    made.schools[["nc_year_low", "nc_year_high"]] = np.nan
    assert stretches(made) == [("100001", "P1", 0, 6), ("100002", "S1", 7, 11)]


def test_where_strands_begin_and_end(town: Made) -> None:
    made = town([("100001", "P1", "", 0, 2, 0, 0), ("100002", "P1", "", 3, 6, 0, 0), ("100003", "", "S1", 7, 13, 0, 0)], {})
    strands, _ = laid_out(made)
    assert [strands.enters(g).tolist() for g in (0, 3, 7, 12, 13)] == [
        [True, False, False], [False, True, False], [False, False, True], [False, False, True], [False, False, True]]
    assert [strands.leaves(g).tolist() for g in (2, 6, 11, 14)] == [
        [True, False, False], [False, True, False], [False, False, True], [False, False, True]]


def test_a_census_that_is_missing_in_between_is_told(town: Made) -> None:
    strands, told = laid_out(town([("100001", "P1", "", 0, 6, 0, 0)], {"100001": {2019: [3] * 7, 2021: [3] * 7, 2022: [3] * 7}}))
    assert strands.years == (2022, 2021, 2020, 2019) and strands.seen.tolist() == [True, True, False, True]
    assert told == "no school census for 2020/21"


def test_censuses_after_the_base_year_are_not_looked_at(town: Made) -> None:
    made = town([("100001", "P1", "", 0, 6, 0, 0)], {"100001": {2022: [3] * 7, 2023: [9] * 7}})
    assert laid_out(made)[0].years == (2022,) and np.array_equal(
        made.project().pupils, town([("100001", "P1", "", 0, 6, 0, 0)], {"100001": {2022: [3] * 7}}).project().pupils)


def test_one_code_for_two_areas_is_refused(town: Made) -> None:
    made = town([("100001", "X", "X", 0, 11, 0, 0)], {"100001": {2022: [3] * 12}})
    with pytest.raises(ValueError, match="give each phase its own codes"):
        laid_out(made)


def test_areas_without_any_school_roll_share_the_authority_s_by_their_schools(town: Made) -> None:
    made = town([("100001", "P1", "", 0, 6, 0, 0), ("100002", "P1", "", 0, 6, 0, 0), ("100003", "P2", "", 0, 6, 0, 0)], {})
    strands, _ = laid_out(made)
    whole = whole_areas(strands, np.array([[90.0] * 7 + [0.0] * 8]), (2022,))
    assert whole.urns == ("", "") and whole.roll[0, :, 0].tolist() == [60, 30]
    bare = replace(made, frame=replace(made.frame, members=made.frame.members.iloc[:0]))
    assert whole_areas(laid_out(bare)[0], np.array([[90.0] * 15]), (2022,)).roll[0, :, 0].tolist() == [45, 45]


def test_a_phase_in_which_nobody_is_counted_has_no_strand(town: Made) -> None:
    strands, _ = laid_out(town([("100001", "P1", "", 0, 6, 0, 0), ("100003", "", "S1", 7, 11, 0, 0)], {}))
    roll = np.array([[90.0] * 7 + [np.nan] * 8, [90.0] * 7 + [np.nan] * 8, [np.nan, *[90.0] * 6, *[np.nan] * 8]])
    whole = whole_areas(strands, roll, (2022, 2021, 2020))
    assert [whole.areas[a] for a in whole.area] == ["P1"] and whole.by_area(whole.roll)[0, :, 0].tolist() == [90, 0]
    assert whole.seen.tolist() == [True, True, False], "a year has been seen that has all the year groups ever counted"


def test_an_authority_with_a_roll_of_this_year_and_schools_of_last_is_projected_as_a_whole(town: Made) -> None:
    roll = {ay: [90.0] * 7 + [0.0] * 8 for ay in (2021, 2022)}
    projection = town([("100001", "P1", "", 0, 6, 0, 0)], {"100001": {2021: [88] * 7}}, authority_roll=roll).project()
    assert any("no roll of any school is known for 2022/23" in note.text for note in projection.notes)
    assert float(projection.pupils.sel(planning_area_code="P1", ay=2023, nc_year=1)[0]) == pytest.approx(90)


def test_before_a_school_opened_its_area_was_another(town: Made) -> None:
    made = town([("100001", "P1", "", 0, 6, 0, 0), ("100002", "P1", "", 0, 6, 0, 0), ("100003", "P2", "", 0, 6, 0, 0)],
                {"100001": {ay: [3] * 7 for ay in (2020, 2021, 2022)}, "100002": {2022: [3] * 7},
                 "100003": {ay: [3] * 7 for ay in (2020, 2021, 2022)}})
    assert laid_out(made)[0].open_since().tolist() == [[True, True], [False, True], [False, True]]


def test_counts_of_unknown_schools_are_left_out_and_told(town: Made) -> None:
    made = town([("100001", "P1", "", 0, 6, 0, 0)], {"100001": {2022: [3] * 7}})
    stray = pd.DataFrame([("100009", 2022, 4, 11.0)], columns=made.history.columns)
    _, told = laid_out(replace(made, history=pd.concat([made.history, stray], ignore_index=True)))
    assert "11 pupils are in schools or year groups outside every planning area" in told
