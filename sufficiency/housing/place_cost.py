"""What a school place costs, by the rulebook or the council's own setting: what developers are asked for and schemes rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions


def cost_of_place(phase: str, assumptions: Assumptions, how: str = "expansion") -> tuple[float, float]:
    """Cost of a mainstream place before the location factor, and how many times that a place of this phase costs."""
    rules = rulebook("contributions")
    rule: dict[str, Any] = {"phase": phase, "times": 1.0}
    if phase not in rules["cost"]:
        rule = rules["other_places"].get(phase, rules["post_16"])
    own = {"primary": assumptions.place_cost_primary, "secondary": assumptions.place_cost_secondary}[rule["phase"]]
    return own or float(rules["cost"][rule["phase"]][how]), float(rule["times"])
