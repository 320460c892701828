"""What a housing site asks of schools: places generated, places truly spare within reach, and what to ask its developer for.

Method (domain brief D2, D4, E3). A site's homes, by kind, times their yields are the places that it generates, gross, phase by
phase; homes that bring no pupils count for none. Against these stand the places that will be free at its schools when the last
home is ready: in the forecast without this site and without the places that come only with it, with all other certain homes,
school by school and year group by year group, where a free place helps no other year group and a school with too many pupils is
no help. Within reach are the schools nearer than the statutory walking distance in a straight line, a stand-in for the safe
walking route; only their places count. What is free at other schools of the planning area to which most of the site's children
go stands beside it, with what would be asked for if it counted too. Asked for is, in each year group, what is generated beyond
what is free. A sixth form is held against its places as a whole.

Only what is tested is asked for. Where it is not known what is free (early years, special provision, phases without a school
whose places are known), what is generated stands apart as not assessed, with the most that it could come to.

Every figure is rounded before it goes into the next step, so that a reader with the printed figures comes to the printed sums:
homes to whole ones, yields to three decimals, children and places to a tenth, sums to a hundred pounds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS
from sufficiency.evidence import Note
from sufficiency.housing.free_places import EACH_SCHOOL, free_at_schools, no_schools, own_area
from sufficiency.housing.homes import GROUPS, bring_pupils
from sufficiency.housing.place_cost import cost_of_place
from sufficiency.housing.places_of_sites import places_wait_for_homes, without_places_of
from sufficiency.housing.yields import PHASES
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence
    from sufficiency.housing.homes import Homes
    from sufficiency.model import Forecast

    Floats = NDArray[np.float64]

NAMES = {"early_years": "Early years", "primary": "Primary", "secondary": "Secondary", "post_16": "Sixth form",
         "special": "Special schools and units"}
HELD_AGAINST_PLACES = (*ENTRY_YEAR, "post_16")      # the phases that are tested, where places are known
ALIKE = {"post_16": (PHASE_YEARS["sixth_form"][0],)}    # a sixth form has places for all its years together
POUNDS = 100                # to which sums are rounded
UNTESTED = {
    "early_years": "not known here: hold it against the childcare sufficiency assessment",
    "special": "not known here: hold it against the strategy for special educational needs",
    "post_16": "no sixth form within reach whose places are known; colleges are not in this model",
}


@dataclass(frozen=True)
class Contribution:
    """The reply to a consultation on one site, as tables: each step with its figures."""

    site_ref: str
    site_name: str
    status: str
    dwellings: float
    ready_by: int               # academic year for which the last home is ready, as far as the forecast looks
    beyond: bool                # whether homes go on after the forecast ends
    homes: pd.DataFrame         # kind, dwellings, brings_pupils, yields and children by phase, rests_on
    schools: pd.DataFrame       # phase, urn, school_name, faith, metres, within_reach, own_area, ay, places, pupils, free_places
    year_groups: pd.DataFrame   # phase, nc_year, generated, free_places, met, asked, free_elsewhere, asked_with_area
    asked: pd.DataFrame         # phase, ay, generated, free_places, met, asked, cost, sum, and what other schools would change
    not_assessed: pd.DataFrame  # phase, generated, each, times, location_factor, up_to, why
    new_school: bool            # whether there are so many children that a school of its own is thought of
    notes: tuple[Note, ...]


def without_site(evidence: Evidence, site: str) -> Evidence:
    """The evidence as if one site were not there, nor the places that come with it; what was built in the past stays."""
    sites = evidence.housing_sites
    kept = sites[sites["site_ref"] != site].reset_index(drop=True)
    plans = without_places_of(evidence.planned_places, site)
    return replace(evidence, tables={**evidence.tables, "housing_sites": kept, "planned_places": plans})


def contribution(evidence: Evidence, assumptions: Assumptions, site: str, forecast: Callable[[Evidence, Assumptions], Forecast],
                 ) -> Contribution:
    """Work out the reply for a site of the workspace; raises KeyError where there is no such site.

    forecast: how a forecast is made, `model.forecast`; it is made with the site, for its homes, and without it.
    """
    if site not in set(evidence.housing_sites["site_ref"] if evidence.has("housing_sites") else ()):
        raise KeyError(site)
    with_it, without_it = forecast(evidence, assumptions), forecast(without_site(evidence, site), assumptions)
    homes = with_it.homes
    assert homes.parts is not None
    mine = np.flatnonzero((homes.parts.table["site_ref"] == site).to_numpy("bool"))
    ready, last, beyond = _ready(homes, mine)
    table = _homes(homes, mine, ready)
    generated = np.array([_tenth(float(table[phase].sum())) for phase in PHASES])
    told = _all_schools(without_it, homes, mine, last, evidence.authority.base_year, assumptions)
    by_group = _year_groups(generated, told)
    asked, not_assessed = _asked(generated, by_group, told, assumptions)
    first = homes.parts.table.iloc[mine[0]]
    least = rulebook("contributions")["new_school"]["least"]
    by_school = told.drop(columns="nc_year").groupby(["phase", "urn"], as_index=False, sort=False).agg(EACH_SCHOOL)
    return Contribution(
        site, str(first["site_name"]), str(first["status"]), float(table["dwellings"].sum()), last, beyond, table,
        by_school.round({"pupils": 1, "free_places": 1}), by_group, asked, not_assessed,
        bool(generated[PHASES.index("primary")] >= least), _notes(site, evidence, told, without_it, beyond, assumptions))


def _tenth(value: float) -> float:
    """Round to a tenth, halves up."""
    return math.floor(round(value * 10, 6) + 0.5) / 10


def _ready(homes: Homes, mine: NDArray[np.int64]) -> tuple[Floats, int, bool]:
    """Homes of each part of the site still to come, the academic year of the last, and whether that is beyond the forecast."""
    assert homes.parts is not None
    every = homes.parts.at(range(homes.years[0] + 1, homes.parts.first + homes.parts.ready.shape[1] + 1))[mine]
    to_come = np.flatnonzero(every.sum(axis=0) > 0)
    last = homes.years[0] + 1 + (int(to_come[-1]) if len(to_come) else 0)
    whole: Floats = np.floor(np.round(every.sum(axis=1), 6) + 0.5)
    return whole, min(last, homes.years[-1]), last > homes.years[-1]


def _homes(homes: Homes, mine: NDArray[np.int64], ready: Floats) -> pd.DataFrame:
    """The site's homes by kind: how many, whether they bring pupils, their yields and children, and what these rest on."""
    assert homes.parts is not None
    rows = []
    counted = bring_pupils(homes.parts.table, homes.assumptions)
    for i, dwellings in zip(mine, ready, strict=True):
        part, k = homes.parts.table.iloc[i], PHASES.index("primary")
        rests = homes.rests_on[i][k]
        size = f"{part['bedrooms']} bed" if part["bedrooms"] else ""
        words = (part["tenure"], part["dwelling_type"] or "home", size, part["kept_for"].replace("_", " "))
        kind = " ".join(word for word in words if word)
        row: dict[str, Any] = {"kind": kind, "dwellings": dwellings, "brings_pupils": bool(counted[i])}
        yields = {phase: round(float(homes.yields[i, j]), 3) for j, phase in enumerate(PHASES)}
        row |= {f"{phase}_yield": value for phase, value in yields.items()}
        row |= {phase: _tenth(value * dwellings) for phase, value in yields.items()}
        row["rests_on"] = f"{rests.kind}, {rests.dwellings:,.0f} counted" if rests.dwellings else rests.kind
        rows.append(row)
    return pd.DataFrame(rows)


def _all_schools(ahead: Forecast, homes: Homes, mine: NDArray[np.int64], last: int, base: int, assumptions: Assumptions,
                 ) -> pd.DataFrame:
    """The schools of every phase that is tested, in the year in which the last home is ready or the phase's forecast ends."""
    assert homes.parts is not None
    point = homes.parts.table.iloc[mine[0]][["easting", "northing"]].to_numpy("float64")
    reach, found = rulebook("contributions")["reach"], [no_schools()]
    for phase in HELD_AGAINST_PLACES:
        layer = "primary" if phase == "primary" else "secondary"
        if layer in homes.layers:
            ay = min(last, base + (assumptions.primary_years if phase == "primary" else assumptions.secondary_years))
            told = free_at_schools(ahead, phase, ay, point, own_area(homes, layer, mine), float(reach[layer]))
            found.append(told.assign(free_places=told["free_places"].map(_tenth, na_action="ignore")))
    some = [part for part in found if len(part)]
    return pd.concat(some, ignore_index=True) if some else no_schools()


def _year_groups(generated: Floats, schools: pd.DataFrame) -> pd.DataFrame:
    """Children generated, places free and places asked for by year group: a free place helps no other year group.

    Tenths of children that are left when a phase is shared out evenly go to the youngest.
    """
    rows = []
    for phase in HELD_AGAINST_PLACES:
        mine = schools[schools["phase"] == phase]
        if not _is_known(phase, mine):
            continue
        groups = ALIKE.get(phase, GROUPS[phase])
        least, rest = divmod(round(generated[PHASES.index(phase)] * 10), len(groups))
        for at, g in enumerate(groups):
            each = (least + (at < rest)) / 10
            of_it = mine[mine["nc_year"] == g]
            free = round(float(of_it.loc[of_it["within_reach"], "free_places"].sum()), 1)
            other = round(float(of_it.loc[~of_it["within_reach"], "free_places"].sum()), 1)
            asked, with_area = (round(max(0.0, each - places), 1) for places in (free, free + other))
            rows.append((phase, g, each, free, round(each - asked, 1), asked, other, with_area))
    columns = ["phase", "nc_year", "generated", "free_places", "met", "asked", "free_elsewhere", "asked_with_area"]
    return pd.DataFrame(rows, columns=columns)


def _is_known(phase: str, schools: pd.DataFrame) -> bool:
    """Say whether it is known what is free for a phase: a school within reach has places that are known, or there is none.

    That no school has a sixth form within reach says little: colleges take most who look for one.
    """
    near = schools[schools["within_reach"]]
    if near.empty:
        return phase not in ALIKE and len(schools) > 0
    return bool(near["places"].notna().any())


def special_places(generated: Floats, rules: dict[str, Any]) -> float:
    """Places in special schools and units: a share of all children generated (D2)."""
    return float(generated.sum() * rules["special"]["share"])


def _asked(generated: Floats, by_group: pd.DataFrame, schools: pd.DataFrame, assumptions: Assumptions,
           ) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is asked for in the phases that are tested, and what stands apart; the last row of each is its total."""
    tested, apart, factor = [], [], assumptions.location_factor
    for phase in ("early_years", "primary", "secondary", "post_16", "special"):
        special = phase == "special"
        wanted = _tenth(special_places(generated, rulebook("housing"))) if special else float(generated[PHASES.index(phase)])
        mine, (each, times) = by_group[by_group["phase"] == phase], cost_of_place(phase, assumptions)
        cost = {"each": each, "times": times, "location_factor": factor}
        if mine.empty:
            why = UNTESTED.get(phase, "no school is known whose places could be free")
            apart.append({"phase": NAMES[phase], "generated": wanted, **cost, "up_to": in_pounds(wanted, cost), "why": why})
            continue
        sums = {name: round(float(mine[name].sum()), 1) for name in mine.columns[3:]}
        sums["met_with_area"] = round(wanted - sums["asked_with_area"], 1)
        ay = int(schools.loc[schools["phase"] == phase, "ay"].iloc[0])
        tested.append({"phase": NAMES[phase], "ay": ay, "generated": wanted, **sums, **cost,
                       "sum": in_pounds(sums["asked"], cost), "sum_with_area": in_pounds(sums["asked_with_area"], cost)})
    of_tested = ["phase", "ay", "generated", "free_places", "met", "asked", "each", "times", "location_factor", "sum",
                 "free_elsewhere", "met_with_area", "asked_with_area", "sum_with_area"]
    of_apart = ["phase", "generated", "each", "times", "location_factor", "up_to", "why"]
    return _totalled(tested, of_tested, ("sum", "sum_with_area")), _totalled(apart, of_apart, ("up_to",))


def _totalled(rows: list[dict[str, Any]], columns: list[str], added: tuple[str, ...]) -> pd.DataFrame:
    """A table with its total as the last row."""
    total = {"phase": "Total", **{name: float(sum(row[name] for row in rows)) for name in added}}
    return pd.DataFrame([*rows, {**({"why": ""} if "why" in columns else {}), **total}], columns=columns)


def in_pounds(places: float, cost: dict[str, float]) -> float:
    """What places cost, to a hundred pounds."""
    whole = places * cost["each"] * cost["times"] * cost["location_factor"]
    return float(math.floor(round(whole / POUNDS, 6) + 0.5) * POUNDS)


def _notes(site: str, evidence: Evidence, schools: pd.DataFrame, ahead: Forecast, beyond: bool, assumptions: Assumptions,
           ) -> tuple[Note, ...]:
    """What a reader must know of the figures."""
    notes = [Note("places", "distances are straight lines, a stand-in for the shortest safe walking route: a school may be "
                  "farther on foot than it seems here")]
    if len(schools) and schools["metres"].isna().all():
        notes.append(Note("housing_sites", "it is not known where the site lies, and so not which schools are near enough",
                          "the schools of the planning areas of its children stand for them; give easting and northing"))
    if schools["places"].isna().any():
        lacking = schools.loc[schools["places"].isna(), "school_name"].unique()
        notes.append(Note("places", f"places are not known at {', '.join(sorted(lacking)[:5])}",
                          "what may be free there is not counted"))
    faith = schools[schools["faith"].ne("") & schools["within_reach"]]
    if faith["free_places"].sum() > 0:
        notes.append(Note("schools", f"{faith['free_places'].sum():,.1f} of the places free within reach are at schools of a "
                          "religious character, which may put children of their faith first", "they count like all others here"))
    if schools.empty:
        notes.append(Note("schools", "no school is known within reach of the site", "nothing could be tested"))
    if (sixth := schools["phase"].eq("post_16") & schools["within_reach"]).any() and schools.loc[sixth, "places"].notna().any():
        notes.append(Note("schools", "colleges are not in this model: what is asked for in sixth forms is what those of schools "
                          "lack"))
    if beyond:
        notes.append(Note("housing_sites", "homes go on after the last year of the forecast: free places are those of that year, "
                          "children those of all homes"))
    if assumptions.location_factor == 1.0:
        notes.append(Note("contributions", "no location factor is set: the cost of a place is England's mean",
                          "set location_factor in [settings], with its source"))
    return (*notes, *_of_planned(site, evidence, schools), *(note for note in ahead.homes.notes if note.loses))


def _of_planned(site: str, evidence: Evidence, schools: pd.DataFrame) -> tuple[Note, ...]:
    """Say which planned places are left out because they come with the site, and which count though they hang on others."""
    plans = evidence.planned_places
    if plans.empty:
        return ()
    mine = plans.loc[plans["site_ref"] == site]
    found = [Note("planned_places", f"{plan.places} places a year group that are planned at {plan.urn} come with this site's own "
                  "homes", "they are left out: a school built for these children has no room for them")
             for plan in mine.itertuples()]
    near = plans[plans["urn"].isin(schools["urn"]) & plans["site_ref"].ne(site)]
    others = replace(evidence, tables={**evidence.tables, "planned_places": near})
    return (*found, *places_wait_for_homes(others, {}))
