"""Schools of the county: how many, of which kind and size, where, and what they were before they became academies.

Each primary planning area has as many places in Reception as its children of recent years and some to spare, shared among
schools of the usual sizes, from ten places a year in a village to three forms of entry in a town. Secondary planning areas are
a town, or part of the country round it. The stories fix the schools that they need.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sufficiency.example import cast
from sufficiency.example.births import COHORTS, IN_STATE_SCHOOLS
from sufficiency.example.names import primary_name, quarter_names, secondary_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.example.births import Children
    from sufficiency.example.land import Land

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PRIMARY_SCHOOLS, SECONDARY_SCHOOLS = 280, 45
SECONDARY_AREAS = (3, 3, 3, 3, 3, 3, 2)         # in each district: the town, and one or two parts of the country
SIZES = (10, 15, 20, 30, 45, 60, 90)            # places a year at entry of a primary school
SECONDARY_STEP = 15
SPARE = (0.06, 0.20)                            # places beyond the children of recent years, least and most
SPARE_AS_TOLD = {0: 0.30, cast.SHORT_AREA: 0.05, 2: 0.30, cast.POPULAR_AREA - 1: 0.24, cast.POPULAR_AREA + 1: 0.24,
                 **dict.fromkeys(cast.BULGE_AREAS, 0.22)}
SECONDARY_SPARE = 0.12
STAY_IN_COUNTY = 0.95                           # of Year 6, for whom places in Year 7 are built
SIXTH_FORMS = 22
COLUMNS = ["kind", "area", "secondary_area", "district", "small_area", "pan", "low", "high", "part"]


@dataclass(frozen=True)
class Schools:
    """The mainstream schools, one row each, and the secondary planning area of each primary one.

    table: urn, laestab, name, kind (primary, infant, junior, secondary, all_through), area, secondary_area (-1 for none),
    district, small_area, easting, northing, pan (at the lowest year of entry), pan_7, low, high (year groups), sixth_form,
    popularity, part (in which story), type, faith, nursery, opened (date), former_urn.
    """

    table: pd.DataFrame
    secondary_of: Ints                  # [primary area]

    def playing(self, part: str) -> Ints:
        """Row numbers of the schools that play a part."""
        found: Ints = np.flatnonzero(self.table["part"] == part)
        return found


def build_schools(seed: int, land: Land, children: Children) -> Schools:
    """Build the schools of the county for its children."""
    rng = np.random.default_rng([seed, 4])
    secondary_of = _secondary_areas(land)
    rows = [*_primaries(rng, land, children), *_secondaries(rng, land, children, secondary_of)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["pan_7"] = np.where(table["kind"].isin(["secondary", "all_through"]), table["pan"], 0)
    table.loc[table["kind"] == "all_through", "pan"] = 60
    point = land.points[table["small_area"]] + rng.uniform(-110, 110, (len(table), 2))
    table["easting"], table["northing"] = np.rint(point[:, 0]).astype("int64"), np.rint(point[:, 1]).astype("int64")
    table["popularity"] = rng.normal(0, 0.25, len(table))
    table["sixth_form"] = _sixth_forms(table)
    table.loc[table["sixth_form"], "high"] = 13
    table = _governed(rng, table)
    return Schools(_named(rng, table, land), secondary_of)


def _secondary_areas(land: Land) -> Ints:
    """Number the secondary planning area of each primary one: the town of a district first, then the country round it."""
    of = np.zeros(len(land.area_names), dtype="int64")
    first = 0
    for d, many in enumerate(SECONDARY_AREAS):
        town = np.flatnonzero((land.area_district == d) & land.area_in_town)
        country = np.flatnonzero((land.area_district == d) & ~land.area_in_town)
        of[town] = first
        for n, part in enumerate(np.array_split(country, many - 1)):
            of[part] = first + 1 + n
        first += many
    return of


def _demand(land: Land, children: Children, cohorts: range) -> Floats:
    """Children of a usual year by primary planning area."""
    at = [c - COHORTS.start for c in cohorts]
    mean = children.kids[at].mean(axis=0) * IN_STATE_SCHOOLS
    found: Floats = np.bincount(land.area, mean, minlength=len(land.area_names)).astype("float64")
    return found


def shared_out(total: int, weights: Floats, least: int) -> Ints:
    """Share a number out in proportion, each getting at least so many."""
    exact = weights / weights.sum() * (total - least * len(weights))
    down: Ints = np.floor(exact).astype("int64")
    order = np.argsort(down - exact, kind="stable")
    down[order[: total - least * len(weights) - down.sum()]] += 1
    down += least
    return down


def _primaries(rng: np.random.Generator, land: Land, children: Children) -> list[tuple[object, ...]]:
    """Primary, infant and junior schools, and the primary half of the all-through school, area by area."""
    demand = _demand(land, children, range(cast.BASE - 11, cast.BASE - 4))
    fixed = {cast.POPULAR_AREA: len(cast.POPULAR_PANS)}
    others = np.array([a not in fixed for a in range(len(demand))])
    numbers = np.zeros(len(demand), dtype="int64")
    weights = (demand * np.where(land.area_in_town, 0.8, 1.25))[others]
    numbers[others] = shared_out(PRIMARY_SCHOOLS - sum(fixed.values()), weights, 4)
    rows: list[tuple[object, ...]] = []
    for a, number in enumerate(numbers):
        if a == cast.POPULAR_AREA:
            pans = list(cast.POPULAR_PANS)
        else:
            drawn = rng.uniform(*SPARE)
            spare = SPARE_AS_TOLD.get(a, drawn)
            entering = int(number) - (a in cast.PAIR_AREAS)
            begun = {cast.FALLING_AREA: list(cast.FALLING_PANS)}.get(a, [])
            begun = begun + [60] * (a in cast.PAIR_AREAS) + [60] * (a == cast.ALL_THROUGH_AREA)
            pans = _sizes(rng, demand[a] * (1 + spare), entering + (a == cast.ALL_THROUGH_AREA), begun, town=land.area_in_town[a])
        rows += _area_rows(rng, land, a, pans)
    return rows


def _sizes(rng: np.random.Generator, places: float, number: int, begun: list[int], *, town: bool) -> list[int]:
    """Sizes of the schools of an area: from the smallest, one drawn at a time made larger, until there are places enough."""
    fixed, least = len(begun), SIZES.index(30 if town else 15)
    steps = [SIZES.index(size) for size in begun] + [least] * (number - fixed)
    while sum(SIZES[s] for s in steps) < places - 5 and min(steps[fixed:]) < len(SIZES) - 1:
        grow = fixed + int(rng.integers(number - fixed))
        steps[grow] = min(steps[grow] + 1, len(SIZES) - 1)
    while sum(SIZES[s] for s in steps) > places + 10 and max(steps[fixed:]) > 0:
        shrink = fixed + int(np.argmax(steps[fixed:]))
        steps[shrink] -= 1
    return [SIZES[s] for s in steps[:fixed]] + sorted((SIZES[s] for s in steps[fixed:]), reverse=True)


def _area_rows(rng: np.random.Generator, land: Land, a: int, pans: list[int]) -> list[tuple[object, ...]]:
    """Place the schools of an area: the first near its middle, each in a place of its own while there are any."""
    mine = np.flatnonzero(land.area == a)
    near = np.argsort(np.hypot(*(land.points[mine] - land.area_centres[a]).T), kind="stable")
    where = np.resize(mine[near], len(pans) + 1)
    d, many = int(land.area_district[a]), len(pans)
    kinds, parts = ["primary"] * many, [""] * many
    if a in cast.PAIR_AREAS:
        kinds[0] = "infant"
        parts[0] = "pair" if a == cast.PAIR_AREA else ""
    if a == cast.ALL_THROUGH_AREA:
        kinds[0] = "through"
    roles = {cast.SHORT_AREA: ["short"] * many, cast.POPULAR_AREA: ["popular", "full", "full"],
             cast.FALLING_AREA: ["academy", "rural"], cast.MOBILE_AREA: ["mobile"], cast.NEW_SCHOOL_AREA: ["", "new"],
             cast.MERGED_AREA: ["merged"], cast.BULGE_AREAS[0]: ["bulge", "bulge"], cast.BULGE_AREAS[1]: ["", "bulge"]}
    for n, part in enumerate(roles.get(a, [])):
        parts[n] = part
    pans = [60 if part in ("new", "merged") else pan for pan, part in zip(pans, parts, strict=True)]
    if a == cast.FALLING_AREA:      # the small school lies well out in the country
        where[1] = mine[near[-1]]
    rows: list[tuple[object, ...]] = []
    for n, pan in enumerate(pans):
        if kinds[n] == "through":       # stands with the secondary schools
            continue
        high = 2 if kinds[n] == "infant" else 6
        rows.append((kinds[n], a, -1, d, int(where[n]), pan, 0, high, parts[n]))
        if kinds[n] == "infant":
            rows.append(("junior", a, -1, d, int(where[n]), pan, 3, 6, parts[n]))
    return rows


def _secondaries(rng: np.random.Generator, land: Land, children: Children, secondary_of: Ints) -> list[tuple[object, ...]]:
    """Secondary schools and the all-through school, by secondary planning area."""
    year_6 = _demand(land, children, range(cast.BASE - 16, cast.BASE - 11))
    demand: Floats = (np.bincount(secondary_of, year_6) * STAY_IN_COUNTY).astype("float64")
    rows: list[tuple[object, ...]] = []
    for s, number in enumerate(shared_out(SECONDARY_SCHOOLS, demand, 1)):
        areas = np.flatnonzero(secondary_of == s)
        d = int(land.area_district[areas[0]])
        town = bool(land.area_in_town[areas[0]])
        share = rng.uniform(0.8, 1.2, int(number))
        pans = demand[s] * (1 + SECONDARY_SPARE) * share / share.sum()
        parts = _secondary_parts(d, int(number), town=town)
        for n in range(int(number)):
            a = int(areas[n % len(areas)])
            if parts[n] == "border":
                a = int(areas[np.hypot(*(land.area_centres[areas] - land.city).T).argmin()])
            mine = np.flatnonzero(land.area == a)
            towards = land.city if parts[n] == "border" else land.area_centres[a]
            rank = 0 if parts[n] == "border" else min(3, len(mine) - 1)
            where = int(mine[np.argsort(np.hypot(*(land.points[mine] - towards).T), kind="stable")[rank]])
            through = town and a == cast.ALL_THROUGH_AREA and n == 0
            drawn = round(pans[n] / SECONDARY_STEP) * SECONDARY_STEP
            pan = {"sixth": cast.SIXTH_YEAR_GROUP, "border": cast.BORDER_PAN}.get(parts[n], drawn)
            kind = "all_through" if through else "secondary"
            rows.append((kind, a if through else -1, s, d, where, pan, 0 if through else 7, 11, parts[n]))
    return rows


def _secondary_parts(d: int, number: int, *, town: bool) -> list[str]:
    """Which parts the secondary schools of an area play: in towns the bulge and the sixth form, in the country the border."""
    if town and d == cast.BULGE_DISTRICT:
        return ["bulge_secondary"] * number
    first = "sixth" if town and d == cast.SIXTH_DISTRICT else "border" if not town and d == cast.BORDER_DISTRICT else ""
    return [first] + [""] * (number - 1)


def _sixth_forms(table: pd.DataFrame) -> pd.Series:
    """About half of the secondary schools have a sixth form: the larger ones, and the one that plays that part."""
    upper = table["kind"].isin(["secondary", "all_through"])
    rank = table["pan_7"].where(upper & table["part"].ne("sixth")).rank(ascending=False, method="first")
    return (rank <= SIXTH_FORMS - 1) | table["part"].eq("sixth")


def _governed(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Say of each school who runs it, since when, and whether it has a church or a nursery class."""
    n = len(table)
    upper = table["kind"].isin(["secondary", "all_through"]).to_numpy()
    chance = rng.random(n)
    academy = (chance < np.where(upper, 0.8, 0.45)) | table["part"].isin(["academy", "popular", "sixth"]).to_numpy()
    academy &= ~table["part"].isin(["rural", "new", "merged"]).to_numpy()
    sponsored = academy & (rng.random(n) < 0.15)
    church = rng.random(n)
    faith = np.where(upper | (church > 0.3), "", np.where(church < 0.22, "ce", "rc"))
    faith = np.where(table["part"].isin(["rural"]), "ce", np.where(table["part"].isin(["new", "merged"]), "", faith))
    kinds = np.where(sponsored, "Academy sponsor led", np.where(academy, "Academy converter", "Community school"))
    maintained_church = ~academy & (faith != "")
    kinds = np.where(maintained_church, np.where(faith == "rc", "Voluntary aided school", "Voluntary controlled school"), kinds)
    kinds = np.where(table["part"] == "new", "Free schools", kinds)
    year = np.where(chance < 0.1, rng.integers(cast.BASE - 3, cast.BASE + 1, n), rng.integers(2011, cast.BASE - 3, n))
    month = np.where(rng.random(n) < 0.8, 9, 4)
    opened = [f"{y + (m == 4)}-{m:02d}-01" if a else "" for a, y, m in zip(academy, year, month, strict=True)]
    table = table.assign(type=kinds, faith=faith, nursery=(rng.random(n) < 0.5) & (table["low"] == 0).to_numpy(), opened=opened)
    table.loc[table["part"] == "new", "opened"] = f"{cast.BASE}-09-01"
    table.loc[table["part"] == "merged", "opened"] = f"{cast.MERGED_AY}-09-01"
    table.loc[table["part"].isin(["academy", "popular", "sixth"]), "opened"] = "2014-09-01"
    return table


def _named(rng: np.random.Generator, table: pd.DataFrame, land: Land) -> pd.DataFrame:
    """Give every school its numbers and its name; one name has an apostrophe, one a comma, one a letter with an accent."""
    quarters = {d: list(quarter_names(rng, 30)) for d in range(len(land.towns))}
    villages = list(land.villages)
    names: list[str] = []
    seen = [0] * len(land.towns)
    twin = ""
    for row in table.itertuples():
        town = land.towns[row.district]
        if row.kind in ("secondary", "all_through"):
            place = town if seen[row.district] < 4 else villages.pop()
            names.append(secondary_name(place, seen[row.district]))
            seen[row.district] += 1
            continue
        if row.kind == "junior":
            place = twin
        else:
            place = f"{town} {quarters[row.district].pop()}" if land.area_in_town[row.area] else villages.pop()
        twin = place
        kind = row.kind if row.kind in ("infant", "junior") else "primary"
        names.append(primary_name(place, row.faith, kind, academy=row.type.startswith("Academy")))
    ordinary = np.flatnonzero((table["kind"] == "primary") & (table["part"] == "") & (table["pan"] <= 30))[:3]
    three = [villages.pop() for _ in range(5)]
    names[ordinary[0]] = f"{three[0]} St Oswin's Primary School"
    names[ordinary[1]] = f"{three[1]}, {three[2]} and {three[3]} Primary School"
    names[ordinary[2]] = f"{three[4]} Sainte Thérèse Primary School"
    upper = table["kind"].isin(["secondary", "all_through"]).to_numpy()
    within = np.where(upper, 4_001 + np.cumsum(upper), 2_000 + np.cumsum(~upper))
    table = table.assign(name=names, urn=[f"{990_001 + i}" for i in range(len(table))],
                         laestab=[f"{cast.LA_CODE}{number}" for number in within])
    has_former = table["type"].str.startswith("Academy")
    table["former_urn"] = np.where(has_former, [f"{980_001 + i}" for i in range(len(table))], "")
    return table
