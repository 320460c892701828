"""The evidence as a planner had it at a past January: what came later is taken out, so that a backtest cannot look ahead.

Method (domain brief C10). A row stays if it stood in some publication, or in the council's own books, right after the January
census of the academic year `origin`:

- rolls, the census's list of schools and counted transfers up to that January; offers and October counts of that year's entry and
  before; admission numbers up to the September after, since they are set more than a year ahead;
- births that had been published by then (a setting, `births_lag`: years from the September in which a cohort begins to that of
  the academic year by whose January its births are out; those to August 2021 by January 2023), registers of GPs up to the census,
  population estimates of the mid-year before the last, SCAP returns of the May before, scorecards of the census before;
- schools that were there; one that has closed since is open again, and a link between schools counts once it was made.

What bears no date of when it was known is taken out whole: housing trajectories and what belongs to them, firm changes of places
still ahead, counts of which school children of each small area attend. The planner's own figures are left out too: it is the
method that is measured. What is geography stays as it is today: boundaries, where schools stand, which ages they serve and their
capacity in GIAS, and which planning area a school belongs to; a forecast and what came can be compared only on one map. Every
other table is left empty: what is of childcare and travel has no part in a forecast of pupils, and a table that this module does
not know is better left out than believed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.school_year import end_of_census_month
from planning_areas.wording import some
from sufficiency.estate.school_scope import OPEN, TO_OPEN
from sufficiency.evidence import Authority, Evidence, Note
from sufficiency.forecast.predecessors import ancestry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Keep = Callable[[pd.DataFrame, int, int], pd.Series]

def _until(column: str, later: int = 0) -> Keep:
    """Keep rows of the origin's year and before, or up to so many years after it."""
    return lambda table, origin, lag: table[column] <= origin + later


DATED: Mapping[str, Keep] = {
    "school_roll": _until("ay"), "census_schools": _until("ay"), "authority_roll": _until("ay"), "transfers": _until("ay"),
    "offers": _until("ay"), "october_census": _until("ay"), "yg_places": _until("ay"), "pans": _until("ay", 1),
    "planned_places": _until("ay"), "capacity": _until("ay", -1), "population": _until("year", -1),
    "gp_registrations": lambda table, origin, lag: table["on"] <= end_of_census_month(origin),
    "scorecards": _until("actual_ay", -1), "births": lambda table, origin, lag: table["cohort"] <= origin - lag,
}
"""Tables whose rows tell when they were known: which rows stay."""

GEOGRAPHY = ("lsoas", "lsoa_lookup", "school_sites", "area_names", "area_members", "schools", "school_links")
"""Tables that are used as they are today; of schools and links, those that were there."""


UNDATED = ("housing_sites", "completions", "yields", "yield_curves", "attended_flows")
"""Tables that a forecast of pupils rests on, of which nobody has written down when they were known."""


def as_known(evidence: Evidence, origin: int, births_lag: int) -> Evidence:
    """The evidence right after the January census of academic year `origin`, which becomes its base year."""
    tables = {}
    for name, table in evidence.tables.items():
        if name in DATED and len(table):
            tables[name] = table[DATED[name](table, origin, births_lag)].reset_index(drop=True)
        else:
            tables[name] = table if name in GEOGRAPHY else table.iloc[:0]
    tables["schools"] = _there(evidence.schools, origin)
    tables["school_links"] = _made(evidence.school_links, origin)
    then = evidence.authority
    return Evidence(Authority(then.code, then.name, then.gss_code, origin, then.districts), tables, evidence.sources)


def _there(schools: pd.DataFrame, origin: int) -> pd.DataFrame:
    """Schools open by that January, as they were then: not yet closed, and nobody proposing it."""
    if schools.empty:
        return schools
    day = end_of_census_month(origin)
    known = schools[(schools["open_date"] <= day) & (schools["status"] != TO_OPEN)].reset_index(drop=True)
    closed_since = known["close_date"] > day
    status = known["status"].mask(closed_since | known["status"].isin(OPEN), OPEN[0])
    return known.assign(status=status, close_date=known["close_date"].mask(closed_since, ""))


def _made(links: pd.DataFrame, origin: int) -> pd.DataFrame:
    """Links made by that January."""
    return links[links["link_date"] <= end_of_census_month(origin)].reset_index(drop=True) if len(links) else links


def with_areas_of_today(then: Evidence, members: pd.DataFrame, today: Evidence) -> Evidence:
    """Past evidence with today's planning areas; a former school is in those of the school that its pupils count for now.

    members: urn, phase, planning_area_code of today's schools.
    """
    if members.empty:
        return then
    heirs = ancestry(today).heirs(frozenset(members["urn"]))
    former = pd.DataFrame(heirs.items(), columns=["former", "urn"]).astype("str")
    listed = former.merge(members[["urn", "phase", "planning_area_code"]], on="urn")
    table = listed.drop(columns="urn").rename(columns={"former": "urn"}).drop_duplicates(["urn", "phase"])
    columns = ["urn", "phase", "planning_area_code"]
    return replace(then, tables={**then.tables, "area_members": table[columns].sort_values(columns, ignore_index=True)})


def what_is_of_today(evidence: Evidence) -> tuple[Note, ...]:
    """What the backtest knows that a planner did not know then, and what he knew that it does not."""
    undated = [name for name in UNDATED if evidence.has(name)]
    notes = []
    if evidence.has("schools"):
        notes.append(Note("schools", "a backtest takes planning areas, and each school's position, ages and capacity in GIAS, as "
                          "they are today", "how well areas of the time would have done is not known"))
    if undated:
        notes.append(Note("backtest", f"nobody has written down when these were known, so past forecasts are made without them: "
                          f"{some(undated)}", "what they would have told a planner then"))
    if evidence.has("planner_overrides"):
        notes.append(Note("planner_overrides", "the planner's own figures are left out of past forecasts: it is the method that "
                          "is measured"))
    return tuple(notes)
