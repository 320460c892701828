"""Local Authority Interactive Tool: children registered for funded early education in January, and the share that they are.

The tool's long table has a row for each indicator, authority and year. Read are numbers and percentages of two-year-olds (early
learning) and of three- and four-year-olds (universal, those in Reception included); how many are eligible is the number over the
share, which the publication rounds to a tenth of a per cent. A year is that of its January. Shares above 100 % are as published:
more children are registered than the population estimate has.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from sufficiency.childcare.demand_tables import ChildcareEligible
from sufficiency.evidence import Reading
from sufficiency.sources.cells import cell_problems, counts
from sufficiency.sources.frames import Layout, held, plain, read_frame
from sufficiency.sources.reading import Ask, Reader, noted, source

LAYOUT = Layout(("Short Desc", "Years", "Values", "LA Number"), ("LA and Regions", "Data item", "Region"),
                {"Short Desc": "short description|indicator", "Years": "year", "Values": "value",
                 "LA Number": "la code|old la code"}, authority="LA Number")
TWO, THREE_AND_FOUR = ("early_learning", "2 years"), ("universal", "3 and 4 years")
INDICATORS = {"%_2yr_olds": (*TWO, "share"), "No_2yr_olds": (*TWO, "registered"),
              "%_3&4yr_olds": (*THREE_AND_FOUR, "share"), "No_3&4yr_olds": (*THREE_AND_FOUR, "registered")}
PUBLISHED = {"ay": "Years", "registered": "Values", "eligible": "Values"}
YEAR = r"\d{4}(\.0)?"


def read_lait(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read who is registered for funded early education, and how many are eligible by it."""
    read = read_frame(path, LAYOUT, ask)
    known = {plain(name): what for name, what in INDICATORS.items()}
    mine = read.frame["Short Desc"].map(plain).isin(known)
    frame = read.frame[mine]
    if frame.empty:
        raise EvidenceError([Problem(path.name, 0, "Short Desc", expected="no row is of an indicator that is read",
                                     advice=f"download these: {', '.join(INDICATORS)}")])
    others = sorted(set(read.frame.loc[~mine, "Short Desc"]))
    notes = [f"indicators that are not read: {', '.join(others)}"] if others else []
    years = frame["Years"].where(frame["Years"].str.fullmatch(YEAR))
    values, symbols, bad = counts(frame["Values"])
    bad |= values.lt(0)
    problems = [*cell_problems(frame["Years"][years.isna()], path.name, "Years", "a calendar year such as 2025 expected"),
                *cell_problems(frame["Values"][bad], path.name, "Values", "a number, or one of c z x low : expected")]
    what = frame["Short Desc"].map(plain)
    told = pd.DataFrame({"ay": years.astype("float64") - 1, "kind": what.map(lambda w: known[w][0]),
                         "age": what.map(lambda w: known[w][1]), "figure": what.map(lambda w: known[w][2]),
                         "value": values.mask(bad), "row": frame.index})
    told = told[told["ay"].notna()]
    problems += _said_twice(told, path.name)
    if hidden := int(symbols.ne("").sum()):
        notes.append(f"{hidden} values are hidden or not available: those years are not known")
    keys = ["ay", "kind", "age"]
    table = told.groupby(keys, as_index=False)["row"].min()
    once = told.drop_duplicates([*keys, "figure"]).set_index(keys)
    figures = {name: once.loc[once["figure"] == name, "value"] for name in ("share", "registered")}
    share, registered = (table.join(figures[name], on=keys)["value"] for name in ("share", "registered"))
    table = table.assign(eligible=(registered / share * 100).where(share > 0), registered=registered)
    checked = held(table.set_index("row"), ChildcareEligible, path.name, problems, read.written(PUBLISHED))
    return (Reading(checked, source(READER, path, ask), noted(READER.table, path, (*read.notes, *notes))),)


def _said_twice(told: pd.DataFrame, file: str) -> list[Problem]:
    """Find an indicator that has two values in a year."""
    twice = told[told.duplicated(["ay", "kind", "age", "figure"])]
    return [Problem(file, int(twice["row"].iloc[0]), "Short Desc", expected="this indicator and year stand in an earlier row too",
                    advice="drop one", others=len(twice) - 1)] if len(twice) else []


READER = Reader("lait", "childcare_eligible", "Local Authority Interactive Tool: funded early education",
                "Department for Education", read_lait)
