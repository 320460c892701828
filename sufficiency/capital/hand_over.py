"""The one-pass hand-over: a finished problem of PuLP becomes the plain arrays that a solver in a process of its own takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pulp

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.model import Build, aim

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def hand_over(built: Build) -> Arrays:
    """Turn a finished problem into arrays in one pass; refuses coefficients that are no finite numbers."""
    columns = built.variables.columns()
    at = {id(variable): i for i, variable in enumerate(columns)}
    rows = built.problem.constraints()
    index: list[int] = []
    value: list[float] = []
    starts = [0]
    for row in rows:
        expression = row.expr
        index += [at[id(variable)] for variable in expression]
        value += expression.values()
        starts.append(len(index))
    rhs = -np.array([row.constant for row in rows])
    sense = np.array([row.sense for row in rows])
    number = {k: i for i, k in enumerate(dict.fromkeys(k for k, _ in built.variables.open_by))}
    scheme = np.full(len(columns), -1, dtype=np.int64)
    scheme[: len(built.variables.open_by)] = [number[k] for k, _ in built.variables.open_by]
    serving = np.zeros(len(columns), dtype=bool)
    serving[len(scheme[scheme >= 0]) :][: len(built.variables.placed) + len(built.variables.unmet)] = True
    arrays = Arrays(
        cost=np.zeros(len(columns)),
        constant=np.zeros(1),
        lower=np.array([-np.inf if v.lowBound is None else v.lowBound for v in columns], dtype=float),
        upper=np.array([np.inf if v.upBound is None else v.upBound for v in columns], dtype=float),
        whole=np.array([v.cat == pulp.LpInteger for v in columns]),
        scheme=scheme,
        serving=serving,
        starts=np.array(starts),
        index=np.array(index, dtype=np.int64),
        value=np.array(value, dtype=float),
        row_lower=np.where(sense == pulp.LpConstraintLE, -np.inf, rhs),
        row_upper=np.where(sense == pulp.LpConstraintGE, np.inf, rhs),
        strong=np.flatnonzero([row.name.startswith("within_places_") for row in rows]),
    )
    for part in (arrays.value, rhs):
        if not np.isfinite(part).all():
            raise ValueError("a coefficient or limit of the capital model is no finite number")
    return arrays


def objective(built: Build, rates: Mapping[str, float]) -> tuple[Floats, float]:
    """One aim as costs of the columns and a constant."""
    expression, constant = aim(built, rates)
    columns = built.variables.columns()
    return np.array([expression.get(v, 0.0) for v in columns], dtype=float), constant
