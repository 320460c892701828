"""Words that every room needs: a few names and how many more there are, one thing or another, and a number as tables print it."""

from __future__ import annotations

import math
from collections.abc import Iterable


def some(things: Iterable[object], most: int = 5) -> str:
    """Name the first few things, each once, and say how many more there are: "Ash, Beech and 3 more"."""
    shown = list(dict.fromkeys(str(thing) for thing in things))
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")


def rounded_as(number: float, step: float = 1.0) -> str:
    """Print a number as tables that leave the house do: to a multiple of a step, halves up: "1,235"."""
    return f"{math.floor(number / step + 0.5) * step:,.0f}"


def percent(share: float) -> str:
    """Print a share in whole per cent; one that is missing is not known."""
    return "not known" if math.isnan(share) else f"{share:.0%}"


def either(things: Iterable[object]) -> str:
    """Name the things of which one is meant: "primary or secondary", "U, S, M or X"; one that has no name is a blank."""
    named = [str(thing) or "blank" for thing in things]
    return " or ".join([*([", ".join(named[:-1])] if len(named) > 1 else []), *named[-1:]])
