"""The bands that a run draws, tried on authorities and schools as they were: each January left out of the calibration in turn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sufficiency.intervals.calibration import calibrate, shipped
from sufficiency.intervals.coverage import coverage, inside

pytestmark = [pytest.mark.real, pytest.mark.long]

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
EVERY = 3       # of the authorities, so that the test stays quick; the benchmark takes all of them
A_FIFTH = 5     # the same of whole backtests, each of three methods


@pytest.fixture(scope="module")
def errors(data: Path) -> pd.DataFrame:
    """Errors of phase totals one to three years ahead, from eight and ten Januaries."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import panel_errors as panel
        folder = data / "panel"
        authorities: Any = panel.authority_errors(folder, "measured", panel.origins_of(folder), every=EVERY)
        parts = [panel.errors_of("authority", authorities),
                 panel.errors_of("school", panel.school_errors(folder, "measured", range(2011, 2021)))]
    joined = pd.concat(parts, ignore_index=True)
    return joined[joined["horizon"] <= 3]


def test_bands_that_have_not_seen_a_january_hold_what_came(errors: pd.DataFrame) -> None:
    held = coverage(errors, lambda origin: calibrate(errors[errors["origin"] != origin]))
    pooled = held[held["origin"].isna()].set_index(["level", "phase", "horizon"])
    assert held[held["origin"].notna()].groupby(["level", "phase"])["origin"].nunique().min() >= 8
    assert len(pooled) == 15, "authorities in three phases, schools in two"
    assert pooled["inside_80"].between(0.76, 0.84).all(), pooled["inside_80"]
    assert pooled["inside_95"].between(0.92, 0.98).all(), pooled["inside_95"]


def test_the_bands_that_are_shipped_hold_them_too(errors: pd.DataFrame) -> None:
    """Of a third of the authorities, so that a point or two more or less is their chance; each January left out."""
    tried = pd.concat([inside(errors[errors["origin"] == o], shipped("measured", o)) for o in errors["origin"].unique()])
    held = tried.groupby(["level", "phase"])[["inside_80", "inside_95"]].mean()
    assert held["inside_80"].between(0.75, 0.86).all() and held["inside_95"].between(0.92, 0.98).all(), held


def test_the_backtest_itself_says_so_of_a_fifth_of_the_authorities(data: Path) -> None:
    """Twelve authorities, three hundred forecasts a phase that go up and down together: some points either way are chance."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import panel
        _, held = panel.backtests(data / "panel", "training_las", 2022, "measured", A_FIFTH)
        near = held[(held["horizon"] <= 3) & (held["origin"] + held["horizon"] <= 2022)]
        pooled = panel.together(near, ["phase"])
        assert panel.together(near, ["phase", "january"]).groupby("phase").size().eq(8).all()
    assert pooled["forecasts"].min() > 200
    assert pooled["inside_80"].between(74, 86).all() and pooled["inside_95"].between(90, 99).all(), pooled
