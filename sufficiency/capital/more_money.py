"""What one more pound in each pot and year would buy, by solving again with that much more and not by prices of a relaxed plan.

Capital is bought in whole schemes: one more pound buys nothing until the last pound of a scheme is there. So the plan is solved
again with a step of so many pounds more, received in one year and to be spent by the date of that year's receipt.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sufficiency.capital.asking import Laid, opening_years
from sufficiency.capital.facts import facts
from sufficiency.capital.plan import read_plan
from sufficiency.capital.reasons import SAME, Interval, More
from sufficiency.capital.resolve import Question, Reply
from sufficiency.capital.turning import amount
from sufficiency.capital.verify import broken_rules

STEPS = (100.0, 1000.0)  # thousands of pounds


def pot_questions(laid: Laid, steps: tuple[float, ...] = STEPS) -> tuple[tuple[str, int, float, Question], ...]:
    """Ask for the best plan with a step more in each pot and year in which it receives something that counts."""
    asked = sorted({(p, fy) for p, fy, _, _ in laid.f.receipts if fy <= laid.f.years[-1]})
    return tuple((p, fy, step, _with_more(laid, p, fy, step)) for p, fy in asked for step in steps)


def _more(laid: Laid, p: str, fy: int, step: float) -> pd.DataFrame:
    """The receipts with a step more, on the receipt of that year that may be spent longest."""
    rows = laid.case.receipts
    status = (rows["status"] != "unsigned") | laid.choices.count_unsigned
    which = rows[(rows["pot_id"] == p) & (rows["fy"] == fy) & status]["spend_by"].idxmax()
    money = rows["thousand_pounds"].to_numpy(dtype=float).copy()
    money[rows.index.get_loc(which)] += step
    return rows.assign(thousand_pounds=money)


def _with_more(laid: Laid, p: str, fy: int, step: float) -> Question:
    f = facts(replace(laid.case, receipts=_more(laid, p, fy, step)), laid.choices)
    limits = []
    for pot, runs in f.runs.items():
        limits += [(f"within_pot_{f.name[pot]}_{first}_{last}", money) for first, last, money in runs]
    for label, _, pots in f.purse_unions():
        limits += [(f"within_all_pots_{label}_{y}", f.received_by(pots, y)) for y in f.financial_years]
    changed = tuple((laid.row[name], most) for name, most in limits if name in laid.row)
    return Question(f"more/{p}/{fy}/{step:g}", limits=changed, looser=True)


def bought(laid: Laid, p: str, fy: int, step: float, best: Reply, reply: Reply) -> More:
    """What a step more buys, from the reply."""
    case = replace(laid.case, receipts=_more(laid, p, fy, step))
    ours = laid.read(best)
    plan = None if reply.x is None else read_plan(laid.built, laid.f, reply.x)
    if ours is None or plan is None or broken_rules(case, laid.choices, plan):
        unknown = Interval(float("-inf"), float("inf"))
        return More(p, fy, step, unknown, unknown, "none", (), (), "what this would buy was not found in time")
    levels = {
        level.name: theirs.less(mine)
        for level, mine, theirs in zip(laid.choices.levels[: laid.compared], best.aims, reply.aims, strict=True)
    }
    opens, those = opening_years(ours), opening_years(plan)
    comes, drops = tuple(k for k in sorted(those) if k not in opens), tuple(k for k in sorted(opens) if k not in those)
    unmet = amount(laid, levels, ours, plan, "unmet_material")
    fewer = Interval(-unmet.high, -unmet.low)
    fewer = fewer.at_least(0.0) if len(laid.aims) > 1 else fewer
    pounds = amount(laid, levels, ours, plan, "cost", "transport")
    return More(p, fy, step, fewer, pounds, reply.status, comes, drops, told_more(p, fy, step, fewer, pounds, comes, drops))


def told_more(
    p: str, fy: int, step: float, fewer: Interval, pounds: Interval, comes: tuple[str, ...], drops: tuple[str, ...]
) -> str:
    """What a step more in a pot and year buys, in a sentence; comes and drops: schemes by code or name."""
    money = f"£{step:,.0f}k more in {p} in the year from April {fy}"
    if not np.isfinite(fewer.high):
        return f"what {money} would buy was not found in time"
    if fewer.low <= SAME < fewer.high:
        return f"of {money} no difference can be shown: it would spare between {fewer.low:,.0f} and {fewer.high:,.0f} child-years"
    instead = [f"builds {' and '.join(comes)}"] if comes else []
    instead += [f"drops {' and '.join(drops)}"] if drops else []
    how = f" ({', '.join(instead)})" if instead else ""
    if fewer.high <= SAME:
        return (
            f"{money} would spare £{-pounds.middle:,.0f}k elsewhere and place nobody more{how}"
            if pounds.high < -SAME
            else f"{money} would buy nothing: the next scheme worth having costs more than that or does not wait for money"
        )
    return f"{money} would give {fewer.middle:,.0f} child-years more a place{how}"
