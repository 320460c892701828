"""Places for each child where hours are not known: a day nursery of 40 and a school's nursery of 26 pupils in the small town.

The four small areas lie 2 km from one to the next; both settings stand in the first. 110 children from nine months to Reception
and 220 under eight live in the town, and the country round it is known, so that nothing of the supply is lost at the border.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from nurseries import POSTCODES, childminder, hours, postcodes, provider
from shapely.geometry import box
from town import BASE, SMALL_AREAS, WEST_PRIMARY, evidence, lsoas, roll, school

from sufficiency.assumptions import Assumptions
from sufficiency.childcare.offered import for_people, on_offer
from sufficiency.childcare.places_in_reach import PLACES, children_under_eight, places_for_children, places_of_area, places_said
from sufficiency.childcare.same_place import SAME_PLACE
from sufficiency.childcare.settings_places import settings_of
from sufficiency.childcare.terms import month_number
from sufficiency.childcare.under_fives import UnderFives
from sufficiency.evidence import Evidence

GSS = "E10000099"
TABLES: dict[str, Any] = {
    "postcodes": postcodes(), "ofsted_register": [provider("EY1", POSTCODES[0]), provider("EY2", POSTCODES[3], 8)],
    "schools": [school(WEST_PRIMARY, postcode=POSTCODES[0])], "school_roll": roll(WEST_PRIMARY, [26], first=-1),
}
SMALL = pd.DataFrame({"lsoa_code": SMALL_AREAS, "district_code": ["E07000001"] * 2 + ["E07000002"] * 2,
                      "under_five": [50.0, 30.0, 10.0, 20.0]})
AREAS = pd.DataFrame([*({"lsoa_code": code, "level": "authority", "area_code": GSS, "area_name": "Testshire", "share": 1.0}
                        for code in [*SMALL_AREAS, ""]),
                      *({"lsoa_code": code, "level": "planning_area", "area_code": area, "area_name": f"Area {area}",
                         "share": 1.0} for code, area in zip(SMALL_AREAS, "WWEE", strict=True))])


def known(**more: Any) -> Evidence:
    wide = lsoas()
    wide.loc[3, "geometry"] = box(430_000, 330_000, 480_000, 380_000)
    return evidence({**TABLES, "lsoas": wide, **more})


def places(assumptions: Assumptions | None = None, **more: Any) -> pd.DataFrame:
    there = known(**more)
    return places_for_children(there, settings_of(there), SMALL, SMALL["under_five"].to_numpy() * 2, AREAS,
                               assumptions or Assumptions())


def test_places_against_children_and_in_reach_of_them() -> None:
    """74 for 110 children is 0.67; shared among 220 under eight, with nothing lost, 74 / 220 = 0.34, which Ofsted called high."""
    table = places()
    assert list(table.columns) == PLACES
    whole = table[table["level"] == "authority"].iloc[0]
    assert (whole["registered_places"], whole["nursery_pupils"], whole["children"]) == (48, 26, 110)
    assert whole["places_per_child"] == pytest.approx(74 / 110)
    assert whole["places_in_reach"] == pytest.approx(74 / 220) and whole["places_band"] == "high"
    east = table[table["area_code"] == "E"].iloc[0]
    assert east["registered_places"] == 8 and east["nursery_pupils"] == 0 and east["places_per_child"] == pytest.approx(8 / 30)
    assert east["basis"] == "places and pupils, hours not counted"


def test_a_childminder_counts_half_for_children_under_five_and_whole_in_reach() -> None:
    """Six places each of which by the rulebook half are for children at school; fewer than five in all are left out, and said."""
    register = [childminder(f"CM{i}") for i in range(5)]
    alone = places(ofsted_register=register, schools=[], school_roll=[]).query("level == 'authority'").iloc[0]
    assert alone["registered_places"] == pytest.approx(15) and alone["places_in_reach"] == pytest.approx(30 / 220)
    few = places(ofsted_register=register[:4], schools=[], school_roll=[]).query("level == 'authority'").iloc[0]
    assert few["registered_places"] == 0 and "the few who work at home left out" in few["basis"]


def test_where_the_reach_is_not_known_there_is_no_word() -> None:
    """Without the country round it most of the reach of the town lies beyond what is known."""
    table = places(lsoas=lsoas())
    assert table["places_band"].eq("").all() and table["places_per_child"].notna().all()
    assert any("of 2 planning areas" in line for line in places_said(places()))
    said = places_said(table)
    assert said[0] == ("48 places for children under five, and 26 pupils in nurseries of schools: 0.67 for each child from nine "
                       "months to Reception. How many hours they offer is an assumption.")
    assert said[1] == "Fewest in the area itself: Area E 0.27, Area W 0.82." and len(said) == 2
    assert places_of_area(table, "E").endswith("hours not counted: 0.27 for each child under five not at school.")
    assert "in reach for each child under eight (" in places_of_area(places(), "E") and places_of_area(table, "X") == ""


def test_children_under_eight_are_those_not_in_reception_and_pupils_up_to_seven() -> None:
    """12 a month in every cohort: who is in Reception is counted once, and of Year 3 those born before September."""
    cohorts = range(BASE - 8, BASE + 1)
    born = np.full((1, len(cohorts), 1), 144.0)
    young = UnderFives((SMALL_AREAS[0],), cohorts[0], born, np.full((len(cohorts), 1), np.nan), month_number(BASE, 7), born)
    pupils = {g: {BASE: np.array([144.0])} for g in range(12)}
    whole = children_under_eight(young, pupils, BASE, 1.0)
    assert whole == pytest.approx([12.0 * 12 * 8]), "eight years of age, 144 each"
    less = replace(young, born=born[:, :-1], fours=born[:, :-1], counted=young.counted[:-1])
    assert children_under_eight(less, pupils, BASE, 1.0) == pytest.approx(whole), "as many babies as the year before"


def test_who_stands_at_a_schools_postcode_is_listed_to_be_ticked() -> None:
    pairs = settings_of(known()).alike
    assert list(pairs.columns) == SAME_PLACE and len(pairs) == 1
    row = pairs.iloc[0]
    assert (row["setting_ref"], row["urn"], row["places"], row["nursery_pupils"]) == ("EY1", WEST_PRIMARY, 40, 26)
    assert row["if_the_same"] == "write 0 places for EY1 in settings_hours: the school's pupils are counted already"
    said = settings_of(known(settings_hours=[hours("EY1", places=0)]))
    assert len(said.alike) == 1, "what was ticked stays on the list"
    assert settings_of(known(schools=[], school_roll=[])).alike.empty


def test_the_list_says_what_places_are_and_how_many_staff_they_need() -> None:
    """Ten babies need four adults, twelve twos three; pupils on roll are no places, and 26 of them need two."""
    survey = [hours("EY1", "under_2", places=10, hours_week=50), hours("EY1", "age_2", places=12, hours_week=50),
              hours("EY2", "age_3_4", places=8, hours_week=50)]
    there = known(settings_hours=survey)
    table = for_people(on_offer(there, range(2023, 2024), Assumptions(assume_opening_hours=True))).set_index("setting_ref")
    assert table["counted_as"].to_dict() == {"EY1": "places", "EY2": "places", WEST_PRIMARY: "pupils on roll, no places told"}
    assert table["staff_needed"].to_dict() == {"EY1": 4 + 3, "EY2": 1, WEST_PRIMARY: 2}
    minded = for_people(on_offer(known(ofsted_register=[childminder("CM1")]), range(2023, 2024), Assumptions()))
    assert minded.loc[minded["provider_type_group"].eq("childminder"), "staff_needed"].isna().all()
