"""Holding the tables of childcare and of roads against one another before a run: what a run could not use, or would count twice.

Each check gives problems, or notes where a table may be right as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from planning_areas.tables import Problem
from planning_areas.wording import some
from sufficiency.childcare.own_settings import homes_lie_somewhere, homes_say_hours_and_places
from sufficiency.childcare.setting_points import district_of_wards, placed_postcodes
from sufficiency.evidence import Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence

DISTRICT = r"^E0[6-9]"
KINDS = ("road_class", "road_function", "form_of_way")


def childminders_lie_somewhere_once(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Problem]:
    """Each row of childminders is of an area that is known, and of none that lies in the area of another row."""
    code, at = evidence.childminders["area_code"], evidence.postcodes
    if not evidence.has("childminders") or not (evidence.has("postcodes") or evidence.has("ward_lookup")):
        return
    file = files.get("childminders", "childminders")
    small = dict(zip(evidence.lsoas["lsoa_code"], evidence.lsoas["district_code"], strict=True))
    within = {**district_of_wards(placed_postcodes(evidence), evidence), **small}
    known = {*within, *evidence.ward_lookup["ward_code"], *at["district_code"], *evidence.lsoas["district_code"]}
    for row, area in enumerate(code, start=2):
        if area not in known:
            yield Problem(file, row, "area_code", found=str(area), expected="a ward, district or small area of the authority",
                          advice="mend the code, or look whether the look-up of wards, or of postcodes, is of another year")
        elif within.get(area) in set(code):
            yield Problem(file, row, "area_code", found=str(area),
                          expected=f"an area once: {area} lies in {within[area]}, which has a row of its own",
                          advice="tell childminders by district or by ward within it, not by both")


def counted_settings_are_known(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note]:
    """A reference that no list has may be a setting of the council's own, or a mistyped one that counts twice."""
    lists = [evidence.ofsted_register["provider_urn"], evidence.schools["urn"], evidence.census_schools["urn"],
             evidence.settings_hours["setting_ref"], evidence.clubs["club_ref"]]
    known = {str(ref) for refs in lists for ref in refs}
    counted = evidence.termly_headcount["setting_ref"]
    if known and len(strange := sorted(set(counted) - known)):
        yield Note("termly_headcount", f"{len(strange)} settings are in no register, school list or survey: {some(strange)}",
                   "they count as settings of their own: one that is mistyped counts twice, here and under its right number")


def roads_can_be_used(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Problem]:
    """Bars are of links that are there, and some link is left on foot."""
    if not evidence.has("road_links"):
        return
    links, barred = evidence.road_links, evidence.barred_links["link_id"]
    for row, link in enumerate(barred, start=2):
        if link not in set(links["link_id"]):
            yield Problem(files.get("barred_links", "barred_links"), row, "link_id", found=str(link),
                          expected="a link of the road file", advice="mend the identifier, or take the row out")
    closed = rulebook("walking")["network"]["closed_on_foot"]
    if links[list(KINDS)].isin(closed).any(axis=1).all():
        yield Problem(files.get("road_links", "road_links"), 0, "road_function", found=some(set(links["road_function"])),
                      expected="some link on which people may walk", advice="check that the road file is whole")


def access_can_be_measured(evidence: Evidence, files: Mapping[str, str], assumptions: Assumptions) -> Iterator[Problem]:
    """Roads are there where the settings ask for distances along them, and have a function where these are by car."""
    roads, mode = evidence.has("road_links"), assumptions.access_mode
    if mode in ("walking", "driving") and not roads:
        yield Problem("authority.toml", 0, "access_mode", found=mode, expected="roads: the workspace has no table road_links",
                      advice="name a road file, or set access_mode to straight_line")
    if roads and mode in ("", "driving"):
        speeds = {*rulebook("access")["speeds"]["km_h"]}
        if unknown := sorted({*evidence.road_links["road_function"]} - speeds):
            yield Problem(files.get("road_links", "road_links"), 0, "road_function", found=some(repr(f) for f in unknown),
                          expected="a function of road that has a speed in the rulebook",
                          advice="fill the function in, or set access_mode to walking or straight_line")


CHECKS: tuple[Callable[[Evidence, Mapping[str, str]], Iterator[Note | Problem]], ...] = (
    childminders_lie_somewhere_once, counted_settings_are_known, homes_lie_somewhere, homes_say_hours_and_places,
    roads_can_be_used,
)
