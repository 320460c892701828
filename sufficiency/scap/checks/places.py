"""Places of the base year: year groups beside capacity (S02), whole and beside the pupils (S03), capacity itself (R05)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planning_areas.school_year import PHASE_YEARS
from planning_areas.wording import some
from sufficiency.scap.checks.finding import ERROR, HEADER, WARNING, Finding, at, limits
from sufficiency.scap.making import SHARED

if TYPE_CHECKING:
    import pandas as pd

    from sufficiency.scap.checks.known import Known
    from sufficiency.scap.layouts import Return

SCHOOL = ["urn", "phase"]


def add_up(returned: Return, known: Known) -> Iterator[Finding]:
    """S02: a school's year-group places are its capacity, but for one that grows, loses places or has a bulge class."""
    limit, places = limits("S02"), returned.tables["year_group_places"]
    moving = set(known.planned["urn"]) | set(returned.tables["planned_changes"]["urn"])
    sums = places.groupby(SCHOOL)["places_available"].sum(min_count=1).to_dict()
    unknown = set(places.loc[places["places_available"].isna(), "urn"])
    for row in _one_line(returned.tables["school_capacity"]).itertuples():
        held, capacity = sums.get((row.urn, row.phase)), row.capacity
        if held is None or held != held or capacity != capacity or row.urn in moving | unknown:
            continue
        apart = abs(held - capacity)
        if apart > limit["apart_places"] and apart > limit["apart"] * capacity:
            yield at(
                row,
                "S02",
                WARNING,
                "school_capacity",
                f"year-group places of {row.school_name} add up to {held:,.0f}, its capacity is {capacity:,.0f}",
                f"no more than {limit['apart']:.0%} or {limit['apart_places']} places apart",
                "mend one of the two, or say in a comment on S02 why they differ",
            )


def _one_line(capacity: pd.DataFrame) -> pd.DataFrame:
    """Capacity of each school and phase, its several lines added up; the index of the first."""
    whole = capacity.groupby(SCHOOL)["capacity"].transform("sum", min_count=1)
    return capacity.assign(capacity=whole).drop_duplicates(SCHOOL)


def whole_and_full(returned: Return, known: Known) -> Iterator[Finding]:
    """S03: places are whole numbers, none below nought, and no school is far fuller or emptier than its places."""
    limit, places = limits("S03"), returned.tables["year_group_places"]
    for row in places[places["places_available"].lt(0) | places["places_available"].mod(1).gt(0)].itertuples():
        yield at(
            row,
            "S03",
            ERROR,
            "year_group_places",
            f"{row.places_available:g} places",
            "a whole number of at least 0 expected",
            "give the school's year-group places in the workspace",
        )
    roll = returned.tables["on_roll"]
    roll = roll[roll["nc_year"] <= PHASE_YEARS["secondary"][-1]].groupby(SCHOOL)["pupils"].sum()
    held = places.groupby(SCHOOL)["places_available"].agg(lambda each: each.sum(skipna=False))
    for row in places.drop_duplicates(SCHOOL).itertuples():
        of, there = float(held[row.urn, row.phase]), float(roll.get((row.urn, row.phase), float("nan")))
        if not of > 0 or there != there:
            continue
        if there > limit["fullest"] * of or there < limit["emptiest"] * of:
            found = at(
                row,
                "S03",
                WARNING,
                "year_group_places",
                f"{there:,.0f} pupils in {of:,.0f} places ({there / of:.0%})",
                f"between {limit['emptiest']:.0%} and {limit['fullest']:.0%} expected",
                "check places and roll, or say in a comment on S03 why it is so",
            )
            yield Finding(**{**found.__dict__, "nc_year": None})


def counted(returned: Return, known: Known) -> Iterator[Finding]:
    """R05: year-group places are the council's own or rest on admission numbers; shares of a capacity are no count."""
    places = returned.tables["year_group_places"]
    shared = places[places["basis"].eq(SHARED) & places["places_available"].notna()].drop_duplicates("urn")
    for row in shared.head(1).itertuples():
        yield Finding(
            "R05",
            WARNING,
            "year_group_places",
            int(row.Index) + HEADER,
            f"places of {len(shared)} schools are their capacity shared evenly: {some(shared['urn'])}",
            "places counted year group by year group expected",
            "give their yg_places or admission numbers in the workspace",
        )


def capacity(returned: Return, known: Known) -> Iterator[Finding]:
    """R05: capacity is above nought and whole; one that is not known is told among what is missing."""
    for row in returned.tables["school_capacity"].itertuples():
        for name, least in (("capacity", 1), ("capacity_sixth_form", 0)):
            value = getattr(row, name)
            if value == value and (value < least or value % 1):
                yield at(
                    row,
                    "R05",
                    ERROR,
                    "school_capacity",
                    f"{name} = {value:g}",
                    f"a whole number of at least {least} expected",
                    "mend the school's capacity in the workspace",
                )
        if row.phase != "secondary" and row.capacity_sixth_form == row.capacity_sixth_form and row.capacity_sixth_form > 0:
            yield at(
                row,
                "R05",
                ERROR,
                "school_capacity",
                f"capacity_sixth_form = {row.capacity_sixth_form:g} under {row.phase}",
                "a sixth form stands under secondary",
                "mend the school's capacity in the workspace",
            )
