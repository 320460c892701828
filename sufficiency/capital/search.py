"""Looking for better plans by taking a few schemes out and filling up again, with prices as the guide; knows no solver.

Method. A plan is for each scheme the year in which it opens, or none. A few schemes are taken out at random, then schemes are
put in one by one, each time one of the best by what prices say it saves for the money, as long as every rule on schemes and
money is kept (ruin and recreate; Schrimpf and others 2000). Who is placed where is worked out only for plans that may be
better: every plan evaluated leaves prices, by which the value of any other plan can be bounded from below (Benders cuts), and a
plan whose bound is no better than the plan at hand needs no evaluation. Worse plans are accepted within a threshold that sinks
with the time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.capital.halves import Halves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

POOL = 80  # schemes that are tried at most, those of the relaxed plan always
SHARE = 1e-6  # of a scheme in a relaxed plan that counts
SHARED = 2.0  # how much more what stands in the relaxed plan is wanted
HOLD = 400  # bounds that are kept
TAKEN_OUT = 6  # schemes at most
MEMORY = 2e7  # numbers that bounds may take
WARM = 0.003  # first threshold, relative to the value
NOISE = 0.1  # of savings, so that filling up does not always end the same
EPS = 1e-7


@dataclass(frozen=True)
class Found:
    """A plan evaluated: its value, and for each part value and slope in the first half's columns."""

    value: float
    parts: Floats  # [part]
    slopes: Floats  # [part, binary]


Pay = Callable[["NDArray[np.float64]"], "tuple[NDArray[np.float64], float] | None"]
Evaluate = Callable[["NDArray[np.float64]"], "Found | None"]


@dataclass(frozen=True)
class Openings:
    """The starts that are tried: what each does to every row of schemes and money, its cost in the aim, the room in the rows."""

    uses: Floats  # [row, start]
    room: Floats  # [row]
    cost: Floats  # [start]
    charge: Floats  # [start] what the relaxed problem asks for the money and the site it uses
    member: Floats  # [start, binary] 1 where a start makes a binary 1
    year: Ints  # [start] how early, the number of binaries it sets
    wanted: Floats  # [start] how much the relaxed plan wants it

    def with_row(self, slope: Floats, most: float) -> Openings:
        """The same with one more row on the binaries that every plan keeps."""
        return replace(self, uses=np.vstack([self.uses, self.member @ slope]), room=np.append(self.room, most))


def openings(halves: Halves, relaxed: Floats, price: Floats, charge: Floats) -> Openings:
    """Take the schemes worth trying: those whose saving comes nearest to what the money they use could do elsewhere.

    relaxed: the relaxed plan; price: of every column, what one more of it saves there; charge: what the relaxed problem asks
    for it.
    """
    problem = halves.problem
    whole = np.flatnonzero(problem.whole)
    scheme = problem.scheme[whole]
    net = price[whole] - charge[whole] - problem.cost[whole]
    save = np.full(scheme.max() + 1, -np.inf)
    for k, mine in _by_scheme(scheme):
        save[k] = np.cumsum(net[mine][::-1]).max()
    only = np.diff(halves.rows[:, np.flatnonzero(~problem.whole)].tocsr().indptr) == 0
    rows = halves.rows[:, whole]
    up, down = only & np.isfinite(halves.row_upper), only & np.isfinite(halves.row_lower)
    must = np.unique(scheme[rows[down & (halves.row_lower > 0.0)].indices])
    save[must] = np.inf
    save[np.unique(scheme[relaxed[whole] > SHARE])] = np.inf
    chosen = np.sort(np.argsort(-save, kind="stable")[:POOL])
    rows_of = dict(_by_scheme(scheme))
    of = [rows_of[k] for k in chosen]
    starts = [(j, mine[i:]) for j, mine in enumerate(of) for i in range(len(mine))]
    member = np.zeros((len(starts), len(whole)))
    once = np.zeros((len(chosen), len(starts)))
    for i, (j, binaries) in enumerate(starts):
        member[i, binaries], once[j, i] = 1.0, 1.0
    uses = np.vstack([rows[up] @ member.T, -(rows[down] @ member.T), once])
    room = np.concatenate([halves.row_upper[up], -halves.row_lower[down], np.ones(len(chosen))])
    touched = (uses > 0.0).any(axis=1) | (room < 0.0)
    years = np.array([len(binaries) for _, binaries in starts])
    wanted = _relaxed_worth(member, relaxed[whole], net)
    first = np.isin(chosen[[j for j, _ in starts]], must)       # what must be built is put in before all else
    wanted = wanted + np.where(first, (1.0 + np.ptp(wanted)) * (1.0 + years), 0.0)
    return Openings(
        uses[touched],
        room[touched],
        problem.cost[whole] @ member.T,
        charge[whole] @ member.T,
        member,
        years,
        wanted,
    )


def _relaxed_worth(member: Floats, opened: Floats, net: Floats) -> Floats:
    """How much the relaxed plan wants each start: where that is more than half open first, then by what it would save net."""
    gain = member @ net
    more_than_half = np.maximum(0.0, member @ (opened - 0.5))
    return np.asarray(gain + np.abs(gain).max() * SHARED * more_than_half)


def _by_scheme(scheme: Ints) -> list[tuple[int, Ints]]:
    """The binaries of each scheme, year by year."""
    edges = np.flatnonzero(np.append(True, scheme[1:] != scheme[:-1]))
    return [(int(scheme[i]), mine) for i, mine in zip(edges, np.split(np.arange(len(scheme)), edges[1:]), strict=True)]


class Bounds:
    """What earlier evaluations say of any plan at least: for each part the best of the slopes that were kept."""

    def __init__(self, tried: Openings, parts: int) -> None:
        self.tried = tried
        self.most = max(8, min(HOLD, int(MEMORY / max(1, parts * len(tried.cost)))))
        self.level = np.full((self.most, parts), -np.inf)
        self.slope = np.zeros((len(tried.cost), self.most, parts))
        self.next = 0

    def learn(self, found: Found, starts: list[int]) -> None:
        """Keep what an evaluated plan says of others, in place of the oldest."""
        slope = self.tried.member @ found.slopes.T  # [start, part]
        self.slope[:, self.next % self.most] = slope
        self.level[self.next % self.most] = found.parts - slope[starts].sum(axis=0)
        self.next += 1

    def least(self, starts: list[int]) -> float:
        """A plan is worth at least so much."""
        used = min(self.next, self.most)
        return float(
            (self.level[:used] + self.slope[starts, :used].sum(axis=0)).max(axis=0).sum() + self.tried.cost[starts].sum()
        )


def search(
    halves: Halves,
    tried: Openings,
    pay: Pay,
    evaluate: Evaluate,
    left: Callable[[], float],
    enough: Callable[[float], bool],
    seed: int,
) -> None:
    """Look for better plans until the time is over or a plan is good enough; `evaluate` keeps what is found.

    pay: writes which pots pay into a plan, or says in a row why none can; such rows are kept. left: the share of the time that is
    left, 1 at the start.
    """
    luck = np.random.default_rng(seed)
    whole = np.flatnonzero(halves.problem.whole)
    bounds = Bounds(tried, len(halves.parts))
    seen: set[tuple[int, ...]] = set()

    def paid(kept: list[int], worth: Floats, save: Floats) -> tuple[list[int], Floats]:
        """Fill up to a plan that pots can pay, learning the rows that say which cannot."""
        nonlocal tried
        while True:
            starts = _fill(kept, tried, worth, save)
            x = np.zeros(len(halves.problem.cost))
            x[whole] = np.minimum(1.0, tried.member[starts].sum(axis=0))
            why = pay(x)
            if why is None:
                return starts, x
            tried = tried.with_row(*why)
            if tried.uses[-1, kept].sum() > tried.room[-1] + EPS:
                kept = kept[:-1]

    def value_of(starts: list[int], x: Floats) -> Found | None:
        seen.add(tuple(sorted(starts)))
        found = evaluate(x)
        if found is not None:
            bounds.learn(found, starts)
        return found

    starts, x = paid([], tried.wanted, np.ones(len(tried.cost)))
    if (tried.uses[:, starts].sum(axis=1) > tried.room + EPS).any():
        return
    found = value_of(starts, x)
    if found is None:
        return
    best = value = found.value
    save = _savings(tried, found)
    while (share := left()) > 0.0 and not enough(best):
        worth = save - tried.charge + NOISE * np.abs(save) * luck.standard_normal(len(save))
        new, x = paid(_ruined(starts, tried, luck), worth, save)
        limit = value + WARM * share * abs(best) * luck.random() ** 3
        if tuple(sorted(new)) in seen or bounds.least(new) >= limit or (tried.uses[:, new].sum(axis=1) > tried.room + EPS).any():
            continue
        found = value_of(new, x)
        if found is not None and found.value < limit:
            starts, value, save = new, found.value, _savings(tried, found)
            best = min(best, value)


def _savings(tried: Openings, found: Found) -> Floats:
    """What each start would save at a plan's prices, its own cost taken off."""
    return np.asarray(-(tried.member @ found.slopes.sum(axis=0)) - tried.cost)


def _ruined(starts: list[int], tried: Openings, luck: np.random.Generator) -> list[int]:
    """Take a few schemes out: any, or such as open in the same years."""
    many = min(len(starts), int(luck.integers(1, TAKEN_OUT + 1)))
    if not many:
        return []
    if luck.random() < 0.5:
        out = luck.choice(len(starts), many, replace=False)
    else:
        near = np.abs(tried.year[starts] - tried.year[starts[int(luck.integers(len(starts)))]]) + luck.random(len(starts))
        out = np.argsort(near)[:many]
    return [s for i, s in enumerate(starts) if i not in set(out.tolist())]


def _fill(starts: list[int], tried: Openings, worth: Floats, save: Floats) -> list[int]:
    """Put in one scheme after the other, the one worth most first, until nothing that saves anything fits."""
    filled = list(starts)
    room = tried.room - tried.uses[:, filled].sum(axis=1)
    open_to = np.flatnonzero(save > 0.0)
    uses = tried.uses[:, open_to]
    while len(open_to):
        fits = (uses <= room[:, None] + EPS).all(axis=0)
        open_to, uses = open_to[fits], uses[:, fits]
        if not len(open_to):
            break
        take = int(np.argmax(worth[open_to]))
        filled.append(int(open_to[take]))
        room = room - uses[:, take]
    return filled
