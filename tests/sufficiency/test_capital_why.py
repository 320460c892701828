"""Why and why not: what a card tells agrees with solving the turned council anew, and with trying every plan there is."""

from __future__ import annotations

import itertools
import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from made_councils import large, worst_first_errs
from paper_council import paper_case
from tiny_councils import best_by_trying, council, solved_here

from sufficiency.capital import resolve_child
from sufficiency.capital.choices import Choices, Level
from sufficiency.capital.decide import decide
from sufficiency.capital.reasons import SAME, Interval, Why
from sufficiency.capital.resolve import Batch, Reply, solve_many, through_files
from sufficiency.capital.solver import Ask, SolverError
from sufficiency.capital.tables import Case, check_case, frames
from sufficiency.capital.why import Effort, why

pytestmark = pytest.mark.early

ASK = Ask(seconds=20, gap=0.0)
EXACT = (Level("material shortfall", {"unmet_material": 1.0}, gap=0.0), Level("cost", {"cost": 1.0, "transport": 1.0}, gap=0.0))
POUND = 1.0  # a thousand pounds
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(60) if seed != 1)]


def many_here(batch: Batch) -> tuple[Reply, ...]:
    """The child at work in this process, for small councils of which there are many."""
    return through_files(batch, resolve_child.do)


def turned_case(case: Case, k: str, inside: bool) -> Case:
    """The same council, in which a scheme must or must not be built."""
    tables = frames(case)
    choice = case.schemes["choice"].mask(case.schemes["scheme_id"] == k, "must" if inside else "must_not")
    return check_case(case.years, {**tables, "schemes": case.schemes.assign(choice=choice)})


def priced_case(case: Case, k: str, price: float) -> Case:
    """The same council with another price of one scheme, paid in the same shares."""
    mine = case.costs["scheme_id"] == k
    money = case.costs["thousand_pounds"]
    money = money.where(~mine, money * price / money[mine].sum())
    return check_case(case.years, {**frames(case), "costs": case.costs.assign(thousand_pounds=money)})


def told(case: Case, choices: Choices, effort: Effort | None = None) -> Why:
    plan = decide(case, choices, ASK, solve=solved_here)
    return why(case, choices, plan, effort or Effort(seconds=60.0), many_here)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scheme_turned_round_costs_what_trying_every_plan_says(seed: int) -> None:
    case, choices = council(seed)
    best = best_by_trying(case, choices)
    for card in told(case, choices, Effort(seconds=60.0, prices=False, frontier=False, more_money=False)).cards:
        assert card.turned is not None
        turned = turned_case(case, card.scheme_id, not card.chosen)
        other = best_by_trying(turned, choices) if not forbidden(case, choices, card.scheme_id) else np.inf
        if not np.isfinite(other):
            assert card.turned.verdict == "impossible"
            assert card.turned.obstacles
            continue
        more = card.turned.levels["exchange rates"]
        assert more.low - 1e-3 <= other - best <= more.high + 1e-3
        assert card.turned.verdict == ("worse" if other - best > SAME else "same")


def forbidden(case: Case, choices: Choices, k: str) -> bool:
    """Whether the council has ruled a scheme out, which turning its choice into "must" would hide."""
    return bool((case.schemes.set_index("scheme_id")["choice"][k]) == "must_not")


@pytest.mark.parametrize("seed", SEEDS)
def test_deltas_agree_with_solving_the_turned_council_anew(seed: int) -> None:
    case, choices = council(seed)
    choices = replace(choices, levels=EXACT)
    plan = decide(case, choices, ASK, solve=solved_here)
    compared = 0
    for card in why(case, choices, plan, Effort(60.0, prices=False, frontier=False, more_money=False), many_here).cards:
        turned = card.turned
        assert turned is not None
        if forbidden(case, choices, card.scheme_id):
            assert turned.verdict == "impossible"
            continue
        try:
            other = decide(turned_case(case, card.scheme_id, not card.chosen), choices, ASK, solve=solved_here)
        except SolverError:
            assert turned.verdict == "impossible"
            continue
        assert turned.status == other.status == plan.status == "proven"
        unmet = other.terms["unmet_material"] - plan.terms["unmet_material"]
        pounds = sum(other.terms[t] - plan.terms[t] for t in ("cost", "transport"))
        assert turned.child_years.middle == pytest.approx(unmet, abs=1e-2)
        assert turned.pounds.middle == pytest.approx(pounds, abs=POUND)
        compared += 1
    assert compared or all(k.turned is not None and k.turned.obstacles for k in told(case, choices).cards)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_verdict_flips_where_the_price_says(seed: int) -> None:
    case, choices = council(seed)
    for card in told(case, choices, Effort(60.0, frontier=False, more_money=False)).cards:
        price = card.flips_at
        if price is None or price.status not in {"proven", "best_found"}:
            continue
        if price.low > 2 * POUND:
            cheap = priced_case(case, card.scheme_id, price.low - POUND)
            inside, outside = (best_by_trying(turned_case(cheap, card.scheme_id, way), choices) for way in (True, False))
            assert inside <= outside + 1e-6
        dear = priced_case(case, card.scheme_id, price.high + POUND)
        inside, outside = (best_by_trying(turned_case(dear, card.scheme_id, way), choices) for way in (True, False))
        assert outside <= inside + 1e-6


def test_worst_first_picks_wrongly_and_the_cards_say_why() -> None:
    """West lacks most, 30 children in three years; for nearly the same money east and north place 56."""
    found = told(worst_first_errs(), Choices())
    assert found.plan.schemes == (("east-wing", 2028), ("north-wing", 2028))
    assert found.greedy is not None
    assert found.greedy.schemes == (("west-hall", 2028),)
    assert (found.plan.child_years.high, found.greedy.child_years.high) == pytest.approx((3 * 30, 3 * 56))
    assert found.greedy.told.startswith(
        "worst area first, cheapest scheme there leaves 78 child-years more without a place than the plan and spends £100k less"
    )
    west = next(card for card in found.cards if card.scheme_id == "west-hall")
    assert west.turned is not None
    assert west.turned.drops_out == ("east-wing", "north-wing")
    assert west.turned.worse == pytest.approx({"east": 84.0, "north": 84.0})
    assert west.turned.better == pytest.approx({"west": 90.0})
    assert [(b.scheme_id, b.fy, b.short) for b in west.turned.binds] == [
        ("east-wing", 2028, pytest.approx(400.0)),
        ("north-wing", 2028, pytest.approx(400.0)),
    ]
    assert west.told == (
        "west-hall (expansion, £900k, £7.5k a place) is not in the plan. With it, from September 2028, 78 child-years more would"
        " go without a place and £100k less would be spent (with east-wing and north-wing left out), to the cost of east and"
        " north. Money binds: by the year from April 2028 grant would be £400k short of paying for east-wing as well. It would"
        " be built below £500k (now £900k)."
    )


def test_doing_nothing_leaves_everyone_without() -> None:
    nothing = told(worst_first_errs(), Choices(), Effort(60.0, prices=False, more_money=False)).do_nothing
    assert nothing is not None
    assert (nothing.child_years.high, nothing.pounds.high, nothing.schemes) == (3 * 86, 0.0, ())


def test_more_money_buys_whole_schemes_or_nothing() -> None:
    more = told(worst_first_errs(), Choices(), Effort(60.0, prices=False, frontier=False)).more_money
    assert [(m.step, m.child_years.middle, m.comes_in) for m in more] == [
        (100.0, pytest.approx(0.0, abs=1e-3), ()),
        (1000.0, pytest.approx(90.0, abs=1e-3), ("west-hall",)),
    ]
    assert "would buy nothing" in more[0].told


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, pytest.param(0, marks=pytest.mark.long)])
def test_the_frontier_falls_and_ends_at_the_plan(seed: int) -> None:
    found = told(large(seed, 8), Choices(), Effort(60.0, prices=False, more_money=False))
    assert found.do_nothing is not None
    levels = [point.child_years for point in found.frontier]
    assert all(later.high <= sooner.high and later.low <= sooner.low for sooner, later in itertools.pairwise(levels))
    assert all(point.pounds <= point.most + 1e-3 and point.status == "proven" for point in found.frontier)
    assert levels[0].high == pytest.approx(found.do_nothing.child_years.high)
    assert levels[-1].high == pytest.approx(found.plan.child_years.high, abs=SAME)
    assert levels[0].high > levels[-1].high + SAME


@pytest.mark.long
def test_a_point_of_the_frontier_is_the_best_plan_for_that_money() -> None:
    case = large(0, 6)
    early = case.receipts.assign(fy=2027, spend_by=[2031, 2032, 2033])
    case = check_case(case.years, {**frames(case), "receipts": early})
    worth = costs_and_unmet(case)
    found = told(case, Choices(), Effort(60.0, prices=False, more_money=False))
    assert len(found.frontier) > 2
    for point in found.frontier:
        best = min(unmet for cost, unmet in worth if cost <= point.most + 1e-6)
        assert point.child_years.high == pytest.approx(best, abs=1e-2)


@pytest.mark.long
def test_other_plans_differ_from_the_plan_and_from_one_another() -> None:
    found = told(large(2, 8), Choices(), Effort(60.0, prices=False, frontier=False, more_money=False))
    built = [frozenset(k for k, _ in other.schemes) for other in (found.plan, *found.alternatives)]
    assert len(set(built)) == len(built) == 6
    worth = [(round(other.child_years.high, 3), round(other.pounds.high, 3)) for other in found.alternatives]
    assert worth == sorted(worth)


def loosely(replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """The same answers with less proven: whatever lies below a bound is a bound too."""
    return tuple(
        replace(reply, status="best_found", aims=tuple(Interval(part.low - 40.0, part.high) for part in reply.aims))
        if reply.aims
        else reply
        for reply in replies
    )


@pytest.mark.long
def test_where_intervals_overlap_the_card_says_that_no_difference_can_be_shown() -> None:
    """Less proven of the same plans: small differences are open, large ones still shown, and none is told as one number."""
    case, effort = large(1, 10), Effort(60.0, prices=False, frontier=False, more_money=False)
    plan = decide(case, Choices(), ASK, solve=solved_here)
    solved: dict[bytes, tuple[Reply, ...]] = {}

    def once(batch: Batch) -> tuple[Reply, ...]:
        asked = pickle.dumps(batch)
        if asked not in solved:
            solved[asked] = many_here(batch)
        return solved[asked]

    fine = why(case, Choices(), plan, effort, once).cards
    rough = why(case, Choices(), plan, effort, lambda batch: loosely(once(batch))).cards
    print(f"{len(solved)} batches solved")
    verdicts = set()
    for loose, close in zip(rough, fine, strict=True):
        assert loose.turned is not None
        assert close.turned is not None
        wide, narrow = (card.levels["material shortfall"] for card in (loose.turned, close.turned))
        assert wide.low - 1e-3 <= narrow.middle <= wide.high + 1e-3
        verdicts.add(loose.turned.verdict)
        if narrow.middle < 40.0:
            assert loose.turned.verdict == "open"
            assert "no difference can be shown" in loose.told
        else:
            assert loose.turned.verdict == "worse"
            assert "between" in loose.told
    assert verdicts == {"open", "worse"}


@pytest.mark.long
def test_a_process_of_its_own_tells_the_same_twice_and_as_here() -> None:
    case = paper_case()
    plan = decide(case, Choices(), ASK, solve=solved_here)
    first, again = (why(case, Choices(), plan, Effort(60.0), solve_many).as_json() for _ in range(2))
    assert first == again == why(case, Choices(), plan, Effort(60.0), many_here).as_json()
    assert json.loads(json.dumps(first, allow_nan=False)) == first


def test_no_seconds_leave_plain_cards_and_say_so() -> None:
    case = worst_first_errs()
    plan = decide(case, Choices(), ASK, solve=solved_here)
    found = why(case, Choices(), plan, Effort(0.0))
    assert [card.told for card in found.cards] == [
        "east-wing (expansion) opens in September 2028 for £500k and gives 28 children of east a place, £6.0k for each child and"
        " year.",
        "north-wing (expansion) opens in September 2028 for £500k and gives 28 children of north a place, £6.0k for each child"
        " and year.",
        "west-hall (expansion, £900k, £7.5k a place) is not in the plan.",
    ]
    assert found.do_nothing is None
    assert found.notes == ("nothing was solved again: cards tell what the plan itself shows",)


def test_a_child_that_leaves_nothing_is_told_as_unsolved() -> None:
    case = worst_first_errs()
    plan = decide(case, Choices(), ASK, solve=solved_here)
    found = why(case, Choices(), plan, Effort(60.0), lambda batch: through_files(batch, lambda _: None))
    assert {card.turned.verdict for card in found.cards if card.turned is not None} == {"unsolved"}
    assert all("was not found in time" in card.told for card in found.cards)
    assert any("could not be solved again" in note for note in found.notes)
    json.dumps(found.as_json(), allow_nan=False)


def subsets(case: Case) -> list[tuple[str, ...]]:
    """Every set of schemes of which no two exclude one another."""
    groups = [[None, *part["scheme_id"]] for _, part in case.schemes.groupby("exclusive_group")]
    return [tuple(k for k in some if k is not None) for some in itertools.product(*groups)]


def costs_and_unmet(case: Case) -> list[tuple[float, float]]:
    """Cost and child-years without a place of every set, opened in 2028, where each school has one cohort of three years."""
    costs = case.costs.groupby("scheme_id")["thousand_pounds"].sum().to_dict()
    places = case.adds.drop_duplicates("scheme_id").set_index("scheme_id")["places"].to_dict()
    serves = case.schemes.set_index("scheme_id")["site_id"].str.replace("-school", "-28").to_dict()
    lack = case.cells[case.cells["ay"] == 2028].set_index("group_id")["children"].to_dict()
    worth = []
    for chosen in subsets(case):
        left = dict(lack)
        for k in chosen:
            left[serves[k]] = max(0.0, left[serves[k]] - places[k])
        worth.append((float(sum(costs[k] for k in chosen)), 3 * float(sum(left.values()))))
    return worth


@pytest.mark.long
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_in_a_council_with_real_choices_cards_agree_with_full_solves_to_a_thousand_pounds(seed: int) -> None:
    case, choices = large(seed, 5), Choices(levels=EXACT)
    plan = decide(case, choices, ASK, solve=solved_here)
    cards = why(case, choices, plan, Effort(60.0, frontier=False, more_money=False), many_here).cards
    solved = [card for card in cards if card.turned is not None and card.turned.verdict == "worse"]
    assert len(solved) >= 8
    for card in solved:
        assert card.turned is not None
        other = decide(turned_case(case, card.scheme_id, not card.chosen), choices, ASK, solve=solved_here)
        assert card.turned.status == other.status == "proven"
        unmet = other.terms["unmet_material"] - plan.terms["unmet_material"]
        assert card.turned.child_years.middle == pytest.approx(unmet, abs=1e-2)
        assert card.turned.pounds.middle == pytest.approx(other.terms["cost"] - plan.terms["cost"], abs=POUND)
    flips = [card for card in solved if card.flips_at is not None and card.flips_at.status == "proven"]
    assert flips
    for card in flips[:3]:
        assert card.flips_at is not None
        cheap = decide(priced_case(case, card.scheme_id, card.flips_at.low - POUND), choices, ASK, solve=solved_here)
        dear = decide(priced_case(case, card.scheme_id, card.flips_at.high + POUND), choices, ASK, solve=solved_here)
        assert card.scheme_id in set(cheap.starts["scheme_id"])
        assert card.scheme_id not in set(dear.starts["scheme_id"])
