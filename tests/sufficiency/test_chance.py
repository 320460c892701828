"""Chance around the central run: exact where there is none, the same however it is cut, coherent, and as wide as past errors."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context

import numpy as np
import pytest

from sufficiency.intervals.calibration import Calibration, Errors, shipped
from sufficiency.intervals.chance import Central, Future, drawn, futures
from sufficiency.intervals.draws import Draws
from sufficiency.intervals.fitting import OF_PHASE

SEED, YEARS, GROUPS = 11, 7, 15


def a_county() -> Central:
    """Two primary areas of two schools and one, a secondary area of two; fewer children in each later year group and year."""
    size = 60.0 - np.arange(GROUPS)[None, :] - np.arange(YEARS)[:, None]
    primary, secondary = np.where(np.arange(GROUPS) < 7, size, 0.0), np.where(np.arange(GROUPS) < 7, 0.0, size)
    schools = np.stack([primary, 2 * primary, primary, 3 * secondary, secondary], axis=1)
    pupils = np.stack([schools[:, 0] + schools[:, 1], schools[:, 2], schools[:, 3] + schools[:, 4]], axis=1)
    homes = np.zeros_like(pupils)
    homes[3:, 0, :7] = 1.5
    return Central(pupils, homes, ("A", "B", "S"), ("primary", "primary", "secondary"), schools,
                   ("1", "2", "3", "4", "5"), {0: (0, 1), 1: (2,), 2: (3, 4)}, births_known=3)


def everything(parts: tuple[Future, ...]) -> np.ndarray:
    """All figures of a block side by side, [draw, figure]."""
    rows = [array for part in parts for array in (part.pupils, *(school for _, school in part.schools))]
    return np.concatenate([array.reshape(len(array), -1) for array in rows], axis=1)


@pytest.mark.parametrize("draws", [Draws(SEED, 0, 1), Draws(SEED, 0, 5, spread=0.0), Draws(SEED, 70, 3, spread=0.0)])
def test_without_chance_every_draw_is_the_central_run_to_the_last_bit(draws: Draws) -> None:
    county = a_county()
    for part in futures(county, shipped("measured"), draws):
        groups = OF_PHASE[county.phases[part.area]]
        assert (part.pupils == county.pupils[:, part.area, groups]).all()
        for school, pupils in part.schools:
            assert (pupils == county.schools[:, school, groups]).all()


@pytest.mark.parametrize("block", [1, 7, 64, 100])
def test_blocks_of_draws_give_the_same_bits_as_the_whole(block: int) -> None:
    county, whole = a_county(), Draws(SEED, 0, 150)
    together = everything(drawn(county, shipped("measured"), whole))
    apart = [everything(drawn(county, shipped("measured"), part)) for part in whole.blocks(block)]
    assert (np.concatenate(apart) == together).all()


def test_several_processes_give_the_same_bits_as_one() -> None:
    county, whole = a_county(), Draws(SEED, 0, 130)
    work = partial(drawn, county, shipped("measured"))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        apart = [everything(parts) for parts in pool.map(work, whole.blocks(50))]
    assert (np.concatenate(apart) == everything(work(whole))).all()


def test_what_is_kept_in_memory_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    county, draws = a_county(), Draws(SEED, 0, 20)
    kept = everything(drawn(county, shipped("measured"), draws))
    monkeypatch.setattr("sufficiency.intervals.chance.KEPT", 0)
    assert (everything(drawn(county, shipped("measured"), draws)) == kept).all()


def test_schools_add_up_to_their_area_in_every_draw() -> None:
    for part in futures(a_county(), shipped("measured"), Draws(SEED, 0, 200)):
        np.testing.assert_allclose(sum(pupils for _, pupils in part.schools), part.pupils, rtol=1e-12)


def test_areas_share_the_authoritys_luck_and_their_own_evens_out() -> None:
    """Over the authority the areas' own chance cancels: all primary children vary as past errors of authorities do."""
    county, known = a_county(), shipped("measured")
    base = county.pupils - county.homes
    parts = drawn(county, known, Draws(SEED, 0, 4000))
    total = sum(part.pupils.sum(axis=2) - county.homes[:, part.area].sum(axis=1) for part in parts[:2])
    central = base[:, :2].sum(axis=(1, 2))
    out = np.abs(np.log(total / central))
    for year in (0, 2, 4):
        for chance in (0.8, 0.95):
            wide = known.half_width("authority", "primary", year + 1, central.mean(), chance)
            assert np.quantile(out[:, year], chance) == pytest.approx(wide, rel=0.08)


def test_sixth_forms_are_as_uncertain_as_sixth_forms_were_and_leave_years_7_to_11_as_they_are() -> None:
    county, known = a_county(), shipped("measured")
    secondary = drawn(county, known, Draws(SEED, 0, 4000))[2].pupils
    for phase, groups in (("secondary", slice(0, 5)), ("sixth_form", slice(5, 8))):
        central = county.pupils[:, 2, 7:][:, groups].sum(axis=1)
        for year in (0, 2, 6):
            wide = known.half_width("authority", phase, year + 1, central.mean(), 0.8)
            out = np.abs(np.log(secondary[:, year, groups].sum(axis=1) / central[year]))
            assert np.quantile(out, 0.8) == pytest.approx(wide, rel=0.12), (phase, year)


def test_a_school_is_about_as_uncertain_as_schools_of_its_size_were() -> None:
    """Raking and the other levels' chance together leave it within a fifth of the width that was measured."""
    county, known = a_county(), shipped("measured")
    secondary = drawn(county, known, Draws(SEED, 0, 2000))[2]
    smaller = secondary.schools[1][1][..., :5].sum(axis=2)
    central = county.schools[:, 4, 7:12].sum(axis=1)
    for year in (0, 2):
        wide = known.half_width("school", "secondary", year + 1, central.mean(), 0.8)
        assert np.quantile(np.abs(np.log(smaller[:, year] / central[year])), 0.8) == pytest.approx(wide, rel=0.2)


def test_wider_errors_of_the_past_make_wider_ranges_and_no_errors_none() -> None:
    county, known = a_county(), shipped("measured")
    wide = Calibration({key: replace(found, widths=2 * found.widths) for key, found in known.errors.items()})
    none = Calibration({key: Errors(0.0, 0 * found.widths, found.mean, 1) for key, found in known.errors.items()})
    spread = [np.std(drawn(county, some, Draws(SEED, 0, 300))[0].pupils.sum(axis=2), axis=0) for some in (known, wide, none)]
    assert (spread[1] > 1.5 * spread[0]).all() and np.allclose(spread[2], 0.0)


def test_years_further_ahead_and_years_of_entry_are_less_certain() -> None:
    area = drawn(a_county(), shipped("measured"), Draws(SEED, 0, 1000))[0].pupils
    spread = np.log(area).std(axis=0)
    assert (np.diff(spread.mean(axis=1)) > 0).all()
    assert spread[0, 0] > 1.5 * spread[0, 1:].max(), "Reception of next year beside those who are there already"


class TwoMoreHomes:
    """Homes that bring their central figure in draw 0 and two children more a year group in every other draw."""

    def __init__(self, county: Central) -> None:
        self.central = np.concatenate([np.zeros_like(county.homes[:1]), county.homes])

    def net(self, draws: Draws) -> np.ndarray:
        return self.central + 2.0 * (np.arange(draws.first, draws.first + draws.count) > 0)[:, None, None, None]


def test_births_of_later_years_move_no_figure_of_the_years_before_them() -> None:
    """A tenth fewer children enter Reception from the sixth year ahead on: who is older, or comes sooner, knows nothing of it."""
    county, later = a_county(), 5
    fewer = replace(county, pupils=county.pupils.copy(), schools=county.schools.copy())
    for years in (fewer.pupils, fewer.schools):
        for ahead in range(later, YEARS):
            years[ahead, ..., : ahead - later + 1] *= 0.9
    as_it_was, with_fewer = (drawn(one, shipped("measured"), Draws(SEED, 0, 50)) for one in (county, fewer))
    for before, after in zip(as_it_was, with_fewer, strict=True):
        for (_, of), (_, like) in zip((("", before.pupils), *before.schools), (("", after.pupils), *after.schools), strict=True):
            assert (of[:, :later] == like[:, :later]).all()
    assert (as_it_was[0].pupils[1:, later, 0] != with_fewer[0].pupils[1:, later, 0]).all()


def test_homes_are_drawn_by_themselves_and_added() -> None:
    county, none = a_county(), Draws(SEED, 0, 3, spread=0.0)
    with_homes = [part.pupils for part in futures(county, shipped("measured"), none, TwoMoreHomes(county))]
    np.testing.assert_allclose(with_homes[0][0], county.pupils[:, 0, :7])
    np.testing.assert_allclose(with_homes[0][1] - county.pupils[:, 0, :7], 2.0)


def test_an_authority_of_which_nothing_is_planned_has_no_chance_of_anything() -> None:
    empty = Central(np.zeros((7, 1, 15)), np.zeros((7, 1, 15)), ("A",), ("primary",), np.zeros((7, 0, 15)), (), {}, 3)
    (part,) = futures(empty, shipped("measured"), Draws(SEED, 0, 10))
    assert not part.pupils.any() and not part.schools
