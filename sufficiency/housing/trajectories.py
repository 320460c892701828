"""When homes are ready: sites' trajectories by financial year re-cut to the academic year whose January census first counts them.

Method (domain brief D5, D3). Planners of housing count homes from April to March. Ready for the academic year y are those
completed from September y - 1 to August y: 7/12 of the financial year y - 1 and 5/12 of the financial year y, so that a home
completed in May 2027 is counted in January 2028. A part of a site is what is alike in it: the homes of one kind. The core of a
forecast are the parts on sites under construction or with full permission; a probability says of each part whether it is built.

Windfall is the homes on no known site. Where the table lists windfall of past years and none to come, the mean of the last three
goes on as long as the trajectories do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.wording import some
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

EARLIER, SAME = 7 / 12, 5 / 12      # of the financial years y - 1 and y that are ready for the academic year y
PART = ("site_ref", "dwelling_type", "tenure", "bedrooms", "kept_for", "probability", "funded")


@dataclass(frozen=True)
class Parts:
    """The parts of all sites, each a row of `table`, and the homes completed in them by academic year."""

    table: pd.DataFrame     # PART and site_name, status, easting, northing, core; probability filled in
    first: int              # academic year of the first column of `ready`
    ready: Floats           # [part, academic year] homes ready for it
    known: Floats           # [academic year] how much of it the trajectories cover, 0 .. 1

    def at(self, years: range) -> Floats:
        """Homes ready for each of some academic years: [part, year]."""
        return _columns(self.ready, self.first, years)

    def covered(self, years: range) -> Floats:
        """How much of each of some academic years the trajectories cover: [year]."""
        covered: Floats = _columns(self.known[None], self.first, years)[0]
        return covered


def academic_years(by_financial_year: Floats) -> Floats:
    """Re-cut homes by financial year to academic years: [..., n] becomes [..., n + 1], beginning with the same year."""
    shape = (*by_financial_year.shape[:-1], by_financial_year.shape[-1] + 1)
    ready = np.zeros(shape)
    ready[..., :-1] += SAME * by_financial_year
    ready[..., 1:] += EARLIER * by_financial_year
    return ready


def parts_of(sites: pd.DataFrame, base: int, rules: dict[str, Any]) -> Parts:
    """Lay out the parts of all sites by academic year.

    sites: `housing_tables.HousingSites`, at least one row. base: academic year of the latest census. rules: the rulebook of
    housing.
    """
    rows = sites.reset_index(drop=True).assign(probability=_probability(sites.reset_index(drop=True), rules))
    rows["core"] = in_core(sites.reset_index(drop=True), rules)
    key = rows[list(PART)].fillna("").astype("str").agg("\t".join, axis=1)
    number, _ = pd.factorize(key, sort=True)
    first, last = int(rows["financial_year"].min()), int(rows["financial_year"].max())
    grid = np.zeros((int(number.max()) + 1, last - first + 1))
    np.add.at(grid, (number, rows["financial_year"].to_numpy("int64") - first), rows["dwellings"].to_numpy("float64"))
    kept = [*PART, "site_name", "status", "easting", "northing", "core"]
    table = rows.assign(part=number).sort_values(["part", "financial_year"], kind="stable").drop_duplicates("part")[kept]
    grid = _with_windfall(grid, table["status"].eq("windfall").to_numpy("bool"), first, base)
    return Parts(table.reset_index(drop=True), first, academic_years(grid), academic_years(np.ones((1, grid.shape[1])))[0])


def _probability(rows: pd.DataFrame, rules: dict[str, Any]) -> pd.Series:
    """That each row's homes are built: as given, else by planning status."""
    by_status = rows["status"].map({status: rules["probability"][status] for status in rows["status"].unique()})
    return rows["probability"].astype("float64").fillna(by_status.astype("float64"))


def in_core(sites: pd.DataFrame, rules: dict[str, Any]) -> pd.Series:
    """Which rows of a list of sites the core forecast takes whole; sites: `housing_tables.HousingSites`."""
    return _core(sites, sites["probability"].notna().to_numpy("bool"), rules)


def _core(rows: pd.DataFrame, given: Flags, rules: dict[str, Any]) -> pd.Series:
    """Which rows a forecast takes whole: their status is certain, and nobody has called them unlikely."""
    unlikely = given & rows["probability"].lt(rules["probability"]["core_from"]).to_numpy("bool")
    return rows["status"].isin(rules["probability"]["core"]) & ~unlikely


def funded_outside(parts: Parts) -> tuple[Note, ...]:
    """Name the sites whose school places are paid for while their homes are not in the core forecast."""
    table = parts.table
    outside = sorted(set(table.loc[table["funded"].ne("") & ~table["core"], "site_ref"]))
    if not outside:
        return ()
    return (Note("housing_sites", "school places are paid for on sites whose homes are not in the core forecast: "
                 f"{some(outside)}", "their pupils are in no forecast, and so not among hdc_pupils and hif_pupils"),)


def _with_windfall(grid: Floats, windfall: Flags, first: int, base: int) -> Floats:
    """Let past windfall go on at its mean, where none is listed for the years to come: [part, financial year]."""
    now = base - first
    if now <= 0 or now >= grid.shape[1] or grid[windfall][:, now:].any():
        return grid
    going_on = grid.copy()
    going_on[windfall, now:] = grid[windfall][:, max(0, now - 3) : now].mean(axis=1, keepdims=True)
    return going_on


def _columns(values: Floats, first: int, years: range) -> Floats:
    """Columns of some years, nought where there are none."""
    found = np.zeros((len(values), len(years)))
    for k, ay in enumerate(years):
        if 0 <= ay - first < values.shape[1]:
            found[:, k] = values[:, ay - first]
    return found
