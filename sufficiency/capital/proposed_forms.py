"""Proposals at schools: half and whole forms of entry where a shortfall lasts, bulge classes where it does not, rooms reopened.

Method. A planning area is short at a point of entry where the capital decision counts so. Of its schools those are proposed that
are full, stay within the usual size and, where their site is known, have the ground; first those on which the council decides,
then those whose new number makes whole classes. A bulge is proposed besides where children come before a form could open. Rooms
that stand in a school's capacity and in no year group's places are opened again before anything is built.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.capital.money import lead_years
from sufficiency.capital.proposal_rows import Known, Row, Short, at_school, empty_at_entry, ground_for, who_decides
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.capital.surplus_schools import School

HALF, FORM = 15, 30
GUESSED = "capacity"  # what places rest on where no year group's places are known


def forms_and_bulges(known: Known, short: Short) -> Iterator[Row]:
    """What schools of an area could take: forms where the shortfall lasts, classes where it does not or comes too soon."""
    lead = lead_years("expansion", short.phase, known.assumptions)
    soon = short.years[short.years.index < known.starts + lead]
    if short.lasts:
        for school in could_grow(known, short):
            yield from _forms(known, school, short)
    if not short.lasts or len(soon):
        for school in could_grow(known, short, places=0):
            late = "" if not short.lasts else ", and a form could not open in time for the first of them"
            why = f"{short.told(known)}{late}. {_stands(school)}"
            yield at_school(known, school, "bulge", "bulge", "bulge class", why, places=FORM, weight=short.level)
    yield from _reopened(known, short)


def could_grow(known: Known, short: Short, places: int = HALF) -> list[School]:
    """The schools of an area that are proposed for growing by so many at entry, best first; 0: by a class for some years."""
    found = [school for school in of_area(known, short) if not against(known, school, short, places)]

    def order(school: School) -> tuple[bool, bool, float, str]:
        ours = who_decides(str(known.facts.loc[school.urn, "establishment_type"])) == "authority"
        return not ours, (school.pan + places) % FORM != 0, empty_at_entry(school, short), school.urn

    return sorted(found, key=order)[: int(rulebook("proposals")["schools"]["each_area"])]


def against(known: Known, school: School, short: Short, places: int) -> str:
    """What stands against growing a school by so many places at entry, in words; blank where nothing is known to."""
    page = rulebook("proposals")["schools"]
    after = float(school.places.sum(axis=1).iloc[-1]) + places * len(school.places.columns)
    if (empty := empty_at_entry(school, short)) >= float(page["empty_at_entry"]):
        return f"has {empty:.0f} places empty at entry then itself"
    if places and after > float(page["largest"][school.phase]):
        return f"would have {after:.0f} places, more than {page['largest'][school.phase]:,.0f}"
    fits, ground = ground_for(known, school, after)
    return "" if fits else ground[:1].lower() + ground[1:]


def nobody_grows(known: Known, short: Short) -> str:
    """Why no school of an area is proposed for growing, school by school; blank where one is."""
    places = HALF if short.lasts else 0
    if could_grow(known, short, places):
        return ""
    said = [f"{school.called} {against(known, school, short, places)}" for school in of_area(known, short)]
    return f"{short.told(known)}, and no school there is proposed for growing: " + ("; ".join(said) or "none is known")


def of_area(known: Known, short: Short) -> list[School]:
    """The schools that children of an area enter there and that are not to close."""
    mine = [s for s in known.schools if (s.area, s.phase) == (short.area, short.phase) and short.entry == min(s.places.columns)]
    return [school for school in mine if not str(known.facts.loc[school.urn, "close_date"])]


def _forms(known: Known, school: School, short: Short) -> Iterator[Row]:
    """Half a form, and a whole one where more than half a form is short; one of the two."""
    groups = len(school.places.columns)
    holds = float(school.places.sum(axis=1).iloc[-1])
    ours = who_decides(str(known.facts.loc[school.urn, "establishment_type"])) == "authority"
    for places, code, name in ((HALF, "half", "half a form of entry"), (FORM, "form", "a form of entry")):
        fits, ground = ground_for(known, school, holds + places * groups)
        largest = float(rulebook("proposals")["schools"]["largest"][short.phase])
        if not fits or holds + places * groups > largest or (places == FORM and short.level <= HALF):
            continue
        why = f"{short.told(known)}. {_stands(school)}; it would have {school.pan + places:.0f} at entry. {ground}"
        yield at_school(
            known, school, "expansion", code, name, why, places=places, exclusive_group=f"grow-{school.urn}-{short.phase}",
            route="prescribed_alteration" if ours else "significant_change", route_risk="medium", weight=short.level,
        )  # fmt: skip


def _reopened(known: Known, short: Short) -> Iterator[Row]:
    """Rooms of the area's schools that stand in their capacity and in no year group's places."""
    page = rulebook("proposals")["reopening"]
    bases = known.tables["places"].groupby("urn")["basis"].agg(set)
    for school in of_area(known, short):
        row, groups = known.facts.loc[school.urn], len(school.places.columns)
        sixth = 0.0 if pd.isna(row["capacity_sixth_form"]) else float(row["capacity_sixth_form"])
        whole = int(row["nc_year_high"]) - int(row["nc_year_low"]) + 1
        one_phase = groups == whole or (short.phase == "secondary" and int(row["nc_year_low"]) == short.entry)
        if pd.isna(row["capacity"]) or GUESSED in bases.get(school.urn, set()) or not one_phase:
            continue
        spare = float(row["capacity"]) - sixth - float(school.places.sum(axis=1).max())
        rooms = math.floor(spare / FORM)
        if rooms < 1:
            continue
        grows = spare >= HALF * groups and short.lasts
        places, fills = (HALF, "upwards") if grows else (FORM, "one_cohort")
        opened = places * groups if grows else places
        why = f"{short.told(known)}. Its capacity is {spare:.0f} places above what its year groups hold: are rooms closed there?"
        yield at_school(
            known, school, "reopening", "reopened", f"{rooms} room{'s' * (rooms > 1)} opened again", why, places=places,
            fills=fills, thousand_pounds=round(opened * float(page["each_place"]) / 1000, 1), price_base=page["base"],
            weight=short.level,
        )  # fmt: skip


def _stands(school: School) -> str:
    low, high = round(school.entry.min()), round(school.entry.max())
    return f"The school has {school.pan:.0f} places at entry for {low} to {high} children"
