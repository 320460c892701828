"""Children against places: never offset, both bases, unknown told as unknown; a slow loop is the oracle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from thoroughly import cases

from sufficiency.assumptions import Assumptions
from sufficiency.balance import COLUMNS, balance, hidden_need, need, need_with_margin, spare, summary, unfilled_by_school
from sufficiency.headroom import LETTERS, WORDS, headroom, rag, words

# The small town: primary areas P1 (schools 1 and 2) and P2 (school 3), secondary area S1 (schools 3, an all-through, and 4).
AREAS = [("primary", "P1"), ("primary", "P2"), ("secondary", "S1")]
SCHOOLS = ["100001", "100002", "100003", "100004"]
MEMBERS = [("100001", "primary", "P1"), ("100002", "primary", "P1"), ("100003", "primary", "P2"), ("100003", "secondary", "S1"),
           ("100004", "secondary", "S1")]
GROUPS = np.arange(15)
YEARS = np.arange(2022, 2030)
PHASE_GROUPS = {"primary": range(7), "secondary": range(7, 12)}


@dataclass(frozen=True)
class World:
    """A projection and the places against which it is held."""

    projection: SimpleNamespace
    places: pd.DataFrame


def array(values: np.ndarray, place: str, names: list[str]) -> xr.DataArray:
    return xr.DataArray(values[None], dims=("draw", "ay", place, "nc_year"),
                        coords={"draw": [0], "ay": YEARS, place: names, "nc_year": GROUPS})


def world(at_schools: np.ndarray, held: np.ndarray, more_residents: np.ndarray) -> World:
    """at_schools, held: [ay, school, year group]; more_residents: [ay, area, year group]. Areas' pupils are sums of schools'."""
    pupils = np.zeros((len(YEARS), len(AREAS), len(GROUPS)))
    school_pupils = np.zeros_like(at_schools)
    rows = []
    for urn, phase, code in MEMBERS:
        s, a = SCHOOLS.index(urn), AREAS.index((phase, code))
        for g in PHASE_GROUPS[phase]:
            pupils[:, a, g] += at_schools[:, s, g]
            school_pupils[:, s, g] = at_schools[:, s, g]
            rows += [(urn, phase, code, y, g, held[i, s, g], "capacity") for i, y in enumerate(YEARS)]
    inside = np.array([[g in PHASE_GROUPS[phase] for g in GROUPS] for phase, _ in AREAS])
    residents = np.where(inside, np.maximum(0, pupils + more_residents), 0)
    codes = [code for _, code in AREAS]
    phases = ("planning_area_code", [phase for phase, _ in AREAS])
    projection = SimpleNamespace(
        pupils=array(pupils, "planning_area_code", codes).assign_coords(phase=phases),
        residents=array(residents, "planning_area_code", codes).assign_coords(phase=phases),
        schools=array(school_pupils, "urn", SCHOOLS),
    )
    columns = ["urn", "phase", "planning_area_code", "ay", "nc_year", "yg_places", "basis"]
    return World(projection, pd.DataFrame(rows, columns=columns))


def flat(pupils: float = 20.0, places: float = 30.0) -> World:
    """Everywhere the same: 20 pupils and 30 places in every year group of every school, residents as pupils."""
    shape = (len(YEARS), len(SCHOOLS), len(GROUPS))
    return world(np.full(shape, pupils), np.full(shape, places), np.zeros((len(YEARS), len(AREAS), len(GROUPS))))


def cell(table: pd.DataFrame, code: str, ay: int, g: int) -> dict[str, object]:
    found = table[(table["planning_area_code"] == code) & (table["ay"] == ay) & (table["nc_year"] == g)]
    assert len(found) == 1
    return found.iloc[0].to_dict()


def test_one_row_for_each_area_year_and_year_group_within_the_horizon() -> None:
    table = balance(flat().projection, flat().places, Assumptions())
    assert list(table.columns) == COLUMNS
    assert len(table) == 2 * 6 * 7 + 1 * 8 * 5
    assert table.loc[table["phase"] == "primary", "ay"].max() == 2027, "rule 4: five years ahead"
    assert table.loc[table["phase"] == "secondary", "ay"].max() == 2029, "rule 4: seven years ahead"
    assert set(table["nc_year"]) == set(range(12)), "no nursery (rule 3) and no sixth form"
    assert not table.duplicated(["ay", "phase", "planning_area_code", "nc_year"]).any()
    first = cell(table, "P1", 2022, 0)
    assert (first["pupils"], first["yg_places"], first["spare_places"], first["net_places"]) == (40.0, 60.0, 20.0, -20.0)
    assert (first["unfilled_places"], first["over_capacity_pupils"], first["rag"]) == (20.0, 0.0, "P")


def test_rule_1_spare_places_of_one_year_group_never_meet_need_in_another() -> None:
    town = flat()
    town.projection.pupils.loc[{"planning_area_code": "P1", "ay": 2023, "nc_year": 0}] = 78.0
    table = balance(town.projection, town.places, Assumptions())
    assert cell(table, "P1", 2023, 0)["additional_need"] == 18.0
    sums = summary(table).set_index(["planning_area_code", "ay"]).loc[("P1", 2023)]
    assert (sums["additional_need"], sums["spare_places"], sums["net_places"]) == (18.0, 120.0, -102.0)
    assert (sums["entry_need"], sums["worst_need"], sums["worst_nc_year"]) == (18.0, 18.0, 0)
    assert (sums["rag"], sums["entry_rag"]) == ("P", "R"), "a Reception crisis does not hide behind empty Year 6 places"
    authority = summary(table, by=["ay", "phase"]).set_index(["ay", "phase"]).loc[(2023, "primary")]
    assert (authority["additional_need"], authority["spare_places"]) == (18.0, 120.0 + 70.0), "nor behind another area's"


def test_rule_2_need_is_cut_at_nothing_before_it_is_summed() -> None:
    demand, places = np.array([62.0, 50.0]), np.array([60.0, 60.0])
    assert need(demand, places).sum() == 2.0 != max(0.0, float((demand - places).sum()))


def test_the_worst_year_group_is_the_first_of_the_greatest_and_missing_where_there_is_no_need() -> None:
    town = flat()
    town.projection.pupils.loc[{"planning_area_code": "P2", "ay": 2024, "nc_year": [2, 4]}] = 33.0
    table = summary(balance(town.projection, town.places, Assumptions())).set_index(["planning_area_code", "ay"])
    assert (table.loc[("P2", 2024), "worst_nc_year"], table.loc[("P2", 2024), "worst_need"]) == (2, 3.0)
    assert table.loc[("P2", 2024), "entry_need"] == 0.0
    assert pd.isna(table.loc[("P2", 2023), "worst_nc_year"])
    assert table.loc[("P2", 2023), "worst_need"] == 0.0


def test_a_full_school_cannot_hide_the_children_who_live_there() -> None:
    shape = (len(YEARS), len(SCHOOLS), len(GROUPS))
    at_schools = np.full(shape, 20.0)
    at_schools[:, 2] = 30.0                     # school 3 is full, its roll flat
    more = np.zeros((len(YEARS), len(AREAS), len(GROUPS)))
    more[:, 1, 0] = np.arange(len(YEARS))       # one child more each year in P2's Reception
    more[:, 0, 0] = np.arange(len(YEARS))       # and in P1's, where there is room
    town = world(at_schools, np.full(shape, 30.0), more)
    table = balance(town.projection, town.places, Assumptions())
    assert [cell(table, "P2", y, 0)["hidden_need"] for y in range(2022, 2028)] == [0, 1, 2, 3, 4, 5]
    assert [cell(table, "P2", y, 0)["additional_need"] for y in range(2022, 2028)] == [0] * 6
    assert [cell(table, "P2", y, 0)["additional_need_by_residence"] for y in range(2022, 2028)] == [0, 1, 2, 3, 4, 5]
    assert [cell(table, "P1", y, 0)["hidden_need"] for y in range(2022, 2028)] == [0] * 6, "that area is not full"


def test_hidden_need_is_what_need_by_residence_adds_to_need() -> None:
    """100 places: with 90 or 100 pupils 20 of 120 residents find none; with 110 pupils 10 are seen and 10 more are hidden."""
    places, residents, pupils = np.full(4, 100.0), np.array([120.0, 120.0, 120.0, 95.0]), np.array([90.0, 100.0, 110.0, 90.0])
    hidden = hidden_need(residents, pupils, places)
    assert hidden.tolist() == [20.0, 20.0, 10.0, 0.0]
    assert (need(pupils, places) + hidden).tolist() == need(residents, places).tolist()


def test_unfilled_places_are_counted_school_by_school() -> None:
    shape = (len(YEARS), len(SCHOOLS), len(GROUPS))
    at_schools = np.full(shape, 30.0)
    at_schools[:, 0, 0], at_schools[:, 1, 0] = 37.0, 10.0
    town = world(at_schools, np.full(shape, 30.0), np.zeros((len(YEARS), len(AREAS), len(GROUPS))))
    first = cell(balance(town.projection, town.places, Assumptions()), "P1", 2022, 0)
    assert (first["unfilled_places"], first["over_capacity_pupils"], first["spare_places"]) == (20.0, 7.0, 13.0)


def test_unknown_places_make_unknown_need_and_nothing_else() -> None:
    town = flat()
    places = town.places.copy()
    places.loc[(places["urn"] == "100001") & (places["nc_year"] <= 2), "yg_places"] = math.nan
    table = balance(town.projection, places, Assumptions())
    row = cell(table, "P1", 2022, 1)
    assert row["pupils"] == 40.0 and row["rag"] == "?"
    assert all(math.isnan(row[c]) for c in COLUMNS if "need" in c or "places" in c or c == "headroom")
    assert cell(table, "P1", 2022, 3)["spare_places"] == 20.0
    strict = summary(table).set_index(["planning_area_code", "ay"]).loc[("P1", 2022)]
    assert strict["not_known"] == 3 and strict["pupils"] == 280.0 and strict["rag"] == "?"
    assert math.isnan(strict["additional_need"]) and math.isnan(strict["worst_need"]) and math.isnan(strict["headroom"])
    rest = summary(table, known_only=True).set_index(["planning_area_code", "ay"]).loc[("P1", 2022)]
    assert (rest["not_known"], rest["spare_places"], rest["headroom"]) == (3, 80.0, pytest.approx(1 / 3))
    assert math.isnan(rest["entry_need"]) and rest["entry_rag"] == "?"


def test_without_schools_children_are_told_and_need_is_not() -> None:
    codes = ["999-primary", "999-secondary"]
    phases = ("planning_area_code", ["primary", "secondary"])
    values = np.where(GROUPS < 7, [[1.0], [0.0]], [[0.0], [1.0]]) * np.ones((len(YEARS), 1, 1)) * 100
    areas = array(values, "planning_area_code", codes).assign_coords(phase=phases)
    thin = SimpleNamespace(pupils=areas, residents=areas, schools=array(np.zeros((len(YEARS), 0, len(GROUPS))), "urn", []))
    table = balance(thin, flat().places.iloc[:0], Assumptions())
    assert len(table) == 6 * 7 + 8 * 5
    assert (table["pupils"] == 100).all() and table["additional_need"].isna().all() and (table["rag"] == "?").all()


def test_places_that_the_projection_does_not_know_are_refused() -> None:
    town = flat()
    with pytest.raises(ValueError, match="X9"):
        balance(town.projection, town.places.assign(planning_area_code="X9"), Assumptions())


def test_where_rolls_of_schools_are_not_known_areas_are_still_weighed() -> None:
    town = flat()
    bare = SimpleNamespace(pupils=town.projection.pupils, residents=town.projection.residents,
                           schools=town.projection.schools.isel(urn=slice(1, None)))
    table = balance(bare, town.places, Assumptions())
    row = cell(table, "P1", 2022, 0)
    assert (row["yg_places"], row["spare_places"]) == (60.0, 20.0)
    assert math.isnan(row["unfilled_places"]) and math.isnan(row["over_capacity_pupils"])
    assert cell(table, "P2", 2022, 0)["unfilled_places"] == 10.0


def test_one_code_may_serve_both_phases() -> None:
    town = flat()
    same = town.projection.pupils.assign_coords(planning_area_code=["X", "P2", "X"])
    projection = SimpleNamespace(pupils=same, residents=same, schools=town.projection.schools)
    places = town.places.replace({"planning_area_code": {"P1": "X", "S1": "X"}})
    table = balance(projection, places, Assumptions())
    assert cell(table, "X", 2022, 0)["yg_places"] == 60.0
    assert cell(table, "X", 2022, 7)["phase"] == "secondary"


shape_of_schools = (len(YEARS), len(SCHOOLS), len(GROUPS))
counts = hnp.arrays(np.float64, shape_of_schools, elements=st.integers(0, 60).map(float), fill=st.just(30.0))
shape_of_areas = (len(YEARS), len(AREAS), len(GROUPS))
residents = hnp.arrays(np.float64, shape_of_areas, elements=st.integers(-9, 9).map(float), fill=st.just(0.0))


@pytest.mark.thorough
@settings(deadline=None, max_examples=cases(10, 50), derandomize=True)
@given(counts, counts, residents)
def test_the_fast_way_agrees_with_the_slow_loop(at_schools: np.ndarray, held: np.ndarray, more: np.ndarray) -> None:
    town, m = world(at_schools, held, more), 0.02
    table = balance(town.projection, town.places, Assumptions(operating_margin=m))
    for r in table[table["ay"].isin([2022, 2026, 2029])].to_dict("records"):
        i = r["ay"] - 2022
        mine = [SCHOOLS.index(u) for u, phase, code in MEMBERS if (phase, code) == (r["phase"], r["planning_area_code"])]
        pupils = sum(at_schools[i, s, r["nc_year"]] for s in mine)
        places = sum(held[i, s, r["nc_year"]] for s in mine)
        live = max(0.0, pupils + more[i, AREAS.index((r["phase"], r["planning_area_code"])), r["nc_year"]])
        assert (r["pupils"], r["yg_places"], r["residents"]) == (pupils, places, live)
        assert (r["additional_need"], r["spare_places"]) == (max(0, pupils - places), max(0, places - pupils))
        assert r["net_places"] == pupils - places
        assert r["additional_need_with_margin"] == pytest.approx(max(0, pupils * 1.02 - places))
        assert r["unfilled_places"] == sum(max(0, held[i, s, r["nc_year"]] - at_schools[i, s, r["nc_year"]]) for s in mine)
        assert r["over_capacity_pupils"] == sum(max(0, at_schools[i, s, r["nc_year"]] - held[i, s, r["nc_year"]]) for s in mine)
        assert r["additional_need_by_residence"] == max(0, live - places)
        assert r["spare_places_by_residence"] == max(0, places - live)
        assert r["hidden_need"] == max(0, live - max(pupils, places))
    # properties, over every row
    assert not ((table["additional_need"] > 0) & (table["spare_places"] > 0)).any()
    assert np.allclose(table["additional_need"] - table["spare_places"], table["net_places"])
    assert np.allclose(table["over_capacity_pupils"] - table["unfilled_places"], table["net_places"])
    assert (table["additional_need_with_margin"] >= table["additional_need"]).all()
    assert (table["unfilled_places"] >= table["spare_places"]).all()


@settings(deadline=None, max_examples=20, derandomize=True)
@given(counts, counts)
def test_sums_never_offset_however_they_are_grouped(at_schools: np.ndarray, held: np.ndarray) -> None:
    town = world(at_schools, held, np.zeros((len(YEARS), len(AREAS), len(GROUPS))))
    table = balance(town.projection, town.places, Assumptions())
    for by in (["ay"], ["ay", "phase"], ["phase", "planning_area_code"], ["ay", "phase", "planning_area_code"]):
        sums = summary(table, by=by)
        assert sums["additional_need"].sum() == pytest.approx(table["additional_need"].sum())
        assert sums["spare_places"].sum() == pytest.approx(table["spare_places"].sum())
        assert (sums["additional_need"] >= sums["worst_need"]).all()
        assert (sums["additional_need"] >= sums["entry_need"]).all()


def test_more_children_never_mean_less_need() -> None:
    demand, places = np.linspace(0, 90, 91), np.full(91, 45.0)
    assert (np.diff(need(demand, places)) >= 0).all()
    assert (np.diff(spare(demand, places)) <= 0).all()
    assert (need_with_margin(demand, places, 0.05) >= need(demand, places)).all()


def test_unfilled_by_school_takes_all_year_groups_of_a_school_together() -> None:
    rows = [("1", "P", g, 30.0) for g in range(7)] + [("2", "P", 0, math.nan)]
    places = pd.DataFrame(rows, columns=["urn", "area", "g", "yg_places"])
    pupils = pd.DataFrame([("1", g, 37.0 if g == 0 else 20.0) for g in range(7)], columns=["urn", "g", "pupils"])
    known = unfilled_by_school(pupils, places[places["urn"] == "1"], by=["area"]).iloc[0]
    assert (known["places"], known["pupils"], known["unfilled_places"], known["over_capacity_pupils"]) == (210, 157, 53, 0)
    assert math.isnan(unfilled_by_school(pupils, places, by=["area"]).iloc[0]["unfilled_places"])


@pytest.mark.parametrize(
    ("pupils", "letter"),
    [(1001, "R"), (1000, "AR"), (981, "AR"), (980, "A"), (951, "A"), (950, "G"), (901, "G"), (900, "B"), (800, "B"), (799, "P")],
)
def test_the_bands_of_headroom(pupils: float, letter: str) -> None:
    assert rag(np.array([float(pupils)]), np.array([1000.0]), Assumptions().rag_edges).tolist() == [letter]


def test_a_band_is_a_letter_and_words_and_unknown_is_one_too() -> None:
    letters = rag(np.array([5.0, 5.0, 0.0]), np.array([math.nan, 0.0, 0.0]), Assumptions().rag_edges).tolist()
    assert letters == ["?", "R", "?"], "not known; pupils without a place; neither pupils nor places"
    assert np.isnan(headroom(np.array([5.0]), np.array([0.0]))).all(), "never an infinity"
    assert set(WORDS) == {*LETTERS, "?"} and words("AR").startswith("Amber-red")
    assert len({words(letter) for letter in WORDS}) == len(WORDS)


def test_edges_that_are_no_bands_are_refused() -> None:
    for edges in ((0.0, 0.02), (0.2, 0.1, 0.05, 0.02, 0.0)):
        with pytest.raises(ValueError, match="rising fractions"):
            rag(np.array([1.0]), np.array([1.0]), edges)
