"""The tables of children, schools and places, and `Evidence`, the frozen bundle of them that the model is given.

Each table says in its model what a column means, in which unit, and what is refused; the data dictionary is printed from here.
A count that the publisher hides is kept as what it means: the number is missing and `symbol` holds c, z, x, low or ":".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pandera.pandas as pa

from planning_areas.boundaries import PHASES, Flows, Lsoas, Wards
from sufficiency.capital.capital_tables import CAPITAL_TABLES
from sufficiency.childcare.demand_tables import DEMAND_TABLES
from sufficiency.childcare.provider_tables import PROVIDER_TABLES
from sufficiency.housing.housing_tables import HOUSING_TABLES
from sufficiency.scap.layouts import FUNDINGS, STANDINGS
from sufficiency.scap.return_tables import RETURN_TABLES
from sufficiency.travel.travel_tables import TRAVEL_TABLES

URN = r"^\d{6}$"
URN_OR_BLANK = r"^(\d{6})?$"
SYMBOLS = ["", "c", "z", "x", "low", ":"]
ENTRY_YEARS = [0, 3, 4, 5, 6, 7, 8, 9, 10, 12]
ASSUMED = "assumption"      # basis of births that are taken for granted, not counted: nothing takes them for known
OVERRIDE_KINDS = ["figure", "change", "factor"]
PLACE_KINDS = ["expansion", "bulge", "removed", "temporary"]
"""How places change: `expansion` and `removed` for good, `bulge` one cohort that moves up, `temporary` between two dates."""


@dataclass(frozen=True)
class Source:
    """Where a table comes from: travels with the evidence into every run."""

    table: str
    file: str                   # file name, never a path
    reader: str
    publisher: str
    title: str
    licence: str
    reference_date: str         # as the publisher states it
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Note:
    """Something a planner ought to know about the input: a listed repair, a gap and what the result loses by it."""

    table: str
    text: str
    loses: str = ""             # what the result loses by it; blank where nothing is lost
    kind: str = ""              # "file": how a file was read; blank: what bears on the figures


@dataclass(frozen=True)
class Reading:
    """One file, read and checked: the table, where it comes from, and what was repaired or left out on the way."""

    table: pd.DataFrame
    source: Source
    notes: tuple[Note, ...] = ()


class Schools(pa.DataFrameModel):
    """Schools of the authority, one row each. Source: GIAS, completed from the school census."""

    urn: str = pa.Field(str_matches=URN, description="unique reference number")
    laestab: str = pa.Field(str_matches=r"^\d{7}$", description="LA code and establishment number")
    school_name: str = pa.Field(description="name")
    la_code: str = pa.Field(str_matches=r"^\d{3}$", description="authority")
    establishment_type: str = pa.Field(description="type of establishment as published")
    phase_of_education: str = pa.Field(description="phase as published: Primary, Secondary, All-through, Middle deemed ...")
    status: str = pa.Field(description="Open, Closed, Open, but proposed to close, Proposed to open")
    statutory_low_age: float = pa.Field(ge=0, le=25, nullable=True, description="youngest age served")
    statutory_high_age: float = pa.Field(ge=0, le=25, nullable=True, description="age by which pupils leave")
    capacity: float = pa.Field(ge=0, nullable=True, description="SchoolCapacity in GIAS; may lag the SCAP return")
    district_code: str = pa.Field(description="district code, blank where the file has none")
    district_name: str = pa.Field(description="district name")
    postcode: str = pa.Field(description="postcode")
    urban_rural: str = pa.Field(description="urban or rural class as published")
    religious_character: str = pa.Field(description="religious character as published; blank for none or not known")
    open_date: str = pa.Field(description="yyyy-mm-dd or blank")
    close_date: str = pa.Field(description="yyyy-mm-dd or blank")
    easting: float = pa.Field(ge=80_000, le=656_000, nullable=True, description="metres, EPSG:27700")
    northing: float = pa.Field(ge=5_000, le=658_000, nullable=True, description="metres, EPSG:27700")

    class Config:
        unique, strict, coerce = ["urn"], True, True


class SchoolSites(pa.DataFrameModel):
    """Where schools stand that GIAS does not place yet, such as new ones. Source: the council, or a list of locations."""

    urn: str = pa.Field(str_matches=URN, description="school")
    easting: float = pa.Field(ge=80_000, le=656_000, description="metres, EPSG:27700")
    northing: float = pa.Field(ge=5_000, le=658_000, description="metres, EPSG:27700")

    class Config:
        unique, strict, coerce = ["urn"], True, True


class SchoolLinks(pa.DataFrameModel):
    """Which school follows which, so that a school's history survives academisation. Source: GIAS links."""

    urn: str = pa.Field(str_matches=URN, description="school")
    link_urn: str = pa.Field(str_matches=URN, description="linked school")
    link_name: str = pa.Field(description="name of the linked school")
    link_type: str = pa.Field(description="Predecessor, Successor, Sixth Form Centre Link ... as published")
    link_date: str = pa.Field(description="yyyy-mm-dd or blank")

    class Config:
        unique, strict, coerce = ["urn", "link_urn", "link_type"], True, True


class SchoolRoll(pa.DataFrameModel):
    """Pupils on roll in January by school and year group. Source: DfE, Schools, pupils and their characteristics."""

    urn: str = pa.Field(str_matches=URN, description="school")
    ay: int = pa.Field(ge=1990, le=2100, description="academic year")
    nc_year: int = pa.Field(ge=-1, le=14, description="year group; -1 is nursery, 0 Reception")
    pupils: float = pa.Field(ge=0, nullable=True, description="headcount; missing where hidden")
    symbol: str = pa.Field(isin=SYMBOLS, description="why a number is missing")

    class Config:
        unique, strict, coerce = ["urn", "ay", "nc_year"], True, True


class CensusSchools(pa.DataFrameModel):
    """What the school census says of each school beside its roll: fills gaps that GIAS leaves."""

    urn: str = pa.Field(str_matches=URN, description="school")
    ay: int = pa.Field(ge=1990, le=2100, description="academic year")
    laestab: str = pa.Field(str_matches=r"^\d{7}$", description="LA code and establishment number")
    la_code: str = pa.Field(str_matches=r"^\d{3}$", description="authority")
    school_name: str = pa.Field(description="name")
    phase_type_grouping: str = pa.Field(description="State-funded primary, State-funded secondary, special ...")
    establishment_type: str = pa.Field(description="type of establishment as published")
    district_code: str = pa.Field(description="district code")
    district_name: str = pa.Field(description="district name")
    postcode: str = pa.Field(description="postcode")
    urban_rural: str = pa.Field(description="urban or rural class")
    religious_character: str = pa.Field(description="denomination as published; blank for none or not known")

    class Config:
        unique, strict, coerce = ["urn", "ay"], True, True


class AuthorityRoll(pa.DataFrameModel):
    """Pupils on roll in January in state-funded mainstream schools of the authority, by year group and year."""

    la_code: str = pa.Field(str_matches=r"^\d{3}$", description="authority")
    ay: int = pa.Field(ge=1990, le=2100, description="academic year")
    nc_year: int = pa.Field(ge=-1, le=14, description="year group")
    pupils: float = pa.Field(ge=0, nullable=True, description="headcount")
    symbol: str = pa.Field(isin=SYMBOLS, description="why a number is missing")

    class Config:
        unique, strict, coerce = ["la_code", "ay", "nc_year"], True, True


class Capacity(pa.DataFrameModel):
    """Places as returned in SCAP, one row for each school site and planning area (a school may stand on several lines)."""

    laestab: str = pa.Field(str_matches=r"^\d{7}$", description="LA code and establishment number")
    urn: str = pa.Field(description="school, blank where the file has none")
    school_name: str = pa.Field(description="name")
    ay: int = pa.Field(ge=1990, le=2100, description="academic year of the May survey")
    phase: str = pa.Field(isin=[*PHASES, ""], description="phase of the planning area, blank where the row has none")
    planning_area_code: str = pa.Field(description="planning area, blank where the file has none")
    capacity: float = pa.Field(ge=0, nullable=True, description="places, sixth form included, nursery never")
    capacity_sixth_form: float = pa.Field(ge=0, nullable=True, description="of which sixth form")
    nor: float = pa.Field(ge=0, nullable=True, description="pupils on roll at the May census")
    scope: str = pa.Field(isin=["line", "school"], description="places of this line alone, or of the whole school")

    class Config:
        strict, coerce = True, True


class Scorecards(pa.DataFrameModel):
    """What the DfE printed of the authority: rolls that really came, and how far its own forecasts were out."""

    la_code: str = pa.Field(description="authority, 0 for England")
    edition: int = pa.Field(ge=2015, le=2100, description="academic year of the edition; its actual roll is January of the next")
    phase: str = pa.Field(isin=PHASES, description="phase: R-6 or Y7-11")
    actual_ay: int = pa.Field(description="academic year of the actual roll: edition + 1")
    actual: float = pa.Field(ge=0, nullable=True, description="pupils on roll in the January census")
    error_one_year: float = pa.Field(nullable=True, description="(forecast - actual) / actual as a fraction; + is over-forecast")
    error_three_year: float = pa.Field(nullable=True, description="the same, three years ahead")

    class Config:
        unique, strict, coerce = ["la_code", "edition", "phase"], True, True


class Births(pa.DataFrameModel):
    """Live births by the mother's usual area and school cohort (1 September to 31 August). Source: ONS."""

    area_code: str = pa.Field(str_matches=r"^[A-Z]\d{8}$", description="LSOA, district or authority code")
    cohort: int = pa.Field(ge=1980, le=2100, description="September in which the cohort begins")
    births: float = pa.Field(ge=0, description="children")
    basis: str = pa.Field(isin=["cohort", "mid-year re-cut", "calendar re-cut", "estimate", ASSUMED],
                          description="how the figure was come by; all but `cohort` are approximate")

    class Config:
        unique, strict, coerce = ["area_code", "cohort"], True, True


class Population(pa.DataFrameModel):
    """Usual residents by small area and single year of age at 30 June. Source: ONS mid-year estimates."""

    lsoa_code: str = pa.Field(description="LSOA code of the vintage of the boundaries")
    year: int = pa.Field(ge=1990, le=2100, description="calendar year of the mid-year")
    age: int = pa.Field(ge=0, le=90, description="age in years")
    persons: float = pa.Field(ge=0, description="usual residents")

    class Config:
        unique, strict, coerce = ["lsoa_code", "year", "age"], True, True


class LsoaLookup(pa.DataFrameModel):
    """How 2011 small areas became those of 2021 (U unchanged, S split, M merged, X irregular). Source: ONS."""

    lsoa11_code: str = pa.Field(description="LSOA 2011")
    lsoa21_code: str = pa.Field(description="LSOA 2021")
    change_code: str = pa.Field(isin=["U", "S", "M", "X"], description="kind of change")
    district_code: str = pa.Field(description="district")
    district_name: str = pa.Field(description="district name")

    class Config:
        unique, strict, coerce = ["lsoa11_code", "lsoa21_code"], True, True


class WardLookup(pa.DataFrameModel):
    """The ward in which most of each small area lies, with its name (best fit). Source: ONS."""

    lsoa_code: str = pa.Field(str_matches=r"^[A-Z]\d{8}$", description="LSOA 2021")
    ward_code: str = pa.Field(str_matches=r"^[A-Z]\d{8}$", description="ward")
    ward_name: str = pa.Field(description="ward name")

    class Config:
        unique, strict, coerce = ["lsoa_code"], True, True


class AreaNames(pa.DataFrameModel):
    """Planning areas and their names. Source: the council's own list, or the publication that carries the codes."""

    planning_area_code: str = pa.Field(str_length={"min_value": 1}, description="planning area")
    phase: str = pa.Field(isin=PHASES, description="phase")
    planning_area_name: str = pa.Field(description="name; the code where none is published")

    class Config:
        unique, strict, coerce = ["planning_area_code", "phase"], True, True


class AreaMembers(pa.DataFrameModel):
    """The council's own list of which school belongs to which planning area: overrides what publications say."""

    urn: str = pa.Field(str_matches=URN, description="school")
    phase: str = pa.Field(isin=PHASES, description="phase")
    planning_area_code: str = pa.Field(str_length={"min_value": 1}, description="planning area")

    class Config:
        unique, strict, coerce = ["urn", "phase"], True, True


class YearGroupPlaces(pa.DataFrameModel):
    """Places open by school, year group and academic year (operational capacity). Source: the council (SCAP working)."""

    urn: str = pa.Field(str_matches=URN, description="school")
    ay: int = pa.Field(ge=1990, le=2100, description="academic year")
    nc_year: int = pa.Field(ge=0, le=14, description="year group")
    yg_places: int = pa.Field(ge=0, description="places")

    class Config:
        unique, strict, coerce = ["urn", "ay", "nc_year"], True, True


class Pans(pa.DataFrameModel):
    """Published Admission Numbers by school and normal year of entry. Source: the council's determined arrangements."""

    urn: str = pa.Field(str_matches=URN, description="school")
    ay: int = pa.Field(ge=1990, le=2100, description="academic year of entry")
    nc_year: int = pa.Field(isin=ENTRY_YEARS, description="year in which children enter: 0, 3, 7, 12; middle schools others")
    pan: int = pa.Field(ge=0, description="places at entry")

    class Config:
        unique, strict, coerce = ["urn", "ay", "nc_year"], True, True


class PlannedPlaces(pa.DataFrameModel):
    """Firm changes to places. Source: the council (SCAP planned places).

    An expansion or removal at an entry year fills upwards from there, a year group a year; a bulge moves up with its cohort;
    a temporary change holds from `ay` to `ay_to` in the year groups given.
    """

    urn: str = pa.Field(str_matches=URN, description="school")
    kind: str = pa.Field(isin=PLACE_KINDS, description="expansion, bulge, removed or temporary")
    ay: int = pa.Field(ge=1990, le=2100, description="first academic year")
    ay_to: float = pa.Field(ge=1990, le=2100, nullable=True, description="last academic year; blank for good")
    nc_year_from: int = pa.Field(ge=0, le=14, description="first year group it applies to in `ay`")
    nc_year_to: int = pa.Field(ge=0, le=14, description="last year group it applies to in `ay`")
    places: int = pa.Field(ge=0, description="places a year group; `removed` takes them away")
    fills_upwards: bool = pa.Field(description="yes: starts at the entry year and moves up; no: in all the year groups at once")
    note: str = pa.Field(description="why, funding, decision")
    site_ref: str = pa.Field(description="housing site without whose homes the places do not come; blank for none")
    funding: str = pa.Field(isin=FUNDINGS, description="who pays, for the SCAP return; blank where not said")
    standing: str = pa.Field(isin=STANDINGS, description="committed or only proposed, for the SCAP return; blank where not said")

    class Config:
        strict, coerce = True, True


class Transfers(pa.DataFrameModel):
    """Who goes where at a point of entry: pupils by area of origin and destination. Source: the council's census match.

    Origin or destination may be `outside` (other authority, independent, special, unknown).
    """

    ay: int = pa.Field(ge=1990, le=2100, description="academic year of entry")
    nc_year: int = pa.Field(isin=[3, 5, 7, 9, 10, 12], description="year group entered")
    origin: str = pa.Field(str_length={"min_value": 1}, description="planning area last year, or `outside`")
    destination: str = pa.Field(str_length={"min_value": 1}, description="planning area this year, or `outside`")
    pupils: float = pa.Field(ge=0, description="children")

    class Config:
        unique, strict, coerce = ["ay", "nc_year", "origin", "destination"], True, True


class Offers(pa.DataFrameModel):
    """Offers for next September by school: beat any model for that intake. Source: the council's admissions team."""

    urn: str = pa.Field(str_matches=URN, description="school")
    ay: int = pa.Field(ge=1990, le=2100, description="academic year of entry")
    nc_year: int = pa.Field(isin=[0, 3, 5, 7, 9, 10], description="year of entry")
    first_preferences: float = pa.Field(ge=0, nullable=True, description="first preferences")
    offers: float = pa.Field(ge=0, description="places offered")

    class Config:
        unique, strict, coerce = ["urn", "ay", "nc_year"], True, True


class OctoberCensus(pa.DataFrameModel):
    """Pupils on roll in October by school and year group: beats the offers for that year. Source: the council."""

    urn: str = pa.Field(str_matches=URN, description="school")
    ay: int = pa.Field(ge=1990, le=2100, description="academic year")
    nc_year: int = pa.Field(ge=0, le=14, description="year group")
    pupils: float = pa.Field(ge=0, description="headcount")

    class Config:
        unique, strict, coerce = ["urn", "ay", "nc_year"], True, True


class PlannerOverrides(pa.DataFrameModel):
    """Figures that a planner puts in the place of the model's, each with its reason, author and expiry. Source: the council.

    One row for each area or school, year and year group; a blank year group is the whole phase, spread in proportion.
    """

    row: int = pa.Field(ge=0, description="row of the file")
    planning_area_code: str = pa.Field(description="planning area; blank where a school is meant")
    urn: str = pa.Field(str_matches=URN_OR_BLANK, description="school; blank where a planning area is meant")
    ay: int = pa.Field(ge=1990, le=2100, description="academic year")
    nc_year: float = pa.Field(ge=0, le=14, nullable=True, description="year group; blank for Reception to Year 6, or 7 to 11")
    kind: str = pa.Field(isin=OVERRIDE_KINDS, description="figure: the pupils that will be there; change: so many more, or fewer "
                         "with a minus; factor: so many times the model's")
    value: float = pa.Field(description="pupils, or the factor")
    reason: str = pa.Field(str_length={"min_value": 1}, description="why; members and auditors will ask")
    author: str = pa.Field(str_length={"min_value": 1}, description="who answers for it: a role or initials")
    made_on: str = pa.Field(description="date on which it was made")
    expires: str = pa.Field(description="last date on which it holds: a run from a later January census does not use it")

    class Config:
        strict, coerce = True, True


class GpRegistrations(pa.DataFrameModel):
    """Children under five on the registers of GPs, added up to planning areas, districts or the authority. Source: the NHS.

    One row for each area, date and age (in years on that date) or school cohort. Never a row for each child, nor small areas.
    """

    area_code: str = pa.Field(str_length={"min_value": 1}, description="planning area, or ONS code of a district or authority")
    on: str = pa.Field(description="date of the count; a year alone is its 30 June")
    age: float = pa.Field(ge=0, le=5, nullable=True, description="age in years on that date")
    cohort: float = pa.Field(ge=1990, le=2100, nullable=True, description="September in which the cohort begins")
    children: float = pa.Field(ge=0, nullable=True, description="children; missing where hidden")
    symbol: str = pa.Field(isin=SYMBOLS, description="why a number is missing")

    class Config:
        strict, coerce = True, True


TABLES: dict[str, type[pa.DataFrameModel]] = {
    "schools": Schools, "school_sites": SchoolSites, "school_links": SchoolLinks, "school_roll": SchoolRoll,
    "census_schools": CensusSchools, "authority_roll": AuthorityRoll, "capacity": Capacity, "scorecards": Scorecards,
    "births": Births,
    "population": Population, "lsoas": Lsoas, "lsoa_lookup": LsoaLookup, "ward_lookup": WardLookup, "wards": Wards,
    "area_names": AreaNames,
    "area_members": AreaMembers, "yg_places": YearGroupPlaces, "pans": Pans, "planned_places": PlannedPlaces,
    **HOUSING_TABLES,
    "attended_flows": Flows, "transfers": Transfers, "offers": Offers, "october_census": OctoberCensus,
    "planner_overrides": PlannerOverrides, "gp_registrations": GpRegistrations,
    **PROVIDER_TABLES, **DEMAND_TABLES, **TRAVEL_TABLES, **CAPITAL_TABLES, **RETURN_TABLES,
}


@dataclass(frozen=True)
class Authority:
    """The council that plans: nothing is hard-wired to one authority or its districts."""

    code: str                   # DfE authority code, "891"
    name: str
    gss_code: str               # ONS code, "E10000024"; blank where not given
    base_year: int              # academic year of the latest January census
    districts: tuple[str, ...] = ()     # ONS codes of its districts as the workspace names them; none: see `own_areas`
    invented: bool = False      # no real council: its figures are smoother than real ones, which is said beside what they show


@dataclass(frozen=True)
class Evidence:
    """Everything that is known, checked and read-only: one frame a table (empty where the workspace has none)."""

    authority: Authority
    tables: dict[str, pd.DataFrame] = field(repr=False)
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()
    chosen_closings: frozenset[str] = frozenset()       # schools whose closing date is a choice, and not GIAS's

    def __getattr__(self, name: str) -> Any:
        """Give a table by its name: `evidence.school_roll`."""
        tables = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(name)

    def has(self, name: str) -> bool:
        """Say whether the workspace brought a table."""
        return not self.tables[name].empty


def empty(name: str) -> pd.DataFrame:
    """An empty table with the right columns."""
    model = TABLES[name]
    return pd.DataFrame({column: pd.Series(dtype="object") for column in model.to_schema().columns})
