"""An empty, documented workspace: `authority.toml` and a CSV file for each table that no publication holds.

What is said of a column is printed from the models in `evidence.py`, so that the template, the check at the door and the data
dictionary can never disagree.
"""

from __future__ import annotations

import csv
import io
import re
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandera.pandas as pa

from planning_areas.tables import PATTERNS, EvidenceError, Problem
from planning_areas.wording import either
from sufficiency.assumptions import defaults, meanings
from sufficiency.evidence import TABLES
from sufficiency.sources.local import DATES, REMARK, TITLES, YEAR_GROUPS, YEARS, columns_of, table_of
from sufficiency.sources.registry import READERS
from sufficiency.workspace.cross_checks import MISSING
from sufficiency.workspace.workspace_text import FILE

WIDTH = 120
SHAPES = ("lsoas", "wards", "road_links")    # tables that come as a map
NEEDED = ("births", "authority_roll")
"""The least that a workspace needs; all else stands in `authority.toml` as remarks."""

EXAMPLES: dict[str, str] = {
    "la_code": "891", "urn": "122456", "ay": "2026/27", "ay_to": "2028/29", "phase": "primary", "symbol": "", "pupils": "28",
    "nc_year": "Reception", "nc_year_from": "Reception", "nc_year_to": "Year 6", "yg_places": "30", "pan": "30",
    "planning_area_code": "8910101", "planning_area_name": "Northtown", "origin": "8910101", "destination": "outside",
    "kind": "expansion", "places": "15", "fills_upwards": "yes", "note": "cabinet, 3 July 2026",
    "site_ref": "N/2024/0123", "site_name": "Mill Lane", "status": "under_construction", "easting": "457200",
    "northing": "340100", "financial_year": "2026/27", "dwellings": "40", "lsoa_code": "E01028123", "area_code": "E07000170",
    "cohort": "2021/22", "births": "1250", "basis": "cohort",
    "dwelling_type": "house", "tenure": "market", "bedrooms": "3", "kept_for": "", "probability": "", "funded": "",
    "yields.dwellings": "640", "yields.pupils": "243", "years_since": "0", "pupils_per_dwelling": "0.12",
    "planned_places.site_ref": "", "completions.dwellings": "310", "completions.area_code": "E07000170",
    "first_preferences": "34", "offers": "30", "transfers.nc_year": "Year 7",
    "planner_overrides.urn": "", "planner_overrides.kind": "change", "value": "12", "reason": "new homes at Mill Lane fill early",
    "author": "place planning manager", "made_on": "2026-05-11", "expires": "2027-12-31", "on": "2026-08-31", "age": "4",
    "gp_registrations.cohort": "", "children": "1130",
    "setting_ref": "EY123456", "setting_name": "Mill Lane Nursery", "provider_type_group": "", "postcode": "",
    "age_band": "age_2", "room": "", "pattern": "", "settings_hours.places": "24", "area_m2": "60", "outdoor_m2": "",
    "staff": "5", "teacher_led": "",
    "hours_week": "50", "weeks_year": "51", "occupancy": "0.85", "funded_share": "0.6", "opens_on": "", "closes_on": "",
    "settings_hours.note": "survey of May 2026", "term": "summer", "entitlement": "working_parent",
    "termly_headcount.pattern": "stretched", "termly_headcount.children": "18", "termly_headcount.hours_week": "402.3",
    "childminders.area_code": "E05009123", "childminders": "6", "childminders.places": "34", "club_ref": "EY234567",
    "club_name": "Early Birds", "clubs.postcode": "NG1 1AA", "schools_served": "122456 122457", "places_am": "24",
    "places_pm": "32", "places_holiday": "32", "opens": "07:45", "closes": "18:00", "holiday_hours_week": "50",
    "holiday_weeks": "10", "youngest": "4", "oldest": "11", "waiting": "6",
    "childcare_eligible.kind": "working_parent", "childcare_eligible.age": "1 year", "eligible": "4120", "registered": "3130",
    "childcare_takeup.kind": "early_learning", "takeup": "0.74", "childcare_takeup.hours_week": "14.5",
    "low_income_children": "0.182", "imd_decile": "3", "working_families": "0.61", "lone_parents": "0.22",
    "link_id": "8A14EA72-F21F-4BBF-8277-ABBB8A8746E1", "barred_links.reason": "no footway, 60 mph",
    "barred_links.author": "road safety officer", "part": "",
    "year": "2026", "month": "4", "births_by_month.births": "702",
    "scheme_id": "northtown-1fe", "name": "Northtown Primary, one form of entry more", "site_id": "122456", "purpose": "",
    "schemes.age_band": "", "scheme_places.age_band": "", "schemes.lsoa_code": "", "schemes.planning_area_code": "",
    "schemes.places": "30", "fills": "upwards", "years_open": "", "earliest_start": "2026/27", "open_by": "", "lead_years": "2",
    "schemes.thousand_pounds": "4900", "price_base": "2026Q1", "abnormals": "", "land_thousand_pounds": "",
    "running_thousand_pounds": "95", "exclusive_group": "northtown", "choice": "free",
    "site_limit": "210", "route": "prescribed_alteration", "route_risk": "low", "decides": "authority", "consent": "not_needed",
    "designated_rural": "no", "subsidy_check": "", "quality": "met", "schemes.note": "feasibility study of May 2026",
    "after": "0", "scheme_places.places": "15", "scheme_costs.after": "-1", "scheme_costs.thousand_pounds": "2300",
    "needs_scheme_id": "northtown-bulge", "years": "0", "pot_id": "mill-lane-primary",
    "pots.name": "Mill Lane: primary places", "early_years": "", "pots.kind": "s106",
    "pots.financial_year": "", "pots.thousand_pounds": "1240", "pots.status": "due", "received_thousand_pounds": "",
    "received_on": "", "deed": "S106/2024/017", "trigger": "occupied", "trigger_homes": "50", "due_on": "",
    "spend_within_years": "10", "spend_by": "", "index_name": "BCIS TPI", "index_base": "2024Q1", "pots.purpose": "mainstream",
    "tied_to": "8910101", "pots.note": "half at 50, half at 150 occupations", "ring_fences.purpose": "early_years",
    "ring_fences.phase": "early_years", "standing": "member_decision", "reference": "grant letter of March 2026",
    "relief_area_code": "8910102", "km": "2.5",
    "funding": "basic_need", "planned_places.standing": "committed", "provision": "resourced_provision",
    "specialist_capacity.places": "14", "specialist_forecast.children": "612", "specialist_forecast.provision": "all",
    "sen2_counts.children": "598", "sen2_counts.provision": "all", "sen2_counts.ay": "2025/26",
    "supplied_projection.pupils": "64210", "check": "S05", "return_comments.urn": "", "return_comments.phase": "",
    "comment": "two hundred homes at Mill Lane are let from September",
    "schemes.standing": "", "hectares": "1.85",
    "site_areas.reference": "estate records of 2026",
}
"""An example of each column (of `reader.column` where one does not fit all), for the remark at the end of each template."""

PUBLISHED: dict[str, tuple[str, str]] = {
    "schools": ("gias", "GIAS, all establishment data (get-information-schools.service.gov.uk, Downloads)"),
    "school_links": ("gias_links", "GIAS, establishment links"),
    "school_roll": ("school_census", "DfE, Schools, pupils and their characteristics: school-level underlying data"),
    "authority_roll": ("year_group_roll", "DfE, Schools, pupils and their characteristics: pupils by year group and authority"),
    "capacity": ("scap_capacity", "DfE, School capacity: school-level capacity with planning-area codes"),
    "scorecards": ("scorecards", "DfE, Local authority school places scorecards"),
    "births": ("births", "ONS, live births by district or small area"),
    "population": ("population", "ONS, mid-year population estimates by small area and single year of age"),
    "lsoas": ("lsoa_boundaries", "ONS Open Geography Portal, LSOA boundaries"),
    "ofsted_register": ("ofsted_register", "Ofsted, Childcare providers and inspections: management information"),
    "postcodes": ("code_point", "Ordnance Survey, Code-Point Open (osdatahub.os.uk), one file for each postcode area"),
    "road_links": ("os_open_roads", "Ordnance Survey, OS Open Roads (osdatahub.os.uk), the road links around the authority"),
    "lsoa_lookup": ("lsoa_lookup", "ONS Open Geography Portal, LSOA 2011 to LSOA 2021 to district"),
    "ward_lookup": ("ward_lookup", "ONS Open Geography Portal, LSOA 2021 to electoral ward, best fit"),
    "wards": ("ward_boundaries", "ONS Open Geography Portal, ward boundaries, generalised"),
}
"""Table -> the reader of its publication, and where a planner finds that."""


def write_templates(folder: Path) -> tuple[Path, ...]:
    """Write an empty workspace and return the files written; a file that is there is never overwritten.

    Raises EvidenceError, in one problem that names every file in the way, before anything is written.
    """
    files = {FILE: authority_template(), **{f"{table_of(reader)}.csv": csv_template(reader) for reader in TITLES}}
    if folder.exists() and not folder.is_dir():
        raise EvidenceError([Problem(folder.name, expected="this is a file, not a folder", advice="name a new folder")])
    in_the_way = [name for name in files if (folder / name).exists()]
    if in_the_way:
        first, *others = in_the_way
        told = f", as {'is' if len(others) == 1 else 'are'} {', '.join(others)}" if others else ""
        raise EvidenceError([Problem(first, expected=f"this file is there already{told}: nothing is overwritten",
                                     advice="give the name of a new folder, or move away what is there")])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        with (folder / name).open("x", encoding="utf-8", newline="") as out:
            out.write(text)
    return tuple(folder / name for name in files)


def csv_template(reader: str) -> str:
    """Write one table's empty file: what it is, its columns as remarks, the header, and an example as a remark."""
    model = TABLES[table_of(reader)]
    needs, may = columns_of(reader)
    columns = {name: column for name, column in model.to_schema().columns.items() if name in (*needs, *may)}
    told = [_meaning(model, with_source=reader == table_of(reader)),
            "Lines that start with # are not read. Columns may stand in any order."]
    told += [f"{name}: {_described(name, column, optional=name in may)}" for name, column in columns.items()]
    keys = model.to_schema().unique
    if "One row for each" not in told[0]:
        told.append(f"One row for each: {', '.join(keys)}" if keys else "A school may have several rows.")
    lines = [_row([f"{REMARK} {line}"]) for line in told]
    example = [EXAMPLES.get(f"{reader}.{name}", EXAMPLES.get(name, "")) for name in columns]
    return "".join([*lines, _row(columns), _row([f"{REMARK} {example[0]}", *example[1:]])])


def _meaning(model: type[pa.DataFrameModel], *, with_source: bool = True) -> str:
    """Say what a table holds, from its model; its usual source is left out where the council's own file takes its place."""
    said = " ".join((model.__doc__ or "").split())
    return said if with_source else re.sub(r" Source: [^.]+\.", "", said)


def _row(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _described(name: str, column: Any, *, optional: bool) -> str:
    """Say what a column means and which values it takes, from its model."""
    rules = [_rule(check) for check in column.checks]
    if name in YEARS:
        rules = ["written 2026/27 or 2026"]
    elif name in YEAR_GROUPS:
        rules = ["written Reception, R, Year 1, Y1 or 1"]
    elif name in DATES:
        rules = ["written 2026-06-30 or 30/06/2026"]
    elif str(column.dtype) == "bool":
        rules = []
    parts = [column.description, *(r for r in rules if r and r != column.description)]
    if optional:
        parts.append("the column may be left out")
    elif column.nullable:
        parts.append("may be blank")
    return "; ".join(parts)


def _rule(check: Any) -> str:
    """Say one rule of a model in English."""
    stated = check.statistics
    if check.name == "isin":
        return either(stated["allowed_values"])
    if check.name == "str_matches":
        form = stated["pattern"]
        return PATTERNS.get(getattr(form, "pattern", form), "")
    if check.name == "greater_than_or_equal_to":
        return f"at least {stated['min_value']:g}"
    return f"at most {stated['max_value']:g}" if check.name == "less_than_or_equal_to" else ""


def authority_template() -> str:
    """Write `authority.toml`: what must be filled in, and every table with its readers and what is lost without it."""
    head = HEAD.replace("SETTINGS\n", _settings())
    return head + "".join(_section(table) for table in (*NEEDED, *(t for t in TABLES if t not in NEEDED)))


def _settings() -> str:
    """Every setting: what it means, on what evidence, and its default in the words of the file."""
    usual, lines = defaults(), []
    for name, (meaning, evidence) in meanings().items():
        lines += textwrap.wrap(f"{meaning} [{evidence}]", WIDTH, initial_indent="# ", subsequent_indent="#   ")
        lines.append(f"# {name} = {WRITTEN.get(name) or _in_toml(usual[name])}")
    return "\n".join(lines) + "\n\n"


def _in_toml(value: object) -> str:
    """A default as it is written in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_in_toml(part) for part in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


WRITTEN = {
    "excluded_years": '[{ ay = "2020/21", reason = "lockdown" }]', "catch_all_codes": '["8911000"]',
    "lead_times": '[{ remedy = "expansion", months = 30 }]',
}
"""Settings that are empty by default, as an example of how they are written."""


def _section(table: str) -> str:
    """One table's section: its meaning, its readers, its file; commented out unless the workspace cannot do without it."""
    own = next((reader for reader in TITLES if table_of(reader) == table), "")
    published, where = PUBLISHED.get(table, ("", ""))
    also = sorted(name for name, reader in READERS.items() if table in reader.fills and name not in (own, published))
    told = [_meaning(TABLES[table])]
    if loses := MISSING.get(table):
        told.append(f"Without it: {loses}.")
    if published:
        told.append(f'From the publication, with reader = "{published}": {where}')
    if also:
        told.append(f"Other readers: {', '.join(also)}")
    lines = [line for text in told for line in textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="#   ")]
    if own or published:
        mark = "" if table in NEEDED else "# "
        name = f"{table}.csv" if own else f"downloads/{table}" + (".geojson" if table in SHAPES else ".csv")
        lines += [f"{mark}[tables.{table}]", f'{mark}reader = "{own or published}"', f'{mark}files = ["{name}"]']
    return "\n".join(lines) + "\n\n"


HEAD = '''\
# A workspace for Sufficiency. Fill in [authority], name your files further below, then: sufficiency check FOLDER
# Paths start from this folder and are written with forward slashes; a path may begin with ${SUFFICIENCY_DATA}/, the folder
# that the environment variable of that name gives. National files are cut to the authority when they are read.

[authority]
code = ""                       # DfE authority code, three digits, such as 891
name = ""
gss_code = ""                   # ONS code of the authority, such as E10000024
base_year = "2025/26"           # academic year of the latest January census
# districts = ["E07000170"]     # ONS codes of its districts; left out, those in which its schools stand

[settings]
# Every setting with its default; take the # away from what you want otherwise.
SETTINGS
# Each table has three lines: its name in square brackets, how its files are read, and the files. Take the # away from what you
# have. Where your own file has other column names, a fourth line says so, our name first:
#   columns = { urn = "School URN", pan = "Admission number" }
# A table from several files that are read differently: write its lines once for each, with double brackets: [[tables.capacity]].
# Further lines may give publisher, title, licence, reference_date = "2026-01-15", and ay = "2025/26" for files that do not say
# their year.

'''
