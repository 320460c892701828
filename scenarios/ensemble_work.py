"""The tasks of an ensemble, as any process on any machine can do them: they carry paths and small settings, and return bytes.

A `WorldTask` works one world out by the model; a `BlockTask` draws a block of futures between worlds that are there already; a
`WholeTask` works each of its futures out by the model. What a process has read of a workspace or of a world it keeps for its
next task. Whoever does a task needs the same program (its code is compared), and the workspace and the ensemble's folder by
these paths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from planning_areas.tables import EvidenceError
from scenarios.identity import code_sha256
from scenarios.in_force import put_into_force
from scenarios.lever_chance import Uncertain, values, with_values
from scenarios.runs import RunError
from scenarios.scenario import Scenario
from sufficiency.areas.area_codes import one_phase_a_code
from sufficiency.assumptions import Assumptions
from sufficiency.evidence import Evidence
from sufficiency.intervals.draws import Draws
from sufficiency.joint import fixed_plan, world
from sufficiency.joint.between import Knots
from sufficiency.joint.figures import as_bytes, evaluate, joined
from sufficiency.joint.fixed_plan import FixedPlan
from sufficiency.joint.world import World, world_of
from sufficiency.model import Forecast, forecast, forecast_otherwise
from sufficiency.workspace.workspace import VARIABLE, Loaded, load

OF_CHILDREN = {
    "births", "planner_overrides", "housing_sites", "pots", "ring_fences", "settings_hours", "ofsted_register", "clubs",
    "schemes", "scheme_places", "scheme_costs", "scheme_order",
}
"""Tables of evidence on which neither schools, nor their areas, nor their places rest."""
OF_PLACES = ("catch_all_codes", "primary_years", "secondary_years")     # settings on which they do


@dataclass(frozen=True)
class Ground:
    """Where a task finds the workspace, and by what it knows that it is the one that is meant."""

    workspace: str
    data: str                       # what SUFFICIENCY_DATA names; blank: nothing
    inputs: tuple[str, ...]         # sha256 of its files, sorted
    code: str                       # sha256 of the program


@dataclass(frozen=True)
class WorldTask:
    """One world to be worked out."""

    ground: Ground
    name: str
    keys: Mapping[str, Any]
    calibrated: str = ""            # file of a world with the same past, whose calibration is taken; blank: measured anew


@dataclass(frozen=True)
class Luck:
    """What is drawn in an ensemble."""

    levers: tuple[Uncertain, ...]
    seed: int
    spread: float
    plan: str = ""                  # file of the fixed plan; blank: none


@dataclass(frozen=True)
class BlockTask:
    """A block of futures between worlds."""

    code: str
    luck: Luck
    centre: str                                             # file of the central world
    knots: tuple[tuple[tuple[float, ...], tuple[str, ...]], ...]    # of each lever its values, and the file of the world at each
    first: int
    count: int


@dataclass(frozen=True)
class WholeTask:
    """Some futures, each to be worked out by the model."""

    ground: Ground
    luck: Luck
    name: str
    keys: Mapping[str, Any]         # of the scenario; intervals where levers are drawn
    centre: str
    first: int
    count: int


Task = WorldTask | BlockTask | WholeTask


def do(task: Task) -> bytes:
    """Do a task: the bytes of a world, or of a block of futures."""
    if isinstance(task, BlockTask):
        return block(task)
    return world.as_bytes(worked_out(task)) if isinstance(task, WorldTask) else whole(task)


def worked_out(task: WorldTask) -> World:
    """The world of a task."""
    calibration = _world(task.calibrated).calibration if task.calibrated else None
    made, assumptions = _made(task.ground, task.name, task.keys)
    return world_of(made, assumptions, calibration)


def block(task: BlockTask) -> bytes:
    """A block of futures between worlds."""
    _same_program(task.code)
    luck, draws = task.luck, Draws(task.luck.seed, task.first, task.count, task.luck.spread)
    knots = [Knots(at, tuple(_world(file) for file in files)) for at, files in task.knots]
    given = values(luck.levers, luck.seed, task.first, task.count)
    return as_bytes(evaluate(_world(task.centre), knots, given, draws, _plan(luck.plan)))


def whole(task: WholeTask) -> bytes:
    """Futures one by one, each by the model itself.

    How sure the model is of what is known is that of the centre: a lever moves the births, its interval says how sure they are.
    """
    luck, centre, found = task.luck, _world(task.centre), []
    for number in range(task.first, task.first + task.count):
        given = values(luck.levers, luck.seed, number, 1)
        at = {(one.key, one.number): float(value) for one, value in zip(luck.levers, given[0], strict=True)}
        made, assumptions = _made(task.ground, task.name, with_values(task.keys, at))
        there = world_of(made, assumptions, centre.calibration)
        there = replace(there, central=replace(there.central, births_known=centre.central.births_known))
        one = evaluate(there, [], given[:, :0], Draws(luck.seed, number, 1, luck.spread), _plan(luck.plan))
        found.append(replace(one, levers=given))
    return as_bytes(joined(found))


def _made(ground: Ground, name: str, keys: Mapping[str, Any]) -> tuple[Forecast, Assumptions]:
    """The forecast of a workspace by some levers; what they do not touch is not worked out again."""
    loaded = _loaded(ground)
    try:
        evidence, assumptions = put_into_force(Scenario(name, "", dict(keys)), loaded.evidence, loaded.assumptions)
        if _grounds_move(loaded, evidence, assumptions):
            return forecast(evidence, assumptions), assumptions
        told = one_phase_a_code(evidence, assumptions.catch_all_codes)[0]
        return forecast_otherwise(replace(_as_it_is(ground), evidence=told), assumptions), assumptions
    except EvidenceError as fault:
        raise RunError(f"one of the futures cannot be: {fault}", "change the interval or the values that are swept") from None


def _grounds_move(loaded: Loaded, evidence: Evidence, assumptions: Assumptions) -> bool:
    """Say whether schools, areas or places may be others than they are."""
    was = loaded.evidence.tables
    moved = {name for name, table in evidence.tables.items() if table is not was[name]}
    settings = any(getattr(assumptions, name) != getattr(loaded.assumptions, name) for name in OF_PLACES)
    return settings or not moved <= OF_CHILDREN or evidence.authority != loaded.evidence.authority


_READ: dict[Ground, Loaded] = {}       # what this process has read of a workspace: its tables are never changed


def remember(ground: Ground, loaded: Loaded) -> None:
    """Keep a workspace that is read already for the tasks that are done in this process."""
    _READ.clear()
    _READ[ground] = loaded


def _loaded(ground: Ground) -> Loaded:
    """The workspace, read once a process, and known to be the one that is meant."""
    if ground not in _READ:
        remember(ground, _read(ground))
    return _READ[ground]


def _read(ground: Ground) -> Loaded:
    _same_program(ground.code)
    try:
        loaded = load(Path(ground.workspace), {VARIABLE: ground.data} if ground.data else {})
    except EvidenceError as fault:
        raise RunError(f"the workspace cannot be read: {fault}", "whoever does the work must see it by the same path") from None
    if tuple(sorted(source.sha256 for source in loaded.evidence.sources)) != ground.inputs:
        raise RunError("a file of the workspace was changed while an ensemble was worked out", "start the ensemble again")
    return loaded


@lru_cache(maxsize=1)
def _as_it_is(ground: Ground) -> Forecast:
    loaded = _loaded(ground)
    return forecast(loaded.evidence, loaded.assumptions)


@lru_cache(maxsize=256)
def _world(file: str) -> World:
    return world.from_bytes(Path(file).read_bytes())


@lru_cache(maxsize=2)
def _plan(file: str) -> FixedPlan | None:
    return fixed_plan.from_bytes(Path(file).read_bytes()) if file else None


@lru_cache(maxsize=1)
def _code() -> str:
    return code_sha256()


def _same_program(code: str) -> None:
    if code != _code():
        raise RunError("a worker has another version of Sufficiency than the one that started the ensemble",
                       "install the same version everywhere")
