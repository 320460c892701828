"""Letters that rest on assumed hours: marked, or none; no surplus of what only might be funded; a verdict for each age."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.childcare.balance import (
    ALL,
    AUTHORITY,
    ENOUGH,
    FUNDED,
    FUNDED_UNSURE,
    NO_ROOMS,
    NOT_AS_FUNDED,
    PAID_SHORT,
    PLANNING_AREA,
    TOO_MANY,
    Weights,
    balance_notes,
    childcare_balance,
)
from sufficiency.childcare.gaps import on_offer_said
from sufficiency.model import Outcome

CODE, AY = "E01000001", 2026
AREAS = pd.DataFrame([(CODE, level, area, area, 1.0) for level, area in ((PLANNING_AREA, "P1"), (AUTHORITY, "E10000099"))],
                     columns=["lsoa_code", "level", "area_code", "area_name", "share"])
KEYS = {"lsoa_code": CODE, "ay": AY, "age_band": "age_2"}


def weighed(funded: tuple[float, float, float], all_hours: tuple[float, float, float] = (300, 300, 0), term: str = "summer",
            **weights: Any) -> pd.DataFrame:
    """One area; of each measure hours wanted, on offer, and how many of these are an assumption."""
    pairs = [(FUNDED, *funded), (ALL, *all_hours)]
    want = pd.DataFrame([{**KEYS, "term": term, "measure": m, "children": 50.0, "hours_week": hours} for m, hours, _, _ in pairs])
    offer = pd.DataFrame([{**KEYS, "term": term, "measure": m, "hours_week": hours, "hours_assumed": guess, "hours_not_told": 0.0}
                          for m, _, hours, guess in pairs])
    return childcare_balance(want, offer, AREAS, Weights(**weights))


def row(table: pd.DataFrame, measure: str = FUNDED) -> dict[str, Any]:
    (found,) = table[(table["area_code"] == "P1") & (table["measure"] == measure)].to_dict("records")
    return {str(column): value for column, value in found.items()}


def test_rooms_that_only_might_be_funded_are_no_surplus_of_funded_hours() -> None:
    """100 wanted, 460 on offer of which 400 by the usual share: 60 are sure, 40 more are claimed, and 360 are sold to others."""
    found = row(weighed((100, 460, 400), assumed_most=1.0))
    assert [found[c] for c in ("hours_counted", "hours_flexible", "hours_short", "hours_over")] == [100, 360, 0, 0]
    assert found["status"] == "G" and found["marked"] == "G*" and found["ratio"] == 1.0
    sure = row(weighed((100, 460, 300), assumed_most=1.0))
    assert sure["status"] == "B" and sure["hours_over"] == 60, "160 are told to be funded"
    paid = row(weighed((100, 100, 0), (100, 460, 400), assumed_most=1.0), ALL)
    assert paid["status"] == "B" and paid["hours_flexible"] == 0, "all hours are all rooms"


def test_above_a_set_share_of_assumed_hours_there_is_no_letter() -> None:
    for guess, letter in ((0, "R"), (20, "R*"), (40, "R*"), (41, "?"), (80, "?")):
        assert row(weighed((100, 80, guess)))["marked"] == letter
    found = row(weighed((100, 80, 80)))
    assert found["status"] == "?" and np.isnan(found["hours_short"]) and found["assumed_share"] == 1.0
    assert found["hours_on_offer"] == 80, "the hours stand beside"
    assert row(weighed((100, 80, 80), assumed_most=1.0))["marked"] == "R*"
    assert row(weighed((100, 400, 260)))["status"] == "B", "more than enough without what is assumed"
    assert np.isnan(row(weighed((100, 120, 120)))["hours_short"]) and row(weighed((100, 220, 120)))["hours_short"] == 0


@pytest.mark.parametrize(("funded", "every", "verdict"), [
    ((100, 80, 0), (300, 300, 0), NOT_AS_FUNDED), ((100, 80, 0), (300, 290, 0), NO_ROOMS),
    ((100, 110, 0), (300, 290, 0), PAID_SHORT), ((100, 110, 0), (300, 320, 0), ENOUGH),
    ((100, 130, 0), (300, 400, 0), TOO_MANY), ((100, 110, 90), (300, 320, 0), FUNDED_UNSURE),
    ((100, 80, 0), (300, 400, 0), NOT_AS_FUNDED),
])
def test_one_verdict_for_each_age_and_term(funded: tuple[float, float, float], every: tuple[float, float, float],
                                           verdict: str) -> None:
    table = weighed(funded, every)
    assert set(table["stands"]) == {verdict}, "the same beside both measures"


def test_hours_of_which_nearly_half_would_stand_empty_are_told() -> None:
    said = [n.text for n in balance_notes(weighed((100, 200, 200), (530, 1000, 900)), AY)]
    assert any("in 1 of 1 planning areas so much of what is on offer is an assumption" in text for text in said)
    assert any("47% in summer stands empty" in text and "20% of places were found empty in 2022" in text for text in said)
    told = balance_notes(weighed((100, 200, 0), (530, 1000, 0)), AY)
    assert not any("stands empty" in n.text for n in told), "told hours are what they are"


@pytest.mark.parametrize(("funded", "said"), [
    ((100, 460, 400), "60 told to be on offer, and up to 460 at the usual share of their kind"),
    ((100, 460, 460), "none told to be on offer, and up to 460 at the usual share of their kind"),
    ((100, 80, 20), "80 on offer"), ((100, 130, 0), "130 on offer"),
])
def test_rooms_that_only_might_be_funded_are_told_as_such_and_not_as_what_is_wanted(funded: tuple[float, float, float],
                                                                                    said: str) -> None:
    assert on_offer_said(row(weighed(funded, assumed_most=1.0))) == said


@pytest.mark.real
def test_the_real_county_has_no_letter_and_no_surplus_out_of_assumptions(nottinghamshire_run: Outcome) -> None:
    """Of its hours none is told: no letter stands on them, and of funded hours no more count than are claimed."""
    young = nottinghamshire_run
    assert young.assumptions.assume_opening_hours
    table = young.tables["childcare_balance"]
    early = table[table["measure"].isin([FUNDED, ALL])]
    whole = early[early["level"].eq(AUTHORITY)]
    print(whole.groupby(["measure", "term"])[["hours_wanted", "hours_on_offer", "hours_counted"]].sum())
    assert set(early.loc[early["hours_on_offer"].gt(0), "status"]) == {"?"}
    funded = early[early["measure"] == FUNDED]
    assert (funded["hours_counted"] <= funded["hours_wanted"] + 1e-6).all()
    assert any("stands empty" in n.text for n in young.notes), "and it is said how many would stand empty"
    print(*(n.text for n in young.notes if n.table == "childcare_balance"), sep="\n")
