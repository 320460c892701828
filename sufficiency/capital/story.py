"""The order of the story of a capital plan: the case, the choices, the plan, why this one; and the tables that are kept of it.

A workspace without schemes has no plan, and a note says so. Where rules cannot all be kept, or no solver answers, the run goes on
without a plan and tells why. What a plan was made of is kept in the run's own tables (KEPT), so that it can be made again with
other choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sufficiency.capital.by_name import by_name
from sufficiency.capital.choices import EXCHANGE, LEXICOGRAPHIC, TERMS, Choices, exchange, opened_pot
from sufficiency.capital.decide import decide
from sufficiency.capital.from_run import CALLED, CaseOfRun, case_of_run
from sufficiency.capital.plan_tables import plan_tables
from sufficiency.capital.solver import Ask, SolverError
from sufficiency.capital.tables import MODELS, check_case
from sufficiency.capital.why import UNASKED, Effort, why
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions
    from sufficiency.capital.earlier import Earlier
    from sufficiency.capital.from_run import Ground
    from sufficiency.capital.plan import Plan
    from sufficiency.capital.why import Why

TABLE = "plan"
KEPT = "capital_"
PLACED = "plan_placed"  # group_id, site_id, children: as the decision has it, to hold a stored plan to its rules again
BESIDE = ("short", "told", "called")  # of a case, beside the tables of the decision itself
DECIMALS = 6  # of what is proven: beyond them is a solver's rounding


@dataclass(frozen=True)
class Capital:
    """What a run says of what to build."""

    tables: dict[str, pd.DataFrame] = field(repr=False)  # those of a plan, and of its case under names that begin with KEPT
    proofs: tuple[dict[str, Any], ...] = ()  # what is known of each aim
    why: dict[str, Any] = field(default_factory=dict, repr=False)
    notes: tuple[Note, ...] = ()


def capital(ground: Ground, tables: dict[str, pd.DataFrame], assumptions: Assumptions) -> Capital:
    """What to build, where, when and with whose money, by a run's own tables."""
    evidence = ground.evidence
    if not evidence.has("schemes"):
        return Capital(
            {},
            notes=(
                Note(
                    "schemes",
                    "there is no list of schemes, and so no capital plan",
                    "what to build, when and with whose money is not weighed",
                ),
            ),
        )
    of_run = case_of_run(ground, tables, assumptions)
    if not evidence.has("pots"):
        nothing = Note("pots", "there are schemes and no pots: no money is known, and only what costs nothing can be in a plan")
        of_run = replace(of_run, notes=(*of_run.notes, nothing))
    return planned(of_run, choices_of(assumptions), assumptions)


def planned(of_run: CaseOfRun, choices: Choices, assumptions: Assumptions, earlier: Earlier | None = None) -> Capital:
    """The plan of a case; without one, the case alone and a note that says why. earlier: a decision to start from."""
    try:
        plan = decide(of_run.case, choices, Ask(seconds=assumptions.plan_seconds, seed=assumptions.seed % 2**31),
                      earlier=earlier, called=of_run.names)
    except SolverError as fault:
        said = Note(TABLE, str(fault), "there is no capital plan in this run; what stands in its way is named")
        return Capital(kept(of_run), notes=(*of_run.notes, said))
    if choices.equity_floor and not of_run.case.groups["deprived"].any():
        none_known = Note(TABLE, "an equity floor is asked for, and no area is known to be deprived", "it asks for nothing")
        of_run = replace(of_run, notes=(*of_run.notes, none_known))
    effort = Effort(seconds=assumptions.plan_why_seconds, seed=assumptions.seed % 2**31)
    asked = why(of_run.case, choices, plan, effort, called=of_run.names)
    asked = by_name(asked, of_run.names, of_run.proposals)
    made = plan_tables(of_run, choices, plan)
    made["plan"] = with_words(made["plan"], asked)
    more = "give plan_why_seconds more, or make the plan again with more seconds"
    left_out = (Note(TABLE, said, more) for said in asked.notes if UNASKED in said)
    notes = (*of_run.notes, *unproven(plan), *left_out)
    tables = {**made, PLACED: plan.placed.reset_index(drop=True), **kept(of_run)}
    return Capital(tables, proofs_of(plan), asked.as_json(), tuple(dict.fromkeys(notes)))


def choices_of(assumptions: Assumptions) -> Choices:
    """How the settings of a run have its plan chosen."""
    if assumptions.plan_aims == EXCHANGE:
        levels = exchange(dict(zip(TERMS, assumptions.plan_rates, strict=True)), gap=1e-3)
    else:
        levels = LEXICOGRAPHIC
    opened = frozenset((pot, purpose, phase) for pot, purpose, phase in map(opened_pot, assumptions.plan_members_decided))
    smallest = {"primary": assumptions.plan_smallest_primary, "secondary": assumptions.plan_smallest_secondary}
    return Choices(
        levels=levels,
        everyone_placed=assumptions.plan_everyone_placed,
        equity_floor=assumptions.plan_equity_floor,
        members_decided=opened,
        qualities=frozenset(assumptions.plan_qualities),
        smallest_new_school={phase: places for phase, places in smallest.items() if places > 0.0},
    )


def with_words(programme: pd.DataFrame, asked: Why) -> pd.DataFrame:
    """The programme with what each scheme serves and why it is in or out, in a sentence or two."""
    cards = {card.scheme_id: card for card in asked.cards}
    mine = [cards.get(code) for code in programme["scheme_id"]]
    return programme.assign(
        children_served=[card.children if card else np.nan for card in mine],
        child_years_served=[card.child_years if card else np.nan for card in mine],
        why_so=[card.told if card else "" for card in mine],
    )


def proofs_of(plan: Plan) -> tuple[dict[str, Any], ...]:
    """What is known of each aim, without the clock: value, bound and gap (none: nothing is proven), status, solver, in words."""
    told = []
    for proof in plan.proofs:
        known = np.isfinite(proof.bound)
        told.append({
            "name": proof.name,
            "value": round(proof.value, DECIMALS),
            "bound": round(proof.bound, DECIMALS) if known else None,
            "gap": round(proof.gap, DECIMALS) if known else None,
            "status": proof.status,
            "solver": proof.solver,
            "trouble": proof.trouble,
            "said": str(proof),
        })
    return tuple(told)


def unproven(plan: Plan) -> tuple[Note, ...]:
    """Say how far each aim may be from the best, where it is not proven."""
    return tuple(
        Note(TABLE, str(proof), "a better plan may exist; more time (plan_seconds) may find it")
        for proof in plan.proofs
        if proof.status != "proven"
    )


def kept(of_run: CaseOfRun) -> dict[str, pd.DataFrame]:
    """The tables of a case as a run keeps them."""
    of_case = {name: getattr(of_run.case, name) for name in MODELS}
    years = pd.DataFrame({"ay": list(of_run.case.years)})
    beside = {name: getattr(of_run, name) for name in BESIDE}
    return {f"{KEPT}{name}": table for name, table in {**of_case, **beside, "years": years}.items()}


def kept_case(tables: Mapping[str, pd.DataFrame]) -> CaseOfRun:
    """The case that a run has kept; tables: those whose names begin with KEPT."""
    mine = {name.removeprefix(KEPT): table for name, table in tables.items() if name.startswith(KEPT)}
    case = check_case(tuple(int(ay) for ay in sorted(mine["years"]["ay"])), {name: mine[name] for name in MODELS if name in mine})
    return CaseOfRun(case, mine["short"], mine["told"], (), mine.get("called", pd.DataFrame(columns=CALLED)))
