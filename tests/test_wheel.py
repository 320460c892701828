"""The built wheel, installed and run from another folder: what a planner gets is what we tested."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.early

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's files in it, and nothing of the checkout."""
    place = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place / "dist"), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (place / "dist").glob("*.whl")
    target = place / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target), str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def _run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(installed), "PYTHONUTF8": "1"}
    return subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True,
                          encoding="utf-8", check=False)


def test_the_wheel_runs_from_another_folder(installed: Path, tmp_path: Path, invented_council: Path) -> None:
    told = "import workbench.cli, maps.sheet; print(workbench.cli.__file__); print(maps.sheet.__file__)"
    where = _run(installed, tmp_path, "-c", told)
    assert where.returncode == 0, where.stderr
    assert all(line.startswith(str(installed)) for line in where.stdout.splitlines())
    checked = _run(installed, tmp_path, "-m", "workbench", "check", str(invented_council))
    assert checked.returncode == 0 and "No problems" in checked.stdout, checked.stderr


@pytest.mark.long
@pytest.mark.timeout(300)       # a whole demo, with a plan
def test_the_wheel_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    council = tmp_path / "demo" / "council"
    assert _run(installed, tmp_path, "-m", "workbench", "example", str(council)).returncode == 0
    with (council / "authority.toml").open("a", encoding="utf-8") as file:
        file.write("\n[settings]\nplan_why_seconds = 0.0\n")       # what cards ask has tests of its own
    demo = _run(installed, tmp_path, "-m", "workbench", "demo", "--no-open", "--out", str(tmp_path / "demo"))
    assert demo.returncode == 0, demo.stderr
    (page,) = (tmp_path / "demo").rglob("map.html")
    assert str(page) in demo.stdout


def test_the_wheel_brings_its_own_files_and_no_tests(installed: Path) -> None:
    assert not (installed / "tests").exists()
    shipped = {p.relative_to(installed).as_posix() for p in installed.rglob("*") if p.is_file()}
    ours = {p.relative_to(ROOT).as_posix() for room in ("planning_areas", "sufficiency", "scenarios", "maps", "workbench")
            for p in (ROOT / room).rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert ours <= shipped
