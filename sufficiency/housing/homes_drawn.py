"""Homes drawn: when each site's homes are ready, in every draw; built or lapsed, late, faster or slower, each by its own luck.

A site has a stream of its own, beside that of the market that all share. Its trajectory is read at a later or earlier point of
time, so that what is late is not lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import log_ndtr, ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.housing.trajectories import Parts
    from sufficiency.intervals.draws import Draws

    Floats = NDArray[np.float64]


def homes_drawn(parts: Parts, ahead: range, draws: Draws, slippage: dict[str, float],
           spread: dict[str, float]) -> tuple[Floats, Floats]:
    """Homes ready in every draw, [draw, part, year]; lapsed, faster or slower, each site by its own luck; late, and in time.

    A site's trajectory is read at a later or earlier point of time, so that what is late is not lost.
    """
    sites, of = np.unique(parts.table["site_ref"].to_numpy("str"), return_inverse=True)
    late = parts.table["status"].map(slippage).to_numpy("float64")
    own = np.stack([draws.normals(f"completions/{ref}", 3) for ref in sites], axis=1)
    market = draws.normals("completions", 1)
    shared = spread["shared"]
    rate = np.exp(spread["build_rate"] * (np.sqrt(shared) * market + np.sqrt(1 - shared) * own[:, :, 2]))[:, of]
    wait = -late * log_ndtr(-own[:, :, 1])[:, of]
    built = ndtr(own[:, :, 0])[:, of] <= parts.table["probability"].to_numpy("float64")
    years = np.arange(1.0, len(ahead) + 1)
    last = max(parts.first + parts.ready.shape[1], ahead.stop)
    whole = np.cumsum(np.pad(parts.at(range(ahead.start, last)), ((0, 0), (1, 1))), axis=1)
    points = (np.maximum(years - wait[:, :, None], 0.0) * rate[:, :, None], years * rate[:, :, None])
    late, in_time = (np.diff(_read_off(whole, when), axis=2, prepend=0.0) * built[:, :, None] for when in points)
    return late, in_time


def _read_off(whole: Floats, when: Floats) -> Floats:
    """Homes built of each part by some points of time, between the years in proportion: [part, year], [draw, part, point]."""
    at = np.clip(when, 0.0, whole.shape[1] - 2.0)
    before = at.astype("int64")
    row = np.arange(len(whole))[None, :, None]
    begun = whole[row, before]
    read: Floats = begun + (at - before) * (whole[row, before + 1] - begun)
    return read
