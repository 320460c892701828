"""Planned places: who pays and that they are firm (S08), bulge classes (S09), and that they stand where they can (R07)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planning_areas.school_year import PHASE_YEARS, ay_label, nc_year_label
from sufficiency.scap.checks.finding import ERROR, WARNING, Finding, at
from sufficiency.scap.making import PLANNED_YEARS

if TYPE_CHECKING:
    from sufficiency.scap.checks.known import Known
    from sufficiency.scap.layouts import Return

CHANGES = "planned_changes"
OF_PLAN = "planned_places"
CENTRAL = "central_programme"


def firm(returned: Return, known: Known) -> Iterator[Finding]:
    """S08: new places say who pays and that they are committed; places of a central programme are not the council's to claim."""
    table = returned.tables[CHANGES]
    by_itself = table[table["rests_on"].ne(OF_PLAN) & table["change"].ne("removed") & table["funding"].eq("")]
    for row in by_itself.drop_duplicates(["urn", "change"]).itertuples():
        yield at(
            row,
            "S08",
            WARNING,
            CHANGES,
            f"{row.places:,.0f} {row.change} places rest on admission numbers or year-group places of later years, and nobody "
            "says who pays",
            "who pays expected: basic_need, developer, hif or own",
            "say in a comment on S08 who pays and that they are firm, or that they cost nothing",
        )
    table = table[table["rests_on"].eq(OF_PLAN)].drop_duplicates(["urn", "change"])
    for row in table.itertuples():
        if row.funding == CENTRAL and row.change != "removed":
            yield at(
                row,
                "S08",
                ERROR,
                CHANGES,
                "funding = central_programme",
                "places that the council pays for or secures expected",
                "leave them out: the department adds the places of its own programmes",
            )
        elif not row.funding and row.change != "removed":
            yield at(
                row,
                "S08",
                ERROR,
                CHANGES,
                f"funding is blank of {row.change} places",
                "who pays expected",
                "fill in funding in planned_places: basic_need, developer, hif or own; where several plans of a school differ, "
                "nothing can be said of one",
            )
        if row.standing != "committed":
            yield at(
                row,
                "S08",
                ERROR,
                CHANGES,
                f"standing = {row.standing or 'blank'}",
                "committed expected: only firm plans are returned",
                "fill in standing in planned_places, and leave out what is only proposed",
            )


def bulges(returned: Return, known: Known) -> Iterator[Finding]:
    """S09: a bulge class has its places in one year group each year, and stands one higher a year later until it leaves."""
    table = returned.tables[CHANGES]
    by = {(row.urn, row.ay, row.nc_year): row for row in table[table["change"].eq("bulge")].itertuples()}
    more = {(row.urn, row.ay, row.nc_year): row for row in table[table["change"].eq("additional")].itertuples()}
    last = known.base_year + PLANNED_YEARS
    ends = {
        (plan.urn, int(plan.ay_to)) for plan in known.planned.itertuples() if plan.kind == "bulge" and plan.ay_to == plan.ay_to
    }
    for (urn, ay, group), row in by.items():
        up = by.get((urn, ay + 1, group + 1))
        leaves = group in (PHASE_YEARS["primary"][-1], PHASE_YEARS["secondary"][-1]) or (urn, ay) in ends
        if ay < last and not leaves and _served(returned, urn, group + 1) and (up is None or up.places != row.places):
            there = "nothing" if up is None else f"{up.places:,.0f} places"
            yield at(
                row,
                "S09",
                ERROR,
                CHANGES,
                f"a bulge of {row.places:,.0f} places in {nc_year_label(group)}, and {there} in "
                f"{nc_year_label(group + 1)} of {ay_label(ay + 1)}",
                f"the same {row.places:,.0f} places a year group higher a year later expected",
                "give it once in planned_places, as a bulge in the year in which it is admitted",
            )
        twin = more.get((urn, ay, group))
        if twin is not None and twin.places == row.places:
            yield at(
                twin,
                "S09",
                ERROR,
                CHANGES,
                f"{row.places:,.0f} places of the bulge in {nc_year_label(group)} stand as additional too",
                "a bulge counted once expected",
                "take one of the two plans out of planned_places",
            )
        if (
            (stays := by.get((urn, ay + 1, group))) is not None
            and (urn, ay, group - 1) not in by
            and not _new(known, urn, ay + 1)
        ):
            yield at(
                stays,
                "S09",
                ERROR,
                CHANGES,
                f"the bulge of {ay_label(ay)} is still in {nc_year_label(group)} a year later",
                "it moves up every September",
                "for places that stay in a year group write temporary or expansion",
            )


def _served(returned: Return, urn: str, group: int) -> bool:
    """Whether a school has this year group, as far as its places tell."""
    places = returned.tables["year_group_places"]
    return bool((places["urn"].eq(urn) & places["nc_year"].eq(group)).any())


def _new(known: Known, urn: str, ay: int) -> bool:
    """Whether another bulge of the school begins in a year."""
    plans = known.planned
    return bool((plans["urn"].eq(urn) & plans["kind"].eq("bulge") & plans["ay"].eq(ay)).any())


def where(returned: Return, known: Known) -> Iterator[Finding]:
    """R07: a planned change is of a school and year group of the return, within three years, and takes no more than there is."""
    table, places = returned.tables[CHANGES], returned.tables["year_group_places"]
    held = places.set_index(["urn", "nc_year"])["places_available"].groupby(level=[0, 1]).sum(min_count=1).to_dict()
    schools = set(places["urn"])
    years = range(known.base_year + 1, known.base_year + PLANNED_YEARS + 1)
    for row in table.itertuples():
        if row.ay not in years:
            yield at(
                row,
                "R07",
                ERROR,
                CHANGES,
                f"a change of {ay_label(row.ay)}",
                f"{ay_label(years[0])} to {ay_label(years[-1])} expected",
                "later plans are told in a later return",
            )
        if row.urn not in schools:
            yield at(
                row,
                "R07",
                ERROR,
                CHANGES,
                f"school {row.urn} has no places in the return",
                "a school of the return expected",
                "check its number",
            )
        elif (row.urn, row.nc_year) not in held:
            yield at(
                row,
                "R07",
                ERROR,
                CHANGES,
                f"{nc_year_label(row.nc_year)} is no year group of the school",
                "a year group that the school serves expected",
                "check the year groups in planned_places",
            )
        elif row.change == "removed" and row.places > held[row.urn, row.nc_year]:
            yield at(
                row,
                "R07",
                ERROR,
                CHANGES,
                f"{row.places:,.0f} places removed of {held[row.urn, row.nc_year]:,.0f}",
                "no more than there are expected",
                "check the places in planned_places",
            )
