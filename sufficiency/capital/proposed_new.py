"""Proposals on new ground and in empty rooms: new schools where housing calls for them, nursery rooms where hours are short.

Method. Children of new homes at their peak (`site_audit`), by the planning areas that a site touches, are held against the
smallest school that can be run well; so is a shortfall at entry that lasts. Childcare places are short where the capital decision
counts so; they are proposed first in a room that a school of the area can spare to the end, then beside a school's own nursery,
and as a new nursery where no school has either or more is short than one room holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, ay_label
from sufficiency.capital.nursery_need import nursery_need
from sufficiency.capital.proposal_rows import PROPOSAL, Known, Row, Short, at_school, proposed
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.capital.surplus_schools import School

TOUCHED = re.compile(r"([A-Za-z0-9_.:/-]+) (\d+)%")
CORE = "in the forecast"
LAST = {"primary": 6, "secondary": 11}
FORM = 30
BANDS = {"under_2": "under-twos", "age_2": "two-year-olds", "age_3_4": "three- and four-year-olds"}


def new_schools(known: Known, shorts: Sequence[Short]) -> Iterator[Row]:
    """A new school for each area and phase whose new homes, or lasting shortfall, come near the smallest that can be run well."""
    page = rulebook("proposals")["new_school"]
    for phase, entry in ENTRY_YEAR.items():
        groups, smallest = LAST[phase] - entry + 1, float(page["smallest"][phase])
        product, sites = product_of_sites(known, phase)
        lasting = {s.area: s for s in shorts if s.phase == phase and s.lasts and s.entry == entry}
        for area in sorted(set(product) | set(lasting)):
            homes, short = product.get(area, 0.0), lasting.get(area)
            level = short.level * groups if short else 0.0
            if max(homes, level) < float(page["share"]) * smallest:
                continue
            forms = max(round(smallest / groups / FORM), round(max(homes, level) / groups / FORM))
            why = [short.told(known)] if short else []
            if homes:
                why.append(f"new homes bring {homes:,.0f} {phase} children at their peak ({', '.join(sites[area])})")
            told = f"{'; '.join(why)}: the smallest school that can be run well has {smallest:,.0f} places. No site is known: ask"
            more: Row = {
                "site_id": f"NEW-{area}-{phase}", "planning_area_code": area, "nc_year_from": entry, "nc_year_to": LAST[phase],
                "places": forms * FORM, "route": "presumption", "route_risk": "high",
                "weight": max(homes, level) / groups,
            }  # fmt: skip
            name = f"{known.area(area)}: new {phase} school of {forms} forms"
            yield proposed(known, f"{PROPOSAL}-new-{area}-{phase}", name, "new_school", phase, told[:1].upper() + told[1:], more)


def product_of_sites(known: Known, phase: str) -> tuple[dict[str, float], dict[str, list[str]]]:
    """Children of new homes at their peak by planning area, of the sites that the forecast counts, and the sites' names."""
    audit, areas = known.tables.get("site_audit", pd.DataFrame()), set(known.names)
    product: dict[str, float] = {}
    sites: dict[str, list[str]] = {}
    own = known.tables["names"].set_index("planning_area_code")["phase"]
    for row in audit.to_dict("records"):
        peak = row[f"{phase}_peak"]
        if not str(row["counted_in"]).startswith(CORE) or pd.isna(peak):
            continue
        for area, share in TOUCHED.findall(str(row["areas_touched"])):
            if area in areas and own[area] == phase:
                product[area] = product.get(area, 0.0) + float(peak) * int(share) / 100
                sites.setdefault(area, []).append(str(row["site_name"]) or str(row["site_ref"]))
    return product, sites


def nurseries(known: Known) -> tuple[list[Row], list[Row]]:
    """Nursery rooms, and the places of new nurseries band by band (scheme_places)."""
    schemes: list[Row] = []
    places: list[Row] = []
    care = known.tables.get("childcare_balance", pd.DataFrame())
    if care.empty:
        return schemes, places
    short, page = nursery_need(care, known.base, known.assumptions).short, rulebook("proposals")["rooms"]
    for area, mine in short[short["material"]].groupby("planning_area_code", sort=True):
        rooms, why = _rooms(mine), _told(known, str(area), mine)
        hosts = _hosts(known, str(area))
        weight = float(mine["lacking"].max())
        for band, (_, size) in rooms.items():
            for school, how, spare in hosts[:1]:
                code, name = f"nursery-{band.replace('_', '-')}", f"nursery room for {BANDS[band]}"
                cost: Row = {"thousand_pounds": page["converted"], "price_base": page["base"]} if spare else {}
                schemes.append(at_school(
                    known, school, "nursery_expansion", code, name, f"{why}. {how}", phase="early_years", nc_year_from="",
                    nc_year_to="", age_band=band, places=size, exclusive_group=f"room-{school.urn}", weight=weight, **cost,
                ))  # fmt: skip
        if not hosts or any(many > 1 for many, _ in rooms.values()) or len(rooms) > 1:
            code = f"{PROPOSAL}-new-{area}-nursery"
            more: Row = {"site_id": f"NEW-{area}-nursery", "planning_area_code": area, "places": "", "weight": weight}
            told = f"{why}. No site is known: ask"
            name = f"{known.area(str(area))}: new nursery"
            schemes.append(proposed(known, code, name, "new_nursery", "early_years", told, more))
            rows = [(band, many * size) for band, (many, size) in rooms.items()]
            places += [{"scheme_id": code, "after": 0, "age_band": band, "places": size} for band, size in rows]
    return schemes, places


def _rooms(mine: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """How many rooms of which size each band gets: rounded down from the most that is short, from one to `most`."""
    page, worst = rulebook("proposals")["rooms"], mine.groupby("age_band")["lacking"].max()
    return {
        str(band): (min(int(page["most"]), max(1, math.floor(lacking / page[band]))), int(page[band]))
        for band, lacking in worst.items()
        if band in BANDS
    }


def _told(known: Known, area: str, mine: pd.DataFrame) -> str:
    worst = mine.sort_values("lacking", ascending=False).drop_duplicates("age_band").sort_values("age_band")
    parts = [
        f"{row.lacking:,.0f} for {BANDS[str(row.age_band)]} (most in {ay_label(int(row.ay))})"
        for row in worst.itertuples()
        if row.age_band in BANDS
    ]
    return f"{known.area(area)} is short of childcare places: {', '.join(parts)}"


def _hosts(known: Known, area: str) -> list[tuple[School, str, bool]]:
    """Schools of an area at which a nursery room could be, why there, and whether it has a room to spare; such first."""
    primary = [s for s in known.schools if s.area == area and s.phase == "primary" and 0 in s.places.columns]
    remedies = known.tables.get("surplus_remedies", pd.DataFrame(columns=["urn", "remedy"]))
    roomy = set(remedies.loc[remedies["remedy"].eq("convert_to_nursery"), "urn"])
    supply = known.tables.get("childcare_supply", pd.DataFrame(columns=["setting_ref"]))
    nursery = set(supply["setting_ref"])
    found = [(s, "A room of the school stays empty to the end of the forecast", True) for s in primary if s.urn in roomy]
    return found + [(s, "The school has a nursery to build on", False) for s in primary if s.urn in nursery - roomy]
