"""What each change of a scenario does: alone, added in the order in which it is stated, and what only comes of several together.

A scenario of k changes is worked out with each change alone and with the first one, two, ... k of them, always by the same seed,
so that nothing but the change differs. Of a figure, the effect of a change is how far it moves it alone; what all changes move
together beyond the sum of these is the interaction, and has a bar of its own: effects and interaction add up to the whole. In
the order in which they are stated each change also adds something to those before it, and these add up by themselves.

A change that cannot be made alone (places at a school that another change opens) is told by what it adds in its turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning_areas.tables import EvidenceError
from scenarios.changes import neutral_of
from scenarios.figures import FIGURES
from scenarios.layers import changes

if TYPE_CHECKING:
    from scenarios.scenario import Scenario

ALONE, IN_TURN, INTERACTION, WHOLE = "alone", "in its turn", "interaction", "whole"
COLUMNS = ["figure", "title", "unit", "step", "kind", "change", "before", "alone", "added", "effect"]
Figures = Mapping[str, float]
Evaluate = Callable[["Scenario"], Figures]


@dataclass(frozen=True)
class Step:
    """One change between two scenarios: the key, and what it becomes (none: the key is taken away)."""

    key: str
    said: str               # "births.level: 1 -> 0.9"
    value: Any = None
    away: bool = False


def steps_between(first: Scenario, last: Scenario) -> tuple[Step, ...]:
    """The changes that lead from one scenario to the other, in the order in which the latter states them; dropped ones first."""
    keys = first.keys.keys() | last.keys.keys()
    neutral = {key: neutral_of(key) for key in keys}
    stated = sorted(last.keys, key=lambda key: (*_place(last, key), key))
    gone = [Step(key, _said(first.keys, {}, key, neutral), away=True) for key in sorted(first.keys.keys() - last.keys.keys())]
    found = [*gone, *(Step(key, _said(first.keys, last.keys, key, neutral), last.keys[key]) for key in stated)]
    return tuple(step for step in found if step.said)


def _place(scenario: Scenario, key: str) -> tuple[int, int]:
    """Where a key is stated: its file among those that were read, parents first, and its line."""
    file, line = scenario.where.get(key, ("", 0))
    files = list(scenario.chain)
    return (files.index(file) if file in files else len(files), line)


def _said(old: Mapping[str, Any], new: Mapping[str, Any], key: str, neutral: Mapping[str, str]) -> str:
    told = changes({k: v for k, v in old.items() if k == key}, {k: v for k, v in new.items() if k == key}, neutral)
    return told[0] if told else ""


def with_steps(first: Scenario, steps: Sequence[Step]) -> Scenario:
    """A scenario with some changes made."""
    keys = {key: value for key, value in first.keys.items() if key not in {step.key for step in steps if step.away}}
    keys |= {step.key: step.value for step in steps if not step.away}
    name = " + ".join(step.key for step in steps) or first.name
    return replace(first, name=name, keys=dict(sorted(keys.items())))


def effects(first: Scenario, steps: Sequence[Step], evaluate: Evaluate, wanted: Sequence[str] = ()) -> pd.DataFrame:
    """What each change does to each figure (COLUMNS): a row a change, one for the interaction and one for the whole.

    evaluate: the figures of a workspace under a scenario, by the same seed each time; wanted: names of figures, none: all that
    are told. `effect` of changes and interaction add up to that of the whole; so does `added` of the changes alone.
    """
    turns = [evaluate(with_steps(first, steps[:k])) for k in range(len(steps) + 1)]
    alone = [turns[1] if k == 0 else _alone(first, step, evaluate) for k, step in enumerate(steps)]
    rows = []
    for one in FIGURES:
        values = [turn[one.key] for turn in turns]
        if (wanted and one.key not in wanted) or any(math.isnan(value) for value in values):
            continue
        begin = values[0]
        whole = values[-1] - begin
        told = 0.0
        head = (one.key, one.title, one.unit)
        for k, step in enumerate(steps):
            added = values[k + 1] - values[k]
            apart = alone[k]
            by_itself = math.nan if apart is None else apart[one.key] - begin
            effect = added if math.isnan(by_itself) else by_itself
            told += effect
            rows.append((*head, k + 1, IN_TURN if math.isnan(by_itself) else ALONE, step.said, begin, by_itself, added, effect))
        rows.append((*head, len(steps) + 1, INTERACTION, "what only comes of several together", begin, math.nan, math.nan,
                     whole - told))
        rows.append((*head, len(steps) + 2, WHOLE, "all changes", begin, math.nan, whole, whole))
    return pd.DataFrame(rows, columns=COLUMNS)


def _alone(first: Scenario, step: Step, evaluate: Evaluate) -> Figures | None:
    """The figures with one change alone; none where it cannot be made without another."""
    try:
        return evaluate(with_steps(first, [step]))
    except EvidenceError:
        return None
