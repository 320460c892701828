"""Calibration: how wide an interval must be so that what comes falls into it as often as it says, learnt from past errors.

Method (conformal; domain brief C9, C10). Forecasts made at many past Januaries are held against what came. An error is the
logarithm of forecast over actual, whatever its sign. Small rolls are further out than large ones: an error is divided by
sqrt(1 + kappa / pupils), kappa fitted to the errors. Of what is left, for each level (authority, school), phase and year ahead,
the quantiles are taken: half the errors are within the first width, four fifths within the second, 95 in a hundred within the
third. No shape is assumed; tails are as heavy as they were. Between and beyond these chances a width is found on a line over
normal scores. A planning area is taken to be as uncertain as a school of its size.

An authority's own past errors are drawn towards those of many: its widths are those of many times a factor, the mean of its own
errors over that of many, and the factor counts with the share n / (n + `pooling`) of its n origins. Only the authority's own
totals are drawn so: how one council's schools differ from another's in how far out they are, no published panel tells.

A short history makes a forecast less sure: where fewer changes from one January to the next are known than the widths were
measured with, they are made wider by what histories cut short cost on the panel (`short`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np

from planning_areas.school_year import PHASE_YEARS
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions

    Floats = NDArray[np.float64]

CHANCES = (0.5, 0.8, 0.95)
"""The chances for which widths are measured: that the figure which comes is within."""

FURTHEST = 7                        # years ahead
LONG = 99                           # changes from one January to the next: as many as one could wish
STANDS_IN = {("area", "primary"): ("school", "primary"), ("area", "secondary"): ("school", "secondary"),
             ("school", "primary"): ("school", "secondary"), ("authority", "sixth_form"): ("authority", "secondary"),
             ("area", "sixth_form"): ("school", "secondary"), ("school", "sixth_form"): ("school", "secondary")}
"""Whose errors stand in for a level and phase of which none are known."""

KAPPAS = np.r_[0.0, np.geomspace(5, 5_000_000, 55)]    # pupils; tried in turn
FEWEST_FOR_SIZE = 30                # errors; fewer cannot tell small rolls from large ones
_KNOTS = np.array([0.0, *(NormalDist().inv_cdf((1 + chance) / 2) for chance in CHANCES)])
_BEYOND = 8.0                       # normal score up to which the last line is drawn


@dataclass(frozen=True)
class Errors:
    """How far out forecasts of one level and phase were: widths [year ahead, chance] of a very large roll, in logarithms."""

    kappa: float                # pupils of a roll whose errors are sqrt(2) times those of a very large one
    widths: Floats
    mean: Floats                # [year ahead] mean of the errors, as the widths
    origins: int                # Januaries from which they were made
    short: Floats = field(default_factory=lambda: np.ones((0, FURTHEST)))
    """[changes known, year ahead] times as wide with so short a history; once beyond."""

    def lines(self, size: float | Floats) -> tuple[Floats, Floats]:
        """Normal scores and the widths that belong to them: [knot] and [..., year ahead, knot]; size: pupils in the phase."""
        last = self.widths[:, -1] + (self.widths[:, -1] - self.widths[:, -2]) * (_BEYOND - _KNOTS[-1]) / (_KNOTS[-1] - _KNOTS[-2])
        rows = np.concatenate([np.zeros((len(self.widths), 1)), self.widths, last[:, None]], axis=1)
        return np.r_[_KNOTS, _BEYOND], np.sqrt(1 + self.kappa / np.maximum(np.asarray(size), 1.0))[..., None, None] * rows


    def wider(self, factor: float | Floats) -> Errors:
        """The same, so many times as wide; factor: of all years ahead, or of each."""
        times = np.broadcast_to(factor, self.mean.shape)
        return replace(self, widths=np.maximum.accumulate(self.widths * times[:, None], axis=0), mean=self.mean * times)

    def known_from(self, changes: int) -> Errors:
        """The errors of a forecast that rests on so many changes from one January to the next."""
        return self.wider(self.short[changes]) if changes < len(self.short) else self


@dataclass(frozen=True)
class Calibration:
    """Errors by level and phase."""

    errors: Mapping[tuple[str, str], Errors]

    def of(self, level: str, phase: str) -> Errors:
        """The errors of a level and phase, or of what stands in for it."""
        key = (level, phase)
        while key not in self.errors:
            if key not in STANDS_IN:
                raise ValueError(f"no errors of {level} and {phase} are known")
            key = STANDS_IN[key]
        return self.errors[key]

    def half_width(self, level: str, phase: str, horizon: int, size: float, chance: float) -> float:
        """What comes lies between forecast / exp(w) and forecast * exp(w) with this chance; horizon: years ahead, from 1."""
        scores, widths = self.of(level, phase).lines(size)
        row = widths[min(horizon, len(widths)) - 1]
        return float(np.interp(NormalDist().inv_cdf((1 + chance) / 2), scores, row))


def calibrate(residuals: pd.DataFrame) -> Calibration:
    """Measure past errors: one row a forecast, of origin, level, phase, horizon, size (pupils forecast), error.

    error: (forecast - actual) / actual, as the DfE reckons. A year ahead without errors takes those of the nearest year before it
    that has some, grown with the years; a year ahead is never surer than the one before it.
    """
    return Calibration({
        (str(level), str(phase)): _measured(rows) for (level, phase), rows in residuals.groupby(["level", "phase"], sort=True)
    })


def _measured(rows: pd.DataFrame) -> Errors:
    """The errors of one level and phase."""
    out = np.abs(np.log1p(rows["error"].to_numpy("float64")))
    size, horizon = rows["size"].to_numpy("float64"), np.minimum(rows["horizon"].to_numpy("int64"), FURTHEST)
    kappa = _kappa(out, size, horizon)
    scaled = out / np.sqrt(1 + kappa / size)
    known = np.unique(horizon)
    widths, mean = np.zeros((FURTHEST, len(CHANCES))), np.zeros(FURTHEST)
    for h in range(1, FURTHEST + 1):
        nearest = int(known[known <= h].max(initial=known[0]))
        mine = np.sort(scaled[horizon == nearest]) * max(1.0, h / nearest)
        ranks = [min(len(mine), int(np.ceil((len(mine) + 1) * chance))) - 1 for chance in CHANCES]
        widths[h - 1], mean[h - 1] = mine[ranks], mine.mean()
    return Errors(kappa, np.maximum.accumulate(widths, axis=0), mean, int(rows["origin"].nunique()))


def _kappa(out: Floats, size: Floats, horizon: NDArray[np.int64]) -> float:
    """The kappa that makes errors of small and large rolls most alike (the likeliest under a Laplace law)."""
    usual = np.zeros(FURTHEST + 1)
    for h in np.unique(horizon):
        usual[h] = out[horizon == h].mean()
    if len(out) < FEWEST_FOR_SIZE or not out.any():
        return 0.0
    relative = np.divide(out, usual[horizon], out=np.zeros_like(out), where=usual[horizon] > 0)
    curves = [np.sqrt(1 + kappa / size) for kappa in KAPPAS]
    costs = [len(out) * np.log((relative / curve).mean()) + np.log(curve).sum() for curve in curves]
    return float(KAPPAS[int(np.argmin(costs))])


def bands(assumptions: Assumptions, own: pd.DataFrame, changes: Mapping[str, int], without: int | None = None) -> Calibration:
    """The bands of a run, and of a backtest's forecast: those of many authorities, drawn to the authority's own past errors.

    own: its past errors, as `own_errors` gives them. changes: from one January to the next that the forecast rests on, by level.
    without: the January, by its academic year, that nothing here may have seen: neither its own errors nor those of many.
    """
    many = drawn_towards(shipped(assumptions.method, without), own[own["origin"] != without], assumptions.pooling)
    levels = {level for level, _ in STANDS_IN} | {level for level, _ in many.errors}
    return Calibration({
        (level, phase): many.of(level, phase).known_from(changes.get(level, LONG))
        for level in sorted(levels) for phase in PHASE_YEARS
    })


def drawn_towards(pooled: Calibration, residuals: pd.DataFrame, pooling: float) -> Calibration:
    """The pooled errors made wider or narrower by an authority's own; residuals as for `calibrate`, only its own."""
    found = dict(pooled.errors)
    for (level, phase), rows in residuals.groupby(["level", "phase"], sort=True):
        many = pooled.of(str(level), str(phase))
        h = np.minimum(rows["horizon"].to_numpy("int64"), len(many.widths)) - 1
        curve = np.sqrt(1 + many.kappa / rows["size"].to_numpy("float64"))
        own = float((np.abs(np.log1p(rows["error"].to_numpy("float64"))) / curve / many.mean[h]).mean())
        origins = int(rows["origin"].nunique())
        found[str(level), str(phase)] = many.wider(max(own, 0.01) ** (origins / (origins + pooling)))
    return Calibration(found)


def shipped(method: str, without: int | None = None) -> Calibration:
    """The errors of many authorities by a method of `levels`, as the rulebook has them; another method takes the default's.

    without: the January, by its academic year, whose forecasts are left out of what the widths were measured on.
    """
    book = rulebook("forecast_errors")
    rows: list[dict[str, Any]] = book.get(method, book[book["default"]])
    found = {}
    for row in rows:
        one = next((left for left in row["left_out"] if left["origin"] == without), row)
        found[row["level"], row["phase"]] = Errors(
            float(one["kappa"]), np.array(one["widths"], dtype="float64"), np.array(one["mean"], dtype="float64"),
            int(row["origins"]) - (one is not row), np.array(row["short"], dtype="float64"))
    return Calibration(found)
