"""How much hangs on each lever: one at a time moved to its low and to its high end, all else as it is.

The ends of a lever are those of an interval that a scenario states, else the nudges of the rulebook (`sensitivity.toml`), which
are not verified and only make levers comparable. The lever on which most hangs comes first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning_areas.tables import EvidenceError
from scenarios.changes import forms_of, neutral_of
from scenarios.figures import FIGURES
from scenarios.layers import in_short
from scenarios.levers import Interval
from sufficiency.assumptions import EVIDENCE
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

COLUMNS = ["figure", "title", "unit", "key", "low", "high", "central", "at_low", "at_high", "span", "rests_on_source"]
Figures = Mapping[str, float]
Evaluate = Callable[["Scenario"], Figures]


@dataclass(frozen=True)
class Ends:
    """One lever and how far it is moved: the scenario's value at its low and at its high end, and what that rests on."""

    key: str
    low: Any
    high: Any
    source: str
    money: bool = False     # whether it moves the capital plan alone


def ends_of(scenario: Scenario, wanted: Sequence[str] = (), *, plan: bool = False) -> tuple[Ends, ...]:
    """The levers that are moved: intervals of the scenario first, then nudges; wanted: only these. Raises KeyError for others.

    Levers of money are left out unless the plan is asked for, which alone they move, or they are wanted by name.
    """
    found = {one.key: one for one in (*_nudges(scenario), *_intervals(scenario))}
    if lacking := [key for key in wanted if key not in found]:
        raise KeyError(", ".join(lacking))
    return tuple(one for one in found.values() if (one.key in wanted if wanted else plan or not one.money))


def _intervals(scenario: Scenario) -> Iterator[Ends]:
    """The keys of a scenario that hold one interval: its ends, within which the value lies with the probability stated."""
    for key, value in scenario.keys.items():
        forms = forms_of(key, value)
        if len(forms) == 1 and isinstance(interval := getattr(forms[0], "value", None), Interval):
            source = f"an interval of {scenario.name}, with probability {interval.probability:g}"
            yield Ends(key, _at(value, interval.low), _at(value, interval.high), source)


def _at(value: Any, number: float) -> Any:
    """What is written of a key, with a number in the place of its interval."""
    rest = {name: part for name, part in value.items() if name not in (*Interval.model_fields, "value")}
    return {"value": number, **rest} if rest else number


def _nudges(scenario: Scenario) -> Iterator[Ends]:
    """The nudges of the rulebook, for keys of which the scenario says nothing."""
    for one in rulebook("sensitivity")["nudge"]:
        if one["key"] not in scenario.keys:
            source = f"{one['source']} ({EVIDENCE[one['evidence']]})"
            yield Ends(one["key"], one["low"], one["high"], source, one["of"] == "money")


def sensitivity(scenario: Scenario, levers: Sequence[Ends], evaluate: Evaluate) -> tuple[pd.DataFrame, list[str]]:
    """What each figure is with each lever at either end (COLUMNS), and the levers that this workspace cannot move, with why.

    evaluate: the figures of a workspace under a scenario, by the same seed each time. span: how far the figure lies apart at
    its most, the centre included; the figures that nothing moves are in it with 0.
    """
    centre = evaluate(scenario)
    rows, idle = [], []
    for one in levers:
        try:
            low, high = (evaluate(_with(scenario, one.key, value)) for value in (one.low, one.high))
        except EvidenceError as fault:
            idle.append(f"{one.key}: {fault.problems[0].expected}")
            continue
        for figure in FIGURES:
            values = (centre[figure.key], low[figure.key], high[figure.key])
            if not any(math.isnan(value) for value in values):
                rows.append((figure.key, figure.title, figure.unit, one.key, in_short(one.low), in_short(one.high), *values,
                             max(values) - min(values), one.source))
    table = pd.DataFrame(rows, columns=COLUMNS)
    order = {figure.key: place for place, figure in enumerate(FIGURES)}
    table = table.assign(order=table["figure"].map(order)).sort_values(["order", "span", "key"], ascending=[True, False, True])
    return table.drop(columns="order").reset_index(drop=True), idle


def _with(scenario: Scenario, key: str, value: Any) -> Scenario:
    """A scenario with one key moved."""
    return replace(scenario, name=f"{key} at {in_short(value)}", keys=dict(sorted({**scenario.keys, key: value}.items())))


def moved_nothing(table: pd.DataFrame, figure: str) -> list[str]:
    """The levers that do not move a figure at all."""
    mine = table[(table["figure"] == figure) & (table["span"] < 1e-9)]
    return [f"{key} (left alone: {neutral_of(key)})" for key in mine["key"]]
