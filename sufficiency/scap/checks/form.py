"""The form of a return: every cell of its kind (R01), no line twice (R02), every year group (R03) and every year (S12) there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.school_year import HORIZON, PHASE_YEARS, ay_label, nc_year_label
from planning_areas.tables import EvidenceError, check
from planning_areas.wording import some
from sufficiency.scap.checks.finding import ERROR, HEADER, Finding, at
from sufficiency.scap.layouts import MODELS, Return

if TYPE_CHECKING:
    from sufficiency.scap.checks.known import Known

COUNTS = {
    "mainstream_forecast": ("pupil_forecast", "hdc_pupils", "hif_pupils"),
    "on_roll": ("pupils",),
    "planned_changes": ("places",),
    "specialist_capacity": ("places",),
    "specialist_forecast": ("children",),
}
"""Figures of the return that count children or places, and so are whole."""
SAID_TWICE = "say this twice"
KEYS = ("urn", "planning_area_code", "phase", "ay", "nc_year", "provision", "change")


def cells(returned: Return, known: Known) -> Iterator[Finding]:
    """R01 and R02: what the layout of each table refuses, told line by line."""
    for name, table in returned.tables.items():
        try:
            check(table.set_axis(table.index + HEADER), MODELS[name], name)
        except EvidenceError as failure:
            for problem in failure.problems:
                twice = SAID_TWICE in problem.expected
                found = f"{problem.column} = {problem.found or 'blank'}" + (
                    f", and {problem.others} more lines" if problem.others else ""
                )
                yield _of_line(
                    Finding(
                        "R02" if twice else "R01",
                        ERROR,
                        name,
                        problem.row,
                        found,
                        problem.expected,
                        "leave one line" if twice else "mend it in the workspace, and run it again",
                    ),
                    table,
                )
        yield from _whole(name, table)
        yield from _codes(name, table, known.authority)


def _of_line(finding: Finding, table: pd.DataFrame) -> Finding:
    """The same with the keys of its line, as far as they can be read."""
    line = table.loc[[finding.row - HEADER]] if finding.row - HEADER in table.index else table.iloc[:0]
    for row in sound_table(line).itertuples():
        return at(row, finding.check, ERROR, finding.table, finding.found, finding.expected, finding.advice)
    return finding


def _whole(name: str, table: pd.DataFrame) -> Iterator[Finding]:
    for column in COUNTS.get(name, ()):
        if column in table:
            part = pd.to_numeric(table[column], errors="coerce").mod(1).gt(0)
            for row in sound_table(table[part]).itertuples() if part.any() else ():
                yield at(
                    row,
                    "R01",
                    ERROR,
                    name,
                    f"{column} = {getattr(row, column):g}",
                    "a whole number expected",
                    "round the figures of an area together, so that they still add up",
                )


def _codes(name: str, table: pd.DataFrame, authority: str) -> Iterator[Finding]:
    """Codes of planning areas have seven digits, the authority's first."""
    if "planning_area_code" in table:
        codes = table["planning_area_code"].astype("str")
        strange = table[~codes.str.fullmatch(rf"{authority}\d{{4}}") & codes.ne("")]
        for row in sound_table(strange.drop_duplicates("planning_area_code")).itertuples() if len(strange) else ():
            yield at(
                row,
                "R01",
                ERROR,
                name,
                f"planning_area_code = {row.planning_area_code}",
                f"a code of seven digits that begins with {authority} expected",
                "give each area the department's code",
            )


def sound(returned: Return) -> Return:
    """The same without lines whose keys cannot be read, figures that cannot be read as blanks: other checks then go on."""
    return replace(returned, tables={name: sound_table(_complete(table, name)) for name, table in returned.tables.items()})


def _complete(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """A table with all its columns; those that are gone are blank, which leaves no line with a key."""
    return table.reindex(columns=list(MODELS[name].to_schema().columns))


def sound_table(table: pd.DataFrame) -> pd.DataFrame:
    """Lines with keys that can be read; keys of years whole numbers, figures numbers or missing; the index stays."""
    keep, made = pd.Series(True, index=table.index), table.copy()
    for name in table.columns:
        if name in ("ay", "nc_year"):
            made[name] = pd.to_numeric(table[name], errors="coerce")
            keep &= made[name].notna() & made[name].mod(1).eq(0)
        elif name in KEYS:
            made[name] = table[name].astype("object").where(table[name].notna(), "").astype("str")
        elif name not in ("school_name", "capacity_basis", "basis", "funding", "standing", "rests_on"):
            made[name] = pd.to_numeric(table[name], errors="coerce").astype("float64")
        else:
            made[name] = table[name].astype("object").where(table[name].notna(), "").astype("str")
    made = made[keep]
    return made.astype({name: "int64" for name in ("ay", "nc_year") if name in made})


def years(returned: Return, known: Known) -> Iterator[Finding]:
    """S12: five years of primary and seven of secondary from the year after the base year, for every area; no other year."""
    table = returned.tables["mainstream_forecast"]
    for (phase, code), mine in table.groupby(["phase", "planning_area_code"], sort=True):
        if phase in HORIZON:
            yield from _span(mine, phase, known.base_year, "mainstream_forecast", f"{code} has")
    special = returned.tables["specialist_forecast"]
    for (phase, provision), mine in special.groupby(["phase", "provision"], sort=True):
        if phase in HORIZON:
            yield from _span(
                mine[mine["ay"] != known.base_year], phase, known.base_year, "specialist_forecast", f"{provision} has"
            )


def _span(mine: pd.DataFrame, phase: str, base: int, name: str, who: str) -> Iterator[Finding]:
    wanted = range(base + 1, base + HORIZON[phase] + 1)
    asked = f"{ay_label(wanted[0])} to {ay_label(wanted[-1])} expected, {len(wanted)} years of {phase}"
    there = {int(ay) for ay in mine["ay"]}
    for row in mine[~mine["ay"].isin(list(wanted))].drop_duplicates("ay").itertuples():
        yield at(row, "S12", ERROR, name, f"{who} a forecast of {ay_label(int(row.ay))}", asked, "leave that year out")
    if gone := [ay for ay in wanted if ay not in there]:
        for row in mine.head(1).itertuples():
            yield replace(
                at(
                    row,
                    "S12",
                    ERROR,
                    name,
                    f"{who} no forecast of {some(map(ay_label, gone))}",
                    asked,
                    "set primary_years and secondary_years to what the return asks for, and run again",
                ),
                ay=gone[0],
                nc_year=None,
                row=0,
            )


def year_groups(returned: Return, known: Known) -> Iterator[Finding]:
    """R03: Reception to Year 6 in each year of a primary area, Year 7 to 11 of a secondary one; none that is not of the phase."""
    table = returned.tables["mainstream_forecast"]
    for name in ("mainstream_forecast", "on_roll", "year_group_places"):
        part = returned.tables[name]
        for phase, groups in PHASE_YEARS.items():
            top = PHASE_YEARS["sixth_form"][-1] if phase == "secondary" and name != "year_group_places" else groups[-1]
            wrong = part[part["phase"].eq(phase) & ~part["nc_year"].between(groups[0], top)]
            for row in wrong.itertuples():
                yield at(
                    row,
                    "R03",
                    ERROR,
                    name,
                    f"{nc_year_label(int(row.nc_year))} stands under {phase}",
                    f"{nc_year_label(groups[0])} to {nc_year_label(top)} expected",
                    "nursery is never part of a return; put other year groups under their own phase",
                )
    for (phase, code, ay), mine in table.groupby(["phase", "planning_area_code", "ay"], sort=True):
        if gone := sorted(set(PHASE_YEARS.get(phase, ())) - set(mine["nc_year"])):
            yield Finding(
                "R03",
                ERROR,
                "mainstream_forecast",
                0,
                f"no figure for {some(map(nc_year_label, gone))}",
                "a figure for every year group expected, nought where there are no pupils",
                "run the workspace again",
                str(code),
                "",
                str(phase),
                int(ay),
                gone[0],
            )
