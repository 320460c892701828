"""Figures and sentences of a layer, on three areas whose every answer can be worked out by eye.

Places short: Ash 12.5 (in Year 3) in 2025 and 0.4 in 2026; Birch 3.2 and not known; Cedar 0 and 55 (in Reception).
"""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

from maps.layer import LOW, MINUS, Layer, Measure, Moment, cells, listed, number, sentences, whole
from maps.palette import bands, steps

MOMENTS = (Moment(2025, "2025/26", "census"), Moment(2026, "2026/27", "forecast"))
VALUES = pd.DataFrame({
    "key": ["c", "a", "b", "a", "c"], "year": [2025, 2025, 2025, 2026, 2026], "short": [0.0, 12.5, 3.2, 0.4, 55.0],
    "worst": [None, "Year 3", "", None, "Reception"], "rag": ["G", "R", "AR", "G", "R"], "room": [6.04, -4.06, 1.0, 7.0, -0.04],
})
SHORT = Measure("short", "Places short", "places", steps((1, 10, 20, 40)), "", "short of places", detail="worst", adds_up=True)
ROOM = Measure("room", "Headroom", "% of places", bands([("R", "red"), ("AR", "amber-red"), ("G", "green")]), "",
               "without headroom", letters="rag", decimals=1, suffix=" %", worst=LOW)
AREAS = pd.DataFrame({"key": ["a", "b", "c"], "name": ["Ash", "Birch", "Cedar"]})
LAYER = Layer("primary", "Primary", "primary planning areas", AREAS, MOMENTS, VALUES, (SHORT, ROOM))


@pytest.mark.parametrize(("value", "rounded"), [(0.5, 1), (0.49, 0), (1.5, 2), (2.5, 3), (-0.5, 0), (-0.51, -1), (-1.5, -1)])
def test_halves_go_up(value: float, rounded: int) -> None:
    assert whole(value) == rounded


@pytest.mark.parametrize(("value", "decimals", "text"), [
    (1234.5, 0, "1,235"), (-1234.0, 0, f"{MINUS}1,234"), (-0.4, 0, "0"), (-3.25, 1, f"{MINUS}3.2"), (-0.04, 1, "0.0"),
    (12345.67, 1, "12,345.7"),
])
def test_numbers_are_written_as_people_do(value: float, decimals: int, text: str) -> None:
    assert number(value, decimals) == text


def test_each_figure_has_its_text_its_class_and_its_label() -> None:
    told = [[(c.value, c.text, SHORT.scale.shades[c.shade].label, c.label) for c in row] for row in cells(LAYER, SHORT)]
    assert told == [
        [(13, "13, Year 3", "10 to 19", "13"), (0, "0", "none", "")],
        [(3, "3", "1 to 9", "3"), (None, "not known", "not known", "?")],
        [(0, "0", "none", ""), (55, "55, Reception", "40 or more", "55")],
    ]


def test_letters_come_from_their_column_and_are_the_labels() -> None:
    told = [[(c.value, c.figure, c.beside, c.label) for c in row] for row in cells(LAYER, ROOM)]
    assert told == [
        [(-4.1, f"{MINUS}4.1 %", "R", "R"), (7.0, "7.0 %", "G", "G")],
        [(1.0, "1.0 %", "AR", "AR"), (None, "not known", "", "?")],
        [(6.0, "6.0 %", "G", "G"), (-0.0, "0.0 %", "R", "R")],
    ]


def test_a_letter_without_a_figure_is_shown_alone() -> None:
    (first, _), *_ = cells(replace(LAYER, values=VALUES.assign(room=float("nan"))), ROOM)
    assert (first.value, first.text, first.label, ROOM.scale.shades[first.shade].label) == (None, "R", "R", "red")


@pytest.mark.parametrize("nothing", [float("nan"), math.inf, -math.inf, None, pd.NA, "c"])
def test_what_is_no_number_is_not_known_and_never_nought(nothing: object) -> None:
    values = VALUES.astype({"short": object})
    values["short"] = [nothing] * len(values)
    assert {c.text for row in cells(replace(LAYER, values=values), SHORT) for c in row} == {"not known"}
    assert sentences(LAYER, SHORT, cells(replace(LAYER, values=values), SHORT)) == [
        "Places short: not known for any of the 3 primary planning areas in 2025/26.",
        "Places short: not known for any of the 3 primary planning areas in 2026/27.",
    ]


def test_the_sentence_counts_names_adds_and_says_what_is_not_known() -> None:
    assert sentences(LAYER, SHORT, cells(LAYER, SHORT)) == [
        "2 of 3 primary planning areas are short of places in 2025/26: Ash (13, Year 3) and Birch (3). Together 16 places.",
        "1 of 2 primary planning areas is short of places in 2026/27: Cedar (55, Reception). Not known for 1 more.",
    ]
    assert sentences(LAYER, ROOM, cells(LAYER, ROOM)) == [
        f"1 of 3 primary planning areas is without headroom in 2025/26: Ash ({MINUS}4.1 %, R). All areas: 1 R, 1 AR, 1 G.",
        "1 of 2 primary planning areas is without headroom in 2026/27: Cedar (0.0 %, R). All areas: 1 R, 1 G. "
        "Not known for 1 more.",
    ]


def test_where_nothing_is_short_the_sentence_says_so() -> None:
    calm = replace(LAYER, values=VALUES.assign(short=0.0))
    assert sentences(calm, SHORT, cells(calm, SHORT))[0] == "None of the 3 primary planning areas is short of places in 2025/26."


def test_the_worst_is_named_first_and_a_letter_without_a_figure_last() -> None:
    values = VALUES.assign(rag="R", room=[-1.0, float("nan"), -9.0, 0.0, 0.0])
    first = sentences(replace(LAYER, values=values), ROOM, cells(replace(LAYER, values=values), ROOM))[0]
    assert f"Birch ({MINUS}9.0 %, R), Cedar ({MINUS}1.0 %, R) and Ash (R)" in first


@pytest.mark.parametrize(("count", "text"), [
    (1, "n0"), (2, "n0 and n1"), (3, "n0, n1 and n2"), (7, "n0, n1, n2, n3, n4, n5 and n6"),
    (8, "n0, n1, n2, n3, n4, n5 and 2 more"),
])
def test_long_lists_say_how_many_more(count: int, text: str) -> None:
    assert listed([f"n{i}" for i in range(count)]) == text


def test_two_rows_for_one_area_and_year_are_refused() -> None:
    with pytest.raises(ValueError, match="two rows in one year"):
        cells(replace(LAYER, values=pd.concat([VALUES, VALUES.head(1)])), SHORT)
