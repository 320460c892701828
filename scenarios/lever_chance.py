"""Levers that nobody knows exactly, drawn: each by its own interval and luck, the same however futures are cut into blocks.

An interval `{low, central, high, probability}` is two halves that meet at its centre, each as likely as the other; of all
futures the stated share lies from low to high. The shape says how: `normal`, two halves of bells, with no end; `triangular`,
two triangles that end beyond low and high by as much as the probability leaves; `uniform`, every value of a half as likely. A
lever never goes beyond its own limits. Its luck is a stream by its name, as that of everything else that is drawn: two
ensembles with a lever in common draw it alike, whatever else they hold, and future 0 is the central one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr, ndtri

from scenarios.changes import forms_of, lever_of, split
from scenarios.levers import Interval
from sufficiency.intervals.draws import Draws

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scenarios.scenario import Scenario

    Floats = NDArray[np.float64]

NORMAL, TRIANGULAR, UNIFORM = "normal", "triangular", "uniform"
SHAPES = (NORMAL, TRIANGULAR, UNIFORM)
HARDLY = 1e-6
SCORES = (-2.0, -1.0, -HARDLY, 0.0, HARDLY, 1.0, 2.0)
"""Normal scores of the values at which the model is run for each lever. Close beside the centre too: a lever that moves at all
may do what one that is left alone does not, as births that are asked for are published no longer."""


@dataclass(frozen=True)
class Uncertain:
    """One lever with an interval."""

    key: str
    number: int         # of the intervals of its key, from 0
    low: float
    central: float
    high: float
    probability: float
    shape: str = NORMAL
    least: float = -np.inf
    most: float = np.inf

    @property
    def name(self) -> str:
        """Its key; where several intervals stand under one key, with their number."""
        return self.key if self.number == 0 else f"{self.key} ({self.number + 1})"

    def at(self, scores: Floats) -> Floats:
        """Its values at standard normal scores."""
        inside = 2 * ndtr(np.abs(scores)) - 1       # probability of being nearer to the centre than this
        reach = {
            NORMAL: np.abs(scores) / ndtri((1 + self.probability) / 2),
            TRIANGULAR: (1 - np.sqrt(1 - inside)) / (1 - np.sqrt(1 - self.probability)),
            UNIFORM: inside / self.probability,
        }[self.shape]
        ends = np.where(scores > 0, self.high - self.central, self.low - self.central)
        found: Floats = np.clip(self.central + reach * ends, self.least, self.most)
        return found

    def drawn(self, seed: int, first: int, count: int) -> Floats:
        """Its values in a block of futures."""
        return self.at(Draws(seed, first, count).normals(f"lever {self.name}", 1)[:, 0])

    def knots(self) -> tuple[float, ...]:
        """The values at which the model is run, rising, the centre among them."""
        return tuple(sorted({float(value) for value in self.at(np.array(SCORES))} | {self.central}))


def uncertain(scenario: Scenario, shapes: Mapping[str, str]) -> tuple[Uncertain, ...]:
    """The levers of a scenario that have an interval, in the order of their keys; shapes: key -> shape, normal if left out."""
    found = []
    for key in sorted(scenario.keys):
        lever = lever_of(split(key))
        least, most = (lever.limits if lever is not None else None) or (-np.inf, np.inf)
        for number, one in enumerate(intervals_in(scenario.keys[key])):
            ends, shape = (one.low, one.central, one.high), shapes.get(key, NORMAL)
            found.append(Uncertain(key, number, *ends, one.probability, shape, least, most))
    return tuple(found)


def values(levers: Sequence[Uncertain], seed: int, first: int, count: int) -> Floats:
    """The values of all levers in a block of futures: [future, lever]."""
    found = np.zeros((count, len(levers)))
    for i, one in enumerate(levers):
        found[:, i] = one.drawn(seed, first, count)
    return found


def with_values(keys: Mapping[str, Any], given: Mapping[tuple[str, int], float]) -> dict[str, Any]:
    """The keys of a scenario with numbers in the place of intervals: those given, of the others the centre."""
    found = {}
    for key, value in keys.items():
        numbers = iter([given.get((key, n), one.central) for n, one in enumerate(intervals_in(value))])
        found[key] = _filled(value, numbers)
        forms_of(key, found[key])       # a value that the lever does not take is refused here, not in the middle of the work
    return found


def _is_interval(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == set(Interval.model_fields)


def intervals_in(value: Any) -> Iterator[Interval]:
    """The intervals that are written in a value, in their order."""
    if _is_interval(value):
        yield Interval.model_validate(value)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from intervals_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from intervals_in(part)


def _filled(value: Any, numbers: Iterator[float]) -> Any:
    if _is_interval(value):
        return next(numbers)
    if isinstance(value, Mapping):
        return {name: _filled(part, numbers) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(part, numbers) for part in value]
    return value
