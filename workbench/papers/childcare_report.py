"""The yearly report to members on the sufficiency of childcare, and what of it parents should know, in plain words.

The statutory guidance names eleven things that the report must or should speak of. Each has its chapter, bound to what the run
found; where the run found nothing, or not all, the chapter says so before anything else, and the report counts itself incomplete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from planning_areas.school_year import ay_label
from sufficiency.childcare.balance import ALL, AUTHORITY, DISTRICT, FUNDED, KEYS, NOT_KNOWN, PLANNING_AREA
from sufficiency.childcare.terms import BAND_NAMES, YOUNG
from workbench.documents.figures import of_row, say
from workbench.documents.model import CARE, GAP, Block, Column, Document, Heading, Listing, Note, Paragraph, Table, Text
from workbench.papers.childcare_tables import (
    BALANCE,
    areas_of,
    around_school,
    by_area,
    capital,
    disabled,
    districts,
    hours,
    legend,
    quality,
    reach,
    takeup,
    worst,
)
from workbench.papers.desk import POINT, Desk, Shown, table
from workbench.safe_dates import in_words as day_in_words

if TYPE_CHECKING:
    from workbench.publishing.material import Material

OF_CHILDCARE = ("early_years", "school_age_care")
ITEM_KEYS = ("item",)
NAMED, SET = "owner to be named", "date to be set"
TABLES: Mapping[str, Callable[[Desk], Table]] = {
    "B1": disabled,
    "B4": lambda desk: takeup(desk, AUTHORITY, say("Funded hours taken up in the spring")),
    "B5": around_school,
    "B7": lambda desk: hours(desk, AUTHORITY, say("Hours wanted and on offer, now and at the end of the forecast")),
    "B9": reach,
    "B10": quality,
}
"""The tables that stand beside what is said of an item."""
PLAIN = {
    "R": "There is not enough", "A": "There is only just enough", "G": "There is enough", "B": "There is more than enough",
    NOT_KNOWN: "We do not know yet",
}
"""What the letters mean, for parents."""


FOR_PARENTS = {
    "B1": "childcare for disabled children", "B2": "families who get Universal Credit or Tax-Free Childcare",
    "B3": "childcare early, late and at weekends", "B4": "how many children use the hours that are paid for",
    "B5": "clubs before and after school", "B6": "childcare in the holidays", "B7": "how many places there are, and will be",
    "B8": "what childcare costs, and whether you can pay it", "B9": "how far it is", "B10": "how good it is",
    "B11": "what we will do where there is not enough",
}
"""The items of the report, for parents."""


def childcare_report(material: Material) -> Document:
    """The report to members."""
    desk = Desk(material)
    return desk.document(f"Is there enough childcare in {desk.authority}?",
                         f"Report to members on the sufficiency of childcare, {ay_label(desk.base)}", _report(desk))


def _report(desk: Desk) -> Iterator[Block]:
    found = desk.tables["findings"].to_dict("records")
    yield Heading(1, say("Summary"))
    yield from _completeness(desk, found)
    yield from (Paragraph(text) for text in desk.said("childcare"))
    yield by_area(desk, DISTRICT, say("Districts by age, each age in the term that is worst for it"))
    yield Paragraph(say("The letters follow a local definition, not law:"))
    yield Listing(tuple(legend()))
    yield Heading(1, say("Why this report"))
    yield Paragraph(say(
        "The council must secure, so far as is reasonably practicable, enough childcare for working parents and for those "
        "who study or "
        "train for work (Childcare Act 2006, section 6), and funded hours for those entitled to them (section 7). Statutory "
        "guidance asks "
        "for a yearly report to elected members, made available to parents."))
    for row in found:
        yield from _item(desk, row)
    for code, name in districts(desk):
        yield from _district(desk, code, name)
    yield from action_plan(desk, found)
    yield Heading(1, say("Sources"))
    yield Listing(tuple(desk.said("sources")) or (say("The run names no source."),))


def _completeness(desk: Desk, found: list[Mapping[Any, Any]]) -> Iterator[Block]:
    """Whether the report speaks of all that it must speak of; loudly, if not."""
    lacking = [row for row in found if row["complete"] != "complete"]
    if not lacking:
        yield Paragraph(say("The report speaks of all that statutory guidance asks for."))
        return
    silent = [row["item"] for row in lacking if not row["finding"]]
    many = desk.one("findings", "item", "whole", "rows", complete="NOT COMPLETE")
    parts: list[Any] = ["this report is not complete: ", many, " of ", desk.one("findings", "item", "whole", "rows"),
                        " items lack something"]
    parts += [f", and nothing is known of {', '.join(silent)}"] if silent else []
    yield Note(GAP, say(*parts, ". Each says below what it lacks."))


def _item(desk: Desk, row: Mapping[Any, Any]) -> Iterator[Block]:
    """One item of the guidance: what is missing, what the run says, its table."""
    item = row["item"]
    yield Heading(1, say(f"{item}: ", of_row(row, "findings", "duty", "begun", ITEM_KEYS)))
    if not row["finding"]:
        yield Note(GAP, say("NOTHING IS KNOWN OF THIS. What is missing: ", _of(row, "missing"), "."))
    elif row["missing"]:
        yield Note(GAP, say(_of(row, "missing"), "."))
    yield from lines_of(desk, item)
    made = TABLES.get(item)
    if made is not None:
        yield made(desk)


def _of(row: Mapping[Any, Any], column: str) -> Any:
    return of_row(row, "findings", column, "text", ITEM_KEYS)


def lines_of(desk: Desk, item: str) -> Iterator[Block]:
    """What is said of an item: sentences as paragraphs, points as lists under their headings."""
    rows = desk.tables["finding_lines"]
    points: list[Text] = []
    for row in rows[rows["item"] == item].sort_values("number").to_dict("records"):
        text = say(of_row(row, "finding_lines", "said", "text", ("item", "number")))
        if row["kind"] == POINT:
            points.append(text)
            continue
        if points:
            yield Listing(tuple(points))
            points = []
        yield Paragraph(text)
    if points:
        yield Listing(tuple(points))


def _district(desk: Desk, code: str, name: Text) -> Iterator[Block]:
    """The chapter of a district: hours, its planning areas, take-up."""
    yield Heading(1, say("District: ", *name))
    yield hours(desk, DISTRICT, say(*name, ": hours wanted and on offer, now and at the end of the forecast"), code)
    areas = areas_of(desk, code)
    if areas:
        yield by_area(desk, PLANNING_AREA, say("Planning areas that lie in ", *name, ", each age in its worst term"), areas)
    yield takeup(desk, DISTRICT, say(*name, ": funded hours taken up in the spring"), code)


def action_plan(desk: Desk, found: list[Mapping[Any, Any]]) -> Iterator[Block]:
    """What will be done about each gap, by whom and by when; what nobody has said yet is asked for."""
    yield Heading(1, say("Action plan"))
    said = desk.material.said.actions
    rows: list[tuple[Text, ...]] = []
    asked = []
    for row in found:
        mine = said[said["item"] == row["item"]].to_dict("records")
        for one in mine:
            rows.append((say(one["item"]), say(one["area"] or "everywhere"), say(one["action"]), say(one["owner"] or NAMED),
                         say(_day(one["by"]))))
        if not mine and row["complete"] != "complete":
            asked.append(row["item"])
            rows.append((say(row["item"]), say(""), say("Find out: ", _of(row, "missing")), say(NAMED), say(SET)))
    if asked:
        yield Note(GAP, say(f"{', '.join(asked)}: nobody has said yet what will be done, who answers for it and by when. "
                            f"Write it into "
                            "actions.csv."))
    nameless = sum(not one["owner"] or not one["by"] for one in said.to_dict("records"))
    if nameless:
        yield Note(GAP, say("some actions have no owner or no date."))
    columns = (Column("Answers"), Column("Where"), Column("Action"), Column("Owner"), Column("By"))
    yield Table(say("What will be done"), columns, tuple(rows), empty="Nothing is missing, and no action is planned.")
    plan = desk.tables.get("plan")
    if plan is not None:
        chosen = plan[plan["phase"].isin(OF_CHILDCARE) & plan["chosen"].astype("bool")].sort_values(["opens_ay", "scheme_id"])
        yield table(chosen, "plan", ("scheme_id",), (
            Shown("scheme_name", "Project", "text"), Shown("opens_ay", "Opens", "opens"),
            Shown("places_when_full", "Places", "signed"),
            Shown("thousand_pounds", "Capital", "pounds"), Shown("children_served", "Children served")),
            say("New places that the capital programme proposes"), "The capital programme proposes no places for childcare.")


def _day(text: str) -> str:
    try:
        return day_in_words(date.fromisoformat(text))
    except ValueError:
        return SET


def for_parents(material: Material) -> Document:
    """What parents should know, in short sentences."""
    desk = Desk(material)
    return desk.document(f"Childcare in {desk.authority}: what parents should know",
                         f"A short version of the council's childcare report, {ay_label(desk.base)}", _for_parents(desk))


def _for_parents(desk: Desk) -> Iterator[Block]:
    yield Heading(1, say("Is there enough childcare?"))
    rows = {(row["age_band"], row["measure"]): row for row in worst(desk, AUTHORITY).to_dict("records")}
    if not rows:
        yield Note(GAP, say("We do not know yet. We are asking nurseries, childminders and clubs."))
    else:
        yield Listing(tuple(_plainly(rows, band) for band in YOUNG if (band, ALL) in rows))
        yield Paragraph(say("This is for the whole area. It can be different near you. The table shows each district."))
        yield _plain_districts(desk)
        yield Note(CARE, say("This is a plan, not a promise. A nursery near you may be full today."))
    yield Heading(1, say("How to find childcare"))
    contact = desk.material.said.paper.front.contact
    yield Paragraph(say("Ask the council's family information service. It knows nurseries, childminders, pre-schools and "
                        "clubs, and it can "
                        "help you find one. It is free."))
    yield Paragraph(say(f"Write to us: {contact}")) if contact else Note(GAP, say("The council will say here whom to ask."))
    yield Heading(1, say("Help with the cost"))
    yield Listing((
        say("Some hours are paid for. It depends on how old your child is and on whether you work or get some benefits."),
        say("If you get Universal Credit, it may pay part of your childcare."),
        say("If you do not, look at Tax-Free Childcare."),
        say("If your child is disabled, you may get more help. Ask us.")))
    yield Heading(1, say("What we do not know yet"))
    lacking = [row for row in desk.tables["findings"].to_dict("records") if row["missing"]]
    if lacking:
        yield Paragraph(say("We have to look at eleven things. We still need to find out more about these:"))
        yield Listing(tuple(say(FOR_PARENTS[row["item"]]) for row in lacking))
    else:
        yield Paragraph(say("We have looked at all the things that we have to look at."))
    yield Heading(1, say("What we will do"))
    said = desk.material.said.actions.to_dict("records")
    if said:
        yield Listing(tuple(say(f"{one['action']}{f' ({day_of})' if (day_of := _by(one['by'])) else ''}") for one in said))
    else:
        yield Note(GAP, say("The council will say here what it will do, and by when."))


def _by(text: str) -> str:
    return "" if _day(text) == SET else f"by {_day(text)}"


def _plainly(rows: Mapping[tuple[str, str], Mapping[Any, Any]], band: str) -> Text:
    """How one age stands, in a plain sentence."""
    row, funded = rows[band, ALL], rows.get((band, FUNDED))
    told = PLAIN.get(str(row["status"]), PLAIN[NOT_KNOWN])
    first = f"{capital(BAND_NAMES[band])}: {told[:1].lower()}{told[1:]}"
    if told == PLAIN[NOT_KNOWN]:
        return say(f"{first}.")
    second = PLAIN.get(str(funded["status"]), PLAIN[NOT_KNOWN]) if funded is not None else ""
    if second and second != told and second != PLAIN[NOT_KNOWN]:
        return say(f"{first}. For hours that are paid for: {second[:1].lower()}{second[1:]}.")
    return say(f"{first}.")


def _plain_districts(desk: Desk) -> Table:
    """Districts in plain words."""
    rows = worst(desk, DISTRICT)
    body: list[tuple[Text, ...]] = []
    for _, mine in rows.groupby(["area_name", "area_code"], sort=True) if len(rows) else ():
        found = {row["age_band"]: row for row in mine[mine["measure"] == ALL].to_dict("records")}
        first = next(iter(mine.to_dict("records")))
        body.append((say(of_row(first, BALANCE, "area_name", "text", tuple(KEYS))), *(
            say(PLAIN.get(str(found[band]["status"]), PLAIN[NOT_KNOWN])) if band in found else ("",) for band in YOUNG)))
    return Table(say("Is there enough? In each district, for each age"), (Column("District"), *(
        Column(capital(BAND_NAMES[band])) for band in YOUNG)), tuple(body), empty="We do not know yet.")

