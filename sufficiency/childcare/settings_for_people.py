"""Settings as people may see them: those who work at home are told together, many enough that nobody is told alone.

Method (domain brief I2). A setting that is nobody's home is listed by itself. Those who work at home are added up by kind and
district, whether they have told their hours or not; the smallest districts are added up further, and stand for no district, until
as many are together as may be told. A kind of whom there are fewer than that in the whole authority is not told by itself: they
are told with the other kind who work at home, in this list and in all that is told of inspections, so that no total less all
others is theirs. Where all who work at home are so few their figures are blank: the row says only that there are some.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sufficiency.childcare.setting_list import AT_HOME, FEWEST_AT_HOME

FOR_PEOPLE = ["setting_ref", "setting_name", "provider_type_group", "district_code", "placed_by", "easting", "northing",
              "providers", "places", "counted_as", "staff_needed", "hours"]
ON_ROLL, ESTIMATED, REGISTERED = "pupils on roll, no places told", "places, Ofsted's estimate", "places"
NAMES = {"childminder": "Childminders", "domestic": "Childcare on domestic premises"}
EVERYBODY = "Childminders and others who work at home"
IN_PART = "told in part"
COUNTED = {REGISTERED: "places of {} as registered", ESTIMATED: "of {}, Ofsted's estimate",
           ON_ROLL: "of {}, pupils on roll, no places told"}
HOURS = {"told": "told by {}", IN_PART: "told in part by {}", "assumed": "the usual hours of their kind for {}",
         "not told": "not told by {}"}
"""How several who work at home are told together, where they are not alike: by some, and by others."""


def as_people_see_them(rows: pd.DataFrame) -> pd.DataFrame:
    """List settings, FOR_PEOPLE; rows: all of them, with what their places are, whether their hours are told, and their staff."""
    home = rows["provider_type_group"].isin(AT_HOME)
    kinds = rows[home].groupby("provider_type_group")["providers"].sum()
    rows = rows.assign(provider_type_group=told_as(rows["provider_type_group"], kinds))
    joined = len(kinds) > rows.loc[home, "provider_type_group"].nunique()
    together = [_together(mine, EVERYBODY if joined else NAMES[str(kind)])
                for kind, mine in rows[home].groupby("provider_type_group")]
    return pd.concat([rows.loc[~home, FOR_PEOPLE], *together], ignore_index=True)


def told_as(kind: pd.Series, providers: pd.Series) -> pd.Series:
    """The kind under which each setting is told: where a kind who work at home are few, the larger one of the two for both.

    providers: how many of each kind who work at home there are in the authority.
    """
    there = providers[providers.index.isin(AT_HOME) & (providers > 0)]
    if len(there) < len(AT_HOME) or (there >= FEWEST_AT_HOME - 1e-9).all():
        return kind
    return kind.mask(kind.isin(AT_HOME), str(there.idxmax()))


def too_few_at_home(providers: pd.Series) -> bool:
    """Whether all who work at home in the authority are so few that no total may count them beside settings that are named.

    providers: how many of each kind there are in the authority.
    """
    return 0 < float(providers[providers.index.isin(AT_HOME)].sum()) < FEWEST_AT_HOME - 1e-9


def _together(mine: pd.DataFrame, name: str) -> pd.DataFrame:
    """Those of one kind who work at home, by district, in groups that may be told."""
    many = mine.groupby("district_code")["providers"].sum().sort_values(kind="stable")
    there = many[many > 0]
    small = int((there < FEWEST_AT_HOME - 1e-9).sum())
    further = int(np.searchsorted(there.cumsum().to_numpy(), FEWEST_AT_HOME - 1e-9)) + 1
    merged = there.index[:max(small, further)] if small else there.index[:0]
    district = mine["district_code"].mask(mine["district_code"].isin(merged), "")
    by = mine.assign(district_code=district).groupby(["provider_type_group", "district_code"], as_index=False)
    rows = by.agg(providers=("providers", "sum"), places=("places", "sum"),
                  counted_as=("counted_as", _counted_together), hours=("hours", _told_together))
    few = rows["providers"] < FEWEST_AT_HOME - 1e-9
    rows = rows.assign(
        setting_ref="", setting_name=np.where(few, f"{name} (fewer than {FEWEST_AT_HOME})", name), easting=np.nan,
        northing=np.nan, staff_needed=np.nan, placed_by=np.where(rows["district_code"].eq(""), "authority", "district"))
    rows[["providers", "places"]] = rows[["providers", "places"]].mask(few)
    return rows.assign(hours=rows["hours"].mask(few, ""))[FOR_PEOPLE]


def _counted_together(ways: pd.Series) -> str:
    """How the places of several are counted: alike, or by some in one way and by others in another."""
    found = [way for way in COUNTED if way in set(ways)]
    return str(ways.iloc[0]) if len(found) < 2 else "; ".join(
        COUNTED[way].format("some" if k == 0 else "others") for k, way in enumerate(found))


def _told_together(hours: pd.Series) -> str:
    """What is known of the hours of several: of all alike, or of some one thing and of others another."""
    found = [what for what in HOURS if what in set(hours)]
    return str(hours.iloc[0]) if len(found) < 2 else ", ".join(
        HOURS[what].format("some" if k == 0 else "others") for k, what in enumerate(found))
