"""Year groups that children enter from schools that are not planned for: never nought in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from sufficiency.assumptions import Assumptions

Made = Callable[..., Any]
PLAIN = Assumptions(weights=(1.0,), shrinkage_survival=0.0)
SECONDARY = ("100002", "", "S1", 7, 11, 0, 0)
SIXTH = ("100003", "", "S2", 7, 13, 0, 5_000)
BIRTHS = {cohort: {"E10000099": 100} for cohort in range(2010, 2025)}


def year_7(projection: Any, ay: int, area: str = "S1") -> float:
    return float(projection.pupils.sel(ay=ay, nc_year=7, planning_area_code=area).isel(draw=0))


def told(projection: Any) -> str:
    return "\n".join(note.text for note in projection.notes if note.table == "schools")


def authority(*, year_6: float = 80.0, size: float = 100.0) -> dict[int, list[float]]:
    """The authority's roll of two years: 90 in Year 6 a year ago became the 100 of Year 7 today."""
    today = [60.0, 65.0, 70.0, 75.0, 80.0, 85.0, year_6, *[size] * 5, 0.0, 0.0, 0.0]
    before = [65.0, 70.0, 75.0, 80.0, 85.0, 90.0, 90.0, *[size] * 5, 0.0, 0.0, 0.0]
    return {2022: today, 2021: before}


def test_secondary_schools_alone_follow_the_authority_s_own_year_6(town: Made) -> None:
    rolls = {"100002": {ay: [100] * 5 for ay in (2021, 2022)}}
    projection = town([SECONDARY], rolls, BIRTHS, authority_roll=authority()).project(PLAIN)
    assert year_7(projection, 2023) == pytest.approx(80 * 100 / 90)
    assert year_7(projection, 2024) == pytest.approx(85 * (80 / 90) * 100 / 90), "85 in Year 5, of whom 80 in 90 go on to Year 6"
    assert year_7(projection, 2029) > 40 and float(projection.pupils.sel(ay=2027, nc_year=8).sum()) > 40
    assert "Year 7 follows the authority's own Year 6 (80 in 2022/23) times 1.111" in told(projection)


def test_schools_take_the_part_that_they_have_today(town: Made) -> None:
    rolls = {"100002": {ay: [60] * 5 for ay in (2021, 2022)}, "100003": {ay: [20] * 5 for ay in (2021, 2022)}}
    projection = town([SECONDARY, SIXTH], rolls, BIRTHS, authority_roll=authority()).project(PLAIN)
    assert year_7(projection, 2023) == pytest.approx(0.6 * 80 * 100 / 90)
    assert year_7(projection, 2023, "S2") == pytest.approx(0.2 * 80 * 100 / 90)
    assert "of whom the schools planned for take 80.0% as today" in told(projection)


def test_without_a_roll_of_the_authority_today_s_intake_is_carried_on_and_that_is_told(town: Made) -> None:
    rolls = {"100003": {2022: [230] * 5 + [130, 120]}}
    projection = town([SIXTH], rolls, BIRTHS).project()
    assert [year_7(projection, ay, "S2") for ay in range(2022, 2030)] == pytest.approx([230] * 8)
    assert "230 are taken to enter Year 7 every year, as today" in told(projection)
    assert float(projection.transfers.query("origin == 'outside' and nc_year == 7")["children"].sum()) == 230


def test_a_planned_school_without_year_6_yet_does_not_empty_year_7(town: Made) -> None:
    """A primary school that is filling up has Reception to Year 3: it reaches Year 6 in three years, Year 7 in four."""
    schools = [("100001", "P1", "", 0, 6, 0, 0), SECONDARY]
    rolls = {"100001": {2022: [150] * 4}, "100002": {ay: [100] * 5 for ay in (2021, 2022)}}
    projection = town(schools, rolls, {c: {"E10000099": 150} for c in range(2010, 2025)}).project()
    assert [year_7(projection, ay) for ay in (2023, 2025)] == pytest.approx([100, 100])
    assert year_7(projection, 2026) >= 100 and "100 are taken to enter Year 7 every year" in told(projection)


def test_a_roll_of_the_authority_without_year_6_is_no_nought(town: Made) -> None:
    rolls = {"100002": {ay: [100] * 5 for ay in (2021, 2022)}}
    lacking = {ay: [float("nan")] * 7 + row[7:] for ay, row in authority().items()}
    projection = town([SECONDARY], rolls, BIRTHS, authority_roll=lacking).project()
    assert year_7(projection, 2029) == pytest.approx(100) and "100 are taken to enter Year 7" in told(projection)


def test_junior_schools_alone_and_schools_from_14_alone(town: Made) -> None:
    junior = town([("100001", "P1", "", 3, 6, 0, 0)], {"100001": {2022: [90] * 4}}, BIRTHS).project()
    assert float(junior.pupils.sel(ay=2026, nc_year=6).sum()) == pytest.approx(90)
    college = town([("100004", "", "S1", 10, 13, 0, 0)], {"100004": {2022: [50, 45, 20, 15]}}, BIRTHS).project()
    assert float(college.pupils.sel(ay=2024, nc_year=10).sum()) == pytest.approx(50)
    assert "50 are taken to enter Year 10 every year" in told(college)


def test_primary_schools_alone_need_nobody_from_outside(town: Made) -> None:
    projection = town([("100001", "P1", "", 0, 6, 0, 0)], {"100001": {2022: [90] * 7}}, BIRTHS).project()
    assert "every year, as today" not in told(projection)


def test_an_october_count_moves_the_years_after_and_not_those_who_come_later(town: Made) -> None:
    rolls = {"100002": {ay: [100] * 5 for ay in (2021, 2022)}}
    made = town([SECONDARY], rolls, BIRTHS)
    counted = pd.DataFrame([("100002", 2023, 7, 110.0)], columns=["urn", "ay", "nc_year", "pupils"])
    projection = made.with_tables(october_census=counted).project()
    assert [year_7(projection, ay) for ay in (2023, 2024)] == pytest.approx([110, 100])
    assert float(projection.pupils.sel(ay=2024, nc_year=8).sum()) == pytest.approx(110)
