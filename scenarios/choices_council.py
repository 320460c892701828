"""Levers of local government: the part of an authority that a successor takes over."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import geopandas as gpd
import pandas as pd
from pydantic import Field

from scenarios.levers import Asked, Form, State, known, lever, with_tables
from scenarios.world_homes import without_sites
from sufficiency.areas.own_areas import own_districts
from sufficiency.assumptions import Assumptions
from sufficiency.evidence import Evidence

OF_SCHOOLS = ("schools", "census_schools", "school_roll", "area_members", "yg_places", "pans", "planned_places", "offers",
              "october_census")


OF_SCHEMES = ("schemes", "scheme_places", "scheme_costs", "scheme_order")


class Successor(Form):
    """The districts that a successor authority takes over."""

    value: tuple[str, ...] = Field(min_length=1, description="codes of its districts")
    name: Annotated[str, Field(min_length=1)] | None = Field(None, description="its name")


@lever("authority.keeps_districts", "choices", "districts", "all of the authority's",
       (*OF_SCHOOLS, *OF_SCHEMES, "capacity", "authority_roll", "births", "lsoas", "housing_sites", "pots", "ring_fences",
        "ofsted_register", "childcare_eligible"), form=Successor)
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
        evidence = without_sites(evidence, _outside(evidence.housing_sites, lsoas, kept))
    tables |= _schemes(evidence, gone)
    tables["ofsted_register"] = _own_settings(evidence, kept)
    tables["childcare_eligible"] = _share_of_eligible(evidence, tables["births"])
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


def _outside(sites: pd.DataFrame, lsoas: gpd.GeoDataFrame, kept: tuple[str, ...]) -> pd.Series:
    """Which housing sites stand in a district that goes elsewhere."""
    points = gpd.GeoDataFrame(sites[[]], geometry=gpd.points_from_xy(sites["easting"], sites["northing"]), crs=lsoas.crs)
    found = points.sjoin(lsoas[["district_code", "geometry"]], how="left", predicate="within")["district_code"]
    district = found[~found.index.duplicated()].reindex(sites.index)
    return district.notna() & ~district.isin(kept)


def _schemes(evidence: Evidence, gone: set[str]) -> dict[str, pd.DataFrame]:
    """Schemes that are not of a school which goes elsewhere, with their places, costs and order."""
    lost = set(evidence.schemes.loc[evidence.schemes["site_id"].isin(gone), "scheme_id"])
    kept = {name: table[~table["scheme_id"].isin(lost)] for name in OF_SCHEMES if not (table := evidence.tables[name]).empty}
    if "scheme_order" in kept:
        kept["scheme_order"] = kept["scheme_order"][~kept["scheme_order"]["needs_scheme_id"].isin(lost)]
    return {name: table.reset_index(drop=True) for name, table in kept.items()}


def _own_settings(evidence: Evidence, kept: tuple[str, ...]) -> pd.DataFrame:
    """Ofsted's register, with the settings of districts that go elsewhere as those across the border."""
    register, codes = evidence.ofsted_register, evidence.postcodes
    if register.empty or codes.empty:
        return register
    district = register["postcode"].map(dict(zip(codes["postcode"], codes["district_code"], strict=True)))
    return register.assign(own=register["own"] & (district.isna() | district.isin(kept)))


def _share_of_eligible(evidence: Evidence, births: pd.DataFrame) -> pd.DataFrame:
    """Children eligible for and registered with funded childcare, by the share of births that stay, cohorts together."""
    table = evidence.childcare_eligible
    own = own_districts(evidence.tables, evidence.authority)
    before, after = (rows[rows["area_code"].isin(own)].groupby("cohort")["births"].sum() for rows in (evidence.births, births))
    both = before.index.intersection(after.index)
    if table.empty or not len(both) or not before[both].sum() > 0:
        return table
    share = after[both].sum() / before[both].sum()
    return table.assign(**{column: table[column].astype("float64") * share for column in ("eligible", "registered")})


LEVERS = (keeps_districts,)
