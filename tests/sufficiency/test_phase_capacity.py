"""An all-through school's places: its primary part by the SCAP return, else by its pupils; never evenly where it is lopsided."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
import town

from sufficiency.estate.phase_capacity import each_year_group
from sufficiency.estate.schools import mainstream

A, B = town.WEST_PRIMARY, town.EAST_PRIMARY


def line(ay: int, phase: str, places: float, sixth: float = math.nan) -> dict[str, Any]:
    return {
        "laestab": "9990001",
        "urn": "",
        "school_name": "",
        "ay": ay,
        "phase": phase,
        "planning_area_code": f"{phase}1",
        "capacity": places,
        "capacity_sixth_form": sixth,
        "nor": math.nan,
    }


def minster(**tables: Any) -> tuple[pd.Series, str]:
    """A school for ages 7 to 18 with a small junior department; its row, and what is told."""
    rows = [town.school(A, "Minster", statutory_low_age=7.0, statutory_high_age=18.0, capacity=1651.0), town.school(B)]
    schools, notes = mainstream(town.evidence({"schools": rows, **tables}))
    return schools.set_index("urn").loc[A], " | ".join(n.text for n in notes)


def test_the_latest_return_that_parts_the_phases_tells_the_primary_part() -> None:
    lines = [
        line(2014, "primary", 38.0),
        line(2014, "secondary", 1541.0),
        line(2013, "primary", 500.0),
        line(2013, "secondary", 500.0),
    ]
    school, told = minster(capacity=lines)
    assert school["capacity_primary"] == pytest.approx(1651 * 38 / 1579)
    assert "places of the primary part of schools that are in both phases: Minster (40 of 1,651)" in told


def test_without_such_a_return_the_pupils_of_an_average_year_group_tell_it() -> None:
    """Ten a year in four junior years, 240 in five: 40 to 1,200; of 1,651 places that is 53."""
    school, _ = minster(school_roll=town.roll(A, [10.0] * 4 + [240.0] * 5, first=3))
    assert school["capacity_primary"] == pytest.approx(1651 * 40 / 1240)


def test_a_school_that_is_filling_up_is_judged_by_the_year_groups_that_it_has() -> None:
    rows = [town.school(A, statutory_low_age=4.0, statutory_high_age=16.0, capacity=1320.0)]
    schools, _ = mainstream(
        town.evidence({"schools": rows, "school_roll": [*town.roll(A, [60.0, 60.0]), *town.roll(A, [180.0], first=7)]})
    )
    assert schools.loc[0, "capacity_primary"] == pytest.approx(1320 * 420 / (420 + 900))


def test_where_nothing_tells_it_is_shared_evenly_and_other_schools_have_no_parts() -> None:
    school, told = minster()
    assert math.isnan(school["capacity_primary"]) and "primary part" not in told
    both = pd.DataFrame({"nc_year_low": [3, 3], "nc_year_high": [13, 13], "capacity": 900.0, "capacity_sixth_form": 0.0})
    assert each_year_group(both, pd.Series(["primary", "secondary"])).tolist() == [100.0, 100.0]
