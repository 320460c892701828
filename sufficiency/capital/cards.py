"""The card of each scheme in a sentence or two of plain English, written from its figures and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sufficiency.capital.layouts import POT
from sufficiency.capital.reasons import SAME, Card, Turned

CODES: Mapping[str, str] = MappingProxyType({})  # where no names are known
KIND = {"pan_cut": "lower admission number", "resourced_provision": "resourced provision", "new_school": "new school"}


def sentences(card: Card, called: Mapping[str, str] = CODES, proposal: bool = False) -> str:
    """What a card says; called: code -> name of schemes and areas. proposal: whether nobody has looked at the scheme yet."""
    first = "A proposal, not yet looked at." if proposal else ""
    return " ".join(part for part in (first, _what(card, called), _turned(card, called), _price(card)) if part)


def _what(card: Card, called: Mapping[str, str]) -> str:
    name = called.get(card.scheme_id, card.scheme_id)
    kind = KIND.get(card.kind, card.kind.replace("_", " "))
    if not card.chosen:
        per = f", £{card.cost_per_place:,.1f}k a place" if card.cost_per_place is not None else ""
        return f"{name} ({kind}, £{card.cost:,.0f}k{per}) is not in the plan."
    first = f"{name} ({kind}) opens in September {card.opens} for £{card.cost:,.0f}k"
    if not card.serves:
        return f"{first}; it gives nobody a place by itself."
    where = names({part.area_code: part.child_years for part in card.serves}, called)
    per = f", £{card.cost_per_child_year:,.1f}k for each child and year" if card.cost_per_child_year is not None else ""
    return f"{first} and gives {_count(card.children, 'child', 'children')} of {where} a place{per}."


def _turned(card: Card, called: Mapping[str, str]) -> str:
    t = card.turned
    if t is None:
        return ""
    if t.obstacles:
        return f"It {'must be in' if card.chosen else 'cannot be built'}: {'; '.join(t.obstacles)}."
    if t.verdict == "impossible":
        return f"No plan keeps every rule {'with' if t.inside else 'without'} it."
    if t.verdict == "unsolved":
        return "What a plan would be " + ("with it" if t.inside else "without it") + " was not found in time."
    start = f"With it, from September {t.opens}," if t.inside else "Without it"
    if t.verdict == "open":
        return f"{start} the best plan found differs by {_between(t)}: no difference can be shown."
    if t.verdict == "same":
        return f"{start} a plan just as good can be had{_instead(t, called)}."
    return f"{start} {_cost(t)}{_instead(t, called)}{_who(t, called)}.{_saves(t)}{_binds(t, called)}"


def _cost(t: Turned) -> str:
    """The difference in children and pounds; a difference that is not proven is told as what it lies between."""
    children, pounds = t.child_years, t.pounds
    parts = []
    if children.known and abs(children.middle) > SAME:
        more = "more" if children.middle > 0 else "fewer"
        parts.append(f"{abs(children.middle):,.0f} child-years {more} would go without a place")
    elif not children.known:
        parts.append(f"between {children.low:,.0f} and {children.high:,.0f} child-years more would go without a place")
    if pounds.known and abs(pounds.middle) > SAME:
        parts.append(f"£{abs(pounds.middle):,.0f}k {'more' if pounds.middle > 0 else 'less'} would be spent")
    elif not pounds.known:
        parts.append(f"between £{pounds.low:,.0f}k and £{pounds.high:,.0f}k more would be spent")
    return " and ".join(parts) or "the plan is worse in the aims as they are weighed"


def _saves(t: Turned) -> str:
    """What each child-year costs that nothing else on the list would save for less."""
    each = t.a_child_year
    if each is None:
        return ""
    low, high = f"{each.low:,.1f}", f"{each.high:,.1f}"
    return f" Each child-year that only it saves costs £{low}k." if low == high else (
        f" Each child-year that only it saves costs between £{low}k and £{high}k."
    )


def _between(t: Turned) -> str:
    """The first aim in which intervals overlap."""
    name, more = next((name, more) for name, more in t.levels.items() if more.high > SAME or more.low < -SAME)
    return f"between {more.low:,.1f} and {more.high:,.1f} in {name}"


def _instead(t: Turned, called: Mapping[str, str]) -> str:
    comes, drops = ([called.get(k, k) for k in codes] for codes in (t.comes_in, t.drops_out))
    parts = [f"{' and '.join(comes)} instead"] if comes else []
    parts += [f"{' and '.join(drops)} left out"] if drops else []
    return f" (with {', '.join(parts)})" if parts else ""


def _who(t: Turned, called: Mapping[str, str]) -> str:
    return f", to the cost of {names(t.worse, called)}" if t.worse else ""


def _binds(t: Turned, called: Mapping[str, str]) -> str:
    if not t.binds:
        return ""
    first = t.binds[0]
    pots = " and ".join(called.get(POT + pot, pot) for pot in first.pots)
    return (
        f" Money binds: by the year from April {first.fy} {pots} would be £{first.short:,.0f}k short"
        f" of paying for {called.get(first.scheme_id, first.scheme_id)} as well."
    )


def _price(card: Card) -> str:
    if card.flips_at is None:
        return ""
    return card.flips_at.told[:1].upper() + card.flips_at.told[1:] + "."


def names(by: Mapping[str, float], called: Mapping[str, str] = CODES, most: int = 3) -> str:
    """The areas with most, by their names, and how many others."""
    order = sorted(by, key=lambda a: (-by[a], a))
    told = [*(called.get(a, a) for a in order[:most]), *([f"{len(order) - most} more"] if len(order) > most else [])]
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)


def _count(many: float, one: str, more: str) -> str:
    return f"{many:,.0f} {one if round(many) == 1 else more}"
