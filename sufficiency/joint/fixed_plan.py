"""A capital plan held fixed while the future differs from the one that it was made for: who finds a place, and how far he goes.

Method. A plan says of each cohort of an area (by point of entry and September) which share of its children is placed at home and
which in which area next door. In another future, of the children of a cohort who lack a place that year, the same shares seek the
same places. At home they find as many as the plan adds there; next door as many as stand empty once that area's own children are
seated, shared among all who come in proportion to how many ask. Who finds none where the plan would send him takes a place that
the plan adds at home and nobody has taken. The rest is short. Nothing is decided anew, so that a plan is never flattered by what
it could have done had it known. Cohorts of which the plan says nothing have the mean shares of their area, and where it says
nothing of the area, its home.

Travel is that of the children whom the plan serves: kilometres one way by the plan's own mean for the cohort and place, and the
cost of home to school transport of those who are placed next door beyond walking distance, in thousands of pounds a year.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.balance import need, spare
from sufficiency.intervals.fitting import GROUPS, OF_PHASE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NEEDED = ("plan", "plan_placed", "capital_adds", "capital_schemes", "capital_sites", "capital_groups", "capital_links")
"""The tables of a run from which a fixed plan is read."""


@dataclass(frozen=True)
class FixedPlan:
    """What a plan adds, and the shares by which it serves."""

    adds: Floats            # [year, area, nc_year] places added, below 0 taken away
    home: Floats            # [year, area, nc_year] share of those who lack a place who are placed at home
    home_km: Floats         # [year, area, nc_year] km one way of who is placed there
    origin: Ints            # [way] area from which
    target: Ints            # [way] area next door to which
    away: Floats            # [way, year, nc_year] share
    away_km: Floats         # [way, year, nc_year]
    transport: Floats       # [way, year, nc_year] thousands of pounds a child and year

    def of(self, areas: Sequence[int], groups: slice) -> FixedPlan:
        """The part of it that is about some areas, which count anew from 0, and year groups."""
        at = {a: i for i, a in enumerate(areas)}
        pairs = zip(self.origin.tolist(), self.target.tolist(), strict=True)
        ways = [i for i, ends in enumerate(pairs) if set(ends) <= at.keys()]
        origin, target = (np.array([at[int(a)] for a in end[ways]], dtype="int64") for end in (self.origin, self.target))
        adds, home, home_km = (each[:, areas, groups] for each in (self.adds, self.home, self.home_km))
        away, away_km, transport = (each[ways][..., groups] for each in (self.away, self.away_km, self.transport))
        return FixedPlan(adds, home, home_km, origin, target, away, away_km, transport)


@dataclass(frozen=True)
class Served:
    """What a fixed plan does for a block of futures, every array [draw, year, area, nc_year]."""

    lacking: Floats         # before the plan
    short: Floats           # with it
    home: Floats            # placed at home
    away: Floats            # placed next door
    km: Floats              # kilometres one way of all who are placed, by the area where they live
    transport: Floats       # thousands of pounds


def fixed_plan(tables: Mapping[str, pd.DataFrame], codes: Sequence[str], phases: Sequence[str],
               years: Sequence[int]) -> FixedPlan:
    """Read a plan from the tables of a run (NEEDED) for these planning areas and years; childcare is left out."""
    at = {code: i for i, code in enumerate(codes)}
    shape = (len(years), len(codes), GROUPS)
    site_area = dict(zip(tables["capital_sites"]["site_id"], tables["capital_sites"]["area_code"], strict=True))
    ways = _ways(tables, site_area, at)
    pairs = sorted({(row.origin, row.target) for row in ways[ways["kind"] == "next_door"].itertuples()})
    home, home_km = np.zeros(shape), np.zeros(shape)
    away, away_km, transport = (np.zeros((len(pairs), len(years), GROUPS)) for _ in range(3))
    cohorts = _Cohorts(ways, pairs)
    for a, phase in enumerate(phases):
        points = sorted({ENTRY_YEAR[phase], *cohorts.points.get(a, ())})
        for y, ay in enumerate(years):
            for g in range(*OF_PHASE[phase].indices(GROUPS)):
                entry = max((p for p in points if p <= g), default=points[0])
                told = cohorts.of(a, entry, ay - (g - entry))
                home[y, a, g], home_km[y, a, g] = told.home, told.home_km
                for way, share, km, cost in told.away:
                    away[way, y, g], away_km[way, y, g], transport[way, y, g] = share, km, cost
    ends = np.array(pairs, dtype="int64").reshape(len(pairs), 2)
    return FixedPlan(_adds(tables, site_area, at, years, shape), home, home_km, ends[:, 0], ends[:, 1], away, away_km, transport)


def _adds(tables: Mapping[str, pd.DataFrame], site_area: Mapping[str, str], at: Mapping[str, int], years: Sequence[int],
          shape: tuple[int, int, int]) -> Floats:
    """Places that the chosen schemes add: [year, area, nc_year]."""
    chosen = tables["plan"][tables["plan"]["chosen"].astype("bool")]
    schemes = tables["capital_schemes"][["scheme_id", "site_id"]]
    rows = chosen[["scheme_id", "opens_ay"]].merge(schemes, on="scheme_id").merge(tables["capital_adds"], on="scheme_id")
    area = rows["site_id"].map(site_area).map(at)
    rows = rows.assign(area=area, year=rows["opens_ay"].astype("int64") + rows["after"] - years[0])
    rows = rows[rows["area"].notna() & rows["year"].between(0, len(years) - 1) & rows["nc_year"].between(0, GROUPS - 1)]
    added = np.zeros(shape)
    index = (rows["year"].to_numpy("int64"), rows["area"].to_numpy("int64"), rows["nc_year"].to_numpy("int64"))
    np.add.at(added, index, rows["places"].to_numpy("float64"))
    return added


def _ways(tables: Mapping[str, pd.DataFrame], site_area: Mapping[str, str], at: Mapping[str, int]) -> pd.DataFrame:
    """Who is placed where: origin, target (areas), entry, intake_ay, kind, children, km, transport; one row a cohort and site."""
    placed = tables["plan_placed"]
    links = tables["capital_links"]
    seated = set(links.loc[links["seats"].gt(0), "group_id"]) if "seats" in links else set()  # who has a seat lacks none
    placed = placed[placed["children"].gt(0) & ~placed["group_id"].isin(seated)].merge(links, on=["group_id", "site_id"])
    rows = placed.merge(tables["capital_groups"][["group_id", "area_code", "phase"]], on="group_id")
    rows = rows[rows["phase"].isin(list(ENTRY_YEAR)) & rows["area_code"].isin(list(at))]
    rows = rows.assign(target=rows["site_id"].map(site_area).map(at), origin=rows["area_code"].map(at))
    rows = rows[rows["target"].notna()].astype({"target": "int64", "origin": "int64"})
    ends = rows["group_id"].str.rsplit(":", n=2, expand=True) if len(rows) else pd.DataFrame({1: [], 2: []})
    return rows.assign(entry=ends[1].astype("int64"), intake_ay=ends[2].astype("int64"))


@dataclass(frozen=True)
class _Cohort:
    """Where the children of one cohort go: the share at home with its km, and of each way next door share, km and cost."""

    home: float = 1.0
    home_km: float = 0.0
    away: tuple[tuple[int, float, float, float], ...] = ()


class _Cohorts:
    """The shares of cohorts, and the mean ones of areas for cohorts that have none."""

    def __init__(self, ways: pd.DataFrame, pairs: Sequence[tuple[int, int]]) -> None:
        self._way = {pair: i for i, pair in enumerate(pairs)}
        self.points = {int(a): {int(e) for e in part["entry"]} for a, part in ways.groupby("origin")}
        at_home = ways[ways["kind"] == "home"]
        total = float(at_home["children"].sum())
        self._nowhere = _Cohort(home_km=float((at_home["children"] * at_home["km"]).sum()) / total if total > 0 else 0.0)
        self._cohort = {(int(a), int(e), int(ay)): self._shares(part)
                        for (a, e, ay), part in ways.groupby(["origin", "entry", "intake_ay"])}
        self._area = {int(a): self._shares(part) for a, part in ways.groupby("origin")}

    def of(self, area: int, entry: int, intake_ay: int) -> _Cohort:
        """Where a cohort goes."""
        return self._cohort.get((area, entry, intake_ay), self._area.get(area, self._nowhere))

    def _shares(self, part: pd.DataFrame) -> _Cohort:
        whole = float(part["children"].sum())
        weighed = part.assign(km=part["km"] * part["children"], transport=part["transport"] * part["children"])
        sums = weighed.groupby(["kind", "origin", "target"])[["children", "km", "transport"]].sum()
        home, home_km, away = 0.0, self._nowhere.home_km, []
        for (kind, origin, target), row in sums.iterrows():
            children = float(row["children"])
            if kind == "home":
                home, home_km = children / whole, float(row["km"]) / children
            else:
                way = self._way[int(origin), int(target)]
                away.append((way, children / whole, float(row["km"]) / children, float(row["transport"]) / children))
        return _Cohort(home, home_km, tuple(away))


def served(plan: FixedPlan, pupils: Floats, places: Floats) -> Served:
    """Hold a plan to a block of futures: pupils [draw, year, area, nc_year]; places the same, or without the draw.

    Where places are not known everything is missing.
    """
    lacking = need(pupils, places)
    beyond = need(pupils, places + np.minimum(plan.adds, 0.0)) - lacking        # who loses a place that the plan takes away
    added = np.maximum(plan.adds, 0.0)
    home = np.minimum(lacking * plan.home, added)
    km, away, transport = home * plan.home_km, np.zeros_like(home), np.zeros_like(home)
    room = spare(pupils, places + plan.adds)
    asked = np.zeros_like(home)
    for way, (origin, target) in enumerate(zip(plan.origin, plan.target, strict=True)):
        asked[:, :, target] += lacking[:, :, origin] * plan.away[way]
    granted = np.divide(np.minimum(room, asked), asked, out=np.zeros_like(asked), where=asked > 0)
    for way, (origin, target) in enumerate(zip(plan.origin, plan.target, strict=True)):
        goes = lacking[:, :, origin] * plan.away[way] * granted[:, :, target]
        away[:, :, origin] += goes
        km[:, :, origin] += goes * plan.away_km[way]
        transport[:, :, origin] += goes * plan.transport[way]
    late = np.minimum(np.maximum(lacking - home - away, 0.0), added - home)
    home += late
    km += late * plan.home_km
    return Served(lacking, np.maximum(lacking - home - away, 0.0) + beyond, home, away, km, transport)


def as_bytes(plan: FixedPlan) -> bytes:
    """A plan as one file of arrays."""
    memory = io.BytesIO()
    np.savez(memory, **{field.name: getattr(plan, field.name) for field in fields(FixedPlan)})
    return memory.getvalue()


def from_bytes(data: bytes) -> FixedPlan:
    """Read a plan back."""
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return FixedPlan(**{field.name: stored[field.name] for field in fields(FixedPlan)})


