"""The projection by itself against its limit of 100 milliseconds: an invented county, and Nottinghamshire where it can be had.

The county has 330 schools (30 pairs of infant and junior schools, 45 secondary schools with and without sixth forms, five of them
for all ages), 40 primary and 20 secondary planning areas, 500 small areas, five school censuses and 18 cohorts of births. Where
SUFFICIENCY_DATA is set the real workspace is loaded too, and only `project` is timed. Prints the median of several, and the time
of the processor beside it, which a busy machine does not stretch; ends with 1 where the limit is passed. `--profile` shows where
the time goes.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse

from planning_areas.lookup import Lookup
from sufficiency.areas.areas import AreaFrame, draw_areas
from sufficiency.assumptions import Assumptions
from sufficiency.children import Projection, project
from sufficiency.estate.places import places_open
from sufficiency.estate.schools import mainstream, roll_with_history
from sufficiency.evidence import TABLES, Authority, Evidence, empty

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 0.1
TIMES = 9
SEED = 2022
BASE = 2022
SIDE = 50_000.0         # metres
KINDS = (("infant", 30, 0, 2), ("junior", 30, 3, 6), ("primary", 225, 0, 6), ("all-through", 5, 0, 11), ("secondary", 15, 7, 11),
         ("sixth form", 25, 7, 13))


def county() -> Callable[[], Projection]:
    """Draw the county and give the call that projects it."""
    luck = np.random.default_rng(SEED)
    kinds = [(low, high) for _, n, low, high in KINDS for _ in range(n)]
    schools = pd.DataFrame(kinds, columns=["nc_year_low", "nc_year_high"])
    schools["urn"] = [str(100_000 + i) for i in range(len(schools))]
    schools["easting"], schools["northing"] = luck.uniform(0, SIDE, (2, len(schools)))
    schools["school_name"], schools["open_date"] = schools["urn"], ""
    members = pd.concat([_members(schools, "primary", 40, schools["nc_year_low"] < 7),
                         _members(schools, "secondary", 20, schools["nc_year_high"] > 6)], ignore_index=True)
    names = members[["planning_area_code", "phase"]].drop_duplicates().assign(planning_area_name="an area")
    small = tuple(f"E01{i:06d}" for i in range(500))
    homes = {phase: _homes(luck, small, tuple(sorted(names.loc[names["phase"] == phase, "planning_area_code"])))
             for phase in ("primary", "secondary")}
    frame = AreaFrame(names.reset_index(drop=True), members, homes, None, pd.DataFrame(), ())
    tables = {name: empty(name) for name in TABLES}
    cohorts = np.arange(BASE - 16, BASE + 2)
    ages = np.arange(20)
    tables["births"] = pd.DataFrame({
        "area_code": np.repeat(small, len(cohorts)), "cohort": np.tile(cohorts, len(small)),
        "births": luck.poisson(20, len(small) * len(cohorts)).astype("float64"), "basis": "cohort"})
    tables["population"] = pd.DataFrame({
        "lsoa_code": np.repeat(small, len(ages)), "year": BASE - 2, "age": np.tile(ages, len(small)),
        "persons": luck.poisson(20, len(small) * len(ages)).astype("float64")})
    evidence = Evidence(Authority("999", "County", "E10000099", BASE), tables)
    history = _history(luck, schools)
    places = history[history["ay"].eq(BASE) & history["nc_year"].lt(12)].drop(columns="ay").merge(
        pd.DataFrame({"ay": np.arange(BASE, BASE + 8)}), how="cross").rename(columns={"pupils": "yg_places"}).assign(basis="pan")
    return lambda: project(evidence, schools, history, frame, Assumptions(), places)


def _members(schools: pd.DataFrame, phase: str, areas: int, served: pd.Series) -> pd.DataFrame:
    """Put the schools of a phase into areas, strips of the county from west to east."""
    mine = schools[served].sort_values("easting")
    code = [f"{phase[0].upper()}{i * areas // len(mine):02d}" for i in range(len(mine))]
    return pd.DataFrame({"urn": mine["urn"].to_numpy(), "phase": phase, "planning_area_code": code, "basis": "drawn"})


def _homes(luck: np.random.Generator, small: tuple[str, ...], codes: tuple[str, ...]) -> Lookup:
    """Send the children of each small area to two areas."""
    first = luck.integers(0, len(codes), len(small))
    rows, columns = np.tile(np.arange(len(small)), 2), np.r_[first, (first + 1) % len(codes)]
    shares = scipy.sparse.csr_array((np.repeat([0.8, 0.2], len(small)), (rows, columns)), shape=(len(small), len(codes)))
    return Lookup(small, codes, shares)


def _history(luck: np.random.Generator, schools: pd.DataFrame) -> pd.DataFrame:
    """Draw five censuses: every school has the year groups it serves."""
    years = np.arange(BASE - 4, BASE + 1)
    grid = schools[["urn", "nc_year_low", "nc_year_high"]].merge(pd.DataFrame({"nc_year": np.arange(14)}), how="cross")
    grid = grid[grid["nc_year"].between(grid["nc_year_low"], grid["nc_year_high"])]
    grid = grid.merge(pd.DataFrame({"ay": years}), how="cross")
    mean = np.select([grid["nc_year"] > 11, grid["nc_year"] > 6], [80.0, 180.0], 33.0)
    return grid[["urn", "ay", "nc_year"]].assign(pupils=luck.poisson(mean).astype("float64")).reset_index(drop=True)


def real() -> Callable[[], Projection]:
    """Load the real county and give the call that projects it."""
    from sufficiency.workspace.workspace import load

    loaded = load(ROOT / "tests" / "workspaces" / "nottinghamshire", os.environ)
    evidence, assumptions = loaded.evidence, loaded.assumptions
    schools, _ = mainstream(evidence)
    history, _ = roll_with_history(evidence, schools)
    frame = draw_areas(evidence, schools, assumptions)
    years = range(evidence.authority.base_year, evidence.authority.base_year + assumptions.secondary_years + 1)
    places, _ = places_open(evidence, schools, frame, years, assumptions)
    return lambda: project(evidence, schools, history, frame, assumptions, places)


def main() -> int:
    """Time the projection of each county and say whether it keeps to the limit."""
    counties = {"invented county": county}
    if os.environ.get("SUFFICIENCY_DATA"):
        counties["Nottinghamshire"] = real
    late = 0
    for name, made in counties.items():
        call = made()
        call()      # imports and caches
        took, worked = [], []
        for _ in range(TIMES):
            start, processor = time.perf_counter(), time.process_time()
            call()
            took.append(time.perf_counter() - start)
            worked.append(time.process_time() - processor)
        median = statistics.median(took)
        late += median > LIMIT_SECONDS
        print(f"{name}: projection {median * 1000:.0f} ms (from {min(took) * 1000:.0f} to {max(took) * 1000:.0f}), processor "
              f"{statistics.median(worked) * 1000:.0f} ms, limit {LIMIT_SECONDS * 1000:.0f} ms")
        if "--profile" in sys.argv:
            with cProfile.Profile() as profile:
                call()
            pstats.Stats(profile).sort_stats("cumulative").print_stats(35)
    return int(late > 0)


if __name__ == "__main__":
    sys.exit(main())
