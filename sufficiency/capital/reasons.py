"""What can be told of a capital decision: a card for every scheme, other plans beside it, what more money would buy.

Every difference is an interval, for a plan is known by its value and by the bound that no plan can pass: the truth lies between
the two. Where the interval of a difference holds nought and is wider than what counts as equal, no difference can be shown, and
so it is told. Money is in thousands of pounds, children without a place in child-years.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any

SAME = 0.5  # child-years or thousands of pounds, up to which two values count as equal


@dataclass(frozen=True)
class Interval:
    """A number that is proven to lie between two others."""

    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether it is narrow enough to be told as one number."""
        return self.high - self.low <= 2 * SAME

    @property
    def middle(self) -> float:
        """The number to tell where one is told."""
        return (self.low + self.high) / 2

    def less(self, other: Interval) -> Interval:
        """The difference of two such numbers."""
        return Interval(self.low - other.high, self.high - other.low)

    def at_least(self, least: float) -> Interval:
        """The same, where it is known besides that the number is no smaller."""
        return Interval(max(self.low, least), max(self.high, least))


@dataclass(frozen=True)
class Served:
    """Children whom a scheme gives a place: where they live, when they first come, how many at once and in child-years."""

    area_code: str
    phase: str
    first_ay: int
    children: float
    child_years: float


@dataclass(frozen=True)
class Beside:
    """Another plan for the same council, in the same units as the plan."""

    name: str
    schemes: tuple[tuple[str, int], ...]  # scheme, opening year
    child_years: Interval  # without a place where the shortfall is material
    pounds: Interval  # thousands: capital and transport
    small_child_years: float  # without a place, to be managed in-year
    status: str  # proven, best_found, infeasible, none
    by_area: Mapping[str, float]  # child-years without a place, material and small together
    told: str = ""


@dataclass(frozen=True)
class Binds:
    """Money that is not there: what the pots open to a scheme lack by a year to pay for it besides the plan at hand."""

    scheme_id: str
    pots: tuple[str, ...]
    fy: int
    short: float


@dataclass(frozen=True)
class Turned:
    """The plan solved again with one scheme forced in, or forced out."""

    inside: bool
    status: str  # proven, best_found, infeasible, none
    child_years: Interval  # more without a place than in the best plan
    pounds: Interval  # more than in the best plan, each at its own number of places
    levels: Mapping[str, Interval]  # every aim that was compared, in order
    verdict: str  # worse, same, open (no difference can be shown), impossible, unsolved
    worse: Mapping[str, float]  # area: more child-years without a place
    better: Mapping[str, float]  # area: fewer
    comes_in: tuple[str, ...]  # schemes that are then built and are not in the plan
    drops_out: tuple[str, ...]
    binds: tuple[Binds, ...]
    obstacles: tuple[str, ...] = ()  # why it cannot be
    opens: int | None = None  # the September in which it then opens, if it is forced in

    @property
    def a_child_year(self) -> Interval | None:
        """Thousands of pounds for each child-year that only the scheme saves: spent less without it, by who then lacks.

        None where either is not known closely, or nothing is saved.
        """
        more, less = self.child_years, self.pounds
        if self.inside or not (more.known and more.low > SAME and less.known and less.high < 0.0):
            return None
        return Interval(-less.high / more.high, -less.low / more.low)


@dataclass(frozen=True)
class Price:
    """The price of a scheme at which the verdict flips: at `low` it would be built, above `high` not."""

    low: float
    high: float
    status: str  # proven, best_found, never (not at any price), always (at any price), none
    told: str


@dataclass(frozen=True)
class Card:
    """All that is known of one scheme."""

    scheme_id: str
    site_id: str
    kind: str
    chosen: bool
    opens: int | None
    places: float  # in its fullest year
    cost: float
    cost_per_place: float | None
    cost_per_child_year: float | None
    children: float  # whom it gives a place in its fullest year, in this plan
    child_years: float
    serves: tuple[Served, ...]
    turned: Turned | None  # none where it was not solved again
    flips_at: Price | None
    told: str
    cost_per_child_year_solved: Interval | None = None  # the same by the re-solve: what the plan saves without it


@dataclass(frozen=True)
class Point:
    """The fewest child-years without a place that so much money can reach."""

    most: float  # thousands of pounds that were allowed
    pounds: float  # that the plan takes
    child_years: Interval
    status: str
    schemes: tuple[str, ...]


@dataclass(frozen=True)
class More:
    """What more money in one pot and year would buy."""

    pot_id: str
    fy: int
    step: float  # thousands of pounds more
    child_years: Interval  # fewer without a place
    pounds: Interval  # more spent
    status: str
    comes_in: tuple[str, ...]
    drops_out: tuple[str, ...]
    told: str


@dataclass(frozen=True)
class Why:
    """Why this plan and no other: everything that `why.json` holds."""

    plan: Beside
    do_nothing: Beside | None
    greedy: Beside | None
    cards: tuple[Card, ...]
    frontier: tuple[Point, ...]
    alternatives: tuple[Beside, ...]
    more_money: tuple[More, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain lists and tables; what is not known is None."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def _plain(thing: Any) -> Any:
    """Turn a record into what JSON can hold; rounded to what can be told."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return {name: _plain(value) for name, value in asdict(thing).items()}
    if isinstance(thing, Mapping):
        return {str(key): _plain(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [_plain(part) for part in thing]
    if isinstance(thing, float):
        return round(thing, 6) + 0.0 if math.isfinite(thing) else None
    return thing
