"""Make the rulebook's pooled ratios and births anew from a folder of many authorities' censuses and births.

    python benchmarks/make_pooled.py FOLDER --prefix training_las > sufficiency/rulebook/pooled_ratios.toml

FOLDER holds `<prefix>_pupils_by_ncyear_*.csv` (old_la_code, new_la_code, time_period, nc_year, headcount) and
`<prefix>_births_lad_*.csv` (gss_code, date, annual_births: births in the twelve months up to a date). Authorities without a whole
history are left out. Means are of logarithms.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np
import pandas as pd

from planning_areas.school_year import RECEPTION, cohort_from_mid_years, cohort_in

GROUPS = {"reception": 0} | {f"year_group_{g}": g for g in range(1, 15)}
STATUTORY = list(range(12))
HEAD = """\
# What became of children from one January to the next in the mean of many authorities: births to Reception, then Year 1 to
# Year 11, each for the year group below a year earlier; and the births of the same authorities by the September in which the
# cohort begins. It is the common part of every authority's history, from which its own is told (forecast/levels.py). A
# history of few changes leans on it for what was before; one census alone has no ratio of its own, and this does not stand in.
#
# Geometric means over {n} authorities in England with whole histories, state-funded primary and secondary schools.
# Made from: DfE, Schools, pupils and their characteristics, January censuses 2012 to 2023 (OGL v3.0); births by ONS and, between
# its dates, GLA modelled estimates (OGL v3.0). Evidence: [D], derived by us with benchmarks/make_pooled.py.

unit = "children for each child of the year group below a year earlier; the first of each list for each birth"
source_url = "https://explore-education-statistics.service.gov.uk/find-statistics/school-pupils-and-their-characteristics"
source_date = "2023-06-08"
evidence = "D"
"""


def rolls(folder: Path, prefix: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Pupils by authority, academic year and year group, and the ONS code of each authority."""
    frame = pd.read_csv(next(folder.glob(f"{prefix}_pupils_by_ncyear_*.csv")), dtype={"old_la_code": "str"})
    frame = frame.assign(ay=frame["time_period"].astype("str").str[:4].astype("int64"), nc_year=frame["nc_year"].map(GROUPS))
    frame = frame.dropna(subset=["nc_year"]).astype({"nc_year": "int64"})
    roll = frame.pivot_table(index=["old_la_code", "ay"], columns="nc_year", values="headcount", aggfunc="sum", min_count=1)
    codes = frame.drop_duplicates("old_la_code", keep="last").set_index("old_la_code")["new_la_code"]
    return roll, {str(la): str(gss) for la, gss in codes.items()}


def whole(roll: pd.DataFrame) -> list[str]:
    """Authorities with a whole history: every year, every year group from Reception to Year 11."""
    ays = roll.index.get_level_values("ay").nunique()
    sound = (roll[STATUTORY] > 0).all(axis=1).groupby(level=0).agg(["all", "size"])
    return [str(la) for la in sound.index[sound["all"] & (sound["size"] == ays)]]


def births(folder: Path, prefix: str) -> dict[str, dict[int, float]]:
    """Births by ONS code and cohort: of twelve months to 31 August where given, else re-cut from mid-years."""
    frame = pd.read_csv(next(folder.glob(f"{prefix}_births_lad_*.csv")), parse_dates=["date"])
    return {str(gss): _cohorts({d: float(b) for d, b in zip(rows["date"], rows["annual_births"], strict=True)})
            for gss, rows in frame.groupby("gss_code")}


def _cohorts(annual: dict[pd.Timestamp, float]) -> dict[int, float]:
    found = {}
    for cohort in range(1990, 2040):
        exact = annual.get(pd.Timestamp(cohort + 1, 9, 1))
        mids = [annual.get(pd.Timestamp(cohort + k, 7, 1)) for k in (1, 2)]
        if exact is not None:
            found[cohort] = exact
        elif mids[0] is not None and mids[1] is not None:
            found[cohort] = cohort_from_mid_years(mids[0], mids[1])
    return found


def main() -> None:
    """Print the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prefix", default="training_las")
    given = parser.parse_args()
    roll, codes = rolls(given.folder, given.prefix)
    born = births(given.folder, given.prefix)
    ays = sorted(roll.index.get_level_values("ay").unique())
    kept = whole(roll)
    roll = roll[STATUTORY]
    print(HEAD.format(n=len(kept)) + "\n[ratios]")
    for before, ay in itertools.pairwise(ays):
        logs = []
        for la in kept:
            old, new = roll.loc[(la, before)].to_numpy(), roll.loc[(la, ay)].to_numpy()
            logs.append(np.log(np.r_[new[0] / born[codes[la]][cohort_in(RECEPTION, ay)], new[1:] / old[:-1]]))
        print(f"{ay} = [{', '.join(f'{ratio:.4f}' for ratio in np.exp(np.mean(logs, axis=0)))}]")
    print("\n[births]")
    for cohort in sorted(set.intersection(*(set(born[codes[la]]) for la in kept))):
        print(f"{cohort} = {np.exp(np.mean([np.log(born[codes[la]][cohort]) for la in kept])):.1f}")


if __name__ == "__main__":
    main()
