"""The map of a comparison: planning areas on one page, their schools and childcare, with a switch: before, after and the change.

Changes on the page are those of the whole numbers that stand there, so that who takes one from the other comes to what is shown;
the tables hold them exactly.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from maps.layer import Layer, Measure, Moment
from maps.palette import LIKELY, bands, changes, steps
from maps.sheet import Remark, Sheet
from planning_areas.school_year import ENTRY_YEAR, ay_label, nc_year_label
from scenarios.compare import AFTER as AFTER_SIDE
from scenarios.compare import BEFORE as BEFORE_SIDE
from scenarios.compare import CARE_AREAS
from scenarios.figures import whole
from sufficiency.childcare.terms import BAND_NAMES, YOUNG
from sufficiency.headroom import NOT_KNOWN
from sufficiency.intervals.likelihood import WORDS as LIKELIHOODS
from sufficiency.intervals.likelihood import letter
from workbench.childcare_map import AREAS, areas_told, moments, titled
from workbench.views import AS_LIKELY_AS_NOT, SHORT_EDGES, SPARE_EDGES

if TYPE_CHECKING:
    import geopandas as gpd

    from maps.palette import Scale

HOURS_EDGES, WANTED_EDGES = (1, 15, 75, 150), (300, 1000, 3000, 6000)   # hours a week; a part-time place is 15
LONGEST = 40        # of a run's name on the switch
BEFORE, CHANGE = "Before", "Change"

CARE_READING = (Remark("Childcare stands under Early years, age by age, where both runs may tell it: what one of them hides "
                       "because few children stand behind it is not known here."),)


@dataclass(frozen=True)
class View:
    """One figure of planning areas: its column in the comparison, and how it is told before and after, and of its change."""

    column: str
    title: str
    unit: str
    scale: Scale
    change: Scale
    explain: str
    times: float = 1.0
    letters: bool = False
    suffix: str = ""
    adds_up: bool = True
    saying: str = "short of places"


def views(phase: str) -> tuple[View, ...]:
    """The figures that can be switched, the most pressing first."""
    entry = nc_year_label(ENTRY_YEAR[phase])
    likely = bands([(one, words) for one, words in LIKELIHOODS.items() if one != NOT_KNOWN], AS_LIKELY_AS_NOT, LIKELY)
    return (
        View("entry_need", f"Places short in {entry}", "places", steps(SHORT_EDGES), changes((1, 8, 15)),
             f"Children expected in {entry} beyond its places.", saying=f"short of {entry} places"),
        View("additional_need", "Places short in all year groups", "places", steps(SHORT_EDGES), changes((1, 8, 15, 30)),
             "The shortages of all year groups added up; nothing is offset.",
             saying="short of places in one year group or more"),
        View("entry_p_shortfall", f"Likelihood of a shortfall in {entry}", "%", likely, changes((1, 10, 25)),
             f"In how many of a hundred futures drawn there are more children in {entry} than places.", 100.0, letters=True,
             suffix=" %", adds_up=False, saying=f"short of {entry} places with a likelihood of a third or more"),
        View("spare_places", "Spare places in all year groups", "places", steps(SPARE_EDGES, "hidden"), changes((1, 15, 30, 60)),
             "Places beyond the children expected, year group by year group, added up.",
             saying=f"left with {SPARE_EDGES[0]} spare places or more"),
        View("pupils", "Children expected", "children", steps((100, 300, 600, 1200), "hidden"), changes((1, 15, 30, 60)),
             "Children expected in all year groups.", saying="home to schools with a hundred children or more"),
    )


def care_views() -> tuple[View, ...]:
    """The figures of childcare: hours short at each age in the worst term of the year, then hours wanted in it."""
    short = [View(f"hours_short_{band}", f"{titled(band)}: hours short, worst term", "hours a week", steps(HOURS_EDGES),
                  changes(HOURS_EDGES), f"Hours for {BAND_NAMES[band]} that families want in a week of the worst term beyond "
                  "those on offer in the area; a part-time place is 15 of them.", saying=f"short of hours for {BAND_NAMES[band]}")
             for band in YOUNG]
    wanted = [View(f"hours_wanted_{band}", f"{titled(band)}: hours wanted", "hours a week", steps(WANTED_EDGES, "hidden"),
                   changes(HOURS_EDGES), f"Hours for {BAND_NAMES[band]} that families want in a week of the worst term, "
                   "funded and paid for.", saying="home to families who want 300 hours or more")
              for band in YOUNG]
    return (*short, *wanted)


def compare_sheet(tables: Mapping[str, pd.DataFrame], first: str, others: Sequence[str], names: pd.DataFrame,
                  shapes: gpd.GeoDataFrame | None, words: Mapping[str, Any]) -> Sheet:
    """The page: a layer a phase; words: authority, title, base_year, lines (what to say first), remarks, sources."""
    schools = (_layer(phase, tables, first, others, names, shapes) for phase in ENTRY_YEAR)
    layers = tuple(layer for layer in (*schools, _care_layer(tables[CARE_AREAS], first, others, shapes, words["base_year"]))
                   if layer is not None)
    moved = tables["moved_by_year"].groupby("ay")["additional_need_change"].agg(lambda column: column.abs().sum())
    by_phase = tables["moved_by_year"].groupby("phase")["additional_need_change"].agg(lambda column: column.abs().sum())
    most = str(by_phase.idxmax()) if len(by_phase) and by_phase.max() > 0 else ""
    return Sheet(
        title=f"{words['authority']}: {words['title']}",
        subtitle=f"What moves where. All are counted from the school census of January {words['base_year'] + 1}; "
                 "none of them is what must come.",
        headlines=tuple(words["lines"]), layers=layers, source=words["source"],
        start=int(moved.idxmax()) if len(moved) and moved.max() > 0 else None,
        start_layer=most or (AREAS if any(one.key == AREAS for one in layers) else ""),
        reading=(Remark("The switch shows each figure before (the first run), after, and the change between them. A change is "
                        "that of the whole numbers shown, with its sign; more places short is worse, more spare places is room."),
                 *(CARE_READING if any(one.key == AREAS for one in layers) else ()),
                 *(Remark(text) for text in words["remarks"])),
        sources=tuple(words["sources"]),
    )


def _layer(phase: str, tables: Mapping[str, pd.DataFrame], first: str, others: Sequence[str], names: pd.DataFrame,
           shapes: gpd.GeoDataFrame | None) -> Layer | None:
    mine = tables["moved_by_area"]
    mine = mine[mine["phase"] == phase].rename(columns={"planning_area_code": "key", "ay": "year"})
    if mine.empty:
        return None
    values, measures = _values(mine, views(phase), first, others)
    areas = names[names["phase"] == phase].drop_duplicates("planning_area_code")
    areas = areas.rename(columns={"planning_area_code": "key", "planning_area_name": "name"}).sort_values(["name", "key"])
    areas = areas[areas["key"].isin(values["key"])]
    drawn = None
    if shapes is not None:
        of_phase = shapes[(shapes["phase"] == phase) & shapes["planning_area_code"].isin(areas["key"])]
        drawn = of_phase.rename(columns={"planning_area_code": "key"})[["key", "geometry"]]
    moments = tuple(Moment(int(ay), ay_label(int(ay)), "forecast") for ay in sorted(values["year"].unique()))
    return Layer(key=phase, title=phase.capitalize(), plural=f"{phase} planning areas", areas=areas[["key", "name"]],
                 moments=moments, values=values, measures=measures, shapes=drawn)


def _care_layer(mine: pd.DataFrame, first: str, others: Sequence[str], shapes: gpd.GeoDataFrame | None,
                base: int) -> Layer | None:
    """Childcare of the planning areas of primary schools, a view an age; none where the runs tell nothing of it."""
    if mine.empty:
        return None
    figures = [f"{figure}_{side}" for figure in ("hours_short", "hours_wanted") for side in (BEFORE_SIDE, AFTER_SIDE)]
    by_age = mine.set_index(["run", "planning_area_code", "ay", "age_band"])[figures]
    table = by_age.unstack("age_band")      # noqa: PD010  a row for each age: a second one is an error and no mean
    table.columns = ["_".join((*figure.rsplit("_", 1)[:1], band, figure.rsplit("_", 1)[1])) for figure, band in table.columns]
    table = table.reset_index().rename(columns={"planning_area_code": "key", "ay": "year"})
    told = [view for view in care_views() if any(
        table[column].notna().any() for side in (BEFORE_SIDE, AFTER_SIDE) if (column := f"{view.column}_{side}") in table)]
    if not told:
        return None
    values, measures = _values(table, told, first, others)
    drawn = None
    if shapes is not None:
        of_primary = shapes[(shapes["phase"] == "primary") & shapes["planning_area_code"].isin(values["key"])]
        drawn = of_primary.rename(columns={"planning_area_code": "key"})[["key", "geometry"]]
    areas = areas_told(mine.rename(columns={"planning_area_code": "area_code"}))
    return Layer(AREAS, "Early years", "planning areas", areas, moments(mine, base), values, measures, drawn)


def _values(mine: pd.DataFrame, figures: Sequence[View], first: str,
            others: Sequence[str]) -> tuple[pd.DataFrame, tuple[Measure, ...]]:
    """The figures of areas, a column for each state of the switch, and the measures that show them."""
    values = mine[["key", "year"]].drop_duplicates().sort_values(["key", "year"]).reset_index(drop=True)
    measures: list[Measure] = []
    at = pd.MultiIndex.from_frame(values)
    rows = {run: mine[mine["run"] == run].set_index(["key", "year"]).reindex(at) for run in others}
    for view in figures:
        before = (rows[others[0]][f"{view.column}_before"].to_numpy("float64") * view.times)
        measures.append(_shown(values, view, before, f"{view.column} before", f"{BEFORE} ({_short(first)})"))
        after = {run: rows[run][f"{view.column}_after"].to_numpy("float64") * view.times for run in others}
        measures += [_shown(values, view, after[run], f"{view.column} {run}",
                            f"After ({_short(run)})" if len(others) == 1 else _short(run)) for run in others]
        for run in others:
            change = (whole(pd.Series(after[run])) - whole(pd.Series(before))).to_numpy()
            state = CHANGE if len(others) == 1 else f"{CHANGE}: {_short(run)}"
            measures.append(_changed(values, view, change, f"{view.column} change {run}", state))
    return values, tuple(measures)


def _short(name: str) -> str:
    return textwrap.shorten(name, LONGEST, placeholder=" ...") or name[:LONGEST]


def _shown(values: pd.DataFrame, view: View, figures: np.ndarray, column: str, state: str) -> Measure:
    """A figure as it is in one of the runs."""
    values[column] = figures
    letters = ""
    if view.letters:
        letters = f"{column} letter"
        values[letters] = [letter(share / view.times) for share in figures]
    return Measure(column, f"{view.title}: {state}", view.unit, view.scale, view.explain, saying=view.saying, letters=letters,
                   suffix=view.suffix, adds_up=view.adds_up, view=view.title, state=state)


def _changed(values: pd.DataFrame, view: View, figures: np.ndarray, column: str, state: str) -> Measure:
    """How far a figure moves."""
    values[column] = figures
    unit = "points" if view.suffix else view.unit
    return Measure(column, f"{view.title}: {state}", unit, view.change, f"{view.explain} How far that moves.",
                   saying="otherwise by one or more", adds_up=view.adds_up, signed=True, view=view.title, state=state)
