"""A plan without any solver, so that there is always one: worst first, each scheme as early as it can open and be paid.

What must be built comes first; then, again and again, the scheme that would place most children for its money among those that
keep every rule, paid from the pots whose money must be spent first. Children are placed at the nearest site with room in all
their years. This is also how a list is often drawn up by hand, and what a plan is compared with.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.facts import Facts
from sufficiency.capital.model import Build

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

EPS = 1e-9


@dataclass
class Receipt:
    """What is left of one sum of a pot, and the financial years in which it can be spent."""

    pot: str
    since: int
    until: int
    left: float


@dataclass
class Draft:
    """A plan in the making."""

    f: Facts
    room: dict[tuple[str, int, int], float] = field(default_factory=dict)
    opens: dict[str, int] = field(default_factory=dict)
    placed: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    money: list[Receipt] = field(default_factory=list)
    paid: dict[tuple[int, str, int], float] = field(default_factory=lambda: defaultdict(float))

    def still_without(self, g: str) -> float:
        """Children of a group not placed yet."""
        return self.f.size[g] - sum(self.placed[g, s] for s in self.f.sites_of[g])

    def room_for(self, g: str, s: str) -> float:
        """Children of a group for whom a site has room in all their years."""
        return min((self.room.get((s, y, n), 0.0) for y, n in self.f.cells_of.get(g, ())), default=0.0)

    def seat(self) -> None:
        """Leave children where they are expected to sit anyway."""
        for (g, s), children in self.f.seats.items():
            self.placed[g, s] += children
            for y, n in self.f.cells_of[g]:
                self.room[s, y, n] -= children

    def place(self, groups: list[str]) -> None:
        """Place children at the nearest site with room, group by group."""
        for g in groups:
            without = self.still_without(g)
            for _, s in sorted((self.f.km[g, s], s) for s in self.f.sites_of[g]):
                come = min(without, self.room_for(g, s))
                if come > EPS:
                    without -= come
                    self.placed[g, s] += come
                    for y, n in self.f.cells_of[g]:
                        self.room[s, y, n] -= come


def construct(f: Facts, built: Build, problem: Arrays, begin: Sequence[str] = ()) -> NDArray[np.float64] | None:
    """The plan as a solution of the problem; none where what must be built cannot be.

    begin: schemes of a plan that was made before, which are taken first where they still can be.
    """
    draft = Draft(f, room=dict(f.free), money=[Receipt(p, fy, by, money) for p, fy, by, money in f.receipts])
    groups = sorted(f.case.groups["group_id"])
    draft.seat()
    draft.place(groups)
    forced = {k for k in f.schemes if f.must[k] or f.choices.forced.get(k, False)}
    for k in sorted(forced, key=lambda k: (f.opens_from[k], k)):
        if not open_early(draft, k):
            return None
    for k in begin:
        if k in f.site_of and k not in draft.opens and may_be_built(f, k):
            open_early(draft, k)
    draft.place(groups)
    waiting = [k for k in f.schemes if k not in draft.opens and may_be_built(f, k)]
    gain = {k: _children(draft, k) for k in waiting}
    while waiting:
        k = max(waiting, key=lambda k: (gain[k] / max(f.cost[k], 1.0), k))
        waiting.remove(k)
        now = _children(draft, k)
        if now < gain[k] - EPS and now > EPS:
            gain[k] = now
            waiting.append(k)
        elif now > EPS and open_early(draft, k):
            draft.place(f.groups_of_site[f.site_of[k]])
    return _solution(draft, built)


def may_be_built(f: Facts, k: str) -> bool:
    """Whether a scheme may be built at all, places are added and nothing is taken away."""
    smallest = f.choices.smallest_new_school.get(f.phase[k], 0.0) if f.kind[k] == "new_school" else 0.0
    return (
        not f.must_not[k]
        and f.choices.forced.get(k, True)
        and f.consent[k] in f.choices.consents
        and f.quality[k] in f.choices.qualities
        and f.most_open[k] >= max(smallest, EPS)
    )


def _children(draft: Draft, k: str) -> float:
    """About how many child-years a scheme would place, if it opened as early as it may."""
    f, s = draft.f, draft.f.site_of[k]
    t = max(f.opens_from[k], f.years[0])
    served = 0.0
    for (y, n), places in f.places_of(k, t).items():
        without = sum(max(0.0, draft.still_without(g)) for g in f.groups_at.get((s, y, n), ()))
        served += max(0.0, min(places, without))
    return served


def open_early(draft: Draft, k: str) -> bool:
    """Open a scheme in the first year in which every rule is kept and pots can pay, and pay for it."""
    f, s = draft.f, draft.f.site_of[k]
    others = [j for group in f.exclusive.values() if k in group for j in group]
    if any(j in draft.opens for j in others):
        return False
    if (
        s in f.most_places
        and f.most_open[k] + sum(f.most_open[j] for j in f.schemes_at[s] if j in draft.opens) > f.most_places[s]
    ):
        return False
    for t in f.years:
        waits = [draft.opens.get(needs, 10_000) + gap for j, needs, gap in f.precedences if j == k]
        if not max([f.opens_from[k], *waits]) <= t <= f.last_opening.get(k, t):
            continue
        places = f.places_of(k, t)
        if any(draft.room.get((s, y, n), 0.0) + more < -EPS for (y, n), more in places.items()):
            continue
        bill = _bill(draft, k, t)
        if bill is not None:
            draft.money = bill[0]
            for key, money in bill[1].items():
                draft.paid[key] += money
            draft.opens[k] = t
            for (y, n), more in places.items():
                draft.room[s, y, n] = draft.room.get((s, y, n), 0.0) + more
            return True
    return False


def _bill(draft: Draft, k: str, t: int) -> tuple[list[Receipt], dict[tuple[int, str, int], float]] | None:
    """Pay for a scheme that opens in a year, from what must be spent first; none if pots cannot."""
    f, left = draft.f, [replace(receipt) for receipt in draft.money]
    paid: dict[tuple[int, str, int], float] = defaultdict(float)
    for fy in f.financial_years:
        due = f.due_in(k, t, fy)
        usable = [r for r in left if r.pot in f.pots_of[k] and r.since <= fy <= r.until]
        for receipt in sorted(usable, key=lambda r: (r.until, r.since, r.pot)):
            part = min(due, receipt.left)
            if part > 0.0:
                due -= part
                receipt.left -= part
                paid[f.purse_pots.index(f.pots_of[k]), receipt.pot, fy] += part
        if due > EPS:
            return None
    return left, paid


def _solution(draft: Draft, built: Build) -> NDArray[np.float64]:
    """Write a draft as a solution of the problem."""
    v, f = built.variables, draft.f
    sits = {g: f.size[g] - draft.still_without(g) for g in f.size}
    return np.array([
        *(1.0 if t >= draft.opens.get(k, 10_000) else 0.0 for k, t in v.open_by),
        *(draft.placed.get(link, 0.0) for link in v.placed),
        *(max(0.0, need - sits[g]) for g, _, _, need in f.cells),
        *(draft.paid.get(key, 0.0) for key in v.spend),
    ])
