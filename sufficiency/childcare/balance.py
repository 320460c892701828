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
    NOT_KNOWN: "not known: not everybody has told their hours",
}
LOCAL = "local definition"
KEYS = ["level", "area_code", "ay", "term", "age_band", "measure"]
COLUMNS = [
    *KEYS, "area_name", "children", "hours_wanted", "hours_on_offer", "hours_counted", "hours_assumed", "hours_not_told",
    "hours_short",
    "hours_over", "pte_wanted", "pte_counted", "pte_short", "pte_over", "ratio", "status", "words", "worst_term",
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
    known = status(wanted, reach, weights.edges)
    settled = (known == status(wanted, reach + more, weights.edges)) & ~np.isnan(reach)
    settled &= ~table["measure"].isin(list(weights.incomplete)).to_numpy() | (known == LETTERS[-1])
    letters = np.where(settled, known, NOT_KNOWN)
    sure = letters != NOT_KNOWN
    short, over = np.maximum(0.0, wanted - reach), np.maximum(0.0, reach - wanted)
    short = np.where(sure | (short == 0), short, np.nan)        # what is enough without those who have not told stays enough
    over = np.where(sure, over, np.nan)
    pte = np.where(table["measure"].isin(EARLY), 1 / PTE_HOURS, np.nan)
    ratio = np.divide(reach, wanted, out=np.full(len(table), np.nan), where=wanted > 0)
    table = table.assign(
        hours_counted=reach, hours_short=short, hours_over=over, pte_wanted=wanted * pte, pte_counted=reach * pte,
        pte_short=short * pte, pte_over=over * pte, ratio=ratio, status=letters, words=[WORDS[letter] for letter in letters])
    return table.assign(worst_term=_worst(table))


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
                                     f"{len(letters)} planning areas have enough in autumn and too little later in the year",
                              "who sizes provision on the autumn term has too little in summer"))
    unsure = now[now["status"].eq(NOT_KNOWN) & now["measure"].isin(EARLY)]
    if len(unsure):
        notes.append(Note(TABLE, f"in {unsure['area_code'].nunique()} of {now['area_code'].nunique()} planning areas it hangs on "
                                 f"settings that have not told their hours whether there is enough ({ay_label(base)})",
                          "whether childcare is sufficient there is not known"))
    return tuple(notes)
