"""Levers of how the capital plan is chosen: how strictly its rules are read, which are decisions of members."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator

from scenarios.levers import Asked, State, known, lever, one_of, picked
from sufficiency.assumptions import Assumptions
from sufficiency.capital.choices import opened_pot
from sufficiency.capital.layouts import QUALITIES
from sufficiency.evidence import Evidence


def _opened(written: str) -> str:
    """Refuse what is not written as pot/purpose/phase."""
    try:
        opened_pot(written)
    except ValueError:
        raise ValueError("pot/purpose/phase expected, such as basic-need/early_years/early_years") from None
    return written


Opened = Annotated[str, AfterValidator(_opened)]

@lever("plan.equity_floor", "choices", "yes or no", "no", ("plan_equity_floor",), value=bool)
def equity_floor(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """Deprived areas must have no smaller share of their children placed than the whole authority."""
    return evidence, replace(assumptions, plan_equity_floor=asked.form.value)


@lever("plan.members_decided", "choices", "pot/purpose/phase", "nothing", ("plan_members_decided",), value=tuple[Opened, ...])
def members_decided(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """Members open pots to what their grants leave to members, such as a nursery paid from Basic Need."""
    for written in asked.form.value:
        known(opened_pot(written)[0], evidence.pots["pot_id"], "pot")
    return evidence, replace(assumptions, plan_members_decided=asked.form.value)


@lever("plan.everyone_placed", "choices", "yes or no", "no", ("plan_everyone_placed",), value=bool)
def everyone_placed(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """No child may stay without a place: where no plan can do that, there is none, and what stands in the way is named."""
    return evidence, replace(assumptions, plan_everyone_placed=asked.form.value)


@lever("plan.qualities", "choices", "met, needs_judgement, not_met", "met and needs_judgement", ("plan_qualities",),
       value=tuple[Annotated[str, one_of(QUALITIES)], ...])
def qualities(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """Schools and settings may grow whose quality is one of these; without needs_judgement only those that are judged good."""
    return evidence, replace(assumptions, plan_qualities=asked.form.value)


@lever("plan.smallest_new_school", "choices", "places once full", "no rule",
       ("plan_smallest_primary", "plan_smallest_secondary"), ("phases",), limits=(0, 3000))
def smallest_new_school(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A new school has so many places at least, in both phases or in primary or secondary alone (0: no rule)."""
    for phase in asked.form.phases:
        known(phase, ("primary", "secondary"), "phase of a new school")
    primary, secondary = (picked(asked.form.phases, phase) for phase in ("primary", "secondary"))
    return evidence, replace(
        assumptions,
        plan_smallest_primary=asked.value if primary else assumptions.plan_smallest_primary,
        plan_smallest_secondary=asked.value if secondary else assumptions.plan_smallest_secondary,
    )


LEVERS = (equity_floor, members_decided, everyone_placed, qualities, smallest_new_school)
