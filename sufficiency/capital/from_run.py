"""A capital decision out of a run's own tables: who lacks a place, what is free, what could be built, and with whose money.

Schools and childcare stand in one case. Sites are those at which something is free or could be built. A way to a site that has
no scheme and is not free in every year of a cohort is left out, for nobody could take it: that loses nothing and keeps the case
small. Money that a deed ties to a small area or to one site is tied to the sites that lie there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.wording import some
from sufficiency.capital.free import free_places
from sufficiency.capital.from_evidence import scheme_tables
from sufficiency.capital.layouts import POT
from sufficiency.capital.need import school_need
from sufficiency.capital.nursery_need import PHASE as NURSERY
from sufficiency.capital.nursery_need import nursery_need
from sufficiency.capital.reach import area_middles, flows_between, neighbours, ways
from sufficiency.capital.seated import seated_next_door
from sufficiency.capital.tables import Case, check_case
from sufficiency.capital.tables import notes as case_notes
from sufficiency.childcare.setting_points import small_area_at
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from sufficiency.areas.areas import AreaFrame
    from sufficiency.assumptions import Assumptions
    from sufficiency.capital.from_evidence import SchemeTables
    from sufficiency.evidence import Evidence
    from sufficiency.housing.homes import Homes

TABLE = "plan"
CALLED = ["code", "name"]
PROPOSAL = "proposal"
SITES = ["site_id", "phase", "area_code", "lsoa_code", "easting", "northing", "most_places"]


@dataclass(frozen=True)
class Ground:
    """What a run knows of the places in which a plan is made."""

    evidence: Evidence
    frame: AreaFrame
    schools: pd.DataFrame
    homes: Homes | None = None


@dataclass(frozen=True)
class CaseOfRun:
    """A case, and what of the run's own words stands behind its codes."""

    case: Case
    short: pd.DataFrame  # group_id, planning_area_code, phase, intake_ay, ay, nc_year, age_band, lacking, children, material
    told: pd.DataFrame  # schemes as their planner tells them
    notes: tuple[Note, ...]
    called: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=CALLED))  # names of areas and sites by their codes

    @property
    def names(self) -> dict[str, str]:
        """The name of each scheme, area and site by its code, and of each pot by POT and its code."""
        schemes = self.told[["scheme_id", "name"]].set_axis(CALLED, axis=1)
        pairs = [pair for table in (self.called[CALLED], schemes) for pair in table.itertuples(index=False, name=None)]
        return {str(code): str(name) for code, name in pairs if name}

    @property
    def proposals(self) -> frozenset[str]:
        """Schemes that were proposed from figures and that nobody has looked at."""
        standing = self.told.get("standing", pd.Series("", index=self.told.index))
        return frozenset(self.told.loc[standing.eq(PROPOSAL), "scheme_id"])


def case_of_run(ground: Ground, tables: dict[str, pd.DataFrame], assumptions: Assumptions) -> CaseOfRun:
    """The capital decision of a run; raises EvidenceError with all that is wrong with schemes and pots.

    tables: of a run, balance, places, school_pupils, childcare_balance and childcare_supply.
    """
    evidence, frame = ground.evidence, ground.frame
    base = evidence.authority.base_year
    listed = scheme_tables(evidence, ground.homes, base, assumptions)
    lows = frame.members.merge(ground.schools[["urn", "nc_year_low"]], on="urn")
    deprived = deprived_areas(evidence, frame)
    need = school_need(tables["balance"], lows, base, assumptions, deprived)
    young = nursery_need(tables["childcare_balance"], base, assumptions)
    free = free_places(tables["places"], tables["school_pupils"], need.spare).rename(columns={"urn": "site_id"})
    pairs = neighbours(evidence, frame, assumptions)
    away = seated_next_door(need.hidden, flows_between(evidence, frame), pairs, tables["places"], tables["school_pupils"])
    there = pd.concat([free[["site_id"]], away.seats[["site_id"]]])
    sites, strangers = sites_of(ground, listed, there, tables["childcare_supply"])
    schemes = listed.schemes[~listed.schemes["site_id"].isin(strangers)]
    groups = pd.concat([need.groups, away.groups(deprived), young.groups], ignore_index=True)
    cells = pd.concat([need.cells, away.cells.assign(material=False), young.cells], ignore_index=True)
    middles = area_middles(evidence, frame, ground.schools)
    links = ways(groups, sites, pairs, middles, assumptions).merge(away.seats, on=["group_id", "site_id"], how="left")
    links = links.fillna({"seats": 0.0})
    links = open_ways(links, cells, free, set(schemes["site_id"]))
    used = set(links["site_id"]) | set(schemes["site_id"])
    years = tuple(range(base + 1, base + max(assumptions.primary_years, assumptions.secondary_years) + 1))
    of_schemes = {name: getattr(listed, name) for name in ("adds", "costs", "precedences", "deadlines")}
    case = check_case(
        years,
        {
            "groups": groups,
            "cells": cells,
            "links": links,
            "schemes": schemes,
            "sites": sites[sites["site_id"].isin(used)].drop_duplicates("site_id")[["site_id", "area_code", "most_places"]],
            "free": free[free["site_id"].isin(used)].groupby(["site_id", "ay", "nc_year"], as_index=False)["places"].sum(),
            **{name: _of(frame_, set(schemes["scheme_id"])) for name, frame_ in of_schemes.items()},
            "horizons": horizons_of(tables),
            "receipts": listed.receipts,
            "ringfences": listed.ringfences,
            "pot_areas": tied_sites(listed.pot_areas, sites),
            "advances": listed.advances,
        },
    )
    seated = away.cells.assign(lacking=0.0, material=False)
    short = pd.concat([need.short, seated, young.short.assign(phase=NURSERY)], ignore_index=True).fillna({"age_band": ""})
    of_need = (*need.notes, *away.notes, *young.notes)
    notes = (*listed.notes, *of_need, *_strange(listed, strangers), *(Note(TABLE, text) for text in told(case)))
    called = names_of(ground, tables["childcare_supply"], used)
    return CaseOfRun(case, short, placed(listed, sites, middles), tuple(dict.fromkeys(notes)), called)


def horizons_of(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The last academic year of which a run knows what is lacking, phase by phase: phase, last_ay."""
    childcare = tables["childcare_balance"].dropna(subset=["hours_short"])
    known = pd.concat([tables["balance"][["phase", "ay"]], childcare[["ay"]].assign(phase=NURSERY)])
    return known.groupby("phase", as_index=False)["ay"].max().rename(columns={"ay": "last_ay"})


def names_of(ground: Ground, settings: pd.DataFrame, used: set[str]) -> pd.DataFrame:
    """Names of planning areas, of pots, and of schools and settings at which something is free or could be built (CALLED)."""
    areas = ground.frame.names[["planning_area_code", "planning_area_name"]]
    parts = [(settings, ["setting_ref", "setting_name"]), (ground.schools, ["urn", "school_name"])]
    there = [part[columns].set_axis(CALLED, axis=1) for part, columns in parts if set(columns) <= {*part.columns}]
    sites = pd.concat(there, ignore_index=True).astype("str") if there else pd.DataFrame(columns=CALLED)
    pots = ground.evidence.pots[["pot_id", "name"]] if ground.evidence.has("pots") else pd.DataFrame(columns=["pot_id", "name"])
    named = pots[pots["name"].ne("")].drop_duplicates("pot_id").set_axis(CALLED, axis=1)
    named = named.assign(code=POT + named["code"].astype("str"))
    every = [areas.set_axis(CALLED, axis=1), sites[sites["code"].isin(used)], named]
    return pd.concat(every, ignore_index=True).drop_duplicates("code", keep="last").sort_values("code", ignore_index=True)


def placed(listed: SchemeTables, sites: pd.DataFrame, middles: dict[str, tuple[float, float]]) -> pd.DataFrame:
    """Schemes as their planner tells them, with where they would be: a new site in the middle of its area."""
    first = sites.drop_duplicates("site_id").set_index("site_id")
    site = listed.told["scheme_id"].map(listed.schemes.set_index("scheme_id")["site_id"])
    area = site.map(first["area_code"])
    found = listed.told.copy()
    for i, axis in enumerate(("easting", "northing")):
        middle = area.map({code: point[i] for code, point in middles.items()})
        found[axis] = site.map(first[axis]).astype("float64").fillna(middle.astype("float64"))
    return found


def told(case: Case) -> list[str]:
    """What a case leaves out, but for pots that say nothing of a purpose: what is usual for their kind is filled in."""
    return case_notes(case)


def _of(table: pd.DataFrame, schemes: set[str]) -> pd.DataFrame:
    """The rows of a table that tell of these schemes alone."""
    columns = [column for column in ("scheme_id", "needs_scheme_id") if column in table]
    return table[table[columns].isin(schemes).all(axis=1)]


def sites_of(ground: Ground, listed: SchemeTables, free: pd.DataFrame, settings: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Sites with the phase and area whom they serve (SITES, one row a site and phase), and those of which no area is known.

    A school serves the planning area of which it is a member; a setting or new site that of the small area in which it stands.
    settings: of the table childcare_supply, setting_ref, easting, northing.
    """
    members = ground.frame.members.rename(columns={"urn": "site_id", "planning_area_code": "area_code"})
    where = ground.schools.rename(columns={"urn": "site_id"})[["site_id", "easting", "northing"]]
    of_schools = members[members["site_id"].isin([*free["site_id"], *listed.schemes["site_id"]])]
    of_schools = of_schools.merge(where, on="site_id", how="left")[["site_id", "phase", "area_code", "easting", "northing"]]
    wanted = listed.schemes[["site_id", "phase"]].drop_duplicates()
    there = pd.MultiIndex.from_frame(of_schools[["site_id", "phase"]])
    others = wanted[~pd.MultiIndex.from_frame(wanted).isin(there)].merge(where, on="site_id", how="left")
    given = dict(zip(listed.site_limits["site_id"], listed.site_limits["area_code"], strict=True))
    points = settings.dropna(subset=["easting", "northing"]).drop_duplicates("setting_ref").set_index("setting_ref")
    for axis in ("easting", "northing"):
        others[axis] = others[axis].fillna(others["site_id"].map(points[axis])).astype("float64")
    lsoa = small_area_at(others["easting"], others["northing"], ground.evidence)
    owner = _area_of_small_areas(ground.frame)
    named = others["site_id"].map(given).fillna("")
    others = others.assign(lsoa_code=np.where(named.isin(list(owner)), named, lsoa))
    areas = set(ground.frame.names["planning_area_code"])
    others["area_code"] = [
        code if code in areas else owner.get(small, "") for code, small in zip(named, others["lsoa_code"], strict=True)
    ]
    parts = [part for part in (of_schools, others) if len(part)] or [of_schools]
    sites = pd.concat(parts, ignore_index=True)
    small = pd.Series(small_area_at(sites["easting"], sites["northing"], ground.evidence), index=sites.index)
    sites["lsoa_code"] = (sites["lsoa_code"] if "lsoa_code" in sites else pd.Series("", index=sites.index)).fillna("")
    sites["lsoa_code"] = sites["lsoa_code"].where(sites["lsoa_code"].ne(""), small)
    sites["most_places"] = (
        sites["site_id"]
        .map(dict(zip(listed.site_limits["site_id"], listed.site_limits["most_places"], strict=True)))
        .astype("float64")
    )
    first = sites["site_id"].map(dict(zip(wanted["site_id"], wanted["phase"], strict=True)))
    sites = sites.assign(order=sites["phase"].ne(first)).sort_values(["site_id", "order", "phase"], ignore_index=True)
    strangers = sorted(set(sites.loc[sites["area_code"].eq(""), "site_id"]))
    return sites.loc[sites["area_code"].ne(""), SITES].reset_index(drop=True), strangers


def _area_of_small_areas(frame: AreaFrame) -> dict[str, str]:
    """The primary planning area to which each small area is given."""
    if "primary" not in frame.homes:
        return {}
    lookup = frame.homes["primary"]
    largest = lookup.shares.toarray().argmax(axis=1)
    return {code: lookup.destinations[j] for code, j in zip(lookup.origins, largest, strict=True)}


def open_ways(links: pd.DataFrame, cells: pd.DataFrame, free: pd.DataFrame, with_schemes: set[str]) -> pd.DataFrame:
    """Leave out ways to sites without a scheme where a cell of the cohort finds nothing free and no seat that may come free."""
    bare = links[~links["site_id"].isin(with_schemes)]
    seats = links[links["seats"] > 0].rename(columns={"seats": "places"})
    kept = seats.merge(cells[["group_id", "ay", "nc_year"]], on="group_id")
    room = pd.concat([free, kept]) if len(kept) else free
    room = room.groupby(["site_id", "ay", "nc_year"], as_index=False)["places"].sum()
    asked = bare[["group_id", "site_id"]].merge(cells[["group_id", "ay", "nc_year"]], on="group_id")
    found = asked.merge(room, on=["site_id", "ay", "nc_year"], how="left").fillna({"places": 0.0})
    least = found.groupby(["group_id", "site_id"])["places"].min()
    usable = least[least > 0].index
    keep = links["site_id"].isin(with_schemes) | pd.MultiIndex.from_frame(links[["group_id", "site_id"]]).isin(usable)
    return links[keep].reset_index(drop=True)


def tied_sites(pot_areas: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """The sites in which each tied pot may be spent: pot_id, area_code (the site's own code, or the area as it was told).

    A code may be a planning area, a small area or a site.
    """
    lies = pd.concat([sites[["site_id"]].assign(code=sites[column]) for column in ("area_code", "lsoa_code", "site_id")])
    inside = pot_areas.merge(lies.drop_duplicates(), left_on="area_code", right_on="code")
    told_sites = inside.assign(area_code=inside["site_id"])[["pot_id", "area_code"]]
    return pd.concat([pot_areas, told_sites], ignore_index=True).drop_duplicates(ignore_index=True)


def deprived_areas(evidence: Evidence, frame: AreaFrame) -> list[str]:
    """Planning areas in the most deprived fifth, by the mean decile of their small areas, where deciles are given."""
    table = evidence.area_indicators
    if table.empty or table["imd_decile"].isna().all():
        return []
    known = table.dropna(subset=["imd_decile"]).drop_duplicates("lsoa_code").set_index("lsoa_code")["imd_decile"]
    found = []
    for lookup in frame.homes.values():
        share = lookup.to_largest().shares.toarray()
        decile = known.reindex(list(lookup.origins)).to_numpy("float64")
        there = ~np.isnan(decile)
        weight = share[there].sum(axis=0)
        mean = np.divide(share[there].T @ decile[there], weight, out=np.full(len(weight), np.inf), where=weight > 0)
        cut = np.quantile(mean[np.isfinite(mean)], 0.2) if np.isfinite(mean).any() else -np.inf
        found += [code for code, m in zip(lookup.destinations, mean, strict=True) if m <= cut]
    return sorted(set(found))


def _strange(listed: SchemeTables, strangers: list[str]) -> tuple[Note, ...]:
    """Name the schemes of which no planning area is known."""
    lost = listed.schemes.loc[listed.schemes["site_id"].isin(strangers), "scheme_id"]
    if lost.empty:
        return ()
    return (
        Note(
            "schemes",
            f"it is not known in which planning area these would be: {some(lost)}",
            "they are in no plan; name their area or their small area in the list of schemes",
        ),
    )
