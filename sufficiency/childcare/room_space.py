"""How many children a room holds, by its floor, its staff and its registration, and what a vacant place is worth at another age.

Method (domain brief G5, G6). In each age band the places of a room are the fewest that its usable floor, its staff and Ofsted's
register allow: a room of 60 square metres has floor for 24 two-year-olds, who need five staff. The ratios are dated: one adult
for four two-year-olds until August 2023, five since. A vacant place for a baby is no place for a three-year-old until it is
reckoned in staff: it frees a third of an adult, who can look after eight thirds of a child of three, if there is floor for
them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from typing import Any

ROUNDING = 1e-9             # 57.5 / 2.3 is 25 children, whatever the last bit of the quotient says
SPACE_MODES = ("indoor", "outdoor")


def _rules() -> dict[str, Any]:
    return rulebook("childcare_ratios")


@dataclass(frozen=True)
class Room:
    """A room as the council knows it: what is blank does not limit it."""

    age_band: str
    area_m2: float = math.nan       # usable floor indoors
    staff: float = math.nan         # who count in the ratio, at one time
    places: float = math.nan        # as registered, or as the setting says
    outdoor_m2: float = math.nan    # counts only where the space mode says so, and never for babies
    teacher_led: bool = False       # a teacher or early years teacher is there


def children_per_adult(age_band: str, on: date, *, teacher_led: bool = False) -> float:
    """Children whom one adult may look after in a group on a day; no limit at ages that have no ratio."""
    if teacher_led and age_band == "age_3_4":
        return float(_rules()["teacher_led"]["children"])
    rows = [row for row in _rules()["ratio"] if row["age"] == age_band and row["from"] <= on]
    return float(max(rows, key=lambda row: row["from"])["children"]) if rows else math.inf


def floor_per_child(age_band: str) -> float:
    """Square metres for each child; nought at ages that have no rule."""
    return float(_rules()["space"].get(age_band, 0.0)) if age_band in ("under_2", "age_2", "age_3_4") else 0.0


def space_places(room: Room, mode: str = "") -> float:
    """Children for whom a room has floor, whole; endless where its floor is not known."""
    mode = mode or _rules()["space"]["space_mode"]
    if mode not in SPACE_MODES:
        raise ValueError(f"space_mode is {' or '.join(SPACE_MODES)}, not {mode!r}")
    each = floor_per_child(room.age_band)
    if not each or math.isnan(room.area_m2):
        return math.inf
    outdoors = mode == "outdoor" and room.age_band != "under_2" and not math.isnan(room.outdoor_m2)
    return math.floor((room.area_m2 + (room.outdoor_m2 if outdoors else 0.0)) / each + ROUNDING)


def room_places(room: Room, on: date, mode: str = "") -> float:
    """Children whom a room holds on a day: the fewest of floor, staff and places; missing where none of them is known."""
    each = children_per_adult(room.age_band, on, teacher_led=room.teacher_led)
    by_staff = math.inf if math.isnan(room.staff) or math.isinf(each) else math.floor(room.staff * each + ROUNDING)
    fewest = min(space_places(room, mode), by_staff, math.inf if math.isnan(room.places) else room.places)
    return fewest if math.isfinite(fewest) else math.nan


def staff_needed(children: float, age_band: str, on: date, *, teacher_led: bool = False) -> int:
    """Adults whom so many children of an age need."""
    return math.ceil(children / children_per_adult(age_band, on, teacher_led=teacher_led) - ROUNDING)


def as_places_at(vacancies: Mapping[str, float], age_band: str, on: date, floor: float = math.inf) -> float:
    """Vacant places of several ages, reckoned in staff, as places at one age; floor: the children for whom there is floor."""
    adults = sum(places / children_per_adult(age, on) for age, places in vacancies.items())
    return min(adults * children_per_adult(age_band, on), floor)
