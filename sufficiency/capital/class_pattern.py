"""Whether the places of a scheme make whole classes and half forms: what the law asks of infants, and what classes cost.

A scheme is built as it is listed or not at all, so a plan itself cannot break the pattern: it is the list that has to keep it,
and this says where it does not. A scheme of halves of a form leaves the pattern as it is; another is held, with the school's
places at entry where these are known, against whole classes and halves. Infant classes (Reception to Year 2) hold 30 children at
most for each teacher (domain brief E4, E7).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.evidence import Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

LAST_INFANTS = 2  # the last year group of infants


def class_pattern(evidence: Evidence) -> tuple[Note, ...]:
    """Name the schemes of primary schools that leave an intake of infants without whole classes or halves of one."""
    size = rulebook("surplus")["classes"]
    largest, step = float(size["largest"]), float(size["step"])
    rows = evidence.schemes
    infants = rows["phase"].eq("primary") & rows["nc_year_from"].astype("float64").le(LAST_INFANTS) & rows["places"].ne(0)
    at_entry = _at_entry(evidence)
    notes = []
    for row in rows[infants & rows["places"].notna()].to_dict("records"):
        now = at_entry.get(str(row["site_id"]), 0.0) if row["nc_year_from"] == 0 else 0.0
        then = now + float(row["places"])
        if then > 0.0 and then % step and float(row["places"]) % step:
            teachers = math.ceil(then / largest)
            notes.append(Note(
                "schemes",
                f"{row['scheme_id']}: {then:,.0f} places in a year group of infants make neither whole classes of {largest:,.0f} "
                "nor half a form",
                f"classes hold {largest:,.0f} infants at most: {teachers} teachers for each such year group, or mixed ages",
            ))  # fmt: skip
    return tuple(notes)


def _at_entry(evidence: Evidence) -> dict[str, float]:
    """Places in Reception by school, of the latest year told: year-group places where given, else the admission number."""
    parts = []
    for name, column in (("pans", "pan"), ("yg_places", "yg_places")):
        table: pd.DataFrame = evidence.tables[name]
        if len(table):
            latest = table[table["nc_year"].eq(0)].sort_values("ay").drop_duplicates("urn", keep="last")
            parts.append(latest[["urn", column]].set_axis(["urn", "places"], axis=1))
    told = pd.concat(parts) if parts else pd.DataFrame(columns=["urn", "places"])
    return {str(urn): float(places) for urn, places in told.itertuples(index=False)}
