"""Levers of choice: places at schools - admission numbers, expansions, bulges, closures, mergers, new schools, and areas.

A school's places rest on its year-group places where the council gives them, else on its admission numbers; a lever changes the
one that counts. Pupils of a school that closes go on in the others of its area, in proportion to the pupils there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import pandas as pd
from pydantic import Field

from planning_areas.boundaries import PHASES
from planning_areas.school_year import PHASE_YEARS, ay_label
from scenarios.levers import (
    EVER,
    Asked,
    Form,
    LeverError,
    Number,
    State,
    Year,
    central,
    known,
    lever,
    one_of,
    with_rows,
    with_tables,
)
from sufficiency.assumptions import AreaMove, Assumptions
from sufficiency.evidence import ENTRY_YEARS, PLACE_KINDS, Evidence

Group = Annotated[int, Field(ge=0, le=13)]
NOTE = "taken by the scenario"
TABLES_OF_AREAS = ("area_names", "area_members", "capacity", "planner_overrides")


class Pan(Form):
    """An admission number from a year on."""

    value: Annotated[int, Field(ge=0, le=2000)] = Field(description="places at entry")
    first: Year = Field(alias="from", description="academic year of the first intake")
    last: Year | None = Field(None, alias="to", description="academic year of the last such intake; then it is as before")
    nc_year: Annotated[int, one_of(ENTRY_YEARS)] | None = Field(None, description="year of entry; left out: its own")


class Places(Form):
    """Places in year groups from a year on."""

    value: Annotated[int, Field(ge=0, le=2000)] = Field(description="places in each year group")
    first: Year = Field(alias="from", description="first academic year")
    nc_years: tuple[Group, ...] = Field(min_length=1, description="year groups")


class Merger(Form):
    """A school that goes into another."""

    value: str = Field(pattern=r"^\d{6}$", description="URN of the school that goes on")
    first: Year = Field(alias="from", description="academic year from which they are one")
    places: Annotated[int, Field(ge=0, le=2000)] = Field(0, description="places a year group that the other gains")
    nc_years: tuple[Group, ...] = Field((), description="year groups that gain them; left out: those of the school that goes")


class Planned(Form):
    """A change to places, as in the council's table of planned places."""

    value: Number = Field(description="places a year group")
    urn: str = Field(pattern=r"^\d{6}$", description="school")
    kind: Annotated[str, one_of(PLACE_KINDS)] = Field("expansion", description="kind")
    first: Year = Field(alias="from", description="first academic year")
    last: Year | None = Field(None, alias="to", description="last academic year; left out: for good")
    nc_years: tuple[Group, ...] = Field(min_length=1, description="year groups it begins in")
    fills_upwards: bool = Field(True, description="whether it fills up year by year from there")


class NewSchool(Form):
    """A school that opens; its key is a six-digit number of its own."""

    name: str = Field(min_length=1, description="name")
    phase: Annotated[str, one_of(PHASES)] = Field(description="phase")
    area: str = Field(min_length=1, description="planning area")
    value: Annotated[int, Field(ge=1, le=2000)] = Field(description="places a year group once it is full")
    first: Year = Field(alias="from", description="academic year in which it opens")
    easting: Annotated[float, Field(ge=80_000, le=656_000)] = Field(description="metres, EPSG:27700")
    northing: Annotated[float, Field(ge=5_000, le=658_000)] = Field(description="metres, EPSG:27700")
    fills_upwards: bool = Field(True, description="whether it fills up year by year from its year of entry")


class Preference(Form):
    """Children who choose another area's schools."""

    value: Number = Field(description="share of those who would enter the first area")
    from_area: str = Field(min_length=1, description="planning area that loses them")
    to_area: str = Field(min_length=1, description="planning area of the same phase that gains them")
    nc_year: Annotated[int, one_of(ENTRY_YEARS)] = Field(description="year of entry")
    first: Year | None = Field(None, alias="from", description="first academic year")
    last: Year | None = Field(None, alias="to", description="last academic year")


@lever("schools.*.pan", "choices", "places at entry", "as determined", ("pans", "yg_places"), form=Pan)
def school_pan(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A school admits so many from a September on: its admission number is cut or raised, cohort by cohort."""
    urn, form = asked.item, asked.form
    known(urn, _urns(evidence), "school")
    _ahead(evidence, form.first)
    given = evidence.yg_places[evidence.yg_places["urn"].eq(urn)]
    if len(given):
        entry = form.nc_year if form.nc_year is not None else int(given["nc_year"].min())
        return with_tables(evidence, yg_places=_cohorts(evidence, given, urn, entry, form)), assumptions
    pans = evidence.pans
    mine = pans[pans["urn"].eq(urn)]
    if mine.empty:
        raise LeverError("no admission number is known of this school, nor year-group places", urn,
                         f"write schools.{urn}.places, with the year groups")
    entry = form.nc_year if form.nc_year is not None else int(mine["nc_year"].min())
    before = mine[mine["nc_year"].eq(entry)].sort_values("ay")
    if before.empty:
        raise LeverError("the school has no admission number for this year of entry", str(entry))
    last = form.last if form.last is not None else EVER
    kept = pans[~(pans["urn"].eq(urn) & pans["nc_year"].eq(entry) & pans["ay"].between(form.first, last))]
    rows = [{"urn": urn, "ay": form.first, "nc_year": entry, "pan": form.value}]
    if last < EVER and not (mine["nc_year"].eq(entry) & mine["ay"].eq(last + 1)).any():
        was = before[before["ay"] <= last + 1]
        rows.append({"urn": urn, "ay": last + 1, "nc_year": entry, "pan": int((was if len(was) else before)["pan"].iloc[-1])})
    return with_tables(evidence, pans=with_rows(kept.reset_index(drop=True), rows)), assumptions


@lever("schools.*.places", "choices", "places a year group", "as known", ("yg_places",), form=Places)
def school_places(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A school has so many places in these year groups from a September on, all at once."""
    known(asked.item, _urns(evidence), "school")
    _ahead(evidence, asked.form.first)
    table, form = evidence.yg_places, asked.form
    kept = table[~(table["urn"].eq(asked.item) & table["nc_year"].isin(form.nc_years) & (table["ay"] >= form.first))]
    rows = [{"urn": asked.item, "ay": form.first, "nc_year": g, "yg_places": form.value} for g in form.nc_years]
    return with_tables(evidence, yg_places=with_rows(kept.reset_index(drop=True), rows)), assumptions


@lever("schools.*.closes", "choices", "academic year", "stays open", ("schools",), value=Year)
def school_closes(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A school is closed from that September on; its pupils go on in the others of its area."""
    return _closed(evidence, asked.item, asked.form.value), assumptions


@lever("schools.*.merges_into", "choices", "a school", "stays by itself", ("schools", "planned_places"), form=Merger)
def school_merges(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A school goes into another, which may gain places; its pupils go on in the area's schools, as pupils are there."""
    form = asked.form
    known(form.value, _urns(evidence), "school")
    closed = _closed(evidence, asked.item, form.first)
    if not form.places:
        return closed, assumptions
    roll = evidence.school_roll
    groups = form.nc_years or tuple(sorted(int(g) for g in set(roll.loc[roll["urn"].eq(asked.item), "nc_year"]) if 0 <= g <= 11))
    if not groups:
        raise LeverError("no pupils are known of the school that goes: its year groups are not known", asked.item,
                         "write nc_years")
    return _planned(closed, form.value, "expansion", form.first, None, groups, form.places, False), assumptions


@lever("places.*", "choices", "places a year group", "none", ("planned_places",), form=Planned)
def places_change(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """An expansion, a bulge class, places for a time or places taken away at a school; the key is a name of its own."""
    form = asked.form
    known(form.urn, _urns(evidence), "school")
    _ahead(evidence, form.first)
    return _planned(evidence, form.urn, form.kind, form.first, form.last, form.nc_years, round(central(form.value)),
                    form.fills_upwards), assumptions


@lever("new_schools.*", "choices", "places a year group", "none", ("schools", "area_members", "yg_places"), form=NewSchool)
def new_school(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A new school opens in a planning area; the key is a six-digit number that no school has."""
    form, urn = asked.form, asked.item
    if not (len(urn) == 6 and urn.isdecimal()) or urn in set(_urns(evidence)):
        raise LeverError("a six-digit number that no school has expected", urn, "such as 900001")
    _ahead(evidence, form.first)
    known(form.area, _areas(evidence), "planning area")
    groups = tuple(PHASE_YEARS[form.phase])
    row = {**{name: "" for name in evidence.schools.columns}, "urn": urn, "laestab": f"{evidence.authority.code}9{urn[-3:]}",
           "school_name": form.name, "la_code": evidence.authority.code, "establishment_type": "Free schools",
           "phase_of_education": form.phase.capitalize(), "status": "Proposed to open", "statutory_low_age": groups[0] + 4.0,
           "statutory_high_age": groups[-1] + 5.0, "capacity": float("nan"), "open_date": f"{form.first}-09-01",
           "easting": form.easting, "northing": form.northing}
    members = [{"urn": urn, "phase": form.phase, "planning_area_code": form.area}]
    filled = {g: form.first + (k if form.fills_upwards else 0) for k, g in enumerate(groups)}      # year from which it is open
    places = [{"urn": urn, "ay": ay, "nc_year": g, "yg_places": form.value if ay >= filled[g] else 0}
              for g in groups for ay in sorted({form.first, filled[g]})]
    return with_tables(
        evidence, schools=with_rows(evidence.schools, [row]), area_members=with_rows(evidence.area_members, members),
        yg_places=with_rows(evidence.yg_places, places)), assumptions


@lever("preference.*", "world", "share", "0", ("area_moves",), form=Preference)
def preference(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A share of the children who would enter one planning area's schools choose another's; the key is a name of its own."""
    form = asked.form
    if not -1 <= central(form.value) <= 1:
        raise LeverError("a share from 0 to 1 expected", f"{central(form.value):g}")
    for code in (form.from_area, form.to_area):
        known(code, _areas(evidence), "planning area")
    years = asked.years(evidence.authority.base_year + 1)
    move = AreaMove(form.nc_year, form.from_area, form.to_area, central(form.value), years.start, years.stop - 1)
    return evidence, replace(assumptions, area_moves=(*assumptions.area_moves, move))


@lever("schools.*.area", "choices", "planning area", "as it belongs", ("area_members",),
       value=dict[Annotated[str, one_of(PHASES)], str])
def school_area(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A school belongs to another planning area, of each phase that is named."""
    known(asked.item, _urns(evidence), "school")
    members = evidence.area_members
    for phase, code in asked.form.value.items():
        known(code, _areas(evidence), "planning area")
        members = members[~(members["urn"].eq(asked.item) & members["phase"].eq(phase))].reset_index(drop=True)
        members = with_rows(members, [{"urn": asked.item, "phase": phase, "planning_area_code": code}])
    return with_tables(evidence, area_members=members), assumptions


@lever("areas.*.becomes", "choices", "planning area", "stays as it is",
       (*TABLES_OF_AREAS, "transfers", "gp_registrations", "completions"), value=str)
def area_becomes(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A planning area becomes part of another, or has another code: its schools and its counts go with it."""
    old, new = asked.item, asked.form.value
    known(old, _areas(evidence), "planning area")
    tables = {}
    for name in TABLES_OF_AREAS:
        table = evidence.tables[name]
        if not table.empty:
            tables[name] = table.assign(planning_area_code=table["planning_area_code"].replace(old, new))
    if "area_names" in tables:
        names = tables["area_names"]
        own = evidence.area_names["planning_area_code"].eq(new).to_numpy()
        tables["area_names"] = pd.concat([names[own], names[~own]]).drop_duplicates(["planning_area_code", "phase"]).sort_index()
    if evidence.has("transfers"):
        told = evidence.transfers.assign(**{end: evidence.transfers[end].replace(old, new) for end in ("origin", "destination")})
        tables["transfers"] = told.groupby(["ay", "nc_year", "origin", "destination"], as_index=False)["pupils"].sum()
    if evidence.has("completions"):
        told = evidence.completions.assign(area_code=evidence.completions["area_code"].replace(old, new))
        tables["completions"] = told.groupby(["area_code", "financial_year"], as_index=False)["dwellings"].sum()
    if evidence.has("gp_registrations"):
        told = evidence.gp_registrations.assign(area_code=evidence.gp_registrations["area_code"].replace(old, new))
        by = [c for c in told.columns if c != "children"]
        added = told.groupby(by, as_index=False, dropna=False)["children"].sum(min_count=1)
        tables["gp_registrations"] = added[list(told.columns)]
    return with_tables(evidence, **tables), assumptions


def _urns(evidence: Evidence) -> list[str]:
    return [*evidence.schools["urn"], *evidence.census_schools["urn"]]


def _areas(evidence: Evidence) -> list[str]:
    tables = (evidence.tables[name] for name in ("area_names", "area_members", "capacity"))
    return [code for table in tables for code in set(table["planning_area_code"]) if code]


def _ahead(evidence: Evidence, ay: int) -> None:
    if ay <= evidence.authority.base_year:
        raise LeverError(f"a year after {ay_label(evidence.authority.base_year)} expected", ay_label(ay))


def _closed(evidence: Evidence, urn: str, ay: int) -> Evidence:
    schools = evidence.schools
    known(urn, schools["urn"], "school")
    _ahead(evidence, ay)
    closed = with_tables(evidence, schools=schools.assign(
        close_date=schools["close_date"].where(~schools["urn"].eq(urn), f"{ay}-08-31")))
    return replace(closed, chosen_closings=evidence.chosen_closings | {urn})


def _planned(evidence: Evidence, urn: str, kind: str, first: int, last: int | None, groups: tuple[int, ...], places: int,
             fills: bool) -> Evidence:
    row = {"urn": urn, "kind": kind, "ay": first, "ay_to": float("nan") if last is None else float(last),
           "nc_year_from": min(groups), "nc_year_to": max(groups), "places": places, "fills_upwards": fills, "note": NOTE,
           "site_ref": "", "funding": "", "standing": ""}
    return with_tables(evidence, planned_places=with_rows(evidence.planned_places, [row]))


def _cohorts(evidence: Evidence, given: pd.DataFrame, urn: str, entry: int, form: Pan) -> pd.DataFrame:
    """Year-group places with the new intakes moving up, each in its own year; later rows of those cells give way."""
    top = max(int(given["nc_year"].max()), entry)
    rows = []
    for ay in range(form.first, evidence.authority.base_year + 8):
        for g in range(entry, top + 1):
            entered = ay - (g - entry)
            if form.first <= entered <= (form.last if form.last is not None else EVER):
                rows.append({"urn": urn, "ay": ay, "nc_year": g, "yg_places": form.value})
            elif form.last is not None and entered == form.last + 1:
                known_then = given[given["nc_year"].eq(g) & (given["ay"] <= ay)].sort_values("ay")["yg_places"]
                if len(known_then):
                    rows.append({"urn": urn, "ay": ay, "nc_year": g, "yg_places": int(known_then.iloc[-1])})
    new = pd.DataFrame(rows)
    table = evidence.yg_places
    by = ["urn", "ay", "nc_year"]
    gone = table.merge(new[by], on=by, how="left", indicator="also")["also"].eq("both")
    return with_rows(table[~gone.to_numpy()].reset_index(drop=True), rows)


LEVERS = (school_pan, school_places, school_closes, school_merges, places_change, new_school, preference, school_area,
          area_becomes)
