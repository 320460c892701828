"""The projection of any small town: what always holds, and the same method told as slow and obvious loops over dictionaries.

The loops share no code with the fast arrays but the towns they are given. `Slow` reads like the method: rolls, ratios of the
authority, ratios of the areas, who enters where, who gets a place, one year after another. Towns are drawn by hypothesis, the
same at every run: one or two areas a phase; infant, junior, primary, all-through and secondary schools, some with sixth forms,
some from 14; one to four censuses; schools that opened late and are filling up from below.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from thoroughly import cases

from sufficiency.assumptions import Assumptions

pytestmark = pytest.mark.early

BASE, AHEAD, GROUPS = 2022, 7, range(15)
A = Assumptions()
OUT = "outside"
Counts = dict[Any, float]


@dataclass
class Strand:
    """A stretch of year groups of one school in one area."""

    urn: str
    area: str
    low: int
    high: int
    place: tuple[float, float]
    roll: dict[tuple[int, int], float] = field(default_factory=dict)        # (year, year group) -> pupils
    joined: set[int] = field(default_factory=set)

    def at(self, ay: int, g: int) -> float:
        return self.roll.get((ay, g), 0.0)

    def there(self, ay: int) -> bool:
        return any(self.at(ay, g) > 0 for g in GROUPS)

    def serves(self, g: int) -> bool:
        return self.low <= g <= self.high

    def enters(self, g: int) -> bool:
        return self.serves(g) if g >= 12 else g == self.low or g in self.joined

    def leaves(self, g: int) -> bool:
        return self.serves(g) and (g == self.high or g == 11)


def mean_ratio(pairs: list[tuple[float, float]]) -> float | None:
    """Mean of ratios, latest first with weights 3, 2, 1; a pair without a denominator is left out."""
    top = bottom = 0.0
    for weight, (above, below) in zip(A.weights, pairs, strict=False):
        if below > 0:
            top += weight * above / below
            bottom += weight
    return top / bottom if bottom > 0 else None


def shrunk(own: float | None, n: float, towards: float, m: float) -> float:
    return towards if own is None or n + m == 0 else (n * own + m * towards) / (n + m)


class Slow:
    """The method, in loops."""

    def __init__(self, schools: list[Any], rolls: Any, births: Any, homes: Any, places: Counts) -> None:
        self.places = places
        self.years = sorted({ay for years in rolls.values() for ay in years}, reverse=True)
        self.strands: list[Strand] = []
        for urn, primary, secondary, low, high, x, y in schools:
            for area, first, last in ((primary, 0, 6), (secondary, 7, 14)):
                if not area:
                    continue
                bottom, top = max(low, first), min(high, last)
                seen = {(ay, low + i): n for ay, row in rolls.get(urn, {}).items() for i, n in enumerate(row)
                        if first <= low + i <= last}
                if first == 7 and (high > 11 or any(n > 0 and g > 11 for (_, g), n in seen.items())):
                    top = 14
                self.strands.append(Strand(urn, area, bottom, top, (x, y), seen))
        self.areas = sorted({s.area for s in self.strands})     # P... before S...
        self.strands.sort(key=lambda s: (self.areas.index(s.area), s.urn))
        self.births: dict[int, Counts] = {}
        for cohort, row in births.items():
            self.births[cohort] = dict.fromkeys(self.areas, 0.0)
            for lsoa, n in row.items():
                for area, share in homes[lsoa].items():
                    self.births[cohort][area] += n * share
        self.find_joined()
        self.measure_authority()
        self.measure_areas()
        self.find_entries()

    def of(self, area: str) -> list[Strand]:
        return [s for s in self.strands if s.area == area]

    def total(self, ay: int, g: int) -> float:
        return sum(s.at(ay, g) for s in self.strands)

    def pairs(self) -> list[tuple[int, int]]:
        """The last changes from one census to the next that count, latest first."""
        both = [(ay, ay - 1) for ay in self.years if ay - 1 in self.years]
        return both[: len(A.weights)]

    def find_joined(self) -> None:
        for g in range(1, 12):
            if g == 7 or not any(s.leaves(g - 1) for s in self.strands):
                continue
            found: list[Strand] = []
            on = {area: [s for s in self.of(area) if s.low < g <= s.high] for area in self.areas}
            size = {id(s): (sum(s.at(ay, h) for ay in self.years for h in range(s.low, g)) / (g - s.low),
                            sum(s.at(ay, h) for ay in self.years for h in range(g, s.high + 1)) / (s.high + 1 - g))
                    for mine in on.values() for s in mine}
            seek = {}
            for area in self.areas:
                out = sum(s.at(BASE, g - 1) for s in self.of(area) if s.leaves(g - 1))
                into = sum(s.at(BASE, g) for s in self.of(area) if s.low == g)
                if into < 0.9 * out:
                    seek[area] = 0.5 * (out - into)
            others = [size[id(s)] for area in self.areas if area not in seek for s in on[area]]
            below_them = sum(below for below, _ in others)
            times = sum(above for _, above in others) / below_them if below_them > 0 else 1.0
            more = {key: above - times * below for key, (below, above) in size.items()}
            for area, enough in seek.items():
                larger = [s for s in on[area] if size[id(s)][0] > 0]
                larger = [s for s in larger if size[id(s)][1] >= A.later_entry_ratio * times * size[id(s)][0]]
                if sum(more[id(s)] for s in larger) >= enough:
                    found += larger
            begins = [s for s in self.strands if s.low == g]
            for area, enough in seek.items():
                taken = any(s in found or s in begins for s in self.of(area))
                if (found or begins) and not taken and sum(more[id(s)] for s in on[area]) >= enough:
                    found = [*found, *on[area]]
            for s in found:
                s.joined.add(g)
            if not found and not begins:
                for s in [s for s in self.strands if s.leaves(g - 1)]:
                    s.high = g

    def entrants(self, s: Strand, ay: int, g: int) -> float:
        if not s.enters(g):
            return 0.0
        if g not in s.joined:
            return s.at(ay, g)
        return max(0.0, s.at(ay, g) - s.at(ay - 1 if ay - 1 in self.years else ay, g - 1))

    def measure_authority(self) -> None:
        with_births = [ay for ay in self.years if ay - 5 in self.births][: len(A.weights)]
        self.r_births = mean_ratio([(self.total(ay, 0), sum(self.births[ay - 5].values())) for ay in with_births]) or 0.0
        self.with_births = with_births
        self.steps: dict[int, float] = {}
        for g in range(1, 15):
            ratio = mean_ratio([(self.total(a, g), self.total(b, g - 1)) for a, b in self.pairs()])
            if ratio is None:
                below = self.total(BASE, g - 1)
                same = self.total(BASE, g) / below if below > 0 else None
                ratio = (1.0 if same is None else same) if g == 7 else (0.0 if same is None else same) if g >= 12 else 1.0
            self.steps[g] = ratio if any(s.serves(g) for s in self.strands) else 0.0

    def since_opening(self, area: str, years: list[int]) -> list[int]:
        """The years in which every school that the area has today was there; all, if there are none."""
        good = [ay for ay in years if all(s.there(ay) for s in self.of(area) if s.there(BASE))]
        return good or years

    def stays(self, s: Strand, a: int, b: int, g: int) -> bool:
        """Does the school have the year group now and the one below then, and both year groups in its range in both years?"""
        if not (s.there(a) and s.there(b)) or g in s.joined or not s.low < g <= s.high:
            return False
        now, then = ([h for h in GROUPS if s.at(ay, h) > 0] for ay in (a, b))
        return min(now) < g <= max(now) and min(then) < g <= max(then) + 1

    def measure_areas(self) -> None:
        self.area_births: Counts = {}
        self.area_steps: dict[tuple[str, int], float] = {}
        for area in self.areas:
            years = [ay for ay in self.since_opening_births(area)]
            pairs = [(sum(s.at(ay, 0) for s in self.of(area)), self.births[ay - 5][area] if ay in years else 0.0)
                     for ay in self.with_births]
            n = sum(below for _, below in pairs)
            takes = any(s.low == 0 for s in self.of(area))
            self.area_births[area] = shrunk(mean_ratio(pairs), n, self.r_births, A.shrinkage_births) if takes else 0.0
        staying: dict[str, tuple[float | None, float]] = {}
        for area in self.areas:
            for g in range(1, 15):
                own, n = self.own_step(area, g)
                if g == 12:
                    staying[area] = (own, n)
                ratio = shrunk(own, n, self.steps[g], A.shrinkage_survival)
                if g < 12:
                    ratio = min(max(ratio, A.ratio_floor), A.ratio_ceiling)
                elif not any(s.at(BASE, h) > 0 for s in self.of(area) for h in (12, 13, 14)):
                    ratio = 0.0
                self.area_steps[area, g] = ratio
        some = [(own, n) for own, n in staying.values() if own and n]
        towards = sum(own * n for own, n in some) / sum(n for _, n in some) if some else self.steps[12]
        for area, (own, n) in staying.items():
            if self.area_steps[area, 12]:
                self.area_steps[area, 12] = shrunk(own, n, towards, A.shrinkage_survival)

    def since_opening_births(self, area: str) -> list[int]:
        good = [ay for ay in self.with_births if all(s.there(ay) for s in self.of(area) if s.there(BASE))]
        return good if sum(self.births[ay - 5][area] for ay in good) > 0 else self.with_births

    def own_step(self, area: str, g: int) -> tuple[float | None, float]:
        mine = self.of(area)
        if not self.pairs():
            if g < 12:
                return None, 0.0
            below = sum(s.at(BASE, g - 1) for s in mine) * self.a_year_before(g)
            return (sum(s.at(BASE, g) for s in mine) / below if below > 0 else None), below
        if g == 12:
            years = [a for a, _ in self.pairs()]
            good = [a for a in years if all(s.there(a) for s in mine if s.there(BASE))]
            if sum(s.at(a - 1, 11) for s in mine for a in good) == 0:
                good = years
            pairs = [(sum(s.at(a, 12) for s in mine), sum(s.at(b, 11) for s in mine) if a in good else 0.0)
                     for a, b in self.pairs()]
        else:
            pairs = [(sum(s.at(a, g) for s in mine if self.stays(s, a, b, g)),
                      sum(s.at(b, g - 1) for s in mine if self.stays(s, a, b, g))) for a, b in self.pairs()]
        return mean_ratio(pairs), sum(below for _, below in pairs)

    def a_year_before(self, g: int) -> float:
        """How many were in the year group below a year before for each there today, by the authority's own ratio."""
        below = self.total(BASE, g - 1)
        then = self.total(BASE, g) / self.steps[g] / below if self.steps[g] > 0 and below > 0 else 0.0
        return then if then > 0 else 1.0

    def leavers(self, roll: Callable[[Strand, int], float], g: int) -> Counts:
        return {area: sum(roll(s, g - 1) for s in self.of(area) if s.leaves(g - 1)) for area in self.areas}

    def intake(self, ay: int, g: int) -> Counts:
        return {area: sum(self.entrants(s, ay, g) for s in self.of(area)) for area in self.areas}

    def find_entries(self) -> None:
        self.moves: dict[int, Callable[[Counts, float], Counts]] = {}
        for g in range(1, 13):
            if not any(s.enters(g) for s in self.strands):
                continue
            if g == 10:
                self.moves[g] = self.from_everybody(g)
            elif g == 12:
                self.moves[g] = lambda pool, _: {area: pool[area] * self.area_steps[area, 12] for area in self.areas}
            else:
                self.moves[g] = self.by_distance(g)

    def weights(self, area: str, years: list[int]) -> dict[int, float]:
        good = self.since_opening(area, years)
        raw = {ay: w if ay in good else 0.0 for ay, w in zip(years, A.weights, strict=False)}
        return {ay: w / sum(raw.values()) for ay, w in raw.items()}

    def from_everybody(self, g: int) -> Callable[[Counts, float], Counts]:
        years = [a for a, b in ((a, a - 1) for a in self.years if a - 1 in self.years)
                 if sum(self.intake(a, g).values()) > 0 and self.total(b, g - 1) > 0][: len(A.weights)]
        share = dict.fromkeys(self.areas, 0.0)
        for area in self.areas:
            for ay, w in (self.weights(area, years) if years else {BASE: 1.0}).items():
                before = self.total(ay - 1, g - 1) if years else self.total(ay, g - 1) * self.a_year_before(g)
                share[area] += w * self.intake(ay, g)[area] / max(before, 1.0)
        return lambda _, everybody: {area: everybody * share[area] for area in self.areas}

    def by_distance(self, g: int) -> Callable[[Counts, float], Counts]:
        near = self.nearness(g)
        years = [ay for ay in self.years if ay - 1 in self.years and sum(self.intake(ay, g).values()) > 0
                 and sum(self.leavers(lambda s, h, ay=ay: s.at(ay - 1, h), g).values()) > 0][: len(A.weights)]
        seen: dict[int, tuple[Counts, Counts]] = {}
        for ay in years:
            seen[ay] = (self.leavers(lambda s, h, ay=ay: s.at(ay - 1, h), g), self.intake(ay, g))
        if not years:
            before, into = self.leavers(lambda s, h: s.at(BASE, h), g), self.intake(BASE, g)
            if sum(before.values()) > 0 and self.steps[g] > 0:
                times = sum(into.values()) / self.steps[g] / sum(before.values())
                before = {area: n * times for area, n in before.items()}
            years, seen = [BASE], {BASE: (before, into)}
        tables = {ay: self.fitted(near, *seen[ay]) for ay in years}
        of = {area: self.weights(area, years) for area in self.areas}
        share = {(o, d): sum(of[d][ay] * tables[ay][0][o, d] for ay in years) for o in self.areas for d in self.areas}
        arrive = {d: sum(of[d][ay] * tables[ay][1][d] for ay in years) for d in self.areas}
        pool_then = sum(sum(of[d][ay] for d in self.areas) / len(self.areas) * sum(seen[ay][0].values()) for ay in years)
        kept = {o: max(1.0, sum(share[o, d] for d in self.areas)) for o in self.areas}

        def move(pool: Counts, _: float) -> Counts:
            times = sum(pool.values()) / pool_then if pool_then > 0 else 1.0
            return {d: sum(pool[o] * share[o, d] / kept[o] for o in self.areas) + arrive[d] * times for d in self.areas}
        return move

    def nearness(self, g: int) -> Counts:
        scale = 1_000.0 if g < 7 else 5_000.0
        near: Counts = defaultdict(float)
        for a, b in itertools.product(self.strands, self.strands):
            if a.leaves(g - 1) and b.enters(g):
                weight = max(a.at(BASE, g - 1), 1e-3) * max(self.entrants(b, BASE, g), 1e-3)
                near[a.area, b.area] += weight * math.exp(-math.dist(a.place, b.place) / scale)
        return near

    def fitted(self, near: Counts, before: Counts, into: Counts) -> tuple[Counts, Counts]:
        surplus = sum(before.values()) - sum(into.values())
        rows = {**before, OUT: max(0.0, -surplus)}
        columns = {**into, OUT: max(0.0, surplus)}
        seed = {(o, d): near.get((o, d), 0.0) if into[d] > 0 else 0.0 for o in self.areas for d in self.areas}
        seed |= {(o, OUT): before[o] for o in self.areas} | {(OUT, d): into[d] for d in self.areas} | {(OUT, OUT): 0.0}
        table = dict(seed)
        for _ in range(100):
            for names, totals, at in ((rows, rows, 0), (columns, columns, 1)):
                for name in names:
                    cells = [key for key in table if key[at] == name]
                    now = sum(table[key] for key in cells)
                    if now > 0:
                        for key in cells:
                            table[key] *= totals[name] / now
            if max(abs(sum(table[o, d] for d in columns) - rows[o]) for o in rows) <= 0.01:
                break
        share = {}
        for o in self.areas:
            sent = {d: (table if before[o] > 0 else seed)[o, d] for d in columns}
            if not sum(sent.values()) > 0:
                sent = columns
            whole = sum(sent.values())
            share |= {(o, d): sent[d] / whole if whole > 0 else 0.0 for d in self.areas}
        return share, {d: table[OUT, d] for d in self.areas}

    def opens(self, s: Strand) -> int:
        """A part that never had a pupil opens when its school's oldest pupils reach it."""
        if any(s.there(ay) for ay in self.years):
            return BASE
        return BASE + s.low - max((g for t in self.strands if t.urn == s.urn for g in GROUPS if t.at(BASE, g) > 0), default=s.low)

    def school_shares(self, area: str, g: int, ay: int) -> Counts:
        mine = [s for s in self.of(area) if s.enters(g)]
        since, raw = self.since_opening(area, self.years), {}
        for s in mine:
            top = bottom = 0.0
            for w, past in zip(A.weights, self.years, strict=False):
                whole = sum(self.entrants(t, past, g) for t in mine)
                if s.there(past) and past in since:
                    bottom += w
                    top += w * self.entrants(s, past, g) / whole if whole > 0 else 0.0
            raw[s.urn] = top / bottom if bottom > 0 else 0.0
        is_open = [s for s in mine if self.opens(s) <= ay]
        new = [s for s in is_open if not any(s.there(past) for past in self.years)] if g < 12 else []
        room = {s.urn: self.places.get((s.urn, g), math.inf) for s in is_open}
        if math.inf in room.values():
            room = dict.fromkeys(room, 1.0)
        part = {s.urn: room[s.urn] / sum(room.values()) if sum(room.values()) > 0 else 0.0 for s in new}
        whole, left = sum(raw.values()), 1.0 - sum(part.values())
        mix = {urn: n / whole * left if whole > 0 else 0.0 for urn, n in raw.items()}
        mix |= part
        if not sum(mix.values()) > 0:
            mix = {s.urn: 1.0 if s in (is_open or mine) else 0.0 for s in mine}
        return {urn: n / sum(mix.values()) for urn, n in mix.items()}

    def placed(self, area: str, g: int, children: float, ay: int) -> Counts:
        """Fill schools one after another's overflow until all are placed or all are full; the rest by share."""
        mine = [s for s in self.of(area) if s.enters(g)]
        share = self.school_shares(area, g, ay)
        room = {s.urn: math.inf if g in s.joined or g >= 12 else self.places.get((s.urn, g), math.inf) for s in mine}
        asked = {urn: children * n for urn, n in share.items()}
        for _ in range(len(self.strands)):
            over = sum(max(0.0, asked[u] - room[u]) for u in asked)
            asked = {u: min(n, room[u]) for u, n in asked.items()}
            free = {u: share[u] for u in asked if asked[u] < room[u] and share[u] > 0}
            if over == 0 or not free:
                break
            for u in free:
                asked[u] += over * free[u] / sum(free.values())
        asked = {u: min(n, room[u]) for u, n in asked.items()}
        left = children - sum(asked.values())
        return {u: n + left * share[u] for u, n in asked.items()}

    def run(self, controlled: bool) -> dict[tuple[int, str, str, int], float]:
        """Pupils by year, area, school and year group."""
        now = {(s.area, s.urn, g): s.at(BASE, g) for s in self.strands for g in GROUPS}
        out = {(BASE, *key): n for key, n in now.items()}
        whole = {g: self.total(BASE, g) for g in GROUPS}
        for ay in range(BASE + 1, BASE + AHEAD + 1):
            then, was = now, whole
            now = {}
            for s in self.strands:
                for g in GROUPS:
                    survives = s.low < g <= s.high and g != 12
                    now[s.area, s.urn, g] = then[s.area, s.urn, g - 1] * self.area_steps[s.area, g] if survives else 0.0
            births = self.births[max(c for c in self.births if c <= ay - 5)]
            into = {0: {area: births[area] * self.area_births[area] for area in self.areas}}
            for g, move in self.moves.items():
                pool = self.leavers(lambda s, h: then[s.area, s.urn, h], g)     # noqa: B023
                into[g] = move(pool, sum(n for (_, _, h), n in then.items() if h == g - 1))
            served = any(s.serves(0) for s in self.strands)
            whole = {0: sum(births.values()) * self.r_births * served} | {g: was[g - 1] * self.steps[g] for g in range(1, 15)}
            for g in GROUPS:
                raw = sum(n for (_, _, h), n in now.items() if h == g) + sum(into.get(g, {}).values())
                times = whole[g] / raw if controlled and raw > 0 else 1.0
                for s in self.strands:
                    now[s.area, s.urn, g] *= times
                for area, children in into.get(g, {}).items():
                    if any(s.enters(g) for s in self.of(area)):
                        for urn, n in self.placed(area, g, children * times, ay).items():
                            now[area, urn, g] += n
            out |= {(ay, *key): n for key, n in now.items()}
        return out


KINDS = {"infant": (0, 2), "junior": (3, 6), "primary": (0, 6), "all-through": (0, 11), "secondary": (7, 11), "sixth": (7, 13),
         "from 14": (10, 13)}


@st.composite
def towns(draw: st.DrawFn) -> tuple[Any, ...]:
    """Draw schools, rolls, births, homes and places at entry."""
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=3, max_size=6))
    kinds = ["primary", "sixth", *kinds]
    primary = draw(st.lists(st.sampled_from(["P1", "P2"]), min_size=len(kinds), max_size=len(kinds)))
    secondary = draw(st.lists(st.sampled_from(["S1", "S2"]), min_size=len(kinds), max_size=len(kinds)))
    censuses = draw(st.integers(1, 4))
    schools, rolls, places = [], {}, {}
    for i, kind in enumerate(kinds):
        low, high = KINDS[kind]
        urn = str(100_001 + i)
        x, y = draw(st.integers(0, 9)) * 1_000.0, draw(st.integers(0, 9)) * 1_000.0
        schools.append((urn, primary[i] if low < 7 else "", secondary[i] if high > 6 else "", low, high, x, y))
        opened = draw(st.integers(0, 3 if i > 1 else 0))
        sizes = st.integers(0, 40) if draw(st.booleans()) else st.integers(20, 40)
        full = 0 if opened and draw(st.booleans()) else 99       # a new school may be filling up from below
        rolls[urn] = {BASE - k: [float(draw(sizes)) if g <= full + max(0, censuses - opened - 1 - k) else 0.0
                                 for g in range(high - low + 1)] for k in range(censuses) if k == 0 or k < censuses - opened}
        for g in {low, max(low, 7)} if high > 6 else {low}:
            if draw(st.booleans()):
                places[urn, g] = float(draw(st.integers(0, 40)))
    homes = {f"E0100000{i}": {"P1": share, "P2": 1 - share} for i, share in enumerate((1.0, 0.75, 0.25, 0.0))}
    here = {area for area in ("P1", "P2") if area in {s[1] for s in schools}}
    homes = {lsoa: {a: n for a, n in row.items() if a in here and n > 0} or {min(here): 1.0} for lsoa, row in homes.items()}
    homes = {lsoa: {a: n / sum(row.values()) for a, n in row.items()} for lsoa, row in homes.items()}
    births = {cohort: {lsoa: float(draw(st.integers(5, 60))) for lsoa in homes} for cohort in range(BASE - 8, BASE)}
    return schools, rolls, births, homes, places


def places_table(places: Counts) -> pd.DataFrame:
    rows = [(urn, ay, g, n, "pan") for (urn, g), n in places.items() for ay in range(BASE, BASE + AHEAD + 1)]
    return pd.DataFrame(rows, columns=["urn", "ay", "nc_year", "yg_places", "basis"])


def never_closed(schools: list[Any], places: Counts) -> Counts:
    """A school is given a place in a year group above its first, so that no places at entry are not taken for a closure."""
    more = dict(places)
    for urn, _, _, low, high, _, _ in schools:
        for first in {low, max(low, 7)} if high > 6 else {low}:
            more.setdefault((urn, first + 1), 30.0)
    return more


@pytest.mark.long
# towns are small as they are: looking for a smaller one that fails would outlast a test's minute
@settings(deadline=None, max_examples=80, derandomize=True, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(towns())
def test_the_fast_arrays_agree_with_the_slow_loops(town: Callable[..., Any], drawn: tuple[Any, ...]) -> None:
    schools, rolls, births, homes, places = drawn
    projection = town(schools, rolls, births, homes).project(places=places_table(never_closed(schools, places)))
    slow = Slow(schools, rolls, births, homes, places)
    raw, adjusted = slow.run(controlled=False), slow.run(controlled=True)
    for array, told in ((projection.raw, raw), (projection.pupils, adjusted)):
        areas: Counts = defaultdict(float)
        for (ay, area, _, g), n in told.items():
            areas[ay, area, g] += n
        fast = array.isel(draw=0).to_series().to_dict()
        assert fast.keys() == areas.keys()
        for key, n in areas.items():
            assert fast[key] == pytest.approx(n, rel=1e-9, abs=1e-9), (key, fast[key], n)
    schools_told: Counts = defaultdict(float)
    for (ay, _, urn, g), n in adjusted.items():
        schools_told[ay, urn, g] += n
    fast = projection.schools.isel(draw=0).to_series().to_dict()
    for key, n in schools_told.items():
        assert fast[key] == pytest.approx(n, rel=1e-9, abs=1e-9), (key, fast[key], n)


few = settings(deadline=None, max_examples=cases(12, 60), derandomize=True, phases=[Phase.generate],
               suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.thorough
@few
@given(towns())
def test_nobody_is_lost_between_schools_areas_and_the_authority(town: Callable[..., Any], drawn: tuple[Any, ...]) -> None:
    schools, rolls, births, homes, places = drawn
    projection = town(schools, rolls, births, homes).project(places=places_table(never_closed(schools, places)))
    for array in (projection.pupils, projection.raw, projection.adjusted, projection.residents, projection.schools):
        assert bool(np.isfinite(array).all()) and float(array.min()) >= 0.0
    for array, place in ((projection.pupils, "planning_area_code"), (projection.residents, "planning_area_code"),
                         (projection.schools, "urn")):
        assert np.allclose(array.sum(place), projection.authority, rtol=1e-12, atol=1e-9)
    of = {(urn, 0 if area.startswith("P") else 7): area for urn, *areas, _, _, _, _ in schools for area in areas if area}
    for area in projection.pupils["planning_area_code"].to_numpy():
        mine = sorted({urn for (urn, _), code in of.items() if code == area})
        groups = range(7) if area.startswith("P") else range(7, 15)
        told = projection.schools.sel(urn=mine, nc_year=list(groups)).sum("urn")
        assert np.allclose(told, projection.pupils.sel(planning_area_code=area, nc_year=list(groups)), rtol=1e-12, atol=1e-9)


@pytest.mark.thorough
@few
@given(towns(), st.integers(2018, 2021), st.integers(0, 3), st.integers(1, 30), st.sampled_from(["plain", "measured"]))
def test_more_births_never_mean_fewer_children(town: Callable[..., Any], drawn: tuple[Any, ...], cohort: int, at: int,
                                               more: int, method: str) -> None:
    """In any area before reconciliation, nor in the authority; and in the areas of these births there are more in Reception."""
    schools, rolls, births, homes, _ = drawn
    lsoa = sorted(homes)[at]
    grown = {**births, cohort: {**births[cohort], lsoa: births[cohort][lsoa] + more}}
    before, after = (town(schools, rolls, b, homes).project(method=method) for b in (births, grown))
    assert bool((after.raw >= before.raw - 1e-9).all())
    assert bool((after.authority >= before.authority - 1e-9).all())
    for area in homes[lsoa]:
        was, now = (p.raw.sel(planning_area_code=area, ay=cohort + 5, nc_year=0) for p in (before, after))
        assert float(now[0]) >= float(was[0]) and (float(was[0]) == 0 or float(now[0]) > float(was[0]))


@pytest.mark.thorough
@few
@given(towns(), st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_nothing(town: Callable[..., Any], drawn: tuple[Any, ...], seed: int) -> None:
    schools, rolls, births, homes, places = drawn
    made, luck = town(schools, rolls, births, homes), np.random.default_rng(seed)
    held = places_table(never_closed(schools, places))
    shuffled = replace(
        made.with_tables(births=made.evidence.births.sample(frac=1, random_state=luck)),
        schools=made.schools.sample(frac=1, random_state=luck), history=made.history.sample(frac=1, random_state=luck),
        frame=replace(made.frame, members=made.frame.members.sample(frac=1, random_state=luck),
                      names=made.frame.names.sample(frac=1, random_state=luck)))
    before, after = made.project(places=held), shuffled.project(places=held.sample(frac=1, random_state=luck))
    for name in ("pupils", "raw", "adjusted", "residents", "schools", "authority"):
        assert getattr(before, name).identical(getattr(after, name)), name
    pd.testing.assert_frame_equal(before.ratios, after.ratios)
    pd.testing.assert_frame_equal(before.transfers, after.transfers)
    assert before.notes == after.notes
