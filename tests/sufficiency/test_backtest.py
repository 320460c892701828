"""The backtest of an authority whose every figure can be worked out on paper."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from sufficiency.assumptions import Assumptions, ExcludedYear
from sufficiency.backtesting.accuracy import measures
from sufficiency.backtesting.backtest import Backtest, Plan, authority_alone, backtest, methods
from sufficiency.backtesting.vintages import OWN_RETURN, vintage_id
from sufficiency.evidence import Evidence
from sufficiency.intervals.calibration import bands
from sufficiency.intervals.coverage import and_together, coverage, residuals, verdict
from sufficiency.intervals.own_errors import own_errors

PLAIN = Assumptions(method="plain")
FIRST, BASE = 2014, 2022


def authority(born: int = 100, **moved: float) -> Evidence:
    """100 births a year, 90 of them in Reception, and everybody stays to Year 11; moved: _2020_3=7 puts 7 more there."""
    roll = {ay: dict.fromkeys(range(12), 90.0) for ay in range(FIRST, BASE + 1)}
    for place, children in moved.items():
        ay, g = (int(text) for text in place.strip("_").split("_"))
        roll[ay][g] += children
    return authority_alone("999", "Testshire", "E10000099", BASE, roll, dict.fromkeys(range(FIRST - 6, BASE + 1), float(born)))


def with_cards(evidence: Evidence, *cards: tuple[str, int, float, float, float]) -> Evidence:
    """The same with scorecards: (phase, year of the actual count, count, one-year error, three-year error)."""
    columns = ["la_code", "edition", "phase", "actual_ay", "actual", "error_one_year", "error_three_year"]
    table = pd.DataFrame([("999", ay - 1, phase, ay, n, one, three) for phase, ay, n, one, three in cards], columns=columns)
    return replace(evidence, tables={**evidence.tables, "scorecards": table})


def whole(found: Backtest, level: str = "dfe", **wanted: Any) -> pd.DataFrame:
    """Vintages of phases as a whole."""
    table = found.tables["vintages"]
    table = table[table["nc_year"].isna() & table["level"].eq(level)]
    for column, value in wanted.items():
        table = table[table[column] == value]
    return table


@pytest.fixture(scope="module")
def nine_more() -> Backtest:
    """The backtest of an authority to which 9 more came in Year 3 of 2020, and left again."""
    return backtest(authority(_2020_3=9), PLAIN)


def test_where_nothing_changes_no_method_is_ever_out() -> None:
    found = backtest(authority(), PLAIN)
    assert found.tables["origins"]["origin"].tolist() == list(range(FIRST + 3, BASE)), "three changes behind, a count ahead"
    assert set(whole(found)["method"]) == {"plain", "last_year"} == methods(PLAIN).keys()
    assert whole(found)["horizon"].groupby(whole(found)["phase"]).max().to_dict() == {"primary": 5, "secondary": 5}
    assert (whole(found)["forecast"] - whole(found)["actual"]).abs().max() < 1e-9
    assert found.tables["misses"]["children"].abs().max() < 1e-9


def test_children_who_came_unforeseen_are_missed_from_every_january_before_and_none_after(nine_more: Backtest) -> None:
    """9 more in Year 3 of 2020 who leave again: primary then has 639, forecast 630; from 2020 on they are known."""
    found = nine_more
    missed = whole(found, ay=2020, phase="primary", method="plain")
    assert missed["origin"].tolist() == [2017, 2018, 2019]
    assert missed["forecast"].tolist() == pytest.approx([630.0] * 3) and set(missed["actual"]) == {639.0}
    parts = found.tables["misses"].query("ay == 2020 and phase == 'primary' and method == 'plain' and horizon == 3")
    told = parts.set_index("part")["children"]
    assert told.dropna().to_dict() == pytest.approx({
        "births": 0, "before school": 0, "survival and migration": -9, "transfers": 0, "sixth form": 0, "start": 0,
        "overrides": 0}, abs=1e-9)
    assert set(told.index[told.isna()]) == {"cross-border", "housing"}, "what is not told apart is missing, and not nought"
    assert not told[(told != 0) & (told.abs() < 1e-6)].any(), "no rounding of sums is told as children"


def test_births_that_were_not_published_yet_are_a_miss_of_births() -> None:
    """Births fall from 100 to 50 for Receptions from 2021, whose cohort 2016 was published by January 2019: four years ahead is
    a guess, three years ahead is not.
    """
    evidence = authority()
    births, roll = evidence.births, evidence.authority_roll
    births = births.assign(births=births["births"].where(births["cohort"] < 2016, 50.0))
    young = roll["ay"].sub(roll["nc_year"]).ge(2021)
    roll = roll.assign(pupils=roll["pupils"].where(~young, 45.0))
    found = backtest(replace(evidence, tables={**evidence.tables, "births": births, "authority_roll": roll}), PLAIN)
    misses = found.tables["misses"].query("ay == 2021 and phase == 'primary' and method == 'plain'")
    births_part = misses[misses["part"] == "births"].set_index("horizon")["children"].to_dict()
    assert births_part == pytest.approx({1: 0, 2: 0, 3: 0, 4: 45}, abs=1e-9)


def test_own_returns_are_read_back_from_the_scorecards_and_stand_beside() -> None:
    """A count of 600 and errors of +2 % and -5 %: the returns said 612 a year before and 570 three years before."""
    found = backtest(with_cards(authority(), ("primary", 2023, 600, 0.02, -0.05)), PLAIN)
    own = whole(found, method=OWN_RETURN).set_index("horizon")
    assert own["forecast"].to_dict() == pytest.approx({1: 612, 3: 570}) and own["origin"].to_dict() == {1: 2022, 3: 2020}
    ours = whole(found, ay=2023, phase="primary", method="plain")
    assert set(ours["actual"]) == {600.0} and ours["forecast"].tolist() == pytest.approx([630.0] * len(ours))
    assert BASE in set(found.tables["origins"]["origin"]), "a scorecard lets the latest January be judged"
    assert whole(found, level="authority", ay=2023).empty, "the authority's own roll ends before"


def test_a_january_without_enough_history_is_left_out_and_named() -> None:
    found = backtest(authority(), PLAIN, plan=Plan(fewest_changes=6))
    assert found.tables["origins"]["origin"].tolist() == [2020, 2021]
    assert any("2019/20 (5)" in note.text for note in found.notes)
    assert any("schools and planning areas" in note.text for note in found.notes)


def test_a_year_that_is_not_counted_costs_the_januaries_that_need_it_and_no_others() -> None:
    evidence = authority()
    roll = evidence.authority_roll
    gap = replace(evidence, tables={**evidence.tables, "authority_roll": roll[roll["ay"] != 2016]})
    assert backtest(gap, PLAIN).tables["origins"]["changes"].tolist() == [3, 4, 5]


def test_without_history_there_is_no_backtest_and_it_is_said() -> None:
    evidence = authority()
    roll = evidence.authority_roll
    short = replace(evidence, tables={**evidence.tables, "authority_roll": roll[roll["ay"] >= 2021]})
    found = backtest(short, PLAIN)
    assert found.tables["origins"].empty and found.tables["vintages"].empty and found.tables["measures"].empty
    assert any("no forecast can be held against what came" in note.text for note in found.notes)


def test_a_vintage_is_named_by_what_went_in_its_january_and_its_method() -> None:
    one, again, other = (
        backtest(authority(), PLAIN, known_as=name, plan=Plan(fewest_changes=6)).tables["vintages"] for name in ("a", "a", "b"))
    pd.testing.assert_frame_equal(one, again)
    assert set(one["vintage_id"]).isdisjoint(other["vintage_id"])
    assert one["vintage_id"].nunique() == len(one.groupby(["origin", "method"]))
    assert vintage_id("a", 2020, "plain") in set(one["vintage_id"])


def test_bands_are_tried_on_forecasts_that_they_have_not_seen() -> None:
    """Every January but the last misses by 1 %, the last by 9 %: bands of the others do not hold it, and hold each other."""
    class Widest:
        """Bands as wide as the largest error they were shown."""

        def __init__(self, errors: pd.DataFrame) -> None:
            self.most = float(errors["error"].abs().max())

        def half_width(self, level: str, phase: str, horizon: int, size: float, chance: float) -> float:
            return self.most

    errors = pd.DataFrame({"origin": [2018, 2019, 2020, 2021], "code": "999", "level": "authority", "phase": "primary",
                           "horizon": 1, "size": 600.0, "error": [0.01, 0.01, 0.01, 0.09]})
    without = {ay: Widest(errors[errors["origin"] != ay]) for ay in errors["origin"]}
    told = coverage(errors, without.__getitem__)        # type: ignore[arg-type]  # bands of its own, of one width
    told = told.set_index("origin")
    assert told.loc[2021.0, "inside_80"] == 0 and told.loc[2018.0, "inside_80"] == 1
    assert told[told.index.isna()]["inside_80"].item() == 0.75 and told[told.index.isna()]["n"].item() == 4


def test_errors_for_the_bands_are_those_of_phases_on_the_dfe_measure(nine_more: Backtest) -> None:
    found = nine_more
    errors = residuals(found.tables["vintages"], "plain")
    assert set(errors["level"]) == {"authority"} and set(errors["phase"]) == {"primary", "secondary"}
    three = errors.query("origin == 2017 and horizon == 3 and phase == 'primary'")
    assert three["error"].item() == pytest.approx(630 / 639 - 1) and three["size"].item() == pytest.approx(630)
    table = measures(found.tables["vintages"].query("level == 'dfe' and method == 'plain'"), ["phase"])
    assert table["n"].sum() == len(errors)


def test_the_past_of_an_invented_council_is_said_to_be_smoother_than_a_real_one() -> None:
    def said(invented: bool) -> bool:
        evidence = authority()
        marked = replace(evidence, authority=replace(evidence.authority, invented=invented))
        return any("this council is invented" in note.text for note in backtest(marked, PLAIN).notes)

    assert said(True) and not said(False)


def test_the_backtest_lays_the_bands_of_a_run_without_the_january_that_is_tried(nine_more: Backtest) -> None:
    """By the quick errors of a run, which are the backtest's own where an authority has no more than a roll and births."""
    evidence = authority(_2020_3=9)
    own, full = own_errors(evidence, PLAIN), residuals(nine_more.tables["vintages"], "plain")
    both = own.merge(full, on=["origin", "phase", "horizon"], how="outer", suffixes=("", "_full"), validate="one_to_one")
    assert len(both) == len(own) == len(full) and both["error"].to_numpy() == pytest.approx(both["error_full"].to_numpy())
    row = nine_more.tables["coverage"].query("origin == 2018 and phase == 'primary' and horizon == 2").iloc[0]
    size = full.query("origin == 2018 and phase == 'primary' and horizon == 2")["size"].item()
    expected = bands(PLAIN, own, {"authority": 4}, without=2018).half_width("authority", "primary", 2, size, 0.8)
    assert row["half_width_80"] == pytest.approx(expected)


def test_own_errors_are_of_the_januaries_that_the_backtest_takes() -> None:
    left_out = replace(PLAIN, excluded_years=(ExcludedYear(2016, "a flood"), ExcludedYear(2018, "another")))
    for assumed in (PLAIN, left_out):
        taken = origins_of_backtest(authority(), assumed)
        assert sorted(own_errors(authority(), assumed)["origin"].unique()) == taken
    assert taken == [2019, 2020, 2021], "two changes that are left out cost two Januaries"


def origins_of_backtest(evidence: Evidence, assumed: Assumptions) -> list[int]:
    table = backtest(evidence, assumed).tables["origins"]
    assert isinstance(table, pd.DataFrame)
    return [int(origin) for origin in table["origin"]]


def test_a_verdict_needs_thirty_forecasts_and_names_both_ways_of_being_wrong() -> None:
    assert verdict(29, 0.2, 0.2) == ""
    assert [verdict(30, *shares) for shares in ((0.8, 0.95), (0.7, 0.95), (0.8, 0.91), (0.9, 0.95), (0.9, 0.9))] == [
        "as they should", "too narrow", "too narrow", "too wide", "too narrow in one, too wide in the other"]


def test_one_authority_gets_its_verdict_over_both_phases_and_three_years_ahead(nine_more: Backtest) -> None:
    told = nine_more.tables["coverage"]
    row = told[told["horizon"].isna()].squeeze()
    near = told[told["origin"].isna() & told["horizon"].le(3)]
    assert (row["level"], row["phase"], row["n"]) == ("authority", "primary and secondary", near["n"].sum()) and row["n"] == 24
    assert row["inside_80"] == pytest.approx((near["inside_80"] * near["n"]).sum() / row["n"]) and row["verdict"] == ""
    more = and_together(near.assign(n=10))
    assert more["verdict"].tolist()[-1] == verdict(60, *more[["inside_80", "inside_95"]].iloc[-1])
