"""How errors are measured: the worked examples of domain brief C9, and what the measures do where there is nobody."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sufficiency.backtesting.accuracy import MEASURES, dfe_error, measured, measures


def pairs(forecast: list[float], actual: list[float], phase: str = "primary") -> pd.DataFrame:
    return pd.DataFrame({"phase": phase, "forecast": forecast, "actual": actual})


def test_three_areas_of_the_worked_example() -> None:
    """A = 210, 180, 95 and F = 221, 172, 99: bias +1.4 %, MAPE 4.6 %, WAPE 4.7 %."""
    found = measures(pairs([221, 172, 99], [210, 180, 95]), ["phase"]).iloc[0]
    assert found["n"] == 3
    assert found["bias"] == pytest.approx(492 / 485 - 1) and round(found["bias"], 3) == 0.014
    assert found["mape"] == pytest.approx((11 / 210 + 8 / 180 + 4 / 95) / 3) and round(found["mape"], 3) == 0.046
    assert found["wape"] == pytest.approx(23 / 485) and round(found["wape"], 3) == 0.047
    assert found["median_ape"] == pytest.approx(8 / 180)
    assert found["p90_ape"] == pytest.approx(0.8 * 11 / 210 + 0.2 * 8 / 180)


def test_the_scorecard_of_nottinghamshire_to_the_last_figure() -> None:
    assert round(dfe_error(66_085, 64_666), 4) == 0.0219
    assert np.isnan(dfe_error(10, 0))


def test_a_place_where_nobody_came_counts_in_bias_and_wape_and_has_no_error_of_its_own() -> None:
    found = measures(pairs([110, 5], [100, 0]), ["phase"]).iloc[0]
    assert found["n"] == 2 and found["bias"] == pytest.approx(0.15) and found["wape"] == pytest.approx(0.15)
    assert found["mape"] == pytest.approx(0.10)


def test_what_is_not_known_does_not_count() -> None:
    found = measures(pairs([110, 90], [100, np.nan]), ["phase"]).iloc[0]
    assert found["n"] == 1 and found["bias"] == pytest.approx(0.1)


def test_phases_are_measured_over_all_januaries_and_one_by_one_and_year_groups_over_all() -> None:
    rows = [("dfe", "primary", g, o, 1, "plain", 100.0 + o, 100.0) for g in (np.nan, 0.0) for o in (2, 4)]
    columns = ["level", "phase", "nc_year", "origin", "horizon", "method", "forecast", "actual"]
    told = measured(pd.DataFrame(rows, columns=columns))
    whole = told[told["nc_year"].isna()]
    assert sorted(whole["origin"].dropna()) == [2, 4] and whole["origin"].isna().sum() == 1
    assert whole.loc[whole["origin"].isna(), "bias"].item() == pytest.approx(0.03)
    assert told.loc[told["nc_year"].notna(), "n"].item() == 2
    assert list(told.columns[-len(MEASURES):]) == list(MEASURES)
