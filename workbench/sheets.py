"""Tables as they stand in the workbook: names of areas, years, year groups and yes or no in words, under plain headings.

Exact tables under their code names stay in the Parquet files; the sheet of columns tells which is which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning_areas.school_year import ay_label, nc_year_label
from sufficiency.forecast.made_of import AUTHORITY, GROUPS
from workbench.disclosure import HIDDEN
from workbench.headings import MEMBERS, beside_their_figures, heading
from workbench.headings import YEAR_GROUPS as MEMBERS_GROUPS
from workbench.plan_words import STANDINGS
from workbench.surplus_view import WORDS as REMEDIES
from workbench.waterfall import words

if TYPE_CHECKING:
    from workbench.disclosure import Release

BASES = {
    "yg_places": "year-group places", "pan": "PAN carried up", "capacity": "capacity shared evenly",
    "roll": "a guess from the roll",
}
"""What places rest on, in words."""
WHOLE = "the whole authority"
YEARS = frozenset({"ay", "net_ay", "made_in", "financial_year", "opens_ay", "places_end_ay", "intake_ay", "from_ay",
                   "protected_from_ay"})
SPELT = frozenset({"phase", "kind", "level", "part", "provider_type_group", "age_band", "met_at", "decides", "consent", "quality",
                   "route"})    # words but for their marks
YEAR_GROUPS = frozenset({"nc_year", "worst_nc_year", "nc_year_low", "nc_year_high"})


def for_workbook(tables: Mapping[str, pd.DataFrame], names: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table in words, with each area's name beside its code; members' tables under the headings that they are known by."""
    return {name: _members(table) if name.endswith("_schools") else in_words(_named(table, names))
            for name, table in tables.items()}


def worded(release: Release) -> Release:
    """A release in words, `c` where a figure is hidden, for a workbook whose tables have their names already."""
    return replace(release, tables={name: in_words(release.shown(name)) for name in release.tables}, masks={})


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """A table as people read it: values in words, each range beside its figure, headings in words with their units."""
    ordered = table[beside_their_figures([str(column) for column in table.columns])]
    shown = pd.DataFrame({column: _told(str(column), ordered[column]) for column in ordered.columns}, index=ordered.index)
    return shown.rename(columns=lambda column: heading(str(column)))


def _told(column: str, values: pd.Series) -> pd.Series:
    """The values of a column in words, where they are years, year groups, yes or no, or a code that has words."""
    if column in YEARS:
        return _each(values, lambda ay: ay_label(int(ay)))
    if column in YEAR_GROUPS:
        return _each(values, lambda g: nc_year_label(int(g)))
    if pd.api.types.is_bool_dtype(values):
        return _each(values, lambda yes: "yes" if yes else "no")
    if column == "places_basis":
        return _each(values, lambda told: in_basis_words(str(told)))
    if column in SPELT:
        return _each(values, lambda code: str(code).replace("_", " "))
    known = CODES.get(column)
    return _each(values, lambda code: known.get(code, code)) if known else values


def _each(values: pd.Series, words_of: Callable[[Any], object]) -> pd.Series:
    """Every value in words; what is missing stays so, and what is hidden too."""
    told = [None if pd.isna(value) else value if value == HIDDEN else words_of(value) for value in values.tolist()]
    return pd.Series(told, index=values.index, dtype="object")


def in_basis_words(told: str) -> str:
    """What places rest on, in words: one ground or several."""
    return ", ".join(BASES.get(basis, basis) for basis in told.split(", "))


CODES: dict[str, dict[str, str]] = {
    "basis": BASES,
    "remedy": REMEDIES,
    "standing": STANDINGS,
    "part_group": {group: words("primary")[group] for group in GROUPS} | {"births": "Births and cohorts"},
}
"""Codes that have words, by the column in which they stand."""


def _named(table: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """Put the planning area's name after its code."""
    shown = table.copy()
    if "planning_area_code" in shown and "planning_area_name" not in shown:
        called = {AUTHORITY: WHOLE} | dict(zip(names["planning_area_code"], names["planning_area_name"], strict=True))
        at = shown.columns.get_loc("planning_area_code") + 1
        shown.insert(at, "planning_area_name", [called.get(code, "") for code in shown["planning_area_code"]])
    return shown


def _members(table: pd.DataFrame) -> pd.DataFrame:
    """A table for members: years and year groups in words, what places rest on in words, plain headings."""
    shown = table.assign(
        ay=[ay_label(int(ay)) for ay in table["ay"]],
        places_basis=[in_basis_words(str(told)) for told in table["places_basis"]],
    )
    return shown.rename(columns={**MEMBERS, **MEMBERS_GROUPS, "ay": "Year"})
