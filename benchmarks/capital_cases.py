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
    side = _sides(t["eligible"].merge(t["schemes"][["scheme", "site"]], on="scheme"))
    tables = {**_children(t), **_places(t, years, side), **_buildable(t, years), **_money(t, years[-1], sorted(set(side)))}
    weights = {"unmet_material": rates["unmet"], "km": rates["km"], "cost": rates["thousand_pounds"]}
    return check_case(years, tables), Choices(levels=exchange(weights, gap=1e-3))


def _sides(pots_of: pd.DataFrame) -> pd.Series:
    """By site the pot that pays on its side of the county only."""
    everywhere = pots_of["site"].nunique()
    tied = pots_of.groupby("pot")["site"].transform("nunique") < everywhere
    side: pd.Series = pots_of[tied].drop_duplicates("site").set_index("site")["pot"]
    return side


def _children(t: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Groups, their cells and the sites they reach."""
    demand = t["demand"]
    links = t["reach"].merge(demand[["zone", "year"]], on="zone")
    ids, areas = _group(demand["zone"], demand["year"]), "z" + demand["zone"].astype(str)
    groups = pd.DataFrame({"group_id": ids, "area_code": areas, "phase": "primary", "deprived": False})
    cells = {"group_id": ids, "ay": FIRST + demand["year"], "nc_year": 0, "children": demand["children"], "material": True}
    reach = {
        "group_id": _group(links["zone"], links["year"]), "site_id": links["site"].astype(str), "kind": "home",
        "km": links["km"], "transport": 0.0,
    }
    return {"groups": groups, "cells": pd.DataFrame(cells), "links": pd.DataFrame(reach)}


def _places(t: dict[str, pd.DataFrame], years: tuple[int, ...], side: pd.Series) -> dict[str, pd.DataFrame]:
    """Sites and their free places, the same in all years."""
    ids = t["sites"]["site"].astype(str)
    sites = pd.DataFrame({"site_id": ids, "area_code": t["sites"]["site"].map(side), "most_places": np.nan})
    free = pd.DataFrame({"site_id": ids, "places": t["sites"]["places"], "nc_year": 0})
    return {"sites": sites, "free": free.merge(pd.DataFrame({"ay": years}), how="cross")}


def _buildable(t: dict[str, pd.DataFrame], years: tuple[int, ...]) -> dict[str, pd.DataFrame]:
    """Schemes, the places they add and what they cost."""
    k, site = t["schemes"]["scheme"], t["schemes"]["site"].astype(str)
    schemes = {
        "scheme_id": k, "site_id": site, "kind": "expansion", "phase": "primary", "purpose": "mainstream",
        "exclusive_group": "site" + site, **DECIDED,
    }
    adds = pd.DataFrame({"scheme_id": k, "nc_year": 0, "places": t["schemes"]["places"]})
    return {
        "schemes": pd.DataFrame(schemes),
        "adds": adds.merge(pd.DataFrame({"after": range(len(years))}), how="cross"),
        "costs": pd.DataFrame({"scheme_id": k, "after": 0, "thousand_pounds": t["schemes"]["cost"]}),
    }


def _money(t: dict[str, pd.DataFrame], last: int, tied: list[str]) -> dict[str, pd.DataFrame]:
    """Pots, what they receive, and the side of the county to which some are tied."""
    receipts = {
        "pot_id": t["pots"]["pot"], "fy": FIRST + t["pots"]["year"], "thousand_pounds": t["pots"]["amount"],
        "spend_by": last, "status": "received",
    }
    fences = {
        "pot_id": sorted(t["pots"]["pot"].unique()), "purpose": "mainstream", "phase": "primary", "standing": "allowed",
        "source": "made",
    }
    areas = pd.DataFrame([(p, p) for p in tied], columns=["pot_id", "area_code"])
    return {"receipts": pd.DataFrame(receipts), "ringfences": pd.DataFrame(fences), "pot_areas": areas}
