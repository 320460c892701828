"""What an ensemble comes to, in tables: every future, ranges of areas and phases, what moves with what, and how good they are.

Shortfalls are counted year group by year group and never offset. Ranges are the 10th, 50th and 90th in a hundred futures by
nearest rank; the sums of a phase are added up in each future before their range is taken, and leave out areas whose places are
not known. `expected_shortfall` is the mean over futures, `p_shortfall` the share of futures in which anybody is short.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from planning_areas.school_year import ENTRY_YEAR
from scenarios.layers import in_short
from sufficiency.intervals.ranges import QUANTILES, quantiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenarios.ensemble import Done
    from scenarios.ensemble_file import Ensemble
    from sufficiency.joint.figures import Figures
    from sufficiency.joint.world import World

    Floats = NDArray[np.float64]

LACKING, SHORT = "additional_need", "short_with_plan"
OF_ALL = {"pupils": "pupils", LACKING: "lacking", "entry_need": "entry"}
OF_PLAN = {SHORT: "short", "placed_home": "home", "placed_next_door": "away", "travel_km": "km",
           "transport_thousand_pounds": "transport"}
"""Columns -> figures of a future, without a plan and with one."""


def tables_of(ensemble: Ensemble, done: Sequence[Done]) -> dict[str, pd.DataFrame]:
    """All tables by name, without those that would be empty."""
    found = {
        "futures": _joined([_futures(one).assign(point=one.point.number) for one in done]),
        "phase_futures": _joined([_totals(one).assign(point=one.point.number) for one in done]),
        "area_futures": _joined([_areas(one).assign(point=one.point.number) for one in done]),
        "sweep_points": pd.DataFrame(_points(done), columns=["point", "lever", "set_at"]),
        "lever_values": _levers(ensemble, done[0].figures),
        "moves_with": _joined([_moves_with(ensemble, one).assign(point=one.point.number) for one in done]),
        "checked_futures": _joined([_checked(one).assign(point=one.point.number) for one in done]),
    }
    return {name: table[[c for c in ("point",) if c in table] + [c for c in table if c != "point"]]
            for name, table in found.items() if len(table)}


def _points(done: Sequence[Done]) -> list[tuple[int, str, str]]:
    """Each point of the sweep, lever by lever."""
    return [(one.point.number, key, in_short(value)) for one in done for key, value in one.point.keys.items()]


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    some = [part for part in parts if len(part)]
    return pd.concat(some, ignore_index=True) if some else pd.DataFrame()


def _columns(figures: Figures) -> dict[str, str]:
    return {**OF_ALL, **(OF_PLAN if figures.with_plan else {})}


def _told(centre: World) -> list[tuple[str, int, int, list[int]]]:
    """What is told: (phase, place of the year, academic year, areas of the phase)."""
    return [(phase, y, centre.years[y], [a for a, p in enumerate(centre.central.phases) if p == phase])
            for phase in ENTRY_YEAR for y in range(centre.horizon[phase]) if phase in centre.central.phases]


def sums(one: Done, column: str, year: int, areas: Sequence[int]) -> Floats:
    """A figure of a phase in a year, of every future: [future]; areas whose places are not known are left out."""
    of_areas = getattr(one.figures, {**OF_ALL, **OF_PLAN}[column])[:, year][:, areas]
    total: Floats = np.nansum(of_areas, axis=1) if not np.isnan(of_areas).all() else np.full(len(of_areas), np.nan)
    return total


def _futures(one: Done) -> pd.DataFrame:
    """Every future: one row a phase and year."""
    rows = []
    for phase, y, ay, areas in _told(one.centre):
        columns = {name: sums(one, name, y, areas) for name in _columns(one.figures)}
        rows.append(pd.DataFrame({"future": np.arange(one.figures.count), "phase": phase, "ay": ay, **columns}))
    return _joined(rows)


def _ranges(values: Mapping[str, Floats]) -> dict[str, float]:
    """Ranges of figures, and what is expected of a shortfall; values: column -> [future]."""
    found: dict[str, float] = {}
    for name, drawn in values.items():
        chances = list(QUANTILES.values())
        ends = quantiles(drawn[:, None], chances)[:, 0] if not np.isnan(drawn).any() else [np.nan] * len(chances)
        found |= {f"{name}_{short}": float(end) for short, end in zip(QUANTILES, ends, strict=True)}
    for name, prefix in ((LACKING, ""), (SHORT, "with_plan_")):
        if name in values:
            known = not np.isnan(values[name]).any()
            found[f"{prefix}expected_shortfall"] = float(values[name].mean())
            found[f"{prefix}p_shortfall"] = float((values[name] > 0).mean()) if known else np.nan
    return found


def _totals(one: Done) -> pd.DataFrame:
    """Each phase and year: the central future, and ranges over all."""
    rows = []
    for phase, y, ay, areas in _told(one.centre):
        drawn = {name: sums(one, name, y, areas) for name in _columns(one.figures)}
        central = {name: float(values[0]) for name, values in drawn.items() if name in (LACKING, SHORT)}
        unknown = int(np.isnan(one.figures.lacking[0, y, areas]).sum())
        rows.append({"phase": phase, "ay": ay, "areas": len(areas), "areas_not_known": unknown, **central, **_ranges(drawn)})
    return pd.DataFrame(rows)


def _areas(one: Done) -> pd.DataFrame:
    """Each planning area and year: the central future, and ranges over all."""
    rows = []
    for phase, y, ay, areas in _told(one.centre):
        for a in areas:
            drawn = {name: getattr(one.figures, figure)[:, y, a] for name, figure in _columns(one.figures).items()
                     if name in (*OF_ALL, SHORT)}
            central = {name: float(values[0]) for name, values in drawn.items() if name in (LACKING, SHORT)}
            rows.append({"phase": phase, "planning_area_code": one.centre.central.codes[a],
                         "planning_area_name": one.centre.names[a], "ay": ay, **central, **_ranges(drawn)})
    return pd.DataFrame(rows)


def _levers(ensemble: Ensemble, figures: Figures) -> pd.DataFrame:
    """The value of every lever in every future; the same at all points."""
    given = figures.levers
    parts = [pd.DataFrame({"future": np.arange(figures.count), "lever": lever.name, "value": given[:, i]})
             for i, lever in enumerate(ensemble.levers)]
    return _joined(parts)


def _moves_with(ensemble: Ensemble, one: Done) -> pd.DataFrame:
    """How closely each phase's shortfall over the years moves with each lever: correlation of their ranks, -1 to 1."""
    rows = []
    told = _told(one.centre)
    for phase in dict.fromkeys(phase for phase, *_ in told):
        for column in (LACKING, *([SHORT] if one.figures.with_plan else [])):
            years = [sums(one, column, y, areas) for p, y, _, areas in told if p == phase]
            total = np.sum(years, axis=0)
            if one.figures.count < 3 or np.isnan(total).any():
                continue
            for i, lever in enumerate(ensemble.levers):
                rows.append((phase, column, lever.name, _of_ranks(one.figures.levers[:, i], total)))
    return pd.DataFrame(rows, columns=["phase", "figure", "lever", "rank_correlation"])


def _of_ranks(values: Floats, total: Floats) -> float:
    """Correlation of ranks; 0 where one of them stands still."""
    a, b = (rankdata(each) - (len(each) + 1) / 2 for each in (values, total))
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / size if size > 0 else 0.0


def _checked(one: Done) -> pd.DataFrame:
    """Futures that were worked out whole beside what was read between worlds."""
    rows = []
    for number, whole in one.checked.items():
        for phase, y, ay, areas in _told(one.centre):
            row: dict[str, object] = {"future": number, "phase": phase, "ay": ay}
            for column in (*OF_ALL, *([SHORT] if one.figures.with_plan else [])):
                name = {**OF_ALL, **OF_PLAN}[column]
                row[column] = float(np.nansum(getattr(one.figures, name)[number, y, areas]))
                row[f"{column}_whole"] = float(np.nansum(getattr(whole, name)[0, y, areas]))
            rows.append(row)
    return pd.DataFrame(rows)
