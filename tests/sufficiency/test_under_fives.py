"""Children under five: anchored to Reception exactly in every draw, interpolated from their births, never lost between areas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_areas.lookup import Lookup, lookup_from
from sufficiency.areas.small_areas import cohort_residents
from sufficiency.childcare.terms import TERMS, YOUNG, cohort_of_month, month_number, starting_month, window
from sufficiency.childcare.under_fives import Anchor, UnderFives, under_fives
from sufficiency.intervals.draws import Draws

A, B, C = "E01000001", "E01000002", "E01000003"
CODES = (A, B, C)
BASE = 2024


def areas(*pairs: tuple[str, str], over: tuple[str, ...] = ("P1", "P2")) -> Lookup:
    table = pd.DataFrame([(code, area, 1.0) for code, area in pairs], columns=["origin", "destination", "weight"])
    return lookup_from(table, CODES, over)


AREAS = areas((A, "P1"), (B, "P1"), (C, "P2"))


def births(first: int = 2015, last: int = 2027, scale: float = 1.0) -> dict[int, Any]:
    return {c: scale * np.array([20.0, 40.0, 60.0]) for c in range(first, last + 1)}


def anchor(reception: Any, takeup: float = 0.9, inflow: float = 0.0) -> Anchor:
    return Anchor(BASE, np.asarray(reception, dtype="float64"), AREAS, takeup, inflow)


def even(**changes: Any) -> UnderFives:
    """120 births a year, all of whom are there at four, and stay where they were born: Reception of 108 at 90 %."""
    given = {"births": births(), "anchor": anchor([[[54.0, 54.0]] * 5]), "last": 2027, "shrinkage": 30.0} | changes
    return under_fives(CODES, **given)[0]


@given(seed=st.integers(0, 2**31), takeup=st.floats(0.6, 1.0), inflow=st.floats(-0.3, 0.4))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_four_year_olds_at_state_schools_are_reception_less_cross_border_in_every_draw(seed: int, takeup: float,
                                                                                       inflow: float) -> None:
    chance = Draws(seed, 0, 70)
    reception = 50 * np.exp(0.3 * chance.normals("reception", 5, 2))
    born = {c: births()[c] * np.exp(0.2 * chance.normals(f"births {c}", 3)) for c in births()}
    people = np.abs(chance.normals("people", 3, 91)[1]) * 30
    young, _ = under_fives(CODES, born, anchor(reception, takeup, inflow), 2027, 30.0, (2024, people))
    alone, among = (some.in_band("age_2", 2025, "spring") for some in (young.only(3), young))
    assert alone[0].tolist() == among[3].tolist()
    for k in range(4):
        living = young.aged(4, BASE + k, "autumn").sum(axis=1)
        assert living * takeup == pytest.approx(reception[:, k].sum(axis=1) * (1 - inflow), rel=1e-12)
    assert all(young.in_band(band, ay, term).min() >= 0 for band in YOUNG for ay in (2024, 2027) for term in TERMS)


def test_planning_areas_keep_their_own_four_year_olds() -> None:
    young = even(anchor=anchor([[[36.0, 72.0]] * 5]))
    assert young.aged(4, BASE, "autumn")[0] == pytest.approx([40 / 3, 80 / 3, 80])       # as births: 20 to 40; P2 is C alone


def test_g3_windows_of_even_births() -> None:
    """Nobody moves: the children of each term are its share of a year's births (G3)."""
    young = even()
    found = {band: [young.in_band(band, BASE, term).sum() for term in TERMS] for band in YOUNG}
    assert found == {band: pytest.approx([120 * twelfths / 12 for twelfths in row])
                     for band, row in (("under_2", (15, 15, 15)), ("age_2", (12, 12, 12)), ("age_3_4", (12, 16, 19)))}


def test_the_january_windows_are_the_ages_on_31_december() -> None:
    """Let in on 1 January: two-year-olds, one-year-olds and from nine months, three-year-olds and fours outside Reception."""
    young = even(anchor=anchor(np.full((1, 5, 2), 60.0)))
    assert young.in_band("age_2", BASE, "spring") == pytest.approx(young.aged(2, BASE, "spring"))
    start = starting_month(BASE, "spring")
    babies = young.living(range(start - 12, start - 9), start)
    assert young.in_band("under_2", BASE, "spring") == pytest.approx(young.aged(1, BASE, "spring") + babies)
    in_reception = young.living(range(start - 60, start - 52), start)       # four, and born before September
    threes_and_fours = young.aged(3, BASE, "spring") + young.aged(4, BASE, "spring")
    assert young.in_band("age_3_4", BASE, "spring") == pytest.approx(threes_and_fours - in_reception)


def test_children_are_led_month_by_month_from_birth_to_reception() -> None:
    """Half as many again by Reception: a slow loop over months of birth, each on its own straight line."""
    young = even(anchor=anchor(np.full((1, 5, 2), 81.0)), population=(2026, np.full((3, 91), 42.0)))
    for band, ay, term in (("under_2", 2026, "summer"), ("age_2", 2026, "autumn"), ("age_3_4", 2026, "spring")):
        at, expected = starting_month(ay, term), np.zeros(3)
        for month in window(band, ay, term):
            cohort = cohort_of_month(month)
            knots = [(month + 0.5, births()[cohort])]
            counted = cohort_residents(np.full((3, 91), 42.0), 2026, cohort)
            if counted is not None:
                knots.append((month_number(2026, 7), counted))
            knots.append((month_number(cohort + 5, 9), young.fours[0, cohort - young.first]))
            for area in range(3):
                expected[area] += np.interp(at, [t for t, _ in knots], [row[area] for _, row in knots]) / 12
        assert young.in_band(band, ay, term)[0] == pytest.approx(expected), band


def test_counted_residents_tell_where_a_cohort_lives() -> None:
    """Small area A of P1 has as many two-year-olds as B, though half its births: so many come to Reception."""
    people = np.zeros((3, 91))
    people[:, :20] = np.array([30.0, 30.0, 60.0])[:, None]
    young = even(population=(2024, people))
    assert young.aged(4, 2025, "autumn")[0] == pytest.approx([30, 30, 60])
    later = young.fours[0, 2023 - young.first]      # born 2023/24, counted by nobody: births times what became of earlier ones
    assert 20 < later[0] < 30 and later[:2].sum() == pytest.approx(60)


def test_births_by_month_move_children_between_terms() -> None:
    """All of a cohort born in its last month: none of them is three by January or April, all by September."""
    late = {c: np.eye(12)[11] for c in range(2015, 2028)}
    found = [even(shares=late).in_band("age_3_4", BASE, term).sum() for term in TERMS]
    assert found == pytest.approx([120, 120, 120])
    early = {c: np.eye(12)[0] for c in range(2015, 2028)}
    assert [even(shares=early).in_band("age_3_4", BASE, term).sum() for term in TERMS] == pytest.approx([120, 240, 240])


@given(area=st.integers(0, 2), cohort=st.integers(2020, 2025), more=st.floats(0, 80))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_more_births_never_mean_fewer_children_there_or_in_all(area: int, cohort: int, more: float) -> None:
    """Reception follows births, as in the projection: 90 % of them, in the planning area of their homes."""
    grown = births()
    grown[cohort] = grown[cohort] + more * np.eye(3)[area]
    follows = np.array([[0.9 * AREAS.carry(grown[c]) for c in range(BASE - 5, BASE)]])
    before, after = even(), even(births=grown, anchor=anchor(follows))
    for band in YOUNG:
        for ay in (2025, 2027):
            for term in TERMS:
                then, now = before.in_band(band, ay, term)[0], after.in_band(band, ay, term)[0]
                assert now[area] >= then[area] - 1e-9 and now.sum() >= then.sum() - 1e-9


def test_cohorts_beyond_the_projection_and_births_that_nobody_knows_are_said() -> None:
    young, notes = under_fives(CODES, births(last=2023), anchor(np.full((1, 3, 2), 54.0)), 2026, 30.0)
    assert [note.text for note in notes] == [
        "births of 2024/25, 2025/26 (September to August) are not known: as many are taken as in the nearest year that is",
        "children who come to Reception from 2027/28 on are as many for each birth as those of the year before"]
    assert young.fours[0].sum(axis=1) == pytest.approx(np.full(7, 120))


def test_an_area_without_small_areas_and_small_areas_without_births_lose_nobody() -> None:
    stray = lookup_from(pd.DataFrame({"origin": CODES, "destination": ["P1"] * 3, "weight": 1.0}), CODES, ["P1", "P3"])
    nobody = {c: np.zeros(3) for c in births()}
    for born in (births(), nobody):
        young, _ = under_fives(CODES, born, Anchor(BASE, np.full((2, 5, 2), 30.0), stray, 0.75), 2027, 30.0)
        assert young.aged(4, BASE, "autumn").sum(axis=1) == pytest.approx([80, 80])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1, not 0"):
        anchor([[[1.0, 1.0]]], takeup=0)
    with pytest.raises(ValueError, match="cross the border"):
        anchor([[[1.0, 1.0]]], inflow=1.0)
    with pytest.raises(ValueError, match="without births"):
        under_fives(CODES, {}, anchor(np.ones((1, 2, 2))), 2026, 30.0)
    young = even()
    with pytest.raises(ValueError, match="not born yet"):
        young.living(range(month_number(2025, 9), month_number(2025, 10)), month_number(2025, 9))
    with pytest.raises(ValueError, match="cohort of 2010 are not known"):
        young.living(range(month_number(2010, 9), month_number(2010, 10)), month_number(2012, 9))
