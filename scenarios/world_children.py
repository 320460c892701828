"""Levers of the world: how many children there are - births, families who move, independent schools, plans for special needs.

Births are changed in the table of births. What comes on top of the model in later years - moves, children from an independent
school that closes, children who go to special schools - stands in the table of planners' figures with the lever as its author, so
that the run's table of overrides tells it apart child by child. A difference moves up with its cohort to the end of its phase;
where a cohort enters Year 7 it is written down anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from planning_areas.school_year import PHASE_OF, PHASE_YEARS, ay_label, parse_ay
from scenarios.levers import EVER, Asked, Form, LeverError, Number, State, Year, lever, picked, with_rows, with_tables
from sufficiency.areas.small_areas import births_of
from sufficiency.assumptions import Assumptions, years_ahead
from sufficiency.evidence import ASSUMED, Evidence
from sufficiency.forecast.planner_overrides import EVERYWHERE
from sufficiency.rules import rulebook

ENTRIES = tuple(years[0] for years in PHASE_YEARS.values())
COHORTS_AHEAD = 7           # after the base year's, for which births can be asked: those of childcare reach furthest
STATUTORY = (*PHASE_YEARS["primary"], *PHASE_YEARS["secondary"])


class CohortBirths(Form):
    """Births of the whole authority by school cohort, such as an ONS variant."""

    value: dict[str, Annotated[float, Field(gt=0)]] = Field(min_length=1, description="cohort, such as \"2026/27\" = 7100")


class Displaced(Form):
    """Children whom a closing independent school sends to state schools."""

    value: Number = Field(description="children in all, spread over the year groups")
    first: Year = Field(alias="from", description="academic year in which they come")
    areas: tuple[str, ...] = Field((), description="planning areas; left out: spread as pupils are")
    nc_years: tuple[Annotated[int, Field(ge=0, le=11)], ...] = Field(STATUTORY, description="year groups of the school")


@lever("births.level", "world", "times", "1", ("births",), picks=("years", "areas"), limits=(0.3, 3))
def births_level(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """So many times the births: of the cohorts that are not published yet, or of those from a September on that is named."""
    births = _with_unborn(evidence)
    first = asked.form.first if asked.form.first is not None else _last(evidence) + 1
    rows = births["cohort"].isin(asked.years(min(first, EVER))) & _of_areas(births, evidence, asked.form.areas)
    changed = births.assign(births=births["births"].where(~rows, births["births"] * asked.value))
    return with_tables(evidence, births=_as_assumed(changed, rows)), assumptions


@lever("births.cohorts", "world", "children", "as published, and then as the last cohort", ("births",), form=CohortBirths)
def births_cohorts(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """So many births in these cohorts in the whole authority, as an ONS variant has them, laid over its areas as they were."""
    births = _with_unborn(evidence)
    known = births_of(with_tables(evidence, births=births), (), lambda codes: None)
    whole = dict(zip(known.cohorts, known.total, strict=True)) if known is not None else {}
    for label, number in asked.form.value.items():
        cohort = _cohort(label)
        if not whole.get(cohort, 0) > 0:
            raise LeverError("no births are known from which these could be laid over areas", label)
        rows = births["cohort"] == cohort
        laid = births["births"] * (number / whole[cohort])
        births = _as_assumed(births.assign(births=births["births"].where(~rows, laid)), rows)
    return with_tables(evidence, births=births), assumptions


@lever("migration.share", "world", "of the pupils of a year group, each year", "0", ("planner_overrides",),
       picks=("years", "areas", "nc_years"), limits=(-0.5, 0.5))
def migration_share(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """So many more pupils in every hundred come each year than in recent years (below nought: fewer), by year group and area."""
    rows = []
    for ay, g in _cells(evidence, assumptions, asked, asked.form.nc_years or STATUTORY):
        moved = 1.0
        for back in range(g + 1 if g in ENTRIES else 1):        # who came in the years below moves up and enters here
            if ay - back in asked.years(evidence.authority.base_year + 1) and picked(asked.form.nc_years, g - back):
                moved *= 1 + asked.value
        rows += _rows(asked.form.areas, ay, g, "factor", moved)
    return _told(evidence, "migration.share", rows), assumptions


@lever("migration.children", "world", "children each year", "0", ("planner_overrides",), picks=("years", "areas", "nc_years"),
       limits=(-20_000, 20_000))
def migration_children(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """So many children more come each year than in recent years, spread evenly over the year groups and areas."""
    groups = asked.form.nc_years or STATUTORY
    each = asked.value / len(groups) / max(1, len(asked.form.areas))
    years = asked.years(evidence.authority.base_year + 1)
    rows = []
    for ay, g in _cells(evidence, assumptions, asked, STATUTORY, all_years=True):
        came = [g - back for back in range(g + 1 if g in ENTRIES else 1) if g - back in groups and ay - back in years]
        rows += _rows(asked.form.areas if g in groups else (), ay, g, "change", each * len(came)) if came else []
    return _told(evidence, "migration.children", rows), assumptions


@lever("independent.pupils", "world", "children", "0", ("planner_overrides",), form=Displaced)
def independent_pupils(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """An independent school closes: so many children come to state schools in that year, and as many enter each year after."""
    groups, begins = asked.form.nc_years, asked.form.first
    if begins <= evidence.authority.base_year:
        raise LeverError(f"a year after {ay_label(evidence.authority.base_year)} expected", ay_label(begins))
    each = asked.value / len(groups)
    lowest = {min(g for g in groups if PHASE_OF[g] == phase) for phase in {PHASE_OF[g] for g in groups}}
    entering = lowest | ({ENTRIES[1]} if ENTRIES[1] - 1 in groups else set())
    rows = []
    for ay, g in _cells(evidence, assumptions, asked, STATUTORY, all_years=True):
        if (ay == begins and g in groups) or (ay > begins and g in entering):
            areas = asked.form.areas if g in groups else ()
            rows += _rows(areas, ay, g, "change", each / max(1, len(areas)))
    return _told(evidence, "independent.pupils", rows), assumptions


@lever("ehcp.growth", "world", "a year, beyond the trend", "0", ("planner_overrides",), picks=("years",), limits=(-0.5, 0.5))
def ehcp_growth(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """Education, health and care plans grow faster than the trend (below nought: slower); some children leave mainstream."""
    rules, years = rulebook("specialist"), asked.years(evidence.authority.base_year + 1)
    leave = float(rules["plans"]["share_of_pupils"]) * float(rules["plans"]["share_in_special"])

    def gone(ay: int) -> float:
        return leave * ((1 + asked.value) ** len([y for y in years if y <= ay]) - 1)

    rows = []
    for ay, g in _cells(evidence, assumptions, asked, STATUTORY, all_years=True):
        part = (1 - gone(ay)) if g in ENTRIES else (1 - gone(ay)) / (1 - gone(ay - 1))
        rows += _rows((), ay, g, "factor", part) if abs(part - 1) > 1e-12 else []
    return _told(evidence, "ehcp.growth", rows), assumptions


def _last(evidence: Evidence) -> int:
    """The last cohort whose births are in the evidence as published."""
    published = evidence.births[evidence.births["basis"] != ASSUMED]
    if published.empty:
        raise LeverError("this workspace has no births")
    return int(published["cohort"].max())


def _with_unborn(evidence: Evidence) -> pd.DataFrame:
    """Births with a row for each later cohort that a run asks for: as many as in the last, which is what the model takes."""
    births, last = evidence.births, _last(evidence)
    if ASSUMED in set(births["basis"]):
        return births
    ahead = range(last + 1, evidence.authority.base_year + COHORTS_AHEAD + 1)
    rows = births[births["cohort"] == last]
    return pd.concat([births, *(rows.assign(cohort=cohort, basis=ASSUMED) for cohort in ahead)], ignore_index=True)


def _as_assumed(births: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """Call the births that were changed an assumption, so that nothing takes them for counted."""
    return births.assign(basis=births["basis"].where(~rows, ASSUMED))


def _of_areas(births: pd.DataFrame, evidence: Evidence, areas: tuple[str, ...]) -> pd.Series:
    """Rows of births in these districts or small areas; all where none is named."""
    if not areas:
        return pd.Series(True, index=births.index)
    lsoas = evidence.lsoas
    district = dict(zip(lsoas["lsoa_code"], lsoas["district_code"], strict=True)) if evidence.has("lsoas") else {}
    of = births["area_code"].map(district).fillna("")
    found = births["area_code"].isin(areas) | of.isin(areas)
    for code in areas:
        if not (births["area_code"].eq(code) | of.eq(code)).any():
            raise LeverError("no births are known of such a district or small area", code)
    return found


def _cohort(label: str) -> int:
    try:
        return parse_ay(label) if not label.isdecimal() else int(label)
    except ValueError as fault:
        raise LeverError(str(fault), label) from None


def _cells(evidence: Evidence, assumptions: Assumptions, asked: Asked, groups: Iterable[int],
           all_years: bool = False) -> Iterator[tuple[int, int]]:
    """The years and year groups that are forecast, of those asked for."""
    base, ahead = evidence.authority.base_year, years_ahead(assumptions)
    years = range(base + 1, EVER) if all_years else asked.years(base + 1)
    for g in groups:
        for ay in range(base + 1, base + ahead[PHASE_OF[g]] + 1):
            if ay in years:
                yield ay, g


def _rows(areas: tuple[str, ...], ay: int, g: int, kind: str, value: float) -> list[dict[str, Any]]:
    return [{"planning_area_code": code, "ay": ay, "nc_year": float(g), "kind": kind, "value": value}
            for code in areas or (EVERYWHERE,)]


def _told(evidence: Evidence, author: str, rows: list[dict[str, Any]]) -> Evidence:
    """The evidence with these rows among the planners' figures."""
    table = evidence.planner_overrides
    first = int(table["row"].max()) + 1 if len(table) else 2
    codes = {row["planning_area_code"] for row in rows} - {EVERYWHERE}
    have = {*evidence.area_names["planning_area_code"], *evidence.capacity["planning_area_code"],
            *evidence.area_members["planning_area_code"]}
    for code in sorted(codes - have):
        raise LeverError("this workspace has no such planning area", code)
    told = [{**row, "row": first + k, "urn": "", "reason": "taken by the scenario", "author": f"scenario: {author}",
             "made_on": "", "expires": f"{EVER}-12-31"} for k, row in enumerate(rows)]
    return with_tables(evidence, planner_overrides=with_rows(table, told))


LEVERS = (births_level, births_cohorts, migration_share, migration_children, independent_pupils, ehcp_growth)
