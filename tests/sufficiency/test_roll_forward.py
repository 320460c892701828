"""One January after another, in every draw at once: a draw is the same alone as among others, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sufficiency.areas.small_areas import residents
from sufficiency.assumptions import Assumptions
from sufficiency.estate.places_ahead import places_ahead
from sufficiency.evidence import empty
from sufficiency.forecast.authority_control import authority_ratios, authority_roll, roll_up
from sufficiency.forecast.intake import entries
from sufficiency.forecast.newborns import newborns
from sufficiency.forecast.ratios import area_ratios
from sufficiency.forecast.roll_forward import Rules, one_year, roll_forward
from sufficiency.forecast.school_split import entry_shares

Made = Callable[..., Any]
DRAWS, YEARS, SEED = 70, range(2023, 2030), 11
SCHOOLS = [("100001", "P1", "", 0, 2, 0, 0), ("100002", "P1", "", 3, 6, 0, 0), ("100003", "P2", "", 0, 6, 4_000, 0),
           ("100004", "P2", "S1", 0, 11, 5_000, 0), ("100005", "", "S2", 7, 13, 0, 2_000), ("100006", "", "S2", 10, 13, 0, 3_000)]
ROLLS = {"100001": {ay: [31, 29, 30] for ay in (2021, 2022)}, "100002": {ay: [27, 33, 30, 28] for ay in (2021, 2022)},
         "100003": {ay: [21, 20, 18, 20, 22, 19, 20] for ay in (2021, 2022)},
         "100004": {ay: [20] * 7 + [41] * 5 for ay in (2021, 2022)}, "100006": {ay: [9, 7, 11, 3] for ay in (2021, 2022)},
         "100005": {ay: [61, 59, 60, 57, 60, 31, 19] for ay in (2021, 2022)}}
BIRTHS = {c: {"E01000001": 41.0, "E01000002": 37.0} for c in range(2015, 2022)}
HOMES = {"E01000001": {"P1": 0.7, "P2": 0.3}, "E01000002": {"P2": 1.0}}


@pytest.fixture(scope="module")
def rules(town: Made) -> Rules:
    """Rules of a town of seven strands, with draws of Reception and survival."""
    made, a = town(SCHOOLS, ROLLS, BIRTHS, HOMES), Assumptions()
    strands = made.strands()
    years, roll, _ = authority_roll(made.evidence, strands)
    babies, _ = newborns(made.evidence, strands, made.frame, 2021, 2029, lambda codes: residents(made.evidence, codes), a)
    authority, _ = authority_ratios(years, roll, babies, a)
    areas, _ = area_ratios(strands, babies, authority, a)
    points, _, _, _ = entries(strands, made.evidence, areas, authority, a)
    held = empty("yg_places").assign(basis="pan")
    held.loc[0] = ["100003", 2022, 0, 12, "pan"]
    ahead = places_ahead(strands, held, YEARS, a.weights)
    shares = {g: entry_shares(strands, g, a.weights, ahead) for g in (0, *(p.nc_year for p in points))}
    luck = np.random.default_rng(SEED)
    groups = np.arange(15)
    inside = (groups > strands.low[:, None]) & (groups <= strands.high[:, None]) & (groups != 12)
    survival = np.where(inside, areas.steps[strands.area] * luck.uniform(0.9, 1.1, (DRAWS, len(strands.urns), 15)), 0.0)
    born = np.stack([babies.of_reception(ay) for ay in YEARS]) * areas.births
    reception = born * luck.uniform(0.8, 1.2, (DRAWS, len(YEARS), 1))
    return Rules(strands, YEARS[0], reception, survival, points, shares, ahead)


def control(rules: Rules, draws: slice) -> np.ndarray:
    start = np.repeat(rules.strands.roll[:1].sum(axis=1), DRAWS, axis=0)
    steps = np.full(15, 1.01)
    steps[12:] = 0.5, 0.5, 0.0
    return roll_up(start, rules.reception.sum(axis=2) * 1.1, steps)[draws]


def rolled(rules: Rules, draws: slice, *, controlled: bool) -> np.ndarray:
    mine = replace(rules, reception=rules.reception[draws], survival=rules.survival[draws])
    start = np.repeat(rules.strands.roll[:1], len(mine.reception), axis=0)
    return roll_forward(start, 2022, mine, control(rules, draws) if controlled else None)


@pytest.mark.parametrize("controlled", [False, True])
def test_a_draw_is_the_same_alone_as_among_others_bit_for_bit(rules: Rules, controlled: bool) -> None:
    whole = rolled(rules, slice(None), controlled=controlled)
    assert whole.shape == (DRAWS, 8, 7, 15) and len({row.tobytes() for row in whole}) == DRAWS
    for n in (0, 1, 33, 69):
        assert np.array_equal(rolled(rules, slice(n, n + 1), controlled=controlled)[0], whole[n])
    for cut in (1, 7, 64):
        halves = [rolled(rules, part, controlled=controlled) for part in (slice(0, cut), slice(cut, None))]
        assert np.array_equal(np.concatenate(halves), whole)


def test_every_draw_adds_up_to_its_own_control(rules: Rules) -> None:
    whole = rolled(rules, slice(None), controlled=True)
    assert np.allclose(whole.sum(axis=2), control(rules, slice(None)), rtol=1e-12, atol=1e-9)
    assert np.isfinite(whole).all() and (whole >= 0).all()


def test_a_year_is_the_year_before_moved_up_by_survival_where_nobody_enters(rules: Rules) -> None:
    before = np.repeat(rules.strands.roll[:1], DRAWS, axis=0)
    after = one_year(before, 0, rules, None)
    junior = rules.strands.urns.index("100002")
    assert np.allclose(after[:, junior, 4:7], before[:, junior, 3:6] * rules.survival[:, junior, 4:7])
    assert (after[:, junior, :3] == 0).all() and (after[:, junior, 7:] == 0).all()


def test_the_years_start_with_the_census_and_go_to_the_end_of_the_rules(rules: Rules) -> None:
    whole = rolled(rules, slice(0, 1), controlled=False)
    assert np.array_equal(whole[0, 0], rules.strands.roll[0])
    later = roll_forward(whole[:, 3], 2025, replace(rules, reception=rules.reception[:1], survival=rules.survival[:1]))
    assert np.array_equal(later, whole[:, 3:]), "taken up again in January 2026"


def test_the_authority_is_rolled_up_year_by_year() -> None:
    start, reception, steps = np.array([[10.0, 20, 30]]), np.array([[11.0, 12]]), np.array([0.0, 0.9, 1.1])
    assert np.allclose(roll_up(start, reception, steps), [[[10, 20, 30], [11, 9, 22], [12, 9.9, 9.9]]])
