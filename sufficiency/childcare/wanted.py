"""What is wanted, for the eyes of members: all kinds of care in one table, by what it is weighed against, and taken up by area.

Take-up is told by ward, district and the authority only (domain brief I2): few small areas have ten children of an entitlement.
How many take it up is what the council's figures, else those published, else the rulebook's lead to, and each row says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.childcare.areas import WARD
from sufficiency.childcare.balance import ALL, AROUND_SCHOOL, AUTHORITY, DISTRICT, FUNDED, HOLIDAY
from sufficiency.childcare.demand import COLUMNS
from sufficiency.childcare.demand import FUNDED as ENTITLEMENTS
from sufficiency.childcare.eligibility import PUBLISHED_IN

if TYPE_CHECKING:
    from sufficiency.childcare.takeup import Use

DEMAND = list(COLUMNS)
TAKEUP = ["level", "area_code", "area_name", "ay", "term", "age_band", "kind", "eligible", "children", "takeup", "basis"]
DISABLED = ["level", "area_code", "area_name", "ay", "age_band", "children"]
KEYS = ["lsoa_code", "ay", "term", "age_band", "measure"]
PAID = "paid"
LEVELS = (WARD, DISTRICT, AUTHORITY)        # the narrowest first


def together(early: pd.DataFrame, at_school: pd.DataFrame) -> pd.DataFrame:
    """One table of all that is wanted: of children at school `eligible` is all on roll, and there is no PTE."""
    older = at_school.rename(columns={"care": "kind", "on_roll": "eligible"}).assign(pte=float("nan"))
    return pd.concat([early[DEMAND], older[DEMAND]], ignore_index=True)


def weighed(wanted: pd.DataFrame) -> pd.DataFrame:
    """Hours wanted under each measure, and all children of the age: funded apart from all, care around school from holidays."""
    keys = KEYS[:-1]
    young = wanted["kind"].isin([*ENTITLEMENTS, PAID])
    people = wanted[~young | wanted["kind"].eq(PAID)].groupby(keys, as_index=False)["eligible"].max()
    parts = []
    for measure, rows in ((FUNDED, wanted[wanted["kind"].isin(ENTITLEMENTS)]), (ALL, wanted[young]),
                          (AROUND_SCHOOL, wanted[~young & wanted["kind"].ne(HOLIDAY)]),
                          (HOLIDAY, wanted[wanted["kind"].eq(HOLIDAY)])):
        hours = rows.groupby(keys, as_index=False)["hours_week"].sum()
        parts.append(hours.merge(people, on=keys, how="left").assign(measure=measure))
    return pd.concat(parts, ignore_index=True).rename(columns={"eligible": "children"})


def takeup_by_area(wanted: pd.DataFrame, areas: pd.DataFrame, use: Use, base: int) -> pd.DataFrame:
    """Eligible children and those who take hours up in each term of the base year, by ward, district and authority: TAKEUP."""
    rows = wanted[wanted["kind"].isin(ENTITLEMENTS) & wanted["ay"].eq(base)]
    parts = rows.merge(areas[areas["level"].isin([WARD, DISTRICT, AUTHORITY])], on="lsoa_code")
    parts = parts.assign(eligible=parts["eligible"] * parts["share"], children=parts["children"] * parts["share"])
    keys = TAKEUP[:7]
    table = parts.groupby(keys, as_index=False)[["eligible", "children"]].sum()
    table["takeup"] = (table["children"] / table["eligible"]).where(table["eligible"] > 0)
    inside = {key: tuple(sorted(set(codes))) for key, codes in parts.groupby(["level", "area_code"])["lsoa_code"]}
    lies = list(zip(table["level"], table["area_code"], table["age_band"], table["kind"], strict=True))
    counted = use.own[use.own["takeup"].notna()]
    own = {(str(kind), str(band)): set(codes) for (kind, band), codes in counted.groupby(["kind", "age_band"])["area_code"]}
    other = {key: _not_own(use, *key) for key in {(level, band, kind) for level, _, band, kind in lies}}
    district = dict(zip(use.codes, use.districts, strict=True))
    table["basis"] = [
        _basis(use.authority, district, own.get((kind, band), set()), level, inside[level, code], other[level, band, kind])
        for level, code, band, kind in lies
    ]
    return table[TAKEUP]


def _basis(authority: str, district: Mapping[str, str], own: set[str], level: str, codes: tuple[str, ...], not_own: str) -> str:
    """What the take-up of an area's small areas rests on; a rate of a wider area is not counted in it, and the row says so.

    own: the areas that the council has counted; not_own: what is said where it has not.
    """
    found = {WARD if code in own else DISTRICT if district.get(code) in own else AUTHORITY if authority in own else ""
             for code in codes}
    counted = {source for source in found if source and LEVELS.index(source) <= LEVELS.index(level)}
    if found == counted:
        return "the council's count"
    rests = [f"rate of the {source}, not counted here" for source in LEVELS if source in found - counted]
    if "" in found:
        rests.append(not_own)
    return ("counted in part by the council, else " if counted else "") + ", or ".join(rests)


def _not_own(use: Use, level: str, band: str, kind: str) -> str:
    """What the take-up rests on where the council has none of its own."""
    mine = use.published[(use.published["kind"] == kind) & use.published["age"].isin([*PUBLISHED_IN[band], "3 and 4 years"])]
    if not mine[["eligible", "registered"]].notna().all(axis=1).any():
        return "rulebook, not verified"
    return "published" if level == AUTHORITY else "rate of the authority, not counted here"


def disabled_by_area(disabled: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Disabled children by district and authority, year and age band: DISABLED."""
    parts = disabled.merge(areas[areas["level"].isin([DISTRICT, AUTHORITY])], on="lsoa_code")
    parts = parts.assign(children=parts["children"] * parts["share"])
    return parts.groupby(DISABLED[:-1], as_index=False)["children"].sum()
