"""What a check finds: which line of which part of the return, what stands there, what was expected, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from planning_areas.school_year import ay_label, nc_year_label
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    import pandas as pd

ERROR, WARNING, ANSWERED = "error", "warning", "answered"
HEADER = 2  # the first line below the headings, as a spreadsheet numbers it

TITLES = {
    "S01": "Every open school in scope is there, and no other",
    "S02": "Year-group places add up to capacity",
    "S03": "Year-group places are whole, and pupils fit them",
    "S04": "The forecast starts from the January census",
    "S05": "Cohorts move up without a jump",
    "S06": "Developers' pupils are inside the forecast, and a signed agreement stands behind them",
    "S07": "The authority's total is near what others project",
    "S08": "Planned places say who pays and that they are firm",
    "S09": "A bulge class is counted once and moves up every September",
    "S10": "Specialist children start from the count of plans",
    "S11": "Planning areas are those of the last return, or their change was approved",
    "S12": "Every forecast has the years that are asked for",
    "R01": "Every cell is filled in, and of its kind",
    "R02": "No line is there twice",
    "R03": "Every year group of an area is there in every year",
    "R04": "The parts of the return speak of the same schools and areas",
    "R05": "Capacity is there, and holds its sixth form",
    "R06": "The figures are those of the run",
    "R07": "Planned places belong to a school, a year and a year group of the return",
    "R08": "Specialist places and children are complete, and stand where they can",
}
"""What each check asks, in words."""


@dataclass(frozen=True)
class Finding:
    """One thing that a check found; a blank key speaks of all areas, schools, years or year groups."""

    check: str
    severity: str
    table: str
    row: int  # the line of the file as a spreadsheet numbers it; 0: the whole of it
    found: str
    expected: str
    advice: str
    planning_area_code: str = ""
    urn: str = ""
    phase: str = ""
    ay: int | None = None
    nc_year: int | None = None
    comment: str = ""

    @property
    def where(self) -> str:
        """The line in words: area, school, phase, year, year group."""
        return self.where_in({})

    def where_in(self, names: Mapping[str, str]) -> str:
        """The same with the names of areas and schools by their codes and numbers."""

        def called(what: str, code: str) -> str:
            return f"{names[code]} ({code})" if code in names else f"{what} {code}" if code else ""

        told = [
            called("planning area", self.planning_area_code),
            called("school", self.urn),
            self.phase,
            ay_label(self.ay) if self.ay is not None else "",
            nc_year_label(self.nc_year) if self.nc_year is not None else "",
        ]
        return ", ".join(part for part in told if part) or "the whole table"

    def __str__(self) -> str:
        line = f"line {self.row}, " if self.row else ""
        return f"{self.check} {self.table}, {line}{self.where}: {self.found}; {self.expected}; {self.advice}"


def at(row: Any, check: str, severity: str, table: str, found: str, expected: str, advice: str) -> Finding:
    """A finding about one line of a table: `row` is of `itertuples`, its index that of the table."""

    def number(name: str) -> int | None:
        value = getattr(row, name, None)
        return None if value is None or value != value else int(value)

    def text(name: str) -> str:
        return str(getattr(row, name, "") or "")

    return Finding(
        check,
        severity,
        table,
        int(row.Index) + HEADER,
        found,
        expected,
        advice,
        text("planning_area_code"),
        text("urn"),
        text("phase"),
        number("ay"),
        number("nc_year"),
    )


def limits(check: str) -> dict[str, Any]:
    """The limits of a check, from the rulebook."""
    found: dict[str, Any] = rulebook("return_checks")[check]
    return found


def answered(findings: Iterator[Finding], comments: pd.DataFrame) -> Iterator[Finding]:
    """Give each warning the council's comment on it: a comment answers for all that its own keys do not narrow down."""
    rows = list(comments.itertuples())
    for finding in findings:
        told = [str(row.comment) for row in rows if finding.severity == WARNING and answers(row, finding)]
        yield replace(finding, severity=ANSWERED, comment="; ".join(told)) if told else finding


def answers(row: Any, finding: Finding) -> bool:
    """Whether a comment speaks of what was found."""
    if row.check != finding.check:
        return False
    keys = (
        (row.planning_area_code, finding.planning_area_code),
        (row.urn, finding.urn),
        (row.phase, finding.phase),
        (row.ay, finding.ay),
        (row.nc_year, finding.nc_year),
    )
    return all(said == "" or said != said or said == found for said, found in keys)
