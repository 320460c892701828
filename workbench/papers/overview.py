"""The beginning of the committee paper: front sheet, purpose, recommendations, the summary on a page, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from maps.layer import whole
from planning_areas.school_year import ENTRY_YEAR, ay_label, nc_year_label
from scenarios.figures import whole_added_up
from sufficiency.headroom import LETTERS, WORDS
from workbench.documents.figures import of_row, say
from workbench.documents.model import (
    CARE,
    DRAFT,
    GAP,
    Block,
    Column,
    Heading,
    Illustration,
    Listing,
    Note,
    Paragraph,
    Table,
    Text,
)
from workbench.papers.area_picture import bands_chart, drawn_shapes
from workbench.papers.desk import PHASES, Desk, Shown, table
from workbench.places_ground import CAUTION, shared_evenly
from workbench.publishing.withheld import SENSITIVE

if TYPE_CHECKING:
    import pandas as pd

SUMMARY_KEYS = ("phase", "planning_area_code", "ay")
ASKED = "to be named by committee services"
FRONT = {
    "committee": "Committee",
    "date": "Date",
    "portfolio_holder": "Portfolio holder",
    "director": "Director",
    "contact": "Contact",
    "wards": "Wards affected",
    "key_decision": "Key decision",
    "exempt": "Exempt information (Schedule 12A, Local Government Act 1972)",
}
"""Lines of the front sheet that only people can fill."""


def front_sheet(desk: Desk) -> Iterator[Block]:
    """To whom the paper goes, who answers, and what is asked."""
    front = desk.material.said.paper.front
    rows: list[tuple[Text, ...]] = [(say(called), say(getattr(front, name) or ASKED)) for name, called in FRONT.items()]
    rows += [(say("Forecast"), say("run ", desk.of_run("named"))), (say("Census"), say(desk.of_run("base_year", "january")))]
    yield Heading(1, say("Front sheet"))
    yield Table(say("To whom the paper goes, and what it rests on"), (Column("About"), Column("Entry")), tuple(rows))
    lacking = [called for name, called in FRONT.items() if not getattr(front, name)]
    if lacking:
        yield Note(GAP, say(f"{', '.join(lacking)}: these stand in no table; write them into paper.toml or into the Word file."))
    if desk.material.for_officers:
        yield Note(
            DRAFT, say("this edition tells of closures, mergers and schemes that were not chosen. Publish the other edition.")
        )
    elif desk.material.withheld:
        yield Note(
            CARE,
            say(
                "schemes that would close or merge schools, and schemes that were looked at and not chosen, "
                "are not part of "
                "this edition; they come before the public when consultation opens."
            ),
        )
    consultation = desk.material.said.paper.consultation
    if consultation.told:
        yield Paragraph(say(f"Consultation: {consultation.told}"))


def purpose(desk: Desk) -> Iterator[Block]:
    """Why the paper is before members, and what they are asked to do."""
    yield Heading(1, say("Purpose"))
    yield Paragraph(
        say(
            "The council must secure that there are enough school places, in number, character and equipment, for all children "
            "of its "
            "area (Education Act 1996, section 14), and so far as is reasonably practicable enough childcare for working parents "
            "(Childcare Act 2006, section 6). This paper says where places run short and where they stand empty, how sure that "
            "is, and "
            "what is proposed."
        )
    )
    yield Heading(1, say("Recommendations"))
    yield Paragraph(say("Members are asked to:"))
    yield Listing(tuple(_recommendations(desk)), numbered=True)


def _recommendations(desk: Desk) -> Iterator[Text]:
    """What members are asked for: each an action, with who carries it out."""
    director = desk.material.said.paper.front.director or "the director (to be named)"
    yield say(
        "note the forecast of school places and childcare, the likelihood of a shortfall in each planning area, and "
        "what is not "
        "known;"
    )
    plan = desk.tables.get("plan")
    if plan is None:
        yield say("ask officers for schemes for the planning areas that lack places, since none are listed yet;")
    else:
        chosen = plan[plan["chosen"].astype("bool")].sort_values(["opens_ay", "scheme_id"])
        for row in chosen.to_dict("records"):
            verb = "agree to consult on" if row["kind"] in SENSITIVE else "approve"
            yield say(
                f"{verb} ",
                of_row(row, "plan", "scheme_name", "text", ("scheme_id",)),
                ", to open in ",
                of_row(row, "plan", "opens_ay", "opens", ("scheme_id",)),
                ", at a capital cost of ",
                of_row(row, "plan", "thousand_pounds", "pounds", ("scheme_id",)),
                f", and delegate its delivery to {director};",
            )
        unmet = desk.tables["plan_areas"]
        if len(unmet) and whole(float(unmet["unmet"].sum())) > 0:
            yield say(
                "note that ",
                desk.one("plan_areas", "unmet", "whole", "sum"),
                " child-years stay without a place in this programme, and ask officers to come back with options for them;",
            )
    yield say("receive the yearly report on the sufficiency of childcare, and have it made available to parents.")


def summary(desk: Desk) -> Iterator[Block]:
    """The paper on a page: what the run says, a map, and one table a phase."""
    yield Heading(1, say("Summary"))
    yield from (Paragraph(text) for text in (*desk.said("schools"), *desk.said("childcare")))
    for phase in PHASES:
        rows = desk.tables["summary"]
        if not rows["phase"].eq(phase).any():
            continue
        yield Heading(2, say(f"{phase.capitalize()} planning areas"))
        if phase in shared_evenly(desk.tables["places"], desk.base):
            yield Note(CARE, say(" ".join(CAUTION).format(phase=phase).removeprefix("With care: ")))
        yield from _bands_map(desk, phase)
        yield _summary_table(desk, phase)
    yield Paragraph(say("Bands of headroom, a local policy and no law: "))
    yield Listing(tuple(say(f"{letter}: {WORDS[letter]}") for letter in (*LETTERS, "?")))


def worst_year(desk: Desk, phase: str) -> int:
    """The year ahead in which most places are short at entry, each area rounded by itself; the last where none is."""
    rows = desk.tables["summary"]
    ahead = rows[(rows["phase"] == phase) & (rows["ay"] > desk.base)]
    short = ahead.groupby("ay")["entry_need"].agg(whole_added_up)
    return int(short.idxmax()) if len(short) and short.max() > 0 else desk.last_year(phase)


def _bands_map(desk: Desk, phase: str) -> Iterator[Block]:
    worst, rows = worst_year(desk, phase), desk.tables["summary"]
    then = rows[(rows["phase"] == phase) & (rows["ay"] == worst)]
    letters = dict(zip(then["planning_area_code"], then["entry_rag"], strict=True))
    chart = bands_chart(phase, letters, drawn_shapes(desk.material.run.areas, phase), desk.area_names, ay_label(worst))
    why = "shortest" if whole_added_up(then["entry_need"]) > 0 else "last"
    if chart is not None:
        yield Illustration(
            say(
                f"{phase.capitalize()} planning areas by headroom in {nc_year_label(ENTRY_YEAR[phase])} in ",
                desk.one("summary", "ay", "year", "first", phase=phase, ay=worst),
                f", the {why} year; every figure stands in the table. Borders are indicative.",
            ),
            chart,
        )


def _summary_table(desk: Desk, phase: str) -> Table:
    """One row an area: children now, in three years and at the end; places, headroom, band, short at entry, how likely."""
    rows, last, worst = desk.tables["summary"], desk.last_year(phase), worst_year(desk, phase)
    middle = min(desk.base + 3, last)
    mine = rows[rows["phase"] == phase]
    found = {(row["planning_area_code"], row["ay"]): row for row in mine.to_dict("records")}
    codes = sorted({code for code, _ in found}, key=lambda code: (desk.area_names.get(code, code), code))

    def cell(code: str, ay: int, column: str, form: str) -> Text:
        return say(of_row(found[code, ay], "summary", column, form, SUMMARY_KEYS)) if (code, ay) in found else ("",)

    told = [
        ("pupils", desk.base, "whole"),
        ("pupils", middle, "whole"),
        ("pupils", last, "whole"),
        ("yg_places", last, "whole"),
        ("net_places", last, "turned"),
        ("headroom", last, "percent"),
        ("entry_rag", worst, "text"),
        ("entry_need", worst, "whole"),
        ("entry_p_shortfall", worst, "likelihood"),
    ]
    entry = nc_year_label(ENTRY_YEAR[phase])
    columns = (
        "Planning area",
        f"Children {ay_label(desk.base)}",
        ay_label(middle),
        ay_label(last),
        f"Places {ay_label(last)}",
        "Places left (+) or short (\N{MINUS SIGN}), netted",
        f"Headroom {ay_label(last)}",
        f"Band at entry {ay_label(worst)}",
        f"{entry} places short {ay_label(worst)}",
        "Likelihood of a shortfall then",
    )
    body = [(say(desk.area(code)), *(cell(code, ay, column, form) for column, ay, form in told)) for code in codes]
    total = (
        say("All areas"),
        *(
            say(desk.one("summary", column, form, "sum of whole" if column == "entry_need" else "sum", phase=phase, ay=ay))
            if column in ("pupils", "yg_places", "net_places", "entry_need")
            else ("",)
            for column, ay, form in told
        ),
    )
    return Table(
        say(
            f"{phase.capitalize()}: children and places by planning area. What is short is never offset by what is "
            f"spare "
            "elsewhere"
        ),
        tuple(Column(title, figures=at > 0 and at != 7) for at, title in enumerate(columns)),
        (*body, total),
        frozenset({len(body)}),
    )


def context(desk: Desk) -> Iterator[Block]:
    """The duties in short, how places and children are counted, and how far the forecast has been out."""
    yield Heading(1, say("Context and accuracy"))
    yield Paragraph(
        say(
            "Places are weighed against children in each planning area, year group and year. What one area or year group lacks "
            "is never "
            "made good by what another has over. Need is what the forecast itself says; how likely a shortfall is comes from "
            "many futures "
            "drawn to differ from the forecast as much as past forecasts differed from what came."
        )
    )
    yield from (Paragraph(text) for text in desk.said("accuracy"))
    yield _accuracy(desk, desk.tables["accuracy"].sort_values(["phase", "ay"]))
    yield _ranges(desk, desk.tables["authority_range"])
    if len(desk.tables["dates_of_areas"]):
        yield Heading(2, say("By when to start"))
        yield Paragraph(
            say(
                "The last day on which each remedy can be begun in time, judged on ",
                desk.of_run("judged_on"),
                ". An area stands here where a shortfall at entry is likely enough.",
            )
        )
        yield _dates(desk)


def _accuracy(desk: Desk, rows: pd.DataFrame) -> Table:
    """The forecast, where a year of it has been counted since, and the authority's own returns, beside what was counted."""
    ours = (Shown("forecast", "Forecast"), Shown("error", "Error", "signed percent")) if rows["forecast"].notna().any() else ()
    what = "Forecasts held against what was counted" if ours else "The authority's own returns held against what was counted"
    return table(rows, "accuracy", ("phase", "ay"), (
        Shown("phase", "Phase", "text"), Shown("ay", "Census", "january"), *ours[:1], Shown("actual", "Counted"), *ours[1:],
        Shown("own_error_one_year", "Own return, one year ahead", "signed percent"),
        Shown("own_error_three_year", "Own return, three years ahead", "signed percent")),
        say(f"{what}; + is an over-forecast"), "No published count can be held against this forecast.")


def _dates(desk: Desk) -> Table:
    """One row for each area and September that can still be met, and one for what it is too late for."""
    rows = desk.tables["dates_by_september"]
    rows = rows.assign(name=rows["planning_area_code"].map(desk.area)).sort_values(
        ["phase", "name", "number"], key=lambda column: column.map(str))
    made = table(rows, "dates_by_september", ("number",), (
        Shown("planning_area_code", "Planning area", "text"), Shown("phase", "Phase", "text"), Shown("ay", "Needed for", "opens"),
        Shown("likely", "Likelihood of a shortfall", "likelihood"), Shown("said", "Start by", "text")),
        say("Last safe dates by planning area and September of need"))
    return replace(made, rows=tuple(
        (say(desk.area(code)), row[1], *(row[2:4] if ay == ay else (say("no year ahead"), say(""))), row[4])
        for code, ay, row in zip(rows["planning_area_code"], rows["ay"], made.rows, strict=True)))


def _ranges(desk: Desk, rows: pd.DataFrame) -> Table:
    return table(
        rows.sort_values(["phase", "ay"]),
        "authority_range",
        ("phase", "ay"),
        (
            Shown("phase", "Phase", "text"),
            Shown("ay", "Year", "year"),
            Shown("pupils_p10", "Children: 1 in 10 below"),
            Shown("pupils_p50", "middle"),
            Shown("pupils_p90", "1 in 10 above"),
            Shown("entry_need_p10", "Short at entry: 1 in 10 below"),
            Shown("entry_expected_shortfall", "mean of all futures"),
            Shown("entry_need_p90", "1 in 10 above"),
        ),
        say("All areas together: the range in which eight of ten futures lie"),
        "No ranges were drawn in this run.",
    )
