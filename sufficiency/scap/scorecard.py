"""The scorecard that the department will print of this return, as far as a run can tell it beforehand, and what it cannot tell.

Method (domain brief C9, E1). Places needed and spare places are those of the run three years after the survey's, year group by
year group and area by area, nothing offset, need rounded to ten as published. How far the forecast will be out nobody knows yet:
the run's ranges, which are as wide as past forecasts were out, say between which errors it will lie in eight of ten futures. What
a scorecard tells of preferences, of the quality of new places and of their cost rests on figures that no workspace holds, and is
named as not predicted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, ay_label
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    Tables = Mapping[str, pd.DataFrame]

COLUMNS = ["measure", "phase", "ay", "predicted", "low", "high", "others_low", "others_high", "kind", "rests_on"]
ROUND_TO = 10
NOT_PREDICTED = {
    "Error three years ahead, next edition": "rests on the council's return of two years ago, which the workspace does not hold",
    "Preference": "first preferences that were met are told by the department's statistics of offers",
    "Quality": "inspection outcomes of the schools to which places were added are not in the workspace",
    "Cost": "costs of a place rest on the council's own returns of projects, which the workspace does not hold",
    "Places created since 2009/10": "rests on earlier surveys, which the workspace does not hold",
}
"""What a scorecard tells that cannot be predicted here -> why."""


def predicted(tables: Tables, base_year: int) -> pd.DataFrame:
    """The measures that can be predicted, one row for each measure and phase (COLUMNS); shares as fractions, counts whole."""
    rows = [row for phase in ENTRY_YEAR for part in (_unfilled, _accuracy, _places) for row in part(tables, phase, base_year)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _unfilled(tables: Tables, phase: str, base: int) -> Iterator[tuple[object, ...]]:
    found = tables["unfilled"]
    for row in found[found["phase"].eq(phase) & found["ay"].eq(base)].itertuples():
        quarter, _, three = rulebook("scorecards")["unfilled"][phase]
        yield (
            "Unfilled places",
            phase,
            base,
            row.unfilled_share,
            None,
            None,
            quarter,
            three,
            "share",
            "places and January roll of the base year, school by school",
        )


def _accuracy(tables: Tables, phase: str, base: int) -> Iterator[tuple[object, ...]]:
    """The error that this return's forecast will have: its central figure beside the ends of its own range."""
    ranges, pupils = tables.get("authority_range", pd.DataFrame()), tables["pupils"]
    for name, ahead, words in (("error_one_year", 1, "one year"), ("error_three_year", 3, "three years")):
        ay = base + ahead
        central = float(pupils.loc[pupils["phase"].eq(phase) & pupils["ay"].eq(ay), "pupils"].sum())
        mine = ranges[ranges["phase"].eq(phase) & ranges["ay"].eq(ay)] if len(ranges) else ranges
        if mine.empty or central <= 0:
            continue
        least, middle, most = (float(mine[f"pupils_{end}"].iloc[0]) for end in ("p10", "p50", "p90"))
        quarter, _, three = rulebook("scorecards")[name][phase]
        yield (
            f"Error of this forecast {words} ahead",
            phase,
            ay,
            central / middle - 1.0,
            central / most - 1.0,
            central / least - 1.0,
            quarter,
            three,
            "error",
            "the run's range of the authority's pupils: eight of ten futures",
        )


def _places(tables: Tables, phase: str, base: int) -> Iterator[tuple[object, ...]]:
    ay = base + int(rulebook("scorecards")["target_years"])
    found = tables["balance"][tables["balance"]["phase"].eq(phase)]
    then, now = found[found["ay"].eq(ay)], found[found["ay"].eq(base)]
    if then.empty:
        return
    places = float(then["yg_places"].sum())
    ranges = tables.get("authority_range", pd.DataFrame())
    mine = ranges[ranges["phase"].eq(phase) & ranges["ay"].eq(ay)] if len(ranges) else ranges
    yield (
        "Additional places needed",
        phase,
        ay,
        _tens(float(then["additional_need"].sum())),
        None,
        None,
        None,
        None,
        "places",
        "pupils beyond places by the central forecast, year group by year group; planned places are counted in",
    )
    if len(mine):
        short = _tens(float(mine["expected_shortfall"].iloc[0]))
        why = "the same as the mean over the run's futures: chance adds need in full areas and takes none away in others"
        yield ("Places short, mean over all futures", phase, ay, short, None, None, None, None, "places", why)
    if places > 0:
        yield (
            "Spare places",
            phase,
            ay,
            float(then["spare_places"].sum()) / places,
            None,
            None,
            None,
            None,
            "share",
            "places beyond pupils, as a share of the places of that year",
        )
    yield (
        "Places more than in the base year",
        phase,
        ay,
        float(places - now["yg_places"].sum()),
        None,
        None,
        None,
        None,
        "places",
        "places of that year less those of the base year, with all firm plans",
    )
    first = found.loc[found["ay"].eq(base + 1), "pupils"].sum()
    if first > 0:
        yield (
            f"Change of the roll from {ay_label(base + 1)}",
            phase,
            ay,
            float(then["pupils"].sum() / first - 1.0),
            None,
            None,
            None,
            None,
            "change",
            "the forecast itself",
        )


def _tens(value: float) -> float:
    return float(round(value / ROUND_TO) * ROUND_TO)
