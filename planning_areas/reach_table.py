"""Access by area, as a table: the index of each area, how far its nearest setting is, and what the figures leave out.

People live at points: the centre of their small area, or several of its parts. The index of an area is the mean over its points,
weighted with who lives at each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.reach import Access, Pairs, Reach, access

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

TOLERANCE = 1e-9


@dataclass(frozen=True)
class AccessTable:
    """What each area can get to."""

    areas: pd.DataFrame = field(repr=False)
    """code, demand, index, nearest (distance to the nearest setting with supply; missing where none is in reach), without_supply,
    without_demand, basis."""
    settings: pd.DataFrame = field(repr=False)
    """ref, supply, ratio (supply for each unit of weighted demand), unreached."""
    notes: tuple[str, ...] = ()


def access_by_area(
    pairs: Pairs, reached: Reach, codes: Sequence[str], refs: Sequence[str], supply: Floats, standing: Flags | None = None,
) -> AccessTable:
    """Say what each area can get to. codes: the area of each origin of the pairs, in their order; refs: each setting.

    Of one run and one age band: demand and supply are single rows. An area of several points is without supply only where none of
    its points that anybody lives at has any. standing: the settings that stand where they are said to; supply that is spread over
    an area is nobody's nearest.
    """
    shared = access(reached, supply)
    demand, near = reached.demand, _nearest(pairs, supply if standing is None else supply * standing)
    names, at = np.unique(np.asarray(codes, dtype=object), return_inverse=True)
    whole = np.bincount(at, demand, len(names))[at]
    part = np.where(whole > 0, demand / np.where(whole > 0, whole, 1.0), 1.0 / np.bincount(at)[at])
    lived = part > 0
    at, demand, part = at[lived], demand[lived], part[lived]
    nearest = np.full(len(names), np.inf)
    np.fmin.at(nearest, at, near[lived])
    areas = pd.DataFrame({
        "code": names.tolist(), "demand": np.bincount(at, demand, len(names)),
        "index": np.bincount(at, part * shared.index[lived], len(names)),
        "nearest": np.where(np.isfinite(nearest), nearest, np.nan),
        "without_supply": np.bincount(at, ~shared.without_supply[lived], len(names)) == 0,
        "without_demand": np.bincount(at, ~shared.without_demand[lived], len(names)) == 0})
    if not np.isclose((areas["demand"] * areas["index"]).sum(), (reached.demand * shared.index).sum(), rtol=TOLERANCE):
        raise AssertionError("supply was lost or invented between points and areas")
    settings = pd.DataFrame({"ref": list(refs), "supply": supply, "ratio": shared.ratio, "unreached": shared.unreached})
    return AccessTable(areas.assign(basis=shared.basis), settings, _told(areas, settings, shared))


def _nearest(pairs: Pairs, supply: Floats) -> Floats:
    """The distance from each origin to the nearest setting that has supply; missing where none is in reach."""
    away = pairs.distance
    counted = np.where(np.asarray(supply)[away.indices] > 0, away.data, np.inf)
    nearest = np.full(away.shape[0], np.inf)
    some = np.diff(away.indptr) > 0
    if some.any():
        nearest[some] = np.minimum.reduceat(counted, away.indptr[:-1][some])
    return np.where(np.isfinite(nearest), nearest, np.nan)


def _told(areas: pd.DataFrame, settings: pd.DataFrame, shared: Access) -> tuple[str, ...]:
    """What the index leaves out, with figures."""
    notes = []
    bare, lonely = areas["without_supply"], areas["without_demand"]
    if bare.any():
        notes.append(f"{bare.sum():,} of {len(areas):,} areas, with {areas.loc[bare, 'demand'].sum():,.0f} of the demand, have "
                     f"nothing in reach ({shared.basis})")
    if lonely.any():
        notes.append(f"{lonely.sum():,} areas have settings in reach and nobody to share them among: their index says nothing")
    lost = settings["unreached"]
    if lost.any():
        supply = settings.loc[lost, "supply"].sum()
        notes.append(f"{lost.sum():,} settings, with {supply:,.0f} of the supply, are in nobody's reach")
    return tuple(notes)
