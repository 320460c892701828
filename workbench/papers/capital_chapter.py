"""The capital programme: what is built from which pot, what is left without a place, what was weighed instead, what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from scenarios.figures import whole
from workbench.documents.figures import of_row, say
from workbench.documents.model import GAP, Block, Column, Heading, Illustration, Listing, Note, Paragraph, Table, Text
from workbench.papers.desk import Shown, table
from workbench.plan_charts import FRONTIER, PROGRAMME
from workbench.plan_gap import LEAST, PARTS, because
from workbench.publishing.withheld import SENSITIVE

if TYPE_CHECKING:
    from workbench.documents.model import Figure
    from workbench.papers.desk import Desk

IMPLICATIONS = {
    "financial": ("Financial", "the finance officer"),
    "legal": ("Legal", "the monitoring officer"),
    "human_resources": ("Human resources", "the HR adviser"),
    "equality": ("Equality (Equality Act 2010, section 149)", "whoever assesses the effect on equality"),
    "climate_and_travel": ("Climate and travel", "the transport officer"),
    "safeguarding": ("Safeguarding", "the safeguarding lead"),
    "property": ("Property", "the property officer"),
    "data_protection": ("Data protection", "the data protection officer"),
}
"""What a decision means for others, and who writes it."""


POT_SUMS = {"received": "Received", "spent": "Spent", "borrowed": "of which before it comes", "lost": "Not spent by its date",
            "not_counted": "Not counted: closed to every scheme, or unsigned"}
"""What is added up of each pot over the years, and its heading."""


def capital_programme(desk: Desk) -> Iterator[Block]:
    """Projects, pots and years; the gap; how good the plan is."""
    yield Heading(1, say("Capital programme"))
    if "plan" not in desk.tables:
        yield Note(GAP, say("The run has no capital plan: its workspace lists no schemes, or no money for them."))
        return
    plan = desk.tables["plan"]
    chosen = plan[plan["chosen"].astype("bool")].sort_values(["opens_ay", "scheme_id"])
    yield table(
        chosen,
        "plan",
        ("scheme_id",),
        (
            Shown("scheme_name", "Project", "text"),
            Shown("phase", "Phase", "spelt"),
            Shown("kind", "Kind", "kind"),
            Shown("opens_ay", "Opens", "opens"),
            Shown("places_when_full", "Places", "signed"),
            Shown("thousand_pounds", "Capital", "pounds"),
            Shown("running_thousand_pounds", "Revenue a year", "pounds"),
            Shown("route", "Way in law", "spelt"),
            Shown("decides", "Who decides", "spelt"),
        ),
        say("Projects of the programme"),
        "The programme builds nothing.",
    )
    if PROGRAMME in desk.material.charts:
        yield Illustration(say("The programme by financial year and pot, as in the table."), desk.material.charts[PROGRAMME])
    yield _pots(desk)
    yield _pot_years(desk)
    yield from _what_becomes(desk)
    gap = desk.tables["plan_areas"]
    gap = gap[whole(gap["unmet"]) > 0].sort_values(["phase", "planning_area_code", "ay"])
    told = table(
        gap,
        "plan_areas",
        ("phase", "planning_area_code", "ay"),
        (
            Shown("planning_area_code", "Planning area", "text"),
            Shown("phase", "Phase", "spelt"),
            Shown("ay", "Year", "year"),
            Shown("lacking", "Without a place before"),
            Shown("unmet", "after"),
            Shown("in_year", "managed in-year"),
            Shown("places_added", "Places added", "signed"),
        ),
        say("The gap: children for whom the programme finds no place"),
        "The programme finds a place for every child who lacks one.",
    )
    names = (say(desk.area(code)) for code in gap["planning_area_code"])
    yield replace(told, rows=tuple((name, *row[1:]) for name, row in zip(names, told.rows, strict=True)))
    yield from _why_left(desk)
    proofs = desk.tables["proofs"]
    if len(proofs):
        yield Heading(2, say("How good the plan is"))
        yield Paragraph(say("The plan was sought in the order of these aims, and this is proven of each:"))
        yield Listing(tuple(say(of_row(row, "proofs", "said", "text", ("number",))) for row in proofs.to_dict("records")))
    if FRONTIER in desk.material.charts:
        yield Illustration(
            say("What more or less money would do: child-years without a place for each sum."), desk.material.charts[FRONTIER]
        )


def _what_becomes(desk: Desk) -> Iterator[Block]:
    """Need over all years, what no list could help, what becomes of it, and what doing nothing would leave."""
    areas, others = desk.tables["plan_areas"], desk.tables["alternatives"]
    if areas.empty:
        return
    years = {name: desk.one("plan_areas", name, "whole", "sum") for name in PARTS if name in areas}
    told: list[str | Figure] = ["Over all years and phases ", years["lacking"], " child-years are without a place before it"]
    if "too_soon" in years:
        told += [", ", years["too_soon"], " of them before any listed scheme could open"]
    if "seats_next_door" in years:
        told += ["; besides, ", years["seats_next_door"], " have a seat next door only"]
    told += [". Of all these ", years["met_home"], " are met in the own area, ", years["met_next_door"], " next door and "]
    told += [years["in_year"], " in-year; ", years["unmet"], " stay without a place"]
    if len(others) and others["what"].eq("do_nothing").any():
        told += [", where doing nothing would leave ", desk.one("alternatives", "child_years", "whole", what="do_nothing")]
    yield Paragraph(say(*told, "."))


def _why_left(desk: Desk) -> Iterator[Block]:
    """Why children stay without a place, area by area."""
    unmet = desk.tables["plan_unmet"]
    if "why_unmet" not in unmet:
        return
    keys = ["phase", "planning_area_code", "why_unmet"]
    rows = unmet[unmet["why_unmet"].ne("")].groupby(keys, as_index=False)["children"].sum()
    rows = rows[rows["children"] >= LEAST]
    if rows.empty:
        return
    yield Paragraph(say("Why they stay without a place, in child-years:"))
    yield Listing(tuple(
        say(desk.area(row["planning_area_code"]), f", {row['phase'].replace('_', ' ')}: ",
            desk.one("plan_unmet", "children", "whole", "sum", **{key: row[key] for key in keys}), because(row["why_unmet"]))
        for row in rows.to_dict("records")
    ))  # fmt: skip


def _pots(desk: Desk) -> Table:
    """What comes into each pot over the years, what is spent, what is left and what a date lets pass."""
    pots = desk.tables["plan_pots"]
    rows = []
    for pot, years in pots.groupby("pot_id", sort=True):
        last = int(years["financial_year"].max())
        sums = {column: say(desk.one("plan_pots", column, "pounds", "sum", pot_id=pot)) for column in POT_SUMS if column in years}
        left = say(desk.one("plan_pots", "left", "pounds", pot_id=pot, financial_year=last))
        rows.append((_pot(desk, pot), *sums.values(), left))
    headings = [heading for column, heading in POT_SUMS.items() if column in pots]
    return Table(
        say("Pots: what comes in over all years, what is spent and what is left; what is spent before it comes is borrowed"),
        (Column("Pot"), *(Column(heading, figures=True) for heading in (*headings, "Left at the end"))),
        tuple(rows),
    )


def _pot(desk: Desk, pot: object) -> Text:
    """What a pot is called; its code where it has no name."""
    rows = desk.tables["plan_pots"]
    named = "pot_name" in rows and bool(rows.loc[rows["pot_id"] == pot, "pot_name"].iloc[0])
    return say(desk.one("plan_pots", "pot_name" if named else "pot_id", "text" if named else "spelt", "first", pot_id=pot))


def _pot_years(desk: Desk) -> Table:
    """What is spent from each pot in each financial year."""
    spent = desk.tables["plan_pots"]
    spent = spent[spent["spent"] > 0]
    pots, years = sorted(spent["pot_id"].unique()), sorted(int(year) for year in spent["financial_year"].unique())
    there = set(zip(spent["pot_id"], spent["financial_year"], strict=True))
    rows = [
        (
            _pot(desk, pot),
            *(
                say(desk.one("plan_pots", "spent", "pounds", pot_id=pot, financial_year=year)) if (pot, year) in there else ("",)
                for year in years
            ),
        )
        for pot in pots
    ]
    total = (say("All pots"), *(say(desk.one("plan_pots", "spent", "pounds", "sum", financial_year=year)) for year in years))
    columns = (Column("Pot"), *(Column(f"{year}/{(year + 1) % 100:02d}", figures=True) for year in years))
    return Table(
        say("What is spent from each pot by financial year"), columns, (*rows, total), frozenset({len(rows)}), "Nothing is spent."
    )


def implications(desk: Desk) -> Iterator[Block]:
    """What the decision means: what figures and law say by themselves, and the words of those who answer for the rest."""
    said = desk.material.said.paper.implications
    yield Heading(1, say("Implications"))
    for name, (called, who) in IMPLICATIONS.items():
        yield Heading(2, say(called))
        if name == "financial":
            yield from _financial(desk)
        if name == "legal":
            yield Paragraph(
                say(
                    "The duty to secure enough schools is that of section 14 of the Education Act 1996; that on childcare "
                    "stands in "
                    "sections 6 and 7 of the Childcare Act 2006.",
                    " Who decides on each project stands in the programme." if "plan" in desk.tables else ""
                )
            )
        if name == "data_protection":
            yield Paragraph(
                say(
                    "The paper is made from counts and holds no record of any child. Small numbers are hidden: ",
                    desk.of_run("hidden", "whole"),
                    " figures of the release, so that none can be worked out from the others.",
                )
            )
        words = getattr(said, name)
        if words:
            yield from (Paragraph(say(line)) for line in words.split("\n") if line.strip())
        else:
            yield Note(GAP, say(f"to be written by {who}."))


def _financial(desk: Desk) -> Iterator[Block]:
    if "plan" not in desk.tables:
        return
    plan = desk.tables["plan"]
    if plan["chosen"].astype("bool").any():
        yield Paragraph(
            say(
                "The projects told here cost ",
                desk.one("plan", "thousand_pounds", "pounds", "sum", chosen=True),
                " of capital at the prices of their building. ",
                *(("Once they are open they cost ",
                   desk.one("plan", "running_thousand_pounds", "pounds", "sum of known", chosen=True),
                   " of revenue a year, as far as that is known. ")
                  if plan.loc[plan["chosen"].astype("bool"), "running_thousand_pounds"].notna().any()
                  else ("What they cost in revenue each year is not known. ",)),
                "The pots that may pay receive ",
                desk.one("plan_pots", "received", "pounds", "sum"),
                " over the years.",
            )
        )


def alternatives(desk: Desk) -> Iterator[Block]:
    """What was weighed instead, and why it was not chosen."""
    yield Heading(1, say("Alternatives considered"))
    rows = desk.tables["alternatives"]
    if rows.empty:
        yield Note(GAP, say("No alternatives were worked out in this run."))
        return
    public = rows[rows["what"].isin(("plan", "do_nothing"))]
    shown = rows if desk.material.for_officers else public
    yield table(
        shown,
        "alternatives",
        ("number",),
        (
            Shown("name", "Way", "text"),
            Shown("child_years", "Child-years without a place"),
            Shown("thousand_pounds", "Capital", "pounds"),
            Shown("transport_thousand_pounds", "Transport", "pounds"),
        ),
        say("The plan and the other ways, each as good as it can be"),
    )
    if desk.material.for_officers:
        told = shown[shown["told"].ne("")]
        yield Listing(tuple(say(desk.one("alternatives", "told", "text", number=number), ".") for number in told["number"]))
        plan = desk.tables["plan"]
        closing = plan[plan["kind"].isin(SENSITIVE)]
        if len(closing):
            yield Heading(2, say("Closures and mergers that were looked at"))
            yield Listing(
                tuple(
                    say(
                        of_row(row, "plan", "scheme_name", "text", ("scheme_id",)),
                        ": ",
                        of_row(row, "plan", "why_so", "text", ("scheme_id",)),
                    )
                    for row in closing.to_dict("records")
                )
            )
