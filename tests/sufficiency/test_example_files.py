"""The files of the invented council: in the true layouts, agreeing with one another, the same for the same seed.

Headings are held against the real publications, so that the writer and the readers cannot be wrong together.
"""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from planning_areas.tables import EvidenceError
from sufficiency.example import cast
from sufficiency.example.answers import written
from sufficiency.example.births import COHORTS
from sufficiency.example.county import County, draw_county
from sufficiency.example.national_figures import population
from sufficiency.example.paper import headings
from sufficiency.example.publish import example_files, write_example
from sufficiency.example.stories import stories_of
from sufficiency.sources.local import columns_of
from sufficiency.sources.registry import READERS

REAL = {
    "gias": "gias/gias_sample_full_layout_99rows.csv",
    "gias_links": "gias/links_edubasealldata20250422_notts.csv",
    "school_census": "dfe-spc/spc_school_level_underlying_data_2022-23_notts_891_892.csv",
    "year_group_roll": "dfe-pupils-ncyear-la/pupil_numbers_by_la_ncyear_201112_202223_notts.csv",
    "scap_capacity": "dfe-scap/2015_capacity_and_forecast_underlying_data_UD1_notts_891_892.csv",
    "scap_sixth_form": "dfe-scap/sixth-form-capacity_school_201718-202324_notts_891_892.csv",
    "scorecards": "dfe-la-scorecards/scorecard_data_2025_2023__release2025_2023_notts_england.csv",
    "births": "ons-births/actual_and_predicted_births_lad_1992_2024_notts.csv",
    "population": "ons-population/lsoa11_population_syoa_mid2020_notts.csv",
    "lsoa_lookup": "ons-geo/lookup_lsoa11_lsoa21_ltla22_notts.csv",
    "ward_lookup": "ons-geo/lookup_lsoa21_ward24_ltla24_notts.csv",
}
"""Layout -> a real file of it."""

PUBLISHED = {
    "gias": "edubasealldata", "gias_links": "links_", "school_census": "spc_", "year_group_roll": "pupil_numbers",
    "scap_capacity": "capacity_and", "scap_sixth_form": "sixth-form", "scorecards": "scorecard", "births": "births_by",
    "population": "lsoa11_population", "lsoa_lookup": "lsoa11_lsoa21", "ward_lookup": "lsoa21_ward24",
}
"""Layout -> how the county's files of it begin."""


def frame(data: bytes) -> pd.DataFrame:
    """Read a file as text, every cell as it stands."""
    encoding = "utf-8" if _is_utf8(data) else "cp1252"
    return pd.read_csv(io.BytesIO(data), dtype="str", keep_default_na=False, encoding=encoding)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def named(files: dict[str, bytes], beginning: str) -> list[bytes]:
    """Give the publications whose names begin so."""
    return [data for name, data in files.items() if name.startswith(f"publications/{beginning}")]


@pytest.mark.real
@pytest.mark.parametrize("layout", REAL)
def test_headings_are_those_of_the_real_publication(layout: str, data: Path) -> None:
    raw = (data / REAL[layout]).read_bytes()
    text = raw.decode("utf-8-sig" if _is_utf8(raw) else "cp1252")
    assert headings(layout) == tuple(next(csv.reader(io.StringIO(text, newline=""))))


@pytest.mark.real
def test_small_areas_carry_the_properties_of_the_real_boundaries(files: dict[str, bytes], data: Path) -> None:
    real = json.loads((data / "ons-geo/lsoa_E10000024_nottinghamshire.geojson").read_text(encoding="utf-8"))
    ours = json.loads(files["publications/lsoa_2021_boundaries.geojson"])
    assert list(ours["features"][0]["properties"]) == list(real["features"][0]["properties"])
    assert ours["crs"] == real["crs"] and set(ours) == set(real)
    wards = json.loads((data / "ons-geo/ward_E10000024_nottinghamshire.geojson").read_text(encoding="utf-8"))
    invented = json.loads(files["publications/ward_boundaries.geojson"])
    assert list(invented["features"][0]["properties"]) == list(wards["features"][0]["properties"])


@pytest.mark.parametrize("layout", PUBLISHED)
def test_every_publication_has_its_layout(layout: str, files: dict[str, bytes]) -> None:
    found = named(files, PUBLISHED[layout])
    assert len(found) == (cast.PUBLISHED_CENSUS if layout == "school_census" else 1)
    for data in found:
        assert tuple(frame(data).columns) == headings(layout)
        assert b"\r\n" in data


def test_the_councils_lists_have_the_columns_of_the_templates(files: dict[str, bytes]) -> None:
    lists = {Path(name).stem: data for name, data in files.items() if name.startswith("council/")}
    assert {"yg_places", "pans", "planned_places", "transfers", "offers", "october_census", "attended_flows", "area_names",
            "housing_sites", "completions", "yields", "births", "planner_overrides", "gp_registrations", "settings_hours",
            "termly_headcount", "childminders", "clubs", "childcare_eligible", "childcare_takeup", "area_indicators",
            "births_by_month", "yield_curves", "schemes", "scheme_places", "scheme_order", "pots", "ring_fences",
            "relief_links", "specialist_capacity", "specialist_forecast", "sen2_counts", "supplied_projection",
            "return_comments"} == set(lists)
    for name, data in lists.items():
        reader = f"local_{name}" if name == "births" else name
        assert reader in READERS
        needs, may = columns_of(reader)
        have = set(frame(data).columns)
        assert set(needs) <= have <= {*needs, *may}


def test_the_same_seed_gives_the_same_bytes_and_another_another_county(files: dict[str, bytes]) -> None:
    again, other = example_files(draw_county(1)), example_files(draw_county(2))
    assert again == files
    assert list(other) == list(files)
    same = [name for name in files if other[name] == files[name]]
    anywhere = ("yields", "yield_curves", "scheme_places", "scheme_order", "ring_fences", "relief_links",
                "specialist_capacity")
    assert set(same) == {f"council/{name}.csv" for name in anywhere}, "only surveys, and lists of codes alone"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    written_files = write_example(tmp_path, 1)
    assert write_example(tmp_path, 1) == written_files, "the same county again costs nothing"
    (tmp_path / "council" / "pans.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"council/pans\.csv") as refused:
        write_example(tmp_path, 1)
    assert len(refused.value.problems) == 1
    assert (tmp_path / "council" / "pans.csv").read_text(encoding="utf-8") == "mine"


def test_the_files_are_of_moderate_size(files: dict[str, bytes]) -> None:
    assert sum(map(len, files.values())) < 5_000_000


def test_small_areas_tile_the_county(county: County, files: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "areas.geojson"
    path.write_bytes(files["publications/lsoa_2021_boundaries.geojson"])
    areas = gpd.read_file(path).to_crs("EPSG:27700")
    assert areas.geometry.is_valid.all()
    assert shapely.coverage_is_valid(areas.geometry.to_numpy())
    whole = shapely.union_all(areas.geometry.to_numpy())
    assert whole.geom_type == "Polygon" and len(whole.interiors) == 0
    assert 1_500e6 < whole.area < 2_500e6
    for d in range(len(county.land.towns)):
        mine = areas.loc[areas["LADCD_ACTIVE"] == county.land.district_codes[d], "geometry"].to_numpy()
        assert shapely.union_all(mine).geom_type == "Polygon", "a district hangs together"
    west, south, east, north = areas.to_crs("EPSG:27700").total_bounds
    assert west > 400_000 and east < 540_000 and south > 240_000 and north < 360_000, "inside England"


def test_codes_are_of_nobody(files: dict[str, bytes]) -> None:
    gias = frame(named(files, "edubasealldata")[0])
    assert set(gias["LA (code)"]) == {cast.LA_CODE, cast.CITY_CODE}
    assert gias["URN"].is_unique and gias["URN"].str.match(r"9[789]\d{4}$").all()
    assert gias["Postcode"].str.match(r"QX\d{1,2} \d[A-Z]{2}$").all()
    inside = gias["LA (code)"] == cast.LA_CODE
    assert gias.loc[inside, "LSOA (code)"].str.match(r"E0199\d{4}$").all()
    assert gias.loc[inside, "DistrictAdministrative (code)"].str.match(r"E0799\d{4}$").all()
    assert gias.loc[gias["CloseDate"] != "", "CloseDate"].str.match(r"\d\d-\d\d-\d{4}$").all()
    open_ = gias[inside & (gias["EstablishmentStatus (name)"] == "Open")]
    assert not (open_["LA (code)"] + open_["EstablishmentNumber"]).duplicated().any()
    assert not open_["EstablishmentName"].duplicated().any()


@pytest.mark.real
def test_no_real_school_has_one_of_these_names(files: dict[str, bytes], data: Path) -> None:
    ours = set(frame(named(files, "edubasealldata")[0])["EstablishmentName"].str.casefold())
    for path in (data / "gias").glob("*.csv"):
        real = frame(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        names = [c for c in real.columns if "name" in c.casefold() and ("school" in c.casefold() or "stablishment" in c)]
        for column in names:
            assert not ours & set(real[column].str.casefold())


def test_the_census_adds_up_to_the_authoritys_roll(files: dict[str, bytes]) -> None:
    roll = frame(named(files, "pupil_numbers")[0])
    roll = roll[roll["old_la_code"] == cast.LA_CODE].set_index(["time_period", "nc_year"])["headcount"].astype(int)
    assert len(roll.index.levels[0]) == cast.PUBLISHED_ROLL
    for data in named(files, "spc_"):
        census = frame(data)
        state = census[census["phase_type_grouping"].isin(["State-funded primary", "State-funded secondary"])
                       & (census["old_la_code"] == cast.LA_CODE)]
        for g in range(15):
            label = "Reception" if g == 0 else f"Year group {g}"
            parts = [f"{time} {sex} {label}" for time in ("Full time", "Part time") for sex in ("girls", "boys")]
            told = "reception" if g == 0 else f"year_group_{g}"
            assert state[parts].astype(int).to_numpy().sum() == roll[state["time_period"].iloc[0], told]
        apart = census[census["phase_type_grouping"] == "Independent school"]
        assert len(apart) and (apart["Full time girls Reception"] == "z").all()
        assert set(census["phase_type_grouping"]) >= {"State-funded special school", "State-funded nursery"}
        assert not census["urn"].duplicated().any()


def test_ages_and_year_groups_count_the_same_children(files: dict[str, bytes]) -> None:
    census = frame(named(files, "spc_")[-1])
    state = census[census["phase_type_grouping"] == "State-funded primary"]
    assert (state["full-time girls aged 4"] == state["Full time girls Reception"]).all()
    assert (state["full time boys aged 10"] == state["Full time boys Year group 6"]).all()
    total = state[[c for c in census.columns if "aged" in c]].astype(int).sum(axis=1)
    assert (total == state["headcount of pupils"].astype(int)).all()


def test_births_of_small_areas_add_up_to_those_of_districts(county: County, files: dict[str, bytes]) -> None:
    small, district = frame(files["council/births.csv"]), frame(named(files, "births_by")[0])
    place = dict(zip(county.land.codes, np.array(county.land.district_codes)[county.land.district], strict=True))
    small["district"] = small["area_code"].map(place)
    sums = small.assign(births=small["births"].astype(int)).groupby(["district", "cohort"])["births"].sum()
    cohorts = district[district["date"].str.endswith("-09-01") & district["gss_code"].str.startswith("E0799")]
    for row in cohorts.itertuples():
        year = int(row.date[:4]) - 1
        key = (row.gss_code, f"{year}/{(year + 1) % 100:02d}")
        if key in sums.index:
            assert sums[key] == int(row.annual_births)
    yearly = county.children.births.sum(axis=1)[2012 - COHORTS.start :]
    falls = [later / earlier - 1 for earlier, later in pairwise(yearly)]
    assert np.mean(falls) == pytest.approx(-0.02, abs=0.005), "births fall by about two per cent a year"


def test_residents_survive_the_change_of_small_areas(county: County, files: dict[str, bytes]) -> None:
    lookup = frame(named(files, "lsoa11_lsoa21")[0])
    assert lookup["change_code"].value_counts()[["S", "M"]].to_dict() == {"S": 12, "M": 10}
    assert set(lookup["lsoa21_code"]) == set(county.land.codes)
    old = frame(named(files, "lsoa11_population")[0])
    assert set(old["lsoa11_code"]) == set(lookup["lsoa11_code"])
    now = frame(population(county.land, county.children, 2020, county.seed, vintage=2021))
    ages = [c for c in headings("population")[3:]]
    assert (old[ages].astype(int).sum() == now[ages].astype(int).sum()).all()


def test_offers_and_october_count_agree(files: dict[str, bytes]) -> None:
    offers, october = frame(files["council/offers.csv"]), frame(files["council/october_census.csv"])
    both = offers.merge(october, on=["urn", "ay", "nc_year"])
    assert len(both) > 100 and (both["offers"] == both["pupils"]).all()
    assert october["urn"].nunique() < offers["urn"].nunique(), "some schools have not sent theirs in"


def test_transfers_count_every_child_once(county: County, files: dict[str, bytes]) -> None:
    flows = frame(files["council/transfers.csv"])
    flows = flows[(flows["nc_year"] == "Y7")].assign(pupils=lambda t: t["pupils"].astype(int))
    roll = frame(named(files, "pupil_numbers")[0])
    roll = roll[roll["old_la_code"] == cast.LA_CODE].set_index(["time_period", "nc_year"])["headcount"].astype(int)
    for ay, rows in flows.groupby("ay"):
        year = int(ay[:4])
        came = rows.loc[rows["destination"] != "outside", "pupils"].sum()
        assert came == roll[f"{year}{(year + 1) % 100:02d}", "year_group_7"]
        left = rows.loc[rows["origin"] != "outside", "pupils"].sum()
        assert left == pytest.approx(roll[f"{year - 1}{year % 100:02d}", "year_group_6"], abs=3 * len(county.land.area_names))


@pytest.mark.parametrize("seed", range(1, 7))
def test_every_seed_tells_the_same_stories(seed: int) -> None:
    stories = {story.key: story for story in stories_of(draw_county(seed))}
    assert list(stories) == ["short_reception", "hidden_need", "garden_village", "more_homes", "falling_rolls", "bulge", "mobile",
                             "sixth_form", "infant_and_junior", "across_the_border", "forecast_too_high", "seen_through",
                             "babies_short", "nursery_closes", "childminders_only", "silent_setting", "care_across_the_border",
                             "money_nearly_suffices", "three_deeds", "falling_answers", "worst_first"]
    assert stories["short_reception"].figure("short") == 18
    assert stories["short_reception"].figure("town_surplus") == pytest.approx(0.12, abs=0.001)
    assert stories["hidden_need"].figure("hidden") > 15 and stories["hidden_need"].figure("rise") > 0.15
    assert stories["garden_village"].figure("trigger_year") > stories["garden_village"].figure("deed_year")
    assert 0 < stories["more_homes"].figure("net") < 0.5 * stories["more_homes"].figure("gross")
    assert stories["falling_rolls"].figure("academy_unfilled") > 60 and stories["falling_rolls"].figure("rural_unfilled") > 30
    assert stories["bulge"].figure("short") == 24 and stories["bulge"].figure("primary_spare") > 0
    assert stories["forecast_too_high"].figure("offers") < 0.85 * stories["forecast_too_high"].figure("by_births")
    assert stories["across_the_border"].figure("came") > 50 and stories["across_the_border"].figure("went") > 0.08
    babies = stories["babies_short"]
    assert babies.figure("offer_autumn") > babies.figure("wanted_autumn") and babies.figure("vacant") > 1_000
    assert babies.figure("offer_summer") < 0.9 * babies.figure("wanted_summer")
    assert stories["nursery_closes"].figure("before") > 1_000 and stories["childminders_only"].figure("childminders") > 1
    assert stories["silent_setting"].figure("places") > 20
    assert stories["money_nearly_suffices"].figure("care") < stories["money_nearly_suffices"].figure("care_asked")
    assert stories["money_nearly_suffices"].figure("asked") > 2 * stories["money_nearly_suffices"].figure("grant")
    assert stories["care_across_the_border"].figure("across_places") > 5 * stories["care_across_the_border"].figure("own_places")


def test_the_sheet_prints_every_figure(county: County, files: dict[str, bytes]) -> None:
    sheet = files["answers.md"].decode("utf-8")
    for story in stories_of(county):
        assert story.title in sheet and story.told in sheet
        assert all(code in sheet for code in story.where.values())
        assert all(f"| {figure.what} | {written(figure)} |" in sheet for figure in story.figures)
