"""The public instances in the product's own tables: warehouses of the OR-Library, and counties made by a seeded generator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sufficiency.capital.choices import Choices, exchange
from sufficiency.capital.tables import Case, check_case

FIRST = 2026
DECIDED = {
    "earliest_start": FIRST,
    "lead_years": 0,
    "choice": "free",
    "decides": "authority",
    "consent": "not_needed",
    "quality": "met",
}


def warehouses(path: Path) -> tuple[Case, Choices]:
    """One OR-Library instance: customers are groups of one cell, warehouses new schools on empty sites, one pot for all."""
    numbers = iter(float(n) for n in path.read_text(encoding="utf-8").split())
    sites, customers = int(next(numbers)), int(next(numbers))
    capacity, fixed = zip(*[(next(numbers), next(numbers)) for _ in range(sites)], strict=True)
    demand, cost = [], []
    for _ in range(customers):
        demand.append(next(numbers))
        cost.append([next(numbers) for _ in range(sites)])
    w, c = [f"w{i}" for i in range(sites)], [f"c{j}" for j in range(customers)]
    per_child = np.array(cost) / np.array(demand)[:, None]
    schemes = pd.DataFrame({
        "scheme_id": w,
        "site_id": w,
        "kind": "new_school",
        "phase": "primary",
        "purpose": "mainstream",
        "exclusive_group": "",
        **DECIDED,
    })
    case = check_case(
        (FIRST,),
        {
            "groups": pd.DataFrame({"group_id": c, "area_code": "all", "phase": "primary", "deprived": False}),
            "cells": pd.DataFrame({"group_id": c, "ay": FIRST, "nc_year": 0, "children": demand, "material": True}),
            "sites": pd.DataFrame({"site_id": w, "area_code": "all", "most_places": np.nan}),
            "links": pd.DataFrame({
                "group_id": np.repeat(c, sites),
                "site_id": w * customers,
                "kind": "home",
                "km": per_child.ravel(),
                "transport": 0.0,
            }),
            "schemes": schemes,
            "adds": pd.DataFrame({"scheme_id": w, "after": 0, "nc_year": 0, "places": capacity}),
            "costs": pd.DataFrame({"scheme_id": w, "after": 0, "thousand_pounds": fixed}),
            "receipts": pd.DataFrame({
                "pot_id": ["all"],
                "fy": FIRST,
                "thousand_pounds": sum(fixed),
                "spend_by": FIRST,
                "status": "received",
            }),
            "ringfences": pd.DataFrame({
                "pot_id": ["all"],
                "purpose": "mainstream",
                "phase": "primary",
                "standing": "allowed",
                "source": "made",
            }),
        },
    )
    return case, Choices(levels=exchange({"cost": 1.0, "km": 1.0}, gap=1e-9), everyone_placed=True)


def _group(zone: pd.Series, year: pd.Series) -> pd.Series:
    """The group of a zone's children in a year."""
    return "z" + zone.astype(str) + "." + year.astype(str)


def county(t: dict[str, pd.DataFrame], rates: dict[str, float]) -> tuple[Case, Choices]:
    """One made county: each zone and year a group of one cell, placed afresh; four pots, two tied to a side of the county."""
    years = tuple(FIRST + int(y) for y in sorted(t["demand"]["year"].unique()))
    demand, reach, schemes = t["demand"], t["reach"], t["schemes"]
    pots_of = t["eligible"].merge(schemes[["scheme", "site"]], on="scheme")
    tied = {
        p for p in pots_of["pot"].unique() if set(pots_of["site"].unique()) != set(pots_of.loc[pots_of["pot"] == p, "site"])
    }
    side = pots_of[pots_of["pot"].isin(tied)].drop_duplicates("site").set_index("site")["pot"]
    links = reach.merge(demand[["zone", "year"]], on="zone")
    ids = _group(demand["zone"], demand["year"])
    after = pd.DataFrame({"after": range(len(years))})
    pots = sorted(t["pots"]["pot"].unique())
    case = check_case(
        years,
        {
            "groups": pd.DataFrame({
                "group_id": ids,
                "area_code": "z" + demand["zone"].astype(str),
                "phase": "primary",
                "deprived": False,
            }),
            "cells": pd.DataFrame({
                "group_id": ids,
                "ay": FIRST + demand["year"],
                "nc_year": 0,
                "children": demand["children"],
                "material": True,
            }),
            "sites": pd.DataFrame({
                "site_id": t["sites"]["site"].astype(str),
                "area_code": t["sites"]["site"].map(side),
                "most_places": np.nan,
            }),
            "free": t["sites"]
            .merge(pd.DataFrame({"ay": years}), how="cross")
            .assign(site_id=lambda s: s["site"].astype(str), nc_year=0),
            "links": pd.DataFrame({
                "group_id": _group(links["zone"], links["year"]),
                "site_id": links["site"].astype(str),
                "kind": "home",
                "km": links["km"],
                "transport": 0.0,
            }),
            "schemes": pd.DataFrame({
                "scheme_id": schemes["scheme"],
                "site_id": schemes["site"].astype(str),
                "kind": "expansion",
                "phase": "primary",
                "purpose": "mainstream",
                "exclusive_group": "site" + schemes["site"].astype(str),
                **DECIDED,
            }),
            "adds": schemes.merge(after, how="cross").assign(scheme_id=lambda s: s["scheme"], nc_year=0),
            "costs": pd.DataFrame({"scheme_id": schemes["scheme"], "after": 0, "thousand_pounds": schemes["cost"]}),
            "receipts": pd.DataFrame({
                "pot_id": t["pots"]["pot"],
                "fy": FIRST + t["pots"]["year"],
                "thousand_pounds": t["pots"]["amount"],
                "spend_by": years[-1],
                "status": "received",
            }),
            "ringfences": pd.DataFrame({
                "pot_id": pots,
                "purpose": "mainstream",
                "phase": "primary",
                "standing": "allowed",
                "source": "made",
            }),
            "pot_areas": pd.DataFrame([(p, p) for p in sorted(tied)], columns=["pot_id", "area_code"]),
        },
    )
    weights = {"unmet_material": rates["unmet"], "km": rates["km"], "cost": rates["thousand_pounds"]}
    return case, Choices(levels=exchange(weights, gap=1e-3))
