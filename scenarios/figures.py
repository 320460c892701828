"""What a run comes to, in a handful of figures: worked out from its tables alone, so that runs, futures and levers are all held
against one another by the same sums.

Need and spare places are added up over the years after the census and never offset. A shortfall is counted in place-years: a
place that is short in three Septembers counts three times. What a run does not tell - places that are not known, a plan that it
does not have - is missing (NaN), never nought.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.childcare.balance import ALL, PLANNING_AREA

ENTRY_SHORT, ALL_SHORT, SPARE = "entry_short", "all_short", "spare"
PLAN_COST, PLAN_UNMET = "plan_thousand_pounds", "plan_unmet"
PLACE_YEARS, CHILD_YEARS, POUNDS, CHILDREN, HOURS = "place-years", "child-years", "thousand pounds", "children", "hours a week"

Tables = Mapping[str, pd.DataFrame]
NONE = float("nan")


@dataclass(frozen=True)
class Figure:
    """One figure of a run: its name, what it is in words, its unit, and how it is worked out from the run's tables."""

    key: str
    title: str
    unit: str
    of: Callable[[Tables, int], float]


def figures_of(tables: Tables, base_year: int) -> dict[str, float]:
    """Every figure of a run by its key; tables: the run's (at least `balance`); missing: not told."""
    return {figure.key: figure.of(tables, base_year) for figure in FIGURES}


def ahead(table: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """The rows of the years after the census, which is counted and cannot be changed."""
    return table[table["ay"] > base_year]


def entry_rows(balance: pd.DataFrame) -> pd.DataFrame:
    """The rows of a balance that tell of the year of entry: Reception and Year 7."""
    return balance[balance["nc_year"].eq(balance["phase"].map(ENTRY_YEAR))]


def added_up(column: pd.Series) -> float:
    """The sum of what is known; missing where nothing is."""
    return float(column.sum()) if column.notna().any() else NONE


def whole(column: pd.Series) -> pd.Series:
    """Figures as they are printed: whole numbers, halves up; what is not known stays so."""
    return np.floor(column.astype("float64") + 0.5)


def whole_added_up(column: pd.Series) -> float:
    """The sum of what is known, each figure rounded by itself, so that who adds up what is printed comes to what is told."""
    return added_up(whole(column))


def _of_balance(column: str, phase: str = "", *, entry: bool = False) -> Callable[[Tables, int], float]:
    """The sum of a column of the balance over the years ahead: of all year groups, or of the year of entry (of a phase)."""
    def of(tables: Tables, base_year: int) -> float:
        rows = ahead(tables["balance"], base_year)
        rows = entry_rows(rows) if entry else rows
        rows = rows[rows["phase"] == phase] if phase else rows
        return added_up(rows[column]) if column in rows else NONE

    return of


def _pupils(phase: str) -> Callable[[Tables, int], float]:
    """Pupils of a phase in the last year that it is forecast for."""
    def of(tables: Tables, base_year: int) -> float:
        rows = ahead(tables["balance"], base_year)
        rows = rows[rows["phase"] == phase]
        return added_up(rows.loc[rows["ay"] == rows["ay"].max(), "pupils"]) if len(rows) else NONE

    return of


def _areas_short(tables: Tables, base_year: int) -> float:
    """Planning areas that lack at least one whole place in a year of entry, in any year."""
    rows = entry_rows(ahead(tables["balance"], base_year))
    known = rows[rows["additional_need"].notna()]
    return float(known.loc[known["additional_need"] >= 1, "planning_area_code"].nunique()) if len(known) else NONE


def _childcare_short(tables: Tables, base_year: int) -> float:
    """Hours short of planning areas, all ages, each in its worst term, in the last year that is told."""
    table = tables.get("childcare_balance", pd.DataFrame())
    if table.empty:
        return NONE
    mine = table[table["level"].eq(PLANNING_AREA) & table["measure"].eq(ALL) & table["worst_term"].astype("bool")]
    return added_up(mine.loc[mine["ay"] == mine["ay"].max(), "hours_short"]) if len(mine) else NONE


def _plan_cost(tables: Tables, base_year: int) -> float:
    plan = tables.get("plan")
    return NONE if plan is None else float(plan.loc[plan["chosen"].astype("bool"), "thousand_pounds"].sum())


def _plan_schemes(tables: Tables, base_year: int) -> float:
    plan = tables.get("plan")
    return NONE if plan is None else float(plan["chosen"].astype("bool").sum())


def _plan_unmet(tables: Tables, base_year: int) -> float:
    areas = tables.get("plan_areas")
    return NONE if areas is None else float(areas["unmet"].sum())


FIGURES: tuple[Figure, ...] = (
    Figure(ENTRY_SHORT, "Places short in Reception and Year 7", PLACE_YEARS, _of_balance("additional_need", entry=True)),
    Figure("reception_short", "Places short in Reception", PLACE_YEARS, _of_balance("additional_need", "primary", entry=True)),
    Figure("year_7_short", "Places short in Year 7", PLACE_YEARS, _of_balance("additional_need", "secondary", entry=True)),
    Figure("entry_expected_short", "Mean shortfall in Reception and Year 7 over all futures", PLACE_YEARS,
           _of_balance("expected_shortfall", entry=True)),
    Figure(ALL_SHORT, "Places short in all year groups", PLACE_YEARS, _of_balance("additional_need")),
    Figure("margin_short", "Places short in all year groups, with the margin", PLACE_YEARS,
           _of_balance("additional_need_with_margin")),
    Figure(SPARE, "Spare places in all year groups", PLACE_YEARS, _of_balance("spare_places")),
    Figure("areas_short", "Planning areas short of an entry place in some year", "areas", _areas_short),
    Figure("primary_pupils", "Primary pupils in the last year", CHILDREN, _pupils("primary")),
    Figure("secondary_pupils", "Secondary pupils in the last year", CHILDREN, _pupils("secondary")),
    Figure("childcare_short", "Hours of childcare short in the last year told, worst terms", HOURS, _childcare_short),
    Figure(PLAN_COST, "Cost of the schemes chosen", POUNDS, _plan_cost),
    Figure("plan_schemes", "Schemes chosen", "schemes", _plan_schemes),
    Figure(PLAN_UNMET, "Without a place in the plan", CHILD_YEARS, _plan_unmet),
)
"""Every figure, in the order in which people read them."""


def figure(key: str) -> Figure:
    """The figure of this name; raises KeyError where there is none."""
    return {one.key: one for one in FIGURES}[key]


def difference(new: float, old: float) -> float:
    """How far a figure moved; missing where either is."""
    return float(np.subtract(new, old))
