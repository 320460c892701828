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
    from sufficiency.forecast.predecessors import Ancestry

FIGURES = ["capacity", "capacity_sixth_form"]
YEAR_12 = PHASE_YEARS["sixth_form"][0]
RECENT = 3  # years in which a SCAP return beats GIAS [U]
LARGE_CHANGE = 0.25  # SCAP against GIAS: by how much they may differ without a word


def best_capacity(schools: pd.DataFrame, evidence: Evidence, family: Ancestry) -> tuple[pd.DataFrame, list[Note]]:
    """Add capacity, capacity_sixth_form and capacity_basis to the schools; schools: urn, laestab, capacity (GIAS)."""
    base = evidence.authority.base_year
    lines, notes = once(evidence.capacity)
    returns = _returns(lines, base)
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
    for look in (_sixth_forms_that_are, _sixth_forms_not_told, _sixth_forms_in_doubt):
        told, more = look(told, schools, evidence)
        notes += more
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


def _sixth_forms_that_are(
    told: pd.DataFrame, schools: pd.DataFrame, evidence: Evidence
) -> tuple[pd.DataFrame, list[Note]]:
    """Places of a sixth form that a school does not have (any more) count as places for its other year groups."""
    none = (schools["nc_year_high"] < YEAR_12) & (told["capacity_sixth_form"] > 0)
    if not none.any():
        return told, []
    text = (
        f"SCAP tells sixth-form places of schools that serve no sixth form: {some(schools.loc[none, 'school_name'])}; they count "
        "as places up to Year 11"
    )
    return told.assign(capacity_sixth_form=told["capacity_sixth_form"].mask(none, 0.0)), [Note("capacity", text)]


def _sixth_forms_not_told(
    told: pd.DataFrame, schools: pd.DataFrame, evidence: Evidence
) -> tuple[pd.DataFrame, list[Note]]:
    """Where nobody tells a sixth form's places, today's sixth-formers are taken off the capacity, and it is said."""
    _, older = _pupils(schools, evidence)
    lacking = told["capacity_sixth_form"].isna() & (older > 0) & told["capacity"].notna()
    if not lacking.any():
        return told, []
    text = f"sixth-form places are not told of {some(schools.loc[lacking, 'school_name'])}: today's sixth-formers are taken off"
    filled = told["capacity_sixth_form"].mask(lacking, older)
    return told.assign(capacity_sixth_form=filled), [Note("capacity", text, "places up to Year 11 there are a guess")]


def _sixth_forms_in_doubt(
    told: pd.DataFrame, schools: pd.DataFrame, evidence: Evidence
) -> tuple[pd.DataFrame, list[Note]]:
    """Name schools whose years up to 11 are fuller than their places while the sixth form has room: the split may be wrong."""
    pupils, older = _pupils(schools, evidence)
    sixth = told["capacity_sixth_form"].fillna(0.0)
    doubtful = (sixth > older) & (pupils > told["capacity"] - sixth)
    if not doubtful.any():
        return told, []
    text = (
        f"{int(doubtful.sum())} schools have more pupils up to Year 11 than capacity without the sixth-form places that SCAP "
        f"reports, and fewer sixth-formers than such places: {some(schools.loc[doubtful, 'school_name'])}"
    )
    return told, [Note("capacity", text, "their need up to Year 11 may be overstated: give year-group places or PANs")]


def _pupils(schools: pd.DataFrame, evidence: Evidence) -> tuple[pd.Series, pd.Series]:
    """Pupils up to Year 11, and in the sixth form, of each school in the base year; none where the roll is not known."""
    roll = evidence.school_roll
    now = roll[(roll["ay"] == evidence.authority.base_year) & (roll["nc_year"] >= 0)]
    parts = [now[now["nc_year"] < YEAR_12], now[now["nc_year"] >= YEAR_12]]
    sums = [schools["urn"].map(part.groupby("urn")["pupils"].sum()).astype("float64").fillna(0.0) for part in parts]
    return sums[0], sums[1]


def _returns(table: pd.DataFrame, base: int) -> dict[str, list[tuple[int, float, float]]]:
    """SCAP returns: urn, and laestab, -> (year, capacity, sixth form) of each year to the base year, latest first.

    Lines of sites and phases are added up; a figure of the whole school stands in where there are no such lines.
    """
    found: dict[str, list[tuple[int, float, float]]] = {}
    until = table[table["ay"] <= base]
    for key in ("urn", "laestab"):
        keyed = until[until[key] != ""]
        lines, whole = keyed[keyed["scope"] == "line"], keyed[keyed["scope"] == "school"]
        added = lines.groupby([key, "ay"])[FIGURES].sum(min_count=1)
        told = whole.groupby([key, "ay"])[FIGURES].max()
        both = added.index.union(told.index)
        capacity = added["capacity"].reindex(both).fillna(told["capacity"].reindex(both))
        sixth = told["capacity_sixth_form"].reindex(both).fillna(added["capacity_sixth_form"].reindex(both))
        for (code, ay), places, of_them in zip(both, capacity, sixth, strict=True):
            found.setdefault(str(code), []).insert(0, (int(ay), float(places), float(of_them)))
    return found


def once(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Drop lines that stand twice word for word, as when one file is given under two names, and say so."""
    twice = table.duplicated()
    if not twice.any():
        return table, []
    text = f"{int(twice.sum())} lines stand twice, word for word, and are counted once: {some(table.loc[twice, 'laestab'])}"
    return table[~twice], [Note("capacity", text)]


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
