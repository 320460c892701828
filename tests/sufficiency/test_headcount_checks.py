"""Headcounts that cannot be true are told: more hours a child than the entitlement, and stretched hours that nobody wants."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
from nurseries import counted

from sufficiency.assumptions import Assumptions
from sufficiency.childcare.headcount_checks import above_entitlement, nobody_stretches
from sufficiency.sources.childcare_rows import headcount_rows

LONG = {"EY1": 51.0}


def told(*rows: dict[str, object], weeks: dict[str, float] | None = None) -> str:
    return " / ".join(n.text for n in above_entitlement(pd.DataFrame(list(rows)), LONG if weeks is None else weeks))


def test_no_child_has_more_than_its_entitlement_by_the_rules_of_the_term() -> None:
    """G4: 1,140 hours over 51 weeks are 22.35 a week, 570 are 11.18; in term time 30 and 15."""
    now = {"ay": 2025, "pattern": "stretched", "children": 20.0}
    assert told(counted("EY1", "working_parent", 20 * 22.3, **now)) == ""
    assert "EY1, two-year-olds, working parent, summer: 28.0 of 22.4" in told(counted("EY1", "working_parent", 560, **now))
    assert "15.2 of 11.2" in told(counted("EY1", "early_learning", 304, **now))
    assert told(counted("EY1", "working_parent", 560, **{**now, "pattern": "term_time"})) == ""
    assert "31.0 of 30.0" in told(counted("EY1", "working_parent", 620, **{**now, "pattern": "term_time"}))
    assert told(counted("EY1", "working_parent", 560, **now), weeks={}) == "", "no weeks known: the week in term is the limit"
    before = {**now, "ay": 2024, "pattern": "term_time"}
    assert "16.0 of 15.0" in told(counted("EY1", "working_parent", 320, **before)), "by the rules of 2024/25"


def test_hours_that_are_paid_for_or_vacant_and_lines_without_children_are_not_judged() -> None:
    assert told(counted("EY1", "paid", 900, children=1.0), counted("EY1", "vacant", 900, children=1.0),
                counted("EY1", "early_learning", 900, children=math.nan)) == ""


def test_stretched_hours_in_a_run_that_stretches_nothing_are_told() -> None:
    rows = pd.DataFrame([counted("EY1", "universal", 300, pattern="stretched"), counted("EY2", "universal", 100),
                         counted("EY1", "paid", 500, pattern="stretched")])
    (note,) = nobody_stretches(rows, Assumptions())
    assert "75% of the funded hours of the headcount are stretched" in note.text
    assert not nobody_stretches(rows, replace(Assumptions(), stretched_share=0.5))
    assert not nobody_stretches(rows[rows["setting_ref"] == "EY2"], Assumptions())
    assert not nobody_stretches(rows.iloc[:0], Assumptions())


def test_lines_that_no_child_can_have_are_refused_with_row_column_and_rule() -> None:
    lines = [("age_3_4", "early_learning", 2025, 3.0), ("age_2", "universal", 2025, 3.0), ("under_2", "universal", 2025, 3.0),
             ("under_2", "working_parent", 2023, 3.0), ("under_2", "working_parent", 2024, 3.0), ("age_2", "vacant", 2025, 3.0),
             ("age_5_7", "paid", 2025, 3.0), ("age_2", "early_learning", 2025, 1.5)]
    table = pd.DataFrame([{**counted("EY1", heading, 30.0), "age_band": band, "ay": ay, "term": "autumn", "children": children}
                          for band, heading, ay, children in lines])
    problems, _ = headcount_rows(table, table, "headcount.csv")
    assert [(p.row, p.column, p.found, p.others) for p in problems] == [
        (7, "children", "1.5", 0), (0, "entitlement", "early_learning", 3)], "babies have had hours since September 2024"
