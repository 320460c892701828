"""Past errors of the product's own method on the panel of many authorities, and on the schools of one city.

Each authority is a workspace of the thinnest kind (its roll by year group and its births), taken back to the census of January
origin + 1 and to the births that were published then, and sent through the projection that every run uses. Authorities with a
whole history only; Januaries up to 2023, so that later ones stay unseen. Schools: pupils of Year 7 to 11 (ages 11 to 15) of the
mainstream schools that had four censuses on end under one name, in one planning area, without knowledge of births or of the
primary schools.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from make_pooled import births, rolls

from planning_areas.school_year import NC_YEARS, PHASE_YEARS
from sufficiency.areas import AreaFrame
from sufficiency.assumptions import Assumptions
from sufficiency.children import project
from sufficiency.evidence import TABLES, Authority, Evidence, empty

CODE, AREA = "999", "S"
NAMES = ["planning_area_code", "phase", "planning_area_name"]
BORN_BEFORE = 2             # the latest cohort published at an origin began so many Septembers before
SCHOOLS = "birmingham_school_age_panel_2010_2022_halfA.csv.gz"
MAINSTREAM = ("State-funded primary", "State-funded secondary", "State - unknown")
AGES = range(11, 16)        # at the September before, Year 7 to 11
CENSUSES = 4                # on end, that a school is forecast from
SMALLEST = 100              # pupils of a school that is looked at


def authority_errors(folder: Path, method: str, origins: Sequence[int], prefix: str = "training_las",
                     every: int = 1) -> pd.DataFrame:
    """Forecast and actual pupils by authority, origin, horizon and year group: who, origin, horizon, nc_year, forecast, actual.

    every: take one authority in so many.
    """
    roll, codes = rolls(folder, prefix)
    born = births(folder, prefix)
    parts = []
    for la in _whole(roll)[::every]:
        mine, gss = roll.loc[la], codes[la]
        for origin in origins:
            known = {c: n for c, n in born[gss].items() if origin - len(NC_YEARS) <= c <= origin - BORN_BEFORE}
            expected = _authority(mine.loc[:origin], known, gss, origin, method)
            parts += [_held_against(la, origin, ay, expected.loc[ay], mine.loc[ay])
                      for ay in mine.index if origin < ay <= expected.index[-1]]
    return pd.concat(parts, ignore_index=True)


def _whole(roll: pd.DataFrame) -> list[str]:
    """Authorities with a whole history."""
    ays = roll.index.get_level_values("ay").nunique()
    sound = (roll.notna() & (roll > 0)).all(axis=1).groupby(level=0).agg(["all", "size"])
    return [str(la) for la in sound.index[sound["all"] & (sound["size"] == ays)]]


def _held_against(who: str, origin: int, ay: int, expected: pd.Series, came: pd.Series) -> pd.DataFrame:
    groups = came.index[came.notna()]
    return pd.DataFrame({"who": who, "origin": origin, "horizon": ay - origin, "nc_year": groups,
                         "forecast": expected[groups].to_numpy("float64"), "actual": came[groups].to_numpy("float64")})


def _authority(roll: pd.DataFrame, born: Mapping[int, float], gss: str, base: int, method: str) -> pd.DataFrame:
    """Pupils expected of an authority without schools, [ay, nc_year]."""
    counts = roll.stack().rename("pupils").reset_index().set_axis(["ay", "nc_year", "pupils"], axis=1)     # noqa: PD013
    tables = {name: empty(name) for name in TABLES}
    tables["authority_roll"] = counts.assign(la_code=CODE, symbol="")[list(tables["authority_roll"].columns)]
    tables["births"] = pd.DataFrame([(gss, c, n, "cohort") for c, n in born.items()], columns=list(tables["births"].columns))
    names = pd.DataFrame([(f"{CODE}-{p}", p, p) for p in ("primary", "secondary")], columns=NAMES)
    return _projected(Evidence(Authority(CODE, "Panel", gss, base), tables), [], {}, names, method)


def _projected(evidence: Evidence, urns: list[str], history: Mapping[str, Mapping[int, Sequence[float]]], names: pd.DataFrame,
               method: str) -> pd.DataFrame:
    """Pupils expected: [ay, nc_year] of the authority, or [(urn, ay), nc_year] of schools of Year 7 to 11."""
    first, last = PHASE_YEARS["secondary"][0], PHASE_YEARS["secondary"][-1]
    schools = pd.DataFrame([(u, u, first, last, 0.0, 0.0, "") for u in urns], columns=[
        "urn", "school_name", "nc_year_low", "nc_year_high", "easting", "northing", "open_date"])
    members = pd.DataFrame([(u, "secondary", AREA, "") for u in urns], columns=["urn", *NAMES[1::-1], "basis"]).astype("str")
    rows = [(u, ay, first + i, n) for u, years in history.items() for ay, row in years.items() for i, n in enumerate(row)]
    past = pd.DataFrame(rows, columns=["urn", "ay", "nc_year", "pupils"])
    past = past.astype({"urn": "str", "ay": "int64", "nc_year": "int64", "pupils": "float64"})
    frame = AreaFrame(names, members, {}, None, pd.DataFrame(), ())
    made = project(evidence, schools, past, frame, replace(Assumptions(), method=method))
    array = made.schools if urns else made.authority
    table = array.isel(draw=0).reset_coords(drop=True).to_series().unstack("nc_year")       # noqa: PD010
    return table.swaplevel().sort_index() if urns else table


def school_errors(folder: Path, origins: Sequence[int]) -> pd.DataFrame:
    """The same of schools: who, origin, horizon, nc_year, forecast, actual."""
    table = pd.read_csv(folder / SCHOOLS)
    table = table[table["my_categories"].isin(MAINSTREAM) & table["age"].isin(AGES)].assign(ay=table["end_period_year"] - 1)
    counts = table.groupby(["school", "ay", "age"])["count"].sum().unstack()     # noqa: PD010
    counts = counts[counts.notna().all(axis=1) & (counts.sum(axis=1) > SMALLEST)].set_axis(PHASE_YEARS["secondary"], axis=1)
    there = set(counts.index)
    first = min(ay for _, ay in there)
    names = pd.DataFrame([(AREA, "secondary", AREA)], columns=NAMES)
    parts = []
    for origin in origins:
        years = range(max(first, origin - CENSUSES + 1), origin + 1)
        kept = [s for s in sorted({s for s, _ in there}) if all((s, ay) in there for ay in years)]
        urns = {f"{100_000 + i}": school for i, school in enumerate(kept)}
        past = {u: {ay: counts.loc[(s, ay)].tolist() for ay in years} for u, s in urns.items()}
        evidence = Evidence(Authority(CODE, "Panel", "E10000099", origin), {name: empty(name) for name in TABLES})
        expected = _projected(evidence, list(urns), past, names, "plain")
        parts += [_held_against(s, origin, ay, expected.loc[(u, ay)], counts.loc[(s, ay)])
                  for u, s in urns.items() for ay in range(origin + 1, expected.index[-1][1] + 1) if (s, ay) in there]
    return pd.concat(parts, ignore_index=True)


def of_phases(level: str, errors: pd.DataFrame) -> pd.DataFrame:
    """Errors of phase totals, as `calibrate` takes them: who, origin, level, phase, horizon, size, error."""
    phases = {g: phase for phase in ("primary", "secondary") for g in PHASE_YEARS[phase]}
    rows = errors.assign(phase=errors["nc_year"].map(phases)).dropna(subset=["phase"])
    sums = rows.groupby(["who", "origin", "phase", "horizon"])[["forecast", "actual"]].sum().reset_index()
    out = sums["forecast"] / sums["actual"] - 1
    return sums.assign(level=level, size=sums["forecast"], error=out).drop(columns=["forecast", "actual"])


def log_errors(errors: pd.DataFrame) -> pd.DataFrame:
    """Logarithms of forecast over actual, [(who, origin, horizon), nc_year]."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        logs = np.log(errors["forecast"] / errors["actual"])
    return errors.assign(log=logs).pivot_table(index=["who", "origin", "horizon"], columns="nc_year", values="log")
