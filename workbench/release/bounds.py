"""The auditor: what anybody can work out of a hidden figure from all that is published.

Method. Whoever knows all figures of a release, how they add up and how they were rounded, knows of a hidden one that it lies
between the least and the most that it can be with all of that true: two linear programmes a figure. It is protected where these
lie at least as far apart as the fewest people that may be shown, in heads (hours of a week are turned into the children who want
them). Where the figures of a block do not add up, as where people live in no small area, what is left over is one more unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array, eye_array, hstack

from workbench.release.cells import Block, areas_told, blocks, figures, grouped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.release.told import Fewest, Told

    Floats = NDArray[np.float64]

BOUNDS = ["quantity", "level", "area_code", "ay", "age_band", "who", "term", "low", "high", "heads", "needed", "protected"]
SLACK = 1e-6
ROOM = 1.5      # how many times the largest figure of a block a hidden one is thought to be at the most
OPTIMAL, UNBOUNDED = 0, 3


@dataclass(frozen=True)
class Range:
    """Between which values the hidden figures of a block must lie: position, least, most."""

    where: NDArray[np.intp]
    low: Floats
    high: Floats

    def heads(self, block: Block) -> Floats:
        """How many people the least and the most lie apart."""
        apart = np.full(len(self.where), np.inf)
        known = np.isfinite(self.high)
        apart[known] = (self.high - self.low)[known] / block.heads[self.where[known]]
        return apart


def audit(tables: Mapping[str, pd.DataFrame], hidden: Mapping[str, NDArray[np.bool_]], told: Sequence[Told],
          fewest: Fewest) -> pd.DataFrame:
    """The bounds of every hidden figure that adds up with others, and whether they are far enough apart: BOUNDS.

    tables: as they are published, a hidden figure missing; hidden: table -> which of its rows are.
    """
    found, rows = [], grouped(figures(tables, hidden, told, fewest), told)
    for block in blocks(rows, areas_told(rows), tables, told):
        ranges = ranges_of(block)
        heads = ranges.heads(block)
        needed = block.needed[ranges.where]
        found.append(block.names.iloc[ranges.where].assign(low=ranges.low, high=ranges.high, heads=heads, needed=needed,
                                                        protected=heads >= needed - SLACK))
    return pd.concat(found, ignore_index=True)[BOUNDS] if found else pd.DataFrame(columns=BOUNDS)


def all_protected(tables: Mapping[str, pd.DataFrame], hidden: Mapping[str, NDArray[np.bool_]], told: Sequence[Told],
                  fewest: Fewest) -> bool:
    """Whether the bounds of every hidden figure are far enough apart; quicker than to work all of them out."""
    rows = grouped(figures(tables, hidden, told, fewest), told)
    return not any(len(too_narrow(block)) for block in blocks(rows, areas_told(rows), tables, told))


def ranges_of(block: Block) -> Range:
    """The least and the most that each hidden figure of a block can be."""
    return _ranges(as_it_adds_up(block))


def _ranges(block: Block) -> Range:
    at = np.flatnonzero(block.hidden)
    low, high = np.zeros(len(at)), np.full(len(at), np.inf)
    for k, i in enumerate(at):
        aim = np.zeros(len(block.low))
        for sign, ends in ((1.0, low), (-1.0, high)):
            aim[i] = sign
            answer = _solve(block, aim)
            if answer.status == OPTIMAL:
                ends[k] = answer.x[i]
            elif answer.status != UNBOUNDED:
                raise RuntimeError(f"the bounds of a hidden figure could not be worked out: {answer.message}")
    return Range(at, low, high)


def too_narrow(block: Block) -> NDArray[np.intp]:
    """Positions of the hidden figures of a block whose bounds are too narrow, the narrowest first.

    Quicker than all bounds: one programme looks for two ways to fill the block in that are far enough apart in all hidden figures
    at once, then in those that are left; only those for which it finds none are looked at by themselves.
    """
    left, found, block = np.flatnonzero(block.hidden), True, as_it_adds_up(block)
    while len(left) and found:
        lacks = _lacking(block, left, block.needed[left] * block.heads[left]) > SLACK
        left, found = left[lacks], not lacks.all()
    if not len(left):
        return left
    only = replace(block, hidden=np.isin(np.arange(len(block.hidden)), left))
    ranges = _ranges(only)
    heads = ranges.heads(block)
    order = np.argsort(heads, kind="stable")
    return ranges.where[order][heads[order] < block.needed[ranges.where][order] - SLACK]


def _lacking(block: Block, at: NDArray[np.intp], needed: Floats) -> Floats:
    """By how much two ways to fill a block in fail to be as far apart in each of some figures as needed, all in all the least."""
    width, many = len(block.low), len(at)
    one = csr_array((np.ones(many), (np.arange(many), at)), shape=(many, width))
    equal = block_array([[block.equal, None, csr_array((block.equal.shape[0], many))], [None, block.equal, None]], format="csr")
    limits = [[block.at_most, None, csr_array((block.at_most.shape[0], many))], [None, block.at_most, None]] if (
        block.at_most.shape[0]) else []
    at_most = block_array([*limits, [-one, one, -eye_array(many)]], format="csr")
    answer = linprog(
        np.append(np.zeros(2 * width), np.ones(many)), A_eq=equal, b_eq=np.tile(block.rest, 2), A_ub=at_most,
        b_ub=np.append(np.zeros(2 * block.at_most.shape[0]), -needed), method="highs",
        bounds=np.column_stack([np.concatenate([block.low, block.low, np.zeros(many)]),
                                np.concatenate([block.high, block.high, np.full(many, np.inf)])]))
    if answer.status != OPTIMAL:
        raise RuntimeError(f"the bounds of hidden figures could not be worked out: {answer.message}")
    return np.asarray(answer.x[2 * width:])


def as_it_adds_up(block: Block) -> Block:
    """A block with the least left over with which its sums are true."""
    if _solve(block, np.zeros(len(block.low))).status == OPTIMAL:
        return block
    rows, width = block.equal.shape
    one = eye_array(rows, format="csr")
    wider = replace(
        block, low=np.append(block.low, np.zeros(2 * rows)), high=np.append(block.high, np.full(2 * rows, np.inf)),
        equal=hstack([block.equal, one, -one], format="csr"),
        at_most=hstack([block.at_most, csr_array((block.at_most.shape[0], 2 * rows))], format="csr"))
    answer = _solve(wider, np.append(np.zeros(width), np.ones(2 * rows)))
    if answer.status != OPTIMAL:
        raise RuntimeError(f"the figures of a release contradict each other: {answer.message}")
    over, under = answer.x[width:width + rows], answer.x[width + rows:]
    return replace(block, rest=under - over)


def _solve(block: Block, aim: Floats) -> Any:
    """The least of `aim` over all that the figures of a block can be."""
    return linprog(aim, A_eq=block.equal, b_eq=block.rest, A_ub=block.at_most, b_ub=np.zeros(block.at_most.shape[0]),
                   bounds=np.column_stack([block.low, block.high]), method="highs")
