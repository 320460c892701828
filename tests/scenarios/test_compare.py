"""Two runs held side by side: what went in otherwise, and which figures moved, on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scenarios.compare import ADDED, DROPPED, LATER, Side, compared, compared_two, names_of, schemes, went_in
from scenarios.runs import load
from tests.aids.paper_runs import BASE, childcare, paper_run, plan

MORE = {"births.level": 1.1}


def side(place: Path, name: str = "base", keys: dict[str, Any] | None = None, **more: Any) -> Side:
    run = load(paper_run(place, name, keys, **more))
    return Side(name, run.manifest, {table: run.table(table) for table in run.tables if table != "areas"})


def test_what_went_in_otherwise_is_named_key_by_key_and_file_by_file(tmp_path: Path) -> None:
    first = side(tmp_path)
    other = side(tmp_path, "fewer", {"births.level": 0.9, "margin.operating": 0.05}, births="b" * 64)
    told = went_in(first, other)
    assert list(told["said"][:2]) == ["births.level: 1 -> 0.9", "margin.operating: as the workspace says -> 0.05"]
    file = told[told["kind"] == "input"].iloc[0]
    assert file["key"] == "births" and file["publisher"] == "Office for <b>Statistics</b>"
    assert file["old"] == "births.csv of 2025-01-01 (sha256 aaaaaaaaaaaa)" and "bbbbbbbbbbbb" in file["new"]
    assert len(told) == 3 and len(went_in(first, first)) == 0


def test_figures_move_by_hand_worked_sums_and_never_the_census(tmp_path: Path) -> None:
    told = compared_two(side(tmp_path), side(tmp_path, "more", MORE, times=1.1))
    figures = told["moved_figures"].set_index("figure")
    # Ash 6 and 10, Cedar 5 and 30; by a tenth more: 12.6 and 17, 25.5 and 53, and the second area 0.8 in 2026
    assert figures.loc["entry_short", ["before", "after", "change"]].tolist() == pytest.approx([51, 108.9, 57.9])
    years = told["moved_by_year"].set_index(["phase", "ay"])
    assert BASE not in set(told["moved_by_year"]["ay"])
    assert years.loc[("primary", 2026), "entry_need_change"] == pytest.approx(17 + 0.8 - 10)
    area = told["moved_by_area"].set_index(["planning_area_code", "ay"]).loc[("8910002", 2026)]
    assert (area["entry_p_shortfall_before"], area["entry_p_shortfall_after"]) == (0.0, 1.0)
    assert set(told["moved_by_group"]["planning_area_code"]) == {"8910001", "8910002", "8920001"}
    assert (told["moved_figures"]["run"] == "more").all()


def test_only_the_years_that_both_tell_are_compared(tmp_path: Path) -> None:
    first, other = side(tmp_path), side(tmp_path, "more", MORE)
    short = {**other.tables, "balance": other.tables["balance"].query("ay < 2026")}
    told = compared_two(first, Side("short", other.manifest, short))
    assert set(told["moved_by_year"]["ay"]) == {2025} and (told["moved_figures"]["change"].abs() < 1e-9).all()


def test_childcare_is_told_only_where_both_runs_tell_it(tmp_path: Path) -> None:
    first, other = side(tmp_path), side(tmp_path, "more", MORE, short=60.0)
    told = compared_two(first, other)
    assert list(told["moved_childcare"]["hours_short_change"]) == [20.0]
    area = told["moved_care_by_area"].set_index("planning_area_code").loc["8910001"]
    assert (area["hours_short_before"], area["hours_short_after"]) == (40.0, 60.0)
    hidden = childcare(60.0).assign(hours_short=[None, 0.0], hours_wanted=[None, 500.0])
    told = compared_two(first, Side("hidden", other.manifest, {**other.tables, "childcare_balance": hidden}))
    assert told["moved_childcare"].empty, "8910001 is hidden in one of them, and the rest is as it was"
    assert told["moved_figures"].set_index("figure").loc["childcare_short", "change"] == 0
    unsure = childcare(60.0).assign(hours_short=[None, 0.0], hours_wanted=[600.0, 500.0])
    told = compared_two(first, Side("unsure", other.manifest, {**other.tables, "childcare_balance": unsure}))
    rows = told["moved_childcare"]
    assert rows["hours_wanted_change"].tolist() == [100.0] and rows["hours_short_before"].isna().all()


def test_schemes_are_added_dropped_and_put_off() -> None:
    told = schemes(plan({"north": 2026, "east": 2027}), plan({"north": 2028, "west": 2026})).set_index("scheme_id")
    assert told["verdict"].to_dict() == {"east": DROPPED, "north": LATER, "west": ADDED}
    assert told["thousand_pounds_change"].sum() == 250 - 400
    assert schemes({}, {}).empty


def test_a_plan_moves_its_figures_and_pots(tmp_path: Path) -> None:
    more = side(tmp_path, "more", MORE, opens={"east": 2026})
    told = compared_two(side(tmp_path, opens={"north": 2026}), more)
    figures = told["moved_figures"].set_index("figure")["change"]
    assert (figures["plan_thousand_pounds"], figures["plan_unmet"]) == (-500, 0)
    assert told["moved_pots"]["spent_change"].tolist() == [-500]


def test_several_runs_are_all_held_against_the_first_and_have_names_of_their_own(tmp_path: Path) -> None:
    sides = [side(tmp_path), side(tmp_path, "more", MORE, times=1.1), side(tmp_path, "less", {"births.level": 0.9})]
    told = compared(sides[0], sides[1:])
    assert list(dict.fromkeys(told["moved_by_area"]["run"])) == ["more", "less"]
    ids = [one.manifest["run_id"] for one in sides]
    assert names_of([one.manifest for one in sides]) == ["base", "more", "less"]
    assert names_of([sides[0].manifest] * 2) == [f"base ({ids[0][:6]})"] * 2
