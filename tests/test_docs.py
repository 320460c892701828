"""What the README says is so: every command has its line and its help, and the commands it shows exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from typer.main import get_command
from typer.testing import CliRunner

from workbench.cli import app

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _commands() -> dict[str, object]:
    return dict(get_command(app).commands)  # type: ignore[attr-defined]  # a group, since there are several commands


def test_every_command_is_in_the_readme_and_has_help() -> None:
    for name in _commands():
        assert f"sufficiency {name}" in README
        shown = CliRunner().invoke(app, [name, "--help"])
        assert shown.exit_code == 0 and "--json" in shown.output


def test_every_command_in_the_readme_exists() -> None:
    assert set(re.findall(r"sufficiency ([a-z]+)(?= |\n|`)", README)) <= set(_commands())


def test_the_two_commands_stand_in_the_readme_and_ci_runs_the_second() -> None:
    assert "\npython -m pip install . && sufficiency demo\n" in README
    assert '\npython -m pip install -e ".[test]" && python -m pytest\n' in README
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert '-e ".[test]"' in gate and "\npython -m pytest -n 3 --dist loadfile --no-loadscope-reorder\n" in gate


def test_the_test_extra_brings_every_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    names = {re.split(r"[<>=\[]", r)[0] for r in extras["test"]}
    for extra, needs in extras.items():
        assert {re.split(r"[<>=\[]", r)[0] for r in needs} <= names, f"[test] lacks something of [{extra}]"
