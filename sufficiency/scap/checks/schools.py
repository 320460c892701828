"""Which schools and areas a return speaks of: the register's (S01), in the areas of the last return (S11), throughout (R04)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.wording import some
from sufficiency.scap.checks.finding import ERROR, Finding, answers, at

if TYPE_CHECKING:
    from sufficiency.scap.checks.known import Known
    from sufficiency.scap.layouts import Return

CAPACITY = "school_capacity"
CLOSED = "Closed"


def register(returned: Return, known: Known) -> Iterator[Finding]:
    """S01: every open school in scope of GIAS is there; none that is closed, for nursery alone, special or independent."""
    table, gias = returned.tables[CAPACITY], known.register
    if gias.empty:
        return
    for school in gias[gias["due"].astype("bool") & ~gias["urn"].isin(table["urn"])].itertuples():
        yield Finding(
            "S01",
            ERROR,
            CAPACITY,
            0,
            f"{school.school_name} ({school.urn}) is open in GIAS and not in the return",
            "every open mainstream school with a year group from Reception to Year 11 expected",
            "check its places, ages and planning area in the workspace",
            urn=str(school.urn),
        )
    of = gias.drop_duplicates("urn").set_index("urn")
    for row in table.drop_duplicates("urn").itertuples():
        if row.urn not in of.index:
            yield at(
                row,
                "S01",
                ERROR,
                CAPACITY,
                f"school {row.urn} is not in GIAS",
                "a school of the authority in GIAS expected",
                "check its number; bring the extract of GIAS up to date",
            )
            continue
        school = of.loc[row.urn]
        wrong = [
            (school["status"] == CLOSED, "is closed in GIAS"),
            (bool(school["nursery_only"]), "has nursery children alone"),
            (not school["mainstream"], f"is of a type that is not mainstream: {school['establishment_type']}"),
        ]
        for is_so, what in wrong:
            if is_so:
                yield at(
                    row,
                    "S01",
                    ERROR,
                    CAPACITY,
                    f"{school['school_name']} ({row.urn}) {what}",
                    "only open mainstream schools with a year group from Reception to Year 11 expected",
                    "leave it out; what a special school has is told among specialist places",
                )


def last_areas(returned: Return, known: Known) -> Iterator[Finding]:
    """S11: each school stands in the area of the last return, unless a comment on S11 names the department's approval."""
    before = {key: set(mine["planning_area_code"]) for key, mine in known.areas.groupby(["urn", "phase"])}
    approved = [row for row in known.comments.itertuples() if row.check == "S11" and str(row.reference).strip()]
    for row in returned.tables[CAPACITY].itertuples():
        was = before.get((row.urn, row.phase))
        if was and row.planning_area_code not in was:
            finding = at(
                row,
                "S11",
                ERROR,
                CAPACITY,
                f"{row.planning_area_code} is its planning area",
                f"{some(sorted(was))} expected, as in the last return",
                "put it back, or name the department's approval as the reference of a comment on S11",
            )
            if not any(answers(comment, finding) for comment in approved):
                yield finding


def same_schools(returned: Return, known: Known) -> Iterator[Finding]:
    """R04: a school stands in one area in all parts; whoever has capacity has places; every area has schools and a forecast."""
    capacity = returned.tables[CAPACITY]
    areas = {key: set(mine["planning_area_code"]) for key, mine in capacity.groupby(["urn", "phase"])}
    placed = set(zip(returned.tables["year_group_places"]["urn"], returned.tables["year_group_places"]["phase"], strict=True))
    for name in ("year_group_places", "on_roll"):
        part = returned.tables[name].drop_duplicates(["urn", "phase", "planning_area_code"])
        for row in part.itertuples():
            there = areas.get((row.urn, row.phase))
            if there is None:
                if name == "year_group_places" and not _has_places(returned.tables[name], row.urn, row.phase):
                    continue
                bare = name == "on_roll" and (row.urn, row.phase) in placed
                yield at(
                    row,
                    "R04",
                    ERROR,
                    name,
                    f"school {row.urn} has pupils and no place in any year group"
                    if bare
                    else f"school {row.urn} has no line in {CAPACITY} for {row.phase}",
                    "the same schools in every part expected",
                    "check its dates of opening and closing in GIAS" if bare else "check its phase and its planning area",
                )
            elif row.planning_area_code not in there:
                yield at(
                    row,
                    "R04",
                    ERROR,
                    name,
                    f"school {row.urn} stands in {row.planning_area_code}",
                    f"{some(sorted(there))} expected, as in {CAPACITY}",
                    "give it one planning area for each phase",
                )
    for row in capacity.itertuples():
        if (row.urn, row.phase) not in placed:
            yield at(
                row,
                "R04",
                ERROR,
                CAPACITY,
                f"{row.school_name} has capacity and no year-group places",
                "places for each year group that it serves expected",
                "give its year-group places in the workspace",
            )
    yield from _areas(capacity, returned.tables["mainstream_forecast"])


def _has_places(places: pd.DataFrame, urn: str, phase: str) -> bool:
    """Whether a school has any place, or one that is not known."""
    held = places.loc[places["urn"].eq(urn) & places["phase"].eq(phase), "places_available"]
    return bool(held.isna().any() or held.gt(0).any())


def _areas(capacity: pd.DataFrame, forecast: pd.DataFrame) -> Iterator[Finding]:
    """Every area with schools is forecast, and every forecast is of an area with schools."""
    keys = ["planning_area_code", "phase"]
    of = {
        name: set(table[keys].itertuples(index=False, name=None))
        for name, table in ((CAPACITY, capacity), ("mainstream_forecast", forecast))
    }
    for name, other, what in (
        (CAPACITY, "mainstream_forecast", "is not forecast"),
        ("mainstream_forecast", CAPACITY, "has no school"),
    ):
        table = capacity if name == CAPACITY else forecast
        for row in table.drop_duplicates(keys).itertuples():
            if (row.planning_area_code, row.phase) not in of[other]:
                yield at(
                    row,
                    "R04",
                    ERROR,
                    name,
                    f"planning area {row.planning_area_code} ({row.phase}) {what}",
                    "the same planning areas in every part expected",
                    "check the list of planning areas and their schools",
                )
