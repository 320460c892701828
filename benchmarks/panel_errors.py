"""Past errors of the product's own method on the panel of many authorities, and on the schools of one city.

Each authority is a workspace of the thinnest kind (its roll by year group and its births), taken back to the census of January
origin + 1 and to the births that were published then, and sent through the projection that every run uses. Authorities with a
whole history only, Januaries with `FEWEST_CHANGES` behind them; no target is later than January 2023.

Schools: Year 7 to 11 (ages 11 to 15), and 12 and 13 where there is a sixth form, of the mainstream schools that had four censuses
on end under one name, taken as one planning area of a town without births and primary schools: the product's own method, but for
the roll of the authority and the births that it has elsewhere. Who enters Year 7 is told by the schools' own latest entries.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from make_pooled import births, rolls, whole

from sufficiency.areas.areas import without_small_areas
from sufficiency.assumptions import Assumptions
from sufficiency.backtesting.as_known import as_known
from sufficiency.backtesting.backtest import authority_alone
from sufficiency.backtesting.past_januaries import FEWEST_CHANGES
from sufficiency.children import project
from sufficiency.evidence import TABLES, Authority, Evidence, empty
from sufficiency.intervals.own_errors import held_against, of_phases, whole_authority

CODE, AREA = "999", "S"
LAST = 2022                 # academic year of the latest census that anything is held against
AHEAD = {"primary": 7, "secondary": 7, "sixth_form": 7}
SCHOOLS = "birmingham_school_age_panel_2010_2022_halfA.csv.gz"
MAINSTREAM = ("State-funded primary", "State-funded secondary", "State - unknown")
YEAR_7, YEAR_11, YEAR_13 = 7, 11, 13
AGE_OF_YEAR = 4             # a year group's number and this make the age at the September before
CENSUSES = 4                # on end, that a school is forecast from
SMALLEST = 100              # pupils of a school that is looked at


def many(folder: Path, prefix: str = "training_las", every: int = 1) -> Iterator[tuple[str, Evidence]]:
    """Every authority with a whole history, or one in so many, as evidence."""
    roll, codes = rolls(folder, prefix)
    born = births(folder, prefix)
    for la in whole(roll)[::every]:
        counts = {int(ay): {int(g): float(n) for g, n in row.items()} for ay, row in roll.loc[la].loc[:LAST].iterrows()}
        yield la, authority_alone(la, la, codes[la], LAST, counts, born[codes[la]])


def authority_errors(folder: Path, method: str, origins: Sequence[int], prefix: str = "training_las", every: int = 1,
                     changes: int | None = None) -> pd.DataFrame:
    """Forecast and actual pupils by authority, origin, horizon and year group: who, origin, horizon, nc_year, forecast, actual.

    changes: from one January to the next that are left of each history; None: all there are.
    """
    assumptions, parts = Assumptions(method=method), []
    for la, evidence in many(folder, prefix, every):
        roll = evidence.authority_roll
        came = roll.pivot_table(index="ay", columns="nc_year", values="pupils")
        for origin in origins:
            then = as_known(evidence, origin, assumptions.births_lag)
            if changes is not None:
                kept = then.authority_roll[then.authority_roll["ay"] >= origin - changes]
                then = replace(then, tables={**then.tables, "authority_roll": kept})
            parts.append(held_against(came, whole_authority(then, assumptions), origin).assign(who=la))
    return pd.concat(parts, ignore_index=True)


def origins_of(folder: Path, prefix: str = "training_las") -> range:
    """The Januaries of which enough is known, by their academic year: the product's own rule."""
    first = int(rolls(folder, prefix)[0].index.get_level_values("ay").min())
    return range(first + FEWEST_CHANGES, LAST)


def school_errors(folder: Path, method: str, origins: Sequence[int], censuses: int = CENSUSES) -> pd.DataFrame:
    """The same of schools: who, origin, horizon, nc_year, forecast, actual; censuses: on end, so many each is forecast from.

    Whatever their number, the schools are those that had `CENSUSES`.
    """
    counts = _school_rolls(folder)
    there = set(counts.index)
    first = min(ay for _, ay in there)
    parts = []
    for origin in origins:
        years = range(max(first, origin - CENSUSES + 1), origin + 1)
        kept = [s for s in sorted({s for s, _ in there}) if all((s, ay) in there for ay in years)]
        expected = _schools_ahead(counts, kept, years[-censuses:], method)
        for number, school in enumerate(kept):
            mine = counts.loc[school]
            parts.append(held_against(mine, expected.loc[str(100_000 + number)], origin).assign(who=school))
    return pd.concat(parts, ignore_index=True)


def _school_rolls(folder: Path) -> pd.DataFrame:
    """Pupils by year group, [(school, ay), nc_year]; sixth forms are missing where there is none, or in some years only."""
    table = pd.read_csv(folder / SCHOOLS)
    groups = table["age"] - AGE_OF_YEAR
    table = table[table["my_categories"].isin(MAINSTREAM) & groups.between(YEAR_7, YEAR_13)].assign(
        ay=table["end_period_year"] - 1, nc_year=groups)
    counts = table.pivot_table(index=["school", "ay"], columns="nc_year", values="count", aggfunc="sum")
    statutory = counts.loc[:, YEAR_7:YEAR_11]
    counts = counts[statutory.notna().all(axis=1) & (statutory.sum(axis=1) > SMALLEST)]
    sixth = counts.loc[:, YEAR_11 + 1:]
    always = (sixth.notna() & (sixth > 0)).all(axis=1).groupby(level="school").transform("all")
    return pd.concat([statutory.loc[counts.index], sixth.where(always)], axis=1)


def _schools_ahead(counts: pd.DataFrame, kept: Sequence[str], years: range, method: str) -> pd.DataFrame:
    """Pupils expected of schools from the last of these years on: [(urn, ay), nc_year]."""
    urns = [str(100_000 + number) for number in range(len(kept))]
    highest = [int(counts.loc[school].dropna(axis=1, how="all").columns.max()) for school in kept]
    schools = pd.DataFrame([(u, u, YEAR_7, high, 0.0, 0.0, "") for u, high in zip(urns, highest, strict=True)], columns=[
        "urn", "school_name", "nc_year_low", "nc_year_high", "easting", "northing", "open_date"])
    members = pd.DataFrame([(u, "secondary", AREA, "") for u in urns], columns=["urn", "phase", "planning_area_code", "basis"])
    past = [(u, ay, int(g), float(n)) for u, school in zip(urns, kept, strict=True) for ay in years
            for g, n in counts.loc[(school, ay)].dropna().items()]
    history = pd.DataFrame(past, columns=["urn", "ay", "nc_year", "pupils"]).astype({"urn": "str", "ay": "int64"})
    names = pd.DataFrame([(AREA, "secondary", AREA)], columns=["planning_area_code", "phase", "planning_area_name"])
    evidence = Evidence(Authority(CODE, "Panel", "E10000099", years[-1]), {name: empty(name) for name in TABLES})
    made = project(evidence, schools, history, without_small_areas(names, members.astype("str")), Assumptions(method=method))
    pupils = made.schools.isel(draw=0).reset_coords(drop=True).to_series()
    return pupils.unstack("nc_year").swaplevel().sort_index()       # noqa: PD010  keys are single: axes of an array


def errors_of(level: str, groups: pd.DataFrame) -> pd.DataFrame:
    """Errors of phase totals, as `calibrate` takes them: who, origin, level, phase, horizon, size, error."""
    return of_phases(groups, AHEAD).assign(level=level)


def log_errors(errors: pd.DataFrame) -> pd.DataFrame:
    """Logarithms of forecast over actual, [(who, origin, horizon), nc_year]."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        logs = np.log(errors["forecast"] / errors["actual"])
    return errors.assign(log=logs).pivot_table(index=["who", "origin", "horizon"], columns="nc_year", values="log")
