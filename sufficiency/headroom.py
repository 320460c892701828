"""Headroom, the share of places that stays free, and the letter and words by which members know it.

Method (domain brief H3): headroom = (places - pupils) / places. The bands are local policy and editable, not law. A band is told
by a letter and by words, so that colour is never the only cue.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LETTERS = ("R", "AR", "A", "G", "B", "P")
NOT_KNOWN = "?"
WORDS = {
    "R": "Red: shortfall",
    "AR": "Amber-red: below the margin that the DfE funds",
    "A": "Amber: little room",
    "G": "Green: room enough",
    "B": "Blue: watch the surplus",
    "P": "Purple: review viability",
    NOT_KNOWN: "Not known: no places known",
}
_DECIMALS = 9       # a headroom of 0.02 that binary fractions make 0.01999... is 0.02


def headroom(pupils: Floats, places: Floats) -> Floats:
    """Places that stay free as a fraction of places; missing where places are not known or there are none."""
    pupils, places = np.asarray(pupils, dtype="float64"), np.asarray(places, dtype="float64")
    known = places > 0
    return np.where(known, (places - pupils) / np.where(known, places, 1.0), np.nan)


def rag(pupils: Floats, places: Floats, edges: Sequence[float]) -> NDArray[np.str_]:
    """The letter of the band: R below the first edge, AR from it, A, G, B up to and with the last, P above it; ? where not known.

    edges: five fractions, rising. Pupils without any place are a shortfall; no pupils and no places is not known.
    """
    if len(edges) != len(LETTERS) - 1 or list(edges) != sorted(edges):
        raise ValueError(f"rag_edges needs {len(LETTERS) - 1} rising fractions, found {list(edges)}")
    pupils, places = np.asarray(pupils, dtype="float64"), np.asarray(places, dtype="float64")
    share = np.round(headroom(pupils, places), _DECIMALS)
    cuts = np.asarray(edges, dtype="float64")
    band = np.searchsorted(cuts, np.nan_to_num(share, nan=0.0), side="right")
    band = np.where(share == cuts[-1], len(cuts) - 1, band)
    letters = np.asarray(LETTERS)[band]
    letters = np.where(np.isnan(share), NOT_KNOWN, letters)
    return np.asarray(np.where((places == 0) & (pupils > 0), LETTERS[0], letters))


def words(letter: str) -> str:
    """Say in words what a letter means."""
    return WORDS[letter]
