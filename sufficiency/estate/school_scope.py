"""Which schools are planned for: state mainstream schools that are open in the base year, or open after its census.

Method (domain brief B1). In scope are maintained schools, academies, free schools, city technology colleges, university
technical colleges and studio schools with a year group from Reception to Year 11; nursery, special, alternative and independent
schools and colleges are not (rule 5). Whoever has pupils in the January census of the base year is open; a school that GIAS
alone knows is kept only if it has no successor there and opens after that census. A date of closing before that census was a
proposal that did not come true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label, end_of_census_month
from planning_areas.wording import some
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from collections.abc import Collection

    from sufficiency.evidence import Evidence
    from sufficiency.forecast.predecessors import Ancestry

MAINSTREAM_TYPES = frozenset({
    "community school",
    "voluntary aided school",
    "voluntary controlled school",
    "foundation school",
    "academy converter",
    "academy sponsor led",
    "free schools",
    "city technology college",
    "university technical college",
    "studio schools",
})
"""Types of establishment, as GIAS names them, that SCAP asks for (B1)."""

OTHER_TYPES = (
    "special",
    "independent",
    "nursery",
    "referral",
    "alternative",
    "16-19",
    "16 to 19",
    "sixth form",
    "further education",
    "higher education",
    "college",
    "hospital",
    "secure",
    "online",
    "welsh",
    "offshore",
    "service children",
    "centre",
    "institution",
    "children's",
    "non-maintained",
    "miscellaneous",
)
"""Words that mark a type as known and not in scope; a type that neither list knows is told."""

STATE_MAINSTREAM = frozenset({"State-funded primary", "State-funded secondary"})
OPEN = ("Open", "Open, but proposed to close")
TO_OPEN = "Proposed to open"
SEPTEMBER = 9


def in_scope(evidence: Evidence, family: Ancestry) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The urns in scope: state mainstream in the census of the base year, and schools of GIAS that open after it.

    A school that has followed another since the census (an academy, a merger) stands in its place; one that is only proposed to
    does not yet.
    """
    base, code = evidence.authority.base_year, evidence.authority.code
    census = evidence.census_schools
    census = census[(census["ay"] == base) & (census["la_code"] == code)] if len(census) else census
    gias = evidence.schools[evidence.schools["la_code"] == code] if evidence.has("schools") else evidence.schools
    notes: list[Note] = []
    if len(gias):
        gias, told = _of_mainstream_type(gias)
        notes += told
    if census.empty:
        return _open_in_gias(gias, evidence, notes)
    counted = census.loc[census["phase_type_grouping"].isin(STATE_MAINSTREAM), ["urn"]]
    rest = gias[~gias["urn"].isin(census["urn"])]
    replaced = pd.Series(
        [bool(family.after(urn) & set(census["urn"])) for urn in rest["urn"]], index=rest.index, dtype="bool"
    )
    opens = _opens_after(rest, base)
    there = set(counted["urn"])
    earlier = {urn: [before for before in family.before(urn) if before in there] for urn in rest["urn"]}
    follows = pd.Series([bool(earlier[urn]) for urn in rest["urn"]], index=rest.index, dtype="bool")
    if (heirs := rest[follows & rest["status"].isin(OPEN)]).size:
        counted = counted[~counted["urn"].isin({before for urn in heirs["urn"] for before in earlier[urn]})]
        counted = pd.concat([counted, heirs[["urn"]]], ignore_index=True)
        notes.append(
            Note(
                "schools",
                f"{len(heirs)} schools have followed others since the census of January {base + 1} and stand for them, with "
                f"their pupils: {some(heirs['school_name'])}",
            )
        )
    replaced |= follows
    if (gone := rest[~replaced & ~opens & rest["status"].isin(OPEN)]).size:
        notes.append(
            Note(
                "schools",
                f"{len(gone)} open schools of GIAS have no pupils in the census of January {base + 1} and are left "
                f"out: {some(gone['school_name'])}",
                "their places, if they have any",
            )
        )
    if (new := rest[~replaced & opens]).size:
        notes.append(
            Note("schools", f"{_schools(len(new), 'open', 'opens')} after the census of January {base + 1}: "
                            f"{some(new['school_name'])}")
        )
    return pd.concat([counted, new[["urn"]]], ignore_index=True), tuple(notes)


def _open_in_gias(gias: pd.DataFrame, evidence: Evidence, notes: list[Note]) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Without the census's list of schools: what GIAS calls open; without GIAS too, whoever has pupils in the council's roll."""
    base = evidence.authority.base_year
    if gias.empty:
        roll = evidence.school_roll
        urns = roll.loc[(roll["ay"] == base) & (roll["nc_year"] >= 0) & (roll["pupils"] > 0), ["urn"]].drop_duplicates()
        if len(urns):
            text = f"there is no list of schools: they are the {len(urns)} with a roll in {ay_label(base)}, by their numbers"
            notes.append(Note("schools", text, "their names, places on the ground and capacities are not known"))
        return urns.reset_index(drop=True), tuple(notes)
    wanted = gias[gias["status"].isin(OPEN) | _opens_after(gias, base)]
    text = f"there is no census list of schools for {ay_label(base)}: the schools are those that GIAS calls open"
    return wanted[["urn"]].reset_index(drop=True), (*notes, Note("census_schools", text))


def closing(schools: pd.DataFrame, base: int, chosen: Collection[str] = ()) -> list[Note]:
    """Name the schools that close on a date, and those that GIAS proposes to close without one: these go on.

    chosen: numbers of the schools whose closing is a choice of this run; the date of any other stands in GIAS.
    """
    dated = closing_ay(schools)
    soon = dated.notna() & (dated > base)
    open_ended = schools["status"].eq(OPEN[1]) & dated.isna()
    notes = []
    ours = schools["urn"].isin(chosen)
    for which, whose in ((soon & ~ours, "on the date in GIAS"), (soon & ours, "by a choice of this run and not by GIAS")):
        if which.any():
            dates = zip(schools.loc[which, "school_name"], schools.loc[which, "close_date"], strict=True)
            told = some(f"{name} ({day})" for name, day in dates)
            who, they = ("1 school closes", "it has") if which.sum() == 1 else (f"{int(which.sum())} schools close", "they have")
            text = f"{who} after the census, {whose}: {told}; {they} no places from then on"
            notes.append(Note("schools", f"{text}, and the pupils go on nearby"))
    if open_ended.any():
        names = some(schools.loc[open_ended, "school_name"])
        text = f"{_schools(int(open_ended.sum()), 'are', 'is')} proposed to close: {names}"
        notes.append(Note("schools", f"{text}; the places count until planned_places removes them"))
    return notes


def _schools(many: int, of_several: str, of_one: str) -> str:
    """How many schools, with the verb that goes with it: 1 school opens, 2 schools open."""
    return f"1 school {of_one}" if many == 1 else f"{many} schools {of_several}"


def counted_after_closing(schools: pd.DataFrame, evidence: Evidence) -> tuple[pd.Series, list[Note]]:
    """The date on which each school closes, blank where the January census counted its pupils after it; and which these are.

    GIAS tells a proposal to close by its date; a school that was counted later was not closed.
    """
    base = evidence.authority.base_year
    census, roll = evidence.census_schools, evidence.school_roll
    counted = {*census.loc[census["ay"] == base, "urn"], *roll.loc[(roll["ay"] == base) & (roll["pupils"] > 0), "urn"]}
    stayed = closing_ay(schools).le(base) & schools["urn"].isin(counted)
    if not stayed.any():
        return schools["close_date"], []
    dates = zip(schools.loc[stayed, "school_name"], schools.loc[stayed, "close_date"], strict=True)
    who = "1 school was" if stayed.sum() == 1 else f"{int(stayed.sum())} schools were"
    text = (
        f"{who} to close by the date in GIAS and had pupils in the census of January {base + 1}: "
        f"{some(f'{name} ({day})' for name, day in dates)}; "
        "that date is not used, and their places count until a later extract of GIAS or planned_places takes them away"
    )
    return schools["close_date"].mask(stayed, ""), [Note("schools", text)]


def closing_ay(schools: pd.DataFrame) -> pd.Series:
    """The first academic year in whose January a school is no more; missing where no date is known.

    A school that closes in spring or summer is gone in the next September, one that closes in autumn before that January.
    """
    if "close_date" not in schools:
        return pd.Series(np.nan, index=schools.index)
    closed = pd.to_datetime(schools["close_date"].replace("", None), format="%Y-%m-%d", errors="coerce")
    return closed.dt.year.astype("float64")


def _of_mainstream_type(gias: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Keep the types that SCAP asks for; a type that nobody knows is kept out and told."""
    kind = gias["establishment_type"].str.strip().str.casefold()
    ours = kind.isin(MAINSTREAM_TYPES)
    known = ours | kind.map(lambda text: any(word in text for word in OTHER_TYPES))
    strange = sorted(set(gias.loc[~known, "establishment_type"]))
    notes = (
        [
            Note(
                "schools",
                f"types of establishment that are not known: {some(repr(t) for t in strange)}",
                "these schools are not planned for",
            )
        ]
        if strange
        else []
    )
    return gias[ours], notes


def _opens_after(gias: pd.DataFrame, base: int) -> pd.Series:
    """Which schools open after the census of the base year: those with such a date, or about to open without one."""
    dated = gias["open_date"] > end_of_census_month(base)
    return (gias["status"].isin([*OPEN, TO_OPEN]) & dated) | (gias["status"].eq(TO_OPEN) & gias["open_date"].eq(""))


def opening_ay(schools: pd.DataFrame) -> pd.Series:
    """The academic year from which each school is open; missing where no date is known, which is long ago."""
    if "open_date" not in schools:
        return pd.Series(np.nan, index=schools.index)
    opened = pd.to_datetime(schools["open_date"], format="%Y-%m-%d", errors="coerce")
    return (opened.dt.year - (opened.dt.month < SEPTEMBER)).astype("float64")
