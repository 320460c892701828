"""How many pupils a new home brings, by kind of home; from what was counted, and never from too few homes.

Method (domain brief D1, D3). A yield is pupils divided by homes. Where fewer homes of a kind were looked at than the least
sample, the next coarser kind is taken instead: what is given up, and in which order, stands in the rulebook. Coarser kinds are
added up, pupils and homes each for themselves; yields are never averaged. Where the council has a series by years since
completion, that says when pupils come and go, and the kind of home only how many more or fewer than of all homes they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sufficiency.housing.housing_tables import BEDROOMS, YIELD_PHASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PHASES = tuple(phase for phase in YIELD_PHASES if phase != "special")
DIMENSIONS = ("dwelling_type", "tenure", "bedrooms")


@dataclass(frozen=True)
class Kind:
    """A kind of home; what is blank or empty stands for all together."""

    dwelling_type: str = ""
    tenure: str = ""
    bedrooms: tuple[str, ...] = ()      # numbers of bedrooms taken together

    def __str__(self) -> str:
        beds = self.bedrooms
        more = " or more" if len(beds) > 1 or beds == tuple(BEDROOMS[-1:]) else ""
        size = f"with {beds[0]}{more} bedroom{'' if beds == ('1',) else 's'}" if beds else ""
        noun = f"{self.dwelling_type or 'home'}s"
        return " ".join(part for part in (self.tenure, noun, size) if part) if self != Kind() else "all homes"


@dataclass(frozen=True)
class Yield:
    """Pupils a home, on how many homes that rests (0: on the rulebook), and of which kind they were."""

    value: float
    dwellings: float
    kind: str


def kind_of(dwelling_type: str, tenure: str, bedrooms: str) -> Kind:
    """The kind of home that a row of a table is about; a mix of houses and flats counts as all."""
    return Kind("" if dwelling_type == "mixed" else dwelling_type, tenure, (bedrooms,) if bedrooms else ())


def coarser(kind: Kind, order: Sequence[str]) -> Iterator[Kind]:
    """The kind itself, then ever coarser ones, down to all homes."""
    yield kind
    for given_up in order:
        if given_up == "bedrooms" and kind.bedrooms:
            first = BEDROOMS.index(kind.bedrooms[0])
            for least in range(min(first, len(BEDROOMS) - 2), 0, -1):
                kind = Kind(kind.dwelling_type, kind.tenure, tuple(BEDROOMS[least:]))
                yield kind
            kind = Kind(kind.dwelling_type, kind.tenure)
            yield kind
        elif given_up != "bedrooms" and getattr(kind, given_up):
            kind = Kind(**{**vars(kind), given_up: ""})
            yield kind


def yield_of(table: pd.DataFrame, phase: str, kind: Kind, least: float, rules: dict[str, Any]) -> Yield:
    """The yield of a kind of home in a phase, or of the finest coarser kind of which enough homes were looked at.

    table: `evidence.Yields`. least: homes that must have been looked at. rules: the rulebook of housing.
    """
    mine = table[table["phase"] == phase] if len(table) else table
    if len(mine):
        for finer in coarser(kind, rules["fall_back"]["order"]):
            pupils, dwellings = _counted(mine, finer)
            if dwellings >= least:
                return Yield(pupils / dwellings, dwellings, str(finer))
    return Yield(float(rules["yields"].get(phase, 0.0)), 0.0, "all homes, by the rulebook")


def _counted(rows: pd.DataFrame, kind: Kind) -> tuple[float, float]:
    """Pupils and homes of a kind: from the row that is about it, else added up from the coarsest rows that are finer.

    Rows are added up only where they all tell the same things apart, so that no home is counted twice.
    """
    wanted = {"dwelling_type": (kind.dwelling_type,), "tenure": (kind.tenure,), "bedrooms": kind.bedrooms}
    needed = {name for name, values in wanted.items() if any(values)}
    for name in needed:
        rows = rows[rows[name].isin(wanted[name])]
    if rows.empty:
        return 0.0, 0.0
    tells = rows[list(DIMENSIONS)].ne("")
    ways = rows.groupby([tells[name] for name in DIMENSIONS], sort=True)[["pupils", "dwellings"]].sum()
    detail = [sum(way) for way in ways.index]
    chosen = ways[np.array(detail) == min(detail)].sort_values("dwellings", ascending=False, kind="stable").iloc[0]
    return float(chosen["pupils"]), float(chosen["dwellings"])


def profile(curves: pd.DataFrame, phase: str, level: float, years: int) -> Floats:
    """Pupils of a phase by years since completion, as multiples of the yield of all homes: [year], 1 where no series is known.

    curves: `evidence.YieldCurves`. level: the yield of all homes. A year that is missing between two others lies between them;
    after its last year the series goes on at its last value.
    """
    mine = curves[curves["phase"] == phase].sort_values("years_since") if len(curves) else curves
    if mine.empty or level <= 0:
        return np.ones(years)
    since, pupils = mine["years_since"].to_numpy("float64"), mine["pupils_per_dwelling"].to_numpy("float64")
    found: Floats = np.interp(np.arange(years, dtype="float64"), since, pupils) / level
    return found


def build_up(completed: Floats, profile: Floats) -> Floats:
    """Children by year of homes completed year by year: [..., year], the last axis; profile: by years since completion."""
    there = np.zeros_like(completed)
    for since in range(completed.shape[-1]):
        there[..., since:] += completed[..., : completed.shape[-1] - since] * profile[since]
    return there
