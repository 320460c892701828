"""Coverage: how often what came lay within the bands, when the bands had not seen the forecasts that they are tried on.

Method (domain brief C9; conformal calibration). For each January in turn bands that were measured without its forecasts are laid
around them. An 80 % band that keeps its word holds about 80 of a hundred of what came. Every January is told by itself, and all
together, with a verdict where there are enough forecasts; a few forecasts of one authority go up and down together, so that one
January says little. What a year did to forecasts of other Januaries, the bands have seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from sufficiency.intervals.calibration import Calibration

    Without = Callable[[int], Calibration]      # the academic year of a January -> bands that have not seen it

CHANCES = (0.8, 0.95)
AREAS = {"planning_area": "area"}       # what a level is called where bands are measured
KEYS = ["level", "phase", "horizon"]
SHARES = ["inside_80", "inside_95", "half_width_80", "half_width_95"]
COLUMNS = [*KEYS, "origin", "n", *SHARES, "verdict"]
FEWEST = 30             # forecasts, for a verdict
NEAR = (1, 2, 3)        # years ahead that are told together
BOTH = "primary and secondary"
KEPT = {"inside_80": (0.76, 0.84), "inside_95": (0.92, 0.98)}
"""Shares within which a band keeps its word."""


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


def coverage(errors: pd.DataFrame, without: Without) -> pd.DataFrame:
    """Shares of what came that lay within the bands, by level, phase, years ahead and January (COLUMNS).

    errors: as `residuals` gives them. without: the bands of the January of an academic year, which have not seen its forecasts.
    `origin` is missing where all are taken together.
    """
    parts = [inside(mine, without(int(str(origin)))) for origin, mine in errors.groupby("origin", sort=True)]
    if not parts:
        texts = ("level", "phase", "verdict")
        return pd.DataFrame({column: pd.Series(dtype="str" if column in texts else "float64") for column in COLUMNS})
    tried = pd.concat(parts, ignore_index=True)
    told = pd.concat([_shares(tried, KEYS), _shares(tried, [*KEYS, "origin"])], ignore_index=True)
    told["verdict"] = [verdict(row.n, row.inside_80, row.inside_95) for row in told.itertuples()]
    return told.reindex(columns=COLUMNS).sort_values(COLUMNS[:4], ignore_index=True, na_position="first")


def and_together(told: pd.DataFrame) -> pd.DataFrame:
    """The same with a row for each level of the statutory phases one to three years ahead together, without a year ahead.

    Of one authority there are too few forecasts of a phase and a year ahead for a verdict.
    """
    near = told[told["origin"].isna() & told["horizon"].isin(NEAR) & told["phase"].isin(list(ENTRY_YEAR))]
    counts = near[SHARES].mul(near["n"], axis=0).assign(level=near["level"], n=near["n"]).groupby("level", as_index=False).sum()
    rows = counts.assign(phase=BOTH, **{name: counts[name] / counts["n"] for name in SHARES})
    rows["verdict"] = [verdict(row.n, row.inside_80, row.inside_95) for row in rows.itertuples()]
    return pd.concat([told, rows.reindex(columns=COLUMNS)], ignore_index=True) if len(rows) else told


def verdict(forecasts: int, inside_80: float, inside_95: float) -> str:
    """Whether bands kept their word, in words; blank where there are too few forecasts to say."""
    if forecasts < FEWEST:
        return ""
    shares = {"inside_80": inside_80, "inside_95": inside_95}
    low = [name for name, share in shares.items() if share < KEPT[name][0]]
    high = [name for name, share in shares.items() if share > KEPT[name][1]]
    if low and high:
        return "too narrow in one, too wide in the other"
    return "too narrow" if low else "too wide" if high else "as they should"


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
    shares = groups[SHARES].mean()
    return shares.assign(n=groups.size().astype("int64")).reset_index()
