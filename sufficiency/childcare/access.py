"""Who can reach how much childcare: the access index of each small area by term, age and measure, from demand and supply.

Method (domain brief G11, `planning_areas.reach`). Hours on offer are shared among those who want them and can reach them, funded
hours among funded demand and all hours among all demand, never across. People live at their small area's points; settings stand
where they are; supply of which only the small area is known (childminders) lies on the points of that area as its people do, and
nobody's home is placed. Distances are along roads where the workspace has them, on foot or by car, else
straight lines, and each row says which.

At the border: settings beyond it that people can reach count as those inside do. The children beyond it are not known, so of a
setting whose reach lies partly beyond what is known only that part of its hours is counted that the known ground has of its
reach, near ground counting for more as near families do, as if people lived as thickly beyond the border. By car the reach is
taken for a circle as wide as settings are looked for. How much of its own reach is known stands beside each area's index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy.sparse

from planning_areas.edges import near_enough, share_known
from planning_areas.reach import Decay, Pairs, Reach, pairs_within, reach_of, weigh
from planning_areas.reach_table import access_by_area
from planning_areas.school_year import ay_label
from planning_areas.travel import far_off, shortest, snap
from planning_areas.wording import some
from sufficiency.childcare.living_points import living_points
from sufficiency.childcare.over_small_areas import spread
from sufficiency.evidence import Note
from sufficiency.rules import rulebook
from sufficiency.travel.travel_rules import by_car, decays, on_foot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.childcare.setting_list import Settings
    from sufficiency.evidence import Evidence

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Places = NDArray[np.integer]

TABLE = "access"
WHOLE = 0.995       # share of a reach that is all of it: circles are drawn with corners
MEASURES = {"funded": "funded_hours_week", "all": "hours_week"}
PAID = "paid"
TOGETHER = ["ay", "term", "age_band"]
MODES, METHODS = ("walking", "driving", "straight_line"), ("2sfca", "e2sfca", "gaussian")
COLUMNS = ["ay", "term", "age_band", "measure", "method", "lsoa_code", "wanted", "index", "index_assumed", "nearest",
           "without_supply", "without_demand", "share_known", "basis"]


@dataclass(frozen=True)
class AccessChoices:
    """How access is measured; blank or missing: the rulebook's, and roads where there are any."""

    mode: str = ""              # one of MODES; blank: driving where the workspace has roads, else straight_line
    method: str = "gaussian"    # one of METHODS


@dataclass(frozen=True)
class ChildcareAccess:
    """The index of every small area in every term, age band and measure."""

    table: pd.DataFrame = field(repr=False)     # COLUMNS; index: hours on offer for each wanted, of which index_assumed
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Ground:
    """Where people and settings are, and how they get to each other; the same for every term and age."""

    points: pd.DataFrame = field(repr=False)    # lsoa_code, easting, northing, part
    refs: tuple[str, ...]                       # settings with a place, then one for each point: supply known by area
    own: Flags = field(repr=False)              # whether each is the authority's, and not across the border
    counted: Floats = field(repr=False)         # share of each setting's supply that is counted, for the border
    pairs: Pairs
    weights: scipy.sparse.csr_array = field(repr=False)
    decay: Decay
    known: Floats = field(repr=False)           # [point]: share of its reach that is known


def childcare_access(
    evidence: Evidence, wanted: pd.DataFrame, hours: pd.DataFrame, settings: Settings, years: Sequence[int],
    choices: AccessChoices | None = None,
) -> ChildcareAccess:
    """Measure access in every term of the academic years given.

    wanted: the demand table (lsoa_code, ay, term, age_band, kind, eligible, hours_week). hours: the supply table
    (`childcare_supply`); what has no point there is spread over its small areas, by all their children. `basis` and
    `funded_basis` say which of it is an assumption; without them none is.
    """
    chosen = choices or AccessChoices()
    codes = sorted(wanted["lsoa_code"].unique())
    points, told = living_points(evidence, codes)
    if points.empty:
        return ChildcareAccess(pd.DataFrame(columns=COLUMNS), (*told, Note(TABLE, "no small area has a place on the ground",
                                                                           "who can reach what is not known")))
    ground, more = _ground(evidence, points, hours, chosen)
    wanted = wanted[wanted["ay"].isin(list(years))]
    hours = _over_small_areas(evidence, wanted, hours[hours["ay"].isin(list(years))], settings)
    lost, parts = _lost(points, hours), _measured(ground, wanted, hours)
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["code", "demand", "idle", *COLUMNS])
    share = pd.Series(ground.known * points["part"].to_numpy()).groupby(points["lsoa_code"].to_numpy()).sum()
    table = table.rename(columns={"code": "lsoa_code", "demand": "wanted"})
    table = table.assign(method=chosen.method, share_known=table["lsoa_code"].map(share).astype("float64"))
    return ChildcareAccess(table[COLUMNS], (*told, *more, *lost, *_worst(table)))


def _measured(ground: Ground, wanted: pd.DataFrame, hours: pd.DataFrame) -> list[pd.DataFrame]:
    """The areas of each term, age and measure, with what each can get to, and hours that nobody reaches (idle)."""
    points, supply_of = ground.points, _supply(ground, hours)
    areas, live = pd.Index(points["lsoa_code"].unique()), points["part"].to_numpy(dtype="float64")
    of_point, at, asked_for = (areas.get_indexer(points["lsoa_code"]), areas.get_indexer(wanted["lsoa_code"]),
                               wanted["hours_week"].fillna(0.0).to_numpy(dtype="float64"))
    may_want = {"all": np.full(len(wanted), True), "funded": wanted["kind"].ne(PAID).to_numpy(dtype=bool)}
    assumed_of = {measure: _is_assumed(hours, measure) for measure in MEASURES}
    parts, standing = [], np.arange(len(ground.refs)) < len(ground.refs) - len(points)
    offers = hours.groupby(TOGETHER, sort=False).indices
    for (ay, term, band), rows in sorted(wanted.groupby(TOGETHER, sort=False).indices.items()):
        offer = offers.get((ay, term, band), np.empty(0, dtype="int64"))
        for measure, column in MEASURES.items():
            asked = rows[may_want[measure][rows]]
            if not len(asked):     # by the rules of the day nobody of this age is entitled to funded hours
                continue
            demand = _added(at[asked], asked_for[asked], len(areas))[of_point]
            supply, guessed = supply_of(offer, column), supply_of(offer[assumed_of[measure][offer]], column)
            reached: Reach = reach_of(ground.weights, demand * live, ground.pairs.basis)
            found = access_by_area(ground.pairs, reached, points["lsoa_code"].tolist(), ground.refs, supply, standing)
            assumed = access_by_area(ground.pairs, reached, points["lsoa_code"].tolist(), ground.refs, guessed, standing).areas
            idle = float(found.settings.loc[found.settings["unreached"] & ground.own, "supply"].sum())
            parts.append(found.areas.assign(index_assumed=assumed["index"], ay=ay, term=term, age_band=band, measure=measure,
                                            idle=idle))
    return parts


def _worst(table: pd.DataFrame) -> list[Note]:
    """For each age and measure, the term in which most of what is wanted has nothing in reach, and hours that nobody reaches."""
    notes = []
    for (band, measure), rows in table.groupby(["age_band", "measure"], sort=True):
        bare = rows[rows["without_supply"]].groupby(["ay", "term"])["wanted"].agg(["size", "sum"])
        if len(bare):
            (ay, term), worst = bare["sum"].idxmax(), bare.loc[bare["sum"].idxmax()]
            notes.append(Note(TABLE, f"{band}, {measure} hours: {worst['size']:,.0f} small areas that want {worst['sum']:,.0f} "
                                     f"hours a week have nothing in reach ({term}, {ay_label(int(ay))})"))
        if (idle := rows["idle"].max()) > 0:
            notes.append(Note(TABLE, f"{band}, {measure} hours: {idle:,.0f} hours a week on offer are in nobody's reach"))
    return notes


def _ground(
    evidence: Evidence, points: pd.DataFrame, hours: pd.DataFrame, choices: AccessChoices,
) -> tuple[Ground, list[Note]]:
    """Find who can get to what, once for all terms and ages."""
    mode = choices.mode or ("driving" if evidence.has("road_links") else "straight_line")
    if mode not in MODES or choices.method not in METHODS:
        raise ValueError(f"{mode} and {choices.method} are no way to measure access")
    if mode != "straight_line" and not evidence.has("road_links"):
        raise ValueError(f"distances by {mode} need roads: bring the table road_links")
    decay = decays(mode)[choices.method]
    border = float(rulebook("access")["border"]["metres"])
    sites = hours.drop_duplicates("setting_ref")
    sites = sites[sites["easting"].notna()].sort_values("setting_ref")
    homes = points[["easting", "northing"]].to_numpy(dtype="float64")
    near = near_enough(homes, sites[["easting", "northing"]].to_numpy(dtype="float64"), border)
    sites = sites[near | sites["own"].to_numpy(dtype=bool)]
    places = np.concatenate([sites[["easting", "northing"]].to_numpy(dtype="float64"), homes])
    pairs, notes = _pairs(evidence, homes, places, decay, mode)
    reach_metres = decay.limit if mode != "driving" else border
    if evidence.has("lsoas"):
        shapes = evidence.lsoas.geometry.to_numpy()
        counted, known = (share_known(those, shapes, reach_metres, decay) for those in (places, homes))
        if beyond := int((known < WHOLE).sum()):
            notes.append(Note(TABLE, f"part of the reach of {beyond:,} of {len(known):,} points lies beyond what is known: of "
                                     "the hours of settings there only the known part is counted"))
    else:
        counted, known = np.ones(len(places)), np.full(len(homes), np.nan)
        notes.append(Note(TABLE, "there are no boundaries: nothing is known of the border", "areas near it may seem better or "
                                                                                           "worse served than they are"))
    refs = (*sites["setting_ref"], *(f"{code}/" for code in points["lsoa_code"]))
    own = np.r_[sites["own"].to_numpy(dtype=bool), np.ones(len(points), dtype=bool)]
    return Ground(points, refs, own, counted, pairs, weigh(pairs, decay), decay, known), notes


def _pairs(evidence: Evidence, homes: Floats, places: Floats, decay: Decay, mode: str) -> tuple[Pairs, list[Note]]:
    """The pairs within reach: along roads, or in straight lines."""
    if mode == "straight_line":
        return pairs_within(homes, places, decay.limit), [Note(TABLE, "distances are straight lines")]
    net = on_foot(evidence.road_links, evidence.barred_links) if mode == "walking" else by_car(evidence.road_links)
    told = far_off(snap(net, places), float(rulebook("walking")["off_road"]["told_beyond_metres"]))
    return shortest(net, homes, places, decay.limit), [Note(TABLE, told)] if told else []


def _over_small_areas(evidence: Evidence, wanted: pd.DataFrame, hours: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Spread what is known by ward or district over small areas, by the children of all ages that live there."""
    children = wanted[wanted["kind"] == PAID].groupby("lsoa_code")["eligible"].sum()
    codes = sorted(wanted["lsoa_code"].unique())
    shapes = evidence.lsoas
    district = dict(zip(shapes["lsoa_code"], shapes["district_code"], strict=True))
    small = pd.DataFrame({"lsoa_code": codes, "district_code": [district.get(code, "") for code in codes],
                          "under_five": children.reindex(codes).fillna(0.0).to_numpy()})
    return spread(hours, list(MEASURES.values()), small, settings.wards)


def _lost(points: pd.DataFrame, hours: pd.DataFrame) -> list[Note]:
    """Name the settings that lie nowhere that is known."""
    lost = hours[hours["easting"].isna() & hours["own"].astype("bool") & ~hours["lsoa_code"].isin(points["lsoa_code"])]
    return [Note(TABLE, f"{lost['setting_ref'].nunique():,} settings stand on no point and in no small area that is known: "
                        f"{some(lost['setting_ref'])}", "their hours are in nobody's reach")] if len(lost) else []


def _is_assumed(hours: pd.DataFrame, measure: str) -> Flags:
    """Which hours are an assumption: those of settings that have not told theirs, and the usual share of funded hours."""
    found = np.full(len(hours), False)
    for column in ("basis", "funded_basis") if measure == "funded" else ("basis",):
        if column in hours:
            found |= hours[column].eq("assumption").to_numpy(dtype=bool)
    return found


def _added(at: Places, values: Floats, count: int) -> Floats:
    """Add up values by place; those of no place (-1) are left out."""
    placed = at >= 0
    return np.bincount(at[placed], weights=values[placed], minlength=count).astype("float64")


def _supply(ground: Ground, hours: pd.DataFrame) -> Callable[[Places, str], Floats]:
    """Hours of some rows at every place: of settings there and of those known by their area, less what is the border's."""
    sites, areas = pd.Index(ground.refs[:len(ground.refs) - len(ground.points)]), pd.Index(ground.points["lsoa_code"].unique())
    placed = hours["easting"].notna().to_numpy()
    stands = np.where(placed, sites.get_indexer(hours["setting_ref"]), -1)
    lies = np.where(placed, -1, areas.get_indexer(hours["lsoa_code"]))
    of_point, part = areas.get_indexer(ground.points["lsoa_code"]), ground.points["part"].to_numpy(dtype="float64")
    offered = {column: hours[column].fillna(0.0).to_numpy(dtype="float64") for column in MEASURES.values()}

    def supply(rows: Places, column: str) -> Floats:
        there = _added(lies[rows], offered[column][rows], len(areas))[of_point] * part
        return np.concatenate([_added(stands[rows], offered[column][rows], len(sites)), there]) * ground.counted

    return supply
