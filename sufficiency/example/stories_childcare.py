"""Stories of childcare: each told from the settings and the children as they were planted.

What is wanted is reckoned here as on paper - births of the months that the term rule lets in, times the county's share of
eligible children, the district's take-up and hours - so a run, which knows more of each small area, comes near to it and not upon
it: within three in a hundred over the same small areas. What is on offer is exact, in the wards and at the settings named. The
planning area that a run draws, by the schools to which children go, is not quite those wards, and has a few hours less or more.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.childcare_desk import FUNDED, MINDED, OCCUPANCY, TERMS, hours_of_room, use_of_room
from sufficiency.example.childcare_families import WORKING, months_old, takeup_of
from sufficiency.example.childcare_settings import AGES, CLUB, EACH_MINDS, edge_area, ward_names
from sufficiency.example.county import County
from sufficiency.example.story import NOW, SOON, Figure, Story, primary_code
from sufficiency.rules import rulebook

FUNDED_KINDS = ("universal", "early_learning", "working_parent")
BABY_MONTHS = {"autumn": ((cast.BASE - 2, range(9, 13)), (cast.BASE - 1, range(1, 12))),
               "summer": ((cast.BASE - 1, range(4, 13)), (cast.BASE, range(1, 7)))}
"""Months of birth of those aged nine months to two when a term of the base year begins."""


def babies_short(county: County) -> Story:
    """Baby rooms that close at Easter, beside half-empty rooms of three-year-olds."""
    a = cast.BABIES_AREA
    offer = {term: _funded(county, a, "under_2", term) for term in TERMS}
    wanted = {term: _wanted_by_babies(county, a, term) for term in BABY_MONTHS}
    vacant = sum(use_of_room(s, "age_3_4", "summer")["vacant"] for s in _group(county, a))
    closed = county.childcare.playing("babies")
    names = " and ".join(closed["name"])
    return Story(
        "babies_short", f"{county.land.area_names[a]}: no room for babies in summer, beside empty places for three-year-olds",
        f"{names} closed their baby rooms at Easter {cast.BASE + 1}: there are not enough qualified staff. In the same nurseries "
        "and those next to them the rooms of three- and four-year-olds are far from full even in the summer term, when most "
        "children of that age are there. A place for a child of three is no place for a baby. The figures are of the two wards, "
        "and those of what is wanted are reckoned on paper. A run tells of the planning area that it draws by the schools to "
        "which children go, which is not quite the two wards: the shortage that it finds is not the difference of these figures, "
        "which may be a hundred hours more or less.",
        {"planning area": primary_code(county, a), **{f"nursery {n + 1}": ref for n, ref in enumerate(closed["ref"])},
         **{f"ward {n + 1}": county.childcare.ward_codes[2 * a + n] for n in (0, 1)}},
        (Figure("offer_autumn", f"funded hours a week on offer to children under two in the two wards of the area, autumn {NOW}",
                offer["autumn"], "hours"),
         Figure("offer_summer", "the same in summer", offer["summer"], "hours"),
         Figure("wanted_autumn", "funded hours wanted for those who live in the two wards in autumn, by births, as on paper",
                wanted["autumn"], "hours"),
         Figure("wanted_summer", "the same in summer", wanted["summer"], "hours"),
         Figure("vacant", "hours a week that stand empty for three- and four-year-olds in summer", vacant, "hours")))


def nursery_closes(county: County) -> Story:
    """A nursery that closes for good at the end of the year."""
    setting = next(county.childcare.playing("closing").itertuples())
    hours = {age: hours_of_room(setting, age) for age in AGES}
    return Story(
        "nursery_closes", f"{setting.name}: closes for good on 31 December {cast.BASE + 1}",
        f"The landlord of {setting.name} has given notice. It is open in the autumn term of {SOON} and gone in the spring: its "
        "hours must be found elsewhere.",
        {"planning area": primary_code(county, cast.CLOSING_AREA), "nursery": setting.ref},
        (Figure("places", "places of the nursery", sum(getattr(setting, age) for age in AGES), "places"),
         Figure("before", f"hours a week on offer there to children under five, autumn {SOON}", sum(hours.values()), "hours"),
         Figure("babies", "of which to children under two", hours["under_2"], "hours"),
         Figure("after", f"hours a week on offer there, spring {SOON}", 0, "hours")))


def childminders_only(county: County) -> Story:
    """A ward in which nobody but childminders offers anything."""
    care, w = county.childcare, county.childcare.minded_ward
    minders = int(care.childminders[w])
    places = minders * EACH_MINDS
    shares = rulebook("childcare_ratios")["ages"]["childminder"]
    babies = places * shares["under_2"] * MINDED[0] * OCCUPANCY
    return Story(
        "childminders_only", f"{ward_names(county.land)[w]}: nobody but childminders",
        f"In the ward of {ward_names(county.land)[w]} ({care.ward_codes[w]}), a part of {county.land.area_names[w // 2]}, there "
        "is no nursery, no pre-school and no school with a nursery class. Its childminders are known by ward only: they stand on "
        "no point of any map, and their places are spread over the small areas of the ward.",
        {"ward": care.ward_codes[w], "planning area": primary_code(county, w // 2)},
        (Figure("childminders", "childminders of the ward", minders, "childminders"),
         Figure("minded_places", "children under eight whom they may look after at one time", places, "places"),
         Figure("babies", "hours a week on offer to children under two, as the rulebook divides them", babies, "hours"),
         Figure("settings", "nurseries and pre-schools in the ward", 0, "settings")))


def silent_setting(county: County) -> Story:
    """A nursery that has places and has told nobody when it is open."""
    setting = next(county.childcare.playing("silent").itertuples())
    return Story(
        "silent_setting", f"{setting.name}: places, and no hours",
        f"{setting.name} is registered and has not answered the council's survey. What it offers is not guessed: it is to be "
        "asked.",
        {"planning area": primary_code(county, cast.SILENT_AREA), "nursery": setting.ref},
        (Figure("places", "places that Ofsted has registered", sum(getattr(setting, age) for age in AGES), "places"),
         Figure("hours", "hours a week that are counted as its own", 0, "hours")))


def care_across_the_border(county: County) -> Story:
    """An area at the border with one small nursery, and large ones on the other side."""
    a = edge_area(county.land)
    (own,) = _group(county, a)
    across = county.childcare.playing("across")
    minds = [sum(getattr(s, age) for age in AGES) for s in (own, *across.itertuples())]
    hours = sum(hours_of_room(s, age) for s in across.itertuples() for age in AGES)
    return Story(
        "care_across_the_border", f"{county.land.area_names[a]}: the nurseries are on the other side of the border",
        f"{own.name} is the only nursery of the area. A little way beyond the border there are {len(across)} large ones, to "
        "which families of the area go. They are no places of the county, yet they are in reach.",
        {"planning area": primary_code(county, a), "nursery": own.ref,
         **{f"nursery across the border {n + 1}": ref for n, ref in enumerate(across["ref"])}},
        (Figure("own_places", "places of the nursery of the area", minds[0], "places"),
         Figure("across_places", "places of the nurseries across the border", sum(minds[1:]), "places"),
         Figure("across_hours", f"hours a week on offer there to children under five, {ay_label(cast.BASE)}", hours, "hours")))


def _group(county: County, a: int) -> list[Any]:
    """Nurseries and pre-schools of a planning area, a row each."""
    table = county.childcare.settings
    return list(table[(table["area"] == a) & table["kind"].ne(CLUB)].itertuples())


def _funded(county: County, a: int, age: str, term: str) -> float:
    """Funded hours a week on offer at an age in a planning area whose settings have a headcount, childminders included."""
    rooms = [use_of_room(s, age, term) for s in _group(county, a)]
    taken = sum(room.get(kind, 0) for room in rooms for kind in FUNDED_KINDS)
    minders = int(county.childcare.childminders[[2 * a, 2 * a + 1]].sum())
    share = rulebook("childcare_ratios")["ages"]["childminder"][age]
    return float(taken + minders * EACH_MINDS * share * MINDED[0] * OCCUPANCY * FUNDED)


def _wanted_by_babies(county: County, a: int, term: str) -> float:
    """Funded hours a week wanted for children under two in a planning area, by births, eligible share, take-up and hours."""
    mine = county.land.area == a
    born = sum(float(months_old(county.children, year, 1, months)[mine].sum()) for year, months in BABY_MONTHS[term])
    takeup, hours = takeup_of(county.seed, county.land, int(county.land.area_district[a]), "under_2", "working_parent")
    return float(np.round(born * WORKING[1] * takeup * hours))
