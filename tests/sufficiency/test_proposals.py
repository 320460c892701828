"""Proposed schemes: where a small council is short, for how long, and which of its schools could answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from short_council import BASE, LASTING, TWO, School, run_tables

from sufficiency.assumptions import Assumptions
from sufficiency.capital.capital_tables import CAPITAL_TABLES
from sufficiency.capital.proposal_rows import Known, known_of_run, shortfalls
from sufficiency.capital.proposals import Proposals, propose


def council(schools: Sequence[School], lacking: Mapping[int, float], **more: Any) -> Known:
    """What a run of such a council knows."""
    return known_of_run(run_tables(schools, lacking, **more), BASE, Assumptions())


def kinds(made: Proposals) -> dict[str, set[str]]:
    return made.told.groupby("kind")["scheme_id"].agg(set).to_dict()


def test_a_lasting_shortfall_is_answered_by_half_and_whole_forms_and_a_bulge_before_they_open() -> None:
    known = council(TWO, LASTING)
    (short,) = shortfalls(known)
    assert short.lasts and short.level == pytest.approx(24.0) and short.years.index.tolist() == [2027, 2028, 2029, 2030]
    made = propose(known)
    assert kinds(made) == {
        "bulge": {"proposal-100001-bulge", "proposal-100002-bulge"},
        "expansion": {f"proposal-10000{i}-{size}" for i in (1, 2) for size in ("half", "form")},
    }
    rows = made.tables["schemes"].set_index("scheme_id")
    half = rows.loc["proposal-100001-half"]
    assert (half["places"], half["nc_year_from"], half["nc_year_to"], half["standing"]) == (15, 0, 6, "proposal")
    assert half["exclusive_group"] == rows.loc["proposal-100001-form", "exclusive_group"] != ""
    assert "Brookside is short of 20 to 26 Reception places from 2027/28 to 2030/31" in half["note"]
    assert "Site not known: ask" in half["note"] and "not yet looked at" in half["note"]
    assert set(rows["quality"]) == {"needs_judgement"} and set(rows["thousand_pounds"]) == {""}


def test_nothing_starts_in_years_that_are_past_and_what_opens_after_the_forecast_is_told() -> None:
    """A run of the census of January 2026 that has read files of the financial year 2029/30."""
    tables = run_tables(TWO, LASTING)
    today, later = (propose(known_of_run(tables, BASE, Assumptions(), year)) for year in (0, 2029))
    assert set(today.tables["schemes"]["earliest_start"]) == {"2026/27"} and not today.notes
    assert set(later.tables["schemes"]["earliest_start"]) == {"2029/30"}
    forms = int(later.told["kind"].eq("expansion").sum())
    assert any(note.startswith(f"{forms} of them could not open within the years that are forecast") for note in later.notes)


def test_who_is_not_the_councils_to_decide_for_stands_as_asked() -> None:
    rows = propose(council(TWO, LASTING)).tables["schemes"].set_index("scheme_id")
    assert rows.loc["proposal-100001-half", ["decides", "consent", "route"]].tolist() == [
        "authority", "not_needed", "prescribed_alteration"]  # fmt: skip
    assert rows.loc["proposal-100002-half", ["decides", "consent", "route"]].tolist() == [
        "academy_trust", "asked", "significant_change"]  # fmt: skip
    assert "for the academy trust to agree, which has not been asked" in rows.loc["proposal-100002-half", "note"]


def test_what_passes_again_is_answered_by_a_class_and_by_no_form() -> None:
    made = propose(council(TWO, {2028: 18.0}))
    assert set(kinds(made)) == {"bulge"}
    assert made.told["places"].tolist() == [30.0, 30.0], "one class that moves up"


def test_a_shortfall_too_small_for_capital_is_left_alone() -> None:
    made = propose(council(TWO, {2028: 7.0}))
    assert made.told.empty and made.notes == ()


def test_a_school_with_empty_places_does_not_grow_and_the_reason_is_told() -> None:
    roomy = ("100001", "Community school", 60.0, [40.0] * 6)
    made = propose(council((roomy, TWO[1]), LASTING))
    assert set(made.tables["schemes"]["site_id"]) == {"100002"}
    nobody = propose(council((roomy,), LASTING))
    assert nobody.told.empty and nobody.notes == (
        "Brookside is short of 20 to 26 Reception places from 2027/28 to 2030/31, and no school there is proposed for growing: "
        "School 1 has 20 places empty at entry then itself",
    )


def test_ground_that_is_known_says_how_far_a_school_can_grow() -> None:
    """Two forms and a half need 1.1 + 0.9 x 1.5 = 2.45 ha, three forms 2.9 ha."""
    def at(hectares: float) -> set[str]:
        ground = pd.DataFrame({"urn": ["100001"], "hectares": [hectares], "reference": ["estate records"]})
        rows = propose(council(TWO[:1], LASTING, site_areas=ground)).tables["schemes"]
        assert not rows["note"].str.contains("Site not known").any()
        return set(rows.loc[rows["kind"].eq("expansion"), "scheme_id"])

    assert at(2.9) == {"proposal-100001-half", "proposal-100001-form"}
    assert at(2.5) == {"proposal-100001-half"}
    assert at(2.0) == set()


def test_rooms_in_the_capacity_that_no_year_group_has_are_opened_again() -> None:
    made = propose(council(TWO[:1], LASTING, capacity={"100001": 420.0 + 65.0}))
    row = made.tables["schemes"].set_index("scheme_id").loc["proposal-100001-reopened"]
    assert (row["fills"], row["places"], row["thousand_pounds"]) == ("one_cohort", 30, 75.0), "two rooms, not seven half classes"
    whole = propose(council(TWO[:1], LASTING, capacity={"100001": 420.0 + 105.0})).tables["schemes"].set_index("scheme_id")
    assert whole.loc["proposal-100001-reopened", ["fills", "places"]].tolist() == ["upwards", 15]


def audit(peak: float, counted_in: str = "in the forecast, whole") -> pd.DataFrame:
    site = {"site_ref": "S1", "site_name": "Mill Fields", "counted_in": counted_in, "areas_touched": "P1 100%"}
    return pd.DataFrame([{**site, "primary_peak": peak, "secondary_peak": float("nan")}])


def test_a_new_school_is_proposed_where_its_sites_come_near_the_smallest() -> None:
    """Two forms are 420 places; three quarters of them are 315 children."""
    made = propose(council(TWO, {}, site_audit=audit(320.0)))
    (row,) = made.tables["schemes"].to_dict("records")
    assert (row["site_id"], row["places"], row["planning_area_code"]) == ("NEW-P1-primary", 60, "P1")
    assert "New homes bring 320 primary children at their peak (Mill Fields)" in row["note"]
    assert propose(council(TWO, {}, site_audit=audit(310.0))).told.empty
    assert propose(council(TWO, {}, site_audit=audit(900.0, "nowhere"))).told.empty, "homes of no core forecast call for nothing"


def care(**lacking: float) -> pd.DataFrame:
    """Hours short in 2026/27; a place gives so many hours a week."""
    from sufficiency.capital.nursery_need import hours_of_a_place

    rows = [("planning_area", "P1", 2026, "summer", band, "all", many * hours_of_a_place(Assumptions()))
            for band, many in lacking.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["level", "area_code", "ay", "term", "age_band", "measure", "hours_short"])


def test_nursery_rooms_stand_in_a_spare_room_first_and_a_nursery_where_more_is_short() -> None:
    spare = pd.DataFrame({"urn": ["100001"], "remedy": ["convert_to_nursery"]})
    one = propose(council(TWO, {}, childcare_balance=care(age_3_4=28.0), surplus_remedies=spare))
    (row,) = one.tables["schemes"].to_dict("records")
    assert (row["site_id"], row["age_band"], row["places"], row["thousand_pounds"]) == ("100001", "age_3_4", 26, 150)
    assert "scheme_places" not in one.tables
    two = propose(council(TWO, {}, childcare_balance=care(age_3_4=60.0, under_2=14.0), surplus_remedies=spare))
    nursery = two.tables["scheme_places"].set_index("age_band")["places"].to_dict()
    assert nursery == {"age_3_4": 52, "under_2": 12} and "proposal-new-P1-nursery" in set(two.tables["schemes"]["scheme_id"])


def test_what_the_council_lists_already_is_not_proposed_again() -> None:
    listed = pd.DataFrame({"site_id": ["100001"], "kind": ["expansion"]})
    made = propose(council(TWO, LASTING, capital_schemes=listed))
    assert "proposal-100001-half" not in set(made.told["scheme_id"]) and "proposal-100001-bulge" in set(made.told["scheme_id"])
    assert made.notes == ("2 that the council's list has already are not proposed again",)


def test_costs_are_the_rulebooks_with_the_councils_own_settings() -> None:
    """105 places at 21,014 pounds of early 2026, with 20 % allowances, at the prices of their building."""
    known = council(TWO, LASTING)
    told = propose(known).told.set_index("scheme_id")["thousand_pounds"]
    middle_of_building, base = 2029 + 2 / 12, 2026.125  # thirty months from April 2026, so open in September 2029
    paid = 105 * 21.014 * 1.2 * 1.027 ** (middle_of_building - base)
    assert told["proposal-100001-half"] == pytest.approx(paid, rel=1e-3)
    dear = propose(replace(known, assumptions=Assumptions(location_factor=1.1))).told.set_index("scheme_id")["thousand_pounds"]
    assert dear["proposal-100001-half"] == pytest.approx(1.1 * told["proposal-100001-half"], abs=0.2)


def test_the_tables_have_the_planners_own_columns() -> None:
    made = propose(council(TWO, LASTING))
    for name, table in made.tables.items():
        assert list(table) == list(CAPITAL_TABLES[name].to_schema().columns)
