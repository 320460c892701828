"""The order of the story of childcare: children, what is wanted, what is on offer, how they stand, who can reach it, findings.

Nothing is computed here; each line of `childcare` is a named step that is explained in its own module. A workspace that has
neither a register nor any table of the council's settings has no story of childcare, and a note says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.childcare.access_areas import ACCESS_OF_AREAS, access_of_areas, border_notes
from sufficiency.childcare.areas import PARTS, WARD, area_parts, membership, small_areas_with_children
from sufficiency.childcare.balance import COLUMNS, Weights, balance_notes, childcare_balance
from sufficiency.childcare.closing_effects import CLOSINGS, EFFECTS, closing_effects
from sufficiency.childcare.demand import CHILDREN, childcare_demand, table_of_children
from sufficiency.childcare.findings import Figures, Finding, findings, none_known
from sufficiency.childcare.marks import MARKED, MARKS, closings, mark_notes, marks
from sufficiency.childcare.offered import SUPPLY_TABLES, by_small_area, for_people, on_offer
from sufficiency.childcare.places_in_reach import PLACES, children_under_eight, places_for_children
from sufficiency.childcare.quality import QUALITY, quality
from sufficiency.childcare.reached import ACCESS, in_reach
from sufficiency.childcare.same_place import SAME_PLACE
from sufficiency.childcare.school_age_care import disabled_children, school_age_care
from sufficiency.childcare.settings_for_people import FOR_PEOPLE
from sufficiency.childcare.small_area_children import children_under_five, school_children, small_areas_of
from sufficiency.childcare.supply import SUPPLY, with_pte
from sufficiency.childcare.vacant import VACANT, vacancies
from sufficiency.childcare.wanted import DEMAND, DISABLED, TAKEUP, disabled_by_area, takeup_by_area, together, weighed
from sufficiency.childcare.wraparound import not_told, wraparound_by_school
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from sufficiency.areas.areas import AreaFrame
    from sufficiency.assumptions import Assumptions
    from sufficiency.children import Projection
    from sufficiency.evidence import Evidence

WRAPAROUND = ["urn", "clubs", "places_am", "places_pm", "waiting", "opens", "closes", "offer"]
EMPTY = {
    "childcare_demand": DEMAND, "childcare_supply": [*SUPPLY, "pte", "funded_pte"], "childcare_balance": COLUMNS,
    "access": ACCESS, "access_by_area": ACCESS_OF_AREAS,
    "childcare_settings": FOR_PEOPLE, "childcare_takeup": TAKEUP, "childcare_quality": QUALITY,
    "childcare_disabled": DISABLED, MARKED: MARKS, CLOSINGS: EFFECTS, "wraparound": WRAPAROUND,
    "area_parts": PARTS,
    "childcare_children": CHILDREN, "childcare_vacancies": VACANT, "childcare_same_place": SAME_PLACE, "childcare_places": PLACES,
}
"""The tables of childcare in a run, with their columns."""


@dataclass(frozen=True)
class Childcare:
    """What a run says of childcare."""

    tables: dict[str, pd.DataFrame] = field(repr=False)     # those of EMPTY
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...] = ()


def childcare(evidence: Evidence, frame: AreaFrame, projection: Projection, assumptions: Assumptions) -> Childcare:
    """Childcare wanted and on offer, and what follows for the report to members, from the base year on."""
    if not any(evidence.has(table) for table in SUPPLY_TABLES):
        return nothing_known()
    base = evidence.authority.base_year
    years = range(base, min(base + assumptions.childcare_years, int(projection.residents["ay"].max())) + 1)
    lookup, _ = small_areas_of(evidence, frame, projection)
    young, told_young = children_under_five(evidence, frame, projection, years[-1], assumptions)
    demand, told_demand = childcare_demand(young, evidence, assumptions)
    pupils = school_children(evidence, frame, projection, years)
    around, told_around = school_age_care(demand.use, pupils, years)
    disabled, told_disabled = disabled_children(young, pupils, years, assumptions.state_takeup)
    early = demand.table(young, years)
    wanted = together(early, around)
    offered = on_offer(evidence, years, assumptions)
    areas = membership(evidence, frame, lookup, offered.settings.wards)
    small = small_areas_with_children(evidence, young, base)
    there, told_there = by_small_area(offered, small, years)
    primary = frame.members.loc[frame.members["phase"].eq("primary"), "urn"]
    around_schools = wraparound_by_school(evidence, primary)
    unknown = not_told(evidence, around_schools, assumptions.childcare_assumed_most)
    weights = Weights(assumptions.childcare_edges, assumptions.childcare_in_reach, unknown,
                      assumptions.childcare_assumed_most)
    weighed_up = childcare_balance(weighed(wanted), there, areas[areas["level"].ne(WARD)], weights)
    reach, told_reach = in_reach(evidence, early, offered, sorted({years[0], years[-1]}), assumptions)
    known_least, weighed_areas = assumptions.childcare_known_least, areas[areas["level"].ne(WARD)]
    by_area = access_of_areas(reach, weighed_areas, assumptions.childcare_edges, known_least, assumptions.childcare_assumed_most)
    under_eight = children_under_eight(young, pupils, base, assumptions.state_takeup)
    closing = tuple(closings(evidence, offered, years, areas))
    marked = marks(closing, offered, areas)
    called = dict(zip(areas["area_code"], areas["area_name"], strict=True))
    inspected, told_quality = quality(evidence, offered.settings)
    tables = {
        "childcare_demand": wanted, "childcare_supply": with_pte(offered.supply.hours), "childcare_balance": weighed_up,
        "access": reach, "access_by_area": by_area,
        "childcare_settings": for_people(offered), "childcare_takeup": takeup_by_area(wanted, areas, demand.use, base),
        "childcare_quality": inspected, "childcare_disabled": disabled_by_area(disabled, areas),
        MARKED: marked, CLOSINGS: closing_effects(closing, weighed_up, assumptions.childcare_edges),
        "wraparound": around_schools, "area_parts": area_parts(areas),
        "childcare_children": table_of_children(young, years),
        "childcare_vacancies": vacancies(evidence, offered.settings, called),
        "childcare_same_place": offered.settings.alike,
        "childcare_places": places_for_children(evidence, offered.settings, small, under_eight, weighed_areas, assumptions),
    }
    figures = Figures(evidence, tables, offered.supply.asked, base)
    told = (told_young, told_demand, told_around, told_disabled, offered.notes, told_there, balance_notes(weighed_up, base),
            mark_notes(marked), told_reach, border_notes(by_area, base, known_least), told_quality)
    return Childcare(tables, findings(figures), tuple(dict.fromkeys(note for some in told for note in some)))


def nothing_known() -> Childcare:
    """What is said where nothing of childcare is known: empty tables, and eleven findings that lack everything."""
    note = Note("ofsted_register", "nothing is told of childcare: the workspace has neither Ofsted's register nor any table of "
                                   f"the council's settings ({', '.join(SUPPLY_TABLES)})",
                "the yearly report to members on childcare cannot be written from this run")
    return Childcare({name: empty_table(columns) for name, columns in EMPTY.items()}, none_known(), (note,))


def empty_table(columns: list[str]) -> pd.DataFrame:
    """A table without rows."""
    return pd.DataFrame({column: pd.Series(dtype="int64" if column == "ay" else "str") for column in columns})
