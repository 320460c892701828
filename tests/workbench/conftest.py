"""What several tests of the desk are given: the small town, published as a finished run, and the release of it."""

from __future__ import annotations

import pytest
from made_once import Once
from published_town import finished_run

from scenarios.runs import Run
from workbench.disclosure import Release
from workbench.publishing.stored import release_of, stored


@pytest.fixture(scope="session")
def finished(once: Once[Run]) -> Run:
    """The small town's run, with childcare and a capital plan, in a folder of its own; not to be written into."""
    return once("published town", finished_run)


@pytest.fixture(scope="session")
def town_release(finished: Run) -> Release:
    """The release of that run."""
    return release_of(stored(finished))
