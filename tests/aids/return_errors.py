"""Errors of a return as people make them, each seeded into a good return, with the check that has to catch it.

`SEEDED` is a table to be read: what is wrong, which check finds it, in which part of the return (or of what it is held against,
after `known.`), and how it gets there. `PICK` are the lines that are changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from good_returns import BASE, Good

from sufficiency.scap.checks import form
from sufficiency.scap.checks.every import CHECKS
from sufficiency.scap.checks.finding import Finding, answered

OF_CELLS = ("R01", "R02")
Change = Callable[[pd.DataFrame, Good], pd.DataFrame]
Lines = Callable[[pd.DataFrame, Good], pd.Series]


@dataclass(frozen=True)
class Seed:
    """One error: in words, the check that finds it, where it is put, and how."""

    what: str
    check: str
    part: str
    change: Change


def seeded(of: Good, seed: Seed) -> Good:
    """The good return with one error in it."""
    if seed.part.startswith("known."):
        name = seed.part.removeprefix("known.")
        return replace(of, known=replace(of.known, **{name: seed.change(getattr(of.known, name).copy(), of)}))
    tables = dict(of.returned.tables)
    tables[seed.part] = seed.change(tables[seed.part].copy(), of)
    return replace(of, returned=replace(of.returned, tables=tables))


def found_by(seed: Seed, wrong: Good) -> list[Finding]:
    """What the check that a seed is for finds: in the cells of its table, or in lines that can be read."""
    if seed.check in OF_CELLS:
        changed = {seed.part: wrong.returned.tables[seed.part]}
        return list(form.cells(replace(wrong.returned, tables=changed), wrong.known))
    made = [check for check in CHECKS if check.__doc__.startswith(f"{seed.check}: ")]
    assert made, f"no check says of itself that it is {seed.check}"
    found = [one for check in made for one in check(form.sound(wrong.returned), wrong.known)]
    return list(answered(iter(dict.fromkeys(found)), wrong.known.comments))


def all_lines(table: pd.DataFrame, of: Good) -> pd.Series:
    """Every line."""
    return pd.Series(True, index=table.index)


def where(**values: object) -> Lines:
    """The lines in which columns have these values; `school="unplanned"` or "bulge" is one of the two schools."""

    def lines(table: pd.DataFrame, of: Good) -> pd.Series:
        found = all_lines(table, of)
        for column, value in values.items():
            if column == "school":
                found &= table["urn"].eq(of.unplanned if value == "unplanned" else of.bulge_school)
            else:
                found &= table[column].gt(0) if value == "some" else table[column].eq(value)
        return found

    return lines


def write(column: str, value: Any, lines: Lines = all_lines, every: bool = False) -> Change:
    """Write a value, or what a function makes of the old one, into the first of some lines, or into all of them."""

    def change(table: pd.DataFrame, of: Good) -> pd.DataFrame:
        at = table.index[lines(table, of)]
        assert len(at), f"there is no line to change {column} in"
        at = at if every else at[:1]
        old = table.loc[at, column]
        new = [value(one) if callable(value) else value for one in old]
        table[column] = table[column].astype("object")
        table.loc[at, column] = pd.Series(new, index=at, dtype="object")
        return table if any(isinstance(one, str) or one is None for one in new) else table.infer_objects()

    return change


def leave_out(lines: Lines) -> Change:
    """Leave lines out."""

    def change(table: pd.DataFrame, of: Good) -> pd.DataFrame:
        gone = lines(table, of)
        assert gone.any(), "there is no line to leave out"
        return table[~gone].reset_index(drop=True)

    return change


def add(lines: Lines = all_lines, **values: object) -> Change:
    """Add the first of some lines once more, with other values in it."""

    def change(table: pd.DataFrame, of: Good) -> pd.DataFrame:
        line = table[lines(table, of)].head(1).assign(**values)
        assert len(line), "there is no line to add"
        return pd.concat([table, line], ignore_index=True)

    return change


def with_no(column: str) -> Change:
    """Take a column out."""
    return lambda table, of: table.drop(columns=column)


def first_school(value: str) -> Callable[[pd.DataFrame, Good], pd.Series]:
    """The lines of a provision."""
    return where(provision=value)


FORECAST, ROLL, CAPACITY, PLACES, PLANNED, SPECIAL, NEEDS = (
    "mainstream_forecast",
    "on_roll",
    "school_capacity",
    "year_group_places",
    "planned_changes",
    "specialist_capacity",
    "specialist_forecast",
)
PRIMARY_6, SECONDARY_7 = where(phase="primary", nc_year=3, ay=BASE + 3), where(phase="secondary", nc_year=9, ay=BASE + 3)
STILL = where(school="unplanned", nc_year=2)
COMING = where(school="bulge", change="bulge", ay=BASE + 1)
NEXT = where(school="bulge", change="bulge", ay=BASE + 2)
FIRM = where(rests_on="planned_places", change="additional")

SEEDED: tuple[Seed, ...] = (
    Seed("an open school has no capacity line", "S01", CAPACITY, leave_out(where(school="unplanned"))),
    Seed("a school has closed", "S01", "known.register", write("status", "Closed", where(school="unplanned"))),
    Seed(
        "a nursery school stands among the schools",
        "S01",
        "known.register",
        write("nursery_only", True, where(school="unplanned")),
    ),
    Seed(
        "a special school stands among the mainstream schools",
        "S01",
        "known.register",
        write("mainstream", False, where(school="unplanned")),
    ),
    Seed("a school that GIAS does not know", "S01", CAPACITY, add(urn="999999")),
    Seed("one year group has a class too many", "S02", PLACES, write("places_available", lambda n: n + 30.0, STILL)),
    Seed("capacity has a digit too few", "S02", CAPACITY, write("capacity", lambda n: n // 10, where(school="unplanned"))),
    Seed("places below nought", "S03", PLACES, write("places_available", -5.0, STILL)),
    Seed("half a place", "S03", PLACES, write("places_available", lambda n: n + 0.5, STILL)),
    Seed("far more pupils than places", "S03", ROLL, write("pupils", lambda n: n * 2, where(school="unplanned"), every=True)),
    Seed("hardly any pupils", "S03", ROLL, write("pupils", 2.0, where(school="unplanned"), every=True)),
    Seed("twelve pupils too many on roll", "S04", ROLL, write("pupils", lambda n: n + 12, STILL)),
    Seed("a school is left out of the roll", "S04", ROLL, leave_out(where(school="unplanned"))),
    Seed(
        "the forecast starts from another January",
        "S04",
        "known.pupils",
        write("pupils", lambda n: n * 1.05, where(ay=BASE), every=True),
    ),
    Seed("a cohort grows by a third", "S05", FORECAST, write("pupil_forecast", lambda n: round(n * 1.33), PRIMARY_6)),
    Seed(
        "a cohort of the whole authority grows by six per cent",
        "S05",
        FORECAST,
        write("pupil_forecast", lambda n: round(n * 1.06), PRIMARY_6, every=True),
    ),
    Seed("more developers' pupils than pupils", "S06", FORECAST, write("hdc_pupils", 5_000, where(hdc_pupils="some"))),
    Seed(
        "developers' and HIF pupils together more than pupils",
        "S06",
        FORECAST,
        write("hif_pupils", 5_000, where(hdc_pupils="some")),
    ),
    Seed(
        "developers' pupils where no site is",
        "S06",
        FORECAST,
        write("hdc_pupils", 1, where(hdc_pupils=0, phase="primary"), every=True),
    ),
    Seed("the deed of a site is not signed", "S06", "known.sites", write("agreement", "", where(funded="HDC"), every=True)),
    Seed(
        "HIF pupils where no HIF site is",
        "S06",
        FORECAST,
        write("hif_pupils", 1, where(hif_pupils=0, phase="primary"), every=True),
    ),
    Seed("others project five per cent more", "S07", "known.supplied", write("pupils", lambda n: n * 1.05, every=True)),
    Seed("nobody says who pays", "S08", PLANNED, write("funding", "", FIRM)),
    Seed("nobody says whether it is firm", "S08", PLANNED, write("standing", "", FIRM)),
    Seed("a scheme that is only proposed", "S08", PLANNED, write("standing", "proposed", FIRM)),
    Seed("places of the department's own programme", "S08", PLANNED, write("funding", "central_programme", FIRM)),
    Seed("the bulge stays in Reception", "S09", PLANNED, write("nc_year", 0, NEXT)),
    Seed("the bulge is gone after a year", "S09", PLANNED, leave_out(NEXT)),
    Seed("the bulge is halved as it moves up", "S09", PLANNED, write("places", 15.0, NEXT)),
    Seed("the bulge is counted as additional too", "S09", PLANNED, add(COMING, change="additional")),
    Seed(
        "specialist children begin a tenth above SEN2", "S10", NEEDS, write("children", lambda n: round(n * 1.1), where(ay=BASE))
    ),
    Seed(
        "a school stood in another planning area last year",
        "S11",
        "known.areas",
        write("planning_area_code", "9909999", where(school="unplanned")),
    ),
    Seed("a sixth year of primary", "S12", FORECAST, add(where(phase="primary", ay=BASE + 5), ay=BASE + 6)),
    Seed("the fifth year of primary is not there", "S12", FORECAST, leave_out(where(phase="primary", ay=BASE + 5))),
    Seed("secondary ends after six years", "S12", FORECAST, leave_out(where(phase="secondary", ay=BASE + 7))),
    Seed("the base year stands among the forecasts", "S12", FORECAST, add(PRIMARY_6, ay=BASE)),
    Seed("specialist children end a year too early", "S12", NEEDS, leave_out(where(phase="primary", ay=BASE + 5))),
    Seed("a figure is blank", "R01", FORECAST, write("pupil_forecast", None, PRIMARY_6)),
    Seed("pupils below nought", "R01", FORECAST, write("pupil_forecast", -3, PRIMARY_6)),
    Seed("half a pupil", "R01", FORECAST, write("pupil_forecast", 28.5, PRIMARY_6)),
    Seed("a word where a figure should be", "R01", FORECAST, write("pupil_forecast", "about 60", PRIMARY_6)),
    Seed("a planning area code with a digit too few", "R01", FORECAST, write("planning_area_code", "990101", PRIMARY_6)),
    Seed("another authority's planning area", "R01", CAPACITY, write("planning_area_code", "8910101", where(school="unplanned"))),
    Seed("a URN with a digit too few", "R01", CAPACITY, write("urn", "99001", where(school="unplanned"))),
    Seed("a phase that there is not", "R01", CAPACITY, write("phase", "middle", where(school="unplanned"))),
    Seed("a kind of place that there is not", "R01", SPECIAL, write("provision", "day centre")),
    Seed("half a specialist child", "R01", NEEDS, write("children", 10.5)),
    Seed("a whole column is not there", "R01", FORECAST, with_no("hdc_pupils")),
    Seed("a line of the forecast stands twice", "R02", FORECAST, add(PRIMARY_6)),
    Seed("a school stands twice", "R02", CAPACITY, add(where(school="unplanned"))),
    Seed("a year group is left out in one year", "R03", FORECAST, leave_out(PRIMARY_6)),
    Seed("nursery children stand in the forecast", "R03", FORECAST, write("nc_year", -1, PRIMARY_6)),
    Seed("Year 7 stands under primary", "R03", PLACES, write("nc_year", 7, STILL)),
    Seed(
        "a school's roll stands in another area", "R04", ROLL, write("planning_area_code", "9909999", where(school="unplanned"))
    ),
    Seed(
        "a planning area is not forecast",
        "R04",
        FORECAST,
        lambda table, of: table[table["planning_area_code"].ne(table["planning_area_code"].iloc[0])].reset_index(drop=True),
    ),
    Seed("a planning area without a school is forecast", "R04", FORECAST, add(planning_area_code="9909999")),
    Seed("a school has capacity and no places", "R04", PLACES, leave_out(where(school="unplanned"))),
    Seed("capacity of nought", "R05", CAPACITY, write("capacity", 0.0, where(school="unplanned"))),
    Seed("capacity that is not whole", "R05", CAPACITY, write("capacity", 210.5, where(school="unplanned"))),
    Seed("a sixth form at a primary school", "R05", CAPACITY, write("capacity_sixth_form", 60.0, where(school="unplanned"))),
    Seed("a figure was typed over", "R06", FORECAST, write("pupil_forecast", lambda n: n + 4, SECONDARY_7)),
    Seed(
        "two figures of an area were changed about",
        "R06",
        FORECAST,
        lambda table, of: table.assign(
            pupil_forecast=table["pupil_forecast"]
            + 3 * PRIMARY_6(table, of).astype("int64")
            - 3 * where(phase="primary", nc_year=4, ay=BASE + 3)(table, of).astype("int64")
        ),
    ),
    Seed("planned places at a school that is not there", "R07", PLANNED, write("urn", "999999", FIRM)),
    Seed("planned places four years ahead", "R07", PLANNED, write("ay", BASE + 4, FIRM)),
    Seed("planned places in a year group that the school does not have", "R07", PLANNED, write("nc_year", 14, FIRM)),
    Seed("more places taken away than there are", "R07", PLANNED, write("places", 5_000.0, where(change="removed"))),
    Seed("no secondary forecast of specialist children", "R08", NEEDS, leave_out(where(phase="secondary"))),
    Seed("no count of specialist children to start from", "R08", NEEDS, leave_out(where(ay=BASE))),
    Seed("special school places at a mainstream school", "R08", SPECIAL, write("provision", "special", first_school("sen_unit"))),
    Seed("a SEN unit at a special school", "R08", SPECIAL, write("provision", "sen_unit", where(provision="special"))),
    Seed("specialist places at a school that GIAS does not know", "R08", SPECIAL, write("urn", "999999")),
)
