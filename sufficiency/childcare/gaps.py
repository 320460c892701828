"""Where childcare is short, area by area: by how much, in which term, what stands empty beside it, and what is in reach.

Every shortage counts, however small; the letter says how severe it is. A place for one age is none for another, and a place
across the border is none of the area's own: both are told beside the shortage, since they are where a remedy may lie.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning_areas.school_year import ay_label
from planning_areas.wording import rounded_as
from sufficiency.childcare.balance import ALL, EARLY, FUNDED, LOCAL, NOT_AS_FUNDED, NOT_KNOWN, PLANNING_AREA, TABLE
from sufficiency.childcare.marks import in_places
from sufficiency.childcare.terms import BAND_NAMES, YOUNG

if TYPE_CHECKING:
    from collections.abc import Hashable

MOST_LINES = 30     # of a finding; the sheet of the balance has them all
REACH_KEYS = ["area_code", "age_band", "measure", "term"]
NOTICEABLE = 0.5    # hours a week from which a shortage is told: as printed


def gaps_said(tables: Mapping[str, pd.DataFrame], base: int) -> str:
    """Every shortage of the base year in its worst term, the most severe first, as a list."""
    rows = tables[TABLE]
    areas = rows[(rows["level"] == PLANNING_AREA) & (rows["ay"] == base) & rows["measure"].isin(EARLY)]
    if areas.empty:
        return ""
    worst = areas[areas["worst_term"].astype("bool")]
    short = worst[worst["hours_short"] >= NOTICEABLE]
    many, every = short["area_code"].nunique(), areas["area_code"].nunique()
    unsure = len(not_known(rows, base))
    but = f"; of {unsure} it is not known for some age" if unsure else ""
    if short.empty and unsure == every:
        return f"Of none of {every} planning areas is it known whether childcare suffices at every age in {ay_label(base)}."
    if short.empty:
        return f"No planning area is known to be short of childcare in {ay_label(base)}{but}."
    short = short.assign(mild=short["status"].ne("R")).sort_values(
        ["mild", "hours_short", "area_code", "measure"], ascending=[True, False, True, True])
    reach = _reach(tables["access_by_area"], base)
    lines = [f"- {_gap(row, areas, reach)}" for row in short.head(MOST_LINES).to_dict("records")]
    more = [f"- and {len(short) - MOST_LINES} more: see the sheet {TABLE}."] if len(short) > MOST_LINES else []
    severe = short.loc[short["status"] == "R", "area_code"].nunique()
    first = (f"{many} of {every} planning areas are short of childcare for some age in {ay_label(base)}, {severe} of them "
             f"insufficient (R, {LOCAL}){but}. Each in its worst term:")
    return "\n".join([first, *lines, *more])


def not_known(rows: pd.DataFrame, base: int, measures: Collection[str] = EARLY) -> frozenset[str]:
    """The planning areas of which at some age it is not known how they stand in the worst term of the base year."""
    mine = rows[(rows["level"] == PLANNING_AREA) & (rows["ay"] == base) & rows["measure"].isin(list(measures))]
    return frozenset(mine.loc[mine["worst_term"].astype("bool") & mine["status"].eq(NOT_KNOWN), "area_code"])


def on_offer_said(row: Mapping[Hashable, Any] | pd.Series) -> str:
    """What is on offer, for a sentence: where rooms only might be offered as funded, how many are told and how many there may be.

    Such rooms count as far as they are claimed, so that to tell what counts would only tell again what is wanted.
    """
    if pd.isna(row["hours_counted"]):
        return "none known on offer"
    most = row["hours_counted"] + row["hours_flexible"]
    if row["hours_flexible"] < NOTICEABLE:
        rests = ("taken to be " if assumed(row["assumed_share"]) else "known to be ") if row["status"] == NOT_KNOWN else ""
        return f"{rounded_as(most)} {rests}on offer"
    told = most * (1 - row["assumed_share"])
    return (f"{rounded_as(told) if told >= NOTICEABLE else 'none'} told to be on offer, "
            f"and up to {rounded_as(most)} at the usual share of their kind")


def _gap(row: Mapping[Hashable, Any], areas: pd.DataFrame, reach: Mapping[tuple[str, ...], float]) -> str:
    """One shortage: area, age, term, how much, what it rests on, how far families can reach more, and what is empty beside."""
    what = "funded hours" if row["measure"] == FUNDED else "all hours"
    parts = [f"{row['area_name']}, {BAND_NAMES[row['age_band']]}, {what}, {row['term']}: {in_places(row['hours_short'])} short, "
             f"{row['marked']}{assumed(row['assumed_share'])}"]
    if row["stands"] == NOT_AS_FUNDED:
        parts.append(NOT_AS_FUNDED)
    found = reach.get((row["area_code"], row["age_band"], row["measure"], row["term"]))
    if found is not None:
        parts.append(f"in reach, those across the border included, {found:.2f} {what.removeprefix('all ')} for each wanted")
    beside = areas[(areas["area_code"] == row["area_code"]) & (areas["term"] == row["term"]) & (areas["measure"] == ALL)
                   & areas["age_band"].ne(row["age_band"]) & (areas["hours_over"] >= NOTICEABLE)]
    beside = beside.sort_values("age_band", key=lambda bands: bands.map(YOUNG.index))
    if len(beside):
        told = ", ".join(f"{in_places(b.hours_over)} for {BAND_NAMES[b.age_band]}" for b in beside.itertuples())
        parts.append(f"empty beside: {told}")
    return "; ".join(parts) + "."


def _reach(by_area: pd.DataFrame, base: int) -> dict[tuple[str, ...], float]:
    """Hours in reach for each wanted, by planning area, age, measure and term."""
    if by_area.empty:
        return {}
    rows = by_area[(by_area["level"] == PLANNING_AREA) & (by_area["ay"] == base) & by_area["index"].notna()]
    return dict(zip(rows[REACH_KEYS].itertuples(index=False, name=None), rows["index"].astype("float64"), strict=True))


def assumed(share: float) -> str:
    """In brackets which part of what is on offer is an assumption; blank where none is."""
    return f" ({share:.0%} of what is on offer is an assumption)" if pd.notna(share) and share >= 0.005 else ""
