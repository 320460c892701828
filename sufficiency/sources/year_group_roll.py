"""Schools, pupils and their characteristics: January headcounts of each authority by year group, over the years.

Two layouts are read. The tidy one has a row for each year, authority and year group (`reception`, `year_group_1` ...) and speaks
of state-funded primary and secondary schools already. The one of the statistics service has a row for each kind of school and
sex besides: state-funded primary and secondary schools are added up, both sexes together, rows of authorities only.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import AuthorityRoll, Reading
from sufficiency.sources.cells import NOT_FOLLOWED, academic_years, cell_problems, census_years, counts
from sufficiency.sources.frames import Layout, held, plain, read_frame
from sufficiency.sources.reading import Ask, Reader, noted, source
from sufficiency.sources.school_census import TOTALS, added_up

MAINSTREAM = ("state funded primary", "state funded secondary")
LAYOUT = Layout(
    ("old_la_code", "nc_year", "headcount"), ("time_period", "phase_type_grouping", "sex", "geographic_level"),
    {
        "old_la_code": "la code|la number", "nc_year": r"ncyear|nc year group|year group|national curriculum year( group)?",
        "headcount": "pupils|number of pupils|pupil count|headcount of pupils", "sex": "gender",
        "phase_type_grouping": "phase type|school phase|school type", "time_period": "time period|academic year",
    },
    authority="old_la_code",
)
PUBLISHED = {"la_code": "old_la_code", "ay": "time_period", "pupils": "headcount"}


def read_year_group_roll(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the authority's roll by year group in state-funded primary and secondary schools."""
    read = read_frame(path, LAYOUT, ask)
    frame, notes, problems = _chosen(read.frame, path.name)
    ay, faults = academic_years(frame, path.name, ask.ay)
    labels, cells = frame["nc_year"], frame["headcount"]
    sums = labels.map(plain).isin(TOTALS)
    frame, ay, labels, cells = frame[~sums], ay[~sums], labels[~sums], cells[~sums]
    years, strange = census_years(labels)
    pupils, symbols, bad = counts(cells)
    bad |= pupils.lt(0) | pupils.mod(1).gt(0)
    problems += [
        *faults, *cell_problems(labels[strange], path.name, "nc_year", "a year group such as Reception or Year group 1 expected"),
        *cell_problems(cells[bad], path.name, "pupils", "a whole number of pupils, or one of c z x low : expected")]
    parts = pd.DataFrame({"la_code": frame["old_la_code"], "ay": ay, "nc_year": years, "pupils": pupils.mask(bad),
                          "symbol": symbols, "row": frame.index})
    followed = parts["nc_year"].ne(NOT_FOLLOWED)
    if nobody := parts.loc[~followed, "pupils"].sum():
        notes.append(f"{nobody:,.0f} pupils who follow no year group are left out, over all years")
    parts = parts[followed & ~strange]
    problems += _said_twice(parts, frame.loc[parts.index], path.name)
    roll = added_up(parts, ["la_code", "ay", "nc_year"]).set_index("row")
    table = held(roll, AuthorityRoll, path.name, problems, read.written(PUBLISHED))
    return (Reading(table, source(READER, path, ask), noted(READER.table, path, (*read.notes, *notes))),)


def _chosen(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, list[str], list[Problem]]:
    """Keep rows of authorities, of both sexes together, of state-funded primary and secondary schools; say what was chosen."""
    notes: list[str] = []
    wanted = {"geographic_level": ("local authority", "la"), "sex": TOTALS, "phase_type_grouping": MAINSTREAM}
    for column, words in wanted.items():
        if column not in frame.columns:
            continue
        mine = frame[column].map(plain).isin(words)
        if not mine.any():
            shown = ", ".join(sorted(frame[column].unique())[:6])
            raise EvidenceError([Problem(file, 0, column, found=shown, expected=f"rows with {words[0]!r} expected",
                                         advice="download it with these rows")])
        if not mine.all():
            kept, dropped = (", ".join(sorted(rows.unique())[:6]) for rows in (frame.loc[mine, column], frame.loc[~mine, column]))
            notes.append(f"{column}: {kept} kept, {dropped} left out")
        frame = frame[mine]
    problems = []
    if "phase_type_grouping" in frame.columns:
        kinds = set(frame["phase_type_grouping"].map(plain))
        problems = [Problem(file, 0, "phase_type_grouping", found=", ".join(sorted(kinds)),
                            expected=f"no row is of {kind} schools", advice="primary and secondary are both needed")
                    for kind in MAINSTREAM if kind not in kinds]
    return frame, notes, problems


def _said_twice(parts: pd.DataFrame, frame: pd.DataFrame, file: str) -> list[Problem]:
    """Find rows that say the same thing twice, which adding up would hide."""
    keys = parts[["la_code", "ay"]].assign(label=frame["nc_year"].map(plain))
    if "phase_type_grouping" in frame.columns:
        keys["phase"] = frame["phase_type_grouping"].map(plain)
    twice = keys.duplicated()
    if not twice.any():
        return []
    first = int(twice.idxmax())
    return [Problem(file, first, "nc_year", found=str(frame.loc[first, "nc_year"]), others=int(twice.sum()) - 1,
                    expected="this authority, year and year group stands in an earlier row too: one row for each",
                    advice="drop one; a file of single schools is read by school_census")]


READER = Reader("year_group_roll", "authority_roll",
                "Schools, pupils and their characteristics: pupils by year group and authority", "Department for Education",
                read_year_group_roll)
