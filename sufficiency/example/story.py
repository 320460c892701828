"""What a story is: what happened, where, and the figures by which a run finds it; with the small helpers that count them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.council import area_codes
from sufficiency.example.rolls import FIRST, TOP_PRIMARY, YEAR_7, YEAR_11, YEARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.example.county import County

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

PRIMARY, SECONDARY = slice(FIRST, TOP_PRIMARY + 1), slice(YEAR_7, YEAR_11 + 1)
LATEST_FIRST = (3.0, 2.0, 1.0)          # weights of the last three years, as planners set them
NOW, SOON = ay_label(cast.BASE), ay_label(cast.BASE + 1)


@dataclass(frozen=True)
class Figure:
    """One figure that a run should find."""

    name: str
    what: str
    value: float
    unit: str = ""      # "%" for a fraction, "year" for a financial year, else what is counted


@dataclass(frozen=True)
class Story:
    """One story: what happened, where, and the figures that tell it."""

    key: str
    title: str
    told: str
    where: Mapping[str, str] = field(default_factory=dict)      # what it is -> code of the planning area, or URN
    figures: tuple[Figure, ...] = ()

    def figure(self, name: str) -> float:
        """Give a figure by its name."""
        return next(f.value for f in self.figures if f.name == name)


def area_schools(county: County, a: int) -> Flags:
    """Which schools stand in a primary planning area."""
    found: Flags = (county.schools.table["area"] == a).to_numpy()
    return found


def everybody(county: County) -> Flags:
    """Every school of the county."""
    return np.ones(len(county.schools.table), dtype=bool)


def named(county: County, row: int) -> tuple[str, str]:
    """URN and name of a school."""
    school = county.schools.table.iloc[row]
    return str(school["urn"]), str(school["name"])


def primary_code(county: County, a: int) -> str:
    """Code of a primary planning area."""
    return area_codes(county.schools)[0][a]


def secondary_code(county: County, s: int) -> str:
    """Code of a secondary planning area."""
    return area_codes(county.schools)[1][s]


def pupils_of(county: County, ay: int, schools: Flags | Ints, groups: slice | int) -> int:
    """Pupils of some schools and year groups in the January of an academic year."""
    return int(county.rolls.roll[ay - YEARS.start][schools][..., groups].sum())
