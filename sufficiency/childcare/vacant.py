"""What stands empty, by age: hours of the headcount that nobody has taken, and what they would be worth at another age.

Method (domain brief G5). Vacancies for babies are none for three-year-olds: ages are never added up. Beside each stands what it
would be if its staff looked after children of three and four instead: an adult with three babies can look after eight of these.
Only settings with a headcount are in it. Where few of a district have one, what they have is hidden before anything leaves, with
what would tell it, so that nobody's empty rooms are told by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.childcare.balance import AUTHORITY, DISTRICT
from sufficiency.childcare.entitlements import PTE_HOURS
from sufficiency.childcare.room_space import as_places_at
from sufficiency.childcare.setting_list import text_at
from sufficiency.childcare.terms import YOUNG, begins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sufficiency.childcare.setting_list import Settings
    from sufficiency.evidence import Evidence

VACANT = ["level", "area_code", "area_name", "ay", "term", "age_band", "settings", "hours_taken",
          "hours_vacant", "vacancy_rate", "pte_vacant", "pte_as_age_3_4"]
KEYS = ["level", "area_code", "ay", "term", "age_band"]
OLDEST = YOUNG[-1]


def vacancies(evidence: Evidence, settings: Settings, names: Mapping[str, str]) -> pd.DataFrame:
    """Hours taken and vacant of children under five, VACANT, by district and authority in every term that was counted.

    names: what areas are called, by their code.
    """
    table = evidence.termly_headcount
    table = table[table["age_band"].isin(YOUNG)]
    if table.empty:
        return pd.DataFrame({column: pd.Series(dtype="int64" if column == "ay" else "str") for column in VACANT})
    listed = settings.table.drop_duplicates("setting_ref").set_index("setting_ref")["district_code"]
    ref = table["setting_ref"].map(lambda one: settings.aliases.get(one, one))
    vacant = table["hours_week"].where(table["entitlement"].eq("vacant"), 0.0)
    rows = table.assign(setting_ref=table["setting_ref"], hours_vacant=vacant, hours_taken=table["hours_week"] - vacant)
    authority = evidence.authority.gss_code or evidence.authority.code
    parts = [rows.assign(level=DISTRICT, area_code=text_at(ref, listed)), rows.assign(level=AUTHORITY, area_code=authority)]
    by = pd.concat(parts, ignore_index=True).groupby(KEYS, as_index=False).agg(
        settings=("setting_ref", "nunique"), hours_taken=("hours_taken", "sum"), hours_vacant=("hours_vacant", "sum"))
    by = by[by["area_code"].ne("")].reset_index(drop=True)
    by["area_name"] = by["area_code"].map(lambda code: names.get(code, code)).astype("str")
    whole = by["hours_taken"] + by["hours_vacant"]
    by = by.assign(vacancy_rate=(by["hours_vacant"] / whole).where(whole > 0), pte_vacant=by["hours_vacant"] / PTE_HOURS)
    worth = [as_places_at({row.age_band: row.pte_vacant}, OLDEST, begins(row.ay, row.term)) for row in by.itertuples()]
    return by.assign(pte_as_age_3_4=pd.Series(worth, index=by.index, dtype="float64"))[VACANT]
