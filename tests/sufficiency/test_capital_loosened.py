"""More of anything or less of a rule is never a worse plan: every way there is to loosen a council, on tiny ones, at gap 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from thoroughly import cases
from tiny_councils import RATES, YEARS, solved_here, tables

from sufficiency.capital.choices import Choices, exchange
from sufficiency.capital.decide import decide
from sufficiency.capital.solver import Ask, SolverError
from sufficiency.capital.tables import MODELS, PURPOSES, check_case

Frames = dict[str, pd.DataFrame]
Loosened = Callable[[Frames, Choices], tuple[Frames, Choices]]
ASK = Ask(seconds=20, gap=0.0)
SEEDS = (2, 9, 21)[:cases(2, 3)]
STRICT = Choices(
    exchange(RATES, gap=0.0),
    equity_floor=True,
    smallest_new_school={"primary": 40.0},
    qualities=frozenset({"met"}),
)


def strict(seed: int) -> Frames:
    """A tiny council with more rules than it has by itself: a site limit, a deed for one side, a wait, something to be built."""
    luck, frames = np.random.default_rng(seed + 77), tables(seed)
    frames["sites"].loc[0, "most_places"] = float(luck.integers(10, 40))
    frames["schemes"]["exclusive_group"] = ["one", "one", ""]
    if not len(frames["precedences"]):
        frames["precedences"] = pd.DataFrame([("k2", "k1", 1)], columns=frames["precedences"].columns)
    if (frames["receipts"]["pot_id"] == "deed").any():
        frames["pot_areas"] = pd.DataFrame([("deed", "east")], columns=list(MODELS["pot_areas"].to_schema().columns))
    if seed % 3 == 0:
        frames["schemes"].loc[0, ["choice", "consent"]] = ["must", "given"]
    return frames


def table(name: str, **columns: object) -> Loosened:
    """Set columns of a table; a column's new values may be worked out from the old."""

    def change(frames: Frames, choices: Choices) -> tuple[Frames, Choices]:
        new = {c: to(frames[name][c]) if callable(to) else to for c, to in columns.items()}
        return frames | {name: frames[name].assign(**new)}, choices

    return change


def choice(**changed: Any) -> Loosened:
    return lambda frames, choices: (frames, replace(choices, **changed))


def without(name: str) -> Loosened:
    return lambda frames, choices: (frames | {name: frames[name].iloc[:0]}, choices)


def a_link_more(frames: Frames, choices: Choices) -> tuple[Frames, Choices]:
    """Every group reaches every site, those that it did not as far away as may be."""
    links = frames["links"]
    pairs = frames["groups"][["group_id"]].merge(frames["sites"][["site_id"]], how="cross").merge(links, how="left")
    return frames | {"links": pairs.fillna({"kind": "next_door", "km": 6.0, "transport": 2.0})}, choices


def a_scheme_more(frames: Frames, choices: Choices) -> tuple[Frames, Choices]:
    """A cheap scheme is to be had that was not thought of."""
    scheme = frames["schemes"].iloc[[1]].assign(
        scheme_id="k9", kind="expansion", purpose="mainstream", earliest_start=2026, lead_years=0, exclusive_group="",
        choice="free", consent="given", quality="met",
    )
    adds = pd.DataFrame([("k9", a, n, 12.0) for a in range(3) for n in range(3)], columns=frames["adds"].columns)
    costs = pd.DataFrame([("k9", 0, 10.0)], columns=frames["costs"].columns)
    return frames | {
        "schemes": pd.concat([frames["schemes"], scheme]),
        "adds": pd.concat([frames["adds"], adds]),
        "costs": pd.concat([frames["costs"], costs]),
    }, choices


LOOSENED: dict[str, Loosened] = {
    "more money": table("receipts", thousand_pounds=lambda money: money * 1.7 + 10.0),
    "money that may be spent later": table("receipts", spend_by=2040),
    "money a year earlier": table("receipts", fy=lambda fy: fy - 1),
    "signed deeds": table("receipts", status="received"),
    "unsigned money counts": choice(count_unsigned=True),
    "members open every pot": choice(members_decided=frozenset((p, u, "primary") for p in ("basic", "deed") for u in PURPOSES)),
    "no ring-fence": table("ringfences", standing="allowed"),
    "pots for all areas": without("pot_areas"),
    "cheaper schemes": table("costs", thousand_pounds=lambda money: money * 0.6),
    "no lead time": table("schemes", lead_years=0),
    "an earlier start": table("schemes", earliest_start=2020),
    "nothing excludes another": table("schemes", exclusive_group=""),
    "nothing must be": table("schemes", choice="free"),
    "all consent": table("schemes", consent="given"),
    "asked is enough": choice(consents=frozenset({"not_needed", "given", "asked", "refused"})),
    "all good enough": table("schemes", quality="met"),
    "quality is no rule": choice(qualities=frozenset({"met", "needs_judgement", "not_met"})),
    "no waiting": without("precedences"),
    "no site limit": table("sites", most_places=np.nan),
    "no smallest school": choice(smallest_new_school={}),
    "no equity floor": choice(equity_floor=False),
    "more ways": a_link_more,
    "one scheme more": a_scheme_more,
}
"""Everything that can be loosened. Lead times are dropped together with costs before opening, which would have no year."""


def best(frames: Frames, choices: Choices) -> float:
    """What the best plan is worth; infinity where none keeps every rule."""
    try:
        plan = decide(check_case(YEARS, frames), choices, ASK, solve=solved_here)
    except SolverError as fault:
        assert "no plan keeps every rule" in str(fault)
        return np.inf
    assert plan.status == "proven"
    return sum(rate * plan.terms[term] for term, rate in choices.levels[0].rates.items())


def loosened(name: str, seed: int) -> tuple[Frames, Choices, Frames, Choices]:
    """A council before and after."""
    frames = strict(seed)
    if name == "no lead time":
        frames["costs"] = frames["costs"].assign(after=0).groupby(["scheme_id", "after"], as_index=False).sum()
    return frames, STRICT, *LOOSENED[name](frames, STRICT)


@cache
def before(seed: int, at_opening: bool) -> float:
    """The strict council's own plan, worked out once."""
    frames, choices, _, _ = loosened("no lead time" if at_opening else "more money", seed)
    return best(frames, choices)


@pytest.fixture(autouse=True)
def _children_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for reasons solves again: here, too, without a process of its own."""
    monkeypatch.setattr("sufficiency.capital.why_none.solve", solved_here)


@pytest.mark.thorough
@pytest.mark.parametrize("name", LOOSENED)
def test_a_looser_council_never_has_a_worse_plan(name: str) -> None:
    changed = 0
    for seed in SEEDS:
        _, choices, frames, looser = loosened(name, seed)
        changed += looser != choices or any(not frames[t].equals(loosened(name, seed)[0][t]) for t in frames)
        was, now = before(seed, name == "no lead time"), best(frames, looser)
        assert now <= was + 1e-5, f"{name}, council {seed}: {was} became {now}"
    assert changed, f"{name} changes none of these councils"


@pytest.mark.long
@pytest.mark.parametrize("name", LOOSENED)
def test_nor_in_many_more_and_in_some_a_better_one(name: str) -> None:
    gained = 0
    for seed in range(100, 160):
        _, _, frames, looser = loosened(name, seed)
        was, now = before(seed, name == "no lead time"), best(frames, looser)
        assert now <= was + 1e-5, f"{name}, council {seed}: {was} became {now}"
        gained += now < was - 1e-3
    assert gained, f"{name} helps none of these councils, so that nothing was tried"
