"""Make the rulebook's forecast errors anew from the panel of many authorities and of one city's schools, or print their coverage.

    python benchmarks/fit_forecast_errors.py FOLDER > sufficiency/rulebook/forecast_errors.toml
    python benchmarks/fit_forecast_errors.py FOLDER --coverage

Widths are the quantiles of `sufficiency.calibration`; the streams are moments of the errors of single year groups, and only their
sizes beside one another count, since the widths set the scale. `--coverage` leaves the forecasts of each January out of the
calibration in turn and prints how many of their bands held what came.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import pandas as pd
from panel_errors import authority_errors, log_errors, of_phases, school_errors

from sufficiency.calibration import CHANCES, calibrate
from sufficiency.coverage import coverage
from sufficiency.levels import METHODS

AUTHORITY_ORIGINS, SCHOOL_ORIGINS = range(2012, 2022), range(2011, 2021)
STEPS = {"primary": range(1, 7), "secondary": range(8, 12)}
ENTRIES = {"births": 0, "transfers": 7}
HORIZONS = 3            # years ahead whose coverage is printed
BIRTHS_KNOWN = 3        # Receptions ahead whose births are known
HEAD = """\
# How far forecasts were out: widths that held what came with a chance of {chances}, year by year ahead, as logarithms for a very
# large roll; for a roll of n pupils in the phase they are sqrt(1 + kappa / n) times as wide (see sufficiency/calibration.py).
# Authorities: {authorities} with whole histories, each forecast from {januaries} Januaries ({first} to {last}) by the projection
# that every run uses, held against every census up to January 2023. Schools: {schools} mainstream secondary schools of
# Birmingham, Year 7 to 11, from {school_januaries} Januaries; they stand in for primary schools and for planning areas of their
# size, which no published panel has.
# `streams` are the sizes of what may go otherwise, beside one another: standard deviations of logarithms in a year.
#   births: a cohort that is not born yet, for each such year; births_level, transfers_level: drift of the ratio of a year of
#   entry, for each year ahead; births_new, transfers_new: chance of one year's entry; survival: a level misjudged, the same in
#   every year; migration: what a year does to all year groups alike; migration_own: to one of them.
# Made from: DfE, Schools, pupils and their characteristics, January censuses 2010 to 2023, and births by ONS and GLA (OGL v3.0).
# Evidence: [D], derived by us with benchmarks/fit_forecast_errors.py. Sixth forms and the share of a year of entry: [U].

source_url = "https://explore-education-statistics.service.gov.uk/find-statistics/school-pupils-and-their-characteristics"
source_date = "2023-06-08"
evidence = "D"
default = "{default}"
"""


def main() -> None:
    """Print the file, or the coverage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--methods", nargs="+", default=[METHODS[0]])
    given = parser.parse_args()
    schools = school_errors(given.folder, SCHOOL_ORIGINS)
    authorities = {method: authority_errors(given.folder, method, AUTHORITY_ORIGINS) for method in given.methods}
    if given.coverage:
        for method, errors in authorities.items():
            print_coverage(method, pd.concat([of_phases("authority", errors), of_phases("school", schools)]))
        return
    first = authorities[given.methods[0]]
    print(HEAD.format(chances=", ".join(f"{c:g}" for c in CHANCES), authorities=first["who"].nunique(),
                      schools=schools["who"].nunique(), januaries=len(AUTHORITY_ORIGINS),
                      first=AUTHORITY_ORIGINS[0] + 1, last=AUTHORITY_ORIGINS[-1] + 1,
                      school_januaries=len(SCHOOL_ORIGINS), default=given.methods[0]))
    print_streams(log_errors(first), log_errors(schools))
    for method, errors in authorities.items():
        print_widths(method, pd.concat([of_phases("authority", errors), of_phases("school", schools)]))


def print_widths(method: str, errors: pd.DataFrame) -> None:
    for (level, phase), found in calibrate(errors).errors.items():
        print(f'\n[[{method}]]\nlevel = "{level}"\nphase = "{phase}"\nkappa = {found.kappa:.0f}\norigins = {found.origins}')
        rows = ", ".join("[" + ", ".join(f"{w:.5f}" for w in row) + "]" for row in found.widths)
        print(f"widths = [{rows}]\nmean = [{', '.join(f'{m:.5f}' for m in found.mean)}]")


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


def _two_parts(squares: dict[int, float], grows=lambda h: h * h, other=lambda h: h) -> tuple[float, float]:     # type: ignore[no-untyped-def]
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
    held = coverage(errors[errors["horizon"] <= HORIZONS], calibrate).set_index(["level", "phase", "horizon"])
    shares = ["inside_80", "inside_95"]
    pooled, by_origin = held[held["origin"].isna()], held[held["origin"].notna()]
    print(f"method {method}: per cent of bands that held what came, each January left out of the calibration in turn")
    print((pooled[shares] * 100).round(1).assign(n=pooled["n"]).to_string())
    print("\nhorizons 1 to 3 together")
    weighed = pooled[shares].mul(pooled["n"], axis=0).groupby(["level", "phase"]).sum()
    print((weighed.div(pooled.groupby(["level", "phase"])["n"].sum(), axis=0) * 100).round(1).to_string())
    for share in shares:
        print(f"\n{share} by origin (September before the January)")
        print((by_origin.set_index("origin", append=True)[share].unstack("origin") * 100).round(0).to_string())     # noqa: PD010


if __name__ == "__main__":
    main()
