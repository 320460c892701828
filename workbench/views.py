"""Results become a map sheet here, and nowhere else: the one place where the model's tables and the map's layers meet.

Everything is cut from the protected release; years, year groups and bands get the words by which members know them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from maps.layer import HIGH, LOW, Breakdown, Layer, Measure, Moment, Outline, Points
from maps.palette import bands, steps
from maps.sheet import Remark, Sheet
from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS, ay_label, nc_year_label
from sufficiency.headroom import NOT_KNOWN, WORDS
from workbench.attribution import attribution
from workbench.sayings import headlines

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Authority, Note, Source
    from workbench.disclosure import Release

SHORT_EDGES = (1, 8, 15, 30)  # places short: some, a quarter, a half and a whole form of entry
HIDDEN_EDGES = (1, 15, 30, 60)
TERMS = (
    Remark(
        "Places short (additional need): children expected beyond the places of one planning area and one year group. "
        "A spare place elsewhere, or in another year group, never makes up for it."
    ),
    Remark(
        "Headroom: the share of places that stays free. Its letter is a local band, not law: R is a shortfall, then AR, A, G and "
        "B with ever more room, and P so much that the area's schools may need a review."
    ),
    Remark(
        "Hidden need: children who live in the area beyond those expected at its schools, in year groups that are full. A full "
        "school cannot grow, so its own roll hides how many ask for it."
    ),
    Remark(
        "Planning areas are sets of schools. Their boundaries here are indicative: whole small areas, each given to the "
        "planning area to which most of its children go."
    ),
    Remark("Figures are whole numbers, each rounded by itself; tables.xlsx beside this map has them in full."),
)


@dataclass(frozen=True)
class Picture:
    """What a map is made of: the protected tables, the shapes, and what the run says of itself."""

    release: Release
    areas: gpd.GeoDataFrame | None  # planning_area_code, phase, planning_area_name, geometry
    districts: gpd.GeoDataFrame | None  # district_code, district_name, geometry
    authority: Authority
    assumptions: Assumptions
    notes: Sequence[Note]
    sources: Sequence[Source]
    run_id: str


def committee_sheet(picture: Picture) -> Sheet:
    """The committee map: primary and secondary planning areas, schools, housing sites, districts, and what to know."""
    tables = picture.release.tables
    layers = tuple(layer for phase in ENTRY_YEAR if (layer := area_layer(phase, tables, picture)) is not None)
    base = picture.authority.base_year
    points = [] if tables["schools"].empty else [schools_points(tables, base)]
    if not tables["housing_sites"].empty:
        points.append(sites_points(tables["housing_sites"], base))
    return Sheet(
        title=f"{picture.authority.name}: where school places run short",
        subtitle=f"Forecast from the school census of January {base + 1}. Places and children in state mainstream schools.",
        headlines=headlines(tables, picture.authority),
        layers=layers,
        points=tuple(p for p in points if len(p.items)),
        outlines=() if picture.districts is None else (Outline("Districts", _outlined(picture.districts)),),
        source=f"Children: school census, January {base + 1}, and forecast of run {picture.run_id}. Places: see each school.",
        start=_worst_year(tables["summary"]),
        reading=TERMS,
        notes=tuple(Remark(f"{note.table}: {note.text}", note.loses) for note in picture.notes),
        sources=attribution(picture.sources),
    )


def _outlined(districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return districts.rename(columns={"district_name": "name"})[["name", "geometry"]]


def _worst_year(summary: pd.DataFrame) -> int | None:
    """The year in which most places are short in the years of entry: the map opens on it."""
    short = summary.groupby("ay")["entry_need"].sum()
    return int(short.idxmax()) if len(short) and short.max() > 0 else None


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
        values=values,
        measures=measures(phase),
        shapes=shapes,
        breakdown=breakdown(phase, tables["balance"]),
    )


def measures(phase: str) -> tuple[Measure, ...]:
    """The ways to colour the planning areas of a phase, the most pressing first."""
    entry = entry_name(phase)
    letters = bands([(letter, words) for letter, words in WORDS.items() if letter != NOT_KNOWN])
    short, hidden = steps(SHORT_EDGES), steps(HIDDEN_EDGES, "hidden")
    first, last = nc_year_label(PHASE_YEARS[phase][0]), nc_year_label(PHASE_YEARS[phase][-1])
    return (
        Measure(
            "entry_need",
            f"Places short in {entry}",
            "places",
            short,
            f"Children expected in {entry} beyond its places.",
            f"short of {entry} places",
            adds_up=True,
        ),
        Measure(
            "worst_need",
            "Places short in the worst year group",
            "places",
            short,
            "The year group of each area that is shortest of places, and by how many.",
            "short of places in some year group",
            detail="worst_group",
        ),
        Measure(
            "additional_need",
            "Places short in all year groups",
            "places",
            short,
            f"The shortages of all year groups, {first} to {last}, added up; never offset by spare places.",
            "short of places in one year group or more",
            adds_up=True,
        ),
        Measure(
            "headroom_percent",
            "Headroom over all year groups",
            "% of places free",
            letters,
            f"Places that stay free, {first} to {last} together.",
            "short of places over all year groups",
            letters="rag",
            decimals=1,
            suffix=" %",
            worst=LOW,
        ),
        Measure(
            "entry_headroom_percent",
            f"Headroom in {entry}",
            "% of places free",
            letters,
            f"Places that stay free in {entry}.",
            f"short of {entry} places",
            letters="entry_rag",
            decimals=1,
            suffix=" %",
            worst=LOW,
        ),
        Measure(
            "spare_places",
            "Spare places in all year groups",
            "places",
            steps((50, 150, 300, 600), "hidden"),
            "Places beyond the children expected, year group by year group.",
            "with 50 spare places or more",
            adds_up=True,
        ),
        Measure(
            "hidden_need",
            "Hidden need",
            "children",
            hidden,
            "Children who live in the area beyond those expected at its schools, in year groups that are full.",
            "with children whom full schools cannot take",
            adds_up=True,
            worst=HIGH,
        ),
    )


def breakdown(phase: str, balance: pd.DataFrame) -> Breakdown:
    """Each year group's children, places, shortage and spare places, for the card of an area."""
    mine = balance[balance["phase"] == phase].sort_values(["planning_area_code", "ay", "nc_year"])
    frame = pd.DataFrame({
        "key": mine["planning_area_code"],
        "year": mine["ay"],
        "row": mine["nc_year"].map(lambda g: nc_year_label(int(g))),
        **{column: mine[column] for column in BREAKDOWN},
    })
    return Breakdown("Year group", BREAKDOWN, frame, value="pupils", limit="yg_places")


BREAKDOWN = {
    "pupils": "Children expected",
    "yg_places": "Places",
    "additional_need": "Short",
    "spare_places": "Spare",
    "residents": "Children living here",
}


def schools_points(tables: Mapping[str, pd.DataFrame], base: int) -> Points:
    """Schools with their places, roll now and expected, admission number, capacity and where these come from."""
    schools, series = tables["schools"], _school_series(tables)
    now = series[series["year"] == base].groupby("key")[["value", "limit"]].sum(min_count=1)
    ahead = series.sort_values("year").groupby(["key", "layer"]).last().groupby("key")[["value"]].sum()
    years = series.groupby("key")["year"].max()
    pan = _latest_pan(tables["pans"], base)
    areas = _school_areas(tables)
    called = areas.groupby("key")["area_name"].agg(" and ".join) if len(areas) else pd.Series(dtype="str")
    urn = schools["urn"]
    items = pd.DataFrame({
        "key": urn,
        "name": schools["school_name"],
        "x": schools["easting"],
        "y": schools["northing"],
        "size": urn.map(now["limit"]),
        "kind": schools["establishment_type"],
        "ages": [
            f"{nc_year_label(low)} to {nc_year_label(high)}"
            for low, high in zip(schools["nc_year_low"], schools["nc_year_high"], strict=True)
        ],
        "area": [called.get(u, "") for u in urn],
        "district": schools["district_name"],
        "pan": [pan.get(u, "not known") for u in urn],
        "capacity": [_capacity(c, basis) for c, basis in zip(schools["capacity"], schools["capacity_basis"], strict=True)],
        "places": [_whole(v) for v in urn.map(now["limit"])],
        "roll": [_whole(v) for v in urn.map(now["value"])],
        "expected": [
            f"{_whole(v)} in {ay_label(int(y))}" if pd.notna(y) else "not known"
            for v, y in zip(urn.map(ahead["value"]), urn.map(years), strict=True)
        ],
        "setting": schools["urban_rural"].str.replace(r"^\(.*?\)\s*", "", regex=True),
        "before": schools["predecessors"],
    }).sort_values("name", ignore_index=True)
    return Points(
        "schools",
        "Schools",
        "school",
        "circle",
        items,
        "places, Reception to Year 11",
        facts={
            "kind": "Type",
            "ages": "Year groups",
            "area": "Planning area",
            "district": "District",
            "pan": "Admission number",
            "places": f"Places in {ay_label(base)}",
            "capacity": "Capacity",
            "roll": f"Pupils, January {base + 1}",
            "expected": "Pupils expected",
            "setting": "Setting",
            "before": "Took over from (URN)",
        },
        columns={
            "area": "Planning area",
            "district": "District",
            "pan": "Admission number",
            "places": f"Places {ay_label(base)}",
            "roll": f"Pupils {ay_label(base)}",
            "expected": "Pupils expected",
        },
        areas=areas[["layer", "key", "area"]],
        series=series,
        value_title="Pupils",
        limit_title="Places",
    )


def _whole(value: float) -> str:
    return "not known" if pd.isna(value) else f"{float(value):,.0f}"


def _capacity(capacity: float, basis: str) -> str:
    return "not known" if pd.isna(capacity) else f"{capacity:,.0f} ({basis})"


def _school_series(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Statutory pupils and places of each school by phase and year: layer, key, year, value, limit."""
    pupils, places = tables["school_pupils"], tables["places"]
    keys = ["phase", "urn", "ay"]
    value = pupils[pupils["phase"].isin(ENTRY_YEAR)].groupby(keys)["pupils"].sum()
    held = places.groupby(keys)["yg_places"]
    limit = held.sum().where(held.count() == held.size())
    both = pd.DataFrame({"value": value, "limit": limit}).reset_index()
    last = tables["summary"].groupby("phase")["ay"].max()
    both = both[both["ay"] <= both["phase"].map(last)]
    both["value"] = both["value"].fillna(0.0) if len(value) else both["value"]
    return both.rename(columns={"phase": "layer", "urn": "key", "ay": "year"})


def _school_areas(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """To which area of each phase a school belongs: layer, key, area, area_name."""
    schools, names = tables["schools"], tables["names"].set_index(["phase", "planning_area_code"])["planning_area_name"]
    parts = [
        pd.DataFrame({"layer": phase, "key": schools["urn"], "area": schools[f"{phase}_planning_area_code"]})
        for phase in ENTRY_YEAR
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table[table["area"] != ""]
    return table.assign(area_name=[names.get((p, a), a) for p, a in zip(table["layer"], table["area"], strict=True)])


def _latest_pan(pans: pd.DataFrame, base: int) -> dict[str, str]:
    """Admission numbers of each school in the latest year up to the next September: "60 (Reception)"."""
    if pans.empty:
        return {}
    known = (
        pans[pans["ay"] <= base + 1]
        .sort_values("ay")
        .drop_duplicates(["urn", "nc_year"], keep="last")
        .sort_values("nc_year")
    )
    told = known.assign(
        text=[f"{pan} ({nc_year_label(int(g))})" for pan, g in zip(known["pan"], known["nc_year"], strict=True)]
    )
    return {str(urn): ", ".join(texts) for urn, texts in told.groupby("urn")["text"]}


def sites_points(sites: pd.DataFrame, base: int) -> Points:
    """Housing sites with the homes still to come, year by year."""
    ahead = sites[sites["financial_year"] >= base].sort_values(["site_ref", "financial_year"])
    rows = []
    for ref, site in ahead.groupby("site_ref", sort=True):
        first = site.iloc[0]
        years = ", ".join(
            f"{ay_label(int(y))}: {d:,.0f}" for y, d in zip(site["financial_year"], site["dwellings"], strict=True) if d > 0
        )
        rows.append((
            ref,
            first["site_name"] or ref,
            first["easting"],
            first["northing"],
            site["dwellings"].sum(),
            str(first["status"]).replace("_", " "),
            f"{site['dwellings'].sum():,.0f}",
            years,
            first["note"],
        ))
    columns = ["key", "name", "x", "y", "size", "status", "homes", "years", "note"]
    return Points(
        "sites",
        "Housing sites",
        "housing site",
        "diamond",
        pd.DataFrame(rows, columns=columns),
        "homes still to come",
        facts={"status": "Planning status", "homes": "Homes still to come", "years": "By financial year", "note": "Note"},
        columns={"status": "Planning status", "homes": "Homes to come", "years": "By financial year"},
    )
