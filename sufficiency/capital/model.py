r"""The capital decision in mathematics: one problem for PuLP, every rule a named generator with the sentence a report prints.

Sets: groups $g$ with cells $(y, n)$ of academic year and year group; sites $s$; schemes $k$; pots $p$; academic years $t$;
financial years $f$. Schemes with the same pots open to them share one purse $c$: to which scheme a pound of theirs is written
is settled afterwards, which loses nothing and spares most of the columns.

    open[k,t]      1 if scheme k is open by year t (it never shuts again: open[k,t] <= open[k,t+1])
    placed[g,s]    children of group g placed at site s, the same in all cells of the group (they move up with the school)
    unmet[g,y,n]   children of group g without a place in year y, year group n; who has a seat anyway is never among them
    spend[c,p,f]   thousands of pounds of purse c paid by pot p in financial year f

With a[k,i,n] the places that k adds i years after its opening, c[k,j] its cost j years after (before: j < 0), d the children of a
cell and r the rates of an aim,

    min   r_unmet sum unmet + r_km sum km placed |cells| + r_cost sum_k c[k] open[k,last] + ...                       (the aim)
    s.t.  sum_s placed[g,s] + unmet[g,y,n] >= d[g,y,n]                                                 (children_need_a_place)
          sum_s placed[g,s] <= max d[g]                                                             (a_child_is_placed_once)
          sum_g placed[g,s] <= free[s,y,n] + sum_k sum_t a[k,y-t,n] (open[k,t] - open[k,t-1])                   (within_places)
          sum_p spend[c,p,f] = sum_{k in c} sum_t c[k,f-t] (open[k,t] - open[k,t-1])                 (every_pound_has_a_pot)
          sum_c sum_{f in F} spend[c,p,f] <= what p received that can still be spent within F, each run F of years  (within_pot)

and the rules on starting below. Being open by a year, not starting in it, is the binary: a solver then decides "early or late"
at each branch, and the relaxation stays as tight. The rows that tie a child to a scheme that would serve it are not written here:
they are many, and the solver's child adds those that are violated (`strong_rows`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulp

from sufficiency.capital.choices import TERMS
from sufficiency.capital.facts import Facts, facts
from sufficiency.capital.unknowns import Variables, terms_of, unknowns, year_group

Row = Any  # a pulp.LpConstraint
Labelled = Iterator[tuple[str, Row]]


@dataclass(frozen=True)
class Build:
    """A problem ready to be solved: what PuLP holds, the unknowns, each term of the aims as coefficients and a constant."""

    problem: Any
    variables: Variables
    terms: Mapping[str, tuple[dict[Any, float], float]]


def build(case_facts: Facts) -> Build:
    """Write the whole problem down; its objective is the first aim."""
    problem = pulp.LpProblem("capital_plan", pulp.LpMinimize)
    variables = unknowns(problem, case_facts)
    terms = terms_of(variables, case_facts)
    for rule in RULES:
        for label, row in rule(variables, case_facts):
            problem.addConstraint(row, f"{rule.__name__}_{label}")
    built = Build(problem, variables, terms)
    first = case_facts.choices.levels[0]
    problem.setObjective(aim(built, first.rates)[0])
    return built


def aim(built: Build, rates: Mapping[str, float]) -> tuple[Any, float]:
    """One aim as an expression and its constant; refuses a term that there is not."""
    weights: dict[Any, float] = defaultdict(float)
    constant = 0.0
    for term, rate in rates.items():
        if term not in TERMS:
            raise ValueError(f"there is no term {term}; there are {', '.join(TERMS)}")
        coefficients, fixed = built.terms[term]
        constant += rate * fixed
        for variable, coefficient in coefficients.items():
            weights[variable] += rate * coefficient
    return pulp.LpAffineExpression(weights), constant


def _row(terms: Any) -> Any:
    """An expression from (variable, coefficient), much faster than adding up."""
    return pulp.LpAffineExpression(terms)


def children_need_a_place(v: Variables, f: Facts) -> Labelled:
    """Every child who lacks a place is placed at a site within reach or counted as unmet, in each year and year group."""
    at = {g: [(v.placed[g, s], 1.0) for s in sites] for g, sites in f.sites_of.items()}
    for g, y, n, need in f.cells:
        everyone = _row([*at[g], (v.unmet[g, y, n], 1.0)])
        yield f"{f.name[g]}_{y}_{year_group(n)}", everyone == need if f.how_many_cells[g] == 1 else everyone >= need


def a_child_is_placed_once(v: Variables, f: Facts) -> Labelled:
    """No more children of a group are placed than ever lack a place at the same time: each is placed once and moves up."""
    for g, sites in f.sites_of.items():
        if len(sites) > 1 and f.how_many_cells[g] > 1:
            yield f.name[g], _row([(v.placed[g, s], 1.0) for s in sites]) <= f.size[g]


def within_places(v: Variables, f: Facts) -> Labelled:
    """A site takes no more children in a year and year group than free places, today's and those of schemes that are open."""
    for (s, y, n), groups in f.groups_at.items():
        terms = [(v.placed[g, s], 1.0) for g in groups]
        terms += [(v.open_by[k, t], -places) for k, t, places in f.added(s, y, n)]
        yield f"{f.name[s]}_{y}_{year_group(n)}", _row(terms) <= f.free.get((s, y, n), 0.0)


def stays_open(v: Variables, f: Facts) -> Labelled:
    """A scheme opens once and stays open."""
    for k in f.schemes:
        for t in f.years[1:]:
            yield f"{f.name[k]}_{t}", _row([(v.open_by[k, t - 1], 1.0), (v.open_by[k, t], -1.0)]) <= 0.0


def opens_after_its_lead_time(v: Variables, f: Facts) -> Labelled:
    """A scheme opens no earlier than its decision and its lead time allow."""
    for k in f.schemes:
        too_early = [t for t in f.years if t < f.opens_from[k]]
        if too_early:
            yield f.name[k], _row([(v.open_by[k, too_early[-1]], 1.0)]) <= 0.0


def opens_by_its_latest(v: Variables, f: Facts) -> Labelled:
    """A scheme opens by the latest September that is set for it, and within the forecast of its phase, or not at all."""
    for k, by in f.last_opening.items():
        in_time = [(v.open_by[k, by], -1.0)] if by >= f.years[0] else []
        yield f.name[k], _row([(v.open_by[k, f.years[-1]], 1.0), *in_time]) <= 0.0


def one_of_an_exclusive_group(v: Variables, f: Facts) -> Labelled:
    """Of schemes that exclude one another at most one is built."""
    for name, schemes in f.exclusive.items():
        if len(schemes) > 1:
            yield f.name[name], _row([(v.open_by[k, f.years[-1]], 1.0) for k in schemes]) <= 1.0


def waits_for_another(v: Variables, f: Facts) -> Labelled:
    """A scheme that waits for another opens only once that one is open, and so many years later."""
    for k, needs, gap in f.precedences:
        for t in f.years:
            before = [(v.open_by[needs, t - gap], -1.0)] if t - gap >= f.years[0] else []
            yield f"{f.name[k]}_{f.name[needs]}_{t}", _row([(v.open_by[k, t], 1.0), *before]) <= 0.0


def must_be_built(v: Variables, f: Facts) -> Labelled:
    """What the council has resolved to build is built."""
    for k in f.schemes:
        if f.must[k]:
            yield f.name[k], _row([(v.open_by[k, f.years[-1]], 1.0)]) >= 1.0


def must_not_be_built(v: Variables, f: Facts) -> Labelled:
    """What the council has ruled out is not built."""
    for k in f.schemes:
        if f.must_not[k]:
            yield f.name[k], _row([(v.open_by[k, f.years[-1]], 1.0)]) <= 0.0


def only_with_consent(v: Variables, f: Facts) -> Labelled:
    """What another body decides is only asked for, and not in the plan, until that body consents."""
    for k in f.schemes:
        if f.consent[k] not in f.choices.consents:
            yield f.name[k], _row([(v.open_by[k, f.years[-1]], 1.0)]) <= 0.0


def only_good_schools_grow(v: Variables, f: Facts) -> Labelled:
    """A school grows only where its quality allows it; a missing judgement needs a person's view and forbids nothing."""
    for k in f.schemes:
        if f.quality[k] not in f.choices.qualities:
            yield f.name[k], _row([(v.open_by[k, f.years[-1]], 1.0)]) <= 0.0


def new_schools_are_large_enough(v: Variables, f: Facts) -> Labelled:
    """A new school is not smaller than the smallest that can be run well."""
    for k in f.schemes:
        smallest = f.choices.smallest_new_school.get(f.phase[k])
        if f.kind[k] == "new_school" and smallest is not None and f.most_open[k] < smallest:
            yield f.name[k], _row([(v.open_by[k, f.years[-1]], 1.0)]) <= 0.0


def within_site(v: Variables, f: Facts) -> Labelled:
    """The schemes of a site add no more places than the site can hold."""
    for s, most in f.most_places.items():
        schemes = [k for k in f.schemes_at[s] if f.most_open[k] > 0.0]
        if schemes:
            yield f.name[s], _row([(v.open_by[k, f.years[-1]], f.most_open[k]) for k in schemes]) <= most


def every_pound_has_a_pot(v: Variables, f: Facts) -> Labelled:
    """Every pound that a scheme costs is paid by a pot, in the financial year in which it falls due."""
    for c, schemes in enumerate(f.purses):
        for y in f.financial_years:
            terms = [(v.spend[c, p, y], 1.0) for p in f.pots]
            terms += [(v.open_by[k, t], -money) for k in schemes for t, money in f.due(k, y)]
            if len(terms):
                yield f"{c}_{y}", _row(terms) == 0.0


def within_pot(v: Variables, f: Facts) -> Labelled:
    """A pot pays no more than it has received by then, or may spend early, and no sum after its last date."""
    for p, runs in f.runs.items():
        for first, last, money in runs:
            terms = [(v.spend[c, p, y], 1.0) for c in range(len(f.purses)) for y in range(first, last + 1)]
            if terms:
                yield f"{f.name[p]}_{first}_{last}", _row(terms) <= money


def ring_fence(v: Variables, f: Facts) -> Labelled:
    """A pot pays only for purposes, phases and areas that its grant or deed allows, or that members have opened it to."""
    for c, allowed in enumerate(f.purse_pots):
        for p in f.pots:
            if p not in allowed:
                yield f"{c}_{f.name[p]}", _row([(v.spend[c, p, y], 1.0) for y in f.financial_years]) <= 0.0


def within_all_pots(v: Variables, f: Facts) -> Labelled:
    """Taken together, what schemes have cost by a year is no more than what all pots open to them have received by then."""
    for label, schemes, pots in f.purse_unions():
        for y in f.financial_years:
            terms = [(v.open_by[k, t], money) for k in schemes for t, money in f.due_by(k, y)]
            if terms:
                yield f"{label}_{y}", _row(terms) <= f.received_by(pots, y)


def everyone_has_a_place(v: Variables, f: Facts) -> Labelled:
    """No child stays without a place."""
    if f.choices.everyone_placed:
        for g, cells in f.cells_of.items():
            yield f.name[g], _row([(v.unmet[g, y, n], 1.0) for y, n in cells]) <= 0.0


def equity_floor(v: Variables, f: Facts) -> Labelled:
    """The share of children who are given a place is no smaller in deprived areas than in the whole authority."""
    lacking = {g: size for g, size in f.size.items() if not f.seated[g]}  # who has a seat anyway is given none
    poor = sum(size for g, size in lacking.items() if f.deprived[g])
    if f.choices.equity_floor and poor > 0.0:
        share = poor / sum(lacking.values())
        given = [(v.placed[g, s], (1.0 if f.deprived[g] else 0.0) - share) for g, s in f.links if g in lacking]
        yield "deprived", _row(given) >= 0.0


def as_asked(v: Variables, f: Facts) -> Labelled:
    """A scheme is forced in or out, to learn what that would change."""
    for k in f.schemes:
        if k in f.choices.forced:
            inside = float(f.choices.forced[k])
            yield f.name[k], _row([(v.open_by[k, f.years[-1]], 1.0)]) == inside


RULES: tuple[Callable[[Variables, Facts], Labelled], ...] = (
    children_need_a_place,
    a_child_is_placed_once,
    within_places,
    stays_open,
    opens_after_its_lead_time,
    opens_by_its_latest,
    one_of_an_exclusive_group,
    waits_for_another,
    must_be_built,
    must_not_be_built,
    only_with_consent,
    only_good_schools_grow,
    new_schools_are_large_enough,
    within_site,
    every_pound_has_a_pot,
    within_pot,
    ring_fence,
    within_all_pots,
    everyone_has_a_place,
    equity_floor,
    as_asked,
)
"""Every rule of a plan, in the order in which it is written down."""

__all__ = ["RULES", "Build", "Variables", "aim", "build", "facts"]
