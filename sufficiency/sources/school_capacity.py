"""School capacity (SCAP): places of each school as returned each May, with the planning areas it belongs to.

Three layouts are read: the underlying data of 2015 (`UD1`: one row a school, the planning areas of both phases beside one
another, no year), the school-level table of the statistics service, and its table of sixth-form places over several years. Each
row becomes one for each phase in which the school has a planning area, so an all-through school has two; a school on several
lines (sites in several planning areas) keeps them. Nursery places are in none of them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from planning_areas.boundaries import PHASES
from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import AreaNames, Capacity, Reading
from sufficiency.sources.cells import academic_years, cell_problems, counts
from sufficiency.sources.frames import Layout, Table, cells_of, held, other_names, plain, read_frame
from sufficiency.sources.reading import Ask, Reader, noted, source

SPELLINGS = {
    "laestab": r"(school )?la ?estab|dfe number", "school_name": "school ?name|school", "urn": "(school )?urn",
    "old_la_code": r"old la code|la ?1|la code|la number", "time_period": "time period|academic year",
    "main_phase": r"(school )?main phase|education phase", "phase": "(school )?phase",
    "primary_area": r"primary (pa|planning area) code( \(\d\))?",
    "secondary_area": r"secondary (pa|planning area) code( \(\d\))?",
    "planning_area_code": "(pupil )?(planning area|pa) code", "planning_area_name": "(pupil )?(planning area|pa) name",
    "primary_capacity": r"primary ?(capacity|school places|places)( \(\d\))?",
    "secondary_capacity": r"secondary ?(capacity|school places|places)( \(\d\))?",
    "capacity_sixth_form": "(reported )?sixth ?form (places|capacity)|capacity sixth ?form",
    "capacity": r"(total )?(net ?capacity|school places|capacity|number of school places|school capacity)( \(\d\))?",
    "nor": "may ?nor|(total )?(pupils|number) on roll|nor",
}
"""Our column -> the headings it has had."""

NEEDS = ("laestab", "school_name", "capacity")
PHASE_WORDS = {
    "primary": "primary", "pri": "primary", "ps": "primary", "middle deemed primary": "primary", "mp": "primary",
    "secondary": "secondary", "sec": "secondary", "ss": "secondary", "middle deemed secondary": "secondary", "ms": "secondary",
}
"""How the publications name the phase of a school; all-through schools (AT) are of both, or of none by name alone."""

ALL_THROUGH = ("at", "all through")
FIGURES = ("capacity", "primary_capacity", "secondary_capacity", "capacity_sixth_form", "nor")


def _layout(*needs: str) -> Layout:
    return Layout(needs, tuple(c for c in SPELLINGS if c not in needs), SPELLINGS, authority="old_la_code")


def read_scap_capacity(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read places by school and planning area, from the layout of 2015 or that of the statistics service."""
    read = read_frame(path, _layout(*NEEDS), ask)
    areas = {"primary_area", "secondary_area", "planning_area_code"} & set(read.frame.columns)
    if not areas:
        raise EvidenceError([Problem(path.name, 0, "planning_area_code", expected="a column of planning areas is needed",
                                     advice=other_names(["planning_area_code"]))])
    return (_reading(CAPACITY, read, path, ask),)


def read_scap_sixth_form(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read sixth-form places, with all places, of the schools that have a sixth form."""
    return (_reading(SIXTH_FORM, read_frame(path, _layout(*NEEDS, "capacity_sixth_form", "secondary_area"), ask), path, ask),)


def read_scap_area_names(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the names of planning areas from a table that carries them beside the codes."""
    read = read_frame(path, _layout("planning_area_code", "planning_area_name"), ask)
    frame = read.frame[read.frame["planning_area_code"].ne("")]
    names = pd.DataFrame({"planning_area_code": frame["planning_area_code"], "phase": _phases(frame),
                          "planning_area_name": frame["planning_area_name"]})
    names = names[_mine(names["planning_area_code"], ask)].drop_duplicates()
    table = held(names, AreaNames, path.name, [], read.written({}))
    return (Reading(table, source(AREA_NAMES, path, ask), noted(AREA_NAMES.table, path, read.notes)),)


def _reading(reader: Reader, read: Table, path: Path, ask: Ask) -> Reading:
    """Give each school a row for each phase in which it has a planning area, and hold the rows against the model."""
    frame = read.frame[_mine(read.frame["laestab"], ask)]
    left = len(read.frame) - len(frame)
    notes = [*read.notes, *([f"{left:,} rows of other authorities left out"] if left else [])]
    typed = pd.DataFrame({c: cells_of(frame, c) for c in SPELLINGS})
    typed["laestab"] = typed["laestab"].str.replace(r"^(\d{3})[/ -](\d{4})$", r"\1\2", regex=True)
    typed["ay"], problems = academic_years(frame, path.name, ask.ay)
    typed["named_phase"] = _phases(frame)
    typed["scope"] = "school" if reader is SIXTH_FORM else "line"
    for column in FIGURES:
        cells = typed[column]
        typed[column], symbols, bad = counts(cells)
        problems += cell_problems(cells[bad], path.name, column, "a number, or one of c z x low : expected")
        if hidden := int(symbols.ne("").sum() - bad.sum()):
            notes.append(f"{read.headings.get(column, column)} is hidden in {hidden} rows ({_some(symbols)}): not known there")
    rows, told = _by_phase(typed)
    notes += told + ([] if "capacity_sixth_form" in frame.columns else ["places of sixth forms are not told apart in it"])
    table = held(rows, Capacity, path.name, problems, read.written({"ay": "time_period"}))
    return Reading(table, source(reader, path, ask), noted(reader.table, path, tuple(notes)))


def _mine(codes: pd.Series, ask: Ask) -> pd.Series:
    """Say which schools or planning areas are the authority's, by the first three digits of their code."""
    return codes.str.startswith(ask.la_code) if ask.la_code else pd.Series(True, index=codes.index)


def _phases(frame: pd.DataFrame) -> pd.Series:
    """The phase a row names, in the main phase or else the phase; blank where it names none of the two."""
    main, other = (cells_of(frame, c).map(plain).map(PHASE_WORDS).fillna("") for c in ("main_phase", "phase"))
    return main.where(main.ne(""), other)


def _by_phase(typed: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Set the planning areas of a row one below the other; places of both phases are parted where the file parts them."""
    single = typed["planning_area_code"].ne("")
    areas = {phase: typed[f"{phase}_area"] for phase in PHASES}
    both = areas["primary"].ne("") & areas["secondary"].ne("")
    parts = [typed[single].assign(phase=lambda rows: rows["named_phase"])]
    for phase in PHASES:
        own = typed[areas[phase].ne("") & ~single].copy()
        own["phase"], own["planning_area_code"] = phase, own[f"{phase}_area"]
        shared = both.reindex(own.index)
        own["capacity"] = own["capacity"].mask(shared, own[f"{phase}_capacity"])
        own["nor"] = own["nor"].mask(shared, np.nan)
        if phase == "primary":
            own["capacity_sixth_form"] = own["capacity_sixth_form"].mask(shared, np.nan)
        parts.append(own)
    nowhere = ~single & areas["primary"].eq("") & areas["secondary"].eq("")
    parts.append(typed[nowhere].assign(phase=lambda rows: rows["named_phase"]))
    rows = pd.concat(parts).sort_index(kind="stable")
    notes = [f"{nowhere.sum()} rows have no planning area"] if nowhere.any() else []
    if both.any():
        notes.append(f"{both.sum()} schools with planning areas of both phases have a row for each; their roll is not parted")
    whole = typed["phase"].map(plain).isin(ALL_THROUGH) & ~both
    if whole.any():
        names = ", ".join(sorted(typed.loc[whole, "school_name"].unique())[:6])
        notes.append(f"places of all-through schools are those of both phases together: {names}")
    return rows.drop(columns=[c for c in rows.columns if c not in Capacity.to_schema().columns]), notes


def _some(symbols: pd.Series) -> str:
    return ", ".join(sorted(set(symbols) - {""})[:5])


CAPACITY = Reader("scap_capacity", "capacity", "School capacity: capacity and planning areas by school",
                  "Department for Education", read_scap_capacity)
SIXTH_FORM = Reader("scap_sixth_form", "capacity", "School capacity: sixth-form places by school", "Department for Education",
                    read_scap_sixth_form)
AREA_NAMES = Reader("scap_area_names", "area_names", "School capacity: names of planning areas", "Department for Education",
                    read_scap_area_names)
READERS = (CAPACITY, SIXTH_FORM, AREA_NAMES)
