"""Surplus as a finding with remedies of its own: where half a form stays empty at entry, what could be done and what for.

Method. A school has lasting surplus where its entry year has so many places empty in every one of so many years running, up to
the last year planned for (`rulebook/surplus.toml`). Its remedies, each held against leaving things as they are:

- a lower admission number, by halves of a form: classes are taught for the children who come, so what counts is how many
  classes the intake makes before and after (class-size law: 30) and whether those that remain are viable (24 and more on
  average). Children above the new number go next door, with their transport; sitting pupils are never moved;
- rooms mothballed: whole rooms empty in all year groups and all years, kept on the books;
- conversion of such a room to a nursery or a resourced provision, only where the area can spare the places to the end;
- amalgamation with a school of the same area whose places hold the pupils of both in all years.

Where the area's own need comes back within the horizon, the places it needs then are protected: rooms may be mothballed and a
number cut for a time, but a remedy after which the school could not take the children who then come is told as such. The score
is pounds a year: what is no longer run, less transport, less what classes too small for a viable school cost. It ranks the
remedies of one school; it is no budget.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.rules import rulebook

COLUMNS = [
    "urn", "phase", "planning_area_code", "remedy", "from_ay", "places_now", "places_after", "pupils_most", "class_now",
    "class_after", "sent_next_door", "running_saved", "transport", "score", "protected_places", "protected_from_ay",
    "gives_up_protected", "with_urn", "who_decides", "told",
]  # fmt: skip
ASK = "the council asks; the school's own admission authority, trust or diocese decides unless it is the council's own school"


@dataclass(frozen=True)
class School:
    """One school and phase with lasting surplus; by academic year: children at entry, places at entry."""

    urn: str
    phase: str
    area: str
    entry: pd.Series
    pan: float
    pupils: pd.DataFrame  # [ay, nc_year]
    places: pd.DataFrame  # [ay, nc_year]


def classes(children: float, largest: float = 0.0) -> int:
    """Classes, and so teachers, that an intake makes: one for each 30 or part of it."""
    return math.ceil(round(children, 6) / (largest or rulebook("surplus")["classes"]["largest"]))


def surplus_remedies(
    places: pd.DataFrame, school_pupils: pd.DataFrame, balance: pd.DataFrame, transport: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Remedies for every school with lasting surplus, best first within a school; empty where there is none.

    places: urn, ay, nc_year, yg_places. school_pupils: urn, ay, phase, planning_area_code, nc_year, pupils. balance: ay, phase,
    planning_area_code, nc_year, pupils, yg_places. transport: pounds for a child and year by phase; none: the rulebook's.
    """
    book = rulebook("surplus")
    fares = transport or {p: float(rulebook("transport")["home_to_school"][p]) for p in ("primary", "secondary")}
    schools = list(_schools(places, school_pupils))
    rows: list[dict[str, Any]] = []
    for school in schools:
        if _lasts(school, book):
            back, needed = _returns(school, balance)
            remedies = [
                *_lower_numbers(school, book, fares[school.phase], needed),
                *_rooms(school, book, balance, needed),
                *_amalgamations(school, schools, book),
            ]
            rows += [_finished(school, remedy, back, needed) for remedy in remedies]
    if not rows:
        return pd.DataFrame(columns=COLUMNS)
    table = pd.DataFrame(rows)[COLUMNS]
    order = {"urn": True, "phase": True, "score": False, "remedy": True, "places_after": False}
    return table.sort_values(list(order), ascending=list(order.values())).reset_index(drop=True)


def _schools(places: pd.DataFrame, school_pupils: pd.DataFrame) -> Iterator[School]:
    """Schools of which places and pupils are known, phase by phase."""
    mine = school_pupils[school_pupils["phase"].isin(("primary", "secondary"))]
    for (urn, phase, area), rows in mine.groupby(["urn", "phase", "planning_area_code"], observed=True):
        theirs = places[(places["urn"] == urn) & places["nc_year"].isin(rows["nc_year"]) & places["ay"].isin(rows["ay"])]
        wide = theirs.pivot_table(index="ay", columns="nc_year", values="yg_places", aggfunc="sum", min_count=1).dropna()
        pupils = rows.pivot_table(index="ay", columns="nc_year", values="pupils", aggfunc="sum").reindex(wide.index).fillna(0.0)
        if wide.empty:
            continue
        first = ENTRY_YEAR[phase] if ENTRY_YEAR[phase] in wide.columns else min(wide.columns)
        yield School(str(urn), str(phase), str(area), pupils[first], float(wide[first].iloc[-1]), pupils, wide)


def _lasts(school: School, book: Mapping[str, Any]) -> bool:
    """Whether the entry year has been part empty for long enough, up to the last year planned for."""
    years = int(book["when"]["years"])
    empty = (school.pan - school.entry).iloc[-years:]
    return len(empty) == years and bool((empty >= book["when"]["empty_at_entry"]).all())


def _returns(school: School, balance: pd.DataFrame) -> tuple[int | None, float]:
    """When the area's entry year needs more again than in its lowest year before, and how many of the empty places at most."""
    first = school.entry.name
    area = balance[(balance["planning_area_code"] == school.area) & (balance["phase"] == school.phase)]
    years = area[area["nc_year"] == first].set_index("ay").sort_index()
    spare = years["yg_places"] - years["pupils"]
    if spare.isna().all():
        return None, 0.0
    widest = int(spare.idxmax())
    later = spare.loc[widest:]
    back = later[later <= later.iloc[0] - 0.5 * float(rulebook("surplus")["when"]["empty_at_entry"])]
    needed = max(0.0, float(later.iloc[0] - later.min())) if len(back) else 0.0
    return (int(back.index[0]) if len(back) else None), needed


def _lower_numbers(school: School, book: Mapping[str, Any], fare: float, needed: float) -> Iterator[dict[str, Any]]:
    """Lower admission numbers by halves of a form, down to one below what the largest intake fills."""
    size = book["classes"]
    most, pan, step = float(school.entry.max()), school.pan, float(size["step"])
    groups = len(school.pupils.columns)
    enough = max(step, step * math.ceil(round(most / step, 6)))
    for number in (enough, enough - step):
        if not 0.0 < number < pan:
            continue
        taken = school.entry.clip(upper=number)
        away = float((school.entry - taken).mean())
        before, after = _taught(school.entry, size), _taught(taken, size)
        saved = (before - after) * groups * float(book["running"]["class_taught"])
        cost = away * groups * fare
        yield {
            "remedy": "pan_cut", "places_now": pan, "places_after": number, "class_now": float(school.entry.mean()) / before,
            "class_after": float(taken.mean()) / after, "sent_next_door": away, "running_saved": saved, "transport": cost,
            "given_up": pan - number,
            "score": saved - cost - _small(float(taken.mean()) / after, after * groups, book),
        }  # fmt: skip


def _taught(intake: pd.Series, size: Mapping[str, Any]) -> float:
    """Classes that the intakes of some years make, in the mean."""
    return float(sum(max(1, classes(children, float(size["largest"]))) for children in intake)) / len(intake)


def _small(average: float, taught: float, book: Mapping[str, Any]) -> float:
    """What classes below the smallest viable cost: the pupils they lack, at what a pupil's share of a full class costs."""
    lack = max(0.0, float(book["classes"]["smallest_viable"]) - average)
    return lack / float(book["classes"]["largest"]) * taught * float(book["running"]["class_taught"])


def _rooms(school: School, book: Mapping[str, Any], balance: pd.DataFrame, needed: float) -> Iterator[dict[str, Any]]:
    """Whole rooms that stay empty: closed for the time being, or turned into something else for good."""
    room, most = float(book["conversions"]["room"]), school.pupils.sum(axis=1)
    whole = school.places.sum(axis=1)
    empty = math.floor(float((whole - most).min()) / room)
    if empty < 1:
        return
    before = _taught(school.entry, book["classes"])
    plain = {
        "places_now": float(whole.iloc[-1]), "class_now": float(school.entry.mean()) / before,
        "class_after": float(school.entry.mean()) / before, "sent_next_door": 0.0, "transport": 0.0,
    }  # fmt: skip
    kept = float(book["running"]["room_kept"])
    left = float(whole.iloc[-1])
    penalty = _small(plain["class_after"], before * len(school.pupils.columns), book)
    yield {
        **plain, "remedy": "mothball", "places_after": left - empty * room, "running_saved": empty * kept, "given_up": 0.0,
        "score": empty * kept - penalty,
    }  # fmt: skip
    area = balance[(balance["planning_area_code"] == school.area) & (balance["phase"] == school.phase)]
    by_year = area.groupby("ay")[["yg_places", "pupils"]].sum(min_count=1)
    if school.phase == "primary" and (by_year["yg_places"] - by_year["pupils"]).min() >= room:
        for use in ("nursery", "resourced"):
            yield {
                **plain, "remedy": f"convert_to_{use}", "places_after": left - room, "running_saved": kept,
                "given_up": room / len(school.pupils.columns), "score": kept - penalty,
            }  # fmt: skip


def _amalgamations(school: School, others: list[School], book: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A school of the same area and year groups that can hold the pupils of both, in every year group and year."""
    for other in others:
        same = list(other.places.columns) == list(school.places.columns) and other.places.index.equals(school.places.index)
        if other.urn == school.urn or (other.area, other.phase) != (school.area, school.phase) or not same:
            continue
        both = school.pupils + other.pupils
        if (both > other.places + 1e-6).to_numpy().any():
            continue
        size, groups = book["classes"], len(school.pupils.columns)
        apart = _taught(school.entry, size) + _taught(other.entry, size)
        joined = school.entry + other.entry
        together = _taught(joined, size)
        saved = float(book["running"]["school_kept"]) + (apart - together) * groups * float(book["running"]["class_taught"])
        yield {
            "remedy": "amalgamation", "with_urn": other.urn, "places_now": float(school.places.sum(axis=1).iloc[-1]),
            "places_after": 0.0, "class_now": float(school.entry.mean()) / _taught(school.entry, size),
            "class_after": float(joined.mean()) / together, "sent_next_door": 0.0, "running_saved": saved, "transport": 0.0,
            "given_up": school.pan, "score": saved - _small(float(joined.mean()) / together, together * groups, book),
        }  # fmt: skip


def _finished(school: School, remedy: dict[str, Any], back: int | None, needed: float) -> dict[str, Any]:
    """A remedy with what all have in common, and told in a sentence."""
    protected = min(needed, float((school.pan - school.entry).max()))
    when = school.entry.loc[back:] if back is not None else school.entry
    given_up = remedy.pop("given_up")
    gives_up = protected > 0.0 and given_up > float((school.pan - when).min()) + 1e-6
    row = {
        "urn": school.urn, "phase": school.phase, "planning_area_code": school.area, "with_urn": "",
        "from_ay": int(school.entry.index[0]) + 1, "pupils_most": float(school.entry.max()),
        "protected_places": protected, "protected_from_ay": back, "gives_up_protected": gives_up, "who_decides": ASK, **remedy,
    }  # fmt: skip
    return {**row, "told": _told(row)}


def _told(row: Mapping[str, Any]) -> str:
    name = {
        "pan_cut": f"admit {row['places_after']:,.0f} and not {row['places_now']:,.0f}",
        "mothball": f"close rooms of {row['places_now'] - row['places_after']:,.0f} places for the time being",
        "convert_to_nursery": "turn a room into a nursery class",
        "convert_to_resourced": "turn a room into a resourced provision",
        "amalgamation": f"amalgamate with {row['with_urn']}",
    }[row["remedy"]]
    now, after = f"{row['class_now']:,.0f}", f"{row['class_after']:,.0f}"
    told = f"{name}: classes " + (f"stay at {now} at entry" if now == after else f"of {after} and not {now} at entry")
    told += f", £{row['running_saved']:,.0f} a year no longer spent on running"
    if row["sent_next_door"] > 0.05:
        told += f", {row['sent_next_door']:,.1f} children a year sent next door for £{row['transport']:,.0f} of transport"
    if row["gives_up_protected"]:
        told += f"; {row['protected_places']:,.0f} places at entry are needed again from September {row['protected_from_ay']}"
        told += ", so keep them in hand"
    return told
