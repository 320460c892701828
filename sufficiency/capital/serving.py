"""Whom each scheme of a plan gives a place, and a plain card for every scheme, without solving anything again.

Method. Children at a site fill today's free places first; those beyond sit in what schemes have added there, in proportion to
what each has open in that year and year group. Children of several groups share both alike.
"""

from __future__ import annotations

from collections.abc import Mapping

from sufficiency.capital.choices import Choices
from sufficiency.capital.facts import Facts, facts
from sufficiency.capital.plan import Plan
from sufficiency.capital.reasons import Beside, Card, Interval, Served
from sufficiency.capital.tables import Case

DUST = 1e-6
ANEW = ("early_years", "school_age_care")  # phases whose children are placed anew each year


def beside_of_plan(case: Case, plan: Plan, name: str = "plan") -> Beside:
    """A plan in the units in which plans are compared."""
    proven = {proof.name: Interval(min(proof.bound, proof.value), proof.value) for proof in plan.proofs}
    unmet, pounds = plan.terms["unmet_material"], plan.terms["cost"] + plan.terms["transport"]
    return Beside(
        name,
        tuple((str(k), int(t)) for k, t in plan.starts[["scheme_id", "opens"]].itertuples(index=False)),
        proven.get("material shortfall", Interval(unmet, unmet)),
        proven.get("cost", Interval(pounds, pounds)),
        plan.terms["unmet_small"],
        plan.status,
        without_by_area(case, plan),
    )


def without_by_area(case: Case, plan: Plan) -> dict[str, float]:
    """Child-years without a place, area by area; an area in which nobody lacks one is left out."""
    homes = plan.unmet.merge(case.groups[["group_id", "area_code"]], on="group_id")
    return {str(a): float(c) for a, c in homes.groupby("area_code")["children"].sum().items() if c > DUST}


def plain_cards(case: Case, choices: Choices, plan: Plan) -> tuple[Card, ...]:
    """A card for every scheme from the plan alone, in the order of the schemes."""
    f = facts(case, choices)
    opens = {str(k): int(t) for k, t in plan.starts[["scheme_id", "opens"]].itertuples(index=False)}
    serves = served(f, plan)
    return tuple(_plain_card(f, opens, serves, k) for k in f.schemes)


def _plain_card(f: Facts, opens: Mapping[str, int], serves: Mapping[str, tuple[Served, ...]], k: str) -> Card:
    here = serves.get(k, ())
    places, cost = f.most_open[k], f.cost[k]
    years = sum(part.child_years for part in here)
    return Card(
        scheme_id=k,
        site_id=f.site_of[k],
        kind=f.kind[k],
        chosen=k in opens,
        opens=opens.get(k),
        places=places,
        cost=cost,
        cost_per_place=cost / places if places > 0.0 else None,
        cost_per_child_year=cost / years if years > DUST else None,
        children=fullest(here),
        child_years=years,
        serves=here,
        turned=None,
        flips_at=None,
        told="",
    )


def fullest(serves: tuple[Served, ...]) -> float:
    """The children of a scheme's cohorts together: each counted once, when most of it are there.

    A place of childcare is given anew each year, often to the same child: of these the children of the fullest year count.
    """
    anew: dict[int, float] = {}
    for part in serves:
        if part.phase in ANEW:
            anew[part.first_ay] = anew.get(part.first_ay, 0.0) + part.children
    return sum(part.children for part in serves if part.phase not in ANEW) + max(anew.values(), default=0.0)


def served(f: Facts, plan: Plan) -> dict[str, tuple[Served, ...]]:
    """For each scheme of a plan the children it gives a place, cohort by cohort in a fixed order."""
    case = f.case
    cell = ["site_id", "ay", "nc_year"]
    added = case.added(plan.starts)
    added = added[added["places"] > 0.0]
    need = case.cells[["group_id", "ay", "nc_year", "children"]].rename(columns={"children": "need"})
    sits = plan.placed.merge(need, on="group_id")
    sits = sits.assign(children=sits[["children", "need"]].min(axis=1))
    if sits.empty or added.empty:
        return {}
    here = sits.groupby(cell)["children"].sum().rename("all").reset_index()
    here = here.merge(case.room, on=cell, how="left").fillna({"places": 0.0})
    over = (here["all"] - here["places"]).clip(lower=0.0)
    here = here.assign(beyond=(over / here["all"].where(here["all"] > DUST)).fillna(0.0))
    shares = added.assign(share=added["places"] / added.groupby(cell)["places"].transform("sum"))
    rows = sits.merge(here[[*cell, "beyond"]], on=cell).merge(shares[["scheme_id", *cell, "share"]], on=cell)
    rows = rows.assign(children=rows["children"] * rows["beyond"] * rows["share"])
    rows = rows[rows["children"] > DUST]
    by = rows.groupby(["scheme_id", "group_id"])
    cohorts = by.agg(first_ay=("ay", "min"), most=("children", "max"), years=("children", "sum")).reset_index()
    cohorts = cohorts.merge(case.groups[["group_id", "area_code", "phase"]], on="group_id")
    cohorts = cohorts.groupby(["scheme_id", "area_code", "phase", "first_ay"])[["most", "years"]].sum().reset_index()
    return {
        str(k): tuple(
            Served(str(a), str(p), int(y), float(most), float(years))
            for a, p, y, most, years in part[["area_code", "phase", "first_ay", "most", "years"]].itertuples(index=False)
        )
        for k, part in cohorts.groupby("scheme_id")
    }
