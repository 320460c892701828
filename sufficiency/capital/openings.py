"""The starts of schemes that are worth trying, as columns of their own: what each uses of money and site, costs and is wanted.

A plan is for each scheme the year in which it opens, or none; a start is one scheme with one year.
"""

from __future__ import annotations

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
