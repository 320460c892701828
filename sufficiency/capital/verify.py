"""A plan held against every rule again, in plain tables and without the solver or its matrix, before anyone sees it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sufficiency.capital.choices import Choices
from sufficiency.capital.plan import Plan
from sufficiency.capital.tables import Case

CLOSE = 1e-4  # children, places or thousands of pounds (ten pence)


def broken_rules(case: Case, choices: Choices, plan: Plan) -> list[str]:
    """Say in words every rule that a plan breaks; none for a plan that may be shown."""
    starts = plan.starts.merge(case.schemes, on="scheme_id", how="left").merge(case.sites, on="site_id", how="left")
    return [
        *_starting(case, choices, starts),
        *_ordering(case, starts),
        *_sites(case, starts),
        *_children(case, choices, plan),
        *_places(case, starts, plan),
        *_costs(case, starts, plan),
        *_pots(case, choices, starts, plan),
    ]


def _starting(case: Case, choices: Choices, starts: pd.DataFrame) -> Iterator[str]:
    """Once, in time, and only what may be built; what must be built is."""
    for k in starts.loc[starts["scheme_id"].duplicated(), "scheme_id"]:
        yield f"{k} opens twice"
    for k in starts.loc[~starts["opens"].isin(case.years), "scheme_id"]:
        yield f"{k} opens outside the years of the plan"
    for k in starts.loc[starts["opens"] < starts["earliest_start"] + starts["lead_years"], "scheme_id"]:
        yield f"{k} opens before its lead time is over"
    latest = starts["scheme_id"].map(case.last_openings).astype("float64").fillna(case.years[-1])
    for k in starts.loc[starts["opens"] > latest, "scheme_id"]:
        yield f"{k} opens after the last year in which it may"
    for k in starts.loc[starts["choice"] == "must_not", "scheme_id"]:
        yield f"{k} is built although it is ruled out"
    for k in starts.loc[~starts["consent"].isin(choices.consents), "scheme_id"]:
        yield f"{k} is built without the consent of those who decide it"
    for k in starts.loc[~starts["quality"].isin(choices.qualities), "scheme_id"]:
        yield f"{k} grows a school whose quality does not allow it"
    built = set(starts["scheme_id"])
    for k in case.schemes.loc[case.schemes["choice"] == "must", "scheme_id"]:
        if k not in built:
            yield f"{k} must be built and is not"
    for k, inside in sorted(choices.forced.items()):
        if (k in built) != inside:
            yield f"{k} was to be forced {'in' if inside else 'out'} and is not"
    full = case.adds.groupby(["scheme_id", "after"])["places"].sum().groupby("scheme_id").max()
    new = starts[starts["kind"] == "new_school"]
    for k, phase in zip(new["scheme_id"], new["phase"], strict=True):
        if full.get(k, 0.0) < choices.smallest_new_school.get(phase, 0.0):
            yield f"{k} is a new school below the smallest size"


def _ordering(case: Case, starts: pd.DataFrame) -> Iterator[str]:
    """Exclusive groups and what waits for what."""
    grouped = starts[starts["exclusive_group"] != ""].groupby("exclusive_group")["scheme_id"].apply(list)
    for group, schemes in grouped.items():
        if len(schemes) > 1:
            yield f"{' and '.join(schemes)} exclude one another ({group})"
    opens = dict(zip(starts["scheme_id"], starts["opens"], strict=True))
    for k, needs, years in zip(*(case.precedences[c] for c in ("scheme_id", "needs_scheme_id", "years")), strict=True):
        if k in opens and opens[k] < opens.get(needs, 10_000) + years:
            yield f"{k} opens before {needs}, for which it waits"


def _sites(case: Case, starts: pd.DataFrame) -> Iterator[str]:
    """No site holds more than it can."""
    full = case.adds.groupby(["scheme_id", "after"])["places"].sum().groupby("scheme_id").max().clip(lower=0.0).rename("full")
    there = (
        starts
        .merge(full, left_on="scheme_id", right_index=True)
        .groupby("site_id")
        .agg(full=("full", "sum"), most=("most_places", "first"))
    )
    for s in there.index[there["full"] > there["most"] + CLOSE]:
        yield f"site {s} would hold more places than it can"


def _children(case: Case, choices: Choices, plan: Plan) -> Iterator[str]:
    """Every child is placed or counted, along links that exist, once."""
    strange = plan.placed.merge(case.links, on=["group_id", "site_id"], how="left", indicator=True)
    for g in strange.loc[strange["_merge"] != "both", "group_id"]:
        yield f"children of {g} are placed where they cannot reach"
    if (plan.placed["children"] < 0).any() or (plan.unmet["children"] < 0).any():
        yield "there are fewer than no children somewhere"
    here = plan.placed.groupby("group_id")["children"].sum().rename("placed")
    all_cells = case.cells.merge(here, left_on="group_id", right_index=True, how="left")
    all_cells = all_cells.merge(plan.unmet.rename(columns={"children": "unmet"}), on=["group_id", "ay", "nc_year"], how="left")
    all_cells = all_cells.fillna({"placed": 0.0, "unmet": 0.0})
    lost = all_cells[all_cells["children"] - all_cells["placed"] - all_cells["unmet"] > CLOSE]
    for g, y in zip(lost["group_id"], lost["ay"], strict=True):
        yield f"children of {g} are neither placed nor counted in {y}"
    largest = case.cells.groupby("group_id")["children"].max()
    for g in here.index[here > largest.reindex(here.index).fillna(0.0) + CLOSE]:
        yield f"more children of {g} are placed than there are"
    seats = case.links.groupby("group_id")["seats"].sum()
    missed = plan.unmet.merge(case.cells.rename(columns={"children": "all"}), on=["group_id", "ay", "nc_year"])
    has = missed["group_id"].map(seats).astype("float64").fillna(0.0)
    for g in sorted(set(missed.loc[missed["children"] > (missed["all"] - has).clip(lower=0.0) + CLOSE, "group_id"])):
        yield f"children of {g} are without a place who have a seat already"
    if choices.everyone_placed and plan.unmet["children"].sum() > CLOSE:
        yield "children stay without a place although everyone must have one"
    if choices.equity_floor:
        seated = set(seats.index[seats > 0])
        here, largest = here[~here.index.isin(seated)], largest[~largest.index.isin(seated)]
        poor = set(case.groups.loc[case.groups["deprived"].astype(bool), "group_id"])
        given, most = here[here.index.isin(poor)].sum(), largest[largest.index.isin(poor)].sum()
        if most and given * largest.sum() < here.sum() * most - CLOSE * largest.sum():
            yield "a smaller share of children is given a place in deprived areas than elsewhere"


def _places(case: Case, starts: pd.DataFrame, plan: Plan) -> Iterator[str]:
    """Nobody sits where there is no place, and nothing is taken away that is in use."""
    cell = ["site_id", "ay", "nc_year"]
    room = pd.concat([case.room, case.added(starts)[[*cell, "places"]]]).groupby(cell)["places"].sum()
    sits = plan.placed.merge(case.cells[["group_id", "ay", "nc_year"]], on="group_id").groupby(cell)["children"].sum()
    both = pd.concat([room.rename("room"), sits.rename("sits")], axis=1).astype("float64").fillna(0.0)
    for s, y, n in both.index[both["sits"] > both["room"] + CLOSE]:
        yield f"site {s} takes more children than places in {y}, year group {n}"


def _costs(case: Case, starts: pd.DataFrame, plan: Plan) -> Iterator[str]:
    """What a scheme costs is paid, in the year in which it falls due."""
    due = starts[["scheme_id", "opens"]].merge(case.costs, on="scheme_id")
    owed = due.assign(fy=due["opens"] + due["after"]).groupby(["scheme_id", "fy"])["thousand_pounds"].sum()
    paid = plan.spending.groupby(["scheme_id", "fy"])["thousand_pounds"].sum()
    both = pd.concat([owed.rename("owed"), paid.rename("paid")], axis=1).astype("float64").fillna(0.0)
    for k, y in both.index[(both["owed"] - both["paid"]).abs() > CLOSE]:
        yield f"{k} is not paid what it costs in {y}"


def _pots(case: Case, choices: Choices, starts: pd.DataFrame, plan: Plan) -> Iterator[str]:
    """A pot pays only what it may, and only what it has; spent first is what must be spent first."""
    lines = plan.spending.merge(starts[["scheme_id", "purpose", "phase", "area_code", "site_id"]], on="scheme_id", how="left")
    lines = lines.merge(case.ringfences, on=["pot_id", "purpose", "phase"], how="left")
    opened = [key in choices.members_decided for key in zip(lines["pot_id"], lines["purpose"], lines["phase"], strict=True)]
    allowed = (lines["standing"] == "allowed") | (
        (lines["standing"] == "member_decision") & pd.Series(opened, index=lines.index, dtype=bool)
    )
    tied = set(case.pot_areas["pot_id"])
    there = set(zip(case.pot_areas["pot_id"], case.pot_areas["area_code"], strict=True))
    where = lines[["pot_id", "area_code", "site_id"]].itertuples(index=False)
    inside = [p not in tied or (p, a) in there or (p, s) in there for p, a, s in where]
    for p, k in lines.loc[~(allowed & pd.Series(inside, index=lines.index, dtype=bool)), ["pot_id", "scheme_id"]].itertuples(
        index=False
    ):
        yield f"pot {p} pays for {k}, which it may not"
    counts = case.receipts[(case.receipts["status"] != "unsigned") | choices.count_unsigned]
    counts = counts.merge(case.advances, on="pot_id", how="left").fillna({"years": 0})
    ahead = counts["years"].astype("int64").where(counts["status"] == "due", 0)
    counts = counts.assign(fy=counts["fy"] - ahead)
    for pot, spent in plan.spending.groupby("pot_id"):
        left = [
            [fy, by, money]
            for fy, by, money in counts.loc[counts["pot_id"] == pot, ["fy", "spend_by", "thousand_pounds"]].itertuples(
                index=False
            )
        ]
        for fy, money in spent.groupby("fy")["thousand_pounds"].sum().items():
            for receipt in sorted((r for r in left if r[0] <= fy <= r[1]), key=lambda r: r[1]):
                used = min(money, receipt[2])
                receipt[2] -= used
                money -= used
            if money > CLOSE:
                yield f"pot {pot} spends £{money:,.1f}k in {fy} that it does not have"
