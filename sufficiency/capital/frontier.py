"""Money against places: the fewest children without a place that so much money can reach, from nothing to all that pots hold."""

from __future__ import annotations

from sufficiency.capital.asking import EXACT, MATERIAL, NEAR, POUNDS, Laid, opening_years
from sufficiency.capital.reasons import Interval, Point
from sufficiency.capital.resolve import Question, Reply, Row

STEPS = 8  # points between doing nothing and the plan


def money_questions(laid: Laid, least: float, best: float, steps: int = STEPS) -> tuple[Question, ...]:
    """Ask for the best plan within each of some sums, from what doing nothing costs to what the plan costs."""
    aims = (laid.aim(MATERIAL, EXACT), laid.aim(POUNDS, NEAR))
    cost = aims[1]
    used = tuple(int(i) for i in cost.cost.nonzero()[0])
    sums = [least + (best - least) * i / (steps + 1) for i in range(steps + 2)] if best > least else [best]
    return tuple(
        Question(
            f"within/{most:.6f}",
            rows=(Row(used, tuple(float(cost.cost[i]) for i in used), upper=most - cost.constant + 1e-6),) if used else (),
            aims=aims,
        )
        for most in sums
    )


def points(laid: Laid, replies: tuple[Reply, ...]) -> tuple[Point, ...]:
    """The points that were reached, by money; more money is never worse, and what is proven of one holds for its neighbours."""
    reached = []
    for reply in replies:
        plan = laid.read(reply)
        if plan is not None:
            reached.append((float(reply.name.removeprefix("within/")), reply, plan))
    reached.sort(key=lambda point: point[0])
    lows = [reply.aims[0].low for _, reply, _ in reached]
    found: list[Point] = []
    for i, (most, reply, plan) in enumerate(reached):
        here = Interval(max(lows[i:]), max(reply.aims[0].high, max(lows[i:])))
        point = Point(most, reply.aims[1].high, here, reply.status, tuple(sorted(opening_years(plan))))
        if found and here.high >= found[-1].child_years.high - EXACT:  # the money buys nothing more
            point = Point(most, found[-1].pounds, Interval(here.low, found[-1].child_years.high), reply.status, found[-1].schemes)
        found.append(point)
    return tuple(found)
