"""Ranges in the tables of a run: beside the central figures, of the same draws, and none in the base year."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
import town

from sufficiency.assumptions import Assumptions
from sufficiency.balance import CENTRAL, summary
from sufficiency.intervals.likelihood import letter
from sufficiency.intervals.ranges import QUANTILES, Ranges, accuracy_with_ranges, quantiles, summary_with_ranges
from sufficiency.model import Outcome, run

BASE = town.BASE
W, D, E = town.WEST_PRIMARY, town.EAST_PRIMARY, town.SECONDARY


def small_town(**settings: Any) -> Outcome:
    """A full western primary, a roomy eastern one, a secondary; births as many as Reception has."""
    schools = [town.school(W, capacity=210.0), town.school(D, capacity=420.0, easting=457_000.0),
               town.school(E, statutory_low_age=11.0, statutory_high_age=18.0, capacity=500.0, easting=454_000.0)]
    rolls = [row for ay in (BASE - 1, BASE) for row in (
        *town.roll(W, [31.0] * 7, ay), *town.roll(D, [40.0] * 7, ay), *town.roll(E, [70.0] * 5 + [30.0] * 2, ay, first=7))]
    births = [{"area_code": code, "cohort": cohort, "births": 20.0, "basis": "cohort"}
              for code in town.SMALL_AREAS for cohort in range(BASE - 8, BASE - 1)]
    members = [{"urn": urn, "phase": phase, "planning_area_code": code}
               for urn, phase, code in ((W, "primary", "W"), (D, "primary", "E"), (E, "secondary", "S"))]
    evidence = town.evidence({"schools": schools, "school_roll": rolls, "births": births, "lsoas": town.lsoas(),
                              "area_members": members})
    return run(evidence, replace(Assumptions(draws=400), **settings))


@pytest.fixture(scope="module")
def done() -> Outcome:
    return small_town()


def test_every_table_has_its_range_around_the_central_run(done: Outcome) -> None:
    balance, schools = done.tables["balance"], done.tables["school_pupils"]
    ahead = balance[balance["ay"] > BASE]
    for low, high in pairwise(f"pupils_{name}" for name in QUANTILES):
        assert (ahead[low] < ahead[high]).all()
    assert (ahead["pupils_p10"] < ahead["pupils"]).all() and (ahead["pupils"] < ahead["pupils_p90"]).all()
    assert ((schools["pupils_p10"] < schools["pupils_p90"]) == (schools["ay"] > BASE)).all()
    authority = done.tables["authority_range"]
    assert authority["ay"].min() == BASE + 1 and set(authority["phase"]) == {"primary", "secondary"}


def test_the_base_year_has_no_spread_and_no_doubt(done: Outcome) -> None:
    now = done.tables["balance"].query("ay == @BASE")
    for name in QUANTILES:
        pd.testing.assert_series_equal(now[f"pupils_{name}"], now["pupils"], check_names=False)
        pd.testing.assert_series_equal(now[f"additional_need_{name}"], now["additional_need"], check_names=False)
        pd.testing.assert_series_equal(now[f"spare_places_{name}"], now["spare_places"], check_names=False)
    assert (now["p_shortfall"] == (now["additional_need"] > 0)).all()
    assert (now["expected_shortfall"] == now["additional_need"]).all()


def test_need_and_spare_places_stay_those_of_the_central_run(done: Outcome) -> None:
    for some in (done, small_town(spread=0.0), small_town(draws=1)):
        balance = some.tables["balance"]
        held = balance["yg_places"].to_numpy()
        assert (balance["additional_need"] == np.maximum(0.0, balance["pupils"] - held)).all()
        assert not (balance["additional_need"].gt(0) & balance["spare_places"].gt(0)).any()
        pupils = some.projection.pupils.isel(draw=CENTRAL).to_series()
        assert (balance.set_index(["ay", "planning_area_code", "nc_year"])["pupils"] == pupils.reindex(
            pd.MultiIndex.from_frame(balance[["ay", "planning_area_code", "nc_year"]])).to_numpy()).all()


@pytest.mark.parametrize("settings", [{"spread": 0.0}, {"draws": 1}])
def test_without_chance_every_range_is_the_figure_itself(settings: dict[str, float]) -> None:
    balance = small_town(**settings).tables["balance"]
    for figure in ("pupils", "additional_need", "spare_places"):
        for name in QUANTILES:
            assert (balance[f"{figure}_{name}"] == balance[figure]).all()
    assert (balance["expected_shortfall"] == balance["additional_need"]).all()
    assert set(balance["p_shortfall"]) <= {0.0, 1.0}


def test_ranges_of_need_are_the_need_of_ranges_and_few_children_leave_many_places(done: Outcome) -> None:
    balance = done.tables["balance"]
    held = balance["yg_places"]
    assert (balance["additional_need_p90"] == np.maximum(0.0, balance["pupils_p90"] - held)).all()
    assert (balance["spare_places_p10"] == np.maximum(0.0, held - balance["pupils_p90"])).all()
    certain = balance["additional_need_p10"] > 0
    assert (balance["p_shortfall"][certain] >= 0.9).all()
    assert (balance["p_shortfall"][balance["additional_need_p90"] == 0] <= 0.1).all()


def test_the_summary_adds_up_in_each_draw_and_not_the_ranges(done: Outcome) -> None:
    balance = done.tables["balance"]
    table = summary_with_ranges(summary(balance), done.tables["area_ranges"])
    assert len(table) == len(summary(balance)) and not table.filter(regex="_p[159]0$").isna().to_numpy().any()
    one = table[(table["planning_area_code"] == "E") & (table["ay"] == BASE + 3)].iloc[0]
    rows = balance[(balance["planning_area_code"] == "E") & (balance["ay"] == BASE + 3)]
    assert rows["pupils_p10"].sum() < one["pupils_p10"] < one["pupils"] < one["pupils_p90"] < rows["pupils_p90"].sum()
    assert one["expected_shortfall"] == pytest.approx(rows["expected_shortfall"].sum())
    assert one["p_shortfall"] >= rows["p_shortfall"].max()
    entry = rows[rows["nc_year"] == 0].iloc[0]
    assert one["entry_p_shortfall"] == entry["p_shortfall"] and one["entry_need_p90"] == entry["additional_need_p90"]


def test_more_spread_makes_a_shortage_that_is_not_expected_likelier() -> None:
    """East has room for 60 and expects 40."""
    def likely(spread: float) -> float:
        balance = small_town(spread=spread).tables["balance"]
        return float(balance.query("planning_area_code == 'E' and nc_year == 0")["p_shortfall"].sum())
    assert likely(0.0) == 0.0 < likely(1.0) < likely(3.0)


def test_areas_without_known_places_have_ranges_of_children_and_nothing_else() -> None:
    schools = [town.school(W, capacity=float("nan"))]
    rolls = [row for ay in (BASE - 1, BASE) for row in town.roll(W, [31.0] * 7, ay)]
    tables = {"schools": schools, "school_roll": rolls,
              "area_members": [{"urn": W, "phase": "primary", "planning_area_code": "W"}]}
    balance = run(town.evidence(tables), Assumptions(draws=50)).tables["balance"]
    unknown = balance[balance["yg_places"].isna()]
    assert unknown["pupils_p90"].notna().all()
    assert unknown[["p_shortfall", "expected_shortfall", "additional_need_p90", "spare_places_p10"]].isna().to_numpy().all()


def test_quantiles_are_by_nearest_rank() -> None:
    values = np.array([[5.0], [1.0], [4.0], [2.0], [3.0], [6.0], [7.0], [8.0], [9.0], [10.0]])
    assert quantiles(values, (0.1, 0.5, 0.9, 0.95)).ravel().tolist() == [1.0, 5.0, 9.0, 10.0]


@pytest.mark.parametrize(("likelihood", "expected"), [
    (0.0, "V"), (0.094, "V"), (0.095, "U"), (0.34, "U"), (0.35, "E"), (0.65, "L"), (0.9, "C"), (1.0, "C"), (float("nan"), "?")])
def test_a_likelihood_has_a_letter_as_it_is_shown(likelihood: float, expected: str) -> None:
    assert letter(likelihood) == expected


@pytest.mark.parametrize(("actual", "words"), [
    (100.0, "yes: within the 80 % range"), (90.0, "yes: within the 80 % range"), (89.0, "no: below the 80 % range"),
    (111.0, "no: above the 80 % range"), (79.0, "no: below even the 95 % range"), (121.0, "no: above even the 95 % range")])
def test_a_run_says_whether_its_range_held_what_came(actual: float, words: str) -> None:
    ends = {"pupils_p2_5": 80.0, "pupils_p10": 90.0, "pupils_p50": 100.0, "pupils_p90": 110.0, "pupils_p97_5": 120.0}
    nothing = pd.DataFrame()
    found = Ranges(nothing, nothing, nothing, pd.DataFrame([{"phase": "primary", "ay": 2026, **ends}]))
    came = pd.DataFrame({"phase": "primary", "ay": [2025, 2026], "actual": [90.0, actual]})
    told = accuracy_with_ranges(came, found)
    assert told["range_held"].tolist() == ["", words], "the base year is counted and has no range"
    assert told["pupils_p97_5"].iloc[1] == 120.0 and told["pupils_p10"].isna().iloc[0]


def test_without_draws_nothing_is_said_of_what_they_held() -> None:
    nothing = pd.DataFrame()
    came = pd.DataFrame({"phase": ["primary"], "ay": [2026], "actual": [90.0]})
    assert accuracy_with_ranges(came, Ranges(nothing, nothing, nothing, nothing))["range_held"].tolist() == [""]


@pytest.mark.parametrize("settings", [{"draws": 1}, {"spread": 0.0}])
def test_where_nothing_is_left_to_chance_no_range_is_told_and_none_can_fail_to_hold(settings: dict[str, Any]) -> None:
    done = small_town(**settings)
    assert done.tables["authority_range"].empty
    balance = done.tables["balance"]
    assert (balance["pupils_p10"] == balance["pupils"]).all() and set(balance["p_shortfall"].dropna()) <= {0.0, 1.0}
    assert set(done.tables["accuracy"]["range_held"]) <= {""}
    assert not done.tables["area_ranges"].empty
