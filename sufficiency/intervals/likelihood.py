"""Likelihoods of a shortfall in words and letters, by which members know them; the edges are ours, not law."""

from __future__ import annotations

import math

EDGES = (0.1, 0.35, 0.65, 0.9)
LETTERS = ("V", "U", "E", "L", "C")
NOT_KNOWN = "?"
WORDS = {
    "V": "Very unlikely: below 10 %",
    "U": "Unlikely: 10 % or more",
    "E": "About even: 35 % or more",
    "L": "Likely: 65 % or more",
    "C": "Almost certain: 90 % or more",
    NOT_KNOWN: "Not known: no places known",
}
"""What each letter means."""


def letter(likelihood: float) -> str:
    """The letter of a likelihood, from its own edge on; ? where it is not known. Classed as it is shown, in whole per cent."""
    if math.isnan(likelihood):
        return NOT_KNOWN
    shown = math.floor(100 * likelihood + 0.5) / 100
    return LETTERS[sum(shown >= edge for edge in EDGES)]
