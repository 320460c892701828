"""Calibration: widths that hold what came as often as they say, by size, phase and year ahead."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from sufficiency.assumptions import Assumptions
from sufficiency.intervals.calibration import CHANCES, KAPPAS, LONG, Calibration, bands, calibrate, drawn_towards, shipped
from sufficiency.rules import rulebook

SEED = 5


def past(count: int, *, scale: float = 0.02, kappa: float = 0.0, seed: int = SEED, origins: int = 10) -> pd.DataFrame:
    """Errors of many forecasts with tails heavier than a normal law has, growing with the years ahead."""
    rng = np.random.default_rng(seed)
    horizon, size = rng.integers(1, 4, count), rng.uniform(100, 5000, count)
    logs = scale * np.sqrt(horizon * (1 + kappa / size)) * rng.standard_t(4, count)
    return pd.DataFrame({"origin": 2010 + rng.integers(0, origins, count), "level": "authority", "phase": "primary",
                         "horizon": horizon, "size": size, "error": np.expm1(logs)})


def widths(known: Calibration, rows: pd.DataFrame, chance: float) -> np.ndarray:
    """The half-width of each forecast."""
    asked = zip(rows["level"], rows["phase"], rows["horizon"], rows["size"], strict=True)
    return np.array([known.half_width(*one, chance) for one in asked])


def test_widths_are_quantiles_that_can_be_counted_on_paper() -> None:
    """Nineteen errors of 1 % to 19 %: with one more expected, 80 % is the 16th, 50 % the 10th, 95 % the 19th."""
    rows = pd.DataFrame({"origin": 2015, "level": "school", "phase": "primary", "horizon": 1, "size": 300.0,
                         "error": np.expm1(np.arange(1, 20) / 100)})
    found = calibrate(rows)
    for chance, expected in zip(CHANCES, (0.10, 0.16, 0.19), strict=True):
        assert found.half_width("school", "primary", 1, 300.0, chance) == pytest.approx(expected)


def test_bands_hold_new_errors_of_the_same_kind_as_often_as_they_say() -> None:
    known, new = calibrate(past(3000, kappa=500.0)), past(3000, kappa=500.0, seed=SEED + 1)
    out = np.abs(np.log1p(new["error"]))
    for chance in (0.5, 0.8, 0.95):
        assert (out <= widths(known, new, chance)).mean() == pytest.approx(chance, abs=0.025)
    small = new["size"] < 500
    assert (out <= widths(known, new, 0.8))[small].mean() == pytest.approx(0.8, abs=0.05), "small rolls by themselves"


def test_wider_for_more_chance_for_further_ahead_and_for_smaller_rolls() -> None:
    for known in (calibrate(past(500, kappa=200.0)), shipped("measured")):
        width = known.half_width
        assert width("authority", "primary", 2, 900, 0.5) < width("authority", "primary", 2, 900, 0.8)
        assert width("authority", "primary", 2, 900, 0.95) < width("authority", "primary", 2, 900, 0.99)
        assert width("authority", "primary", 1, 900, 0.8) < width("authority", "primary", 2, 900, 0.8)
        assert width("authority", "primary", 7, 900, 0.8) == width("authority", "primary", 9, 900, 0.8)
        assert width("authority", "primary", 2, 100, 0.8) >= width("authority", "primary", 2, 900, 0.8)


def test_a_year_ahead_that_was_never_tried_takes_the_one_before_it_grown_with_the_years() -> None:
    known = calibrate(past(200))
    three, six = (known.half_width("authority", "primary", h, 1e6, 0.8) for h in (3, 6))
    assert six == pytest.approx(2 * three)


def test_one_error_is_enough_and_none_at_all_is_refused() -> None:
    one = past(1).assign(error=0.05, horizon=2)
    assert calibrate(one).half_width("authority", "primary", 1, 500, 0.8) == pytest.approx(math.log(1.05))
    assert calibrate(one.assign(error=0.0)).half_width("authority", "primary", 1, 500, 0.95) == 0.0
    with pytest.raises(ValueError, match="no errors of school and primary"):
        calibrate(one).half_width("school", "primary", 1, 500, 0.8)


def test_an_authoritys_own_errors_count_by_their_number() -> None:
    many = calibrate(past(3000))
    own = past(400, scale=0.04, origins=8)
    found = [drawn_towards(many, own, pooling).half_width("authority", "primary", 2, 900, 0.8) for pooling in (1e9, 8, 1e-9)]
    of_many = many.half_width("authority", "primary", 2, 900, 0.8)
    assert found[0] == pytest.approx(of_many) and found[2] == pytest.approx(2 * of_many, rel=0.15)
    assert found[1] == pytest.approx(math.sqrt(found[0] * found[2]), rel=1e-6), "eight origins against eight: half way"


def test_planning_areas_and_primary_schools_go_by_schools_of_their_size() -> None:
    known = shipped("measured")
    school = known.half_width("school", "secondary", 3, 400, 0.8)
    assert known.half_width("area", "primary", 3, 400, 0.8) == known.half_width("school", "primary", 3, 400, 0.8) == school
    assert shipped("plain").errors.keys() == known.errors.keys(), "a method without errors of its own takes the default's"


NO_ERRORS = past(0)
WHOLE = {"authority": LONG, "area": LONG, "school": LONG}


def test_a_runs_bands_draw_the_authority_to_its_own_errors_and_nothing_else() -> None:
    own = past(40, scale=0.08, origins=8)
    many, drawn = (bands(Assumptions(), errors, WHOLE) for errors in (NO_ERRORS, own))
    assert drawn.half_width("authority", "primary", 2, 900, 0.8) > 1.1 * many.half_width("authority", "primary", 2, 900, 0.8)
    for level, phase in (("authority", "secondary"), ("school", "primary"), ("area", "primary"), ("area", "sixth_form")):
        assert drawn.half_width(level, phase, 2, 900, 0.8) == many.half_width(level, phase, 2, 900, 0.8)


def test_bands_without_a_january_have_seen_neither_its_own_errors_nor_those_of_many_at_it() -> None:
    own = past(40, scale=0.08).assign(origin=2019)
    left_out = bands(Assumptions(), own, WHOLE, without=2019)
    expected = shipped("measured", 2019)
    for phase in ("primary", "secondary", "sixth_form"):
        width = left_out.half_width("authority", phase, 1, 20_000, 0.8)
        assert width == expected.half_width("authority", phase, 1, 20_000, 0.8)
        assert width != shipped("measured").half_width("authority", phase, 1, 20_000, 0.8)
    assert shipped("measured", 1990).half_width("authority", "primary", 1, 20_000, 0.8) == shipped("measured").half_width(
        "authority", "primary", 1, 20_000, 0.8), "a January that was never seen needs leaving out nowhere"


def test_a_short_history_makes_wider_bands_and_the_shortest_the_widest() -> None:
    known = [bands(Assumptions(), NO_ERRORS, {**WHOLE, "authority": changes}) for changes in (0, 1, 2, 3, 9)]
    widths = [one.half_width("authority", "secondary", 3, 15_000, 0.8) for one in known]
    assert widths == sorted(widths, reverse=True) and widths[0] > 1.5 * widths[3] and widths[3] == widths[4]


def test_every_width_that_is_shipped_has_its_januaries_left_out_and_its_short_histories() -> None:
    for row in rulebook("forecast_errors")["measured"]:
        assert len(row["left_out"]) == row["origins"] >= 8 and len(row["short"]) == 3
        assert min(min(times) for times in row["short"]) >= 1, "a shorter history is never surer"
        assert row["kappa"] <= KAPPAS[-1]
    assert {(row["level"], row["phase"]) for row in rulebook("forecast_errors")["measured"]} >= {
        ("authority", "sixth_form"), ("school", "sixth_form")}
