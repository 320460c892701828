"""The council's own tables, as CSV or workbook, in the long form of the evidence models: one function reads them all.

What no publication holds - places by year group, admission numbers, planned places, sites, flows, offers, the October census -
a council keeps in its own lists. Their columns are those of the models in `evidence.py`, in any order, under their own names if
the workspace maps them. People write years and year groups in many ways ("2026/27", "Reception", "Y7"); all are understood.
Rows that start with # are remarks, and blank rows are passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from planning_areas.tables import EvidenceError, Problem, check
from sufficiency.evidence import TABLES, Reading
from sufficiency.sources.capital_rows import CAPITAL_ROWS
from sufficiency.sources.cells import astray, cell_problems, counts, dates, number, numbers, year, year_group
from sufficiency.sources.childcare_rows import CHILDCARE_ROWS
from sufficiency.sources.frames import Layout, read_frame
from sufficiency.sources.own_rows import ROW_CHECKS
from sufficiency.sources.reading import Ask, Reader, noted, source

REMARK = "#"
COUNCIL = "the local authority"
OWN_LICENCE = "the authority's own data"
YEARS = {"ay", "ay_to", "financial_year", "cohort", "earliest_start", "open_by"}
YEAR_GROUPS = {"nc_year", "nc_year_from", "nc_year_to"}
DATES = {"made_on", "expires", "on", "opens_on", "closes_on", "received_on", "due_on", "spend_by"}
BLANK_DATES = {"opens_on", "closes_on", "received_on", "due_on", "spend_by"}
MID_YEAR = "-06-30"
HEADCOUNTS = {("school_roll", "pupils"), ("authority_roll", "pupils"), ("october_census", "pupils"), ("offers", "offers")}
TRUE, FALSE = {"yes", "y", "true", "1"}, {"no", "n", "false", "0"}
MAY_BE_LEFT_OUT = {"symbol", "note", "basis", "first_preferences", "easting", "northing", "ay_to", "planning_area_name",
                   "dwelling_type", "tenure", "bedrooms", "kept_for", "probability", "funded"}
"""Columns that a file need not have: filled as blank, as missing, or from what is known."""
MAY_ALSO = {"planner_overrides": {"planning_area_code", "urn", "nc_year"}, "gp_registrations": {"age", "cohort"},
            "local_authority_roll": {"la_code"}, "planned_places": {"site_ref", "funding", "standing"},
            "settings_hours": {"setting_name", "provider_type_group", "postcode", "room", "pattern", "places", "area_m2",
                               "outdoor_m2", "staff", "teacher_led",                               "weeks_year", "occupancy",
                               "funded_share", "opens_on", "closes_on"},
            "termly_headcount": {"children"},
            "childminders": {"hours_week", "weeks_year", "occupancy", "funded_share"},
            "clubs": {"postcode", "schools_served", "places_am", "places_pm", "places_holiday", "opens", "closes",
                      "holiday_hours_week", "holiday_weeks", "youngest", "oldest", "waiting"},
            "childcare_eligible": {"eligible", "registered"}, "childcare_takeup": {"takeup", "hours_week"},
            "area_indicators": {"low_income_children", "imd_decile", "working_families", "lone_parents"},
            "area_points": {"part"},
            "schemes": {"planning_area_code", "lsoa_code", "purpose", "nc_year_from", "nc_year_to", "age_band", "fills",
                        "years_open", "open_by", "lead_years", "thousand_pounds", "price_base", "abnormals",
                        "land_thousand_pounds", "running_thousand_pounds", "exclusive_group", "choice", "site_limit", "route",
                        "route_risk", "designated_rural", "subsidy_check", "quality", "standing"},
            "scheme_places": {"nc_year", "age_band"}, "scheme_costs": {"price_base"},
            "pots": {"name", "early_years", "financial_year", "received_thousand_pounds", "received_on", "deed", "site_ref",
                     "trigger", "trigger_homes", "due_on", "spend_within_years", "spend_by", "index_name", "index_base",
                     "purpose", "phase", "tied_to"},
            "relief_links": {"km"},
            "return_comments": {"check", "planning_area_code", "urn", "phase", "ay", "nc_year", "reference"}}
"""Reader -> columns that may be left out of its file alone."""
COUNTED_IN = {"row"}
"""Columns that no file has: the reader fills them."""

TITLES = {
    "school_sites": "Where schools stand that GIAS does not place",
    "area_names": "Planning areas and their names",
    "area_members": "Schools of each planning area",
    "yg_places": "Places by school and year group",
    "pans": "Published admission numbers",
    "planned_places": "Planned changes to places",
    "housing_sites": "Homes expected by site and year",
    "attended_flows": "Schools attended by small area of residence",
    "transfers": "Who goes where at a point of entry",
    "offers": "Offers for next September",
    "yields": "Pupils counted in new homes",
    "yield_curves": "Pupils in a new home by years since completion",
    "completions": "Homes completed in the past",
    "october_census": "October census by school and year group",
    "planner_overrides": "Figures of the planner's own in place of the model's",
    "gp_registrations": "Children under five on the registers of GPs",
    "settings_hours": "Opening hours, places and rooms of childcare settings",
    "termly_headcount": "Children and funded hours by setting and term",
    "childminders": "Childminders by ward",
    "clubs": "Breakfast, after-school and holiday clubs",
    "childcare_eligible": "Children eligible and registered for funded childcare, as published",
    "childcare_takeup": "Take-up of childcare and hours used",
    "area_indicators": "What is known of families in each small area",
    "births_by_month": "Births of the authority by month",
    "barred_links": "Roads that are not safe to walk",
    "area_points": "Where in their small area people live",
    "schemes": "Schemes that could be built, changed or closed",
    "scheme_places": "Places of a scheme year by year",
    "scheme_costs": "Capital of a scheme by financial year",
    "scheme_order": "Schemes that wait for others",
    "pots": "Money for building, by pot and year",
    "ring_fences": "What a pot may pay for, where not as usual",
    "relief_links": "Planning areas that may relieve others",
    "specialist_capacity": "Places of special schools, SEN units and resourced provision",
    "specialist_forecast": "Children who need a specialist place, by year",
    "sen2_counts": "Children with a plan in specialist places, as counted in SEN2",
    "supplied_projection": "The authority's pupils as the DfE or the ONS projects them",
    "return_comments": "Comments for the SCAP return",
    "site_areas": "How much ground schools have",
    "local_school_roll": "January census by school and year group",
    "local_authority_roll": "January census of the authority by year group",
    "local_births": "Births by area and school cohort",
}
"""Reader name -> what the council's file is; the table is the name without `local_`."""

def table_of(reader: str) -> str:
    """Name the table that one of these readers fills."""
    return reader.removeprefix("local_")


def columns_of(reader: str, ask: Ask | None = None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name the columns that a file must have, and those that it may."""
    every = tuple(c for c in TABLES[table_of(reader)].to_schema().columns if c not in COUNTED_IN)
    spare = MAY_BE_LEFT_OUT | MAY_ALSO.get(reader, set())
    if ask is not None and ask.ay is not None:
        spare.add("ay")
    return tuple(c for c in every if c not in spare), tuple(c for c in every if c in spare)


def _reader(name: str, title: str) -> Reader:
    def read(path: Path, ask: Ask) -> tuple[Reading, ...]:
        return (read_local(reader, path, ask),)

    reader = Reader(name, table_of(name), title, COUNCIL, read, OWN_LICENCE)
    return reader


def read_local(reader: Reader, path: Path, ask: Ask) -> Reading:
    """Read one of the council's own tables and hold it against its model."""
    needs, may = columns_of(reader.name, ask)
    read = read_frame(path, Layout(needs, may, every_column=True, remark=REMARK, first_sheet_only=True), ask)
    frame = read.frame
    extra = [c for c in frame.columns if c not in (*needs, *may)]
    notes = [*read.notes, *([f"columns that are not used: {', '.join(map(str, extra))}"] if extra else [])]
    frame, told = _complete(frame, reader, ask)
    notes += told
    typed, problems = _typed(frame, reader.table, path.name)
    problems += astray(typed, path.name)
    gaps = {p.column for p in problems} - DATES
    if rows := (ROW_CHECKS | CHILDCARE_ROWS | CAPITAL_ROWS).get(reader.table):
        found, told = rows(typed, frame, path.name)
        problems, notes = problems + found, notes + told
    try:
        table = check(typed, TABLES[reader.table], path.name, gaps)
    except EvidenceError as failure:
        problems += failure.problems
    if problems:
        raise EvidenceError(problems)
    if "la_code" in table.columns and ask.la_code:
        table, told = _of_authority(table, path, ask)
        notes += told
    return Reading(table, source(reader, path, ask), noted(reader.table, path, tuple(notes)))


def _complete(frame: pd.DataFrame, reader: Reader, ask: Ask) -> tuple[pd.DataFrame, list[str]]:
    """Fill the columns that the file may leave out, saying what was assumed."""
    frame, notes = frame.copy(), []
    known = {"la_code": ask.la_code, "ay": "" if ask.ay is None else str(ask.ay), "basis": "cohort"}
    for column in TABLES[reader.table].to_schema().columns:
        if column not in frame.columns:
            frame[column] = known.get(column, "")
    if "row" in TABLES[reader.table].to_schema().columns:
        frame["row"] = frame.index.astype("str")
    for column in sorted(known.keys() & set(frame.columns)):
        blank = frame[column].eq("")
        if blank.any() and known[column]:
            frame[column] = frame[column].mask(blank, known[column])
            notes.append(f"{column} is blank in {blank.sum()} rows: {known[column]} assumed")
    if reader.table == "area_names":
        nameless = frame["planning_area_name"].eq("")
        frame["planning_area_name"] = frame["planning_area_name"].mask(nameless, frame["planning_area_code"])
        notes += [f"{nameless.sum()} planning areas without a name are called by their code"] if nameless.any() else []
    return frame, notes


def _typed(frame: pd.DataFrame, table: str, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Turn text into the numbers, years, year groups and yes/no of the model; what cannot be read is a problem."""
    schema = TABLES[table].to_schema()
    typed = frame[list(schema.columns)].copy()
    problems: list[Problem] = []
    for name, column in schema.columns.items():
        kind, cells = str(column.dtype), typed[name]
        whole = "int" in kind or name in YEARS or (table, name) in HEADCOUNTS
        if name in ("pupils", "children") and "symbol" in schema.columns:
            typed[name], typed["symbol"], bad = counts(cells, frame["symbol"])
            wants = "a whole number, or one of c z x low : where it is hidden, expected"
            bad |= typed[name].mod(1).gt(0)
        elif "int" in kind or "float" in kind:
            typed[name], bad = numbers(cells, _parser(name), nullable=column.nullable)
            wants = _wants(name, whole=whole)
            bad |= typed[name].mod(1).gt(0) & whole
        elif kind == "bool":
            typed[name], bad = _yes_or_no(cells)
            wants = "yes or no expected"
        elif name in DATES:
            typed[name], bad = dates(cells.where(~cells.str.fullmatch(r"\d{4}"), cells + MID_YEAR) if name == "on" else cells)
            bad |= cells.eq("") & (name not in BLANK_DATES)
            problems += cell_problems(cells[bad], file, name, "a date such as 2026-06-30 expected",
                                      column.description)
            continue
        else:
            typed[name] = _worded(cells, column)
            continue
        if kind != "bool":
            typed[name] = typed[name].mask(bad)
        problems += cell_problems(cells[bad], file, name, wants, column.description)
    return typed, problems


def _yes_or_no(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    lowered = cells.str.casefold()
    return lowered.isin(TRUE), ~lowered.isin(TRUE | FALSE)


def _worded(cells: pd.Series, column: Any) -> pd.Series:
    """Bring words of a closed list to their spelling ("Primary", "Under construction"); other text stays as it is."""
    allowed: list[str] = next((list(c.statistics["allowed_values"]) for c in column.checks if c.name == "isin"), [])
    if column.name in ("origin", "destination"):
        allowed = ["outside"]
    spelt = {word.casefold().replace(" ", "_"): word for word in allowed}
    return cells.map(lambda text: spelt.get(text.casefold().replace(" ", "_"), text)).astype("str")


def _parser(column: str) -> Callable[[str], float]:
    return year if column in YEARS else year_group if column in YEAR_GROUPS else number


def _wants(column: str, *, whole: bool) -> str:
    if column in YEARS:
        return "a year such as 2026/27 or 2026 expected"
    if column in YEAR_GROUPS:
        return "a year group such as Reception, R, Year 1, Y1 or 1 expected"
    return "a whole number expected" if whole else "a number expected"


def _of_authority(table: pd.DataFrame, path: Path, ask: Ask) -> tuple[pd.DataFrame, list[str]]:
    """Keep the authority's rows and say how many others there were; none at all is a problem."""
    mine = table["la_code"].eq(ask.la_code)
    if not mine.any():
        others = ", ".join(sorted(table["la_code"].unique())[:5])
        raise EvidenceError([Problem(path.name, 0, "la_code", found=others, expected=f"no row is of authority {ask.la_code}",
                                     advice="check the code in authority.toml, or whether this is another authority's file")])
    notes = [] if mine.all() else [f"{(~mine).sum()} rows of other authorities left out"]
    return table[mine].reset_index(drop=True), notes


READERS: tuple[Reader, ...] = tuple(_reader(name, title) for name, title in TITLES.items())
