"""Childcare settings as points of the committee map; those who work at home, added up by district, stand on no point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from maps.layer import Points
from workbench.childcare_map import AREAS, DISTRICTS, REACH, has_childcare

if TYPE_CHECKING:
    from workbench.picture import Picture

GROUPS = {"day_nursery": "Day nursery", "sessional": "Pre-school (sessional)", "out_of_school": "Out-of-school club",
          "school_nursery": "School nursery class", "nursery_school": "Nursery school", "childminder": "Childminders",
          "domestic": "Childcare on domestic premises", "other": "Other"}


def settings_points(tables: Mapping[str, pd.DataFrame], picture: Picture) -> Points | None:
    """Settings where they stand; those who work at home, added up by district, have no point."""
    if not has_childcare(tables) or tables["childcare_settings"].empty:
        return None
    table = tables["childcare_settings"].reset_index(drop=True)
    known = pd.DataFrame(columns=["district_code", "district_name"]) if picture.districts is None else picture.districts
    district = dict(zip(known["district_code"], known["district_name"], strict=True))
    where = table["district_code"].map(district).astype("object").fillna("").astype("str")
    home = table["setting_ref"].eq("")
    named = [f"{name}, {at}" if alone and at else name
             for name, at, alone in zip(table["setting_name"], where, home, strict=True)]
    key = [ref or f"{kind} {code} {hours}" for ref, kind, code, hours in
           zip(table["setting_ref"], table["provider_type_group"], table["district_code"], table["hours"], strict=True)]
    items = pd.DataFrame({
        "key": key, "name": named, "x": table["easting"].mask(home), "y": table["northing"].mask(home), "size": table["places"],
        "kind": table["provider_type_group"].map(GROUPS), "district": where, "hours": table["hours"],
        "providers": [f"{n:,.0f}" if alone and np.isfinite(n) else "" for n, alone in zip(table["providers"], home, strict=True)],
        "placed": np.where(home, "", "by " + table["placed_by"].astype("str"))}).sort_values(["name", "key"], ignore_index=True)
    return Points(
        "settings", "Childcare settings", "childcare setting", "circle", items, "places at one time",
        facts={"kind": "Kind", "district": "District", "providers": "How many", "hours": "Opening hours", "placed": "Placed"},
        columns={"kind": "Kind", "district": "District", "hours": "Opening hours"},
        areas=_lying_in(items, table.assign(key=key), picture))


def _lying_in(items: pd.DataFrame, table: pd.DataFrame, picture: Picture) -> pd.DataFrame:
    """In which planning area and district each setting lies: layer, key, area."""
    parts = [pd.DataFrame({"layer": DISTRICTS, "key": table["key"], "area": table["district_code"]})]
    if picture.areas is not None:
        primary = picture.areas[picture.areas["phase"] == "primary"][["planning_area_code", "geometry"]]
        placed = items[items["x"].notna()]
        points = gpd.GeoDataFrame(placed[["key"]], geometry=gpd.points_from_xy(placed["x"], placed["y"]), crs=primary.crs)
        inside: Any = gpd.sjoin(points, primary, predicate="within")
        inside = inside.drop_duplicates("key")
        parts += [pd.DataFrame({"layer": layer, "key": inside["key"], "area": inside["planning_area_code"]})
                  for layer in (AREAS, REACH)]
    every = pd.concat(parts, ignore_index=True)
    return every[every["area"].ne("")]
