"""The paper on which members decide, in the order in which they read it, out of one release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.documents.figures import say
from workbench.documents.model import Block, Document, Heading, Paragraph
from workbench.papers.appendices import appendices
from workbench.papers.area_chapter import area_chapter, areas_told
from workbench.papers.area_picture import drawn_shapes
from workbench.papers.beside_schools import beside_schools
from workbench.papers.capital_chapter import alternatives, capital_programme, implications
from workbench.papers.desk import PHASES, Desk
from workbench.papers.overview import context, front_sheet, purpose, summary

if TYPE_CHECKING:
    from workbench.publishing.material import Material

TITLE = "School places and childcare: what is needed and what is proposed"


def committee_paper(material: Material) -> Document:
    """The paper of one edition."""
    desk = Desk(material)
    front = material.said.paper.front
    return desk.document(front.title or TITLE, f"Report to {front.committee or 'members'}", _paper(desk))


def _paper(desk: Desk) -> Iterator[Block]:
    yield from front_sheet(desk)
    yield from purpose(desk)
    yield from summary(desk)
    yield from context(desk)
    yield Heading(1, say("Planning areas"))
    told = areas_told(desk)
    yield Paragraph(say("Areas that lack a place in a year ahead by the forecast, and those for which a scheme is told "
                        "here, each phase "
                        "from the area that lacks most at entry. The others stand in the summary.") if told else
                    say("No area lacks a place by the forecast."))
    shapes = {phase: drawn_shapes(desk.material.run.areas, phase) for phase in PHASES}
    for phase, code in told:
        yield from area_chapter(desk, phase, code, shapes[phase])
    yield from beside_schools(desk)
    yield from capital_programme(desk)
    yield from implications(desk)
    yield from alternatives(desk)
    yield from appendices(desk)
