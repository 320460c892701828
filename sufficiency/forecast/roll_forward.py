"""Rolling children forward from one January to the next, strand by strand, in every draw at once.

Method (domain brief C3, C4, C8). Within a strand each year group is the one below a year earlier times its area's survival ratio.
At a point of entry the area's intake is found first - births times ratio for Reception, transfers for the rest - and then shared
out among the schools that begin there. Pupils of a school that closes go on in others. Where the authority's own forecast is
given, every year group of every area is scaled to it before the next year is begun; so planning areas, and the schools in them,
always add up.

Arrays are [draw, strand, nc_year] and every operation is elementwise or a sum in a fixed order, so that a draw gives the same
figures alone as among others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import NC_YEARS, RECEPTION
from sufficiency.estate.places_ahead import move_on
from sufficiency.forecast.intake import Entry, entered, leavers
from sufficiency.forecast.reconcile import factor
from sufficiency.forecast.school_split import allocate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.estate.places_ahead import PlacesAhead
    from sufficiency.forecast.strands import Strands

    Floats = NDArray[np.float64]

GROUPS = len(NC_YEARS)


@dataclass(frozen=True)
class Move:
    """A share of the children entering one area's schools in a year group who enter another's."""

    nc_year: int
    origin: int                     # place of the area that loses them
    destination: int
    share: Floats                   # [year]


@dataclass(frozen=True)
class Rules:
    """What carries one January to the next."""

    strands: Strands
    first: int                      # academic year of the first step
    reception: Floats               # [draw, year, area] children entering Reception
    survival: Floats                # [draw, strand, nc_year] ratio from the year group below; 0 where the strand begins
    entries: tuple[Entry, ...]      # points of entry after Reception
    shares: dict[int, Floats]       # year of entry -> each strand's share of its area's intake, [year, strand]
    places: PlacesAhead             # places at entry, and which schools close
    moves: tuple[Move, ...] = ()    # shares of an area's intake that go to another


def roll_forward(start: Floats, ay: int, rules: Rules, control: Floats | None = None) -> Floats:
    """Carry children from January of `ay` to the last year of the rules: [draw, year, strand, nc_year], the start first.

    start: [draw, strand, nc_year]; control: the authority's pupils [draw, year, nc_year], start first, or None to leave areas be.
    """
    years = [start]
    for step in range(ay + 1 - rules.first, rules.reception.shape[1]):
        k = len(years)
        years.append(one_year(years[-1], step, rules, None if control is None else control[:, k]))
    return np.stack(years, axis=1)


def one_year(before: Floats, step: int, rules: Rules, control: Floats | None) -> Floats:
    """Carry children one January further: [draw, strand, nc_year]."""
    strands = rules.strands
    after = np.zeros_like(before)
    after[..., 1:] = before[..., :-1] * rules.survival[..., 1:]
    if rules.places.closed[step].any():
        after = move_on(after, rules.places.closed[step], strands)
    into = {RECEPTION: rules.reception[:, step]}
    for entry in rules.entries:
        everybody = before[..., entry.nc_year - 1].sum(axis=1)
        into[entry.nc_year] = entered(leavers(strands, before, entry.nc_year), entry, everybody)
    for move in rules.moves:
        if move.nc_year in into:
            into[move.nc_year] = moved(into[move.nc_year], move, step)
    if control is not None:
        total = after.sum(axis=1)
        for g, children in into.items():
            total[:, g] += children.sum(axis=1)
        scale = factor(total, control)
        after *= scale[:, None, :]
        into = {g: children * scale[:, g : g + 1] for g, children in into.items()}
    for g, children in into.items():
        entering = np.flatnonzero(strands.enters(g))
        shares, places = rules.shares[g][step, entering], rules.places.at(g)[step, entering]
        after[:, entering, g] += allocate(children, shares, places, strands.area[entering])
    return after


def moved(entering: Floats, move: Move, step: int) -> Floats:
    """Children entering each area once a share of one area's goes to another: [draw, area]; nobody is lost."""
    going, after = entering[:, move.origin] * move.share[step], entering.copy()
    after[:, move.origin] -= going
    after[:, move.destination] += going
    return after
