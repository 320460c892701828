"""A decided plan laid out for questions: its problem, its own solution in it, and the questions that every card asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.choices import Choices
from sufficiency.capital.facts import Facts, facts
from sufficiency.capital.hand_over import hand_over, objective
from sufficiency.capital.model import Build, build
from sufficiency.capital.plan import Plan, read_plan
from sufficiency.capital.resolve import Aim, Question, Reply
from sufficiency.capital.solver import usable
from sufficiency.capital.tables import Case
from sufficiency.capital.verify import broken_rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EXACT = 1e-4  # of an aim that others come after: so near that they are compared at the same number of places
NEAR = 0.25  # of the last aim that is compared, in its own unit: a quarter of a thousand pounds
MATERIAL, POUNDS = {"unmet_material": 1.0}, {"cost": 1.0, "transport": 1.0}


@dataclass(frozen=True)
class Laid:
    """A case, its choices and its plan, laid out for questions."""

    case: Case
    choices: Choices
    plan: Plan
    f: Facts
    built: Build
    problem: Arrays

    @cached_property
    def column(self) -> dict[int, int]:
        """The column of each unknown, by its identity."""
        return {id(unknown): i for i, unknown in enumerate(self.built.variables.columns())}

    @cached_property
    def row(self) -> dict[str, int]:
        """The row of each rule and label."""
        return {row.name: i for i, row in enumerate(self.built.problem.constraints())}

    def open_by(self, k: str, t: int) -> int:
        """The column that is 1 if a scheme is open by a year."""
        return self.column[id(self.built.variables.open_by[k, t])]

    def ever(self, k: str) -> int:
        """The column that is 1 if a scheme is built."""
        return self.open_by(k, self.f.years[-1])

    @cached_property
    def opens(self) -> dict[str, int]:
        """Opening years of the plan."""
        return opening_years(self.plan)

    def aim(self, rates: Mapping[str, float], near: float) -> Aim:
        """Rates as an aim."""
        cost, constant = objective(self.built, rates)
        return Aim(cost, constant, near)

    @cached_property
    def compared(self) -> int:
        """How many aims are compared: up to the first that weighs money; those after it only settle who goes where."""
        weighs = [i for i, level in enumerate(self.choices.levels) if "cost" in level.rates]
        return (weighs[0] if weighs else len(self.choices.levels) - 1) + 1

    @cached_property
    def aims(self) -> tuple[Aim, ...]:
        """The aims that are compared."""
        levels = self.choices.levels[: self.compared]
        return tuple(self.aim(level.rates, NEAR if i == len(levels) - 1 else EXACT) for i, level in enumerate(levels))

    @cached_property
    def tidy(self) -> tuple[Aim, ...]:
        """The aims after them."""
        return tuple(self.aim(level.rates, NEAR) for level in self.choices.levels[self.compared :])

    @cached_property
    def start(self) -> Floats | None:
        """The plan as a solution of the problem, none where rounding keeps it from being one."""
        v, f = self.built.variables, self.f
        placed = {(g, s): float(c) for g, s, c in self.plan.placed[["group_id", "site_id", "children"]].itertuples(index=False)}
        sits: dict[str, float] = defaultdict(float)
        for (g, _), children in placed.items():
            sits[g] += children
        paid: dict[tuple[int, str, int], float] = defaultdict(float)
        lines = self.plan.spending[["scheme_id", "pot_id", "fy", "thousand_pounds"]]
        for k, p, y, money in lines.itertuples(index=False):
            paid[f.purse_pots.index(f.pots_of[k]), p, y] += money
        x = np.array([
            *(1.0 if t >= self.opens.get(k, 10_000) else 0.0 for k, t in v.open_by),
            *(placed.get(link, 0.0) for link in v.placed),
            *(max(0.0, need - sits[g]) for g, _, _, need in f.cells),
            *(paid[key] for key in v.spend),
        ])
        return usable(self.problem, x)

    def read(self, reply: Reply, choices: Choices | None = None) -> Plan | None:
        """The plan of a reply; none where it would break a rule."""
        if reply.x is None:
            return None
        plan = read_plan(self.built, self.f, reply.x[: len(self.problem.cost)])
        return None if broken_rules(self.case, choices or self.choices, plan) else plan


def lay_out(case: Case, choices: Choices, plan: Plan) -> Laid:
    """Build the problem of a plan once more, to ask about it."""
    f = facts(case, choices)
    built = build(f)
    return Laid(case, choices, plan, f, built, hand_over(built))


def opening_years(plan: Plan) -> dict[str, int]:
    """When each scheme of a plan opens."""
    return {str(k): int(t) for k, t in plan.starts[["scheme_id", "opens"]].itertuples(index=False)}


def forced(laid: Laid, k: str) -> Question:
    """The plan's own verdict on a scheme turned round."""
    inside = float(k not in laid.opens)
    return Question(f"forced/{k}", bounds=((laid.ever(k), inside, inside),))


def forced_choices(laid: Laid, k: str) -> Choices:
    """The choices under which that is the best plan."""
    return replace(laid.choices, forced={**laid.choices.forced, k: k not in laid.opens})


def settled(laid: Laid, name: str, opens: Mapping[str, int]) -> Question:
    """Exactly these schemes, each open from its year."""
    at = [(k, t, float(t >= opens.get(k, 10_000))) for k in laid.f.schemes for t in laid.f.years]
    return Question(name, bounds=tuple((laid.open_by(k, t), x, x) for k, t, x in at))


def do_nothing(laid: Laid) -> Question:
    """Nothing is built but what must be."""
    out: list[Any] = [k for k in laid.f.schemes if not laid.f.must[k] and not laid.choices.forced.get(k, False)]
    return Question("do nothing", bounds=tuple((laid.ever(k), 0.0, 0.0) for k in out))


def obstacles(f: Facts, k: str) -> tuple[str, ...]:
    """Why a scheme cannot be built whatever else is, in words; empty where nothing is known to stand in its way."""
    pots = f.pots_of[k]
    have = f.received_by(pots, f.financial_years[-1]) if len(f.financial_years) else 0.0
    money = [
        (f.cost[k] > 0.0 and not pots, "no pot may pay for it"),
        (bool(pots) and f.cost[k] > have, f"it costs £{f.cost[k]:,.0f}k and the pots open to it receive £{have:,.0f}k in all"),
    ]
    return (*barred(f, k), *(words for stands, words in money if stands))


def barred(f: Facts, k: str) -> tuple[str, ...]:
    """Why a scheme may not be built as things stand, money apart."""
    smallest = f.choices.smallest_new_school.get(f.phase[k], 0.0) if f.kind[k] == "new_school" else 0.0
    last, forecast = f.last_opening.get(k, f.years[-1]), f.last_counted[k]
    room, full = f.most_places.get(f.site_of[k], float("inf")), f.most_open[k]
    told = [
        (f.must_not[k], "the council has ruled it out"),
        (f.choices.forced.get(k) is False, "it was asked for a plan without it"),
        (f.consent[k] not in f.choices.consents, f"those who decide it have not agreed (consent: {f.consent[k]})"),
        (f.quality[k] not in f.choices.qualities, "the school is not judged good enough to grow"),
        (f.opens_from[k] > last >= forecast, f"it could open in September {f.opens_from[k]} at the earliest, after the years "
         f"that are forecast for {f.phase[k].replace('_', ' ')}"),
        (f.opens_from[k] > last < forecast, f"it is to be open by September {last} and could open in September "
         f"{f.opens_from[k]} at the earliest"),
        (smallest > max(0.0, full), f"with {full:,.0f} places it is below the smallest new school ({smallest:,.0f})"),
        (full > room, f"its {full:,.0f} places are more than the {room:,.0f} its site can take"),
    ]
    return tuple(words for stands, words in told if stands)
