"""Tables as they stand in the workbook: with names of areas and years in words, and members' tables under plain headings."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.made_of import AUTHORITY

MEMBERS = {
    "urn": "URN", "school_name": "School", "district_name": "District", "planning_area_code": "Planning area code",
    "planning_area_name": "Planning area", "pan": "PAN", "capacity": "Capacity", "total": "TOTAL", "yg_places": "Places",
    "surplus": "Surplus (+) or deficit (-)", "places_basis": "Places rest on", "reliability": "Reliability",
}
"""Headings of the tables that members read, instead of our own names of the columns."""

BASES = {
    "yg_places": "year-group places", "pan": "PAN carried up", "capacity": "capacity shared out", "roll": "a guess from the roll",
}
YEAR = "year"
WHOLE = "the whole authority"


def for_workbook(tables: Mapping[str, pd.DataFrame], names: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table with the year in words beside `ay`, and the area's name beside its code; members' tables in plain words."""
    return {name: _members(table) if name.endswith("_schools") else _named(table, names) for name, table in tables.items()}


def _named(table: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """Put the year in words after `ay`, and the planning area's name after its code."""
    shown = table.copy()
    if "ay" in shown:
        shown.insert(shown.columns.get_loc("ay") + 1, YEAR, [ay_label(int(ay)) for ay in shown["ay"]])
    if "planning_area_code" in shown and "planning_area_name" not in shown:
        called = {AUTHORITY: WHOLE} | dict(zip(names["planning_area_code"], names["planning_area_name"], strict=True))
        at = shown.columns.get_loc("planning_area_code") + 1
        shown.insert(at, "planning_area_name", [called.get(code, "") for code in shown["planning_area_code"]])
    return shown


def _members(table: pd.DataFrame) -> pd.DataFrame:
    """A table for members: the year in words, what places rest on in words, plain headings."""
    shown = table.assign(
        ay=[ay_label(int(ay)) for ay in table["ay"]],
        places_basis=[", ".join(BASES.get(basis, basis) for basis in str(told).split(", ")) for told in table["places_basis"]],
    )
    return shown.rename(columns={**MEMBERS, "ay": "Year"})
