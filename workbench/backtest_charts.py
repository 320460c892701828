"""The two charts of a backtest: how far out forecasts were by years ahead, and what the latest miss was made of."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import fill as fill_text
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from maps.palette import SHORTAGE
from planning_areas.school_year import ENTRY_YEAR
from sufficiency.backtesting.misses import ELSEWHERE
from sufficiency.backtesting.vintages import OWN_RETURN
from workbench.backtest_answer import NAMES, PHASES, latest_miss, miss_title
from workbench.charts import INK, OUTLINE, Chart, bars_that_add_up, light_grid, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


ROOM_BELOW = 0.12           # of the axis, below which a figure under a mark would stand on the axis
BESIDE = 0.3                # of a year, by which marks of the same Januaries stand beside the lines
HALF = 0.5                  # children; a part of fewer is not drawn
LINE = 150                  # characters of a line beneath the chart
LEAST_SHOWN = 0.005         # an axis of errors goes up to half a per cent at least


@dataclass(frozen=True)
class Line:
    """How the errors of a method are drawn: colour, dash and mark tell it apart, each by itself."""

    colour: str
    dash: str
    mark: str


ON_WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}     # a figure stays legible where a line runs through it
OURS, SAME = Line(INK, "-", "o"), Line(INK, "none", "o")
LINES = {"plain": Line(SHORTAGE[3][0], "--", "s"), "last_year": Line("#1f5f99", ":", "^"), OWN_RETURN: Line(OUTLINE, "none", "X")}


def accuracy_chart(measures: pd.DataFrame, own: list[dict[str, Any]], method: str, authority: str) -> Chart:
    """Mean error by years ahead, a panel a phase and a line a method; measures: the table of that name.

    own: the authority's own returns against ours, as `against_own_returns` tells them: both marks are of the same Januaries, and
    how many these are stands beside them, since the lines are of more.
    """
    pooled = measures[measures["nc_year"].isna() & measures["origin"].isna() & measures["level"].eq("dfe")]
    pooled = pooled[pooled["method"] != OWN_RETURN]
    told = [f"{row.phase}, {row.horizon} years ahead, this workspace's method: {row.mape:.1%} over {row.n} Januaries"
            for row in pooled[pooled["method"].eq(method) & pooled["horizon"].isin([1, 3])].itertuples()]
    told += [f"{row['phase']}, {row['horizon']} years ahead, on the same {_januaries(row['n'])}: the authority's own returns "
             f"{row['mape'][OWN_RETURN]:.1%}, this workspace's method {row['mape'][method]:.1%}" for row in own]

    def fill(figure: Figure) -> None:
        panels = figure.subplots(1, len(ENTRY_YEAR), sharey=True)
        for axes, phase in zip(panels, ENTRY_YEAR, strict=True):
            mine = [row for row in own if row["phase"] == phase]
            _errors(axes, pooled[pooled["phase"] == phase], mine, method, PHASES[phase], top)
        panels[0].set_ylim(0, top)
        panels[0].set_ylabel("mean error, whatever the sign (%)")
        marks = {label: mark for axes in panels for mark, label in zip(*axes.get_legend_handles_labels(), strict=True)}
        figure.legend(marks.values(), marks.keys(), loc="outside lower center", ncols=2, frameon=False)

    highest = max([LEAST_SHOWN, *pooled["mape"], *(share for row in own for share in row["mape"].values())])
    top = 125 * highest
    alt = f"Mean error of the authority's pupils by years ahead. {'; '.join(told) or 'Nothing could be measured'}."
    return Chart(f"{authority}: how far out forecasts of past Januaries were", alt, 4.4, fill)


def _januaries(count: int) -> str:
    return f"{count} Januar{'y' if count == 1 else 'ies'}"


def _errors(axes: Axes, pooled: pd.DataFrame, own: list[dict[str, Any]], method: str, title: str, top: float) -> None:
    """One panel: a line a method over all its Januaries, and beside one another own returns and ours on the same ones."""
    axes.set_title(title)
    for name in (method, *(name for name in LINES if name not in (method, OWN_RETURN))):
        mine = pooled[pooled["method"] == name].sort_values("horizon")
        look = OURS if name == method else LINES[name]
        label = f"this workspace's method ({name})" if name == method else NAMES[name]
        axes.plot(mine["horizon"], mine["mape"] * 100, color=look.colour, linestyle=look.dash, marker=look.mark, label=label,
                  markersize=6)
        if name == method:
            others = pooled[pooled["method"].ne(name)].groupby("horizon")["mape"].mean()
            for at, value in zip(mine["horizon"], mine["mape"], strict=True):
                below = value < others.get(at, 0.0) and 100 * value > ROOM_BELOW * top
                _write(axes, at, value, f"{100 * value:.1f}", below=below)
    for row in own:
        at = row["horizon"] + BESIDE
        for name, look, label in ((OWN_RETURN, LINES[OWN_RETURN], f"{NAMES[OWN_RETURN]}, and"),
                                  (method, SAME, "this workspace's method on the same Januaries")):
            axes.plot([at], [row["mape"][name] * 100], color=look.colour, linestyle="none", marker=look.mark, markersize=9,
                      markerfacecolor="none" if look is SAME else look.colour, label=label)
        higher, lower = sorted((row["mape"][OWN_RETURN], row["mape"][method]), reverse=True)
        _write(axes, at, higher, f"n = {row['n']}", below=False)
        for value in dict.fromkeys((higher, lower)):
            axes.annotate(f"{100 * value:.1f}", (at, value * 100), xytext=(8, 0), textcoords="offset points", va="center",
                          fontsize=8, bbox=ON_WHITE)
    last = int(max([1, *pooled["horizon"], *(row["horizon"] for row in own)]))
    axes.set_xlabel("years ahead")
    axes.set_xticks(range(1, last + 1))
    axes.set_xlim(0.6, last + 0.7)
    light_grid(axes, "y")


def _write(axes: Axes, at: float, value: float, text: str, *, below: bool) -> None:
    """Print a text above or below a mark."""
    axes.annotate(text, (at, value * 100), xytext=(0, -8 if below else 8), ha="center", va="top" if below else "bottom",
                  textcoords="offset points", fontsize=8, bbox=ON_WHITE)


def miss_chart(misses: pd.DataFrame, method: str, authority: str) -> Chart:
    """The latest miss three years ahead, part by part, a panel a phase; misses: the table of that name."""
    latest = latest_miss(misses, method)
    phases = [part for phase in ENTRY_YEAR if len(part := latest[latest["phase"] == phase])]
    told = [f"{miss_title(part)}: {_in_words(part)}" for part in phases]
    beneath = not_shown(latest)

    def fill(figure: Figure) -> None:
        if not phases:
            figure.text(0.5, 0.5, "no forecast can be held against what came yet", ha="center")
            return
        for axes, part in zip(np.atleast_1d(figure.subplots(len(phases), 1)), phases, strict=True):
            _waterfall(axes, part)
        figure.supxlabel(fill_text(beneath, LINE), fontsize=8, x=0.01, ha="left")

    alt = " ".join([*told, beneath]) if told else "No miss can be told yet."
    return Chart(f"{authority}: what the latest miss was made of", alt, 1.6 + 2.4 * max(1, len(phases)), fill)


def _in_words(part: pd.DataFrame) -> str:
    """Every part of a miss, the largest as in the picture, and the whole."""
    parts = [f"{row.part} {signed(row.children)}" for row in part.itertuples() if shown(row.children)]
    return ", ".join([*parts, f"the whole miss {signed(part['children'].sum())}"]) + "."


def shown(children: float) -> bool:
    """Say whether a part is large enough to be drawn."""
    return abs(children) >= HALF        # what is not told is not


def not_shown(latest: pd.DataFrame) -> str:
    """In words, the parts that the picture leaves out: those that are nought in every panel, those that are not told apart."""
    if latest.empty:
        return ""
    known = latest[latest["children"].notna()]
    nought = [part for part, rows in known.groupby("part", sort=False) if not rows["children"].map(shown).any()]
    said = [f"Nought, or less than half a child: {', '.join(nought)}."] if nought else []
    return " ".join([*said, "Not told apart:", "; ".join(f"{part} ({where})" for part, where in ELSEWHERE.items()) + "."])


def _waterfall(axes: Axes, part: pd.DataFrame) -> None:
    """One panel: each part begins where the one before it ends, to which a line leads; the whole miss below."""
    drawn = part[part["children"].map(shown)]
    bars_that_add_up(axes, list(drawn["part"]), [*drawn["children"]], "the whole miss", float(part["children"].sum()))
    axes.set_title(miss_title(part))
    axes.set_xlabel("children forecast beyond those who came; slanting lines take away")
    light_grid(axes)
