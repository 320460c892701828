"""Words that every room needs: a few names, and how many more there are."""

from __future__ import annotations

from collections.abc import Iterable


def some(things: Iterable[object], most: int = 5) -> str:
    """Name the first few things, each once, and say how many more there are: "Ash, Beech and 3 more"."""
    shown = list(dict.fromkeys(str(thing) for thing in things))
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")
