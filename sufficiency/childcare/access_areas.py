"""Access brought home to areas: the hours in reach for each hour wanted, over the families of a planning area or district.

The index of a small area is hours on offer in reach for each hour wanted there. Over many it is the mean weighted by hours
wanted: so many hours as their families can reach, for all that they want. A small area that wants nothing counts for nothing; how
much of what is wanted has nothing in reach stands beside. The letter is that of the balance; an area of whose reach too little is
known has none, for supply that nobody has listed is not missing; nor has one of whose hours in reach too many are an assumption,
unless the others alone make a surplus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from planning_areas.wording import some
from sufficiency.childcare.balance import LETTERS, NOT_KNOWN, PLANNING_AREA, status
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

KEYS = ["level", "area_code", "area_name", "ay", "term", "age_band", "measure"]
SLACK = 1e-9
ACCESS_OF_AREAS = [*KEYS, "children", "index", "share_without", "share_known", "share_assumed", "status"]


def access_of_areas(access: pd.DataFrame, areas: pd.DataFrame, edges: Sequence[float] = (0.90, 1.05, 1.25),
                    known_least: float = 0.85, assumed_most: float = 0.5) -> pd.DataFrame:
    """The index by area: ACCESS_OF_AREAS; share_without is the part of the hours wanted that has nothing in reach.

    access: lsoa_code, ay, term, age_band, measure, wanted, index, index_assumed, without_supply, share_known, children. areas:
    lsoa_code, level, area_code, area_name, and the share of the small area that lies in it. edges: where the letter changes; it
    is not known where of less of the reach than known_least something is known, or where more than assumed_most of the hours in
    reach are an assumption, wherever they are offered.
    """
    parts = access.merge(areas, on="lsoa_code")
    part = parts["share"].astype("float64")
    wanted = parts["wanted"].astype("float64").fillna(0.0) * part
    there = parts["index"].notna() & (wanted > 0)
    parts = parts.assign(
        wanted=wanted.where(there, 0.0), reached=(wanted * parts["index"].astype("float64")).where(there, 0.0),
        assumed=(wanted * parts["index_assumed"].astype("float64")).where(there, 0.0),
        without=wanted.where(there & parts["without_supply"].astype("bool"), 0.0),
        children=parts["children"].astype("float64") * part,
        known=(wanted * parts["share_known"].astype("float64")).where(there, 0.0))
    columns = ["children", "wanted", "reached", "assumed", "without", "known"]
    table = parts.groupby(KEYS, as_index=False)[columns].sum()
    asked = table["wanted"].where(table["wanted"] > 0)
    shares = {"index": "reached", "share_without": "without", "share_known": "known"}
    table = table.assign(**{name: table[column] / asked for name, column in shares.items()})
    table["share_assumed"] = (table["assumed"] / table["reached"]).where(table["reached"] > 0)
    told = (table["reached"] - table["assumed"]) / asked
    letters, surely = (status(np.ones(len(table)), index.round(2).to_numpy(dtype="float64"), edges)    # as it is shown
                       for index in (table["index"], told))
    guessed = table["share_assumed"].gt(assumed_most + SLACK) & (surely != LETTERS[-1])
    doubtful = table["index"].isna() | table["share_known"].lt(known_least) | guessed
    return table.assign(status=np.where(doubtful, NOT_KNOWN, letters))[ACCESS_OF_AREAS]


def border_notes(table: pd.DataFrame, base: int, known_least: float) -> tuple[Note, ...]:
    """Name the planning areas whose access has no letter because too little is known of what lies across the border."""
    now = table[table["level"].eq(PLANNING_AREA) & table["ay"].eq(base) & table["share_known"].lt(known_least)]
    known = now.groupby("area_name")["share_known"].min().sort_values()
    if known.empty:
        return ()
    names = some([f"{name} ({share:.0%})" for name, share in known.items()], len(known))
    return (Note("access", f"of {len(known)} planning areas less than {known_least:.0%} of the reach is known, the rest lies "
                           f"across the border: {names}; their access has no letter ({ay_label(base)})",
                 "bring the register and the small areas of the neighbour next to each of them"),)
