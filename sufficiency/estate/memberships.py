"""Which planning area each school belongs to, a phase at a time, and where that is known from.

Method (domain brief B6). The council's own list comes first; then the code that the SCAP publications give the school, the
latest; then the code of its predecessor. A catch-all code is no area: such a school, and a new one, joins its neighbours - of
the three nearest schools of the phase that have an area, the area that weighs most by nearness - and `basis` says so. Where
nothing gives areas at all, each district is one; without districts the authority is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.boundaries import PHASES, Members
from planning_areas.school_year import PHASE_YEARS
from planning_areas.tables import check
from planning_areas.wording import some
from sufficiency.evidence import Note
from sufficiency.forecast.predecessors import ancestry

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence

NEIGHBOURS = 3
OWN_LIST = "the council's list"
NEAREST_METRE = 100.0  # schools on one site weigh as if they stood this far apart
PUBLISHED = "SCAP, "


def members(evidence: Evidence, schools: pd.DataFrame, assumptions: Assumptions) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Every school's planning area in each phase that it serves (urn, phase, planning_area_code, basis), and what to know of
    it.
    """
    parts, notes = [], []
    given = _given(evidence, assumptions)
    earlier = _earlier_numbers(evidence, schools)
    for phase in PHASES:
        served = schools[_serves(schools, phase)]
        if served.empty:
            continue
        known = given[given["phase"] == phase]
        if known.empty:
            found = _by_district(served, phase, evidence)
            where = (
                "districts stand in"
                if found["basis"].str.startswith("its district").all()
                else "the whole authority stands in"
            )
            notes.append(
                Note(
                    "area_members",
                    f"no {phase} planning areas are given: {where} for them",
                    "shortages in a part of such an area do not show",
                )
            )
        else:
            found = _of_school(served, known, earlier)
            notes += _in_several(found, known, served)
            found, told = _by_neighbours(found, served, phase, assumptions)
            notes += told
        parts.append(found.assign(phase=phase))
    columns = ["urn", "phase", "planning_area_code", "basis"]
    if not parts:
        return pd.DataFrame({c: pd.Series(dtype="str") for c in columns}), tuple(notes)
    table = pd.concat(parts, ignore_index=True)[columns].sort_values(
        ["phase", "planning_area_code", "urn"], ignore_index=True
    )
    return check(table, Members, "planning areas"), tuple(notes)


def _serves(schools: pd.DataFrame, phase: str) -> pd.Series:
    """Which schools have a year group of this phase."""
    years = PHASE_YEARS[phase]
    return (schools["nc_year_low"] <= years[-1]) & (schools["nc_year_high"] >= years[0])


def _given(evidence: Evidence, assumptions: Assumptions) -> pd.DataFrame:
    """Areas as given: key (urn or laestab), phase, planning_area_code, basis; the latest first, then the site with most
    places.
    """
    own = evidence.area_members
    parts = []
    if len(own):
        parts.append(own.rename(columns={"urn": "key"}).assign(basis=OWN_LIST, rank=9999, places=0.0))
    lines = evidence.capacity
    if len(lines):
        lines = lines[(lines["planning_area_code"] != "") & (lines["phase"] != "")]
        basis = [f"{PUBLISHED}May {ay + 1}" for ay in lines["ay"]]
        coded = lines.assign(basis=basis, rank=lines["ay"], places=lines["capacity"].fillna(0.0))
        parts += [coded[coded[key] != ""].rename(columns={key: "key"}) for key in ("urn", "laestab")]
    columns = ["key", "phase", "planning_area_code", "basis", "rank", "places"]
    if not parts:
        return pd.DataFrame({c: pd.Series(dtype="str") for c in columns})
    every = pd.concat([part[columns] for part in parts], ignore_index=True)
    real = every[~every["planning_area_code"].isin(assumptions.catch_all_codes)]
    lumped = every[every["planning_area_code"].isin(assumptions.catch_all_codes) & ~every["key"].isin(real["key"])]
    return pd.concat([real, lumped]).sort_values(
        ["rank", "places", "key", "planning_area_code"], ascending=[False, False, True, True], kind="stable"
    )


def _earlier_numbers(evidence: Evidence, schools: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """For each school the numbers that its predecessors had, the nearest first: (urn or laestab, whose it was)."""
    family = ancestry(evidence)
    tables = [evidence.tables[name][["urn", "laestab"]] for name in ("census_schools", "schools")]
    known = pd.concat(tables).drop_duplicates("urn", keep="last")
    number = dict(zip(known["urn"], known["laestab"], strict=True))
    by_name = _numbers_by_name(evidence, set(schools["laestab"]))
    return {
        urn: [
            (key, told)
            for before in family.before(urn)
            for key, told in (
                (before, before),
                (number.get(before, ""), before),
                (by_name.get(before, ""), f"{before}, found by its name"),
            )
        ]
        for urn in schools["urn"]
    }


def _numbers_by_name(evidence: Evidence, in_use: set[str]) -> dict[str, str]:
    """The LAESTAB of a linked school by its name, where SCAP has that name once and no school of today has the number."""
    lines = evidence.capacity[["laestab", "school_name"]].drop_duplicates()
    lines = lines.assign(name=_squashed(lines["school_name"]))
    alone = lines[~lines.duplicated("name", keep=False) & ~lines["laestab"].isin(in_use) & lines["name"].ne("")]
    number = dict(zip(alone["name"], alone["laestab"], strict=True))
    links = evidence.school_links
    called = dict(zip(links["link_urn"], _squashed(links["link_name"]), strict=True))
    return {urn: number[name] for urn, name in called.items() if name in number}


def _squashed(names: pd.Series) -> pd.Series:
    """Names without case, and with single spaces, to be compared."""
    return names.astype("str").str.casefold().str.split().str.join(" ")


def _of_school(served: pd.DataFrame, known: pd.DataFrame, earlier: Mapping[str, list[tuple[str, str]]]) -> pd.DataFrame:
    """The area given to each school by its own number, else by a predecessor's; blank where none is."""
    first = known.drop_duplicates("key").set_index("key")
    told = {
        key: (str(code), str(basis)) for key, code, basis in first[["planning_area_code", "basis"]].itertuples(name=None)
    }
    rows = []
    for urn, laestab in zip(served["urn"], served["laestab"], strict=True):
        own = next((told[key] for key in (urn, laestab) if key in told), None)
        if own is None:
            own = next(
                (
                    (told[key][0], f"{told[key][1]}, as its predecessor {whose}")
                    for key, whose in earlier[urn]
                    if key in told
                ),
                ("", ""),
            )
        rows.append((urn, *own))
    return pd.DataFrame(rows, columns=["urn", "planning_area_code", "basis"])


def _in_several(found: pd.DataFrame, known: pd.DataFrame, served: pd.DataFrame) -> list[Note]:
    """Name the schools whose sites the latest survey puts into several planning areas: the site with most places counts for
    all.
    """
    latest = known[known["rank"] == known.groupby("key")["rank"].transform("max")]
    several = latest.groupby("key")["planning_area_code"].nunique()
    parted = served["urn"].isin(several[several > 1].index) | served["laestab"].isin(several[several > 1].index)
    own = found["basis"].ne(OWN_LIST).to_numpy()
    if not (parted & own).any():
        return []
    names = some(served.loc[parted & own, "school_name"])
    text = f"schools with sites in several planning areas: {names}; all their places and pupils are counted where most places are"
    return [Note("capacity", text, "the other areas look smaller than they are")]


def _by_neighbours(
    found: pd.DataFrame,
    served: pd.DataFrame,
    phase: str,
    assumptions: Assumptions,
) -> tuple[pd.DataFrame, list[Note]]:
    """Give schools without an area, and those of a catch-all code, to the area of their nearest neighbours."""
    lumped = found["planning_area_code"].isin(assumptions.catch_all_codes)
    homeless = found["planning_area_code"].eq("") | lumped
    if not homeless.any():
        return found, []
    if homeless.all():
        return _by_district(served, phase, None), [Note("area_members", f"no {phase} school has a planning area of its own")]
    place = served.set_index("urn")[["easting", "northing"]].astype("float64")
    settled = found[~homeless]
    grid = place.loc[settled["urn"]].to_numpy()
    found = found.copy()
    names = served.set_index("urn")["school_name"]
    for row in found[homeless].itertuples():
        code, near = _nearest_area(place.loc[row.urn].to_numpy(), grid, settled)
        was = f"listed under the catch-all code {row.planning_area_code}; " if lumped[row.Index] else ""
        how = (
            f"joins its neighbours: {', '.join(names[urn] for urn in near)}"
            if near
            else "joins the largest area: it has no place"
        )
        found.loc[row.Index, ["planning_area_code", "basis"]] = [code, was + how]
    notes = []
    if lumped.any():
        codes = ", ".join(sorted(set(assumptions.catch_all_codes)))
        notes.append(
            Note(
                "capacity",
                f"{int(lumped.sum())} {phase} schools stand under a code that is no area ({codes}): each joins the "
                "area of its neighbours",
                "these areas are ours, not the council's",
            )
        )
    new = homeless & ~lumped
    if new.any():
        listed = [names[urn] for urn in found.loc[new, "urn"]]
        notes.append(
            Note(
                "capacity",
                f"{int(new.sum())} {phase} schools have no planning area in any publication and join that of their "
                f"neighbours: {some(listed, 6)}",
                "list them in area_members to be sure",
            )
        )
    return found, notes


def _nearest_area(
    point: np.ndarray[tuple[int], np.dtype[np.float64]],
    grid: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    settled: pd.DataFrame,
) -> tuple[str, tuple[str, ...]]:
    """The area that weighs most among the nearest settled schools, and those of them that are in it; the largest if no place
    is known.
    """
    metres = np.hypot(*(grid - point).T)
    if np.isnan(metres).all():
        return str(settled["planning_area_code"].value_counts(sort=True).index[0]), ()
    order = np.argsort(np.where(np.isnan(metres), np.inf, metres), kind="stable")[:NEIGHBOURS]
    near = settled.iloc[order].assign(weight=1 / np.maximum(metres[order], NEAREST_METRE))
    weights = near.groupby("planning_area_code", sort=True)["weight"].sum()
    code = str(weights.idxmax())
    return code, tuple(near.loc[near["planning_area_code"] == code, "urn"])


def _by_district(served: pd.DataFrame, phase: str, evidence: Evidence | None) -> pd.DataFrame:
    """One area for each district, or one for all where no district is known."""
    district = served["district_code"].where(served["district_code"].ne(""), served["district_name"])
    whole = f"{evidence.authority.code if evidence else 'all'}-{phase}"
    if district.eq("").all():
        return pd.DataFrame({"urn": served["urn"], "planning_area_code": whole, "basis": "the authority as a whole"})
    common = district[district.ne("")].value_counts().index[0]
    code = district.where(district.ne(""), common) + f"-{phase}"
    basis = np.where(district.ne(""), "its district", "its district is not known: the commonest one")
    return pd.DataFrame({"urn": served["urn"].to_numpy(), "planning_area_code": code.to_numpy(), "basis": basis})
