"""The two charts of a backtest: how far out forecasts were by years ahead, and what the latest miss was made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from maps.palette import SHORTAGE
from planning_areas.school_year import ENTRY_YEAR
from sufficiency.vintages import OWN_RETURN
from workbench.backtest_answer import NAMES, PHASES, latest_miss, miss_title
from workbench.charts import GAIN, INK, LOSS, OUTLINE, Chart, light_grid, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


LEAST_SHOWN = 0.005         # an axis of errors goes up to half a per cent at least


@dataclass(frozen=True)
class Line:
    """How the errors of a method are drawn: colour, dash and mark tell it apart, each by itself."""

    colour: str
    dash: str
    mark: str


OURS = Line(INK, "-", "o")
LINES = {"plain": Line(SHORTAGE[3][0], "--", "s"), "last_year": Line("#1f5f99", ":", "^"), OWN_RETURN: Line(OUTLINE, "none", "X")}


def accuracy_chart(measures: pd.DataFrame, method: str, authority: str) -> Chart:
    """Mean error by years ahead, a panel a phase and a line a method; measures: the table of that name."""
    pooled = measures[measures["nc_year"].isna() & measures["origin"].isna() & measures["level"].eq("dfe")]
    told = []
    for row in pooled[pooled["method"].isin([method, OWN_RETURN]) & pooled["horizon"].isin([1, 3])].itertuples():
        whose = "the authority's own returns" if row.method == OWN_RETURN else "this workspace's method"
        told.append(f"{row.phase}, {row.horizon} years ahead, {whose}: {row.mape:.1%}")

    def fill(figure: Figure) -> None:
        panels = figure.subplots(1, len(ENTRY_YEAR), sharey=True)
        for axes, phase in zip(panels, ENTRY_YEAR, strict=True):
            _errors(axes, pooled[pooled["phase"] == phase], method, PHASES[phase])
        panels[0].set_ylim(0, 115 * max(pooled["mape"].max(), LEAST_SHOWN) if len(pooled) else 1)
        panels[0].set_ylabel("mean error, whatever the sign (%)")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)

    alt = f"Mean error of the authority's pupils by years ahead. {'; '.join(told) or 'Nothing could be measured'}."
    return Chart(f"{authority}: how far out forecasts of past Januaries were", alt, 4.4, fill)


def _errors(axes: Axes, pooled: pd.DataFrame, method: str, title: str) -> None:
    """One panel."""
    axes.set_title(title)
    for name in (method, *(name for name in LINES if name != method)):
        mine = pooled[pooled["method"] == name].sort_values("horizon")
        look = OURS if name == method else LINES[name]
        label = f"this workspace's method ({name})" if name == method else NAMES[name]
        axes.plot(mine["horizon"], mine["mape"] * 100, color=look.colour, linestyle=look.dash, marker=look.mark, label=label,
                  markersize=6 if name != OWN_RETURN else 9)
        if name in (method, OWN_RETURN):
            others = pooled[pooled["method"].ne(name) & pooled["method"].ne(OWN_RETURN)].groupby("horizon")["mape"].mean()
            for at, value in zip(mine["horizon"], mine["mape"], strict=True):
                below = name == method and value < others.get(at, 0.0)
                axes.annotate(f"{value:.1%}".removesuffix("%"), (at, value * 100), xytext=(0, -8 if below else 8), ha="center",
                              va="top" if below else "bottom", textcoords="offset points", fontsize=8)
    axes.set_xlabel("years ahead")
    axes.set_xticks(range(1, 8))
    light_grid(axes, "y")


def miss_chart(misses: pd.DataFrame, method: str, authority: str) -> Chart:
    """The latest miss three years ahead, part by part, a panel a phase; misses: the table of that name."""
    latest = latest_miss(misses, method)
    phases = [part for phase in ENTRY_YEAR if len(part := latest[latest["phase"] == phase])]
    told = [
        f"{miss_title(part)}: " + ", ".join(
            f"{row.part} {signed(row.children)}" for row in part.itertuples() if round(row.children)) for part in phases
    ]

    def fill(figure: Figure) -> None:
        if not phases:
            figure.text(0.5, 0.5, "no forecast can be held against what came yet", ha="center")
            return
        for axes, part in zip(np.atleast_1d(figure.subplots(len(phases), 1)), phases, strict=True):
            _waterfall(axes, part)

    return Chart(f"{authority}: what the latest miss was made of", "; ".join(told) + "." if told else "No miss can be told yet.",
                 0.9 + 2.4 * max(1, len(phases)), fill)


def _waterfall(axes: Axes, part: pd.DataFrame) -> None:
    """One panel: each part begins where the one before it ends, the whole miss below."""
    shown = part[part["children"].abs() >= 0.5]
    ends = shown["children"].cumsum().to_numpy("float64")
    names, sizes = [*shown["part"], "the whole miss"], [*shown["children"], float(part["children"].sum())]
    starts = [*(ends - shown["children"].to_numpy("float64")), 0.0]
    for at, (start, size) in enumerate(zip(starts, sizes, strict=True)):
        look = GAIN if size > 0 else LOSS
        axes.barh(at, size, left=start, height=0.62, facecolor=look.fill, hatch=look.hatch, edgecolor=OUTLINE, linewidth=0.8)
        axes.annotate(signed(size), (max(start, start + size), at), xytext=(5, 0), textcoords="offset points", va="center")
    axes.axvline(0, color=OUTLINE, linewidth=0.8)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_title(miss_title(part))
    axes.set_xlabel("children forecast beyond those who came")
    light_grid(axes)
