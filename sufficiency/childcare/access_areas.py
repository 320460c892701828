"""Access brought home to areas: the hours in reach for each hour wanted, over the families of a planning area or district.

The index of a small area is hours on offer in reach for each hour wanted there. Over many it is the mean weighted by hours
wanted: so many hours as their families can reach, for all that they want. A small area that wants nothing counts for nothing; how
much of what is wanted has nothing in reach stands beside.
"""

from __future__ import annotations

import pandas as pd

KEYS = ["level", "area_code", "area_name", "ay", "term", "age_band", "measure"]
ACCESS_OF_AREAS = [*KEYS, "children", "index", "share_without", "share_known"]


def access_of_areas(access: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """The index by area: ACCESS_OF_AREAS; share_without is the part of the hours wanted that has nothing in reach.

    access: lsoa_code, ay, term, age_band, measure, wanted, index, without_supply, share_known, children. areas: lsoa_code, level,
    area_code, area_name, and the share of the small area that lies in it.
    """
    parts = access.merge(areas, on="lsoa_code")
    part = parts["share"].astype("float64")
    wanted = parts["wanted"].astype("float64").fillna(0.0) * part
    there = parts["index"].notna() & (wanted > 0)
    parts = parts.assign(
        wanted=wanted.where(there, 0.0), reached=(wanted * parts["index"].astype("float64")).where(there, 0.0),
        without=wanted.where(there & parts["without_supply"].astype("bool"), 0.0),
        children=parts["children"].astype("float64") * part,
        known=(wanted * parts["share_known"].astype("float64")).where(there, 0.0))
    columns = ["children", "wanted", "reached", "without", "known"]
    table = parts.groupby(KEYS, as_index=False)[columns].sum()
    asked = table["wanted"].where(table["wanted"] > 0)
    shares = {"index": "reached", "share_without": "without", "share_known": "known"}
    return table.assign(**{name: table[column] / asked for name, column in shares.items()})[ACCESS_OF_AREAS]
