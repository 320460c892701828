"""Which pot pays what, once it is settled what opens: what lapses first is spent first, and tied money before free.

Many ways of paying cost the same, and a solver stops at any of them. So the bills of a plan are met anew, sum of money by sum of
money. First come sums in hand, then those that members allow to be spent before they come; of each the ones with the earliest
last date first, of these the ones tied to areas or sites, then those that may pay for least, then by code. Each sum pays as much
as it can in its turn: bills that it cannot meet because a sum before it has met them are given to it where that sum can meet
another instead (augmenting paths; what a sum has paid in all never falls again). So no other way of paying spends more of the
first sum, nor, with the first spent as far, more of the second, and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.capital.facts import Facts, Sum

if TYPE_CHECKING:
    from collections.abc import Mapping

DUST = 1e-7  # thousands of pounds
LINES = ["scheme_id", "pot_id", "fy", "thousand_pounds"]


@dataclass(frozen=True)
class Bill:
    """Money that is due in a financial year, for a scheme or for all schemes of a pot."""

    of: str
    fy: int
    money: float


May = Callable[[Bill, Sum], bool]


def paid_in_order(f: Facts, starts: pd.DataFrame) -> pd.DataFrame | None:
    """What each pot pays for each scheme in each financial year (LINES); none where the sums do not suffice to the last pound.

    starts: scheme_id, opens.
    """
    opens = {str(k): int(t) for k, t in starts[["scheme_id", "opens"]].itertuples(index=False)}
    bills = [Bill(k, y, due) for y in f.financial_years for k in sorted(opens) if (due := f.due_in(k, opens[k], y)) > DUST]
    sums = in_turn(f)
    paid = met(bills, sums, lambda bill, one: one.pot in f.pots_of[bill.of])
    if sum(money for *_, money in paid) < sum(bill.money for bill in bills) - len(bills) * DUST:
        return None
    lines = pd.DataFrame([(bills[i].of, sums[j].pot, bills[i].fy, money) for i, j, money in paid], columns=LINES)
    return lines.groupby(LINES[:3], as_index=False)["thousand_pounds"].sum().astype({"thousand_pounds": "float64"})[LINES]


def in_turn(f: Facts) -> list[Sum]:
    """The sums that count, in the order in which they are to be spent."""
    tied = set(f.case.pot_areas["pot_id"])
    fences = f.case.ringfences
    open_to = fences[fences["standing"].ne("never")].groupby("pot_id").size().to_dict()
    return sorted(f.sums, key=lambda one: (one.last, one.pot not in tied, open_to.get(one.pot, 0), one.pot, one.comes, one.first))


def met(bills: Sequence[Bill], sums: Sequence[Sum], may: May) -> list[tuple[int, int, float]]:
    """Meet bills from sums in their order: in hand first, then before they come; what cannot be met stays unmet.

    Gives (which bill, which sum, thousands of pounds).
    """
    flow = _Flow([bill.money for bill in bills], [one.money for one in sums])
    for early in (False, True):
        links = [
            [i for i, bill in enumerate(bills) if (one.first if early else one.comes) <= bill.fy <= one.last and may(bill, one)]
            for one in sums
        ]
        for j in range(len(sums)):
            flow.spend(j, links)
    return [(i, j, money) for (i, j), money in sorted(flow.paid.items()) if money > DUST]


class _Flow:
    """Money on its way from sums to bills."""

    def __init__(self, due: Sequence[float], left: Sequence[float]) -> None:
        self.due, self.left = list(due), list(left)
        self.paid: dict[tuple[int, int], float] = {}

    def spend(self, j: int, links: Sequence[Sequence[int]]) -> None:
        """Spend as much of a sum as can be spent, others meeting other bills instead where that helps."""
        while self.left[j] > DUST and (path := self._path(j, links)):
            money = min(self.left[j], self.due[path[-1][0]], *(self.paid[i, k] for i, _, k in path[:-1]))
            for i, payer, gives_way in path:
                self.paid[i, payer] = self.paid.get((i, payer), 0.0) + money
                if gives_way >= 0:
                    self.paid[i, gives_way] -= money
            self.left[j] -= money
            self.due[path[-1][0]] -= money

    def _path(self, j: int, links: Sequence[Sequence[int]]) -> list[tuple[int, int, int]]:
        """The shortest way to a bill not yet met: (bill, who pays more of it, who pays less of it; -1: nobody)."""
        came: dict[int, tuple[int, int]] = {}       # sum -> the bill that it gives way at, and to which sum
        queue, seen = [j], {j}
        for payer in queue:
            for i in links[payer]:
                if self.due[i] > DUST:
                    return [*self._back(payer, came), (i, payer, -1)]
                for other in self._payers(i):
                    if other not in seen:
                        seen.add(other)
                        came[other] = (i, payer)
                        queue.append(other)
        return []

    def _payers(self, i: int) -> Iterator[int]:
        return (k for (bill, k), money in self.paid.items() if bill == i and money > DUST)

    def _back(self, payer: int, came: Mapping[int, tuple[int, int]]) -> list[tuple[int, int, int]]:
        steps = []
        while payer in came:
            i, before = came[payer]
            steps.append((i, before, payer))
            payer = before
        return steps[::-1]
