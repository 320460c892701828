"""Who offers childcare stands where it is known to stand: by postcode, at its school, or in an area and on no point at all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nurseries import CHILDREN, DISTRICTS, POSTCODES, childminder, counted, hours, minders, postcodes, provider
from town import BASE, SMALL_AREAS, WEST_PRIMARY, evidence, lsoas, roll, school

from sufficiency.childcare.over_small_areas import spread
from sufficiency.childcare.setting_list import Settings
from sufficiency.childcare.settings_places import settings_of

AREAS = pd.DataFrame({"lsoa_code": SMALL_AREAS, "district_code": DISTRICTS, "under_five": list(CHILDREN.values())})


def placed(**tables: Any) -> Settings:
    return settings_of(evidence({"postcodes": postcodes(), "lsoas": lsoas(), **tables}))


def told(settings: Settings) -> str:
    return " / ".join(f"{n.text} ({n.loses})" for n in settings.notes)


def test_a_group_setting_stands_at_its_postcode_in_small_area_district_and_ward() -> None:
    (row,) = placed(ofsted_register=[provider("EY1", "ab12aa")]).table.to_dict("records")
    assert (row["easting"], row["northing"], row["lsoa_code"]) == (453_000, 351_000, SMALL_AREAS[1])
    assert (row["district_code"], row["ward_code"], row["placed_by"]) == ("E07000001", "E05000002", "postcode")
    assert (row["provider_type_group"], row["places"]) == ("day_nursery", 40)


def test_a_postcode_that_is_not_known_is_placed_by_its_sector_else_by_its_constituency_and_counted() -> None:
    rows = [provider("EY1"), provider("EY2", "AB1 3ZZ", 10), provider("EY3", "ZZ9 9ZZ", 20), provider("EY4", "ZZ9 9ZZ", 5,
            constituency="Nowhere")]
    settings = placed(ofsted_register=rows)
    table = settings.table.set_index("setting_ref")
    assert table["placed_by"].tolist() == ["postcode", "postcode sector", "constituency", "authority"]
    assert table["district_code"].tolist() == ["E07000001", "E07000002", "E07000001", ""]
    assert table.loc[["EY2", "EY3", "EY4"], ["easting", "northing"]].isna().all(axis=None)
    assert table.loc[["EY2", "EY3", "EY4"], "lsoa_code"].eq("").all()
    assert "3 of 4 settings are not placed by their postcode" in told(settings) and "35 places" in told(settings)


def test_who_is_not_on_the_early_years_register_or_not_active_has_no_places() -> None:
    rows = [provider("EY1"), provider("EY2", eyr=False), provider("EY3", provider_status="Suspended")]
    settings = placed(ofsted_register=rows)
    assert settings.table["setting_ref"].tolist() == ["EY1"]
    assert "2 registered providers are not active on the Early Years Register" in told(settings)


def test_childminders_are_shared_among_districts_by_constituency_and_never_stand_on_a_point() -> None:
    rows = [provider("EY1", POSTCODES[0]), provider("EY2", POSTCODES[1]), provider("EY3", POSTCODES[2]),
            *(childminder(f"EY9{i}") for i in range(4)), childminder("EY98", constituency="Nowhere")]
    settings = placed(ofsted_register=rows)
    homes = settings.table[settings.table["provider_type_group"].eq("childminder")].set_index("district_code")
    assert homes["places"].to_dict() == pytest.approx({"E07000001": 16, "E07000002": 8, "": 6})
    assert homes["providers"].sum() == pytest.approx(5)
    assert homes[["easting", "northing"]].isna().all(axis=None) and homes["lsoa_code"].eq("").all()
    assert not settings.table["setting_ref"].str.startswith("EY9").any(), "none stands by itself"
    assert "5 who work at home, with 30 places" in told(settings)


def test_the_councils_wards_take_the_place_of_constituencies() -> None:
    rows = [provider("EY1"), *(childminder(f"EY9{i}") for i in range(4))]
    settings = placed(ofsted_register=rows, childminders=[minders("E05000002", 30), minders(SMALL_AREAS[3], 6), minders(
        "E07000001", 12)])
    homes = settings.table[settings.table["provider_type_group"].eq("childminder")]
    assert homes["placed_by"].tolist() == ["ward", "small area", "district"] and homes["places"].tolist() == [30, 6, 12]
    assert homes["ward_code"].tolist() == ["E05000002", "", ""] and homes["lsoa_code"].tolist() == ["", SMALL_AREAS[3], ""]
    assert homes[["easting", "northing"]].isna().all(axis=None)
    assert "childminders are those of the council's own table, by area, and not those of the register" in told(settings)


def test_a_childminder_with_a_headcount_is_counted_among_those_of_the_district_and_not_twice() -> None:
    rows = [provider("EY1"), *(childminder(f"EY9{i}") for i in range(4))]
    settings = placed(ofsted_register=rows, termly_headcount=[counted("EY90", "universal", 30), counted("EY91", "paid", 10)])
    homes = settings.table[settings.table["provider_type_group"].eq("childminder")].set_index("setting_ref")["places"]
    assert homes.to_dict() == {"counted childminders E07000001": 12, "childminders E07000001": 12}
    assert settings.aliases == dict.fromkeys(["EY90", "EY91"], "counted childminders E07000001")
    by_ward = placed(ofsted_register=rows, termly_headcount=[counted("EY90", "universal", 30)],
                     childminders=[minders("E05000001", 24)])
    assert by_ward.table.loc[by_ward.table["provider_type_group"].eq("childminder"), "places"].tolist() == pytest.approx([6, 18])


def test_school_nurseries_and_nursery_schools_stand_at_their_school() -> None:
    schools = [school(WEST_PRIMARY, postcode=POSTCODES[0]), school("100009", phase_of_education="Nursery", easting=455_000.0),
               school("100008", status="Closed")]
    roll_rows = [*roll(WEST_PRIMARY, [26], first=-1), *roll("100009", [40], first=-1), *roll(WEST_PRIMARY, [24], BASE - 1, -1)]
    settings = placed(schools=schools, school_roll=roll_rows, ofsted_register=[provider("EY1", POSTCODES[0])])
    table = settings.table.set_index("setting_ref")
    assert table["provider_type_group"].to_dict() == {"EY1": "day_nursery", WEST_PRIMARY: "school_nursery",
                                                      "100009": "nursery_school"}
    assert table["places"].to_dict() == {"EY1": 40, WEST_PRIMARY: 26, "100009": 40}, "those of the latest January"
    assert table["lsoa_code"].to_dict() == {"EY1": SMALL_AREAS[0], WEST_PRIMARY: SMALL_AREAS[0], "100009": SMALL_AREAS[2]}
    assert "1 registered settings stand at the postcode of a school that has nursery pupils: Nursery EY1 (EY1)" in told(settings)
    assert "pupils of these schools may be among their children" in told(settings), "pupils, and no places"


def test_settings_across_the_border_stay_for_reach_and_their_childminders_are_left_out() -> None:
    rows = [provider("EY1"), provider("EY2", "CD1 1AA", own=False), childminder("EY9", own=False)]
    beyond = {"postcode": "CD1 1AA", "easting": 470_000.0, "northing": 351_000.0, "district_code": "E06000018",
              "ward_code": "E05009999"}
    settings = placed(ofsted_register=rows, postcodes=[*postcodes(), beyond])
    table = settings.table.set_index("setting_ref")
    assert table["own"].to_dict() == {"EY1": True, "EY2": False}
    assert table.loc["EY2", ["lsoa_code", "district_code"]].tolist() == ["", "E06000018"]
    assert "1 who work at home across the border are left out" in told(settings)


def test_settings_that_only_the_council_knows_are_in_the_list() -> None:
    survey = [hours("OWN1", "age_2", setting_name="Agency", postcode=POSTCODES[3], provider_type_group="sessional"),
              hours("OWN1")]
    settings = placed(settings_hours=survey, termly_headcount=[counted("OWN2", "paid", 5)])
    table = settings.table.set_index("setting_ref")
    about = table.loc["OWN1", ["setting_name", "lsoa_code", "provider_type_group"]]
    assert about.tolist() == ["Agency", SMALL_AREAS[3], "sessional"]
    assert table.loc["own domestic anywhere", "placed_by"] == "authority" and len(table) == 2, "it may be a home"


def test_who_works_at_home_and_is_no_longer_at_work_is_never_in_the_list_and_never_named() -> None:
    """By the register resigned, on no Early Years Register, or on domestic premises: each with a line of the headcount."""
    gone = [childminder("EY91", provider_status="Resigned"), childminder("EY92", eyr=False),
            childminder("EY93", provider_status="Resigned") | {"provider_type": "Childcare on domestic premises"}]
    settings = placed(ofsted_register=[provider("EY1"), *gone],
                      termly_headcount=[counted(ref, "paid", 30) for ref in ("EY1", "EY91", "EY92", "EY93")])
    assert settings.table["setting_ref"].tolist() == ["EY1"]
    assert "tell of 3 who work at home" in told(settings) and "EY9" not in told(settings)


def test_a_childminder_of_the_survey_with_a_postcode_counts_in_its_ward_and_stands_on_no_point() -> None:
    survey = [hours("OWN1", provider_type_group="childminder", postcode=POSTCODES[1], setting_name="Mrs Minder", places=6),
              hours("OWN2", "under_2", provider_type_group="childminder", postcode="AB12AA", places=3),
              hours("OWN3", provider_type_group="domestic", postcode="ZZ9 9ZZ", places=9)]
    settings = placed(ofsted_register=[provider("EY1")], settings_hours=survey)
    homes = settings.table[settings.table["setting_ref"].ne("EY1")].set_index("setting_ref")
    assert homes[["providers", "places", "ward_code", "district_code", "placed_by"]].to_dict("index") == {
        "own childminder E05000002": {"providers": 2, "places": 9, "ward_code": "E05000002", "district_code": "E07000001",
                                      "placed_by": "ward"},
        "own domestic anywhere": {"providers": 1, "places": 9, "ward_code": "", "district_code": "", "placed_by": "authority"}}
    assert homes[["easting", "northing"]].isna().all(axis=None) and not homes["setting_name"].str.contains("Minder ").any()


def test_without_postcodes_and_boundaries_everybody_is_still_there() -> None:
    settings = settings_of(evidence({"ofsted_register": [provider("EY1"), childminder("EY9")]}))
    assert settings.table["places"].sum() == 46 and settings.table["easting"].isna().all()
    assert settings_of(evidence({})).table.empty


def rows_of(**more: Any) -> pd.DataFrame:
    row = {"lsoa_code": "", "district_code": "E07000001", "ward_code": "", "easting": math.nan, "own": True, "hours_week": 80.0}
    return pd.DataFrame([{**row, **more}])


def test_a_district_is_spread_by_children_under_five_and_a_ward_over_its_small_areas() -> None:
    wards = placed(ofsted_register=[provider("EY1")]).wards
    district = spread(rows_of(), ["hours_week"], AREAS, wards).set_index("lsoa_code")["hours_week"]
    assert district.to_dict() == pytest.approx({SMALL_AREAS[0]: 20, SMALL_AREAS[1]: 60})
    ward = spread(rows_of(ward_code="E05000002"), ["hours_week"], AREAS, wards).set_index("lsoa_code")["hours_week"]
    assert ward.to_dict() == pytest.approx({SMALL_AREAS[1]: 48, SMALL_AREAS[2]: 32}), "across the district's border"
    nobody = spread(rows_of(ward_code="E05000003"), ["hours_week"], AREAS, wards).set_index("lsoa_code")["hours_week"]
    assert nobody.to_dict() == {SMALL_AREAS[3]: 80}, "no child under five lives there, and the hours are there all the same"
    anywhere = spread(rows_of(district_code=""), ["hours_week"], AREAS, wards)
    assert anywhere["hours_week"].sum() == pytest.approx(80) and len(anywhere) == 4
    beyond = spread(rows_of(district_code="E06000018", own=False), ["hours_week"], AREAS, wards)
    assert beyond["lsoa_code"].tolist() == [""]


areas_of = st.sampled_from(["", *DISTRICTS, "E06000018"])
wards_of = st.sampled_from(["", "E05000001", "E05000002", "E05999999"])
row_of = st.tuples(areas_of, wards_of, st.sampled_from(["", *SMALL_AREAS]), st.floats(0, 1000))


@given(st.lists(row_of, min_size=1, max_size=12),
       st.lists(st.integers(0, 300), min_size=4, max_size=4))
def test_nothing_is_lost_on_the_way_to_small_areas(rows: list[tuple[str, str, str, float]], children: list[int]) -> None:
    frame = pd.concat([rows_of(district_code=d, ward_code=w, lsoa_code=a, hours_week=h) for d, w, a, h in rows],
                      ignore_index=True)
    wards = pd.DataFrame({"ward_code": ["E05000001", "E05000002", "E05000002"], "lsoa_code": SMALL_AREAS[:3],
                          "postcodes": [1, 2, 3]})
    out = spread(frame, ["hours_week"], AREAS.assign(under_five=np.array(children, dtype="float64")), wards)
    assert out["hours_week"].sum() == pytest.approx(frame["hours_week"].sum(), abs=1e-6)
    assert not out.loc[out["lsoa_code"].eq(""), "district_code"].isin(["", *DISTRICTS]).any()


def test_a_look_up_of_wards_comes_before_those_of_the_postcodes() -> None:
    """Postcodes of another year name wards that are no more: whoever stands in a small area is in the ward of the look-up."""
    lookup = [{"lsoa_code": SMALL_AREAS[i], "ward_code": code, "ward_name": name}
              for i, (code, name) in enumerate((("E05010001", "Abbey"), ("E05010001", "Abbey"), ("E05010002", "Castle")))]
    settings = placed(ofsted_register=[provider("EY1", "AB1 2AA")], ward_lookup=lookup, childminders=[minders("E05010002", 30)])
    table = settings.table.set_index("setting_ref")
    assert table.loc["EY1", "ward_code"] == "E05010001"
    homes = table.loc["childminders E05010002"]
    assert (homes["placed_by"], homes["ward_code"], homes["district_code"]) == ("ward", "E05010002", "E07000002")
    lies = settings.wards.set_index("lsoa_code")["ward_code"].to_dict()
    assert lies == {SMALL_AREAS[0]: "E05010001", SMALL_AREAS[1]: "E05010001", SMALL_AREAS[2]: "E05010002",
                    SMALL_AREAS[3]: "E05000003"}, "a small area of which the look-up says nothing keeps the ward of its postcodes"
