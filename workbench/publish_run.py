"""A finished outcome becomes a run's folder: exact tables as Parquet for us; workbook and map for people, cut from one
release.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from maps.sheet import draw
from planning_areas.school_year import ENTRY_YEAR
from scenarios import manifest, runs
from scenarios.manifest import as_json
from sufficiency.balance import summary
from sufficiency.made_of import waterfall
from sufficiency.ranges import summary_with_ranges
from sufficiency.school_table import school_table
from workbench.charts import write_chart
from workbench.childcare_view import FINDINGS, childcare_tables, findings_file
from workbench.childcare_view import SHEETS as CHILDCARE
from workbench.disclosure import protect
from workbench.picture import Picture
from workbench.safe_dates import for_sheet, newest_day
from workbench.sheets import for_workbook
from workbench.showing import MAP, WORKBOOK
from workbench.views import committee_sheet
from workbench.waterfall import charts_of
from workbench.workbook import Facts, write_workbook

if TYPE_CHECKING:
    from scenarios.identity import Identity
    from sufficiency.model import Outcome
    from workbench.disclosure import Release

FOR_PEOPLE = (
    "summary",
    "balance",
    "authority_range",
    "last_safe_dates",
    "primary_schools",
    "secondary_schools",
    "pupils",
    "waterfall",
    "made_of",
    "school_pupils",
    "places",
    "unfilled",
    "schools",
    "names",
    "ratios",
    "transfers",
    "overrides",
    "registrations",
    "diagnostics",
    "accuracy",
    "site_audit",
    "site_years",
    "building",
    "homes",
    "housing_sites",
    *CHILDCARE,
)
"""The sheets of the workbook, in their order."""

Step = Callable[[str], None]


def publish_run(place: Path, identity: Identity, outcome: Outcome, step: Step) -> Path:
    """Write the run's folder into `place` and return it: tables, workbook, map, and last the manifest."""
    step("Setting out the tables for people")
    release = protect({**outcome.tables, **tables_for_people(outcome)})
    step("Drawing the map")
    page = draw(committee_sheet(picture_of(outcome, release, identity.run_id)))
    step("Writing the run")
    frames: dict[str, pd.DataFrame] = dict(outcome.tables)
    if outcome.areas is not None:
        frames["areas"] = outcome.areas
    shown = {name: release.tables[name] for name in FOR_PEOPLE if name in release.tables
             and (name not in CHILDCARE or len(release.tables[name]))}
    sheets = replace(release, tables=for_workbook(shown, release.tables["names"]),
                     hidden=tuple(h for h in release.hidden if h.table in shown))
    told = findings_file(outcome.findings, outcome.authority.name, outcome.authority.base_year)
    return runs.save(
        place,
        manifest.facts(identity, outcome.sources, outcome.notes),
        frames,
        {
            WORKBOOK: lambda path: write_workbook(sheets, path, facts_of(outcome, identity.run_id)),
            MAP: lambda path: _write_text(path, page),
            FINDINGS: lambda path: _write_text(path, as_json(told).decode("utf-8")),
            **_charts(release, outcome),
        },
    )


def _charts(release: Release, outcome: Outcome) -> dict[str, Callable[[Path], None]]:
    """What writes each chart, by the name of its file: as SVG for pages and as PNG for papers."""
    charts = charts_of(release.tables, outcome.authority.name, outcome.authority.base_year)
    return {f"{name}.{kind}": partial(write_chart, chart) for name, chart in charts.items() for kind in ("svg", "png")}


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def tables_for_people(outcome: Outcome) -> dict[str, pd.DataFrame]:
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
    return {"summary": added, "last_safe_dates": dates, "waterfall": parts, **schools, **young}


def picture_of(outcome: Outcome, release: Release, run_id: str) -> Picture:
    """What the map is made of."""
    return Picture(
        release,
        outcome.areas,
        outcome.districts,
        outcome.authority,
        outcome.assumptions,
        outcome.notes,
        outcome.sources,
        run_id,
    )


def facts_of(outcome: Outcome, run_id: str) -> Facts:
    """What the workbook's front sheet says."""
    assumed = outcome.assumptions
    settings = [
        ("Operating margin", f"{assumed.operating_margin:.1%}"),
        ("Futures drawn", f"{assumed.draws:,}, seed {assumed.seed}, spread {assumed.spread:g}"),
        ("Weights of the latest years", ", ".join(f"{w:g}" for w in assumed.weights)),
        ("Years left out of the ratios", ", ".join(f"{y.ay} ({y.reason})" for y in assumed.excluded_years) or "none"),
    ]
    return Facts(outcome.authority.name, run_id, outcome.authority.base_year, outcome.sources, outcome.notes, settings)
