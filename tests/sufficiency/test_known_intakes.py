"""Chance of intakes that are counted or offered already: nearly none, as far as they are known, and moving up with the cohort."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.assumptions import Assumptions
from sufficiency.intervals.calibration import shipped
from sufficiency.intervals.chance import Central, Future, drawn
from sufficiency.intervals.draws import Draws
from sufficiency.intervals.known_intakes import which_known

SEED, YEARS, GROUPS = 7, 7, 15
MANY = Draws(SEED, 0, 1500)


def a_town(known: Mapping[str, str] | None = None) -> Central:
    """Area A of schools 1 (60 a year group) and 2 (120), area B of school 3 (60); known: urn -> source of its Reception."""
    primary = np.where(np.arange(GROUPS) < 7, 60.0, 0.0) * np.ones((YEARS, 1))
    schools = np.stack([primary, 2 * primary, primary], axis=1)
    pupils = np.stack([schools[:, 0] + schools[:, 1], schools[:, 2]], axis=1)
    town = Central(pupils, np.zeros_like(pupils), ("A", "B"), ("primary", "primary"), schools, ("1", "2", "3"),
                   {0: (0, 1), 1: (2,)}, births_known=3)
    table = pd.DataFrame([(urn, 0, source) for urn, source in (known or {}).items()], columns=["urn", "nc_year", "source"])
    return town if known is None else replace(town, known=which_known(table, town.urns))


def spread(known: Mapping[str, str] | None = None) -> dict[str, np.ndarray]:
    """Standard deviation of the logarithm of what comes, [year, nc_year], of areas and schools."""
    town = a_town(known)
    found = {}
    for part in drawn(town, shipped("measured"), MANY):
        found[town.codes[part.area]] = np.log(part.pupils / town.pupils[:, part.area, :7]).std(axis=0)
        found |= {town.urns[s]: np.log(pupils / town.schools[:, s, :7]).std(axis=0) for s, pupils in part.schools}
    return found


OCTOBER = {"1": "october_census", "2": "october_census"}


def test_a_whole_october_count_leaves_a_child_or_two_of_doubt() -> None:
    """180 children counted: half a per cent misjudged, and one in fifty who comes or goes, are two children."""
    with_count, without = spread(OCTOBER), spread()
    assert with_count["A"][0, 0] * 180 == pytest.approx(np.hypot(0.005 * 180, np.sqrt(0.02 * 180)), rel=0.08)
    assert with_count["A"][0, 0] < without["A"][0, 0] / 3
    np.testing.assert_array_equal(with_count["A"][0, 1:], without["A"][0, 1:])
    np.testing.assert_array_equal(with_count["B"], without["B"])


def test_offers_are_less_certain_than_a_count() -> None:
    offered = spread(dict.fromkeys(OCTOBER, "offers"))["A"][0, 0]
    assert spread(OCTOBER)["A"][0, 0] * 2 < offered < spread()["A"][0, 0]


def test_an_area_is_as_sure_as_the_share_of_its_intake_that_is_known() -> None:
    """Two thirds are counted at school 2: a third of the model's doubt is left to the area, and all of it falls on school 1."""
    part, none, whole = spread({"2": "october_census"}), spread(), spread(OCTOBER)
    assert part["A"][0, 0] == pytest.approx(none["A"][0, 0] / 3, rel=0.08)
    assert part["2"][0, 0] == pytest.approx(whole["2"][0, 0], rel=0.1)
    assert part["1"][0, 0] > 3 * part["2"][0, 0]


def test_the_known_cohort_moves_up_and_meets_what_later_years_do() -> None:
    with_count, without = spread(OCTOBER)["A"], spread()["A"]
    cohort = [with_count[y, y] for y in range(4)]
    assert cohort == sorted(cohort) and cohort[1] > 1.5 * cohort[0]
    assert all(with_count[y, y] < 0.8 * without[y, y] for y in range(4))
    np.testing.assert_array_equal(with_count[1, 0], without[1, 0])


def everything(parts: tuple[Future, ...]) -> np.ndarray:
    """All figures of a block side by side, [draw, figure]."""
    rows = [array for part in parts for array in (part.pupils, *(school for _, school in part.schools))]
    return np.concatenate([array.reshape(len(array), -1) for array in rows], axis=1)


MIXED = {"2": "october_census", "3": "offers"}


@pytest.mark.parametrize("block", [1, 7, 64, 100])
def test_blocks_of_draws_give_the_same_bits_as_the_whole(block: int) -> None:
    town, whole = a_town(MIXED), Draws(SEED, 0, 150)
    apart = [everything(drawn(town, shipped("measured"), part)) for part in whole.blocks(block)]
    assert (np.concatenate(apart) == everything(drawn(town, shipped("measured"), whole))).all()


@pytest.mark.parametrize("draws", [Draws(SEED, 0, 1), Draws(SEED, 70, 3, spread=0.0)])
def test_without_chance_every_draw_is_the_central_run_to_the_last_bit(draws: Draws) -> None:
    town = a_town(MIXED)
    for part in drawn(town, shipped("measured"), draws):
        assert (part.pupils == town.pupils[:, part.area, :7]).all()
        assert all((pupils == town.schools[:, s, :7]).all() for s, pupils in part.schools)


@pytest.mark.parametrize("known", [OCTOBER, MIXED, {"1": "offers"}])
def test_schools_add_up_to_their_area_in_every_draw(known: Mapping[str, str]) -> None:
    for part in drawn(a_town(known), shipped("measured"), Draws(SEED, 0, 300)):
        np.testing.assert_allclose(sum(pupils for _, pupils in part.schools), part.pupils, rtol=1e-12)


class MoreHomes:
    """Homes that bring four children a year group more in every draw but the first."""

    def net(self, draws: Draws) -> np.ndarray:
        ahead = np.full((draws.count, YEARS + 1, 2, GROUPS), 4.0)
        ahead[:, 0] = 0.0
        return ahead * (np.arange(draws.first, draws.first + draws.count) > 0)[:, None, None, None]


def test_homes_bring_nobody_more_to_a_cohort_that_is_counted() -> None:
    none = Draws(SEED, 0, 3, spread=0.0)
    area = drawn_with_homes(a_town(OCTOBER), none)
    more = area[1] - area[0]
    assert more[0, 0] == 0.0 and more[0, 1] == 4.0 and more[1, 0] == 4.0
    assert more[1, 1] == 0.0, "what homes were to bring in the first year stays out of the cohort as it moves up"


def drawn_with_homes(town: Central, draws: Draws) -> np.ndarray:
    """Pupils of the first area with homes drawn."""
    from sufficiency.intervals.chance import futures

    return next(iter(futures(town, shipped("measured"), draws, MoreHomes()))).pupils


def test_a_counted_intake_several_children_beyond_its_places_is_short_almost_for_sure(town: Callable[..., Any]) -> None:
    """108 children counted in 90 places, and 84 in 90: no doubt is left of either, where the model alone has much."""
    from sufficiency.balance import balance
    from sufficiency.intervals.ranges import balance_with_ranges, ranges

    schools = [(urn, f"P{i}", "", 0, 6, 0, 0) for i, urn in enumerate(("100001", "100002"), 1)]
    rolls = {urn: {ay: [90] * 7 for ay in (2021, 2022)} for urn, *_ in schools}
    born = {c: {"E01000001": 90, "E01000002": 90} for c in range(2015, 2023)}
    made = town(schools, rolls, born, {"E01000001": {"P1": 1.0}, "E01000002": {"P2": 1.0}})
    october = pd.DataFrame([("100001", 2023, 0, 108.0), ("100002", 2023, 0, 84.0)], columns=["urn", "ay", "nc_year", "pupils"])
    assumed = Assumptions(weights=(1.0,), shrinkage_survival=0.0, shrinkage_births=0.0)
    projection = made.with_tables(october_census=october).project(assumed)
    places = pd.DataFrame([(urn, f"P{i}", "primary", ay, g, 90.0) for i, (urn, *_) in enumerate(schools, 1)
                           for ay in range(2022, 2030) for g in range(7)],
                          columns=["urn", "planning_area_code", "phase", "ay", "nc_year", "yg_places"])
    central = balance(projection, places, assumed)
    members = pd.DataFrame([("100001", "primary", "P1"), ("100002", "primary", "P2")],
                           columns=["urn", "phase", "planning_area_code"])
    found = ranges(projection, central, members, 3, shipped("measured"), Draws(SEED, 0, 400))
    first = balance_with_ranges(central, found).query("ay == 2023 and nc_year == 0").set_index("planning_area_code")
    assert first.loc["P1", "p_shortfall"] == 1.0 and first.loc["P2", "p_shortfall"] == 0.0
    assert first.loc["P1", "additional_need_p10"] > 14 and first.loc["P1", "additional_need_p90"] < 22
