"""The places of a setting at each age, where it does not say them of every age.

Method (domain brief G5). Places that are told of an age stand as they are told. What is left of the whole is divided among ages
of which hours are told and no places, in the rulebook's shares of its kind: of 40 places, ten told for babies, 30 are left for
three- and four-year-olds. The whole is what the setting says of itself, else what Ofsted registers, and never more than that. A
setting that names no ages has its whole divided among those of its kind. A school's nursery pupils on roll are children, not
places, so they never stand in for places.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import pandas as pd

from sufficiency.childcare.room_space import Room, room_places
from sufficiency.childcare.setting_list import AT_SCHOOL

Shares = Callable[[str], Mapping[str, float]]       # kind of provider -> shares of its places by age


def by_age(rows: pd.DataFrame, shares: Shares) -> tuple[pd.DataFrame, int]:
    """Divide places among ages; says of how many settings only the whole was known.

    rows: with `listed`, Ofsted's places, and `whole_places`, what the setting says of its whole beside rows on ages. Adds basis,
    of_roll, of_whole and cap, the most that all ages of a setting may have together.
    """
    at_school = rows["provider_type_group"].isin(AT_SCHOOL)
    of_whole = rows["age_band"].eq("")
    said = rows[["places", "area_m2", "staff"]].notna().any(axis=1)
    registered = rows["listed"].where(~at_school)
    most = rows["whole_places"].fillna(registered)
    most = most.mask(most > registered, registered)
    rows = rows.assign(basis=np.where(said | rows["whole_places"].notna(), "survey", "register"), cap=most,
                       of_roll=at_school & ~said & of_whole, of_whole=of_whole)
    parts = [_of_ages(rows[~of_whole], said[~of_whole], shares)]
    whole = rows["places"].where(rows["places"].notna(), rows["listed"])
    for group, mine in rows[of_whole].groupby("provider_type_group"):
        for age, share in shares(str(group)).items():
            if share > 0:
                parts.append(mine.assign(age_band=age, places=whole[mine.index] * share, area_m2=np.nan, staff=np.nan))
    many = rows[of_whole & ~at_school]
    return pd.concat(parts, ignore_index=True), int(many["setting_ref"].nunique())


def _of_ages(rows: pd.DataFrame, said: pd.Series, shares: Shares) -> pd.DataFrame:
    """Give ages of which nothing is said of places what is left of the whole beside those that are told."""
    silent = rows[~said]
    if silent.empty:
        return rows
    told = rows[said]
    rooms = zip(told["age_band"], told["area_m2"], told["staff"], told["places"], strict=True)
    held = pd.Series([room_places(Room(*room), date.max) for room in rooms], index=told.index, dtype="float64")
    taken = silent["setting_ref"].map(held.groupby(told["setting_ref"]).sum()).astype("float64").fillna(0.0)
    share = pd.Series([shares(group).get(age, 0.0) for group, age in
                       zip(silent["provider_type_group"], silent["age_band"], strict=True)], index=silent.index)
    each = share / share.groupby(silent["setting_ref"]).transform("sum")
    rows = rows.copy()
    rows.loc[silent.index, "places"] = (silent["cap"] - taken).clip(lower=0.0) * each
    return rows
