"""Making a return out of the tables of a run: the same figures, rounded so that they still add up, and nothing filled in.

Method (domain brief B2-B5). Forecasts are those of the run, five years of primary and seven of secondary; the year groups of an
area and year are rounded together, by the largest remainder, so that their sum is the area's rounded total. Pupils in funded
places are those inside the forecast, never more than it. Planned changes are places of a later year beside those of the base
year: what a bulge brings is told as a bulge, moving up with its class; the rest as additional or removed. What the workspace does
not hold - capacity not known, specialist places and children - is listed as missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, HORIZON, PHASE_YEARS
from planning_areas.wording import some
from sufficiency.estate.phase_capacity import each_year_group
from sufficiency.forecast.reconcile import largest_remainder
from sufficiency.scap.layouts import MODELS, Missing, Return

Tables = Mapping[str, pd.DataFrame]

PLANNED_YEARS = 3       # academic years ahead for which a return asks for planned places (B1)
TOP_YEAR = PHASE_YEARS["secondary"][-1]
GUESSED, SHARED = "roll", "capacity"     # places that are a guess from the roll, or capacity shared over the year groups
MADE_BY = {"bulge": {"bulge"}, "additional": {"expansion", "temporary"},
           "removed": {"removed", "temporary", "bulge", "expansion"}}
"""Kinds of plan that can bring about each change."""
LISTS = ("planned_places", "housing_sites")     # the council's lists without which plans and funded places are not known
FUNDS = ("hdc_pupils", "hif_pupils")     # parts of a forecast in places that others pay for
SPECIALIST = {
    "specialist_capacity": "places of special schools, SEN units and resourced provision",
    "specialist_forecast": "forecast of resident children with a plan who need a specialist place",
}


def lists_of(tables: Tables) -> frozenset[str]:
    """The council's lists (LISTS) that a run has rows of; homes count where the list of their sites is not kept."""
    rows = {"planned_places": tables.get("planned_places"), "housing_sites": tables.get("housing_sites", tables.get("homes"))}
    return frozenset(name for name, table in rows.items() if table is not None and len(table))


def return_of(tables: Tables, authority: str, base_year: int, lists: Collection[str] | None = None) -> Return:
    """The return of a run: every component it can be cut from, and the names of those it cannot.

    tables: those of a run by name (pupils, school_pupils, places, schools, homes), and where the workspace has them
    planned_places, specialist_capacity and specialist_forecast. lists: those of LISTS that the workspace holds, though without
    a row; as the tables tell if left out.
    """
    lists = lists_of(tables) if lists is None else lists
    homes = tables.get("homes") if "housing_sites" in lists else None
    made = {
        "mainstream_forecast": mainstream_forecast(tables["pupils"], homes, base_year),
        "on_roll": on_roll(tables["school_pupils"], base_year),
        "school_capacity": school_capacity(tables["schools"], tables["places"], base_year),
        "year_group_places": year_group_places(tables["places"], base_year),
        "planned_changes": planned_changes(tables["places"], tables.get("planned_places"), base_year),
        **{name: tables[name] for name in SPECIALIST if name in tables},
    }
    empty = {name: pd.DataFrame(columns=list(model.to_schema().columns)) for name, model in MODELS.items()}
    held = {name: MODELS[name].validate(frame).reset_index(drop=True) for name, frame in {**empty, **made}.items()}
    return Return(authority, base_year, held, tuple(_missing(held, lists)))


def horizon(phase: str, base_year: int) -> range:
    """The academic years that a return asks for: five of primary, seven of secondary, the first after the base year."""
    return range(base_year + 1, base_year + HORIZON[phase] + 1)


def mainstream_forecast(pupils: pd.DataFrame, homes: pd.DataFrame | None, base_year: int) -> pd.DataFrame:
    """Whole pupils by planning area, year group and year; sixth forms go with the secondary areas.

    homes: left out where no list of housing sites says who pays; funded places are blank then.
    """
    keys = ["planning_area_code", "phase", "ay", "nc_year"]
    table = _as_returned(pupils)[[*keys, "pupils"]]
    table = table[[ay in horizon(phase, base_year) for phase, ay in zip(table["phase"], table["ay"], strict=True)]]
    table = table.sort_values(keys, ignore_index=True)
    table["pupil_forecast"] = left = _whole(table, table["pupils"])
    for fund in FUNDS:
        if homes is None:
            table[fund] = np.nan
            continue
        funded = pd.Series(0.0, index=table.index)
        if len(homes):
            inside = _as_returned(homes).groupby(keys, as_index=False)[fund].sum()
            funded = table[keys].merge(inside, on=keys, how="left")[fund].fillna(0.0).clip(lower=0.0)
        table[fund] = np.minimum(_whole(table, funded), left)
        left = left - table[fund]
    return table.drop(columns="pupils")


def _as_returned(table: pd.DataFrame) -> pd.DataFrame:
    """A return knows two phases: sixth forms stand with the secondary areas."""
    return table.assign(phase=table["phase"].replace("sixth_form", "secondary"))


def _whole(table: pd.DataFrame, values: pd.Series) -> pd.Series:
    """Round the year groups of each area and year together, so that they add up to its rounded total."""
    rounded = pd.Series(0, index=table.index, dtype="int64")
    for _, rows in table.groupby(["planning_area_code", "phase", "ay"], sort=False).groups.items():
        rounded[rows] = largest_remainder(values[rows].to_numpy("float64"))
    return rounded


def on_roll(school_pupils: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Pupils of the base year's January by school, planning area and year group."""
    now = _as_returned(school_pupils[school_pupils["ay"] == base_year])
    keys = ["urn", "planning_area_code", "phase", "nc_year"]
    return now.groupby(keys, as_index=False)["pupils"].sum().sort_values(keys, ignore_index=True)


def school_capacity(schools: pd.DataFrame, places: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Capacity of each school in each of its phases; a school without pupils' places in the base year is left out."""
    now = places[(places["ay"] == base_year)]
    served = now.groupby(["urn", "phase", "planning_area_code"], as_index=False).agg(
        groups=("nc_year", "nunique"), open=("yg_places", lambda held: bool(held.isna().any() or (held > 0).any())))
    about = served[served["open"]].merge(schools, on="urn", how="left")
    each = each_year_group(about, about["phase"])
    about["capacity"] = (each * about["groups"]).round()
    sixth = about["phase"].eq("secondary")
    about["capacity_sixth_form"] = about["capacity_sixth_form"].where(sixth)
    keys = ["urn", "planning_area_code", "phase"]
    return about[[*keys, "school_name", "capacity", "capacity_sixth_form", "capacity_basis"]].sort_values(keys, ignore_index=True)


def year_group_places(places: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Places of the base year by school and year group, and what each rests on.

    Shares of a capacity are whole and add up to it; a guess from the roll is left blank.
    """
    now = places[places["ay"] == base_year].rename(columns={"yg_places": "places_available"}).reset_index(drop=True)
    keys = ["urn", "planning_area_code", "phase", "nc_year"]
    now["places_available"] = now["places_available"].mask(now["basis"].eq(GUESSED))
    shared = now[now["basis"].eq(SHARED) & now["places_available"].notna()]
    for _, rows in shared.groupby(["urn", "phase"], sort=False).groups.items():
        now.loc[rows, "places_available"] = largest_remainder(now.loc[rows, "places_available"].to_numpy("float64"))
    return now[[*keys, "places_available", "basis"]].sort_values(keys, ignore_index=True)


def planned_changes(places: pd.DataFrame, planned: pd.DataFrame | None, base_year: int) -> pd.DataFrame:
    """Places of each of the next three years beside those of the base year, by what they are: bulge, additional or removed.

    The part of a rise that a planned bulge accounts for is bulge; the rest is additional. Funding and standing are those that
    the planner gave the school's plans; blank where none was given or where they differ. What rests on admission numbers and
    year-group places alone is determined, and so committed. Changes are of whole places.
    """
    keys = ["urn", "nc_year"]
    places = places[places["basis"].ne(GUESSED)]
    now = places[places["ay"] == base_year].set_index(keys)["yg_places"]
    rows: list[tuple[str, int, int, str, float]] = []
    bulges = _bulges(planned, base_year)
    for later in places[places["ay"].between(base_year + 1, base_year + PLANNED_YEARS)].itertuples():
        change = round(float(later.yg_places) - float(now.get((later.urn, later.nc_year), 0.0)), 6)
        bulge = min(bulges.get((later.urn, int(later.ay), int(later.nc_year)), 0.0), max(change, 0.0))
        for what, count in (("bulge", bulge), ("additional", max(change, 0.0) - bulge), ("removed", max(-change, 0.0))):
            if count > 0:       # a place that is not known in either year is no change
                rows.append((later.urn, int(later.ay), int(later.nc_year), what, count))
    table = pd.DataFrame(rows, columns=["urn", "ay", "nc_year", "change", "places"])
    said = [_said_of(planned, urn, change) for urn, change in zip(table["urn"], table["change"], strict=True)]
    for at, name in enumerate(("funding", "standing", "rests_on")):
        table[name] = pd.Series([one[at] for one in said], index=table.index, dtype="str")
    return table.sort_values(["urn", "ay", "nc_year", "change"], ignore_index=True)


def _bulges(planned: pd.DataFrame | None, base_year: int) -> dict[tuple[str, int, int], float]:
    """Places of bulges that begin after the base year, where their classes are: (urn, year, year group) -> places."""
    found: dict[tuple[str, int, int], float] = {}
    if planned is None:
        return found
    for plan in planned[planned["kind"].eq("bulge") & (planned["ay"] > base_year)].itertuples():
        for ay in range(base_year + 1, base_year + PLANNED_YEARS + 1):
            on = ay - int(plan.ay)
            until = plan.ay_to if plan.ay_to == plan.ay_to else ay
            if on < 0 or ay > until:
                continue
            for g in range(int(plan.nc_year_from), int(plan.nc_year_to) + 1):
                at = (plan.urn, ay, g + on)
                found[at] = found.get(at, 0.0) + float(plan.places)
    return found


def _said_of(planned: pd.DataFrame | None, urn: str, change: str) -> tuple[str, str, str]:
    """Funding, standing and ground of a school's change: what its plans of that kind say, where they agree."""
    if planned is None:
        return "", "committed", "admission_numbers"
    mine = planned[planned["urn"].eq(urn) & planned["kind"].isin(MADE_BY[change])]
    if mine.empty:
        return "", "committed", "admission_numbers"
    said = [set(mine[name]) if name in mine else {""} for name in ("funding", "standing")]
    funding, standing = (next(iter(words)) if len(words) == 1 else "" for words in said)
    return funding, standing, "planned_places"


def _missing(held: Tables, lists: Collection[str]) -> Iterator[Missing]:
    """Name what is not there, and never fill it; lists: those of LISTS that there are."""
    if "planned_places" not in lists:
        yield Missing("planned_changes", "the workspace holds no list of planned places (planned_places): which new places "
                                         "are firm, which are a bulge and who pays is not known")
    if "housing_sites" not in lists:
        yield Missing("mainstream_forecast", "the workspace holds no list of housing sites (housing_sites): pupils in places "
                                             "that others pay for (HDC, HIF) are left blank")
    for name, what in SPECIALIST.items():
        if held[name].empty:
            yield Missing(name, f"the workspace holds no {what}")
    blank = held["school_capacity"]
    called = dict(zip(blank["urn"], blank["school_name"], strict=True))
    blank = blank[blank["capacity"].isna()]
    if len(blank):
        yield Missing("school_capacity", f"the capacity of {len(blank)} schools is not known: {some(blank['school_name'])}")
    unknown = held["year_group_places"]
    unknown = unknown[unknown["places_available"].isna()]
    if len(unknown):
        yield Missing("year_group_places", f"places by year group of {unknown['urn'].nunique()} schools are not known: "
                                           f"{some(unknown['urn'].map(lambda urn: called.get(urn, urn)))}")
    areas = held["mainstream_forecast"]
    for phase in ENTRY_YEAR:
        if not areas["phase"].eq(phase).any():
            yield Missing("mainstream_forecast", f"there is no {phase} forecast by planning area")
