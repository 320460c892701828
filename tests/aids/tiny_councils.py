"""Tiny councils drawn at random, the oracle that tries every plan there is, and a solver without a process of its own.

The oracle knows nothing of the model: it goes through every combination of opening years, throws out those that break a rule as
the rule reads, and for the rest asks two small linear problems of its own, written scheme by scheme and pot by pot, whether
money suffices and how children are best placed.
"""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from made_councils import laid
from scipy.optimize import linprog

from sufficiency.capital import solver, solver_child
from sufficiency.capital.arrays import Arrays
from sufficiency.capital.choices import Choices, exchange
from sufficiency.capital.tables import Case, check_case

YEARS = (2027, 2028, 2029)
RATES = {"unmet_material": 100.0, "unmet_small": 40.0, "cost": 0.5, "transport": 1.0, "km": 0.3, "surplus": 0.05}


def tables(seed: int) -> dict[str, pd.DataFrame]:
    """Draw the tables of one council: two areas, up to four cohorts that move up, three sites, three schemes, two pots."""
    luck = np.random.default_rng(seed)

    def pick(*options: Any) -> Any:
        return options[int(luck.integers(len(options)))]

    groups = [f"g{i}" for i in range(int(luck.integers(2, 5)))]
    cells = []
    for g in groups:
        begin, size = int(luck.integers(0, 3)), int(luck.integers(0, 40))
        rows = [(g, YEARS[begin] + i, i, max(0, size + int(luck.integers(-8, 8))), i == 0) for i in range(3 - begin)]
        cells += rows[: 1 if luck.random() < 0.3 else None]
    sites = ["s0", "s1", "s2"]
    free = [(s, y, n, int(luck.integers(0, 15))) for s in sites[:2] for y in YEARS for n in range(3) if luck.random() < 0.7]
    links = [
        (g, s, pick("home", "next_door"), round(float(luck.uniform(0, 6)), 2), round(float(luck.uniform(0, 2)), 2))
        for g in groups
        for s in sites
        if luck.random() < 0.75
    ]
    schemes, adds, costs = [], [], []
    for i in range(3):
        k, s, kind = f"k{i}", pick(*sites), pick("expansion", "bulge", "new_school", "pan_cut")
        lead = int(luck.integers(0, 3))
        schemes.append((
            k,
            s,
            kind,
            "primary",
            pick("mainstream", "mainstream", "early_years"),
            2026 + int(luck.integers(0, 2)),
            lead,
            pick("", "", "one"),
            pick("free", "free", "free", "must_not"),
            "academy_trust",
            pick("not_needed", "given", "given", "asked"),
            pick("met", "needs_judgement", "not_met") if i else "met",
        ))
        size = int(luck.integers(5, 31)) * (-1 if kind == "pan_cut" else 1)
        adds += [(k, a, n, size) for a in range(3) for n in range(3) if (n == a if kind == "bulge" else n <= a)]
        costs += [(k, a, float(luck.integers(50, 500))) for a in range(-lead, 1) if luck.random() < 0.7]
    receipts = [
        (p, y, float(luck.integers(0, 500)), y + int(luck.integers(0, 5)), pick("received", "due", "unsigned"))
        for p in ("basic", "deed")
        for y in range(2026, 2030)
        if p == "basic" or luck.random() < 0.6
    ]
    fences = [
        ("basic", "mainstream", "primary", "allowed", "grant"),
        ("basic", "early_years", "primary", pick("member_decision", "never"), "grant"),
        ("deed", "mainstream", "primary", "allowed", "deed"),
        ("deed", "early_years", "primary", "allowed", "deed"),
    ]
    waits = [("k1", "k0", int(luck.integers(0, 2)))] if luck.random() < 0.3 else []
    named = {
        "groups": [(g, pick("east", "west"), "primary", bool(luck.integers(2))) for g in groups],
        "cells": cells,
        "sites": [(s, pick("east", "west"), pick(np.nan, np.nan, 40.0)) for s in sites],
        "free": free,
        "links": links,
        "schemes": schemes,
        "adds": adds,
        "costs": costs,
        "precedences": waits,
        "receipts": receipts,
        "ringfences": [f for f in fences if f[0] in {r[0] for r in receipts}],
        "pot_areas": [("deed", "east")] if any(r[0] == "deed" for r in receipts) and luck.random() < 0.5 else [],
    }
    named["deadlines"] = [("k2", YEARS[int(luck.integers(0, 3))])] if luck.random() < 0.3 else []
    ahead = any(r[0] == "deed" for r in receipts) and luck.random() < 0.4
    named["advances"] = [("deed", int(luck.integers(1, 3)))] if ahead else []
    luck = np.random.default_rng([seed, 2])
    named["horizons"] = [("primary", YEARS[int(luck.integers(0, 2))])] if luck.random() < 0.4 else []
    _within_horizon(named)
    _seat_some(named, np.random.default_rng([seed, 1]))
    return laid(named)


def _within_horizon(named: dict[str, list[tuple[Any, ...]]]) -> None:
    """Nobody is forecast beyond the horizon: neither who lacks a place nor what is free."""
    if not any(cell[1] <= last for cell in named["cells"] for _, last in named["horizons"]):
        named["horizons"] = []
    for _, last in named["horizons"]:
        named["cells"] = [cell for cell in named["cells"] if cell[1] <= last]
        named["free"] = [cell for cell in named["free"] if cell[1] <= last]
        named["groups"] = [group for group in named["groups"] if group[0] in {cell[0] for cell in named["cells"]}]
        named["links"] = [link for link in named["links"] if link[0] in {group[0] for group in named["groups"]}]


def _seat_some(named: dict[str, list[tuple[Any, ...]]], luck: np.random.Generator) -> None:
    """In half of the councils a group that has seats next door whatever is built, and may go home or elsewhere instead."""
    named["links"] = [(*link, 0.0) for link in named["links"]]
    if luck.random() < 0.5:
        return
    many, years, at = int(luck.integers(1, 25)), int(luck.integers(1, 4)), f"s{int(luck.integers(0, 3))}"
    if any(s == at and kind == "pan_cut" for _, s, kind, *_ in named["schemes"]):
        return
    named["groups"].append(("h", "east", "primary", False))
    last = min([by for _, by in named["horizons"]], default=YEARS[-1])
    named["cells"] += [("h", YEARS[i], i, many, False) for i in range(years) if YEARS[i] <= last]
    named["links"] += [("h", s, "next_door" if s == at else "home", round(float(luck.uniform(0, 6)), 2),
                        1.5 if s == at else 0.0, float(many) if s == at else 0.0) for s in ("s0", "s1", "s2")]


def council(seed: int) -> tuple[Case, Choices]:
    """One council and how its plan is chosen."""
    luck = np.random.default_rng(seed + 10_000)
    opened = frozenset({("basic", "early_years", "primary")}) if luck.random() < 0.5 else frozenset()
    choices = Choices(
        exchange(RATES, gap=0.0),
        equity_floor=bool(luck.random() < 0.2),
        count_unsigned=bool(luck.random() < 0.3),
        members_decided=opened,
        smallest_new_school={"primary": 40.0} if luck.random() < 0.3 else {},
    )
    return check_case(YEARS, tables(seed)), choices


def solved_here(problem: Arrays, ask: solver.Ask, start: np.ndarray | None = None) -> solver.Answer:
    """The solver's child at work in this process, for small problems of which there are many."""
    start = solver.usable(problem, start)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        problem.save(here / "problem.npz")
        if start is not None:
            np.savez(here / "start.npz", x=start)
        solver_child.do(solver.job(here, ask))
        return solver.judge(problem, ask, [start, solver.read(here / "plan.npz")], solver.told(here / "told.json"))


def best_by_trying(case: Case, choices: Choices) -> float:
    """The value of the best plan, by trying all."""
    schemes = case.schemes.set_index("scheme_id")
    best = np.inf
    for opens in itertools.product((None, *case.years), repeat=len(schemes)):
        chosen = {k: t for k, t in zip(schemes.index, opens, strict=True) if t is not None}
        if _allowed(case, choices, schemes, chosen) and _paid(case, choices, schemes, chosen):
            best = min(best, _placed(case, choices, chosen))
    return best


def _allowed(case: Case, choices: Choices, schemes: pd.DataFrame, chosen: dict[str, int]) -> bool:
    full = case.adds.groupby(["scheme_id", "after"])["places"].sum().groupby("scheme_id").max()
    by = dict(case.deadlines[["scheme_id", "open_by"]].itertuples(index=False))
    horizon = case.horizons["last_ay"].min() if len(case.horizons) else case.years[-1]
    for k, t in chosen.items():
        row = schemes.loc[k]
        if t > by.get(k, t) or (t > horizon and row["choice"] != "must"):
            return False
        if t < row["earliest_start"] + row["lead_years"] or row["choice"] == "must_not" or row["consent"] == "asked":
            return False
        if row["quality"] == "not_met":
            return False
        if row["kind"] == "new_school" and full[k] < choices.smallest_new_school.get("primary", 0.0):
            return False
    if any(row["choice"] == "must" and k not in chosen for k, row in schemes.iterrows()):
        return False
    groups = [schemes.loc[k, "exclusive_group"] for k in chosen if schemes.loc[k, "exclusive_group"]]
    if len(set(groups)) < len(groups):
        return False
    for s, most in case.sites.dropna(subset=["most_places"])[["site_id", "most_places"]].itertuples(index=False):
        if sum(max(0.0, full[k]) for k in chosen if schemes.loc[k, "site_id"] == s) > most:
            return False
    return all(
        k not in chosen or (needs in chosen and chosen[k] >= chosen[needs] + years)
        for k, needs, years in case.precedences[["scheme_id", "needs_scheme_id", "years"]].itertuples(index=False)
    )


def _paid(case: Case, choices: Choices, schemes: pd.DataFrame, chosen: dict[str, int]) -> bool:
    """Whether each bill can be met from receipts one by one: a column for each bill and receipt that may meet it."""
    standing = {(p, u): s for p, u, s in case.ringfences[["pot_id", "purpose", "standing"]].itertuples(index=False)}
    tied = set(case.pot_areas["pot_id"])
    area = case.sites.set_index("site_id")["area_code"]
    bills = [
        (k, chosen[k] + after, money)
        for k, after, money in case.costs[["scheme_id", "after", "thousand_pounds"]].itertuples(index=False)
        if k in chosen and money > 0
    ]
    rows = [r for r in case.receipts.itertuples(index=False) if r.status != "unsigned" or choices.count_unsigned]
    ahead = dict(case.advances[["pot_id", "years"]].itertuples(index=False))
    pairs = []
    for b, (k, fy, _) in enumerate(bills):
        purpose = schemes.loc[k, "purpose"]
        for r, receipt in enumerate(rows):
            word = standing.get((receipt.pot_id, purpose), "never")
            may = word == "allowed" or (
                word == "member_decision" and (receipt.pot_id, purpose, "primary") in choices.members_decided
            )
            if (
                may
                and receipt.fy - (ahead.get(receipt.pot_id, 0) if receipt.status == "due" else 0) <= fy <= receipt.spend_by
                and (receipt.pot_id not in tied or area[schemes.loc[k, "site_id"]] == "east")
            ):
                pairs.append((b, r))
    if not bills:
        return True
    if {b for b, _ in pairs} < set(range(len(bills))):
        return False
    meets, takes = np.zeros((len(bills), len(pairs))), np.zeros((len(rows), len(pairs)))
    for i, (b, r) in enumerate(pairs):
        meets[b, i], takes[r, i] = 1.0, 1.0
    done = linprog(
        np.zeros(len(pairs)), A_ub=takes, b_ub=[r.thousand_pounds for r in rows], A_eq=meets, b_eq=[m for *_, m in bills]
    )
    return bool(done.status == 0)


def _placed(case: Case, choices: Choices, chosen: dict[str, int]) -> float:
    """The value of a plan whose openings are settled: children placed as well as can be."""
    room = {(s, y, n): float(p) for s, y, n, p in case.free.itertuples(index=False)}
    seats = case.links[case.links["seats"] > 0].merge(case.cells, on="group_id")
    for s, y, n, kept in seats[["site_id", "ay", "nc_year", "seats"]].itertuples(index=False):
        room[s, y, n] = room.get((s, y, n), 0.0) + kept
    seated = set(seats["group_id"])
    site = case.schemes.set_index("scheme_id")["site_id"]
    added = 0.0
    counted = [y for y in case.years if case.horizons.empty or y <= case.horizons["last_ay"].min()]
    for k, after, n, places in case.adds[["scheme_id", "after", "nc_year", "places"]].itertuples(index=False):
        if k in chosen and chosen[k] + after in counted:
            cell = (site[k], chosen[k] + after, n)
            room[cell] = room.get(cell, 0.0) + places
            added += places
    if any(places < 0 for places in room.values()):
        return np.inf
    cells = list(case.cells.itertuples(index=False))
    links = list(case.links.itertuples(index=False))
    many, size = case.cells.groupby("group_id").size(), case.cells.groupby("group_id")["children"].max()
    cost = [many[li.group_id] * (RATES["km"] * li.km + RATES["transport"] * li.transport - RATES["surplus"]) for li in links]
    cost += [RATES["unmet_material"] if c.material else RATES["unmet_small"] for c in cells]
    rows, limits = [], []
    for i, c in enumerate(cells):
        rows.append(
            [-1.0 if li.group_id == c.group_id else 0.0 for li in links] + [-1.0 if j == i else 0.0 for j in range(len(cells))]
        )
        limits.append(-c.children)
    for g in case.groups["group_id"]:
        rows.append([1.0 if li.group_id == g else 0.0 for li in links] + [0.0] * len(cells))
        limits.append(size[g])
    for s, y, n in {(li.site_id, c.ay, c.nc_year) for li in links for c in cells if c.group_id == li.group_id}:
        here = {c.group_id for c in cells if (c.ay, c.nc_year) == (y, n)}
        rows.append([1.0 if li.site_id == s and li.group_id in here else 0.0 for li in links] + [0.0] * len(cells))
        limits.append(room.get((s, y, n), 0.0))
    poor = case.groups.set_index("group_id")["deprived"]
    lacking = [g for g in size.index if g not in seated]
    share = sum(size[g] for g in lacking if poor[g]) / max(1e-9, size[lacking].sum())
    if choices.equity_floor and share:
        rows.append([share - float(poor[li.group_id]) if li.group_id in lacking else 0.0 for li in links] + [0.0] * len(cells))
        limits.append(0.0)
    # a cell cannot miss more children than it has, and none who has a seat
    bounds = [(0, None)] * len(links) + [(0, 0.0 if c.group_id in seated else c.children) for c in cells]
    done = linprog(cost, A_ub=np.array(rows), b_ub=limits, bounds=bounds)
    fixed = RATES["cost"] * case.costs.loc[case.costs["scheme_id"].isin(chosen), "thousand_pounds"].sum()
    whole = case.free["places"].sum() + seats["seats"].sum() + added
    return float(done.fun + fixed + RATES["surplus"] * whole) if done.status == 0 else np.inf
