"""Levers of local government: the part of an authority that a successor takes over."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import pandas as pd
from pydantic import Field

from scenarios.levers import Asked, Form, State, known, lever, with_tables
from sufficiency.areas.own_areas import own_districts
from sufficiency.assumptions import Assumptions
from sufficiency.evidence import Evidence

OF_SCHOOLS = ("schools", "census_schools", "school_roll", "area_members", "yg_places", "pans", "planned_places", "offers",
              "october_census")


class Successor(Form):
    """The districts that a successor authority takes over."""

    value: tuple[str, ...] = Field(min_length=1, description="codes of its districts")
    name: Annotated[str, Field(min_length=1)] | None = Field(None, description="its name")


@lever("authority.keeps_districts", "choices", "districts", "all of the authority's",
       (*OF_SCHOOLS, "capacity", "authority_roll", "births", "lsoas"), form=Successor)
def keeps_districts(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A successor authority takes over some of the districts: their schools, small areas and births, and their pupils."""
    kept = asked.form.value
    own = own_districts(evidence.tables, evidence.authority)
    for code in kept:
        known(code, own, "district")
    about = pd.concat([evidence.schools[["urn", "district_code"]], evidence.census_schools[["urn", "district_code"]]])
    gone = set(about["urn"]) - set(about.loc[about["district_code"].isin(kept), "urn"])
    tables = {name: table[~table["urn"].isin(gone)].reset_index(drop=True) for name in OF_SCHOOLS
              if not (table := evidence.tables[name]).empty}
    lost = set(evidence.schools.loc[evidence.schools["urn"].isin(gone), "laestab"])
    capacity = evidence.capacity
    tables["capacity"] = capacity[~(capacity["urn"].isin(gone) | capacity["laestab"].isin(lost))].reset_index(drop=True)
    tables["authority_roll"] = _share_of_roll(evidence, gone)
    births, lsoas = evidence.births, evidence.lsoas
    away = set(own) - set(kept)
    outside = set(lsoas.loc[~lsoas["district_code"].isin(kept), "lsoa_code"]) if evidence.has("lsoas") else set()
    whole = births["area_code"].eq(evidence.authority.gss_code) & ~births["area_code"].isin(kept)
    tables["births"] = births[~(births["area_code"].isin(away | outside) | whole)].reset_index(drop=True)
    if evidence.has("lsoas"):
        tables["lsoas"] = lsoas[lsoas["district_code"].isin(kept)].reset_index(drop=True)
    authority = replace(evidence.authority, districts=kept, name=asked.form.name or evidence.authority.name)
    return replace(with_tables(evidence, **tables), authority=authority), assumptions


def _share_of_roll(evidence: Evidence, gone: set[str]) -> pd.DataFrame:
    """The authority's roll by the share of its counted pupils who are at the schools that are kept, year group by year group."""
    roll, whole = evidence.school_roll, evidence.authority_roll
    by = ["ay", "nc_year"]
    counted = roll.groupby(by)["pupils"].sum()
    kept = roll[~roll["urn"].isin(gone)].groupby(by)["pupils"].sum()
    share = (kept / counted.where(counted > 0)).rename("share").reset_index()
    joined = whole.merge(share, on=by, how="left")
    told = joined["pupils"].astype("float64") * joined["share"].to_numpy("float64")
    return whole.assign(pupils=told.to_numpy())[~told.isna().to_numpy()].reset_index(drop=True)


LEVERS = (keeps_districts,)
