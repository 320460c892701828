"""The backtest of the real Nottinghamshire workspace: its authority's past forecasts beside its own returns."""

from __future__ import annotations

import numpy as np
import pytest

from sufficiency.backtesting.backtest import Backtest, Plan, backtest
from sufficiency.backtesting.vintages import OWN_RETURN
from sufficiency.workspace.workspace import Loaded

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def county(nottinghamshire: Loaded) -> Backtest:
    """Forecasts from the latest three Januaries."""
    return backtest(nottinghamshire.evidence, nottinghamshire.assumptions, plan=Plan(fewest_changes=9))


def test_the_authority_is_held_against_its_roll_and_its_scorecards(county: Backtest) -> None:
    assert county.tables["origins"]["origin"].tolist() == [2020, 2021, 2022]
    dfe = county.tables["vintages"].query("level == 'dfe'")
    assert dfe["ay"].max() == 2025, "the scorecards count on where the roll by year group ends"
    counted = dfe[(dfe["phase"] == "primary") & (dfe["ay"] == 2025)]["actual"].unique()
    assert counted.tolist() == [64_666]
    own = dfe[dfe["method"] == OWN_RETURN].eval("forecast / actual - 1")
    assert len(own) == 12 and own.abs().max() < 0.08


def test_the_worked_example_of_the_brief_is_among_its_own_returns(county: Backtest) -> None:
    """66,085 forecast for January 2026, 64,666 came: +2.19 %."""
    own = county.tables["vintages"].query("method == @OWN_RETURN and phase == 'primary' and ay == 2025")
    errors = own.eval("forecast / actual - 1").round(4)
    assert 0.0219 in errors.tolist() and 66_085 in own["forecast"].round().tolist()


def test_parts_add_up_to_every_miss_and_schools_are_said_to_be_missing(county: Backtest) -> None:
    keys = ["origin", "ay", "phase", "method"]
    vintages = county.tables["vintages"].query("level == 'authority' and nc_year.isna()").set_index(keys)
    parts = county.tables["misses"].groupby(keys)["children"].sum()
    miss = vintages.eval("forecast - actual")
    assert len(parts) == len(miss) > 0 and np.abs(parts - miss).max() < 1e-9
    assert not county.tables["origins"]["schools"].any()
    assert any(note.table == "school_roll" for note in county.notes)
