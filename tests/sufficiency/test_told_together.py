"""Nobody who works at home is told alone: in the list of settings they are added up until they are many, in quality as well."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from nurseries import POSTCODES, childminder, counted, postcodes, provider
from town import BASE, evidence, lsoas

from sufficiency.assumptions import Assumptions
from sufficiency.childcare.offered import for_people, on_offer
from sufficiency.childcare.quality import ALL, quality
from sufficiency.childcare.setting_list import FEWEST_AT_HOME
from sufficiency.childcare.settings_for_people import as_people_see_them
from sufficiency.childcare.settings_places import settings_of

AUTHORITY = "E10000099"
WEST, EAST = "E07000001", "E07000002"


def known(**tables: Any) -> Any:
    return evidence({"postcodes": postcodes(), "lsoas": lsoas(), **tables}, AUTHORITY)


def homes_of(**tables: Any) -> pd.DataFrame:
    listed = for_people(on_offer(known(**tables), range(BASE, BASE + 1), Assumptions()))
    return listed[listed["provider_type_group"].isin(["childminder", "domestic"])]


def test_a_lone_childminder_with_a_headcount_is_told_with_all_others() -> None:
    register = [provider("EY1"), *(childminder(f"CM{i}") for i in range(9))]
    homes = homes_of(ofsted_register=register, termly_headcount=[counted("CM0", "paid", 30)])
    assert homes[["district_code", "providers", "places", "hours"]].to_numpy().tolist() == [
        [WEST, 9, 54, "told in part by some, not told by others"]]


def test_a_single_childminder_has_no_figures_at_all() -> None:
    (row,) = homes_of(ofsted_register=[provider("EY1"), childminder("CM0")]).to_dict("records")
    assert np.isnan(row["providers"]) and np.isnan(row["places"]) and row["hours"] == ""
    assert row["setting_name"] == "Childminders (fewer than 5)" and row["district_code"] == ""


def listed(by_district: dict[str, float]) -> pd.DataFrame:
    rows = pd.DataFrame([{"setting_ref": f"childminders {d}", "provider_type_group": "childminder", "district_code": d,
                          "providers": n, "places": 6 * n, "counted_as": "places", "staff_needed": np.nan, "hours": "told",
                          "setting_name": "", "placed_by": "district", "easting": np.nan, "northing": np.nan}
                         for d, n in by_district.items()])
    return as_people_see_them(rows)


def test_where_they_are_not_alike_it_is_said_in_words_what_is_counted_how() -> None:
    rows = pd.DataFrame([{"setting_ref": f"CM{i}", "setting_name": "", "provider_type_group": "childminder",
                          "district_code": WEST, "placed_by": "district", "easting": np.nan, "northing": np.nan,
                          "providers": 3.0, "places": 18.0,
                          "counted_as": way, "staff_needed": np.nan, "hours": hours}
                         for i, (way, hours) in enumerate([("places", "told"), ("places, Ofsted's estimate", "assumed")])])
    (row,) = as_people_see_them(rows).to_dict("records")
    assert (row["providers"], row["counted_as"]) == (6.0, "places of some as registered; of others, Ofsted's estimate")
    assert row["hours"] == "told by some, the usual hours of their kind for others"
    (alike,) = as_people_see_them(rows.assign(counted_as="places", hours="told")).to_dict("records")
    assert (alike["counted_as"], alike["hours"]) == ("places", "told")


def test_a_small_district_takes_the_next_smallest_with_it() -> None:
    table = listed({"D1": 2, "D2": 30, "D3": 7})
    assert dict(zip(table["district_code"], table["providers"], strict=True)) == {"": 9, "D2": 30}
    assert table["places"].sum() == 39 * 6
    assert len(listed({"D1": 5, "D2": 30})) == 2, "enough are told by district"
    several = listed({"D1": 3, "D2": 4, "D3": 20})
    assert dict(zip(several["district_code"], several["providers"], strict=True)) == {"": 7, "D3": 20}


def test_quality_tells_no_kind_of_home_by_itself_that_is_few() -> None:
    register = [*(provider(f"EY{i}", POSTCODES[2]) for i in range(9)), provider("EP1", provider_subtype="Sessional day care"),
                childminder("CM0", ofsted_overall="4")]
    evidence_of = known(ofsted_register=register)
    table, _ = quality(evidence_of, settings_of(evidence_of))
    kinds = table[table["area_code"] == AUTHORITY].groupby(["regime", "measure", "provider_type_group"])["providers"].sum()
    assert not {"childminder", "domestic"} & {*table["provider_type_group"]}
    assert kinds.xs(ALL, level=2).eq(10).all(), "all less the ten that are named would be the one"


def test_no_total_of_places_counts_those_at_home_who_are_few_in_all() -> None:
    """The list names every other setting with its places: what a total has beyond them would be theirs."""
    for homes, told in ((FEWEST_AT_HOME - 1, False), (FEWEST_AT_HOME, True)):
        evidence_of = known(ofsted_register=[*(provider(f"EY{i}", POSTCODES[2]) for i in range(9)),
                                             *(childminder(f"CM{i}") for i in range(homes))])
        table, notes = quality(evidence_of, settings_of(evidence_of))
        every = table[table["provider_type_group"].eq(ALL) & table["area_code"].eq(AUTHORITY)]
        assert every.groupby(["regime", "measure"])["providers"].sum().eq(9 + homes * told).all()
        assert any("work at home" in note.text for note in notes) != told


def test_quality_keeps_kinds_of_home_that_are_many() -> None:
    evidence_of = known(ofsted_register=[provider("EY1"), *(childminder(f"CM{i}") for i in range(FEWEST_AT_HOME))])
    table, _ = quality(evidence_of, settings_of(evidence_of))
    assert "childminder" in set(table["provider_type_group"]) and "day_nursery" in set(table["provider_type_group"])


def test_the_one_on_domestic_premises_is_told_with_childminders_in_every_sheet() -> None:
    """So neither the list, nor inspections, nor places in all less all others, tells the one home by itself."""
    register = [provider("EY1"), provider("EY2"), *(childminder(f"CM{i}") for i in range(9)),
                childminder("EY9", 38, ofsted_overall="1") | {"provider_type": "Childcare on domestic premises"}]
    (row,) = homes_of(ofsted_register=register).to_dict("records")
    assert (row["setting_name"], row["provider_type_group"]) == ("Childminders and others who work at home", "childminder")
    assert (row["providers"], row["places"]) == (10, 9 * 6 + 38)
    inspected, _ = quality(known(ofsted_register=register), settings_of(known(ofsted_register=register)))
    assert "domestic" not in set(inspected["provider_type_group"])
    minders = inspected[inspected["provider_type_group"].eq("childminder") & inspected["area_code"].eq(AUTHORITY)]
    old = minders[minders["measure"].eq("overall effectiveness")]
    assert dict(zip(old["outcome"], old["providers"], strict=True)) == {"few of each, told together": 10}, "1 outstanding, 9 good"
