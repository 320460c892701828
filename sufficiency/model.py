"""The order of the story: schools, planning areas, children, places, balance. The only file that knows it.

Nothing is computed here; each line of `forecast` and of `run` is a named step that is explained in its own module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import geopandas as gpd
import pandas as pd
import xarray as xr

from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS
from sufficiency.areas.area_codes import one_phase_a_code
from sufficiency.areas.areas import AreaFrame, draw_areas
from sufficiency.assumptions import Assumptions
from sufficiency.backtesting.past_januaries import history_of
from sufficiency.balance import balance, unfilled_by_school
from sufficiency.capital.from_run import Ground
from sufficiency.capital.reach import fares
from sufficiency.capital.story import Capital, capital
from sufficiency.capital.surplus import surplus_remedies
from sufficiency.capital.surplus_schools import about_schools
from sufficiency.childcare.findings import Finding
from sufficiency.childcare.story import childcare
from sufficiency.children import Projection, project
from sufficiency.estate.places import places_open
from sufficiency.estate.schools import mainstream, roll_with_history
from sufficiency.evidence import Authority, Evidence, Note, Source
from sufficiency.forecast.made_of import made_of
from sufficiency.forecast.planner_overrides import with_overrides
from sufficiency.housing.basic_need import basic_need
from sufficiency.housing.homes import Homes, homes_of
from sufficiency.housing.site_audit import building, homes_table, site_audit, site_years
from sufficiency.housing.with_homes import with_homes
from sufficiency.intervals.calibration import bands
from sufficiency.intervals.draws import Draws
from sufficiency.intervals.last_dates import last_safe_dates
from sufficiency.intervals.own_errors import own_errors
from sufficiency.intervals.ranges import (
    Ranges,
    accuracy_with_ranges,
    balance_with_ranges,
    births_known,
    ranges,
    schools_with_ranges,
)
from sufficiency.scap.grounds import grounds
from sufficiency.travel.nearest_schools import nearest_schools_of

Progress = Callable[[str], None]


def quiet(step: str) -> None:
    """Say nothing: the progress of a notebook or a test."""


@dataclass(frozen=True)
class Outcome:
    """What comes out of a run: one frame a table, with the column names of the glossary, and where it all came from."""

    authority: Authority
    assumptions: Assumptions
    tables: dict[str, pd.DataFrame]
    areas: gpd.GeoDataFrame | None      # planning_area_code, phase, planning_area_name, geometry; indicative
    districts: gpd.GeoDataFrame | None  # district_code, district_name, geometry
    wards: gpd.GeoDataFrame | None      # ward_code, ward_name, geometry
    projection: Projection              # the arrays behind the tables, with their draws
    notes: tuple[Note, ...]
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...] = ()  # what is to be told of childcare
    capital: Capital = field(default_factory=lambda: Capital({}))   # what to build


@dataclass(frozen=True)
class Forecast:
    """The children and the places of a workspace before anything is made of them: what the tables are cut from."""

    evidence: Evidence          # as it was used, with one phase a planning-area code
    schools: pd.DataFrame
    history: pd.DataFrame       # urn, ay, nc_year, pupils; predecessors' rolls given to their successors
    frame: AreaFrame
    places: pd.DataFrame
    projection: Projection      # with the children of new homes
    homes: Homes
    notes: tuple[Note, ...]


def forecast(evidence: Evidence, assumptions: Assumptions, progress: Progress = quiet) -> Forecast:
    """Children and places, year by year and area by area: the central projection of a workspace."""
    base = evidence.authority.base_year
    years = range(base, base + max(assumptions.primary_years, assumptions.secondary_years) + 1)
    evidence, code_notes = one_phase_a_code(evidence, assumptions.catch_all_codes)
    progress("Finding the schools and their history")
    schools, school_notes = mainstream(evidence)
    history, history_notes = roll_with_history(evidence, schools)
    progress("Drawing the planning areas")
    frame = draw_areas(evidence, schools, assumptions)
    progress("Counting the places")
    places, place_notes = places_open(evidence, schools, frame, years, assumptions)
    progress("Projecting the children")
    projection = project(evidence, schools, history, frame, assumptions, places)
    homes = homes_of(evidence, frame, projection, assumptions)
    projection = with_homes(projection, homes, frame, places)
    told = (evidence.notes, code_notes, school_notes, history_notes, frame.notes, place_notes, projection.notes)
    every = tuple(note for some in told for note in some)
    return Forecast(evidence, schools, history, frame, places, projection, homes, every)


def forecast_otherwise(made: Forecast, assumptions: Assumptions) -> Forecast:
    """The same schools, areas and places, and the children by other assumptions on how they come and go."""
    projection = project(made.evidence, made.schools, made.history, made.frame, assumptions, made.places)
    homes = homes_of(made.evidence, made.frame, projection, assumptions)
    return replace(made, projection=with_homes(projection, homes, made.frame, made.places), homes=homes)


def forecast_again(made: Forecast, evidence: Evidence, assumptions: Assumptions) -> Forecast:
    """The same schools, areas and places, and the children by other births, homes and moves: all else is as it was."""
    recoded, _ = one_phase_a_code(evidence, assumptions.catch_all_codes)
    return forecast_otherwise(replace(made, evidence=recoded), assumptions)


def run(evidence: Evidence, assumptions: Assumptions, progress: Progress = quiet) -> Outcome:
    """Children against places, year by year and area by area: the central run of a workspace."""
    ahead = forecast(evidence, assumptions, progress)
    evidence, frame, places, projection = ahead.evidence, ahead.frame, ahead.places, ahead.projection
    base = evidence.authority.base_year
    projection = with_overrides(projection, evidence, frame, assumptions)
    progress("Weighing children against places")
    central = balance(projection, places, assumptions)
    progress("Drawing what may come instead")
    chance = laid_around(projection, central, ahead, assumptions)
    likely = balance_with_ranges(central, chance)
    progress("Weighing childcare wanted against childcare on offer")
    young = childcare(evidence, frame, projection, assumptions)
    progress("Measuring the ways to school")
    to_school, told_ways = nearest_schools_of(evidence, ahead.schools, base)
    tables = {
        "balance": likely,
        "area_ranges": chance.areas,
        "authority_range": chance.authority,
        "last_safe_dates": last_safe_dates(likely, base, assumptions),
        "pupils": pupils_table(projection, frame, assumptions, base),
        "school_pupils": schools_with_ranges(school_pupils_table(projection, frame, assumptions, base), chance),
        "made_of": made_of_table(projection, assumptions, base),
        "unfilled": unfilled_table(projection, frame, places, assumptions, base),
        "places": places,
        "schools": schools_table(ahead.schools, frame),
        "names": frame.names,
        "ratios": projection.ratios,
        "transfers": projection.transfers,
        "overrides": projection.overrides,
        "registrations": projection.registrations,
        "diagnostics": frame.diagnostics,
        "accuracy": accuracy_with_ranges(accuracy(projection, evidence), chance),
        "housing_sites": evidence.housing_sites,
        "site_audit": site_audit(ahead.homes),
        "site_years": site_years(ahead.homes),
        "homes": homes_table(ahead.homes),
        "building": building(ahead.homes),
        "basic_need": basic_need(central, homes_table(ahead.homes), assumptions.operating_margin),
        "pans": evidence.pans,
        "site_areas": evidence.site_areas,
        "school_travel": to_school,
        **grounds(evidence, ahead.schools, ahead.history, frame, ahead.homes, assumptions.catch_all_codes),
        **young.tables,
    }
    progress("Choosing what to build")
    built = capital(Ground(evidence, frame, ahead.schools, ahead.homes), tables, assumptions)
    tables |= built.tables
    tables["surplus_remedies"] = surplus_remedies(
        places, tables["school_pupils"], likely, fares(assumptions), about_schools(ahead.schools, evidence), evidence.schemes
    )
    notes = tuple(dict.fromkeys((*ahead.notes, *projection.notes, *young.notes, *told_ways, *built.notes)))
    return Outcome(
        evidence.authority, assumptions, tables, frame.shapes, districts(evidence), wards(evidence), projection, notes,
        evidence.sources, young.findings, built,
    )


def laid_around(projection: Projection, central: pd.DataFrame, ahead: Forecast, assumptions: Assumptions) -> Ranges:
    """The draws around the final central figures, as ranges and likelihoods; central: the balance of the central run."""
    draws = Draws(assumptions.seed, 0, assumptions.draws, assumptions.spread)
    own, history = own_errors(ahead.evidence, assumptions), history_of(ahead.evidence, assumptions)
    calibration = bands(assumptions, own, history)
    return ranges(projection, central, ahead.frame.members, births_known(ahead.evidence), calibration, draws, ahead.homes)


def _in_horizon(frame: pd.DataFrame, assumptions: Assumptions, base: int) -> pd.Series:
    """Which rows a return asks for: primary to five years ahead, secondary and sixth form to seven."""
    last = frame["phase"].map({"primary": base + assumptions.primary_years}).fillna(base + assumptions.secondary_years)
    return frame["ay"] <= last


def _phases() -> pd.Series:
    return pd.Series({g: phase for phase, years in PHASE_YEARS.items() for g in years})


def pupils_table(projection: Projection, frame: AreaFrame, assumptions: Assumptions, base: int) -> pd.DataFrame:
    """Pupils by planning area, year group and year in the central run: as projected, as reconciled, and final."""
    parts = {"pupils": projection.pupils, "pupils_raw": projection.raw, "pupils_adjusted": projection.adjusted}
    table = pd.DataFrame({name: _central(array) for name, array in parts.items()}).reset_index()
    table["phase"] = table["nc_year"].map(_phases())
    own = frame.names.set_index("planning_area_code")["phase"]
    table = table[table["planning_area_code"].map(own) == table["phase"].replace("sixth_form", "secondary")]
    table = table[_in_horizon(table, assumptions, base)]
    table["basis"] = table["ay"].eq(base).map({True: "actual", False: "forecast"})
    columns = ["ay", "phase", "planning_area_code", "nc_year", "pupils", "pupils_raw", "pupils_adjusted", "basis"]
    return table[columns].sort_values(columns[:4]).reset_index(drop=True)


def school_pupils_table(projection: Projection, frame: AreaFrame, assumptions: Assumptions, base: int) -> pd.DataFrame:
    """Pupils by school, year group and year in the central run; they add up to the planning areas."""
    columns = ["urn", "ay", "phase", "planning_area_code", "nc_year", "pupils"]
    if frame.members.empty or not projection.schools.sizes["urn"]:
        texts = ("urn", "phase", "planning_area_code")
        return pd.DataFrame({c: pd.Series(dtype="str" if c in texts else "float64") for c in columns})
    table = _central(projection.schools).rename("pupils").reset_index()
    table["phase"] = table["nc_year"].map(_phases())
    table["area_phase"] = table["phase"].replace("sixth_form", "secondary")
    members = frame.members[["urn", "phase", "planning_area_code"]].rename(columns={"phase": "area_phase"})
    table = table.merge(members, on=["urn", "area_phase"])
    table = table[_in_horizon(table, assumptions, base) & (table["pupils"] > 0)]
    return table[columns].sort_values(columns[:5]).reset_index(drop=True)


def made_of_table(projection: Projection, assumptions: Assumptions, base: int) -> pd.DataFrame:
    """Every change from one January to the next by its parts, of the authority and of each planning area."""
    table = made_of(projection)
    return table[_in_horizon(table, assumptions, base)].reset_index(drop=True)


UNFILLED = (
    "places", "pupils", "unfilled_places", "over_capacity_pupils", "net_spare", "unfilled_share", "over_capacity_share",
)


def unfilled_table(
    projection: Projection, frame: AreaFrame, places: pd.DataFrame, assumptions: Assumptions, base: int,
) -> pd.DataFrame:
    """Unfilled places as SCAP counts them, school by school over all its year groups to Year 11, for each phase and year."""
    pupils = school_pupils_table(projection, frame, assumptions, base)
    statutory = pupils[pupils["phase"].isin(ENTRY_YEAR)]
    if statutory.empty or places.empty:
        kinds = {"phase": "str", "ay": "int64", **dict.fromkeys(UNFILLED, "float64")}
        return pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in kinds.items()})
    return unfilled_by_school(statutory, places[_in_horizon(places, assumptions, base)], ["phase", "ay"])


def _central(array: xr.DataArray) -> pd.Series:
    """Draw 0 as a long series."""
    return array.isel(draw=0).reset_coords(drop=True).to_series()


def schools_table(schools: pd.DataFrame, frame: AreaFrame) -> pd.DataFrame:
    """Schools with the planning area of each phase they serve."""
    table = schools.copy()
    for phase in ENTRY_YEAR:
        mine = frame.members[frame.members["phase"] == phase].set_index("urn")
        for name, column in ((f"{phase}_planning_area_code", "planning_area_code"), (f"{phase}_area_basis", "basis")):
            known = dict(zip(mine.index, mine[column], strict=True))
            table[name] = pd.Series([known.get(urn, "") for urn in table["urn"]], index=table.index, dtype="str")
    return table.sort_values("urn").reset_index(drop=True)


def accuracy(projection: Projection, evidence: Evidence) -> pd.DataFrame:
    """What came, this forecast where it can be held against it, and how far the authority's own returns were out (C9).

    Errors are (forecast - actual) / actual, + is over-forecast. Columns: phase, ay, forecast, actual, error, own_error_one_year,
    own_error_three_year; forecast and error are missing up to the base year, from which the forecast starts.
    """
    cards = evidence.scorecards
    cards = cards[(cards["la_code"] == evidence.authority.code) & (cards["actual"] > 0)].sort_values(["phase", "actual_ay"])
    ahead = [ay for ay in projection.authority["ay"].to_numpy() if ay > evidence.authority.base_year]
    rows = []
    for card in cards.itertuples():
        forecast = float("nan")
        if card.actual_ay in ahead:
            of_phase = projection.authority.sel(ay=card.actual_ay, nc_year=list(PHASE_YEARS[card.phase]))
            forecast = float(of_phase.isel(draw=0).sum()) or float("nan")       # nobody is planned for in this phase
        rows.append((card.phase, card.actual_ay, forecast, card.actual, forecast / card.actual - 1, card.error_one_year,
                     card.error_three_year))
    columns = ["phase", "ay", "forecast", "actual", "error", "own_error_one_year", "own_error_three_year"]
    return pd.DataFrame(rows, columns=columns)


def districts(evidence: Evidence) -> gpd.GeoDataFrame | None:
    """Outlines of the districts, dissolved from their small areas."""
    if not evidence.has("lsoas"):
        return None
    shapes = evidence.lsoas[["district_code", "geometry"]].dissolve("district_code").reset_index()
    names: dict[str, str] = {}
    for table in (evidence.schools, evidence.census_schools, evidence.lsoa_lookup):
        if not table.empty:
            names |= dict(zip(table["district_code"], table["district_name"], strict=True))
    shapes["district_name"] = [names.get(code, code) for code in shapes["district_code"]]
    return shapes[["district_code", "district_name", "geometry"]]


def wards(evidence: Evidence) -> gpd.GeoDataFrame | None:
    """Shapes and names of the wards, where the workspace has their boundaries."""
    return evidence.wards[["ward_code", "ward_name", "geometry"]] if evidence.has("wards") else None
