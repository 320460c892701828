"""Get Information about Schools: the establishments of the authority, open, closed and proposed, one row each.

The daily extract of all establishment data (139 columns, about 52,000 rows, Windows-1252, dates dd-mm-yyyy), the "search
results" download (111 columns, without most of the codes) and derived extracts whose columns the workspace maps are all read by
heading, so that order and number do not matter. LAESTAB is the authority's code and the establishment number, where the file
does not give it. Statuses are kept as published; planning decides later who is open.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import Note, Reading, Schools
from sufficiency.sources.cells import astray, cell_problems, dates, number, numbers
from sufficiency.sources.frames import Layout, cells_of, held, left_out, other_names, read_frame
from sufficiency.sources.reading import Ask, Reader, noted, source

PUBLISHED = {
    "urn": "URN", "laestab": "LAESTAB", "school_name": "EstablishmentName", "la_code": "LA (code)",
    "establishment_type": "TypeOfEstablishment (name)", "phase_of_education": "PhaseOfEducation (name)",
    "status": "EstablishmentStatus (name)", "statutory_low_age": "StatutoryLowAge", "statutory_high_age": "StatutoryHighAge",
    "capacity": "SchoolCapacity", "postcode": "Postcode", "urban_rural": "UrbanRural (name)",
    "religious_character": "ReligiousCharacter (name)", "open_date": "OpenDate",
    "district_code": "DistrictAdministrative (code)", "district_name": "DistrictAdministrative (name)", "close_date": "CloseDate",
    "easting": "Easting", "northing": "Northing",
}
"""Our column -> its heading in the publication."""

NEEDS = ("URN", "EstablishmentName", "TypeOfEstablishment (name)", "EstablishmentStatus (name)", "PhaseOfEducation (name)")
NUMBERS = ("statutory_low_age", "statutory_high_age", "capacity", "easting", "northing")
OLDEST = 25                     # a higher upper age, such as the 99 of colleges, means that there is none
NO_FAITH = ("", "does not apply", "none", "no religious character", "not applicable", "null", "unknown")
USEFUL = {
    "StatutoryLowAge": "year groups served follow the phase", "StatutoryHighAge": "year groups served follow the phase",
    "SchoolCapacity": "places rest on SCAP alone", "Easting": "schools are on no map", "Northing": "schools are on no map",
    "OpenDate": "schools about to open are told by their status alone",
}
"""Columns that a file can leave out, and what is lost without them."""

LAYOUT = Layout(
    NEEDS, (*(c for c in PUBLISHED.values() if c not in NEEDS), "EstablishmentNumber"),
    {"LAESTAB": r"la ?estab|dfe number", "LA (code)": r"la code", "EstablishmentNumber": r"establishment ?number|estab"},
    authority="LA (code)",
)


def read_gias(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the authority's establishments from any of the forms of a GIAS extract."""
    read = read_frame(path, LAYOUT, ask)
    frame, notes = read.frame, [*read.notes, *left_out(read.frame, USEFUL)]
    typed = pd.DataFrame({ours: cells_of(frame, theirs) for ours, theirs in PUBLISHED.items()})
    typed["laestab"], typed["la_code"] = _numbers_of_schools(frame, path.name)
    if ask.la_code and (others := typed["la_code"].ne(ask.la_code) & typed["la_code"].ne("")).any():
        notes.append(f"{others.sum():,} rows of other authorities left out")
        typed = typed[~others]
    typed, unnumbered = _without_number(typed)
    typed["religious_character"] = faith_of(typed["religious_character"])
    problems: list[Problem] = []
    for column in NUMBERS:
        cells = typed[column]
        typed[column], bad = numbers(cells, number, nullable=True)
        problems += cell_problems(cells[bad], path.name, column, "a number expected")
    for column in ("open_date", "close_date"):
        cells = typed[column]
        typed[column], bad = dates(cells)
        problems += cell_problems(cells[bad], path.name, column, "a date such as 31-08-2012 or 2012-08-31 expected")
    notes += _no_place(typed) + _no_upper_age(typed)
    problems += astray(typed, path.name)
    table = held(typed, Schools, path.name, problems, read.written(PUBLISHED))
    return (Reading(table, source(READER, path, ask), (*noted(READER.table, path, tuple(notes)), *unnumbered)),)


def faith_of(published: pd.Series) -> pd.Series:
    """The religious character of schools, blank for those that have none: these are published under several words."""
    return published.where(~published.str.casefold().str.strip().isin(NO_FAITH), "")


def _numbers_of_schools(frame: pd.DataFrame, file: str) -> tuple[pd.Series, pd.Series]:
    """LAESTAB and authority of each school: as given ("891/2010", "8912010"), else put together from their parts."""
    authority, part = cells_of(frame, "LA (code)"), cells_of(frame, "EstablishmentNumber")
    if "LAESTAB" not in frame.columns and not {"LA (code)", "EstablishmentNumber"} <= set(frame.columns):
        raise EvidenceError([Problem(file, 0, "EstablishmentNumber", expected="this column is needed, with LA (code)",
                                     advice="or LAESTAB: " + other_names(["EstablishmentNumber", "LA (code)"]))])
    given = cells_of(frame, "LAESTAB").str.replace(r"^(\d{3})[/ -]?(\d{4})$", r"\1\2", regex=True)
    authority = authority.str.zfill(3).where(authority.ne(""), given.str.slice(0, 3))
    built = (authority + part.str.zfill(4)).where(part.ne("") & authority.ne(""), "")
    return given.where(given.ne(""), built), authority


def _without_number(typed: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Leave out establishments that have no number yet, and name them."""
    blank = typed["laestab"].eq("")
    if not blank.any():
        return typed.copy(), []
    told = [f"{name} ({urn}, {status})" for name, urn, status in
            typed.loc[blank, ["school_name", "urn", "status"]].head(10).itertuples(index=False, name=None)]
    more = f" and {blank.sum() - 10} more" if blank.sum() > 10 else ""
    return typed[~blank].copy(), [Note(READER.table, f"{blank.sum()} establishments have no number and are left out: "
                                       f"{', '.join(told)}{more}", "a school among them is not in the list of schools")]


def _no_place(typed: pd.DataFrame) -> list[str]:
    """Take easting and northing of nought for what they mean: not known."""
    nowhere = typed["easting"].eq(0) & typed["northing"].eq(0)
    typed.loc[nowhere, ["easting", "northing"]] = np.nan
    return [f"{nowhere.sum()} establishments stand at 0, 0: their place is not known"] if nowhere.any() else []


def _no_upper_age(typed: pd.DataFrame) -> list[str]:
    """Take an upper age such as 99 for what it means: none."""
    none = typed["statutory_high_age"] > OLDEST
    typed.loc[none, "statutory_high_age"] = np.nan
    return [f"{none.sum()} establishments have an upper age over {OLDEST}: read as none"] if none.any() else []


READER = Reader("gias", "schools", "Get Information about Schools: establishments", "Department for Education", read_gias)
