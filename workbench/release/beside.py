"""What has to be hidden beside a small number so that nobody works it out, and no more of it than that needs.

Method. For each figure whose bounds are too narrow an integer programme looks for the fewest cells to hide as well: two ways to
fill in all that is hidden, both true to every sum that is published, in which the figure differs by the fewest people that may
be shown; where as few cells would do in several ways, those with the fewest people are hidden. Afterwards each cell so hidden is
shown again, the largest first, if everything stays protected without it. (After Fischetti and Salazar, 2001; one figure at a
time.)
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, csr_array, diags_array

from workbench.release.bounds import ROOM, as_it_adds_up, too_narrow
from workbench.release.cells import CELL, Block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Cell = tuple[object, ...]
"""The people that are hidden or shown as one: level, area_code, ay, age_band, who."""


def cells_of(block: Block) -> list[Cell]:
    """The cell of each unknown of a block that is a figure of some table."""
    return list(block.names[CELL].itertuples(index=False, name=None))


def hide_beside(blocks_with: Callable[[set[Cell]], Iterable[Block]], hidden: set[Cell]) -> set[Cell]:
    """The cells to hide besides those that are, so that every hidden figure of a block is protected.

    blocks_with: the block when these cells are hidden; none where it has nothing hidden then.
    """
    more: set[Cell] = set()
    while True:
        block = next(iter(blocks_with(hidden | more)), None)
        if block is None:
            return more
        narrow = too_narrow(block)
        if not len(narrow):
            return more
        found = _fewest_more(block, int(narrow[0])) or _smallest(block)
        if found <= hidden | more:
            return more
        more |= found


def without_the_needless(blocks_with: Callable[[set[Cell]], Iterable[Block]], hidden: set[Cell], more: set[Cell],
                         size: Mapping[Cell, float]) -> set[Cell]:
    """Of the cells hidden beside others, those that have to be: each is shown again if all stay protected, the largest first."""
    for cell in sorted(more, key=lambda one: (-size.get(one, 0.0), str(one))):
        fewer = more - {cell}
        if not any(len(too_narrow(block)) for block in blocks_with(hidden | fewer)):
            more = fewer
    return more


def _fewest_more(block: Block, target: int) -> set[Cell]:
    """The fewest further cells with which one figure of a block has room enough; none where the programme finds none."""
    block = as_it_adds_up(block)
    cells, width = cells_of(block), len(block.low)
    candidates = sorted({c for c, low, gone, high in zip(cells, block.low, block.hidden, block.high, strict=False)
                         if not gone and np.isfinite(high) and high > 0 and low >= 0}, key=str)
    if not candidates:
        return set()
    known = np.isfinite(block.high)
    scale = ROOM * max(float(block.high[known].max(initial=0.0)), float((block.needed * block.heads).max()))
    low, upper, rest = block.low / scale, np.where(known, block.high / scale, 1.0), block.rest / scale
    number = {cell: k for k, cell in enumerate(candidates)}
    opened = np.array([number.get(cells[i], -1) if i < len(cells) else -1 for i in range(width)])
    open_to = csr_array((np.ones((opened >= 0).sum()), (np.flatnonzero(opened >= 0), opened[opened >= 0])),
                        shape=(width, len(candidates)))
    more, less = diags_array(1.0 - upper) @ open_to, diags_array(low) @ open_to
    one, none, choice = diags_array(np.ones(width)), None, len(candidates)
    rules = [
        LinearConstraint(block_array([[block.equal, none, csr_array((block.equal.shape[0], choice))],
                                      [none, block.equal, csr_array((block.equal.shape[0], choice))]], format="csr"),
                         np.tile(rest, 2), np.tile(rest, 2)),
        LinearConstraint(block_array([[one, none, -more], [none, one, -more]], format="csr"), -np.inf, np.tile(upper, 2)),
        LinearConstraint(block_array([[one, none, less], [none, one, less]], format="csr"), np.tile(low, 2), np.inf),
    ]
    if block.at_most.shape[0]:
        still = csr_array((block.at_most.shape[0], choice))
        rules.append(LinearConstraint(block_array([[block.at_most, none, still], [none, block.at_most, still]], format="csr"),
                                      -np.inf, 0.0))
    apart = np.zeros(2 * width + choice)
    apart[target], apart[width + target] = 1.0, -1.0
    rules.append(LinearConstraint(apart[None, :], block.needed[target] * block.heads[target] / scale, np.inf))
    sizes = np.zeros(choice)
    np.maximum.at(sizes, opened[opened >= 0], np.where(known, block.high, 0.0)[opened >= 0])
    cost = np.concatenate([np.zeros(2 * width), 1.0 + sizes / (sizes.sum() * 1.01)])
    with _hushed():
        answer = milp(cost, constraints=rules, integrality=np.concatenate([np.zeros(2 * width), np.ones(choice)]),
                      bounds=Bounds(np.zeros(2 * width + choice), np.ones(2 * width + choice)))
    if answer.x is None:
        return set()
    return {candidates[k] for k in np.flatnonzero(answer.x[2 * width:] > 0.5)}


@contextmanager
def _hushed() -> Iterator[None]:
    """Let nothing written below Python reach the answer of a command: HiGHS has a line that no setting stills."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:         # there is nobody to write to
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _smallest(block: Block) -> set[Cell]:
    """The smallest cell of a block that is still shown."""
    cells = cells_of(block)
    shown = [(float(block.high[i]), str(cell), cell) for i, cell in enumerate(cells)
             if not block.hidden[i] and np.isfinite(block.high[i]) and block.high[i] > 0]
    return {min(shown)[2]} if shown else set()
