"""A finished outcome becomes a run's folder: exact tables as Parquet for us; workbook and map for people, cut from one
release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from maps.sheet import draw
from planning_areas.school_year import ENTRY_YEAR
from scenarios import manifest, runs
from scenarios.manifest import as_json
from sufficiency.balance import summary
from sufficiency.childcare.places_in_reach import TABLE as PLACES
from sufficiency.estate.school_table import school_table
from sufficiency.forecast.made_of import waterfall
from sufficiency.forecast.overrides import KNOWN
from sufficiency.intervals.ranges import summary_with_ranges
from workbench.charts import write_chart
from workbench.childcare_view import FINDINGS, HIDDEN_PEOPLE, childcare_tables, findings_file, findings_of, findings_table
from workbench.childcare_view import SHEETS as CHILDCARE
from workbench.disclosure import protect, refuse_what_can_be_worked_out
from workbench.picture import Picture
from workbench.places_ground import with_ground
from workbench.plan_charts import plan_charts
from workbench.plan_view import SHEETS as PLAN
from workbench.plan_view import WHY, of_plan, plan_sheets
from workbench.release.leaving import without_what_stays
from workbench.release.told import OFFICERS_ALONE, PUBLIC, fewest_of
from workbench.safe_dates import for_sheet, newest_day
from workbench.settings_sheet import differing, settings_table
from workbench.sheets import for_workbook
from workbench.showing import MAP, WORKBOOK
from workbench.views import committee_sheet
from workbench.waterfall import charts_of
from workbench.workbook import Facts, write_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from scenarios.identity import Identity
    from sufficiency.assumptions import Assumptions
    from sufficiency.childcare.findings import Finding
    from sufficiency.evidence import Authority, Note, Source
    from sufficiency.model import Outcome
    from workbench.charts import Chart
    from workbench.disclosure import Release

FOR_PEOPLE = (
    "primary_schools",
    "secondary_schools",
    "summary",
    "authority_range",
    "last_safe_dates",
    "known_intakes",
    "overrides",
    "site_audit",
    "site_years",
    "building",
    "housing_sites",
    "waterfall",
    "accuracy",
    *PLAN,
    "surplus_remedies",
    *CHILDCARE,
    "school_travel",
    "balance",
    "pupils",
    "school_pupils",
    "places",
    "unfilled",
    "homes",
    "made_of",
    "schools",
    "names",
    "ratios",
    "transfers",
    "registrations",
    "diagnostics",
    "settings",
)
"""The sheets of the workbook, in their order: what members read first, the workings last."""

Step = Callable[[str], None]


class Told(Protocol):
    """What people are told of a run is drawn from this: its outcome when it is made, and its folder ever after."""

    @property
    def authority(self) -> Authority:
        """Whose run it is."""

    @property
    def assumptions(self) -> Assumptions:
        """What was assumed."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Its exact tables."""

    @property
    def areas(self) -> gpd.GeoDataFrame | None:
        """The shapes of its planning areas, where it has any."""

    @property
    def districts(self) -> gpd.GeoDataFrame | None:
        """The shapes of its districts, where it has any."""

    @property
    def wards(self) -> gpd.GeoDataFrame | None:
        """The shapes of its wards, where it has any."""

    @property
    def notes(self) -> Sequence[Note]:
        """What bears on its figures."""

    @property
    def sources(self) -> Sequence[Source]:
        """Where its figures come from."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What is to be told of childcare."""


def publish_run(place: Path, identity: Identity, outcome: Outcome, step: Step, scenario: Mapping[str, Any] | None = None) -> Path:
    """Write the run's folder into `place` and return it: tables, workbook, map, and last the manifest.

    scenario: what the manifest says of the scenario; map and workbook name it beside the run. Left out: the base.
    """
    named = f"{identity.run_id}, scenario: {scenario['name']}" if scenario and scenario["changes"] else identity.run_id
    step("Setting out the tables for people")
    release = leaving(outcome)
    findings = findings_of(release, outcome.findings, outcome.authority.base_year, outcome.tables[PLACES])
    release = replace(release, tables={**release.tables, "childcare_findings": findings_table(findings).iloc[:len(
        release.tables["childcare_findings"])]})
    charts = {**charts_of(release.tables, outcome.authority.name, outcome.authority.base_year),
              **plan_charts(release.tables, outcome.capital.why, outcome.authority.name)}
    step("Drawing the map")
    page = draw(committee_sheet(picture_of(outcome, release, named)))
    step("Writing the run")
    frames: dict[str, pd.DataFrame] = dict(outcome.tables)
    frames[HIDDEN_PEOPLE] = release.people()
    shapes = {"areas": outcome.areas, "districts": outcome.districts, "wards": outcome.wards}
    frames |= {name: shape for name, shape in shapes.items() if shape is not None}
    why = {WHY: lambda path: _write_text(path, as_json(outcome.capital.why).decode("utf-8"))} if outcome.capital.why else {}
    told = findings_file(findings, outcome.authority.name, outcome.authority.base_year)
    return runs.save(
        place,
        manifest.facts(identity, outcome.sources, outcome.notes, **({"scenario": dict(scenario)} if scenario else {}), **of_plan(
            outcome.capital.proofs, outcome.assumptions.seed, outcome.assumptions.plan_seconds)),
        frames,
        {
            WORKBOOK: lambda path: write_sheets(release, outcome, named, tuple(charts.values()), path),
            MAP: lambda path: _write_text(path, page),
            FINDINGS: lambda path: _write_text(path, as_json(told).decode("utf-8")),
            **why,
            **_charts(charts),
        },
    )


def leaving(told: Told) -> Release:
    """The one release of a run, for the audience of its settings; raises NotProtectedError where anything can be worked out."""
    fewest = fewest_of(told.assumptions)
    release = protect({**told.tables, **tables_for_people(told)}, fewest=fewest)
    refuse_what_can_be_worked_out(release, fewest=fewest)
    return without_what_stays(release)


def write_sheets(release: Release, told: Told, named: str, charts: Sequence[Chart], path: Path) -> None:
    """Write the workbook of a release: its tables in words, members' tables first."""
    shown = {name: release.shown(name) for name in FOR_PEOPLE if name in release.tables
             and (name not in CHILDCARE or len(release.tables[name]))}
    sheets = replace(release, tables=for_workbook(shown, release.tables["names"]),
                     hidden=tuple(h for h in release.hidden if h.table in shown), masks={})
    gone = frozenset(name for name, table in shown.items() if not len(table) and len(told.tables.get(name, ())))
    write_workbook(sheets, path, replace(facts_of(told, named), pictures=tuple(charts), withheld=gone))


def _charts(charts: Mapping[str, Chart]) -> dict[str, Callable[[Path], None]]:
    """What writes each chart, by the name of its file: as SVG for pages and as PNG for papers."""
    return {f"{name}.{kind}": partial(write_chart, chart) for name, chart in charts.items() for kind in ("svg", "png")}


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def tables_for_people(outcome: Told) -> dict[str, pd.DataFrame]:
    """The balance added up by area and year, and the schools tables as members read them."""
    tables = outcome.tables
    added = summary_with_ranges(summary(tables["balance"], edges=outcome.assumptions.rag_edges), tables["area_ranges"])
    schools = {
        f"{phase}_schools": school_table(
            phase, tables["schools"], tables["names"], tables["school_pupils"], tables["places"], tables["pans"]
        )
        for phase in ENTRY_YEAR
    }
    last = added.groupby("phase")["ay"].max()
    schools = {
        name: table[table["ay"] <= last.get(name.removesuffix("_schools"), 9999)].reset_index(drop=True)
        for name, table in schools.items()
    }
    young = childcare_tables(tables, outcome.findings, outcome.authority.base_year)
    day = newest_day((source.reference_date for source in outcome.sources), outcome.authority.base_year)
    dates = for_sheet(tables["last_safe_dates"], day)
    parts = waterfall(tables["made_of"], tables["pupils"])
    grounded = {"summary": added, "last_safe_dates": dates, "authority_range": phase_first(tables["authority_range"])}
    counted = tables["overrides"]["kind"] == KNOWN
    return {
        **{name: with_ground(table, tables["places"], outcome.authority.base_year) for name, table in grounded.items()},
        "waterfall": parts,
        "known_intakes": tables["overrides"][counted].drop(columns=["urn", "value", "author", "made_on", "expires"]),
        "overrides": tables["overrides"][~counted],
        "settings": settings_table(outcome.assumptions),
        **schools,
        **young,
        **plan_sheets(tables),
    }


def phase_first(table: pd.DataFrame) -> pd.DataFrame:
    """A table with its phase before everything else."""
    return table[["phase", *(column for column in table if column != "phase")]]


def picture_of(outcome: Told, release: Release, run_id: str) -> Picture:
    """What the map is made of."""
    return Picture(
        release,
        outcome.areas,
        outcome.districts,
        outcome.wards,
        outcome.authority,
        outcome.assumptions,
        outcome.notes,
        outcome.sources,
        run_id,
    )


def facts_of(outcome: Told, run_id: str) -> Facts:
    """What the workbook's front sheet says."""
    name, base, settings = outcome.authority.name, outcome.authority.base_year, differing(outcome.assumptions)
    if outcome.assumptions.audience != PUBLIC:
        settings = [("Who may see it", OFFICERS_ALONE), *settings]
    return Facts(name, run_id, base, outcome.sources, outcome.notes, settings)
