"""Surplus as a finding with remedies of its own: where half a form stays empty at entry, what could be done and what for.

Method. Which schools have lasting surplus is told by `surplus_schools`. Their remedies, each held against leaving things as they
are:

- a lower admission number, by halves of a form: classes are taught for the children who come, so what counts is how many
  classes the intake makes before and after (class-size law: 30; intakes below half a form are taught in mixed classes)
  and whether those that remain are viable (24 and more on average). Children above the new number go next door, with their
  transport; sitting pupils are never moved;
- rooms mothballed: whole rooms empty in all year groups and all years, kept on the books;
- conversion of such a room to a nursery or a resourced provision, only where the area can spare the places to the end;
- amalgamation with a school of the same area whose places hold the pupils of both in all years, or of an infant and a junior
  school on one site, which keeps all places and all children where they are.

Where the area's own need comes back within the horizon, the places it needs then are protected: rooms may be mothballed and a
number cut for a time, but a remedy after which the school could not take the children who then come is told as such. At a school
that is its own admission authority all of it is only asked. The law presumes that a designated rural primary school is not
closed: what would end one stands after all else. The score is pounds a year: what is no longer run, less transport, less what
classes too small for a viable school cost. It ranks the remedies of one school; it is no budget.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from sufficiency.capital.surplus_schools import DESIGNATED, School, known_schools, lasts, one_site
from sufficiency.rules import rulebook

COLUMNS = [
    "urn", "school_name", "phase", "planning_area_code", "remedy", "rank", "from_ay", "places_now", "places_after", "pupils_most",
    "class_now", "class_after", "sent_next_door", "running_saved", "transport", "score", "protected_places",
    "protected_from_ay", "gives_up_protected", "with_urn", "with_school_name", "only_asked", "who_decides", "presumption",
    "listed_as", "told",
]  # fmt: skip
NUMBERS = ("rank", "places_now", "places_after", "pupils_most", "class_now", "class_after", "sent_next_door", "running_saved",
           "transport", "score", "protected_places", "protected_from_ay")  # fmt: skip
ASK = "the council asks; the school's own admission authority, trust or diocese decides unless it is the council's own school"
ONLY_ASKED = "only asked: the school is its own admission authority, and its trust, diocese or governors decide"
COUNCIL = {
    "pan_cut": "the council, which is the admission authority, after consultation",
    "amalgamation": "the council, by a statutory proposal",
}
OURS = "the council with the governors"
FEW = 5  # children, fewer than whom are told as a few
ON_LIST = {
    "pan_cut": ("pan_cut",), "mothball": (), "convert_to_nursery": ("nursery_expansion", "new_nursery"),
    "convert_to_resourced": ("resourced_provision",), "amalgamation": ("merger", "closure"),
}  # fmt: skip
"""Remedy -> the kinds of scheme that do the same."""


def classes(children: float, largest: float = 0.0) -> int:
    """Classes, and so teachers, that an intake makes: one for each 30 or part of it."""
    return math.ceil(round(children, 6) / (largest or rulebook("surplus")["classes"]["largest"]))


def surplus_remedies(
    places: pd.DataFrame, school_pupils: pd.DataFrame, balance: pd.DataFrame, transport: Mapping[str, float] | None = None,
    about: pd.DataFrame | None = None, schemes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Remedies for every school with lasting surplus, best first within a school (rank 1); empty where there is none.

    places: urn, ay, nc_year, yg_places. school_pupils: urn, ay, phase, planning_area_code, nc_year, pupils. balance: ay, phase,
    planning_area_code, nc_year, pupils, yg_places. transport: pounds for a child and year by phase; none: the rulebook's.
    about: of `about_schools`. schemes: the council's list, to say which of them it has there already.
    """
    book = rulebook("surplus")
    fares = transport or {p: float(rulebook("transport")["home_to_school"][p]) for p in ("primary", "secondary")}
    schools = list(known_schools(places, school_pupils, about))
    rows: list[dict[str, Any]] = []
    for school in schools:
        if lasts(school, book["when"]):
            back, needed = _returns(school, balance)
            remedies = [
                *_lower_numbers(school, book, fares[school.phase]),
                *_rooms(school, book, balance),
                *_amalgamations(school, schools, book),
                *_pairs(school, schools, book),
            ]
            rows += [_finished(school, remedy, back, needed, schemes) for remedy in remedies]
    if not rows:
        return pd.DataFrame({c: pd.Series(dtype="float64" if c in NUMBERS else "str") for c in COLUMNS})
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"protected_from_ay": "float64"})
    table = table.assign(last=table["presumption"].eq(DESIGNATED))
    order = {"urn": True, "phase": True, "last": True, "score": False, "remedy": True, "places_after": False, "with_urn": True}
    table = table.sort_values(list(order), ascending=list(order.values())).reset_index(drop=True)
    return table.assign(rank=table.groupby(["urn", "phase"], sort=False).cumcount().astype("float64") + 1.0)[COLUMNS]


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


def _lower_numbers(school: School, book: Mapping[str, Any], fare: float) -> Iterator[dict[str, Any]]:
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
        before, after = _taught(school.entry, groups, size), _taught(taken, groups, size)
        saved = (before - after) * float(book["running"]["class_taught"])
        cost, in_class = away * groups * fare, float(taken.mean()) * groups / after
        yield {
            "remedy": "pan_cut", "places_now": pan, "places_after": number, "class_now": _class_of(school, book),
            "class_after": in_class, "sent_next_door": away, "running_saved": saved, "transport": cost,
            "given_up": pan - number, "score": saved - cost - _small(in_class, after, book),
        }  # fmt: skip


def _taught(intake: pd.Series, groups: int, size: Mapping[str, Any]) -> float:
    """Classes of a whole school that the intakes of some years make, in the mean; intakes below half a form are taught mixed."""
    largest = float(size["largest"])
    if float(intake.mean()) < float(size["step"]):
        return float(sum(max(1, classes(children * groups, largest)) for children in intake)) / len(intake)
    return float(sum(max(1, classes(children, largest)) for children in intake)) / len(intake) * groups


def _small(average: float, taught: float, book: Mapping[str, Any]) -> float:
    """What classes below the smallest viable cost: the pupils they lack, at what a pupil's share of a full class costs."""
    lack = max(0.0, float(book["classes"]["smallest_viable"]) - average)
    return lack / float(book["classes"]["largest"]) * taught * float(book["running"]["class_taught"])


def _rooms(school: School, book: Mapping[str, Any], balance: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Whole rooms that stay empty: closed for the time being, or turned into something else for good."""
    room, most = float(book["conversions"]["room"]), school.pupils.sum(axis=1)
    whole = school.places.sum(axis=1)
    empty = math.floor(float((whole - most).min()) / room)
    if empty < 1:
        return
    mine = _class_of(school, book)
    plain = {
        "places_now": float(whole.iloc[-1]), "class_now": mine, "class_after": mine, "sent_next_door": 0.0, "transport": 0.0,
    }  # fmt: skip
    kept = float(book["running"]["room_kept"])
    left = float(whole.iloc[-1])
    penalty = _small(mine, _taught(school.entry, len(school.pupils.columns), book["classes"]), book)
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
        joined = school.entry + other.entry
        apart = _taught(school.entry, groups, size) + _taught(other.entry, groups, size)
        together = _taught(joined, groups, size)
        saved = float(book["running"]["school_kept"]) + (apart - together) * float(book["running"]["class_taught"])
        after = float(joined.mean()) * groups / together
        yield {
            "remedy": "amalgamation", "with": other, "how": "", "places_now": float(school.places.sum(axis=1).iloc[-1]),
            "places_after": 0.0, "class_now": _class_of(school, book), "class_after": after, "sent_next_door": 0.0,
            "running_saved": saved, "transport": 0.0, "given_up": school.pan, "score": saved - _small(after, together, book),
        }  # fmt: skip


def _pairs(school: School, others: list[School], book: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The infant or junior school on the same site: one school of the two, with all their places and children."""
    for other in others:
        infant, junior = (school, other) if min(school.places.columns) < min(other.places.columns) else (other, school)
        how = one_site(infant, junior, float(book["pairs"]["metres"]))
        if other.urn == school.urn or not how:
            continue
        mine, whole = _class_of(school, book), float((school.places.sum(axis=1) + other.places.sum(axis=1)).iloc[-1])
        saved = float(book["running"]["school_kept"])
        yield {
            "remedy": "amalgamation", "with": other, "how": how, "places_now": whole, "places_after": whole, "class_now": mine,
            "class_after": mine, "sent_next_door": 0.0, "running_saved": saved, "transport": 0.0, "given_up": 0.0,
            "score": saved - _small(mine, _taught(school.entry, len(school.pupils.columns), book["classes"]), book),
        }  # fmt: skip


def _class_of(school: School, book: Mapping[str, Any]) -> float:
    """Children in a class, were all year groups as large as the intakes, in the mean of the years."""
    groups = len(school.pupils.columns)
    return float(school.entry.mean()) * groups / _taught(school.entry, groups, book["classes"])


def _finished(
    school: School, remedy: dict[str, Any], back: int | None, needed: float, schemes: pd.DataFrame | None
) -> dict[str, Any]:
    """A remedy with what all have in common, and told in a sentence."""
    protected = min(needed, float((school.pan - school.entry).max()))
    when = school.entry.loc[back:] if back is not None else school.entry
    given_up, other, how = remedy.pop("given_up"), remedy.pop("with", None), remedy.pop("how", "")
    gives_up = protected > 0.0 and given_up > float((school.pan - when).min()) + 1e-6
    ends = remedy["remedy"] == "amalgamation"
    both = [school, *([other] if other is not None else [])]
    row = {
        "urn": school.urn, "school_name": school.name, "phase": school.phase, "planning_area_code": school.area,
        "from_ay": int(school.entry.index[0]) + 1, "pupils_most": float(school.entry.max()),
        "protected_places": protected, "protected_from_ay": back, "gives_up_protected": gives_up,
        "with_urn": other.urn if other else "", "with_school_name": other.name if other else "",
        "only_asked": any(one.own_admissions for one in both), "who_decides": _who(remedy["remedy"], both),
        "presumption": school.rural if ends else "", "listed_as": _listed(school, remedy["remedy"], schemes), **remedy,
    }  # fmt: skip
    return {**row, "told": _told(row, other, how)}


def _who(remedy: str, schools: list[School]) -> str:
    """Whose decision it is."""
    if any(school.own_admissions is None for school in schools):
        return ASK
    return ONLY_ASKED if any(school.own_admissions for school in schools) else COUNCIL.get(remedy, OURS)


def _listed(school: School, remedy: str, schemes: pd.DataFrame | None) -> str:
    """The schemes of the council's list that would do this at the school, by name."""
    if schemes is None or schemes.empty:
        return ""
    mine = schemes[schemes["site_id"].eq(school.urn) & schemes["kind"].isin(ON_LIST[remedy])]
    return "; ".join(mine["name"])


def _told(row: Mapping[str, Any], other: School | None, how: str) -> str:
    name = {
        "pan_cut": f"admit {row['places_after']:,.0f} and not {row['places_now']:,.0f}",
        "mothball": f"close rooms of {row['places_now'] - row['places_after']:,.0f} places for the time being",
        "convert_to_nursery": "turn a room into a nursery class",
        "convert_to_resourced": "turn a room into a resourced provision",
        "amalgamation": f"amalgamate with {other.called}" + (f" into one school ({how})" if how else "") if other else "",
    }[row["remedy"]]
    now, after = f"{row['class_now']:,.0f}", f"{row['class_after']:,.0f}"
    told = f"{name}: classes " + (f"stay at {now} at entry" if now == after else f"of {after} and not {now} at entry")
    told += f", £{row['running_saved']:,.0f} a year no longer spent on running"
    if row["sent_next_door"] > 0.05:
        few = row["sent_next_door"] < FEW
        told += ", fewer than 5 children a year sent next door" if few else (
            f", {row['sent_next_door']:,.0f} children a year sent next door for £{row['transport']:,.0f} of transport"
        )
    if row["gives_up_protected"]:
        told += f"; {row['protected_places']:,.0f} places at entry are needed again from September {row['protected_from_ay']}"
        told += ", so keep them in hand"
    if row["presumption"]:
        told += f"; {row['presumption']}: " if row["presumption"] == DESIGNATED else f"; {row['presumption']}, for "
        told += "the law presumes that such a school is not closed"
    return told + ("; only asked until the school's own admission authority agrees" if row["only_asked"] else "")
