"""What the paper tells beside the forecast of mainstream schools: children with plans, alternative provision and sixth forms.

Figures are the council's own where the run holds them, in fives where they count children with plans; the words are those of the
officers who plan these places, and are asked for where nobody has written them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planning_areas.school_year import ay_label
from workbench.documents.figures import say
from workbench.documents.model import GAP, Block, Column, Heading, Note, Paragraph, Table, Text
from workbench.papers.desk import PHASES

if TYPE_CHECKING:
    import pandas as pd

    from workbench.papers.desk import Desk

CHILDREN, PLACES, ROLL, SCHOOLS, SIXTH = "specialist_forecast", "specialist_capacity", "pupils", "schools", "sixth_form"
WHO = {
    "special_needs": ("Special educational needs", "the lead officer for special educational needs"),
    "alternative_provision": ("Alternative provision", "the lead officer for inclusion"),
    "post_16": ("Sixth forms and young people over sixteen", "the lead officer for learning from sixteen"),
}
"""What is told beside schools, and who writes it."""


def beside_schools(desk: Desk) -> Iterator[Block]:
    """All of the chapter."""
    yield Heading(1, say("Special needs, alternative provision and sixth forms"))
    yield Paragraph(say("The forecast of this paper is of mainstream schools from Reception to Year 11. What stands here is "
                        "planned beside it."))
    for name, (called, who) in WHO.items():
        yield Heading(2, say(called))
        if name == "special_needs":
            yield from _special_needs(desk)
        if name == "post_16":
            yield from _sixth_forms(desk)
        if words := getattr(desk.material.said.paper.beside, name):
            yield from (Paragraph(say(line)) for line in words.split("\n") if line.strip())
        else:
            yield Note(GAP, say(f"to be written by {who}."))


def _special_needs(desk: Desk) -> Iterator[Block]:
    """Children with a plan who need a specialist place, and the places there are: never taken from one another."""
    children, places = (desk.tables.get(name) for name in (CHILDREN, PLACES))
    if children is not None and len(children):
        yield _by_year(desk, children)
    if places is not None and len(places):
        body = [(say(desk.one(PLACES, "provision", "begun", "first", provision=kind)), *(
            _sum(desk, PLACES, "places", "whole", provision=kind, phase=phase) for phase in PHASES))
            for kind in sorted(places["provision"].unique())]
        yield Table(say("Specialist places in the council's own schools"), (Column("Where"), *_phases()), tuple(body))
        yield Paragraph(say("Places are those in schools of the council's area, which children of others use too, and some of "
                            "its own children go elsewhere: the one is not taken from the other."))


def _by_year(desk: Desk, children: pd.DataFrame) -> Table:
    years = sorted(int(ay) for ay in children["ay"].unique())
    return Table(
        say("Children of the council's area with a plan who need a specialist place, by the council's own forecast, in fives"),
        (Column("Year"), *_phases()),
        tuple((say(ay_label(ay)), *(_sum(desk, CHILDREN, "children", "fives", phase=phase, ay=ay) for phase in PHASES))
              for ay in years))


def _phases() -> tuple[Column, ...]:
    return tuple(Column(phase.capitalize(), figures=True) for phase in PHASES)


def _sum(desk: Desk, table: str, column: str, form: str, **rows: object) -> Text:
    """The sum of the rows of which these hold; blank where there is none."""
    frame = desk.tables[table]
    for name, value in rows.items():
        frame = frame[frame[name] == value]
    return say(desk.one(table, column, form, "sum", **rows)) if len(frame) else ("",)


def _sixth_forms(desk: Desk) -> Iterator[Block]:
    """Young people expected in sixth forms of schools, and how many these hold."""
    roll = desk.tables[ROLL]
    years = sorted(int(ay) for ay in roll.loc[roll["phase"] == SIXTH, "ay"].unique())
    if not years:
        return
    if desk.tables[SCHOOLS]["capacity_sixth_form"].notna().any():
        yield Paragraph(say("Sixth forms of schools hold ", desk.one(SCHOOLS, "capacity_sixth_form", "whole", "sum of known"),
                            " young people by their capacity. Colleges are not in these figures."))
    yield Table(say("Young people expected in sixth forms of schools"), (Column("Year"), Column("Young people", figures=True)),
                tuple((say(ay_label(ay)), _sum(desk, ROLL, "pupils", "whole", phase=SIXTH, ay=ay)) for ay in years))
