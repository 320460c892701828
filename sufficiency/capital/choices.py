"""What the council decides about the deciding: rates or an order of aims, and how strictly rules are read. Data, never code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sufficiency.capital.layouts import PHASES, PURPOSES

OPENED = "/"  # between pot, purpose and phase, where members have opened a pot
TERMS = {
    "unmet_material": "children without a place where the shortfall is material, in child-years",
    "unmet_small": "other children without a place, in child-years: managed in-year, no capital",
    "cost": "capital, in thousands of pounds",
    "transport": "home to school transport, in thousands of pounds",
    "km": "child-kilometres of one journey, each year counted",
    "surplus": "places left empty by the plan, in place-years",
}
"""What can be weighed, each with its unit."""

def opened_pot(written: str) -> tuple[str, str, str]:
    """Pot, purpose and phase that members have opened, written as pot/purpose/phase; raises ValueError otherwise."""
    pot, purpose, phase = written.rsplit(OPENED, 2)
    if not pot or purpose not in PURPOSES or phase not in PHASES:
        raise ValueError(written)
    return pot, purpose, phase


IN_ORDER, EXCHANGE = AIMS = ("in_order", "exchange")
"""How a council has its plan chosen: aim after aim, or all at once by exchange rates."""


@dataclass(frozen=True)
class Level:
    """One aim: what is made as small as possible, and how much of it may be given up again for the aims after it."""

    name: str
    rates: Mapping[str, float]
    gap: float = 1e-4  # relative, within which the aim counts as proven
    gap_absolute: float = 1e-6
    give: float = 0.0  # in the aim's own unit


def exchange(rates: Mapping[str, float], gap: float = 1e-4) -> tuple[Level, ...]:
    """Weigh everything at once by exchange rates."""
    return (Level("exchange rates", dict(rates), gap),)


LEXICOGRAPHIC = (
    Level("material shortfall", {"unmet_material": 1.0}, gap=0.0, gap_absolute=0.5),
    Level("cost", {"cost": 1.0, "transport": 1.0}, gap=1e-3),
    Level("travel", {"km": 1.0, "unmet_small": 1.0}, gap=1e-3),
    Level("surplus", {"surplus": 1.0}, gap=1e-3),
)
"""Material shortfall first (to within half a place), then money, then travel, then empty places."""


@dataclass(frozen=True)
class Choices:
    """How the plan is to be chosen."""

    levels: tuple[Level, ...] = LEXICOGRAPHIC
    everyone_placed: bool = False
    equity_floor: bool = False
    count_unsigned: bool = False  # whether money of unsigned deeds counts
    members_decided: frozenset[tuple[str, str, str]] = frozenset()  # (pot, purpose, phase) that members have opened
    consents: frozenset[str] = frozenset({"not_needed", "given"})
    qualities: frozenset[str] = frozenset({"met", "needs_judgement"})
    smallest_new_school: Mapping[str, float] = field(default_factory=dict)  # phase: places once full; none: no rule
    forced: Mapping[str, bool] = field(default_factory=dict)  # scheme: in or out, for "why" and "why not"
