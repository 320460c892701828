"""Children from new homes: the worked examples of the brief to the last figure, and what must hold for any homes.

The town has one primary and one secondary planning area unless told otherwise, 30 children in every year group, and 30 births a
year, so that nothing but homes moves it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sufficiency.assumptions import Assumptions
from sufficiency.balance import need, need_with_margin
from sufficiency.children import Projection
from sufficiency.evidence import TABLES
from sufficiency.housing.basic_need import basic_need, fundable
from sufficiency.housing.homes import Homes, homes_of
from sufficiency.housing.site_audit import building, gross, homes_table, site_audit, site_years
from sufficiency.housing.trajectories import parts_of
from sufficiency.housing.with_homes import with_homes
from sufficiency.housing.yields import PHASES, build_up
from sufficiency.intervals.draws import Draws
from sufficiency.rules import rulebook
from tests.sufficiency.conftest import BASE, GSS, Town, make_town

SCHOOLS = [("100001", "A", "S", 0, 6, 0.0, 0.0), ("100002", "A", "S", 0, 6, 9.0, 0.0), ("100003", "", "S", 7, 11, 0.0, 0.0),
           ("100004", "B", "", 0, 6, 50.0, 0.0)]
ONE_AREA = SCHOOLS[:3]
AHEAD = range(BASE + 1, BASE + 8)
CUT = {"dwelling_type": "", "tenure": "", "bedrooms": ""}


def rows(name: str, given: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A table of evidence from a few columns; the rest is blank or missing."""
    schema = TABLES[name].to_schema()
    blank = {c: float("nan") if column.nullable else "" for c, column in schema.columns.items()}
    frame = pd.DataFrame([{**blank, **row} for row in given], columns=list(schema.columns))
    return pd.DataFrame(schema.validate(frame))


def site(homes: float | Sequence[float], first: int = BASE, ref: str = "MILL", status: str = "full", **more: Any) -> list[Any]:
    """A site with so many homes in each financial year from `first` on; one number is that many for twelve years."""
    each = [homes] * 12 if isinstance(homes, int | float) else homes
    return [{"site_ref": ref, "site_name": ref.title(), "status": status, "financial_year": first + k, "dwellings": n, **more}
            for k, n in enumerate(each)]


def completed(homes: float, code: str = GSS) -> pd.DataFrame:
    """So many homes completed in each of the last years."""
    past = range(BASE - 4, BASE + 1)
    return rows("completions", [{"area_code": code, "financial_year": year, "dwellings": homes} for year in past])


def a_town(sites: Sequence[Any], usual: float | None = 40.0, schools: Sequence[Any] = ONE_AREA, **tables: pd.DataFrame) -> Town:
    """The town with housing sites."""
    rolls = {urn: dict.fromkeys(range(BASE - 5, BASE + 1), [30.0] * (high - low + 1)) for urn, _, _, low, high, _, _ in schools}
    births = {cohort: {GSS: 30.0} for cohort in range(BASE - 16, BASE + 1)}
    found = make_town(schools, rolls, births)
    given = dict(tables)
    if len(sites):
        given["housing_sites"] = rows("housing_sites", sites)
    if usual is not None:
        given["completions"] = completed(usual)
    return found.with_tables(**given)


def made(town: Town, assumptions: Assumptions | None = None) -> tuple[Projection, Homes]:
    """The projection without homes, and the homes."""
    settings = assumptions or Assumptions()
    projection = town.project(settings)
    return projection, homes_of(town.evidence, town.frame, projection, settings)


def primary(net: np.ndarray) -> np.ndarray:
    """Primary children by year: [..., year] of [..., year, area, nc_year]."""
    return np.asarray(net[..., 0:7].sum(axis=(-1, -2)))


def no_post_16() -> pd.DataFrame:
    """Yields of the brief's second example: 0.07, 0.25, 0.13 and 0.03 a home."""
    each = {"early_years": 700, "primary": 2500, "secondary": 1300, "post_16": 300}
    return rows("yields", [{"phase": phase, "dwellings": 10_000, "pupils": n, **CUT} for phase, n in each.items()])


def test_c6_only_building_above_the_usual_rate_is_added() -> None:
    """40 homes a year were usual, 100 a year come for three years: 180 x 0.25 x 0.7 = 31.5 pupils, 4.5 a year group; not 75."""
    _, homes = made(a_town(site(100)))
    assert_allclose(primary(homes.central)[3], 31.5, rtol=1e-12)
    assert_allclose(homes.central[3, 0, :7], 4.5, rtol=1e-12)
    everybody = gross(homes, homes.ahead)[:, PHASES.index("primary")].sum(axis=0)
    assert_allclose(everybody[2], 75.0, rtol=1e-12)


def test_d2_dwellings_become_children_of_each_phase() -> None:
    """500 homes: 35 in early years, 125 primary (17.9 a year group, 0.6 of a form), 65 secondary, 15 post-16; special 4.8."""
    _, homes = made(a_town(site([500], first=BASE - 1), yields=no_post_16()))
    there = 500 * homes.yields[0]
    assert_allclose(there, [35, 125, 65, 15], rtol=1e-12)
    assert round(there[1] / 7, 1) == 17.9 and round(there[1] / 7 / 30, 1) == 0.6
    assert_allclose(there.sum() * rulebook("housing")["special"]["share"], 4.8, rtol=1e-12)


def test_d3_children_come_peak_and_go_by_years_since_completion() -> None:
    """60 homes a year for five years; the peak of 79.8 comes three years after the last house and is above the flat 75."""
    curve = [0.12, 0.18, 0.22, 0.25, 0.27, 0.28, 0.27, 0.26, 0.25, 0.24]
    homes = np.array([60.0] * 5 + [0.0] * 5)
    expected = [7.2, 18.0, 31.2, 46.2, 62.4, 72.0, 77.4, 79.8, 79.8, 78.0]
    assert_allclose(build_up(homes, np.array(curve)), expected, rtol=1e-12)
    assert max(expected) == 79.8 > 300 * 0.25


def test_d3_stands_in_the_audit_of_the_site() -> None:
    curve = [0.12, 0.18, 0.22, 0.25, 0.27, 0.28, 0.27, 0.26, 0.25, 0.24]
    curves = rows("yield_curves", [{"phase": "primary", "years_since": k, "pupils_per_dwelling": n} for k, n in enumerate(curve)])
    _, homes = made(a_town(site([60] * 5), usual=0.0, yield_curves=curves))
    audit = site_audit(homes).iloc[0]
    ready = [35 + 25, 60, 60, 60, 60 * 7 / 12, 0, 0, 0, 0]
    assert audit["dwellings"] == pytest.approx(sum(ready))
    assert audit["primary_peak"] == pytest.approx(build_up(np.array(ready), np.array(curve[:9])).max())
    assert audit["primary_peak"] > audit["primary_long_run"] == pytest.approx(sum(ready) * 0.24)


def test_financial_years_are_recut_to_academic_years() -> None:
    """A home completed in May 2027 is counted in January 2028, one of October 2027 in January 2029."""
    ready = parts_of(rows("housing_sites", site([120.0], first=2027)), 2025, rulebook("housing"))
    assert ready.first == 2027
    assert_allclose(ready.ready, [[50.0, 70.0]])


def test_without_homes_nothing_moves() -> None:
    projection, homes = made(a_town([]))
    after = with_homes(projection, homes, a_town([]).frame, no_places())
    assert not homes.central.any() and after.pupils.identical(projection.pupils)
    assert not homes.net(Draws(1, count=3)).any()
    assert site_audit(homes).empty and site_years(homes).empty and homes_table(homes).empty and building(homes).empty


def test_a_usual_rate_that_nobody_knows_adds_nothing_and_says_so() -> None:
    projection, homes = made(a_town(site(100), usual=None))
    assert not homes.central.any() and not homes.net(Draws(1, count=70)).any()
    assert any("HOMES ARE NOT ADDED to the primary forecast" in note.text for note in homes.notes)
    assert site_audit(homes)["usual_dwellings"].isna().all()
    after = with_homes(projection, homes, a_town([]).frame, no_places())
    assert any("HOMES ARE NOT ADDED" in note.text for note in after.notes)


def test_sites_that_list_their_past_tell_the_usual_rate() -> None:
    _, homes = made(a_town(site([40] * 5 + [100] * 8, first=BASE - 4), usual=None))
    # of August 2022 on: 7/12 of the first year and 5/12 of the second stand in the first academic year ahead
    assert_allclose(homes.layers["primary"].usual, (2 * 40 + 7 / 12 * 40 + 5 / 12 * 40) / 3, rtol=1e-12)
    assert primary(homes.central)[-1] > 0


def test_twice_the_homes_above_the_usual_rate_bring_twice_the_children() -> None:
    few, many = (primary(made(a_town(site(n)))[1].central) for n in (70, 100))
    assert_allclose(2 * few, many, rtol=1e-12)


def test_a_slump_takes_children_away_but_never_more_than_there_are() -> None:
    projection, homes = made(a_town(site(10)))
    assert (primary(homes.central)[1:] < 0).all()
    _, nothing_left = made(a_town(site(10), usual=100_000.0))
    after = with_homes(projection, nothing_left, a_town([]).frame, no_places())
    assert float(after.pupils.min()) >= 0 and float(after.schools.min()) >= 0 and float(after.residents.min()) >= 0
    assert_adds_up(after)


def test_that_permissions_run_out_is_no_slump() -> None:
    """Certain sites end after two years, less certain ones go on: the forecast keeps the usual rate, and adds nothing."""
    certain, maybe = site([40, 40], first=BASE), site(100, first=BASE + 2, ref="LATER", status="outline")
    _, homes = made(a_town([*certain, *maybe]))
    assert_allclose(homes.central[:, 0, :7], 0.0, atol=1e-9)
    assert primary(homes.by_probability())[-1] > 0


def test_a_slump_is_seen_only_as_far_as_lists_of_sites_are_whole() -> None:
    """Nothing but one small site for ten years: five years below the usual rate, and then other sites are on no list yet."""
    _, homes = made(a_town(site(10)))
    _, trusting = made(a_town(site(10)), Assumptions(listed_years=10))
    _, blind = made(a_town(site(10)), Assumptions(listed_years=0))
    short, wholly, never = (primary(each.central) for each in (homes, trusting, blind))
    assert_allclose(short[:6], wholly[:6], rtol=1e-12)
    assert short[7] == pytest.approx(short[5]) and wholly[7] < wholly[5]
    assert_allclose(never, 0.0, atol=1e-12)


def test_homes_that_bring_no_pupils_are_counted_as_homes_only() -> None:
    small: dict[str, Any] = {"dwelling_type": "flat", "bedrooms": "1"}
    for more in ({"kept_for": "over_55"}, {"kept_for": "student"}, small):
        _, homes = made(a_town(site(100, **more)))
        assert not homes.yields.any() and primary(homes.central).max() <= 0
    _, homes = made(a_town(site(100, **small)), Assumptions(one_bed_flats=True))
    assert primary(homes.central)[3] > 0


def test_what_october_counted_already_is_not_added_again() -> None:
    projection, homes = made(a_town(site(100)))
    every = pd.DataFrame([("A", BASE + 1, g) for g in range(7)], columns=["planning_area_code", "ay", "nc_year"])
    town = a_town(site(100))
    known = homes_of(town.evidence, town.frame, replace(projection, overrides=every), Assumptions())
    assert_allclose(known.central[1, 0, :7], 0.0, atol=1e-12)
    first_year = homes.central[1, 0, 0]
    # the children of Year 1 a year later were in Reception, and counted; those of Reception then were not yet at school
    assert_allclose(known.central[2, 0, 1], homes.central[2, 0, 1] - first_year, rtol=1e-12)
    assert_allclose(known.central[2, 0, 0], homes.central[2, 0, 0], rtol=1e-12)


def test_schools_areas_residents_and_authority_agree() -> None:
    town = a_town(site(100), schools=SCHOOLS)
    projection, homes = made(town)
    after = with_homes(projection, homes, town.frame, no_places())
    assert_adds_up(after)
    assert_array_equal(after.raw, projection.raw)
    assert_allclose((after.pupils - projection.pupils).to_numpy(), after.homes.to_numpy(), atol=1e-9)


def assert_adds_up(after: Projection) -> None:
    """Schools add up to areas, areas to the authority, residents in total to the authority."""
    total = after.authority.to_numpy()
    assert_allclose(after.pupils.sum("planning_area_code"), total, rtol=1e-9, atol=1e-9)
    assert_allclose(after.schools.sum("urn"), total, rtol=1e-9, atol=1e-9)
    assert_allclose(after.residents.sum("planning_area_code"), total, rtol=1e-9, atol=1e-9)


def no_places() -> pd.DataFrame:
    """A table of places without any."""
    return places({})


def places(room: Mapping[str, float]) -> pd.DataFrame:
    """So many places in every primary year group and year at some schools."""
    given = [(urn, ay, g, n) for urn, n in room.items() for ay in (BASE, *AHEAD) for g in range(7)]
    return pd.DataFrame(given, columns=["urn", "ay", "nc_year", "yg_places"]).astype({"ay": "int64", "nc_year": "int64"})


def test_new_children_go_where_there_is_room_first() -> None:
    town = a_town(site(100))
    projection, homes = made(town)
    after = with_homes(projection, homes, town.frame, places({"100001": 30, "100002": 60}))
    grew = (after.schools - projection.schools).isel(draw=0, ay=3, nc_year=0)
    assert_allclose(grew.sel(urn=["100001", "100002"]), [0.0, 4.5], atol=1e-9)
    full = with_homes(projection, homes, town.frame, places({"100001": 30, "100002": 31}))
    grew = (full.schools - projection.schools).isel(draw=0, ay=3, nc_year=0)
    assert_allclose(grew.sel(urn=["100001", "100002"]), [1.75, 2.75], atol=1e-9)     # one by room, the others by pupils


def test_children_from_other_areas_leave_the_authority_as_it_is() -> None:
    town = a_town(site(200), schools=SCHOOLS)
    settings = Assumptions(from_other_areas=1.0)
    _, homes = made(town, settings)
    assert_allclose(primary(homes.central), 0.0, atol=1e-9)


def test_draw_0_and_spread_0_are_the_central_run_exactly() -> None:
    _, homes = made(a_town([*site(100), *site(50, ref="LATER", status="outline")], schools=SCHOOLS))
    still = homes.net(Draws(7, count=70, spread=0.0))
    assert_array_equal(still, np.broadcast_to(homes.central, still.shape))
    assert_array_equal(homes.net(Draws(7, count=3))[0], homes.central)
    assert homes.net(Draws(7, count=3))[1:].std() > 0


@pytest.mark.parametrize("most", [1, 7, 64, 100])
def test_draws_in_blocks_are_the_whole_bit_for_bit(most: int) -> None:
    _, homes = made(a_town([*site(100), *site(50, ref="LATER", status="outline")], schools=SCHOOLS))
    whole = Draws(7, count=150)
    blocks = np.concatenate([homes.net(block) for block in whole.blocks(most)])
    assert_array_equal(blocks, homes.net(whole))


def test_another_site_changes_nothing_of_a_sites_luck() -> None:
    """Draws of two worlds that differ by a site without pupils are the same but for the rate of building."""
    one = made(a_town(site(100), usual=0.0))[1].net(Draws(7, count=64))
    two = made(a_town([*site(100), *site([1.0], ref="AAA", kept_for="care")], usual=0.0))[1].net(Draws(7, count=64))
    assert_allclose(primary(one)[1:], primary(two)[1:], atol=0.5)


def test_sites_are_late_in_draws_but_not_lost() -> None:
    _, homes = made(a_town(site([0, 300, 0, 0, 0, 0, 0, 0, 0], first=BASE), usual=0.0))
    drawn = primary(homes.net(Draws(3, count=640)))[1:]
    central = primary(homes.central)
    assert drawn[:, 2].mean() < central[2]                                              # many are late
    assert drawn[:, -1].mean() == pytest.approx(central[-1] * 0.9, rel=0.06)            # one in ten is never built
    assert (drawn[:, -1] == 0).mean() == pytest.approx(0.1, abs=0.04)


def test_lateness_alone_is_no_slump() -> None:
    """Forty homes a year as usual, all under construction: in no draw does a late site take children away."""
    _, homes = made(a_town(site(40, status="under_construction", probability=1.0)))
    unhurried = homes.net(Draws(3, count=640))
    assert_allclose(homes.central, 0.0, atol=1e-9)
    in_time = np.quantile(primary(unhurried)[1:, 3], 0.5)
    assert abs(in_time) < 1.5


def test_windfall_goes_on_at_its_mean() -> None:
    town = a_town([*site(60), *site([9, 12, 15], first=BASE - 3, ref="WINDFALL", status="windfall")])
    parts = parts_of(town.evidence.housing_sites, BASE, rulebook("housing"))
    at = int(parts.table.index[parts.table["site_ref"] == "WINDFALL"][0])
    assert_allclose(parts.at(AHEAD)[at], 12.0)
    assert not parts.table["core"].iloc[at]


def test_funded_children_are_told_apart_gross_and_net() -> None:
    """Of 100 and 50 homes a year 30 are usual: 4/5 of each site's homes bring children whom the forecast did not hold."""
    town = a_town([*site(100, funded="HDC"), *site(50, ref="B", funded="HIF")], usual=30.0)
    _, homes = made(town)
    table = homes_table(homes)
    then = table[(table["ay"] == BASE + 3) & (table["phase"] == "primary")]
    assert_allclose(then["hdc_gross"].sum(), 75.0)
    assert_allclose(then["hif_gross"].sum(), 37.5)
    assert_allclose(then["homes_gross"].sum(), 112.5)
    assert_allclose(then["homes_net"].sum(), 0.8 * 0.7 * 112.5)
    assert_allclose(then["hdc_pupils"].sum(), 0.8 * 0.7 * 75.0)
    assert_allclose(then["hif_pupils"].sum(), 0.8 * 0.7 * 37.5)
    assert_allclose(table["hdc_pupils"] + table["hif_pupils"], table["homes_net"], rtol=1e-9)


def test_funded_children_are_never_more_than_the_forecast_nor_of_sites_outside_it() -> None:
    """S06: in a year group without children there is nobody to take off; homes of an outline site are in no forecast."""
    town = a_town([*site(100, funded="HDC"), *site(500, ref="B", funded="HDC", status="outline")], usual=0.0)
    _, homes = made(town)
    everybody = homes_table(homes)
    few = replace(homes, floor=np.zeros_like(homes.floor), central=homes.central * 0.1)
    table = homes_table(few)
    forecast = table["homes_net"]       # of nobody but a tenth of the new children
    assert (table["hdc_pupils"] <= forecast + 1e-9).all() and (everybody["hdc_pupils"] > forecast + 1).any()
    assert any("not in the core forecast: B" in note.text for note in homes.notes)
    assert_allclose(everybody["hdc_gross"], everybody["homes_gross"], rtol=1e-12)       # those of B are not among them


def test_basic_need_takes_off_the_funded_children_inside_the_forecast() -> None:
    """E2: 7 places short, 6.3 for the margin, 10.7 paid for by developers, 2.58 left."""
    pupils, funded = np.array([62.0, 60, 64, 61, 58, 60, 59]), np.array([4.0, 3, 3, 2, 2, 1, 1])
    places = np.full(7, 60.0)
    assert_allclose(fundable(pupils, funded, places, 0.02), [0, 0, 2.22, 0.18, 0, 0.18, 0], atol=1e-9)
    key = {"ay": 2026, "phase": "primary", "planning_area_code": "A", "nc_year": range(7)}
    held = pd.DataFrame({**key, "pupils": pupils, "yg_places": places, "additional_need": need(pupils, places),
                         "additional_need_with_margin": need_with_margin(pupils, places, 0.02)})
    homes = pd.DataFrame({**key, "hdc_pupils": funded, "hif_pupils": 0.0, "hdc_gross": 50.0, "hif_gross": 0.0})
    bridge = basic_need(held, homes, 0.02)[["additional_need", "for_margin", "developer_funded", "fundable_need"]].sum()
    assert [f"{value:.2f}" for value in bridge] == ["7.00", "6.32", "-10.74", "2.58"]


def test_the_audit_tells_which_homes_the_forecast_carries_already() -> None:
    _, homes = made(a_town([*site(100), *site(100, ref="LATER", status="outline")]))
    audit = site_audit(homes).set_index("site_ref")
    years = site_years(homes).set_index("site_ref")
    assert_allclose(years.loc["MILL", "added_dwellings"], 60.0)
    assert_allclose(years.loc["MILL", "usual_dwellings"], 40.0)
    assert_allclose(years.loc["LATER", ["added_dwellings", "usual_dwellings"]], 0.0)
    assert audit.loc["MILL", "counted_in"] == "in the forecast, whole"
    assert audit.loc["LATER", "counted_in"] == "in the range only, by its probability"
    assert audit.loc["LATER", "probability"] == 0.7
    assert audit.loc["MILL", "areas_touched"] == "A 100%; S 100%"
    assert_allclose(years.loc["MILL", "primary_net"], primary(homes.central)[1:], rtol=1e-12)
    built = building(homes).set_index(["phase", "ay"]).loc[("primary", BASE + 2)]
    assert_allclose(built[["dwellings", "dwellings_by_probability", "usual_dwellings", "excess_dwellings"]].astype("float64"),
                    [100, 160, 40, 60])


@pytest.mark.parametrize("usual", [40.0, None])
def test_the_homes_of_a_site_add_up_without_a_rest(usual: float | None) -> None:
    """Twelve financial years of 100 homes: those that become ready after the seven years of the forecast are told."""
    _, homes = made(a_town([*site(100), *site(100, ref="LATER", status="outline")], usual=usual))
    audit = site_audit(homes).set_index("site_ref")
    parts = audit[["usual_dwellings", "added_dwellings", "not_in_core_dwellings", "later_dwellings"]]
    assert_allclose(parts.sum(axis=1), audit["dwellings"], rtol=1e-12)
    assert_allclose(audit["dwellings"] - 700.0, audit["later_dwellings"], rtol=1e-12)
    assert (audit["later_dwellings"] > 400).all()
    assert_allclose(audit.loc["LATER", "not_in_core_dwellings"], 700.0)
    assert_allclose(audit.loc["MILL", "not_in_core_dwellings"], 0.0 if usual else 700.0)


def test_net_children_of_a_site_are_told_phase_by_phase_within_its_horizon() -> None:
    _, homes = made(a_town(site(100)))
    audit = site_audit(homes).iloc[0]
    years = site_years(homes).set_index("ay")
    for phase, last, year in (("primary", BASE + 5, "2027/28"), ("secondary", BASE + 7, "2029/30")):
        assert audit[f"{phase}_net"] == pytest.approx(years.loc[last, f"{phase}_net"]) and audit[f"{phase}_net_year"] == year
