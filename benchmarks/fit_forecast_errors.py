"""Make the rulebook's forecast errors anew from the panel of many authorities and of one city's schools, or print their coverage.

    python benchmarks/fit_forecast_errors.py FOLDER > sufficiency/rulebook/forecast_errors.toml
    python benchmarks/fit_forecast_errors.py FOLDER --coverage

Widths are the quantiles of `sufficiency.intervals.calibration`, on the forecasts of all Januaries and of all but each in turn,
for the backtest. Histories cut short say how much wider they must be where little is known. The streams are moments of the
errors of single year groups, and only their sizes beside one another count, since the widths set the scale. `--coverage` prints
how many bands held what came, each January left out of the calibration in turn: pooled, by January, and by thirds of the size of
the roll; and how well an authority's own errors serve, by how many Januaries there are and by the setting `pooling`.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from panel_errors import authority_errors, errors_of, log_errors, origins_of, school_errors

from sufficiency.backtesting.past_januaries import FEWEST_CHANGES
from sufficiency.forecast.levels import METHODS
from sufficiency.intervals.calibration import CHANCES, FURTHEST, calibrate
from sufficiency.intervals.coverage import coverage, inside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sufficiency.intervals.calibration import Errors

    Power = Callable[[int], float]

SCHOOL_ORIGINS = range(2011, 2021)
STEPS = {"primary": range(1, 7), "secondary": range(8, 12)}
HORIZONS = 3            # years ahead whose coverage is printed
BIRTHS_KNOWN = 3        # Receptions ahead whose births are known
KEYS = ["who", "origin", "level", "phase", "horizon"]
POOLING = (0.0, 2.0, 5.0, 10.0, 20.0, 50.0, 1e9)
HEAD = """\
# How far forecasts were out: widths that held what came with a chance of {chances}, year by year ahead, as logarithms for a very
# large roll; for a roll of n pupils in the phase they are sqrt(1 + kappa / n) times as wide (intervals/calibration.py).
# `left_out` has the same without the forecasts of one January, named by its academic year: for the backtest, whose bands must not
# have seen the January that they are tried on. `short`: times as wide, by years ahead, where no change from one January to the
# next is known, one, and two.
# Authorities: {authorities} with whole histories, each forecast from {januaries} Januaries ({first} to {last}) by the projection
# that every run uses, held against every census up to January 2023. Schools: {schools} mainstream secondary schools of
# Birmingham, {sixth} of them with a sixth form, from {school_januaries} Januaries; they stand in for primary schools and for
# planning areas of their size, which no published panel has.
# `streams` are the sizes of what may go otherwise, beside one another: standard deviations of logarithms in a year.
#   births: a cohort that is not born yet, for each such year; births_level, transfers_level: drift of the ratio of a year of
#   entry, for each year ahead; births_new, transfers_new: chance of one year's entry; survival: a level misjudged, the same in
#   every year; migration: what a year does to all year groups alike; migration_own: to one of them.
# Made from: DfE, Schools, pupils and their characteristics, January censuses 2010 to 2023, and births by ONS and GLA (OGL v3.0).
# Evidence: [D], derived by us with benchmarks/fit_forecast_errors.py. Streams of sixth forms: [U], their widths are measured.

source_url = "https://explore-education-statistics.service.gov.uk/find-statistics/school-pupils-and-their-characteristics"
source_date = "2023-06-08"
evidence = "D"
default = "{default}"
"""


def main() -> None:
    """Print the file, or the coverage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--methods", nargs="+", default=[METHODS[0]])
    given = parser.parse_args()
    januaries = origins_of(given.folder)
    found = {method: (authority_errors(given.folder, method, januaries), school_errors(given.folder, method, SCHOOL_ORIGINS))
             for method in given.methods}
    if given.coverage:
        for method, both in found.items():
            print_coverage(method, joined(*both))
            print_pooling(errors_of("authority", both[0]))
        return
    authorities, schools = found[given.methods[0]]
    sixth = schools[schools["nc_year"] > STEPS["secondary"][-1]]
    print(HEAD.format(chances=", ".join(f"{c:g}" for c in CHANCES), authorities=authorities["who"].nunique(),
                      schools=schools["who"].nunique(), sixth=sixth["who"].nunique(), januaries=len(januaries),
                      first=januaries[0] + 1, last=januaries[-1] + 1, school_januaries=len(SCHOOL_ORIGINS),
                      default=given.methods[0]))
    print_streams(log_errors(authorities), log_errors(schools))
    for method, both in found.items():
        cut = {c: joined(authority_errors(given.folder, method, januaries, changes=c),
                         school_errors(given.folder, method, SCHOOL_ORIGINS, c + 1)) for c in range(FEWEST_CHANGES)}
        print_widths(method, joined(*both), cut)


def joined(authorities: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Errors of phase totals of authorities and of schools."""
    return pd.concat([errors_of("authority", authorities), errors_of("school", schools)], ignore_index=True)


def print_widths(method: str, errors: pd.DataFrame, cut: Mapping[int, pd.DataFrame]) -> None:
    """Print a method's widths, without each January in turn, and what short histories cost."""
    short = {changes: _longer(errors, mine) for changes, mine in cut.items()}
    for (level, phase), found in calibrate(errors).errors.items():
        mine = errors[(errors["level"] == level) & (errors["phase"] == phase)]
        print(f'\n[[{method}]]\nlevel = "{level}"\nphase = "{phase}"\norigins = {found.origins}')
        print("\n".join(_figures(found)))
        print(f"short = [{', '.join(_list(short[c].loc[(level, phase)].tolist()) for c in sorted(short))}]\nleft_out = [")
        for origin in sorted(mine["origin"].unique()):
            one = calibrate(mine[mine["origin"] != origin]).errors[level, phase]
            print(f"    {{ origin = {origin}, {', '.join(_figures(one))} }},")
        print("]")


def _figures(found: Errors) -> tuple[str, str, str]:
    return (f"kappa = {found.kappa:.0f}", f"widths = [{', '.join(_list(row) for row in found.widths)}]",
            f"mean = {_list(found.mean)}")


def _list(values: Sequence[float]) -> str:
    return "[" + ", ".join(f"{value:.4g}" for value in values) + "]"


def _longer(errors: pd.DataFrame, cut: pd.DataFrame) -> pd.DataFrame:
    """How many times as large errors are by a shorter history, [(level, phase), years ahead]; never less than once."""
    both = errors.merge(cut, on=KEYS, suffixes=("", "_cut"))
    logs = both[KEYS].assign(long=np.log1p(both["error"]).abs(), cut=np.log1p(both["error_cut"]).abs())
    sums = logs.groupby(["level", "phase", "horizon"])[["long", "cut"]].sum()
    return (sums["cut"] / sums["long"]).clip(lower=1.0).unstack("horizon").reindex(     # noqa: PD010  keys are single
        columns=range(1, FURTHEST + 1)).ffill(axis=1).round(3)


def print_streams(authority: pd.DataFrame, school: pd.DataFrame) -> None:
    """Print the moments: what grows with the square of the years ahead is a level misjudged, with the years is new each year."""
    print("[streams]")
    horizon = authority.index.get_level_values("horizon")
    for phase, groups in STEPS.items():
        one = authority.loc[horizon == 1, list(groups)].to_numpy()
        own = one.var(axis=1, ddof=1).mean()
        inside = {h: authority.loc[horizon == h, [g for g in groups if g - h >= groups[0] - 1]].to_numpy() for h in range(1, 6)}
        squares = {h: (rows ** 2).mean() for h, rows in inside.items() if rows.size}
        level, new = _two_parts(squares, lambda h: h * h)
        print(f"{phase} = {{ survival = {_sd(level)}, migration = {_sd(new - own)}, migration_own = {_sd(min(own, new))} }}")
    births = {h: (authority.loc[horizon == h, 0] ** 2).mean() for h in range(1, 8)}
    drift, new = _two_parts({h: births[h] for h in range(1, BIRTHS_KNOWN + 1)}, lambda h: h, lambda h: 1)
    unknown = np.mean([(births[h] - new - h * drift) / (h - BIRTHS_KNOWN) for h in range(BIRTHS_KNOWN + 1, 8)])
    print(f"births = {{ births = {_sd(unknown)}, births_level = {_sd(drift)}, births_new = {_sd(new)} }}")
    fed = {h: (authority.loc[horizon == h - 1, 6] ** 2).mean() if h > 1 else 0.0 for h in range(1, 8)}
    year_7 = {h: (authority.loc[horizon == h, 7] ** 2).mean() - fed[h] for h in range(1, 8)}
    drift, new = _two_parts(year_7, lambda h: h, lambda h: 1)
    print(f"transfers = {{ transfers_level = {_sd(drift)}, transfers_new = {_sd(new)} }}")
    print("sixth_form = { transfers_level = 0.03, transfers_new = 0.05, survival = 0.01, migration_own = 0.03 }")
    ahead = school.index.get_level_values("horizon")
    usual = {h: (school.loc[ahead == h, 7].abs().quantile(0.8) / 1.2816) ** 2 for h in range(1, 6)}
    drift, new = _two_parts(usual, lambda h: h, lambda h: 1)
    step = (school.loc[ahead == 1, range(8, 12)].abs().to_numpy())
    print(f"school = {{ transfers_level = {_sd(drift)}, transfers_new = {_sd(new)}, "
          f"migration_own = {np.nanquantile(step, 0.8) / 1.2816:.4f} }}")


def _two_parts(squares: dict[int, float], grows: Power, other: Power = lambda h: h) -> tuple[float, float]:
    """Two amounts, neither below nought, so that grows(h) * one + other(h) * two comes nearest to the squares in proportion."""
    from scipy.optimize import nnls
    h = sorted(squares)
    sides = np.array([[grows(k) / squares[k], other(k) / squares[k]] for k in h])
    found, _ = nnls(sides, np.ones(len(h)))
    return float(found[0]), float(found[1])


def _sd(square: float) -> str:
    return f"{math.sqrt(max(0.0, square)):.4f}"


def print_coverage(method: str, errors: pd.DataFrame) -> None:
    """Print the share of bands that held what came, over all origins and by origin, each left out of the calibration in turn."""
    near = errors[errors["horizon"] <= HORIZONS]
    held = coverage(near, lambda origin: calibrate(near[near["origin"] != origin])).set_index(["level", "phase", "horizon"])
    shares = ["inside_80", "inside_95"]
    pooled, by_origin = held[held["origin"].isna()], held[held["origin"].notna()]
    print(f"method {method}: per cent of bands that held what came, each January left out of the calibration in turn")
    print((pooled[shares] * 100).round(1).assign(n=pooled["n"]).to_string())
    print("\nhorizons 1 to 3 together")
    weighed = pooled[shares].mul(pooled["n"], axis=0).groupby(["level", "phase"]).sum()
    print((weighed.div(pooled.groupby(["level", "phase"])["n"].sum(), axis=0) * 100).round(1).to_string())
    for share in shares:
        print(f"\n{share} by origin (September before the January)")
        wide = by_origin.set_index("origin", append=True)[share].unstack("origin")      # noqa: PD010  keys are single
        print((wide * 100).round(0).to_string())
    print("\nby thirds of the size of the roll, horizons 1 to 3 together")
    tried = pd.concat([inside(near[near["origin"] == o], calibrate(near[near["origin"] != o])) for o in near["origin"].unique()])
    thirds = tried.groupby(["level", "phase"])["size"].transform(lambda n: pd.qcut(n, 3, labels=["small", "middle", "large"]))
    print((tried.groupby(["level", "phase", thirds], observed=True)[shares].mean() * 100).round(1).to_string())


def print_pooling(errors: pd.DataFrame) -> None:
    """Print how well bands serve that an authority's own past errors draw: interval score against those of many alone.

    Bands of many, without the January that they are tried on, drawn to the errors that the authority had seen by then, and to
    those of all its other Januaries; the score is the width and 2 / alpha of each miss, for the 80 and the 95 % band,
    one to three years ahead (1: as without its own).
    """
    told = []
    for origin in sorted(errors["origin"].unique()):
        many = calibrate(errors[errors["origin"] != origin])
        kinds = {"seen by then": errors["origin"] + errors["horizon"] <= origin, "all others": errors["origin"] != origin}
        for phase, mine in errors[(errors["origin"] == origin) & (errors["horizon"] <= HORIZONS)].groupby("phase"):
            tried = inside(mine, many)
            for kind, known in kinds.items():
                past = errors[known & (errors["phase"] == phase)]
                past = past.assign(own=_relative(past, many.of("authority", str(phase))))
                own = past.groupby("who").agg(own=("own", "mean"), januaries=("origin", "nunique"))
                told.append(tried.merge(own, on="who").assign(kind=kind))
    table = pd.concat(told, ignore_index=True)
    miss = np.abs(np.log1p(table["error"]))
    scores = {}
    for pooling in POOLING:
        factor = np.maximum(table["own"], 0.01) ** (table["januaries"] / (table["januaries"] + pooling))
        scores[f"{pooling:g}"] = sum(
            (2 * wide * factor + 2 / (1 - chance) * np.maximum(0.0, miss - wide * factor)) / wide.mean()
            for chance, wide in ((0.8, table["half_width_80"]), (0.95, table["half_width_95"])))
    bands = pd.cut(table["januaries"], [0, 2, 4, 10], labels=["1 to 2", "3 to 4", "5 and more"]).rename("own Januaries")
    mean = pd.DataFrame(scores).groupby([table["kind"], table["phase"], bands], observed=True).mean()
    print("\nInterval score by the setting `pooling`, against bands of many authorities alone")
    print(mean.div(mean[f"{POOLING[-1]:g}"], axis=0).round(3).to_string())


def _relative(rows: pd.DataFrame, found: Errors) -> pd.Series:
    """Errors as they are to those of many authorities."""
    ahead = np.minimum(rows["horizon"].to_numpy("int64"), FURTHEST) - 1
    return np.abs(np.log1p(rows["error"])) / np.sqrt(1 + found.kappa / rows["size"]) / found.mean[ahead]


if __name__ == "__main__":
    main()
