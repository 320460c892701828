"""Local Authority Interactive Tool: numbers and shares become registered and eligible children of a January."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from planning_areas.tables import EvidenceError
from sufficiency.childcare.demand import childcare_demand
from sufficiency.childcare.small_area_children import children_under_five
from sufficiency.model import forecast
from sufficiency.sources.lait import read_lait
from sufficiency.sources.reading import Ask
from sufficiency.workspace.workspace import Loaded

HEADER = "Short Desc,Data item,Years,LA and Regions,Values,LA Number,Region\n"


def read(folder: Path, *rows: str) -> tuple[dict[tuple[int, str], tuple[float, float]], str]:
    file = folder / "lait.csv"
    file.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    (reading,) = read_lait(file, Ask(la_code="891"))
    table = {(r.ay, r.kind): (r.eligible, r.registered) for r in reading.table.itertuples()}
    return table, "\n".join(note.text for note in reading.notes)


def test_eligible_children_are_the_number_over_the_share(tmp_path: Path) -> None:
    table, notes = read(tmp_path, "%_2yr_olds,,2023,Notts,74.8,891,EM", "No_2yr_olds,,2023,Notts,1646,891,EM",
                        "No_3&4yr_olds,,2023,Notts,16998,891,EM", "%_3&4yr_olds,,2023,Notts,101.7,891,EM",
                        "2yr_Ofsted_rating,,2023,Notts,98,891,EM", "%_2yr_olds,,2023,Leeds,70,383,YH")
    assert table[2022, "early_learning"] == pytest.approx((1646 / 0.748, 1646))
    assert table[2022, "universal"] == pytest.approx((16998 / 1.017, 16998))
    assert "1 rows of other authorities left out" in notes and "not read: 2yr_Ofsted_rating" in notes


def test_what_is_hidden_is_not_nought(tmp_path: Path) -> None:
    table, notes = read(tmp_path, "%_2yr_olds,,2023,Notts,c,891,EM", "No_2yr_olds,,2023,Notts,1646,891,EM",
                        "%_2yr_olds,,2024,Notts,80,891,EM")
    assert table[2022, "early_learning"][0] != table[2022, "early_learning"][0] and table[2022, "early_learning"][1] == 1646
    assert all(n != n for n in table[2023, "early_learning"]) and "1 values are hidden" in notes


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        read(tmp_path, "%_2yr_olds,,soon,Notts,74.8,891,EM", "No_2yr_olds,,2023,Notts,many,891,EM",
             "No_2yr_olds,,2024,Notts,16,891,EM", "No_2yr_olds,,2024,Notts,17,891,EM")
    assert [(p.row, p.column, p.found) for p in caught.value.problems] == [(2, "Years", "soon"), (3, "Values", "many"),
                                                                          (5, "Short Desc", "")]
    with pytest.raises(EvidenceError, match="no row is of an indicator that is read"):
        read(tmp_path, "2yr_Ofsted_rating,,2023,Notts,98,891,EM")


@pytest.mark.real
def test_the_real_county_agrees_with_what_was_published(data: Path, nottinghamshire: Loaded) -> None:
    """January 2023: threes and fours led from births to Reception are those of the publication to 1.5 %; take-up is met."""
    (reading,) = read_lait(data / "dfe-lait" / "lait_early_years_indicators_notts.csv", Ask(la_code="891"))
    loaded = nottinghamshire
    given = replace(loaded.evidence, tables={**loaded.evidence.tables, "childcare_eligible": reading.table})
    ahead = forecast(given, loaded.assumptions)
    young, _ = children_under_five(ahead.evidence, ahead.frame, ahead.projection, 2025, loaded.assumptions)
    published = reading.table.query("kind == 'universal'").set_index("ay")["eligible"]
    for ay in (2022, 2023):
        threes_and_fours = sum(young.aged(age, ay, "spring")[0].sum() for age in (3, 4))
        assert threes_and_fours == pytest.approx(published[ay], rel=0.015), ay
    found, notes = childcare_demand(young, ahead.evidence, loaded.assumptions)
    want = found.wanted(young, 2022, "spring")["age_2", "early_learning"]
    assert want.eligible[0].sum() == pytest.approx(1646 / 0.748) and want.children[0].sum() == pytest.approx(1646)
    assert any("sized on autumn, provision is 36% short of what the summer term needs" in note.text for note in notes)
