"""Results become a map sheet here, and nowhere else: the one place where the model's tables and the map's layers meet.

Everything is cut from the protected release; years, year groups and bands get the words by which members know them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from maps.layer import LOW, Account, Breakdown, Layer, Measure, Moment, Outline, number
from maps.palette import LIKELY, bands, steps
from maps.sheet import Remark, Sheet
from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS, ay_label, nc_year_label
from scenarios.figures import whole
from sufficiency.areas.areas import INDICATIVE
from sufficiency.forecast.made_of import FROM
from sufficiency.headroom import NOT_KNOWN, WORDS
from sufficiency.intervals.likelihood import WORDS as LIKELIHOODS
from sufficiency.intervals.likelihood import letter
from workbench.attribution import attribution
from workbench.childcare_map import READING as OF_CHILDCARE
from workbench.childcare_map import childcare_layers
from workbench.childcare_points import settings_points
from workbench.childcare_view import childcare_sayings
from workbench.picture import Picture
from workbench.plan_view import WITHOUT, area_measures, has_plan, headroom_with_plan, plan_sayings, scheme_points, with_plan
from workbench.release.told import OFFICERS_ALONE, PUBLIC
from workbench.safe_dates import for_areas, in_words
from workbench.sayings import accuracy_sayings, headlines
from workbench.school_age_map import school_age_layer
from workbench.school_view import schools_points
from workbench.site_view import sites_points
from workbench.ward_map import ward_layer
from workbench.waterfall import kinds_of, whole_parts, words

if TYPE_CHECKING:
    from sufficiency.evidence import Note

SHORT_EDGES = (1, 8, 15, 30)  # places short: some, a quarter, a half and a whole form of entry
HEADROOM = "headroom_percent"
AS_LIKELY_AS_NOT = ("E", "L", "C")
HIDDEN_EDGES = (1, 15, 30, 60)
SPARE_EDGES = (50, 150, 300, 600)
TERMS = (
    Remark(
        "Places short (additional need): children expected beyond the places of one planning area and one year group. "
        "A spare place elsewhere, or in another year group, never makes up for it. Where a whole area is full, its schools are "
        "shown with the children that they have no places for: somebody must still find them one."
    ),
    Remark(
        "Headroom: the share of places that stays free. Its letter is a local band, not law: R is a shortfall, then AR, A, G and "
        "B with ever more room, and P so much that the area's schools may need a review."
    ),
    Remark(
        "Hidden need: children who live in the area and for whom there is neither a seat taken nor a place left at its schools, "
        "added up over the year groups. A full school cannot grow, so its own roll hides how many would ask for it."
    ),
    Remark(
        "Range: what lies between 1 in 10 futures and 9 in 10; futures are drawn so that they differ from the forecast as much "
        "as past forecasts differed from what came. Ranges of areas do not add up. The likelihood of a shortfall is the share "
        "of futures in which places are short; need is always that of the forecast itself, the future in the middle."
    ),
    Remark("Figures are whole numbers, each rounded by itself; tables.xlsx beside this map has them in full."),
)


def committee_sheet(picture: Picture) -> Sheet:
    """The committee map: primary and secondary planning areas, schools, housing sites, districts, and what to know."""
    tables = picture.release.tables
    layers = tuple(layer for phase in ENTRY_YEAR if (layer := area_layer(phase, tables, picture)) is not None)
    wider = (school_age_layer(tables, picture), ward_layer(tables, picture))
    young = (*childcare_layers(tables, picture), *(layer for layer in wider if layer is not None))
    base, public = picture.authority.base_year, picture.assumptions.audience == PUBLIC
    points = [] if tables["schools"].empty else [schools_points(tables, base)]
    if not tables["site_audit"].empty:
        points.append(sites_points(tables, base, picture.assumptions))
    if (schemes := scheme_points(tables)) is not None:
        points.append(schemes)
    if (settings := settings_points(tables, picture)) is not None:
        points.append(settings)
    return Sheet(
        title=f"{picture.authority.name}: where school places {'and childcare run' if young else 'run'} short",
        subtitle=f"Forecast from the school census of January {base + 1}. Places and children in state mainstream schools"
                 f"{', and childcare wanted and on offer' if young else ''}.",
        headlines=(*(() if public else (OFFICERS_ALONE,)), *headlines(tables, picture.authority), *plan_sayings(tables),
                   *childcare_sayings(tables, base)),
        layers=(*layers, *young),
        points=tuple(p for p in points if len(p.items)),
        outlines=() if picture.districts is None else (Outline("Districts", _outlined(picture.districts)),),
        source=f"Children: school census, January {base + 1}, and forecast of run {picture.run_id}. Places: see each school.",
        start=_worst(tables["summary"], "ay"),
        start_layer=_worst(tables["summary"], "phase") or "",
        reading=(*TERMS, *(OF_CHILDCARE if young else ()), *_drawn(picture), *_how_places_are_known(tables["places"], base),
                 *_accuracy(tables["accuracy"], base)),
        notes=_noted(picture.notes),
        sources=attribution(picture.sources),
    )


def _outlined(districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return districts.rename(columns={"district_name": "name"})[["name", "geometry"]]


def _worst(summary: pd.DataFrame, by: str) -> Any:
    """The year or phase in which most places are short in the year of entry: the map opens on it; none where none is short."""
    short = summary.groupby(by)["entry_need"].sum()
    worst = short.idxmax() if len(short) and short.max() > 0 else None
    return int(worst) if by == "ay" and worst is not None else worst


def entry_name(phase: str) -> str:
    """The year of entry as people call it: Reception, Year 7."""
    return nc_year_label(ENTRY_YEAR[phase])


def area_layer(phase: str, tables: Mapping[str, pd.DataFrame], picture: Picture) -> Layer | None:
    """Planning areas of one phase with every measure that members ask for; none where the phase has no figures."""
    summary = tables["summary"]
    mine = summary[summary["phase"] == phase]
    if mine.empty:
        return None
    names = tables["names"]
    areas = names[names["phase"] == phase].rename(columns={"planning_area_code": "key", "planning_area_name": "name"})
    values = mine.rename(columns={"planning_area_code": "key", "ay": "year"}).assign(
        headroom_percent=mine["headroom"] * 100,
        entry_headroom_percent=mine["entry_headroom"] * 100,
        likely_percent=mine["entry_p_shortfall"] * 100,
        likely=[letter(p) for p in mine["entry_p_shortfall"]],
        **{f"{name}_range": between(mine, name) for name in ("entry_need", "additional_need", "spare_places")},
        worst_group=mine["worst_nc_year"].map(lambda g: "" if pd.isna(g) else nc_year_label(int(g))),
    )
    base = picture.authority.base_year
    moments = [
        Moment(int(ay), ay_label(int(ay)), "census" if ay == base else "forecast") for ay in sorted(values["year"].unique())
    ]
    shapes = None
    if picture.areas is not None:
        of_phase = picture.areas[picture.areas["phase"] == phase]
        shapes = of_phase.rename(columns={"planning_area_code": "key"})[["key", "geometry"]]
    return Layer(
        key=phase,
        title=phase.capitalize(),
        plural=f"{phase} planning areas",
        areas=areas.sort_values("name")[["key", "name"]],
        moments=tuple(moments),
        values=with_plan(values, phase, tables, picture.assumptions.rag_edges),
        measures=planned(measures(phase), base) if has_plan(tables) else measures(phase),
        shapes=shapes,
        breakdown=breakdown(phase, tables["balance"]),
        account=account(phase, tables["waterfall"], base),
        said=when_to_start(phase, tables.get("last_safe_dates", pd.DataFrame())),
    )


def when_to_start(phase: str, dates: pd.DataFrame) -> pd.DataFrame | None:
    """By when to start what in each area, for its card; dates: the sheet of that name."""
    if dates.empty:
        return None
    told = for_areas(dates[dates["phase"] == phase])
    day = in_words(date.fromisoformat(dates["judged_on"].iloc[0]))
    return told.assign(text=[f"Start by, judged on {day}: {said}." for said in told["said"]]).rename(
        columns={"planning_area_code": "key"})[["key", "text"]]


def between(summary: pd.DataFrame, name: str) -> list[str]:
    """The range of a figure as it stands beside it, "range 3 to 25"; blank where there is none or nothing in it."""
    ends = [whole(summary[f"{name}_{end}"]) for end in ("p10", "p90")]
    return [f"range {number(low)} to {number(high)}" if high > low else "" for low, high in zip(*ends, strict=True)]


def measures(phase: str) -> tuple[Measure, ...]:
    """The ways to colour the planning areas of a phase, the most pressing first."""
    entry = entry_name(phase)
    letters = bands([(letter, words) for letter, words in WORDS.items() if letter != NOT_KNOWN])
    short, hidden = steps(SHORT_EDGES), steps(HIDDEN_EDGES, "hidden")
    first, last = nc_year_label(PHASE_YEARS[phase][0]), nc_year_label(PHASE_YEARS[phase][-1])
    likely = bands([(one, words) for one, words in LIKELIHOODS.items() if one != NOT_KNOWN], AS_LIKELY_AS_NOT, LIKELY)
    places: dict[str, Any] = {"unit": "places", "unit_one": "place"}
    free: dict[str, Any] = {"unit": "% of places free", "scale": letters, "decimals": 1, "suffix": " %", "worst": LOW}
    return (
        Measure("entry_need", f"Places short in {entry}", scale=short, adds_up=True, saying=f"short of {entry} places",
                detail="entry_need_range", explain=f"Children expected in {entry} beyond its places.", **places),
        Measure("likely_percent", f"Likelihood of a shortfall in {entry}", "%", likely, letters="likely", suffix=" %",
                saying=f"short of {entry} places with a likelihood of a third or more",
                explain=f"In how many of a hundred futures drawn there are more children in {entry} than places."),
        Measure("worst_need", "Places short in the worst year group", scale=short, detail="worst_group",
                saying="short of places in some year group",
                explain="The year group of each area that is shortest of places, and by how many.", **places),
        Measure("additional_need", "Places short in all year groups", scale=short, adds_up=True,
                saying="short of places in one year group or more", detail="additional_need_range",
                explain=f"The shortages of all year groups, {first} to {last}, added up; nothing is offset.", **places),
        Measure(HEADROOM, "Headroom over all year groups", letters="rag",
                saying="short of places over all year groups",
                explain=f"Places that stay free, {first} to {last} together.", **free),
        Measure("entry_headroom_percent", f"Headroom in {entry}", letters="entry_rag", saying=f"short of {entry} places",
                explain=f"Places that stay free in {entry}.", **free),
        Measure("spare_places", "Spare places in all year groups", scale=steps(SPARE_EDGES, "hidden"), adds_up=True,
                saying=f"left with {SPARE_EDGES[0]} spare places or more", detail="spare_places_range",
                explain=f"Places beyond the children expected, year group by year group, {first} to {last}, added up.", **places),
        Measure("hidden_need", "Hidden need", "children", hidden, adds_up=True, unit_one="child",
                saying="home to children whom full schools cannot take",
                explain="Children who live in the area and find neither a seat nor a free place at its schools; all year groups, "
                f"{first} to {last}, added up."),
    )


def planned(plain: tuple[Measure, ...], base: int) -> tuple[Measure, ...]:
    """The measures of a run that has a plan: headroom without and with it, and who lacks a place before and after."""
    told: list[Measure] = []
    for measure in plain:
        if measure.column == HEADROOM:
            told += [replace(measure, view=measure.title, state=WITHOUT), headroom_with_plan(base, measure.title, measure.scale)]
        else:
            told.append(measure)
    return (*told, *area_measures(base))


def breakdown(phase: str, balance: pd.DataFrame) -> Breakdown:
    """Each year group's children, places, shortage and spare places, for the card of an area."""
    mine = balance[balance["phase"] == phase].sort_values(["planning_area_code", "ay", "nc_year"])
    frame = pd.DataFrame({
        "key": mine["planning_area_code"],
        "year": mine["ay"],
        "row": mine["nc_year"].map(lambda g: nc_year_label(int(g))),
        **{column: mine[column] for column in BREAKDOWN if column != "likely"},
        "likely": mine["p_shortfall"] * 100,
    })
    return Breakdown("Year group", BREAKDOWN, frame, value="pupils", limit="yg_places")


def account(phase: str, waterfall: pd.DataFrame, base: int) -> Account:
    """What the forecast of each area and year is made of, for the card of an area."""
    mine = whole_parts(waterfall[waterfall["phase"] == phase])
    called = words(phase)
    columns = {"pupils_base": f"On roll in January {base + 1}", **{FROM[group]: called[group] for group in kinds_of(mine)},
               "pupils": "Children expected"}
    frame = mine.rename(columns={"planning_area_code": "key", "ay": "year"})[["key", "year", *columns]]
    return Account("What the forecast is made of", ("Part", "Children"), columns, ("pupils_base", "pupils"), frame, PARTS_NOTE)


PARTS_NOTE = "Each part is added up over the years since the census; leavers are all who have left the phase by then."
BREAKDOWN = {
    "pupils": "Children expected",
    "pupils_p10": "1 in 10 below",
    "pupils_p90": "1 in 10 above",
    "yg_places": "Places",
    "additional_need": "Short",
    "likely": "Likely short, %",
    "spare_places": "Spare",
    "residents": "Children living here",
}


def _drawn(picture: Picture) -> tuple[Remark, ...]:
    """How the boundaries on the map came about."""
    said = [note.text for note in picture.notes if note.text.startswith(INDICATIVE)]
    return tuple(Remark(f"Planning areas are sets of schools; {text}.") for text in said)


BEARS, ALSO, FILES = "What bears on the figures", "Also to know", "How the files were read"


def _noted(notes: Sequence[Note]) -> tuple[Remark, ...]:
    """Notes by what they mean for a reader: those that cost the result something, others, and how the files were read."""
    remarks = [
        Remark(f"{note.table}: {note.text}", note.loses, BEARS if note.loses else FILES if note.kind == "file" else ALSO)
        for note in notes
    ]
    return tuple(sorted(remarks, key=lambda remark: (BEARS, ALSO, FILES).index(remark.group)))


def _accuracy(accuracy: pd.DataFrame, base: int) -> tuple[Remark, ...]:
    return tuple(Remark(said) for said in accuracy_sayings(accuracy, base))


def _how_places_are_known(places: pd.DataFrame, base: int) -> tuple[Remark, ...]:
    """Say what most places rest on, a phase at a time: capacity shared out is a weaker ground than a PAN."""
    now = places[places["ay"] == base]
    said = []
    for phase, mine in now.groupby("phase", sort=True):
        by = mine.groupby("basis")["urn"].nunique()
        told = ", ".join(f"{GROUNDS[str(basis)]} at {count}" for basis, count in by.sort_values(ascending=False).items())
        said.append(Remark(f"Places of {mine['urn'].nunique()} {phase} schools rest on {told}."))
    return tuple(said)


GROUNDS = {"yg_places": "the council's own year-group places", "pan": "admission numbers carried up with each class",
           "capacity": "capacity shared evenly over the year groups", "roll": "a guess from the roll"}
