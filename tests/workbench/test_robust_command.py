"""`robust` as a planner meets it: what it says of plans and of what may wait, and what it refuses before the work."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from small_council import small_council
from tiny_councils import solved_here
from two_futures import EAST, futures, ground_of_two, money_for_one
from typer.testing import CliRunner

from sufficiency.assumptions import Assumptions
from sufficiency.robust.measure import Judged
from sufficiency.robust.sample import Ground, Sample
from sufficiency.robust.story import Samples, robust_story
from workbench.cli import app
from workbench.robust_words import sentences
from workbench.sheets import in_words


def seen_in_january(needed: list[bool], entries: list[float], ground: Ground) -> Sample:
    """East lacks 10 places from 2029 on where they are needed."""
    found = futures([(10.0 * yes, 0.0) for yes in needed], ground, entries)
    found.lacking[:, 1, EAST] = 0.0
    return found


def test_it_says_which_plan_and_what_may_wait_for_which_count() -> None:
    ground = ground_of_two()
    seen = seen_in_january([False, False, True, True], [58, 61, 62, 70], ground)
    unseen = seen_in_january([False, True, True], [60, 65, 60], ground)
    central = seen_in_january([False], [60], ground)
    found = robust_story(money_for_one(ground), {}, Samples(central, seen, unseen), Judged(), 10, 5.0, Assumptions(),
                         solve=solved_here)
    asked = {"name": "What <may> come", "why": "Asked.", "seen": 4, "unseen": 3, "proofs": found.proofs}
    said = "\n".join(sentences(found.tables, asked))
    assert "The 3 futures that score the plans have luck of their own" in said
    assert "The run's plan: 13 child-years short in the mean" in said and "Robust plan: 0 child-years short in the mean" in said
    assert "robust plan leaves fewer short than the run's plan at the 95th in a hundred: 0 against 20" in said
    assert "east-10: if Reception in East passes 61 by January 2028, start it; it opens in 2029/30, in time." in said
    assert "it misses 50 %, of the others it starts 0 % in vain. Start now: £100k, 0.0 child-years short; " in said
    assert "wait and see: £33k, 6.7; never: £0k, 13.3." in said
    headings = [list(in_words(table).columns) for table in found.tables.values()]
    assert all(len(set(names)) == len(names) and not any("_" in name for name in names) for names in headings)
    assert np.isfinite(found.measures["robust"])


def test_what_cannot_be_is_told_before_the_work(tmp_path: Path) -> None:
    place = small_council(tmp_path / "council")

    def refused(*words: str) -> str:
        done = CliRunner().invoke(app, ["robust", str(place), *words, "--json"])
        assert done.exit_code == 2, done.output
        return str(json.loads(done.stdout)["problems"][0])

    assert "there is no run" in refused("ensemble.toml", "--plan", "abcdef")
    assert "there is no measure luck" in refused("ensemble.toml", "--plan", "abcdef", "--measure", "luck")
    assert "no such ensemble" in refused("nowhere", "--plan", "abcdef")
