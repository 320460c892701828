"""A workspace run again under another scenario, in memory: what a meeting waits for when one lever is moved.

The files are read once. A run again takes from the one before it what the change cannot touch: schools, planning areas and
places where only children move (births, homes, moves), children and childcare too where only money moves, and a plan whose case
is the same in every cell. Else a plan is sought anew, and the search starts from the schemes that were chosen before. Nothing is
written. Childcare is worked out only for a plan, which it is part of. What comes out is what `run` would write, to the last digit
(a plan: as good, as far as its time allows), since every step is a step of the model; only what is the same is not done twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

import pandas as pd

from scenarios.figures import figures_of
from scenarios.in_force import put_into_force
from sufficiency.balance import balance
from sufficiency.capital.from_run import CaseOfRun, Ground, case_of_run
from sufficiency.capital.story import Capital, choices_of, kept, planned
from sufficiency.childcare.story import childcare
from sufficiency.forecast.planner_overrides import with_overrides
from sufficiency.intervals.ranges import balance_with_ranges
from sufficiency.model import Forecast, forecast, forecast_again, laid_around, school_pupils_table

if TYPE_CHECKING:
    from scenarios.scenario import Scenario
    from sufficiency.assumptions import Assumptions
    from sufficiency.children import Projection
    from sufficiency.evidence import Evidence

MONEY = frozenset({"pots", "ring_fences", "schemes", "scheme_places", "scheme_costs", "scheme_order"})
CHILDREN = MONEY | {"births", "planner_overrides", "housing_sites", "settings_hours", "clubs", "ofsted_register",
                    "childcare_eligible"}
"""Tables of evidence that schools, planning areas and places do not rest on."""
MONEY_SETTINGS = frozenset({"price_growth", "location_factor", "operating_margin"})
CHILDREN_SETTINGS = MONEY_SETTINGS | {"slippage", "yields_level", "childcare_factors", "area_moves"}
CARE = ("childcare_balance", "childcare_supply")


@dataclass(frozen=True)
class Wanted:
    """What a run again is asked for, beside the central run."""

    chance: bool = True         # the draws: likelihoods and mean shortfalls
    plan: bool = False
    seconds: float | None = None    # of the search for a plan; none: as the settings say


@dataclass(frozen=True)
class Again:
    """A workspace under one scenario: what it would be, its tables, and what they come to."""

    evidence: Evidence = field(repr=False)
    assumptions: Assumptions
    ahead: Forecast = field(repr=False)
    projection: Projection = field(repr=False)
    tables: Mapping[str, pd.DataFrame] = field(repr=False)      # balance; with a plan its tables, and those it rests on
    case: CaseOfRun | None = field(repr=False, default=None)
    capital: Capital | None = field(repr=False, default=None)
    taken: tuple[str, ...] = ()     # what was taken from the run before: ground, children, childcare, plan

    @property
    def figures(self) -> dict[str, float]:
        """What it comes to."""
        told = {name: table for name, table in self.tables.items() if name not in CARE}     # of childcare only a release tells
        return figures_of(told, self.evidence.authority.base_year)


def rerun(evidence: Evidence, assumptions: Assumptions, scenario: Scenario, wanted: Wanted, was: Again | None = None) -> Again:
    """Run a workspace that has been read (evidence, assumptions) under a scenario; was: a run of the same workspace before."""
    evidence, assumptions = put_into_force(scenario, evidence, assumptions)
    taken: list[str] = []
    if was is not None and _only(was, evidence, assumptions, MONEY, MONEY_SETTINGS):
        ahead, projection = replace(was.ahead, evidence=_with_money(was.ahead.evidence, evidence)), was.projection
        taken += ["ground", "children"]
    else:
        if was is not None and _only(was, evidence, assumptions, CHILDREN, CHILDREN_SETTINGS):
            ahead = forecast_again(was.ahead, evidence, assumptions)
            taken.append("ground")
        else:
            ahead = forecast(evidence, assumptions)
        projection = with_overrides(ahead.projection, ahead.evidence, ahead.frame, assumptions)
    weighed = balance(projection, ahead.places, assumptions)
    if wanted.chance:
        weighed = balance_with_ranges(weighed, laid_around(projection, weighed, ahead, assumptions))
    tables = {"balance": weighed}
    made = Again(evidence, assumptions, ahead, projection, tables, taken=tuple(taken))
    return with_plan(made, wanted, was) if wanted.plan and evidence.has("schemes") else made


def _only(was: Again, evidence: Evidence, assumptions: Assumptions, tables: frozenset[str], settings: frozenset[str]) -> bool:
    """Say whether nothing but these tables and settings differs from the run before."""
    other = {name for name, table in evidence.tables.items() if table is not was.evidence.tables[name]}
    moved = {one.name for one in fields(assumptions) if getattr(assumptions, one.name) != getattr(was.assumptions, one.name)}
    return other <= tables and moved <= settings


def _with_money(used: Evidence, evidence: Evidence) -> Evidence:
    """The evidence as it was used, with the tables of money as they would be."""
    return replace(used, tables={**used.tables, **{name: evidence.tables[name] for name in MONEY if name in evidence.tables}})


def with_plan(made: Again, wanted: Wanted, was: Again | None) -> Again:
    """A run with its plan: that of the run before where its case is the same, else sought from the schemes chosen there."""
    taken, base = list(made.taken), made.evidence.authority.base_year
    if was is not None and was.case is not None and "children" in taken:
        care = {name: was.tables[name] for name in CARE}
        taken.append("childcare")
    else:
        young = childcare(made.ahead.evidence, made.ahead.frame, made.projection, made.assumptions)
        care = {name: young.tables[name] for name in CARE}
    tables = {**made.tables, **care, "places": made.ahead.places,
              "school_pupils": school_pupils_table(made.projection, made.ahead.frame, made.assumptions, base)}
    ground = Ground(made.ahead.evidence, made.ahead.frame, made.ahead.schools, made.ahead.homes)
    case = case_of_run(ground, tables, made.assumptions)
    if was is not None and was.case is not None and was.capital is not None and same_case(case, was.case):
        capital = was.capital
        taken.append("plan")
    else:
        settings = replace(made.assumptions, plan_why_seconds=0.0, plan_seconds=wanted.seconds or made.assumptions.plan_seconds)
        capital = planned(case, choices_of(settings), settings, chosen_by(was))
    return replace(made, tables={**tables, **capital.tables}, case=case, capital=capital, taken=tuple(taken))


def same_case(one: CaseOfRun, other: CaseOfRun) -> bool:
    """Say whether two capital decisions are the same in every cell, so that one plan and what is proven of it hold for both."""
    here, there = kept(one), kept(other)
    return all(table.reset_index(drop=True).equals(there[name].reset_index(drop=True)) for name, table in here.items())


def chosen_by(was: Again | None) -> tuple[str, ...]:
    """The schemes of the plan before, in the order in which they open."""
    plan = was.tables.get("plan") if was is not None else None
    if plan is None:
        return ()
    mine = plan[plan["chosen"].astype("bool")].sort_values(["opens_ay", "scheme_id"])
    return tuple(mine["scheme_id"])
