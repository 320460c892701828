"""Quality in both regimes, never added up: every provider counts once in either table."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from nurseries import POSTCODES, childminder, postcodes, provider
from town import evidence, lsoas

from sufficiency.childcare.provider_tables import CARD_AREAS, CARD_GRADES, GRADES
from sufficiency.childcare.quality import (
    ALL,
    CARDS,
    ELSEWHERE,
    EVERY_AREA,
    NOT_INSPECTED,
    OLD,
    SOME_BELOW,
    good_or_better,
    quality,
)
from sufficiency.childcare.settings_places import settings_of

AUTHORITY = "E10000099"


def found(**tables: Any) -> pd.DataFrame:
    known = evidence({"postcodes": postcodes(), "lsoas": lsoas(), **tables}, AUTHORITY)
    return quality(known, settings_of(known))[0]


def card(grade: str, safeguarding: str = "met", **more: str) -> dict[str, str]:
    return {"card_inspected_on": "2026-01-12", "card_safeguarding": safeguarding, **dict.fromkeys(CARD_AREAS, grade), **more}


ROWS = [
    provider("EY1", ofsted_overall="1"), provider("EY2", ofsted_overall="2", places=60), provider("EY3", POSTCODES[2]),
    provider("EY4", POSTCODES[2], ofsted_overall="3"), provider("EY5", ofsted_overall="", ofsted_no_children="met"),
    provider("EY6", ofsted_overall="", places=20), provider("EY7", **card("expected standard")),
    provider("EY8", POSTCODES[2], ofsted_overall="2", **card("strong standard", card_inclusion="needs attention")),
    provider("EY9", **card("exceptional", "not met")), childminder("EY10"), provider("EY11", own=False, ofsted_overall="4"),
]


def outcomes(table: pd.DataFrame, regime: str, measure: str, area: str = AUTHORITY, group: str = ALL) -> dict[str, int]:
    rows = table[(table["regime"] == regime) & (table["measure"] == measure) & (table["area_code"] == area)
                 & (table["provider_type_group"] == group)]
    return dict(zip(rows["outcome"], rows["providers"], strict=True))


def test_the_grades_of_old_leave_out_whoever_has_a_report_card_since() -> None:
    table = found(ofsted_register=ROWS)
    assert outcomes(table, OLD, "overall effectiveness") == {"1": 1, "2": 2, "3": 1, "met": 1, NOT_INSPECTED: 1, ELSEWHERE: 3}
    assert outcomes(table, OLD, "overall effectiveness", "E07000002") == {"2": 1, "3": 1, ELSEWHERE: 1}
    assert outcomes(table, OLD, "overall effectiveness", AUTHORITY, "day_nursery") == outcomes(
        table, OLD, "overall effectiveness"), "one childminder is in no total: all others are named"


def test_report_cards_are_told_by_area_of_evaluation_and_as_a_whole_without_a_grade() -> None:
    table = found(ofsted_register=ROWS)
    assert outcomes(table, CARDS, "every area") == {EVERY_AREA: 1, SOME_BELOW: 2, NOT_INSPECTED: 1, ELSEWHERE: 5}
    assert outcomes(table, CARDS, "safeguarding") == {"met": 2, "not met": 1, NOT_INSPECTED: 1, ELSEWHERE: 5}
    assert outcomes(table, CARDS, "inclusion") == {"exceptional": 1, "expected standard": 1, "needs attention": 1,
                                                   NOT_INSPECTED: 1,
                                                  ELSEWHERE: 5}


def test_the_regimes_never_share_an_outcome_and_each_has_every_provider_once() -> None:
    table = found(ofsted_register=ROWS)
    words = {regime: set(rows["outcome"]) - {ELSEWHERE, NOT_INSPECTED} for regime, rows in table.groupby("regime")}
    assert words[OLD] & {*CARD_GRADES, EVERY_AREA, SOME_BELOW} == set() and words[CARDS] & set(GRADES) == set()
    whole = table.groupby(["area_code", "provider_type_group", "regime", "measure"])[
        ["providers", "share_of_providers", "share_of_places"]].sum()
    assert whole["share_of_providers"].to_numpy() == pytest.approx(1) and whole["share_of_places"].to_numpy() == pytest.approx(1)
    assert whole.loc[(AUTHORITY, ALL), "providers"].unique().tolist() == [9], "those across the border are not the authority's"


def test_good_or_better_is_of_those_that_have_a_grade_of_old_alone() -> None:
    share = good_or_better(found(ofsted_register=ROWS)).set_index(["area_code", "provider_type_group"])["good_or_better"]
    assert share[(AUTHORITY, ALL)] == pytest.approx((40 + 60 + 40) / (40 + 60 + 40 + 40))
    assert share[("E07000002", ALL)] == pytest.approx(0.5)


def test_without_a_register_nothing_is_said() -> None:
    assert found().empty
