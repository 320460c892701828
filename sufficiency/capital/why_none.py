"""Why no plan keeps the rules: which rules would have to give way, where and by how much, in words.

Method. Rules that may be bent (money, sites, dates, consents, exclusions, places to take away) get a slack each, rules on what
must happen stay; the plan that bends least is found, money and places before dates and consents, and every slack that is used
is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from sufficiency.capital.arrays import Arrays
from sufficiency.capital.facts import Facts
from sufficiency.capital.layouts import POT
from sufficiency.capital.model import RULES, Build, Labelled, Variables, opens_after_its_lead_time, ring_fence, within_pot
from sufficiency.capital.solver import Ask, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

HARD = (
    "children_need_a_place",
    "a_child_is_placed_once",
    "stays_open",
    "must_be_built",
    "as_asked",
    "opens_by_its_latest",
    "everyone_has_a_place",
    "every_pound_has_a_pot",
    "within_all_pots",
    "equity_floor",
)
UNITS = {"within_pot": "£{:,.0f}k", "ring_fence": "£{:,.0f}k", "within_site": "{:,.0f} places", "within_places": "{:,.0f} places"}
DUST = 1e-6
HALF = 0.5
YES_OR_NO = 100.0  # so that money or places give way before a date or a consent does

CODES: Mapping[str, str] = MappingProxyType({})  # where no names are known
Rule = Callable[[Variables, Facts], Labelled]


def why_none(f: Facts, built: Build, problem: Arrays, seconds: float, called: Mapping[str, str] = CODES) -> list[str]:
    """Sentences that name what stands in the way; empty where that could not be found in time. called: code -> name."""
    rows = built.problem.constraints()
    rule_of = [next(rule for rule in RULES if row.name.startswith(rule.__name__ + "_")) for row in rows]
    soft = np.array([i for i, rule in enumerate(rule_of) if rule.__name__ not in HARD])
    left_out = np.array([rule.__name__ == "within_all_pots" for rule in rule_of])
    weight = np.array([_weight(rule_of, problem, i) for i in soft])
    elastic = _with_slacks(problem, soft, weight, left_out)
    answer = solve(elastic, Ask(seconds=seconds, gap=1e-3))
    if answer.x is None:
        return []
    slack = answer.x[len(problem.cost) :]
    told = []
    for i, amount in zip(soft, slack, strict=True):
        if amount > DUST:
            rule, label = rule_of[i], rows[i].name.removeprefix(rule_of[i].__name__ + "_")
            by = UNITS.get(rule.__name__)
            if rule is ring_fence:
                told.append(f"{rule.__name__} ({_fenced(f, built, answer.x, label, called)}) would have to give way for "
                            f"{by.format(amount) if by else amount}: {rule.__doc__}")
                continue
            detail = _too_early(f, label) if rule is opens_after_its_lead_time else ""
            besides = _other_pots(f, built, answer.x, label, called) if rule is within_pot else ""
            told.append(
                f"{rule.__name__} ({_named(f, label, called, rule is within_pot)}{detail})"
                + (f" is short by {by.format(amount)}{besides}" if by else " would have to give way")
                + f": {rule.__doc__}"
            )
    return told


def _other_pots(f: Facts, built: Build, x: NDArray[np.float64], label: str, called: Mapping[str, str]) -> str:
    """What is short in one pot could be paid from any that may pay for the same schemes: which these are, and for what."""
    pot = _codes(f, label)[0]
    opened = {k for (k, _), worth in zip(built.variables.open_by, x, strict=False) if worth > HALF}
    asked = [k for k in f.schemes if k in opened and pot in f.pots_of[k] and f.cost[k] > 0.0]
    pots = sorted(frozenset().union(*(f.pots_of[k] for k in asked)) - {pot})
    besides = f", with all that {' and '.join(called.get(POT + p, p) for p in pots)} can pay besides" if pots else ""
    return f"{besides} (for {', '.join(called.get(k, k) for k in asked)})" if asked else besides


def _too_early(f: Facts, label: str) -> str:
    """When a scheme could open at the earliest, and by when it is to be open where that is set."""
    scheme = _codes(f, label)[0]
    by = f" and to be open by September {f.last_opening[scheme]}" if scheme in f.last_opening else ""
    return f": September {f.opens_from[scheme]} at the earliest{by}"


def _fenced(f: Facts, built: Build, x: NDArray[np.float64], label: str, called: Mapping[str, str]) -> str:
    """The schemes that would be built out of a closed pot, and the pot."""
    purse, _, pot = label.partition("_")
    opened = {k for (k, _), worth in zip(built.variables.open_by, x, strict=False) if worth > HALF}
    built_of_it = [k for k in f.purses[int(purse)] if k in opened]
    return ", ".join([*(called.get(k, k) for k in built_of_it or f.purses[int(purse)]), _named(f, pot, called, of_pot=True)])


def _weight(rule_of: list[Rule], problem: Arrays, row: int) -> float:
    """What bending a row by one costs: an amount in proportion to the largest limit of its rule, a yes or no much more."""
    rule = rule_of[row]
    if rule.__name__ not in UNITS:
        return YES_OR_NO
    limits = [abs(problem.row_upper[i]) for i, other in enumerate(rule_of) if other is rule and np.isfinite(problem.row_upper[i])]
    return float(1.0 / max(1.0, *limits))


def _with_slacks(problem: Arrays, soft: NDArray[np.int64], weight: NDArray[np.float64], left_out: NDArray[np.bool_]) -> Arrays:
    """The problem with a slack in each soft row, its cost in proportion to the row's limit, and nothing else to be made small."""
    matrix = problem.matrix()
    many, columns = len(soft), len(problem.cost)
    slacks = sp.csr_matrix((-np.ones(many), (soft, np.arange(many))), shape=(matrix.shape[0], many))
    whole = sp.hstack([matrix, slacks]).tocsr()
    return replace(
        problem,
        cost=np.concatenate([np.zeros(columns), weight]),
        constant=np.zeros(1),
        lower=np.concatenate([problem.lower, np.zeros(many)]),
        upper=np.concatenate([problem.upper, np.full(many, np.inf)]),
        whole=np.concatenate([problem.whole, np.zeros(many, dtype=bool)]),
        scheme=np.concatenate([problem.scheme, np.full(many, -1)]),
        serving=np.zeros(columns + many, dtype=bool),
        starts=whole.indptr.astype(np.int64),
        index=whole.indices.astype(np.int64),
        value=whole.data,
        row_lower=problem.row_lower,
        row_upper=np.where(left_out, np.inf, problem.row_upper),
        strong=np.array([], dtype=np.int64),
    )


def _named(f: Facts, label: str, called: Mapping[str, str], of_pot: bool = False) -> str:
    """A label with names where there are any, else codes as they stand in the tables; of_pot: whether it begins with a pot."""
    first, *rest = _codes(f, label)
    return ", ".join([called.get(POT + first, first) if of_pot else called.get(first, first), *(called.get(c, c) for c in rest)])


def _codes(f: Facts, label: str) -> list[str]:
    """The parts of a label with codes as they stand in the tables."""
    back = {safe: code for code, safe in f.name.items() if code}
    return [back.get(part, part) for part in label.split("_")]
