"""Each school's capacity, sixth form apart, from the best source there is; and which source that was.

Method (domain brief B3). The SCAP return of May in the base year, or up to three years older, comes first; then the
administrative figure in GIAS, which may lag; then an older SCAP return; then what the same sources say of the school's
predecessor. A school may stand on several lines of a return (sites in several planning areas): the lines of one year are
added up. Nursery is never part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import PHASE_YEARS
from planning_areas.wording import some
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sufficiency.evidence import Evidence
    from sufficiency.predecessors import Ancestry

RECENT = 3  # years in which a SCAP return beats GIAS [U]
LARGE_CHANGE = 0.25  # SCAP against GIAS: by how much they may differ without a word


def best_capacity(schools: pd.DataFrame, evidence: Evidence, family: Ancestry) -> tuple[pd.DataFrame, list[Note]]:
    """Add capacity, capacity_sixth_form and capacity_basis to the schools; schools: urn, laestab, capacity (GIAS)."""
    base = evidence.authority.base_year
    returns = _returns(evidence.capacity, base)
    rows = [
        _of_school(
            school.urn,
            school.laestab,
            float(school.capacity),
            bool(school.in_gias),
            returns,
            base,
            family.before(school.urn),
        )
        for school in schools.itertuples()
    ]
    told = pd.DataFrame(rows, columns=["capacity", "capacity_sixth_form", "capacity_basis"], index=schools.index)
    told, notes = _sixth_forms_that_are(told, schools)
    notes += _sixth_forms_in_doubt(told, schools, evidence)
    gias = schools["capacity"].astype("float64")
    apart = told["capacity_basis"].str.startswith("SCAP") & ((told["capacity"] / gias - 1).abs() > LARGE_CHANGE)
    if apart.any():
        named = [
            f"{name} ({a:,.0f} against {b:,.0f})"
            for name, a, b in zip(schools.loc[apart, "school_name"], told.loc[apart, "capacity"], gias[apart], strict=True)
        ]
        notes.append(
            Note("capacity", "SCAP and GIAS differ by more than a quarter; SCAP is used: " + some(named))
        )
    return schools.drop(columns="capacity").join(told), notes


def _sixth_forms_in_doubt(told: pd.DataFrame, schools: pd.DataFrame, evidence: Evidence) -> list[Note]:
    """Name schools whose years up to 11 are fuller than their places while the sixth form has room: the split may be wrong."""
    roll = evidence.school_roll
    now = roll[roll["ay"] == evidence.authority.base_year]
    statutory = now["nc_year"].between(0, PHASE_YEARS["secondary"][-1])
    pupils = schools["urn"].map(now[statutory].groupby("urn")["pupils"].sum()).astype("float64")
    above = now["nc_year"] >= PHASE_YEARS["sixth_form"][0]
    older = schools["urn"].map(now[above].groupby("urn")["pupils"].sum()).astype("float64")
    sixth = told["capacity_sixth_form"].fillna(0.0)
    doubtful = (sixth > older.fillna(0.0)) & (pupils > told["capacity"] - sixth)
    if not doubtful.any():
        return []
    names = schools.loc[doubtful, "school_name"].tolist()
    text = (
        f"{len(names)} schools have more pupils up to Year 11 than capacity without the sixth-form places that SCAP reports, and "
        f"fewer sixth-formers than such places: {some(names)}"
    )
    return [Note("capacity", text, "their need up to Year 11 may be overstated: give year-group places or PANs")]


def _sixth_forms_that_are(told: pd.DataFrame, schools: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Places of a sixth form that a school does not have (any more) count as places for its other year groups."""
    none = (schools["nc_year_high"] < PHASE_YEARS["sixth_form"][0]) & (told["capacity_sixth_form"] > 0)
    if not none.any():
        return told, []
    names = ", ".join(schools.loc[none, "school_name"])
    text = f"SCAP tells sixth-form places of schools that serve no sixth form: {names}; they count as places up to Year 11"
    return told.assign(capacity_sixth_form=told["capacity_sixth_form"].mask(none, 0.0)), [Note("capacity", text)]


def _returns(table: pd.DataFrame, base: int) -> dict[str, list[tuple[int, float, float]]]:
    """SCAP lines added up: urn, and laestab, -> (year, capacity, sixth form) of each year to the base year, latest first.

    Two lines of one planning area, one of which alone knows the sixth form, come from two tables of the same survey: their places
    are counted once.
    """
    found: dict[str, list[tuple[int, float, float]]] = {}
    if table.empty:
        return found
    until = table[table["ay"] <= base]
    for key in ("urn", "laestab"):
        keyed = until[until[key] != ""]
        lines = keyed.groupby([key, "ay", "phase", "planning_area_code"])["capacity_sixth_form"]
        twice = lines.transform("count").between(1, lines.transform("size") - 1) & keyed["capacity_sixth_form"].notna()
        keyed = keyed.assign(capacity=keyed["capacity"].mask(twice))
        sums = (
            keyed.groupby([key, "ay"])[["capacity", "capacity_sixth_form"]].sum(min_count=1).reset_index().sort_values("ay")
        )
        for code, ay, capacity, sixth in sums.itertuples(index=False, name=None):
            found.setdefault(str(code), []).insert(0, (int(ay), float(capacity), float(sixth)))
    return found


def _of_school(
    urn: str,
    laestab: str,
    gias: float,
    in_gias: bool,
    returns: dict[str, list[tuple[int, float, float]]],
    base: int,
    before: Sequence[str],
) -> tuple[float, float, str]:
    """Capacity, sixth form (missing where never told) and basis of one school."""
    own = returns.get(urn) or returns.get(laestab) or []
    inherited = next((returns[earlier] for earlier in before if earlier in returns), [])
    mine, whose = (own, "") if own else (inherited, " of its predecessor")
    sixth = next((s for _, _, s in mine if not np.isnan(s)), np.nan)
    recent = next(((ay, c) for ay, c, _ in mine if not np.isnan(c) and ay > base - RECENT), None)
    if recent is not None:
        return recent[1], sixth, f"SCAP, May {recent[0] + 1}{whose}"
    if not np.isnan(gias):
        return gias, sixth, "GIAS" if in_gias else "GIAS, of its predecessor"
    older = next(((ay, c) for ay, c, _ in mine if not np.isnan(c)), None)
    if older is not None:
        return older[1], sixth, f"SCAP, May {older[0] + 1}{whose} (old)"
    return np.nan, sixth, "not known"
