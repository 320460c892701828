"""The worked examples of the domain brief, sections C0 to C9, to the last printed figure, through what a run itself uses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from planning_areas.school_year import cohort_from_calendar_years, cohort_from_mid_years, cohort_in, cohort_of_birth
from sufficiency.assumptions import Assumptions
from sufficiency.forecast.reconcile import factor, fit, largest_remainder
from sufficiency.model import accuracy

Made = Callable[..., Any]
BORN_IN = "E10000099"
NO_ONE = [0.0] * 15


def one_authority(town: Made, rolls: dict[int, dict[int, float]], births: dict[int, float] | None = None) -> Any:
    """Project an authority of which nothing is known but its roll (year -> year group -> pupils) and its births."""
    rows = {ay: [groups.get(g, 0.0) for g in range(15)] for ay, groups in rolls.items()}
    return town([], {}, {cohort: {BORN_IN: n} for cohort, n in (births or {}).items()}, authority_roll=rows).project()


def expected(projection: Any, ay: int, nc_year: int) -> float:
    return float(projection.pupils.sel(ay=ay, nc_year=nc_year).isel(draw=0).sum())


def test_c0_which_birthdays_make_a_year_group() -> None:
    """Reception in 2026/27 was born from 1 September 2021 to 31 August 2022, Year 6 six years before, nursery a year after."""
    for nc_year, first, last in ((0, date(2021, 9, 1), date(2022, 8, 31)), (6, date(2015, 9, 1), date(2016, 8, 31)),
                                 (-1, date(2022, 9, 1), date(2023, 8, 31))):
        assert cohort_in(nc_year, 2026) == cohort_of_birth(first) == cohort_of_birth(last)
        assert cohort_of_birth(first - timedelta(days=1)) == cohort_in(nc_year + 1, 2026)
        assert cohort_of_birth(last + timedelta(days=1)) == cohort_in(nc_year - 1, 2026)


def test_c0_births_of_other_years_are_cut_again() -> None:
    """Reception of 2026/27 was born in 4/12 of 2021 and 8/12 of 2022; of the mid-years, 10/12 of 2022 and 2/12 of 2023."""
    assert cohort_in(0, 2026) == 2021
    assert cohort_from_calendar_years(first=1200, second=600) == pytest.approx(400 + 400)
    assert cohort_from_mid_years(first=1200, second=600) == pytest.approx(1000 + 100)


def test_c1_reception_from_births(town: Made) -> None:
    """Births 205, 198, 190 gave Reception 193, 190, 185; the next cohort has 182."""
    rolls, births = {2020: {0: 193}, 2021: {0: 190}, 2022: {0: 185}}, {2015: 205, 2016: 198, 2017: 190, 2018: 182}
    projection = one_authority(town, rolls, births)
    assert [f"{r / b:.4f}" for r, b in ((193, 205), (190, 198), (185, 190))] == ["0.9415", "0.9596", "0.9737"]
    births = projection.ratios.query("kind == 'births'").iloc[0]
    assert f"{births['ratio_used']:.4f}" == "0.9636" and births["children"] == 205 + 198 + 190
    assert f"{expected(projection, 2023, 0):.1f}" == "175.4"


def test_c2_reception_from_registers_and_births(town: Made) -> None:
    """Registers 100, 110, 100, 96 and births of 100 each gave Reception 90, 99, 95, 96; 105 are on the register now.

    A year ahead births say what came the year before, registers what came of them the year before: births were out by 9, 4 and 1
    (mean square 98 / 3), registers by 0, 5 and 4.8 (48.04 / 3), so that registers weigh 98 / 146.04 = .6710. All of the last
    cohort came: 105.0 by registers, 96.0 by births, blended .6710 x 105 + .3290 x 96 = 102.0.
    """
    rolls = {2019: {0: 90}, 2020: {0: 99}, 2021: {0: 95}, 2022: {0: 96}}
    rows = {ay: [groups.get(g, 0.0) for g in range(15)] for ay, groups in rolls.items()}
    made = town([], {}, {cohort: {BORN_IN: 100} for cohort in range(2014, 2023)}, authority_roll=rows)
    register = zip(range(2019, 2024), (100, 110, 100, 96, 105), strict=True)
    counted = [(BORN_IN, f"{ay}-08-31", 4, np.nan, n, "") for ay, n in register]
    columns = ["area_code", "on", "age", "cohort", "children", "symbol"]
    known = made.with_tables(gp_registrations=pd.DataFrame(counted, columns=columns))
    projection = known.project(Assumptions(weights=(1.0,)))
    told = projection.registrations.iloc[0]
    assert (told["by_registrations"], told["by_births"]) == (pytest.approx(105.0), pytest.approx(96.0))
    assert f"{told['weight']:.4f}" == "0.6710" and told["comparisons"] == 3
    assert f"{expected(projection, 2023, 0):.1f}" == "102.0"


def test_c3_cohort_survival(town: Made) -> None:
    """186 became 189, 190 became 192, 185 became 190; Reception has 188."""
    rolls = {2019: {0: 186}, 2020: {0: 190, 1: 189}, 2021: {0: 185, 1: 192}, 2022: {0: 188, 1: 190}}
    projection = one_authority(town, rolls)
    step = projection.ratios.query("kind == 'survival' and nc_year == 1").iloc[0]
    assert f"{step['ratio_used']:.4f}" == "1.0197" and step["children"] == 186 + 190 + 185
    assert f"{expected(projection, 2023, 1):.1f}" == "191.7"


def test_c4_from_year_6_to_secondary_areas(town: Made) -> None:
    """Year 6 has 320 in the north and 260 in the south: 248.4 and 271.0 enter the two secondary areas."""
    schools = [("100001", "N", "", 0, 6, 0, 0), ("100002", "S", "", 0, 6, 0, 9_000),
               ("100003", "", "SecA", 7, 11, 0, 1_000), ("100004", "", "SecB", 7, 11, 0, 8_000)]
    six = NO_ONE[:6]
    made = town(schools, {"100001": {2022: [*six, 320]}, "100002": {2022: [*six, 260]}, "100003": {2022: [248] * 5},
                          "100004": {2022: [271] * 5}})
    flows = [("N", "SecA", 320 * .62), ("N", "SecB", 320 * .20), ("N", "outside", 320 * .18), ("S", "SecA", 260 * .10),
             ("S", "SecB", 260 * .75), ("S", "outside", 260 * .15), ("outside", "SecA", 24), ("outside", "SecB", 12)]
    rows = [(ay, 7, *flow) for ay in (2020, 2021, 2022) for flow in flows]
    transfers = pd.DataFrame(rows, columns=["ay", "nc_year", "origin", "destination", "pupils"])
    projection = made.with_tables(transfers=transfers).project()
    year_7 = projection.raw.sel(ay=2023, nc_year=7).isel(draw=0)
    assert [f"{float(year_7.sel(planning_area_code=a)):.1f}" for a in ("SecA", "SecB")] == ["248.4", "271.0"]
    shares = projection.transfers.query("origin != 'outside'").pivot_table(index="origin", columns="destination", values="share")
    assert np.allclose(shares.sum(axis=1), 1.0) and np.allclose(shares.loc["N", ["SecA", "SecB", "outside"]], [.62, .20, .18])
    assert set(projection.transfers["basis"]) == {"matched flows"}


def test_c5_staying_on_and_retention(town: Made) -> None:
    """Of 210 in Year 11 .46 stay on, and .86 of those in Year 12 go on to Year 13."""
    projection = one_authority(town, {2021: {11: 200, 12: 100}, 2022: {11: 210, 12: 92, 13: 86}})
    ratios = projection.ratios.query("kind == 'staying_on'").set_index("nc_year")["ratio_used"]
    assert (ratios[12], ratios[13]) == (pytest.approx(.46), pytest.approx(.86))
    assert f"{expected(projection, 2023, 12):.1f}" == "96.6"
    assert f"{expected(projection, 2024, 13):.1f}" == "83.1"


def test_c8_planning_areas_are_raked_to_the_authority() -> None:
    areas = np.array([410.0, 388.0, 215.0])
    raked = areas * factor(areas.sum(), np.array(990.0))
    assert areas.sum() == 1013 and f"{990 / areas.sum():.5f}" == "0.97730"
    assert [f"{a:.1f}" for a in raked] == ["400.7", "379.2", "210.1"]
    assert raked.sum() == pytest.approx(990.0)
    assert largest_remainder(raked).tolist() == [401, 379, 210]


def test_c8_rows_and_columns_are_fitted_and_zero_cells_stay() -> None:
    """Two areas and three year groups: within 0.01 children, in at most 100 rounds."""
    table, gap = fit(np.array([[30.0, 31, 0], [20, 22, 25]]), np.array([70.0, 60]), np.array([55.0, 50, 25]))
    assert gap <= 0.01 and table[0, 2] == 0
    assert np.allclose(table.sum(axis=1), [70, 60], atol=0.01) and np.allclose(table.sum(axis=0), [55, 50, 25])
    _, gap = fit(np.eye(2), np.array([10.0, 20]), np.array([20.0, 10]))
    assert gap > 0.01, "zeros that forbid an answer are not hidden"


def test_c9_the_sign_of_an_error() -> None:
    """Nottinghamshire's primary forecast of 66,085 against 64,666 that came: +2.19 %, an over-forecast (rules 6 and 7)."""
    groups = np.zeros(15)
    groups[:7], groups[7:12], groups[12:] = 66_085 / 7, 40_000 / 5, 999.0
    coords = {"draw": [0], "ay": [2025], "nc_year": range(15)}
    came = xr.DataArray(groups[None, None], coords=coords, dims=list(coords))
    rows = [("891", "primary", 2025, 64_666.0), ("891", "secondary", 2025, 50_000.0), ("892", "primary", 2025, 1.0)]
    cards = pd.DataFrame(rows, columns=["la_code", "phase", "actual_ay", "actual"])
    cards = cards.assign(error_one_year=np.nan, error_three_year=np.nan)
    authority = SimpleNamespace(code="891", base_year=2022)
    evidence: Any = SimpleNamespace(scorecards=cards, has=lambda name: True, authority=authority)
    projection: Any = SimpleNamespace(authority=came)
    table = accuracy(projection, evidence).set_index("phase")
    assert f"{table.loc['primary', 'error']:+.2%}" == "+2.19%"
    assert f"{table.loc['secondary', 'error']:+.0%}" == "-20%", "too few forecast is negative; sixth forms are no part of it"
    assert len(table) == 2, "of this authority alone"
