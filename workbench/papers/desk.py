"""What a paper is written from: the tables of a release, and a few more that set out what the run says in words, row by row.

Sentences that a run has ready - its headlines, findings, proofs, sources - are bound like figures: each is a row of a table that
anybody can make again from the release. No table here holds a number that is not in the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from maps.layer import number
from planning_areas.school_year import ENTRY_YEAR
from scenarios.manifest import versions
from workbench.attribution import attribution
from workbench.checking import ABSENT
from workbench.childcare_view import childcare_sayings, findings_table
from workbench.documents.figures import Figures, of_row, say
from workbench.documents.model import Column, Document, Table
from workbench.safe_dates import by_september, for_areas
from workbench.safe_dates import in_words as day_in_words
from workbench.sayings import accuracy_sayings, headlines

if TYPE_CHECKING:
    from sufficiency.evidence import Note
    from workbench.documents.model import Figure, Text
    from workbench.publishing.material import Material

PHASES = tuple(ENTRY_YEAR)
HEADING, POINT, SAID = "heading", "point", "said"


OF_WORDS = frozenset({"text", "spelt", "kind", "planning status", "entitlement", "plain number", "yes", "group", "year",
                      "january", "opens", "age", "grade"})
"""Forms that are words, or read like words."""


@dataclass(frozen=True)
class Shown:
    """How a column stands in a table of a paper: what is read, its heading, how it is printed, whether it is a figure."""

    column: str
    heading: str
    form: str = "whole"

    @property
    def as_column(self) -> Column:
        """The same for a document; words stand at the left, figures at the right."""
        return Column(self.heading, figures=self.form not in OF_WORDS)


@dataclass(frozen=True)
class Desk:
    """The material of an edition with its tables at hand."""

    material: Material

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the release, `c` where a figure is hidden, and what the run says in words."""
        release = self.material.release
        shown = {name: release.shown(name) if name in release.masks and len(release.masks[name]) == len(table) else table
                 for name, table in release.tables.items()}
        return {**shown, **told_in_words(self.material)}

    @cached_property
    def figures(self) -> Figures:
        """Figures out of these tables."""
        return Figures(self.tables)

    @property
    def base(self) -> int:
        """The academic year of the census."""
        return self.material.run.authority.base_year

    @property
    def authority(self) -> str:
        """The council's name."""
        return self.material.run.authority.name

    def one(self, table: str, column: str, form: str = "whole", made: str = "only", **rows: object) -> Figure:
        """A figure of a table; rows are told by what stands in their columns."""
        return self.figures.one(table, column, form, made, **rows)

    def of_run(self, column: str, form: str = "text") -> Figure:
        """Something that the run says of itself."""
        return self.figures.one("run", column, form)

    def said(self, about: str) -> list[Text]:
        """The sentences that the run has on a matter."""
        rows = self.tables["sayings"]
        return [
            say(of_row(row, "sayings", "said", "text", ("about", "number")))
            for row in rows[rows["about"] == about].to_dict("records")
        ]

    def last_year(self, phase: str) -> int:
        """The last year of a phase's forecast; the base year where it has none."""
        mine = self.tables["summary"]
        return int(mine.loc[mine["phase"] == phase, "ay"].max()) if mine["phase"].eq(phase).any() else self.base

    @cached_property
    def area_names(self) -> dict[str, str]:
        """Planning areas by their codes."""
        names = self.tables["names"]
        return dict(zip(names["planning_area_code"], names["planning_area_name"], strict=True))

    def area(self, code: str) -> Figure | str:
        """An area's name, or its code where it has none."""
        if code not in self.area_names:
            return code
        return self.one("names", "planning_area_name", "text", "first", planning_area_code=code)

    def document(self, title: str, subtitle: str, blocks: Iterable[Any]) -> Document:
        """A whole document with what it is made from at its foot."""
        from workbench.publishing.material import CALLED

        invented = "An invented council. " if self.material.run.authority.invented else ""
        foot = f"{invented}Run {self.material.run.named}, from the school census of January {self.base + 1}."
        return Document(title, subtitle, CALLED[self.material.edition], self.authority, foot, tuple(blocks))


def table(
    frame: pd.DataFrame,
    name: str,
    keys: tuple[str, ...],
    columns: Iterable[Shown],
    caption: Text,
    empty: str = "There is nothing to show.",
    bold: Iterable[int] = (),
) -> Table:
    """A table of a paper out of rows of a table of the release, each cell bound; keys tell its rows apart in that table."""
    shown = tuple(one for one in columns if not len(frame) or not frame[one.column].eq("").all())    # none has anything to say
    rows = tuple(tuple(say(of_row(row, name, one.column, one.form, keys)) for one in shown) for row in frame.to_dict("records"))
    return Table(caption, tuple(one.as_column for one in shown), rows, frozenset(bold), empty)


def told_in_words(material: Material) -> dict[str, pd.DataFrame]:
    """What a run says in words, as tables: one row a sentence."""
    run, tables = material.run, material.tables
    base = run.authority.base_year
    about: dict[str, Iterable[str]] = {
        "schools": headlines(tables, run.authority),
        "childcare": childcare_sayings(tables, base),
        "accuracy": accuracy_sayings(tables["accuracy"], base),
        "sources": attribution(run.sources),
    }
    notes = [note for note in run.notes if note.kind != "file"]
    found = tables["childcare_findings"] if len(tables["childcare_findings"]) else findings_table(run.findings)
    return {
        "run": pd.DataFrame([
            {
                "run_id": run.run.run_id,
                "named": run.named,
                "authority": run.authority.name,
                "base_year": base,
                "judged_on": _judged_on(tables["last_safe_dates"]),
                "hidden": sum(one.cells for one in material.release.hidden),
                "withheld": material.withheld,
                "areas": int(tables["names"]["planning_area_code"].nunique()),
            }
        ]),
        "sayings": _numbered([(topic, text) for topic, texts in about.items() for text in texts]),
        "dates_of_areas": for_areas(tables["last_safe_dates"]), "dates_by_september": by_september(tables["last_safe_dates"]),
        "findings": found, "finding_lines": finding_lines(found),
        "proofs": pd.DataFrame(
            [
                {"number": at, "said": _proven(one)}
                for at, one in enumerate(run.run.manifest.get("plan", {}).get("proofs", []), 1)
            ],
            columns=["number", "said"],
        ),
        "alternatives": _alternatives(run.why, run.tables.get("plan")),
        "notes": pd.DataFrame(
            [{"number": at, "said": _noted(note), "loses": note.loses} for at, note in enumerate(notes, 1)],
            columns=["number", "said", "loses"],
        ),
        "versions": pd.DataFrame([{"name": name, "version": told} for name, told in versions().items()]),
    }


def _judged_on(dates: pd.DataFrame) -> str:
    """The day on which last safe dates are judged; blank where there are none."""
    return day_in_words(date.fromisoformat(dates["judged_on"].iloc[0])) if len(dates) else ""


AIMS = {
    "material shortfall": "{} child-years without a place where the shortfall is worth building for",
    "cost": "\N{POUND SIGN}{}k for capital and transport",
    "travel": "{} child-kilometres of way to school",
    "surplus": "{} places standing empty, each year counted",
    "exchange rates": "{} by the rates at which the council weighs all aims against one another",
}
"""What a plan aims at, with the unit of each aim; less is better."""


def _proven(one: Mapping[str, Any]) -> str:
    """What is proven of one aim of the plan, in a sentence."""
    told = AIMS.get(str(one["name"]), f"{one['name']}: {{}}").format(number(one["value"]))
    if one["status"] != "proven":
        return f"{told}: the best that was found; {str(one['said']).partition(', ')[2]}."
    more = max(0.0, float(one["value"]) - float(one["bound"]))
    return f"{told}: {'no plan does better' if more < 0.5 else f'no plan does better by more than {number(more)}'}."


def _noted(note: Note) -> str:
    """What a note says; where a table is missing, which."""
    return f"{note.table.replace('_', ' ')}: {ABSENT}" if note.text == ABSENT else note.text


def _numbered(said: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame([(about, at, text) for at, (about, text) in enumerate(said, 1)], columns=["about", "number", "said"])


def finding_lines(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings line by line: item, number, kind (a heading of a list, a point of it, or a sentence) and what is said."""
    rows = []
    for row in findings.to_dict("records"):
        lines = [line for line in str(row["finding"]).split("\n") if line.strip()]
        for at, line in enumerate(lines, 1):
            follows = at < len(lines) and lines[at].startswith("- ")
            kind = POINT if line.startswith("- ") else HEADING if follows else SAID
            rows.append((row["item"], at, kind, line.removeprefix("- ")))
    return pd.DataFrame(rows, columns=["item", "number", "kind", "said"])


def _alternatives(why: Mapping[str, Any], plan: pd.DataFrame | None) -> pd.DataFrame:
    """The plan, doing nothing, and the other ways: children without a place, capital, and the rest, for transport."""
    costs = {} if plan is None else dict(zip(plan["scheme_id"], plan["thousand_pounds"], strict=True))
    rows: list[tuple[object, ...]] = []
    for what in ("plan", "do_nothing", "greedy", "alternatives"):
        found = why.get(what) or []
        for one in found if isinstance(found, list) else [found]:
            if "child_years" in one:
                capital = float(sum(costs.get(scheme, 0.0) for scheme, _ in one.get("schemes", ())))
                rows.append((
                    what,
                    len(rows) + 1,
                    str(one["name"]),
                    one["child_years"]["high"],
                    capital,
                    max(one["pounds"]["high"] - capital, 0.0),
                    one["told"],
                ))
    return pd.DataFrame(
        rows, columns=["what", "number", "name", "child_years", "thousand_pounds", "transport_thousand_pounds", "told"])
