"""One code, one planning area: where a council uses the same code for a primary and a secondary area, the latter gets its
own.

Planning areas of the two phases are independent sets (domain brief B6), and each figure is keyed by its area's code. A code
that stands for an area in both phases is therefore shown as `code (secondary)` for the secondary one, wherever the evidence
names it: in the list of schools, in the publications, in the names, and in the flows, where the year group entered tells the
phase.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from planning_areas.school_year import ENTRY_YEAR
from planning_areas.wording import some
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from sufficiency.evidence import Evidence

SECOND = " (secondary)"
LISTS = ("area_members", "capacity", "area_names")
YEAR_7 = ENTRY_YEAR["secondary"]


def one_phase_a_code(evidence: Evidence, catch_all: Collection[str]) -> tuple[Evidence, tuple[Note, ...]]:
    """Give secondary areas a code of their own where a primary area has the same; says which."""
    both = (_codes(evidence, "primary") & _codes(evidence, "secondary")) - {*catch_all, ""}
    if not both:
        return evidence, ()
    tables = dict(evidence.tables)
    for name in LISTS:
        if len(tables[name]):
            tables[name] = _renamed(tables[name], "planning_area_code", both, tables[name]["phase"].eq("secondary"))
    if len(tables["transfers"]):
        entered = tables["transfers"]["nc_year"]
        flows = _renamed(tables["transfers"], "destination", both, entered >= YEAR_7)
        tables["transfers"] = _renamed(flows, "origin", both, entered - 1 >= YEAR_7)
    text = f"codes that stand for a primary and a secondary area: {some(sorted(both))}; the secondary one is shown with"
    text += SECOND
    return replace(evidence, tables=tables), (Note("area_members", text),)


def _codes(evidence: Evidence, phase: str) -> set[str]:
    """Every planning-area code that the evidence uses for a phase."""
    return {code for name in LISTS for code in _of_phase(evidence.tables[name], phase)}


def _of_phase(table: pd.DataFrame, phase: str) -> set[str]:
    return set(table.loc[table["phase"] == phase, "planning_area_code"]) if len(table) else set()


def _renamed(table: pd.DataFrame, column: str, both: Collection[str], secondary: pd.Series) -> pd.DataFrame:
    """The table with the shared codes of secondary areas told apart."""
    shared = table[column].isin(both) & secondary
    return table.assign(**{column: table[column].mask(shared, table[column] + SECOND)})
