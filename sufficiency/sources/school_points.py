"""Published lists of where schools stand, in degrees (WGS84): they place schools that GIAS does not place yet."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from planning_areas.boundaries import CRS
from planning_areas.tables import EvidenceError, Problem, check
from sufficiency.evidence import Reading, SchoolSites
from sufficiency.sources.frames import Layout, read_frame
from sufficiency.sources.reading import Ask, Reader, noted, source

NEEDS = ("urn", "latitude", "longitude")
ENGLAND = {"latitude": (49.8, 55.9), "longitude": (-6.5, 1.9)}  # degrees


def read_school_points(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read a list of schools' locations in degrees and turn it into metres on the British National Grid."""
    read = read_frame(path, Layout(NEEDS), ask)
    frame, notes = read.frame, read.notes
    degrees = frame[["latitude", "longitude"]].apply(pd.to_numeric, errors="coerce")
    if problems := _problems(frame, degrees, path.name):
        raise EvidenceError(problems)
    points = gpd.GeoSeries.from_xy(degrees["longitude"], degrees["latitude"], crs="EPSG:4326").to_crs(CRS)
    table = pd.DataFrame(
        {"urn": frame["urn"], "easting": points.x.round(1), "northing": points.y.round(1)}, index=frame.index
    )
    return (Reading(check(table, SchoolSites, path.name), source(READER, path, ask), noted("school_sites", path, notes)),)


def _problems(frame: pd.DataFrame, degrees: pd.DataFrame, file: str) -> list[Problem]:
    """Tell what is no number, and what is not in England, with the likeliest cause."""
    problems = []
    for column, (low, high) in ENGLAND.items():
        bad = ~degrees[column].between(low, high)
        if not bad.any():
            continue
        row = int(bad.idxmax())
        other = "longitude" if column == "latitude" else "latitude"
        swapped = degrees.loc[bad, column].between(*ENGLAND[other]).all()
        advice = "latitude and longitude seem to be swapped: change them round" if swapped else "check the figure"
        problems.append(
            Problem(
                file,
                row,
                column,
                frame.loc[row, column],
                f"degrees from {low} to {high} expected",
                advice,
                int(bad.sum()) - 1,
            )
        )
    return problems


READER = Reader("school_points", "school_sites", "Locations of schools", "Department for Education", read_school_points)
