"""A plan laid out as tables that people read: the programme, its money, who is served, and who is still without a place.

Every scheme of the list stands in the programme, chosen or not. A child is met `home` in the own area, at free places or at
those of a scheme, or `next_door` in another area. Where a shortfall is too small for capital, or comes in later years only, it is
listed to be managed in-year; who else stays without a place does so for a reason, which is told. Money is in thousands of pounds,
and what no scheme can be paid from stands apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS
from sufficiency.capital.facts import facts
from sufficiency.capital.layouts import POT
from sufficiency.capital.paying import Bill, in_turn, met
from sufficiency.capital.scheme_places import LAST_AFTER
from sufficiency.capital.unmet_why import Reach

if TYPE_CHECKING:
    from sufficiency.capital.choices import Choices
    from sufficiency.capital.from_run import CaseOfRun
    from sufficiency.capital.plan import Plan
    from sufficiency.capital.tables import Case

PROGRAMME = [
    "scheme_id",
    "scheme_name",
    "site_id",
    "site_name",
    "kind",
    "phase",
    "planning_area_code",
    "chosen",
    "opens_ay",
    "places_end_ay",
    "places_when_full",
    "thousand_pounds",
    "thousand_pounds_a_place",
    "running_thousand_pounds",
    "decides",
    "consent",
    "quality",
    "route",
    "cost_rests_on",
    "standing",
    "easting",
    "northing",
]
FUNDING = ["scheme_id", "pot_id", "pot_name", "financial_year", "thousand_pounds"]
POTS = ["pot_id", "pot_name", "financial_year", "received", "spent", "borrowed", "owed", "left", "lost", "not_counted"]
SERVICE = [
    "planning_area_code",
    "phase",
    "intake_ay",
    "age_band",
    "met_at",
    "site_id",
    "site_name",
    "relief_area_code",
    "relief_area_name",
    "children",
    "child_years",
    "km",
    "transport_thousand_pounds",
]
UNMET = ["planning_area_code", "phase", "intake_ay", "ay", "nc_year", "age_band", "lacking", "children", "answer", "why_unmet"]
AREAS = [
    "planning_area_code",
    "phase",
    "ay",
    "lacking",
    "too_soon",
    "seats_next_door",
    "met_home",
    "met_next_door",
    "unmet",
    "in_year",
    "places_added",
]
NO_PLACE, IN_YEAR = "no place in this plan", "manage in-year, no capital"
DUST = 1e-6


def plan_tables(of_run: CaseOfRun, choices: Choices, plan: Plan) -> dict[str, pd.DataFrame]:
    """All tables of a plan by name; their columns stand above."""
    return {
        "plan": programme(of_run, choices, plan),
        "plan_funding": funding(of_run, plan),
        "plan_pots": pots(of_run, choices, plan),
        "plan_service": service(of_run, plan),
        "plan_unmet": unmet(of_run, choices, plan),
        "plan_areas": areas(of_run, choices, plan),
    }


def programme(of_run: CaseOfRun, choices: Choices, plan: Plan) -> pd.DataFrame:
    """Every scheme, what it would bring and cost, and whether and when it is built (PROGRAMME)."""
    case, f = of_run.case, facts(of_run.case, choices)
    told = of_run.told[["scheme_id", "name", "running_thousand_pounds", "route", "cost_rests_on", "easting", "northing"]]
    told = told.assign(standing=of_run.told.get("standing", ""))
    rows = case.schemes.merge(told, on="scheme_id", how="left").merge(plan.starts, on="scheme_id", how="left")
    rows = rows.merge(case.sites[["site_id", "area_code"]], on="site_id")
    rows = rows.rename(columns={"name": "scheme_name", "area_code": "planning_area_code"})
    rows = rows.assign(
        chosen=rows["opens"].notna(),
        opens_ay=rows["opens"].astype("Int64"),
        places_end_ay=(rows["opens"] + rows["scheme_id"].map(lasting(case)).astype("float64")).astype("Int64"),
        places_when_full=[f.most_open[k] for k in rows["scheme_id"]],
        thousand_pounds=[f.cost[k] for k in rows["scheme_id"]],
    )
    names = of_run.names
    rows["site_name"] = [names.get(code, "") for code in rows["site_id"]]
    full = rows["places_when_full"].where(rows["places_when_full"] > 0)
    rows["thousand_pounds_a_place"] = rows["thousand_pounds"] / full
    order = rows.assign(first=~rows["chosen"], year=rows["opens_ay"].astype("float64"))
    return order.sort_values(["first", "year", "scheme_id"], ignore_index=True)[PROGRAMME]


def lasting(case: Case) -> dict[str, int]:
    """Academic years for which places of a scheme stay that end while children who came by them are still at school.

    The class of one cohort ends when that leaves, and so is no such scheme; nor is a nursery, which children leave every year.
    """
    adds = case.adds[case.adds["places"] > 0.0].merge(case.schemes[["scheme_id", "phase"]], on="scheme_id")
    found = {}
    for (k, phase), mine in adds[adds["phase"].isin(list(ENTRY_YEAR))].groupby(["scheme_id", "phase"]):
        last = int(mine["after"].max())
        youngest = int(mine.loc[mine["after"].eq(last), "nc_year"].min())
        if last < LAST_AFTER and youngest < max(PHASE_YEARS[phase]):
            found[str(k)] = last + 1
    return found


def funding(of_run: CaseOfRun, plan: Plan) -> pd.DataFrame:
    """Which pot pays what for which scheme, by financial year (FUNDING)."""
    names = [of_run.names.get(POT + pot, "") for pot in plan.spending["pot_id"]]
    return plan.spending.rename(columns={"fy": "financial_year"}).assign(pot_name=pd.Series(names, dtype="str"))[FUNDING]


def pots(of_run: CaseOfRun, choices: Choices, plan: Plan) -> pd.DataFrame:
    """Each pot by financial year: what comes, what the plan takes, what is left, and what is lost unspent at its date (POTS).

    What must be spent first is spent first. What is spent before it comes is borrowed in that year and owed until it comes; what
    is left is left when it has been paid back. Not counted are sums of no signed deed, unless the choices say so, and pots that
    may pay for nothing on the list.
    """
    f, rows = facts(of_run.case, choices), []
    may_pay = frozenset().union(*f.purse_pots)
    promised = of_run.case.receipts.groupby(["pot_id", "fy"])["thousand_pounds"].sum().to_dict()
    spent = plan.spending.groupby(["pot_id", "fy"])["thousand_pounds"].sum().to_dict()
    order = in_turn(f)
    for pot in f.pots:
        sums = [one for one in order if one.pot == pot and pot in may_pay]
        bills = [Bill(pot, fy, float(spent[pot, fy])) for fy in f.financial_years if (pot, fy) in spent]
        paid = met(bills, sums, lambda bill, one: True)
        for fy in f.financial_years:
            used = [sum(money for i, j, money in paid if j == number and bills[i].fy <= fy) for number in range(len(sums))]
            both = list(zip(sums, used, strict=True))
            received = float(sum(one.money for one in sums if one.comes == fy))
            rows.append((
                pot,
                of_run.names.get(POT + pot, ""),
                fy,
                received,
                float(spent.get((pot, fy), 0.0)),
                float(sum(money for i, j, money in paid if bills[i].fy == fy < sums[j].comes)),
                float(sum(money for one, money in both if fy < one.comes)),
                float(sum(one.money - money for one, money in both if one.comes <= fy < one.last)),
                float(sum(one.money - money for one, money in both if one.last == fy)),
                float(promised.get((pot, fy), 0.0)) - received,
            ))
    return pd.DataFrame(rows, columns=POTS)


def service(of_run: CaseOfRun, plan: Plan) -> pd.DataFrame:
    """Who is placed where: cohorts of an area, at home or next door, at which site (SERVICE)."""
    case, names = of_run.case, of_run.names
    about = of_run.short.drop_duplicates("group_id")[["group_id", "planning_area_code", "phase", "intake_ay", "age_band"]]
    cells = case.cells.groupby("group_id").size().rename("cells").reset_index()
    rows = plan.placed.merge(case.links, on=["group_id", "site_id"]).merge(about, on="group_id").merge(cells, on="group_id")
    rows = rows.merge(case.sites[["site_id", "area_code"]], on="site_id").rename(columns={"kind": "met_at"})
    rows["relief_area_code"] = rows["area_code"].where(rows["met_at"].eq("next_door"), "")
    for column in ("site", "relief_area"):
        codes = rows["site_id"] if column == "site" else rows["relief_area_code"]
        rows[f"{column}_name"] = [names.get(code, "") for code in codes]
    rows["child_years"] = rows["children"] * rows["cells"]
    rows["transport_thousand_pounds"] = rows["child_years"] * rows["transport"]
    return rows[rows["children"] > DUST].sort_values(SERVICE[:6], ignore_index=True)[SERVICE]


def unmet(of_run: CaseOfRun, choices: Choices, plan: Plan) -> pd.DataFrame:
    """Who is still without a place, whether that is for capital or for the year's own admissions, and why (UNMET)."""
    reach = Reach(facts(of_run.case, choices), plan)
    rows = plan.unmet.merge(of_run.short.drop(columns="children"), on=["group_id", "ay", "nc_year"])
    rows["answer"] = np.where(rows["material"], NO_PLACE, IN_YEAR)
    cells = rows[["group_id", "ay", "material"]].itertuples(index=False, name=None)
    rows["why_unmet"] = pd.Series([reach.why(g, ay) if material else "" for g, ay, material in cells], rows.index, dtype="str")
    return rows[rows["children"] > DUST].sort_values(UNMET[:5], ignore_index=True)[UNMET]


def areas(of_run: CaseOfRun, choices: Choices, plan: Plan) -> pd.DataFrame:
    """Areas before and after the plan, year by year: who lacks a place, how many are met where, and places added (AREAS).

    Who has no place at home and a seat next door anyway lacks none; he stands apart, and is met at home or next door as others.
    """
    keys = AREAS[:3]
    cells = of_run.case.cells[["group_id", "ay", "nc_year"]].merge(
        of_run.short[["group_id", "ay", "nc_year", "planning_area_code", "phase", "children", "material"]],
        on=["group_id", "ay", "nc_year"],
    )
    sits = plan.placed.merge(of_run.case.links[["group_id", "site_id", "kind"]], on=["group_id", "site_id"])
    by_kind = sits.pivot_table(index="group_id", columns="kind", values="children", aggfunc="sum")
    by_kind = by_kind.reindex(index=sorted(set(cells["group_id"])), columns=["home", "next_door"]).fillna(0.0)
    rows = cells.merge(by_kind.reset_index(), on="group_id")
    # who is placed because a later year of the cohort lacks places sits already in this one, and lacks nothing
    rows["met_home"] = np.minimum(rows["home"], rows["children"])
    rows["met_next_door"] = np.minimum(rows["next_door"], rows["children"] - rows["met_home"])
    rest = (rows["children"] - rows["met_home"] - rows["met_next_door"]).clip(lower=0.0)
    rows["unmet"], rows["in_year"] = rest.where(rows["material"], 0.0), rest.where(~rows["material"], 0.0)
    seats = of_run.case.links.groupby("group_id")["seats"].sum()
    rows["seats_next_door"] = np.minimum(rows["group_id"].map(seats).astype("float64").fillna(0.0), rows["children"])
    rows["lacking"] = rows["children"] - rows["seats_next_door"]
    reach = Reach(facts(of_run.case, choices), plan)
    early = [reach.too_soon(g, ay) for g, ay in rows[["group_id", "ay"]].itertuples(index=False, name=None)]
    rows["too_soon"] = rows["lacking"].where(early, 0.0)
    table = rows.groupby(keys, as_index=False)[AREAS[3:-1]].sum()
    added = _added(of_run, choices, plan).groupby(keys, as_index=False)["places_added"].sum()
    table = table.merge(added, on=keys, how="outer")
    return table.fillna(dict.fromkeys(AREAS[3:], 0.0)).sort_values(keys, ignore_index=True)[AREAS]


def _added(of_run: CaseOfRun, choices: Choices, plan: Plan) -> pd.DataFrame:
    """Places that the plan adds, by area, phase, year and year group."""
    f = facts(of_run.case, choices)
    area = dict(zip(of_run.case.sites["site_id"], of_run.case.sites["area_code"], strict=True))
    rows = [
        (area[f.site_of[k]], f.phase[k], ay, group, places)
        for k, opens in plan.starts[["scheme_id", "opens"]].itertuples(index=False)
        for (ay, group), places in sorted(f.places_of(k, int(opens)).items())
    ]
    return pd.DataFrame(rows, columns=["planning_area_code", "phase", "ay", "nc_year", "places_added"])
