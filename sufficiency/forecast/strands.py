"""Strands: each school's stretch of year groups inside one planning area, with its roll over the years.

The projection moves children along strands. A primary school is one strand (Reception to Year 6); an infant and a junior school
are two, so that Year 3 is an intake and not a survival step; an all-through or middle school has one strand in its primary and
one in its secondary planning area, and Year 7 is reached through the transfers between the two. An authority of which no schools
are known has one strand a phase, with no school. A strand may also take in children above its lowest year group, as a primary
school does that the leavers of an infant school join in Year 3 (`later_entries`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import NC_YEARS, PHASE_YEARS, ay_label
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.areas.areas import AreaFrame

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

GROUPS = len(NC_YEARS)
TOP_PRIMARY = PHASE_YEARS["primary"][-1]
YEAR_7, YEAR_11 = PHASE_YEARS["secondary"][0], PHASE_YEARS["secondary"][-1]
TOP = NC_YEARS[-1]
OLDEST = 10             # censuses looked back


@dataclass(frozen=True)
class Strands:
    """Schools' stretches of year groups, sorted by planning area, with their January rolls, latest first."""

    base: int
    areas: tuple[str, ...]      # planning areas, sorted by phase and code
    phases: tuple[str, ...]     # phase of each
    urns: tuple[str, ...]       # school of each strand; "" stands for a whole area whose schools are not known
    area: Ints                  # [strand] place of its planning area in `areas`; ascending
    low: Ints                   # [strand] lowest and
    high: Ints                  # [strand] highest year group
    where: Floats               # [strand, 2] easting and northing; missing where not known
    years: tuple[int, ...]      # base year, the year before, ...
    seen: Flags                 # [year] is there a census?
    roll: Floats                # [year, strand, nc_year]
    joined: Flags               # [strand, nc_year] do children of other schools join here, above the lowest year group?

    def by_area(self, counts: Floats) -> Floats:
        """Add strands up to planning areas: [..., strand, nc_year] -> [..., area, nc_year]."""
        added = np.zeros((*counts.shape[:-2], len(self.areas), counts.shape[-1]))
        if len(self.area):
            begins = np.ones(len(self.area), dtype="bool")
            np.not_equal(self.area[1:], self.area[:-1], out=begins[1:])
            first = np.flatnonzero(begins)
            added[..., self.area[first], :] = np.add.reduceat(counts, first, axis=-2)
        return added

    def enters(self, nc_year: int) -> Flags:
        """Which strands begin in this year group, or are joined in it; a sixth form is entered by all who have one."""
        found: Flags = self.serves(nc_year) if nc_year > YEAR_11 else (self.low == nc_year) | self.joined[:, nc_year]
        return found

    def serves(self, nc_year: int) -> Flags:
        """Which strands have this year group."""
        found: Flags = (self.low <= nc_year) & (self.high >= nc_year)
        return found

    def entrants(self, k: int, nc_year: int) -> Floats:
        """Children who came into each strand at this point of entry in year `k` of `years`: [strand].

        Where a strand is joined above its lowest year group these are the children beyond its own of the year before, or, where
        that year is not known, beyond its own of the year group below today.
        """
        here: Floats = np.where(self.enters(nc_year), self.roll[k, :, nc_year], 0.0)
        before = k + 1 if k + 1 < len(self.years) and self.seen[k + 1] else k
        return np.where(self.joined[:, nc_year], np.maximum(here - self.roll[before, :, nc_year - 1], 0.0), here)

    def leaves(self, nc_year: int) -> Flags:
        """Which strands children leave after this year group; after Year 11 everybody chooses again."""
        here = self.serves(nc_year)
        return here if nc_year == YEAR_11 else here & (self.high == nc_year)

    def takes(self, nc_year: int) -> Flags:
        """Which planning areas have a strand that begins in this year group: [area]."""
        found = np.zeros(len(self.areas), dtype="bool")
        found[self.area[self.enters(nc_year)]] = True
        return found

    def open_since(self) -> Flags:
        """In which years every school that an area has today was there: [year, area]; before, it was another area."""
        there = self.roll.sum(axis=-1) > 0
        lacking = np.zeros((len(self.years), len(self.areas)), dtype="bool")
        for k in np.flatnonzero(self.seen):
            lacking[k, self.area[there[0] & ~there[k]]] = True
        return ~lacking

    def served(self, roll: Floats) -> tuple[Ints, Ints]:
        """Lowest and highest year group with pupils in it: [..., strand]; 99 and -1 where there is none."""
        some = roll > 0
        any_ = some.any(axis=-1)
        lowest = np.where(any_, some.argmax(axis=-1), 99)
        highest = np.where(any_, GROUPS - 1 - some[..., ::-1].argmax(axis=-1), -1)
        return lowest, highest


def strands_of(schools: pd.DataFrame, history: pd.DataFrame, frame: AreaFrame, base: int) -> tuple[Strands, tuple[Note, ...]]:
    """Lay out the schools of each planning area with their rolls; refuses planning-area codes that two phases share.

    history: urn, ay, nc_year, pupils. A count that is missing is told, and counts as none.
    """
    names = frame.names.sort_values(["phase", "planning_area_code"])
    areas, phases = tuple(names["planning_area_code"]), tuple(names["phase"])
    if len(set(areas)) < len(areas):
        raise ValueError("a planning-area code stands for an area in both phases; give each phase its own codes")
    place = {code: i for i, code in enumerate(areas)}
    about = schools.set_index("urn")[["nc_year_low", "nc_year_high", "easting", "northing"]]
    members = frame.members[frame.members["urn"].isin(about.index)].assign(area=lambda m: m["planning_area_code"].map(place))
    members = members.sort_values(["area", "urn"], kind="stable")
    facts = about.loc[members["urn"]].to_numpy(dtype="float64")
    past = history[(history["ay"] <= base) & (history["ay"] > base - OLDEST) & history["nc_year"].between(0, TOP)]
    years = tuple(range(base, int(past["ay"].min(skipna=True) if len(past) else base) - 1, -1))
    urns = tuple(members["urn"])
    primary = (members["phase"] == "primary").to_numpy()
    roll = _rolls(past, urns, primary, years)
    low, high = _stretch(facts[:, 0], facts[:, 1], primary, roll)
    seen = np.isin(years, past["ay"].unique())
    area = members["area"].to_numpy(dtype="int64")
    joined = np.zeros((len(urns), GROUPS), dtype="bool")
    strands = Strands(base, areas, phases, urns, area, low, high, facts[:, 2:], years, seen, roll, joined)
    return strands, _notes(strands, past)


def whole_areas(strands: Strands, roll: Floats, years: tuple[int, ...]) -> Strands:
    """Stand in for schools whose rolls are not known: one strand for each area, of the authority's roll [year, nc_year].

    Where a phase has several areas the roll is shared out by the number of their schools, or equally; an area of a phase in which
    nobody is counted today has no strand. A year counts as seen if it has all the year groups that the roll ever counts.
    """
    primary = np.array([phase == "primary" for phase in strands.phases], dtype="bool")
    groups = np.arange(GROUPS)
    n = len(strands.areas)
    schools = np.bincount(strands.area, minlength=n).astype("float64") if len(strands.area) else np.ones(n)
    of_phase = np.where(primary[:, None], groups <= TOP_PRIMARY, groups >= YEAR_7)
    mine = np.where(of_phase, schools[:, None], 0.0)
    shares = mine / np.maximum(mine.sum(axis=0), 1.0)
    counted = ~np.isnan(roll[:, : YEAR_11 + 1])
    seen = np.array([row.any() and row[counted.any(axis=0)].all() for row in counted], dtype="bool")
    there = np.flatnonzero((of_phase & ~np.isnan(roll[0])).any(axis=1))
    low, high = np.where(primary, 0, YEAR_7)[there], np.where(primary, TOP_PRIMARY, TOP)[there]
    counts = np.nan_to_num(roll)[:, None, :] * shares[there]
    return Strands(strands.base, strands.areas, strands.phases, ("",) * len(there), there, low, high,
                   np.full((len(there), 2), np.nan), years, seen, counts, np.zeros((len(there), GROUPS), dtype="bool"))


def _rolls(past: pd.DataFrame, urns: tuple[str, ...], primary: Flags, years: tuple[int, ...]) -> Floats:
    """Rolls [year, strand, nc_year]: a strand counts the year groups of its phase only."""
    known = sorted(set(urns))
    number = {urn: i for i, urn in enumerate(known)}
    row, listed = pd.factorize(past["urn"])
    whose = np.array([number.get(urn, -1) for urn in listed], dtype="int64")[row]
    pupils = past["pupils"].to_numpy(dtype="float64")
    found = (whose >= 0) & ~np.isnan(pupils)
    grid = np.zeros((len(years), len(known), GROUPS))
    when = years[0] - past["ay"].to_numpy(dtype="int64")[found]
    np.add.at(grid, (when, whose[found], past["nc_year"].to_numpy(dtype="int64")[found]), pupils[found])
    groups = np.arange(GROUPS)
    mine = np.where(primary[:, None], groups <= TOP_PRIMARY, groups >= YEAR_7)
    return np.where(mine, grid[:, [number[u] for u in urns], :], 0.0)


def _stretch(low: Floats, high: Floats, primary: Flags, roll: Floats) -> tuple[Ints, Ints]:
    """Lowest and highest year group of each strand, inside its phase; a sixth form wherever one has had pupils."""
    sixth = roll[..., YEAR_11 + 1 :].sum(axis=(0, -1)) > 0
    low = np.where(primary, np.maximum(low, 0), np.maximum(low, YEAR_7))
    top = np.where(sixth | (high > YEAR_11), TOP, np.minimum(high, YEAR_11))
    high = np.where(primary, np.minimum(high, TOP_PRIMARY), top)
    upside_down = ~(low <= high)        # ages missing, or of the other phase: the whole phase
    low = np.where(upside_down, np.where(primary, 0, YEAR_7), low)
    high = np.where(upside_down, np.where(primary, TOP_PRIMARY, YEAR_11), high)
    return low.astype("int64"), high.astype("int64")


def _notes(strands: Strands, past: pd.DataFrame) -> tuple[Note, ...]:
    """Say where rolls are hidden, missing in between, or outside every planning area."""
    notes = []
    hidden = int(past["pupils"].isna().sum())
    if hidden:
        notes.append(Note("school_roll", f"{hidden} counts of pupils are hidden by the publisher and count as none",
                          "rolls of these schools are a little low"))
    gaps = [ay_label(ay) for ay, seen in zip(strands.years, strands.seen, strict=True) if not seen]
    if gaps and strands.seen.any():
        notes.append(Note("school_roll", f"no school census for {', '.join(gaps)}", "ratios rest on fewer years"))
    now = past[past["ay"] == strands.base]
    counted, everyone = strands.roll[0].sum(), float(now["pupils"].sum())
    if len(now) and counted < everyone:
        notes.append(Note("school_roll", f"{everyone - counted:.0f} pupils are in schools or year groups outside every planning "
                          "area", "they are not projected"))
    return tuple(notes)
