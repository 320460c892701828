"""An authority's own past errors: what it would have forecast from each January, held against what came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sufficiency.assumptions import Assumptions
from sufficiency.intervals.own_errors import COLUMNS, own_errors

Made = Callable[..., Any]
BASE, FIRST, GSS = 2022, 2014, "E10000099"
BIRTHS = {cohort: {GSS: 100.0} for cohort in range(FIRST - 6, BASE)}


def steady(change: dict[int, float] | None = None) -> dict[int, list[float]]:
    """A roll of 100 in every year group of every year; `change`: in a year, so many times as many in all."""
    return {ay: [100.0 * (change or {}).get(ay, 1.0)] * 12 + [0.0] * 3 for ay in range(FIRST, BASE + 1)}


def test_a_steady_authority_is_never_out(town: Made) -> None:
    errors = own_errors(town([], {}, BIRTHS, authority_roll=steady()).evidence, Assumptions(method="plain"))
    assert sorted(errors["origin"].unique()) == [2017, 2018, 2019, 2020, 2021], "three changes behind it, a census after it"
    assert set(errors["phase"]) == {"primary", "secondary"} and errors["horizon"].max() == 5
    assert errors["error"].abs().max() < 1e-9
    assert errors["size"].to_numpy() == pytest.approx(errors["phase"].map({"primary": 700, "secondary": 500}).to_numpy())


def test_what_came_later_changes_an_error_and_never_a_forecast(town: Made) -> None:
    calm, grown = (own_errors(town([], {}, BIRTHS, authority_roll=roll).evidence, Assumptions(method="plain"))
                   for roll in (steady(), steady({BASE: 1.1})))
    assert calm["size"].tolist() == grown["size"].tolist()
    out = grown[grown["origin"] + grown["horizon"] == BASE]["error"]
    assert out.to_numpy() == pytest.approx(1 / 1.1 - 1)


def test_a_short_history_or_none_has_no_errors(town: Made) -> None:
    short = {ay: row for ay, row in steady().items() if ay >= BASE - 3}
    for roll in (short, {}):
        errors = own_errors(town([], {}, BIRTHS, authority_roll=roll).evidence, Assumptions())
        assert errors.empty and list(errors.columns) == COLUMNS
