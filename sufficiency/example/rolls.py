"""Rolls of the county's schools, year by year: children start in Reception, move up, and choose again at 7, 11 and 16.

Every autumn each cohort's children are placed in schools (`moves.py`); within a school the next year's class is this year's,
with the coming and going of families, which fills a school to its places and not beyond. Infants go on to their junior school,
Year 6 to secondary schools here and across the border, some of Year 11 into a sixth form. Counts are whole children, so that
every table cut from them agrees with every other. The year after the latest January census is this autumn's truth: it is known
to the council as offers and as an October count, and to nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.example import cast
from sufficiency.example.births import IN_STATE_SCHOOLS
from sufficiency.example.moves import placed, weights
from sufficiency.example.schools import shared_out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.example.births import Children
    from sufficiency.example.land import Land
    from sufficiency.example.schools import Schools

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

YEARS = range(cast.FIRST_YEAR, cast.LAST_YEAR + 1)
GROUPS = 15                             # Reception to Year 14
FIRST, TOP_PRIMARY, YEAR_7, YEAR_11, YEAR_12 = 0, 6, 7, 11, 12
GAIN = (0.0, 1.006, 1.003, 1.003, 1.002, 1.002, 1.000, 0.0, 1.000, 0.999, 0.999, 0.995)     # from the year group below
RESTLESS = 0.22                         # standard deviation of coming and going, in square roots of a class
TO_JUNIOR = 0.95
STAYS_ON, SECOND_YEAR, THIRD_YEAR = (0.50, 0.72), 0.88, 0.02
NOT_HERE, CITY_PULL, CITY_REACH = 0.03, 0.40, 6_500.0   # of Year 6: independent or unknown; the city's pull at its edge; metres
FAME = {"popular": 0.9, "full": 0.9, "academy": -0.6, "rural": -0.6}
FROM_CITY = 0.10                        # of a school's places in Year 7, at the city's edge
PRIMARY_SCALE, SECONDARY_SCALE = (280.0, 1_300.0), (900.0, 3_200.0)


@dataclass(frozen=True)
class Rolls:
    """Children by year, school and year group, and where they came from; years as in YEARS, schools as in the table."""

    roll: Ints                  # [year, school, nc_year], January; the last year is this autumn's
    asked: Floats               # [year, school] first choices at the school's own year of entry
    homes: Floats               # [primary or secondary, small area, school] children in the base year by home
    into_7: Ints                # [year, primary area, school] Year 6 of the year before, by the area of their school
    from_outside: Ints          # [year, school] Year 7 from across the border
    to_outside: Ints            # [year, primary area] Year 6 of the year before who came to no school of the county
    into_3: Ints                # [year, primary area] from infant to junior schools
    out_at_3: Ints              # [year, primary area] infants who went to no junior school


def follow(seed: int, land: Land, children: Children, schools: Schools) -> Rolls:
    """Follow every cohort from its Reception through the county's schools."""
    return _Walk(seed, land, children, schools).through()


class _Walk:
    """The walk from year to year: what is fixed, and what has been counted so far."""

    def __init__(self, seed: int, land: Land, children: Children, schools: Schools) -> None:
        table = schools.table
        self.rng = np.random.default_rng([seed, 5])
        self.land, self.children, self.schools, self.table = land, children, schools, table
        n, a = len(table), len(land.area_names)
        self.low, self.high = table["low"].to_numpy(), table["high"].to_numpy()
        self.area = table["area"].to_numpy()
        self.pan, self.pan_7 = table["pan"].to_numpy(), table["pan_7"].to_numpy()
        self.point = table[["easting", "northing"]].to_numpy("float64")
        self.entering, self.upper = np.flatnonzero(self.low == FIRST), np.flatnonzero(self.pan_7 > 0)
        self.leaving = np.flatnonzero((self.low <= TOP_PRIMARY) & (self.high >= TOP_PRIMARY))
        popular = table["popularity"].to_numpy()
        fame = popular + table["part"].map(FAME).fillna(0.0).to_numpy()
        size = np.where(self.low == FIRST, self.pan, 0).astype("float64")
        self.pull = weights(land.points, self.point[self.entering], size[self.entering], fame[self.entering], 16, PRIMARY_SCALE)
        self.pull_7 = weights(self.point[self.leaving], self.point[self.upper], self.pan_7[self.upper].astype("float64"),
                              popular[self.upper], 7, SECONDARY_SCALE)
        self.leave_county = NOT_HERE + CITY_PULL * np.exp(-self._to_city(self.point[self.leaving]) / CITY_REACH)
        self.stay_on = self.rng.uniform(*STAYS_ON, n)
        years = len(YEARS)
        self.roll, self.asked = np.zeros((years, n, GROUPS), dtype="int64"), np.zeros((years, n))
        self.at_home: list[Floats] = []
        self.between = np.zeros((years, len(self.leaving), n))
        self.into_7, self.from_outside = np.zeros((years, a, n), dtype="int64"), np.zeros((years, n), dtype="int64")
        self.to_outside, self.into_3, self.out_at_3 = (np.zeros((years, a), dtype="int64") for _ in range(3))

    def _to_city(self, points: Floats) -> Floats:
        found: Floats = np.hypot(*(points - self.land.city).T)
        return found

    def through(self) -> Rolls:
        """Walk through all the years."""
        for k, ay in enumerate(YEARS):
            self._reception(k, ay)
            if k:
                self._move_up(k, ay)
                self._to_juniors(k)
                self._to_secondary(k, ay)
                self._sixth_form(k)
            self._as_told(k, ay)
        return Rolls(self.roll, self.asked, self._homes(), self.into_7, self.from_outside, self.to_outside, self.into_3,
                     self.out_at_3)

    def places(self, ay: int) -> Ints:
        """Places at the lowest year of entry, with bulge classes, and without a school that is not open yet.

        The small rural school is asked for by one child fewer every year, whatever its places.
        """
        places: Ints = self.pan.copy()
        part = self.table["part"].to_numpy()
        places[part == "bulge"] += cast.BULGE_CLASS * (ay == cast.BULGE_AY)
        places[part == "new"] *= ay >= cast.BASE
        places[part == "rural"] = max(cast.RURAL_LEAST, min(cast.FALLING_PANS[1], cast.FALLING_PANS[1] - (ay - cast.RURAL_FROM)))
        return places

    def _reception(self, k: int, ay: int) -> None:
        wanted = (self.children.of(ay - 5) * IN_STATE_SCHOOLS).astype("float64")
        places = self.places(ay)[self.entering].astype("float64")
        here = placed(wanted, self.pull * (places > 0), places)
        self.at_home.append(here)
        into = here.sum(axis=0)
        self.roll[k, self.entering, FIRST] = np.rint(np.minimum(into, np.maximum(into, places)))
        self.asked[k, self.entering] = (wanted[:, None] * self.pull / self.pull.sum(axis=1, keepdims=True)).sum(axis=0)

    def _move_up(self, k: int, ay: int) -> None:
        before = self.roll[k - 1]
        ceiling = np.maximum(self.pan, 0)[:, None] * np.ones(GROUPS)
        ceiling[:, YEAR_7:] = self.pan_7[:, None]
        groups = np.arange(1, YEAR_11 + 1)
        moved = np.maximum(before[:, groups - 1] * np.array(GAIN)[groups], 0.0)
        moved += self.rng.normal(0, RESTLESS, moved.shape) * np.sqrt(moved)
        moved = np.minimum(np.rint(moved), np.maximum(before[:, groups - 1], ceiling[:, groups]))
        inside = (groups > self.low[:, None]) & (groups <= self.high[:, None]) & (groups != YEAR_7) & (before[:, groups - 1] > 0)
        self.roll[k][:, groups] = np.where(inside, np.maximum(moved, 0), 0).astype("int64")

    def _to_juniors(self, k: int) -> None:
        for s in np.flatnonzero(self.table["kind"] == "infant"):
            leavers = self.roll[k - 1, s, 2]
            goes = min(int(np.rint(TO_JUNIOR * leavers + self.rng.normal(0, 1.0))), leavers, int(self.pan[s + 1]))
            self.roll[k, s + 1, 3] = goes           # the junior school stands in the row below its infant school
            self.asked[k, s + 1] = goes
            self.into_3[k, self.area[s]] += goes
            self.out_at_3[k, self.area[s]] += leavers - goes

    def _to_secondary(self, k: int, ay: int) -> None:
        leavers = self.roll[k - 1, self.leaving, TOP_PRIMARY].astype("float64")
        outside = self._arrivals(ay)
        staying = leavers * (1 - self.leave_county)
        here = placed(staying, self.pull_7, np.maximum(self.pan_7[self.upper] - outside, 0).astype("float64"))
        first = staying[:, None] * self.pull_7 / self.pull_7.sum(axis=1, keepdims=True)
        self.asked[k, self.upper] += first.sum(axis=0) + outside
        self.between[k][:, self.upper] = here
        by_area = np.zeros((len(self.land.area_names), len(self.upper)))
        np.add.at(by_area, self._area_of_leavers(), here)
        whole = np.rint(by_area).astype("int64")
        self.into_7[k][:, self.upper], self.from_outside[k, self.upper] = whole, outside
        self.roll[k, self.upper, YEAR_7] = whole.sum(axis=0) + outside
        gone = np.bincount(self._area_of_leavers(), leavers, minlength=len(by_area)).astype("int64")
        self.to_outside[k] = np.maximum(gone - whole.sum(axis=1), 0)

    def _area_of_leavers(self) -> Ints:
        """Primary planning area of each school that Year 6 leaves."""
        found: Ints = self.area[self.leaving]
        return found

    def _arrivals(self, ay: int) -> Ints:
        """Children from across the border who enter each secondary school in Year 7."""
        near = FROM_CITY * np.exp(-self._to_city(self.point[self.upper]) / CITY_REACH)
        found: Ints = np.rint(self.pan_7[self.upper] * near).astype("int64")
        border = self.table["part"].to_numpy()[self.upper] == "border"
        found[border] = cast.BORDER_INTAKE[max(ay - cast.BASE - 1, -len(cast.BORDER_INTAKE))]
        return found

    def _sixth_form(self, k: int) -> None:
        has = self.table["sixth_form"].to_numpy()
        before = self.roll[k - 1]
        noise = self.rng.normal(0, 0.02, len(has))
        self.roll[k, :, YEAR_12] = np.where(has, np.rint(before[:, YEAR_11] * (self.stay_on + noise)), 0)
        self.roll[k, :, YEAR_12 + 1] = np.where(has, np.rint(before[:, YEAR_12] * SECOND_YEAR), 0)
        self.roll[k, :, YEAR_12 + 2] = np.where(has, np.rint(before[:, YEAR_12 + 1] * THIRD_YEAR), 0)

    def _as_told(self, k: int, ay: int) -> None:
        """What the stories fix: a school that is always full, and this autumn's intake of two areas beyond their places."""
        popular = self.schools.playing("popular")
        full = np.r_[popular, self.schools.playing("full")]
        self.roll[k, full, FIRST] = self.pan[full]
        if k:
            started = self.roll[k - 1, popular, :TOP_PRIMARY] > 0
            self.roll[k, popular, 1 : TOP_PRIMARY + 1] = np.where(started, self.pan[popular, None], 0)
        if ay == cast.LAST_YEAR:
            short, bulge = self.schools.playing("short"), self.schools.playing("bulge_secondary")
            for rows, g, pan, over in ((short, FIRST, self.pan, cast.SHORT_BY), (bulge, YEAR_7, self.pan_7, cast.BULGE_SHORT)):
                self.roll[k, rows, g] = pan[rows] + shared_out(over, pan[rows].astype("float64"), 0)

    def _homes(self) -> Floats:
        """Children of the base year by home and school: as they were placed in Reception, scaled to the roll of today."""
        k = cast.BASE - YEARS.start
        n = len(self.table)
        started = np.zeros((len(self.land.points), n))
        started[:, self.entering] = sum(self.at_home[k - g] for g in range(TOP_PRIMARY + 1))
        for s in np.flatnonzero(self.table["kind"] == "infant"):
            started[:, s + 1] = started[:, s]
        primary = _columns_summing_to(started, self.roll[k, :, : TOP_PRIMARY + 1].sum(axis=1))
        share = primary[:, self.leaving] / np.maximum(primary[:, self.leaving].sum(axis=0), 1e-9)
        reached = np.einsum("lp,ps->ls", share, self.between[k - 4 : k + 1].sum(axis=0), optimize=False)
        local = 1 - self.from_outside[k - 4 : k + 1].sum(axis=0) / np.maximum(self.roll[k - 4 : k + 1, :, YEAR_7].sum(axis=0), 1)
        secondary = _columns_summing_to(reached, self.roll[k, :, YEAR_7 : YEAR_11 + 1].sum(axis=1) * local)
        return np.stack([primary, secondary])


def _columns_summing_to(counts: Floats, totals: Floats) -> Floats:
    sums = counts.sum(axis=0)
    found: Floats = counts * np.divide(totals, sums, out=np.zeros_like(sums), where=sums > 0)
    return found
