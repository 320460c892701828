"""Infants who join a primary school in Year 3: found by its admission number or its rolls, and carried there, not clipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.assumptions import Assumptions
from sufficiency.forecast.later_entries import with_later_entries

Made = Callable[..., Any]
INFANT, BIG, SMALL, FAR = "100001", "100002", "100003", "100004"
SCHOOLS = [(INFANT, "P1", "", 0, 2, 0, 0), (BIG, "P1", "", 0, 6, 500, 0), (SMALL, "P1", "", 0, 6, 900, 0),
           (FAR, "P2", "", 3, 6, 20_000, 0)]


def rolls(big: list[int], small: list[int], years: tuple[int, ...] = (2021, 2022)) -> dict[str, dict[int, list[int]]]:
    return {INFANT: {ay: [30, 30, 30] for ay in years}, BIG: {ay: big for ay in years}, SMALL: {ay: small for ay in years},
            FAR: {ay: [40] * 4 for ay in years}}


def joined(made: Any, **settings: float) -> list[tuple[str, int]]:
    strands, _ = with_later_entries(made.strands(), made.evidence, Assumptions(**settings))
    return [(strands.urns[s], int(g)) for s, g in zip(*np.nonzero(strands.joined), strict=True)]


def test_the_school_that_is_larger_from_year_3_on_takes_the_infants(town: Made) -> None:
    made = town(SCHOOLS, rolls([30, 30, 30, 60, 60, 60, 60], [20] * 7))
    assert joined(made) == [(BIG, 3)]
    assert joined(made, later_entry_ratio=2.5) == [(BIG, 3), (SMALL, 3)], "none grew so much: then all that go on"
    projection = made.project(Assumptions(shrinkage_survival=0.0))
    assert any(n.text.startswith("Year 3 is a point of entry at 1 schools that begin below it") for n in projection.notes)
    year_3 = projection.schools.sel(ay=2025, nc_year=3).isel(draw=0)
    assert float(year_3.sel(urn=BIG)) == pytest.approx(60, abs=0.2)
    assert float(year_3.sel(urn=SMALL)) == pytest.approx(20, abs=0.2)
    assert not projection.ratios["clipped"].any(), "30 of its own and 30 who join are no survival ratio of 2"
    moves = projection.transfers.query("nc_year == 3 and origin == 'P1'").set_index("destination")["children"]
    assert moves["P1"] == pytest.approx(30, abs=0.2) and moves.get("P2", 0.0) < 0.2


def test_a_published_admission_number_for_year_3_settles_it(town: Made) -> None:
    made = town(SCHOOLS, rolls([30] * 3 + [45] * 4, [20] * 3 + [35] * 4))
    assert joined(made) == [(BIG, 3), (SMALL, 3)]
    pans = pd.DataFrame([(SMALL, 2022, 3, 15)], columns=["urn", "ay", "nc_year", "pan"])
    assert joined(made.with_tables(pans=pans)) == [(SMALL, 3)]


def test_where_all_grew_a_little_and_nobody_begins_there_all_are_joined(town: Made) -> None:
    """The infants leave, no junior school is in the area, and its two primary schools have 24 more in Year 3 than in Year 2."""
    assert joined(town(SCHOOLS, rolls([30] * 3 + [42] * 4, [30] * 3 + [42] * 4))) == [(BIG, 3), (SMALL, 3)]
    assert joined(town(SCHOOLS, rolls([30] * 7, [30] * 7))) == [], "they did not stay: the junior school elsewhere takes them"


def test_an_area_whose_infants_find_a_junior_school_has_no_other_entry(town: Made) -> None:
    near = [*SCHOOLS[:3], (FAR, "P1", "", 3, 6, 100, 0)]
    assert joined(town(near, {**rolls([30, 30, 30, 60, 60, 60, 60], [20] * 7), FAR: {2022: [28] * 4}})) == []


def test_those_who_join_are_counted_beyond_the_school_s_own(town: Made) -> None:
    """Against its own Year 2 a year before; where that census is missing, against its Year 2 today; never below none."""
    made = town(SCHOOLS, {**rolls([30] * 3 + [60] * 4, [20] * 7), BIG: {2021: [30, 30, 28, 60, 60, 60, 60],
                                                                      2022: [30, 30, 33, 61, 60, 60, 60]}})
    strands, _ = with_later_entries(made.strands(), made.evidence, Assumptions())
    at = strands.urns.index(BIG)
    assert strands.entrants(0, 3)[at] == 61 - 28 and strands.entrants(1, 3)[at] == 60 - 28
    assert strands.entrants(0, 0)[at] == 30 and strands.entrants(0, 4)[at] == 0


def test_without_infant_schools_there_is_nothing_to_find(town: Made) -> None:
    made = town(SCHOOLS[1:], {u: r for u, r in rolls([30, 30, 30, 60, 60, 60, 60], [20] * 7).items() if u != INFANT})
    assert joined(made) == [] and with_later_entries(made.strands(), made.evidence, Assumptions())[1] == ()


def test_a_school_that_ends_where_none_begins_is_still_growing(town: Made) -> None:
    """Its statutory ages end at Year 5, no school begins in Year 6: its pupils stay, and that is said."""
    schools = [("100001", "P1", "", 0, 5, 0, 0), ("100002", "P1", "", 0, 6, 0, 0)]
    made = town(schools, {"100001": {2021: [20] * 5 + [0], 2022: [20] * 6}, "100002": {2021: [30] * 7, 2022: [30] * 7}})
    projection = made.project(Assumptions(shrinkage_survival=0.0))
    assert float(projection.schools.sel(urn="100001", ay=2023, nc_year=6)[0]) == pytest.approx(20)
    assert float(projection.schools.sel(urn="100002", ay=2023, nc_year=6)[0]) == pytest.approx(30)
    assert any(n.text.startswith("no school begins in Year 6, where these end: 100001") for n in projection.notes)


def test_who_joins_above_the_lowest_year_group_is_not_held_to_places_that_are_for_all(town: Made) -> None:
    """Of 30 infants 20 join one school and 10 the other, as before: 10 places in the first's whole Year 3 turn nobody away."""
    made = town(SCHOOLS, rolls([30] * 3 + [50] * 4, [20] * 3 + [30] * 4))
    pans = pd.DataFrame([(BIG, 2022, 3, 20), (SMALL, 2022, 3, 10)], columns=["urn", "ay", "nc_year", "pan"])
    places = pd.DataFrame([(urn, 2022, g, n, "yg_places") for urn, n in ((BIG, 10.0), (SMALL, 100.0)) for g in range(7)],
                          columns=["urn", "ay", "nc_year", "yg_places", "basis"])
    projection = made.with_tables(pans=pans).project(Assumptions(shrinkage_survival=0.0), places)
    year_3 = projection.schools.sel(ay=2023, nc_year=3).isel(draw=0)
    assert float(year_3.sel(urn=BIG)) == pytest.approx(50, abs=2) and float(year_3.sel(urn=SMALL)) == pytest.approx(30, abs=2)
