"""Settings of the register that stand at the postcode of a school with nursery pupils: a list for the planner to tick.

A school that runs its nursery through a company, or lets a pre-school use its hall, may stand in the register and in the school
census with the same children. Numbers differ, so the program cannot tell, and counts both. Each pair stands here with its figures
and with what to write where they are one and the same.
"""

from __future__ import annotations

import pandas as pd

from planning_areas.wording import some
from sufficiency.childcare.setting_list import AT_SCHOOL, TABLE, named
from sufficiency.evidence import Note
from sufficiency.sources.code_point import spelt

SAME_PLACE = ["setting_ref", "setting_name", "provider_type_group", "places", "urn", "school_name", "nursery_pupils", "postcode",
              "if_the_same"]
KINDS = ("day_nursery", "sessional", "other")
ADVICE = "write 0 places for {ref} in settings_hours: the school's pupils are counted already"


def same_place(table: pd.DataFrame) -> pd.DataFrame:
    """Pairs of a setting of the authority and a school at its postcode, SAME_PLACE; table: all settings, with their postcodes."""
    rows = table.assign(postcode=spelt(table["postcode"].astype("str")))
    rows = rows[rows["postcode"].ne("")]
    schools = rows[rows["provider_type_group"].isin(AT_SCHOOL)]
    schools = schools.rename(columns={"setting_ref": "urn", "setting_name": "school_name", "places": "nursery_pupils"})
    mine = rows[rows["provider_type_group"].isin(KINDS) & rows["own"]]
    pairs = mine.merge(schools[["postcode", "urn", "school_name", "nursery_pupils"]], on="postcode")
    told = pairs.assign(if_the_same=[ADVICE.format(ref=ref) for ref in pairs["setting_ref"]])
    return told.sort_values(["postcode", "setting_ref", "urn"], ignore_index=True)[SAME_PLACE]


def same_place_notes(pairs: pd.DataFrame) -> list[Note]:
    """Say how many there are, and how many children may be counted twice."""
    if pairs.empty:
        return []
    settings = pairs.drop_duplicates("setting_ref")
    pupils = pairs.drop_duplicates("urn")["nursery_pupils"].sum()
    return [Note(TABLE, f"{len(settings)} registered settings stand at the postcode of a school that has nursery pupils: "
                        f"{some(named(settings))}; {pupils:,.0f} pupils of these schools may be among their children; both are "
                        "counted, since their numbers differ (the table childcare_same_place has them all)",
                 "where they are one and the same, its children are counted twice: say so with 0 places in settings_hours")]
