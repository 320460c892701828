"""On tiny councils the plan is the best there is, found by trying all; and it keeps every rule."""

from __future__ import annotations

import numpy as np
import pytest
from thoroughly import cases
from tiny_councils import best_by_trying, council, solved_here

from sufficiency.capital.decide import decide
from sufficiency.capital.solver import Ask

SEEDS = range(cases(12, 28))


@pytest.mark.thorough
@pytest.mark.parametrize("block", range(4))
def test_no_plan_is_better_and_every_rule_is_kept(block: int) -> None:
    for seed in SEEDS[block::4]:
        case, choices = council(seed)
        plan = decide(case, choices, Ask(seconds=20, gap=0.0), solve=solved_here)  # raises if a rule is broken
        value = sum(rate * plan.terms[term] for term, rate in choices.levels[0].rates.items())
        best = best_by_trying(case, choices)
        assert plan.status == "proven", seed
        assert np.isclose(value, best, rtol=1e-6, atol=1e-5), f"council {seed}: {value} instead of {best}"
        assert np.isclose(plan.proofs[0].value, value, rtol=1e-9, atol=1e-6), seed


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_the_same_for_hundreds_more(block: int) -> None:
    for seed in range(1000 + block, 1600, 20):
        case, choices = council(seed)
        plan = decide(case, choices, Ask(seconds=20, gap=0.0), solve=solved_here)
        value = sum(rate * plan.terms[term] for term, rate in choices.levels[0].rates.items())
        assert plan.status == "proven", seed
        assert np.isclose(value, best_by_trying(case, choices), rtol=1e-6, atol=1e-5), f"council {seed}"
