"""From futures to an answer: the plans that stand beside one another, how each fares where it was not chosen, what may wait.

Beside the plan of the run stand doing nothing more for schools, the plan that is best for the central future by the same count of
children, the robust plan, and the robust plan that costs no more than the run's. All are held to the same futures, drawn with
luck that chose none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sufficiency.capital.solver import Ask, SolverError, solve
from sufficiency.robust.choose import Chosen, choose, payable
from sufficiency.robust.fewer import fewer
from sufficiency.robust.measure import CVAR, spread
from sufficiency.robust.sample import taken_away
from sufficiency.robust.serve import child_years, phases_of, short
from sufficiency.robust.trigger import Waiting, waiting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.robust.building import Building, Opens
    from sufficiency.robust.choose import Solve
    from sufficiency.robust.measure import Judged
    from sufficiency.robust.sample import Sample

    Floats = NDArray[np.float64]

NOTHING, RUN, EXPECTED, ROBUST, SAME = PLANS = ("nothing", "run", "expected", "robust", "robust_same_money")
ALIKE = 1e-6  # child-years within which two plans fare alike in a future


@dataclass(frozen=True)
class Samples:
    """The futures of one answer."""

    central: Sample  # one future, nothing left to chance
    seen: Sample  # by which plans and triggers are chosen
    unseen: Sample  # which score them


@dataclass(frozen=True)
class Found:
    """What was found: tables by name, and what is proven of each plan."""

    tables: dict[str, pd.DataFrame]
    proofs: dict[str, list[dict[str, Any]]]
    measures: dict[str, float]


def robust_story(
    building: Building,
    opens: Opens,
    samples: Samples,
    judged: Judged,
    few: int,
    seconds: float,
    assumptions: Assumptions,
    growth: float = 0.0,
    told: Callable[[str], None] = lambda step: None,
    solve: Solve = solve,
) -> Found:
    """Choose, score and look at what may wait.

    opens: of the run's plan. few: futures of those seen by which a plan is chosen. seconds: for each choice.
    """
    gone = np.minimum(building.adds(building.held), 0.0)
    samples = Samples(*(taken_away(one, gone) for one in (samples.central, samples.seen, samples.unseen)))
    mine = {k: t for k, t in opens.items() if k in building.facts.schemes}
    chosen_by = fewer(samples.seen, few, child_years(samples.seen, building.adds(mine, building.free)))
    ask = Ask(seconds=seconds, seed=assumptions.seed % 2**31)
    rates = (assumptions.plan_rates[0], assumptions.plan_rates[2]) if assumptions.plan_aims == "exchange" else None
    plans: dict[str, Opens] = {NOTHING: dict(building.held), RUN: mine}
    made: dict[str, Chosen] = {}
    for name, futures, by, dearest in (
        (EXPECTED, samples.central, replace(judged, measure="cvar", weight=0.0), np.inf),
        (ROBUST, chosen_by, judged, np.inf),
        (SAME, chosen_by, judged, building.cost(mine)),
    ):
        told(f"Choosing a plan: {name.replace('_', ' ')}")
        made[name] = choose(building, futures, by, ask, mine, dearest, rates, solve)
        plans[name] = made[name].opens
    if judged.measure == CVAR and rates is None and _bears_better(building, samples.seen, judged, plans[SAME], plans[ROBUST]):
        plans[ROBUST] = plans[SAME]
        del made[ROBUST]
    told("Scoring the plans in futures that did not choose them")
    tables = {
        **_scored(building, plans, samples),
        "robust_plans": _programmes(building, plans),
        "robust_chosen_by": pd.DataFrame({"future": chosen_by.numbers, "weight_of_future": chosen_by.weight}),
    }
    told("Looking at what may wait")
    wait = waiting(
        building,
        plans[ROBUST],
        samples.seen,
        samples.unseen,
        assumptions.plan_material,
        growth,
        partial(payable, building, solve=solve),
    )
    tables |= _may_wait(building, wait)
    proofs = {name: [_told(proof) for proof in plan.proofs] for name, plan in made.items()}
    return Found(
        {name: table for name, table in tables.items() if len(table)},
        proofs,
        {name: float(plan.value) for name, plan in made.items()},
    )


def _bears_better(building: Building, seen: Sample, judged: Judged, one: Opens, other: Opens) -> bool:
    """Whether a plan bears all futures seen better than another, which may have been fitted too closely to the few."""
    first, second = (judged.of(child_years(seen, building.adds(opens, building.free)), seen.weight) for opens in (one, other))
    return first < second - ALIKE


def _told(proof: Any) -> dict[str, Any]:
    known = bool(np.isfinite(proof.bound))
    return {
        "name": proof.name,
        "value": round(proof.value, 6),
        "bound": round(proof.bound, 6) if known else None,
        "status": proof.status,
        "solver": proof.solver,
        "said": str(proof),
    }


def _scored(building: Building, plans: Mapping[str, Opens], samples: Samples) -> dict[str, pd.DataFrame]:
    """How each plan fares in the futures not seen, in all and future by future."""
    phases, futures, rows = phases_of(building.ground), [], []
    by_phase = {name: short(samples.unseen, building.adds(opens, building.free)).sum(axis=1) for name, opens in plans.items()}
    run = by_phase[RUN].sum(axis=1)
    for name, opens in plans.items():
        total = by_phase[name].sum(axis=1)
        less = total - run
        told = {
            ("child_years_short" if part == "mean" else f"child_years_short_{part}"): value
            for part, value in spread(total).items()
        }
        error = float(less.std(ddof=1) / np.sqrt(len(less))) if len(less) > 1 else np.nan
        seen = child_years(samples.seen, building.adds(opens, building.free))
        rows.append({
            "robust_plan": name,
            "thousand_pounds": building.cost(opens),
            **told,
            "less_than_run": float(-less.mean()),
            "less_than_run_error": error,
            "better_futures": int((less < -ALIKE).sum()),
            "alike_futures": int((abs(less) <= ALIKE).sum()),
            "worse_futures": int((less > ALIKE).sum()),
            "seen_child_years_short": float(seen.mean()),
        })
        futures += [
            pd.DataFrame({
                "robust_plan": name,
                "future": samples.unseen.numbers,
                "phase": phase,
                "child_years_short": by_phase[name][:, p],
            })
            for p, phase in enumerate(phases)
        ]
    return {"robust_scores": pd.DataFrame(rows), "robust_futures": pd.concat(futures, ignore_index=True)}


def _programmes(building: Building, plans: Mapping[str, Opens]) -> pd.DataFrame:
    """Which scheme each plan opens when; schemes that no plan opens are left out."""
    rows = [
        (name, k, t, building.facts.cost[k], k in building.free)
        for name, opens in plans.items()
        for k, t in sorted(opens.items())
    ]
    return pd.DataFrame(rows, columns=["robust_plan", "scheme_id", "opens_ay", "thousand_pounds", "chosen_here"])


def _may_wait(building: Building, wait: list[Waiting]) -> dict[str, pd.DataFrame]:
    """What may wait, for what figure, and what the ways to go on come to."""
    ground, rows, ways = building.ground, [], []
    for one in wait:
        row: dict[str, Any] = {"scheme_id": one.scheme_id, "needed_share": one.needed, "cannot_wait": one.why}
        if (t := one.trigger) is not None:
            row |= {
                "planning_area_code": ground.codes[t.area],
                "planning_area_name": ground.names[t.area],
                "entry_nc_year": t.nc_year,
                "january": t.january,
                "trigger_above": t.above,
                "opens_ay": t.opens,
                "years_late": t.late,
                "needed_unseen": t.needed,
                "starts_share": t.starts,
                "false_starts": t.false_starts,
                "missed_starts": t.missed,
            }
        rows.append(row)
        ways.append(
            one.ways.rename(
                columns={
                    "way": "way_on",
                    "mean": "child_years_short",
                    **{
                        name: f"child_years_short_{name}"
                        for name in ("p50", "p90", "p95", "tail", "mean_error", "p95_low", "p95_high")
                    },
                }
            )
        )
    return {"triggers": pd.DataFrame(rows), "waiting": pd.concat(ways, ignore_index=True) if ways else pd.DataFrame()}


__all__ = ["Found", "Samples", "SolverError", "robust_story"]
