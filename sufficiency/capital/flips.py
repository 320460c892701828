r"""The price at which the verdict on a scheme flips, from one re-solve and its bound rather than by guessing.

Method. Let a plan without scheme k leave U child-years without a place at a cost of C at best. With k inside, its price made
an unknown q that is paid in the same years in the same shares,

    max q   s.t.  all rules,  k is built,  unmet <= U,  cost of everything else + q <= C                    (as good for as much)
    max q   s.t.  all rules,  k is built,  unmet < U                                       (better, for whatever pots can pay)

and the larger of the two is the highest price at which k belongs to a best plan. The plan found is a price at which it does, the
solver's bound one above which it does not: the flip lies between them. Where aims are weighed by exchange rates the first
problem alone decides, with the whole aim in place of cost.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.asking import NEAR, Laid
from sufficiency.capital.reasons import SAME, Interval, Price
from sufficiency.capital.resolve import Aim, Question, Reply, Row, with_columns, with_rows

MONEY_ROWS = ("every_pound_has_a_pot", "within_all_pots")


def can_be_asked(laid: Laid, k: str) -> bool:
    """Whether a scheme has a price, and the last aim compared weighs money."""
    return laid.f.cost[k] > 0.0 and bool(laid.f.pots_of[k]) and "cost" in laid.choices.levels[laid.compared - 1].rates


def price_questions(laid: Laid, k: str, without: Reply) -> tuple[Question, ...]:
    """Ask for the highest price of a scheme at which it is as good as the best plan without it, and at which it is better."""
    problem = _priced(laid, k)
    many, top = len(laid.f.years), most(laid, k)
    aims = (Aim(np.append(np.zeros(len(laid.problem.cost)), -np.ones(many)), 0.0, NEAR),)
    rate = float(laid.choices.levels[laid.compared - 1].rates["cost"])
    total = laid.aims[-1].cost.copy()
    total[laid.ever(k)] -= rate * laid.f.cost[k]
    first = len(laid.problem.cost)
    prices = tuple((first + i, rate) for i in range(many))
    rules = [_row(_entries(total) + prices, without.aims[-1].high - laid.aims[-1].constant)]
    inside = ((laid.ever(k), 1.0, 1.0),)
    for aim, best in zip(laid.aims[:-1], without.aims[:-1], strict=True):
        rules.append(_row(_entries(aim.cost), best.high - aim.constant + 1e-6))
    asked = [Question(f"price/{k}/same", inside, (), tuple(rules), True, problem, aims)]
    if len(laid.aims) > 1 and without.aims[0].high > SAME:
        fewer = _row(_entries(laid.aims[0].cost), without.aims[0].low - laid.aims[0].constant - SAME)
        asked.append(Question(f"price/{k}/better", inside, (), (fewer,), True, problem, aims))
    return tuple(asked) if top > 0.0 else ()


def most(laid: Laid, k: str) -> float:
    """More than any price that pots open to a scheme could pay."""
    return laid.f.received_by(laid.f.pots_of[k], laid.f.financial_years[-1])


def flip(laid: Laid, k: str, without: Reply, replies: tuple[Reply, ...]) -> Price:
    """The price at which the verdict flips, from the replies to those questions."""
    now, top = laid.f.cost[k], most(laid, k)
    slack = without.aims[-1].high - without.aims[-1].low
    rate = float(laid.choices.levels[laid.compared - 1].rates["cost"])
    lows, highs, sure = [], [], True
    for i, reply in enumerate(replies):
        if reply.status == "infeasible":
            continue
        if reply.x is None:
            return Price(0.0, top, "none", "the price at which this would turn was not found in time")
        sure = sure and reply.status == "proven"
        lows.append(-reply.aims[0].high - (slack / rate if i == 0 else 0.0))
        highs.append(-reply.aims[0].low)
    if not highs:
        return Price(0.0, 0.0, "never", "at no price, not even for nothing, would it be in a best plan")
    at = Interval(max(0.0, *lows), min(top, max(highs)))
    status = "proven" if sure and at.high - at.low <= 2 * SAME else "best_found"
    if at.low >= top - SAME:
        return Price(at.low, at.high, "always", f"it would be built at any price that the pots open to it can pay (£{top:,.0f}k)")
    if status == "proven" and at.high <= SAME:
        return Price(at.low, at.high, "never", "it would be in a best plan only if it cost nothing")
    words = f"£{at.middle:,.0f}k" if at.high - at.low <= 2 * SAME else f"a price between £{at.low:,.0f}k and £{at.high:,.0f}k"
    told = f"it would drop out of the best plan above {words}" if k in laid.opens else f"it would be built below {words}"
    return Price(at.low, at.high, status, f"{told} (now £{now:,.0f}k)")


def _row(entries: tuple[tuple[int, float], ...], upper: float) -> Row:
    return Row(tuple(i for i, _ in entries), tuple(v for _, v in entries), -np.inf, upper)


def _entries(cost: np.ndarray) -> tuple[tuple[int, float], ...]:
    return tuple((int(i), float(cost[i])) for i in np.flatnonzero(cost))


def _priced(laid: Laid, k: str) -> Arrays:
    """The problem with the price of one scheme an unknown, one column for each opening year."""
    f, problem = laid.f, laid.problem
    years, total = f.years, f.cost[k]
    columns = {laid.open_by(k, t) for t in years}
    mine = np.isin(problem.index, sorted(columns))
    row_of = np.repeat(np.arange(len(problem.row_lower)), np.diff(problem.starts))
    of_money = np.zeros(len(problem.row_lower), dtype=bool)
    share = sp.lil_matrix((len(problem.row_lower), len(years)))
    purse = f.purse_pots.index(f.pots_of[k])
    for name, row in laid.row.items():
        rule = next((rule for rule in MONEY_ROWS if name.startswith(f"{rule}_")), None)
        if rule is None:
            continue
        label, y = name.removeprefix(f"{rule}_").rsplit("_", 1)
        of_money[row] = True
        if rule == "every_pound_has_a_pot" and int(label) == purse:
            for i, t in enumerate(years):
                share[row, i] = -f.due_in(k, t, int(y)) / total
        elif rule == "within_all_pots" and (mine & (row_of == row)).any():
            for i, t in enumerate(years):
                share[row, i] = sum(f.due_in(k, t, fy) for fy in range(f.financial_years[0], int(y) + 1)) / total
    value = np.where(mine & of_money[row_of], 0.0, problem.value)
    top = most(laid, k)
    priced = with_columns(replace(problem, value=value), np.full(len(years), top), share.tocsr())
    first = len(problem.cost)
    ties = []
    for i, t in enumerate(years):
        before = [(laid.open_by(k, years[i - 1]), top)] if i else []
        ties.append(_row(((first + i, 1.0), (laid.open_by(k, t), -top), *before), 0.0))
    return with_rows(priced, ties)
