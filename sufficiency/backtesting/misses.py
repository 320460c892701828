"""What a miss is made of: each child too many or too few is led back to the step at which the forecast of its cohort went wrong.

Method (domain brief C1, C3). Year group g of year y was forecast as the one below a year before times a ratio, and it came as
the one below times the ratio that there really was. So the miss of the cohort so far is carried on by the ratio that was
forecast, and what is new is what the wrong ratio did to those who were really there:

    F - A  =  (F' - A') r_forecast  +  A' (r_forecast - r_came)

Followed back to the January of the forecast, or to Reception, every miss is a sum of parts, each named after the step where it
came in: *births* (more or fewer than were known then, at the ratio that was forecast), *before school* (births to Reception),
*survival and migration* (within a phase), *transfers* (into Year 7, and with them who crosses the authority's border there),
*sixth form* (into Year 12 and on) and *start* (the schools that are planned for are not quite those of the published roll). The
parts add up to the miss.

Three more stand in the table so that nobody looks for them in vain. *Cross-border* and *housing* are not told apart (ELSEWHERE
says in which part they are) and so are missing, which is not nought; *overrides* are nought: a past forecast has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, NC_YEARS, PHASE_YEARS, RECEPTION, cohort_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sufficiency.backtesting.vintages import Came
    from sufficiency.model import Forecast

    Floats = NDArray[np.float64]

PARTS = ("births", "before school", "survival and migration", "transfers", "sixth form", "start")
COLUMNS = ["origin", "ay", "horizon", "phase", "method", "part", "children", "share"]
NOBODY = 0.5                # children; where fewer were forecast nobody was, and none are carried on
BIRTHS, BEFORE, SURVIVAL, TRANSFERS, SIXTH_FORM, START = range(len(PARTS))
ELSEWHERE = {
    "cross-border": "who crosses the border into Year 7 is within transfers, all others within survival and migration",
    "housing": "past forecasts are made without the list of sites, so what homes brought is within survival and migration",
}
"""Parts that are not told apart: where they are."""
OVERRIDES = "overrides"
NO_CHILDREN = 1e-6          # fewer are the rounding of sums, and none


def part_of(nc_year: int) -> int:
    """The part to which a wrong ratio into this year group belongs."""
    if nc_year == RECEPTION:
        return BEFORE
    if nc_year >= PHASE_YEARS["sixth_form"][0]:
        return SIXTH_FORM
    return TRANSFERS if nc_year in ENTRY_YEAR.values() else SURVIVAL


def parted(forecast: Floats, actual: Floats, used: Floats, born: Floats) -> Floats:
    """The parts of every miss: forecast and actual [year, nc_year], base year first -> [part, year, nc_year].

    used, born: [year], births behind each Reception as the forecast had them and as they were; missing where not known. Where
    what came, or what it came from, is not known the parts are missing.
    """
    parts = np.full((len(PARTS), *forecast.shape), np.nan)
    parts[:, 0] = 0.0
    parts[START, 0] = forecast[0] - actual[0]
    for y in range(1, len(forecast)):
        for g in NC_YEARS:
            miss = forecast[y, g] - actual[y, g]
            carried = np.zeros(len(PARTS))
            if g == RECEPTION:
                if not (np.isnan(used[y]) or np.isnan(born[y])) and used[y] > 0:
                    carried[BIRTHS] = (used[y] - born[y]) * forecast[y, g] / used[y]
            else:
                before = forecast[y - 1, g - 1]
                carried = parts[:, y - 1, g - 1] * (forecast[y, g] / before if before >= NOBODY else 0.0)
            carried[part_of(g)] += miss - carried.sum()
            parts[:, y, g] = carried
    return parts


def miss_rows(made: Forecast, came: Came, method: str, used: Mapping[int, float], born: Mapping[int, float],
              ahead: Mapping[str, int]) -> pd.DataFrame:
    """The misses of one vintage by phase and year (COLUMNS); they add up to forecast less actual.

    used, born: births by cohort as the forecast had them, and as they are known today. ahead: years ahead of each phase.
    """
    origin = made.evidence.authority.base_year
    forecast = made.projection.authority.isel(draw=0).transpose("ay", "nc_year").to_numpy()
    years = [int(ay) for ay in made.projection.authority["ay"].to_numpy()]
    actual = came.authority.pivot_table(index="ay", columns="nc_year", values="actual").reindex(years, columns=list(NC_YEARS))
    counted = actual.to_numpy(dtype="float64")
    counted = np.where(np.isnan(counted) & (forecast < NOBODY), forecast, counted)
    cohorts = [cohort_in(RECEPTION, ay) for ay in years]
    last = max((c for c in used), default=0)
    then = np.array([used.get(c, used.get(last, np.nan) if c > last else np.nan) for c in cohorts])
    parts = parted(forecast, counted, then, np.array([born.get(c, np.nan) for c in cohorts]))
    rows = []
    for phase, groups in PHASE_YEARS.items():
        for h in range(1, min(ahead[phase], len(years) - 1) + 1):
            of_phase, total = parts[:, h, list(groups)].sum(axis=1), counted[h, list(groups)].sum()
            if not np.isnan(of_phase).any() and total > 0:
                told = [0.0 if abs(children) < NO_CHILDREN else float(children) for children in of_phase]
                each = [*zip(PARTS, told, strict=True), *((part, np.nan) for part in ELSEWHERE), (OVERRIDES, 0.0)]
                rows += [(origin, years[h], h, phase, method, part, children, children / total) for part, children in each]
    return pd.DataFrame(rows, columns=COLUMNS)
