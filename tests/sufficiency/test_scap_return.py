"""The components of a SCAP return, cut from tables small enough to check on paper."""

from __future__ import annotations

import pandas as pd
import pytest

from sufficiency.scap.checks.every import check_return
from sufficiency.scap.checks.known import known_of
from sufficiency.scap.layouts import Return
from sufficiency.scap.making import return_of

BASE = 2025
AREA = "9901001"


def pupils(ay: int, *by_year_group: float) -> list[tuple[int, str, str, int, float]]:
    return [(ay, "primary", AREA, g, count) for g, count in enumerate(by_year_group)]


def tables() -> dict[str, pd.DataFrame]:
    """An infant school of three year groups of 30, which admits a bulge of 15 next year and loses 5 places in Year 2."""
    rows = [*pupils(BASE, 28, 29, 30), *pupils(BASE + 1, 40.4, 28.4, 29.4), *pupils(BASE + 6, 30, 30, 30)]
    forecast = pd.DataFrame(rows, columns=["ay", "phase", "planning_area_code", "nc_year", "pupils"])
    places = [("100001", "primary", AREA, ay, g, 30.0 + more, "yg_places") for ay, by in {
        BASE: (0, 0, 0), BASE + 1: (15, 0, -5), BASE + 2: (0, 15, -5)}.items() for g, more in enumerate(by)]
    school = {"urn": "100001", "school_name": "Ash Infant School", "nc_year_low": 0, "nc_year_high": 2, "capacity": 90.0,
              "capacity_sixth_form": float("nan"), "capacity_basis": "SCAP, May 2025"}
    homes = forecast.assign(hdc_pupils=[0.0] * 3 + [2.5, 2.5, 1.0] + [0.0] * 3, hif_pupils=0.0).drop(columns="pupils")
    planned = {"urn": "100001", "kind": "bulge", "ay": BASE + 1, "ay_to": float("nan"), "nc_year_from": 0, "nc_year_to": 0,
               "places": 15}
    return {
        "pupils": forecast, "school_pupils": forecast.assign(urn="100001"), "homes": homes, "schools": pd.DataFrame([school]),
        "places": pd.DataFrame(places, columns=["urn", "phase", "planning_area_code", "ay", "nc_year", "yg_places", "basis"]),
        "planned_places": pd.DataFrame([planned]),
    }


@pytest.fixture(scope="module")
def returned() -> Return:
    return return_of(tables(), "990", BASE)


def test_pupils_are_whole_and_still_add_up_to_their_area(returned: Return) -> None:
    rows = returned.tables["mainstream_forecast"]
    assert rows["pupil_forecast"].tolist() == [41, 28, 29], "98.2 children are 98, the first of equals rounded up"
    assert rows["hdc_pupils"].tolist() == [3, 2, 1], "inside the forecast, and together the six that they are"
    assert rows["hif_pupils"].tolist() == [0, 0, 0]


def test_a_return_asks_for_the_next_five_years_of_primary_and_for_no_more(returned: Return) -> None:
    assert set(returned.tables["mainstream_forecast"]["ay"]) == {BASE + 1}, "neither the base year nor the sixth year ahead"


def test_a_bulge_is_told_as_one_and_moves_up_with_its_class(returned: Return) -> None:
    rows = returned.tables["planned_changes"]
    told = set(rows[["ay", "nc_year", "change", "places"]].itertuples(index=False, name=None))
    assert told == {(BASE + 1, 0, "bulge", 15.0), (BASE + 2, 1, "bulge", 15.0), (BASE + 1, 2, "removed", 5.0),
                    (BASE + 2, 2, "removed", 5.0)}


def test_a_bulge_that_nobody_planned_is_places_more() -> None:
    given = tables()
    del given["planned_places"]
    rows = return_of(given, "990", BASE).tables["planned_changes"]
    assert set(rows["change"]) == {"additional", "removed"} and rows["places"].sum() == 40.0


def test_without_the_councils_lists_parts_are_incomplete_and_no_check_of_them_passes() -> None:
    given = {name: table for name, table in tables().items() if name != "planned_places"}
    rows = given["places"]
    still = rows.assign(yg_places=30.0, basis="capacity")
    bare = return_of({**given, "places": still}, "990", BASE, ())
    assert {one.component for one in bare.missing} >= {"planned_changes", "mainstream_forecast"}
    assert bare.tables["mainstream_forecast"][["hdc_pupils", "hif_pupils"]].isna().all(axis=None)
    checked = check_return(bare, known_of(given, "990", BASE))
    for check in ("S02", "S06", "S08", "S09"):
        assert checked.verdict(check).startswith("could not be checked"), check
    rising = check_return(return_of(given, "990", BASE, ()), known_of(given, "990", BASE))
    asked = [one for one in rising.findings if one.check == "S08"]
    assert [one.severity for one in asked] == ["warning"] and "nobody says who pays" in asked[0].found
    held = return_of({**given, "places": still}, "990", BASE, ("planned_places", "housing_sites"))
    assert check_return(held, known_of(given, "990", BASE)).verdict("S09") == "passed", "a list without a row says there is none"


def test_capacity_and_roll_are_those_of_the_base_year(returned: Return) -> None:
    assert returned.tables["school_capacity"]["capacity"].tolist() == [90.0]
    assert returned.tables["on_roll"]["pupils"].tolist() == [28.0, 29.0, 30.0]
    assert returned.tables["year_group_places"]["places_available"].tolist() == [30.0, 30.0, 30.0]


def test_what_the_workspace_does_not_hold_is_missing_and_never_filled(returned: Return) -> None:
    assert not returned.complete
    assert [missing.component for missing in returned.missing] == [
        "specialist_capacity", "specialist_forecast", "mainstream_forecast"]
    assert "no secondary forecast" in returned.missing[-1].what
    assert returned.tables["specialist_capacity"].empty
