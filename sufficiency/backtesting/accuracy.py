"""How far forecasts were out: bias, MAPE, WAPE, the median and the 90th percentile; and the DfE's own measure.

Method (domain brief C9). An error is (forecast - actual) / actual; + is over-forecast. Over several forecasts *bias* is the sum
of the forecasts for the sum of what came, less one; *MAPE* the mean of the errors whatever their sign; *WAPE* the sum of the
misses, whatever their sign, for the sum of what came, so that a large area counts as much as it has children. A forecast of
where nobody came counts in bias and WAPE and has no error of its own. The DfE's measure is the error on Reception to Year 6, and
on Years 7 to 11, of planning areas added up to the authority.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

MEASURES = ("n", "bias", "mape", "wape", "median_ape", "p90_ape")
CUT = ["level", "phase", "nc_year", "origin", "horizon", "method"]
WHOLE_PHASE = ["level", "phase", "horizon", "method"]
PLACE = ["level", "code", "phase", "horizon", "method"]
FAR = 0.9       # the quantile that stands for a bad year


def measures(pairs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Measures of the forecasts in each group: the columns `by`, then MEASURES; pairs: `by`, forecast, actual.

    Pairs of which either is not known do not count.
    """
    known = pairs.dropna(subset=["forecast", "actual"])
    miss = (known["forecast"] - known["actual"]).abs()
    table = known[list(by)].assign(forecast=known["forecast"], actual=known["actual"], miss=miss,
                                   ape=miss.div(known["actual"].where(known["actual"] > 0)))
    groups = table.groupby(list(by), sort=True)
    sums = groups[["forecast", "actual", "miss"]].sum()
    came = sums["actual"].where(sums["actual"] > 0)
    found = pd.DataFrame({
        "n": groups.size().astype("int64"), "bias": sums["forecast"] / came - 1, "mape": groups["ape"].mean(),
        "wape": sums["miss"] / came, "median_ape": groups["ape"].median(), "p90_ape": groups["ape"].quantile(FAR),
    })
    return found.reset_index()


def measured(vintages: pd.DataFrame) -> pd.DataFrame:
    """Measures of all vintages: of each phase as a whole, over all origins and origin by origin, and of each year group.

    Columns: CUT, then MEASURES; `nc_year` is missing for a phase as a whole, `origin` where all are taken together.
    """
    whole, single = vintages[vintages["nc_year"].isna()], vintages[vintages["nc_year"].notna()]
    parts = [measures(whole, WHOLE_PHASE), measures(whole, [*WHOLE_PHASE, "origin"]), measures(single, [*WHOLE_PHASE, "nc_year"])]
    filled = [part.reindex(columns=[*CUT, *MEASURES]).astype({"nc_year": "float64", "origin": "float64"}) for part in parts]
    table = pd.concat([part for part in filled if len(part)] or filled[:1], ignore_index=True)
    return table.sort_values(CUT, ignore_index=True, na_position="first")


def by_place(vintages: pd.DataFrame) -> pd.DataFrame:
    """Measures of each planning area and school, phases as a whole, over all origins: PLACE, then MEASURES."""
    told = vintages[vintages["nc_year"].isna() & vintages["level"].isin(["planning_area", "school"])]
    return measures(told, PLACE)


def dfe_error(forecast: float, actual: float) -> float:
    """The DfE's measure of one forecast: how far it was out, for what came; missing where nobody came."""
    return forecast / actual - 1 if actual > 0 else float(np.nan)
