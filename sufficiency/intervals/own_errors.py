"""An authority's own past errors, as far as its published roll tells them: how far out its totals would have been.

Method (domain brief C10). From every past January with enough changes behind it (`past_januaries`) the authority is projected as
a whole, from its own roll by year group and the births that were known then, and each phase's total is held against the rolls
that came. It is the quick sister of the backtest, which looks at areas and schools as well, and is made in every run: the ranges
of the authority are those of many authorities drawn towards these errors (`calibration.bands`). Of an authority that has no more
than a roll and births, both come to the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, NC_YEARS, PHASE_OF, PHASE_YEARS
from sufficiency.areas.areas import without_small_areas
from sufficiency.assumptions import years_ahead
from sufficiency.backtesting.as_known import as_known
from sufficiency.backtesting.past_januaries import FEWEST_CHANGES, changes_behind, years_counted
from sufficiency.children import project
from sufficiency.forecast.authority_control import published_roll

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence

NEEDED = ("authority_roll", "births", "schools", "census_schools", "lsoa_lookup", "lsoas")
GROUPS = ["origin", "horizon", "nc_year", "forecast", "actual"]
COLUMNS = ["origin", "level", "phase", "horizon", "size", "error"]


def own_errors(evidence: Evidence, assumptions: Assumptions) -> pd.DataFrame:
    """Errors of the authority's phase totals, as `bands` takes them; none where it has no long roll of its own."""
    years, counts = published_roll(evidence)
    roll = pd.DataFrame(counts, index=pd.Index(years, name="ay"), columns=pd.Index(NC_YEARS, name="nc_year")).sort_index()
    counted = years_counted(roll.stack().rename("actual").reset_index())            # noqa: PD013  gaps stay gaps
    parts = [held_against(roll, whole_authority(as_known(evidence, origin, assumptions.births_lag), assumptions), origin)
             for origin in sorted(counted)
             if origin < years[0] and changes_behind(counted, origin, assumptions) >= FEWEST_CHANGES]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    return of_phases(pd.concat(parts, ignore_index=True), years_ahead(assumptions)).assign(level="authority")[COLUMNS]


def whole_authority(then: Evidence, assumptions: Assumptions) -> pd.DataFrame:
    """Pupils expected of an authority as a whole, without its schools, from its base year on: [ay, nc_year]."""
    thin = replace(then, tables={name: table if name in NEEDED else table.iloc[:0] for name, table in then.tables.items()})
    schools = pd.DataFrame({c: pd.Series(dtype="str") for c in ("urn", "school_name", "open_date")}).assign(
        **{c: pd.Series(dtype="float64") for c in ("nc_year_low", "nc_year_high", "easting", "northing")})
    history = pd.DataFrame({"urn": pd.Series(dtype="str"), **{c: pd.Series(dtype="int64") for c in ("ay", "nc_year")},
                            "pupils": pd.Series(dtype="float64")})
    names = pd.DataFrame([(f"{then.authority.code}-{phase}", phase, phase) for phase in ENTRY_YEAR],
                         columns=["planning_area_code", "phase", "planning_area_name"])
    members = pd.DataFrame(columns=["urn", "phase", "planning_area_code", "basis"], dtype="str")
    made = project(thin, schools, history, without_small_areas(names, members), assumptions).authority.isel(draw=0)
    return pd.DataFrame(made.to_numpy(), index=made["ay"].to_numpy(), columns=made["nc_year"].to_numpy())


def held_against(came: pd.DataFrame, expected: pd.DataFrame, origin: int) -> pd.DataFrame:
    """Forecast and actual pupils by year group (GROUPS), in phases of which all is known: came and expected [ay, nc_year]."""
    rows = []
    for ay in came.index.intersection(expected.index[1:]):
        for phase in PHASE_YEARS.values():
            groups = [g for g in phase if g in came and came[g].notna().any()]
            if groups and came.loc[ay, groups].notna().all():
                rows += [(origin, int(ay) - origin, g, float(expected.loc[ay, g]), float(came.loc[ay, g])) for g in groups]
    return pd.DataFrame(rows, columns=GROUPS).astype({"forecast": "float64", "actual": "float64"})


def of_phases(groups: pd.DataFrame, ahead: Mapping[str, int]) -> pd.DataFrame:
    """Errors of phase totals: origin, phase, horizon, size, error, and whose they are where rows of groups tell.

    ahead: for how many years each phase is forecast.
    """
    rows = groups.assign(phase=groups["nc_year"].map(PHASE_OF))
    by = [name for name in (*rows.columns, "phase") if name not in ("nc_year", "forecast", "actual")]
    sums = rows.groupby(list(dict.fromkeys(by)), as_index=False)[["forecast", "actual"]].sum()
    sums = sums[(sums["horizon"] <= sums["phase"].map(ahead)) & (sums["forecast"] > 0) & (sums["actual"] > 0)]
    return sums.assign(size=sums["forecast"], error=sums["forecast"] / sums["actual"] - 1).drop(columns=["forecast", "actual"])
