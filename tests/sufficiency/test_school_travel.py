"""School travel in the small town: along roads with a bar, in straight lines where there are none, and by age."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString
from town import SMALL_AREAS, evidence

from planning_areas.walking import NO_WAY, WITHIN
from sufficiency.travel.school_travel import COLUMNS, SchoolTravel, school_travel

TODAY = dt.date(2026, 9, 1)
HOMES = [{"lsoa_code": code, "easting": 451_000.0 + 2000 * i, "northing": 351_000.0, "part": 1.0}
         for i, code in enumerate(SMALL_AREAS)]
SCHOOLS = pd.DataFrame({"urn": ["100001", "100005"], "easting": [451_000.0, 451_000.0], "northing": [351_000.0, 351_000.0],
                        "nc_year_low": [0, 7], "nc_year_high": [6, 11]})


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
    share = found.share_free().set_index(["lsoa_code", "nc_year", "age", "low_income"])["share"]
    assert share[SMALL_AREAS[2], 3, 7, False] == 1.0 and share[SMALL_AREAS[2], 3, 8, False] == 0.0


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


@pytest.mark.real
def test_nottinghamshire_is_sifted_by_straight_lines(data: Path) -> None:
    """Every small area has its nearest schools; towns are within walking distance and villages are not."""
    from sufficiency.estate.schools import mainstream
    from sufficiency.workspace.workspace import load

    known = load(Path(__file__).parent.parent / "workspaces" / "nottinghamshire", {"SUFFICIENCY_DATA": str(data)}).evidence
    schools, _ = mainstream(known)
    found = school_travel(known, schools, sorted(known.lsoas["lsoa_code"]), TODAY, (0, 6, 7, 11))
    nearest = found.journeys[(found.journeys["rank"] == 1) & ~found.journeys["low_income"]]
    assert nearest.groupby("nc_year")["point"].nunique().to_dict() == dict.fromkeys((0, 6, 7, 11), len(known.lsoas))
    share = found.share_free()
    old = share[(share["nc_year"] == 11) & (share["age"] == 15)].groupby("low_income")["share"].mean()
    assert 0.05 < old[False] < old[True] < 0.5
    assert nearest["why"].eq(WITHIN).mean() > 0.5
