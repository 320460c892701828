"""What the plan would be with one scheme forced in or out: the difference in intervals, who is worse off, which money binds."""

from __future__ import annotations

from collections.abc import Mapping

from sufficiency.capital.asking import Laid, forced_choices, opening_years
from sufficiency.capital.choices import Level
from sufficiency.capital.facts import Facts
from sufficiency.capital.plan import Plan
from sufficiency.capital.reasons import SAME, Beside, Binds, Interval, Turned
from sufficiency.capital.resolve import Reply
from sufficiency.capital.serving import DUST, without_by_area

UNKNOWN = Interval(float("-inf"), float("inf"))


def turned(laid: Laid, k: str, best: Reply, reply: Reply, why_not: tuple[str, ...]) -> tuple[Turned, Plan | None]:
    """Judge the re-solve of one scheme against the best plan; also that plan."""
    inside = k not in laid.opens
    plan = laid.read(reply, forced_choices(laid, k))
    ours = laid.read(best)
    if plan is None or ours is None:
        verdict = "impossible" if reply.status == "infeasible" or why_not else "unsolved"
        return Turned(inside, reply.status, UNKNOWN, UNKNOWN, {}, verdict, {}, {}, (), (), (), why_not), None
    levels = differences(laid, best, reply)
    before, after = without_by_area(laid.case, ours), without_by_area(laid.case, plan)
    change = {a: after.get(a, 0.0) - before.get(a, 0.0) for a in sorted({*before, *after})}
    opens, those = opening_years(ours), opening_years(plan)
    dropped = tuple(j for j in sorted(opens) if j not in those and j != k)
    return Turned(
        inside,
        reply.status,
        amount(laid, levels, ours, plan, "unmet_material"),
        amount(laid, levels, ours, plan, "cost", "transport"),
        levels,
        verdict_of(list(levels.values())),
        {a: c for a, c in change.items() if c > SAME},
        {a: -c for a, c in change.items() if c < -SAME},
        tuple(j for j in sorted(those) if j not in opens and j != k),
        dropped,
        tuple(b for j in dropped if (b := lacking(laid.f, plan, j, opens[j])) is not None),
        opens=those[k] if inside else None,
    ), plan


def differences(laid: Laid, best: Reply, reply: Reply) -> dict[str, Interval]:
    """For each aim that was compared what a reply has more than the best plan.

    A plan that is bound by more cannot be better in the first aim, nor in a later one as long as those before it are the same.
    """
    found: dict[str, Interval] = {}
    same = True
    for level, ours, theirs in zip(laid.choices.levels[: laid.compared], best.aims, reply.aims, strict=True):
        more = theirs.less(ours)
        found[level.name] = more.at_least(0.0) if same else more
        same = same and abs(more.low) <= SAME / 100 and abs(more.high) <= SAME / 100
    return found


def amount(laid: Laid, levels: Mapping[str, Interval], ours: Plan, theirs: Plan, *terms: str) -> Interval:
    """The difference in some terms: the aim's own interval where an aim is just these, else that of the two plans at hand."""
    for level in laid.choices.levels[: laid.compared]:
        if weighs_just(level, *terms):
            return levels[level.name]
    at_hand = sum(theirs.terms[t] - ours.terms[t] for t in terms)
    return Interval(at_hand, at_hand)


def weighs_just(level: Level, *terms: str) -> bool:
    """Whether an aim is the plain sum of some terms."""
    return dict(level.rates) == dict.fromkeys(terms, 1.0)


def verdict_of(levels: list[Interval]) -> str:
    """Say in one word what intervals show, aim by aim: the first that is not the same on both sides decides."""
    for more in levels:
        if more.low > SAME:
            return "worse"
        if more.high < -SAME:
            return "better"
        if more.high > SAME or more.low < -SAME:
            return "open"
    return "same"


def lacking(f: Facts, plan: Plan, k: str, opens: int) -> Binds | None:
    """The first year by which pots open to a scheme lack the money to build it besides a plan, and how much."""
    pots = f.pots_of[k]
    spent = plan.spending[plan.spending["pot_id"].isin(pots)]
    due = 0.0
    for y in f.financial_years:
        due += f.due_in(k, opens, y)
        left = f.received_by(pots, y) - float(spent.loc[spent["fy"] <= y, "thousand_pounds"].sum())
        if due - left > DUST:
            return Binds(k, tuple(sorted(pots)), y, due - left)
    return None


def beside(laid: Laid, name: str, reply: Reply, plan: Plan | None = None) -> Beside | None:
    """A reply in the units in which plans are compared."""
    plan = plan or laid.read(reply)
    if plan is None:
        return None
    levels = {i: level for i, level in enumerate(laid.choices.levels[: laid.compared])}
    cy = next((reply.aims[i] for i, level in levels.items() if weighs_just(level, "unmet_material")), None)
    money = next((reply.aims[i] for i, level in levels.items() if weighs_just(level, "cost", "transport")), None)
    unmet, pounds = plan.terms["unmet_material"], plan.terms["cost"] + plan.terms["transport"]
    return Beside(
        name,
        tuple(sorted(opening_years(plan).items())),
        cy or Interval(unmet, unmet),
        money or Interval(pounds, pounds),
        plan.terms["unmet_small"],
        reply.status,
        without_by_area(laid.case, plan),
    )
