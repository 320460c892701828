"""What a scheme costs: places times the cost of a place, at the prices of the time of building, and in which years it falls.

Method (domain brief E3). A cost is `places * cost of a place * location factor * index * (1 + allowances) + land`. The index is
that of tender prices half-way through the building against that of the estimate's own quarter; between the quarters that are
known it grows evenly, after the last by the rulebook's rate a year. A scheme that opens in September spends on design first and
on building then, each evenly over its months (`capital_costs.toml`); money is told by financial years from April.

A capital decision has one cost for each scheme, whenever it opens. It is that of the earliest opening: the price of waiting is
not in it, and is told.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sufficiency.housing.place_cost import cost_of_place
from sufficiency.intervals.last_dates import known_remedies
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions

OPENS = 8  # months from the first of January to the September of opening
YEAR_BEGINS = 3  # and to the April in which a financial year begins
TO_OPENING = OPENS - YEAR_BEGINS  # months of the financial year of opening that lie before it


def rules() -> dict[str, Any]:
    """The rulebook's page on costs."""
    return rulebook("capital_costs")


def when(quarter: str) -> float:
    """The middle of a quarter such as 2026Q1, in years."""
    return int(quarter[:4]) + (int(quarter[5]) - 0.5) / 4


def price_index(time: float, more: float = 0.0) -> float:
    """The index of tender prices at a time in years: growing evenly between quarters, then at the rulebook's rate.

    more: by how much a year prices rise faster than that, after the last quarter that is known.
    """
    page = rules()
    known = sorted((when(q), float(value)) for q, value in page["price_index"].items() if q not in ("unit", "evidence"))
    growth = 1.0 + float(page["price_growth"]["a_year"])
    if time >= known[-1][0]:
        return float(known[-1][1] * (growth + more) ** (time - known[-1][0]))
    if time <= known[0][0]:
        return float(known[0][1] * growth ** (time - known[0][0]))
    (t0, v0), (t1, v1) = next(pair for pair in pairwise(known) if pair[1][0] >= time)
    return float(v0 * (v1 / v0) ** ((time - t0) / (t1 - t0)))


def project_cost(places: float, each: float, factor: float, index: float, allowances: float, land: float) -> float:
    """What places cost: in the unit of `each` and `land`; index: prices when it is built against those of `each`."""
    return places * each * factor * index * (1.0 + allowances) + land


def mid_building(opens: int, building: float) -> float:
    """Half-way through the building of what opens in September, in years; building: its months."""
    return opens + (OPENS - building / 2) / 12


def each_place(kind: str, phase: str, assumptions: Assumptions) -> float | None:
    """Pounds for a place at the rulebook's prices, before the location factor; none where the planner must know; 0 for none."""
    rule = rules()["kinds"][kind]
    if "cost" not in rule:
        return None
    if not rule["cost"]:
        return 0.0
    charged = {"early_years": "early_years", "school_age_care": "early_years"}.get(phase, phase)
    if kind == "resourced_provision" and phase == "special":
        charged = "primary"  # a unit at a mainstream school; `times` says how much dearer its places are
    each, times = cost_of_place(charged, assumptions, rule["cost"])
    return each * times * float(rule.get("times", 1.0))


def lead_years(kind: str, phase: str, assumptions: Assumptions) -> int:
    """Years from the April in which a scheme may be decided to its September: as many as its lead time needs."""
    rule = rules()["kinds"][kind]
    months = int(rule["months"]) if "months" in rule else _remedy_months(rule["remedy"], phase, assumptions)
    return max(0, -(-(months - TO_OPENING) // 12))


def _remedy_months(remedy: str, phase: str, assumptions: Assumptions) -> int:
    """The lead time of a remedy in months, the council's own where it has set one."""
    name = f"new_{'secondary' if phase == 'secondary' else 'primary'}" if remedy == "new" else remedy
    own = {lead.remedy: lead.months for lead in assumptions.lead_times}
    return own.get(name, next(int(entry["months"]) for entry in known_remedies() if entry["remedy"] == name))


def spread(lead: int, building: float) -> dict[int, float]:
    """Which share of a cost falls in each financial year, counted from that of opening, from the decision on.

    lead: years from the financial year of the decision. building: months of building before the opening.
    """
    months = 12 * lead + TO_OPENING
    built = min(int(building), months)
    early = months - built
    before = float(rules()["spending"]["before_building"]) if early else 0.0
    shares: dict[int, float] = {}
    for month in range(months):
        share = before / early if month < early else (1.0 - before) / built
        shares[month // 12 - lead] = shares.get(month // 12 - lead, 0.0) + share
    return shares
