"""Schools as points of the committee map, with what a planner wants to know of each."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from maps.layer import Breakdown, Points, number
from planning_areas.school_year import ENTRY_YEAR, ay_label, nc_year_label


def schools_points(tables: Mapping[str, pd.DataFrame], base: int) -> Points:
    """Schools with their places, roll now and expected, admission number, capacity and where these come from."""
    schools, series = tables["schools"], _school_series(tables)
    now = series[series["year"] == base].groupby("key")[["value", "limit"]].sum(min_count=1)
    ahead = _expected(series)
    pan = _latest_pan(tables["pans"], base)
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
        "district": schools["district_name"],
        "pan": [pan.get(u, "not known") for u in urn],
        "capacity": [_capacity(c, basis) for c, basis in zip(schools["capacity"], schools["capacity_basis"], strict=True)],
        "roll": [_whole(v) for v in urn.map(now["value"])],
        "expected": [ahead.get(u, "not known") for u in urn],
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
            "kind": "Type", "ages": "Year groups", "district": "District", "pan": "Admission number", "capacity": "Capacity",
            "roll": f"Pupils, January {base + 1}", "expected": "Pupils expected", "setting": "Setting",
            "before": "Took over from (URN)",
        },
        columns={"district": "District", "pan": "Admission number", "expected": "Pupils expected"},
        areas=_school_areas(tables),
        series=series,
        value_title="Pupils",
        limit_title="Places",
        breakdown=_school_year_groups(tables),
    )


def _expected(series: pd.DataFrame) -> dict[str, str]:
    """Pupils of each school in the last year of its phase: "410 in 2027/28", both phases of a school in both."""
    last = series.sort_values("year").groupby(["key", "layer"], sort=True).last().reset_index()
    both = last["key"].duplicated(keep=False)
    last["text"] = [f"{_whole(v)} in {ay_label(int(y))}{f' ({phase})' if two else ''}" for v, y, phase, two in
                    zip(last["value"], last["year"], last["layer"], both, strict=True)]
    return {str(key): ", ".join(texts) for key, texts in last.groupby("key")["text"]}


def _whole(value: float) -> str:
    return "not known" if pd.isna(value) else number(float(value))


def _capacity(capacity: float, basis: str) -> str:
    return "not known" if pd.isna(capacity) else f"{number(capacity)} ({basis})"


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


def _school_year_groups(tables: Mapping[str, pd.DataFrame]) -> Breakdown:
    """Pupils and places of each school by year group, Reception to Year 11, as far ahead as its phase is looked at.

    A school that has places and no pupils row has nobody there; a year group with neither pupils nor places is left out.
    """
    keys = ["phase", "urn", "ay", "nc_year"]
    pupils = tables["school_pupils"]
    mine = pupils[pupils["phase"].isin(ENTRY_YEAR)]
    both = mine[[*keys, "pupils"]].merge(tables["places"][[*keys, "yg_places"]], on=keys, how="outer")
    both = both[both["ay"] <= both["phase"].map(tables["summary"].groupby("phase")["ay"].max())]
    both["pupils"] = both["pupils"].fillna(0.0) if len(mine) else both["pupils"]
    there = both[(both["pupils"] > 0) | (both["yg_places"] != 0)].sort_values(["nc_year", "urn", "ay"])
    frame = there.assign(row=there["nc_year"].map(nc_year_label)).rename(columns={"urn": "key", "ay": "year"})
    return Breakdown("Year group", {"pupils": "Pupils", "yg_places": "Places"}, frame, value="pupils", limit="yg_places")


def _school_areas(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """To which area of each phase a school belongs: layer, key, area."""
    schools = tables["schools"]
    parts = [
        pd.DataFrame({"layer": phase, "key": schools["urn"], "area": schools[f"{phase}_planning_area_code"]})
        for phase in ENTRY_YEAR
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[table["area"] != ""]


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
