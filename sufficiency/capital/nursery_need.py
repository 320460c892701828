"""Who lacks childcare, as a capital decision asks it: planning areas and age bands, year by year, in places.

Method (domain brief G5-G7). What counts is rooms: all hours that families want in a week of the term in which most are short,
beyond those that settings within the area offer. A place serves so many hours a week as a new place is open, times the share
that can be used in practice; both are the rulebook's, unless the council has its own. A child under school age is placed anew
each year, so every year is a group of its own. What is not known to be short is not planned for, and is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.wording import some
from sufficiency.capital.capital_tables import BAND_YEARS
from sufficiency.childcare.balance import ALL, PLANNING_AREA
from sufficiency.childcare.terms import YOUNG
from sufficiency.evidence import Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions

PHASE = "early_years"
OPEN_AS = "day_nursery"  # as which kind of setting a new place is open
COLUMNS = ["planning_area_code", "ay", "age_band", "lacking"]


@dataclass(frozen=True)
class NurseryNeed:
    """Childcare places that families lack, and those that stand over, by planning area, year and age band."""

    groups: pd.DataFrame  # group_id, area_code, phase, deprived
    cells: pd.DataFrame  # group_id, ay, nc_year (of the age band), children, material
    short: pd.DataFrame  # the same with COLUMNS
    notes: tuple[Note, ...] = ()


def hours_of_a_place(assumptions: Assumptions) -> float:
    """Hours of care a week that a new place gives."""
    if assumptions.plan_hours_of_a_place:
        return assumptions.plan_hours_of_a_place
    book = rulebook("childcare_ratios")
    occupancy = assumptions.practical_occupancy or float(book["use"]["occupancy"])
    return float(book["opening"][OPEN_AS]["hours_week"]) * occupancy


def nursery_need(balance: pd.DataFrame, base: int, assumptions: Assumptions) -> NurseryNeed:
    """Places that families of young children lack; balance: the table childcare_balance."""
    rows = balance[balance["level"].eq(PLANNING_AREA) & balance["measure"].eq(ALL) & balance["age_band"].isin(YOUNG)]
    rows = rows[rows["ay"].gt(base)]
    keys = ["area_code", "ay", "age_band"]
    known = rows.groupby(keys, as_index=False)["hours_short"].max()  # of the terms that are known
    known["lacking"] = known["hours_short"] / hours_of_a_place(assumptions)
    short = known[known["lacking"].gt(1e-6)].rename(columns={"area_code": "planning_area_code"}).reset_index(drop=True)
    short["group_id"] = [
        f"{area}:{band}:{ay}" for area, ay, band in short[["planning_area_code", "ay", "age_band"]].itertuples(index=False)
    ]
    short = short.astype({"group_id": "str"})
    short["nc_year"] = short["age_band"].map(BAND_YEARS).astype("int64")
    short["children"], short["material"] = short["lacking"], short["lacking"].ge(assumptions.plan_material_childcare)
    groups = short.rename(columns={"planning_area_code": "area_code"}).assign(phase=PHASE, deprived=False)
    return NurseryNeed(
        groups[["group_id", "area_code", "phase", "deprived"]],
        short[["group_id", "ay", "nc_year", "children", "material"]],
        short[["group_id", *COLUMNS, "nc_year", "children", "material"]],
        _notes(known, rows, assumptions),
    )


def _notes(known: pd.DataFrame, rows: pd.DataFrame, assumptions: Assumptions) -> tuple[Note, ...]:
    """Say what a place is taken to give, until when childcare is known, and where it is not."""
    if rows.empty:
        return ()
    silent = sorted(set(known.loc[known["hours_short"].isna(), "area_code"]))
    notes = [
        Note(
            "plan",
            f"a new childcare place is taken to give {hours_of_a_place(assumptions):.1f} hours a week; childcare "
            f"is known to {int(rows['ay'].max())}, and what it lacks later is in no plan",
        )
    ]
    if silent:
        notes.append(
            Note(
                "plan",
                f"it is not known whether childcare is short in {len(silent)} planning areas at some age: {some(silent)}",
                "nothing is planned for them there",
            )
        )
    return tuple(notes)
