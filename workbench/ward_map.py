"""Funded childcare by ward on the committee map: how many children are eligible, and take-up where it was counted there.

In tens, and hidden where few are (domain brief I2). A rate of the district or the authority says nothing of a ward, and is not
drawn as if it did: such a ward has no take-up here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from maps.layer import Layer, Measure
from maps.palette import Scale, steps
from sufficiency.childcare.areas import WARD
from workbench.childcare_map import (
    KINDS,
    PUBLISHED_TERM,
    areas_told,
    has_childcare,
    known_shapes,
    moments,
    share_measure,
    titled,
    wide,
)

if TYPE_CHECKING:
    from workbench.picture import Picture

WARDS = "early_years_wards"
ELIGIBLE = (20, 50, 100, 200)       # children
COUNTED = "the council's count"


def ward_layer(tables: Mapping[str, pd.DataFrame], picture: Picture) -> Layer | None:
    """Wards of the base year; none where their shapes are not known, or nothing is told of them."""
    if picture.wards is None or not has_childcare(tables):
        return None
    table, base = tables["childcare_takeup"], picture.authority.base_year
    mine = table[(table["level"] == WARD) & (table["ay"] == base) & (table["term"] == PUBLISHED_TERM)]
    if mine.empty:
        return None
    columns, measures = [], []
    for (band, kind), rows in mine.groupby(["age_band", "kind"], sort=True):
        name, hours = f"{band}_{kind}", KINDS[str(kind)]
        counted = rows["basis"].eq(COUNTED)
        frame = pd.DataFrame({"key": rows["area_code"], "year": base, f"eligible_{name}": rows["eligible"]})
        if counted.any():
            frame[f"takeup_{name}"] = (rows["takeup"] * 100).where(counted)
            frame[f"takeup_{name}_detail"] = ""
            measures.append(share_measure(
                f"takeup_{name}", f"{titled(str(band))}: take-up of {hours}",
                f"Of the children eligible for {hours} in January {base + 1}, the share that takes them up, in wards where the "
                "council has counted it; hidden where fewer than ten are eligible, and where it would tell of these."))
        columns.append(frame)
        measures.append(Measure(
            f"eligible_{name}", f"{titled(str(band))}: eligible for {hours}", "children", _children(),
            f"Children who are eligible for {hours} in January {base + 1}, in tens; not told where they are fewer than ten, or "
            "where it would tell of a ward in which they are. How many take hours up stands in the sheet childcare_takeup.",
            saying=f"home to {ELIGIBLE[0]} or more who are eligible, the most first,", unit_one="child"))
    return Layer(WARDS, "Early years, wards", "wards", areas_told(mine), moments(mine, base), wide(columns), tuple(measures),
                 known_shapes(picture.wards.rename(columns={"ward_code": "key"})[["key", "geometry"]], mine))


def _children() -> Scale:
    """Classes of how many children there are: more is not worse."""
    scale = steps(ELIGIBLE, "hidden", f"fewer than {ELIGIBLE[0]}")
    *told, unknown = scale.shades
    return replace(scale, shades=(*told, replace(unknown, label="not told")))
