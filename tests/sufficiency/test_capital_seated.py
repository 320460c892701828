"""Each child is counted once: who finds no place at home and sits next door lacks none, and leaves a seat if placed at home.

A is full with 20 children at B, which has 5 places over. All sums are worked out on paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from tiny_councils import solved_here

from sufficiency.assumptions import Assumptions
from sufficiency.capital.choices import Choices
from sufficiency.capital.decide import decide
from sufficiency.capital.free import free_places
from sufficiency.capital.need import school_need
from sufficiency.capital.plan import Plan
from sufficiency.capital.seated import layers, seated_next_door
from sufficiency.capital.solver import Ask
from sufficiency.capital.tables import Case, check_case

BASE, YEARS = 2025, (2026, 2027)
PAIRS = pd.DataFrame([("primary", "A", "B")], columns=["phase", "planning_area_code", "relief_area_code"])
NO_MARGIN = Assumptions(operating_margin=0.0)
CELLS = {2026: 0, 2027: 1}
Rolls = dict[str, tuple[float, float]]  # area -> pupils of 2026 and 2027


@dataclass(frozen=True)
class Paper:
    """The balance of A and B, and the decision that is made of it."""

    balance: pd.DataFrame
    case: Case
    told: str


def paper(pupils: Rolls, residents: Rolls, *, places: float = 60.0, taken: float = 20 / 55, known: bool = True,
          form: float = 0.0) -> Paper:
    """One school an area. taken: share of B's pupils who come from A. form: places that a scheme adds at A's school from 2026."""
    rows = [(a, "primary", ay, n, pupils[a][i], places, residents[a][i]) for a in "AB" for i, (ay, n) in enumerate(CELLS.items())]
    balance = pd.DataFrame(rows, columns=["planning_area_code", "phase", "ay", "nc_year", "pupils", "yg_places", "residents"])
    balance["headroom"] = 1 - balance["pupils"] / balance["yg_places"]
    lows = pd.DataFrame({"planning_area_code": ["A", "B"], "phase": "primary", "nc_year_low": 0})
    need = school_need(balance, lows, BASE, NO_MARGIN)
    both = balance.assign(urn=balance["planning_area_code"].str.lower())
    schools, rolls = both.drop(columns=["pupils"]), both[["urn", "ay", "nc_year", "pupils"]]
    flows = pd.DataFrame([("primary", "A", "B", 0.25, taken)] if known else [],
                         columns=["phase", "planning_area_code", "relief_area_code", "share", "taken"])
    away = seated_next_door(need.hidden, flows, PAIRS, schools, rolls)
    groups = pd.concat([need.groups, away.groups(())])
    ways = [(g, s, "home" if s == area.lower() else "next_door", 1.0, 0.0 if s == area.lower() else 2.0)
            for g, area in groups[["group_id", "area_code"]].itertuples(index=False)
            for s in ("a", "b") if area == "A" or s == "b"]
    links = pd.DataFrame(ways, columns=["group_id", "site_id", "kind", "km", "transport"])
    scheme = ("form", "a", "expansion", "primary", "mainstream", 2025, 1, "", "must", "authority", "given", "met")
    columns = ["scheme_id", "site_id", "kind", "phase", "purpose", "earliest_start", "lead_years", "exclusive_group", "choice",
               "decides", "consent", "quality"]
    adds = [("form", i, n, form) for i in range(2) for n in range(i + 1)]
    case = check_case(YEARS, {
        "groups": groups,
        "cells": pd.concat([need.cells, away.cells.assign(material=False)]),
        "sites": pd.DataFrame({"site_id": ["a", "b"], "area_code": ["A", "B"], "most_places": np.nan}),
        "free": free_places(schools, rolls, need.spare).rename(columns={"urn": "site_id"}),
        "links": links.merge(away.seats, on=["group_id", "site_id"], how="left").fillna({"seats": 0.0}),
        "schemes": pd.DataFrame([scheme] if form else [], columns=columns),
        "adds": pd.DataFrame(adds if form else [], columns=["scheme_id", "after", "nc_year", "places"]),
    })
    return Paper(balance, case, " ".join(note.text for note in away.notes))


def decided(case: Case) -> Plan:
    return decide(case, Choices(), Ask(seconds=10), solve=solved_here)


def left(case: Case, plan: Plan, site: str, ay: int, added: float = 0.0) -> float:
    """Seats of a site and year in which nobody sits."""
    here = plan.placed[plan.placed["site_id"] == site].merge(case.cells[case.cells["ay"] == ay], on="group_id")
    room = case.room[(case.room["site_id"] == site) & (case.room["ay"] == ay)]
    return float(room["places"].sum()) + added - float(here["children_x"].sum())


def test_who_sits_next_door_is_not_without_a_place_and_takes_no_place_twice() -> None:
    """Nothing is built: nobody is without a place, 20 sit next door, and B still has its 5 over."""
    made = paper({"A": (60, 60), "B": (55, 55)}, {"A": (80, 80), "B": (35, 35)})
    plan = decided(made.case)
    assert plan.unmet.empty and plan.placed["children"].sum() == pytest.approx(20.0)
    assert set(plan.placed["site_id"]) == {"b"}
    assert [left(made.case, plan, "b", ay) for ay in YEARS] == pytest.approx([5.0, 5.0])
    assert plan.terms["transport"] == pytest.approx(20 * 2 * 2.0)


def test_a_form_at_home_leaves_the_seats_next_door_for_others() -> None:
    """B is 10 over its places with 20 of A among its pupils: 10 lack a place, and none once A's children sit at home."""
    rolls, live = {"A": (60.0, 60.0), "B": (70.0, 70.0)}, {"A": (80.0, 80.0), "B": (50.0, 50.0)}
    nothing = paper(rolls, live, taken=1 / 3)
    assert decided(nothing.case).unmet.groupby("ay")["children"].sum().to_dict() == pytest.approx({2026: 10.0, 2027: 10.0})
    built = paper(rolls, live, taken=1 / 3, form=30.0)
    plan = decided(built.case)
    assert plan.unmet.empty
    assert left(built.case, plan, "a", 2026, 30.0) + left(built.case, plan, "b", 2026) == pytest.approx(120 + 30 - 130)


def test_an_area_takes_in_no_more_than_it_does_today() -> None:
    """40 find no place at A, and a tenth of B's 55 pupils come from there: 5.5 are followed, the rest is told and not counted."""
    made = paper({"A": (60, 60), "B": (55, 55)}, {"A": (100, 100), "B": (55, 55)}, taken=0.1)
    assert made.case.links["seats"].sum() == pytest.approx(5.5)
    assert "of 80 child-years of hidden need" in made.told and "69 are in no plan" in made.told


def test_without_a_count_of_who_goes_where_hidden_need_is_left_out() -> None:
    made = paper({"A": (60, 60), "B": (55, 55)}, {"A": (80, 80), "B": (35, 35)}, known=False)
    assert made.case.groups.empty and "no count of who goes where" in made.told


def test_need_that_comes_and_goes_is_cut_into_layers() -> None:
    assert list(layers(np.array([20.0, 12.0, 18.0]))) == [(0, 3, 12.0), (0, 1, 8.0), (2, 3, 6.0)]
    assert list(layers(np.zeros(3))) == []


@pytest.mark.parametrize("seed", range(6))
def test_nobody_is_without_a_place_who_has_a_seat_and_no_seat_is_taken_twice(seed: int) -> None:
    """By year: the pupils beyond the places of the whole lack one at least, those of each area at most."""
    luck = np.random.default_rng(seed)
    at_a, at_b, live_a = ((float(luck.integers(40, 90)), float(luck.integers(40, 90))) for _ in range(3))
    made = paper({"A": at_a, "B": at_b}, {"A": live_a, "B": (0.0, 0.0)}, taken=float(luck.uniform(0.05, 0.9)))
    plan = decided(made.case)
    for ay in YEARS:
        here = made.balance[made.balance["ay"] == ay]
        missing = float(plan.unmet.loc[plan.unmet["ay"] == ay, "children"].sum())
        most = float((here["pupils"] - here["yg_places"]).clip(lower=0).sum())
        assert max(0.0, float((here["pupils"] - here["yg_places"]).sum())) - 1e-4 <= missing <= most + 1e-4
        room = made.case.room[made.case.room["ay"] == ay].groupby("site_id")["places"].sum()
        assert (room <= 60 + 1e-6).all(), "no more seats come free than there are"
