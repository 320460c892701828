"""Specialist places and children: from the count of plans (S10), complete, and where they can stand (R08)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planning_areas.school_year import HORIZON, ay_label
from sufficiency.scap.checks.finding import ERROR, WARNING, Finding, at, limits

if TYPE_CHECKING:
    from sufficiency.scap.checks.known import Known
    from sufficiency.scap.layouts import Return

CAPACITY, FORECAST = "specialist_capacity", "specialist_forecast"
IN_MAINSTREAM = ("sen_unit", "resourced_provision")


def from_plans(returned: Return, known: Known) -> Iterator[Finding]:
    """S10: the children whom the forecast starts from are those with a plan in a specialist place, as SEN2 counted them."""
    limit = limits("S10")
    counted = known.plans[known.plans["ay"] == known.base_year]
    table = returned.tables[FORECAST]
    begins = table[table["ay"] == known.base_year]
    for (phase, provision), mine in counted.groupby(["phase", "provision"], sort=True):
        ours = begins[begins["phase"].eq(phase)]
        ours = ours if provision == "all" else ours[ours["provision"].eq(provision)]
        came, held = float(mine["children"].sum()), float(ours["children"].sum())
        if len(ours) and abs(held - came) > limit["apart"] * came:
            for row in ours.head(1).itertuples():
                yield at(
                    row,
                    "S10",
                    WARNING,
                    FORECAST,
                    f"the forecast starts from {held:,.0f} children",
                    f"{came:,.0f} expected within {limit['apart']:.0%}, as counted in SEN2",
                    "count the same children in both: resident, with a plan, in a specialist place",
                )


def complete(returned: Return, known: Known) -> Iterator[Finding]:
    """R08: a forecast of both phases from the base year on; special schools and units at schools of their kind."""
    table = returned.tables[FORECAST]
    if len(table):
        for phase in HORIZON:
            mine = table[table["phase"].eq(phase)]
            if mine.empty:
                yield Finding(
                    "R08",
                    ERROR,
                    FORECAST,
                    0,
                    f"no {phase} forecast",
                    "both phases expected",
                    "add it to specialist_forecast",
                    phase=phase,
                )
            elif not mine["ay"].eq(known.base_year).any():
                yield Finding(
                    "R08",
                    ERROR,
                    FORECAST,
                    0,
                    f"no {phase} count of {ay_label(known.base_year)}",
                    "the children of the base year first",
                    "add the base year to specialist_forecast",
                    phase=phase,
                    ay=known.base_year,
                )
    if known.register.empty:
        return
    of = known.register.drop_duplicates("urn").set_index("urn")
    for row in returned.tables[CAPACITY].itertuples():
        if row.urn not in of.index:
            yield at(
                row,
                "R08",
                ERROR,
                CAPACITY,
                f"school {row.urn} is not in GIAS",
                "a school of the authority in GIAS expected",
                "check its number",
            )
        elif row.provision in IN_MAINSTREAM and not of.loc[row.urn, "mainstream"]:
            yield at(
                row,
                "R08",
                ERROR,
                CAPACITY,
                f"{row.provision.replace('_', ' ')} at {of.loc[row.urn, 'school_name']}",
                "a mainstream school expected",
                "write special for places of a special school",
            )
        elif row.provision == "special" and of.loc[row.urn, "mainstream"]:
            yield at(
                row,
                "R08",
                ERROR,
                CAPACITY,
                f"special school places at {of.loc[row.urn, 'school_name']}",
                "a special school expected",
                "write sen_unit or resourced_provision for places in a mainstream school",
            )
