"""A council of one planning area and a few schools, as a finished run tells it: where it is short, and by how much each year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

BASE, YEARS, GROUPS = 2025, range(2025, 2031), range(7)
FULL = [60.0] * 6
School = tuple[str, str, float, Sequence[float]]  # URN, type, places at entry, intakes by year


def run_tables(
    schools: Sequence[School], lacking: Mapping[int, float], capacity: Mapping[str, float] | None = None, **more: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """One planning area: its schools, and by year how many more children live there than it has Reception places."""
    rows = [
        (urn, y, n, pan, "P1", "primary", float(children))
        for urn, _, pan, intakes in schools
        for y, children in zip(YEARS, intakes, strict=True)
        for n in GROUPS
    ]
    table = pd.DataFrame(rows, columns=["urn", "ay", "nc_year", "yg_places", "planning_area_code", "phase", "pupils"])
    balance = table.groupby(["ay", "phase", "planning_area_code", "nc_year"])[["pupils", "yg_places"]].sum().reset_index()
    more_of_them = balance["ay"].map(lacking).fillna(0.0).where(balance["nc_year"].eq(0), 0.0)
    balance["pupils"] = balance["pupils"].where(more_of_them.eq(0.0), balance["yg_places"] + more_of_them)
    balance = balance.assign(residents=balance["pupils"], headroom=1 - balance["pupils"] / balance["yg_places"])
    facts = pd.DataFrame({
        "urn": [s[0] for s in schools], "school_name": [f"School {s[0][-1]}" for s in schools],
        "establishment_type": [s[1] for s in schools], "nc_year_low": 0, "nc_year_high": 6,
        "capacity": [(capacity or {}).get(s[0], s[2] * 7) for s in schools], "capacity_sixth_form": float("nan"),
        "postcode": "", "close_date": "", "easting": 0.0, "northing": 0.0, "primary_planning_area_code": "P1",
        "secondary_planning_area_code": "",
    })  # fmt: skip
    tables = {
        "balance": balance, "places": table.assign(basis="pan"), "school_pupils": table, "schools": facts,
        "names": pd.DataFrame({"planning_area_code": ["P1"], "phase": ["primary"], "planning_area_name": ["Brookside"]}), **more,
    }  # fmt: skip
    return tables


TWO = (("100001", "Community school", 60.0, FULL), ("100002", "Academy converter", 60.0, FULL))
LASTING = {2027: 20.0, 2028: 22.0, 2029: 24.0, 2030: 26.0}
