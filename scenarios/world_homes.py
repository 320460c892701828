"""Levers of the world: new homes - when sites are built and whether, of which kind, and how many children they bring.

A site's key may be `all`, for every site that has no key of its own. Only years after the base year move: what is built is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from scenarios.levers import ALL, Asked, LeverError, State, known, lever, picked, with_tables
from sufficiency.assumptions import Assumptions, PhaseFactor
from sufficiency.evidence import Evidence
from sufficiency.housing.housing_tables import TENURES
from sufficiency.housing.yields import PHASES
from sufficiency.workspace.workspace_settings import nearest

SITES = ("housing_sites",)
KEY = ["site_ref", "financial_year", "dwelling_type", "tenure", "bedrooms", "kept_for"]


@lever("sites.*.delay_years", "world", "years", "0", SITES, limits=(-10, 20))
def sites_delay(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A site is built so many years later than its trajectory says (below nought: earlier); homes are neither lost nor gained."""
    mine = _of_site(evidence, asked)
    return _moved(evidence, mine, lambda since: since + asked.value), assumptions


@lever("sites.*.pace", "world", "times", "1", SITES, limits=(0.1, 10))
def sites_pace(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A site is built so many times as fast as its trajectory says: 0.5 takes twice the years for as many homes."""
    mine = _of_site(evidence, asked)
    return _moved(evidence, mine, lambda since: since / asked.value), assumptions


@lever("sites.*.dropped", "world", "yes or no", "no", (*SITES, "pots", "ring_fences"), value=bool)
def sites_dropped(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A site is not built: the homes that are still to come are left out, and money that its deed promises does not come."""
    mine = _of_site(evidence, asked)
    if not asked.form.value:
        return evidence, assumptions
    return without_sites(evidence, mine), assumptions


@lever("sites.*.probability", "world", "share", "by planning status", SITES, limits=(0, 1))
def sites_probability(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A site is built with this probability, whatever its planning status says."""
    mine = _of_site(evidence, asked)
    sites = evidence.housing_sites
    return with_tables(evidence, housing_sites=sites.assign(
        probability=sites["probability"].astype("float64").where(~mine, asked.value))), assumptions


@lever("sites.*.affordable_share", "world", "share", "as the trajectory says", SITES, limits=(0, 1))
def sites_affordable(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """Such a share of a site's homes still to come is affordable, the rest for the market; there are as many homes as before."""
    mine = _of_site(evidence, asked)
    sites = evidence.housing_sites
    shares = dict(zip(TENURES, (1 - asked.value, asked.value), strict=True))
    parts = [sites[mine].assign(tenure=tenure, dwellings=sites.loc[mine, "dwellings"] * share) for tenure, share in shares.items()
             if share > 0]
    return with_tables(evidence, housing_sites=_added_up(pd.concat([sites[~mine], *parts], ignore_index=True))), assumptions


@lever("homes.level", "world", "times", "1", SITES, picks=("years", "statuses"), limits=(0, 5))
def homes_level(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """So many times the homes are built in these financial years, on all sites or those of a status: a slump or a boom."""
    sites = evidence.housing_sites
    rows = sites["financial_year"].isin(asked.years(evidence.authority.base_year + 1))
    rows &= sites["status"].map(lambda status: picked(asked.form.statuses, status)).astype("bool")
    return with_tables(evidence, housing_sites=sites.assign(
        dwellings=sites["dwellings"].astype("float64").where(~rows, sites["dwellings"] * asked.value))), assumptions


@lever("homes.slippage", "world", "times", "1", ("slippage",), limits=(0, 10))
def homes_slippage(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """Sites are late by so many times the years that they usually are: seen in ranges and likelihoods, not in the central run."""
    return evidence, replace(assumptions, slippage=assumptions.slippage * asked.value)


@lever("yields.level", "world", "times", "1", ("yields_level",), picks=("phases",), limits=(0, 5))
def yields_level(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A new home brings so many times the pupils, in all phases or those named (early_years, primary, secondary, post_16)."""
    for phase in asked.form.phases:
        if phase not in PHASES:
            raise LeverError("there are no yields of such a phase", phase, nearest(phase, PHASES))
    more = tuple(PhaseFactor(phase, asked.value) for phase in asked.form.phases or PHASES)
    return evidence, replace(assumptions, yields_level=(*assumptions.yields_level, *more))


def _of_site(evidence: Evidence, asked: Asked) -> pd.Series:
    """The rows of a site that lie ahead; of all sites without a key of their own."""
    sites = evidence.housing_sites
    ahead = sites["financial_year"] > evidence.authority.base_year
    if asked.item == ALL:
        return ahead & ~sites["site_ref"].isin(asked.others)
    known(asked.item, sites["site_ref"], "housing site")
    return ahead & sites["site_ref"].eq(asked.item)


def without_sites(evidence: Evidence, gone: pd.Series) -> Evidence:
    """Leave rows of sites out; of a site that is gone altogether the deeds bring no more, and what they brought stays."""
    sites = evidence.housing_sites
    kept, pots = sites[~gone].reset_index(drop=True), evidence.pots
    lost = set(sites["site_ref"]) - set(kept["site_ref"])
    of_lost = pots["site_ref"].isin(lost)
    if not of_lost.any():
        return with_tables(evidence, housing_sites=kept)
    came = of_lost & pots["status"].eq("received")
    rest = pots.assign(site_ref=pots["site_ref"].mask(came, ""))[~of_lost | came].reset_index(drop=True)
    fences = evidence.ring_fences
    fences = fences[fences["pot_id"].isin(rest["pot_id"])].reset_index(drop=True) if len(fences) else fences
    return with_tables(evidence, housing_sites=kept, pots=rest, ring_fences=fences)


def _moved(evidence: Evidence, mine: pd.Series, when: Callable[[float], float]) -> Evidence:
    """Move homes in time, each year's spread evenly over it; none falls before the year after the base year."""
    base = evidence.authority.base_year
    sites = evidence.housing_sites
    rows = []
    for row in sites[mine].to_dict("records"):
        begins = float(row["financial_year"] - base - 1)
        start, end = (max(0.0, when(t)) for t in (begins, begins + 1))
        if end - start < 1e-9:
            rows.append({**row, "financial_year": base + 1})
            continue
        for year in range(int(start), int(np.ceil(end - 1e-9))):
            part = (min(end, year + 1) - max(start, year)) / (end - start)
            if part > 1e-9:
                rows.append({**row, "financial_year": base + 1 + year, "dwellings": row["dwellings"] * part})
    if not rows:
        return evidence
    later = pd.DataFrame(rows, columns=list(sites.columns)).astype(sites.dtypes.to_dict())
    return with_tables(evidence, housing_sites=_added_up(pd.concat([sites[~mine], later], ignore_index=True)))


def _added_up(sites: pd.DataFrame) -> pd.DataFrame:
    """One row for each kind of home, site and year: homes that now fall together are added up."""
    others = {column: "first" for column in sites.columns if column not in (*KEY, "dwellings")}
    return sites.groupby(KEY, as_index=False, sort=False, dropna=False).agg({"dwellings": "sum", **others})[list(sites.columns)]


LEVERS = (sites_delay, sites_pace, sites_probability, sites_affordable, homes_level, sites_dropped, homes_slippage,
          yields_level)
