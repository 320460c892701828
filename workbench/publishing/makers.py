"""Who makes what of a release: one line for each thing that goes out, in the order in which they are made.

To add one, write a function that is handed the material of an edition and an empty folder, and add a line to MAKERS.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from maps.sheet import draw
from scenarios.runs import RunError
from workbench.answers import UserError
from workbench.documents.writing import write_document
from workbench.map_book import make_map_book
from workbench.open_data.pack import make_open_data
from workbench.papers.childcare_report import childcare_report, for_parents
from workbench.papers.committee_paper import committee_paper
from workbench.publish_run import picture_of, write_sheets
from workbench.publishing.material import EDITIONS, OFFICERS, PUBLICATION
from workbench.returning import write_return
from workbench.showing import MAP, WORKBOOK
from workbench.views import committee_sheet

if TYPE_CHECKING:
    from workbench.publishing.material import Material

RETURN = "return"
Make = Callable[["Material", Path], None]


@dataclass(frozen=True)
class Maker:
    """One part of a publication: what it is, what makes it, and in which editions it stands."""

    what: str                               # in words, for progress and for the list of what was made
    make: Make                              # writes its files into the folder that it is given
    editions: tuple[str, ...] = EDITIONS


def make_map(material: Material, folder: Path) -> None:
    """The committee map; officers have the run's own while its dates hold."""
    if material.for_officers and material.as_run:
        _copied(MAP, material, folder)
        return
    page = draw(committee_sheet(picture_of(material.run, material.release, material.run.named)))
    (folder / MAP).write_bytes(page.encode("utf-8"))


def make_workbook(material: Material, folder: Path) -> None:
    """The tables for Excel; officers have the run's own while its dates hold."""
    if material.for_officers and material.as_run:
        _copied(WORKBOOK, material, folder)
        return
    write_sheets(material.release, material.run, material.run.named, tuple(material.charts.values()), folder / WORKBOOK)


def _copied(name: str, material: Material, folder: Path) -> None:
    """Take a file of the run as it is: it was cut from the same release."""
    shutil.copyfile(material.run.run.folder / name, folder / name)


def make_paper(material: Material, folder: Path) -> None:
    """The paper for the committee: as a web page, for Word and as PDF."""
    write_document(committee_paper(material), folder, "paper", material.template)


def make_childcare_report(material: Material, folder: Path) -> None:
    """The yearly report on childcare, and its short version for parents."""
    write_document(childcare_report(material), folder, "childcare-report", material.template)
    write_document(for_parents(material), folder, "childcare-for-parents", material.template)


def make_return(material: Material, folder: Path) -> None:
    """The SCAP return with its checks, for the department alone; where it cannot be made, a file says why."""
    try:
        write_return(material.run.run.folder, folder / RETURN)
    except (RunError, UserError) as fault:
        (folder / RETURN).mkdir(exist_ok=True)
        (folder / RETURN / "not-made.txt").write_text(f"The return was not made: {fault}\n", encoding="utf-8")


MAKERS = (
    Maker("the committee map", make_map),
    Maker("the workbook", make_workbook),
    Maker("the committee paper", make_paper),
    Maker("the childcare report, and for parents", make_childcare_report),
    Maker("the SCAP return", make_return, (OFFICERS,)),
    Maker("the open data", make_open_data, (PUBLICATION,)),
)
"""Everything that a publication holds."""
MAP_BOOK = Maker("the map book", make_map_book, (PUBLICATION,))
"""What it holds besides where it is asked for: it takes a while."""
