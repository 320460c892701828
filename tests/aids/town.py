"""A small town for tests: four square small areas in two districts, five schools, and evidence made of plain rows.

North (E0100000N...) and south; a primary and an infant/junior pair in the west, a primary in the east, one secondary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from sufficiency.evidence import TABLES, Authority, Evidence, empty

BASE = 2022
WEST_PRIMARY, INFANT, JUNIOR, EAST_PRIMARY, SECONDARY = "100001", "100002", "100003", "100004", "100005"
KIND_NOT_KNOWN = {"dwelling_type": "", "tenure": "", "bedrooms": "", "kept_for": "", "probability": float("nan"), "funded": ""}
NOT_TOLD = {"religious_character": "", "site_ref": ""}     # columns that few rows have
SMALL_AREAS = ["E01000001", "E01000002", "E01000003", "E01000004"]


def lsoas() -> gpd.GeoDataFrame:
    """Four small areas of 2 km by 2 km in a row, west to east: two in each district."""
    return gpd.GeoDataFrame(
        {
            "lsoa_code": SMALL_AREAS,
            "lsoa_name": ["West 1", "West 2", "East 1", "East 2"],
            "district_code": ["E07000001", "E07000001", "E07000002", "E07000002"],
        },
        geometry=[box(450_000 + 2000 * i, 350_000, 452_000 + 2000 * i, 352_000) for i in range(4)],
        crs="EPSG:27700",
    )


def school(urn: str, name: str = "", **more: Any) -> dict[str, Any]:
    """A row of the schools table; a primary in the west unless told otherwise."""
    return {
        "urn": urn,
        "laestab": f"999{int(urn) % 10_000:04d}",
        "school_name": name or f"School {urn}",
        "la_code": "999",
        "establishment_type": "Community school",
        "phase_of_education": "Primary",
        "status": "Open",
        "statutory_low_age": 4.0,
        "statutory_high_age": 11.0,
        "capacity": 210.0,
        "district_code": "E07000001",
        "district_name": "Westford",
        "postcode": "",
        "urban_rural": "(England/Wales) Urban city and town",
        "open_date": "",
        "close_date": "",
        "easting": 451_000.0,
        "northing": 351_000.0,
        **more,
    }


def counted(urn: str, grouping: str = "State-funded primary", **more: Any) -> dict[str, Any]:
    """A row of the schools that the census knows."""
    row = school(urn)
    kept = (
        "urn",
        "laestab",
        "la_code",
        "school_name",
        "establishment_type",
        "district_code",
        "district_name",
        "postcode",
        "urban_rural",
    )
    return {**{k: row[k] for k in kept}, "ay": BASE, "phase_type_grouping": grouping, **more}


def roll(urn: str, pupils: Sequence[float], ay: int = BASE, first: int = 0) -> list[dict[str, Any]]:
    """Rows of the school roll: pupils of consecutive year groups."""
    return [{"urn": urn, "ay": ay, "nc_year": g, "pupils": float(n), "symbol": ""} for g, n in enumerate(pupils, first)]


def evidence(tables: Mapping[str, Any], gss_code: str = "E10000099") -> Evidence:
    """Evidence of rows (or frames) by table; what is not given is empty."""
    frames = {name: empty(name) for name in TABLES}
    for name, rows in tables.items():
        if len(rows):
            frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows)
            if name == "capacity" and "scope" not in frame:
                frame = frame.assign(scope="line")
            if name == "housing_sites":
                frame = frame.assign(**{column: blank for column, blank in KIND_NOT_KNOWN.items() if column not in frame})
            columns = list(TABLES[name].to_schema().columns)
            lacking = (column for column in NOT_TOLD if column in columns and column not in frame)
            frame = frame.assign(**{column: NOT_TOLD[column] for column in lacking})
            frames[name] = frame[columns]
    return Evidence(Authority("999", "Testshire", gss_code, BASE), frames)
