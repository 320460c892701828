"""The invented council's files on childcare: in the true layouts, of nobody real, and agreeing with one another."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sufficiency.childcare.headcount_checks import above_entitlement
from sufficiency.childcare.provider_tables import CARD_AREAS
from sufficiency.example import cast
from sufficiency.example.childcare_desk import use_of_room
from sufficiency.example.childcare_files import NOTES
from sufficiency.example.childcare_settings import AGES, CLUB
from sufficiency.example.county import County
from sufficiency.example.names import COUNTY
from sufficiency.example.paper import headings
from sufficiency.sources.reading import Ask
from sufficiency.sources.registry import READERS

REAL = "ofsted/childcare_providers_and_inspections_MI_2021-08-31_notts.csv"
REGISTER, POSTCODES = "publications/childcare_providers_and_inspections_2026-08-31.csv", "publications/codepoint_qy_qz.csv"


def council(files: dict[str, bytes], name: str) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(files[f"council/{name}.csv"]), dtype="str", keep_default_na=False)


def read(files: dict[str, bytes], name: str, reader: str, folder: Path) -> tuple[pd.DataFrame, str]:
    """Read a publication with the reader that real files go through; the table, and its notes."""
    path = folder / Path(name).name
    path.write_bytes(files[name])
    (reading,) = READERS[reader].read(path, Ask(la_name=COUNTY))
    return reading.table, "\n".join(note.text for note in reading.notes)


@pytest.mark.real
def test_the_register_has_the_real_columns_and_those_of_report_cards(data: Path) -> None:
    real = next(csv.reader(io.StringIO((data / REAL).read_text(encoding="utf-8"), newline="")))
    ours = headings("ofsted_register")
    assert ours[: len(real)] == tuple(real)
    assert all(heading.startswith("EYR REIF: Most recent: ") for heading in ours[len(real):])


def test_the_register_has_lines_of_notes_and_says_nothing_of_homes(files: dict[str, bytes]) -> None:
    rows = list(csv.reader(io.StringIO(files[REGISTER].decode("cp1252"), newline="")))
    assert [row[0] for row in rows[: len(NOTES)]] == list(NOTES) and tuple(rows[len(NOTES)]) == headings("ofsted_register")
    table = pd.DataFrame(rows[len(NOTES) + 1:], columns=rows[len(NOTES)])
    homes = table[table["Provider type"].isin(["Childminder", "Home childcarer"])]
    assert len(homes) > 300
    assert (homes[["Provider name", "Provider address line 1", "Postcode", "Telephone Number"]] == "REDACTED").all(axis=None)
    others = table[~table.index.isin(homes.index)]
    assert others["Provider name"].is_unique and others["Postcode"].str.match(r"Q[YZ]\d{1,2} \d[A-Z]{2}$").all()
    assert (table.loc[table["Provider type"] == "Home childcarer", "Places"] == "0").all()


def test_the_register_is_read_with_both_regimes_apart(files: dict[str, bytes], tmp_path: Path) -> None:
    table, told = read(files, REGISTER, "ofsted_register", tmp_path)
    assert table["own"].sum() == len(table) - 4 and "4 providers of other authorities (Corvelstow)" in told
    card, graded = table["card_inspected_on"].ne(""), table["ofsted_overall"].ne("")
    assert 0.15 < card.mean() < 0.35 and graded.mean() > 0.6 and table["ofsted_no_children"].eq("met").any()
    assert table.loc[card, CARD_AREAS].ne("").all(axis=None) and table.loc[~card, CARD_AREAS].eq("").all(axis=None)
    assert (table.loc[card, "card_inspected_on"] > "2025-11-10").all(), "report cards began then"
    assert (table.loc[graded, "ofsted_inspected_on"] < "2025-11-10").all()


def test_every_setting_has_a_postcode_that_lies_where_it_stands(county: County, files: dict[str, bytes], tmp_path: Path) -> None:
    places, _ = read(files, POSTCODES, "code_point", tmp_path)
    at = places.set_index("postcode")
    settings = county.childcare.settings
    assert settings["postcode"].is_unique and settings["postcode"].isin(at.index).all()
    assert (at.loc[settings["postcode"], "easting"].to_numpy() == settings["easting"].to_numpy()).all()
    own = settings[settings["own"]]
    wards = np.array(county.childcare.ward_codes)[own["ward"].to_numpy(dtype="int64")]
    assert (at.loc[own["postcode"], "ward_code"].to_numpy() == wards).all()
    assert set(at["ward_code"]) == {*county.childcare.ward_codes, ""}


def test_twenty_settings_send_their_headcount_and_its_hours_are_those_of_their_rooms(county: County,
                                                                                    files: dict[str, bytes]) -> None:
    count = council(files, "termly_headcount").astype({"hours_week": "float64"})
    assert count["setting_ref"].nunique() == cast.HEADCOUNTS == 20
    assert set(count["term"]) == {"autumn", "spring", "summer"} and set(count["ay"]) == {"2025/26"}
    assert {"vacant", "paid", "universal", "working_parent", "early_learning"} == set(count["entitlement"])
    assert {"stretched", "term_time"} == set(count["pattern"])
    for setting in county.childcare.headcounted().itertuples():
        mine = count[count["setting_ref"] == setting.ref].groupby(["term", "age_band"])["hours_week"].sum()
        rooms = {(term, age): sum(use_of_room(setting, age, term).values()) for term in ("autumn", "spring", "summer")
                 for age in AGES}
        assert mine.to_dict() == {key: hours for key, hours in rooms.items() if hours}
    told = count.assign(children=pd.to_numeric(count["children"]), ay=cast.BASE)
    weeks = {ref: 51.0 for ref in told.loc[told["pattern"] == "stretched", "setting_ref"]}
    assert not above_entitlement(told, weeks), "no child has more than its entitlement, stretched or not"
    area = county.childcare.headcounted()["area"]
    assert {cast.BABIES_AREA, cast.CLOSING_AREA} < set(area)


def test_the_survey_has_every_setting_but_the_silent_one(county: County, files: dict[str, bytes]) -> None:
    survey = council(files, "settings_hours")
    settings = county.childcare.settings
    group = settings[settings["kind"] != CLUB]
    nurseries = county.schools.table.loc[county.schools.table["nursery"], "urn"]
    silent = set(group.loc[group["part"] == "silent", "ref"])
    assert set(group["ref"]) - set(survey["setting_ref"]) == silent and len(silent) == 1
    assert set(nurseries) < set(survey["setting_ref"]) and survey["hours_week"].ne("").all()
    assert set(survey.loc[survey["closes_on"] != "", "setting_ref"]) == set(group.loc[group["part"] == "closing", "ref"])
    assert set(council(files, "clubs")["club_ref"]) == set(settings.loc[settings["kind"] == CLUB, "ref"])


def test_families_add_up(county: County, files: dict[str, bytes]) -> None:
    eligible = council(files, "childcare_eligible").astype({"eligible": "float64", "registered": "float64"})
    assert (eligible["registered"] <= eligible["eligible"]).all() and (eligible["eligible"] % 10 == 0).all()
    births = council(files, "births_by_month").astype("int64")
    cohort = births["year"].where(births["month"] >= 9, births["year"] - 1)
    by_cohort = births.groupby(cohort)["births"].agg(["size", "sum"])
    whole = by_cohort[by_cohort["size"] == 12]
    known = pd.Series(county.children.births.sum(axis=1), index=range(cast.FIRST_COHORT, cast.LAST_COHORT + 1))
    assert (whole["sum"] - known[whole.index]).abs().max() <= 6, "twelve months, each rounded"
    indicators = council(files, "area_indicators")
    assert set(indicators["lsoa_code"]) == set(county.land.codes)
    assert set(indicators["imd_decile"]) == {str(n) for n in range(1, 11)}


def test_nobody_but_childminders_offers_anything_in_their_ward(county: County, files: dict[str, bytes]) -> None:
    ward = county.childcare.minded_ward
    small = np.flatnonzero(county.childcare.ward == ward)
    settings, schools = county.childcare.settings, county.schools.table
    assert not settings["ward"].eq(ward).any()
    assert not schools.loc[schools["nursery"], "small_area"].isin(small).any()
    minders = council(files, "childminders").set_index("area_code").loc[county.childcare.ward_codes[ward]]
    assert int(minders["childminders"]) > 1
