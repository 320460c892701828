"""Reception from GP registrations: cut to cohorts, measured against what came, and blended with births by past error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.assumptions import Assumptions, ExcludedYear
from sufficiency.backtesting.as_known import as_known
from sufficiency.forecast.register_counts import Count, cut_to_cohorts, newest, of_the_authority, register_counts
from sufficiency.forecast.registrations import Past, weight_of

Made = Callable[..., Any]
PAPER = Assumptions(weights=(1.0,), shrinkage_survival=0.0, shrinkage_births=0.0)
WHOLE = "E10000099"
CAME, BORN = {2019: 100, 2020: 110, 2021: 99, 2022: 110}, 100
REGISTER = {2019: 200.0, 2020: 220.0, 2021: 220.0, 2022: 200.0, 2023: 220.0}


def registered(counts: dict[int, float], area: str = WHOLE) -> pd.DataFrame:
    """Four-year-olds at the end of August before each Reception."""
    rows = [(area, f"{ay}-08-31", 4.0, np.nan, n, "" if n == n else "c") for ay, n in counts.items()]
    return pd.DataFrame(rows, columns=["area_code", "on", "age", "cohort", "children", "symbol"])


@pytest.fixture
def alone(town: Made) -> Any:
    """An authority with Receptions of 100, 110, 99 and 110, each of 100 births."""
    rolls = {ay: [float(n), *[0.0] * 14] for ay, n in CAME.items()}
    return town([], {}, {ay - 5: {WHOLE: float(BORN)} for ay in range(2019, 2028)}, authority_roll=rolls)


def reception(projection: Any, ay: int) -> float:
    return float(projection.pupils.sel(ay=ay, nc_year=0).isel(draw=0).sum())


def notes(projection: Any) -> str:
    return "\n".join(note.text for note in projection.notes if note.table == "gp_registrations")


def test_the_weight_is_that_of_the_other_s_squared_error() -> None:
    """Births were out by 10, 8 and 4 (mean square 60), registers by 2, 2 and 2 (4): 60 / 64 of the register."""
    came = np.array([90.0, 108.0, 96.0])
    past = Past(by_births=np.array([100.0] * 3), by_registrations=came + np.array([2.0, -2.0, 2.0]), came=came)
    weight, comparisons = weight_of(past, untested=0.5)
    assert weight == pytest.approx(0.9375) and comparisons == 3


def test_fewer_than_three_comparisons_tell_nothing() -> None:
    two = Past(np.array([100.0, 100.0, np.nan]), np.array([90.0, 90.0, 90.0]), np.array([90.0, 90.0, 90.0]))
    assert weight_of(two, untested=0.25) == (0.25, 2)
    same = np.array([90.0] * 3)
    assert weight_of(Past(same, same, same), untested=0.25) == (0.25, 3), "nor do two that were never out"


def test_reception_is_blended_as_on_paper(alone: Any) -> None:
    """By births (last year's) 100, 110, 99 were expected, by registers 110, 110, 90; 110, 99 and 110 came."""
    projection = alone.with_tables(gp_registrations=registered(REGISTER)).project(PAPER)
    weight = 342 / (342 + 521)
    assert reception(projection, 2023) == pytest.approx(weight * 121 + (1 - weight) * 110)
    assert reception(projection, 2024) == pytest.approx(110), "a year of which no child is counted goes by births"
    told = projection.registrations.iloc[0]
    assert told[["planning_area_code", "ay", "lead", "children", "comparisons"]].tolist() == ["", 2023, 1, 220, 3]
    assert told[["survival", "by_registrations", "by_births", "weight"]].tolist() == pytest.approx([0.55, 121, 110, weight])
    assert "weight of the registrations of the authority: 2023/24 40% (3 past comparisons)" in notes(projection)


def test_with_too_short_a_past_the_weight_is_a_setting(alone: Any) -> None:
    short = alone.with_tables(gp_registrations=registered({ay: n for ay, n in REGISTER.items() if ay > 2020}))
    assert reception(short.project(replace(PAPER, registrations_untested=0.0)), 2023) == pytest.approx(110)
    projection = short.project(replace(PAPER, registrations_untested=1.0))
    assert reception(projection, 2023) == pytest.approx(121)
    assert "too few past counts to measure how good registrations are, for the Reception of 2023/24" in notes(projection)


def test_a_hidden_count_is_missing_and_never_nought(alone: Any) -> None:
    projection = alone.with_tables(gp_registrations=registered({**REGISTER, 2023: np.nan})).project(PAPER)
    assert reception(projection, 2023) == pytest.approx(110)
    assert "1 small counts are hidden" in notes(projection) and "registrations are not used" in notes(projection)


def test_a_year_that_is_left_out_is_left_out_here_too(alone: Any) -> None:
    out = replace(PAPER, excluded_years=(ExcludedYear(2022, "a shock"),))
    told = alone.with_tables(gp_registrations=registered(REGISTER)).project(out).registrations.iloc[0]
    assert told["survival"] == pytest.approx(99 / 220) and told["comparisons"] == 2


def test_a_past_forecast_knows_only_what_had_been_counted(alone: Any) -> None:
    then = as_known(alone.with_tables(gp_registrations=registered(REGISTER)).evidence, 2021, births_lag=2)
    assert then.gp_registrations["on"].tolist() == ["2019-08-31", "2020-08-31", "2021-08-31"]


def test_without_the_table_nothing_changes(alone: Any) -> None:
    projection = alone.project(PAPER)
    assert projection.registrations.empty and reception(projection, 2023) == pytest.approx(110) and notes(projection) == ""


def test_counts_of_no_use_say_so(alone: Any) -> None:
    projection = alone.with_tables(gp_registrations=registered(REGISTER, area="P99")).project(PAPER)
    assert "registrations of areas that are not planned for are not used: P99" in notes(projection)
    assert reception(projection, 2023) == pytest.approx(110)


SCHOOLS = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P2", "", 0, 6, 0, 9_000)]


def test_planning_areas_have_their_own_and_add_up_to_the_authority(town: Made) -> None:
    """All born stay. P1's register rises from 100 to 120 and P2's stays: P1 gains within the total, and the total rises."""
    years = range(2018, 2023)
    rolls = {"100001": {ay: [100] * 7 for ay in years}, "100002": {ay: [50] * 7 for ay in years}}
    made = town(SCHOOLS, rolls, {c: {"E01000001": 100, "E01000002": 50} for c in range(2008, 2023)},
                {"E01000001": {"P1": 1.0}, "E01000002": {"P2": 1.0}})
    north = registered({**{ay: 100.0 for ay in years}, 2023: 120.0}, "P1")
    south = registered({ay: 50.0 for ay in range(2018, 2024)}, "P2")
    projection = made.with_tables(gp_registrations=pd.concat([north, south], ignore_index=True)).project(PAPER)
    first = projection.pupils.sel(ay=2023, nc_year=0).isel(draw=0)
    assert float(first.sum()) == pytest.approx(160), "neither was ever out, so that each has half the weight"
    assert [float(first.sel(planning_area_code=a)) for a in ("P1", "P2")] == pytest.approx([110, 50])
    assert projection.registrations["planning_area_code"].tolist() == ["", "P1", "P2"]
    assert "registrations of its planning areas" in notes(projection) and "2 planning areas have their own" in notes(projection)


def test_more_children_on_the_register_are_never_fewer_in_reception(alone: Any) -> None:
    found = [reception(alone.with_tables(gp_registrations=registered({**REGISTER, 2023: n})).project(PAPER), 2023)
             for n in (1.0, 150.0, 220.0, 221.0, 400.0)]
    assert found == sorted(found)


def test_ages_are_cut_to_cohorts_by_the_month_of_the_count() -> None:
    """At 31 August four-year-olds are one cohort; at 30 June 10/12 of the fours and 2/12 of the threes; in December 4/12 of 4."""
    ages = {3: 60.0, 4: 120.0, 5: 240.0}
    assert cut_to_cohorts(ages, 2022, 8) == {2016: 240, 2017: 120, 2018: 60}
    assert cut_to_cohorts(ages, 2022, 6) == pytest.approx({2016: 220, 2017: 110})
    assert cut_to_cohorts(ages, 2022, 12) == pytest.approx({2017: 80 + 80, 2018: 40 + 40})
    assert cut_to_cohorts({}, 2022, 6) == {}


def test_whatever_the_month_a_cohort_is_a_mean_of_its_two_ages() -> None:
    ages = {age: 100.0 + age for age in range(6)}
    for month in range(1, 13):
        cohorts = cut_to_cohorts(ages, 2022, month)
        assert len(cohorts) == (6 if month == 8 else 5) and all(100 <= n <= 105 for n in cohorts.values())


def test_the_lead_is_the_number_of_septembers_to_reception() -> None:
    table = pd.concat([registered({2023: 220.0}), registered({2022: np.nan})], ignore_index=True)
    table.loc[2] = [WHOLE, "2022-09-30", np.nan, 2018.0, 215.0, ""]
    counts = register_counts(table)[WHOLE]
    assert counts[2018] == [Count(1, 8, 220.0), Count(1, 9, 215.0)], "in September they are a year from school"
    assert newest(counts[2017]) is None, "hidden"


def test_districts_make_an_authority_only_when_all_are_counted(town: Made) -> None:
    made = town([], {}, {2018: {"E07000001": 60, "E07000002": 40}})
    schools = pd.DataFrame({"district_code": ["E07000001", "E07000002"], "status": "Open"})
    evidence = replace(made.with_tables(schools=schools).evidence, authority=replace(
        made.evidence.authority, districts=("E07000001", "E07000002")))
    one, other = registered({2023: 120.0, 2022: 100.0}, "E07000001"), registered({2023: 80.0}, "E07000002")
    both = register_counts(pd.concat([one, other], ignore_index=True))
    found, named = of_the_authority(both, evidence, ["P1"])
    assert named == "its districts" and found == {2018: [Count(1, 8, 200.0)]}
    assert of_the_authority(register_counts(one), evidence, ["P1"]) == ({}, "")
