"""Vintages: every forecast that would have been made, beside what came; kept as made and never rewritten.

A vintage is all that one method forecast from one January. Its rows say what was expected in each year, of each level, phase and
year group, and what came:

- *authority*: its pupils by year group, held against its own published roll, or its schools' added up where that has a gap;
- *dfe*: phases as the DfE's scorecards measure them (C9), planning areas added up to the authority, held against the count on the
  scorecard where there is one, else against the authority's roll; here stand the authority's own past returns too;
- *planning_area* and *school*: where the census by school is known both when the forecast was made and in the year forecast. A
  school that has followed another since counts as the same; one that has gone without a successor is left out, and its children
  still count in its planning area.

A row without `nc_year` is the phase as a whole.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import HORIZON, PHASE_OF
from sufficiency.assumptions import years_ahead
from sufficiency.backtesting.past_januaries import counted_by_authority, counted_by_schools, summed
from sufficiency.forecast.predecessors import ancestry

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence
    from sufficiency.model import Forecast

COLUMNS = ["vintage_id", "origin", "ay", "horizon", "level", "code", "phase", "nc_year", "method", "forecast", "actual"]
OWN_RETURN = "own_return"
RETURNS = {1: "error_one_year", 3: "error_three_year"}      # years ahead -> column of the scorecards
NOBODY = 0.5                # children; a forecast of fewer expects nobody
DIGITS = 12
AREA_PHASE_OF = {g: phase.replace("sixth_form", "secondary") for g, phase in PHASE_OF.items()}


@dataclass(frozen=True)
class Came:
    """What came, as it is known today."""

    authority: pd.DataFrame         # ay, nc_year, actual
    areas: pd.DataFrame             # ay, code, nc_year, actual; only years of which the census by school is known
    schools: pd.DataFrame           # ay, code, nc_year, actual; code: the school's number today
    cards: Mapping[tuple[str, int], float]      # (phase, ay) -> pupils on the scorecard
    today: Mapping[str, str]        # a school's number -> its number today

    @property
    def years(self) -> tuple[int, ...]:
        """Academic years in which anything is known of what came."""
        return tuple(sorted({*self.authority["ay"], *(ay for _, ay in self.cards)}))


def what_came(evidence: Evidence, members: pd.DataFrame) -> Came:
    """Gather what came; members: urn, phase, planning_area_code of today's schools."""
    today = ancestry(evidence).heirs(frozenset(members["urn"]))
    schools = counted_by_schools(evidence)
    schools["code"] = schools["urn"].map(today).fillna(schools["urn"])
    area = {(urn, phase): code for urn, phase, code in members[["urn", "phase", "planning_area_code"]].itertuples(index=False)}
    of_area = schools.assign(code=[
        area.get((code, AREA_PHASE_OF[g]), "") for code, g in zip(schools["code"], schools["nc_year"], strict=True)])
    cards = evidence.scorecards
    cards = cards[(cards["la_code"] == evidence.authority.code) & (cards["actual"] > 0)]
    return Came(
        counted_by_authority(evidence, schools), summed(of_area[of_area["code"] != ""], ["ay", "code", "nc_year"]),
        summed(schools, ["ay", "code", "nc_year"]),
        {(str(c.phase), int(c.actual_ay)): float(c.actual) for c in cards.itertuples()}, today)


def vintage_rows(made: Forecast, came: Came, method: str, assumptions: Assumptions, known_as: str, *,
                 schools: bool) -> pd.DataFrame:
    """One vintage (COLUMNS): a forecast beside what came. schools: whether planning areas and schools are told apart in it.

    known_as: what names the input and the program, such as the run's id; it goes into the vintage's own id.
    """
    origin, code = made.evidence.authority.base_year, made.evidence.authority.code
    ahead = years_ahead(assumptions)
    levels = {"authority": _beside(_long(made.projection.authority, ""), came.authority.assign(code=""))}
    if schools:
        phases = dict(zip(made.frame.names["planning_area_code"], made.frame.names["phase"], strict=True))
        areas = _long(made.projection.pupils, "planning_area_code")
        areas = areas[areas["code"].map(phases) == areas["nc_year"].map(AREA_PHASE_OF)]
        levels["planning_area"] = _beside(areas, came.areas, both=True)
        each = _long(made.projection.schools, "urn")
        each["code"] = each["code"].map(came.today).fillna(each["code"])
        each = each.groupby(["ay", "code", "nc_year"], as_index=False)["forecast"].sum()
        levels["school"] = _beside(each, came.schools, present=True)
    parts = [rows.assign(level=level, code=rows["code"] if level in ("planning_area", "school") else code)
             for level, single in levels.items() for rows in (single, _whole_phases(single))]
    parts.append(_as_the_dfe(made, came).assign(level="dfe", code=code))
    table = pd.concat(parts, ignore_index=True)
    table["phase"] = table["phase"].fillna(table["nc_year"].map(PHASE_OF))
    table["horizon"] = table["ay"] - origin
    table = table[table["horizon"].between(1, table["phase"].map(ahead)) & table["actual"].notna()]
    table = table.assign(origin=origin, method=method, vintage_id=vintage_id(known_as, origin, method))
    return table[COLUMNS].sort_values(["level", "code", "ay", "phase", "nc_year"], ignore_index=True)


def vintage_id(known_as: str, origin: int, method: str) -> str:
    """The name of a vintage: a hash of what went in, the January it was made from, and the method."""
    return hashlib.sha256(f"{known_as}/{origin}/{method}".encode()).hexdigest()[:DIGITS]


def _long(array: xr.DataArray, name: str) -> pd.DataFrame:
    """The central run as rows: ay, code, nc_year, forecast."""
    table = array.isel(draw=0).reset_coords(drop=True).to_series().rename("forecast").reset_index()
    return table.assign(code="") if not name else table.rename(columns={name: "code"})


def _beside(forecast: pd.DataFrame, actual: pd.DataFrame, *, both: bool = False, present: bool = False) -> pd.DataFrame:
    """Put what came beside the forecast: ay, code, nc_year, phase, forecast, actual.

    both: where one of the two has nobody, that is none (in years that are known); present: of codes alone that are there in that
    year. Else a year group that is not known stays missing.
    """
    keys = ["ay", "code", "nc_year"]
    forecast = forecast.astype({"code": "str"})
    table = forecast.merge(actual.astype({"code": "str"}), on=keys, how="outer" if both else "left", indicator=True)
    if both or present:
        known = set(zip(actual["ay"], actual["code"], strict=True)) if present else set(actual["ay"])
        where = zip(table["ay"], table["code"], strict=True) if present else table["ay"]
        table = table[np.array([w in known for w in where], dtype="bool") & table["ay"].isin(forecast["ay"]).to_numpy()]
        table["actual"] = table["actual"].mask(table["_merge"] == "left_only", 0.0)
        table["forecast"] = table["forecast"].fillna(0.0)
        table = table[(table["forecast"] > 0) | (table["actual"] != 0)]
    table["phase"] = table["nc_year"].map(PHASE_OF)
    return table[[*keys, "phase", "forecast", "actual"]].astype({"nc_year": "float64"})


def _whole_phases(rows: pd.DataFrame) -> pd.DataFrame:
    """Phases added up; missing where a year group that the forecast expects children in is not known."""
    rows = rows.assign(lacking=rows["actual"].isna() & (rows["forecast"] >= NOBODY), known=rows["actual"].notna())
    groups = rows.groupby(["ay", "code", "phase"], as_index=False)
    table = groups.agg(forecast=("forecast", "sum"), actual=("actual", "sum"), lacking=("lacking", "any"), known=("known", "any"))
    table["actual"] = table["actual"].where(~table["lacking"] & table["known"])
    return table.assign(nc_year=np.nan).drop(columns=["lacking", "known"])


def _as_the_dfe(made: Forecast, came: Came) -> pd.DataFrame:
    """Phases as the scorecards measure them: planning areas added up, against the card's count, else the authority's roll."""
    added = _long(made.projection.pupils.sum("planning_area_code"), "")
    whole = _whole_phases(_beside(added, came.authority.assign(code="")))
    whole = whole[whole["phase"].isin(HORIZON)]
    counted = pd.Series([came.cards.get((p, ay), np.nan) for p, ay in zip(whole["phase"], whole["ay"], strict=True)], whole.index)
    return whole.assign(actual=counted.fillna(whole["actual"]))


def own_returns(evidence: Evidence, assumptions: Assumptions, known_as: str) -> pd.DataFrame:
    """The authority's own past returns as the scorecards tell them (COLUMNS): the forecast is what came times 1 + error."""
    cards = evidence.scorecards
    cards = cards[(cards["la_code"] == evidence.authority.code) & (cards["actual"] > 0)]
    rows = []
    code = evidence.authority.code
    for card in cards.itertuples():
        for horizon, column in RETURNS.items():
            error, origin = float(getattr(card, column)), int(card.actual_ay) - horizon
            if not np.isnan(error):
                rows.append((vintage_id(known_as, origin, OWN_RETURN), origin, int(card.actual_ay), horizon, "dfe", code,
                             str(card.phase), np.nan, OWN_RETURN, card.actual * (1 + error), card.actual))
    table = pd.DataFrame(rows, columns=COLUMNS)
    ahead = table["phase"].map(years_ahead(assumptions)) if len(table) else table["horizon"]
    return table[table["horizon"] <= ahead].reset_index(drop=True)
