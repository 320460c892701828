"""The real county, from the January 2023 census: every school placed, and the forecast held against what came.

The published counts are those of domain facts (scorecards, releases to June 2026): January 2024, 2025 and 2026.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sufficiency.childcare.settings_places import settings_of
from sufficiency.evidence import Evidence
from sufficiency.forecast.made_of import AUTHORITY, waterfall
from sufficiency.model import Outcome
from sufficiency.scap.checks.every import check_return
from sufficiency.scap.checks.known import known_of
from sufficiency.scap.making import return_of
from sufficiency.workspace.workspace import Loaded

pytestmark = [pytest.mark.real, pytest.mark.early]

PUBLISHED = {("primary", 2023): 66526, ("primary", 2024): 65772, ("primary", 2025): 64666,
             ("secondary", 2023): 47926, ("secondary", 2024): 47900, ("secondary", 2025): 47736}
PLAIN_THREE_YEARS = {"primary": 0.003, "secondary": 0.0303}     # cohort survival, 1-2-3 weights: -0.3 % and +3.0 %
COUNTY_THREE_YEARS = {"primary": 0.0501, "secondary": 0.0739}   # the county's own return


@pytest.fixture(scope="module")
def outcome(nottinghamshire_run: Outcome) -> Outcome:
    return nottinghamshire_run


@pytest.fixture(scope="module")
def evidence(nottinghamshire: Loaded) -> Evidence:
    return nottinghamshire.evidence


def test_every_state_mainstream_school_is_placed(outcome: Outcome) -> None:
    schools = outcome.tables["schools"]
    assert len(schools) == 329
    primary, secondary = schools["primary_planning_area_code"], schools["secondary_planning_area_code"]
    serves_primary, serves_secondary = schools["nc_year_low"] <= 6, schools["nc_year_high"] >= 7
    assert (primary[serves_primary] != "").all() and (secondary[serves_secondary] != "").all()
    assert "8911000" not in set(primary)
    assert schools["easting"].notna().all() and schools["northing"].notna().all()
    basis = schools.loc[serves_primary, "primary_area_basis"]
    assert basis.str.contains("neighbours").any() and basis.str.contains("2015|SCAP", regex=True).any()


def test_totals_are_no_worse_than_plain_cohort_survival(outcome: Outcome) -> None:
    accuracy = outcome.tables["accuracy"].set_index(["phase", "ay"])
    print(accuracy.to_string())
    assert set(accuracy.index) == set(PUBLISHED), "every January that the scorecards tell, each once"
    for (phase, ay), actual in PUBLISHED.items():
        row = accuracy.loc[(phase, ay)]
        assert row["actual"] == actual
        assert row["error"] == pytest.approx(row["forecast"] / actual - 1)
    for phase, plain in PLAIN_THREE_YEARS.items():
        assert abs(accuracy.loc[(phase, 2025), "error"]) <= plain + 0.0005
        assert accuracy.loc[(phase, 2025), "own_error_three_year"] == pytest.approx(COUNTY_THREE_YEARS[phase], abs=5e-5)


def test_the_parts_lead_from_the_roll_to_the_forecast(outcome: Outcome) -> None:
    """Every area and the county; a shrinking county loses by births and gains by families who move in."""
    told = waterfall(outcome.tables["made_of"], outcome.tables["pupils"])
    assert np.abs(told["parts_added_up"] - told["pupils"]).sum() < 1e-6
    county = told[(told["planning_area_code"] == AUTHORITY) & (told["phase"] == "primary")].set_index("ay").loc[2027]
    print(county.to_string())
    assert county["from_births"] < -5000 and county["from_survival"] > 1000 and abs(county["from_transfers"]) < 1e-6
    sixth = told[(told["planning_area_code"] == AUTHORITY) & (told["phase"] == "sixth_form")].set_index("ay").loc[2029]
    assert abs(sixth["from_reconciliation"]) < 0.03 * sixth["pupils"], "one census of schools, a growing Year 11: nothing to mend"


def test_areas_and_schools_add_up_to_the_authority(outcome: Outcome) -> None:
    pupils, schools = outcome.tables["pupils"], outcome.tables["school_pupils"]
    keys = ["ay", "phase", "planning_area_code", "nc_year"]
    by_school = schools.groupby(keys)["pupils"].sum().reindex(pupils.set_index(keys).index, fill_value=0.0)
    assert np.allclose(by_school, pupils.set_index(keys)["pupils"])
    base = pupils[(pupils["ay"] == 2022) & (pupils["phase"] == "primary")]["pupils"].sum()
    assert base == 66920, "January 2023, Reception to Year 6, as published"
    assert set(pupils.loc[pupils["phase"] == "primary", "ay"]) == set(range(2022, 2028))
    assert set(pupils.loc[pupils["phase"] == "secondary", "ay"]) == set(range(2022, 2030))


REGISTER = {"Childminder": 505, "Childcare on non-domestic premises": 360, "Home childcarer": 41,
            "Childcare on domestic premises": 1}
PLACES = 19_334
DISTRICTS = 7


def test_the_register_of_childcare_adds_up_by_type_and_everybody_has_a_place(outcome: Outcome, evidence: Evidence) -> None:
    """907 providers and 19,334 places of August 2021: all that are for young children stand in the run, by kind and district."""
    own = evidence.ofsted_register[evidence.ofsted_register["own"]]
    by_type = own.groupby("provider_type")["places"].agg(["size", "sum"])
    print(by_type.to_string())
    assert by_type["size"].to_dict() == REGISTER and own["places"].sum() == PLACES
    young = own[own["eyr"]]
    assert young["places"].sum() == PLACES, "who is on no Early Years Register has no places"
    every = settings_of(evidence).table
    by_kind = every[every["own"]].groupby("provider_type_group")[["providers", "places"]].sum()
    print(by_kind.to_string())
    registered = by_kind.drop(index="school_nursery")
    assert registered["places"].sum() == pytest.approx(young["places_estimated"].sum())
    assert registered["providers"].sum() == pytest.approx(len(young)) and "nursery_school" not in by_kind.index
    listed = outcome.tables["childcare_settings"]
    told = listed.groupby("provider_type_group")[["providers", "places"]].sum(min_count=1)
    few = by_kind["providers"] < 5
    assert few.sum() == 1 and not set(few.index[few]) & set(told.index), "the one on domestic premises is not told by itself"
    more = told["places"] - by_kind.loc[~few, "places"]
    assert more["childminder"] == pytest.approx(by_kind.loc[few, "places"].sum()), "it is told with those who work at home"
    assert more.drop(index="childminder").to_numpy() == pytest.approx(0.0)
    print(listed.pivot_table(index="district_code", columns="provider_type_group", values="places", aggfunc="sum").to_string())
    homes = listed["provider_type_group"].isin(["childminder", "domestic"])
    assert listed.loc[homes, ["easting", "northing"]].isna().all(axis=None) and (listed.loc[homes, "setting_ref"] == "").all()
    lost = [note.text for note in outcome.notes if "not placed by their postcode" in note.text]
    assert len(lost) == 1 and "by postcode sector" in lost[0], "what no postcode places is counted and placed by its district"
    assert (listed.loc[~homes, "district_code"] != "").all()


def test_childcare_stands_by_district_and_adds_up_to_the_county(outcome: Outcome) -> None:
    balance = outcome.tables["childcare_balance"]
    now = balance[(balance["ay"] == 2022) & balance["measure"].isin(["funded", "all"])]
    worst = now[(now["level"] == "district") & now["worst_term"]]
    print(worst.pivot_table(index="area_name", columns=["measure", "age_band"], values="ratio").round(2).to_string())
    sums = now.groupby(["level", "term", "age_band", "measure"])[["hours_wanted", "hours_on_offer"]].sum()
    county, districts, areas = (sums.loc[level] for level in ("authority", "district", "planning_area"))
    for parts in (districts, areas):
        assert np.allclose(parts["hours_wanted"], county["hours_wanted"])
    assert (districts["hours_on_offer"] / county["hours_on_offer"]).between(0.995, 1 + 1e-9).all(), "one setting stands outside"
    assert worst["area_code"].nunique() == DISTRICTS and worst["ratio"].between(0.3, 30).all()
    older = now[(now["level"] == "authority") & (now["age_band"] == "age_3_4") & (now["measure"] == "funded")].set_index("term")
    assert 1.5 < older.loc["summer", "hours_wanted"] / older.loc["autumn", "hours_wanted"] < 1.65, "19 twelfths against 12"
    assert older.loc["summer", "worst_term"] and not now[now["age_band"].eq("under_2")]["measure"].eq("funded").any()
    assert any("sized on autumn" in note.text for note in outcome.notes)


def test_children_under_five_are_as_many_as_were_counted(outcome: Outcome, evidence: Evidence) -> None:
    """Of January 2023: born September 2018 to December 2019, ten twelfths of those aged one in mid-2020 and half of the babies.

    As children grow more families come to the county than leave it.
    """
    people = evidence.population.groupby("age")["persons"].sum()
    living = 10 / 12 * people[1] + 6 / 12 * people[0]
    balance = outcome.tables["childcare_balance"]
    rows = balance[(balance["level"] == "authority") & (balance["ay"] == 2022) & (balance["term"] == "spring")
                   & (balance["measure"] == "all")].set_index("age_band")["children"]
    print(f"{rows['age_3_4']:,.0f} three- and four-year-olds, of whom {living:,.0f} lived in the county in mid-2020")
    assert 1.0 < rows["age_3_4"] / living < 1.08


def test_take_up_is_the_published_one_and_nothing_of_later_date(outcome: Outcome, evidence: Evidence) -> None:
    takeup = outcome.tables["childcare_takeup"]
    assert set(takeup["level"]) == {"ward", "district", "authority"}, "never by small area"
    whole = takeup[(takeup["level"] == "authority") & (takeup["term"] == "spring")].set_index(["age_band", "kind"])
    print(whole[["eligible", "children", "takeup", "basis"]].round(3).to_string())
    published = evidence.childcare_eligible.set_index(["ay", "kind", "age"]).loc[(2022, "early_learning", "2 years")]
    early = whole.loc[("age_2", "early_learning")]
    assert early["children"] == pytest.approx(published["registered"], rel=1e-6)
    assert early["takeup"] == pytest.approx(published["registered"] / published["eligible"])
    assert (whole.drop(index=("age_3_4", "working_parent"))["basis"] == "published").all()
    assert any("later than the base year and are not used" in note.text for note in outcome.notes)


def test_poorer_districts_have_more_who_are_eligible_for_early_learning(outcome: Outcome) -> None:
    takeup = outcome.tables["childcare_takeup"]
    balance = outcome.tables["childcare_balance"]
    mine = takeup[(takeup["level"] == "district") & (takeup["term"] == "spring") & (takeup["kind"] == "early_learning")]
    twos = balance[(balance["level"] == "district") & (balance["term"] == "spring") & (balance["age_band"] == "age_2")
                   & (balance["measure"] == "all") & (balance["ay"] == 2022)].set_index("area_code")["children"]
    share = pd.Series((mine["eligible"].to_numpy() / twos[mine["area_code"]].to_numpy()), index=mine["area_name"])
    print(share.round(3).to_string())
    assert share["Rushcliffe"] == share.min() < 0.5 * share["Mansfield"] and share.between(0.05, 0.45).all()


def test_access_is_told_everywhere_and_the_border_is_allowed_for(outcome: Outcome) -> None:
    access = outcome.tables["access"]
    assert access["lsoa_code"].nunique() == 505 and access["basis"].eq("straight line").all()
    assert access["index"].ge(0).all() and (access.loc[access["without_supply"], "index"] == 0).all()
    assert 0.3 < access["share_known"].min() < 0.99, "settings across the border lie in reach, and not all of it is known"
    reach = outcome.tables["access_by_area"]
    now = reach[(reach["level"] == "district") & (reach["ay"] == 2022) & (reach["measure"] == "all")
                & (reach["term"] == "summer")]
    print(now.pivot_table(index="area_name", columns="age_band", values="index").round(2).to_string())
    assert now["area_code"].nunique() == DISTRICTS and now["index"].between(0.4, 6).all()


def test_every_finding_is_complete_or_says_what_is_missing(outcome: Outcome) -> None:
    found = {finding.code: finding for finding in outcome.findings}
    assert list(found) == [f"B{n}" for n in range(1, 12)]
    for finding in found.values():
        print(f"{finding.code}: {finding.sentence} MISSING: {finding.missing}")
        assert finding.complete == (finding.missing == "")
    assert not found["B7"].complete, "hours that are an assumption are no answer"
    assert not found["B10"].complete and "31 August 2021" in found["B10"].missing, "grades of 2021 do not tell of today"


def test_the_return_says_what_the_county_lacks_and_which_schools_do_not_fit(outcome: Outcome) -> None:
    """Two schools that GIAS of April 2022 let close that August were in the census of January 2023, and are open and due."""
    returned = return_of(outcome.tables, "891", 2022)
    checked = check_return(returned, known_of(outcome.tables, "891", 2022))
    assert [one.component for one in returned.missing] == [
        "planned_changes", "mainstream_forecast", "specialist_capacity", "specialist_forecast", "school_capacity",
        "year_group_places"]
    assert not [str(one) for one in checked.errors]
    stayed = [note.text for note in outcome.notes if "had pupils in the census of January 2023" in note.text]
    assert len(stayed) == 1 and all(name in stayed[0] for name in ("Gamston", "Holy Family"))
    closing = outcome.tables["places"]["urn"].isin(["122801", "122820"])
    assert (outcome.tables["places"].loc[closing].groupby(["urn", "ay"])["yg_places"].sum() > 0).all()
    register = outcome.tables["return_register"].set_index("urn")
    assert register.loc[["122801", "122820"], "due"].all()
    assert set(checked.not_checked) == {"S02", "S06", "S07", "S08", "S09", "S10", "R08"}
    table = returned.tables["mainstream_forecast"]
    assert table.groupby("phase")["ay"].nunique().to_dict() == {"primary": 5, "secondary": 7}
    pupils = outcome.tables["pupils"]
    then = table[table["phase"].eq("primary") & table["ay"].eq(2025)]["pupil_forecast"].sum()
    assert abs(then - pupils[pupils["phase"].eq("primary") & pupils["ay"].eq(2025)]["pupils"].sum()) <= 0.5 * len(set(
        table.loc[table["phase"].eq("primary"), "planning_area_code"]))
