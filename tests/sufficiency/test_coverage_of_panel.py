"""The bands that a run draws, tried on authorities and schools as they were: each January left out of the calibration in turn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sufficiency.calibration import calibrate, shipped
from sufficiency.coverage import coverage, inside

pytestmark = pytest.mark.real

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
EVERY = 3       # of the authorities, so that the test stays quick; the benchmark takes all of them


@pytest.fixture(scope="module")
def errors(data: Path) -> pd.DataFrame:
    """Errors of phase totals one to three years ahead, from ten Januaries each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import panel_errors as panel
        authorities: Any = panel.authority_errors(data / "panel", "measured", range(2012, 2022), every=EVERY)
        parts = [panel.of_phases("authority", authorities),
                 panel.of_phases("school", panel.school_errors(data / "panel", range(2011, 2021)))]
    joined = pd.concat(parts, ignore_index=True)
    return joined[joined["horizon"] <= 3]


def test_bands_that_have_not_seen_a_january_hold_what_came(errors: pd.DataFrame) -> None:
    held = coverage(errors, calibrate)
    pooled = held[held["origin"].isna()].set_index(["level", "phase", "horizon"])
    assert (held[held["origin"].notna()].groupby(["level", "phase", "horizon"])["origin"].nunique() >= 8).all()
    assert len(pooled) == 9
    assert pooled["inside_80"].between(0.76, 0.84).all(), pooled["inside_80"]
    assert pooled["inside_95"].between(0.92, 0.98).all(), pooled["inside_95"]


def test_the_bands_that_are_shipped_hold_them_too(errors: pd.DataFrame) -> None:
    """Of a third of the authorities, so that a point or two more or less is their chance."""
    held = inside(errors, shipped("measured")).groupby(["level", "phase"])[["inside_80", "inside_95"]].mean()
    assert held["inside_80"].between(0.75, 0.86).all() and held["inside_95"].between(0.92, 0.98).all(), held
