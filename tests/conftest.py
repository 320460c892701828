"""What every test may ask for: the real publications, a browser, and a clean way to start processes."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

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
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge"):
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
