"""Why this plan, and why not another: the door to everything that is told of a capital decision besides the plan itself.

Method. The plan is solved once more, more closely than it had to be, as the mark for all comparisons. Then in one child process:
doing nothing; the list drawn up worst first; each scheme turned round, out if it is in and in if it is out; a step more in each
pot and year. From what these show, in a second process, the frontier of money and places and for each scheme the price at which
the verdict would flip. Plans other than the plan are those that turning schemes round has found. With no seconds to solve
anything again there are plain cards only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sufficiency.capital.asking import Laid, do_nothing, forced, forced_choices, lay_out, obstacles, settled
from sufficiency.capital.by_name import told_beside
from sufficiency.capital.cards import sentences
from sufficiency.capital.choices import Choices
from sufficiency.capital.facts import facts
from sufficiency.capital.flips import can_be_asked, flip, price_questions
from sufficiency.capital.frontier import money_questions, points
from sufficiency.capital.greedy import worst_first
from sufficiency.capital.hand_over import hand_over
from sufficiency.capital.model import build
from sufficiency.capital.more_money import bought, pot_questions
from sufficiency.capital.plan import Plan
from sufficiency.capital.reasons import SAME, Beside, Card, Interval, Point, Price, Turned, Why
from sufficiency.capital.resolve import Batch, Question, Reply, SolveMany, solve_many
from sufficiency.capital.serving import beside_of_plan, plain_cards, without_by_area
from sufficiency.capital.tables import Case
from sufficiency.capital.turning import beside, turned
from sufficiency.capital.why_none import CODES, why_none

__all__ = ["Effort", "Interval", "Why", "why"]

ALTERNATIVES = 5
UNASKED = "were not solved again in the time allowed: their cards tell only what the plan itself shows"
FOR_REASONS = 10.0  # seconds at most, to find which rules stand in the way of one scheme


@dataclass(frozen=True)
class Effort:
    """How much is solved again, and how hard: nodes settle each question, seconds only end the whole."""

    seconds: float = 600.0
    nodes: int = 3000
    seed: int = 0
    prices: bool = True
    frontier: bool = True
    more_money: bool = True


def why(case: Case, choices: Choices, plan: Plan, effort: Effort | None = None, solve: SolveMany = solve_many,
        called: Mapping[str, str] = CODES) -> Why:
    """Cards and comparisons of a plan; with no seconds in the effort plain cards only, without solving anything again.

    called: code -> name, for rules that stand in the way of a scheme; all else is told by codes (`by_name`).
    """
    effort = effort or Effort()
    plain = plain_cards(case, choices, plan)
    ours = beside_of_plan(case, plan)
    if effort.seconds <= 0.0:
        cards = tuple(replace(card, told=sentences(card)) for card in plain)
        return Why(ours, None, None, cards, (), (), (), ("nothing was solved again: cards tell what the plan itself shows",))
    laid = lay_out(case, choices, plan)
    blocked = {k: words for k in laid.f.schemes if (words := _blocked(laid, k))}
    asked = [forced(laid, k) for k in as_members_ask(laid) if k not in blocked]
    greedy = worst_first(laid.f)
    steps = pot_questions(laid) if effort.more_money else ()
    first = [
        Question("best"),
        do_nothing(laid),
        *([settled(laid, "greedy", greedy)] if greedy is not None else []),
        *asked,
        *(question for *_, question in steps),
    ]
    replies = _answers(laid, first, effort, effort.seconds / 2, solve)
    best = replies["best"]
    unasked = Reply("", None, (), "none")
    verdicts = {}
    for k in laid.f.schemes:
        reply = replies.get(f"forced/{k}", unasked)
        words = blocked.get(k, ()) or (_in_the_way(laid, k, called) if reply.status == "infeasible" else ())
        verdicts[k] = turned(laid, k, best, reply, words)
    prices, frontier = _second(laid, replies, verdicts, effort, solve)
    nothing = beside(laid, "do nothing", replies["do nothing"])
    return Why(
        ours,
        None if nothing is None else replace(nothing, told=told_beside(ours, nothing)),
        _greedy(laid, ours, replies),
        tuple(_card(card, verdicts[card.scheme_id][0], prices.get(card.scheme_id)) for card in plain),
        frontier,
        _alternatives(laid, best, replies, verdicts),
        tuple(bought(laid, p, fy, step, best, replies[q.name]) for p, fy, step, q in steps) if best.x is not None else (),
        tuple(_notes(laid, best, replies, steps)),
    )


def as_members_ask(laid: Laid) -> list[str]:
    """The schemes in the order in which they are asked about, for where the time ends before all are.

    First what the plan builds; then what it does not, where most children stay without a place, and there the cheapest a place.
    """
    short = without_by_area(laid.case, laid.plan)
    area = dict(laid.case.sites[["site_id", "area_code"]].itertuples(index=False, name=None))
    f = laid.f

    def first(k: str) -> tuple[bool, float, float, str]:
        a_place = f.cost[k] / f.most_open[k] if f.most_open[k] > 0.0 else float("inf")
        return k not in laid.opens, -short.get(area[f.site_of[k]], 0.0), a_place, k

    return sorted(f.schemes, key=first)


def _blocked(laid: Laid, k: str) -> tuple[str, ...]:
    """Why a scheme cannot be turned round."""
    if k not in laid.opens:
        return obstacles(laid.f, k)
    must = [(laid.f.must[k], "the council has resolved to build it")]
    must += [(laid.choices.forced.get(k) is True, "it was asked for a plan with it")]
    return tuple(words for stands, words in must if stands)


def _in_the_way(laid: Laid, k: str, called: Mapping[str, str]) -> tuple[str, ...]:
    """Which rules would have to give way for a scheme to be turned round."""
    f = facts(laid.case, forced_choices(laid, k))
    built = build(f)
    told = why_none(f, built, hand_over(built), FOR_REASONS, called)
    return tuple(words.rstrip(".") for words in told)


def _answers(laid: Laid, questions: list[Question], effort: Effort, seconds: float, solve: SolveMany) -> dict[str, Reply]:
    batch = Batch(laid.problem, laid.aims, laid.tidy, tuple(questions), laid.start, seconds, effort.nodes, effort.seed)
    return {reply.name: reply for reply in solve(batch)}


def _second(
    laid: Laid,
    replies: Mapping[str, Reply],
    verdicts: Mapping[str, tuple[Turned, Plan | None]],
    effort: Effort,
    solve: SolveMany,
) -> tuple[dict[str, Price], tuple[Point, ...]]:
    """The frontier, and the prices at which verdicts flip."""
    best, nothing = replies["best"], beside(laid, "do nothing", replies["do nothing"])
    questions: list[Question] = []
    if effort.frontier and best.x is not None and nothing is not None:
        ours = beside(laid, "best", best)
        questions += money_questions(laid, nothing.pounds.high, ours.pounds.high if ours else nothing.pounds.high)
    without: dict[str, Reply] = {}
    asked: dict[str, tuple[Question, ...]] = {}
    for k, (verdict, _) in verdicts.items():
        out = best if verdict.inside else replies.get(f"forced/{k}")
        if effort.prices and not verdict.obstacles and out is not None and out.x is not None and can_be_asked(laid, k):
            without[k], asked[k] = out, price_questions(laid, k, out)
    frontier = [q.name for q in questions]
    for mine in asked.values():
        questions += mine
    if not questions:
        return {}, ()
    found = _answers(laid, questions, effort, effort.seconds / 2, solve)
    prices = {k: flip(laid, k, without[k], tuple(found[q.name] for q in mine)) for k, mine in asked.items() if mine}
    return prices, points(laid, tuple(found[name] for name in frontier))


def _card(card: Card, verdict: Turned, price: Price | None) -> Card:
    full = replace(card, turned=verdict, flips_at=price, cost_per_child_year_solved=verdict.a_child_year)
    return replace(full, told=sentences(full))


def _greedy(laid: Laid, ours: Beside, replies: Mapping[str, Reply]) -> Beside | None:
    if "greedy" not in replies:
        return None
    found = beside(laid, "worst area first, cheapest scheme there", replies["greedy"])
    return None if found is None else replace(found, told=told_beside(ours, found))


def _alternatives(
    laid: Laid, best: Reply, replies: Mapping[str, Reply], verdicts: Mapping[str, tuple[Turned, Plan | None]]
) -> tuple[Beside, ...]:
    """The plans nearest to the best among those in which a scheme was turned round, each set of schemes once."""
    found: dict[frozenset[str], tuple[tuple[float, ...], Beside]] = {}
    for k, (verdict, plan) in verdicts.items():
        reply = replies.get(f"forced/{k}")
        if plan is None or reply is None:
            continue
        other = beside(laid, f"{'with' if verdict.inside else 'without'} {k}", reply, plan)
        built = frozenset(plan.starts["scheme_id"])
        worth = tuple(round(part.high, 3) for part in reply.aims)
        if other is not None and (built not in found or worth < found[built][0]):
            mark = beside_of_plan(laid.case, laid.plan)
            found[built] = worth, replace(other, told=told_beside(mark, other))
    order = sorted(found.values(), key=lambda pair: (pair[0], pair[1].name))
    return tuple(other for _, other in order[:ALTERNATIVES])


def _notes(
    laid: Laid, best: Reply, replies: Mapping[str, Reply], steps: tuple[tuple[str, int, float, Question], ...]
) -> list[str]:
    """What a reader must know: where the mark differs from the plan, and what was not settled."""
    notes = []
    if best.x is None:
        notes.append("the plan could not be solved again in time: cards tell what the plan itself shows")
    else:
        ours = [float(aim.cost @ laid.start) + aim.constant for aim in laid.aims] if laid.start is not None else []
        for level, mine, theirs in zip(laid.choices.levels, ours, best.aims, strict=False):
            if mine - theirs.high > SAME:
                better = f"{level.name} is {theirs.high:,.1f} and not {mine:,.1f}"
                notes.append(f"solved again more closely, {better}: cards compare with that")
                break
    open_ones = sorted(name for name, reply in replies.items() if reply.status == "best_found")
    if open_ones:
        notes.append(f"{len(open_ones)} re-solves ended unproven; their differences are told as intervals")
    late = sorted(name for name, reply in replies.items() if reply.status == "none")
    unasked = sum(name.startswith("forced/") for name in late)
    if unasked:
        notes.append(f"{unasked} schemes {UNASKED}")
    if late:
        notes.append(f"{len(late)} of {len(replies)} re-solves gave no plan in the time and nodes allowed: {', '.join(late[:5])}")
    if not steps:
        notes.append("what more money would buy was not asked")
    notes.append("who is worse off is told for one best plan; where several are as good, others may share the loss otherwise")
    return notes
