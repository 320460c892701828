"""`scenarios`: what may be asked - the ready scenarios of the library, the workspace's own, and the levers they are made of."""

from __future__ import annotations

from pathlib import Path

from scenarios.changes import LEVERS
from scenarios.scenario import listed
from workbench.answers import Answer, UserError, columns


def list_scenarios(workspace: Path | None) -> Answer:
    """Every scenario by the name that `run --scenario` takes, with its reason."""
    if workspace is not None and not workspace.is_dir():
        raise UserError(f"there is no folder {workspace}", "give the folder that holds authority.toml, or leave it out")
    found = listed(workspace)
    rows = [(one.key, "own" if one.own else "library", one.name, one.why) for one in found]
    return Answer(
        [*columns([("Name", "", "Title", "Why"), *rows]), "", "`sufficiency run WORKSPACE --scenario NAME` runs one"],
        {"scenarios": [{"key": one.key, "name": one.name, "why": one.why, "extends": list(one.extends), "keys": list(one.keys),
                        "own": one.own} for one in found]})


def list_levers() -> Answer:
    """Everything that a scenario may change."""
    rows = [(one.name, one.section, one.unit, one.neutral, one.sentence) for one in LEVERS]
    return Answer(columns([("Key", "Section", "Unit", "Left alone", "What it does"), *rows]),
                  {"levers": [{"key": one.name, "section": one.section, "unit": one.unit, "neutral": one.neutral,
                               "what": one.sentence, "picks": list(one.picks), "touches": list(one.touches)} for one in LEVERS]})
