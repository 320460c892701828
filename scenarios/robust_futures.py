"""The futures of an ensemble's file as a choice of plan needs them: those to choose by, and others, with luck of their own.

The worlds of its levers are worked out as for an ensemble. Futures to choose by are drawn with the seed of the run, those that
score the plans with another: no draw of chance or of a lever is common to both. What they have in common is the model itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from planning_areas.tables import EvidenceError, Problem
from scenarios.ensemble_work import WorldTask, remember, worked_out
from scenarios.lever_chance import values
from sufficiency.capital.reach import neighbours
from sufficiency.intervals.draws import Draws
from sufficiency.joint.between import Knots
from sufficiency.joint.world import as_bytes
from sufficiency.model import forecast
from sufficiency.robust.sample import Ground, Sample, drawn, ground_of

if TYPE_CHECKING:
    from scenarios.ensemble_file import Ensemble
    from scenarios.ensemble_work import Ground as Whence
    from sufficiency.joint.world import World
    from sufficiency.workspace.workspace import Loaded

UNSEEN = 4_000_037      # added to the seed for futures that choose no plan


@dataclass(frozen=True)
class Worlds:
    """The worlds of an ensemble, and what all its futures have in common."""

    centre: World
    knots: tuple[Knots, ...]
    ensemble: Ensemble
    ground: Ground
    margin: float
    spread: float

    def futures(self, seed: int, first: int, count: int) -> Sample:
        """Draw futures; number 0 is the central one, in which nothing is left to chance."""
        given = values(self.ensemble.levers, seed, first, count)
        return drawn(self.centre, self.knots, given, Draws(seed, first, count, self.spread), self.ground, self.margin)


def worlds_of(ensemble: Ensemble, whence: Whence, loaded: Loaded, told: Callable[[str], None] = lambda step: None) -> Worlds:
    """Work out the worlds of an ensemble without a sweep; told: is told each step as it begins."""
    if len(ensemble.points) > 1:
        raise EvidenceError([Problem(ensemble.scenario.name, found=f"{len(ensemble.points)} points of a sweep", expected=(
            "one plan is chosen for futures of one kind"), advice="leave [sweep] out, or give its levers an interval each")])
    remember(whence, loaded)
    point, name = ensemble.points[0], ensemble.scenario.name
    told("The central world")
    centre = worked_out(WorldTask(whence, name, ensemble.keys_at(point)))
    knots = []
    with tempfile.TemporaryDirectory(prefix="futures-") as folder:
        file = Path(folder) / "centre.npz"
        file.write_bytes(as_bytes(centre))
        for lever in ensemble.levers:
            told(f"The worlds of {lever.name}")
            there = [centre if value == lever.central else worked_out(WorldTask(
                whence, name, ensemble.keys_at(point, {(lever.key, lever.number): value}), str(file))) for value in lever.knots()]
            knots.append(Knots(lever.knots(), tuple(there)))
    made, settings = forecast(loaded.evidence, loaded.assumptions), loaded.assumptions
    pairs = neighbours(made.evidence, made.frame, settings)[["planning_area_code", "relief_area_code"]].drop_duplicates()
    ground = ground_of(centre, list(pairs.itertuples(index=False, name=None)))
    return Worlds(centre, tuple(knots), ensemble, ground, settings.operating_margin, settings.spread)
