"""What a housing site asks of schools: places generated, places truly spare within reach, and what to ask its developer for.

Method (domain brief D2, D4, E3). A site's homes, by kind, times their yields are the places that it generates, gross, phase by
phase; homes that bring no pupils count for none. Against these stand the places that will be free at its schools when the last
home is ready: in the forecast without this site and with all other certain homes, school by school and year group by year group,
where a free place helps no other year group and a school with too many pupils is no help. Within reach are the schools nearer
than the statutory walking distance in a straight line, which is a stand-in for the safe walking route, and those of the planning
area to which most of the site's children go. Asked for is, in each year group, what is generated beyond what is free.

Free places in early years, sixth forms and special provision are not known to this model: there all that is generated is asked
for, and it is said. Sums are places times the cost of a place by the rulebook, times the location factor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS
from sufficiency.evidence import Note
from sufficiency.homes import GROUPS, bring_pupils
from sufficiency.rules import rulebook
from sufficiency.yields import PHASES

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence
    from sufficiency.homes import Homes
    from sufficiency.model import Forecast

    Floats = NDArray[np.float64]

NAMES = {"early_years": "Early years", "primary": "Primary", "secondary": "Secondary", "post_16": "Sixth form",
         "special": "Special schools and units"}
HELD_AGAINST_PLACES = tuple(ENTRY_YEAR)     # the phases of which free places are known


@dataclass(frozen=True)
class Contribution:
    """The reply to a consultation on one site, as tables: each step with its figures."""

    site_ref: str
    site_name: str
    status: str
    dwellings: float
    ready_by: int               # academic year for which the last home is ready, as far as the forecast looks
    beyond: bool                # whether homes go on after the forecast ends
    homes: pd.DataFrame         # kind, dwellings, brings_pupils, phase of yields..., rests_on
    schools: pd.DataFrame       # phase, urn, school_name, metres, within_reach, own_area, ay, places, pupils, free_places
    year_groups: pd.DataFrame   # phase, nc_year, generated, free_places, met, asked
    asked: pd.DataFrame         # phase, generated, free_places, met, asked, each, times, location_factor, sum
    new_school: bool            # whether there are so many children that a school of its own is thought of
    notes: tuple[Note, ...]


def without_site(evidence: Evidence, site: str) -> Evidence:
    """The evidence as if one site were not there; what was built in the past stays."""
    sites = evidence.housing_sites
    kept = sites[sites["site_ref"] != site].reset_index(drop=True)
    return replace(evidence, tables={**evidence.tables, "housing_sites": kept})


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
    generated = (homes.yields[mine] * ready[:, None]).sum(axis=0)
    reach, schools = rulebook("contributions")["reach"], []
    for phase in HELD_AGAINST_PLACES:
        if phase in homes.layers:
            ay = min(last, evidence.authority.base_year + (assumptions.primary_years if phase == "primary"
                                                           else assumptions.secondary_years))
            schools.append(_schools(without_it, homes, mine, phase, ay, float(reach[phase])))
    told = pd.concat(schools, ignore_index=True) if schools else _no_schools()
    by_group = _year_groups(generated, told)
    first = homes.parts.table.iloc[mine[0]]
    least = rulebook("contributions")["new_school"]["least"]
    return Contribution(
        site, str(first["site_name"]), str(first["status"]), float(ready.sum()), last, beyond, _homes(homes, mine, ready),
        told.drop(columns="nc_year").groupby(["phase", "urn"], as_index=False, sort=False).agg(_whole_school(told)),
        by_group, _asked(generated, by_group, assumptions), bool(generated[PHASES.index("primary")] >= least),
        _notes(told, without_it, beyond, assumptions))


def _ready(homes: Homes, mine: NDArray[np.int64]) -> tuple[Floats, int, bool]:
    """Homes of each part of the site still to come, the academic year of the last, and whether that is beyond the forecast."""
    assert homes.parts is not None
    every = homes.parts.at(range(homes.years[0] + 1, homes.parts.first + homes.parts.ready.shape[1] + 1))[mine]
    to_come = np.flatnonzero(every.sum(axis=0) > 0)
    last = homes.years[0] + 1 + (int(to_come[-1]) if len(to_come) else 0)
    return every.sum(axis=1), min(last, homes.years[-1]), last > homes.years[-1]


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
        row |= {f"{phase}_yield": homes.yields[i, j] for j, phase in enumerate(PHASES)}
        row |= {phase: homes.yields[i, j] * dwellings for j, phase in enumerate(PHASES)}
        row["rests_on"] = f"{rests.kind}, {rests.dwellings:,.0f} counted" if rests.dwellings else rests.kind
        rows.append(row)
    return pd.DataFrame(rows)


def _no_schools() -> pd.DataFrame:
    kinds = {"phase": "str", "urn": "str", "school_name": "str", "metres": "float64", "within_reach": "bool", "own_area": "bool",
             "ay": "int64", "nc_year": "int64",
             "places": "float64", "pupils": "float64", "free_places": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _schools(ahead: Forecast, homes: Homes, mine: NDArray[np.int64], phase: str, ay: int, reach: float) -> pd.DataFrame:
    """Schools within reach or of the site's own planning area in a phase, by year group, in the forecast without the site."""
    assert homes.parts is not None
    layer, point = homes.layers[phase], homes.parts.table.iloc[mine[0]][["easting", "northing"]].to_numpy("float64")
    own = homes.areas[layer.places[int(layer.shares.toarray()[mine].sum(axis=0).argmax())]]
    members = ahead.frame.members[ahead.frame.members["phase"] == phase].set_index("urn")["planning_area_code"]
    about = ahead.schools[ahead.schools["urn"].isin(members.index)].set_index("urn")
    metres = np.hypot(about["easting"] - point[0], about["northing"] - point[1]).astype("float64")
    near, here = metres.le(reach), members.reindex(about.index).eq(own)
    chosen = about.index[near | here]
    groups = [g for g in PHASE_YEARS[phase]]
    places = ahead.places[(ahead.places["ay"] == ay) & (ahead.places["phase"] == phase) & ahead.places["urn"].isin(chosen)
                          & ahead.places["nc_year"].isin(groups)]
    pupils = ahead.projection.schools.isel(draw=0).sel(ay=ay, nc_year=groups).to_series()
    frame = places[["urn", "nc_year", "yg_places"]].rename(columns={"yg_places": "places"}).reset_index(drop=True)
    frame["pupils"] = [float(pupils.get((urn, g), 0.0)) for urn, g in zip(frame["urn"], frame["nc_year"], strict=True)]
    frame["free_places"] = (frame["places"] - frame["pupils"]).clip(lower=0.0)
    frame = frame.assign(phase=phase, ay=ay, school_name=frame["urn"].map(about["school_name"]), metres=frame["urn"].map(metres),
                         within_reach=frame["urn"].map(near).astype("bool"), own_area=frame["urn"].map(here).astype("bool"))
    return frame[list(_no_schools().columns)].sort_values(["metres", "urn", "nc_year"], ignore_index=True)


def _whole_school(told: pd.DataFrame) -> dict[str, Any]:
    """How the year groups of a school are put together."""
    added = {"places", "pupils", "free_places"}
    kept = [column for column in told.columns if column not in ("phase", "urn", "nc_year")]
    return {column: (lambda values: values.sum(min_count=1)) if column in added else "first" for column in kept}


def _year_groups(generated: Floats, schools: pd.DataFrame) -> pd.DataFrame:
    """Children generated, places free and places asked for by year group: a free place helps no other year group."""
    rows = []
    for phase in HELD_AGAINST_PLACES:
        each = generated[PHASES.index(phase)] / len(GROUPS[phase])
        mine = schools[schools["phase"] == phase]
        for g in GROUPS[phase]:
            free = float(mine.loc[mine["nc_year"] == g, "free_places"].sum())
            rows.append((phase, g, each, free, min(each, free), max(0.0, each - free)))
    return pd.DataFrame(rows, columns=["phase", "nc_year", "generated", "free_places", "met", "asked"])


def special_places(generated: Floats, rules: dict[str, Any]) -> float:
    """Places in special schools and units: a share of all children generated (D2)."""
    return float(generated.sum() * rules["special"]["share"])


def _asked(generated: Floats, by_group: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Places generated, free and asked for in each phase, the cost of a place, and the sum; the last row is the total."""
    rows = []
    for phase in ("early_years", "primary", "secondary", "post_16", "special"):
        special = phase == "special"
        wanted = special_places(generated, rulebook("housing")) if special else float(generated[PHASES.index(phase)])
        mine = by_group[by_group["phase"] == phase]
        known = len(mine) > 0
        asked = float(mine["asked"].sum()) if known else wanted
        each, times = cost_of_place(phase, assumptions)
        rows.append((NAMES[phase], wanted, float(mine["free_places"].sum()) if known else np.nan,
                     float(mine["met"].sum()) if known else np.nan, asked, each, times, assumptions.location_factor,
                     asked * each * times * assumptions.location_factor))
    columns = ["phase", "generated", "free_places", "met", "asked", "each", "times", "location_factor", "sum"]
    table = pd.DataFrame(rows, columns=columns)
    return pd.concat([table, pd.DataFrame([{"phase": "Total", "sum": table["sum"].sum()}])], ignore_index=True)


def cost_of_place(phase: str, assumptions: Assumptions, how: str = "expansion") -> tuple[float, float]:
    """Cost of a mainstream place before the location factor, and how many times that a place of this phase costs."""
    rules = rulebook("contributions")
    rule: dict[str, Any] = {"phase": phase, "times": 1.0}
    if phase not in rules["cost"]:
        rule = rules["other_places"].get(phase, rules["post_16"])
    own = {"primary": assumptions.place_cost_primary, "secondary": assumptions.place_cost_secondary}[rule["phase"]]
    return own or float(rules["cost"][rule["phase"]][how]), float(rule["times"])


def _notes(schools: pd.DataFrame, ahead: Forecast, beyond: bool, assumptions: Assumptions) -> tuple[Note, ...]:
    """What a reader must know of the figures."""
    notes = [Note("places", "distances are straight lines, a stand-in for the shortest safe walking route: a school may be "
                  "farther on foot than it seems here")]
    if schools["places"].isna().any():
        lacking = schools.loc[schools["places"].isna(), "school_name"].unique()
        notes.append(Note("places", f"places are not known at {', '.join(sorted(lacking)[:5])}",
                          "what may be free there is not counted"))
    if schools.empty:
        notes.append(Note("schools", "no school is known within reach of the site", "all places generated are asked for"))
    if beyond:
        notes.append(Note("housing_sites", "homes go on after the last year of the forecast: free places are those of that year, "
                          "children those of all homes"))
    if assumptions.location_factor == 1.0:
        notes.append(Note("contributions", "no location factor is set: the cost of a place is England's mean",
                          "set location_factor in [settings], with its source"))
    notes.append(Note("contributions", "early years, sixth form and special places: what is free is not known here, and all that "
                      "is generated is asked for", "hold it against the childcare sufficiency assessment and the SEND strategy"))
    return (*notes, *(note for note in ahead.homes.notes if note.loses))
