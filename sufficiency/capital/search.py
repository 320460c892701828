"""Looking for better plans by taking a few schemes out and filling up again, with prices as the guide; knows no solver.

Method. A few schemes are taken out at random and others put in their place, as long as every rule on schemes and money is kept
(ruin and recreate; Schrimpf and others 2000). Every plan evaluated leaves prices, by which the value of any other plan can be
bounded from below (Benders cuts); what is put in is the best there is by the highest of these bounds, a small problem of its own
(`completion`), and only a plan whose bound is better than the plan at hand is evaluated. The first plan, and whatever that small
problem cannot tell in its time, is filled up one by one by what prices say a scheme saves. Worse plans are accepted within a
threshold that sinks with the time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.capital.halves import Halves
from sufficiency.capital.openings import Openings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

HOLD = 400  # bounds that are kept
FEWEST_OUT, TAKEN_OUT = 3, 8  # schemes
SEEDS = 1000
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
Complete = Callable[[Openings, "Bounds", list[int], list[int], int], "list[int] | None"]


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
    complete: Complete,
    left: Callable[[], float],
    enough: Callable[[float], bool],
    seed: int,
) -> None:
    """Look for better plans until the time is over or a plan is good enough; `evaluate` keeps what is found.

    pay: writes which pots pay into a plan, or says in a row why none can; such rows are kept. complete: puts starts into what is
    left of a plan, the best by what is known. left: the share of the time that is left, 1 at the start.
    """
    luck = np.random.default_rng(seed)
    whole = np.flatnonzero(halves.problem.whole)
    bounds = Bounds(tried, len(halves.parts))
    seen: set[tuple[int, ...]] = set()

    def paid(kept: list[int], worth: Floats, save: Floats, at_hand: list[int] | None) -> tuple[list[int], Floats]:
        """Fill up to a plan that pots can pay, learning the rows that say which cannot."""
        nonlocal tried
        while True:
            best = complete(tried, bounds, kept, at_hand, int(luck.integers(SEEDS))) if at_hand else None
            starts = _fill(kept, tried, worth, save) if best is None else best
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

    starts, x = paid([], tried.wanted, np.ones(len(tried.cost)), None)
    if (tried.uses[:, starts].sum(axis=1) > tried.room + EPS).any():
        return
    found = value_of(starts, x)
    if found is None:
        return
    best = value = found.value
    save = _savings(tried, found)
    while (share := left()) > 0.0 and not enough(best):
        worth = save - tried.charge + NOISE * np.abs(save) * luck.standard_normal(len(save))
        new, x = paid(_ruined(starts, tried, luck), worth, save, starts)
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
    many = min(len(starts), int(luck.integers(FEWEST_OUT, TAKEN_OUT + 1)))
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
