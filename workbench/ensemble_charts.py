"""Charts of an ensemble: how short each phase is over the years, as a band of futures; and the points of a sweep side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from maps.palette import BANDS, SHORTAGE
from planning_areas.school_year import ENTRY_YEAR, ay_label
from workbench.charts import INK, OUTLINE, Chart, counted, light_grid, plain_text
from workbench.ensemble_words import point_words, worst_years

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FAN, SWEEP = "shortfall", "sweep"
"""Names of the charts' files, each as .svg and .png."""
BEFORE, WITH = ("additional_need", "expected_shortfall"), ("short_with_plan", "with_plan_expected_shortfall")
BESIDE = 0.16           # of a point, by which without and with the plan are drawn apart
MOST_POINTS = 40
Dashes = str | tuple[int, tuple[int, ...]]


def ensemble_charts(tables: Mapping[str, pd.DataFrame], authority: str) -> dict[str, Chart]:
    """The charts of an ensemble by the beginning of their file's name."""
    table = tables["phase_futures"]
    if table["expected_shortfall"].isna().all():
        return {}
    if table["point"].max() > 0:
        return {SWEEP: sweep_chart(table, point_words(tables), authority)}
    return {FAN: fan_chart(table, authority)}


def fan_chart(table: pd.DataFrame, authority: str) -> Chart:
    """Places short by year: the band of eight in ten futures, the middle, and the central future; with the plan beside it."""
    phases = [phase for phase in ENTRY_YEAR if table.loc[table["phase"] == phase, "expected_shortfall"].notna().any()]
    with_plan = WITH[0] in table
    told = [f"{row['phase']} {ay_label(int(row['ay']))}: {_range(row, BEFORE[0])}"
            + (f", with the plan {_range(row, WITH[0])}" if with_plan else "") for row in table.to_dict("records")]

    def fill(figure: Figure) -> None:
        panels = np.atleast_1d(figure.subplots(1, len(phases), sharey=True))
        for axes, phase in zip(panels, phases, strict=True):
            mine = table[table["phase"] == phase].sort_values("ay")
            axes.set_title(f"{phase.capitalize()} schools")
            _band(axes, mine, BEFORE[0], "without a plan" if with_plan else "", SHORTAGE[1][0], "", "o", ":")
            if with_plan:
                _band(axes, mine, WITH[0], "with the plan", BANDS["B"][0], "////", "s", (0, (6, 2, 1, 2)))
            axes.set_xticks(mine["ay"], [ay_label(int(ay)) for ay in mine["ay"]], rotation=40, ha="right")
            axes.set_ylim(bottom=0)
            light_grid(axes, "y")
        panels[0].set_ylabel("places short, all year groups")
        marks = {label: mark for axes in panels for mark, label in zip(*axes.get_legend_handles_labels(), strict=True)}
        figure.legend(marks.values(), marks.keys(), loc="outside lower center", ncols=3, frameon=False)

    alt = f"Places short by year, the middle of all futures and in brackets the range of 8 in 10: {'; '.join(told)}."
    return Chart(f"{authority}: how short each phase may be", alt, 4.2, fill)


def _range(row: Mapping[str, Any], column: str) -> str:
    """The middle of a range, and its ends."""
    return f"{row[f'{column}_p50']:,.0f} ({row[f'{column}_p10']:,.0f} to {row[f'{column}_p90']:,.0f})"


def _band(axes: Axes, mine: pd.DataFrame, column: str, what: str, colour: str, hatch: str, mark: str, dashes: Dashes) -> None:
    """One band of futures with its middle, and the central future in dashes of its own."""
    of = f" {what}" if what else ""
    axes.fill_between(mine["ay"], mine[f"{column}_p10"], mine[f"{column}_p90"], facecolor=colour, alpha=0.55, hatch=hatch,
                      edgecolor=OUTLINE, linewidth=0.8, label=f"8 of 10 futures{of}")
    axes.plot(mine["ay"], mine[f"{column}_p50"], color=INK, linewidth=1.4, marker=mark, markersize=5, label=f"middle{of}")
    axes.plot(mine["ay"], mine[column], color=INK, linewidth=1.0, linestyle=dashes, label=f"if all goes as expected{of}")
    last = mine.iloc[-1]
    axes.annotate(counted(float(last[f"{column}_p50"])), (last["ay"], last[f"{column}_p50"]), textcoords="offset points",
                  xytext=(5, 3), fontsize=8)


def sweep_chart(table: pd.DataFrame, words: Mapping[int, str], authority: str) -> Chart:
    """The worst year of each point of a sweep: the mean shortfall and the range of eight in ten futures."""
    worst = worst_years(table)
    phases = [phase for phase in ENTRY_YEAR if phase in set(worst["phase"])]
    points = sorted(set(worst["point"]))[:MOST_POINTS]
    with_plan = WITH[1] in worst
    told = [f"{words[int(row.point)]}: {row.phase} {row.expected_shortfall:,.0f} ({row.additional_need_p10:,.0f} to "
            f"{row.additional_need_p90:,.0f}, {ay_label(int(row.ay))})" for row in worst.itertuples() if row.point in points]

    def fill(figure: Figure) -> None:
        panels = np.atleast_1d(figure.subplots(1, len(phases), sharey=True))
        for axes, phase in zip(panels, phases, strict=True):
            mine = worst[(worst["phase"] == phase) & worst["point"].isin(points)].sort_values("point")
            at = np.arange(len(mine), dtype="float64")
            axes.set_title(f"{phase.capitalize()} schools")
            _bars(axes, at - BESIDE * with_plan, mine, BEFORE, "without a plan" if with_plan else "mean and 8 of 10 futures", "o")
            if with_plan:
                _bars(axes, at + BESIDE, mine, WITH, "with the plan", "s")
            axes.set_yticks(at, [plain_text(words[int(point)]) for point in mine["point"]])
            axes.set_xlim(left=0)
            axes.set_xlabel("places short in the worst year")
            light_grid(axes)
        panels[0].invert_yaxis()
        marks = {label: mark for axes in panels for mark, label in zip(*axes.get_legend_handles_labels(), strict=True)}
        figure.legend(marks.values(), marks.keys(), loc="outside lower center", ncols=2, frameon=False)

    height = 1.8 + 0.36 * len(points)
    return Chart(f"{authority}: how short each point of the sweep may be", f"Places short in the worst year: {'; '.join(told)}.",
                 height, fill)


def _bars(axes: Axes, at: np.ndarray, mine: pd.DataFrame, figure: tuple[str, str], label: str, mark: str) -> None:
    """A line from the 10th to the 90th in a hundred futures with a mark at the mean, and its number."""
    column, mean = figure
    colour = SHORTAGE[2][0] if figure == BEFORE else BANDS["B"][0]
    axes.hlines(at, mine[f"{column}_p10"], mine[f"{column}_p90"], color=OUTLINE, linewidth=2.0)
    axes.plot(mine[mean], at, mark, color=colour, markeredgecolor=INK, markersize=7, label=label)
    for y, value, end in zip(at, mine[mean], mine[f"{column}_p90"], strict=True):
        axes.annotate(counted(float(value)), (float(end), float(y)), textcoords="offset points", xytext=(5, 0), va="center",
                      fontsize=8)
