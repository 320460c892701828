"""What every test may ask for: the real publications, a browser, and a clean way to start processes."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from made_once import Once, made_once

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from sufficiency.model import Outcome
    from sufficiency.workspace.workspace import Loaded

NOTTINGHAMSHIRE = Path(__file__).parent / "workspaces" / "nottinghamshire"
CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]

os.environ["PYTHONUTF8"] = "1"          # for the processes that tests start
os.environ.pop("SUFFICIENCY_CATALOGUE", None)       # no test writes into somebody's catalogue
multiprocessing.set_start_method("spawn", force=True)
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])     # a busy machine is no fault
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, all else as it stands: of two processes, neither then ends long after the other."""
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real publications, named by SUFFICIENCY_DATA; skipped only where that is unset."""
    named = os.environ.get("SUFFICIENCY_DATA")
    if not named:
        pytest.skip("SUFFICIENCY_DATA is not set: the real publications are not at hand")
    folder = Path(named)
    assert folder.is_dir(), f"SUFFICIENCY_DATA names {named}, which is no folder"
    return folder


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once[Any]:
    """Make a thing by its name, or take what another process of these tests has made: for what is only read."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made once"
    place.mkdir(exist_ok=True)
    return partial(made_once, place)


@pytest.fixture(scope="session")
def nottinghamshire(once: Once[Loaded], data: Path) -> Loaded:
    """The workspace of the real county, read."""
    from sufficiency.workspace.workspace import load

    return once("nottinghamshire", lambda _: load(NOTTINGHAMSHIRE, {"SUFFICIENCY_DATA": str(data)}))


@pytest.fixture(scope="session")
def nottinghamshire_run(once: Once[Outcome], nottinghamshire: Loaded) -> Outcome:
    """What a run of it found."""
    from sufficiency.model import run

    return once("nottinghamshire run", lambda _: run(nottinghamshire.evidence, nottinghamshire.assumptions))


@pytest.fixture(scope="session")
def invented_councils(once: Once[Any]) -> Callable[[int], Loaded]:
    """The workspace of the invented council of a seed, written as it is published and read."""
    from sufficiency.workspace.workspace import load

    return lambda seed: once(f"council {seed} read", lambda _: load(once(f"council {seed}", partial(_published, seed)), {}))


@pytest.fixture(scope="session")
def invented_runs(once: Once[Any], invented_councils: Callable[[int], Loaded]) -> Callable[[int], Outcome]:
    """What a run of the invented council of a seed found; what the cards of its plan ask is left out and has tests of its own."""
    from sufficiency.model import run

    def ran(seed: int) -> Outcome:
        loaded = invented_councils(seed)
        return once(f"council {seed} run", lambda _: run(loaded.evidence, replace(loaded.assumptions, plan_why_seconds=0.0)))

    return ran


@pytest.fixture(scope="session")
def invented(invented_councils: Callable[[int], Loaded]) -> Loaded:
    """That of the demo, read."""
    return invented_councils(1)


@pytest.fixture(scope="session")
def invented_council(once: Once[Path]) -> Path:
    """That of the demo as it is published; not to be written into."""
    return once("council 1", partial(_published, 1))


def _published(seed: int, folder: Path) -> Path:
    from sufficiency.example.publish import write_example

    write_example(folder, seed)
    return folder


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of an empty database on a real PostgreSQL; skipped where no server is named, under CI a failure."""
    import psycopg

    named = os.environ.get("SUFFICIENCY_TEST_POSTGRES")
    if not named:
        if os.environ.get("CI"):
            pytest.fail("SUFFICIENCY_TEST_POSTGRES names no server")
        # a planner who tries the tests has no server; the gate always starts one
        pytest.skip("SUFFICIENCY_TEST_POSTGRES names no server: the catalogue of a team is not tested")
    database = f"t_{secrets.token_hex(8)}"
    with psycopg.connect(named, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {database}")
    try:
        yield f"{named.rpartition('/')[0]}/{database}"
    finally:
        with psycopg.connect(named, autocommit=True) as server:
            server.execute(f"DROP DATABASE {database} WITH (FORCE)")


def _chromium() -> str | None:
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge"):
        found = shutil.which(name)
        if found:
            return found
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real headless Chromium; without one a test is skipped, under CI it fails."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=_chromium(), args=CHROMIUM_ARGS)
        except Error as fault:
            if os.environ.get("CI"):
                pytest.fail(f"a browser test cannot run: {fault}")
            pytest.skip("no Chromium on this machine")
        yield opened
        opened.close()
