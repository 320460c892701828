"""Who can reach how much: access as `childcare_access` measures it, and what it would be if every setting had told its hours.

A setting that has not told its hours is not an empty one. So access is measured by what is told, and, where somebody has to be
asked, once more with the usual hours of their kind: only a small area that has nothing in reach even then is told to have none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.childcare.access import COLUMNS, AccessChoices, ChildcareAccess, childcare_access

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sufficiency.assumptions import Assumptions
    from sufficiency.childcare.offered import Offered
    from sufficiency.evidence import Evidence, Note

ACCESS = [*COLUMNS, "index_not_told", "children"]
KEYS = ["ay", "term", "age_band", "measure", "lsoa_code"]
PAID = "paid"


def in_reach(
    evidence: Evidence, early: pd.DataFrame, offered: Offered, years: Sequence[int], assumptions: Assumptions,
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Access by small area, ACCESS: index_not_told is what settings that have not told their hours would add to the index.

    early: what is wanted for children under five. Children are all of the age who live there.
    """
    how = AccessChoices(assumptions.access_mode, assumptions.access_method)

    def measured(*hours: pd.DataFrame) -> ChildcareAccess:
        every = pd.concat([part for part in hours if len(part)] or hours[:1], ignore_index=True)
        return childcare_access(evidence, early, every, offered.settings, years, how)

    told = measured(offered.supply.hours, offered.beyond)
    table, whole = told.table, told
    if len(offered.not_told):
        whole = measured(offered.supply.hours, offered.beyond, offered.not_told)
        more = whole.table.set_index(KEYS).reindex(pd.MultiIndex.from_frame(table[KEYS])).reset_index(drop=True)
        table = table.assign(index_not_told=more["index"] - table["index"], without_supply=more["without_supply"].astype("bool"))
    else:
        table = table.assign(index_not_told=0.0)
    every = early.loc[early["kind"].eq(PAID), ["lsoa_code", "ay", "term", "age_band", "eligible"]]
    table = table.merge(every.rename(columns={"eligible": "children"}), on=KEYS[:3] + KEYS[4:], how="left")
    return table[ACCESS], whole.notes
