"""A planner's own figures: they take the model's place, move up with their cohort, and everything still adds up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughly import cases

from sufficiency.assumptions import Assumptions
from sufficiency.forecast.made_of import made_of
from sufficiency.forecast.planner_overrides import with_overrides

Made = Callable[..., Any]
PAPER = Assumptions(weights=(1.0,), shrinkage_survival=0.0, shrinkage_births=0.0)
SCHOOLS = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P1", "", 0, 2, 0, 0), ("100003", "P1", "", 3, 6, 0, 0),
           ("100004", "P2", "", 0, 6, 0, 0), ("100005", "", "S1", 7, 11, 0, 0)]
FORTY, TWENTY = [40] * 7, [20] * 7
ROLLS = {"100001": {ay: FORTY for ay in (2021, 2022)}, "100002": {ay: [20] * 3 for ay in (2021, 2022)},
         "100003": {ay: [20] * 4 for ay in (2021, 2022)}, "100004": {ay: FORTY for ay in (2021, 2022)},
         "100005": {ay: [100] * 5 for ay in (2021, 2022)}}
BORN = {c: {"E01000001": 60, "E01000002": 40} for c in range(2015, 2023)}
HOMES = {"E01000001": {"P1": 1.0}, "E01000002": {"P2": 1.0}}
COLUMNS = ["planning_area_code", "urn", "ay", "nc_year", "kind", "value"]


@pytest.fixture(scope="module")
def made(town: Made) -> Any:
    return town(SCHOOLS, ROLLS, BORN, HOMES)


def rows(*given: tuple[str, int, float | None, str, float], expires: str = "2027-12-31") -> pd.DataFrame:
    """Overrides of an area or (six digits) a school: place, year, year group, kind, value."""
    told = [("" if place.isdigit() else place, place if place.isdigit() else "", *rest) for place, *rest in given]
    table = pd.DataFrame(told, columns=COLUMNS).assign(reason="because", author="AB", made_on="2023-03-01", expires=expires)
    return table.assign(row=range(2, len(table) + 2)).astype({"nc_year": "float64", "value": "float64"})


def overridden(made: Any, table: pd.DataFrame) -> Any:
    known = made.with_tables(planner_overrides=table)
    return with_overrides(known.project(PAPER), known.evidence, known.frame)


def figure(array: Any, ay: int, nc_year: int, **place: str) -> float:
    return float(array.sel(ay=ay, nc_year=nc_year, **place).isel(draw=0))


def adds_up(projection: Any) -> None:
    """Schools add up to areas, areas to the authority, residents in all to the authority; nobody is fewer than none."""
    for whole in (projection.pupils.sum("planning_area_code"), projection.schools.sum("urn"),
                  projection.residents.sum("planning_area_code")):
        assert np.allclose(whole, projection.authority)
    assert float(projection.pupils.min()) >= -1e-9 and float(projection.schools.min()) >= -1e-9
    assert float(projection.residents.min()) >= -1e-9


def test_a_figure_takes_the_model_s_place_and_schools_share_it(made: Any) -> None:
    """P1 has 60 in Year 1: 40 and 20. The planner says 75: 50 and 25."""
    projection = overridden(made, rows(("P1", 2024, 1, "figure", 75)))
    assert figure(projection.pupils, 2024, 1, planning_area_code="P1") == pytest.approx(75)
    assert figure(projection.adjusted, 2024, 1, planning_area_code="P1") == pytest.approx(60), "the model's figure is kept"
    assert figure(projection.schools, 2024, 1, urn="100001") == pytest.approx(50)
    assert figure(projection.schools, 2024, 1, urn="100002") == pytest.approx(25)
    assert figure(projection.authority, 2024, 1) == pytest.approx(115)
    assert figure(projection.overridden, 2024, 1, planning_area_code="P1") == pytest.approx(15)
    adds_up(projection)


def test_the_difference_moves_up_with_its_cohort_and_leaves_the_others_alone(made: Any) -> None:
    """The infant school's part goes on to the junior school and the primary school, as their pupils are."""
    projection = overridden(made, rows(("P1", 2024, 1, "figure", 75)))
    assert [figure(projection.overridden, ay, ay - 2023, planning_area_code="P1") for ay in range(2023, 2030)] == pytest.approx(
        [0, 15, 15, 15, 15, 15, 15])
    assert float(np.abs(projection.overridden).sum()) == pytest.approx(6 * 15), "no other year group moves"
    assert figure(projection.schools, 2026, 3, urn="100001") == pytest.approx(40 + 10 + 5 * 2 / 3)
    assert figure(projection.schools, 2026, 3, urn="100003") == pytest.approx(20 + 5 / 3)
    assert figure(projection.pupils, 2030 - 1, 7, planning_area_code="S1") == pytest.approx(100), "nor the phase above"


def test_it_is_carried_by_the_area_s_own_survival(town: Made) -> None:
    """Of 40 in Reception 36 come into Year 1: a change of 10 is 9 a year later."""
    shrinking = {"100004": {2021: [40, 40, 40], 2022: [40, 36, 40]}}
    made = town([("100004", "P2", "", 0, 2, 0, 0)], shrinking, BORN, {"E01000001": {"P2": 1.0}, "E01000002": {"P2": 1.0}})
    projection = overridden(made, rows(("P2", 2023, 0, "change", 10)))
    assert [figure(projection.overridden, 2023 + k, k, planning_area_code="P2") for k in (0, 1)] == pytest.approx([10, 9])


def test_a_named_school_takes_it_alone(made: Any) -> None:
    projection = overridden(made, rows(("100001", 2023, 4, "change", -8)))
    assert figure(projection.schools, 2023, 4, urn="100001") == pytest.approx(32)
    assert figure(projection.schools, 2023, 4, urn="100003") == pytest.approx(20)
    assert figure(projection.schools, 2024, 5, urn="100001") == pytest.approx(32), "and it stays with that school's cohort"
    adds_up(projection)


def test_a_factor_and_a_whole_phase_are_spread_in_proportion(made: Any) -> None:
    projection = overridden(made, rows(("P2", 2023, None, "factor", 1.1), ("P1", 2023, None, "figure", 350)))
    assert projection.pupils.sel(ay=2023, planning_area_code="P2").isel(draw=0)[:7].to_numpy() == pytest.approx([44] * 7)
    assert float(projection.pupils.sel(ay=2023, planning_area_code="P1").sum()) == pytest.approx(350)
    assert figure(projection.pupils, 2023, 5, planning_area_code="P1") == pytest.approx(50)
    adds_up(projection)


def test_a_school_s_own_figure_stands_beside_its_area_s(made: Any) -> None:
    projection = overridden(made, rows(("P1", 2023, 5, "figure", 70), ("100001", 2023, 5, "figure", 45)))
    assert figure(projection.schools, 2023, 5, urn="100001") == pytest.approx(45)
    assert figure(projection.schools, 2023, 5, urn="100003") == pytest.approx(25)
    adds_up(projection)


def test_a_later_override_stands_on_what_earlier_ones_moved_up(made: Any) -> None:
    projection = overridden(made, rows(("P2", 2023, 1, "change", 6), ("P2", 2024, 2, "change", 4), ("P2", 2025, 3, "figure", 41)))
    found = [figure(projection.pupils, 2022 + g, g, planning_area_code="P2") for g in (1, 2, 3, 4)]
    assert found == pytest.approx([46, 50, 41, 41])
    assert projection.overrides["model"].tolist() == pytest.approx([40, 46, 50])


def test_nobody_is_fewer_than_none_and_it_is_said(made: Any) -> None:
    projection = overridden(made, rows(("P2", 2023, 1, "change", -60)))
    assert figure(projection.pupils, 2023, 1, planning_area_code="P2") == 0
    adds_up(projection)
    assert "more pupils are taken away than there are, so that none are left: P2 Year 1 2023/24 (-60 asked, 40.0 there)" in notes(
        projection)


def notes(projection: Any) -> str:
    return "\n".join(note.text for note in projection.notes if note.table == "planner_overrides")


def test_one_that_expires_before_the_census_is_listed_and_not_used(made: Any) -> None:
    """The run starts from the January census of 2023: the last day that counts is 31 January."""
    gone = rows(("P2", 2023, 1, "figure", 50), expires="2023-01-30")
    there = rows(("P2", 2023, 2, "figure", 50), expires="2023-01-31")
    projection = overridden(made, pd.concat([gone, there], ignore_index=True))
    assert figure(projection.pupils, 2023, 1, planning_area_code="P2") == pytest.approx(40)
    assert figure(projection.pupils, 2023, 2, planning_area_code="P2") == pytest.approx(50)
    assert projection.overrides["used"].tolist() == ["no: expired on 2023-01-30, before the census of 2023-01-31", "yes"]
    assert "1 of the planner's overrides is not used: P2 Year 1 2023/24: expired on 2023-01-30" in notes(projection)


def test_what_cannot_be_used_says_why(made: Any) -> None:
    projection = overridden(made, rows(
        ("P9", 2023, 1, "figure", 50), ("999999", 2023, 1, "figure", 50), ("P2", 2040, 1, "figure", 9),
        ("100005", 2023, 1, "figure", 50), ("P2", 2023, 9, "figure", 50)))
    assert projection.overrides["used"].tolist() == [
        "no: there is no such planning area in this run", "no: the school is not planned for",
        "no: 2040/41 is not among the years ahead", "no: the school has no planning area of that phase",
        "no: no school of the area has this year group"]
    assert not projection.overridden.any()


def test_reason_author_and_dates_stand_in_the_table_beside_known_intakes(made: Any) -> None:
    offers = pd.DataFrame({"urn": ["100004"], "ay": 2023, "nc_year": 0, "offers": 36.0, "first_preferences": np.nan})
    wanted = rows(("P2", 2023, 0, "change", 2), ("100001", 2023, None, "factor", 1))
    projection = overridden(made.with_tables(offers=offers), wanted)
    known, change, whole = projection.overrides.to_dict("records")
    assert (known["kind"], known["model"], known["final"], known["author"]) == ("known intake", 40, 36, "")
    assert (change["kind"], change["value"], change["model"], change["final"]) == ("change", 2, 36, 38)
    assert [change[c] for c in ("reason", "author", "made_on", "expires")] == ["because", "AB", "2023-03-01", "2027-12-31"]
    assert (whole["planning_area_code"], whole["urn"], whole["model"]) == ("P1", "100001", pytest.approx(280))
    assert pd.isna(whole["nc_year"])
    assert "2 of the planner's overrides are in force at the census of 2023-01-31, by AB (2)" in notes(projection)


def test_without_overrides_the_projection_is_itself(made: Any) -> None:
    projection = made.project(PAPER)
    assert with_overrides(projection, made.evidence, made.frame) is projection


def test_an_authority_without_schools_can_be_overridden_too(town: Made) -> None:
    alone = town([], {}, {c: {"E10000099": 100} for c in range(2015, 2023)},
                 authority_roll={ay: [100.0] * 12 + [0.0] * 3 for ay in (2021, 2022)})
    projection = overridden(alone, rows(("999-primary", 2023, 1, "figure", 90)))
    assert [figure(projection.authority, 2022 + g, g) for g in (1, 2, 3)] == pytest.approx([90, 90, 90])
    assert np.allclose(projection.residents.sum("planning_area_code"), projection.authority)


places = st.sampled_from(["P1", "P2", "S1", "100001", "100002", "100003", "100005"])
some_rows = st.lists(st.tuples(places, st.integers(2023, 2029), st.one_of(st.none(), st.integers(0, 11)),
                               st.sampled_from(["figure", "change", "factor"]), st.floats(-80, 120)), min_size=1, max_size=8)


@pytest.mark.thorough
@settings(max_examples=cases(20, 100), deadline=None, derandomize=True)
@given(asked=some_rows)
def test_whatever_is_overridden_the_sums_agree(made: Any, asked: list[Any]) -> None:
    before = made.project(PAPER)
    sense = {"factor": 1 / 40, "figure": 1.0}
    wanted = [(place, ay, g, kind, abs(value) * sense[kind] if kind in sense else value) for place, ay, g, kind, value in asked]
    projection = overridden(made, rows(*wanted))
    adds_up(projection)
    assert np.allclose(projection.pupils - before.pupils, projection.overridden)
    assert np.array_equal(projection.pupils.sel(ay=2022), before.pupils.sel(ay=2022)), "what was counted is never overridden"


def test_figures_beyond_all_measure_are_noted_and_still_add_up(made: Any) -> None:
    """A thousand thousand million: the parts are held together by their own size."""
    for kind, value in (("change", 1e12), ("factor", 1e9)):
        projection = overridden(made, rows(("P1", 2024, 1, kind, value)))
        assert len(made_of(projection))
        assert any("more than 3 times the pupils" in note.text and "P1 Year 1 2024/25" in note.text for note in projection.notes)
    usual = overridden(made, rows(("P1", 2024, 1, "factor", 1.5)))
    assert not any("slip of the pen" in note.loses for note in usual.notes)


def test_an_override_beyond_the_years_of_its_phase_is_listed_as_not_used(made: Any) -> None:
    """Primary two years ahead by the settings, secondary seven: the projection itself has seven years of both."""
    given = (("P1", 2024, 1), ("P1", 2025, 1), ("100001", 2025, None), ("S1", 2025, 8))
    known = made.with_tables(planner_overrides=rows(*((*place, "change", 5) for place in given)))
    short = replace(PAPER, primary_years=2)
    projection = with_overrides(known.project(short), known.evidence, known.frame, short)
    assert projection.overrides["used"].tolist() == [
        "yes", "no: primary is forecast 2 years ahead only", "no: primary is forecast 2 years ahead only", "yes"]
    assert any("2 of the planner's overrides are not used" in note.text for note in projection.notes)
