"""Why this plan, and why not another: the door to everything that is told of a capital decision besides the plan itself."""

from __future__ import annotations

from sufficiency.capital.choices import Choices
from sufficiency.capital.plan import Plan
from sufficiency.capital.reasons import Interval, Why
from sufficiency.capital.serving import beside_of_plan, plain_cards
from sufficiency.capital.solver import Ask
from sufficiency.capital.tables import Case

__all__ = ["Interval", "Why", "why"]


def why(case: Case, choices: Choices, plan: Plan, ask: Ask | None = None) -> Why:
    """Cards and comparisons of a plan; with `ask.seconds` of nought plain cards only, without solving anything again."""
    return Why(beside_of_plan(case, plan), None, None, plain_cards(case, choices, plan), (), (), (), ())
