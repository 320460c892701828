"""A finished run opened again, so that all that is told of it comes from its own folder and no file of the workspace is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from scenarios.manifest import MANIFEST
from sufficiency.childcare.findings import Finding
from sufficiency.evidence import Authority, Note, Source
from sufficiency.workspace.workspace_settings import settings_of
from workbench.answers import UserError
from workbench.childcare_view import FINDINGS, HIDDEN_PEOPLE
from workbench.disclosure import NotProtectedError
from workbench.plan_charts import plan_charts
from workbench.plan_view import WHY
from workbench.publish_run import leaving
from workbench.showing import BACKTEST
from workbench.waterfall import charts_of

if TYPE_CHECKING:
    from scenarios.runs import Run
    from sufficiency.assumptions import Assumptions
    from workbench.charts import Chart
    from workbench.disclosure import Release

SHAPES = ("areas", "districts", "wards")


@dataclass(frozen=True)
class StoredRun:
    """A finished run: its exact tables and shapes, its settings and sources, and what it says of childcare and of its plan."""

    run: Run
    authority: Authority
    assumptions: Assumptions
    tables: Mapping[str, pd.DataFrame]
    areas: gpd.GeoDataFrame | None
    districts: gpd.GeoDataFrame | None
    wards: gpd.GeoDataFrame | None
    notes: tuple[Note, ...]
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]       # as they were published with the run: hidden areas are left out already
    why: Mapping[str, Any]              # what is known of each scheme; empty without a plan

    @property
    def named(self) -> str:
        """The run's id, and its scenario where it is not the base."""
        scenario = self.run.manifest["scenario"]
        return f"{self.run.run_id}, scenario: {scenario['name']}" if scenario["changes"] else self.run.run_id


def stored(run: Run) -> StoredRun:
    """Open a run's folder; a backtest and a run of an older version, which lack what is told, are refused by name."""
    told = run.manifest
    if told.get("kind") == BACKTEST or "authority" not in told or "balance" not in run.tables:
        raise UserError(f"{run.folder} is no run of a workspace", "give a run that `sufficiency run` made")
    settings = {**told["assumptions"], **told["scenario"].get("settings", {})}
    assumptions, problems = settings_of(json.loads(json.dumps(settings)))
    if assumptions is None or problems:
        raise EvidenceError([*problems, Problem(
            MANIFEST, expected=f"run {run.run_id} has settings that this version does not know",
            advice="run the workspace again, or publish it with the version that made it")])
    tables = {name: run.table(name) for name in run.tables if name not in (*SHAPES, HIDDEN_PEOPLE)}
    shapes = {name: gpd.read_parquet(run.folder / f"{name}.parquet") for name in SHAPES if name in run.tables}
    found = _json(run, FINDINGS).get("findings", [])
    authority = Authority(**{**told["authority"], "districts": tuple(told["authority"]["districts"])})
    return StoredRun(
        run, authority, assumptions, tables, shapes.get("areas"), shapes.get("districts"), shapes.get("wards"),
        tuple(Note(**one) for one in told["notes"]), tuple(Source(**one) for one in told["inputs"]),
        tuple(Finding(**one) for one in found), _json(run, WHY))


def _json(run: Run, name: str) -> dict[str, Any]:
    path = run.folder / name
    found = json.loads(path.read_text(encoding="utf-8")) if name in run.manifest["outputs"] else {}
    return dict(found)


def release_of(told: StoredRun) -> Release:
    """The one release of a run from which everything is cut; raises NotProtectedError where anything hidden can be worked out.

    It has to hide the very people that the run hid when it was made, else the two together would tell more than either.
    """
    release = leaving(told)
    if HIDDEN_PEOPLE in told.run.tables:
        then, now = (set(people.itertuples(index=False, name=None))
                     for people in (told.run.table(HIDDEN_PEOPLE), release.people()))
        if then != now:
            raise NotProtectedError(
                f"run {told.run.run_id} hid {len(then)} groups of people and this version would hide {len(now)}, not the same "
                "ones: run the workspace again and publish that run; nothing was published")
    return release


def charts_of_run(told: StoredRun, release: Release) -> dict[str, Chart]:
    """The charts of a run: what its forecast is made of, and its plan."""
    return {**charts_of(release.tables, told.authority.name, told.authority.base_year),
            **plan_charts(release.tables, told.why, told.authority.name)}
