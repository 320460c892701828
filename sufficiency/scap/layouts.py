"""The tables of a SCAP return, each as we hold it: by school and planning area, year group and academic year.

The department's own headings are not public; `workbench` writes these columns under others where a planner names them. Counts of
pupils are whole, since a return has no half children; the year groups of an area still add up to its total (`reconcile`).
Method: domain brief B2, B4, B5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from planning_areas.school_year import HORIZON

PHASES = tuple(HORIZON)
SPECIALIST = ("special", "sen_unit", "resourced_provision", "alternative")
CHANGES = ("additional", "bulge", "removed")
FUNDINGS = ("", "basic_need", "developer", "hif", "own", "central_programme")
STANDINGS = ("", "committed", "proposed")
GROUNDS = ("planned_places", "admission_numbers")
CHECKS = (*(f"S{n:02d}" for n in range(1, 13)), *(f"R{n:02d}" for n in range(1, 9)))
"""Names of the checks of a return: those of the domain brief, and those around them."""


class MainstreamForecast(pa.DataFrameModel):
    """Pupils expected in state mainstream schools, and those of them in places that developers or the HIF pay for."""

    planning_area_code: str = pa.Field(str_length={"min_value": 1}, description="planning area")
    phase: str = pa.Field(isin=PHASES, description="phase")
    ay: int = pa.Field(ge=2000, le=2100, description="academic year")
    nc_year: int = pa.Field(ge=0, le=14, description="year group")
    pupil_forecast: int = pa.Field(ge=0, description="pupils, those in funded places among them")
    hdc_pupils: float = pa.Field(ge=0, nullable=True, description="of these, in places developers pay for (HDC), if known")
    hif_pupils: float = pa.Field(
        ge=0, nullable=True, description="of these, in places that the Housing Infrastructure Fund pays for (HIF), if known")

    class Config:
        unique, strict, coerce = ["planning_area_code", "phase", "ay", "nc_year"], "filter", True


class OnRoll(pa.DataFrameModel):
    """Pupils on roll in the January of the base year, school by school."""

    urn: str = pa.Field(str_matches=r"^\d{6}$", description="school")
    planning_area_code: str = pa.Field(description="planning area of the school in this phase")
    phase: str = pa.Field(isin=PHASES, description="phase")
    nc_year: int = pa.Field(ge=0, le=14, description="year group")
    pupils: float = pa.Field(ge=0, description="pupils on roll")

    class Config:
        unique, strict, coerce = ["urn", "planning_area_code", "phase", "nc_year"], "filter", True


class SchoolCapacity(pa.DataFrameModel):
    """Capacity of each school and planning area, sixth form apart, without nursery places."""

    urn: str = pa.Field(str_matches=r"^\d{6}$", description="school")
    school_name: str = pa.Field(description="its name")
    planning_area_code: str = pa.Field(str_length={"min_value": 1}, description="planning area")
    phase: str = pa.Field(isin=PHASES, description="phase")
    capacity: float = pa.Field(ge=0, nullable=True, description="places, sixth form apart; blank where not known")
    capacity_sixth_form: float = pa.Field(ge=0, nullable=True, description="places of the sixth form")
    capacity_basis: str = pa.Field(description="what the figure rests on")

    class Config:
        unique, strict, coerce = ["urn", "planning_area_code", "phase"], "filter", True


class YearGroupPlaces(pa.DataFrameModel):
    """Places available by school and year group in the base year."""

    urn: str = pa.Field(str_matches=r"^\d{6}$", description="school")
    planning_area_code: str = pa.Field(str_length={"min_value": 1}, description="planning area")
    phase: str = pa.Field(isin=PHASES, description="phase")
    nc_year: int = pa.Field(ge=0, le=14, description="year group")
    places_available: float = pa.Field(nullable=True, description="places; blank where not known")
    basis: str = pa.Field(description="what the figure rests on")

    class Config:
        unique, strict, coerce = ["urn", "planning_area_code", "phase", "nc_year"], "filter", True


class PlannedPlaces(pa.DataFrameModel):
    """Places more or fewer than in the base year, by school, year group and each of the next three academic years."""

    urn: str = pa.Field(str_matches=r"^\d{6}$", description="school")
    ay: int = pa.Field(ge=2000, le=2100, description="academic year")
    nc_year: int = pa.Field(ge=0, le=14, description="year group")
    change: str = pa.Field(isin=CHANGES, description="additional, bulge or removed")
    places: float = pa.Field(ge=0, description="places more, or fewer where removed, than in the base year, whole")
    funding: str = pa.Field(isin=FUNDINGS, description="who pays; blank where not said")
    standing: str = pa.Field(isin=STANDINGS, description="committed or proposed; blank where not said")
    rests_on: str = pa.Field(isin=GROUNDS, description="the list of planned places, or admission numbers of later years")

    class Config:
        unique, strict, coerce = ["urn", "ay", "nc_year", "change"], "filter", True


class SpecialistCapacity(pa.DataFrameModel):
    """Places of special schools, SEN units and resourced provision. Source: the council."""

    urn: str = pa.Field(str_matches=r"^\d{6}$", description="school")
    provision: str = pa.Field(isin=SPECIALIST, description="special school, SEN unit, resourced provision or alternative")
    phase: str = pa.Field(isin=PHASES, description="phase; post-16 counts as secondary")
    places: float = pa.Field(ge=0, description="places")

    class Config:
        unique, strict, coerce = ["urn", "provision", "phase"], "filter", True


class SpecialistForecast(pa.DataFrameModel):
    """Resident children with a plan who need a specialist place, whichever authority's school they go to. Source: the council.

    The base year is the count that the forecast starts from; then follow five years of primary and seven of secondary.
    """

    phase: str = pa.Field(isin=PHASES, description="phase")
    provision: str = pa.Field(isin=(*SPECIALIST, "all"), description="kind of place, or all")
    ay: int = pa.Field(ge=2000, le=2100, description="academic year; the base year is the count it starts from")
    children: float = pa.Field(ge=0, description="children")

    class Config:
        unique, strict, coerce = ["phase", "provision", "ay"], "filter", True


MODELS: Mapping[str, type[pa.DataFrameModel]] = {
    "mainstream_forecast": MainstreamForecast,
    "on_roll": OnRoll,
    "school_capacity": SchoolCapacity,
    "year_group_places": YearGroupPlaces,
    "planned_changes": PlannedPlaces,
    "specialist_capacity": SpecialistCapacity,
    "specialist_forecast": SpecialistForecast,
}
"""The components of a return."""


@dataclass(frozen=True)
class Missing:
    """A component that the workspace does not hold: said, and never filled."""

    component: str
    what: str


@dataclass(frozen=True)
class Return:
    """A SCAP return before it is written: its components by the names of MODELS, and which of them are missing."""

    authority: str
    base_year: int
    tables: Mapping[str, pd.DataFrame]
    missing: tuple[Missing, ...]

    @property
    def complete(self) -> bool:
        """Whether every component is there."""
        return not self.missing
