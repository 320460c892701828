"""Coverage: how often what came lay within the bands, when the bands had not seen the January that they are tried on.

Method (domain brief C9; conformal calibration). For each January in turn the bands are measured on the errors of all the others
and laid around the forecasts made from this one. An 80 % band that keeps its word holds about 80 of a hundred of what came. Every
January is told by itself, and all together; a few forecasts of one authority go up and down together, so one January says little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from sufficiency.calibration import Calibration

    Calibrate = Callable[[pd.DataFrame], Calibration]

CHANCES = (0.8, 0.95)
AREAS = {"planning_area": "area"}       # what a level is called where bands are measured
KEYS = ["level", "phase", "horizon"]
COLUMNS = ["level", "phase", "horizon", "origin", "n", "inside_80", "inside_95", "half_width_80", "half_width_95"]


def residuals(vintages: pd.DataFrame, method: str) -> pd.DataFrame:
    """Past errors of one method by phase as a whole: origin, code, level, phase, horizon, size, error.

    The authority's are those on the DfE's measure, of the sixth form those on its own roll. A forecast or a roll of nobody has no
    error.
    """
    mine = vintages[(vintages["method"] == method) & vintages["nc_year"].isna()]
    mine = mine[(mine["forecast"] > 0) & (mine["actual"] > 0)]
    mine = mine[mine["level"].isin(["dfe", *AREAS, "school"]) | (mine["level"].eq("authority") & mine["phase"].eq("sixth_form"))]
    level = mine["level"].replace({"dfe": "authority", **AREAS})
    return mine[["origin", "code", "phase", "horizon"]].assign(
        level=level, size=mine["forecast"], error=mine["forecast"] / mine["actual"] - 1).reset_index(drop=True)


def coverage(errors: pd.DataFrame, calibrate: Calibrate) -> pd.DataFrame:
    """Shares of what came that lay within the bands, by level, phase, years ahead and January (COLUMNS).

    errors: as `residuals` gives them. calibrate: makes bands of the errors of all Januaries but one. `origin` is missing where
    all are taken together.
    """
    parts = []
    for origin in sorted(errors["origin"].unique()):
        others, mine = errors[errors["origin"] != origin], errors[errors["origin"] == origin]
        if len(others):
            parts.append(inside(mine, calibrate(others)))
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype="str" if column in KEYS[:2] else "float64") for column in COLUMNS})
    tried = pd.concat(parts, ignore_index=True)
    return pd.concat([_shares(tried, KEYS), _shares(tried, [*KEYS, "origin"])], ignore_index=True).reindex(
        columns=COLUMNS).sort_values(COLUMNS[:4], ignore_index=True, na_position="first")


def inside(errors: pd.DataFrame, bands: Calibration) -> pd.DataFrame:
    """Whether each forecast's band holds what came; adds inside_80, inside_95 and the half-widths, in logarithms."""
    out = errors.copy()
    miss = np.abs(np.log1p(errors["error"].to_numpy("float64")))
    for chance in CHANCES:
        wide = np.array([bands.half_width(row.level, row.phase, int(row.horizon), float(row.size), chance)
                         for row in errors[["level", "phase", "horizon", "size"]].itertuples(index=False)])
        out[f"half_width_{chance * 100:.0f}"], out[f"inside_{chance * 100:.0f}"] = wide, miss <= wide
    return out


def _shares(tried: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    groups = tried.groupby(by, sort=True)
    shares = groups[COLUMNS[5:]].mean()
    return shares.assign(n=groups.size().astype("int64")).reset_index()
