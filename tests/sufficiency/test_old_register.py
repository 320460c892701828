"""A register of an earlier year: what is on offer later is told as its, and the quality of care is not complete by it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from nurseries import postcodes, provider
from town import BASE, evidence, lsoas

from sufficiency.assumptions import Assumptions
from sufficiency.childcare.findings import FINDINGS, Figures
from sufficiency.childcare.offered import on_offer
from sufficiency.childcare.quality import quality
from sufficiency.childcare.settings_places import settings_of
from sufficiency.evidence import Evidence, Source


def of_day(day: str) -> Evidence:
    rows = [provider("EY1"), provider("EY2", places=20, ofsted_overall="", ofsted_inspected_on="")]
    known = evidence({"ofsted_register": rows, "postcodes": postcodes(), "lsoas": lsoas()})
    return replace(known, sources=(Source("ofsted_register", "register.csv", "ofsted_register", "Ofsted", "", "", day, "", 0),))


@pytest.mark.parametrize(("day", "told"), [(f"{BASE - 1}-08-31", True), (f"{BASE + 2}-08-31", False)])
def test_years_after_the_register_are_told_as_if_nobody_had_opened_or_closed(day: str, told: bool) -> None:
    notes = on_offer(of_day(day), range(BASE, BASE + 2), Assumptions()).notes
    said = [n.text for n in notes if "nobody had opened or closed" in n.text]
    assert len(said) == told and all(day in text and "2022/23, 2023/24" in text for text in said)


def test_quality_says_of_which_day_it_is_and_who_has_no_inspection() -> None:
    known = of_day("2021-08-31")
    found, _ = quality(known, settings_of(known))
    sentence, _, missing = FINDINGS["B10"](Figures(known, {"childcare_quality": found}, found.iloc[:0], BASE))
    assert sentence.startswith("By the register of 31 August 2021: ") and "1 of 2 providers, with 33% of places" in sentence
    assert "inspections of 1 providers" in missing and "since 31 August 2021" in missing
