"""Reasons in names: what cards and comparisons say, told again with the names of schemes and areas in the place of codes.

Cards hold all that their sentences are made of, so the sentences are written anew; no text is searched for codes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sufficiency.capital.cards import CODES, sentences
from sufficiency.capital.layouts import POT
from sufficiency.capital.more_money import told_more
from sufficiency.capital.reasons import SAME, Beside, More, Why


def by_name(asked: Why, called: Mapping[str, str], proposals: Collection[str] = ()) -> Why:
    """The same reasons with names for codes; called: code -> name. proposals: schemes that nobody has looked at yet."""

    def beside(one: Beside) -> Beside:
        return replace(one, told=told_beside(asked.plan, one, called)) if one.told else one

    return replace(
        asked,
        do_nothing=None if asked.do_nothing is None else beside(asked.do_nothing),
        greedy=None if asked.greedy is None else beside(asked.greedy),
        cards=tuple(replace(card, told=sentences(card, called, card.scheme_id in proposals)) for card in asked.cards),
        alternatives=tuple(beside(_renamed(one, called)) for one in asked.alternatives),
        more_money=tuple(_more(one, called) for one in asked.more_money),
    )


def _renamed(one: Beside, called: Mapping[str, str]) -> Beside:
    """An alternative, which is called `with` or `without` a scheme."""
    first, _, code = one.name.partition(" ")
    return replace(one, name=f"{first} {called[code]}") if code in called else one


def _more(one: More, called: Mapping[str, str]) -> More:
    pot = called.get(POT + one.pot_id, one.pot_id)
    if not one.comes_in and not one.drops_out and pot == one.pot_id:
        return one
    comes, drops = (tuple(called.get(k, k) for k in codes) for codes in (one.comes_in, one.drops_out))
    return replace(one, told=told_more(pot, one.fy, one.step, one.child_years, one.pounds, comes, drops))


def told_beside(ours: Beside, theirs: Beside, called: Mapping[str, str] = CODES) -> str:
    """How another plan compares, in a sentence."""
    more = theirs.child_years.less(ours.child_years)
    many = abs(theirs.child_years.high - ours.child_years.high)
    pounds = theirs.pounds.high - ours.pounds.high
    if more.low > SAME:
        children = f"leaves {many:,.0f} child-years more without a place than the plan"
    elif more.high < -SAME:
        children = f"leaves {many:,.0f} child-years fewer without a place than the plan"
    else:
        children = "leaves as many without a place as the plan, as far as can be shown"
    money = f"spends £{abs(pounds):,.0f}k {'more' if pounds > 0 else 'less'}" if abs(pounds) > SAME else "spends the same"
    opens, built = ({k for k, _ in one.schemes} for one in (ours, theirs))
    extra, missing = ([called.get(k, k) for k in sorted(codes)] for codes in (built - opens, opens - built))
    parts = [f"it builds {', '.join(extra)}, which the plan does not"] if extra else []
    parts += [f"it lacks {', '.join(missing)}"] if missing else []
    return f"{theirs.name} {children} and {money}" + (f": {'; '.join(parts)}" if parts else "")
