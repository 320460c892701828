"""Which districts and small areas are the authority's own, and keeping births, residents and boundaries to them.

Births and boundaries come by the district, the region or the country. The authority's districts are those that the workspace
names, or else those in which its schools stand. What lies outside is left out, and where nothing is known all is kept; both are
said.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planning_areas.tables import Problem
from planning_areas.wording import some
from sufficiency.evidence import Authority, Note

STRAY = 0.01        # a district with a smaller share of the schools is a neighbour's, where one school happens to stand
SMALL_AREA = r"^[EW]01"
UNITARY = ("E06", "E08", "E09", "W06")      # authorities that are a district themselves

Tables = Mapping[str, pd.DataFrame]


def keep_own(
    tables: Tables, authority: Authority, named: tuple[str, ...], files: Mapping[str, str],
) -> tuple[dict[str, pd.DataFrame], list[Note], list[Problem]]:
    """Keep births, population, small areas and their look-up to the authority's districts; a table with none left is a problem.

    named: the districts that the workspace gives. files: the files of each table, for the messages.
    """
    own = dict(tables)
    notes: list[Note] = []
    problems: list[Problem] = []
    districts = own_districts(tables, authority, named)
    for name in ("lsoas", "lsoa_lookup"):
        if name in own and districts:
            mine = own[name]["district_code"].isin(districts) | own[name]["district_code"].eq("")
            own[name] = _kept(own, name, mine, own[name]["district_code"], files, notes, problems)
    small = _small_areas(own)
    if "population" in own and small:
        mine = own["population"]["lsoa_code"].isin(small)
        own["population"] = _kept(own, "population", mine, own["population"]["lsoa_code"], files, notes, problems)
    if "births" in own:
        codes = own["births"]["area_code"]
        mine = _own_births(codes, districts, small, authority.gss_code)
        own["births"] = _kept(own, "births", mine, codes, files, notes, problems)
        notes += _unjudged(own["births"]["area_code"], districts, small, authority.gss_code)
    return own, notes, problems


def own_districts(tables: Tables, authority: Authority, named: tuple[str, ...] = ()) -> frozenset[str]:
    """Give the codes of the authority's districts; empty where nothing tells."""
    if named:
        return frozenset(named)
    parts = [tables[name][["urn", "district_code"]] for name in ("schools", "census_schools") if name in tables]
    itself = {authority.gss_code} if authority.gss_code.startswith(UNITARY) else set()
    if not parts:
        return frozenset(itself)
    placed = pd.concat(parts, ignore_index=True)
    placed = placed[placed["district_code"].ne("")].drop_duplicates("urn", keep="last")
    shares = placed["district_code"].value_counts(normalize=True)
    return frozenset(shares[shares >= STRAY].index) | itself


def _small_areas(tables: Tables) -> frozenset[str]:
    """Give the codes of the authority's small areas in every vintage that is known."""
    columns = [("lsoas", "lsoa_code"), ("lsoa_lookup", "lsoa11_code"), ("lsoa_lookup", "lsoa21_code")]
    return frozenset(code for name, column in columns if name in tables for code in tables[name][column])


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
