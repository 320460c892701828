"""Levers of money: pots and their years, what building costs, which schemes must or must not be built, and spare places kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pandas as pd

from scenarios.levers import ALL, Asked, State, Year, known, lever, with_tables
from sufficiency.assumptions import Assumptions
from sufficiency.evidence import Evidence


@lever("pots.*.level", "choices", "times", "1", ("pots",), limits=(0, 10))
def pot_level(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A pot holds so many times the money that is still to come; `all` is every pot without a key of its own."""
    pots, mine = evidence.pots, _to_come(evidence, asked)
    money = pots["thousand_pounds"].astype("float64")
    return with_tables(evidence, pots=pots.assign(thousand_pounds=money.where(~mine, money * asked.value))), assumptions


@lever("pots.*.delay_years", "choices", "financial years", "0", ("pots",), value=int, limits=(-10, 20))
def pot_delay(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A pot's money that is dated and still to come comes so many financial years later (below nought: earlier)."""
    pots, mine = evidence.pots, _to_come(evidence, asked)
    year = pots["financial_year"].astype("float64")
    return with_tables(evidence, pots=pots.assign(financial_year=year.where(~mine, year + asked.form.value))), assumptions


@lever("pots.*.early_years", "choices", "financial years", "not before it comes", ("pots",), value=int, limits=(0, 15))
def pot_early(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """Members let a pot's signed sums be spent so many financial years before they come, borrowed until then (0: never)."""
    pots = evidence.pots
    mine = _to_come(evidence, asked) & pots["status"].eq("due")
    years = pots["early_years"].astype("float64").where(~mine, float(asked.form.value) or float("nan"))
    return with_tables(evidence, pots=pots.assign(early_years=years)), assumptions


@lever("schemes.*.open_by", "choices", "academic year", "as the list says", ("schemes",), value=Year)
def scheme_open_by(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A scheme opens by the September of that academic year or not at all."""
    schemes = evidence.schemes
    known(asked.item, schemes["scheme_id"], "scheme")
    mine = schemes["scheme_id"].eq(asked.item)
    by = schemes["open_by"].astype("float64").where(~mine, float(asked.form.value))
    return with_tables(evidence, schemes=schemes.assign(open_by=by)), assumptions


@lever("costs.level", "world", "times", "1", ("schemes", "scheme_costs", "location_factor"), limits=(0.2, 5))
def costs_level(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """Building costs so many times as much: of every scheme with a cost of its own, and of places by the rulebook's cost."""
    tables = {}
    for name, columns in (("schemes", ("thousand_pounds", "land_thousand_pounds")), ("scheme_costs", ("thousand_pounds",))):
        table: pd.DataFrame = evidence.tables[name]
        if not table.empty:
            tables[name] = table.assign(**{c: table[c].astype("float64") * asked.value for c in columns})
    return with_tables(evidence, **tables), replace(assumptions, location_factor=assumptions.location_factor * asked.value)


@lever("costs.inflation", "world", "share a year", "0", ("price_growth",), limits=(-0.2, 0.5))
def costs_inflation(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """Prices of building rise by so much a year more than the rulebook takes, after the last quarter that is known."""
    return evidence, replace(assumptions, price_growth=assumptions.price_growth + asked.value)


@lever("schemes.*.choice", "choices", "must, must_not or free", "free", ("schemes",), value=Literal["must", "must_not", "free"])
def scheme_choice(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A scheme must be built, must not be, or is free."""
    schemes = evidence.schemes
    known(asked.item, schemes["scheme_id"], "scheme")
    mine = schemes["scheme_id"].eq(asked.item)
    return with_tables(evidence, schemes=schemes.assign(choice=schemes["choice"].where(~mine, asked.form.value))), assumptions


@lever("margin.operating", "choices", "share of the children", "as the workspace says", ("operating_margin",), limits=(0, 0.5))
def margin(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """So many spare places are kept for choice and for moves during the year."""
    return evidence, replace(assumptions, operating_margin=asked.value)


def _to_come(evidence: Evidence, asked: Asked) -> pd.Series:
    pots = evidence.pots
    ahead = pots["status"].ne("received")
    if asked.item == ALL:
        return ahead & ~pots["pot_id"].isin(asked.others)
    known(asked.item, pots["pot_id"], "pot")
    return ahead & pots["pot_id"].eq(asked.item)


LEVERS = (
    pot_level, pot_delay, pot_early, costs_level, costs_inflation, scheme_choice, scheme_open_by, margin,
)
