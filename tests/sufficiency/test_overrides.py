"""What is known of next September takes the model's place, openly: October before offers, past ratios, and what is not used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.assumptions import Assumptions

Made = Callable[..., Any]
PAPER = Assumptions(weights=(1.0,), shrinkage_survival=0.0, shrinkage_births=0.0)
SCHOOLS = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P1", "", 0, 6, 0, 0), ("100003", "P2", "", 0, 6, 0, 0),
           ("100004", "", "S1", 7, 11, 0, 0)]
ROLLS = {"100001": {ay: [30] * 7 for ay in (2021, 2022)}, "100002": {ay: [30] * 7 for ay in (2021, 2022)},
         "100003": {ay: [40] * 7 for ay in (2021, 2022)}, "100004": {ay: [100] * 5 for ay in (2021, 2022)}}
BORN = {c: {"E01000001": 60, "E01000002": 40} for c in range(2015, 2023)}
HOMES = {"E01000001": {"P1": 1.0}, "E01000002": {"P2": 1.0}}


@pytest.fixture(scope="module")
def made(town: Made) -> Any:
    return town(SCHOOLS, ROLLS, BORN, HOMES)


def offers(*rows: tuple[str, int, int, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["urn", "ay", "nc_year", "offers"])
    return table.assign(first_preferences=np.nan)


def october(*rows: tuple[str, int, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["urn", "ay", "nc_year", "pupils"])


def figure(array: Any, ay: int, nc_year: int, **place: str) -> float:
    return float(array.sel(ay=ay, nc_year=nc_year, **place).isel(draw=0))


def notes(projection: Any) -> str:
    return "\n".join(note.text for note in projection.notes)


def test_offers_take_the_model_s_place_and_the_others_keep_it(made: Any) -> None:
    projection = made.with_tables(offers=offers(("100001", 2023, 0, 36))).project(PAPER)
    assert figure(projection.adjusted, 2023, 0, planning_area_code="P1") == pytest.approx(60)
    assert figure(projection.pupils, 2023, 0, planning_area_code="P1") == pytest.approx(36 + 30)
    assert figure(projection.pupils, 2023, 0, planning_area_code="P2") == pytest.approx(40)
    assert figure(projection.authority, 2023, 0) == pytest.approx(106), "the authority's total moves by as many"
    row = projection.overrides.iloc[0]
    assert (row["planning_area_code"], row["ay"], row["nc_year"], row["model"], row["final"]) == ("P1", 2023, 0, 60, 66)
    assert row["reason"] == "offers for 2023/24 (1 of 2 schools); the other schools as projected"


def test_the_years_after_roll_on_from_the_new_intake(made: Any) -> None:
    projection = made.with_tables(offers=offers(("100001", 2023, 0, 36))).project(PAPER)
    assert figure(projection.pupils, 2024, 1, planning_area_code="P1") == pytest.approx(66)
    assert figure(projection.schools, 2024, 1, urn="100001") == pytest.approx(36)
    assert figure(projection.pupils, 2024, 0, planning_area_code="P1") == pytest.approx(60), "the next cohort is the model's"
    assert np.allclose(projection.pupils.sum("planning_area_code"), projection.authority)


def test_the_october_census_beats_the_offers(made: Any) -> None:
    known = made.with_tables(offers=offers(("100001", 2023, 0, 36), ("100002", 2023, 0, 33)),
                             october_census=october(("100001", 2023, 0, 34)))
    projection = known.project(PAPER)
    assert figure(projection.schools, 2023, 0, urn="100001") == 34 and figure(projection.schools, 2023, 0, urn="100002") == 33
    assert projection.overrides["reason"].tolist() == [
        "October census for 2023/24 (1 of 2 schools); offers for 2023/24 (1 of 2 schools)"]


def test_figures_become_january_pupils_at_the_ratio_of_past_years(made: Any) -> None:
    """In 2021/22 and 2022/23 80 offers became 60 pupils in January: of 40 offers 30 are expected."""
    past = [(urn, ay, 0, 40.0) for urn in ("100001", "100002") for ay in (2021, 2022)]
    projection = made.with_tables(offers=offers(*past, ("100001", 2023, 0, 40))).project(PAPER)
    assert figure(projection.schools, 2023, 0, urn="100001") == pytest.approx(30)
    assert "offers for 2023/24 x 0.750, as in 2021/22, 2022/23" in projection.overrides["reason"].iloc[0]


def test_an_offer_of_no_places_is_no_blank(made: Any) -> None:
    projection = made.with_tables(offers=offers(("100004", 2023, 7, 0))).project(PAPER)
    assert figure(projection.pupils, 2023, 7, planning_area_code="S1") == 0 and len(projection.overrides) == 1


def test_without_figures_nothing_changes(made: Any) -> None:
    projection = made.project(PAPER)
    assert projection.overrides.empty and np.array_equal(projection.pupils, projection.adjusted)


def test_what_cannot_be_used_is_said(made: Any) -> None:
    known = made.with_tables(offers=offers(("100001", 2024, 0, 36), ("100009", 2023, 0, 20)),
                             october_census=october(("100001", 2023, 3, 31), ("100001", 2023, 0, 30)))
    told = notes(known.project(PAPER))
    assert "offers beyond 2023/24 are not used (Reception 2024/25)" in told
    assert "offers of 1 schools that are not planned for are not used: 100009" in told
    assert "1 figures of October census are of year groups in which their school does not begin" in told
