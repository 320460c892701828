"""Where in each small area people live: its population-weighted points where they are given, else the middle of its shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.boundaries import middle_points
from planning_areas.wording import some
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

TABLE = "area_points"


def living_points(evidence: Evidence, codes: Sequence[str]) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """One row for each point: lsoa_code, easting, northing, part (its share of the small area, adding up to 1), in order of code.

    Small areas of which neither points nor a shape are known are left out and told.
    """
    wanted = pd.Index(codes)
    given = evidence.area_points
    given = given[given["lsoa_code"].isin(wanted)][["lsoa_code", "easting", "northing", "part"]]
    parts = [given.astype({"easting": "float64", "northing": "float64", "part": "float64"})]
    shapes = evidence.lsoas[evidence.lsoas["lsoa_code"].isin(wanted.difference(given["lsoa_code"]))]
    if len(shapes):
        east, north = middle_points(shapes).T
        parts.append(pd.DataFrame({"lsoa_code": shapes["lsoa_code"].to_numpy(), "easting": east, "northing": north, "part": 1.0}))
    points = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    points["part"] = _shares(points)
    points = points[points["part"] > 0].sort_values(["lsoa_code", "easting", "northing"], ignore_index=True)
    return points, _told(points, wanted, given["lsoa_code"].nunique())


def _shares(points: pd.DataFrame) -> pd.Series:
    """The part of each point; where a small area has a blank among them, or nobody anywhere, all its points count alike."""
    by = points.groupby("lsoa_code")["part"]
    blank = by.transform(lambda parts: parts.isna().any()).astype("bool")
    whole = by.transform("sum")
    return (points["part"] / whole).where(~blank & (whole > 0), 1.0 / by.transform("size"))


def _told(points: pd.DataFrame, wanted: pd.Index, given: int) -> tuple[Note, ...]:
    lost = sorted(wanted.difference(points["lsoa_code"]))
    notes = []
    if 0 < given < len(wanted) - len(lost):
        notes.append(Note(TABLE, f"{given:,} of {len(wanted):,} small areas have points; of the others it is the middle of the "
                                 "shape"))
    if lost:
        notes.append(Note(TABLE, f"{len(lost):,} small areas have neither a point nor a shape: {some(lost)}",
                          "who can reach what is not known there"))
    return tuple(notes)
