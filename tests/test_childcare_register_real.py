"""The real register of Nottinghamshire, August 2021: its totals, everybody in their place, and nobody at home on a point."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sufficiency.areas.small_areas import residents
from sufficiency.childcare.over_small_areas import spread
from sufficiency.childcare.quality import good_or_better, quality
from sufficiency.childcare.setting_list import Settings
from sufficiency.childcare.setting_offers import SupplyChoices
from sufficiency.childcare.settings_places import settings_of
from sufficiency.childcare.supply import hours_on_offer
from sufficiency.evidence import Evidence
from sufficiency.sources.reading import Ask
from sufficiency.sources.registry import READERS
from sufficiency.workspace.workspace import Loaded

pytestmark = pytest.mark.real

REGISTER = "ofsted/childcare_providers_and_inspections_MI_2021-08-31_notts.csv"
POSTCODES = "os-codepoint/codepoint_open_2014-08_notts.csv.gz"
PROVIDERS, PLACES = 907, 19_334


@pytest.fixture(scope="module")
def county(data: Path, nottinghamshire: Loaded) -> Evidence:
    known = nottinghamshire.evidence
    (register,) = READERS["ofsted_register"].read(data / REGISTER, Ask(la_name="Nottinghamshire County Council"))
    (postcodes,) = READERS["code_point"].read(data / POSTCODES, Ask())
    return replace(known, tables={**known.tables, "ofsted_register": register.table, "postcodes": postcodes.table})


@pytest.fixture(scope="module")
def settings(county: Evidence) -> Settings:
    return settings_of(county)


def test_providers_and_places_by_type_are_those_of_the_file(county: Evidence, data: Path) -> None:
    own = county.ofsted_register[county.ofsted_register["own"]]
    by = own.groupby(["provider_type", "provider_subtype"])["places"].agg(["size", "sum"])
    print(by.to_string())
    count: Counter[tuple[str, str]] = Counter()
    places: dict[tuple[str, str], float] = defaultdict(float)
    with (data / REGISTER).open(encoding="utf-8", newline="") as file:          # by hand, without the reader
        for row in csv.DictReader(file):
            if row["Local authority"] == "Nottinghamshire":
                key = row["Provider type"], row["Provider subtype"]
                count[key] += 1
                places[key] += float(row["Places"])
    assert by["size"].to_dict() == dict(count) and by["sum"].to_dict() == dict(places)
    assert len(own) == PROVIDERS and own["places"].sum() == PLACES
    assert own.loc[~own["eyr"], "places"].sum() == 0, "places are those of the Early Years Register"


def test_everybody_is_placed_and_no_home_on_a_point(county: Evidence, settings: Settings) -> None:
    table = settings.table
    print("\n".join(f"{n.text} | {n.loses}" for n in settings.notes))
    own = table[table["own"]]
    by = own.groupby(["provider_type_group", "placed_by"])["providers"].sum()
    print(by.to_string())
    registered = own[~own["provider_type_group"].isin(["school_nursery", "nursery_school"])]
    estimated = county.ofsted_register.loc[county.ofsted_register["own"], "places_estimated"].sum()
    assert registered["places"].sum() == pytest.approx(estimated) == pytest.approx(19_473.05)
    homes = own["provider_type_group"].isin(["childminder", "domestic"])
    assert own.loc[homes, "providers"].sum() == pytest.approx(491) and own.loc[homes, "places"].sum() == pytest.approx(3_337)
    assert own.loc[homes, ["easting", "northing"]].isna().all(axis=None) and own.loc[homes, "lsoa_code"].eq("").all()
    group = own[~homes & ~own["provider_type_group"].eq("school_nursery")]
    placed = group["placed_by"].value_counts().to_dict()
    assert placed == {"postcode": 329, "postcode sector": 1}, "one postcode is newer than 2014"
    assert (own["district_code"] != "").all()
    schools = own[own["provider_type_group"].eq("school_nursery")]
    assert len(schools) == 189 and schools["easting"].notna().all()


def test_nothing_is_guessed_unless_allowed_and_then_it_is_spread_whole(county: Evidence, settings: Settings) -> None:
    silent = hours_on_offer(county, settings, [2022])
    assert silent.hours.empty and len(silent.asked) == 528, "nobody has told this county's hours to us"
    guess = hours_on_offer(county, settings, [2022], SupplyChoices(assume_hours=True))
    hours = guess.hours[guess.hours["own"]]
    assert set(hours["basis"]) == {"assumption"} and guess.asked.empty
    print(hours[hours["term"].eq("summer")].groupby(["age_band", "pattern"])[["places", "hours_week"]].sum().round().to_string())
    codes = tuple(county.lsoas["lsoa_code"])
    living = residents(county, codes)
    assert living is not None, "the county's population is there"
    people = living[1]
    areas = county.lsoas[["lsoa_code", "district_code"]].assign(under_five=people[:, :5].sum(axis=1))
    out = spread(hours, ["places", "hours_week", "funded_hours_week"], areas, settings.wards)
    assert out["hours_week"].sum() == pytest.approx(hours["hours_week"].sum())
    assert set(out.loc[out["lsoa_code"].eq(""), "district_code"]) <= {"E06000018"}, "a playgroup across the border"
    minders = out[out["provider_type_group"].eq("childminder")]
    assert minders["lsoa_code"].nunique() == np.count_nonzero(areas["under_five"])


def test_quality_by_district_in_the_grades_of_old(county: Evidence, settings: Settings) -> None:
    table, notes = quality(county, settings)
    share = good_or_better(table).set_index(["area_code", "provider_type_group"])["good_or_better"]
    print(share.round(3).to_string(), *(n.text for n in notes), sep="\n")
    assert 0.9 < share[("E10000024", "all")] < 1
    whole = table[(table["area_code"] == "E10000024") & (table["provider_type_group"] == "all")]
    assert whole.groupby("measure")["providers"].sum().unique().tolist() == [821], "on the Early Years Register and active"
