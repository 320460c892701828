"""The chapter on one planning area: its map, its schools in the form that members know, year groups, homes, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from maps.layer import whole as half_up
from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS, ay_label, nc_year_label
from scenarios.figures import whole
from sufficiency.estate.school_table import year_headings
from workbench.documents.figures import of_row, say
from workbench.documents.model import (
    CARE,
    GAP,
    Block,
    Column,
    Figure,
    Heading,
    Illustration,
    Listing,
    Note,
    Paragraph,
    Table,
    Text,
)
from workbench.papers.area_picture import area_chart
from workbench.papers.desk import PHASES, Shown, table
from workbench.places_ground import SHARED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from workbench.papers.desk import Desk

BEFORE = {"lacking": ("", " without a place before the plan"),
          "too_soon": (" (", " of them before any listed scheme could open)"),
          "seats_next_door": (" and ", " with a seat next door only")}
AFTER = {"met_home": (", ", " are met in the area"), "met_next_door": (", ", " next door"),
         "in_year": (", ", " are to be managed in-year"), "unmet": (", ", " stay without a place")}
"""What becomes of child-years that lack a place, column by column: what stands between two parts, and what is said of one."""
SCHOOL_KEYS, BALANCE_KEYS = ("urn", "planning_area_code", "ay"), ("phase", "planning_area_code", "ay", "nc_year")


def areas_told(desk: Desk) -> list[tuple[str, str]]:
    """The areas that have a chapter: those that lack a place in any year ahead, and those where a scheme is told; worst first."""
    summary = desk.tables["summary"]
    ahead = summary[summary["ay"] > desk.base]
    lacking = ahead[whole(ahead["additional_need"]) > 0]
    worst = lacking.groupby(["phase", "planning_area_code"])["entry_need"].max().to_dict()
    plan = desk.tables.get("plan")
    told = (
        set()
        if plan is None
        else set(plan.loc[plan["phase"].isin(PHASES), ["phase", "planning_area_code"]].itertuples(index=False, name=None))
    )
    keys = [(str(phase), str(code)) for phase, code in {*worst, *told} if code in desk.area_names]
    return sorted(keys, key=lambda key: (PHASES.index(key[0]), -worst.get(key, 0.0), key[1]))


def area_chapter(desk: Desk, phase: str, code: str, shapes: Mapping[str, Any]) -> Iterator[Block]:
    """All of one area's chapter."""
    yield Heading(2, say(desk.area(code), f" ({phase})"))
    yield Paragraph(_in_short(desk, phase, code))
    told = desk.tables["schools"]
    schools = told[told[f"{phase}_planning_area_code"] == code]
    chart = area_chart(code, desk.area_names[code], shapes, desk.area_names, schools)
    if chart is not None:
        yield Illustration(say(desk.area(code), ": its schools and the areas around it; borders are indicative."), chart)
    yield _schools(desk, phase, code)
    yield from _caution(desk, phase, code)
    yield _year_groups(desk, phase, code)
    yield from _homes(desk, phase, code)
    yield from _options(desk, phase, code)


def _in_short(desk: Desk, phase: str, code: str) -> tuple[str | Figure, ...]:
    """Children now and later, the worst year of entry, and how likely it is."""
    last, entry = desk.last_year(phase), nc_year_label(ENTRY_YEAR[phase])
    rows = {"phase": phase, "planning_area_code": code}
    mine = desk.tables["summary"]
    ahead = mine[(mine["phase"] == phase) & (mine["planning_area_code"] == code) & (mine["ay"] > desk.base)]
    parts: list[str | Figure] = [
        desk.one("summary", "pupils", **rows, ay=desk.base),
        f" children in {ay_label(desk.base)}, ",
        desk.one("summary", "pupils", **rows, ay=last),
        f" expected in {ay_label(last)}",
    ]
    if ahead["entry_need"].notna().any():
        short = whole(ahead["entry_need"])
        worst, most = int(ahead.loc[short.fillna(-1).idxmax(), "ay"]), short.max()
        if most <= 0:
            parts.append(f"; no place is short in {entry} in any year ahead")
            return (*parts, ".", *_dates(desk, phase, code))
        parts += [
            "; in the worst year for entry, ",
            desk.one("summary", "ay", "year", **rows, ay=worst),
            ", ",
            desk.one("summary", "entry_need", **rows, ay=worst),
            f" {'place is' if most == 1 else 'places are'} short in {entry}, of ",
            desk.one("summary", "entry_places", **rows, ay=worst),
        ]
        if pd.notna(ahead.loc[ahead["ay"] == worst, "entry_p_shortfall"].iloc[0]):
            parts += [
                " there; a shortfall then is ",
                desk.one("summary", "entry_p_shortfall", "likelihood", **rows, ay=worst),
                " likely",
            ]
    return (*parts, ".", *_dates(desk, phase, code))


def _dates(desk: Desk, phase: str, code: str) -> tuple[str | Figure, ...]:
    """By when to start what, where the area is likely enough to be short."""
    dates = desk.tables["dates_of_areas"]
    if not len(dates) or not ((dates["phase"] == phase) & (dates["planning_area_code"] == code)).any():
        return ()
    return (" By when to start: ", desk.one("dates_of_areas", "said", "text", phase=phase, planning_area_code=code), ".")


def _schools(desk: Desk, phase: str, code: str) -> Table:
    """Each school year by year: PAN, capacity, children by year group, total, surplus or deficit."""
    name = f"{phase}_schools"
    rows = desk.tables[name]
    mine = rows[rows["planning_area_code"] == code]
    return schools_table(
        mine,
        name,
        phase,
        say(
            "Schools of ",
            desk.area(code),
            ": children expected by year group, and surplus (+) or deficit (\N{MINUS SIGN}) of places",
        ),
    )


def schools_table(rows: pd.DataFrame, name: str, phase: str, caption: tuple[str | Figure, ...]) -> Table:
    """The table that members know, out of rows of `primary_schools` or `secondary_schools`."""
    several = len(set(rows["district_name"])) > 1
    groups = [Shown(group, group) for group in year_headings(phase)]
    columns = (
        Shown("school_name", "School", "text"),
        *([Shown("district_name", "District", "text")] if several else []),
        Shown("pan", "PAN"),
        Shown("capacity", "Capacity"),
        Shown("ay", "Year", "year"),
        *groups,
        Shown("total", "TOTAL"),
        Shown("surplus", "Surplus (+) or deficit (\N{MINUS SIGN})", "signed"),
        Shown("reliability", "Reliability", "text"),
    )
    made = table(rows, name, SCHOOL_KEYS, columns, caption, "No school of the area is known.")
    blank = {at for at, one in enumerate(columns) if one in groups or one.column == "pan"}
    return Table(made.caption, made.columns, tuple(_without_unknown(row, blank) for row in made.rows), made.bold, made.empty)


def _without_unknown(row: tuple[tuple[str | Figure, ...], ...], blank: set[int]) -> tuple[tuple[str | Figure, ...], ...]:
    """A year group that a school does not have stands empty: there is nothing not known of it."""
    return tuple(("",) if at in blank and _is_missing(cell) else cell for at, cell in enumerate(row))


def _is_missing(cell: tuple[str | Figure, ...]) -> bool:
    first = cell[0]
    return isinstance(first, Figure) and isinstance(first.value, float) and bool(np.isnan(first.value))


def _caution(desk: Desk, phase: str, code: str) -> Iterator[Block]:
    """What makes an area's figures rough: places that are capacity shared out, and schools or areas that are small."""
    places = desk.tables["places"]
    mine = places[(places["phase"] == phase) & (places["planning_area_code"] == code) & (places["ay"] == desk.base)]
    if len(mine) and mine["basis"].eq(SHARED).mean() > 0.5:
        yield Note(
            CARE,
            say(
                "Most places of this area are capacity shared evenly over the year groups, not admission "
                "numbers: what "
                "is short of a single year group is rough."
            ),
        )
    rows = desk.tables[f"{phase}_schools"]
    now = rows[(rows["planning_area_code"] == code) & (rows["ay"] == desk.base)]
    if len(now) and now["reliability"].str.startswith("low").all():
        yield Note(
            CARE, say("Every school here, or the area itself, is small: a forecast of few children is easily out by several.")
        )


def _year_groups(desk: Desk, phase: str, code: str) -> Table:
    """Places less children by year and year group: a spare place of one never makes up for another."""
    balance = desk.tables["balance"]
    mine = balance[(balance["phase"] == phase) & (balance["planning_area_code"] == code)]
    groups = [group for group in PHASE_YEARS[phase] if group in set(mine["nc_year"])]
    rows = []
    for ay, year in mine.sort_values("ay").groupby("ay", sort=True):
        found = {int(row["nc_year"]): row for row in year.to_dict("records")}
        first = next(iter(found.values()))
        rows.append((
            say(of_row(first, "balance", "ay", "year", BALANCE_KEYS)),
            *(
                say(of_row(found[group], "balance", "net_places", "turned", BALANCE_KEYS)) if group in found else ("",)
                for group in groups
            ),
            say(desk.one("summary", "additional_need", phase=phase, planning_area_code=code, ay=int(str(ay)))),
        ))
    columns = (
        Column("Year"),
        *(Column(nc_year_label(group), figures=True) for group in groups),
        Column("Places short", figures=True),
    )
    return Table(
        say(
            "Places left (+) or short (\N{MINUS SIGN}) in ",
            desk.area(code),
            " by year group; the last column adds up what is short and offsets nothing",
        ),
        columns,
        tuple(rows),
        empty="No figures by year group.",
    )


def _homes(desk: Desk, phase: str, code: str) -> Iterator[Block]:
    """The sites whose children come to this area, and how they are counted."""
    sites = desk.tables["site_audit"]
    if sites.empty:
        yield Paragraph(say("Housing: the run was given no list of housing sites."))
        return
    mine = sites[
        [any(part.startswith(f"{code} ") for part in str(text).replace(";", ",").split(", ")) for text in sites["areas_touched"]]
    ]
    short = "secondary" if phase == "secondary" else "primary"
    yield table(
        mine,
        "site_audit",
        ("site_ref",),
        (
            Shown("site_name", "Site", "text"),
            Shown("site_ref", "Reference", "text"),
            Shown("status", "Planning status", "planning status"),
            Shown("dwellings", "Homes"),
            Shown("usual_dwellings", "of which recent trends carry"),
            Shown("counted_in", "Where they count", "text"),
            Shown(f"{short}_peak", f"{short.capitalize()} children at most"),
            Shown(f"{short}_peak_year", "in", "text"),
        ),
        say("Housing sites whose children come to schools of ", desk.area(code), ", whole sites"),
        "No housing site on the list sends children here.",
    )


def _options(desk: Desk, phase: str, code: str) -> Iterator[Block]:
    """Options of the area, the preferred one, and why and why not; what is left without a place."""
    plan = desk.tables.get("plan")
    if plan is None:
        yield Note(GAP, say("Options: the run has no capital plan, since its workspace lists no schemes."))
        return
    mine = plan[(plan["planning_area_code"] == code) & (plan["phase"] == phase)].sort_values(
        ["chosen", "scheme_id"], ascending=[False, True]
    )
    yield table(
        mine,
        "plan",
        ("scheme_id",),
        (
            Shown("scheme_name", "Option", "text"),
            Shown("kind", "Kind", "kind"),
            Shown("chosen", "Preferred?", "yes"),
            Shown("opens_ay", "Opens", "opens"),
            Shown("places_when_full", "Places", "signed"),
            Shown("thousand_pounds", "Capital", "pounds"),
            Shown("running_thousand_pounds", "Revenue a year", "pounds"),
            Shown("children_served", "Children served"),
            Shown("decides", "Who decides", "spelt"),
            Shown("consent", "Consent", "spelt"),
        ),
        say("Options in ", desk.area(code)),
        "No option here is part of what is proposed.",
    )
    if desk.material.for_officers and len(mine):
        yield Heading(3, say("Why, and why not"))
        yield Listing(
            tuple(
                say(
                    desk.one("plan", "scheme_name", "text", scheme_id=row),
                    ": ",
                    desk.one("plan", "why_so", "text", scheme_id=row),
                )
                for row in mine["scheme_id"]
            )
        )
    left = desk.tables["plan_areas"]
    here = left[(left["planning_area_code"] == code) & (left["phase"] == phase)]
    if len(here):
        yield Paragraph(_left(desk, here, {"planning_area_code": code, "phase": phase}))


def _left(desk: Desk, here: pd.DataFrame, rows: Mapping[str, str]) -> Text:
    """What the plan leaves of the children who lack a place: parts that are nought are not told."""
    def told(column: str) -> Figure:
        return desk.one("plan_areas", column, "whole", "sum", **rows)

    def some(column: str) -> bool:
        return column in here and half_up(float(here[column].sum())) > 0

    def parts(columns: Mapping[str, tuple[str, str]]) -> Text:
        shown = [(between, told(column), words) for column, (between, words) in columns.items() if some(column)]
        return tuple(part for one in shown for part in one)[1:]

    if not (before := parts(BEFORE)):
        return say("The plan finds nobody here who lacks a place.")
    return say("Child-years here: ", *before, "; of these ", *parts(AFTER), ".")
