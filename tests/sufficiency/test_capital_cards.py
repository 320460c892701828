"""What a card tells in figures of its own: children counted once, and what each child-year costs that nothing else would save."""

from __future__ import annotations

import pandas as pd
import pytest
from paper_council import paper_case, paper_tables

from sufficiency.capital.cards import sentences
from sufficiency.capital.plan_tables import lasting
from sufficiency.capital.reasons import Card, Interval, Served, Turned
from sufficiency.capital.serving import fullest


def test_a_childcare_place_is_given_anew_each_year_and_a_school_place_once() -> None:
    rooms = tuple(Served("east", "early_years", ay, many, many) for ay, many in ((2027, 20.0), (2027, 6.0), (2028, 24.0)))
    assert fullest(rooms) == 26.0
    assert fullest((Served("east", "primary", 2027, 15.0, 60.0), Served("east", "primary", 2028, 15.0, 45.0))) == 30.0


def card(child_years: Interval, pounds: Interval) -> Card:
    turned = Turned(False, "proven", child_years, pounds, {"material shortfall": child_years}, "worse", {}, {}, (), (), ())
    each = turned.a_child_year
    return Card("wing", "hill", "expansion", True, 2027, 30.0, 900.0, 30.0, 7.5, 30.0, 120.0, (), turned, None, "", each)


def test_what_only_the_scheme_saves_is_priced_by_the_re_solve() -> None:
    """Without it 100 child-years more lack a place and £600k less is spent, for others are built in its stead."""
    known = card(Interval(100.0, 100.0), Interval(-600.0, -600.0))
    assert known.cost_per_child_year_solved == Interval(6.0, 6.0)
    assert "£600k less would be spent. Each child-year that only it saves costs £6.0k." in sentences(known)
    wide = card(Interval(90.0, 110.0), Interval(-600.0, -600.0))
    assert wide.cost_per_child_year_solved is None and "only it saves" not in sentences(wide)
    dearer = card(Interval(100.0, 100.0), Interval(50.0, 50.0))
    assert dearer.cost_per_child_year_solved is None, "without it more is spent: it saves money and places"


@pytest.mark.parametrize(("rows", "ends"), [
    ([(a, n) for a in range(5) for n in range(7)], {"half": 5}),    # a building for five years
    ([(a, a) for a in range(7)], {}),                               # a class that moves up and leaves
    ([(a, n) for a in range(31) for n in range(7)], {}),            # for good
])  # fmt: skip
def test_places_that_end_with_children_still_at_school_are_known(rows: list[tuple[int, int]], ends: dict[str, int]) -> None:
    adds = pd.DataFrame([("half", a, n, 15.0) for a, n in rows], columns=paper_tables()["adds"].columns)
    assert lasting(paper_case(adds=adds)) == ends
