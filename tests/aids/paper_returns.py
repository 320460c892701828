"""A run small enough that its return can be checked on paper: the area of the worked examples E1 and E2, and a secondary school.

The primary area has 60 places in every year group and, three years ahead, 62, 60, 64, 61, 58, 60 and 59 pupils, of whom 4, 3, 3,
2, 2, 1 and 1 are in places that a developer pays for. In all other years every year group has 59 pupils; at the secondary school
always 100 in 110 places.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from scenarios import runs
from sufficiency.scap.making import LISTS

BASE, CODE, RUN = 2025, "990", "0123456789ab"
PRIMARY, SECONDARY = "9901001", "9900001"
ASH, OAK = "100001", "100002"
E1, E2 = (62.0, 60.0, 64.0, 61.0, 58.0, 60.0, 59.0), (4.0, 3.0, 3.0, 2.0, 2.0, 1.0, 1.0)
INPUT = {
    "table": "schools",
    "file": "gias.csv",
    "reader": "gias",
    "publisher": "DfE",
    "title": "GIAS",
    "licence": "OGL",
    "reference_date": "2026-05",
    "sha256": "0" * 64,
    "bytes": 1,
}


def paper_tables(name: str = "Ash Primary School") -> dict[str, pd.DataFrame]:
    """The tables of the run; name: that of the primary school."""
    cells = [
        ("primary", PRIMARY, ASH, BASE + k, g, (E1[g] if k == 3 else 59.0), E2[g] if k == 3 else 0.0, 60.0)
        for k in range(6)
        for g in range(7)
    ]
    cells += [("secondary", SECONDARY, OAK, BASE + k, g, 100.0, 0.0, 110.0) for k in range(8) for g in range(7, 12)]
    frame = pd.DataFrame(
        cells, columns=["phase", "planning_area_code", "urn", "ay", "nc_year", "pupils", "hdc_pupils", "yg_places"]
    )
    keys = ["ay", "phase", "planning_area_code", "nc_year"]
    short = (frame["pupils"] - frame["yg_places"]).clip(lower=0)
    ranges = frame.groupby(["phase", "ay"], as_index=False)["pupils"].sum()
    ranges = ranges.assign(
        pupils_p10=ranges["pupils"] * 0.98,
        pupils_p50=ranges["pupils"],
        pupils_p90=ranges["pupils"] * 1.02,
        expected_shortfall=12.0,
    )
    now = frame[frame["ay"] == BASE]
    empty = pd.DataFrame()
    schools = pd.DataFrame({
        "urn": [ASH, OAK],
        "laestab": ["9902001", "9904001"],
        "school_name": [name, "Oak School"],
        "nc_year_low": [0, 7],
        "nc_year_high": [6, 11],
        "capacity": [420.0, 550.0],
        "capacity_sixth_form": float("nan"),
        "capacity_basis": "SCAP, May 2025",
    })
    children = [("primary", "all", BASE + k, 10.0 + k) for k in range(6)] + [
        ("secondary", "all", BASE + k, 20.0) for k in range(8)
    ]
    forecast = pd.DataFrame(children, columns=["phase", "provision", "ay", "children"])
    return {
        "pupils": frame[[*keys, "pupils"]],
        "school_pupils": frame[["urn", *keys, "pupils"]],
        "places": frame[["urn", *keys, "yg_places"]].assign(basis="yg_places"),
        "schools": schools,
        "homes": frame[[*keys, "hdc_pupils"]].assign(hif_pupils=0.0),
        "names": pd.DataFrame({
            "planning_area_code": [PRIMARY, SECONDARY],
            "phase": ["primary", "secondary"],
            "planning_area_name": ["Ashfield Gate", "Oakham"],
        }),
        "balance": frame[[*keys, "pupils", "yg_places"]].assign(
            additional_need=short, spare_places=(frame["yg_places"] - frame["pupils"]).clip(lower=0)
        ),
        "unfilled": pd.DataFrame({"phase": ["primary", "secondary"], "ay": BASE, "unfilled_share": [0.0167, 0.0909]}),
        "authority_range": ranges,
        "accuracy": pd.DataFrame({
            "phase": ["primary"],
            "ay": [BASE],
            "actual": [413.0],
            "own_error_one_year": [0.021],
            "own_error_three_year": [float("nan")],
        }),
        "ratios": pd.DataFrame({"kind": ["survival"], "clipped": [False]}),
        "transfers": empty,
        "registrations": empty,
        "overrides": empty,
        "return_register": pd.DataFrame({
            "urn": [ASH, OAK],
            "school_name": [name, "Oak School"],
            "status": "Open",
            "establishment_type": "Community school",
            "due": True,
            "nursery_only": False,
            "mainstream": True,
        }),
        "return_census": now[["urn", "nc_year", "pupils"]],
        "returned_areas": pd.DataFrame({
            "urn": [ASH, OAK],
            "phase": ["primary", "secondary"],
            "planning_area_code": [PRIMARY, SECONDARY],
            "ay": BASE - 1,
        }),
        "funded_sites": pd.DataFrame(
            [("MILL", "Mill Lane", "HDC", "primary", PRIMARY, "S106/MILL")],
            columns=["site_ref", "site_name", "funded", "phase", "planning_area_code", "agreement"],
        ),
        "planned_places": empty,
        "scorecards": empty,
        "specialist_capacity": pd.DataFrame({"urn": [ASH], "provision": ["sen_unit"], "phase": ["primary"], "places": [12.0]}),
        "specialist_forecast": forecast,
        "sen2_counts": forecast[forecast["ay"] == BASE][["ay", "phase", "provision", "children"]],
        "supplied_projection": ranges.loc[ranges["ay"] > BASE, ["ay", "phase", "pupils"]],
        "return_comments": pd.DataFrame(
            [
                ("", "", "", "", float("nan"), float("nan"), "read by the heads of schools in May", ""),
                ("S05", "", "", "primary", float("nan"), float("nan"), "the worked example jumps and falls back", ""),
            ],
            columns=["check", "planning_area_code", "urn", "phase", "ay", "nc_year", "comment", "reference"],
        ),
    }


def paper_run(place: Path, tables: dict[str, pd.DataFrame], scenario: dict[str, object] | None = None) -> Path:
    """The run in its folder, in `place`/runs."""
    asked = {
        "method": "plain",
        "weights": [3.0, 2.0, 1.0],
        "shrinkage_survival": 80.0,
        "ratio_floor": 0.85,
        "ratio_ceiling": 1.2,
        "already_local": 0.3,
        "excluded_years": [],
    }
    about = {
        "run_id": RUN,
        "authority": {"name": "Paper", "code": CODE, "base_year": BASE},
        "assumptions": asked,
        "inputs": [INPUT, *({**INPUT, "table": name, "file": f"{name}.csv"} for name in LISTS)],
        "notes": [],
        "scenario": scenario or {"name": "base", "changes": []},
    }
    return runs.save(place / "runs", about, tables)
