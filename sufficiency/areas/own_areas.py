"""Which districts and small areas are the authority's own, and keeping births, residents and boundaries to them.

Births and boundaries come by the district, the region or the country. The authority's districts are those that the workspace
names, or else those in which its schools stand; one in which hardly any stand is a neighbour's. Where no school is known they
are those of all small areas that are given. A unitary authority is a district itself, and its only one if most of its schools
stand in it. What lies outside is left out, and where nothing is known all is kept; both are said.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planning_areas.tables import Problem
from planning_areas.wording import some
from sufficiency.evidence import Authority, Note

STRAY = 0.01        # a district with a smaller share of the schools is a neighbour's, where one school happens to stand
MOST = 0.5          # of the schools of a unitary authority: if more stand in itself, no other district is its own
SMALL_AREA = r"^[EW]01"
UNITARY = ("E06", "E08", "E09", "W06")      # authorities that are a district themselves

Tables = Mapping[str, pd.DataFrame]


def keep_own(
    tables: Tables, authority: Authority, files: Mapping[str, str],
) -> tuple[dict[str, pd.DataFrame], list[Note], list[Problem]]:
    """Keep births, population, small areas, wards and look-ups to the authority's districts; a table with none left is a problem.

    files: the files of each table, for the messages.
    """
    own = dict(tables)
    districts = frozenset(own_districts(tables, authority))
    notes = _by_small_areas(tables, authority, districts)
    problems: list[Problem] = []
    for name in ("lsoas", "lsoa_lookup", "wards"):
        if name in own and districts:
            mine = own[name]["district_code"].isin(districts) | own[name]["district_code"].eq("")
            own[name] = _kept(own, name, mine, own[name]["district_code"], files, notes, problems)
    small = _small_areas(own)
    for name in ("population", "ward_lookup"):
        if name in own and small:
            mine = own[name]["lsoa_code"].isin(small)
            own[name] = _kept(own, name, mine, own[name]["lsoa_code"], files, notes, problems)
    if "births" in own:
        codes = own["births"]["area_code"]
        mine = _own_births(codes, districts, small, authority.gss_code)
        own["births"] = _kept(own, "births", mine, codes, files, notes, problems)
        notes += _unjudged(own["births"]["area_code"], districts, small, authority.gss_code)
    return own, notes, problems


def own_districts(tables: Tables, authority: Authority) -> tuple[str, ...]:
    """Give the codes of the authority's districts: named, else its schools', else its small areas'; none where nothing tells."""
    if authority.districts:
        return tuple(sorted(set(authority.districts)))
    itself = {authority.gss_code} if authority.gss_code.startswith(UNITARY) else set()
    shares = _shares_of_schools(tables, authority)
    if itself and shares.get(authority.gss_code, 0.0) > MOST:
        return tuple(itself)
    own = itself | set(shares[shares >= STRAY].index)
    if not own and "lsoas" in tables:
        own = set(tables["lsoas"]["district_code"]) - {""}
    return tuple(sorted(own))


def _shares_of_schools(tables: Tables, authority: Authority) -> pd.Series:
    """Give the share of the authority's schools that stands in each district; empty where no school is known to stand in one."""
    parts = [table.loc[table["la_code"].eq(authority.code), ["urn", "district_code"]]
             for name in ("schools", "census_schools") if len(table := tables.get(name, pd.DataFrame()))]
    if not parts:
        return pd.Series(dtype="float64")
    placed = pd.concat(parts, ignore_index=True)
    placed = placed[placed["district_code"].ne("")].drop_duplicates("urn", keep="last")
    return placed["district_code"].value_counts(normalize=True)


def _small_areas(tables: Tables) -> frozenset[str]:
    """Give the codes of the authority's small areas in every vintage that is known."""
    columns = [("lsoas", "lsoa_code"), ("lsoa_lookup", "lsoa11_code"), ("lsoa_lookup", "lsoa21_code")]
    return frozenset(code for name, column in columns if name in tables for code in tables[name][column])


def _by_small_areas(tables: Tables, authority: Authority, districts: frozenset[str]) -> list[Note]:
    """Say that small areas alone tell which districts are the authority's, where that is so."""
    if authority.districts or authority.gss_code in districts or not districts or len(_shares_of_schools(tables, authority)):
        return []
    return [Note("lsoas", f"the authority's districts are taken to be those of all small areas given: {some(sorted(districts))}",
                 "neighbours among them would raise the forecast; list the authority's districts in [authority] to be sure")]


def _own_births(codes: pd.Series, districts: frozenset[str], small: frozenset[str], gss_code: str) -> pd.Series:
    """Say which births are the authority's: by district, by small area, or by the authority's own code; the unjudged are kept."""
    by_small_area = codes.str.match(SMALL_AREA)
    inside = codes.isin(districts | small | {gss_code})
    unjudged = (by_small_area & (not small)) | (~by_small_area & (not districts))
    return inside | unjudged


def _unjudged(codes: pd.Series, districts: frozenset[str], small: frozenset[str], gss_code: str) -> list[Note]:
    """Say that all births were kept, where nothing tells which are the authority's."""
    by_small_area = codes.str.match(SMALL_AREA)
    unjudged = codes[((by_small_area & (not small)) | (~by_small_area & (not districts))) & codes.ne(gss_code)].unique()
    if len(unjudged) == 0:
        return []
    return [Note("births", f"nothing tells whether the births of {some(sorted(unjudged))} are the authority's: all are counted",
                 "births of neighbours would raise the forecast; list the authority's districts in [authority] to be sure")]


def _kept(
    tables: Tables, name: str, mine: pd.Series, codes: pd.Series, files: Mapping[str, str], notes: list[Note],
    problems: list[Problem],
) -> pd.DataFrame:
    """Keep the authority's rows of a table, and say what was left out, or that nothing is left."""
    table = tables[name]
    if mine.all():
        return table
    outside = codes[~mine]
    if not mine.any():
        problems.append(Problem(
            files.get(name, name), 0, str(codes.name), found=some(sorted(outside.unique())),
            expected="none of this is in the authority's districts",
            advice="check that it is the authority's file; where codes have changed, list its districts in [authority]"))
        return table
    notes.append(Note(name, f"{len(outside)} rows of other authorities left out: {some(sorted(outside.unique()))}",
                      kind="file"))
    return table[mine].reset_index(drop=True)
