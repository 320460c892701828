"""Who lacks a school place, as a capital decision asks it: cohorts of planning areas from their point of entry on.

Method (domain brief E1, E9). Need is the balance's own: pupils expected beyond the places. Of cohorts that have yet to enter an
area whose schools are full there is hidden need besides: children who live there and find neither a seat nor a free place. They
are among the pupils expected elsewhere, so they stand apart, and `seated` says where they sit. Where schools are not full nobody
is turned away, and who goes elsewhere chose it. Children who sit already are counted where they sit, and nobody is moved.
Whether a shortfall is worth capital is judged by the year of entry; where it is, it carries the operating margin. Where an area
has schools that children change to in between, such as junior schools, its children are placed again when they change.

A cohort in which nobody lacks a place in any year is left out: a margin alone is no shortfall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS
from planning_areas.wording import some
from sufficiency.balance import hidden_need, need, need_with_margin, spare
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from collections.abc import Collection

    from sufficiency.assumptions import Assumptions

CHANGES = (3, 5, 9)  # year groups in which children change to a junior, middle or upper school
NOBODY = 1e-6
HIDDEN = ["planning_area_code", "phase", "entry", "intake_ay", "ay", "nc_year", "hidden"]
GROUP = ["planning_area_code", "entry", "intake_ay"]


@dataclass(frozen=True)
class Need:
    """Children who lack a place, in the layouts of `capital.tables`, and the places free by the same count."""

    groups: pd.DataFrame  # group_id, area_code, phase, deprived
    cells: pd.DataFrame  # group_id, ay, nc_year, children, material
    short: pd.DataFrame  # the same cells with planning_area_code, phase, intake_ay and `lacking`, children without the margin
    spare: pd.DataFrame  # planning_area_code, phase, ay, nc_year, spare: places that the area has over
    hidden: pd.DataFrame  # planning_area_code, phase, entry, intake_ay, ay, nc_year, hidden: children expected to sit elsewhere
    notes: tuple[Note, ...] = ()


def school_need(
    balance: pd.DataFrame, schools: pd.DataFrame, base: int, assumptions: Assumptions, deprived: Collection[str] = ()
) -> Need:
    """Cohorts of planning areas and how many of them lack a place, year by year.

    balance: the table of `balance`. schools: planning_area_code, phase, nc_year_low of every school of an area. base: the year of
    the census; what lacks a place by then is past help. deprived: areas that count as deprived.
    """
    known = balance[balance["ay"].gt(base) & balance["yg_places"].notna()]
    rows = with_entry(known, schools).reset_index(drop=True)
    coming = rows["intake_ay"].gt(base).to_numpy()
    full = rows["nc_year"].eq(rows["entry"]) & rows["headroom"].fillna(0.0).lt(assumptions.plan_full_below) & coming
    full = full.groupby([rows[c] for c in GROUP]).transform("any").to_numpy()
    pupils = rows["pupils"].to_numpy("float64")
    places, margin = rows["yg_places"].to_numpy("float64"), assumptions.operating_margin
    rows["hidden"] = np.where(full, hidden_need(rows["residents"].to_numpy("float64"), pupils, places), 0.0)
    rows["lacking"] = need(pupils, places)
    rows["children"] = need_with_margin(pupils, places, margin)
    rows["spare"] = spare(pupils * (1.0 + margin), places)
    enough = rows["nc_year"].eq(rows["entry"]) & rows["lacking"].ge(assumptions.plan_material) & coming
    rows["material"] = enough.groupby([rows[c] for c in GROUP]).transform("any")
    short = rows[rows.groupby(GROUP)["lacking"].transform("max").gt(NOBODY)].copy()
    short["group_id"] = [f"{area}:{entry}:{ay}" for area, entry, ay in short[GROUP].itertuples(index=False)]
    margin_too = short["material"] & short["lacking"].gt(NOBODY)
    short["children"] = short["children"].where(margin_too, short["lacking"])
    groups = short.drop_duplicates("group_id").assign(deprived=lambda table: table["planning_area_code"].isin(list(deprived)))
    groups = groups.rename(columns={"planning_area_code": "area_code"})[["group_id", "area_code", "phase", "deprived"]]
    return Need(
        groups.reset_index(drop=True),
        short[["group_id", "ay", "nc_year", "children", "material"]].reset_index(drop=True),
        short[
            ["group_id", "planning_area_code", "phase", "intake_ay", "entry", "ay", "nc_year", "lacking", "children", "material"]
        ],
        rows[["planning_area_code", "phase", "ay", "nc_year", "spare"]],
        rows.loc[rows.groupby(GROUP)["hidden"].transform("max").gt(NOBODY), HIDDEN].reset_index(drop=True),
        _not_known(balance, base),
    )


def with_entry(rows: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Add the point of entry that each row's children came in by, and the September in which they did: entry, intake_ay."""
    within = schools[schools["nc_year_low"].isin(CHANGES)]
    points = {(phase, area): {ENTRY_YEAR[phase]} for phase, area in rows[["phase", "planning_area_code"]].itertuples(index=False)}
    for phase, area, low in within[["phase", "planning_area_code", "nc_year_low"]].itertuples(index=False):
        if (phase, area) in points and low in PHASE_YEARS[phase]:
            points[phase, area].add(int(low))
    entry = [
        max(g for g in points[phase, area] if g <= nc_year)
        for phase, area, nc_year in rows[["phase", "planning_area_code", "nc_year"]].itertuples(index=False)
    ]
    told = rows.assign(entry=np.array(entry, dtype="int64"))
    return told.assign(intake_ay=told["ay"] - (told["nc_year"] - told["entry"]))


def _not_known(balance: pd.DataFrame, base: int) -> tuple[Note, ...]:
    """Name the areas whose places are not known, so that nobody takes them for areas without a need."""
    silent = balance[balance["ay"].gt(base) & balance["yg_places"].isna()]
    if silent.empty:
        return ()
    areas = sorted(set(silent["planning_area_code"]))
    return (Note("plan", f"places are not known in {len(areas)} planning areas: {some(areas)}", "nothing is planned for them"),)
