"""The chart of a comparison: places and hours of childcare short, year by year in every run, and the areas that move most."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from maps.palette import BANDS, NOTHING, SHORTAGE
from planning_areas.school_year import ENTRY_YEAR, ay_label, nc_year_label
from scenarios.compare import CARE_AREAS
from sufficiency.childcare.terms import BAND_NAMES, YOUNG
from workbench.charts import GAIN, LOSS, Chart, Look, counted, light_grid, plain_text, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOKS = (
    (NOTHING, ""), (BANDS["B"][0], "////"), (SHORTAGE[2][0], "...."), (BANDS["G"][0], "\\\\\\\\"), (BANDS["P"][0], "xx"),
    (BANDS["A"][0], "--"),
)
TITLE_CHARACTERS, MOST_LETTERS = 76, 80    # that a row of panels has room for, in headings and above its bars
MOST_AREAS, MOST_DRAWN, MOST_NAMED, NAME_CHARACTERS = 10, len(LOOKS), 2, 34
Tables = Mapping[str, pd.DataFrame]


def compare_chart(tables: Tables, first: str, others: Sequence[str], names: Mapping[str, str], authority: str) -> Chart:
    """Panels of each phase and age of childcare, the runs beside one another, and the areas that the first change moves most."""
    shown = list(others[:MOST_DRAWN - 1])
    series = _worth_drawing({phase: _series(tables["moved_by_year"], phase, first, shown) for phase in ENTRY_YEAR})
    care = _worth_drawing({band: _care(tables[CARE_AREAS], band, first, shown) for band in YOUNG})
    widest = max(shown, key=lambda run: (_reach(tables["moved_by_area"], run), -shown.index(run)))
    most = most_moved(tables["moved_by_area"], widest, names)
    rows = (len(series) > 0) + (len(care) > 0) + (len(most) > 0)
    heights = _heights(len(series), len(care), len(most))

    def fill(figure: Figure) -> None:
        if not rows:
            figure.text(0.5, 0.5, "nothing is short at entry in any of these runs, as far as places are known", ha="center")
            return
        parts = figure.subfigures(rows, 1, squeeze=False, height_ratios=heights)[:, 0]
        if series:
            _panels(parts[0], {_places(phase): one for phase, one in series.items()}, "places")
        if care:
            _panels(parts[1 if series else 0], {f"Childcare short, {BAND_NAMES[band]}": one for band, one in care.items()},
                    "hours a week, worst term")
        if len(most):
            _areas(parts[-1].subplots(), most, widest)

    alt = " ".join([*(_said(_places(phase), table) for phase, table in series.items()),
                    *(_said(f"Hours of childcare short, {BAND_NAMES[band]},", table) for band, table in care.items()),
                    _said_areas(most, widest)]).strip()
    height = 0.7 + sum(heights)
    title = f"{authority}: {' and '.join(shown) if len(shown) <= MOST_NAMED else f'{len(shown)} runs'} beside {first}"
    return Chart(title, alt or "No figure of places short is known.", max(2.0, height), fill)


def _reach(by_area: pd.DataFrame, run: str) -> float:
    """By how much a run moves places short in all its areas together, whatever the sign."""
    return float(by_area.loc[by_area["run"] == run, "additional_need_change"].abs().sum())


def _places(phase: str) -> str:
    return f"Places short in {nc_year_label(ENTRY_YEAR[phase])}"


def _heights(phases: int, ages: int, areas: int) -> list[float]:
    return [*([3.6] if phases else []), *([3.6] if ages else []), *([1.1 + 0.27 * areas] if areas else [])]


def _worth_drawing(series: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """What has a bar that is more than nought."""
    return {name: table for name, table in series.items() if len(table) and np.nanmax(table.to_numpy(), initial=0.0) >= 0.5}


def _panels(part: Any, series: Mapping[str, pd.DataFrame], unit: str) -> None:
    """A row of panels with one legend below it."""
    panels = part.subplots(1, len(series), squeeze=False)[0]
    for axes, (title, table) in zip(panels, series.items(), strict=True):
        _bars(axes, table, textwrap.fill(title, TITLE_CHARACTERS // len(series), break_on_hyphens=False), unit, len(series))
    handles, labels = panels[0].get_legend_handles_labels()
    part.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)


def _series(by_year: pd.DataFrame, phase: str, first: str, others: Sequence[str]) -> pd.DataFrame:
    """Places short at entry by year, a column a run; empty where they are not known."""
    mine = by_year[by_year["phase"] == phase]
    columns = {first: mine.drop_duplicates("ay").set_index("ay")["entry_need_before"]}
    columns |= {run: mine[mine["run"] == run].set_index("ay")["entry_need_after"] for run in others}
    return pd.DataFrame(columns).dropna(how="all")


def _care(by_area: pd.DataFrame, band: str, first: str, others: Sequence[str]) -> pd.DataFrame:
    """Hours short of an age by year, of all planning areas that every run tells, a column a run; nothing is offset."""
    mine = by_area[by_area["age_band"] == band]
    told = mine.groupby(["planning_area_code", "ay"])[["hours_short_before", "hours_short_after"]].transform("count").min(axis=1)
    mine = mine[told == mine["run"].nunique()]
    sums = mine.groupby(["run", "ay"])[["hours_short_before", "hours_short_after"]].sum(min_count=1)
    there = [run for run in others if run in sums.index.get_level_values("run")]
    if not there:
        return pd.DataFrame()
    columns = {first: sums.loc[there[0], "hours_short_before"], **{run: sums.loc[run, "hours_short_after"] for run in there}}
    return pd.DataFrame(columns).dropna(how="all")


def most_moved(by_area: pd.DataFrame, run: str, names: Mapping[str, str]) -> pd.DataFrame:
    """The areas whose places short, all year groups and years, moved most: area, phase, change in place-years; most first."""
    mine = by_area[by_area["run"] == run]
    sums = mine.groupby(["phase", "planning_area_code"])["additional_need_change"].sum().reset_index(name="change")
    sums = sums[sums["change"].abs() >= 0.5]
    sums = sums.assign(size=sums["change"].abs()).sort_values(["size", "planning_area_code"], ascending=[False, True])
    return sums.head(MOST_AREAS).assign(area=[names.get(code, code) for code in sums["planning_area_code"].head(MOST_AREAS)])


def _bars(axes: Axes, table: pd.DataFrame, title: str, unit: str, panels: int) -> None:
    """The runs beside one another, each with its own fill and hatch, its figure above it; panels: that share the row."""
    width = 0.84 / len(table.columns)
    top = max(1.0, float(np.nanmax(table.to_numpy())))
    bars = len(table.columns) * len(table)
    crowded = bars > 16 or bars * panels * len(counted(top)) > MOST_LETTERS
    for k, (run, values) in enumerate(table.items()):
        at = np.arange(len(table)) + (k - (len(table.columns) - 1) / 2) * width
        fill, hatch = LOOKS[k]
        axes.bar(at, values, width=width, label=plain_text(textwrap.shorten(str(run), 48)), **Look("", fill, hatch).options())
        for x, value in zip(at, values, strict=True):
            if np.isfinite(value):
                axes.text(x, value + 0.01 * top, counted(value), ha="center", va="bottom", fontsize=6.5 if crowded else 7.5,
                          rotation=90 if crowded else 0)
    axes.set_xticks(range(len(table)), [ay_label(int(ay)) for ay in table.index], rotation=30 if len(table) > 5 else 0)
    axes.set_ylim(0, (1.2 if crowded else 1.12) * top)
    axes.set_title(title)
    axes.set_ylabel(unit)
    light_grid(axes, "y")


def _areas(axes: Axes, most: pd.DataFrame, run: str) -> None:
    """The areas that move most, more to the right and fewer to the left."""
    reach = float(most["change"].abs().max())
    for at, change in enumerate(most["change"]):
        axes.barh(at, change, height=0.62, **(LOSS if change > 0 else GAIN).options())
        axes.text(change + (0.015 if change > 0 else -0.015) * 2 * reach, at, signed(change), va="center",
                  ha="left" if change > 0 else "right")
    axes.axvline(0, color="#1f2d38", linewidth=1.0)
    axes.set_yticks(range(len(most)), [plain_text(f"{textwrap.shorten(str(row.area), NAME_CHARACTERS)}, {row.phase}")
                                       for row in most.itertuples()])
    axes.invert_yaxis()
    axes.set_xlim(min(0.0, float(most["change"].min())) - 0.18 * reach, max(0.0, float(most["change"].max())) + 0.18 * reach)
    axes.set_xlabel("place-years more (+, slanting lines) or fewer (\N{MINUS SIGN}) short, all year groups and years")
    axes.set_title(plain_text(f"Areas that move most: {textwrap.shorten(run, 60)}"))
    axes.xaxis.set_major_formatter(lambda value, _: signed(value))
    light_grid(axes)


def _said(what: str, table: pd.DataFrame) -> str:
    told = [(ay_label(int(ay)), [f"{run} {counted(value)}" for run, value in row.items() if value == value])
            for ay, row in zip(table.index, table.to_dict("records"), strict=True)]
    years = "; ".join(f"{year}: {', '.join(figures)}" for year, figures in told)
    return f"{what} by year. {years}."


def _said_areas(most: pd.DataFrame, run: str) -> str:
    if most.empty:
        return "No area moves by half a place-year or more."
    told = ", ".join(f"{row.area} ({row.phase}) {signed(row.change)}" for row in most.itertuples())
    return f"Areas that {run} moves most, in place-years short over all year groups: {told}."
