"""Colours that everybody can read: classes with a colour, a hatch, a letter and words, so that colour never stands alone.

Two kinds of scale. `steps` is for amounts that begin at nothing (places short): pale where there is none, then darker and more
densely hatched. `bands` is for letters (headroom from red to purple). Either has a last class for what is not known. Measured
in tests/maps: ink on fill at least 4.5:1, border on fill at least 3:1 (WCAG 2.2), and neighbours on a scale stay apart for people
with protanopia, deuteranopia and tritanopia.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

BORDER = "#1f2d38"      # outlines of areas, and dark ink
DARK = "#0b0c0c"
LIGHT = "#ffffff"
NOTHING = "#f3f1ea"
PLAIN, SPARSE, DENSE, CROSSED, DOTTED, LEVEL = "plain", "sparse", "dense", "crossed", "dotted", "level"
PATTERNS = (PLAIN, SPARSE, DENSE, CROSSED, DOTTED, LEVEL)
"""Hatches that the page knows how to draw: bare, wide and narrow diagonals, crossed diagonals, dots, level lines."""


@dataclass(frozen=True)
class Shade:
    """One class of a scale: how it looks, and what it says in words and in one letter (or none)."""

    label: str              # words of the legend
    fill: str
    ink: str = DARK         # text on the fill
    pattern: str = PLAIN
    letter: str = ""
    counted: bool = False   # is it among what the summary counts (a shortage)?


UNKNOWN = Shade("not known", "#dfe2e4", DARK, DOTTED, "?")


@dataclass(frozen=True)
class Scale:
    """The classes of a measure in order, the last for what is not known; `edges` are the lower bounds of all but the first."""

    shades: tuple[Shade, ...]
    edges: tuple[float, ...] = ()       # empty: values are classed by letter

    def class_of(self, value: float | None) -> int:
        """Position of the class that a number falls into; a missing number is not known."""
        if value is None or math.isnan(value):
            return len(self.shades) - 1
        return sum(value >= edge for edge in self.edges)

    def class_of_letter(self, letter: str) -> int:
        """Position of the class of a letter; a letter that the scale does not have is not known."""
        letters = [shade.letter for shade in self.shades]
        return letters.index(letter) if letter in letters else len(self.shades) - 1


SHORTAGE = (("#fbdcb0", DARK, SPARSE), ("#f5b26b", DARK, SPARSE), ("#e8824f", DARK, DENSE), ("#cf4534", LIGHT, CROSSED))
HIDDEN = (("#ddd2ee", DARK, SPARSE), ("#c6b3e6", DARK, SPARSE), ("#ab8ed6", DARK, DENSE), ("#8f68c0", DARK, CROSSED))
FAMILIES = {"shortage": SHORTAGE, "hidden": HIDDEN}

BANDS = {
    "R": ("#cf4534", LIGHT, CROSSED), "AR": ("#f0964a", DARK, DENSE), "A": ("#f6d874", DARK, SPARSE),
    "G": ("#a5d3b4", DARK, PLAIN), "B": ("#8cc0ea", DARK, LEVEL), "P": ("#a884c6", DARK, DOTTED),
}
"""How each letter of a headroom band looks; lightness, hatch and letter tell them apart where hue does not."""


LIKELY = dict(zip("VUELC", ((NOTHING, DARK, PLAIN), *SHORTAGE), strict=True))
"""How each letter of a likelihood looks, from very unlikely to almost certain: as steps of a shortage, with a letter."""


def steps(edges: Sequence[int], family: str = "shortage", none: str = "none") -> Scale:
    """Classes of a whole amount that begins at 0: none, then from each edge to below the next, then the last and more.

    edges: up to four rising whole numbers, the first at least 1.
    """
    looks = FAMILIES[family]
    if not 1 <= len(edges) <= len(looks) or list(edges) != sorted(set(edges)) or edges[0] < 1:
        raise ValueError(f"edges: 1 to {len(looks)} rising whole numbers from 1 expected, found {list(edges)}")
    labels = [f"{low} to {high - 1}" if high - low > 1 else str(low) for low, high in pairwise(edges)]
    labels.append(f"{edges[-1]} or more")
    shades = [Shade(label, *look, counted=True) for label, look in zip(labels, looks[-len(edges):], strict=True)]
    return Scale((Shade(none, NOTHING), *shades, UNKNOWN), tuple(float(e) for e in edges))


def changes(edges: Sequence[int], none: str = "no change") -> Scale:
    """Classes of a whole change around nought: fewer, none, more; each side by the same rising edges, as `steps` takes them.

    What is more looks as a shortage does, what is fewer as what is spare; both signs are printed, so that colour is not alone.
    """
    more, fewer = steps(edges), steps(edges, "hidden")
    sizes = list(zip(edges, [*(edge - 1 for edge in edges[1:]), None], strict=True))
    labels = [f"{low}" if low == high else f"{low} or" if high is None else f"{low} to {high}" for low, high in sizes]
    down = [replace(shade, label=f"{label} fewer") for shade, label in zip(fewer.shades[1:-1], labels, strict=True)]
    up = [replace(shade, label=f"{label} more") for shade, label in zip(more.shades[1:-1], labels, strict=True)]
    below = [1.0 - edge for edge in reversed(edges)]
    return Scale((*reversed(down), Shade(none, NOTHING), *up, UNKNOWN), (*below, *map(float, edges)))


def bands(words: Sequence[tuple[str, str]], counted: Sequence[str] = ("R",),
          looks: Mapping[str, tuple[str, str, str]] = BANDS) -> Scale:
    """Classes by letter: (letter, words of the legend) in order; the letters are those of `looks`."""
    unknown = [letter for letter, _ in words if letter not in looks]
    if unknown:
        raise ValueError(f"letters {unknown} have no colour: {list(looks)} have")
    return Scale((*(Shade(text, *looks[letter], letter=letter, counted=letter in counted) for letter, text in words), UNKNOWN))


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2), 0 black to 1 white."""
    channels = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2), 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
