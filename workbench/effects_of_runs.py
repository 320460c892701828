"""The changes that lead from one run to another, each made by itself and in its turn, in memory, from the runs' own files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from scenarios.compare import Side, went_in
from scenarios.effects import COLUMNS, effects, steps_between
from scenarios.figures import figures_of
from scenarios.identity import code_sha256
from scenarios.scenario import Scenario, from_facts
from sufficiency.workspace.workspace import Loaded, load_files
from workbench.answers import UserError
from workbench.effects_view import effect_lines
from workbench.replaying import recipe, workspace_of
from workbench.rerunning import Again, Wanted, decided_by, rerun

if TYPE_CHECKING:
    from scenarios.runs import Run
    from workbench.progress import Steps

MAY_DIFFER = {"scenario", "version", "program"}
NEAR = 1e-6
HELD = ("entry_short", "all_short")      # of these the bars must add up to what the stored runs tell


class Evaluator:
    """Works out the figures of one workspace under one scenario after another, each from the run before it."""

    def __init__(self, loaded: Loaded, wanted: Wanted, steps: Steps, stored: Sequence[Run] = ()) -> None:
        self.loaded, self.wanted, self.steps = loaded, wanted, steps
        self.stored = [one for run in stored for one in decided_by(run)] if wanted.plan else []
        self.base: Again | None = None
        self.known: dict[str, dict[str, float]] = {}

    def __call__(self, scenario: Scenario) -> dict[str, float]:
        """The figures under a scenario; the first that is asked for is what the others start from."""
        key = repr(sorted(scenario.keys.items(), key=lambda item: item[0]))
        if key not in self.known:
            self.steps(f"Running again: {scenario.name}")
            made = rerun(self.loaded.evidence, self.loaded.assumptions, scenario, self.wanted, self.base, self.stored)
            self.base = self.base or made
            self.known[key] = made.figures
        return self.known[key]


def effects_of_runs(found: Sequence[Run], names: Sequence[str], workspace: Path | None, environ: Mapping[str, str], steps: Steps,
                    *, plan: bool) -> tuple[pd.DataFrame, list[str]]:
    """What each change does that leads from the first run to each other: a table with `run`, and words."""
    refuse_other_input(found, names)
    steps("Reading the files of the runs")
    described, jobs, _ = recipe(found[0], workspace_of(found[0], workspace), environ, code_sha256())
    evaluate = Evaluator(load_files(described, jobs), Wanted(plan=plan), steps, found)
    first = from_facts(found[0].manifest["scenario"])
    tables, words = [], list[str]()
    for run, name in zip(found[1:], names[1:], strict=True):
        last = from_facts(run.manifest["scenario"])
        changes = steps_between(first, last)
        table = effects(first, changes, evaluate)
        table.insert(0, "run", name)
        tables.append(table)
        words += [f"{name}, change by change:", *(f"  {line}" if line else "" for line in effect_lines(table)),
                  *_not_as_stored(table, run, found[0])]
    return pd.concat(tables, ignore_index=True)[["run", *COLUMNS]], words


def refuse_other_input(found: Sequence[Run], names: Sequence[str]) -> None:
    """Refuse runs that differ by more than their scenario: then no change of a scenario tells what moved."""
    sides = [Side(name, run.manifest, {}) for name, run in zip(names, found, strict=True)]
    for other, run in zip(sides[1:], found[1:], strict=True):
        told = went_in(sides[0], other)
        by_scenario = set(run.manifest["scenario"].get("settings", {})) | set(found[0].manifest["scenario"].get("settings", {}))
        more = told[~told["kind"].isin(MAY_DIFFER) & ~((told["kind"] == "setting") & told["key"].isin(by_scenario))]
        if len(more):
            raise UserError(f"{other.name} differs from {sides[0].name} by more than its scenario: {more['said'].iloc[0]}",
                            "a waterfall tells what the changes of a scenario do; run both from the same input first")
        if "scenario" not in set(told["kind"]):
            raise UserError(f"{other.name} changes nothing that {sides[0].name} does not", "leave --waterfall out")


def _not_as_stored(table: pd.DataFrame, run: Run, first: Run) -> list[str]:
    """Say where the whole is not what the stored runs tell: another version of the program made them."""
    base = int(first.manifest["authority"]["base_year"])
    stored = [figures_of({"balance": one.table("balance")}, base) for one in (first, run)]
    whole = table[table["kind"] == "whole"].set_index("figure")["effect"]
    moved = {key: stored[1][key] - stored[0][key] for key in HELD if key in whole}
    if all(abs(whole[key] - change) <= NEAR for key, change in moved.items()):
        return []
    return ["These bars were made with this version, and do not add up to what the stored runs tell: run them again.", ""]
