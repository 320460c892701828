"""The appendices: rolls school by school, the method as this run used it, what was assumed on what evidence, and words."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from planning_areas.school_year import ay_label
from workbench.documents.figures import of_row, say
from workbench.documents.model import Block, Column, Figure, Heading, Listing, Paragraph, Table, Text
from workbench.papers.area_chapter import SCHOOL_KEYS
from workbench.papers.desk import PHASES, Shown, table

if TYPE_CHECKING:
    from workbench.papers.desk import Desk

WORDS = (
    ("Additional need (places short)", "children beyond the places of one planning area and one year group"),
    ("Band", "a letter for the share of places that stays free; local policy, not law"),
    ("Capacity", "the places that a school can hold, as it was last measured"),
    ("Child-year", "one child without a place for one year"),
    ("Form of entry", "a class of thirty in each year group"),
    ("Headroom", "the share of places that stays free"),
    ("Hidden need", "children who live in an area and for whom its full schools have neither a seat taken nor a place left"),
    ("Likelihood of a shortfall", "the share of futures drawn in which places are short"),
    ("PAN", "published admission number: how many a school admits in its year of entry"),
    ("Planning area", "schools that are looked at together; its borders here are indicative"),
    ("Pot", "a grant, a deed or a loan from which projects are paid"),
    ("Surplus and deficit", "places less children of one school: + places left, \N{MINUS SIGN} children beyond them"),
)
"""The words of the trade that members meet."""


def appendices(desk: Desk) -> Iterator[Block]:
    """All of them, each a chapter."""
    yield Heading(1, say("Appendix: schools and their projected rolls"))
    yield from (rolls(desk, phase) for phase in PHASES if len(desk.tables[f"{phase}_schools"]))
    yield Heading(1, say("Appendix: how the forecast was made"))
    yield Listing(tuple(method(desk)))
    yield Heading(1, say("Appendix: what was assumed"))
    yield Paragraph(
        say(
            "Every setting of the run, what it means and on what evidence its default stands: verified in a "
            "publication, "
            "derived by us from publications, not verified, or a local policy."
        )
    )
    yield table(
        desk.tables["settings"],
        "settings",
        ("setting",),
        (
            Shown("setting", "Setting", "spelt"),
            Shown("set_to", "Set to", "plain number"),
            Shown("default", "Default", "plain number"),
            Shown("differs", "Differs?", "yes"),
            Shown("meaning", "What it means", "text"),
            Shown("evidence", "Evidence", "text"),
        ),
        say("Register of assumptions"),
    )
    yield Heading(1, say("Appendix: what to know of the data"))
    noted = desk.tables["notes"].to_dict("records")
    yield (
        Listing(tuple(_note(row) for row in noted)) if noted else Paragraph(say("There is nothing to note."))
    )
    yield Heading(1, say("Appendix: sources"))
    yield Listing(tuple(desk.said("sources")) or (say("The run names no source."),))
    yield Heading(1, say("Appendix: words"))
    yield Table(say("Words of the trade"), (Column("Word"), Column("What it means")), tuple((say(a), say(b)) for a, b in WORDS))
    yield Heading(1, say("Appendix: version"))
    yield Paragraph(
        say(
            "Run ",
            desk.of_run("named"),
            "; the same input, settings and program give the same run. Versions with which this paper was set:",
        )
    )
    yield table(
        desk.tables["versions"],
        "versions",
        ("name",),
        (Shown("name", "Part", "text"), Shown("version", "Version", "text")),
        say("Versions"),
    )


def _note(row: Mapping[Hashable, Any]) -> Text:
    """What is to be known of the data, and what the result loses by it."""
    said = of_row(row, "notes", "said", "text", ("number",))
    return say(said, ": ", of_row(row, "notes", "loses", "text", ("number",))) if row["loses"] else say(said)


def rolls(desk: Desk, phase: str) -> Table:
    """Each school's children in all, year by year, and its places in the last."""
    name, last = f"{phase}_schools", desk.last_year(phase)
    rows = desk.tables[name]
    years = [int(ay) for ay in sorted(rows["ay"].unique()) if ay <= last]
    body: list[tuple[Text, ...]] = []
    for _, mine in rows.groupby(["planning_area_name", "school_name", "urn", "planning_area_code"], sort=True):
        found = {int(row["ay"]): row for row in mine.to_dict("records")}
        end = found[max(found)]

        def cell(row: Mapping[Hashable, Any], column: str, form: str = "whole") -> Text:
            return say(of_row(row, name, column, form, SCHOOL_KEYS))

        body.append((
            cell(end, "school_name", "text"),
            cell(end, "planning_area_name", "text"),
            cell(end, "capacity"),
            *(cell(found[year], "total") if year in found else ("",) for year in years),
            cell(end, "yg_places"),
            cell(end, "surplus", "signed"),
        ))
    columns = (
        Column("School"),
        Column("Planning area"),
        Column("Capacity", figures=True),
        *(Column(ay_label(year), figures=True) for year in years),
        Column("Places in the last year", figures=True),
        Column("Surplus (+) or deficit (\N{MINUS SIGN})", figures=True),
    )
    return Table(say(f"{phase.capitalize()} schools: children expected in all year groups"), columns, tuple(body))


def method(desk: Desk) -> Iterator[Text]:
    """How this run was made, in the order of its steps: what it used, and what it had not."""
    tables = desk.tables

    def setting(name: str) -> Figure:
        return desk.one("settings", "set_to", "text", setting=name)

    ratios, transfers = tables["ratios"], tables["transfers"]
    yield say(
        "Children are those of the census of ",
        desk.of_run("base_year", "january"),
        " and of earlier ones, in ",
        desk.one("schools", "urn", "whole", "different"),
        " mainstream schools and ",
        desk.of_run("areas", "whole"),
        " planning areas.",
    )
    yield say(
        "Births of each school year (September to August) become Reception four years later; births that are not "
        "published yet "
        "are carried on."
    )
    if len(tables["registrations"]):
        yield say(
            "Where doctors' registers were given, Reception leans on them as well, in ",
            desk.one("registrations", "ay", "whole", "different"),
            " school years ahead.",
        )
    if len(ratios):
        yield say(
            "Cohorts move up by the ratio of each year group to the one before, of the area and of the authority, weighed with ",
            setting("weights"),
            " for the latest years; ",
            desk.one("ratios", "planning_area_code", "whole", "different"),
            " areas have ratios of their own, which lean on the authority's where children are few.",
        )
    if len(transfers):
        yield say(
            "At points of entry children change between areas as they did: ",
            desk.one("transfers", "share", "whole", "rows"),
            " flows from area to area.",
        )
    used = tables["known_intakes"]
    if len(used):
        yield say(
            "Offers and the October census stand in the place of the model for the next September, in ",
            desk.one("known_intakes", "final", "whole", "rows"),
            " figures.",
        )
    planners = tables["overrides"]
    yield (
        say(
            "Planners' own figures stand in the place of the model's in ",
            desk.one("overrides", "final", "whole", "rows"),
            " figures.",
        )
        if len(planners)
        else say("No figure of a planner's own stands in the place of the model's.")
    )
    if len(tables["site_audit"]):
        yield say(
            "New homes add children only where more is built than recent trends carry already: ",
            desk.one("site_audit", "site_ref", "whole", "rows"),
            " sites, ",
            desk.one("site_audit", "dwellings", "whole", "sum"),
            " homes.",
        )
    else:
        yield say(
            "No list of housing sites was given: children of new homes are in the forecast only as far as past trends carry them."
        )
    yield say(
        "Areas are brought into line with the authority as a whole. Futures drawn around the forecast: ", setting("draws"), "."
    )
    yield say(
        "Places are year-group places where the council lists them, else admission numbers carried up, else capacity "
        "shared "
        "evenly; what each figure rests on is told in the workbook."
    )
