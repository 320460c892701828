"""Childcare wanted against childcare on offer, by area, age, term and year; with a word for how the two stand to each other.

Method (domain brief G6, G7, 0.2 rules 15 to 19). Hours of a week in that term are weighed, never heads and never a year's hours,
and each against its own kind: funded hours wanted against funded hours on offer, all hours against all, care around school
against what clubs and others offer there, holidays by themselves. A part-time equivalent (PTE) is 15 such hours. Small areas are
carried to planning areas, districts and the authority, each of which is weighed for itself: what is free in one area is not
free in another, so the shortages of areas may add up to more than that of the authority.

Of the hours on offer only the part that serves the authority's own children counts (`childcare_in_reach`, a setting); who can get
there is measured by `access` alone. Settings that have places and have not told their hours are not guessed: beside what is known
stands what they would add at the usual hours of their kind, and where the status hangs on them it is not known. The status is a
local definition, not law: R insufficient, A tight, G sufficient, B surplus, by hours counted for each hour wanted. The worst term
of each year is marked.

A letter that rests in part on assumed hours has a mark beside it; where more than a set share is assumed there is none. Rooms
that by the usual share could be offered as funded hours count as such only as far as these are claimed (`hours_flexible` is the
rest): they are sold to parents who pay, and are no surplus of funded hours. What funded and all hours say together is the verdict
on an age and term: too few rooms is one thing, rooms that are not offered as funded another.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.childcare.entitlements import PTE_HOURS
from sufficiency.childcare.terms import BAND_NAMES, TERMS
from sufficiency.evidence import Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TABLE = "childcare_balance"
FUNDED, ALL, AROUND_SCHOOL, HOLIDAY = "funded", "all", "wraparound", "holiday"
MEASURES = {
    FUNDED: "funded hours", ALL: "all hours of children under five", AROUND_SCHOOL: "hours before and after school",
    HOLIDAY: "hours in the holidays",
}
EARLY = (FUNDED, ALL)
PLANNING_AREA, DISTRICT, AUTHORITY = "planning_area", "district", "authority"
LETTERS, NOT_KNOWN = ("R", "A", "G", "B"), "?"
WORDS = {
    "R": "insufficient", "A": "tight", "G": "sufficient", "B": "surplus: a risk to providers",
    NOT_KNOWN: "not known: hours are not told, or are an assumption",
}
MARK = "*"          # beside a letter that rests in part on an assumption
NO_ROOMS, NOT_AS_FUNDED = "too few rooms", "rooms exist, but are not offered as funded"
PAID_SHORT, ENOUGH = "funded hours suffice, too few beyond them", "enough"
TOO_MANY, UNSURE = "more than enough: a risk to providers", "not known"
FUNDED_UNSURE = "rooms suffice; how many are offered as funded is not known"
ROOMS_UNSURE = "too few are offered as funded; whether there are rooms is not known"
LOCAL = "local definition"
KEYS = ["level", "area_code", "ay", "term", "age_band", "measure"]
COLUMNS = [
    *KEYS, "area_name", "children", "hours_wanted", "hours_on_offer", "hours_counted", "hours_assumed", "hours_not_told",
    "hours_flexible", "hours_short",
    "hours_over", "pte_wanted", "pte_counted", "pte_short", "pte_over", "ratio", "status", "marked", "words", "stands",
    "assumed_share", "worst_term",
]
BESIDE = ("hours_assumed", "hours_not_told")
TOLERANCE = 1e-9
ORDER = {"": len(TERMS), **{term: k for k, term in enumerate(TERMS)}}


@dataclass(frozen=True)
class Weights:
    """What the council decides of the weighing."""

    edges: Sequence[float] = (0.90, 1.05, 1.25)     # hours on offer for each wanted at which R ends, A and G (G7), local policy
    in_reach: float = 1.0                           # of the hours on offer, the part that serves the authority's own children
    incomplete: Collection[str] = ()                # measures of whose supply only a part can be known
    assumed_most: float = 0.5                       # share of the hours on offer that may be an assumption, else not known


def childcare_balance(wanted: pd.DataFrame, offered: pd.DataFrame, areas: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Weigh hours wanted against hours on offer in every area, year, term, age band and measure.

    wanted: lsoa_code, ay, term, age_band, measure, children, hours_week. offered: the same without children; hours_assumed, the
    part that is an assumption; and hours_not_told, what settings that have not told their hours would add. areas: lsoa_code,
    level, area_code, area_name, share of the small area that lies in it; supply in no known small area has a blank code, and lies
    in the authority.
    """
    names = areas.drop_duplicates(["level", "area_code"])[["level", "area_code", "area_name"]]
    asked = _carried(wanted, areas, ["children", "hours_week"]).rename(columns={"hours_week": "hours_wanted"})
    there = _carried(offered, areas, ["hours_week", *BESIDE]).rename(columns={"hours_week": "hours_on_offer"})
    table = asked.merge(there, on=KEYS, how="outer").merge(names, on=["level", "area_code"], how="left")
    table = table.fillna(dict.fromkeys(("children", "hours_wanted", "hours_on_offer", *BESIDE), 0.0))
    table = _in_force(table)
    silent = table["measure"].isin(list(weights.incomplete)) & ~(table["hours_on_offer"] > 0)
    table["hours_on_offer"] = table["hours_on_offer"].mask(silent)      # nobody has said, which is not nothing
    table = _weighed(table, weights)
    table = table.assign(order=table["term"].map(ORDER)).sort_values(["level", "area_code", "ay", "order", "age_band", "measure"])
    return table.reset_index(drop=True)[COLUMNS]


def _carried(rows: pd.DataFrame, areas: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Carry small areas to planning areas, districts and the authority; the authority has everything, which is asserted."""
    small = rows.groupby(["lsoa_code", *KEYS[2:]], as_index=False)[columns].sum()
    parts = small.merge(areas[["lsoa_code", "level", "area_code", "share"]], on="lsoa_code")
    for column in columns:
        parts[column] = parts[column] * parts["share"]
    carried = parts.groupby(KEYS, as_index=False)[columns].sum()
    whole = carried[carried["level"] == AUTHORITY]
    for column in columns:
        if not np.isclose(whole[column].sum(), rows[column].sum(), rtol=TOLERANCE):
            raise AssertionError(f"{column} was lost or invented between small areas and the authority")
    return carried


def _in_force(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out funded hours at ages at which, by the rules of the day, nobody is entitled to any: they are no surplus."""
    whole = table[(table["level"] == AUTHORITY) & (table["measure"] == FUNDED)]
    nobody = whole.loc[~(whole["hours_wanted"] > 0), KEYS[2:]]
    entitled = table.merge(nobody.assign(nobody=True), on=KEYS[2:], how="left")["nobody"].isna()
    return table[entitled.to_numpy()].reset_index(drop=True)


def _weighed(table: pd.DataFrame, weights: Weights) -> pd.DataFrame:
    """Say what is short and what is over, and in which band the two stand, in each row for itself."""
    wanted = table["hours_wanted"].to_numpy(dtype="float64")
    reach = table["hours_on_offer"].to_numpy(dtype="float64") * weights.in_reach
    more = table["hours_not_told"].to_numpy(dtype="float64") * weights.in_reach
    guessed = table["hours_assumed"].to_numpy(dtype="float64") * weights.in_reach
    firm, share = reach - guessed, np.divide(guessed, reach, out=np.zeros(len(table)), where=reach > 0)
    funded, surplus = table["measure"].eq(FUNDED).to_numpy(), status(wanted, firm, weights.edges) == LETTERS[-1]

    def letter(offered: Floats) -> NDArray[np.str_]:
        """The band; rooms that only might be offered as funded hours make no surplus of them."""
        found = status(wanted, offered, weights.edges)
        return np.where(funded & (guessed > TOLERANCE) & (found == LETTERS[-1]) & ~surplus, LETTERS[-2], found)

    known = letter(reach)
    doubtful = (share > weights.assumed_most + TOLERANCE) & ~surplus
    settled = (known == letter(reach + more)) & ~np.isnan(reach) & ~doubtful
    settled &= ~table["measure"].isin(list(weights.incomplete)).to_numpy() | (known == LETTERS[-1])
    letters = np.where(settled, known, NOT_KNOWN)
    sure = letters != NOT_KNOWN
    flexible = np.where(funded, np.minimum(guessed, np.maximum(0.0, reach - wanted)), 0.0)     # sold to parents who pay
    reach = reach - flexible
    short, over = np.maximum(0.0, wanted - reach), np.maximum(0.0, reach - wanted)
    enough = (short == 0) & (~doubtful | (firm >= wanted))
    short = np.where(sure | enough, short, np.nan)        # what is enough without those who have not told stays enough
    over = np.where(sure, over, np.nan)
    pte = np.where(table["measure"].isin(EARLY), 1 / PTE_HOURS, np.nan)
    ratio = np.divide(reach, wanted, out=np.full(len(table), np.nan), where=wanted > 0)
    table = table.assign(
        hours_counted=reach, hours_short=short, hours_over=over, pte_wanted=wanted * pte, pte_counted=reach * pte,
        pte_short=short * pte, pte_over=over * pte, ratio=ratio, status=letters, words=[WORDS[letter] for letter in letters],
        hours_flexible=flexible, assumed_share=share, marked=np.where(sure & (guessed > TOLERANCE), letters + MARK, letters))
    return table.assign(worst_term=_worst(table), stands=_stands(table))


def _stands(table: pd.DataFrame) -> pd.Series:
    """One word for each age and term of an area, on its funded hours and all its hours together; blank for those at school."""
    early = table[table["measure"].isin(EARLY)].set_index(KEYS)
    wide = early[["hours_short", "status"]].unstack("measure")      # noqa: PD010  a row for each age and term
    if wide.empty:
        return pd.Series("", index=table.index)
    short = wide["hours_short"].reindex(columns=list(EARLY))
    letter = wide["status"].reindex(columns=list(EARLY))
    nobody = letter[FUNDED].isna()      # no entitlement at this age
    rooms, no_rooms = short[ALL].le(TOLERANCE), short[ALL].gt(TOLERANCE)
    offered, not_offered = nobody | short[FUNDED].le(TOLERANCE), short[FUNDED].gt(TOLERANCE)
    spare = letter[ALL].eq("B") & (nobody | letter[FUNDED].isin(["G", "B"]))
    cases = [(no_rooms & offered & ~nobody, PAID_SHORT), (no_rooms, NO_ROOMS), (rooms & not_offered, NOT_AS_FUNDED),
             (spare, TOO_MANY), (rooms & offered, ENOUGH), (rooms, FUNDED_UNSURE), (not_offered, ROOMS_UNSURE)]
    said = pd.Series(np.select([case for case, _ in cases], [word for _, word in cases], UNSURE), index=wide.index)
    told = said.reindex(pd.MultiIndex.from_frame(table[KEYS[:-1]])).to_numpy()
    return pd.Series(np.where(table["measure"].isin(EARLY), told, ""), index=table.index)


def status(wanted: Floats, offered: Floats, edges: Sequence[float]) -> NDArray[np.str_]:
    """The letter of the band: R below the first edge, A from it, G, and B above the last; what nobody wants is a surplus.

    Nothing wanted and nothing on offer is sufficient.
    """
    if len(edges) != len(LETTERS) - 1 or list(edges) != sorted(edges):
        raise ValueError(f"{len(LETTERS) - 1} rising ratios are needed, found {list(edges)}")
    nobody, nothing = wanted <= TOLERANCE, np.nan_to_num(offered) <= TOLERANCE
    ratio = np.divide(np.nan_to_num(offered), wanted, out=np.full(len(wanted), np.inf), where=~nobody)
    ratio = np.round(ratio, 9)
    band = np.searchsorted(np.asarray(edges[:2]), ratio, side="right") + (ratio > edges[2])
    letters = np.asarray(LETTERS)[band]
    return np.asarray(np.where(nobody & nothing, "G", letters))


def _worst(table: pd.DataFrame) -> pd.Series:
    """Mark the term of each year in which least is on offer for what is wanted; of equal ones that in which most is wanted."""
    ranked = table.assign(order=table["term"].map(ORDER), few=table["ratio"].fillna(np.inf))
    ranked = ranked.sort_values(["few", "hours_wanted", "order"], ascending=[True, False, True])
    first = ~ranked.duplicated(["level", "area_code", "ay", "age_band", "measure"])
    return first.reindex(table.index)


def balance_notes(table: pd.DataFrame, base: int) -> tuple[Note, ...]:
    """Say where the autumn hides a shortage that comes later in the year, and where the status cannot be told."""
    notes = []
    now = table[(table["ay"] == base) & (table["level"] == PLANNING_AREA)]
    for (band, measure), rows in now[now["measure"].isin(EARLY)].groupby(["age_band", "measure"], sort=True):
        letters = rows.pivot_table(index="area_code", columns="term", values="status", aggfunc="first").reindex(columns=TERMS)
        later = letters[["spring", "summer"]].eq("R").any(axis=1) & letters["autumn"].isin(["A", "G", "B"])
        if later.any():
            notes.append(Note(TABLE, f"{BAND_NAMES[band]}, {MEASURES[measure]}, {ay_label(base)}: {later.sum()} of "
                                     f"{len(letters)} planning areas have enough in autumn and too little later in the year "
                                     f"(the sheet {TABLE} says which)",
                              "who sizes provision on the autumn term has too little in summer"))
    notes += _assumed_notes(table[table["ay"] == base], base)
    unsure = now[now["status"].eq(NOT_KNOWN) & now["measure"].isin(EARLY) & now["hours_not_told"].gt(0)]
    if len(unsure):
        notes.append(Note(TABLE, f"in {unsure['area_code'].nunique()} of {now['area_code'].nunique()} planning areas it hangs on "
                                 f"settings that have not told their hours whether there is enough ({ay_label(base)})",
                          "whether childcare is sufficient there is not known"))
    return tuple(notes)


def _assumed_notes(now: pd.DataFrame, base: int) -> list[Note]:
    """Say where too much is an assumption for a letter, and where more would stand empty than anybody has counted."""
    notes = []
    early = now[now["measure"].isin(EARLY)]
    areas = early[early["level"] == PLANNING_AREA]
    doubtful = areas[areas["status"].eq(NOT_KNOWN) & areas["hours_assumed"].gt(0) & areas["hours_not_told"].le(0)]
    if many := doubtful["area_code"].nunique():
        notes.append(Note(TABLE, f"in {many} of {areas['area_code'].nunique()} planning areas so much of what is on offer "
                                 f"is an assumption that it has no letter ({ay_label(base)})",
                          "ask settings for their hours; childcare_assumed_most says how much may be assumed"))
    whole = early[early["level"].eq(AUTHORITY) & early["measure"].eq(ALL)]
    by = whole.groupby("term")[["hours_wanted", "hours_on_offer", "hours_assumed"]].sum().reindex(TERMS).dropna()
    empty = 1 - by["hours_wanted"] / by["hours_on_offer"].where(by["hours_on_offer"] > 0)
    found = float(rulebook("childcare_ratios")["spare"]["places"])
    idle = empty[(empty > found) & by["hours_assumed"].gt(0)]
    if len(idle):
        told = ", ".join(f"{share:.0%} in {term}" for term, share in idle.items())
        notes.append(Note(TABLE, f"what is taken to be on offer to children under five would mean that {told} stands empty "
                                 f"({ay_label(base)}), where {found:.0%} of places were found empty in 2022: look again",
                          "hours on offer are too many, or those that parents pay for too few"))
    return notes
