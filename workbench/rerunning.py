"""A workspace run again under another scenario, in memory: what a meeting waits for when one lever is moved.

The files are read once. A run again takes from the one before it what the change cannot touch: schools, planning areas and
places where only children move (births, homes, moves), children and childcare too where only money moves, and a plan whose case
is the same in every cell and is chosen in the same way, that of a stored run too. Else a plan is sought anew, and the search
starts from the plan before, and from what was proven there where that is still proven. Nothing is written. Childcare is worked
out only for a plan, which it is part of. What comes out is what `run` would write, to the last digit (a plan: as good, as far as
its time allows), since every step is a step of the model; only what is the same is not done twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

import pandas as pd

from scenarios.figures import figures_of
from scenarios.in_force import put_into_force
from sufficiency.balance import balance
from sufficiency.capital.from_run import CaseOfRun, Ground, case_of_run
from sufficiency.capital.stored_plan import earlier_of
from sufficiency.capital.story import KEPT, PLACED, Capital, choices_of, kept, kept_case, planned
from sufficiency.childcare.story import childcare
from sufficiency.forecast.planner_overrides import with_overrides
from sufficiency.intervals.ranges import balance_with_ranges
from sufficiency.model import Forecast, forecast, forecast_again, laid_around, school_pupils_table
from workbench.proposing import settings_of_manifest

if TYPE_CHECKING:
    from scenarios.runs import Run
    from scenarios.scenario import Scenario
    from sufficiency.assumptions import Assumptions
    from sufficiency.capital.choices import Choices
    from sufficiency.capital.earlier import Earlier
    from sufficiency.children import Projection
    from sufficiency.evidence import Evidence

MONEY = frozenset({"pots", "ring_fences", "schemes", "scheme_places", "scheme_costs", "scheme_order"})
CHILDREN = MONEY | {"births", "planner_overrides", "housing_sites", "settings_hours", "clubs", "ofsted_register",
                    "childcare_eligible"}
"""Tables of evidence that schools, planning areas and places do not rest on."""
MONEY_SETTINGS = frozenset({"price_growth", "location_factor", "operating_margin"})
CHILDREN_SETTINGS = MONEY_SETTINGS | {"slippage", "yields_level", "childcare_factors", "area_moves"}
CARE, PLAN = ("childcare_balance", "childcare_supply"), "plan"


@dataclass(frozen=True)
class Wanted:
    """What a run again is asked for, beside the central run."""

    chance: bool = True         # the draws: likelihoods and mean shortfalls
    plan: bool = False
    seconds: float | None = None    # of the search for a plan; none: as the settings say


@dataclass(frozen=True)
class Decided:
    """A capital decision that was made before: its case, how its plan was chosen, and the plan with its proofs."""

    case: CaseOfRun = field(repr=False)
    choices: Choices
    capital: Capital = field(repr=False)

    @property
    def earlier(self) -> Earlier:
        """What a search for another plan starts from."""
        return earlier_of(self.case, self.choices, self.capital.tables, self.capital.proofs)


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
    def decided(self) -> tuple[Decided, ...]:
        """Its capital decision, if it has made one."""
        if self.case is None or self.capital is None or not self.capital.proofs:
            return ()
        return (Decided(self.case, choices_of(self.assumptions), self.capital),)

    @property
    def figures(self) -> dict[str, float]:
        """What it comes to."""
        told = {name: table for name, table in self.tables.items() if name not in CARE}     # of childcare only a release tells
        return figures_of(told, self.evidence.authority.base_year)


def rerun(evidence: Evidence, assumptions: Assumptions, scenario: Scenario, wanted: Wanted, was: Again | None = None,
          stored: Sequence[Decided] = ()) -> Again:
    """Run a workspace that has been read (evidence, assumptions) under a scenario.

    was: a run of the same workspace before; stored: what finished runs of it decided.
    """
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
    return with_plan(made, wanted, was, stored) if wanted.plan and evidence.has("schemes") else made


def _only(was: Again, evidence: Evidence, assumptions: Assumptions, tables: frozenset[str], settings: frozenset[str]) -> bool:
    """Say whether nothing but these tables and settings differs from the run before."""
    other = {name for name, table in evidence.tables.items() if table is not was.evidence.tables[name]}
    moved = {one.name for one in fields(assumptions) if getattr(assumptions, one.name) != getattr(was.assumptions, one.name)}
    return other <= tables and moved <= settings


def _with_money(used: Evidence, evidence: Evidence) -> Evidence:
    """The evidence as it was used, with the tables of money as they would be."""
    return replace(used, tables={**used.tables, **{name: evidence.tables[name] for name in MONEY if name in evidence.tables}})


def with_plan(made: Again, wanted: Wanted, was: Again | None, stored: Sequence[Decided] = ()) -> Again:
    """A run with its plan: one that was made of the same case already, else sought from the one before (else one stored)."""
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
    case, choices = case_of_run(ground, tables, made.assumptions), choices_of(made.assumptions)
    before = (*(was.decided if was is not None else ()), *stored)
    same = next((one for one in before if one.choices == choices and same_case(case, one.case)), None)
    if same is not None:
        capital = same.capital
        taken.append("plan")
    else:
        settings = replace(made.assumptions, plan_why_seconds=0.0, plan_seconds=wanted.seconds or made.assumptions.plan_seconds)
        capital = planned(case, choices, settings, before[0].earlier if before else None)
    return replace(made, tables={**tables, **capital.tables}, case=case, capital=capital, taken=tuple(taken))


def same_case(one: CaseOfRun, other: CaseOfRun) -> bool:
    """Say whether two capital decisions are the same in every cell, so that one plan and what is proven of it hold for both.

    One of them may have been read from a run's files, in which rows stand in another order.
    """
    here, there = kept(one), kept(other)
    return all(_plain(table).equals(_plain(there[name])) for name, table in here.items())


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """A table with its rows in order, numbers as numbers and all else as text."""
    numbers = {name: pd.api.types.is_numeric_dtype(table[name]) for name in table}
    plain = table.astype({name: "float64" if number else "str" for name, number in numbers.items()})
    return plain.sort_values(list(plain.columns), ignore_index=True) if len(plain.columns) else plain


def decided_by(run: Run) -> tuple[Decided, ...]:
    """What a finished run decided, if it has a plan."""
    proofs = run.manifest.get("plan", {}).get("proofs", ())
    needed = [name for name in run.tables if name.startswith((KEPT, PLAN))]
    if not proofs or PLACED not in needed:
        return ()
    tables = {name: run.table(name) for name in needed}
    return (Decided(kept_case(tables), choices_of(settings_of_manifest(run)), Capital(tables, tuple(proofs))),)
