"""Supply that has no point, spread over the small areas of its ward or district in proportion to children under five."""

from __future__ import annotations

import numpy as np
import pandas as pd


def spread(rows: pd.DataFrame, columns: list[str], small_areas: pd.DataFrame, wards: pd.DataFrame) -> pd.DataFrame:
    """Spread what is placed by an area over its small areas, in proportion to children under five.

    rows: lsoa_code, district_code, ward_code, easting, own and the columns to be spread. small_areas: lsoa_code, district_code
    and under_five. wards: `Settings.wards`; a ward's part of a small area is its part of the postcodes there. Rows that have a
    small area, and those across the border, stay as they are. Totals stay the same.
    """
    known = rows["district_code"].eq("") | rows["district_code"].isin(small_areas["district_code"])
    loose = rows["lsoa_code"].eq("") & rows["own"] & rows["easting"].isna() & known
    parts = [rows[~loose]]
    areas = {str(d): part for d, part in small_areas.groupby("district_code")}
    whole = wards.groupby("lsoa_code")["postcodes"].sum()
    for (ward, district), some_rows in rows[loose].groupby(["ward_code", "district_code"]):
        lie = wards[wards["ward_code"] == ward].merge(small_areas, on="lsoa_code")
        if len(lie):
            weight = lie["under_five"] * lie["postcodes"] / lie["lsoa_code"].map(whole)
        else:
            lie = areas.get(str(district), small_areas)
            weight = lie["under_five"]
        share = (weight / weight.sum() if weight.sum() > 0 else pd.Series(1.0 / max(len(lie), 1), index=lie.index)).to_numpy()
        over = some_rows.loc[some_rows.index.repeat(len(lie))].copy()
        over["lsoa_code"] = np.tile(lie["lsoa_code"].to_numpy(), len(some_rows))
        over["district_code"] = np.tile(lie["district_code"].to_numpy(), len(some_rows))
        for column in columns:
            over[column] = over[column].to_numpy() * np.tile(share, len(some_rows))
        parts.append(over if len(lie) else some_rows)
    spread_out = pd.concat(parts, ignore_index=True)
    for column in columns:
        if not np.isclose(spread_out[column].sum(), rows[column].sum(), rtol=1e-9):
            raise AssertionError(f"{column} was lost or invented on the way to small areas")
    return spread_out
