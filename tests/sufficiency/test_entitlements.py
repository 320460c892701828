"""Hours of one child, against a slow and obvious oracle that knows nothing of layers; stretch; thresholds; dated rules."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import pytest

from sufficiency.childcare.entitlements import (
    KINDS,
    added,
    earnings_thresholds,
    entitlements,
    hours_of,
    in_force,
    layers,
    stretched,
)
from sufficiency.childcare.findings import working_parents

DATES = [date(2016, 9, 1), date(2017, 8, 31), date(2017, 9, 1), date(2023, 9, 1), date(2024, 3, 31), date(2024, 4, 1),
         date(2024, 8, 31), date(2024, 9, 1), date(2025, 4, 1), date(2025, 8, 31), date(2025, 9, 1), date(2027, 1, 1)]


def one_child(months: int, working: bool, early_learning: bool, reception: bool, on: date) -> float:
    """What the brief says of one child at one instant, with the dates of the law written out."""
    if reception or months < 9 or months >= 60:
        return 0
    if months >= 36:
        return 15 + (15 if working and on >= date(2017, 9, 1) else 0)
    of_two = 30 if on >= date(2025, 9, 1) else 15 if on >= date(2024, 4, 1) else 0
    of_one = 30 if on >= date(2025, 9, 1) else 15 if on >= date(2024, 9, 1) else 0
    if months >= 24:
        return of_two if working and of_two else 15 if early_learning else 0
    return of_one if working else 0


@pytest.mark.parametrize("on", DATES, ids=str)
def test_every_overlap_of_entitlements_is_as_the_oracle_says(on: date) -> None:
    every = list(product(range(66), (False, True), (False, True), (False, True)))
    months, working, early, reception = (np.array(column) for column in zip(*every, strict=True))
    found = layers(months, working, early, reception, on)
    assert found.sum(axis=1).tolist() == [one_child(*child, on) for child in every]
    assert found.min() >= 0 and found.sum(axis=1).max() <= 30        # never 45


@pytest.mark.parametrize("on", DATES, ids=str)
def test_the_hours_that_demand_adds_up_by_heading_are_those_of_the_oracle(on: date) -> None:
    """A run adds hours heading by heading (`added`, and what working parents add to early learning): for each child the same."""
    for band, months in (("under_2", 12), ("age_2", 26), ("age_3_4", 40)):
        adds, force = added(band, on), hours_of(band, on)
        for working, early in product((False, True), repeat=2):
            by_working = adds["working_parent"]
            if early and force["early_learning"]:
                by_working = max(0.0, force["working_parent"] - force["early_learning"])
            hours = adds["universal"] + early * adds["early_learning"] + working * by_working
            assert hours == one_child(months, working, early, False, on), (band, working, early)


def test_a_two_year_old_who_meets_both_tests_is_entered_through_early_learning_first() -> None:
    by_kind = dict(zip(KINDS, layers(30, True, True, False, date(2026, 1, 1))[0], strict=True))
    assert by_kind == {"universal": 0, "early_learning": 15, "working_parent": 15}
    by_kind = dict(zip(KINDS, layers(30, True, True, False, date(2025, 1, 1))[0], strict=True))
    assert by_kind == {"universal": 0, "early_learning": 15, "working_parent": 0}


def test_thirty_hours_contain_the_fifteen_for_everyone() -> None:
    assert layers([40, 40], [True, False], [False, False], [False, False], date(2026, 4, 1)).tolist() == [[15, 0, 15], [15, 0, 0]]
    assert added("age_3_4", date(2026, 4, 1)) == {"universal": 15, "early_learning": 0, "working_parent": 15}
    assert added("age_2", date(2026, 4, 1)) == {"universal": 0, "early_learning": 15, "working_parent": 30}


def test_a_run_for_2023_uses_the_rules_of_2023() -> None:
    assert hours_of("under_2", date(2023, 9, 1)) == {"universal": 0, "early_learning": 0, "working_parent": 0}
    assert hours_of("age_2", date(2023, 9, 1)) == {"universal": 0, "early_learning": 15, "working_parent": 0}
    assert hours_of("age_2", date(2024, 4, 1))["working_parent"] == 15
    assert hours_of("under_2", date(2025, 9, 1))["working_parent"] == 30


def test_every_rule_carries_its_date_and_its_tag() -> None:
    assert all(e.evidence in {"V", "D", "U"} and e.weeks == 38 for e in entitlements())
    assert len(in_force(date(2030, 1, 1))) == 5
    yearly = {key: e.hours_week * e.weeks for key, e in in_force(date(2026, 9, 1)).items()}
    assert yearly["age_3_4", "universal"] == 570 and yearly["age_3_4", "working_parent"] == 1140


def test_g4_stretched_hours() -> None:
    told = [f"{stretched(15, 51):.2f}", f"{stretched(15, 48):.1f}", f"{stretched(30, 51):.2f}"]
    assert told == ["11.18", "11.9", "22.35"]
    assert stretched(15, 38) == 15
    for weeks in (30, 53):
        with pytest.raises(ValueError, match="38 to 52 weeks"):
            stretched(15, weeks)


def test_g1_earnings_thresholds() -> None:
    assert list(earnings_thresholds(date(2025, 9, 1)).values()) == [2539, 2080, 1570, 100_000]
    assert list(earnings_thresholds(date(2026, 9, 1)).values()) == [2643, 2256, 1664, 100_000]
    assert earnings_thresholds(date(2019, 4, 1)) == {}
    said = working_parents(date(2026, 9, 1))
    assert "at least £2,643 in three months" in said and "no more than £100,000 a year" in said
    assert working_parents(date(2019, 4, 1)) == "", "nothing is said of a day of which nothing is known"
