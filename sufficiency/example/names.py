"""Names for the invented county: plausible to the ear, and of no real place, school or person.

Place names are put together from a first and a last part; a draw without replacement keeps them apart. Schools carry the name
of their place, so that none has the name of a real one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

FIRST = (
    "Quill", "Tansy", "Wether", "Pewter", "Saffer", "Thistle", "Umber", "Vennel", "Yarrow", "Lark", "Rook", "Heron", "Otter",
    "Plover", "Teasel", "Sorrel", "Madder", "Bracken", "Corvel", "Dapple", "Fallow", "Garner", "Hazer", "Kessel", "Lanner",
    "Merle", "Nettle", "Orrin", "Pennel", "Russel", "Sallow", "Tarrel", "Whinner", "Cressen", "Dunnock", "Fescue",
)
LAST = (
    "by", "ton", "ford", "wick", "holme", "thorpe", "stow", "mere", "ley", "worth", "combe", "bourne", "stead", "croft",
)
QUARTERS = (
    "Mill Lane", "Canal Street", "Orchard", "Priory", "Station Road", "Beech Avenue", "Castle Hill", "Bridge Street",
    "Lime Grove", "Windmill Hill", "Foundry Road", "Riverside", "Heath Lane", "Abbey Gate", "Park View", "Northfields",
    "Southbrook", "Westgate", "Eastcliffe", "Market Close", "Tanyard", "Weavers Walk", "Maltings", "Quarry Bank", "Dovecote",
    "Larch Way", "Spinney", "Old Wharf", "Paddock", "Bellmoor",
)
COUNTY = "Marlshire"
CITY = "Corvelstow"


def place_names(rng: np.random.Generator, how_many: int) -> tuple[str, ...]:
    """Draw so many different names of towns and villages; the city next door keeps its own."""
    every = [first + last for last in LAST for first in FIRST if first + last != CITY]
    return tuple(every[i] for i in rng.permutation(len(every))[:how_many])


def quarter_names(rng: np.random.Generator, how_many: int) -> tuple[str, ...]:
    """Draw so many different quarters of a town."""
    return tuple(QUARTERS[i] for i in rng.permutation(len(QUARTERS))[:how_many])


def primary_name(place: str, faith: str, kind: str, *, academy: bool) -> str:
    """Name a school of the primary phase after its place, its church and its kind (primary, infant or junior)."""
    ending = {"primary": "Primary", "infant": "Infant", "junior": "Junior"}[kind]
    church = {"": "", "ce": "Church of England ", "rc": "Holy Family Catholic "}[faith]
    return f"{place} {church}{ending} {'Academy' if academy else 'School'}"


def secondary_name(place: str, number: int) -> str:
    """Name a secondary school after its place, each with another ending."""
    return f"{place} {('Academy', 'High School', 'Community College', 'School')[number % 4]}"
