"""Finished runs written by hand: three planning areas, three years, a plan and a little childcare; no model has made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import box

from scenarios import manifest, runs
from scenarios.identity import Identity, Input
from sufficiency.assumptions import Assumptions
from sufficiency.evidence import Authority, Source

BASE = 2024
NASTY = '</script><img src=x onerror="window.__pwn=1">'
AREAS = {"8910001": ("primary", "Ash"), "8910002": ("primary", NASTY), "8920001": ("secondary", "=Cedar()")}
PLACES = {"8910001": 60.0, "8910002": 30.0, "8920001": 200.0}
PUPILS = {"8910001": (58.0, 66.0, 70.0), "8910002": (20.0, 25.0, 28.0), "8920001": (190.0, 205.0, 230.0)}
"""Pupils of the year of entry in September 2024 (counted), 2025 and 2026."""


def balance(times: float = 1.0) -> pd.DataFrame:
    """A balance of the year of entry of each area; times: of the pupils after the census."""
    rows = []
    for code, (phase, _) in AREAS.items():
        for k, counted in enumerate(PUPILS[code]):
            pupils, places = counted * (times if k else 1.0), PLACES[code]
            rows.append((BASE + k, phase, code, 0 if phase == "primary" else 7, pupils, places, max(0.0, pupils - places),
                         max(0.0, places - pupils), max(0.0, pupils * 1.02 - places), float(pupils > places), 0.0))
    return pd.DataFrame(rows, columns=[
        "ay", "phase", "planning_area_code", "nc_year", "pupils", "yg_places", "additional_need", "spare_places",
        "additional_need_with_margin", "p_shortfall", "expected_shortfall"])


def childcare(short: float, children: float = 50.0) -> pd.DataFrame:
    """The balance of childcare of the two primary areas: in Ash as many hours are short, in the other none and few live there."""
    rows = [("planning_area", code, AREAS[code][1], BASE, "autumn", "age_2", "all", many, 500.0, 500.0 - lack, lack, 0.0, True)
            for code, many, lack in (("8910001", children, short), ("8910002", 3.0, 0.0))]
    return pd.DataFrame(rows, columns=["level", "area_code", "area_name", "ay", "term", "age_band", "measure", "children",
                                       "hours_wanted", "hours_counted", "hours_short", "hours_over", "worst_term"])


def plan(opens: Mapping[str, int]) -> dict[str, pd.DataFrame]:
    """A plan of three schemes, each of which opens in a year or is not built."""
    costs = {"north": 900.0, "east": 400.0, "west": 250.0}
    programme = pd.DataFrame([
        (code, f"{code.capitalize()} wing", "primary", "8910001", code in opens, float(opens.get(code, float("nan"))), cost)
        for code, cost in costs.items()],
        columns=["scheme_id", "scheme_name", "phase", "planning_area_code", "chosen", "opens_ay", "thousand_pounds"])
    spent = sum(costs[code] for code in opens)
    pots = pd.DataFrame([("basic-need", BASE + 1, 2000.0, spent, 2000.0 - spent)],
                        columns=["pot_id", "financial_year", "received", "spent", "left"])
    areas = pd.DataFrame([("primary", "8910001", BASE + 1, 6.0, 6.0 - 2 * len(opens), 0.0)],
                         columns=["phase", "planning_area_code", "ay", "lacking", "unmet", "in_year"])
    return {"plan": programme, "plan_pots": pots, "plan_areas": areas}


def paper_run(place: Path, name: str = "base", keys: Mapping[str, Any] | None = None, *, times: float = 1.0, code: str = "891",
              births: str = "a" * 64, short: float = 40.0, opens: Mapping[str, int] | None = None, shapes: bool = True) -> Path:
    """Write a finished run of a council into `place` and return its folder."""
    authority = Authority(code, f"Council {code}", "E10000024", BASE)
    settings = {"authority": asdict(authority), "assumptions": asdict(Assumptions())}
    scenario = {"name": name, "why": "to try", "keys": dict(keys or {})} if keys else {}
    identity = Identity((Input("births", "local_births", births),), settings, 1, "c" * 64, scenario)
    source = Source("births", "births.csv", "local_births", "Office for <b>Statistics</b>", "Births",
                    "Open Government Licence v3.0", "2025-01-01", births, 100)
    codes = list(AREAS)
    names = pd.DataFrame({"planning_area_code": codes, "planning_area_name": [AREAS[one][1] for one in codes],
                          "phase": [AREAS[one][0] for one in codes]})
    frames = {"balance": balance(times), "names": names, "childcare_balance": childcare(short),
              "hidden_people": pd.DataFrame([("planning_area", "8910002", BASE, "age_2", "")],
                                            columns=["level", "area_code", "ay", "age_band", "who"]),
              **(plan(opens) if opens is not None else {})}
    if shapes:
        boxes = [box(450_000 + 5000 * k, 350_000, 455_000 + 5000 * k, 355_000) for k in range(len(codes))]
        frames["areas"] = gpd.GeoDataFrame(names, geometry=boxes, crs="EPSG:27700")
    told = manifest.facts(identity, [source], [], **({"scenario": {**scenario, "changes": ["x"]}} if scenario else {}))
    return runs.save(place, told, frames)
