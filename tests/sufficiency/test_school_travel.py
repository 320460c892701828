"""School travel in the small town: along roads with a bar, in straight lines where there are none, and by age."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString
from town import SMALL_AREAS, evidence

from planning_areas.walking import NO_WAY, WITHIN
from sufficiency.childcare.living_points import living_points
from sufficiency.estate.schools import mainstream
from sufficiency.example.county import County
from sufficiency.travel.nearest_schools import NEAREST_SCHOOLS, ages_said, nearest_schools, nearest_schools_of
from sufficiency.travel.school_travel import COLUMNS, SchoolTravel, school_travel
from sufficiency.workspace.workspace import Loaded

TODAY = dt.date(2026, 9, 1)
HOMES = [{"lsoa_code": code, "easting": 451_000.0 + 2000 * i, "northing": 351_000.0, "part": 1.0}
         for i, code in enumerate(SMALL_AREAS)]
SCHOOLS = pd.DataFrame({"urn": ["100001", "100005"], "easting": [451_000.0, 451_000.0], "northing": [351_000.0, 351_000.0],
                        "nc_year_low": [0, 7], "nc_year_high": [6, 11], "school_name": ["Ash Primary", "Oak School"]})


def link(name: str, start: int, end: int, bend: float = 0.0) -> dict[str, Any]:
    line = LineString([(451_000 + start, 351_000), (451_000 + (start + end) / 2, 351_000 + bend), (451_000 + end, 351_000)])
    return {"link_id": name, "start_node": str(start), "end_node": str(end), "metres": line.length, "road_class": "",
            "road_function": "", "form_of_way": "", "road_name": "", "geometry": line}


ROADS = gpd.GeoDataFrame([link("one", 0, 2000), link("two", 2000, 4000), link("three", 4000, 6000),
                          link("detour", 2000, 4000, 1500)], crs="EPSG:27700")
UNSAFE = {"reason": "no footway", "author": "RSO", "made_on": "2026-01-01"}


def judged(*barred: str, **tables: Any) -> SchoolTravel:
    unsafe = [{"link_id": name, **UNSAFE} for name in barred]
    known = evidence({"area_points": HOMES, "road_links": ROADS, "barred_links": unsafe, **tables})
    return school_travel(known, SCHOOLS, SMALL_AREAS, TODAY)


def told(found: SchoolTravel, nc_year: int, age: int, *, poor: bool = False) -> list[tuple[float, bool]]:
    rows = found.journeys[(found.journeys["nc_year"] == nc_year) & (found.journeys["age"] == age) & (found.journeys["rank"] == 1)]
    rows = rows[rows["low_income"] == poor].set_index("lsoa_code").loc[SMALL_AREAS]
    return [(round(metres), free) for metres, free in zip(rows["walk_metres"], rows["free"], strict=True)]


def test_by_age_along_the_road() -> None:
    """The third small area is 4,000 m away: over 2 miles, not over 3; the fourth, at 6,000 m, over both."""
    found = judged()
    assert list(found.journeys.columns) == COLUMNS and found.journeys["basis"].eq("walking").all()
    assert told(found, 3, 7) == [(0, False), (2000, False), (4000, True), (6000, True)]
    assert told(found, 3, 8) == [(0, False), (2000, False), (4000, False), (6000, True)]
    assert told(found, 3, 8, poor=True)[2] == (4000, True)
    assert told(found, 7, 11)[2:] == [(4000, False), (6000, True)] and told(found, 7, 11, poor=True)[2] == (4000, True)


def test_an_unsafe_road_lengthens_the_way_or_leaves_none() -> None:
    """The detour of 2 x sqrt(1000^2 + 1500^2) m takes the third area over three miles; without it there is no way."""
    longer = 2000 + 2 * math.hypot(1000, 1500)
    assert told(judged("two"), 4, 8)[2] == (round(longer), True)
    cut = judged("two", "detour").journeys
    third = cut[(cut["lsoa_code"] == SMALL_AREAS[2]) & (cut["rank"] == 1)]
    assert third["why"].eq(NO_WAY).all() and third["free"].all() and third["road_metres"].round().eq(4000).all()
    assert "no road is called unsafe" in " ".join(n.text for n in judged().notes)
    assert "no road is called unsafe" not in " ".join(n.text for n in judged("two").notes)


def test_without_roads_the_straight_line_stands_in_and_says_so() -> None:
    found = judged(road_links=[])
    assert found.journeys["basis"].eq("straight line x 1.3").all()
    assert told(found, 3, 8) == [(0, False), (2600, False), (5200, True), (7800, True)]
    assert any("straight lines times 1.3" in note.text and "decides on no family" in note.loses for note in found.notes)


def test_what_is_not_known_is_told() -> None:
    lost = pd.concat([SCHOOLS, SCHOOLS.assign(urn=["100008", "100009"], easting=float("nan"))])
    known = evidence({"area_points": HOMES})
    found = school_travel(known, lost, SMALL_AREAS, TODAY)
    assert "2 schools have no place on the ground" in [n.text for n in found.notes]
    far = school_travel(evidence({"area_points": [{**HOMES[0], "northing": 651_000.0}]}), SCHOOLS, SMALL_AREAS[:1], TODAY)
    assert far.journeys.empty and "1 of 1 points have no school within 15 miles in some year group" in [n.text for n in far.notes]
    assert school_travel(evidence({}), SCHOOLS, SMALL_AREAS, TODAY).journeys.empty


def test_the_table_has_one_row_where_all_live_alike() -> None:
    """The third small area is 4,000 m from both schools: over two miles, for which the old and well-off must walk."""
    table, notes = nearest_schools_of(evidence({"area_points": HOMES, "road_links": ROADS}), SCHOOLS, 2026)
    assert list(table.columns) == NEAREST_SCHOOLS and len(table) == 2 * len(SMALL_AREAS)
    third = table[table["lsoa_code"] == SMALL_AREAS[2]].set_index("phase")
    assert third["school_name"].to_dict() == {"primary": "Ash Primary", "secondary": "Oak School"}
    assert third["free_ages"].to_dict() == {"primary": "5 to 7", "secondary": ""}
    assert third["free_ages_low_income"].to_dict() == {"primary": "5 to 11", "secondary": "11 to 16"}
    assert third["walk_metres"].tolist() == pytest.approx([4000, 4000]) and (third["share"] == 1.0).all()
    assert any("no road is called unsafe" in note.text for note in notes)
    near, _ = nearest_schools_of(evidence({"area_points": HOMES[:1]}), SCHOOLS, 2026)
    assert near["free_ages"].tolist() == near["free_ages_low_income"].tolist() == ["", ""], "nobody need be taken"
    assert nearest_schools_of(evidence({}), SCHOOLS, 2026)[0].empty


def test_people_of_one_small_area_who_differ_have_a_row_each() -> None:
    """A quarter live 2 km away and a half 4 km away, past two miles; a quarter have no safe way, and travel free at any age."""
    far = [{**HOMES[0], "easting": 451_000.0 + metres, "part": part} for metres, part in ((2000, 1), (4000, 2), (6000, 1))]
    unsafe = [{"link_id": "three", **UNSAFE}]
    known = evidence({"area_points": far, "road_links": ROADS, "barred_links": unsafe})
    table, _ = nearest_schools_of(known, SCHOOLS[:1], 2026)
    rows = table.set_index("free_ages")[["share", "walk_metres", "no_safe_way"]]
    assert rows.loc[""].tolist() == [0.25, 2000.0, False] and rows.loc["5 to 7"].tolist() == [0.5, 4000.0, False]
    assert rows.loc["5 to 11", "no_safe_way"] and np.isnan(rows.loc["5 to 11", "walk_metres"])
    assert table["share"].sum() == 1.0 and table["road_metres"].max() == pytest.approx(6000)


def test_an_infant_and_a_junior_school_have_their_year_groups() -> None:
    split = SCHOOLS.assign(nc_year_low=[0, 3], nc_year_high=[2, 6])
    table, _ = nearest_schools_of(evidence({"area_points": HOMES}), split, 2026)
    first = table[table["lsoa_code"] == SMALL_AREAS[0]]
    assert first[["urn", "nc_year_low", "nc_year_high"]].to_numpy().tolist() == [["100001", 0, 2], ["100005", 3, 6]]


def test_ages_are_told_in_runs() -> None:
    assert (ages_said([7, 5, 6, 10]), ages_said([8]), ages_said([])) == ("5 to 7, 10", "8", "")


def test_the_invented_council_by_a_slow_loop(county: County, invented: Loaded) -> None:
    """Every small area's nearest school of every year group, found by looking at each school in turn."""
    known = invented.evidence
    schools, _ = mainstream(known)
    table, _ = nearest_schools_of(known, schools, known.authority.base_year)
    points, _ = living_points(known, sorted(known.lsoas["lsoa_code"]))
    gates = schools[schools["easting"].notna()]
    for home in points.iloc[::20].itertuples():
        for nc_year in (0, 3, 6, 7, 11):
            serves = gates[(gates["nc_year_low"] <= nc_year) & (gates["nc_year_high"] >= nc_year)]
            away = {s.urn: 1.3 * math.dist((home.easting, home.northing), (s.easting, s.northing)) for s in serves.itertuples()}
            nearest = min(away, key=lambda urn: away[urn])
            row = table[(table["lsoa_code"] == home.lsoa_code) & (table["nc_year_low"] <= nc_year)
                        & (table["nc_year_high"] >= nc_year)].iloc[0]
            assert row["urn"] == nearest and row["walk_metres"] == pytest.approx(away[nearest])
            ages = {age for year in range(row["nc_year_low"], row["nc_year_high"] + 1) for age in (year + 4, year + 5)} - {4}
            limit = {age: (2 if age < 8 else 3) * 1609.344 for age in ages}
            assert row["free_ages"] == ages_said(age for age in ages if away[nearest] > limit[age])
    assert len(points) == len(county.land.codes)


@pytest.mark.real
def test_nottinghamshire_is_sifted_by_straight_lines(nottinghamshire: Loaded) -> None:
    """Every small area has its nearest schools; towns are within walking distance and villages are not."""
    known = nottinghamshire.evidence
    schools, _ = mainstream(known)
    found = school_travel(known, schools, sorted(known.lsoas["lsoa_code"]), TODAY, (0, 6, 7, 11))
    nearest = found.journeys[(found.journeys["rank"] == 1) & ~found.journeys["low_income"]]
    assert nearest.groupby("nc_year")["point"].nunique().to_dict() == dict.fromkeys((0, 6, 7, 11), len(known.lsoas))
    old = nearest_schools(found.journeys, schools)
    old = old[old["phase"] == "secondary"]
    assert 0.05 < old["free_ages"].ne("").mean() < old["free_ages_low_income"].ne("").mean() < 0.5
    assert nearest["why"].eq(WITHIN).mean() > 0.5
