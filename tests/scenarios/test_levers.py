"""Every lever moves what it should and nothing else, on the invented council: which tables, which rows, by how much."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, fields
from pathlib import Path

import pandas as pd
import pytest

from planning_areas.tables import EvidenceError
from scenarios.changes import LEVERS, SETTINGS, table_of_levers
from scenarios.in_force import IDLE, put_into_force
from scenarios.scenario import base, from_facts, resolve
from scenarios.world_homes import without_sites
from sufficiency.assumptions import Assumptions
from sufficiency.evidence import ASSUMED, Evidence
from sufficiency.workspace.workspace import Loaded

SITE, SCHOOL, AREA, NURSERY, CLUB = '"ROO/2019/1000"', "990001", "9901001", "EY990001", "EY990286"
CASES = {
    "births.level": "births.level = 0.9",
    "births.cohorts": 'births.cohorts = { "2026/27" = 5000 }',
    "migration.share": 'migration.share = { value = 0.02, nc_years = [1, 2], from = "2027/28", areas = ["9901001"] }',
    "migration.children": 'migration.children = { value = 60, nc_years = [0, 1, 2], to = "2027/28" }',
    "independent.pupils": 'independent.pupils = { value = 70, from = "2027/28", areas = ["9901001"], '
                          "nc_years = [0, 1, 2, 3, 4, 5, 6] }",
    "ehcp.growth": "ehcp.growth = 0.1",
    "sites.*.delay_years": f"sites.{SITE}.delay_years = 2",
    "sites.*.pace": f"sites.{SITE}.pace = 0.5",
    "sites.*.dropped": f"sites.{SITE}.dropped = true",
    "sites.*.probability": f"sites.{SITE}.probability = 0.25",
    "sites.*.affordable_share": f"sites.{SITE}.affordable_share = 0.4",
    "homes.level": 'homes.level = { value = 0.5, from = "2027/28", statuses = ["full"] }',
    "homes.slippage": "homes.slippage = 2",
    "yields.level": 'yields.level = { value = 1.5, phases = ["primary"] }',
    "childcare.eligible": 'childcare.eligible = { value = 1.1, kinds = ["working_parent"] }',
    "childcare.takeup": 'childcare.takeup = { value = 1.2, ages = ["age_2"], from = "2026/27" }',
    "childcare.hours": "childcare.hours = 0.8",
    "nurseries.*.closes_on": f"nurseries.{NURSERY}.closes_on = 2027-08-31",
    "nurseries.*.places": f'nurseries.{NURSERY}.places = {{ value = 0.5, ages = ["age_2"] }}',
    "nurseries.*.hours_week": f"nurseries.{NURSERY}.hours_week = 30",
    "nurseries.*.quality": 'nurseries."2910353".quality = "4"',
    "nurseries.*.opens": 'nurseries.NEW1.opens = { setting_name = "New nursery", postcode = "QY23 1HA", opens_on = 2027-09-01, '
                         "places = { under_2 = 9, age_2 = 12 }, hours_week = 50 }",
    "clubs.*.closes": f"clubs.{CLUB}.closes = true",
    "clubs.*.opens": 'clubs.NEW2.opens = { club_name = "New club", postcode = "QY23 1HA", schools_served = ["990001"], '
                     'places_pm = 24, closes = "17:45" }',
    "schools.*.pan": 'schools."990001".pan = { value = 45, from = "2027/28" }',
    "schools.*.places": 'schools."990001".places = { value = 50, from = "2027/28", nc_years = [0, 1] }',
    "schools.*.closes": 'schools."990001".closes = "2028/29"',
    "schools.*.merges_into": 'schools."990001".merges_into = { value = "990002", from = "2028/29", places = 30 }',
    "places.*": 'places.bulge = { value = 30, urn = "990001", kind = "bulge", from = "2027/28", nc_years = [0], '
                "fills_upwards = false }",
    "new_schools.*": 'new_schools."995001" = { name = "New Primary", phase = "primary", area = "9901001", value = 60, '
                     'from = "2027/28", easting = 468000, northing = 282000 }',
    "preference.*": 'preference.north = { value = 0.1, from_area = "9901001", to_area = "9901002", nc_year = 0 }',
    "schools.*.area": 'schools."990001".area = { primary = "9901002" }',
    "areas.*.becomes": 'areas."9901001".becomes = "9901002"',
    "authority.keeps_districts": 'authority.keeps_districts = ["E07990001", "E07990002"]',
    "pots.*.level": "pots.all.level = 0.5",
    "pots.*.delay_years": "pots.all.delay_years = 1",
    "pots.*.early_years": "pots.all.early_years = 2",
    "plan.equity_floor": "plan.equity_floor = true",
    "plan.members_decided": 'plan.members_decided = ["basic-need/early_years/early_years"]',
    "plan.everyone_placed": "plan.everyone_placed = true",
    "plan.qualities": 'plan.qualities = ["met"]',
    "plan.smallest_new_school": 'plan.smallest_new_school = { value = 420, phases = ["primary"] }',
    "schemes.*.open_by": 'schemes.town-1fe.open_by = "2029/30"',
    "costs.level": "costs.level = 1.1",
    "costs.inflation": "costs.inflation = 0.04",
    "schemes.*.choice": 'schemes.town-1fe.choice = "must_not"',
    "margin.operating": "margin.operating = 0.05",
}
NEUTRAL = {
    "births.level": "births.level = 1", "migration.children": "migration.children = 0",
    "sites.*.delay_years": "sites.all.delay_years = 0", "sites.*.pace": "sites.all.pace = 1",
    "sites.*.dropped": "sites.all.dropped = false", "homes.level": "homes.level = 1", "homes.slippage": "homes.slippage = 1",
    "clubs.*.closes": f"clubs.{CLUB}.closes = false",
    "pots.*.early_years": "pots.all.early_years = 0", "plan.equity_floor": "plan.equity_floor = false",
    "plan.members_decided": "plan.members_decided = []", "plan.everyone_placed": "plan.everyone_placed = false",
    "plan.qualities": 'plan.qualities = ["met", "needs_judgement"]', "plan.smallest_new_school": "plan.smallest_new_school = 0",
    "pots.*.level": "pots.all.level = 1", "pots.*.delay_years": "pots.all.delay_years = 0", "costs.level": "costs.level = 1",
    "costs.inflation": "costs.inflation = 0", "schemes.*.choice": 'schemes.town-1fe.choice = "free"',
    "nurseries.*.places": f"nurseries.{NURSERY}.places = 1",
}
SECTION = {one.name: one.section for one in LEVERS}


@pytest.fixture(scope="module")
def council(invented: Loaded) -> Loaded:
    """The invented council, read."""
    return invented


def by(council: Loaded, tmp_path: Path, *lines: str) -> tuple[Evidence, Assumptions]:
    """The council as a scenario of these keys would have it."""
    text = 'name = "Trial"\nwhy = "To see what moves"\n'
    for section in ("world", "choices"):
        mine = [line for line in lines if _section(line) == section]
        text += f"[{section}]\n" + "\n".join(mine) + "\n"
    path = tmp_path / "trial.toml"
    path.write_text(text, encoding="utf-8")
    return put_into_force(resolve([str(path)]), council.evidence, council.assumptions)


def _section(line: str) -> str:
    parts = re.split(r"\.(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", line.split("=")[0].strip())
    for name, section in SECTION.items():
        pattern = name.split(".")
        if len(pattern) == len(parts) and all(a in ("*", b) for a, b in zip(pattern, parts, strict=True)):
            return section
    raise AssertionError(line)


def moved(council: Loaded, would: tuple[Evidence, Assumptions]) -> set[str]:
    """Tables and settings that are not as they were."""
    evidence, assumptions = would
    tables = {name for name, table in evidence.tables.items() if not _same(table, council.evidence.tables[name])}
    return tables | {f.name for f in fields(Assumptions) if getattr(assumptions, f.name) != getattr(council.assumptions, f.name)}


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return one is other or (len(one) == len(other) and one.reset_index(drop=True).equals(other.reset_index(drop=True)))


def test_every_lever_has_a_case() -> None:
    assert set(CASES) == {one.name for one in LEVERS}


@pytest.mark.parametrize("name", CASES)
def test_a_lever_moves_what_it_says_and_nothing_else(name: str, council: Loaded, tmp_path: Path) -> None:
    lever = next(one for one in LEVERS if one.name == name)
    found = moved(council, by(council, tmp_path, CASES[name]))
    assert found and found <= set(lever.touches)


@pytest.mark.parametrize("name", NEUTRAL)
def test_a_lever_left_where_it_is_moves_no_figure(name: str, council: Loaded, tmp_path: Path) -> None:
    evidence, assumptions = by(council, tmp_path, NEUTRAL[name])
    assert assumptions == council.assumptions
    for table in next(one for one in LEVERS if one.name == name).touches:
        if table in evidence.tables and table != "births":
            pd.testing.assert_frame_equal(evidence.tables[table], council.evidence.tables[table], check_dtype=False)
    published = evidence.births[evidence.births["basis"] != ASSUMED]
    pd.testing.assert_frame_equal(published, council.evidence.births)


def test_base_over_nothing_is_base(council: Loaded) -> None:
    assert put_into_force(base(), council.evidence, council.assumptions) == (council.evidence, council.assumptions)
    assert base().facts == {} and base().changes == ()


def test_the_order_of_changes_does_not_matter(council: Loaded, tmp_path: Path) -> None:
    lines = [line for name, line in CASES.items()
             if name not in ("areas.*.becomes", "authority.keeps_districts", "schools.*.merges_into")]
    one, other = by(council, tmp_path, *lines), by(council, tmp_path, *reversed(lines))
    assert one[1] == other[1]
    for name, table in one[0].tables.items():
        pd.testing.assert_frame_equal(table, other[0].tables[name])


def test_a_run_keeps_what_makes_it_again(council: Loaded, tmp_path: Path) -> None:
    path = tmp_path / "trial.toml"
    path.write_text('name = "T"\nwhy = "W"\n[world]\nbirths.level = { value = 0.9, from = "2026/27" }\n'
                    f"sites.{SITE}.delay_years = 2\n", encoding="utf-8")
    scenario = resolve([str(path)])
    again = from_facts(json.loads(json.dumps(scenario.facts, sort_keys=True)))     # as a manifest keeps it
    assert again.keys == scenario.keys and again.changes == scenario.changes
    one, other = (put_into_force(s, council.evidence, council.assumptions) for s in (scenario, again))
    pd.testing.assert_frame_equal(one[0].births, other[0].births)
    assert asdict(one[1]) == asdict(other[1])


def births(evidence: Evidence, cohort: int) -> float:
    table = evidence.births
    return float(table.loc[(table["cohort"] == cohort) & table["area_code"].str.startswith("E07"), "births"].sum())


def test_births_of_the_unborn_fall_by_a_tenth(council: Loaded, tmp_path: Path) -> None:
    last = int(council.evidence.births["cohort"].max())
    evidence, _ = by(council, tmp_path, "births.level = 0.9")
    assert births(evidence, last) == births(council.evidence, last)
    assert births(evidence, last + 1) == pytest.approx(0.9 * births(council.evidence, last))


def test_births_of_one_district_and_year(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, 'births.level = { value = 2, from = "2023/24", to = "2023/24", areas = ["E07990001"] }')
    changed = evidence.births.merge(council.evidence.births, on=["area_code", "cohort"], suffixes=("", "_was"))
    other = changed[changed["births"] != changed["births_was"]]
    assert set(other["cohort"]) == {2023} and (other["births"] == 2 * other["births_was"]).all()
    assert "E07990001" in set(other["area_code"]) and "E07990002" not in set(other["area_code"])


def test_births_as_another_variant_has_them(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, 'births.cohorts = { "2026/27" = 5000 }')
    assert births(evidence, 2026) == pytest.approx(5000)


def site(evidence: Evidence, ref: str = "ROO/2019/1000") -> pd.Series:
    rows = evidence.housing_sites[evidence.housing_sites["site_ref"] == ref]
    return rows.groupby("financial_year")["dwellings"].sum()


def test_a_site_two_years_late_is_as_large(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, f"sites.{SITE}.delay_years = 2")
    was, now = site(council.evidence), site(evidence)
    assert now.to_dict() == {year + 2: homes for year, homes in was.items()}
    assert len(evidence.housing_sites["site_ref"].unique()) == len(council.evidence.housing_sites["site_ref"].unique())


def test_a_site_half_a_year_late_spreads_each_year_over_two(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, f"sites.{SITE}.delay_years = 0.5")
    was, now = site(council.evidence), site(evidence)
    assert now[2026] == pytest.approx(was[2026] / 2) and now[2027] == pytest.approx((was[2026] + was[2027]) / 2)
    assert now.sum() == pytest.approx(was.sum())


def test_a_site_at_half_the_pace_takes_twice_the_years(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, f"sites.{SITE}.pace = 0.5")
    was, now = site(council.evidence), site(evidence)
    assert now[2026] == pytest.approx(was[2026] / 2) and now[2027] == pytest.approx(was[2026] / 2)
    assert now.sum() == pytest.approx(was.sum())


def test_an_early_site_begins_no_earlier_than_next_year(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, f"sites.{SITE}.delay_years = -1")
    was, now = site(council.evidence), site(evidence)
    assert now.index.min() == 2026 and now[2026] == was[2026] + was[2027] and now.sum() == was.sum()


def test_a_sites_own_key_goes_before_that_of_all(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, "sites.all.delay_years = 3", f"sites.{SITE}.delay_years = 1")
    assert site(evidence).index.min() == site(council.evidence).index.min() + 1
    others = council.evidence.housing_sites["site_ref"].unique()
    ref = next(r for r in others if r != "ROO/2019/1000" and site(council.evidence, r).index.min() > 2025)
    assert site(evidence, ref).index.min() == site(council.evidence, ref).index.min() + 3


def test_a_share_of_a_site_is_affordable(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, f"sites.{SITE}.affordable_share = 0.4")
    rows = evidence.housing_sites[evidence.housing_sites["site_ref"] == "ROO/2019/1000"]
    by_tenure = rows.groupby("tenure")["dwellings"].sum()
    assert by_tenure["affordable"] / by_tenure.sum() == pytest.approx(0.4)
    assert by_tenure.sum() == pytest.approx(site(council.evidence).sum())


def test_the_deed_of_a_site_that_is_not_built_brings_no_more(council: Loaded, tmp_path: Path) -> None:
    begun, _ = by(council, tmp_path, "sites.GARDEN.dropped = true")
    assert site(begun, "GARDEN").index.tolist() == [2025] and len(begun.pots) == len(council.evidence.pots)     # built in part
    evidence = without_sites(council.evidence, council.evidence.housing_sites["site_ref"].eq("GARDEN"))
    was, now = council.evidence.pots, evidence.pots
    assert "GARDEN" not in set(evidence.housing_sites["site_ref"]) and "GARDEN" not in set(now["site_ref"])
    promised = was[was["site_ref"].eq("GARDEN") & was["status"].ne("received")]
    assert len(promised) and len(now) == len(was) - len(promised)


def test_a_new_school_fills_up_from_its_year_of_entry(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, CASES["new_schools.*"])
    rows = evidence.yg_places[evidence.yg_places["urn"] == "995001"].set_index(["ay", "nc_year"])["yg_places"]
    assert rows[2027, 0] == 60 and rows[2027, 6] == 0 and rows[2033, 6] == 60 and rows[2028, 1] == 60


def test_only_years_and_statuses_that_are_named_slump(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, CASES["homes.level"])
    both = council.evidence.housing_sites.assign(now=evidence.housing_sites["dwellings"].to_numpy())
    hit = (both["financial_year"] >= 2027) & both["status"].eq("full")
    assert (both.loc[hit, "now"] == both.loc[hit, "dwellings"] / 2).all() and hit.any()
    assert (both.loc[~hit, "now"] == both.loc[~hit, "dwellings"]).all()


def test_a_pan_moves_up_with_its_cohorts(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, CASES["schools.*.pan"])
    rows = evidence.yg_places[evidence.yg_places["urn"] == SCHOOL].set_index(["ay", "nc_year"])["yg_places"]
    assert rows[2027, 0] == 45 and rows[2028, 0] == 45 and rows[2028, 1] == 45
    assert (2027, 1) not in rows and rows[2025, 0] == 60


def test_a_school_that_closes_has_its_date(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, CASES["schools.*.closes"])
    dates = evidence.schools.set_index("urn")["close_date"]
    was = council.evidence.schools.set_index("urn")["close_date"]
    assert dates[SCHOOL] == "2028-08-31" and (dates.drop(SCHOOL) == was.drop(SCHOOL)).all()
    assert evidence.chosen_closings == {SCHOOL} and not council.evidence.chosen_closings


def test_a_nursery_that_closes_closes_with_all_its_rooms(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, CASES["nurseries.*.closes_on"])
    mine = evidence.settings_hours["setting_ref"] == NURSERY
    assert (evidence.settings_hours.loc[mine, "closes_on"] == "2027-08-31").all() and mine.sum() > 1
    assert evidence.settings_hours[~mine].equals(council.evidence.settings_hours[~mine])


def test_pots_to_come_are_halved_and_received_money_is_not(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, CASES["pots.*.level"])
    was, now = council.evidence.pots, evidence.pots
    ahead = was["status"] != "received"
    assert (now.loc[ahead, "thousand_pounds"] == was.loc[ahead, "thousand_pounds"] / 2).all() and ahead.any()
    assert (now.loc[~ahead, "thousand_pounds"] == was.loc[~ahead, "thousand_pounds"]).all() and (~ahead).any()


def test_who_comes_each_year_enters_year_seven_too(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, "migration.share = { value = 0.01, nc_years = [5, 6] }")
    rows = evidence.planner_overrides[evidence.planner_overrides["author"] == "scenario: migration.share"]
    factor = rows.set_index(["ay", "nc_year"])["value"]
    assert factor[2026, 5.0] == 1.01 and set(rows["nc_year"]) == {5.0, 6.0}


def test_a_successor_authority_has_its_own_schools_and_births(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, CASES["authority.keeps_districts"])
    assert set(evidence.schools["district_code"]) <= {"E07990001", "E07990002"}
    kept = set(evidence.births.loc[evidence.births["area_code"].str.startswith("E07"), "area_code"])
    assert kept == {"E07990001", "E07990002"}
    ay = evidence.authority.base_year
    roll = evidence.school_roll[evidence.school_roll["ay"] == ay].groupby("nc_year")["pupils"].sum()
    was = council.evidence.school_roll[council.evidence.school_roll["ay"] == ay].groupby("nc_year")["pupils"].sum()
    whole = evidence.authority_roll[evidence.authority_roll["ay"] == ay].set_index("nc_year")["pupils"]
    before = council.evidence.authority_roll[council.evidence.authority_roll["ay"] == ay].set_index("nc_year")["pupils"]
    assert whole[0] == pytest.approx(before[0] * roll[0] / was[0])


@pytest.mark.parametrize(("line", "found"), [
    ('sites."ROO/2019/1001x".dropped = true', "ROO/2019/1001x"), ('schools."990000".closes = "2028/29"', "990000"),
    ('schools."990001".closes = "2020/21"', "2020/21"), ("clubs.NOBODY.closes = true", "NOBODY"),
    ('areas."123".becomes = "9901001"', "123"), ('births.level = { value = 0.9, areas = ["E07000001"] }', "E07000001"),
])
def test_what_the_workspace_does_not_have_is_told(line: str, found: str, council: Loaded, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as told:
        by(council, tmp_path, line)
    problem = told.value.problems[0]
    assert problem.file == "trial.toml" and problem.row > 0 and problem.found == found


def test_what_moves_nothing_here_is_said(council: Loaded, tmp_path: Path) -> None:
    evidence, _ = by(council, tmp_path, 'homes.level = { value = 0.5, from = "2060/61" }', "births.level = 0.9")
    said = [note.text for note in evidence.notes if note.table == IDLE]
    assert len(said) == 1 and said[0].startswith("homes.level moves nothing")


def test_settings_keep_their_limits(council: Loaded, tmp_path: Path) -> None:
    path = tmp_path / "trial.toml"
    path.write_text('name = "T"\nwhy = "W"\n[choices]\nsettings.operating_margin = 3\n[run]\ndraws = 50\n', encoding="utf-8")
    with pytest.raises(EvidenceError) as told:
        put_into_force(resolve([str(path)]), council.evidence, council.assumptions)
    assert told.value.problems[0].column == "settings.operating_margin" and told.value.problems[0].row == 4
    path.write_text('name = "T"\nwhy = "W"\n[run]\ndraws = 50\nseed = 7\n', encoding="utf-8")
    scenario = resolve([str(path)])
    _, assumptions = put_into_force(scenario, council.evidence, council.assumptions)
    assert (assumptions.draws, assumptions.seed) == (50, 7)
    assert all(key.startswith(f"{SETTINGS}.") for key in scenario.keys)


def test_the_page_of_levers_is_printed_from_the_levers() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    assert page.endswith(table_of_levers().rstrip() + "\n"), "print docs/scenarios.md anew from changes.table_of_levers()"
