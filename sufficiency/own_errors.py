"""An authority's own past errors, as far as its published roll tells them: how far out its totals would have been.

Method (domain brief C10). From every past January with enough changes behind it the authority is projected as a whole, from its
own roll by year group and the births that were known then, and each phase's total is held against the rolls that came. It is the
quick sister of the backtest, which looks at areas and schools as well, and is made in every run: the ranges of the authority are
those of many authorities drawn towards these errors (`calibration.drawn_towards`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS
from sufficiency.areas import AreaFrame
from sufficiency.as_known import as_known
from sufficiency.authority_control import published_roll
from sufficiency.children import project
from sufficiency.evidence import Evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions

    Floats = NDArray[np.float64]

FEWEST_CHANGES = 4          # from one January to the next, behind an origin
NEEDED = ("authority_roll", "births", "schools", "census_schools", "lsoa_lookup", "lsoas")
COLUMNS = ["origin", "level", "phase", "horizon", "size", "error"]


def own_errors(evidence: Evidence, assumptions: Assumptions) -> pd.DataFrame:
    """Errors of the authority's phase totals, as `drawn_towards` takes them; none where it has no long roll of its own."""
    years, roll = published_roll(evidence)
    came = {ay: row for ay, row in zip(years, roll, strict=True) if not np.isnan(row[: PHASE_YEARS["secondary"][-1] + 1]).any()}
    rows = []
    for origin in sorted(came)[FEWEST_CHANGES:]:
        if all(ay in came for ay in range(origin - FEWEST_CHANGES, origin)) and origin < years[0]:
            rows += _held_against(origin, _expected(evidence, origin, assumptions), came)
    return pd.DataFrame(rows, columns=COLUMNS)


def _expected(evidence: Evidence, origin: int, assumptions: Assumptions) -> pd.DataFrame:
    """Pupils expected of the whole authority from a past January, [ay, nc_year]."""
    then = as_known(evidence, origin, assumptions.births_lag)
    thin = replace(then, tables={name: table if name in NEEDED else table.iloc[:0] for name, table in then.tables.items()})
    schools = pd.DataFrame({c: pd.Series(dtype="str") for c in ("urn", "school_name", "open_date")}).assign(
        **{c: pd.Series(dtype="float64") for c in ("nc_year_low", "nc_year_high", "easting", "northing")})
    history = pd.DataFrame({"urn": pd.Series(dtype="str"), **{c: pd.Series(dtype="int64") for c in ("ay", "nc_year")},
                            "pupils": pd.Series(dtype="float64")})
    code = evidence.authority.code
    names = pd.DataFrame({"planning_area_code": [f"{code}-{phase}" for phase in ENTRY_YEAR], "phase": list(ENTRY_YEAR),
                          "planning_area_name": list(ENTRY_YEAR)})
    members = pd.DataFrame(columns=["urn", "phase", "planning_area_code", "basis"], dtype="str")
    frame = AreaFrame(names, members, {}, None, pd.DataFrame(), ())
    made = project(thin, schools, history, frame, assumptions).authority.isel(draw=0)
    return pd.DataFrame(made.to_numpy(), index=made["ay"].to_numpy(), columns=made["nc_year"].to_numpy())


def _held_against(origin: int, expected: pd.DataFrame, came: dict[int, Floats]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for ay in expected.index[1:]:
        for phase in ENTRY_YEAR if ay in came else ():
            groups = list(PHASE_YEARS[phase])
            forecast, actual = float(expected.loc[ay, groups].sum()), float(came[ay][groups].sum())
            if forecast > 0 and actual > 0:
                rows.append((origin, "authority", phase, int(ay) - origin, forecast, forecast / actual - 1))
    return rows
