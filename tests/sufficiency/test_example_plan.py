"""The plan of the invented council beside its answers: what it builds, what it leaves, and where the list by hand goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tiny_councils import solved_here

from sufficiency.capital.choices import Choices
from sufficiency.capital.decide import decide
from sufficiency.capital.facts import facts
from sufficiency.capital.from_run import CaseOfRun, Ground, case_of_run
from sufficiency.capital.greedy import worst_first as by_hand
from sufficiency.capital.plan import Plan
from sufficiency.capital.solver import Ask
from sufficiency.capital.verify import broken_rules
from sufficiency.example.county import County
from sufficiency.example.publish import write_example
from sufficiency.example.stories_capital import falling_answers, worst_first
from sufficiency.model import Outcome, forecast
from sufficiency.workspace.workspace import Loaded

LIMITS = Ask(seconds=120)
pytestmark = [pytest.mark.long, pytest.mark.timeout(400)]  # a run of the council and two plans


@dataclass(frozen=True)
class Decided:
    """The council's case, its plan, and the plan that opens just what the list by hand opens."""

    of_run: CaseOfRun
    plan: Plan
    by_hand: Plan


@pytest.fixture(scope="module")
def decided(county: County, invented_councils: Callable[[int], Loaded], invented_runs: Callable[[int], Outcome]) -> Decided:
    loaded, outcome = invented_councils(county.seed), invented_runs(county.seed)
    ahead = forecast(loaded.evidence, loaded.assumptions)
    ground = Ground(ahead.evidence, ahead.frame, ahead.schools, ahead.homes)
    made = case_of_run(ground, dict(outcome.tables), loaded.assumptions)
    plain = Choices()
    opened = by_hand(facts(made.case, plain))
    assert opened is not None
    forced = {scheme: scheme in opened for scheme in made.case.schemes["scheme_id"]}
    listed = decide(made.case, replace(plain, forced=forced), LIMITS, solve=solved_here)
    return Decided(made, decide(made.case, plain, LIMITS, solve=solved_here), listed)


def opened(plan: Plan) -> set[str]:
    return set(plan.starts["scheme_id"])


def test_the_plan_keeps_every_rule_and_is_proven_to_half_a_place(decided: Decided) -> None:
    assert broken_rules(decided.of_run.case, Choices(), decided.plan) == []
    first = decided.plan.proofs[0]
    assert first.value - first.bound <= 0.5


def test_the_plan_builds_the_nursery_where_the_list_by_hand_hires_a_room(decided: Decided, county: County) -> None:
    story = worst_first(county)
    assert "edge-nursery" in opened(decided.plan) and not {s for s in opened(decided.plan) if s.startswith("edge-pod")}
    assert "edge-nursery" not in opened(decided.by_hand) and "edge-pod-under-2" in opened(decided.by_hand)
    less = decided.by_hand.terms["unmet_material"] - decided.plan.terms["unmet_material"]
    assert less > story.figure("nursery") - story.figure("room"), "two years of the nursery, less what else its money would build"
    assert decided.of_run.case.groups["area_code"].eq(story.where["planning area"]).any()


def test_the_money_for_childcare_nearly_suffices_and_is_spent(decided: Decided) -> None:
    """What is left of it would not pay for the cheapest scheme that is left."""
    case, plan = decided.of_run.case, decided.plan
    paid = plan.spending[plan.spending["pot_id"].isin(("childcare", "borrowing"))]["thousand_pounds"].sum()
    came = case.receipts[case.receipts["pot_id"].isin(("childcare", "borrowing"))]["thousand_pounds"].sum()
    cost = case.costs.groupby("scheme_id")["thousand_pounds"].sum()
    rooms = case.schemes[case.schemes["phase"].eq("early_years") & ~case.schemes["scheme_id"].isin(opened(plan))]["scheme_id"]
    assert 0.9 * came < paid <= came + 1e-6
    assert came - paid < cost[list(rooms)].min()


def test_nothing_is_done_that_is_only_asked(decided: Decided, county: County) -> None:
    case = decided.of_run.case
    asked = set(case.schemes.loc[case.schemes["consent"].isin(("asked", "refused")), "scheme_id"])
    assert {"academy-cut", "rural-closure", "rural-mixed", "border-1fe"} == asked and not asked & opened(decided.plan)
    pair = set(falling_answers(county).where.values())
    assert not pair & set(decided.plan.starts.merge(case.schemes, on="scheme_id")["site_id"]) - {""}


def test_the_full_area_gets_rooms_for_a_time_and_no_new_school(decided: Decided) -> None:
    """A modular building for the cohorts that come now, a class for the largest; whom it turns away besides sits next door."""
    first = decided.plan.starts.set_index("scheme_id")["opens"]
    schemes = decided.of_run.case.schemes.merge(decided.of_run.case.sites, on="site_id").set_index("scheme_id")["area_code"]
    of_area = set(schemes.index[schemes.eq(schemes["popular-new"])])
    assert {k for k in of_area & opened(decided.plan) if not k.startswith("babies")} == {"westgate-modular", "tanyard-bulge"}
    assert first["westgate-modular"] == min(decided.of_run.case.years) + 1 < first["tanyard-bulge"]


def test_schools_need_little_of_the_grant_and_no_child_of_theirs_goes_without(decided: Decided) -> None:
    """What lapses first pays first: the old deed for the building, the grant for the class; and nobody is left without."""
    case, plan = decided.of_run.case, decided.plan
    cost = case.costs.groupby("scheme_id")["thousand_pounds"].sum()
    paid = plan.spending.groupby(["scheme_id", "pot_id"])["thousand_pounds"].sum()
    assert paid["westgate-modular", "mill-primary"] == pytest.approx(cost["westgate-modular"])
    assert paid["tanyard-bulge", "basic-need"] == pytest.approx(cost["tanyard-bulge"])
    lacking = plan.unmet.merge(case.groups, on="group_id").merge(case.cells[["group_id", "ay", "nc_year", "material"]])
    schools = lacking[lacking["phase"].ne("early_years") & lacking["material"].astype(bool)]
    assert schools["children"].sum() <= 0.5


def test_money_of_no_homes_and_of_no_demand_pays_for_nothing(decided: Decided) -> None:
    assert not {"garden-primary", "high-needs", "town-primary"} & set(decided.plan.spending["pot_id"])


def test_the_files_are_written_where_they_are_asked_for(county: County, tmp_path: Path) -> None:
    written = {path.name for path in write_example(tmp_path, county.seed) if path.parent.name == "council"}
    assert {"schemes.csv", "scheme_places.csv", "pots.csv", "ring_fences.csv", "relief_links.csv", "scheme_order.csv"} <= written
