"""The methodology statement that goes with a return: what was done, in words, with the figures and settings of this run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, ay_label, nc_year_label
from planning_areas.wording import some
from sufficiency.forecast.overrides import KNOWN
from sufficiency.scap.layouts import CHANGES
from workbench.documents.model import CARE, Block, Column, Document, Heading, Listing, Note, Paragraph, Table

if TYPE_CHECKING:
    from sufficiency.scap.layouts import Return

    Tables = Mapping[str, pd.DataFrame]

METHODS = {
    "measured": "each authority's ratios of recent years, held against those of many authorities together, carried on as past "
    "forecasts of many authorities would have been nearest",
    "plain": "the mean ratio of recent years, the latest counting most",
    "last_year": "the ratio of the latest year",
}
BASES = {
    "yg_places": "the council's own year-group places",
    "pan": "admission numbers carried up with their cohorts",
    "capacity": "capacity shared evenly over the year groups",
    "roll": "no count at all: these are left blank",
}
WHO = {"primary": "Reception to Year 6", "secondary": "Year 7 to 11"}


def statement(returned: Return, tables: Tables, manifest: Mapping[str, Any], comments: pd.DataFrame) -> Document:
    """The statement, section by section; comments: those of the council that speak of no single check."""
    name, base = str(manifest["authority"]["name"]), returned.base_year
    blocks = [
        *_what(returned, manifest),
        *_how(manifest, tables),
        *_housing(returned, manifest),
        *_places(returned),
        *_specialist(returned),
        *_accuracy(tables),
        *_own_figures(tables),
        *_council(comments),
        *_sources(manifest),
    ]
    return Document(
        "Methodology statement",
        f"School capacity return from the January census of {base + 1}",
        "for the department",
        name,
        f"Made from run {manifest['run_id']}.",
        tuple(blocks),
    )


def _said(*texts: str) -> list[Block]:
    return [Paragraph((text,)) for text in texts if text]


def _what(returned: Return, manifest: Mapping[str, Any]) -> list[Block]:
    table, base = returned.tables["mainstream_forecast"], returned.base_year
    told = []
    for phase in ENTRY_YEAR:
        mine = table[table["phase"].eq(phase)]
        if len(mine):
            first, last = int(mine["ay"].min()), int(mine["ay"].max())
            told.append(
                f"{phase}: {_many(mine['planning_area_code'].nunique(), 'planning area')}, {last - first + 1} years, "
                f"{ay_label(first)} to {ay_label(last)}"
            )
    return [
        Heading(1, ("What was forecast",)),
        *_said(
            f"The forecast starts from the January {base + 1} census. It counts every pupil who is expected in a state-funded "
            f"mainstream "
            "school of the authority, wherever the pupil lives; special, alternative and independent schools and nursery classes "
            "are not "
            "in it. Figures are worked out with fractions and rounded at the end, the year groups of an area and year together, "
            "so that "
            "they add up."
        ),
        Listing(tuple((text,) for text in told)),
    ]


def _how(manifest: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> list[Block]:
    asked = manifest["assumptions"]
    weights = ", ".join(f"{one:g}" for one in asked["weights"])
    excluded = [ay_label(int(one["ay"] if isinstance(one, dict) else one[0])) for one in asked.get("excluded_years", [])]
    left_out = f" Left out of the ratios: {some(excluded)}." if excluded else ""
    clipped = int(tables["ratios"]["clipped"].sum()) if "clipped" in tables["ratios"] else 0
    held = (
        f" {clipped} ratios of areas lay beyond these limits and were held to them."
        if clipped
        else " No ratio lay beyond these limits."
    )
    flows = set(tables["transfers"]["basis"]) if len(tables["transfers"]) else set()
    entry = (
        f"Children who enter junior, secondary and sixth-form years come by transfer between areas ({some(sorted(flows))})."
        if flows
        else ""
    )
    known = tables["registrations"]
    by_births = "Reception rests on births by school cohort (1 September to 31 August), not on GP registrations."
    blended = (
        "Reception rests on births by school cohort (1 September to 31 August), blended with counts of children registered "
        "with GPs, each by how near it came before."
    )
    by_gp = blended if len(known) else by_births
    return [
        Heading(1, ("How children are forecast",)),
        *_said(
            by_gp,
            f"Each year group moves up by ratios: {METHODS.get(asked['method'], asked['method'])}.{left_out} A planning area's "
            f"own ratios are those of recent years, which count {weights}, the latest first; they lean on the authority's, the "
            f"more the fewer children it has ({asked['shrinkage_survival']:g} children weigh as much as its own), and lie "
            f"between "
            f"{asked['ratio_floor']:g} and {asked['ratio_ceiling']:g}.{held}",
            entry,
            "Planning areas are scaled to the authority's forecast, so that no cohort is counted twice. Admission numbers hold "
            "intakes; those whom a full school cannot take go to other schools.",
        ),
    ]


def _housing(returned: Return, manifest: Mapping[str, Any]) -> list[Block]:
    table, asked = returned.tables["mainstream_forecast"], manifest["assumptions"]
    rows = []
    for phase in ENTRY_YEAR:
        mine = table[table["phase"].eq(phase)].groupby("ay")[["pupil_forecast", "hdc_pupils", "hif_pupils"]].sum(min_count=1)
        rows += [
            (
                (phase,),
                (ay_label(int(row.Index)),),
                (f"{row.pupil_forecast:,.0f}",),
                (_known(row.hdc_pupils),),
                (_known(row.hif_pupils),),
            )
            for row in mine.itertuples()
        ]
    columns = (
        Column("Phase"),
        Column("Academic year"),
        Column("Pupils forecast", figures=True),
        Column("Of which HDC", figures=True),
        Column("Of which HIF", figures=True),
    )
    return [
        Heading(1, ("New homes",)),
        *_said(
            "Ratios of recent years carry what was built in them already. Children of new homes are added only for building "
            "above "
            "that "
            f"usual rate, and taken away where building falls below it; {asked['already_local']:.0%} of the children of new "
            f"homes "
            f"are "
            "taken to be at a local school already. Sites that are certain count whole, others only in the ranges.",
            "Pupils in places that developers (HDC) or the Housing Infrastructure Fund (HIF) pay for are inside the forecast, "
            "and "
            "told "
            "apart as far as they raised it.",
        ),
        Table(("Pupils forecast for the authority, year groups of sixth forms with secondary",), columns, tuple(rows)),
    ]


def _places(returned: Return) -> list[Block]:
    places, planned = returned.tables["year_group_places"], returned.tables["planned_changes"]
    by = places.groupby("basis")["urn"].nunique().to_dict()
    told = [f"{_many(count, 'school')}: {BASES.get(str(basis), str(basis))}" for basis, count in sorted(by.items())]
    sums = planned.groupby(["ay", "change"])["places"].sum()
    rows = tuple(
        ((ay_label(int(ay)),), *((f"{float(sums.get((ay, what), 0.0)):,.0f}",) for what in CHANGES))
        for ay in sorted(planned["ay"].unique())
    )
    columns = (
        Column("Academic year"),
        Column("Additional", figures=True),
        Column("Bulge", figures=True),
        Column("Removed", figures=True),
    )
    return [
        Heading(1, ("Places",)),
        *_said("Places by year group rest on the first of these that is known of a school:"),
        Listing(tuple((text,) for text in told)),
        *_said("Planned places are firm changes only, each year beside the base year; a bulge class moves up with its children."),
        Table(
            ("Places more or fewer than in the base year, year groups added up",),
            columns,
            rows,
            empty="No change of places is planned.",
        ),
    ]


def _specialist(returned: Return) -> list[Block]:
    forecast, capacity = returned.tables["specialist_forecast"], returned.tables["specialist_capacity"]
    if forecast.empty and capacity.empty:
        return [
            Heading(1, ("Specialist places and children",)),
            Note(
                CARE, ("The workspace holds no specialist places and no forecast of specialist children: this part is missing.",)
            ),
        ]
    by = forecast.groupby(["phase", "ay"])["children"].sum()
    told = [
        f"{phase}: {by[phase].iloc[0]:,.0f} children in {ay_label(int(by[phase].index[0]))}, {by[phase].iloc[-1]:,.0f} in "
        f"{ay_label(int(by[phase].index[-1]))}"
        for phase in ENTRY_YEAR
        if phase in by.index.get_level_values(0)
    ]
    places = (
        f" There are {capacity['places'].sum():,.0f} such places in the authority's schools, which others use too: the two "
        "are not taken from one another."
        if len(capacity)
        else ""
    )
    return [
        Heading(1, ("Specialist places and children",)),
        *_said(
            "The council's own forecast of resident children with a plan who need a place in a special school, a SEN unit or "
            "resourced "
            f"provision, whichever authority's school they attend.{places}"
        ),
        Listing(tuple((text,) for text in told)),
    ]


def _accuracy(tables: Mapping[str, pd.DataFrame]) -> list[Block]:
    found = tables["accuracy"]
    found = found[found["own_error_one_year"].notna() | found["own_error_three_year"].notna()]
    rows = []
    for row in found.sort_values(["phase", "ay"]).itertuples():
        rows.append((
            (row.phase,),
            (f"January {int(row.ay) + 1}",),
            (f"{row.actual:,.0f}",),
            (_signed(row.own_error_one_year),),
            (_signed(row.own_error_three_year),),
        ))
    columns = (
        Column("Phase"),
        Column("Census"),
        Column("Pupils", figures=True),
        Column("Error one year ahead", figures=True),
        Column("Error three years ahead", figures=True),
    )
    return [
        Heading(1, ("How near earlier returns were",)),
        *_said(
            "As the scorecards print it: (forecast - actual) / actual, + is a forecast too high; Reception to Year 6, and Year 7 "
            "to 11."
        ),
        Table(
            ("Errors of the authority's earlier returns",),
            columns,
            tuple(rows),
            empty="The workspace has no scorecards: earlier errors are not known.",
        ),
    ]


def _signed(value: float) -> str:
    return "not known" if value != value else f"{value:+.1%}"


def _own_figures(tables: Mapping[str, pd.DataFrame]) -> list[Block]:
    found = tables["overrides"]
    used = found[found["used"].eq("yes")] if len(found) else found
    if used.empty:
        return []
    counted = used[used["kind"].eq(KNOWN)]
    used = used[~used["kind"].eq(KNOWN)]
    called = dict(zip(tables["names"]["planning_area_code"], tables["names"]["planning_area_name"], strict=True))
    called |= dict(zip(tables["schools"]["urn"], tables["schools"]["school_name"], strict=True))
    told = [
        f"{called.get(row.planning_area_code or row.urn, row.planning_area_code or row.urn)}, {ay_label(int(row.ay))}, "
        f"{nc_year_label(int(row.nc_year)) if row.nc_year == row.nc_year else 'all year groups'}: {row.model:,.1f} became "
        f"{row.final:,.1f}; {row.reason}"
        for row in used.head(MOST).itertuples()
    ]
    more = [f"and {len(used) - MOST} more, in the run's sheet overrides"] if len(used) > MOST else []
    intakes = (
        (
            f"The intake of the first year ahead is counted or offered already in "
            f"{_many(counted['planning_area_code'].nunique(), 'planning area')}, and stands in the place of the model's."
        )
        if len(counted)
        else ""
    )
    own = "The planner put figures of the council's own in the place of the model's:" if told else ""
    return [
        Heading(1, ("Figures other than the model's",)),
        *_said(intakes, own),
        *([Listing(tuple((text,) for text in (*told, *more)))] if told else []),
    ]


MOST = 20  # figures that are told one by one


def _council(comments: pd.DataFrame) -> list[Block]:
    """What the council says of the whole."""
    if comments.empty:
        return []
    return [Heading(1, ("Comments of the council",)), Listing(tuple((str(text),) for text in comments["comment"]))]


def _sources(manifest: Mapping[str, Any]) -> list[Block]:
    rows = tuple(((str(one["title"]),), (str(one["publisher"]),), (str(one["reference_date"]),)) for one in manifest["inputs"])
    columns = (Column("Title"), Column("Publisher"), Column("Date"))
    return [Heading(1, ("Sources",)), Table(("What the run was made from",), columns, tuple(dict.fromkeys(rows)))]


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def _known(children: float) -> str:
    """A count in whole, or that it is not known."""
    return "not known" if children != children else f"{children:,.0f}"
