"""Rows that tie children to the schemes which would serve them, found only where a relaxed plan breaks them.

Method. A row says: children placed at a site in one year <= free places + places of schemes that are open. Let S be some of its
groups and D their children. Whatever is open, no more than min(D, places) of S sit there; and since min(D, .) bends downwards,

    sum over S of placed <= min(D, free) + sum over schemes k and opening years t of [min(D, free + a[k,t]) - min(D, free)]
    start[k,t]

holds for every whole-numbered plan, while a relaxed one, which opens a third of a scheme for a third of its price, breaks it.
With one scheme open at a time these rows describe the site's year completely: the best S for a given relaxed plan are the
groups of which more is placed than the share of all states too small for D to fill (a minimum cut), so that trying each number
of full states finds it. This is the "effective capacity" of facility location (Aardal, Pochet, Wolsey 1995), with steps for k.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.capital.arrays import Arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LEAST = 1e-4  # of what a row could hold at most: less is not worth a row


@dataclass(frozen=True)
class Strong:
    """A row that may be added: index and value of its columns, its upper limit, and by how much a plan breaks it."""

    index: Ints
    value: Floats
    most: float
    broken: float


@dataclass(frozen=True)
class Site:
    """One row of places: the children's columns and numbers, the free places, the binaries and what each start adds."""

    placed: Ints
    children: Floats
    free: float
    opens: Ints  # open[k,t], scheme by scheme and year by year
    first: NDArray[np.bool_]  # whether a binary is the first of its scheme in this row
    last: NDArray[np.bool_]  # whether it is the last
    adds: Floats  # places in this row if the scheme starts with this binary


def sites(problem: Arrays) -> list[Site]:
    """Take the rows of places apart; rows in which a scheme takes places away are left as they are."""
    found = []
    for row in problem.strong:
        cut = slice(problem.starts[row], problem.starts[row + 1])
        index, value = problem.index[cut], problem.value[cut]
        whole = problem.whole[index]
        placed, opens, steps = index[~whole], index[whole], -value[whole]
        if not len(opens) or not len(placed) or not np.isfinite(problem.upper[placed]).all():
            continue
        scheme = problem.scheme[opens]
        first = np.append(True, scheme[1:] != scheme[:-1])
        last = np.append(first[1:], True)
        adds = steps.copy()
        for i in range(len(adds) - 2, -1, -1):
            adds[i] += 0.0 if last[i] else adds[i + 1]
        if (adds < -1e-9).any():
            continue
        found.append(Site(placed, problem.upper[placed], float(problem.row_upper[row]), opens, first, last, adds))
    return found


def violated(site: Site, x: Floats) -> Strong | None:
    """The row of a site that a relaxed plan breaks most, if any is worth adding."""
    opened, placed = x[site.opens], x[site.placed]
    share = np.where(site.first, opened, opened - np.append(0.0, opened[:-1]))
    adds = np.append(0.0, site.adds)
    share = np.append(max(0.0, 1.0 - share.sum()), share)
    room = site.free + adds
    best: tuple[float, NDArray[np.bool_], float] | None = None
    for full in np.unique(room[share > 1e-9]):
        weight = share[room >= full - 1e-9].sum()
        chosen = placed > site.children * weight + 1e-9
        many = site.children[chosen].sum()
        if not many:
            continue
        base = min(many, site.free)
        limit = base + (share[1:] * (np.minimum(many, room[1:]) - base)).sum()
        over = placed[chosen].sum() - limit
        if over > LEAST * max(1.0, many) and (best is None or over > best[0]):
            best = (over, chosen, many)
    if best is None:
        return None
    over, chosen, many = best
    base = min(many, site.free)
    gain = np.minimum(many, site.free + site.adds) - base
    step = gain - np.where(site.last, 0.0, np.append(gain[1:], 0.0))  # back from starts to "open by"
    index = np.concatenate([site.placed[chosen], site.opens])
    value = np.concatenate([np.ones(int(chosen.sum())), -step])
    used = value != 0.0
    return Strong(index[used], value[used], base, over)
