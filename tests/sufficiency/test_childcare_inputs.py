"""What a run of childcare could not use, or would count twice, is told by the check before it."""

from __future__ import annotations

from typing import Any

from nurseries import counted, hours, minders, postcodes, provider
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


def test_a_mode_along_roads_needs_roads() -> None:
    known = evidence({"postcodes": postcodes(), "lsoas": lsoas()})
    for mode in ("driving", "walking"):
        (problem,) = access_can_be_measured(known, {}, Assumptions(access_mode=mode))
        assert problem.column == "access_mode" and problem.found == mode
    assert not list(access_can_be_measured(known, {}, Assumptions(access_mode="straight_line")))
