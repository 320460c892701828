"""A scenario put into force: what is known and assumed becomes what would be, and the model is told no more than that.

A scenario that asks for what the workspace does not have is refused, all such problems at once. Every table that a lever has
changed is held against its model again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd

from planning_areas.tables import EvidenceError, Problem, check
from scenarios.changes import LEVERS, SETTINGS, forms_of, lever_of, split
from scenarios.levers import Asked, Form, Interval, Lever, LeverError, State, central
from sufficiency.evidence import TABLES, Note
from sufficiency.workspace.workspace_settings import changed_settings

IDLE = "scenario, no effect"      # table of the notes on keys that move nothing here

if TYPE_CHECKING:
    from scenarios.scenario import Scenario
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence


def put_into_force(scenario: Scenario, evidence: Evidence, assumptions: Assumptions) -> tuple[Evidence, Assumptions]:
    """What is known and assumed, as the scenario would have it; raises EvidenceError with all that cannot be."""
    if not scenario.keys:
        return evidence, assumptions
    problems: list[Problem] = []
    settings = {key.split(".", 1)[1]: value for key, value in scenario.keys.items() if key.startswith(f"{SETTINGS}.")}
    changed, faults = changed_settings(assumptions, settings)
    for fault in faults:
        key = fault.column
        file, line = scenario.where.get(key, ("", 0))
        problems.append(replace(fault, file=file or scenario.name, row=line))
    assumptions = changed if changed is not None else assumptions
    before, idle = evidence, list[str]()
    for one in LEVERS:
        asked = {key: split(key) for key in scenario.keys if not key.startswith(f"{SETTINGS}.") and lever_of(split(key)) is one}
        items = {key: _item(one, path) for key, path in asked.items()}
        for key in sorted(asked):
            for form in forms_of(key, scenario.keys[key]):
                if _left_alone(one, form):
                    continue
                try:
                    would = one(evidence, assumptions, Asked(items[key], form, frozenset(items.values())))
                    idle += [] if _moves(would, (evidence, assumptions), one) else [key]
                    evidence, assumptions = would
                except LeverError as fault:
                    file, line = scenario.where.get(key, ("", 0))
                    problems.append(Problem(file, line, key, fault.found, fault.expected, fault.advice))
    if problems:
        raise EvidenceError(problems)
    for name, table in evidence.tables.items():
        if table is not before.tables[name] and not table.empty and not isinstance(table, gpd.GeoDataFrame):    # shapes only go
            check(table, TABLES[name], f"{name} as the scenario would have it")
    note = Note("scenario", f"this run is a scenario, {scenario.name}: {'; '.join(scenario.changes)}",
                "its figures are what would be, not what is expected")
    still = tuple(Note(IDLE, f"{key} moves nothing: this workspace has nothing that it could move, in the years it is asked for")
                  for key in idle)
    held = tuple(f"{key} {' and '.join(f'{i.low:g} to {i.high:g}' for i in found)}" for key, found in scenario.intervals.items())
    more = (Note("scenario", f"a single run takes the central value of what is an interval: {'; '.join(held)}"),) if held else ()
    return replace(evidence, notes=(*evidence.notes, note, *still, *more)), assumptions


def _item(one: Lever, path: Sequence[str]) -> str:
    """What stands for the * in a lever's name."""
    pattern = one.name.split(".")
    return path[pattern.index("*")] if "*" in pattern else ""


def _moves(would: State, was: State, one: Lever) -> bool:
    """Say whether a lever has moved anything at all."""
    if would[1] != was[1]:
        return True
    touched = [name for name in one.touches if name in was[0].tables]
    return any(would[0].tables[name] is not was[0].tables[name] and not would[0].tables[name].equals(was[0].tables[name])
               for name in touched)


def _left_alone(one: Lever, form: Form) -> bool:
    """Say whether a lever is asked to stay where it is: then nothing moves, not even the order of rows."""
    value = getattr(form, "value", None)
    if not isinstance(value, (int, float, Interval)) or isinstance(value, bool):
        return False
    try:
        return central(value) == float(one.neutral)
    except ValueError:
        return False
