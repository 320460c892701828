"""What a planner must not miss in an area: a setting that will close, and a ward in which nobody but childminders offers care.

Method. A setting whose date of closing is told is open in every term that begins before it. What closes with it is what it has on
offer to children under five in the last of these, age by age. What that does to an area stands in a table of its own
(`closing_effects`), since it tells of the area's children, and may have to be hidden. A ward is
marked where it has childminders who are known by ward, and neither a nursery nor a pre-school nor a school with a nursery; how
many they are is not told, since in a ward they may be one or two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.wording import rounded_as, some
from sufficiency.childcare.balance import PLANNING_AREA, TABLE
from sufficiency.childcare.entitlements import PTE_HOURS
from sufficiency.childcare.terms import BAND_NAMES, TERMS, YOUNG, begins
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sufficiency.childcare.offered import Offered
    from sufficiency.evidence import Evidence

MARKED = "childcare_marks"      # the table of a run
CLOSES, MINDERS_ONLY = "closes", "childminders only"
MARKS = ["area_code", "area_name", "mark", "mark_on", "setting_ref", "ward_code", "hours_week", "said"]
MINDERS, CLUBS = "childminder", "out_of_school"
WARD = "ward"


@dataclass(frozen=True)
class Closing:
    """A setting that closes, in the planning area in which it lies."""

    ref: str
    called: str
    day: str                    # "2026-12-31"
    area_code: str
    area_name: str
    lost: Mapping[str, float]   # age band -> hours a week in the last term with it
    then: tuple[int, str]       # academic year and term, the first without it


def marks(closing: Sequence[Closing], offered: Offered, areas: pd.DataFrame) -> pd.DataFrame:
    """A row for each setting that closes and each ward with childminders only, in its planning area: MARKS.

    areas: lsoa_code, level, area_code, area_name, share.
    """
    rows = [*(_told(one) for one in closing), *_wards(offered, areas)]
    return pd.DataFrame(rows, columns=MARKS)


def mark_notes(table: pd.DataFrame) -> tuple[Note, ...]:
    """The same as notes: whatever closes by itself, all wards together."""
    closing = table[table["mark"] == CLOSES]
    notes = [Note(TABLE, f"{row.area_name}: {row.said}", "its children need another place by then")
             for row in closing.itertuples()]
    if said := wards_said(table):
        notes.append(Note(TABLE, said, "where childminders stop, nobody offers anything there"))
    return tuple(notes)


def wards_said(table: pd.DataFrame) -> str:
    """One sentence on all wards in which nobody but childminders offers care; blank where there is none."""
    wards = table[table["mark"] == MINDERS_ONLY]
    named = [f"{said.partition(':')[0]} ({area})" for said, area in zip(wards["said"], wards["area_name"], strict=True)]
    return f"wards with childminders only: {some(named, 10)}" if named else ""


def closings(evidence: Evidence, offered: Offered, years: Sequence[int], areas: pd.DataFrame) -> Iterator[Closing]:
    """What closes and when, by its last day; years: the academic years that are told, one after another."""
    told = evidence.settings_hours
    dates = told[told["closes_on"].ne("")].groupby("setting_ref")["closes_on"].max() if len(told) else pd.Series(dtype="str")
    hours = offered.supply.hours
    hours = hours[hours["own"].astype("bool") & hours["age_band"].isin(YOUNG)]
    terms = sorted(((ay, term) for ay in sorted(years) for term in TERMS), key=lambda one: begins(*one))
    for ref, day in dates.sort_values().items():
        mine = hours[hours["setting_ref"] == ref]
        before = [one for one in terms if begins(*one) < date.fromisoformat(day)]
        after = [one for one in terms if begins(*one) >= date.fromisoformat(day)]
        if mine.empty or not before or not after:
            continue
        (ay, term), then = before[-1], after[0]
        lost = mine[(mine["ay"] == ay) & (mine["term"] == term)].groupby("age_band")["hours_week"].sum()
        lost = lost[lost > 0]
        code, name = _area_of(str(mine["lsoa_code"].iloc[0]), areas)
        if lost.empty or not code:
            continue
        called = str(mine["setting_name"].iloc[0] or ref)
        yield Closing(str(ref), called, str(day), code, name, {str(b): float(h) for b, h in lost.items()}, then)


def _told(one: Closing) -> tuple[Any, ...]:
    """A closing as a row of MARKS."""
    whole = sum(one.lost.values())
    each = ", ".join(f"{rounded_as(one.lost[band])} to {BAND_NAMES[band]}" for band in YOUNG if band in one.lost)
    said = f"{one.called} closes on {day_said(one.day)}: {in_places(whole)} end with it ({each})."
    return one.area_code, one.area_name, CLOSES, one.day, one.ref, "", whole, said


def _wards(offered: Offered, areas: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Wards in which nobody but childminders offers care, in the planning area in which most of the ward lies."""
    table = offered.settings.table
    own = table[table["own"].astype("bool") & table["provider_type_group"].ne(CLUBS)]
    wards = offered.settings.wards
    first = wards.sort_values("postcodes", ascending=False, kind="stable").drop_duplicates("lsoa_code")
    ward = own["ward_code"].where(own["ward_code"].ne(""), own["lsoa_code"].map(first.set_index("lsoa_code")["ward_code"]))
    group = set(ward[own["provider_type_group"].ne(MINDERS)].dropna())
    minders = own.assign(ward=ward)[own["provider_type_group"].eq(MINDERS) & own["ward_code"].ne("")]
    named = areas[areas["level"] == WARD].drop_duplicates("area_code").set_index("area_code")["area_name"]
    for code in sorted(set(minders["ward"])):
        lies = wards[wards["ward_code"] == code]
        if code in group or lies.empty:
            continue
        area, name = _area_of(str(lies.loc[lies["postcodes"].idxmax(), "lsoa_code"]), areas)
        called = str(named.get(code, code))
        ward_named = f"ward {code}" if called == code else f"{called} ward ({code})"
        yield area, name, MINDERS_ONLY, "", "", code, float("nan"), (
            f"{ward_named}: nobody but childminders offers care.")


def _area_of(lsoa: str, areas: pd.DataFrame) -> tuple[str, str]:
    """The planning area in which most of a small area lies: code and name, blank where it lies in none."""
    mine = areas[(areas["level"] == PLANNING_AREA) & (areas["lsoa_code"] == lsoa)]
    if mine.empty:
        return "", ""
    row = mine.loc[mine["share"].idxmax()]
    return str(row["area_code"]), str(row["area_name"])


def in_places(hours: float) -> str:
    """Hours with what they are in part-time places: "2,520 hours a week (168 part-time places)"."""
    places = int(np.floor(hours / PTE_HOURS + 0.5))
    return f"{rounded_as(hours)} hours a week ({places:,} part-time place{'s' * (places != 1)})"


def day_said(day: str) -> str:
    """A date as people write it: 31 December 2026."""
    found = date.fromisoformat(day)
    return f"{found.day} {found:%B %Y}"
