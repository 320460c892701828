"""What a run of childcare could not use, or would count twice, is told by the check before it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
from nurseries import childminder, counted, hours, minders, postcodes, provider
from shapely.geometry import LineString
from town import SMALL_AREAS, evidence, lsoas

from planning_areas.tables import Problem
from sufficiency.assumptions import Assumptions
from sufficiency.childcare.input_checks import CHECKS, access_can_be_measured
from sufficiency.evidence import Note

FILES = {"childminders": "minders.csv"}


def found(**tables: Any) -> list[Note | Problem]:
    known = evidence({"postcodes": postcodes(), "lsoas": lsoas(), **tables})
    return [finding for check in CHECKS for finding in check(known, FILES)]


def test_childminders_of_an_unknown_area_are_refused_with_their_row() -> None:
    (problem,) = found(childminders=[minders("E05000001", 6), minders("E05999999", 12)])
    assert isinstance(problem, Problem) and (problem.file, problem.row, problem.found) == ("minders.csv", 3, "E05999999")


def test_childminders_told_for_a_ward_and_for_its_district_are_refused() -> None:
    (problem,) = found(childminders=[minders("E07000001", 30), minders("E05000001", 6), minders("E05000003", 6)])
    assert isinstance(problem, Problem) and problem.found == "E05000001" and "lies in E07000001" in problem.expected
    assert len(found(childminders=[minders("E07000001", 30), minders(SMALL_AREAS[0], 6)])) == 1
    assert not found(childminders=[minders("E05000001", 30), minders("E05000003", 6), minders(SMALL_AREAS[3], 6)])


def test_a_reference_of_the_headcount_that_no_list_has_is_told() -> None:
    (note,) = found(ofsted_register=[provider("EY1")], settings_hours=[hours("OWN1")], termly_headcount=[
        counted("EY1", "paid", 5), counted("OWN1", "paid", 5), counted("EYI", "paid", 5)])
    assert isinstance(note, Note) and "1 settings are in no register, school list or survey: EYI" in note.text


def test_a_home_of_the_survey_whose_postcode_is_not_known_is_told_with_its_row_and_without_the_postcode() -> None:
    home: dict[str, Any] = {"provider_type_group": "childminder", "hours_week": 50.0, "places": 6.0}
    (note,) = found(settings_hours=[hours("OWN1", **home, postcode="AB1 1AA"), hours("OWN2", **home, postcode="ZZ9 9ZZ")])
    assert isinstance(note, Note) and "settings_hours, column postcode, row 3" in note.text and "ZZ9" not in note.text


def test_a_home_of_the_survey_with_hours_and_no_places_or_the_other_way_is_asked_for_by_its_row() -> None:
    """The register tells the places of CM1, and the headcount what CM2 offers; a nursery is asked for elsewhere, by its name."""
    home = {"provider_type_group": "childminder", "postcode": "AB1 1AA"}
    told = found(ofsted_register=[childminder("CM1"), childminder("CM2"), provider("EY1")], settings_hours=[
        hours("OWN1", **home, hours_week=50.0), hours("OWN2", **home, places=6.0), hours("OWN3", **home),
        hours("CM1", hours_week=45.0), hours("CM2"), hours("EY1", places=40.0), hours("OWN4", "age_2", **home, places=3.0),
        hours("OWN4", "under_2", **home, hours_week=40.0)], termly_headcount=[counted("CM2", "paid", 30)])
    texts = [note.text for note in told if isinstance(note, Note)]
    assert len(texts) == len(told) == 3
    for row, missing in ((2, "places"), (3, "hours"), (4, "hours and places")):
        assert any(f"settings_hours, row {row}: no {missing} of one who works at home" in text for text in texts)


def test_a_mode_along_roads_needs_roads() -> None:
    known = evidence({"postcodes": postcodes(), "lsoas": lsoas()})
    for mode in ("driving", "walking"):
        (problem,) = access_can_be_measured(known, {}, Assumptions(access_mode=mode))
        assert problem.column == "access_mode" and problem.found == mode
    assert not list(access_can_be_measured(known, {}, Assumptions(access_mode="straight_line")))


def road(name: str, function: str = "A Road") -> dict[str, Any]:
    return {"link_id": name, "start_node": "0", "end_node": name, "metres": 2000.0, "road_class": "", "road_function": function,
            "form_of_way": "", "road_name": "", "geometry": LineString([(451_000, 351_000), (453_000, 351_000)])}


def roads(*links: dict[str, Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame([*links], crs="EPSG:27700")


def test_bars_are_of_links_of_the_road_file_and_some_link_is_left_on_foot() -> None:
    bars = [{"link_id": name, "reason": "no footway", "author": "RSO", "made_on": "2026-01-01"} for name in ("main", "mian")]
    (problem,) = found(road_links=roads(road("main")), barred_links=bars)
    assert isinstance(problem, Problem) and (problem.row, problem.found) == (3, "mian")
    (none,) = found(road_links=roads(road("main", "Motorway")))
    assert isinstance(none, Problem) and none.file == "road_links" and none.found == "Motorway"


def test_roads_by_car_need_a_function_that_has_a_speed() -> None:
    known = evidence({"road_links": roads(road("main"), road("lane", ""))})
    (problem,) = access_can_be_measured(known, {}, Assumptions())
    assert problem.column == "road_function" and problem.found == "''"
    assert not list(access_can_be_measured(known, {}, Assumptions(access_mode="walking")))
