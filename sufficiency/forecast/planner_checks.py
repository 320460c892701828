"""Planner's overrides held against the workspace: of which areas, schools, years and year groups there can be one, and only one.

Only those in force are held to it: one that has expired at the census of the run is kept for the record and does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning_areas.boundaries import PHASES
from planning_areas.school_year import PHASE_YEARS, ay_label, end_of_census_month, nc_year_label
from planning_areas.tables import Problem
from planning_areas.wording import some
from sufficiency.areas.area_codes import SECOND
from sufficiency.assumptions import years_ahead
from sufficiency.backtesting.past_januaries import counted_by_authority, counted_by_schools

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence

YEAR_7, YEAR_12 = PHASE_YEARS["secondary"][0], PHASE_YEARS["sixth_form"][0]
TABLE = "planner_overrides"
BEYOND = 3.0                # times the pupils whom the whole authority has there: more is a slip of the pen


def census_of(evidence: Evidence) -> str:
    """The day of the January census that a run starts from, as yyyy-mm-dd: what expires before it is not used."""
    return end_of_census_month(evidence.authority.base_year)


def planners_figures(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Problem]:
    """Overrides in force must be of areas and schools that are known, of figures that can be, and one only for each figure."""
    table = evidence.tables[TABLE]
    if table.empty:
        return
    file, areas, schools = files.get(TABLE, TABLE), phases_of_areas(evidence), _schools(evidence)
    live, pupils = table[table["expires"] >= census_of(evidence)], pupils_today(evidence)
    for row in live.itertuples():
        yield from _of_nobody(row, file, areas, schools)
        yield from _out_of_proportion(row, file, areas, pupils)
    yield from _twice(live, file, areas)


def figures_in_time(evidence: Evidence, files: Mapping[str, str], assumptions: Assumptions) -> Iterator[Problem]:
    """Overrides in force must be of years ahead, and of none further than this workspace's forecast goes."""
    table, areas = evidence.tables[TABLE], phases_of_areas(evidence)
    for row in table[table["expires"] >= census_of(evidence)].itertuples():
        yield from _out_of_time(row, files.get(TABLE, TABLE), evidence.authority.base_year, areas, assumptions)


def pupils_today(evidence: Evidence) -> dict[int, float]:
    """The authority's pupils by year group in the base year, of those that are counted."""
    counts = counted_by_authority(evidence, counted_by_schools(evidence))
    counts = counts[counts["ay"] == evidence.authority.base_year].dropna()
    return dict(zip(counts["nc_year"].astype("int64"), counts["actual"].astype("float64"), strict=True))


def phases_of_areas(evidence: Evidence) -> dict[str, set[str]]:
    """Planning areas that the workspace names, with the phases of each; a code of both has a second name for the secondary."""
    phases: dict[str, set[str]] = {}
    for name in ("area_names", "area_members", "capacity"):
        table = evidence.tables[name]
        for code, phase in zip(table["planning_area_code"], table["phase"], strict=True):
            if code and phase:
                phases.setdefault(code, set()).add(phase)
    if not phases:      # no list and no publication: one area a phase
        return {f"{evidence.authority.code}-{phase}": {phase} for phase in PHASES}
    return phases | {code + SECOND: {"secondary"} for code, of in phases.items() if len(of) > 1}


def _schools(evidence: Evidence) -> set[str]:
    return {urn for name in ("schools", "census_schools", "school_roll") for urn in evidence.tables[name]["urn"]}


def _of_nobody(row: Any, file: str, areas: Mapping[str, set[str]], schools: set[str]) -> Iterator[Problem]:
    """An area or a school that nobody knows, or a year group that the area's phase has not."""
    if row.urn and row.urn not in schools:
        yield Problem(file, row.row, "urn", found=row.urn, expected="no list and no roll has this school",
                      advice="check the number: a URN, not a LAESTAB")
    code = row.planning_area_code
    if not code:
        return
    if code not in areas:
        yield Problem(file, row.row, "planning_area_code", found=code, advice="write the code of one of these",
                      expected=f"a planning area expected: {some(sorted(areas))}")
    elif not pd.isna(row.nc_year) and not {"secondary" if row.nc_year >= YEAR_7 else "primary"} & areas[code]:
        yield Problem(file, row.row, "nc_year", found=nc_year_label(int(row.nc_year)),
                      expected=f"a year group of {' and '.join(sorted(areas[code]))} expected: that is what {code} plans for",
                      advice="write another year group, or the area that it belongs to")


def _out_of_proportion(row: Any, file: str, areas: Mapping[str, set[str]], pupils: Mapping[int, float]) -> Iterator[Problem]:
    """Many more pupils than the whole authority has today, or as many fewer."""
    phases = areas.get(row.planning_area_code, set(PHASES))
    groups = [int(row.nc_year)] if not pd.isna(row.nc_year) else [g for phase in phases for g in PHASE_YEARS[phase]]
    most = BEYOND * sum(pupils.get(g, 0.0) for g in groups)
    if row.kind != "factor" and most and abs(row.value) > most:
        yield Problem(file, row.row, "value", found=f"{row.value:,.0f}", advice="look for a slip of the pen",
                      expected=f"at most {most:,.0f} expected: {BEYOND:g} times the whole authority's pupils there today")


def _out_of_time(row: Any, file: str, base: int, areas: Mapping[str, set[str]], assumptions: Assumptions) -> Iterator[Problem]:
    """A year that is not ahead, or further than the forecast goes."""
    of = areas.get(row.planning_area_code, set())
    primary = (not pd.isna(row.nc_year) and row.nc_year < YEAR_7) or of == {"primary"}
    last = base + years_ahead(assumptions)["primary" if primary else "secondary"]
    if not base < row.ay <= last:
        yield Problem(file, row.row, "ay", found=ay_label(row.ay),
                      expected=f"a year from {ay_label(base + 1)} to {ay_label(last)} expected: so far the forecast goes",
                      advice="take the row out, or let it expire if its time is over")


def _twice(live: pd.DataFrame, file: str, areas: Mapping[str, set[str]]) -> Iterator[Problem]:
    """Two overrides in force of one figure: nobody could say which one counts."""
    said: dict[tuple[str, int, int], int] = {}
    for row in live.itertuples():
        whose = row.urn or row.planning_area_code
        of = areas.get(row.planning_area_code, set(PHASES))
        groups = [int(row.nc_year)] if not pd.isna(row.nc_year) else [g for phase in sorted(of) for g in PHASE_YEARS[phase]]
        before = {said[cell] for g in groups if (cell := (whose, int(row.ay), g)) in said}
        for g in groups:
            said.setdefault((whose, int(row.ay), g), int(row.row))
        if before:
            named = "the whole phase" if pd.isna(row.nc_year) else nc_year_label(int(row.nc_year))
            column = "urn, ay, nc_year" if row.urn else "planning_area_code, ay, nc_year"
            yield Problem(file, row.row, column, found=f"{whose}, {ay_label(row.ay)}, {named}",
                          expected=f"row {some(sorted(before))} gives this figure already: one in force for each expected",
                          advice="take one out, or let it expire before the census")
